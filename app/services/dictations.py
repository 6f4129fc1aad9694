"""Dictations: an operator's working sessions for an association, begun, ended and confirmed by somebody of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, notifications, own_codes
from app.services.actors import Actor
from app.services.associations import is_chair
from app.services.conflicts import NO_TIES, Ties
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    SeparationOfDutyError,
)
from models.applications import Application
from models.associations import Association
from models.audit import AuditEvent
from models.base import db, lock
from models.dictations import ON_PAPER, ConfirmationWay, Dictation
from models.documents import StoredFile
from models.people import Person
from models.users import User

OWN_ACTS = ("dictation.begin", "dictation.end", "dictation.confirm")


@dataclass(frozen=True)
class Confirmation:
    """Who stands by what was written, and how; on paper with the scan of it, and the number the receipt bears."""

    person: Person
    way: ConfirmationWay
    file: StoredFile | None = None
    receipt: str | None = None


def begin(
    association: Association, *, dictated_by: Person | None, name: str = "", actor: Actor, now: datetime
) -> Dictation:
    """Begin to write for `association` at the word of a member or, with `name`, of somebody else.

    What the operator had open for it ends. Raises `SeparationOfDutyError` when the operator is the one who dictates.
    """
    if actor.on_behalf_of is None or actor.on_behalf_of.id != association.id:
        raise DomainError(N_("Only an operator of its centre writes for an association."))
    if dictated_by is None and not name.strip():
        raise IncompleteError(N_("Say who dictates to you."), field="member")
    if dictated_by is not None:
        _must_be_member(association, dictated_by)
        if dictated_by.id == actor.user.person_id:
            raise SeparationOfDutyError(N_("Nobody dictates to oneself."), field="member")
    lock(association)
    for one in open_of(association, actor.user):
        end(one, actor=actor, now=now)
    dictation = Dictation(
        association=association,
        typed_by=actor.user,
        dictated_by=dictated_by,
        dictated_by_name="" if dictated_by else name.strip(),
        began_at=now,
    )
    db.session.add(dictation)
    db.session.flush()
    _record(dictation, "begin", actor, now)
    return dictation


def _record(dictation: Dictation, action: str, actor: Actor, now: datetime, **details: Any) -> None:
    """An act on the session is nothing that was dictated in it, nor in another one of this operator."""
    by = replace(actor, dictation=None)
    audit.record(by, f"dictation.{action}", dictation, now, association=dictation.association_id, **details)


def _must_be_member(association: Association, person: Person) -> None:
    if not any(held.is_current and held.person_id == person.id for held in association.memberships):
        raise DomainError(N_("This person is no member of the association."), field="member")


def open_of(association: Association, user: User | None = None, *, locked: bool = False) -> list[Dictation]:
    """What is open for the association: of one operator, or of all; `locked` in the order of their ids."""
    query = db.select(Dictation).where(Dictation.association_id == association.id, Dictation.ended_at.is_(None))
    if user is not None:
        query = query.where(Dictation.typed_by_id == user.id)
    query = query.order_by(Dictation.id)
    if locked:
        query = query.with_for_update(of=Dictation).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


_OPEN = (  # made once: each form of an operator asks it
    db.select(Dictation)
    .where(
        Dictation.association_id == db.bindparam("association_id"),
        Dictation.typed_by_id == db.bindparam("user_id"),
        Dictation.ended_at.is_(None),
    )
    .options(db.joinedload(Dictation.dictated_by))
)


def current(user: User, association: Association, now: datetime) -> Dictation | None:
    """What `user` has open for the association since this morning: yesterday's voice does not speak today."""
    found: Dictation | None = db.session.scalar(_OPEN, {"association_id": association.id, "user_id": user.id})
    return found if found is not None and bishkek_day(found.began_at) == bishkek_day(now) else None


def end(dictation: Dictation, *, actor: Actor, now: datetime) -> None:
    """End the session; when something was written, who acts for the association is told to confirm it."""
    lock(dictation)
    if dictation.ended_at is not None:
        raise AlreadyUsedError(N_("This has been ended already."))
    dictation.ended_at = now
    db.session.flush()
    _record(dictation, "end", actor, now)
    if acts(dictation):
        message = N_("The centre has written for %(association)s: read it and confirm it.")
        _tell(dictation, message, now, but=dictation.typed_by_id)


