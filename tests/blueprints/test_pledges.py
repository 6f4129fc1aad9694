"""Pledges: consent, currency, day and amount are checked; a foreign one cannot be touched."""

from datetime import date, timedelta

import pytest

from app import clock
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.pledges import Pledge
from tests.support.pages import form_fields, text_of

TYPED = {
    "remitter_name": "Сапар уулу Ысак",
    "country": "KR",
    "amount": "3 600 000",
    "currency": "KRW",
    "due_on": "30.01.2027",
    "has_consent": "y",
}


def count():
    return db.session.scalar(db.select(db.func.count()).select_from(Pledge))


@pytest.fixture
def draft(programme):
    programme.make_rate("KRW", value="0.0628")
    return programme.make_application(ApplicationStatus.DRAFT, association=programme.association, is_complete=False)


@pytest.fixture
def url(client, programme, draft):
    client.sign_in(programme.chair).speak("en")
    return f"/applications/{draft.id}/pledges"


def test_a_pledge_is_recorded_in_its_currency_and_in_som(client, draft, url):
    assert client.submit(url, **TYPED).location == url
    pledge = db.session.scalars(db.select(Pledge)).one()
    assert (pledge.amount, pledge.currency, pledge.amount_kgs) == (3_600_000, "KRW", 226_080_00)
    db.session.expire_all()
    assert draft.remittance_pledged == 226_080_00
    page = text_of(client.get(url).text)
    assert "3 600 000 KRW" in page and "226 080 som" in page and "Republic of Korea" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"has_consent": None}, "Without the remitter's consent the pledge cannot be recorded."),
        ({"amount": "-5"}, "The amount must be more than zero."),
        ({"amount": "999999999999999"}, "This amount is not believable for a village project."),
        ({"amount": "10,5"}, "This currency has no such fractions: enter a whole amount."),
        ({"currency": "XXX"}, "Not a valid choice."),
        ({"currency": "TRY"}, "There is no approved rate for TRY"),
        ({"due_on": "11.10.2026"}, "The day must lie ahead, within five years."),
        ({"due_on": "soon"}, "Enter a day as DD.MM.YYYY."),
        ({"country": ""}, "Fill this in."),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_typed_is_lost(client, url, changes, message):
    answer = client.submit(url, **(TYPED | changes))
    assert answer.status_code == 422
    assert message in text_of(answer.text)
    kept = form_fields(answer.text)
    for name in ("remitter_name", "amount", "due_on"):
        assert kept[name] == (TYPED | changes)[name]
    assert count() == 0


