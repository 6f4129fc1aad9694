"""Raises: a reduced award grows again, never beyond what the Council awarded, as far as it is carried and there."""

from dataclasses import dataclass
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import fund_agreements, ledger, match, recoveries, terminations, verified_co_investments
from app.services.actors import Actor
from app.services.errors import DomainError, LimitExceededError
from models.base import db
from models.grants import Grant, GrantStatus, Tranche
from models.ledger import AccountKind, EventKind
from models.terminations import TerminationStatus


@dataclass(frozen=True)
class Room:
    """What an award can grow to, in tyiyn: the award of the Council, what is carried, what the fund has free."""

    in_force: int
    awarded: int
    carried: int
    fund_has: int

    @property
    def most(self) -> int:
        """The highest award there can be; the one in force where nothing can be added."""
        return max(self.in_force, min(self.awarded, self.carried, self.in_force + self.fund_has))


def room_of(grant: Grant) -> Room:
    """How far the award can grow now; a fund's money that calls and awards count on, or that it keeps, is not free."""
    carried = match.carried(match.rule_of(grant, most=grant.awarded), verified_co_investments.of(grant))
    free = fund_agreements.reservation_of(grant.fund).free
    return Room(grant.amount, grant.awarded, carried, max(0, free))


def obstacle(grant: Grant, room: Room) -> DomainError | None:
    """Why the award cannot grow now whatever its amount, None when it can; `room` is that of now."""
    if grant.status is not GrantStatus.ACTIVE:
        return DomainError(N_("Only the award of an active grant is raised again."))
    if grant.amount >= grant.awarded:
        return DomainError(N_("The award is what the Council decided: only the Council awards more."))
    if any(one.status is TerminationStatus.PROPOSED for one in terminations.of_grant(grant)):
        return DomainError(N_("It is proposed already that this grant ends: somebody has to decide first."))
    if recoveries.held(grant)[AccountKind.RECOVERABLE]:
        return DomainError(N_("Money of this grant is claimed back and not paid yet: the award grows only after that."))
    if room.most > grant.amount:
        return None
    if room.carried <= grant.amount:
        return DomainError(N_("The verified co-investment carries no more than the award in force."))
    return DomainError(N_("The fund has nothing free for a higher award."))


def check(grant: Grant, amount: int, due_on: date) -> None:
    """Refuse what does not fit: `DomainError` for what `obstacle` names, `LimitExceededError` for too much."""
    room = room_of(grant)
    problem = obstacle(grant, room)
    if problem is not None:
        raise problem
    if amount <= grant.amount:
        raise DomainError(N_("The new award must be higher than the one in force."), field="amount")
    if amount > room.most:
        raise LimitExceededError(N_("The award can grow to %(most)s at most."), field="amount", most=Money(room.most))
    if due_on > grant.ends_on:
        raise DomainError(N_("The day must lie within the period of the project."), field="due_on")


def grow(grant: Grant, amount: int, due_on: date, *, reason: str, actor: Actor, now: datetime) -> int:
    """Commit what the award grows by and plan it as a tranche; returns the id of the ledger event.

    The caller has checked it and holds the locks of grant and fund.
    """
    added, sequence = amount - grant.amount, len(grant.tranches) + 1
    event = ledger.post(
        EventKind.GRANT_COMMITTED,
        [
            ledger.Leg(
                ledger.account(AccountKind.AVAILABLE, fund_id=grant.fund_id),
                ledger.account(AccountKind.COMMITTED, fund_id=grant.fund_id, grant_id=grant.id),
                added,
            )
        ],
        actor=actor,
        now=now,
        value_on=bishkek_day(now),
        grant_id=grant.id,
        fund_id=grant.fund_id,
        reason=reason,
    )
    call = grant.application.call
    if call.visits_before_tranches:
        grant.visit_before = [*grant.visit_before, sequence]
    if call.reports_before_tranches:
        grant.report_before = [*grant.report_before, sequence]
    grant.tranches.append(Tranche(sequence=sequence, amount=added, due_on=due_on))
    grant.amount = amount
    db.session.flush()
    return event.id
