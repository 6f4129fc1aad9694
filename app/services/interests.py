"""The register of interests of those who judge: kept by each of them, and confirmed for every call."""

from datetime import datetime

from app.localisation import N_
from app.services import audit, conflict_detection, standing_decisions
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.base import db, lock
from models.calls import Call
from models.interests import Interest, InterestConfirmation, InterestKind
from models.users import User

_CONFIRMED = db.select(InterestConfirmation).where(
    InterestConfirmation.user_id == db.bindparam("user"), InterestConfirmation.call_id == db.bindparam("call")
)


def of(user: User) -> list[Interest]:
    """The register: what holds first, then what has ended, the newest first."""
    query = db.select(Interest).where(Interest.user_id == user.id)
    return list(db.session.scalars(query.order_by(Interest.ended_at.is_not(None), Interest.id.desc())))


def declare(
    kind: InterestKind, *, name: str, relation: str, register_number: str, actor: Actor, now: datetime
) -> Interest:
    """Enter an interest into the own register; what it ties to is looked for at once.

    Raises `IncompleteError` for kin without the relation, `AlreadyUsedError` for what stands there already.
    """
    conflict_detection.lock_marks()
    if kind is InterestKind.KIN and not relation.strip():
        raise IncompleteError(N_("Say how this person is related to you."), field="relation")
    wanted = " ".join(name.split())
    if any(one.kind is kind and one.name == wanted and one.ended_at is None for one in of(actor.user)):
        raise AlreadyUsedError(N_("This stands in your register already."), field="name")
    interest = Interest(
        user_id=actor.user_id,
        kind=kind,
        name=wanted,
        relation=relation.strip(),
        register_number=register_number.strip(),
        declared_at=now,
    )
    db.session.add(interest)
    conflict_detection.keep_judge(actor.user, now=now)
    audit.record(actor, "interest.declare", interest, now, kind=kind.value)
    return interest


def end(interest: Interest, *, actor: Actor, now: datetime) -> None:
    """Say that an interest has ended. It stays in the register, and so does what the secretary said of it."""
    conflict_detection.lock_marks()
    lock(interest)
    if interest.user_id != actor.user_id:
        raise SeparationOfDutyError(N_("Only the person whose register it is changes it."))
    if interest.ended_at is not None:
        raise AlreadyUsedError(N_("This interest has ended already."))
    interest.ended_at = now
    conflict_detection.keep_judge(actor.user, now=now)
    audit.record(actor, "interest.end", interest, now)


def confirmation(user: User, call: Call) -> InterestConfirmation | None:
    """The confirmation of the register of `user` for `call`, when there is one."""
    found: InterestConfirmation | None = db.session.scalar(_CONFIRMED, {"user": user.id, "call": call.id})
    return found


def confirm(call: Call, *, actor: Actor, now: datetime) -> InterestConfirmation:
    """Confirm for a call that the own register is whole and true."""
    conflict_detection.lock_marks()
    if not standing_decisions.is_judging(call):
        raise DomainError(N_("The register is confirmed for calls that are open."))
    if confirmation(actor.user, call) is not None:
        raise AlreadyUsedError(N_("Your register is confirmed for this call already."))
    made = InterestConfirmation(user_id=actor.user_id, call_id=call.id, confirmed_at=now)
    db.session.add(made)
    conflict_detection.keep_judge(actor.user, now=now)
    audit.record(actor, "interest.confirm", call, now)
    return made


def must_be_confirmed(user: User, call: Call) -> None:
    """Refuse who has not confirmed the own register for this call, with `IncompleteError`."""
    if confirmation(user, call) is None:
        raise IncompleteError(N_("First confirm your register of interests for this call: the page “My interests”."))
