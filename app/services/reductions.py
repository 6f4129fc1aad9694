"""Reductions: an award that the verified co-investment does not carry is cut to what it carries, for good."""

from dataclasses import dataclass
from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import (
    agreements,
    associations,
    audit,
    ledger,
    match,
    notifications,
    tranches,
    user_accounts,
    users,
    verified_co_investments,
)
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError
from app.services.match import Verified
from app.services.workflow import ASSOCIATION_READS_REASON, reason_given
from models.base import db, lock
from models.grants import UNDER_WAY, Grant, GrantStatus, Tranche
from models.ledger import AccountKind, EventKind
from models.reductions import Reduction


@dataclass(frozen=True)
class Proposal:
    """What a reduction would do: the award `before` and `after` in tyiyn, and each tranche with its new amount."""

    verified: Verified
    carried: int
    paid: int
    before: int
    after: int
    parts: list[tuple[Tranche, int]]

    @property
    def freed(self) -> int:
        return self.before - self.after


def proposed(grant: Grant) -> Proposal:
    """The award cut to what is carried: the last tranches give way first, what was paid stays."""
    verified = verified_co_investments.of(grant)
    carried = match.carried(match.rule_of(grant, most=grant.amount), verified)
    amounts = [one.amount for one in grant.tranches]
    paid = sum(one.amount for one in grant.tranches if one.is_paid)
    reduced = match.prorated(amounts, paid, carried)
    return Proposal(
        verified, carried, paid, grant.amount, sum(reduced), list(zip(grant.tranches, reduced, strict=True))
    )


def obstacle(grant: Grant, proposal: Proposal) -> DomainError | None:
    """Why the grant cannot be reduced now, None when it can."""
    if grant.status is not GrantStatus.ACTIVE:
        return DomainError(N_("Only an active grant is reduced."))
    if grant.change_unsigned:
        return DomainError(N_("A change of the agreement waits to be signed: both sides sign it first."))
    if proposal.after == proposal.before:
        return DomainError(N_("The verified co-investment carries the whole grant: nothing is to be reduced."))
    if proposal.after == 0:
        return DomainError(N_("No co-investment is verified: nothing would be left of the grant."))
    if any(one.status in UNDER_WAY for one in grant.tranches):
        return DomainError(N_("A payment is under way: it is released or sent back first."))
    return None


def reduce(grant: Grant, *, expected: int, reason: str, actor: Actor, now: datetime) -> Reduction:
    """Cut the award to what is carried; what is freed goes back to the fund, and the association is told.

    `expected` is the award (tyiyn) the officer was shown as the one that is left. Raises `IncompleteError` without a
    reason or when it is another one now, `SeparationOfDutyError` for who belongs to the association or has a tie to it,
    `DomainError`
    for what `obstacle` names.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock(grant)
    for one in grant.tranches:
        lock(one)
    associations.must_be_free(grant, actor)
    proposal = proposed(grant)
    problem = obstacle(grant, proposal)
    if problem is not None:
        raise problem
    reason = reason_given(reason, ASSOCIATION_READS_REASON)
    if proposal.after != expected:
        raise IncompleteError(N_("What is verified has changed meanwhile: look at the figures again."))
    lock(grant.fund)
    event = ledger.post(
        EventKind.GRANT_RELEASED,
        [
            ledger.Leg(
                ledger.account(AccountKind.COMMITTED, fund_id=grant.fund_id, grant_id=grant.id),
                ledger.account(AccountKind.AVAILABLE, fund_id=grant.fund_id),
                proposal.freed,
            )
        ],
        actor=actor,
        now=now,
        value_on=bishkek_day(now),
        grant_id=grant.id,
        fund_id=grant.fund_id,
        reason=reason,
    )
    reduction = Reduction(
        grant_id=grant.id,
        sequence=len(grant.reductions) + 1,
        before=proposal.before,
        after=proposal.after,
        carried=proposal.carried,
        verified=proposal.verified._asdict(),
        reason=reason,
        event_id=event.id,
        reduced_by_id=actor.user_id,
        reduced_at=now,
    )
    grant.reductions.append(reduction)
    grant.amount = proposal.after
    for tranche, amount in proposal.parts:
        if amount:
            tranche.amount = amount
        elif not tranche.is_settled:
            tranches.drop(tranche, actor=actor, now=now)
    db.session.flush()
    agreement = agreements.keep(grant, dated_at=now, now=now, change=reduction)
    audit.record(
        actor,
        "grant.reduce",
        grant,
        now,
        before=proposal.before,
        after=proposal.after,
        carried=proposal.carried,
        event=event.id,
        reason=reason,
    )
    audit.record(actor, "grant.amend", grant, now, sha256=agreement.sha256, amended=agreement.sequence)
    notifications.tell_association(
        grant,
        N_("The grant %(number)s is reduced from %(before)s to %(amount)s: %(reason)s"),
        now,
        before=Money(proposal.before),
        amount=Money(proposal.after),
        reason=reason,
    )
    tranches.tell_when_settled(grant, now)
    return reduction


def decided_by(grant: Grant, at: datetime) -> str:
    """The name of who reduced the grant at that moment, which dates the version it made; "" where nobody did."""
    ids = [one.reduced_by_id for one in grant.reductions if one.reduced_at == at]
    return next(iter(users.names_of(ids).values()), "")
