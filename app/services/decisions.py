"""Decisions of the Council on single applications: what may be decided, and recording it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.localisation import N_, Money
from app.services import (
    agendas,
    assignments,
    audit,
    ballots,
    conflicts,
    departures,
    new_decisions,
    notifications,
    rankings,
    recusals,
    selections,
)
from app.services.actors import Actor
from app.services.agendas import must_be_open
from app.services.applications import TRANSITIONS as APPLICATION_TRANSITIONS
from app.services.ballots import Ballot, Counts, DissentInput
from app.services.calls import allocations, paid_from
from app.services.calls.allocations import Standing
from app.services.conflicts import ApplicationLike
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    WrongTransitionError,
)
from app.services.rankings import RankedApplication
from app.services.workflow import target
from models.agenda_items import AgendaItem, AgendaStatus
from models.allocations import Allocation
from models.applications import UNJUDGED, Application, ApplicationStatus
from models.base import db, lock, lock_as_read
from models.calls import Call
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, Dissent, Vote
from models.users import Role, User

ACTIONS = {
    DecisionOutcome.SELECTED: "select",
    DecisionOutcome.RESERVE: "reserve",
    DecisionOutcome.REJECTED: "reject",
}
SHORTEST_REASON = 10
SHORTEST_DEPARTURE = 40
"""Characters of the reason of what is not selected, and of any decision that departs from the ranked list."""
IN_FLIGHT = (
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.RESUBMITTED,
    ApplicationStatus.RETURNED,
    ApplicationStatus.ELIGIBLE,
    ApplicationStatus.IN_REVIEW,
)


@dataclass(frozen=True)
class Motion:
    """What the Council is to decide on one application: outcome, amount (tyiyn, for a selected one), reason and votes.

    Votes are for this decision or against it, also where it does not select.
    It is paid from the allocation with this id; without one, from the first that fits and has so much left.
    Where the call's vote is open the votes are `ballots`, and the numbers follow from them. `room`: the ids of those
    who may vote as the votes were taken down; without them it is not looked whether somebody left or came since.
    """

    outcome: DecisionOutcome
    amount: int | None
    reason: str
    votes_for: int = 0
    votes_against: int = 0
    abstentions: int = 0
    allocation_id: int | None = None
    ballots: Sequence[Ballot] = ()
    dissents: Sequence[DissentInput] = ()
    room: Sequence[int] | None = None


def check(
    session: CouncilSession, application: Application, motion: Motion, closed: Collection[int] = ()
) -> tuple[RankedApplication | None, Allocation | None]:
    """Refuse what cannot be decided; answers the application's place in the ranking and what the award is paid from.

    Whether it departs from the ranked list is held against the list without what is `closed` to who records it.

    Raises `LimitExceededError` when the amount is above what was asked, the ceiling, what the allocation or its fund
    has left; `DomainError` without a quorum or a majority for it, when the votes are more than those who may vote, for
    a place on the reserve list below the thresholds, or for an allocation that is not for this application;
    `IncompleteError` for a reason that is too short; `AlreadyUsedError` for a second decision;
    `ChangedMeanwhileError` when others may vote than when the votes were taken down.
    """
    lock(session)
    item = agendas.item_of(session, application)
    if item is not None:
        lock_as_read(item)
    lock(application)
    lock(application.call)  # an amendment may just add an allocation, of a fund that would go unlocked
    allocations.lock_funds(application.call)
    must_be_open(session)
    # The signature makes this transition.
    target(APPLICATION_TRANSITIONS, application.status, ACTIONS[motion.outcome])
    if application.call_id != session.call_id:
        raise DomainError(N_("The application belongs to another call."))
    if any(one.application_id == application.id for one in session.decisions):
        raise AlreadyUsedError(N_("This application has been decided in this session already."))
    new_decisions.must_be_first_or_due(session, application)
    other = agendas.under_discussion(session)
    if other is not None and other.application_id != application.id:
        raise AlreadyUsedError(
            N_("%(number)s is under discussion: decide on it or put it back first."), number=other.application.number
        )
    ballots.must_carry(votes_on(session, application, motion))
    _must_have_a_reason(motion)
    row = next((one for one in rankings.rank(session.call) if one.application.id == application.id), None)
    _must_reach_the_thresholds(row, motion.outcome)
    allocation = None
    if motion.outcome is DecisionOutcome.SELECTED:
        allocation = _allocation(application, motion.amount, motion.allocation_id)
        chosen = [one.application for one in session.decisions if one.outcome is DecisionOutcome.SELECTED]
        chosen += [one.application for one in new_decisions.earlier_awards(session.call)]
        selections.must_be_within_caps(session.call, application, chosen)
    _must_say_why_it_departs(session, application, motion, closed)
    return row, allocation


def _must_reach_the_thresholds(row: RankedApplication | None, outcome: DecisionOutcome) -> None:
    """Refuse to select below the thresholds; who is on the reserve list moves up by rule, so it is no way round."""
    if outcome is DecisionOutcome.REJECTED or (row is not None and row.passes):
        return
    if outcome is DecisionOutcome.SELECTED:
        raise DomainError(N_("The application does not reach the thresholds: it cannot be selected."), field="outcome")
    message = N_(
        "The application does not reach the thresholds: it cannot be put on the reserve list, for whoever is there "
        "may move up and get a grant."
    )
    raise DomainError(message, field="outcome")


def _must_have_a_reason(motion: Motion) -> None:
    """Refuse a decision without a reason, and one that does not select with no more than a word of it."""
    length = len(motion.reason.strip())
    if not length:
        raise IncompleteError(N_("Give the reason: it stands in the protocol."), field="reason")
    if motion.outcome is not DecisionOutcome.SELECTED and length < SHORTEST_REASON:
        message = N_("Give the reason in at least %(least)s characters: the applicant reads it in the letter.")
        raise IncompleteError(message, field="reason", least=SHORTEST_REASON)


def _must_say_why_it_departs(
    session: CouncilSession, application: Application, motion: Motion, closed: Collection[int]
) -> None:
    """Refuse a short reason of a decision that departs from the ranked list, and say in what it does."""
    if len(motion.reason.strip()) >= SHORTEST_DEPARTURE:  # the list is walked only where its answer is needed
        return
    if found := departs(session, application, motion, closed):
        message = N_("This departs from the ranked list: say why in at least %(least)s characters. %(departures)s")
        said = " ".join(str(one) for one in found)
        raise IncompleteError(message, field="reason", least=SHORTEST_DEPARTURE, departures=said)


def decide(
    session: CouncilSession, application: Application, motion: Motion, *, actor: Actor, now: datetime
) -> Decision:
    """Record what the Council decided on one application, as `check` lets it.

    The application itself changes when its letter is sent, not before. After an upheld appeal the decision follows the
    one before it, which stays as it was signed.
    """
    conflicts.must_have_no_tie(application, actor)
    row, allocation = check(session, application, motion, conflicts.closed_to(actor.user, session.call))
    item = _opened(session, application, actor, now)
    votes = votes_on(session, application, motion)
    earlier = new_decisions.last_of(application)
    decision = Decision(
        session=session,
        application=application,
        outcome=motion.outcome,
        amount=motion.amount if allocation else None,
        allocation=allocation,
        reason=motion.reason.strip(),
        rank=row.rank if row else None,
        score=row.points if row else None,
        votes_for=votes.ayes,
        votes_against=votes.noes,
        abstentions=votes.abstained,
        present=[one.id for one in voters_on(session, application)],
        sequence=earlier.sequence + 1 if earlier else 1,
        votes=[Vote(user_id=one.user_id, choice=one.choice) for one in motion.ballots],
        dissents=[Dissent(user_id=one.user_id, reason=one.reason.strip()) for one in motion.dissents],
        decided_by_id=actor.user_id,
        decided_at=now,
    )
    db.session.add(decision)
    agendas.close(item, actor=actor, now=now)
    db.session.flush()
    db.session.expire(session, ["decisions"])
    audit.record(
        actor,
        "session.decide",
        session,
        now,
        application=application.id,
        outcome=motion.outcome.value,
        amount=decision.amount,
        allocation=decision.allocation_id,
        **({"follows": earlier.id} if earlier else {}),
    )
    if not undecided(session) and not in_flight(session.call):
        notifications.tell(
            notifications.holders(Role.COUNCIL_CHAIR),
            N_("Every application of the call “%(call)s” is decided: the protocol waits for your signature."),
            session,
            now,
            call={"name": session.call.title},
        )
    return decision


def _allocation(application: Application, amount: int | None, allocation_id: int | None) -> Allocation:
    """What the award is paid from."""
    if amount is None or amount <= 0:
        raise IncompleteError(N_("Enter the amount that is awarded."), field="amount")
    most, least = application.most_awardable, application.least_awardable
    if amount > most:
        raise LimitExceededError(N_("At most %(most)s can be awarded."), field="amount", most=Money(most))
    if amount < least and not application.call.partial_awards:
        message = N_("The call awards what is asked for or nothing: %(asked)s.")
        raise LimitExceededError(message, field="amount", asked=Money(least))
    if amount < least:
        raise LimitExceededError(N_("At least %(least)s must be awarded."), field="amount", least=Money(least))
    found = paid_from.fitting(application, new_decisions.money_left(application.call))
    return paid_from.choose(found, amount, allocation_id)


def departs(
    session: CouncilSession, application: Application, motion: Motion, closed: Collection[int] = ()
) -> list[DomainError]:
    """In what a motion departs from the ranked list, a sentence each: its reason answers them in the protocol.

    Of applications that are `closed` to the reader nothing is said: the list is made without them.
    """
    if application.id in closed:
        return []
    passed_by = {one.application_id for one in session.decisions if one.outcome is not DecisionOutcome.SELECTED}
    passed_by = (passed_by | new_decisions.passed_over(session)) - set(closed)
    amount = motion.amount if motion.outcome is DecisionOutcome.SELECTED else None
    found = departures.of_motion(selections.of_call(session.call, closed), application.id, amount, passed_by)
    return departures.sentences(found)


def _opened(session: CouncilSession, application: Application, actor: Actor, now: datetime) -> AgendaItem:
    """The item under discussion; a decision on one that waits opens it, so that it is kept who was out of the room."""
    item = agendas.item_of(session, application)
    if item is None or item.status is not AgendaStatus.DISCUSSED:
        return agendas.discuss(session, application, actor=actor, now=now)
    recusals.record(item, actor=actor, now=now)
    return item


def recused(session: CouncilSession, application: ApplicationLike) -> list[User]:
    """Those present who are out of the room for `application`: they do not vote on it."""
    return recusals.out_of_the_room(session, application, agendas.item_of(session, application))


def voters_on(session: CouncilSession, application: Application) -> list[User]:
    """Those present who may vote on `application`: not recused, and members of the Council to this day."""
    members = {*notifications.holders(Role.REVIEWER), *notifications.holders(Role.COUNCIL_CHAIR)}
    out = {one.id for one in recused(session, application)}
    return [one for one in session.present if one.id in members and one.id not in out]


def must_be_in_the_room(session: CouncilSession, application: Application, shown: Sequence[int]) -> None:
    """Refuse votes that were taken down while others than now could vote; `shown` are the ids of those."""
    names = {one.user_id: one.user.display_name for one in session.attendances}
    ballots.must_be_in_the_room(shown, voters_on(session, application), names)


def votes_on(session: CouncilSession, application: Application, motion: Motion) -> Counts:
    """The votes for a motion and against it, counted by the call's rule; refused without a quorum in the room."""
    voters, rule = voters_on(session, application), session.call.vote_rule
    if motion.room is not None:
        must_be_in_the_room(session, application, motion.room)
    ballots.must_have_quorum(session, voters)
    ballots.check_dissents(rule, motion.dissents, motion.ballots, voters)
    counted = Counts(motion.votes_for, motion.votes_against, motion.abstentions)
    return ballots.count(rule, motion.ballots, counted, voters)


