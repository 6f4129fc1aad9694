"""What entering a bank's statement costs: 10,000 rows read, stored and matched with all that was recorded around.

The rows are made from recorded contributions: half with their number, a quarter without one, a quarter that nobody
recorded. They are held against every contribution, release and instalment within ninety days of theirs.
"""

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import func, select

from app import clock, jobs
from app.services import bank_statements
from app.services.actors import Actor
from app.services.bank_statement_records import AROUND
from app.services.bank_tables import Column, DecimalMark, Layout
from benchmarks.measure import DATABASE, Cpu, Figure
from models.bank_statements import BankStatementMatch, BankStatementStatus
from models.base import db
from models.contributions import Contribution, ContributionStatus
from models.users import User

ROWS, GOAL = 10_000, 20
"""The goal is that of the whole in seconds of CPU."""
COUNTING = Contribution.status.in_([ContributionStatus.RECORDED, ContributionStatus.VERIFIED])
COLUMNS = {Column.DAY: 0, Column.AMOUNT: 1, Column.CURRENCY: 2, Column.REFERENCE: 3, Column.NAME: 4}


def entering(app: Flask, floor: float) -> Iterator[Figure]:
    """Bring the file in, read it, enter it and match it, as the page and its two jobs do."""
    with app.app_context():
        actor = Actor(db.session.scalars(select(User).where(User.username == "finance1")).one())
        content, against = _content()
        db.session.commit()
        start = Cpu.now()
        file = bank_statements.look_at("bench.csv", content)
        statement = bank_statements.bring_in(file, account="bench 0001", channel=None, actor=actor, now=clock.now())
        layout = Layout(COLUMNS, head=0, mark=DecimalMark.POINT)
        bank_statements.name_columns(statement, layout, actor=actor, now=clock.now())
        db.session.commit()
        jobs.read_bank_statement(statement.id)
        bank_statements.enter(statement, actor=actor, now=clock.now())
        db.session.commit()
        jobs.enter_bank_statement(statement.id)
        took = (Cpu.now() - start) / 1000
        if statement.status is not BankStatementStatus.ENTERED:
            raise RuntimeError(f"the statement is {statement.status}")
        matched = db.session.scalar(select(func.count()).select_from(BankStatementMatch)) or 0
        db.session.rollback()
    yield Figure("statement", round(took, 2), "s CPU", GOAL, round(floor / 1000, 4), ROWS, DATABASE[0])
    yield Figure("statement-records", against, "contributions", None, None, 1, DATABASE[0])
    yield Figure("statement-matched", matched, "rows", None, None, ROWS, DATABASE[0])


def _content() -> tuple[bytes, int]:
    """The file, and how many contributions lie within the days its rows are held against."""
    columns = (Contribution.sent_on, Contribution.amount, Contribution.currency, Contribution.reference)
    query = select(*columns, Contribution.sender_name).where(COUNTING, Contribution.reference_key.is_not(None))
    found = db.session.execute(query.order_by(Contribution.sent_on.desc(), Contribution.id).limit(ROWS)).all()
    lines = ["Day,Amount,Currency,Number,Name"]
    for number, row in enumerate(found):
        reference = row.reference if number % 4 < 2 else ""
        name = "" if number % 4 == 3 else row.sender_name
        amount = f"{row.amount // 100}.{row.amount % 100:02d}"
        lines.append(f'{row.sent_on:%d.%m.%Y},{amount},{row.currency},{reference},"{name}"')
    first, last = found[-1].sent_on - AROUND, found[0].sent_on + AROUND
    around = select(func.count()).select_from(Contribution).where(COUNTING, Contribution.sent_on.between(first, last))
    return "\n".join(lines).encode(), db.session.scalar(around) or 0
