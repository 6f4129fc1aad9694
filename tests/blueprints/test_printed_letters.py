"""Letters on paper: those of a session in one file for the office, those of a centre for its operator."""

import io
import itertools
import re
from collections import Counter

import pytest
from pypdf import PdfReader

from app import clock
from app.services import conflicts, council_sessions, decisions, letters
from app.services.actors import Actor
from app.services.decisions import Motion
from models.base import db
from models.council_sessions import DecisionOutcome
from reports import letter as paper
from tests.factories import SOM
from tests.support.pages import text_of
from tests.support.queries import counted_queries
from tests.support.shelf import kept

D = DecisionOutcome
CANARY = "Канареева"
KINDS = ("тандап алды.", "резервдик тизмесинде", "тандап алган жок")
HELD = "Жөнөтүлө элек"
REASON = "Рынок алыс, сатуу эсептелген эмес, баасы да такталган эмес."


@pytest.fixture
@kept
def session(programme):
    """Signed: three applications of one centre (one of them in Russian) and one of another, judged by canaries."""
    call = programme.make_past_call(budget=500_000 * SOM)
    places = [programme.make_association() for _ in range(3)]
    places.append(programme.make_association(in_another_centre=True))
    for person in (one.person for one in programme.reviewers):
        person.full_name = f"{CANARY} Жашыруун"
    found = [programme.judged(call, max(3, 5 - place), association=one) for place, one in enumerate(places)]
    found[1].language = "ru"
    session = programme.make_session(call)
    for one, outcome in zip(found, (D.SELECTED, D.RESERVE, D.REJECTED, D.RESERVE), strict=True):
        motion = Motion(outcome, 200_000 * SOM if outcome is D.SELECTED else None, REASON, 3, 0, 0)
        decisions.decide(session, one, motion, actor=Actor(programme.secretary), now=clock.now())
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    return session


def letters_in(answer):
    """[(centre, entry of the outline, text of its pages)] of a file of letters; each begins on a page of its own."""
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.data))
    centres, entries = reader.outline[::2], reader.outline[1::2]
    listed = [(centre.title, one) for centre, rows in zip(centres, entries, strict=True) for one in rows]
    starts = [reader.get_destination_page_number(one) for _centre, one in listed] + [len(reader.pages)]
    assert starts == sorted(set(starts)) and starts[0] == 0
    spans = itertools.pairwise(starts)
    text = ["".join(page.extract_text() for page in reader.pages[begin:end]) for begin, end in spans]
    assert CANARY not in "".join(text) + str((reader.metadata, reader.outline)) + str(answer.headers)
    return [(centre, one.title, words) for (centre, one), words in zip(listed, text, strict=True)]


def plain(text):
    return re.sub(r"\s", "", text)


def test_all_letters_of_a_session_by_centre_each_in_its_own_language(client, programme, session):
    client.sign_in(programme.secretary).speak("en")
    found = letters.by_centre(letters.of(session, conflicts.ties_of(programme.secretary)))
    index, file = f"/letters/sessions/{session.id}", f"/letters/sessions/{session.id}/letters.pdf"
    assert file in client.get(index).text
    printed = letters_in(client.get(file))
    assert [entry.split(", ")[-1] for _centre, entry, _text in printed] == [one.number for one in found]
    assert [centre for centre, *_ in printed] == [one.association.centre.name_en for one in found]
    assert len({centre for centre, *_ in printed}) == 2
    for one, (_centre, entry, text) in zip(found, printed, strict=True):
        assert one.association.name_en in entry
        said = paper.in_words(paper.gather(one, clock.now()), one.application.language)
        shown = plain(text_of(client.get(f"/letters/{one.id}?language={one.application.language}").text))
        rows = [cell for pair in (*said.facts, *said.rows) for cell in pair]
        for words in (*rows, *said.paragraphs, *said.steps, said.judged, said.note):
            assert plain(words) in plain(text) and plain(words) in shown, words
    in_kyrgyz = letters_in(client.get(f"{file}?language=ky"))
    kinds = Counter(
        next(kind for kind, words in zip(D, KINDS, strict=True) if plain(words) in plain(text))
        for _centre, _entry, text in in_kyrgyz
    )
    assert kinds == letters.counts(found) == {D.SELECTED: 1, D.RESERVE: 2, D.REJECTED: 1}
    assert all(HELD in text for *_, text in in_kyrgyz)


def test_who_has_a_tie_does_not_print_the_letter(client, programme, session):
    tied = session.decisions[0].application
    programme.tie(tied, programme.secretary)
    programme.send_letters(session)  # the secretary's own are sent, the tied one waits for the chair
    file = f"/letters/sessions/{session.id}/letters.pdf"
    printed = letters_in(client.sign_in(programme.secretary).get(file))
    assert len(printed) == 3 and tied.number not in "".join(text for *_, text in printed)
    centre = f"/letters/centres/{tied.association.centre_id}"
    assert tied.number not in client.get(centre).text
    assert len(letters_in(client.get(f"{centre}/sessions/{session.id}/letters.pdf"))) == 2
    held = letters_in(client.sign_in(programme.council_chair).get(file))
    assert len(held) == 4


def test_an_operator_prints_the_letters_of_the_own_centre_once_they_are_sent(app, client, programme, session):
    own, other = (session.decisions[place].application.association.centre for place in (0, 3))
    page, file = f"/letters/centres/{own.id}", f"/letters/centres/{own.id}/sessions/{session.id}/letters.pdf"
    operator, chair = programme.operator_of(own), programme.chair_of(session.decisions[0].application.association)
    client.sign_in(operator).speak("en")
    assert "No letter yet" in client.get(page).text and client.get(file).status_code == 404
    programme.send_letters(session)
    assert page in client.get(f"/centres/{own.id}").text
    assert file in client.get(page).text
    printed = letters_in(client.get(file))
    assert {centre for centre, *_ in printed} == {own.name_en} and len(printed) == 3
    assert not any(HELD in text for *_, text in printed)
    for url in (f"/letters/centres/{other.id}", f"/letters/centres/{other.id}/sessions/{session.id}/letters.pdf"):
        assert client.get(url).status_code == 404
    assert client.get(f"/letters/sessions/{session.id}/letters.pdf").status_code == 403
    mine = app.test_client().sign_in(chair)
    assert mine.get(page).status_code == mine.get(file).status_code == 403


def test_many_letters_are_read_in_no_more_queries_than_one(programme, session):
    secretary, asked = programme.secretary, []
    for many in (slice(1), slice(None)):
        db.session.expire_all()
        ties = conflicts.ties_of(secretary)
        with counted_queries() as statements:
            found = letters.of(db.session.merge(session), ties)[many]
            paper.gather_all(letters.by_centre(found), clock.now())
            asked.append(len(statements))
    assert asked[0] == asked[1] <= 12