def hindrance(session: CouncilSession, application: Application) -> DomainError | None:
    """Why nothing can be decided on `application` in this session as it stands; None while it can.

    It says what is missing: reviews, or members in the room who may vote.
    """
    try:
        must_be_open(session)
        _must_be_reviewed(application)
        ballots.must_have_quorum(session, voters_on(session, application))
    except DomainError as refusal:
        return refusal
    return None


def _must_be_reviewed(application: Application) -> None:
    if application.status is ApplicationStatus.REVIEWED:
        return
    if application.status not in UNJUDGED:
        raise WrongTransitionError(N_("The Council decides on what is reviewed and not decided yet: this is neither."))
    asked = assignments.of_application(application)
    done = len(assignments.submitted_reviews(application))
    raise IncompleteError(
        N_(
            "This application is not reviewed any more, or not yet: the call asks for %(wanted)s reviews, %(done)s are "
            "in, %(awaited)s are awaited. The Council decides when they are in."
        ),
        wanted=application.call.reviewers_per_application,
        done=done,
        awaited=sum(one.is_holding for one in asked) - done,
    )


def most_for(application: Application, found: Sequence[Standing]) -> int:
    """The highest amount that may be awarded to `application` now from one of these allocations, in tyiyn."""
    left = max((one.left for one in found), default=0)
    return max(0, min(application.most_awardable, left))


