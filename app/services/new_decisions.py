"""Decisions made anew: after an upheld appeal the Council decides once more, in another session of the call.

The decision that is followed and its protocol stay as they were signed; the last decision on an application holds. Only
a decision to reject or to put on the reserve list is ever followed: no award is taken back here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement

from app.clock import bishkek_day
from app.localisation import N_
from app.services import agendas, assignments, audit, conflicts, holding_protocols, notifications
from app.services.actors import Actor
from app.services.applications import TRANSITIONS as APPLICATION_TRANSITIONS
from app.services.calls import allocations
from app.services.calls.allocations import Standing
from app.services.conflicts import Ties
from app.services.errors import AlreadyUsedError, DomainError
from app.services.workflow import leads_on, target
from models.agenda_items import AgendaItem, AgendaStatus
from models.appeals import Appeal, AppealStatus
from models.applications import AWARDED, JUDGED, Application, ApplicationStatus
from models.base import db, lock, lock_all
from models.calls import Call, CallStatus
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, SessionStatus
from models.letters import Letter, LetterStatus
from models.reserves import Promotion
from models.reviews import Assignment

ACTION = "decide_anew"
S = ApplicationStatus
PASSED_OVER = (S.RESERVE, S.REJECTED)


# What waits ---------------------------------------------------------------------------------------------------


def waiting(ties: Ties, call: Call | None = None) -> list[Appeal]:
    """Upheld appeals whose applications are on no agenda yet, the first upheld first; without those of the ties."""
    query = (
        db.select(Appeal)
        .join(Appeal.letter)
        .join(Letter.application)
        .where(
            Appeal.status == AppealStatus.UPHELD,
            Application.status.in_(PASSED_OVER),
            ~_is_followed(Letter.decision_id),
            *ties.free(Application.association_id, Application.id),
        )
        .options(
            db.contains_eager(Appeal.letter).contains_eager(Letter.application).joinedload(Application.association),
            db.contains_eager(Appeal.letter).joinedload(Letter.decision).joinedload(Decision.session),
        )
        .order_by(Appeal.closed_at, Appeal.id)
    )
    return list(db.session.scalars(query if call is None else query.where(Application.call_id == call.id)))


def _is_followed(decision_id: Any) -> Any:
    """SQL: another decision follows the one with this id."""
    first, later = db.aliased(Decision), db.aliased(Decision)
    query = db.select(later.id).join(first, first.application_id == later.application_id)
    return query.where(first.id == decision_id, later.sequence > first.sequence).exists()


def must_be_open_to_it(application: Application) -> None:
    """Refuse where a new decision has nothing to change any more: it moved up, or was decided anew already."""
    if application.status in AWARDED or application.status is S.WITHDRAWN:
        raise DomainError(
            N_("The application was selected meanwhile: a grant is never taken back or changed by an appeal.")
        )
    if not is_open_to_it(application):
        raise AlreadyUsedError(N_("The application is before the Council again already."))


def is_open_to_it(application: Application) -> bool:
    """Whether the Council could be asked to decide on it anew."""
    return leads_on(APPLICATION_TRANSITIONS, application.status, ACTION)


def is_due(appeal: Appeal) -> bool:
    """Whether the application of an upheld appeal waits for an agenda: it was not decided anew since."""
    if appeal.status is not AppealStatus.UPHELD or not is_open_to_it(appeal.application):
        return False
    return not _is_answered(appeal)


def _is_answered(appeal: Appeal) -> bool:
    """Whether the decision that was appealed against is not the last one any more."""
    last = last_of(appeal.application)
    return last is not None and last.id != appeal.letter.decision_id


def sits_anew(session: CouncilSession) -> bool:
    """Whether a session decides anew: it sits on a decided call, or what it decided follows other decisions."""
    if session.is_open:
        return session.call.status is CallStatus.DECIDED
    return any(one.sequence > 1 for one in session.decisions)


def must_be_first_or_due(session: CouncilSession, application: Application) -> None:
    """Refuse a second decision where none is due: without an upheld appeal against the one before it."""
    earlier = last_of(application)
    if earlier is None or earlier.session_id == session.id:
        return
    appeal = appeal_against(earlier)
    if appeal is None or appeal.status is not AppealStatus.UPHELD:
        raise AlreadyUsedError(N_("The Council has decided on this application: without an upheld appeal it stands."))


def open_session(call: Call) -> CouncilSession | None:
    """The session of the call that sits now, if one does."""
    query = db.select(CouncilSession).where(
        CouncilSession.call_id == call.id, CouncilSession.status == SessionStatus.OPEN
    )
    found: CouncilSession | None = db.session.scalar(query)
    return found


# Onto the agenda ----------------------------------------------------------------------------------------------


def take_up(appeal: Appeal, session: CouncilSession, *, actor: Actor, now: datetime) -> AgendaItem:
    """Put the application of an upheld appeal on the agenda of an open session of its call, to be decided anew.

    It is before the Council as it was the first time, with the same reviews but those of people who have a tie to the
    applicant by now: these are void, and when too few are left it is reviewed further. Raises `DomainError` for an
    appeal that is not upheld or when the application was selected meanwhile, `AlreadyUsedError` when it is there
    already or was decided anew since, `SeparationOfDutyError` for who has a tie to the applicant.
    """
    application = appeal.application
    lock(session)
    lock_for([appeal])
    lock(application)
    agendas.must_be_open(session)
    conflicts.must_have_no_tie(application, actor)
    if appeal.status is not AppealStatus.UPHELD:
        raise DomainError(N_("Only an application whose appeal is upheld is decided anew."))
    if application.call_id != session.call_id:
        raise DomainError(N_("The application belongs to another call."))
    must_be_open_to_it(application)
    if _is_answered(appeal):
        raise AlreadyUsedError(N_("The Council has decided anew after this appeal: that decision is final."))
    if session.held_on < day_due(appeal):
        message = N_("The session of %(day)s was before the appeal was upheld: another one decides on it anew.")
        raise DomainError(message, day=session.held_on)
    application.status = target(APPLICATION_TRANSITIONS, application.status, ACTION)
    db.session.flush()
    was_taken_off = agendas.item_of(session, application) is not None
    item = agendas.append(session, application)
    agendas.refresh(session)
    audit.record(actor, "application.decide_anew", application, now, session=session.id, appeal=appeal.id, item=item.id)
    if was_taken_off:
        audit.record(actor, "agenda_item.put_on", item, now)
    notifications.tell_association(
        application,
        N_("Your appeal is upheld: the Council decides anew on your application %(number)s on %(day)s."),
        now,
        day=session.held_on,
    )
    assignments.void_of_tied(application, actor=actor, now=now)
    if application.status is S.REVIEWED:
        assignments.review_further(application, actor=actor, now=now)
    return item


def lock_for(appeals: Iterable[Appeal]) -> None:
    """Lock the applications of these, and what was asked of their reviewers, in one order."""
    ids = {one.letter.application_id for one in appeals}
    lock_all(Application, Application.id.in_(ids))
    lock_all(Assignment, Assignment.application_id.in_(ids))


def day_due(appeal: Appeal) -> date:
    """The first day of a session that decides anew after an upheld appeal: that of its outcome, and none before that of
    the session that decided first."""
    first = holding_protocols.day_of(appeal.letter.decision.session)
    return max(first, bishkek_day(appeal.closed_at)) if appeal.closed_at else first


def first_day(session: CouncilSession) -> date | None:
    """The first day on which a session could have made its decisions anew; None for one that made none."""
    found = [followed_by(one) for one in session.decisions if one.sequence > 1]
    return max((day_due(one.appeal) for one in found if one), default=None)


# The chain of decisions ---------------------------------------------------------------------------------------


def before(decision: Decision) -> Decision | None:
    """The decision that this one follows; None for a first one."""
    if decision.sequence == 1:
        return None
    query = db.select(Decision).where(
        Decision.application_id == decision.application_id, Decision.sequence == decision.sequence - 1
    )
    return db.session.scalars(query).one()


def last_of(application: Application) -> Decision | None:
    """The decision on an application that holds: the last one."""
    query = db.select(Decision).where(Decision.application_id == application.id)
    found: Decision | None = db.session.scalar(query.order_by(Decision.sequence.desc()).limit(1))
    return found


def appeal_against(decision: Decision) -> Appeal | None:
    query = db.select(Appeal).join(Appeal.letter).where(Letter.decision_id == decision.id)
    found: Appeal | None = db.session.scalar(query)
    return found


def stood_at(decision: Decision) -> ColumnElement[bool]:
    """SQL: decisions of earlier sessions of the call that held when this one was signed: not followed, not moved up."""
    if decision.sequence == 1:  # the first session of a call: there is none before it
        return db.false()
    later, session = db.aliased(Decision), decision.session
    earlier = db.select(CouncilSession.id).where(
        CouncilSession.call_id == session.call_id, CouncilSession.id < session.id
    )
    followed = db.select(later.id).where(
        later.application_id == Decision.application_id,
        later.sequence > Decision.sequence,
        later.session_id <= session.id,
    )
    moved_up = db.select(Promotion.id).where(Promotion.application_id == Decision.application_id)
    if session.protocol is not None:
        moved_up = moved_up.where(Promotion.confirmed_at < session.protocol.signed_at)
    return Decision.session_id.in_(earlier) & ~followed.exists() & ~moved_up.exists()


def following(session: CouncilSession) -> Mapping[int, Decision]:
    """{decision of this session: the signed one that follows it}."""
    first, later = db.aliased(Decision), db.aliased(Decision)
    query = (
        db.select(first.id, later)
        .join(first, (first.application_id == later.application_id) & (later.sequence == first.sequence + 1))
        .join(CouncilSession, CouncilSession.id == later.session_id)
        .where(first.session_id == session.id, CouncilSession.status == SessionStatus.SIGNED)
        .options(db.contains_eager(later.session).joinedload(CouncilSession.protocol))
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


@dataclass(frozen=True)
class Followed:
    """What a decision made anew follows: the decision before it, and the appeal that was upheld against that one."""

    decision: Decision
    appeal: Appeal


def followed_by(decision: Decision) -> Followed | None:
    """What `decision` follows; None for a first one."""
    earlier = before(decision)
    appeal = appeal_against(earlier) if earlier else None
    return Followed(earlier, appeal) if earlier and appeal else None


def on_the_agenda(session: CouncilSession, closed: Collection[int] = ()) -> Mapping[int, Followed]:
    """{application: what a decision of this session on it follows}, of those on its agenda to be decided anew.

    Nothing of the applications `closed` to the reader.
    """
    if not sits_anew(session):  # the first session of a call follows nothing
        return {}
    query = (
        db.select(Appeal)
        .join(Appeal.letter)
        .join(AgendaItem, AgendaItem.application_id == Letter.application_id)
        .join(Letter.decision)
        .where(AgendaItem.session_id == session.id, AgendaItem.status != AgendaStatus.TAKEN_OFF)
        .where(Appeal.status == AppealStatus.UPHELD)
        .where(Decision.session_id != session.id, Letter.application_id.not_in(closed))
        .options(
            db.contains_eager(Appeal.letter).contains_eager(Letter.decision).joinedload(Decision.session),
            db.contains_eager(Appeal.letter).joinedload(Letter.application).joinedload(Application.association),
        )
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    found = db.session.scalars(query)
    return {one.letter.application_id: Followed(one.letter.decision, one) for one in found}


# What was awarded before ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EarlierAward:
    """An award of the call from before the session that sits, and it stands: in tyiyn, from this allocation (id)."""

    application: Application
    amount: int
    allocation_id: int


def earlier_awards(call: Call) -> list[EarlierAward]:
    """The awards that stand while the Council sits to decide anew on a call, moved up ones too, by number.

    Caps and money are held against them. None while nobody sits, and none in a call's first session.
    """
    if call.status is not CallStatus.DECIDED or open_session(call) is None:
        return []
    decided = (
        db.select(Application, Decision.amount, Decision.allocation_id)
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .where(
            Decision.application_id == Application.id,
            Decision.outcome == DecisionOutcome.SELECTED,
            CouncilSession.status == SessionStatus.SIGNED,
        )
    )
    promoted = db.select(Application, Promotion.amount, Promotion.allocation_id)
    promoted = promoted.where(Promotion.application_id == Application.id)
    stands = (Application.call_id == call.id, Application.status != S.WITHDRAWN)  # a declined grant does not
    rows = [row for query in (decided, promoted) for row in db.session.execute(query.where(*stands)).all()]
    return sorted((EarlierAward(*row) for row in rows), key=lambda one: one.application.number)


def passed_over(session: CouncilSession) -> set[int]:
    """Applications of the call that were decided outside this session and not selected."""
    if not sits_anew(session):
        return set()
    query = db.select(Application.id).where(Application.call_id == session.call_id, Application.status.in_(PASSED_OVER))
    return set(db.session.scalars(query))


def money_left(call: Call) -> list[Standing]:
    """How each allocation of a call stands for who awards now: what its pages show, what its list and the reserve list
    go by, and what a decision is held against.

    Once a call is decided, what its funds have left may be promised to another one that is open: that is not touched.
    """
    found = allocations.standings(call)
    if call.status is not CallStatus.DECIDED:
        return found
    promised = allocations.promised_elsewhere({one.allocation.fund_id for one in found}, beside=call)
    return [replace(one, fund_has=max(0, one.fund_has - promised[one.allocation.fund_id])) for one in found]


# What `flask verify` looks at -----------------------------------------------------------------------------------


def unsound() -> list[str]:
    """What is wrong with each decision made anew, and with each application of a decided call that is before the
    Council ("" where nothing is)."""
    query = db.select(Decision).where(Decision.sequence > 1).options(db.joinedload(Decision.application))
    return [*(_problem(one) for one in db.session.scalars(query.order_by(Decision.id))), *_before_the_council()]


def _before_the_council() -> list[str]:
    """Each application of a decided call that is reviewed or in review: its letter is held, or an appeal upheld."""
    query = (
        db.select(Application.number, Letter.status, Appeal.status)
        .join(Application.call)
        .join(Decision, Decision.application_id == Application.id)
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .outerjoin(Letter, Letter.decision_id == Decision.id)
        .outerjoin(Appeal, Appeal.letter_id == Letter.id)
        .where(Call.status == CallStatus.DECIDED, Application.status.in_(JUDGED))
        .where(CouncilSession.status == SessionStatus.SIGNED, ~_is_followed(Decision.id))
        .order_by(Application.id)
    )
    return [
        ""
        if letter is LetterStatus.HELD or appeal is AppealStatus.UPHELD
        else f"application {number} is before the Council without an upheld appeal against its last decision"
        for number, letter, appeal in db.session.execute(query)
    ]


def _problem(decision: Decision) -> str:
    query = db.select(Decision).where(Decision.application_id == decision.application_id)
    earlier = db.session.scalar(query.where(Decision.sequence == decision.sequence - 1))
    name = f"application {decision.application.number}: decision {decision.sequence}"
    if earlier is None:
        return f"{name} follows none"
    if earlier.outcome is DecisionOutcome.SELECTED:
        return f"{name} follows an award"
    if earlier.session_id >= decision.session_id or earlier.session.protocol is None:
        return f"{name} follows one that was not signed before"
    if earlier.session.call_id != decision.session.call_id:
        return f"{name} was made in a session of another call"
    appeal = appeal_against(earlier)
    if appeal is None or appeal.status is not AppealStatus.UPHELD:
        return f"{name} was made without an upheld appeal against the one before"
    return ""
