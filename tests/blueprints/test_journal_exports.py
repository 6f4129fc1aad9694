"""Files of the journal: asked for, written as the ledger is, read by other people's tools, forgotten after a month."""

import csv
import io
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock, jobs
from app.services import contributions, journal_exports, ledger
from app.services.actors import Actor
from models.audit import AuditEvent
from models.base import db
from models.journal_exports import ExportStatus, FileForm, JournalExport
from models.outbox import OutboxJob
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, text_of

HOSTILE = '=HYPERLINK("http://x";"y")'


@pytest.fixture
def book(programme: Programme) -> None:
    """A ledger with money in two currencies, a reversal for a reason that looks like a formula, and a rounding."""
    programme.make_grant("completed")
    programme.make_fund("EU-1", currency="EUR", amount=5_000_00)
    wrong = programme.make_contribution(programme.make_grant("active"), "verified")
    contributions.reverse(wrong, reason=HOSTILE, actor=Actor(programme.finance), now=clock.now())
    db.session.commit()


def asked(client: Client, form: str, **what: Any) -> JournalExport:
    """A file somebody has asked for and the job has written."""
    assert client.submit("/journal-exports/new", form=form, **what).status_code == 303
    export = db.session.scalars(db.select(JournalExport).order_by(JournalExport.id.desc())).first()
    assert export is not None
    jobs.write_journal_export(export.id)
    db.session.refresh(export)
    return export


def moved() -> list[tuple[int, str]]:
    return [(row.amount, row.currency) for batch in ledger.batches() for row in batch]


def test_asked_for_once_watched_written_downloaded(english: Client, programme: Programme, book: None) -> None:
    english.sign_in(programme.finance)
    data = filled(choose_form(english.get("/journal-exports/new").text, "/journal-exports/new"), {"form": "csv"})
    assert [english.post("/journal-exports/new", data=data).status_code for _ in range(2)] == [303, 303]
    (export,) = db.session.scalars(db.select(JournalExport)).all()
    (job,) = db.session.scalars(db.select(OutboxJob).where(OutboxJob.function.contains("journal"))).all()
    assert (job.function, job.arguments) == ("app.jobs.write_journal_export", [export.id])
    url = f"/journal-exports/{export.id}"
    assert f'hx-get="{url}/progress"' in english.get(url).text
    assert english.get(f"{url}/file").status_code == 404
    jobs.write_journal_export(export.id)
    jobs.write_journal_export(export.id)  # a job may run twice
    assert english.get(f"{url}/progress").headers["HX-Refresh"] == "true"
    assert "Download the file" in text_of(english.get(url).text)
    answer = english.get(f"{url}/file")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    answer.close()
    assert len(rows) == 1 + len(moved()) == 1 + export.row_count
    assert "Files of the journal" in text_of(english.get("/journal-exports").text)
    assert f"'{HOSTILE}" in [row[11] for row in rows]
    other = programme.other_finance
    english.sign_in(other)
    assert english.get(url).status_code == english.get(f"{url}/file").status_code == 404


def test_a_workbook_has_numbers_days_and_no_formula(
    app: Flask, english: Client, programme: Programme, book: None
) -> None:
    english.sign_in(programme.finance)
    export = asked(english, "xlsx")
    path = journal_exports.path_of(export, app.config["ASHAR"].exports)
    sheet = openpyxl.load_workbook(path).active
    rows = list(sheet.iter_rows(min_row=2))
    assert [(round(row[8].value * 100), row[9].value) for row in rows] == moved()
    assert {cell.data_type for row in rows for cell in row} <= {"n", "s", "d", "b"}
    assert {row[1].is_date and row[2].is_date for row in rows} == {True}
    assert HOSTILE in [row[11].value for row in rows]