def undecided(session: CouncilSession) -> list[Application]:
    """Reviewed applications of the call without a decision of this session."""
    decided = db.select(Decision.application_id).where(Decision.session_id == session.id)
    query = db.select(Application).where(
        Application.call_id == session.call_id,
        Application.status == ApplicationStatus.REVIEWED,
        Application.id.not_in(decided),
    )
    return list(db.session.scalars(query.order_by(Application.id)))


def undecided_of(session: CouncilSession, application_ids: Collection[int]) -> list[Application]:
    """Those of these applications without a decision of this session, by number: `undecided` or `in_flight`, as one."""
    if not application_ids:
        return []
    decided = db.select(Decision.application_id).where(Decision.session_id == session.id)
    query = db.select(Application).where(
        Application.call_id == session.call_id,
        Application.id.in_(application_ids),
        Application.status.in_((*IN_FLIGHT, ApplicationStatus.REVIEWED)),
        Application.id.not_in(decided),
        ~Application.is_test,
    )
    return list(db.session.scalars(query.options(db.joinedload(Application.association)).order_by(Application.number)))


def in_flight(call: Call) -> list[Application]:
    """Applications of the call that are still screened, mended or reviewed."""
    return list(db.session.scalars(_IN_FLIGHT, {"call_id": call.id}))


_IN_FLIGHT = (
    db.select(Application)
    .where(Application.call_id == db.bindparam("call_id"), Application.status.in_(IN_FLIGHT), ~Application.is_test)
    .options(db.joinedload(Application.association))
    .order_by(Application.id)
)
