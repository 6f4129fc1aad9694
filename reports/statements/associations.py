"""The statement of an association: its grants, its co-investment, what comes next; one page, printed at the centre."""

from collections.abc import Iterable, Mapping, Sequence

from app.clock import bishkek_day
from app.labels import label_text
from app.localisation import Money
from app.localisation import gettext as _
from app.services import co_investments, gates, ledger, match, repayments, tranche_receipts
from app.services.co_investments import MatchArithmetic
from models.associations import Association
from models.base import db
from models.contributions import Contribution, ContributionStatus
from models.grants import Grant, GrantStatus, TrancheStatus
from models.ledger import AccountKind
from reports import credits
from reports.statements.data import Cell, Column, Reader, Statement, Subject, Table

HELD = (
    *(AccountKind.ADVANCED, AccountKind.RECOVERABLE, AccountKind.SPENT),
    *(AccountKind.CO_INVESTMENT, AccountKind.IN_KIND_HELD),
)
OVER = (GrantStatus.COMPLETED, GrantStatus.CLOSED, GrantStatus.TERMINATED)


def gather(association: Association, reader: Reader) -> Statement:
    """Every grant the association accepted, with its money and what is to be done next."""
    query = (
        db.select(Grant)
        .where(Grant.association_id == association.id, Grant.accepted_at.is_not(None), Grant.id.not_in(reader.without))
        .order_by(Grant.id)
    )
    found = list(db.session.scalars(query))
    held = ledger.balances_of_grants(HELD, [one.id for one in found])
    matches = [(one, co_investments.match_of(one)) for one in found]
    account = association.payout_account
    given: list[credits.Credit] = []
    for one in found:
        credit = credits.of_fund(one.fund)
        if credit not in given:
            given.append(credit)
    return Statement(
        title=_("Statement of the association"),
        about=association.name(reader.locale),
        name=f"association-{association.id}",
        reader=reader,
        facts=[
            (_("Ayil aymak"), association.ayil_okmotu.name(reader.locale)),
            (_("Resource centre"), association.centre.name(reader.locale)),
            (_("Account"), f"{account.bank}, {account.masked_number}" if account else _("No confirmed account.")),
        ],
        tables=[_grants(found, held), _co_investment(matches), _next(matches)],
        credits=given,
        signers=[_("Given out by the centre"), _("Received by the association")],
        short=True,
    )


def _grants(found: Sequence[Grant], held: Mapping[int, Mapping[AccountKind, int]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    sums, repaid = [0, 0, 0, 0, 0], repayments.by_grant([one.id for one in found])
    for one in found:
        by = held[one.id]
        paid = sum(part.amount for part in one.tranches if part.is_paid)
        open_ = by[AccountKind.ADVANCED] + by[AccountKind.RECOVERABLE]
        amounts = one.amount, paid, by[AccountKind.SPENT], repaid.get(one.id, 0), open_
        sums = [before + amount for before, amount in zip(sums, amounts, strict=True)]
        rows.append((one.number, label_text(one.status), *(Money(amount) for amount in amounts)))
    return Table(
        title=_("Grants"),
        columns=[
            Column(_("Grant"), 1.6),
            Column(_("Status"), 1.4),
            Column(_("Award"), 1.6, True),
            Column(_("Paid"), 1.6, True),
            Column(_("Accounted for"), 1.6, True),
            Column(_("Paid back"), 1.5, True),
            Column(_("Still to account for"), 1.6, True),
        ],
        rows=rows,
        total=(_("Together"), None, *(Money(amount) for amount in sums)),
        empty=_("The association has no grant yet."),
        subjects=[Subject("grants", one.id) for one in found],
    )


def _co_investment(matches: Sequence[tuple[Grant, MatchArithmetic]]) -> Table:
    waiting = _waiting([grant.id for grant, _match in matches])
    rows = [
        (
            grant.number,
            Money(match.due(match.rule_of(grant), grant.amount).total),
            Money(found.verified.remittance + found.verified.community_cash),
            Money(found.verified.in_kind),
            Money(waiting.get(grant.id, 0)),
            Money(found.counted),
        )
        for grant, found in matches
    ]
    return Table(
        title=_("Co-investment"),
        columns=[
            Column(_("Grant"), 1.6),
            Column(_("Needed for the whole grant"), 1.6, True),
            Column(_("Verified cash"), 1.6, True),
            Column(_("Goods and labour"), 1.5, True),
            Column(_("Waits to be verified"), 1.5, True),
            Column(_("Counts for the match"), 1.5, True),
        ],
        rows=rows,
        empty=_("The association has no grant yet."),
        subjects=[Subject("grants", grant.id) for grant, _match in matches],
    )


def _waiting(grant_ids: Sequence[int]) -> dict[int, int]:
    query = (
        db.select(Contribution.grant_id, db.func.sum(Contribution.amount_kgs))
        .where(Contribution.grant_id.in_(grant_ids), Contribution.status == ContributionStatus.RECORDED)
        .group_by(Contribution.grant_id)
    )
    return {grant_id: int(amount) for grant_id, amount in db.session.execute(query)}


def _next(matches: Sequence[tuple[Grant, MatchArithmetic]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    subjects: list[Subject] = []
    for grant, found in matches:
        if grant.status in OVER:
            continue
        for line in _steps(grant, found):
            rows.append((grant.number, *line))
            subjects.append(Subject("grants", grant.id))
    return Table(
        title=_("What comes next"),
        columns=[
            Column(_("Grant"), 1.6),
            Column(_("What"), 4.2),
            Column(_("Amount"), 1.6, True),
            Column(_("By"), 1.2),
        ],
        rows=rows,
        empty=_("Nothing waits for the association."),
        subjects=subjects,
    )


def _steps(grant: Grant, found: MatchArithmetic) -> Iterable[tuple[Cell, ...]]:
    """(what, how much, by when), what the association does before what the programme does."""
    for one in grant.tranches:
        if one.status is TrancheStatus.RELEASED and one.released_at is not None:
            until = bishkek_day(one.released_at + tranche_receipts.CONFIRM_WITHIN)
            yield (
                _("The association confirms that tranche %(number)s arrived", number=one.sequence),
                Money(one.amount),
                until,
            )
    paid = [one.sequence for one in grant.tranches if one.is_paid]
    missing = gates.accounting_due(grant, paid[-1]) - gates.accounted(grant) if paid else 0
    if missing > 0:
        last = grant.ends_on if found.next_ is None else found.next_.due_on
        yield _("The association hands in documents of what it spent of the grant"), Money(missing), last
    if found.next_ is None:
        return
    if found.missing.total:
        yield (
            _("The association brings co-investment and has it verified"),
            Money(found.missing.total),
            found.next_.due_on,
        )
    text = _("The programme pays tranche %(number)s once its conditions are met", number=found.next_.sequence)
    yield text, Money(found.next_.amount), found.next_.due_on