def test_beancount_takes_the_whole_ledger_and_finds_our_balances(
    app: Flask, english: Client, programme: Programme, book: None
) -> None:
    """The real tool: every transaction balanced, every account as our turnovers say; and it sees one that is not."""
    english.sign_in(programme.finance)
    path = journal_exports.path_of(asked(english, "beancount"), app.config["ASHAR"].exports)
    assert checked(path) == ""
    text = path.read_text(encoding="utf-8")
    assert len(re.findall(r" balance Assets:", text)) > 3
    path.write_text(re.sub(r"( balance Assets:Available:\S+ +)(\d)", r"\g<1>1\2", text, count=1), encoding="utf-8")
    assert "Balance failed" in checked(path)


def checked(path: Path) -> str:
    """What beancount's own check says."""
    done = subprocess.run(
        [sys.executable, "-m", "beancount.scripts.check", str(path)], capture_output=True, text=True, timeout=120
    )
    return done.stdout + done.stderr


def test_a_file_of_one_grant_and_kind_holds_nothing_else(
    app: Flask, english: Client, programme: Programme, book: None
) -> None:
    grant = programme.make_grant("active")
    english.sign_in(programme.finance)
    export = asked(english, "csv", grant=grant.number, kind="grant_committed")
    assert export.row_count == 1
    refused = english.submit("/journal-exports/new", form="csv", grant="G-1999-1")
    assert refused.status_code == 422 and "There is no grant with this number." in text_of(refused.text)
    back = english.submit("/journal-exports/new", form="csv", starts_on="02.10.2026", ends_on="01.10.2026")
    assert back.status_code == 422 and "The end must not lie before the start." in text_of(back.text)


def test_what_is_not_wanted_any_more_is_not_written(
    app: Flask, english: Client, programme: Programme, book: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cancelled while the job writes: no file, no notice, and it cannot be cancelled twice."""
    english.sign_in(programme.finance)
    assert english.submit("/journal-exports/new", form="csv").status_code == 303
    (export,) = db.session.scalars(db.select(JournalExport)).all()
    lines = jobs.journal.lines

    def cancelled_meanwhile(wanted: Any) -> Any:
        with db.engine.begin() as apart:
            apart.execute(sa.update(JournalExport).values(status=ExportStatus.CANCELLED, version=9))
        return lines(wanted)

    monkeypatch.setattr(jobs.journal, "lines", cancelled_meanwhile)
    jobs.write_journal_export(export.id)
    db.session.expire_all()
    assert export.status is ExportStatus.CANCELLED and export.sha256 is None
    assert list(app.config["ASHAR"].exports.iterdir()) == []
    assert "Cancelled" in text_of(english.get(f"/journal-exports/{export.id}").text)
    monkeypatch.undo()
    assert english.submit("/journal-exports/new", form="csv").status_code == 303
    url = f"/journal-exports/{export.id + 1}"
    form = filled(choose_form(english.get(url).text, f"{url}/cancel"), {})
    assert english.post(f"{url}/cancel", data=form).status_code == 303
    jobs.write_journal_export(export.id + 1)
    assert db.session.get_one(JournalExport, export.id + 1).status is ExportStatus.CANCELLED
    assert list(app.config["ASHAR"].exports.iterdir()) == []


def test_a_file_is_deleted_after_thirty_days(app: Flask, english: Client, programme: Programme, book: None) -> None:
    english.sign_in(programme.finance)
    export = asked(english, FileForm.CSV.value)
    path = journal_exports.path_of(export, app.config["ASHAR"].exports)
    with clock.at(clock.now() + timedelta(days=29)):
        jobs.forget_journal_exports()
    assert path.is_file()
    with clock.at(clock.now() + timedelta(days=31)):
        jobs.forget_journal_exports()
    db.session.refresh(export)
    assert not path.exists() and export.status is ExportStatus.EXPIRED
    assert english.get(f"/journal-exports/{export.id}/file").status_code == 404
    actions = set(db.session.scalars(db.select(AuditEvent.action)))
    assert {f"journal_export.{act}" for act in ("request", "start", "finish", "expire")} <= actions
