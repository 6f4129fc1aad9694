"""The audit trail: what happened, by whom, on whose behalf. Append-only and hash-chained."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column, relationship

from models.associations import Association
from models.base import STRICT, Base, Id, LongText, db
from models.dictations import Dictation
from models.users import User


class AuditEvent(Base):
    """One act. `subject` is "noun:id"; `details` canonical JSON without personal data; `hash` chains to the
    one before. Append-only.
    """

    __tablename__ = "audit_events"
    __table_args__ = (sa.Index("ix_audit_events_subject", "subject", "id"), STRICT)

    id: Mapped[Id]
    happened_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    on_behalf_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("associations.id"), index=True)
    action: Mapped[str] = mapped_column(sa.String(60), index=True)
    subject: Mapped[str] = mapped_column(sa.String(60))
    details: Mapped[LongText] = mapped_column(sa.Text)
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    dictation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("dictations.id"), index=True)
    actor: Mapped[User | None] = relationship()
    on_behalf_of: Mapped[Association | None] = relationship()
    dictation: Mapped[Dictation | None] = relationship()


class AuditHead(Base):
    """The single row that is locked while the chain grows."""

    __tablename__ = "audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"), STRICT)

    id: Mapped[Id]
    last_id: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))


_WAITING = "audit events waiting"
_WRITE = db.insert(AuditEvent.__table__).inline()  # made once, and without objects: every act writes one


def append(session: Session, head: AuditHead, event: Mapping[str, Any]) -> None:
    """Move `head` to `event` (the values of its columns), which is written with it: all of a flush in one statement."""
    begun = session.get_nested_transaction() or session.get_transaction()
    session.info.setdefault(_WAITING, []).append((begun, head, event))
    head.last_id, head.hash = event["id"], event["hash"]


def end(session: Session, head: AuditHead) -> tuple[int, str]:
    """Id and hash of the last event, written or waiting."""
    waiting = session.info.get(_WAITING)
    return (waiting[-1][2]["id"], waiting[-1][2]["hash"]) if waiting else (head.last_id, head.hash)


@sa.event.listens_for(Session, "after_flush")
def _write(session: Session, _context: Any = None) -> None:
    waiting = session.info.pop(_WAITING, None)
    if waiting:
        session.connection().execute(_WRITE, [event for *_when, event in waiting])
        _begun, head, last = waiting[-1]
        if (head.last_id, head.hash) != (last["id"], last["hash"]):  # forgotten meanwhile, as by `expire_all`
            head.last_id, head.hash = last["id"], last["hash"]


sa.event.listen(Session, "before_commit", _write)  # nothing else may have been left to flush


@sa.event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    # What waits from before a savepoint stands, though the savepoint is undone.
    kept = [one for one in session.info.pop(_WAITING, ()) if undone.parent is not None and one[0] is not undone]
    if kept:
        session.info[_WAITING] = kept
