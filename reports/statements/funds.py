"""The account of a fund: what came, where it is, and how it moved month by month."""

from collections import defaultdict
from datetime import date

from app.labels import label_text
from app.localisation import Money, month_text
from app.localisation import gettext as _
from app.services import funds, ledger
from models.funds import Fund
from models.ledger import WORLD, AccountKind
from reports import credits
from reports.statements.data import Cell, Column, Reader, Statement, Table

PLACES = (AccountKind.AVAILABLE, AccountKind.COMMITTED, AccountKind.ADVANCED, AccountKind.SPENT)
"""Where the money of a fund goes, from one to the next; other accounts of it are named where they hold something."""
LEFT_OUT = frozenset(
    {
        *(AccountKind.CO_INVESTMENT, AccountKind.CO_INVESTMENT_SPENT),
        *(AccountKind.IN_KIND_HELD, AccountKind.IN_KIND_USED),
    }
)
"""Not the donor's money: it is brought to the projects of the fund."""


def gather(fund: Fund, reader: Reader) -> Statement:
    """The account of one fund on the reader's day. Amounts in som; what came also in the donor's currency."""
    came = sum(one.amount for one in fund.instalments)
    return Statement(
        title=_("Account of the fund"),
        about=f"{fund.code}, {fund.name(reader.locale)}",
        name=fund.code,
        reader=reader,
        facts=[
            (_("Donor"), fund.donor.name(reader.locale)),
            (_("Amount agreed"), Money(fund.amount, fund.currency)),
            (_("Received so far"), Money(came, fund.currency)),
            (_("Still to come"), Money(fund.amount - came, fund.currency)),
        ],
        tables=[_places(fund), _months(fund), _instalments(fund)],
        credits=[credits.of_fund(fund)],
    )


def _accounts(fund: Fund) -> list[ledger.LedgerAccount]:
    """The accounts in which the donor's money of the fund lies."""
    return ledger.of_fund(fund, [one for one in AccountKind if one not in WORLD and one not in LEFT_OUT])


def _places(fund: Fund) -> Table:
    """Where all that came is now."""
    accounts = _accounts(fund)
    balances, held = ledger.balances_of(accounts), dict.fromkeys(PLACES, 0)
    for account in accounts:
        held[account.kind] = held.get(account.kind, 0) + balances[account.id]
    return Table(
        title=_("Where the money is"),
        columns=[Column(_("Account"), 3), Column(_("Som"), 1.6, True)],
        rows=[
            *((label_text(kind), Money(held[kind])) for kind in AccountKind if kind in held),
            *([(_("Given back to the donor"), Money(fund.given_back))] if fund.given_back else []),
        ],
        total=(_("Received from the donor"), Money(sum(held.values()) + fund.given_back)),
        empty="",
    )


def _months(fund: Fund) -> Table:
    """What came, was committed, paid and accounted for in each month, the newest first."""
    accounts = _accounts(fund)
    kinds = [kind for kind in AccountKind if kind in PLACES or any(one.kind is kind for one in accounts)]
    moved: dict[date, dict[AccountKind, int]] = defaultdict(lambda: dict.fromkeys(kinds, 0))
    for account in accounts:
        for month in ledger.months_of(account):
            moved[month.first][account.kind] += month.debited - month.credited
    rows: list[tuple[Cell, ...]] = []
    for first in sorted(moved, reverse=True):
        by = moved[first]
        rows.append((month_text(first), *(Money(by[kind]) for kind in kinds), Money(sum(by.values()))))
    return Table(
        title=_("Month by month"),
        columns=[
            Column(_("Month"), 1.6),
            *(Column(label_text(kind), 1.5, True) for kind in kinds),
            Column(_("All together"), 1.5, True),
        ],
        rows=rows,
        empty=_("No money has come yet."),
        note=_(
            "What each account gained in the month, less what left it. "
            "All together: what came from the donor, less what was given back."
        ),
    )


def _instalments(fund: Fund) -> Table:
    return Table(
        title=_("Instalments received"),
        columns=[
            Column(_("Day"), 1.4),
            Column(_("The bank's reference"), 2.2),
            Column(_("Amount"), 1.6, True),
            Column(_("In som"), 1.6, True),
        ],
        rows=[
            (one.received_on, one.bank_reference, Money(one.amount, one.currency), Money(one.amount_kgs))
            for one in fund.instalments
        ],
        total=(
            _("Together"),
            None,
            Money(sum(one.amount for one in fund.instalments), fund.currency),
            Money(funds.position(fund).received),
        ),
        empty=_("No money has come yet."),
    )