def _tell(dictation: Dictation, message: str, now: datetime, *, but: int | None = None) -> None:
    """Tell everybody who acts for the association; `but` is a user id to leave out."""
    association = dictation.association
    told = [user_id for user_id in notifications.people_of(association) if user_id != but]
    notifications.tell(told, message, dictation, now, association={"name": association.names})


def acts(dictation: Dictation) -> list[AuditEvent]:
    """What was written in it, in the order it was written."""
    query = db.select(AuditEvent).where(AuditEvent.dictation_id == dictation.id, AuditEvent.action.not_in(OWN_ACTS))
    return list(db.session.scalars(query.order_by(AuditEvent.id)))


def stamp_of(dictation: Dictation) -> str:
    """How many acts were shown and the last of them: two equal ones mean the same list."""
    written = acts(dictation)
    return f"{len(written)}-{written[-1].id if written else 0}"


def receipt_number(dictation: Dictation) -> str:
    """What stands on a receipt: the session and how many acts it lists. Acts are only added, so it names the list."""
    return f"{dictation.id}/{len(acts(dictation))}"


def confirm(
    dictation: Dictation, confirmation: Confirmation, *, actor: Actor, now: datetime, seen: str | None = None
) -> None:
    """Somebody of the association stands by all that was written; the session can never be changed again.

    `seen` is the `stamp_of` what the person was shown: `ChangedMeanwhileError` when it is another one now. Raises
    `AlreadyUsedError` when it is confirmed, `IncompleteError` while it is open, for a paper without its scan, and for
    a receipt that does not list everything,
    `SeparationOfDutyError` when the typist confirms or may be behind the account, `DomainError` for who is no member.
    """
    lock(dictation)
    person, way = confirmation.person, confirmation.way
    if dictation.confirmed_at is not None:
        raise AlreadyUsedError(N_("This has been confirmed already."))
    if dictation.is_open:
        raise IncompleteError(N_("End the writing first: what is confirmed cannot grow any more."))
    if seen is not None and seen != stamp_of(dictation):
        raise ChangedMeanwhileError(N_("More was written since you opened the page: read it again."))
    _must_be_member(dictation.association, person)
    if person.id == dictation.typed_by.person_id:
        raise SeparationOfDutyError(N_("Who typed cannot confirm: somebody of the association does."), field="member")
    if way is ConfirmationWay.OWN_ACCOUNT:
        own_codes.must_be_ones_own(actor.user, now)
    if way in ON_PAPER and confirmation.file is None:
        raise IncompleteError(N_("Attach the scan of the signed paper."), field="upload")
    if confirmation.receipt is not None and "".join(confirmation.receipt.split()) != receipt_number(dictation):
        raise IncompleteError(
            N_("This is not the number of the receipt that lists everything. Print it again and let it be signed."),
            field="receipt",
        )
    dictation.confirmed_at, dictation.way = now, way
    dictation.confirmed_by = person
    dictation.file = confirmation.file if way in ON_PAPER else None
    db.session.flush()
    _record(dictation, "confirm", actor, now, person=person.id, way=way.value)
    _tell(dictation, N_("What the centre wrote for %(association)s is confirmed."), now)


def must_be_of_the_chair(confirmation: Confirmation | None, association: Association) -> Confirmation:
    """A sign-off on behalf needs the chair's own confirmation. Raises `SeparationOfDutyError` without one."""
    if confirmation is None or not is_chair(association, confirmation.person):
        raise SeparationOfDutyError(
            N_("The chair has to confirm the sign-off: with the own code, or with signature or thumbprint on paper."),
            field="way",
        )
    return confirmation


def waiting_of(application: Application, speaking: Dictation | None = None) -> list[Dictation]:
    """The sessions with something of this application that nobody has confirmed, locked in the order of their ids.

    Among them is `speaking`, in which something of it is about to be written. Ending and confirming take a session
    before the head of the trail: whoever takes both, takes sessions first.
    """
    found = {one.id: one for one in [*of_application(application), *([speaking] if speaking else [])]}
    waiting = [one for _id, one in sorted(found.items()) if one.confirmed_at is None]
    for one in waiting:
        lock(one)
    return [one for one in waiting if one.confirmed_at is None]


