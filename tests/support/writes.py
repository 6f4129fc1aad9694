"""Every INSERT, UPDATE and DELETE of a session, also one that goes to its connection without any object."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase

Watcher = Callable[[Session, UpdateBase, list[dict[str, Any]]], None]
_SESSIONS: WeakKeyDictionary[Connection, Session] = WeakKeyDictionary()
_WATCHERS: list[Watcher] = []


def watch(watcher: Watcher) -> Watcher:
    """Call `watcher` with the session, the statement and its rows of values, before each one is sent."""
    _WATCHERS.append(watcher)
    return watcher


@event.listens_for(Session, "after_begin")
def _began(session: Session, _transaction: Any, connection: Connection) -> None:
    _SESSIONS[connection] = session


@event.listens_for(Engine, "before_execute")
def _sent(connection: Connection, statement: Any, rows: Any, row: Any, _options: Any) -> None:
    session = _SESSIONS.get(connection)
    if session is not None and isinstance(statement, UpdateBase):
        for watcher in _WATCHERS:
            watcher(session, statement, list(rows) or [row])
