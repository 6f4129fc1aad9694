"""Which locks each act takes on PostgreSQL, in their order: one taken out of the order of docs/architecture.md is
named, whether or not another act happens to meet it.

An act is what the outermost function of our services or pages was called for. What it locks a second time, and rows it
has made itself, nobody waits for.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import sqlalchemy as sa

from app.services import audit

ROOT = Path(__file__).parents[2]
_ACTS = (f"{ROOT}/app/services/", f"{ROOT}/blueprints/")
_BASE, _NUMBERS = f"{ROOT}/models/base.py", f"{ROOT}/app/services/numbering.py"
_MADE = re.compile(r"INSERT INTO (\w+)")
_TAKES = ("FOR UPDATE", "pg_advisory_xact_lock", "UPDATE number_series")
_ROW = re.compile(r"^\| \d+ \|[^|]+\|([^|]+)\|$", re.MULTILINE)
_NAME = re.compile(r"[a-z'_ -]+")
"""Of a name that is locked, what is said before whose it is: "payment KG-1"."""
HISTORY = "audit_head"


def order() -> dict[str, int]:
    """{table or «name»: its place}, as the table of docs/architecture.md says; what stands before "then" goes first."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    steps = [step for row in _ROW.findall(text) for step in row.split(" then ")]
    return {kind: place for place, step in enumerate(steps) for kind in re.findall(r"`([^`]+)`", step)}


@dataclass
class _Act:
    """What one act holds: (kind, which one) in the order in which it was taken; the kinds of which it holds all."""

    frame: FrameType
    held: list[tuple[str, object]] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)


@dataclass
class Locks:
    """Keeps what was taken out of order. Kinds that have no place in the table are not looked at."""

    places: dict[str, int] = field(default_factory=order)
    wrong: set[str] = field(default_factory=set)

    def sent(self, connection: sa.Connection, statement: str) -> None:
        """A statement goes to the database: a lock, perhaps, or rows the act has made itself."""
        if made := _MADE.match(statement):
            self._act(connection).whole.add(made[1])
        elif any(sign in statement for sign in _TAKES):
            taken = _taken()
            if taken is not None:
                self.take(connection, *taken)

    def take(self, connection: sa.Connection, kind: str, which: object) -> None:
        """The act that is under way takes a lock. `which` is None for all that were asked for at once."""
        act = self._act(connection)
        if kind in act.whole or (kind, which) in act.held:
            return
        name = f"{Path(act.frame.f_code.co_filename).stem}.{act.frame.f_code.co_name}"
        for other, one in act.held:
            if self.places.get(other, -1) > self.places.get(kind, sys.maxsize):
                self.wrong.add(f"{name}: {kind} after {other}")
            elif kind in self.places and other == kind and _is_before(which, one):
                self.wrong.add(f"{name}: {kind} not in the order of their ids")
        if which is None:
            act.whole.add(kind)
        act.held.append((kind, which))

    def _act(self, connection: sa.Connection) -> _Act:
        frame = _outermost()
        act: _Act | None = connection.info.get(id(self))
        if act is None or frame is None or act.frame is not frame:
            act = connection.info[id(self)] = _Act(frame or sys._getframe())
        return act

    def ended(self, connection: sa.Connection) -> None:
        """The transaction has ended, and all its locks with it."""
        connection.info.pop(id(self), None)


def _is_before(which: object, other: object) -> bool:
    return isinstance(which, int) and isinstance(other, int) and which < other


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _outermost() -> FrameType | None:
    found = None
    for frame in _frames():
        if frame.f_code.co_filename.startswith(_ACTS):
            found = frame
    return found


def _taken() -> tuple[str, object] | None:
    """What is being locked, by the function of `models.base` that does it."""
    for frame in _frames():
        code, known = frame.f_code, frame.f_locals
        if code.co_filename == _NUMBERS:
            return f"«{known['prefix']}»", known["prefix"]
        if code.co_filename != _BASE:
            continue
        if code.co_name == "lock":
            return known["row"].__tablename__, sa.inspect(known["row"]).identity[0]
        if code.co_name == "locked":
            return known["table"].__tablename__, known["row_id"]
        if code.co_name == "lock_all":
            return known["table"].__tablename__, None
        if code.co_name in ("lock_name", "lock_numbers"):
            return f"«{_NAME.match(known['name'])[0].strip()}»", (known["name"], known.get("number"))
    return None


@contextmanager
def watched(engine: sa.Engine, locks: Locks) -> Iterator[None]:
    """Everything that goes to `engine` meanwhile is looked at; on SQLite, where one writes at a time, nothing."""
    if engine.dialect.name == "sqlite":
        yield
        return

    def sent(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        locks.sent(connection, statement)

    end = audit.end

    def noted(session: Any) -> tuple[int, str]:
        locks.take(session.connection(), HISTORY, 1)  # a test's transaction may hold it since an act before
        return end(session)

    listeners = [("before_cursor_execute", sent), ("commit", locks.ended), ("rollback", locks.ended)]
    for name, listener in listeners:
        sa.event.listen(engine, name, listener)
    audit.end = noted
    try:
        yield
    finally:
        audit.end = end
        for name, listener in listeners:
            sa.event.remove(engine, name, listener)
