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
from app.services import assignments
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.base import db
from models.calls import Call
from models.indicators import Result, ResultStatus
from models.users import User
from tests.conftest import NOW
from tests.support.clients import Client, apart
from tests.support.pages import form_fields, text_of

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
        (a_review, "Saved by the other person"),
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


def together(app: Flask, client: Client, url: str, bodies: list[dict[str, str]]) -> list[tuple[int, str]]:
    """Send `bodies` at the same moment from two browsers with `client`'s cookies: the session and the language."""
    name, start = app.config["SESSION_COOKIE_NAME"], Barrier(len(bodies))
    cookies = [client.get_cookie(one) for one in (name, f"{name}-language")]
    db.session.rollback()

    def send(body: dict[str, str]) -> tuple[int, str]:
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
        return list(threads.map(send, bodies))


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
    overtake(Result, evidence="Башка далил")
    answer = client.submit(f"/results/{result.id}/refuse", reason="Тизмеде кол жок")
    page = text_of(answer.text)
    assert answer.status_code == 409
    assert "Reason Your text (not saved) Тизмеде кол жок" in page
    assert "Saved by the other person" not in page
    assert result.status is ResultStatus.REPORTED