def confirm_with_sign_off(
    application: Application, waiting: Sequence[Dictation], confirmation: Confirmation, *, actor: Actor, now: datetime
) -> None:
    """The chair stands by the whole application: what the centre wrote in it is ended and confirmed by that.

    Of `waiting` (see `waiting_of`), a session in which anything else was written stays: the chair was not shown it.
    """
    subject = audit.subject_of(application)
    for dictation in waiting:
        is_of_it = all(act.subject == subject for act in acts(dictation))
        if not is_of_it or dictation.typed_by.person_id == confirmation.person.id:
            continue
        if dictation.is_open:
            dictation.ended_at = now
            db.session.flush()
        # the receipt that was signed is that of the application, not of one session
        confirm(dictation, replace(confirmation, receipt=None), actor=actor, now=now)


def of_application(application: Application) -> list[Dictation]:
    """The sessions in which something of this application was written, in their order."""
    return list(db.session.scalars(_OF_SUBJECT, {"subject": audit.subject_of(application)}))


def listed(seen: Any, ties: Ties = NO_TIES, *, only_unconfirmed: bool = False, limit: int = 60) -> list[Dictation]:
    """The newest sessions under the condition `seen` (of `policy.visible`), without associations the reader is kept
    from: what is written for one tells of its application."""
    query = db.select(Dictation).where(seen, *ties.free_associations(Dictation.association_id))
    if only_unconfirmed:
        query = query.where(Dictation.confirmed_at.is_(None), Dictation.id.in_(_written()))
    rows = db.session.scalars(_with_people(query).order_by(None).order_by(Dictation.id.desc()).limit(limit))
    return list(rows)


def is_closed(dictation: Dictation, ties: Ties) -> bool:
    """Whether a reader with these ties is kept from it."""
    query = db.select(Dictation.id).where(Dictation.id == dictation.id)
    return bool(ties) and db.session.scalar(query.where(*ties.free_associations(Dictation.association_id))) is None


def _written() -> Any:
    """Ids of the sessions in which something was written."""
    return db.select(AuditEvent.dictation_id).where(
        AuditEvent.dictation_id.is_not(None), AuditEvent.action.not_in(OWN_ACTS)
    )


def unconfirmed_for(user: User, limit: int) -> list[Dictation]:
    """What waits for a confirmation: of the associations of this operator's centre, or that this member speaks for.

    The present centre collects it, whoever typed: one that an association has left sees nothing of it any more.
    """
    held = db.select(Association.id).where(Association.centre_id.in_(user.centre_ids))
    mine = Dictation.association_id.in_(held) | Dictation.association_id.in_(user.association_ids)
    return listed(mine & Dictation.ended_at.is_not(None), only_unconfirmed=True, limit=limit)


def _with_people(query: Any) -> Any:
    return query.order_by(Dictation.id).options(
        db.joinedload(Dictation.association),
        db.joinedload(Dictation.typed_by),
        db.joinedload(Dictation.dictated_by),
        db.joinedload(Dictation.confirmed_by),
    )


_OF_SUBJECT = _with_people(  # made once: every page of an application asks it
    db.select(Dictation).where(
        Dictation.id.in_(
            db.select(AuditEvent.dictation_id).where(
                AuditEvent.subject == db.bindparam("subject"), AuditEvent.dictation_id.is_not(None)
            )
        )
    )
)


def members_with_code(association: Association) -> list[User]:
    """The accounts of current members, by which an own code is known."""
    people = [held.person_id for held in association.memberships if held.is_current]
    query = db.select(User).where(User.person_id.in_(people), User.disabled_at.is_(None)).order_by(User.id)
    return list(db.session.scalars(query))


def counts(dictations: Sequence[Dictation]) -> dict[int, int]:
    """{dictation id: how many acts were written in it}."""
    query = (
        db.select(AuditEvent.dictation_id, db.func.count())
        .where(AuditEvent.dictation_id.in_([one.id for one in dictations]), AuditEvent.action.not_in(OWN_ACTS))
        .group_by(AuditEvent.dictation_id)
    )
    return {int(found): int(count) for found, count in db.session.execute(query)}
