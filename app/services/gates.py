"""The gate of a tranche: every condition of its payment with its figures, met or not, overridden or not."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import co_investments, expenditure_reports, grants, ledger, payout_accounts, verified_co_investments
from app.services.errors import DomainError, IncompleteError
from app.services.match import Verified
from models.applications import Payer
from models.base import db
from models.expenditure_reports import ExpenditureReport
from models.expenditures import COUNTED, Expenditure, ExpenditureStatus
from models.grants import Grant, GrantStatus, Tranche, TrancheStatus
from models.ledger import AccountKind
from models.overrides import OverridableCondition, Override, OverrideStatus
from models.repayments import Repayment, RepaymentStatus
from models.visits import Visit, VisitStatus


@dataclass(frozen=True)
class Condition:
    """One condition of the gate: its text, whether it is met, and the figures (message with parameters).

    `evidence` is the visit it rests on, `report` the spending report; `override` what two people set it aside by.
    """

    key: str
    text: str
    met: bool
    detail: DomainError
    evidence: Visit | None = None
    override: Override | None = None
    report: ExpenditureReport | None = None

    @property
    def is_passed(self) -> bool:
        """Whether it keeps the payment back no more."""
        return self.met or self.override is not None


_LAST_VISIT = (  # made once, with what follows: every payment and every page of a grant asks it
    db.select(Visit)
    .where(Visit.grant_id == db.bindparam("grant_id"), Visit.status == VisitStatus.DONE)
    .order_by(Visit.recorded_at.desc(), Visit.id.desc())
    .limit(1)
)
_IN_FORCE = db.select(Override).where(
    Override.grant_id == db.bindparam("grant_id"), Override.status == OverrideStatus.APPROVED
)


class _Facts:
    """What the conditions of all tranches of a grant rest on; each is read once, when the first condition asks."""

    def __init__(self, grant: Grant) -> None:
        self.grant = grant

    @cached_property
    def verified(self) -> Verified:
        return verified_co_investments.of(self.grant)

    @cached_property
    def accounted(self) -> int:
        return accounted(self.grant)

    @cached_property
    def last_visit(self) -> Visit | None:
        found: Visit | None = db.session.scalar(_LAST_VISIT, {"grant_id": self.grant.id})
        return found

    @cached_property
    def last_report(self) -> ExpenditureReport | None:
        return expenditure_reports.last_accepted(self.grant)

    @cached_property
    def owed(self) -> int:
        return ledger.balances((AccountKind.RECOVERABLE,), grant_id=self.grant.id)[AccountKind.RECOVERABLE]

    @cached_property
    def overrides(self) -> Mapping[int, Mapping[OverridableCondition, Override]]:
        """{tranche: what is in force for its next payment}."""
        found: dict[int, dict[OverridableCondition, Override]] = defaultdict(dict)
        for one in db.session.scalars(_IN_FORCE, {"grant_id": self.grant.id}):
            found[one.tranche_id][one.condition] = one
        return found


def gates_of(grant: Grant) -> Mapping[int, list[Condition]]:
    """{tranche id: its gate}, of every tranche that waits to be paid."""
    facts = _Facts(grant)
    return {one.id: _gate(one, facts) for one in grant.tranches if not one.is_paid and not one.is_settled}


def gate(tranche: Tranche) -> list[Condition]:
    """The conditions for paying `tranche`, each with what is there and what is missing (domain.md section 4).

    A visit and a spending report are conditions only where the grant asks for them before this tranche.
    """
    return _gate(tranche, _Facts(tranche.grant))


def _gate(tranche: Tranche, facts: _Facts) -> list[Condition]:
    grant = facts.grant
    before = [one for one in grant.tranches if one.sequence < tranche.sequence and one.amount]  # none that was dropped
    through = sum(one.amount for one in before) + tranche.amount
    previous = before[-1] if before else None
    overrides = {} if tranche.is_paid else facts.overrides.get(tranche.id, {})
    asks = tranche.sequence in grant.visit_before
    last = facts.last_visit if asks or grant.is_running else None
    return [
        Condition(
            "match",
            N_("The co-investment due is verified."),
            co_investments.missing(grant, through, facts.verified).total == 0,
            co_investments.shortfall(grant, through, facts.verified),
        ),
        Condition(
            "accounted",
            N_("The tranche before is accounted for."),
            previous is None or previous.status is TrancheStatus.ACCOUNTED,
            DomainError(N_("This is the first tranche."))
            if previous is None
            else DomainError(
                N_("Accounted for: %(done)s of %(due)s due."),
                done=Money(facts.accounted),
                due=Money(accounting_due(grant, previous.sequence)),
            ),
            override=overrides.get(OverridableCondition.ACCOUNTED),
        ),
        *([_received(previous)] if previous is not None and grant.asks_receipt else []),
        *([_visited(previous, last, overrides)] if asks else []),
        *([_reported(facts, previous, overrides)] if tranche.sequence in grant.report_before else []),
        *_claimed(facts.owed),
        _running(grant, last),
        _account(grant),
        *_unsigned(grant),
    ]


def is_open(tranche: Tranche) -> bool:
    return all(condition.is_passed for condition in gate(tranche))


def check(tranche: Tranche) -> list[Condition]:
    """The conditions of an open gate. Raises `IncompleteError` with the first one that keeps the payment back."""
    conditions = gate(tranche)
    for condition in conditions:
        if not condition.is_passed:
            raise IncompleteError(condition.detail.message, **condition.detail.parameters)
    return conditions


_SETTLED = db.union_all(
    db.select(Expenditure.grant_id, COUNTED.label("amount")).where(
        Expenditure.status == ExpenditureStatus.ACCEPTED, Expenditure.payer == Payer.GRANT
    ),
    db.select(Repayment.grant_id, Repayment.amount).where(Repayment.status == RepaymentStatus.CONFIRMED),
).subquery()
_SETTLED_OF = db.select(db.func.sum(_SETTLED.c.amount)).where(_SETTLED.c.grant_id == db.bindparam("grant_id"))


def accounted(grant: Grant) -> int:
    """Grant money accounted for, in tyiyn: by accepted expenditure, or paid back."""
    return int(db.session.scalar(_SETTLED_OF, {"grant_id": grant.id}) or 0)


def accounted_by_grant() -> Mapping[int, int]:
    """As `accounted` of every grant that has any; one query for all of them."""
    query = db.select(_SETTLED.c.grant_id, db.func.sum(_SETTLED.c.amount)).group_by(_SETTLED.c.grant_id)
    return {row[0]: int(row[1]) for row in db.session.execute(query)}


def accounting_due(grant: Grant, through_sequence: int) -> int:
    """What must be accounted for before the tranche after `through_sequence` may be paid, in tyiyn (rounded up)."""
    paid = sum(one.amount for one in grant.tranches if one.sequence <= through_sequence)
    return -(-paid * grant.accounting_percent // 100)


def _received(previous: Tranche) -> Condition:
    """The association's own word, beside the bank's, that the money before came."""
    came = previous.confirmed_at is not None and previous.is_paid
    return Condition(
        "received",
        N_("The association confirmed that the tranche before came."),
        came,
        DomainError(N_("Confirmed on %(day)s."), day=bishkek_day(previous.confirmed_at))
        if previous.confirmed_at is not None and came
        else DomainError(N_("Nobody has confirmed yet that it came: on the screen, or by a signed slip.")),
    )


def _visited(previous: Tranche | None, last: Visit | None, overrides: Mapping[Any, Override]) -> Condition:
    """A visit after the money before was sent: one made earlier did not see what it paid for."""
    since = previous.released_at if previous else None
    made = last is not None and last.visited_on is not None and last.recorded_at is not None
    met = made and (previous is None or _is_after(last, since))
    if met:
        detail = DomainError(N_("Visited on %(day)s."), day=last.visited_on if last else None)
    elif since is None:
        detail = DomainError(N_("No visit has been recorded yet."))
    else:
        detail = DomainError(N_("No visit has been recorded since %(day)s."), day=bishkek_day(since))
    return Condition(
        "visit",
        N_("A monitoring visit was made after the tranche before was paid.")
        if previous
        else N_("A monitoring visit was made."),
        met,
        detail,
        evidence=last if met else None,
        override=overrides.get(OverridableCondition.VISIT),
    )


def _reported(facts: _Facts, previous: Tranche | None, overrides: Mapping[Any, Override]) -> Condition:
    """An accepted spending report whose period holds the day on which the tranche before was paid, or a later one."""
    report = facts.last_report
    through = report.ends_on if report else None
    paid_on = bishkek_day(previous.released_at) if previous and previous.released_at else None
    met = through is not None and paid_on is not None and through >= paid_on
    if through is None:
        detail = DomainError(N_("No spending report is accepted yet."))
    elif met or paid_on is None:
        detail = DomainError(N_("Spending reports are accepted through %(day)s."), day=through)
    else:
        text = N_("Spending reports are accepted through %(day)s; the tranche before was paid on %(paid)s.")
        detail = DomainError(text, day=through, paid=paid_on)
    return Condition(
        "report",
        N_("A spending report through the payment of the tranche before is accepted."),
        met,
        detail,
        override=overrides.get(OverridableCondition.REPORT),
        report=report,
    )


def _is_after(visit: Visit | None, since: Any) -> bool:
    if visit is None or visit.visited_on is None or since is None:
        return False
    return visit.visited_on >= bishkek_day(since)


def _running(grant: Grant, last: Visit | None) -> Condition:
    text = N_("The grant is running and nothing stops it.")
    if grant.is_stopped:
        reason = grants.suspension_reason(grant.suspended_reason)
        return Condition("running", text, False, DomainError(N_("Suspended: %(reason)s"), reason=reason))
    if grant.status is not GrantStatus.ACTIVE:
        return Condition("running", text, False, DomainError(N_("The grant is not active.")))
    if last is not None and last.holds_payment:
        held = N_("What the visit of %(day)s found keeps further money back until another visit finds it mended.")
        return Condition("running", text, False, DomainError(held, day=last.visited_on), evidence=last)
    return Condition("running", text, True, DomainError(N_("The agreement is signed.")))


def _claimed(owed: int) -> list[Condition]:
    """A condition only while money is claimed back: none more is paid to who owes some."""
    if not owed:
        return []
    detail = DomainError(N_("%(amount)s are claimed back and not paid yet."), amount=Money(owed))
    return [Condition("recovery", N_("Nothing that was claimed back is owed."), False, detail)]


def _unsigned(grant: Grant) -> list[Condition]:
    """A condition only while a change of the agreement waits for signatures: nothing more is paid by words alone."""
    if not grant.change_unsigned:
        return []
    detail = DomainError(N_("The newest version of the agreement waits for the signatures of both sides."))
    return [Condition("signed", N_("The change of the agreement is signed."), False, detail)]


def _account(grant: Grant) -> Condition:
    account, text = grant.association.payout_account, N_("The payout account is confirmed.")
    if account is None:
        return Condition("account", text, False, DomainError(N_("No confirmed account.")))
    held = payout_accounts.hold(account)
    if held is not None:
        return Condition("account", text, False, held)
    named = {"bank": account.bank, "number": account.masked_number}
    if account.replaces_id is not None and account.notices:
        told = N_("%(bank)s, %(number)s. Who held office before was told of the change on %(day)s.")
        return Condition("account", text, True, DomainError(told, day=account.notices[0].told_on, **named))
    return Condition("account", text, True, DomainError(N_("%(bank)s, %(number)s"), **named))
