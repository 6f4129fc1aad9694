"""A bank statement of the demonstration: rows that fit exactly, rows that only may fit, and one nothing fits."""

import csv
import io
from datetime import datetime
from decimal import Decimal

from app.clock import bishkek_day
from app.localisation import plain_amount
from app.services import bank_statement_matches, bank_statements
from app.services.actors import Actor
from app.services.bank_tables import Column, Layout
from models.bank_statements import BankStatement, BankStatementMatch, BankStatementRow, Likeness
from models.base import BASE_CURRENCY, db
from models.contributions import Contribution, ContributionKind, ContributionStatus
from models.grants import PAID, Tranche
from seeds.agenda import Story, later
from seeds.payment_batches import BANK_CODE
from seeds.programme import Programme

ENTERED_AGO = 4
HEAD = ("Дата операции", "Дебет", "Кредит", "Валюта", "Номер документа", "Контрагент", "Назначение платежа")
COLUMNS = {
    **{Column.DAY: 0, Column.WENT: 1, Column.CAME: 2, Column.CURRENCY: 3},
    **{Column.REFERENCE: 4, Column.NAME: 5, Column.TEXT: 6},
}
CAME, PAID_OUT, CONFIRMED = 6, 3, 3
MISTYPED = Decimal(100)
PURPOSE = {"came": "Материальная помощь", "paid": "Перечисление по соглашению о гранте"}
FEE = ("45,00", "Комиссия за обслуживание счёта")
Row = tuple[str, str, str, str, str, str, str]


def of_the_month(programme: Programme) -> Story:
    """The bank's table is brought in, its columns named, looked at and entered; some of its exact matches confirmed."""
    chance = programme.chance("bank statements")
    now = yield later(programme.agenda.until, -ENTERED_AGO, chance)
    actor = programme.as_staff("finance1")
    content = _content(now)
    file = bank_statements.look_at("выписка.csv", content)
    account = f"{BANK_CODE}0000000001"
    statement = bank_statements.bring_in(file, account=account, channel=None, actor=actor, now=now)
    bank_statements.name_columns(statement, Layout(COLUMNS, head=1), actor=actor, now=now)
    read = bank_statements.read_file(content, statement.form, bank_statements.layout_of(statement))
    bank_statements.note_read(statement, read, now=now)
    bank_statements.enter(statement, actor=actor, now=now)
    bank_statements.store(statement, read, now=now)
    found = bank_statement_matches.propose(statement, bank_statement_matches.proposals(statement))
    bank_statements.finish(statement, exact=found.exact, likely=found.likely, returned=found.returned, now=now)
    now = yield later(now, 1, chance)
    _confirm(statement, actor, now)


def _confirm(statement: BankStatement, actor: Actor, now: datetime) -> None:
    query = db.select(BankStatementMatch.id).join(BankStatementMatch.row).order_by(BankStatementMatch.id)
    exact = (BankStatementRow.statement_id == statement.id) & (BankStatementMatch.likeness == Likeness.EXACT)
    ids = list(db.session.scalars(query.where(exact, ~BankStatementMatch.is_return).limit(CONFIRMED)))
    bank_statement_matches.confirm_exact(statement, ids, actor=actor, now=now)


def _content(now: datetime) -> bytes:
    """The table as a bank's program writes it: who and when above the head, a fee that nobody records, a total."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    day = f"{bishkek_day(now):%d.%m.%Y}"
    writer.writerow(["Выписка по счёту", f"{BANK_CODE}0000000001", "", "", "", "", ""])
    writer.writerow(HEAD)
    writer.writerows([*_came(now), *_paid(), (day, FEE[0], "", BASE_CURRENCY, "", "", FEE[1])])
    writer.writerow(["Итого", "", "", "", "", "", ""])
    return text.getvalue().encode()


def _came(now: datetime) -> list[Row]:
    """The last remittances: the last but one stands there with another amount, the last with another number."""
    query = db.select(Contribution).where(
        Contribution.kind == ContributionKind.REMITTANCE,
        Contribution.status.in_([ContributionStatus.RECORDED, ContributionStatus.VERIFIED]),
    )
    newest = query.order_by(Contribution.sent_on.desc(), Contribution.id.desc()).limit(CAME)
    rows = []
    for place, one in enumerate(db.session.scalars(newest)):
        amount = plain_amount(one.amount, one.currency) + (MISTYPED if place == 1 else 0)
        number = f"9{one.reference}7" if place == 0 else one.reference
        day = f"{one.sent_on:%d.%m.%Y}"
        rows.append((day, "", f"{amount}".replace(".", ","), one.currency, number, one.sender_name, PURPOSE["came"]))
    return rows


def _paid() -> list[Row]:
    query = db.select(Tranche).where(Tranche.status.in_(PAID)).order_by(Tranche.released_at.desc(), Tranche.id.desc())
    rows = []
    for one in db.session.scalars(query.limit(PAID_OUT)):
        day, amount = (
            f"{bishkek_day(one.released_at):%d.%m.%Y}",
            f"{plain_amount(one.amount, BASE_CURRENCY)}".replace(".", ","),
        )
        holder = one.payout_account.holder if one.payout_account else ""
        rows.append(
            (day, amount, "", BASE_CURRENCY, one.bank_reference or "", holder, f"{PURPOSE['paid']} {one.grant.number}")
        )
    return rows
