"""The page on which those who benefit are counted."""

from dataclasses import asdict

import pytest

from models.applications import ApplicationStatus
from models.base import db
from tests.factories import BENEFICIARIES
from tests.support.pages import form_fields, text_of

NUMBERS = {name: str(number) for name, number in asdict(BENEFICIARIES).items()}


@pytest.fixture
def url(client, programme, draft):
    client.sign_in(programme.chair).speak("en")
    return f"/applications/{draft.id}/beneficiaries"


def test_the_numbers_are_saved_and_read(client, draft, url):
    answer = client.submit(url, **NUMBERS | {"women": "1 000"})
    assert answer.status_code == 303 and answer.location == f"/applications/{draft.id}/targets"
    db.session.expire_all()
    assert draft.beneficiaries.women == 1000
    page = text_of(client.get(f"/applications/{draft.id}/check").text).replace("\u00a0", " ")
    assert "1 035: 1 000 women, 35 men, from 24 households" in page and "Returned migrants" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"women": ""}, "Fill this in."),
        ({"men": "many"}, "Enter a whole number, for example 12."),
        ({"men": "2,5"}, "Enter a whole number, for example 12."),
        ({"young": "76"}, "Women and men together are 75: this cannot be more."),
        ({"households": "-1"}, "The number must be zero or more and believable."),
        ({"women": "0", "men": "0"}, "Somebody has to benefit: count the women and the men."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(client, url, changes, message):
    answer = client.submit(url, **NUMBERS | {"disabled": "7"} | changes)
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert form_fields(answer.text)["disabled"] == "7"


def test_a_second_writer_is_shown_both(client, draft, url):
    first = form_fields(client.get(url).text).to_dict()
    assert client.submit(url, **NUMBERS | {"women": "50"}).status_code == 303
    answer = client.post(url, data=first | {"women": "60"})
    assert answer.status_code == 409 and "50" in text_of(answer.text) and "60" in text_of(answer.text)
    db.session.expire_all()
    assert draft.beneficiaries.women == 50


def test_a_part_that_is_not_open_leads_to_the_application(client, programme, url):
    other = programme.make_application(ApplicationStatus.SUBMITTED, association=programme.make_association())
    client.sign_in(programme.chair_of(other.association)).speak("en")
    answer = client.get(f"/applications/{other.id}/beneficiaries")
    assert answer.status_code == 303 and answer.location == f"/applications/{other.id}"
    assert client.get(url).status_code == 404
