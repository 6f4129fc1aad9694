"""What takes long to make is made once by the services, and then put back for other tests from a copy of the database.

A grant passes some sixty acts before it runs, and hundreds of tests begin with one.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from app import clock
from models.audit import AuditHead
from models.base import Base, db
from models.places import Village
from tests.support.databases import Copy, scratch_folder

T = TypeVar("T", bound=Base)


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
    last: int
    places: set[int]
    known: dict[str, Any]
    result: _Row


class Shelf:
    """One worker's. Nothing is put back but to where it was made: the same database, present and audit trail."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Any, ...], _Kept] = {}
        self.folder = scratch_folder("k")

    def get(self, database: Copy, maker: Maker, what: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` makes: made by it, or put back. Either way it is committed."""
        if maker.numbers.last:
            return make()  # others are there already: whose numbers and names come next is not as it was
        db.session.flush()
        key = (database.kind, what, clock.now(), db.session.scalars(db.select(AuditHead.hash)).one())
        if key in self.kept:
            return self._put_back(self.kept[key], database, maker)
        made = make()
        db.session.commit()
        self.kept[key] = self._keep(database, maker, made)
        return made

    def _keep(self, database: Copy, maker: Maker, made: Base) -> _Kept:
        name = f"kept{len(self.kept)}"
        files = self.folder / name
        if maker.storage.exists():
            shutil.copytree(maker.storage, files)
        known = {key: _packed(value) for key, value in vars(maker).items() if key not in NOT_KEPT}
        kept = _Kept(name, files, maker.numbers.last, {one.id for one in maker.places}, known, _packed(made))
        leave()
        database.keep(self.folder / name, name)
        return kept

    def _put_back(self, kept: _Kept, database: Copy, maker: Maker) -> Any:
        leave()
        database.put_back(self.folder / kept.copy, kept.copy)
        if kept.files.exists():
            shutil.copytree(kept.files, maker.storage, dirs_exist_ok=True)
        maker.numbers.last = kept.last
        maker.places = [one for one in maker.places if one.id in kept.places]
        vars(maker).update({key: _unpacked(value) for key, value in kept.known.items()})
        return _unpacked(kept.result)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def leave() -> None:
    """Let no connection stay on the database that is copied; the objects of the session are read anew."""
    db.session.rollback()
    db.engine.dispose()


def _packed(value: Any) -> Any:
    if isinstance(value, Base):
        return _Row(type(value), value.id)  # type: ignore[attr-defined]
    if isinstance(value, list):
        return [_packed(one) for one in value]
    if isinstance(value, dict):
        return {key: _packed(one) for key, one in value.items()}
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, _Row):
        return db.session.get_one(value.model, value.id)
    if isinstance(value, list):
        return [_unpacked(one) for one in value]
    if isinstance(value, dict):
        return {key: _unpacked(one) for key, one in value.items()}
    return value
