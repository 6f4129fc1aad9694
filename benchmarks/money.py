"""What money costs: pages of accounts, a donor's totals, a release, and proving the whole ledger.

They are measured over a copy of the bench's data in which many applications have grants (`seeds.scale.ledger`): first
with few grants, then with all of them, since a page must not grow with the ledger.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from app import clock
from app.localisation import use_locale
from app.services import funds, ledger, verification
from benchmarks.measure import DATABASE, Cpu, Figure, cpu_figure, median_cpu
from benchmarks.signing_in import get, sent, sign_in
from models.base import db, reading
from models.funds import Fund
from models.grants import Grant, Tranche, TrancheStatus
from models.journal_exports import FileForm
from models.ledger import AccountKind, LedgerAccount
from reports import journal
from reports.journal import Line
from seeds.scale import ledger as scale
from tests.support.pages import form_fields

COUNT, RELEASES, ROWS = 200, 100, 100_000
SPARE = 5
"""Releases that warm up what is measured after them."""
FEW, MANY = 200, 20_000


def is_used_up(file: Path) -> bool:
    """Whether runs before have released so many payments that too few are left to measure another run by."""
    with closing(sqlite3.connect(file)) as connection:
        (left,) = connection.execute("SELECT count(*) FROM tranches WHERE status = 'approved'").fetchone()
    return bool(left < RELEASES + SPARE)


def load(app: Flask, floor: float) -> Iterator[Figure]:
    """Write the grants on the first run: few, which are measured, then all; later runs have them already."""
    with app.app_context():
        upgrade()
        db.session.execute(text("ANALYZE"))  # as `flask init` does: a table made anew by a migration has no figures
        db.session.commit()
        if db.session.scalar(select(Fund.id).where(Fund.code == scale.CODE)) is not None:
            db.session.rollback()
            return
        _write(FEW)
    for figure in account_pages(app, floor):
        yield replace(figure, name=f"{figure.name} (few)", goal=None)
    start = Cpu.now()
    with app.app_context():
        _write(MANY)
    yield Figure("ledger-scale", round((Cpu.now() - start) / 1000, 1), "s CPU", None, None, MANY, DATABASE[0])


def _write(count: int) -> None:
    scale.load(count, now=clock.now())
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def account_pages(app: Flask, floor: float) -> Iterator[Figure]:
    """The page of the fund, of a grant, of their accounts and of the journal; and the totals of a donor."""
    client = sign_in(app, "finance1")
    with app.app_context():
        fund = db.session.scalars(select(Fund).where(Fund.code == scale.CODE)).one()
        available = ledger.account(AccountKind.AVAILABLE, fund_id=fund.id).id
        exchange = ledger.account(AccountKind.EXCHANGE).id
        own = select(LedgerAccount.id).where(
            LedgerAccount.kind == AccountKind.ADVANCED, LedgerAccount.fund_id == fund.id
        )
        accounts = list(db.session.scalars(own.where(LedgerAccount.grant_id.is_not(None)).limit(COUNT)))
        grants = list(db.session.scalars(select(Grant.id).where(Grant.fund_id == fund.id).limit(COUNT)))
        transfers = int(ledger.count())
        fund_id, donor_id = fund.id, fund.donor_id
        db.session.rollback()
    yield Figure("ledger-transfers", transfers, "transfers", None, None, 1, DATABASE[0])
    for name, goal, urls in (
        ("fund-page", 12, [f"/funds/{fund_id}"]),
        ("grant-page", 12, [f"/grants/{one}" for one in grants]),
        ("grant-account-page", 12, [f"/ledger-accounts/{one}" for one in accounts]),
        ("fund-account-page", 12, [f"/ledger-accounts/{available}"]),
        ("exchange-account-page", None, [f"/ledger-accounts/{exchange}"]),
        ("journal-page", None, ["/ledger-events"]),
        ("journal-fund-page", None, [f"/ledger-events?fund={fund_id}&kind=tranche_released"]),
        ("trial-balance-page", None, ["/trial-balance"]),
    ):
        value = median_cpu(lambda number, urls=urls: get(client, urls[number % len(urls)]), COUNT)  # type: ignore[misc]
        yield cpu_figure(name, value, goal, floor, COUNT)

    def totals(_number: int) -> Any:
        with app.app_context(), reading():
            return funds.positions(funds.listed(select(Fund).where(Fund.donor_id == donor_id)))

    yield cpu_figure("donor-totals", median_cpu(totals, COUNT), 15, floor, COUNT)


def release_post(app: Flask, floor: float) -> Iterator[Figure]:
    """Releasing an approved tranche; each POST a fresh form."""
    client = sign_in(app, "finance1")
    with app.app_context():
        query = select(Tranche.id).where(Tranche.status == TrancheStatus.APPROVED).order_by(Tranche.id.desc())
        ids = list(db.session.scalars(query.limit(RELEASES + SPARE)))
        db.session.rollback()
    today = f"{clock.bishkek_day(clock.now()):%d.%m.%Y}"
    bodies = []
    for id_ in ids:
        fields = form_fields(get(client, f"/tranches/{id_}/release").decode()).to_dict()
        body = sent({**fields, "bank_reference": f"BENCH-{id_}-{time.time_ns()}", "value_on": today})
        bodies.append((f"/tranches/{id_}/release", body))

    def post(number: int) -> None:
        url, body = bodies[number]
        answer = client.post(url, **body)  # type: ignore[arg-type]
        if answer.status_code != 303:
            raise RuntimeError(f"{url}: {answer.status_code} {answer.get_data(as_text=True)[:2000]}")

    count = len(bodies) - SPARE
    yield cpu_figure("release-post", median_cpu(post, count), 10, floor, count)


def verify(app: Flask, floor: float) -> Iterator[Figure]:
    """`flask verify` of all that is money: balances, turnovers, funds, tranches, match."""
    with app.app_context(), reading():
        for name, check in verification.MONEY:
            start = Cpu.now()
            done = verification.Check(name)
            done.findings.extend(check(done))
            took = (Cpu.now() - start) / 1000
            if done.findings:
                raise RuntimeError(f"{name}: {done.findings[:3]}")
            yield Figure(f"verify: {name}", round(took, 2), "s CPU", None, None, 1, DATABASE[0])


def journal_file(app: Flask, floor: float) -> Iterator[Figure]:
    """A workbook of 100,000 rows of the journal beside the same cells written by the bare library."""
    with app.app_context(), reading(), use_locale("ru"), TemporaryDirectory() as folder:
        rows: list[Line] = []
        for line in journal.lines(ledger.JournalFilter()):
            rows.append(line)
            if len(rows) == ROWS:
                break
        start = Cpu.now()
        _bare(Path(folder) / "bare.xlsx", rows)
        bare = (Cpu.now() - start) / 1000
        count = len(rows)
        del rows
        start = Cpu.now()
        first = (line for line, _number in zip(journal.lines(ledger.JournalFilter()), range(ROWS), strict=False))
        journal.write(Path(folder) / "own.xlsx", FileForm.XLSX, first, ledger.JournalFilter(fund_id=0), clock.now())
        own = (Cpu.now() - start) / 1000
    yield Figure("journal-bare", round(bare, 1), "s CPU", None, None, count, DATABASE[0])
    yield Figure("journal-file", round(own, 1), "s CPU", round(1.5 * bare, 1), None, count, DATABASE[0])


def _bare(path: Path, rows: list[Line]) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, line in enumerate(rows):
        for column, value in enumerate(
            (
                *(line.event_id, line.value_on.isoformat(), line.occurred_at.isoformat(), line.kind.value),
                *(line.debit.kind.value, line.credit.kind.value, line.fund or "", line.grant or ""),
                *(float(line.amount), line.currency, line.who, line.reason, line.reverses_id or ""),
            )
        ):
            sheet.write(number, column, value)
    book.close()
