"""Leverage: verified co-investment for each som of grant money paid out, by fund and by oblast."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.localisation import Money
from app.localisation import gettext as _
from app.services import ledger
from models.associations import Association
from models.base import db
from models.funds import Fund
from models.grants import Grant
from models.ledger import AccountKind
from models.places import AyilOkmotu, Oblast, Rayon
from reports.funding.data import Leverage
from reports.statements.data import Cell, Column, Reader, Statement, Table

CASH = (AccountKind.CO_INVESTMENT, AccountKind.CO_INVESTMENT_SPENT)
IN_KIND = (AccountKind.IN_KIND_HELD, AccountKind.IN_KIND_USED)
DISBURSED = (AccountKind.ADVANCED, AccountKind.RECOVERABLE, AccountKind.WRITTEN_OFF, AccountKind.SPENT)


def gather(reader: Reader) -> Statement:
    """By fund and by oblast, each with cash only and with goods and labour."""
    parts = _of_grants(reader)  # by the row and not by its name: two funds may be called the same
    whole = added(leverage for _fund, _oblast, leverage in parts)
    return Statement(
        title=_("Leverage"),
        about=_("Every fund"),
        name="leverage",
        reader=reader,
        facts=[
            (_("Leverage, cash only"), whole.cash_only),
            (_("Leverage, with goods and labour"), whole.with_in_kind),
        ],
        tables=[
            _table(_("By fund"), _("Fund"), [(fund, leverage) for fund, _oblast, leverage in parts]),
            _table(_("By oblast"), _("Oblast"), [(oblast, leverage) for _fund, oblast, leverage in parts]),
        ],
        notes=[
            _("Leverage = verified co-investment ÷ grant money paid out, both up to this day. Pledges do not count."),
            _("Goods and labour are valued by the price list and shown apart."),
        ],
    )


def added(parts: Iterable[Leverage]) -> Leverage:
    """Numerators and denominators added up, never ratios."""
    cash = in_kind = disbursed = 0
    for one in parts:
        cash, in_kind, disbursed = cash + one.cash, in_kind + one.in_kind, disbursed + one.disbursed
    return Leverage(cash, in_kind, disbursed)


@dataclass(frozen=True)
class _Group:
    """What grants are added up by: a fund or an oblast, as it is called in the reader's language."""

    name: str
    id: int


def _table(title: str, of: str, parts: Iterable[tuple[_Group, Leverage]]) -> Table:
    groups: dict[_Group, list[Leverage]] = defaultdict(list)
    for group, leverage in parts:
        groups[group].append(leverage)
    ordered = sorted(groups.items(), key=lambda one: (one[0].name, one[0].id))
    rows = [(group.name, *_figures(added(found))) for group, found in ordered]
    return Table(
        title=title,
        columns=[
            Column(of, 2.6),
            Column(_("Paid out"), 1.6, True),
            Column(_("Verified cash"), 1.6, True),
            Column(_("Goods and labour"), 1.5, True),
            Column(_("Cash only"), 1, True),
            Column(_("With goods and labour"), 1.2, True),
        ],
        rows=rows,
        total=(_("Together"), *_figures(added(one for found in groups.values() for one in found))),
        empty=_("No grant has begun yet."),
    )


def _figures(one: Leverage) -> tuple[Cell, ...]:
    return Money(one.disbursed), Money(one.cash), Money(one.in_kind), one.cash_only, one.with_in_kind


def _of_grants(reader: Reader) -> list[tuple[_Group, _Group, Leverage]]:
    """(fund, oblast, leverage) of every grant."""
    query = (
        db.select(Grant.id, Fund, Oblast)
        .join(Fund, Fund.id == Grant.fund_id)
        .join(Association, Association.id == Grant.association_id)
        .join(AyilOkmotu, AyilOkmotu.id == Association.ayil_okmotu_id)
        .join(Rayon, Rayon.id == AyilOkmotu.rayon_id)
        .join(Oblast, Oblast.id == Rayon.oblast_id)
        .where(Grant.accepted_at.is_not(None), Grant.id.not_in(reader.without))
    )
    rows = db.session.execute(query).all()
    held = ledger.balances_of_grants((*CASH, *IN_KIND, *DISBURSED), [row[0] for row in rows])
    return [
        (
            _Group(f"{fund.code} · {fund.name(reader.locale)}", fund.id),
            _Group(oblast.name(reader.locale), oblast.id),
            Leverage(*(sum(held[grant_id][kind] for kind in of) for of in (CASH, IN_KIND, DISBURSED))),
        )
        for grant_id, fund, oblast in rows
    ]
