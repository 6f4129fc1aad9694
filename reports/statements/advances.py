"""Aged advances: what was paid to associations and is not accounted for yet, by how long ago it was paid."""

from collections.abc import Iterable, Mapping

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.localisation import gettext as _
from app.services import ledger, repayments
from models.associations import Association
from models.base import db
from models.grants import PAID, Grant, Tranche
from models.ledger import AccountKind
from reports.statements.data import Column, Reader, Statement, Subject, Table

AGES: tuple[tuple[int | None, str], ...] = (
    (30, N_("up to 30 days")),
    (60, N_("31 to 60 days")),
    (90, N_("61 to 90 days")),
    (180, N_("91 to 180 days")),
    (None, N_("more than 180 days")),
)
"""(most days, message id), the youngest first."""


def open_parts(amounts: Iterable[int], advanced: int) -> list[int]:
    """What of each payment is not accounted for, in tyiyn; `amounts` in the order they were paid.

    Accounts are taken for the first payment first, so what is `advanced` lies in the last ones. The parts add up to
    it, unless more is advanced than was paid: what is beyond stands with the first.
    """
    left, found = advanced, []
    for amount in reversed(list(amounts)):
        part = min(amount, max(0, left))
        left -= part
        found.append(part)
    if found and left > 0:
        found[-1] += left
    return found[::-1]


def age_of(days: int) -> str:
    """The message id of the age of a payment that was made so many days ago."""
    return next(text for most, text in AGES if most is None or days <= most)


def gather(reader: Reader) -> Statement:
    """Every payment with a part that is not accounted for, the oldest first."""
    lines = sorted(_lines(reader), key=lambda line: (-line[1], line[0].grant.number, line[0].sequence))
    by_age = dict.fromkeys((text for _most, text in AGES), 0)
    counts = dict.fromkeys(by_age, 0)
    for _tranche, days, part in lines:
        by_age[age_of(days)] += part
        counts[age_of(days)] += 1
    total = sum(by_age.values())
    ages = Table(
        title=_("By age"),
        columns=[Column(_("Paid"), 3), Column(_("Payments"), 1, True), Column(_("Not accounted for"), 1.6, True)],
        rows=[(_(text), counts[text], Money(amount)) for text, amount in by_age.items()],
        total=(_("Together"), len(lines), Money(total)),
        empty="",
    )
    rows = [
        (
            tranche.grant.number,
            tranche.grant.association.name(reader.locale),
            tranche.sequence,
            bishkek_day(tranche.released_at) if tranche.released_at else None,
            days,
            Money(tranche.amount),
            Money(part),
        )
        for tranche, days, part in lines
    ]
    payments = Table(
        title=_("Payments not fully accounted for"),
        columns=[
            Column(_("Grant"), 1.5),
            Column(_("Association"), 3),
            Column(_("Tranche"), 0.9, True),
            Column(_("Paid on"), 1.2),
            Column(_("Days"), 0.8, True),
            Column(_("Amount"), 1.6, True),
            Column(_("Not accounted for"), 1.6, True),
        ],
        rows=rows,
        total=(_("Together"), None, None, None, None, Money(sum(one[0].amount for one in lines)), Money(total)),
        empty=_("Everything that was paid is accounted for."),
        subjects=[Subject("grants", tranche.grant_id) for tranche, _days, _part in lines],
        note=_("What is accounted for is taken for the payments made first."),
    )
    return Statement(
        title=_("Aged advances"),
        about=_("Every fund"),
        name="aged-advances",
        reader=reader,
        facts=[(_("Paid to associations and not accounted for"), Money(total))],
        tables=[payments, ages],
    )


def _lines(reader: Reader) -> Iterable[tuple[Tranche, int, int]]:
    """(payment, days since, what is not accounted for in tyiyn), of those of which something is not."""
    query = (
        db.select(Tranche)
        .join(Grant)
        .where(Tranche.status.in_(PAID), Grant.id.not_in(reader.without))
        .options(db.contains_eager(Tranche.grant).joinedload(Grant.association).load_only(*_NAMES))
        .order_by(Tranche.grant_id, Tranche.released_at, Tranche.sequence)
    )
    paid: dict[int, list[Tranche]] = {}
    for tranche in db.session.scalars(query):
        paid.setdefault(tranche.grant_id, []).append(tranche)
    held: Mapping[int, Mapping[AccountKind, int]] = ledger.balances_of_grants(repayments.SOURCES, paid)
    for grant_id, tranches in paid.items():
        parts = open_parts([one.amount for one in tranches], sum(held[grant_id].values()))
        for tranche, part in zip(tranches, parts, strict=True):
            if part and tranche.released_at:
                yield tranche, (reader.day - bishkek_day(tranche.released_at)).days, part


_NAMES = (Association.name_ky, Association.name_ru, Association.name_en)
