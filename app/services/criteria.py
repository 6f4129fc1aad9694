"""Criteria of a draft call: described, added and taken out."""

from collections.abc import Mapping
from datetime import datetime

from app.localisation import N_
from app.services import audit, calls
from app.services.actors import Actor
from app.services.errors import DomainError, LimitExceededError
from models.base import Texts, db, lock
from models.calls import Call, Criterion

MOST = 12
LEVELS = ("1", "2", "3", "4", "5")


def save(
    call: Call,
    criterion: Criterion | None,
    *,
    title: Texts,
    description: Texts,
    anchors: Mapping[str, Texts],
    weight: int,
    actor: Actor,
    now: datetime,
) -> Criterion:
    """Describe a criterion of a draft call, or add one at the end of the rubric (None).

    `anchors` holds the text of each level "1" to "5". What is not written in every language yet is kept; the call does
    not open before. Raises `DomainError` for a weight out of 1 to 100, `LimitExceededError` for the thirteenth.
    """
    lock(call)
    calls.must_be_draft(call)
    if not 1 <= weight <= 100:
        raise DomainError(N_("A weight is a whole number from 1 to 100."), field="weight")
    if criterion is None:
        if len(call.criteria) >= MOST:
            raise LimitExceededError(N_("A rubric has at most %(most)s criteria."), most=MOST)
        taken = {one.key for one in call.criteria}
        key = next(name for name in (f"own-{number}" for number in range(1, MOST + 2)) if name not in taken)
        position = 1 + max((one.position for one in call.criteria), default=0)
        criterion = Criterion(key=key, position=position)
        call.criteria.append(criterion)
    criterion.title, criterion.description, criterion.weight = dict(title), dict(description), weight
    criterion.anchors = {level: dict(anchors[level]) for level in LEVELS}
    db.session.flush()
    audit.record(actor, "call.save_criterion", call, now, key=criterion.key)
    return criterion


def remove(call: Call, criterion: Criterion, *, actor: Actor, now: datetime) -> None:
    """Take a criterion out of the rubric of a draft call."""
    lock(call)
    calls.must_be_draft(call)
    key = criterion.key
    call.criteria.remove(criterion)
    db.session.delete(criterion)
    db.session.flush()
    audit.record(actor, "call.remove_criterion", call, now, key=key)


def move(call: Call, criterion: Criterion, *, up: bool, actor: Actor, now: datetime) -> None:
    """Let a criterion of a draft call change places with its neighbour; at the end nothing happens.

    The order decides between applications with equal points.
    """
    lock(call)
    calls.must_be_draft(call)
    place = call.criteria.index(criterion)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(call.criteria):
        return
    neighbour = call.criteria[other]
    mine, theirs = criterion.position, neighbour.position
    criterion.position = 1 + max(one.position for one in call.criteria)
    db.session.flush()  # no two of a call stand in one place, not for a moment
    neighbour.position = mine
    db.session.flush()
    criterion.position = theirs
    db.session.flush()
    db.session.expire(call, ["criteria"])
    audit.record(actor, "call.move_criterion", call, now, criterion={"key": criterion.key, "title": criterion.title})


def one_of(call: Call, criterion_id: int) -> Criterion | None:
    return next((one for one in call.criteria if one.id == criterion_id), None)


def lacking(call: Call) -> set[int]:
    """The ids of the criteria whose texts do not all stand in three languages."""
    return {one.id for one in call.criteria if not calls.is_described(one)}
