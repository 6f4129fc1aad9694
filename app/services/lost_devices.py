"""Lost devices: somebody cannot give the code any more, and two people take the second factor away.

One makes sure who asks, another one confirms; neither is the user. Who holds the right is the policy's matter.
"""

from datetime import datetime

from app.localisation import N_
from app.services import audit, notifications, second_factors, user_accounts
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from app.services.workflow import Transition, Transitions, reason_given, target
from models.base import db, lock
from models.lost_devices import IdentityCheck, LostDevice, LostDeviceStatus
from models.users import Role, User

S = LostDeviceStatus
_OFFICE = N_("Administrator or secretary")
TRANSITIONS: Transitions = {
    (S.REPORTED, "check"): Transition(S.CHECKED, _OFFICE, N_("Not the user; says how, with a reason")),
    (S.REPORTED, "refuse"): Transition(S.REFUSED, _OFFICE, N_("Not the user; gives a reason")),
    (S.CHECKED, "confirm"): Transition(S.CONFIRMED, _OFFICE, N_("Neither the user nor who checked")),
    (S.CHECKED, "refuse"): Transition(S.REFUSED, _OFFICE, N_("Not the user; gives a reason")),
}
HANDLED_BY = (Role.ADMINISTRATOR, Role.SECRETARY)
_OPEN = LostDevice.status.in_((S.REPORTED, S.CHECKED))


def report(user: User, *, now: datetime) -> LostDevice:
    """The user says at the sign-in, after the password, that the phone is lost. Twice is once."""
    _must_have_factor(user)
    found = open_of(user)
    if found is not None:
        return found
    lost = LostDevice(user=user, status=S.REPORTED, opened_at=now)
    db.session.add(lost)
    db.session.flush()
    audit.record(None, "lost_device.report", lost, now)  # the password alone proves nobody
    message = N_("%(name)s reports at the sign-in that the phone with the codes is lost. Make sure who asks.")
    _tell_office({user.id}, message, lost, now)
    return lost


def begin(user: User, way: IdentityCheck, *, reason: str, actor: Actor, now: datetime) -> LostDevice:
    """An administrator has made sure who asks, before it was reported.

    Raises `AlreadyUsedError` while one is open for this user, else as `check`.
    """
    _must_have_factor(user)
    if open_of(user) is not None:
        raise AlreadyUsedError(N_("For this person a lost phone is being dealt with already."))
    lost = LostDevice(user=user, status=S.REPORTED, opened_at=now)
    db.session.add(lost)
    db.session.flush()
    check(lost, way, reason=reason, actor=actor, now=now)
    return lost


def check(lost: LostDevice, way: IdentityCheck, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say how one made sure who asks. Another person confirms.

    Raises `SeparationOfDutyError` for the user, `IncompleteError` without a reason.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock(lost)
    status = target(TRANSITIONS, lost.status, "check")
    _must_be_another(lost, actor)
    text = reason_given(reason)
    lost.status, lost.checked_by_id, lost.checked_at, lost.way, lost.reason = status, actor.user_id, now, way, text
    audit.record(actor, "lost_device.check", lost, now)
    message = N_("Somebody made sure that %(name)s has lost the phone with the codes. A second person confirms it.")
    _tell_office({lost.user_id, actor.user_id}, message, lost, now)
    db.session.flush()


def confirm(lost: LostDevice, *, actor: Actor, now: datetime) -> None:
    """Take the factor away: sessions end, money acts pause for a day, the user sets up another one and is told.

    Raises `SeparationOfDutyError` for the user and for who checked, `DomainError` when the user has set up another
    one since: that one is not lost.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock(lost)
    status = target(TRANSITIONS, lost.status, "confirm")
    _must_be_another(lost, actor)
    factor = second_factors.of_user(lost.user)
    if factor is None or factor.set_up_at > lost.opened_at:
        raise DomainError(
            N_("The second factor this is about is not there any more. Refuse it, with that as the reason.")
        )
    if lost.checked_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You made sure who asks. Somebody else confirms."))
    lost.status, lost.closed_by_id, lost.closed_at = status, actor.user_id, now
    audit.record(actor, "lost_device.confirm", lost, now)
    second_factors.take_away(lost.user, actor=actor, now=now, lost_device=lost.id)
    db.session.flush()


def refuse(lost: LostDevice, *, reason: str, actor: Actor, now: datetime) -> None:
    """Leave the factor as it is, with a reason; one person is enough for that. The user is told."""
    lock(lost)
    status = target(TRANSITIONS, lost.status, "refuse")
    _must_be_another(lost, actor)
    text = reason_given(reason)
    lost.status, lost.closed_by_id, lost.closed_at, lost.refusal = status, actor.user_id, now, text
    audit.record(actor, "lost_device.refuse", lost, now)
    message = N_("Your second factor stays as it is: %(reason)s")
    notifications.tell([lost.user_id], message, lost, now, reason=text)
    db.session.flush()


def open_of(user: User) -> LostDevice | None:
    found: LostDevice | None = db.session.scalar(db.select(LostDevice).where(LostDevice.user_id == user.id, _OPEN))
    return found


def waiting() -> list[LostDevice]:
    """What is open, the oldest first."""
    query = db.select(LostDevice).where(_OPEN).order_by(LostDevice.id).options(db.joinedload(LostDevice.user))
    return list(db.session.scalars(query))


def listed(limit: int = 60) -> list[LostDevice]:
    """The newest first, with their people."""
    query = db.select(LostDevice).order_by(LostDevice.id.desc()).limit(limit)
    return list(db.session.scalars(query.options(db.joinedload(LostDevice.user), db.joinedload(LostDevice.checked_by))))


def obstacle(lost: LostDevice, user: User) -> str | None:
    """Why `user` cannot take the next step (an English message id); None when they can."""
    if lost.user_id == user.id:
        return N_("This is your own phone: others decide about it.")
    if lost.status is S.CHECKED and lost.checked_by_id == user.id:
        return N_("You made sure who asks. Somebody else confirms.")
    return None


def _must_be_another(lost: LostDevice, actor: Actor) -> None:
    if lost.user_id == actor.user_id:
        raise SeparationOfDutyError(N_("This is your own phone: others decide about it."))


def _must_have_factor(user: User) -> None:
    if second_factors.of_user(user) is None:
        raise DomainError(N_("This account has no second factor."))


def _tell_office(but: set[int], message: str, lost: LostDevice, now: datetime) -> None:
    told = {one for role in HANDLED_BY for one in notifications.holders(role)} - but
    notifications.tell(told, message, lost, now, name=lost.user.display_name)
