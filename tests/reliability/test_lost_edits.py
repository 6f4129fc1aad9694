"""Two editors (R6): the second is told, nothing typed is lost; real parallel sessions, both databases."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, has_request_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import clock
from app.services import agendas, assignments, council_sessions
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.base import db
from models.calls import Call, VoteRule
from models.indicators import Result, ResultStatus
from models.users import Role, User
from tests.conftest import NOW
from tests.factories import SOM
from tests.support.clients import Client, apart
from tests.support.pages import choose_form, form_fields, text_of

pytestmark = pytest.mark.database
FULL = os.environ.get("ASHAR_FULL") == "yes"
PAIRS = 500 if FULL else 4
OWN, OTHER = "Менин сөздөрүм {}", "Башканын сөздөрү {}"


def a_call(programme: Any) -> tuple[User, str, str]:
    return programme.secretary, f"/calls/{programme.make_call(is_open=False).id}/sections/texts", "title_ky"


def a_section(programme: Any) -> tuple[User, str, str]:
    draft = programme.make_application(ApplicationStatus.DRAFT)
    return programme.chair_of(draft.association), f"/applications/{draft.id}/sections/idea", "title"


def a_review(programme: Any) -> tuple[User, str, str]:
    assignment = assignments.of_application(programme.make_application(ApplicationStatus.IN_REVIEW))[0]
    assignments.declare(assignment, None, actor=Actor(assignment.reviewer), now=clock.now())
    return assignment.reviewer, f"/reviews/{assignment.id}/edit", "comment"


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        (a_call, "Saved by the other person"),
        (a_section, "Saved in the other window"),  # a section keeps who saved it: the same one, here
        (a_review, "Saved in the other window"),  # nobody else writes it
    ],
)
def test_of_two_editors_one_is_told_and_keeps_the_own_text(
    app: Flask, programme: Any, database: Any, edited: Callable[[Any], tuple[User, str, str]], said: str
) -> None:
    user, url, field = edited(programme)
    client = app.test_client().sign_in(user).speak("en")
    client.submit(url, **{field: "Биринчи сөз"})
    for number in range(PAIRS):
        bodies = []
        for text in (OWN, OTHER):
            fields = form_fields(client.get(url).text).to_dict()
            bodies.append(fields | {field: text.format(number)})
        answers = together(app, client, url, bodies)
        assert sorted(status for status, _text in answers) == [303, 409]
        lost = next(place for place, (status, _text) in enumerate(answers) if status == 409)
        page = answers[lost][1]
        assert bodies[lost][field] in page and bodies[1 - lost][field] in page
        assert said in page
        assert bodies[1 - lost][field] in client.get(url).text
    print(f"{database.kind}: {PAIRS} racing pairs on {url}: 0 silent overwrites, every loser kept the text")


def together(app: Flask, client: Client, url: str | list[str], bodies: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Send `bodies` at the same moment from two browsers with `client`'s cookies: the session and the language.

    They go to one address, or each to its own.
    """
    urls = [url] * len(bodies) if isinstance(url, str) else url
    name, start = app.config["SESSION_COOKIE_NAME"], Barrier(len(bodies))
    cookies = [client.get_cookie(one) for one in (name, f"{name}-language")]
    db.session.rollback()

    def send(url: str, body: dict[str, Any]) -> tuple[int, str]:
        def post() -> tuple[int, str]:
            with clock.at(NOW):
                other = app.test_client()
                for cookie in cookies:
                    other.set_cookie(cookie.key, cookie.value)
                start.wait(30)
                answer = super(type(other), other).open(url, method="POST", data=body)
                return answer.status_code, text_of(answer.text)

        return apart(post)  # type: ignore[no-any-return]

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(send, urls, bodies))


@pytest.fixture
def overtake(database: Any) -> Any:
    """`overtake(Model, **values)`: another session writes the row between a request's reading and its writing.

    SQLite lets nobody in between (BEGIN IMMEDIATE), so there the same connection does it, and loses it again.
    """
    engine = sa.create_engine(db.engine.url, module=db.engine.dialect.dbapi)
    wanted: dict[type[Any], dict[str, Any]] = {}

    def write(session: Session, _context: object, _instances: object) -> None:
        rows = [row for row in session.dirty if type(row) in wanted]
        if not rows or not has_request_context():
            return
        model = type(rows[0])
        change = sa.update(model).where(model.id == rows[0].id).values(version=model.version + 1, **wanted.pop(model))
        if database.kind == "sqlite":
            session.connection().execute(change)
        else:
            with engine.begin() as connection:
                connection.execute(change)

    event.listen(Session, "before_flush", write)
    yield lambda model, **values: wanted.update({model: values})
    event.remove(Session, "before_flush", write)
    engine.dispose()
    assert not wanted, "nobody was overtaken"


def test_who_is_overtaken_at_the_last_moment_sees_both_texts(
    app: Flask, programme: Any, database: Any, overtake: Callable[..., None]
) -> None:
    user, url, field = a_call(programme)
    client = app.test_client().sign_in(user).speak("en")
    overtake(Call, title={"ky": "Башка ат", "ru": "Другое", "en": "Other"})
    answer = client.submit(url, **{field: "Мен жазган ат"})
    page = text_of(answer.text)
    assert answer.status_code == 409
    assert "Мен жазган ат" in page and "Nothing of yours is lost" in page
    assert ("Башка ат" in page) is (database.kind == "postgresql")
    assert "Мен жазган ат" not in client.get(url).text


