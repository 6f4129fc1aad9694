"""The audit trail: what happened, by whom, on whose behalf. Append-only and hash-chained."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column, relationship

from models.associations import Association
from models.base import BESIDE, STRICT, Base, Id, LongText
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


GENESIS = "0" * 64
"""The hash before the first event."""
_HELD, _WAITING = "the end of the audit trail", "audit events that wait"
_EVENTS: Any = AuditEvent.__table__  # without objects: every act writes one, and nobody changes the head by hand
_HEADS: Any = AuditHead.__table__
_LOCK = sa.select(AuditHead.last_id, AuditHead.hash).where(AuditHead.id == 1).with_for_update()
_WRITE, _MOVE = sa.insert(_EVENTS).inline(), sa.update(_HEADS).where(_HEADS.c.id == 1)  # made once


def end(session: Session) -> tuple[int, str]:
    """Id and hash of the last event, written or waiting.

    The first who asks in a transaction locks the head, and holds it until the transaction ends.
    """
    transaction, held = session.get_transaction(), session.info.get(_HELD)
    if held is None or held[0] is not transaction or transaction is None:
        row = session.connection().execute(_LOCK).one_or_none()
        if row is None:
            session.connection().execute(sa.insert(_HEADS).values(id=1, last_id=0, hash=GENESIS))
        last_id, last_hash = row or (0, GENESIS)
        held = session.info[_HELD] = (session.get_transaction(), last_id, last_hash)
    return held[1], held[2]


def append(session: Session, event: Mapping[str, Any]) -> None:
    """Let `event` (the values of its columns) follow the `end`: it is written, and the head moved, with the next flush.

    All of a flush are one statement.
    """
    session.info.setdefault(_WAITING, []).append(event)
    session.info[_HELD] = (session.get_transaction(), event["id"], event["hash"])


def _write(session: Session) -> None:
    waiting = session.info.pop(_WAITING, None)
    if waiting:
        session.connection().execute(_WRITE, waiting)
        session.connection().execute(_MOVE, {"last_id": waiting[-1]["id"], "hash": waiting[-1]["hash"]})


BESIDE.append(_write)


@sa.event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _undone: SessionTransaction) -> None:
    # What waited before a savepoint has been written before it: all that waits now is undone with it.
    session.info.pop(_WAITING, None)
    session.info.pop(_HELD, None)
