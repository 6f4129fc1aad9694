"""The audit trail: one row an act, in the same transaction, chained by SHA-256 under a locked head."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.localisation import N_
from app.services.actors import Actor
from app.services.errors import DomainError
from models.audit import GENESIS, AuditEvent, AuditHead, append, end
from models.base import as_it_is, canonical_json, db, fingerprint
from models.dictations import Dictation

_CHAINED = ("id", "happened_at", "actor_id", "on_behalf_of_id", "action", "subject", "details", "previous_hash")
"""What the hash of an event covers, in this order; after it the dictation, when there is one."""


def record(actor: Actor | None, action: str, subject: object, now: datetime, **details: Any) -> None:
    """Write what happened. `subject` is a row (or "noun:id"); `details` hold ids and amounts, never personal data.

    Raises `DomainError` when the dictation of the actor has ended meanwhile: nobody writes into what is confirmed.
    """
    named = subject if isinstance(subject, str) else subject_of(subject)
    last_id, last_hash = end(db.session())
    if actor and actor.dictation:
        _must_be_open(actor.dictation)
    written = {
        "id": last_id + 1,
        "happened_at": now,
        "actor_id": actor.user.id if actor else None,
        "on_behalf_of_id": actor.on_behalf_of.id if actor and actor.on_behalf_of else None,
        "action": action,
        "subject": named,
        "details": canonical_json(details),
        "previous_hash": last_hash,
        "dictation_id": actor.dictation.id if actor and actor.dictation else None,
    }
    append(db.session(), {**written, "hash": _hash_of(written)})


def _must_be_open(dictation: Dictation) -> None:
    # Its end is an act too, so under the head of the chain it either stands already or waits for this act.
    if as_it_is(Dictation.ended_at, dictation) is not None:
        raise DomainError(N_("The writing for the association has ended meanwhile: say again who dictates."))


def subject_of(row: Any) -> str:
    """ "noun:id" of a row, e.g. "applications:17"."""
    if row.id is None:
        db.session.flush()
    return f"{row.__tablename__}:{row.id}"


def hash_of(event: AuditEvent) -> str:
    """SHA-256 over the previous hash and the canonical content of `event`."""
    return _hash_of({column: getattr(event, column) for column in (*_CHAINED, "dictation_id")})


def _hash_of(written: Mapping[str, Any]) -> str:
    values = {**written, "happened_at": written["happened_at"].astimezone(UTC).isoformat(timespec="microseconds")}
    stamp = [] if written["dictation_id"] is None else [written["dictation_id"]]  # older chains hold none
    return fingerprint(canonical_json([*(values[column] for column in _CHAINED), *stamp]))


def broken_links() -> Iterator[str]:
    """Every event that does not fit the chain, named; nothing when the trail is whole."""
    previous, expected_id = GENESIS, 1
    query = db.select(AuditEvent).order_by(AuditEvent.id).execution_options(yield_per=2000)
    for event in db.session.scalars(query):
        if event.id != expected_id:
            yield f"audit event {expected_id} is missing"
        if event.previous_hash != previous or hash_of(event) != event.hash:
            yield f"audit event {event.id} does not fit the chain"
        previous, expected_id = event.hash, event.id + 1
        db.session.expunge(event)
    head = db.session.get(AuditHead, 1)
    if head is not None and (head.last_id, head.hash) != (expected_id - 1, previous):
        yield f"the head of the audit trail names event {head.last_id}, the last one found is {expected_id - 1}"


def latest(before_id: int | None = None, limit: int = 60, subject: str | None = None) -> list[AuditEvent]:
    """The newest events first, from below `before_id`."""
    query = db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditEvent.id < before_id)
    if subject and ":" in subject:
        query = query.where(AuditEvent.subject == subject)
    elif subject:  # every row of a noun
        query = query.where(AuditEvent.subject.startswith(f"{subject}:", autoescape=True))
    return list(
        db.session.scalars(query.options(db.joinedload(AuditEvent.actor), db.joinedload(AuditEvent.on_behalf_of)))
    )
