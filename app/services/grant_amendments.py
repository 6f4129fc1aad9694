"""Grant amendments: more time, money moved within the budget, a reduced award raised again.

An approved one makes a version of the agreement.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import (
    agreements,
    associations,
    audit,
    award_raises,
    budget_shifts,
    expenditures,
    grant_budgets,
    notifications,
)
from app.services.actors import Actor
from app.services.budget_shifts import Moved
from app.services.conflicts import Ties
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.base import db, lock, written_out
from models.grant_amendments import GrantAmendment, GrantAmendmentKind, GrantAmendmentStatus
from models.grants import Grant
from models.users import Role, User

K, S = GrantAmendmentKind, GrantAmendmentStatus
_DECIDES = N_("Finance officer; council secretary or chair over a quarter of a heading")
TRANSITIONS: Mapping[tuple[GrantAmendmentStatus, str], Transition] = {
    (S.PROPOSED, "approve"): Transition(
        S.APPROVED, _DECIDES, N_("not who proposed it, except a shift of up to a quarter of a heading; still fits")
    ),
    (S.PROPOSED, "refuse"): Transition(S.REFUSED, _DECIDES, N_("reason given")),
    (S.PROPOSED, "withdraw"): Transition(
        S.WITHDRAWN, N_("Association, operator or finance officer"), N_("reason given")
    ),
}
OVER_LIMIT = (Role.SECRETARY, Role.COUNCIL_CHAIR)
"""Who decides about a shift of more than a quarter of a heading."""


def extend(grant: Grant, ends_on: date, *, reason: str, actor: Actor, now: datetime) -> GrantAmendment:
    """Propose a later last day; no more money. Another person, of finance, decides.

    Raises `DomainError` at `ends_on` for a day that is not later or lies after the fund's end.
    """
    lock(grant)
    _must_be_open(grant)
    _check_day(grant, ends_on)
    return _propose(
        grant, K.EXTENSION, reason, {"ends_before": grant.ends_on, "ends_on": ends_on}, actor=actor, now=now
    )


def shift(grant: Grant, wanted: Mapping[int, int], *, reason: str, actor: Actor, now: datetime) -> GrantAmendment:
    """Propose other amounts on lines of the budget: `wanted` is {id of a line: tyiyn}; lines left out stay.

    What each payer pays in all stays as it is, and no line falls below what is recorded on it. Raises `DomainError`,
    `IncompleteError` when nothing would change, `LimitExceededError` below what is spent.
    """
    lock(grant)
    _must_be_open(grant)
    lines = _changes(grant, wanted)
    over = budget_shifts.is_over_limit(moved_by(grant, lines))
    return _propose(grant, K.SHIFT, reason, {"lines": lines, "is_over_limit": over}, actor=actor, now=now)


def raise_award(grant: Grant, amount: int, due_on: date, *, reason: str, actor: Actor, now: datetime) -> GrantAmendment:
    """Propose that a reduced award grows to `amount` (tyiyn); what is added is planned for `due_on`.

    Raises as `award_raises.check`, `SeparationOfDutyError` for who belongs to the association or has a tie to it.
    """
    lock(grant)
    associations.must_be_free(grant, actor)
    _must_be_open(grant)
    award_raises.check(grant, amount, due_on)
    if due_on < bishkek_day(now):
        raise DomainError(N_("The day must not lie in the past."), field="due_on")
    what = {"amount_before": grant.amount, "amount_after": amount, "due_on": due_on}
    return _propose(grant, K.RAISE, reason, what, actor=actor, now=now)


def moved_by(grant: Grant, lines: list[dict[str, int]]) -> list[Moved]:
    """What would have moved of each heading since the agreement, with these changes of lines."""
    heading = {one.id: one.heading.value for one in grant.application.budget_lines}

    def by_heading(changes: list[dict[str, int]]) -> dict[str, int]:
        return budget_shifts.totals((heading[one["line"]], one["after"] - one["before"]) for one in changes)

    agreed = budget_shifts.totals((one.heading.value, one.amount) for one in grant.application.budget_lines)
    before = [by_heading(one.lines) for one in grant_budgets.shifts(grant)]
    return budget_shifts.moved(agreed, before, by_heading(lines))


def approve(amendment: GrantAmendment, *, actor: Actor, now: datetime) -> None:
    """Let it hold: the next version of the agreement is kept, the association is told, both sides sign it.

    Raises `SeparationOfDutyError` for who may not decide about it, `DomainError` where it does not fit any more.
    """
    grant = amendment.grant
    lock(grant)
    lock(amendment)
    status = target(TRANSITIONS, amendment.status, "approve")
    _must_decide(amendment, actor)
    _must_be_running(grant)
    if amendment.kind is K.EXTENSION and amendment.ends_on is not None:
        if grant.ends_on != amendment.ends_before:
            raise DomainError(N_("The last day has changed meanwhile: refuse this and let it be proposed anew."))
        _check_day(grant, amendment.ends_on)
        grant.ends_on = amendment.ends_on
    elif amendment.kind is K.SHIFT:
        _check_lines(grant, amendment.lines)
    event_id = _raise(amendment, actor, now) if amendment.kind is K.RAISE else None
    agreement = agreements.keep(grant, dated_at=now, now=now, change=amendment)
    amendment.status, amendment.agreement, grant.change_unsigned = status, agreement, True
    amendment.event_id = event_id
    amendment.decided_by_id, amendment.decided_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "grant_amendment.approve", amendment, now, grant=grant.id)
    audit.record(actor, "grant.amend", grant, now, sha256=agreement.sha256, amended=agreement.sequence)
    message = N_("The agreement of %(number)s is amended. Both sides sign the change before more is paid.")
    notifications.tell_association(grant, message, now)
    notifications.tell_holders(Role.FINANCE, grant, message, now)
    notifications.tell_holders(Role.MONITOR, grant, message, now)


def refuse(amendment: GrantAmendment, *, reason: str, actor: Actor, now: datetime) -> None:
    """Leave the agreement as it is, with a reason."""
    lock(amendment.grant)
    lock(amendment)
    status = target(TRANSITIONS, amendment.status, "refuse")
    _must_decide(amendment, actor)
    _end(amendment, status, reason_given(reason, ASSOCIATION_READS_REASON), actor, now)
    audit.record(actor, "grant_amendment.refuse", amendment, now, grant=amendment.grant_id, reason=amendment.answer)
    message = N_("The change of %(number)s is refused: %(reason)s")
    notifications.tell_association(amendment.grant, message, now, reason=amendment.answer)


def withdraw(amendment: GrantAmendment, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take the proposal back before it is decided."""
    lock(amendment.grant)
    lock(amendment)
    status = target(TRANSITIONS, amendment.status, "withdraw")
    _end(amendment, status, reason_given(reason), actor, now)
    audit.record(actor, "grant_amendment.withdraw", amendment, now, grant=amendment.grant_id, reason=amendment.answer)
    message = N_("The proposal to change %(number)s is withdrawn: %(reason)s")
    notifications.tell_association(amendment.grant, message, now, reason=amendment.answer)
    notifications.tell_holders(Role.FINANCE, amendment.grant, message, now, reason=amendment.answer)


