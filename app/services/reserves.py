"""The reserve list: in the order of the ranking; who moves up when a declined grant sets money free."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from app.localisation import N_, Money
from app.services import audit, awards, conflicts, ledger, letters, new_decisions, notifications, rankings, selections
from app.services.actors import Actor
from app.services.application_lists import ListedApplication
from app.services.applications import TRANSITIONS as APPLICATION_TRANSITIONS
from app.services.calls import allocations
from app.services.errors import DomainError, LimitExceededError
from app.services.rankings import RankedApplication
from app.services.selection import Award, Counts, Hindrance, Line, Purse, found_for
from app.services.workflow import target
from models.applications import AWARDED, Application, ApplicationStatus
from models.base import db, lock
from models.calls import Call
from models.council_sessions import CouncilSession, Decision, Protocol
from models.grants import Grant, GrantStatus
from models.reserves import Promotion
from models.users import Role, User


@dataclass(frozen=True)
class Freed:
    """A declined grant and what of its money (tyiyn) nobody has moved up with yet."""

    grant: Grant
    left: int


@dataclass(frozen=True)
class Next:
    """Who moves up by rule with what a declined grant set free, and why each one before it does not."""

    row: RankedApplication | None
    award: Award | None
    passed_over: Sequence[tuple[RankedApplication, Hindrance]]


def listed(call: Call, closed: Collection[int] = ()) -> list[RankedApplication]:
    """Who is on the reserve list now, in the order of the ranking, but what is `closed` to the reader.

    While the Council decides anew the others have the ranks they have without it: a gap would tell where an
    application judged anew stands.
    """
    without = closed if new_decisions.open_session(call) is not None else ()
    rows = [row for row in rankings.rank(call, without) if row.application.status is ApplicationStatus.RESERVE]
    return [row for row in rows if row.application_id not in closed]


def promotions_of(call: Call) -> list[Promotion]:
    """Who has moved up so far, the first one first."""
    query = db.select(Promotion).join(Application, Application.id == Promotion.application_id)
    query = query.where(Application.call_id == call.id).order_by(Promotion.id)
    people = db.joinedload(Promotion.application).joinedload(Application.association)
    return list(db.session.scalars(query.options(people, db.joinedload(Promotion.grant))))


def numbers_of(application_ids: Collection[int]) -> set[str]:
    """The numbers of applications: by these a promotion keeps whom it passed over."""
    return set(db.session.scalars(db.select(Application.number).where(Application.id.in_(application_ids))))


def freed(call: Call) -> list[Freed]:
    """Declined grants of a call with money that is free still, the first declined first."""
    used: Mapping[int, int] = dict(
        db.session.execute(
            db.select(Promotion.grant_id, db.func.sum(Promotion.amount))
            .join(Application, Application.id == Promotion.application_id)
            .where(Application.call_id == call.id)
            .group_by(Promotion.grant_id)
        ).all()
    )
    query = (
        db.select(Grant)
        .join(Application, Application.id == Grant.application_id)
        .where(Application.call_id == call.id, Grant.status == GrantStatus.TERMINATED, Grant.accepted_at.is_(None))
        .order_by(Grant.id)
    )
    found = [Freed(one, one.amount - int(used.get(one.id, 0))) for one in db.session.scalars(query)]
    return [one for one in found if one.left > 0]


def next_for(call: Call, free: Freed) -> Next:
    """The first of the reserve list that the thresholds, the caps and the freed money allow.

    The money stays in the budget line it was awarded from: who cannot be paid from that line is passed over. What the
    fund has promised to another open call meanwhile is not free.
    """
    rows = rankings.rank(call)
    standings = new_decisions.money_left(call)
    candidates, rules = selections.candidates_of(call, rows), selections.rules_of(call, standings)
    counts = Counts(
        rules,
        (one for one, row in zip(candidates, rows, strict=True) if row.application.status in AWARDED),
    )
    awarded = awards.decision_for(free.grant.application)
    standing = next(one for one in standings if awarded and one.allocation.id == awarded.allocation_id)
    line = Line(standing.allocation.id, standing.allocation.fund_id, min(standing.left, free.left))
    rules = replace(rules, lines=(line,), funds={line.fund_id: line.left})
    passed: list[tuple[RankedApplication, Hindrance]] = []
    for one, row in zip(candidates, rows, strict=True):
        if row.application.status is not ApplicationStatus.RESERVE:
            continue
        here = one._replace(lines=tuple(each for each in one.lines if each == line.id))
        found = found_for(here, rules, Purse(rules), counts)
        if isinstance(found, Award):
            return Next(row, found, passed)
        passed.append((row, found))
    return Next(None, None, passed)


def waiting(user: User) -> list[tuple[Freed, ListedApplication]]:
    """What declined grants set free, and who is next with it, where `user` may see that one and nothing hinders it."""
    declined = db.select(Application.call_id).join(Grant, Grant.application_id == Application.id)
    declined = declined.where(Grant.status == GrantStatus.TERMINATED, Grant.accepted_at.is_(None))
    found: list[tuple[Freed, ListedApplication]] = []
    for call in db.session.scalars(db.select(Call).where(Call.id.in_(declined)).order_by(Call.id)):
        closed = conflicts.closed_to(user, call)
        free = [one for one in freed(call) if one.grant.application_id not in closed]
        if not free or letters.are_held(call) or new_decisions.open_session(call) is not None:
            continue
        rows = ((one, next_for(call, one).row) for one in free)
        found += [(one, row.application) for one, row in rows if row and row.application.id not in closed]
    return found


def declined_on(grant: Grant) -> date:
    """The day a declined grant's money went back."""
    return ledger.journal(ledger.JournalFilter(grant_id=grant.id), limit=1)[0].value_on


