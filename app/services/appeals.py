"""Appeals: an association asks the Council to look again; acknowledged by the secretary, decided by the chair."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.localisation import N_
from app.services import audit, conflicts, letters, new_decisions, notifications
from app.services.actors import Actor
from app.services.associations import is_chair
from app.services.conflicts import Ties
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.appeals import Appeal, AppealStatus
from models.applications import Application
from models.associations import Association
from models.base import db, lock
from models.council_sessions import DecisionOutcome
from models.letters import Letter
from models.users import Role, User

SHORTEST = 40
"""Characters: an appeal says what the Council should look at."""
OPEN = (AppealStatus.LODGED, AppealStatus.ACKNOWLEDGED)
S, _SECRETARY, _CHAIR = AppealStatus, N_("Council secretary"), N_("Council chair")
_APPLICANT = N_("Association's chair, or an operator at the chair's word")
_DECIDES = N_("reason given; no tie to the applicant")
TRANSITIONS: Mapping[tuple[AppealStatus, str], Transition] = {
    (S.LODGED, "acknowledge"): Transition(S.ACKNOWLEDGED, _SECRETARY),
    (S.ACKNOWLEDGED, "uphold"): Transition(S.UPHELD, _CHAIR, _DECIDES),
    (S.ACKNOWLEDGED, "dismiss"): Transition(S.DISMISSED, _CHAIR, _DECIDES),
    (S.LODGED, "withdraw"): Transition(S.WITHDRAWN, _APPLICANT, N_("reason given")),
    (S.ACKNOWLEDGED, "withdraw"): Transition(S.WITHDRAWN, _APPLICANT, N_("reason given")),
}
MESSAGES = {
    "uphold": N_("The appeal on your application %(number)s is upheld: %(reason)s"),
    "dismiss": N_("The appeal on your application %(number)s is dismissed: %(reason)s"),
}


def must_be_in_time(letter: Letter, now: datetime) -> None:
    """Refuse an appeal against what cannot be appealed against, or after the call's days.

    The whole last second counts. A decision made anew is final: each application has one appeal. Raises `DomainError`.
    """
    if letter.sent_at is None or letter.decision.outcome is DecisionOutcome.SELECTED:
        raise DomainError(N_("Only a decision to reject or to put on the reserve list can be appealed against."))
    if letter.decision.sequence > 1:
        raise AlreadyUsedError(N_("This decision was made anew after an appeal: it is final."))
    until = letters.appeal_until(letter.application.call, letter.sent_at)
    if now.replace(microsecond=0) > until:
        message = N_("Appeals were taken until %(until)s. The centre can tell you when the next call opens.")
        raise DomainError(message, until=until)


def may_lodge(letter: Letter, now: datetime) -> bool:
    """Whether an appeal against it would be taken now."""
    try:
        must_be_in_time(letter, now)
    except DomainError:
        return False
    return of_letter(letter) is None


def open_until(letter: Letter, reader: User, now: datetime) -> datetime | None:
    """Until when `reader` can appeal, as chair of the association or as operator of its centre; None where not."""
    association = letter.association
    speaks = is_chair(association, reader.person) or association.centre_id in reader.centre_ids
    if letter.sent_at is None or not speaks or not may_lodge(letter, now):
        return None
    return letters.appeal_until(letter.application.call, letter.sent_at)


def lodge(letter: Letter, text: str, *, actor: Actor, now: datetime) -> Appeal:
    """The chair of the association appeals, or an operator at the chair's word; the Council's office is told.

    Raises `SeparationOfDutyError` for another member's act or word, `IncompleteError` under `SHORTEST` characters,
    `DomainError` after the call's days, `AlreadyUsedError` for a second one.
    """
    application = letter.application
    lock(application)
    must_be_in_time(letter, now)
    if of_letter(letter) is not None:
        raise AlreadyUsedError(N_("There is an appeal on this application already."))
    _must_speak_for(letter.association, actor)
    if len(text.strip()) < SHORTEST:
        message = N_("Say in at least %(least)s characters what the Council should look at again.")
        raise IncompleteError(message, field="text", least=SHORTEST)
    appeal = Appeal(letter=letter, text=text.strip(), lodged_at=now, lodged_by_id=actor.user_id)
    db.session.add(appeal)
    db.session.flush()
    audit.record(actor, "appeal.lodge", appeal, now, letter=letter.id, application=application.id)
    for role in (Role.SECRETARY, Role.COUNCIL_CHAIR):
        _tell(role, appeal, N_("The association appeals against the decision on %(number)s."), now)
    _tell_association(appeal, N_("The appeal on the application %(number)s was handed in."), now)
    return appeal


def acknowledge(appeal: Appeal, *, actor: Actor, now: datetime) -> None:
    """The secretary has it: the association is told that the chair of the Council decides."""
    new_status = _begin(appeal, "acknowledge")
    conflicts.must_have_no_tie(appeal.application, actor)
    appeal.status, appeal.acknowledged_at = new_status, now
    db.session.flush()
    audit.record(actor, "appeal.acknowledge", appeal, now)
    _tell_association(
        appeal, N_("The Council has received the appeal on your application %(number)s. Its chair decides."), now
    )
    _tell(Role.COUNCIL_CHAIR, appeal, N_("The appeal on %(number)s waits for your decision."), now)


def close(appeal: Appeal, *, is_upheld: bool, reason: str, actor: Actor, now: datetime) -> None:
    """The chair of the Council upholds or dismisses it. The signed decision stays as it is.

    Raises `SeparationOfDutyError` for a chair with a tie to the applicant, `IncompleteError` without a reason,
    `DomainError` for upholding one where the application was selected meanwhile: nothing would be left to decide.
    """
    action = "uphold" if is_upheld else "dismiss"
    new_status = _begin(appeal, action)
    conflicts.must_have_no_tie(appeal.application, actor)
    if is_upheld:
        lock(appeal.application)
        new_decisions.must_be_open_to_it(appeal.application)
    _close(appeal, new_status, reason_given(reason, ASSOCIATION_READS_REASON), actor, now)
    audit.record(actor, f"appeal.{action}", appeal, now, reason=appeal.reason)
    _tell_association(appeal, MESSAGES[action], now, reason=appeal.reason)
    if is_upheld:
        message = N_(
            "The appeal on %(number)s is upheld: put the application on the agenda of a session, to be decided anew."
        )
        _tell(Role.SECRETARY, appeal, message, now)


def withdraw(appeal: Appeal, *, reason: str, actor: Actor, now: datetime) -> None:
    """The association takes its appeal back before it is decided."""
    new_status = _begin(appeal, "withdraw")
    _must_speak_for(appeal.association, actor)
    _close(appeal, new_status, reason_given(reason), actor, now)
    audit.record(actor, "appeal.withdraw", appeal, now, reason=appeal.reason)
    for role in (Role.SECRETARY, Role.COUNCIL_CHAIR):
        _tell(role, appeal, N_("The appeal on %(number)s was withdrawn."), now)


def _begin(appeal: Appeal, action: str) -> AppealStatus:
    lock(appeal)
    new_status: AppealStatus = target(TRANSITIONS, appeal.status, action)
    return new_status


def _close(appeal: Appeal, status: AppealStatus, reason: str, actor: Actor, now: datetime) -> None:
    appeal.status, appeal.reason = status, reason
    appeal.closed_at, appeal.closed_by_id = now, actor.user_id
    db.session.flush()


def _must_speak_for(association: Association, actor: Actor) -> None:
    """An application has one appeal: nobody but the chair lodges it or takes it back, there or through the centre."""
    if actor.on_behalf_of is None:
        if not is_chair(association, actor.user.person):
            raise SeparationOfDutyError(N_("Only the chair of the association can appeal, or take an appeal back."))
        return
    voice = actor.dictation.dictated_by if actor.dictation else None
    if voice is None or not is_chair(association, voice):
        message = N_(
            "At the centre it is the chair of the association who dictates an appeal, or taking it back: say that the "
            "chair dictates."
        )
        raise SeparationOfDutyError(message)


def _tell(role: Role, appeal: Appeal, message: str, now: datetime) -> None:
    """Holders of the role, without those who have a tie to the applicant."""
    people = notifications.free_holders(appeal.application, role)
    notifications.tell(people, message, appeal, now, number=appeal.application.number)


def _tell_association(appeal: Appeal, message: str, now: datetime, **parameters: Any) -> None:
    people = notifications.people_of(appeal.association)
    notifications.tell(people, message, appeal, now, number=appeal.application.number, **parameters)


def of_letter(letter: Letter) -> Appeal | None:
    found: Appeal | None = db.session.scalar(db.select(Appeal).where(Appeal.letter_id == letter.id))
    return found


def listed(ties: Ties, limit: int = 60) -> list[Appeal]:
    """The newest appeals, those that wait first; without applicants the reader has a tie to."""
    return list(db.session.scalars(_of(ties).order_by(Appeal.status.in_(OPEN).desc(), Appeal.id.desc()).limit(limit)))


def open_ones(ties: Ties, status: AppealStatus) -> list[Appeal]:
    """Those in this status, the first one first."""
    return list(db.session.scalars(_of(ties).where(Appeal.status == status).order_by(Appeal.id)))


def _of(ties: Ties) -> Any:
    return (
        db.select(Appeal)
        .join(Appeal.letter)
        .join(Letter.application)
        .where(*ties.free(Application.association_id, Application.id))
        .options(
            db.contains_eager(Appeal.letter).contains_eager(Letter.application).joinedload(Application.association),
            db.contains_eager(Appeal.letter).joinedload(Letter.decision),
        )
    )
