"""The account of a grant: every entry of the ledger in order, and what is held after each."""

from collections.abc import Iterable, Mapping, Sequence

from app.labels import heading_text, label_text
from app.localisation import Money
from app.localisation import gettext as _
from app.services import ledger
from models.base import db
from models.contributions import Contribution
from models.expenditures import Expenditure
from models.grants import Grant, Tranche
from models.ledger import AccountKind, EventKind
from reports import credits
from reports.statements.data import Cell, Column, Reader, Statement, Subject, Table

HELD = (AccountKind.ADVANCED, AccountKind.CO_INVESTMENT, AccountKind.IN_KIND_HELD)
"""What the association holds, in the order of the columns."""
CLAIMS = (EventKind.RECOVERY_CLAIMED, EventKind.RECOVERY_LIFTED)
"""They change what is owed, not what is held."""
MOST = 5_000
"""So many entries stand one by one; those before them stand in the first line together."""


def gather(grant: Grant, reader: Reader) -> Statement:
    """The account of one grant: its newest entries, after what was held before them."""
    newest_first = ledger.journal(ledger.JournalFilter(grant_id=grant.id), limit=MOST + 1)
    has_more = len(newest_first) > MOST
    found = [one for one in reversed(newest_first[:MOST]) if one.kind in CLAIMS or any(moved(one).values())]
    names = _names([one.id for one in found])
    held = _held_before(grant, found) if has_more else dict.fromkeys(HELD, 0)
    rows: list[Sequence[Cell]] = []
    if has_more:
        rows.append((None, _("Held after the entries before"), *(Money(held[kind]) for kind in HELD), _cash(held)))
    for one in found:
        by = moved(one)
        held = {kind: held[kind] + by[kind] for kind in HELD}
        what = ": ".join(filter(None, [label_text(one.kind), names.get(one.id) or one.reason]))
        rows.append((one.value_on, what, *(Money(by[kind]) if by[kind] else None for kind in HELD), _cash(held)))
    table = Table(
        title=_("Entries, the oldest first"),
        columns=[
            Column(_("Day"), 1.4),
            Column(_("What"), 3.6),
            Column(_("Grant money"), 1.5, True),
            Column(_("Co-investment"), 1.5, True),
            Column(_("Goods and labour"), 1.5, True),
            Column(_("Cash held"), 1.5, True),
        ],
        rows=rows,
        total=(_("Held now"), None, *(Money(held[kind]) for kind in HELD), _cash(held)),
        empty=_("Nothing has come or gone yet."),
        subjects=[*([None] if has_more else []), *(Subject("ledger_events", one.id) for one in found)],
        note=_(
            "What came stands with plus, what was accounted for or went back with minus. Cash held: grant money and "
            "co-investment together."
        ),
    )
    return Statement(
        title=_("Account of the grant"),
        about=f"{grant.number}, {grant.association.name(reader.locale)}",
        name=grant.number,
        reader=reader,
        facts=_facts(grant, reader),
        tables=[table, _by_heading(grant)],
        credits=[credits.of_fund(grant.fund)],
    )


def _cash(held: Mapping[AccountKind, int]) -> Money:
    return Money(held[AccountKind.ADVANCED] + held[AccountKind.CO_INVESTMENT])


def _held_before(grant: Grant, found: Iterable[ledger.JournalEntry]) -> dict[AccountKind, int]:
    """What was held before these entries, the newest of all: what is held now less what they moved."""
    now = ledger.balances((*HELD, AccountKind.RECOVERABLE), grant_id=grant.id)
    held = {kind: now[kind] for kind in HELD}
    held[AccountKind.ADVANCED] += now[AccountKind.RECOVERABLE]
    for one in found:
        held = {kind: held[kind] - amount for kind, amount in moved(one).items()}
    return held


def moved(entry: ledger.JournalEntry) -> dict[AccountKind, int]:
    """What an entry added to what the association holds, in tyiyn, less what it took away.

    Money that is claimed back stays with the association until it is there: it is held like an advance.
    """
    by = dict.fromkeys(HELD, 0)
    for leg in entry.legs:
        for kind, amount in ((leg.debit.kind, leg.amount), (leg.credit.kind, -leg.amount)):
            place = AccountKind.ADVANCED if kind is AccountKind.RECOVERABLE else kind
            if place in by:
                by[place] += amount
    return by


def _facts(grant: Grant, reader: Reader) -> list[tuple[str, Cell]]:
    return [
        (_("Project"), grant.application.title),
        (_("Fund"), f"{grant.fund.code} · {grant.fund.name(reader.locale)}"),
        (_("Award"), Money(grant.amount)),
        (_("Status"), label_text(grant.status)),
        (_("First day"), grant.starts_on),
        (_("Last day"), grant.ends_on),
    ]


def _names(event_ids: Sequence[int]) -> dict[int, str]:
    """What people know the row behind each event by."""
    names: dict[int, str] = {}
    for model, text in ((Tranche, _tranche), (Contribution, _contribution), (Expenditure, _expenditure)):
        for row in db.session.scalars(db.select(model).where(model.event_id.in_(event_ids))):
            names[row.event_id] = text(row)
    return names


def _tranche(row: Tranche) -> str:
    return _(
        "tranche %(number)s, bank reference %(reference)s", number=row.sequence, reference=row.bank_reference or ""
    )


def _contribution(row: Contribution) -> str:
    return ", ".join(filter(None, [label_text(row.kind), row.reference]))


def _expenditure(row: Expenditure) -> str:
    return f"{row.title}, {row.document_number}"


def _by_heading(grant: Grant) -> Table:
    """What was accounted for, by kind of cost and who paid it."""
    sums: dict[str, list[int]] = {}
    for account, balance in _spent(grant):
        place = SPENT.index(account.kind)
        sums.setdefault(account.heading or "", [0] * len(SPENT))[place] += balance
    rows: list[Sequence[Cell]] = [
        (heading_text(heading), *(Money(amount) for amount in amounts), Money(sum(amounts)))
        for heading, amounts in sorted(sums.items())
    ]
    totals = [sum(amounts[place] for amounts in sums.values()) for place in range(len(SPENT))]
    return Table(
        title=_("Accounted for, by kind of cost"),
        columns=[
            Column(_("Kind of cost"), 3),
            Column(_("Grant money"), 1.5, True),
            Column(_("Co-investment"), 1.5, True),
            Column(_("Goods and labour"), 1.5, True),
            Column(_("Together"), 1.5, True),
        ],
        rows=rows,
        total=(_("Together"), *(Money(amount) for amount in totals), Money(sum(totals))),
        empty=_("Nothing has been accounted for yet."),
    )


SPENT = (AccountKind.SPENT, AccountKind.CO_INVESTMENT_SPENT, AccountKind.IN_KIND_USED)


def _spent(grant: Grant) -> Iterable[tuple[ledger.LedgerAccount, int]]:
    accounts = [one for one in ledger.of_grant(grant) if one.kind in SPENT]
    held = ledger.balances_of(accounts)
    return [(one, held[one.id]) for one in accounts if held[one.id]]
