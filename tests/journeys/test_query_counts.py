"""Pages ask the database a number of times that does not grow with their rows."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.services import assignment_candidates, conflicts, council_sessions, desks
from models.applications import Application, ApplicationStatus, ScreeningOutcome
from models.base import db
from models.council_sessions import CouncilSession, Decision
from models.screening_batches import HeldScreening
from tests.conftest import Demonstration
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import form_fields
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
    assert len(asked) <= 23, "fourteen tables of the session, nine of what the selection is held against and pays from"


def test_who_may_judge_an_application(demo: Demonstration, asked: list[str]) -> None:
    db.session.expunge_all()
    query = db.select(Application).where(Application.status == ApplicationStatus.ELIGIBLE)
    application = db.session.scalars(query.order_by(Application.id)).first()
    assert application is not None
    asked.clear()
    found = assignment_candidates.of_application(application, conflicts.NO_TIES)
    count = len(asked)
    free = [one.reviewer for one in found if one.problem is None]
    assert len(found) >= 10 and len(free) >= 5
    assert count <= 16, asked  # the facts of a plan, for one application as for all
    assert not any(conflicts.hindrance(application, one) for one in free)


@pytest.mark.database
@pytest.mark.parametrize("outcome", ScreeningOutcome)
def test_a_finding_for_ten_asks_no_more_than_for_one(
    client: Client, programme: Programme, asked: list[str], outcome: ScreeningOutcome
) -> None:
    """Preview and page read the same for one and for ten; holding and sending lock and write each."""
    settings = {"running_grants": 1, "co_investment_percent": 1, "founded_months": 1, "oblasts": [1]}
    calls = [programme.make_call(eligibility=settings), programme.make_call()]
    made = [
        programme.make_application(
            ApplicationStatus.SUBMITTED, call=calls[place % 2], association=programme.make_association()
        )
        for place in range(11)
    ]
    ids = [one.id for one in made]
    client.sign_in(programme.secretary).speak("en")
    one, ten = (_asked_for(client, asked, chosen, outcome) for chosen in (ids[:1], ids[1:]))
    for name in ("preview", "show"):
        assert len(one[name]) == len(ten[name]) <= 27, ten[name]
    for name in ("hold", "send"):
        assert len(_read(one[name])) == len(_read(ten[name])), ten[name]
    assert _growth("hold", one, ten) <= 9 * 2, "the lock and the row"
    assert _growth("send", one, ten) <= 9 * 4, "the screening, two changes of state, the message; or a lock for two"


@pytest.mark.either_database
def test_a_payment_is_released_with_few_questions(client: Client, programme: Programme, asked: list[str]) -> None:
    """Each guard asks once: session, form, tranche, office, account, gate, ledger, reference, audit, messages."""
    tranche = programme.make_tranche("approved")
    client.sign_in(programme.other_finance)
    url = f"/tranches/{tranche.id}/release"
    data = form_fields(client.get(url).text).to_dict() | {"bank_reference": "PAY 5", "value_on": "12.10.2026"}
    db.session.rollback()
    db.session.expunge_all()
    asked.clear()
    assert client.post(url, data=data).status_code == 303
    # On PostgreSQL besides: locks of the form, the rows, the accounts of the ledger, the reference and the audit.
    own = [one for one in asked if "FOR UPDATE" not in one and "pg_advisory" not in one]
    assert len([one for one in own if not one.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))]) <= 29, own


GROWS = (
    *("assets", "bank_statement_matches", "exchange_rates", "expenditure_reports", "expenditures", "grants"),
    *("payments", "purchases", "results", "tranche_receipts", "tranches", "visits"),
)
"""Tables that grow for as long as the programme lasts, while few of their rows wait for somebody."""


@pytest.mark.parametrize("username", ["finance1", "monitor1", "secretary"])
def test_a_desk_finds_what_waits_without_reading_all_there_is(demo: Demonstration, username: str) -> None:
    user, sent = demo.user(username), list[tuple[str, Any]]()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        desks.tasks_for(user, clock.now())
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    connection, read = db.session.connection(), []
    for statement, parameters in sent:
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
            _scan, _blank, table = row[3].partition("SCAN ")
            if table in GROWS:  # through an index the plan says which
                read.append((table, statement))
    assert sent and not read, read


def test_a_scan_that_was_used_is_found_by_its_content(demo: Demonstration) -> None:
    query = "EXPLAIN QUERY PLAN SELECT id FROM documents WHERE content_sha256 = 'a'"
    plan = db.session.execute(sa.text(query)).all()
    assert ["ix_documents_content_sha256" in row[3] for row in plan] == [True]


def _read(statements: list[str]) -> list[str]:
    """What only reads: a lock is taken row by row."""
    return [one for one in statements if one.startswith("SELECT") and "FOR UPDATE" not in one]


def _growth(name: str, one: dict[str, list[str]], ten: dict[str, list[str]]) -> int:
    return len(ten[name]) - len(one[name])


def _asked_for(client: Client, asked: list[str], ids: list[int], outcome: ScreeningOutcome) -> dict[str, list[str]]:
    """What each step of a finding for these asks of the database, from the preview to the messages."""
    steps: dict[str, list[str]] = {}

    def step(name: str, answer: Any) -> Any:
        steps[name] = asked[:]
        assert answer.status_code in (200, 303)
        return answer

    def post(name: str, address: str, data: Any) -> Any:
        db.session.rollback()
        db.session.expunge_all()
        asked.clear()
        return step(name, client.post(address, data=data))

    new = "/screening-batches/new"
    page = client.get(f"{new}?" + "&".join(f"applications={one}" for one in ids)).text
    finding = {"outcome": outcome.value, "reason": "Толук эмес", "parts": ["idea"], "check": "1"}
    seen = post("preview", new, form_fields(page).to_dict(flat=False) | finding)
    here = post("hold", new, form_fields(seen.text).to_dict(flat=False) | {"record": "1"}).location
    asked.clear()
    shown = step("show", client.get(here))
    post("send", f"{here}/send", form_fields(shown.text, f"{here}/send"))
    sent = db.session.scalars(db.select(HeldScreening.status).where(HeldScreening.application_id.in_(ids))).all()
    assert [one.value for one in sent] == ["sent"] * len(ids)
    return steps
