"""A session of the Council that ends without decisions, and what was to be decided anew but is not in this session.

No quorum comes together, or nobody can be found who reviews what is before the Council again. The call waits for
another session then, and so does the application; a first decision holds until there is a new one.
"""

from datetime import datetime

from app.localisation import N_
from app.services import agendas, assignments, audit, conflicts, new_decisions, notifications
from app.services.actors import Actor
from app.services.agendas import must_be_open
from app.services.applications import TRANSITIONS as APPLICATION_TRANSITIONS
from app.services.council_sessions import TRANSITIONS, council_members
from app.services.errors import DomainError, SeparationOfDutyError, WrongTransitionError
from app.services.new_decisions import Followed
from app.services.workflow import reason_given, target
from models.agenda_items import AgendaItem, AgendaStatus
from models.applications import Application
from models.base import db, lock, lock_all
from models.council_sessions import CouncilSession, DecisionOutcome
from models.reviews import Assignment

BACK = {DecisionOutcome.RESERVE: "back_to_reserve", DecisionOutcome.REJECTED: "back_to_rejected"}
"""The way back to what the first decision says; an award is never decided anew."""


def take_off(
    session: CouncilSession, application: Application, *, reason: str, actor: Actor, now: datetime
) -> AgendaItem:
    """Take what is to be decided anew off the agenda: the first decision holds, its appeal waits for another session.

    Reviews that were asked for it and are not in are not needed any more. Raises `DomainError` for what is decided for
    the first time or is not on the agenda, `WrongTransitionError` for what is under discussion or decided,
    `SeparationOfDutyError` for who has a tie to the applicant.
    """
    lock(session)
    must_be_open(session)
    items = agendas.items_of(session, anew=True)
    item = items.get(application.id)
    followed = new_decisions.on_the_agenda(session).get(application.id)
    if item is None or followed is None:
        raise DomainError(N_("Only what is to be decided anew is taken off the agenda."))
    lock(item)
    lock(application)
    conflicts.must_have_no_tie(application, actor)
    text = reason_given(reason)
    if item.status is not AgendaStatus.WAITING:
        raise WrongTransitionError(N_("Only what waits for its discussion is taken off the agenda."))
    _take_off([(item, followed)], text, actor, now)
    return item


def adjourn(session: CouncilSession, *, reason: str, actor: Actor, now: datetime) -> None:
    """End a session that has decided nothing, with a reason its members read; the call waits for another one.

    A discussion ends, and what was to be decided anew is as it was before. Raises `DomainError` where a decision is
    recorded: then the chair signs the protocol; `SeparationOfDutyError` for who has a tie to an applicant whose
    discussion ends by it, or who waits for a new decision. What waits for its first decision goes on waiting: a tie to
    it refuses nobody.
    """
    lock(session)
    must_be_open(session)
    db.session.refresh(session, ["decisions"])
    if session.decisions:
        raise DomainError(N_("Decisions are recorded: the session ends with its protocol, which the chair signs."))
    lock_all(AgendaItem, AgendaItem.session_id == session.id)
    items = agendas.items_of(session, anew=True)
    found = new_decisions.on_the_agenda(session)
    lock_all(Application, Application.id.in_(found))
    discussed = next((one for one in items.values() if one.status is AgendaStatus.DISCUSSED), None)
    open_items = [(one, found[key]) for key, one in items.items() if key in found]
    _must_have_no_tie([one for one in items.values() if one is discussed or one.application_id in found], actor)
    text = reason_given(reason)
    kept = target(TRANSITIONS, session.status, "adjourn"), now, actor.user_id, text
    session.status, session.adjourned_at, session.adjourned_by_id, session.adjourned_reason = kept
    _take_off(open_items, text, actor, now)
    if discussed is not None and discussed.application_id not in found:
        agendas.close_without_decision(discussed, actor=actor, now=now)
    audit.record(actor, "session.adjourn", session, now, reason=text, count=len(found))
    message = N_("The session of the Council of %(day)s on the call “%(call)s” has ended without decisions: %(reason)s")
    notifications.tell(
        [one.id for one in council_members()],
        message,
        session,
        now,
        day=session.held_on,
        call={"name": session.call.title},
        reason=text,
    )


def _must_have_no_tie(items: list[AgendaItem], actor: Actor) -> None:
    ties = conflicts.ties_of(actor.user)
    if any(ties.has(one.application) for one in items):
        raise SeparationOfDutyError(
            N_(
                "You have a tie to an applicant whose application is under discussion or to be decided anew in this "
                "session: another secretary ends it."
            )
        )


def _take_off(found: list[tuple[AgendaItem, Followed]], reason: str, actor: Actor, now: datetime) -> None:
    """Whoever calls it holds the locks of session, items and applications, and has recorded nothing yet."""
    ids = [item.application_id for item, _followed in found]
    lock_all(Assignment, Assignment.application_id.in_(ids))
    ended = {}
    for item, followed in found:
        application = item.application
        application.status = target(APPLICATION_TRANSITIONS, application.status, BACK[followed.decision.outcome])
        agendas.take_off(item)
        ended[item.id] = assignments.end_all(application)
    db.session.flush()
    for item, _followed in found:
        application, (left, closed) = item.application, ended[item.id]
        audit.record(
            actor,
            "agenda_item.take_off",
            item,
            now,
            application=application.id,
            assignments=[one.id for one in closed],
            reason=reason,
        )
        for one in left:
            message = N_("The application is not before the Council any more: nothing is left to do.")
            notifications.tell([one.reviewer_id], message, one, now)
        notifications.tell_association(
            application,
            N_(
                "The Council did not decide anew on your application %(number)s on %(day)s: %(reason)s Your appeal "
                "stays upheld, and another session takes it up."
            ),
            now,
            day=item.session.held_on,
            reason=reason,
        )
