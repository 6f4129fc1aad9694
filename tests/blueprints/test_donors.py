"""Donors: registered and changed by a finance officer."""

import pytest

from models.base import db
from models.funds import Donor, Emblem
from tests.support.pages import form_fields, text_of

TYPED = {
    "code": "CH",
    "name_ky": "Швейцария",
    "name_ru": "Швейцария",
    "name_en": "Switzerland",
    "emblem": "none",
}


def donors():
    return list(db.session.scalars(db.select(Donor).order_by(Donor.id)))


@pytest.fixture
def finance(client, programme):
    return client.sign_in(programme.finance).speak("en")


def test_a_donor_is_registered_once_and_the_fund_comes_next(finance):
    assert "There is no donor yet" in text_of(finance.get("/funds/new").text)
    data = dict(form_fields(finance.get("/donors/new").text)) | TYPED
    answers = [finance.post("/donors/new", data=data) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(303, "/funds/new")] * 2
    (made,) = donors()
    assert (made.code, made.name_en, made.emblem) == ("CH", "Switzerland", Emblem.NONE)
    assert "Switzerland" in text_of(finance.get("/donors").text)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": "ШВ"}, "Use Latin letters, digits and hyphens only."),
        ({"code": "C" * 21}, "At most 20 characters."),
        ({"code": ""}, "Fill this in."),
        ({"name_ky": " "}, "Fill this in."),
        ({"emblem": "lion"}, "Not a valid choice."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(finance, changes, message):
    answer = finance.submit("/donors/new", **(TYPED | changes))
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert form_fields(answer.text)["name_en"] == "Switzerland"
    assert donors() == []


def test_a_donor_is_changed_and_a_stale_form_is_told(finance, programme):
    donor = programme.fund.donor
    url = f"/donors/{donor.id}/edit"
    data = dict(form_fields(finance.get(url).text))
    assert finance.submit(url, name_en="First", emblem="none").location == "/donors"
    answer = finance.post(url, data=data | {"name_en": "Second"})
    assert answer.status_code == 409 and "First" in answer.text and "Second" in answer.text
    other = programme.make_fund().donor
    taken = finance.submit(f"/donors/{other.id}/edit", code=donor.code)
    assert taken.status_code == 422 and "This code is taken." in text_of(taken.text)
    db.session.expire_all()
    assert (donor.name_en, donor.emblem) == ("First", Emblem.NONE)


def test_the_secretary_reads_and_the_administrator_does_not(client, programme):
    donor = programme.fund.donor
    page = client.sign_in(programme.secretary).speak("en").get("/donors")
    assert donor.name_en in page.text and "/donors/new" not in page.text
    assert client.get(f"/donors/{donor.id}/edit").status_code == 403
    assert client.sign_in(programme.administrator).get("/donors").status_code == 403