def tell_of(grant: Grant, now: datetime) -> None:
    """Tell the secretary and the chair of the Council what is free and who is next."""
    call = grant.application.call
    free = next((one for one in freed(call) if one.grant.id == grant.id), None)
    found = next_for(call, free) if free else Next(None, None, [])
    people = notifications.free_holders(grant.application, Role.SECRETARY, Role.COUNCIL_CHAIR)
    if found.row is not None:  # who has a tie to the next one hears of it from nobody
        people = conflicts.free_among(found.row.application, people)
    if found.row is None or found.award is None:
        message = N_("The grant %(number)s was declined: nobody of the reserve list can move up.")
        notifications.tell(people, message, grant, now, number=grant.number)
        return
    notifications.tell(
        people,
        N_("The grant %(number)s was declined: %(next)s of the reserve list can move up with %(amount)s."),
        grant,
        now,
        number=grant.number,
        next=found.row.application.number,
        amount=Money(found.award.amount),
    )


def promote(application: Application, grant: Grant, *, actor: Actor, now: datetime) -> Promotion:
    """The chair of the Council confirms who moves up with the money of a declined grant: the one next by rule.

    Raises `DomainError` when another is next, `SeparationOfDutyError` for a chair with a tie, `LimitExceededError` when
    nothing is free.
    """
    call = application.call
    lock(application)  # in the order of `decisions.check`: the Council may be about to decide anew
    lock(call)
    allocations.lock_funds(call)
    new_status = target(APPLICATION_TRANSITIONS, application.status, "promote")
    conflicts.must_have_no_tie(application, actor)
    if letters.are_held(call):
        raise DomainError(N_("Letters on this call are still held: until they are sent the reserve list is not whole."))
    if new_decisions.open_session(call) is not None:
        raise DomainError(N_("The Council sits to decide anew: until it has signed the reserve list is not whole."))
    free = next((one for one in freed(call) if one.grant.id == grant.id), None)
    if free is None:
        raise LimitExceededError(N_("Nothing is left of what this grant set free."))
    found = next_for(call, free)
    if found.row is None or found.award is None or found.row.application.id != application.id:
        raise DomainError(N_("Another application is next on the reserve list: look at the page again."))
    promotion = Promotion(
        protocol=_protocol_of(application),
        application=application,
        grant=grant,
        allocation=allocations.one_of(call, found.award.line_id),
        amount=found.award.amount,
        passed_over=[_kept(row, why) for row, why in found.passed_over],
        confirmed_by_id=actor.user_id,
        confirmed_at=now,
    )
    db.session.add(promotion)
    application.status = new_status
    db.session.flush()
    audit.record(
        actor,
        "application.promote",
        application,
        now,
        grant=grant.id,
        amount=promotion.amount,
        allocation=promotion.allocation_id,
        passed_over=[row.application.id for row, _why in found.passed_over],
    )
    notifications.tell_association(
        application,
        N_("Your application %(number)s moved up from the reserve list: %(amount)s."),
        now,
        amount=Money(promotion.amount),
    )
    notifications.tell_holders(
        Role.FINANCE,
        application,
        N_("The application %(number)s moved up from the reserve list: a grant can be offered."),
        now,
    )
    return promotion


def _protocol_of(application: Application) -> Protocol:
    """The protocol that put it on the reserve list: that of the last decision on it."""
    query = db.select(Protocol).join(CouncilSession, CouncilSession.id == Protocol.session_id)
    query = query.join(Decision, Decision.session_id == CouncilSession.id)
    query = query.where(Decision.application_id == application.id).order_by(Decision.sequence.desc()).limit(1)
    found: Protocol = db.session.scalars(query).one()
    return found


def _kept(row: RankedApplication, why: Hindrance) -> dict[str, Any]:
    return {"number": row.application.number, "title": row.application.title, "reason": why.value}
