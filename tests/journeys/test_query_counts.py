"""Pages ask the database a number of times that does not grow with their rows."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.services import assignments, conflicts, council_sessions
from models.applications import Application, ApplicationStatus
from models.base import db
from models.council_sessions import CouncilSession, Decision
from tests.conftest import Demonstration
from tests.support.clients import Client
from tests.support.queries import counted_queries


@pytest.fixture
def asked(app: Flask) -> Iterator[list[str]]:
    """Every statement sent."""
    with counted_queries() as statements:
        yield statements


@pytest.fixture
def session_id(demo: Demonstration) -> int:
    """A session of twenty decisions and more."""
    query = db.select(Decision.session_id).group_by(Decision.session_id).having(sa.func.count() >= 20)
    found = db.session.scalars(query.order_by(Decision.session_id)).first()
    assert found is not None
    return int(found)


@pytest.mark.parametrize("before", [None, 1500, 900, 600, 300])
def test_sixty_rows_of_the_history(client: Client, demo: Demonstration, asked: list[str], before: int | None) -> None:
    client.sign_in(demo.user("secretary"))
    asked.clear()
    page = client.get("/history", query_string={"before": before} if before else {})
    assert page.status_code == 200
    assert page.text.count("<tr") > 60
    assert len(asked) <= 20, asked


def test_the_page_of_a_session(client: Client, demo: Demonstration, session_id: int, asked: list[str]) -> None:
    client.sign_in(demo.user("secretary"))
    asked.clear()
    assert client.get(f"/council/{session_id}").status_code == 200
    assert len(asked) <= 32, asked


def test_the_content_of_a_protocol(demo: Demonstration, session_id: int, asked: list[str]) -> None:
    db.session.expunge_all()
    session = db.session.get_one(CouncilSession, session_id)
    asked.clear()
    content = council_sessions.content_of(session)
    assert len(content["decisions"]) >= 20
    assert len(asked) <= 8, asked


def test_who_may_judge_an_application(demo: Demonstration, asked: list[str]) -> None:
    db.session.expunge_all()
    query = db.select(Application).where(Application.status == ApplicationStatus.ELIGIBLE)
    application = db.session.scalars(query.order_by(Application.id)).first()
    assert application is not None
    asked.clear()
    found = assignments.eligible_reviewers(application)
    count = len(asked)
    assert len(found) >= 10
    assert count <= 8, asked
    assert not any(conflicts.hindrance(application, one) for one in found)
