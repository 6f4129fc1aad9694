"""Pledges: consent, currency, day and amount are checked; a foreign one cannot be touched."""

import pytest

from models.applications import ApplicationStatus
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
        ({"due_on": "soon"}, "Enter a day as in 12.03.2027."),
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
    data = form_fields(client.get(url).text, f"{url}/{own}/delete")
    assert client.post(f"{url}/{other}/delete", data=data).status_code == 404
    assert count() == 2
    assert client.post(f"{url}/{own}/delete", data=data).status_code == 303
    assert count() == 1
