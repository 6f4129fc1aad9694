"""What takes long to make is made by the services, and then put back for other tests from a copy of the database.

A grant passes some sixty acts before it runs, and hundreds of tests begin with one, or with four applications of one
call. It is put back only where it was made: over a database that has had the very same writes from the same beginning.
"""

import functools
import hashlib
import inspect
import os
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from app import clock
from models.base import Base, db
from models.places import Village
from tests.support.databases import Copy, scratch_folder

T = TypeVar("T")
PLAIN = (str, int, float, bool, Decimal, date, set, frozenset, type(None))
"""What a world may hold beside rows: whatever else refers to rows would refer to those of the test before."""


class Numbers:
    """1, 2, 3, …; `last` is the one given last, 0 before the first."""

    last = 0

    def __next__(self) -> int:
        self.last += 1
        return self.last


class Maker(Protocol):
    """`tests.factories.Programme`: besides these, what it has made is in its attributes."""

    storage: Path
    numbers: Numbers
    places: list[Village]


NOT_KEPT = ("storage", "numbers", "shelf", "places")
MOST = {"sqlite": 150, "postgresql": 40}
"""Copies a worker keeps: a file of 2 MB each, a database of 14 MB each."""
READING = ("SELECT", "PRAGMA")


class Written:
    """All that was written to the test's database since it was made, as one digest: what a copy is known by."""

    def __init__(self) -> None:
        self.digest = ""
        self._is_open = False
        sa.event.listen(Engine, "before_cursor_execute", self._write)
        for ending in ("commit", "rollback"):
            sa.event.listen(Engine, ending, lambda _connection, ending=ending: self._end(ending))
        for ending in ("savepoint", "rollback_savepoint"):
            sa.event.listen(Engine, ending, lambda _connection, _name, _context=None, ending=ending: self._add(ending))

    def begin(self, template: str) -> None:
        """The test has a new database, made from `template`."""
        self.digest, self._is_open = template, False

    def _write(self, _connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith(READING):
            self._is_open = True
            self._add(statement + _said(given))

    def _end(self, ending: str) -> None:
        if self._is_open:
            self._add(ending)
        self._is_open = False

    def _add(self, what: str) -> None:
        self.digest = hashlib.sha256(f"{self.digest} {what}".encode(errors="surrogatepass")).hexdigest()


def _said(value: Any) -> str:
    """Like `repr`, but whole: drivers shorten what they wrap."""
    if isinstance(value, dict):
        return repr({key: _said(one) for key, one in value.items()})
    if isinstance(value, list | tuple):
        return repr([_said(one) for one in value])
    if isinstance(value, memoryview):
        return repr(bytes(value))
    return repr(value.obj) if hasattr(value, "obj") else repr(value)


written = Written()


@dataclass(frozen=True)
class _Row:
    """A row of the database, to be read anew."""

    model: type[Base]
    id: int


@dataclass
class _Kept:
    """A copy of the database by its name, its files, and what the programme knew of its rows then."""

    copy: str
    files: Path
    written: str
    last: int
    places: set[_Row]
    known: dict[str, Any]
    result: Any


def kept(make: Callable[..., T]) -> Callable[..., T]:
    """A function or fixture that makes a part of the programme it is given as `programme`, and takes long: put back."""
    asked = inspect.signature(make)

    @functools.wraps(make)
    def made(*args: Any, **named: Any) -> T:
        given = asked.bind(*args, **named)
        given.apply_defaults()
        programme = given.arguments["programme"]
        if programme.shelf is None:
            return make(*args, **named)
        rest = {name: value for name, value in given.arguments.items() if name not in ("programme", "client", "app")}
        what = (make.__module__, make.__qualname__, rest)
        return cast(T, programme.shelf(what, lambda: make(*args, **named)))

    return made


_numbers = Numbers()
"""For the names of copies: of all shelves of a worker, whose PostgreSQL they share."""


class Shelf:
    """One worker's. Of what is kept, that which was not wanted longest goes first."""

    def __init__(self) -> None:
        self.kept: dict[str, OrderedDict[str, _Kept]] = {kind: OrderedDict() for kind in MOST}
        self.folder = scratch_folder("k")

    def get(self, database: Copy, maker: Maker, what: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` makes, rows or lists, tuples and mappings of them: made by it, or put back.

        Either way it is committed, and so is what was there before.
        """
        db.session.commit()
        shelf = self.kept[database.kind]
        key = _digest(
            written.digest, clock.now(), _packed(what), maker.numbers.last, _packed(maker.places), _known(maker)
        )
        if key in shelf:
            shelf.move_to_end(key)
            kept = shelf[key]
            self._put_back(kept, database, maker)
        else:
            made = make()
            db.session.commit()
            kept = self._seen(maker, made)
            leave()
            shelf[key] = kept
            self._keep(kept, database, maker)
        while len(shelf) > MOST[database.kind]:
            self._let_go(shelf.popitem(last=False)[1], database)
        rows = _rows([kept.known, kept.result])
        vars(maker).update({key: _unpacked(value, rows) for key, value in kept.known.items()})
        result: T = _unpacked(kept.result, rows)
        return result

    def _seen(self, maker: Maker, made: Any) -> _Kept:
        result = _packed(made)
        _must_be_whole(result)
        name = f"kept{next(_numbers)}"
        places = {_row(one) for one in maker.places}
        return _Kept(
            name,
            self.folder / f"{name}.files",
            written.digest,
            maker.numbers.last,
            places,
            _known(maker),
            result,
        )

    def _keep(self, kept: _Kept, database: Copy, maker: Maker) -> None:
        if maker.storage.exists():
            shutil.copytree(maker.storage, kept.files, copy_function=os.link)  # stored files never change
        database.keep(self.folder / kept.copy, kept.copy)

    def _put_back(self, kept: _Kept, database: Copy, maker: Maker) -> None:
        leave()
        database.put_back(self.folder / kept.copy, kept.copy)
        if kept.files.exists():
            shutil.rmtree(maker.storage, ignore_errors=True)
            shutil.copytree(kept.files, maker.storage, copy_function=os.link)
        written.begin(kept.written)
        maker.numbers.last = kept.last
        maker.places = [one for one in maker.places if _row(one) in kept.places]

    def _let_go(self, kept: _Kept, database: Copy) -> None:
        database.let_go(self.folder / kept.copy, kept.copy)
        shutil.rmtree(kept.files, ignore_errors=True)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def leave() -> None:
    """Let no connection stay on the database that is copied; the objects of the session are read anew."""
    db.session.rollback()
    db.session.expire_all()
    db.engine.dispose()


def _known(maker: Maker) -> dict[str, Any]:
    return {key: _packed(value) for key, value in vars(maker).items() if key not in NOT_KEPT}


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _row(value: Base) -> _Row:
    """Without a question: what was committed has to be read anew for its id."""
    return _Row(type(value), sa.inspect(value).identity[0])  # type: ignore[index]


def _packed(value: Any) -> Any:
    if isinstance(value, Base):
        return _row(value)
    if isinstance(value, list | tuple):
        return type(value)(_packed(one) for one in value)
    if isinstance(value, dict):
        return {_packed(key): _packed(one) for key, one in value.items()}
    return getattr(value, "__qualname__", value)  # of what makes a part of it the name


def _must_be_whole(packed: Any) -> None:
    if isinstance(packed, list | tuple | dict):
        for one in [*packed, *packed.values()] if isinstance(packed, dict) else packed:
            _must_be_whole(one)
    elif not isinstance(packed, (_Row, *PLAIN)):
        raise TypeError(f"{packed!r} cannot be put back")


def _rows(packed: Any) -> dict[_Row, Base]:
    """The rows in `packed`, read with one question a table."""
    ids: dict[type[Base], set[int]] = {}
    for one in _found(packed):
        ids.setdefault(one.model, set()).add(one.id)
    found = {}
    for model, wanted in ids.items():
        key: Any = model.__table__.c.id
        for row in db.session.scalars(sa.select(model).where(key.in_(wanted))):
            found[_row(row)] = row
    return found


def _found(packed: Any) -> Iterator[_Row]:
    if isinstance(packed, _Row):
        yield packed
    elif isinstance(packed, list | tuple | dict):
        for one in [*packed, *packed.values()] if isinstance(packed, dict) else packed:
            yield from _found(one)


def _unpacked(value: Any, rows: dict[_Row, Base]) -> Any:
    if isinstance(value, _Row):
        return rows[value]
    if isinstance(value, list | tuple):
        return type(value)(_unpacked(one, rows) for one in value)
    if isinstance(value, dict):
        return {_unpacked(key, rows): _unpacked(one, rows) for key, one in value.items()}
    return value
