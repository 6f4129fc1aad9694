"""Pairs that are alike, as the secretary sees and judges them."""

import re

import pytest

from app.services import duplicates
from app.services.likeness import likeness, shingles
from models.base import db
from models.duplicates import DuplicateFinding
from tests.support.pages import text_of
from tests.support.queries import count


@pytest.fixture
def pair(client, programme):
    made = [programme.make_application("submitted", association=programme.make_association()) for _one in range(2)]
    client.sign_in(programme.secretary).speak("en")
    return made


@pytest.fixture
def url(pair):
    return f"/applications/{pair[0].id}/duplicates/{pair[1].id}"


def test_screening_names_what_is_alike(client, pair, url):
    for page in (f"/applications/{pair[0].id}/screenings/new", f"/applications/{pair[0].id}/duplicates"):
        answer = client.get(page)
        assert url in answer.text
        assert pair[1].association.name("en") in text_of(answer.text)
        assert "The texts are alike:" in text_of(answer.text) and "Not looked at yet" in text_of(answer.text)
        headings = re.findall(r"<(?:h1|h2|caption)[^>]*>\s*([^<]*?)\s*<", answer.text)
        assert len(headings) == len(set(headings)), "a heading stands twice"


def test_both_texts_stand_side_by_side(client, pair, url):
    page = text_of(client.get(url).text)
    for one in pair:
        assert one.number in page
        assert all(text in page for text in one.answers.values())


@pytest.mark.parametrize(("verdict", "shown"), [("confirmed", "A duplicate"), ("false_alarm", "A false alarm")])
def test_the_finding_is_recorded_and_shown(client, pair, url, verdict, shown):
    answer = client.submit(url, verdict=verdict, reason="Эки айыл бирге жазган")
    assert answer.location == f"/applications/{pair[0].id}/duplicates"
    db.session.expire_all()
    assert count(DuplicateFinding) == 1
    assert shown in text_of(client.get(f"/applications/{pair[1].id}/duplicates").text)
    page = client.get(url).text
    assert "Эки айыл бирге жазган" in page and 'name="verdict"' not in page


def test_without_a_reason_nothing_is_recorded(client, pair, url):
    answer = client.submit(url, verdict="confirmed", reason="")
    assert answer.status_code == 422 and count(DuplicateFinding) == 0


def test_what_has_nothing_in_common_is_not_found(client, programme, pair):
    stranger = programme.make_application("draft", association=programme.make_association())
    db.session.commit()
    assert client.get(f"/applications/{pair[0].id}/duplicates/{stranger.id}").status_code == 404
    assert client.get(f"/applications/{pair[0].id}/duplicates/999999").status_code == 404


def test_nothing_alike_is_said(client, programme):
    alone = programme.make_application("submitted")
    client.sign_in(programme.secretary).speak("en")
    page = text_of(client.get(f"/applications/{alone.id}/duplicates").text)
    assert "No other application shares people or texts with this one." in page


def test_what_the_association_handed_in_besides_is_said_without_alarm(client, programme):
    association = programme.association
    one = programme.make_application("submitted", association=association)
    other = programme.make_application("submitted", association=association, call=programme.make_call())
    for section in other.sections:
        section.answers = {key: f"Таптакыр башка иш, башка сөз {key}" for key in section.answers}
    other.title = "Башка иш"
    duplicates.keep(other, now=other.submitted_at)
    draft = programme.make_application("draft", association=association, call=programme.make_call())
    db.session.commit()
    client.sign_in(programme.secretary).speak("en")
    assert duplicates.found(one) == []
    for page in (f"/applications/{one.id}/screenings/new", f"/applications/{one.id}/duplicates"):
        html = client.get(page).text
        said = text_of(html.split("Other applications of this association")[-1])
        assert f'href="/applications/{other.id}"' in html and f'href="/applications/{draft.id}"' not in html
        assert "Башка иш" in said and other.call.title_in("en") in said and "Not looked at yet" not in said
        assert f"{round(100 * likeness_of(one, other))}" in said
    alone = programme.make_application("submitted", association=programme.make_association())
    page = text_of(client.get(f"/applications/{alone.id}/duplicates").text)
    assert "This association has handed in nothing else." in page


def likeness_of(one, other):
    return likeness(shingles(duplicates.text_of(one)), shingles(duplicates.text_of(other)))
