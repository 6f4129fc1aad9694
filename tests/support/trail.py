"""The audit trail watched from outside: what a transaction changed, against the audit rows it wrote.

A row whose status changed has to be named by an audit row of the same transaction: as its subject, or in the details
under its noun (`application=17`, `assignments=[3, 4]`). Any other write needs at least one audit row beside it.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase

from models.audit import AuditEvent
from tests.support.writes import watch

UNTOLD = frozenset(
    {
        "audit_events",
        "audit_head",
        "form_submissions",
        "notifications",  # marking a message as read
        "number_series",
        "outbox_jobs",
        "pending_sign_ins",  # half a sign-in is no act yet: with its code it is one
        "sign_in_attempts",  # kept for some minutes, for the throttle
    }
)
"""Tables of the house itself: writing to them is no act of anybody."""


class Transaction:
    """What one transaction changed and what it wrote to the trail. `edges` is every change of a status seen."""

    def __init__(self) -> None:
        self.edges: set[tuple[str, str, str]] = set()
        self.untold: dict[tuple[str, int], str] = {}
        self.problems: list[str] = []
        self.written: set[str] = set()
        self.is_audited = False
        self.told: Counter[tuple[str, int]] = Counter()

    def note(self, session: Session) -> None:
        """A flush: hold the changes of a status against the audit rows written since the last one."""
        told, self.told = self.told, Counter()
        for row in session.dirty:
            history = sa.inspect(row).attrs.status.history if hasattr(row, "status") else None
            if history is not None and history.deleted and history.added and history.deleted != history.added:
                self._change(row, history.deleted[0].value, history.added[0].value, told)
        self._settle(told)

    def hear(self, event: Mapping[str, Any]) -> None:
        """An audit row was written."""
        self.is_audited = True
        self.told.update(self._named(event))

    def _settle(self, told: Counter[tuple[str, int]]) -> None:
        for key, count in told.items():
            if count:
                self.untold.pop(key, None)

    def _change(self, row: Any, old: str, new: str, told: Counter[tuple[str, int]]) -> None:
        """`told` counts the audit rows since the last flush: one may be of the change before."""
        key = (row.__tablename__, row.id)
        if key in self.untold:
            if not told[key]:  # the change before has had no audit row of its own
                self.problems.append(self.untold[key])
            else:
                told[key] -= 1
        self.edges.add((row.__tablename__, old, new))
        self.untold[key] = f"{row.__tablename__} {row.id}: {old} -> {new} has no audit row"

    @staticmethod
    def _named(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
        """(table, id) of each row an audit row names."""
        table, _colon, number = row["subject"].partition(":")
        if number.isdigit():
            yield table, int(number)
        for noun, value in json.loads(row["details"]).items():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, int):
                    yield (noun if isinstance(value, list) else f"{noun}s"), one

    def complaints(self) -> list[str]:
        """Every change that no audit row tells of; nothing when the trail is whole."""
        self._settle(self.told)
        found = [*self.problems, *self.untold.values()]
        if self.written - UNTOLD and not self.is_audited:
            found.append(f"written without any audit row: {', '.join(sorted(self.written - UNTOLD))}")
        return found


def of(session: Session) -> Transaction:
    """The transaction going on in `session`."""
    found: Transaction = session.info.setdefault("trail", Transaction())
    return found


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: Any) -> None:
    of(session).note(session)


@watch
def _written(session: Session, statement: UpdateBase, rows: list[dict[str, Any]]) -> None:
    table = statement.table.name  # also of a statement over the table alone, without its model
    of(session).written.add(table)
    if table == AuditEvent.__tablename__:
        for row in rows:
            of(session).hear(row)
