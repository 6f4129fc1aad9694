"""The tranche calendar with a forecast of cash: what is to be paid in which month, and whether the money is there."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from app.labels import label_text
from app.localisation import Money, month_text
from app.localisation import gettext as _
from app.services import funds, ledger
from models.base import db
from models.funds import Fund
from models.grants import PAID, Grant, GrantStatus, Tranche, TrancheStatus
from models.ledger import AccountKind
from reports.statements.data import Column, Reader, Statement, Subject, Table

TO_BE_PAID = tuple(one for one in TrancheStatus if one not in PAID and one is not TrancheStatus.DROPPED)
HELD = (AccountKind.AVAILABLE, AccountKind.COMMITTED)
"""What of a fund's money has not left it."""
GOING_ON = (GrantStatus.ACCEPTED, GrantStatus.ACTIVE, GrantStatus.SUSPENDED)


def gather(reader: Reader) -> Statement:
    """What is still to be paid, by month and fund; what is overdue counts for the present month."""
    tranches = _tranches(reader)
    together = Money(sum(one.amount for one in tranches))
    return Statement(
        title=_("Tranche calendar and cash forecast"),
        about=_("Every fund"),
        name="tranche-calendar",
        reader=reader,
        facts=[(_("Still to be paid to running grants"), together)],
        tables=[*_forecasts(tranches, reader), _calendar(tranches, reader)],
        notes=[
            _("A tranche that is overdue counts for the present month. What the donor still owes is not counted."),
            _("In a fund: what was received and has not been paid out, promised or not."),
        ],
    )


def _tranches(reader: Reader) -> list[Tranche]:
    query = (
        db.select(Tranche)
        .join(Grant)
        .where(Tranche.status.in_(TO_BE_PAID), Grant.status.in_(GOING_ON), Grant.id.not_in(reader.without))
        .options(db.contains_eager(Tranche.grant).joinedload(Grant.association))
        .order_by(Tranche.due_on, Tranche.grant_id, Tranche.sequence)
    )
    return list(db.session.scalars(query))


def month_of(due_on: date, today: date) -> date:
    """The first day of the month in which a payment falls: of its due day, or of today when that is past."""
    return max(due_on, today).replace(day=1)


def _forecasts(tranches: Iterable[Tranche], reader: Reader) -> Iterable[Table]:
    """A table a fund: month after month what is to be paid, and what the fund then holds."""
    due: dict[int, dict[date, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in tranches:
        due[one.grant.fund_id][month_of(one.due_on, reader.day)].append(one.amount)
    found = funds.listed(db.select(Fund).where(Fund.id.in_(due)))
    held = ledger.balances_of_funds(HELD, due)
    for fund in found:
        cash = sum(held[fund.id].values())
        rows: list[tuple[str, int | None, Money | None, Money]] = [(_("In the fund now"), None, None, Money(cash))]
        for month, amounts in sorted(due[fund.id].items()):
            cash -= sum(amounts)
            rows.append((month_text(month), len(amounts), Money(sum(amounts)), Money(cash)))
        owed = fund.amount - sum(one.amount for one in fund.instalments)
        yield Table(
            title=f"{fund.code} · {fund.name(reader.locale)}",
            columns=[
                Column(_("Month"), 2),
                Column(_("Tranches"), 1, True),
                Column(_("To be paid"), 1.6, True),
                Column(_("Left in the fund"), 1.6, True),
            ],
            rows=rows,
            empty="",
            note=_("The donor still owes %(amount)s.", amount=Money(owed, fund.currency)) if owed > 0 else "",
        )


def _calendar(tranches: list[Tranche], reader: Reader) -> Table:
    return Table(
        title=_("Tranches still to be paid"),
        columns=[
            Column(_("Grant"), 1.5),
            Column(_("Association"), 3),
            Column(_("Tranche"), 0.9, True),
            Column(_("Due on"), 1.2),
            Column(_("Status"), 1.6),
            Column(_("Amount"), 1.6, True),
        ],
        rows=[
            (
                one.grant.number,
                one.grant.association.name(reader.locale),
                one.sequence,
                one.due_on,
                _overdue(one, reader) or label_text(one.status),
                Money(one.amount),
            )
            for one in tranches
        ],
        total=(_("Together"), None, len(tranches), None, None, Money(sum(one.amount for one in tranches))),
        empty=_("No tranche is to be paid any more."),
        subjects=[Subject("grants", one.grant_id) for one in tranches],
    )


def _overdue(tranche: Tranche, reader: Reader) -> str:
    late = tranche.due_on < reader.day
    return _("%(status)s, overdue", status=label_text(tranche.status)) if late else ""