def of_grant(grant: Grant) -> list[GrantAmendment]:
    """Every one there was, the newest first."""
    query = db.select(GrantAmendment).where(GrantAmendment.grant_id == grant.id)
    return list(db.session.scalars(query.order_by(GrantAmendment.sequence.desc())))


def waiting_for(user: User, ties: Ties) -> list[GrantAmendment]:
    """What waits for this person's decision, the oldest first."""
    query = (
        db.select(GrantAmendment)
        .join(GrantAmendment.grant)
        .where(written_out(GrantAmendment.status, S.PROPOSED), *ties.free(Grant.association_id, Grant.application_id))
        .options(db.contains_eager(GrantAmendment.grant).joinedload(Grant.association))
        .order_by(GrantAmendment.id)
        .limit(60)
    )
    return [one for one in db.session.scalars(query) if obstacle(one, user) is None]


def obstacle(amendment: GrantAmendment, user: User) -> str | None:
    """Why `user` cannot decide about it (an English message id); None when they can."""
    if amendment.is_over_limit:
        if not user.has_role(*OVER_LIMIT):
            return N_("More than a quarter of a heading moves: the secretary or the chair of the Council decides.")
    elif not user.has_role(Role.FINANCE):
        return N_("A finance officer decides about this.")
    if amendment.needs_two and amendment.proposed_by_id == user.id:
        return N_("You proposed this: another person decides about it.")
    return None