def test_a_form_without_versions_gives_the_own_words_back(
    app: Flask, programme: Any, overtake: Callable[..., None]
) -> None:
    result = programme.make_result(programme.make_grant())
    client = app.test_client().sign_in(programme.monitor).speak("en")
    overtake(Result, refusal_reason="Башка себеп")
    answer = client.submit(f"/results/{result.id}/refuse", reason="Тизмеде кол жок")
    page = text_of(answer.text)
    assert answer.status_code == 409
    assert "Reason Your text (not saved) Тизмеде кол жок" in page
    assert "Saved by the other person" not in page
    assert result.status is ResultStatus.REPORTED


def test_of_two_secretaries_who_tick_who_is_present_one_is_told(app: Flask, programme: Any, database: Any) -> None:
    """Each adds another person: whoever is second would take the first one's person off again."""
    session = programme.make_session(programme.make_past_call())
    came, guests = list(session.present), [programme.make_user(Role.REVIEWER) for _ in range(2)]
    names = [one.display_name for one in guests]
    session.seats = 9
    url = f"/council/{session.id}/attendance"
    client = app.test_client().sign_in(programme.secretary).speak("en")
    for _number in range(PAIRS):
        council_sessions.record_attendance(session, came, actor=Actor(programme.secretary), now=clock.now())
        bodies = [
            form_fields(client.get(url).text).to_dict() | {"members": [str(one.id) for one in (*came, guest)]}
            for guest in guests
        ]
        answers = together(app, client, url, bodies)
        assert sorted(status for status, _text in answers) == [303, 409]
        lost = next(place for place, (status, _text) in enumerate(answers) if status == 409)
        assert all(name in answers[lost][1] for name in names)
        db.session.expire_all()
        assert guests[1 - lost] in session.present and guests[lost] not in session.present
    print(f"{database.kind}: {PAIRS} racing pairs on the attendance: 0 silent overwrites")


def test_of_two_secretaries_who_move_items_one_is_told(app: Flask, programme: Any, database: Any) -> None:
    """A place is a place among what the page showed: the second one saw another order."""
    call = programme.make_past_call()
    made = [programme.make_application(ApplicationStatus.REVIEWED, call=call) for _ in range(3)]
    session = programme.make_session(call)
    url = f"/council/{session.id}/agenda"
    client = app.test_client().sign_in(programme.secretary).speak("en")
    for _number in range(PAIRS):
        before = list(agendas.items_of(session))
        moved = [{"application": str(before[0]), "place": "3"}, {"application": str(before[1]), "place": "1"}]
        bodies = [choose_form(client.get(url).text, url).fields.to_dict() | one for one in moved]
        answers = together(app, client, url, bodies)
        assert sorted(status for status, _text in answers) == [303, 409]
        db.session.expire_all()
        orders = [[before[1], before[2], before[0]], [before[1], before[0], before[2]]]
        won = next(place for place, (status, _text) in enumerate(answers) if status == 303)
        assert list(agendas.items_of(session)) == orders[won] and len(made) == 3
    print(f"{database.kind}: {PAIRS} racing pairs on the agenda: 0 silent overwrites")


def test_who_leaves_at_the_moment_of_recording_is_not_passed_over(app: Flask, programme: Any, database: Any) -> None:
    """Whichever comes first: the decision with all who were there, or the leaving, and the decision is refused."""
    guests = [programme.make_user(Role.REVIEWER) for _ in range(2)]
    pairs = min(PAIRS, 60)  # each has a call and a session of its own
    fund, association = programme.make_fund(amount=pairs * 5_000_000 * SOM), programme.make_association()
    for _number in range(pairs):
        call = programme.make_past_call(vote_rule=VoteRule.SECRET, fund=fund)
        application = programme.make_application(ApplicationStatus.REVIEWED, call=call, association=association)
        session = programme.make_session(call, *guests)
        client = app.test_client().sign_in(programme.secretary).speak("en")
        decide, leave = (
            f"/council/{session.id}/decide/{application.id}",
            f"/council/{session.id}/attendance/{guests[0].id}",
        )
        votes = {"votes_for": "3", "votes_against": "0", "abstentions": "0"}
        typed = votes | {"outcome": "selected", "amount": "200 000", "reason": "Айылга керек.", "record": "1"}
        bodies = [
            form_fields(client.get(decide).text).to_dict() | typed,
            form_fields(client.get(f"/council/{session.id}/attendance").text, leave).to_dict(),
        ]
        answers = together(app, client, [decide, leave], bodies)
        assert answers[1][0] == 303 and answers[0][0] in (303, 422)
        db.session.expire_all()
        decided = [one.present for one in session.decisions]
        assert decided == ([[one.user_id for one in session.attendances]] if answers[0][0] == 303 else [])
    print(f"{database.kind}: {pairs} racing pairs of a decision and somebody leaving: 0 decided without a word")
