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
    data = form_fields(client.get(url).text, f"{url}/{own}/delete")
    assert client.post(f"{url}/{foreign.id}/delete", data=data).status_code == 404
    assert count() == before
    assert client.post(f"{url}/{own}/delete", data=data).status_code == 303
    assert count() == before - 1