def _raise(amendment: GrantAmendment, actor: Actor, now: datetime) -> int:
    grant, amount, due_on = amendment.grant, amendment.amount_after, amendment.due_on
    if grant.amount != amendment.amount_before or amount is None or due_on is None:
        raise DomainError(N_("The award has changed meanwhile: refuse this and let it be proposed anew."))
    lock(grant.fund)
    award_raises.check(grant, amount, due_on)
    return award_raises.grow(grant, amount, due_on, reason=amendment.reason[:400], actor=actor, now=now)


def _must_decide(amendment: GrantAmendment, actor: Actor) -> None:
    problem = obstacle(amendment, actor.user)
    if problem is not None:
        raise SeparationOfDutyError(problem)
    associations.must_be_free(amendment.grant, actor)


def _must_be_running(grant: Grant) -> None:
    if not grant.is_running:
        raise DomainError(N_("An agreement is amended while the grant runs."))


def _must_be_open(grant: Grant) -> None:
    _must_be_running(grant)
    problem = waiting_change(grant)
    if problem is not None:
        raise problem


def waiting_change(grant: Grant) -> AlreadyUsedError | None:
    """Why no further change of the agreement can be proposed now: one waits. None when none does."""
    if any(one.status is S.PROPOSED for one in of_grant(grant)):
        return AlreadyUsedError(N_("A change of this grant waits to be decided already."))
    return None


def _check_day(grant: Grant, ends_on: date) -> None:
    if ends_on <= grant.ends_on:
        raise DomainError(N_("The new last day must lie after the one that is agreed."), field="ends_on")
    if ends_on > grant.fund.ends_on:
        raise DomainError(
            N_("The fund ends on %(day)s: no grant lasts longer."), field="ends_on", day=grant.fund.ends_on
        )


def _changes(grant: Grant, wanted: Mapping[int, int]) -> list[dict[str, int]]:
    """What changes, in the order of the budget. Raises as `shift`."""
    held = grant_budgets.in_force(grant)
    if not wanted.keys() <= held.keys():
        raise DomainError(N_("The budget line belongs to another application."))
    lines = [
        {"line": key, "before": amount, "after": wanted[key]}
        for key, amount in held.items()
        if wanted.get(key, amount) != amount
    ]
    if not lines:
        raise IncompleteError(N_("Nothing changes yet: give at least two lines another amount."))
    _check_lines(grant, lines)
    return lines


def _check_lines(grant: Grant, lines: list[dict[str, int]]) -> None:
    """Refuse what does not fit the budget in force and what is recorded on it."""
    uses = {one.line.id: one for one in expenditures.by_line(grant)}
    for one in lines:
        use, field = uses[one["line"]], f"line_{one['line']}"
        if use.planned != one["before"]:
            raise DomainError(N_("The budget has changed meanwhile: refuse this and let it be proposed anew."))
        if one["after"] < 0:
            raise DomainError(N_("The amount must be zero or more and believable."), field=field)
        if one["after"] < use.planned - use.left:
            text = N_("%(amount)s are recorded on this line already: it cannot have less.")
            raise LimitExceededError(text, field=field, amount=Money(use.planned - use.left))
    changes = budget_shifts.totals((uses[one["line"]].line.payer.value, one["after"] - one["before"]) for one in lines)
    if any(changes.values()):
        off = next(change for change in changes.values() if change)
        text = N_("What each payer pays in all has to stay as it is: here it is off by %(amount)s.")
        raise DomainError(text, amount=Money(abs(off)))


def _propose(
    grant: Grant, kind: GrantAmendmentKind, reason: str, what: Mapping[str, Any], *, actor: Actor, now: datetime
) -> GrantAmendment:
    amendment = GrantAmendment(
        grant=grant,
        sequence=len(of_grant(grant)) + 1,
        kind=kind,
        status=S.PROPOSED,
        reason=reason_given(reason),
        proposed_by_id=actor.user_id,
        proposed_at=now,
        **what,
    )
    db.session.add(amendment)
    db.session.flush()
    audit.record(actor, "grant_amendment.propose", amendment, now, grant=grant.id, reason=amendment.reason)
    message = N_("A change of %(number)s waits to be decided.")
    for role in OVER_LIMIT if amendment.is_over_limit else (Role.FINANCE,):
        notifications.tell_holders(role, grant, message, now)
    return amendment


def _end(amendment: GrantAmendment, status: GrantAmendmentStatus, answer: str, actor: Actor, now: datetime) -> None:
    amendment.status, amendment.answer = status, answer
    amendment.decided_by_id, amendment.decided_at = actor.user_id, now
    db.session.flush()
