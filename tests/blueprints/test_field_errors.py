"""Every refusal has words: at its field and, with the name of the field, at the top of the page."""

import re

import pytest

from app.localisation import LOCALES
from models.applications import ApplicationStatus
from models.base import db
from tests.support.pages import choose_form, filled, text_of

NO_WORDS = {"Ката:", "Ошибка:", "Error:", ""}


@pytest.fixture
def pages(programme):
    """Who, address and what is left empty: text, number, amount, day, select, radios, long text and file fields."""
    draft = programme.make_application(ApplicationStatus.DRAFT, association=programme.association)
    past = programme.make_past_call()
    reviewed = programme.make_application(ApplicationStatus.REVIEWED, call=past)
    session = programme.make_session(past)
    return [
        (programme.chair, f"/applications/{draft.id}/budget", {"item", "unit", "quantity", "unit_cost"}),
        (programme.chair, f"/applications/{draft.id}/documents", {"upload"}),
        (programme.secretary, f"/council/{session.id}/decide/{reviewed.id}", {"outcome", "votes_for", "reason"}),
        (programme.secretary, f"/council/calls/{programme.make_past_call().id}/new", {"held_on", "place", "seats"}),
    ]


@pytest.mark.parametrize("locale", [code for code, _name in LOCALES])
def test_every_empty_field_says_what_is_wrong(client, pages, locale):
    for user, url, empty in pages:
        client.sign_in(user).speak(locale)
        form = choose_form(client.get(url).text, url)
        answer = client.post(url, data=filled(form, dict.fromkeys(empty & form.names, "")))
        db.session.expire_all()
        found = dict(re.findall(r'<p id="([\w-]+)-error"[^>]*>(.*?)</p>', answer.text, re.S))
        assert answer.status_code == 422 and empty <= found.keys(), url
        for name, html in found.items():
            shown = text_of(html)
            assert shown not in NO_WORDS and shown.split(": ", 1)[1], (url, name)


def test_the_summary_names_the_field(client, pages):
    user, url, _empty = pages[0]
    answer = client.sign_in(user).speak("en").submit(url, quantity="", item="")
    listed = re.findall(r'<a href="#(\w+)">([^<]+)</a>', answer.text)
    assert ("quantity", "7.4 Quantity: fill this in.") in listed
    assert ("item", "7.1 What exactly: fill this in.") in listed


def test_a_field_that_is_a_question_is_named_without_a_colon(client, programme, pages):
    url = pages[0][1].replace("budget", "plan/sales")
    answer = client.sign_in(programme.chair).speak("en").submit(url)
    listed = dict(re.findall(r'<a href="#(\w+)">\s*([^<]+?)\s*</a>', answer.text))
    assert listed["product"] == "9.1 What do you sell? Fill this in."
    assert listed["unit"] == "9.3 Unit: fill this in."
