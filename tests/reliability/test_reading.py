"""Work that only reads sees one moment and keeps nobody from writing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pysqlite3.dbapi2 as sqlite_driver
import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock, jobs
from app.services import contributions, funding_reports
from app.services.actors import Actor
from models.base import db
from models.contributions import Check, Contribution, ContributionStatus
from models.funding_reports import FundingReport, FundingReportStatus
from models.users import User
from tests.conftest import NOW
from tests.factories import SOM, Programme
from tests.support.clients import apart
from tests.support.databases import Copy


@contextmanager
def at_first(word: str, act: Callable[[], None]) -> Iterator[list[str]]:
    """Do `act` once, just before the first SELECT that names the table `word`; the list then holds the statement."""
    seen: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not seen and statement.lstrip().startswith("SELECT") and word in statement:
            seen.append(statement)
            act()

    sa.event.listen(db.engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", look)


def make_by_the_job(app: Flask, report_id: int, _file: Path) -> str | None:
    jobs.make_funding_report(report_id)
    report = db.session.get_one(FundingReport, report_id)
    assert (report.status, report.progress) == (FundingReportStatus.DONE, 100)
    return report.content


def make_by_the_command(app: Flask, _report_id: int, file: Path) -> str:
    arguments = ["report", "funding", "--fund", "EU-DEMO", "--format", "csv", "--output", str(file)]
    done = app.test_cli_runner().invoke(args=arguments)
    assert done.exit_code == 0, f"{done.output}{done.exception!r}"
    return file.read_text(encoding="utf-8-sig")


@pytest.mark.database
@pytest.mark.parametrize("make", [make_by_the_job, make_by_the_command])
def test_a_report_is_of_one_moment(
    app: Flask, programme: Programme, database: Copy, tmp_path: Path, make: Callable[[Flask, int, Path], str | None]
) -> None:
    """A contribution is verified after the ledger was read and before the register is."""
    grant = programme.make_grant("active", is_matched=True)
    row = programme.make_contribution(grant, ContributionStatus.RECORDED, amount=7_654 * SOM)
    fund, actor = programme.fund, Actor(programme.finance)
    period = {"starts_on": date(2026, 1, 1), "ends_on": clock.bishkek_day(NOW)}
    report = funding_reports.request(fund, **period, locale="en", actor=actor, now=NOW)
    fund.code = "EU-DEMO"
    row_id, report_id, monitor_id = row.id, report.id, programme.monitor.id
    db.session.commit()

    def verify() -> None:
        with app.app_context():
            found, monitor = db.session.get_one(Contribution, row_id), db.session.get_one(User, monitor_id)
            contributions.verify(found, checks=list(Check), actor=Actor(monitor), now=NOW)
            db.session.commit()

    with at_first("FROM contributions", lambda: apart(verify)) as seen:
        content = make(app, report_id, tmp_path / "report.csv")
    assert seen and content
    assert db.session.get_one(Contribution, row_id).status is ContributionStatus.VERIFIED
    assert "7654" not in content.replace(" ", "")


@pytest.mark.parametrize("command", ["verify", "doctor", "report funding --fund EU-DEMO --output {file}"])
def test_who_reads_keeps_nobody_from_writing(
    app: Flask, demo: object, home: Path, broker: str, tmp_path: Path, command: str
) -> None:
    db.session.rollback()

    def write() -> None:
        other = sqlite_driver.connect(str(home / "ashar.sqlite3"), timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        other.close()

    with at_first("FROM", write) as seen:
        done = app.test_cli_runner().invoke(args=command.format(file=tmp_path / "report.pdf").split())
    assert done.exit_code == 0, f"{done.output}{done.exception!r}"
    assert seen