def test_the_same_pledge_sent_twice_is_one_pledge(client, url):
    data = dict(form_fields(client.get(url).text)) | TYPED
    assert [client.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    assert count() == 1


def test_a_pledge_is_removed_but_not_through_another_application(client, programme, url):
    client.submit(url, **TYPED)
    own = db.session.scalars(db.select(Pledge)).one().id
    foreign = programme.make_application(ApplicationStatus.DRAFT)
    other = db.session.scalars(db.select(Pledge).where(Pledge.application_id == foreign.id)).one().id
    shown = client.get(f"{url}/{own}/delete").text
    assert "3 600 000 KRW" in text_of(shown) and TYPED["remitter_name"] in text_of(shown)
    data = form_fields(shown)
    assert client.get(f"{url}/{other}/delete").status_code == 404
    assert client.post(f"{url}/{other}/delete", data=data).status_code == 404
    assert count() == 2
    assert client.post(f"{url}/{own}/delete", data=data).status_code == 303
    assert count() == 1


@pytest.fixture
def pledge(client, url):
    client.submit(url, **TYPED)
    return db.session.scalars(db.select(Pledge)).one()


def test_a_pledge_is_changed_and_keeps_its_rate_while_the_money_stays(client, programme, draft, url, pledge):
    programme.make_rate("KRW", on=date(2026, 10, 13), value="0.0700")
    edit = f"{url}/{pledge.id}/edit"
    assert edit in client.get(url).text
    kept = form_fields(client.get(edit).text)
    assert {name: kept[name] for name in TYPED} == TYPED | {"amount": "3600000"}
    with clock.at(clock.now() + timedelta(days=1)):
        assert client.submit(edit, remitter_name="Башка Аты", due_on="15.02.2027").location == url
        db.session.expire_all()
        assert (pledge.remitter_name, pledge.due_on, pledge.amount_kgs) == ("Башка Аты", date(2027, 2, 15), 226_080_00)
        assert client.submit(edit, amount="1 000 000").location == url
        db.session.expire_all()
        assert (pledge.amount, pledge.amount_kgs, draft.remittance_pledged) == (1_000_000, 70_000_00, 70_000_00)
    assert count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"has_consent": None}, "Without the remitter's consent the pledge cannot be recorded."),
        ({"amount": "-5"}, "The amount must be more than zero."),
        ({"amount": "10,5"}, "This currency has no such fractions: enter a whole amount."),
        ({"currency": "TRY"}, "There is no approved rate for TRY"),
        ({"due_on": "11.10.2026"}, "The day must lie ahead, within five years."),
        ({"country": ""}, "Fill this in."),
    ],
)
def test_a_change_that_does_not_fit_is_refused_and_nothing_typed_is_lost(client, url, pledge, changes, message):
    answer = client.submit(f"{url}/{pledge.id}/edit", **(TYPED | {"remitter_name": "Башка Аты"} | changes))
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    assert kept["remitter_name"] == "Башка Аты"
    for name in ("amount", "due_on"):
        assert kept[name] == (TYPED | changes)[name]
    db.session.expire_all()
    assert (pledge.remitter_name, pledge.amount, pledge.version) == (TYPED["remitter_name"], 3_600_000, 1)


def test_of_two_editors_the_second_is_shown_both_texts(client, url, pledge):
    edit = f"{url}/{pledge.id}/edit"
    late = dict(form_fields(client.get(edit).text)) | {"remitter_name": "Меники", "country": "RU"}
    late.pop("has_consent")
    seen = form_fields(client.get(f"{url}/{pledge.id}/delete").text)
    client.submit(edit, remitter_name="Башканыкы")
    answer = client.post(edit, data=late)
    page = text_of(answer.text)
    assert answer.status_code == 409 and "Меники" in page and "Башканыкы" in page
    assert "Russia" in page and "Yes" in page and "No" in page
    assert client.post(f"{url}/{pledge.id}/delete", data=seen).status_code == 409
    assert count() == 1


def test_the_same_change_sent_twice_is_made_once_and_a_removed_pledge_gives_the_text_back(client, url, pledge):
    edit = f"{url}/{pledge.id}/edit"
    data = dict(form_fields(client.get(edit).text)) | {"remitter_name": "Башка Аты"}
    late = dict(form_fields(client.get(edit).text)) | {"remitter_name": "Менин Текстим"}
    assert [client.post(edit, data=data).status_code for _ in range(2)] == [303, 303]
    db.session.expire_all()
    assert pledge.version == 2
    client.submit(f"{url}/{pledge.id}/delete")
    answer = client.post(edit, data=late)
    assert answer.status_code == 404 and "Менин Текстим" in text_of(answer.text)


def test_the_operator_changes_a_pledge_of_a_returned_application(client, programme):
    application = programme.make_application(ApplicationStatus.RETURNED)
    pledge = db.session.scalars(db.select(Pledge).where(Pledge.application_id == application.id)).one()
    programme.dictate(application.association)
    client.sign_in(programme.operator_of(application.association.centre)).speak("en")
    assert client.submit(f"/applications/{application.id}/pledges/{pledge.id}/edit", country="KZ").status_code == 303
    db.session.expire_all()
    event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.action, event.on_behalf_of_id) == ("application.change_pledge", application.association_id)
    assert pledge.country == "KZ"
