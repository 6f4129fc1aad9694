"""Budget lines: typed as people type, refused at the field, removed only from the own application."""

import pytest

from models.applications import ApplicationStatus, BudgetLine, Payer
from models.base import db
from tests.support.pages import form_fields, text_of

TYPED = {
    "heading": "equipment",
    "item": "Сүт муздаткыч, 500 литр",
    "unit": "даана",
    "quantity": "1,5",
    "unit_cost": "250 000,50",
    "payer": "grant",
}


def count():
    return db.session.scalar(db.select(db.func.count()).select_from(BudgetLine))


@pytest.fixture
def draft(programme):
    return programme.make_application(ApplicationStatus.DRAFT, association=programme.association, is_complete=False)


@pytest.fixture
def url(client, programme, draft):
    client.sign_in(programme.chair).speak("en")
    return f"/applications/{draft.id}/budget"


def test_a_line_is_added_and_the_totals_follow(client, draft, url):
    assert client.submit(url, **TYPED).location == url
    db.session.expire_all()
    line = draft.budget_lines[0]
    assert (line.unit_cost, line.amount, line.payer) == (250_000_50, 375_000_75, Payer.GRANT)
    page = text_of(client.get(url).text)
    assert "375 000.75 som" in page and "100 %" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quantity": "0"}, "The quantity must be more than zero and believable."),
        ({"quantity": "-3"}, "The quantity must be more than zero and believable."),
        ({"quantity": "1e9"}, "Enter a number, for example 1 250,50."),
        ({"quantity": "0,0001"}, "At most 3 digits after the comma."),
        ({"unit_cost": "-100"}, "The price must be more than zero and believable."),
        ({"unit_cost": "999999999999999"}, "The price must be more than zero and believable."),
        ({"unit_cost": "cheap"}, "Enter a number, for example 1 250,50."),
        ({"payer": "somebody"}, "Not a valid choice."),
        ({"item": " "}, "Fill this in."),
    ],
)
def test_an_absurd_line_is_refused_and_nothing_typed_is_lost(client, url, changes, message):
    answer = client.submit(url, **(TYPED | changes))
    assert answer.status_code == 422
    assert message in text_of(answer.text)
    kept = form_fields(answer.text)
    for name in TYPED.keys() - {"payer", "item"}:
        assert kept[name] == (TYPED | changes)[name]
    assert count() == 0


def test_the_same_line_sent_twice_is_one_line(client, url):
    data = dict(form_fields(client.get(url).text)) | TYPED
    assert [client.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    assert count() == 1


def test_a_line_is_removed_but_not_through_another_application(client, programme, draft, url):
    client.submit(url, **TYPED)
    db.session.expire_all()
    line = draft.budget_lines[0]
    foreign = programme.make_application(ApplicationStatus.DRAFT).budget_lines[0]
    data = form_fields(client.get(url).text, f"{url}/{line.id}/delete")
    before = count()
    assert client.post(f"{url}/{foreign.id}/delete", data=data).status_code == 404
    assert (
        client.post(f"/applications/{foreign.application_id}/budget/{foreign.id}/delete", data=data).status_code == 404
    )
    assert count() == before
    assert client.post(f"{url}/{line.id}/delete", data=data).status_code == 303
    assert count() == before - 1


def test_a_signed_off_budget_is_frozen(client, programme):
    association = programme.make_association()
    application = programme.make_application(ApplicationStatus.SIGNED_OFF, association=association)
    draft = programme.make_application(ApplicationStatus.DRAFT)
    client.sign_in(programme.chair_of(draft.association)).speak("en")
    client.sign_in(programme.operator_of(association.centre))
    page = client.get(f"/applications/{application.id}/budget")
    assert "Add a line" not in text_of(page.text)
    withdrawal = dict(form_fields(client.get(f"/applications/{application.id}/withdraw").text))
    withdrawal.pop("reason")
    answer = client.post(f"/applications/{application.id}/budget", data=withdrawal | TYPED)
    assert answer.status_code == 422
    assert "it can only be read now" in text_of(answer.text)
    assert count() == 4
