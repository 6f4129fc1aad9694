"""Results an application promises."""

from decimal import Decimal

import pytest

from models.applications import ApplicationStatus, ApplicationTarget
from models.base import db
from tests.support.pages import form_fields, text_of


def count():
    return db.session.scalar(db.select(db.func.count()).select_from(ApplicationTarget))


@pytest.fixture
def draft(programme):
    return programme.make_application(ApplicationStatus.DRAFT, association=programme.association, is_complete=False)


@pytest.fixture
def url(client, programme, draft):
    client.sign_in(programme.chair).speak("en")
    return f"/applications/{draft.id}/targets"


def test_a_second_promise_on_the_same_thing_replaces_the_first(client, programme, draft, url):
    indicator = str(programme.indicators[0].id)
    assert client.submit(url, indicator=indicator, baseline="0", target="5").location == url
    assert client.submit(url, indicator=indicator, baseline="1", target="7,5").location == url
    db.session.expire_all()
    (promise,) = draft.targets
    assert (promise.baseline, promise.target) == (Decimal(1), Decimal("7.5"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target": "-1"}, "The value must be zero or more and believable."),
        ({"target": "999999999"}, "The value must be zero or more and believable."),
        ({"baseline": "x"}, "Enter a number, for example 1 250,50."),
        ({"indicator": "9999"}, "Not a valid choice."),
    ],
)
def test_an_absurd_promise_is_refused(client, programme, url, changes, message):
    typed = {"indicator": str(programme.indicators[0].id), "baseline": "0", "target": "5"} | changes
    answer = client.submit(url, **typed)
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    assert (kept["baseline"], kept["target"]) == (typed["baseline"], typed["target"])
    assert count() == 0


def test_a_promise_is_removed_but_not_through_another_application(client, programme, draft, url):
    client.submit(url, indicator=str(programme.indicators[0].id), baseline="0", target="5")
    foreign = programme.make_application(ApplicationStatus.DRAFT).targets[0]
    db.session.expire_all()
    own, before = draft.targets[0].id, count()
    data = form_fields(client.get(f"{url}/{own}/delete").text)
    assert client.get(f"{url}/{foreign.id}/delete").status_code == 404
    assert client.post(f"{url}/{foreign.id}/delete", data=data).status_code == 404
    assert count() == before
    assert client.post(f"{url}/{own}/delete", data=data).status_code == 303
    assert count() == before - 1


@pytest.fixture
def promise(client, programme, draft, url):
    client.submit(url, indicator=str(programme.indicators[0].id), baseline="0", target="5,5")
    db.session.expire_all()
    return draft.targets[0]


def test_a_promise_is_changed(client, programme, url, promise):
    edit = f"{url}/{promise.id}/edit"
    page = client.get(edit)
    assert programme.indicators[0].title_in("en") in text_of(page.text)
    assert form_fields(page.text)["target"] == "5,5" and edit in client.get(url).text
    assert client.submit(edit, baseline="2", target="8").location == url
    db.session.expire_all()
    assert (promise.baseline, promise.target, count()) == (Decimal(2), Decimal(8), 1)


def test_an_absurd_change_is_refused_and_nothing_typed_is_lost(client, url, promise):
    for wrong, message in (("-1", "The value must be zero or more"), ("x", "Enter a number"), ("", "Fill this in.")):
        answer = client.submit(f"{url}/{promise.id}/edit", baseline="3", target=wrong)
        assert answer.status_code == 422 and message in text_of(answer.text)
        kept = form_fields(answer.text)
        assert (kept["baseline"], kept["target"]) == ("3", wrong)
    db.session.expire_all()
    assert promise.version == 1


def test_of_two_editors_the_second_is_shown_both_values(client, url, promise):
    edit = f"{url}/{promise.id}/edit"
    late = dict(form_fields(client.get(edit).text)) | {"target": "77"}
    gone = dict(form_fields(client.get(edit).text)) | {"target": "66"}
    seen = form_fields(client.get(f"{url}/{promise.id}/delete").text)
    client.submit(edit, target="88")
    answer = client.post(edit, data=late)
    assert answer.status_code == 409 and "77" in text_of(answer.text) and "88" in text_of(answer.text)
    assert client.post(f"{url}/{promise.id}/delete", data=seen).status_code == 409
    client.submit(f"{url}/{promise.id}/delete")
    answer = client.post(edit, data=gone)
    assert answer.status_code == 404 and "66" in text_of(answer.text) and count() == 0


def test_the_operator_changes_a_promise_of_a_returned_application(client, programme):
    application = programme.make_application(ApplicationStatus.RETURNED)
    promise = application.targets[0]
    programme.dictate(application.association)
    client.sign_in(programme.operator_of(application.association.centre))
    edit = f"/applications/{application.id}/targets/{promise.id}/edit"
    data = dict(form_fields(client.get(edit).text)) | {"target": "9"}
    assert [client.post(edit, data=data).status_code for _ in range(2)] == [303, 303]
    db.session.expire_all()
    assert (promise.target, promise.version) == (Decimal(9), 2)
