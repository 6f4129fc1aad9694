"""Places: those there are, and the import of a programme's own list, all or nothing, each refused row named."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.localisation import sort_key, use_locale
from app.services import csv_rows
from app.services.errors import LimitExceededError
from models.base import db
from models.places import AyilOkmotu, Oblast, Rayon, Village

COLUMNS = ("kind", "soate", "parent_soate", "name_ky", "name_ru", "name_en", "lat", "lon", "iso", "valid_from")
OPTIONAL = ("valid_to", "successor_soate")
"""Columns a file may leave out: then no place ends by it, and what has ended stays so."""
KINDS: Mapping[str, tuple[type[Any], str, str | None]] = {
    "oblast": (Oblast, "", None),
    "rayon": (Rayon, "oblast_id", "oblast"),
    "ayil_okmotu": (AyilOkmotu, "rayon_id", "rayon"),
    "village": (Village, "ayil_okmotu_id", "ayil_okmotu"),
}
SUCCEEDED = frozenset({"ayil_okmotu", "village"})
"""The kinds of which it is kept what they were merged into."""
EARLIEST = date(1991, 8, 31)


@dataclass
class ImportResult:
    """What an import did or would do. `refused` pairs a line number of the file with the reason."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    merged: int = 0
    """So many of them got a successor, or another one."""
    refused: list[tuple[int, str]] = field(default_factory=list)


def oblasts() -> list[Oblast]:
    """The oblasts there are, in the Kyrgyz order of their names."""
    query = db.select(Oblast).where(Oblast.valid_to.is_(None))
    return sorted(db.session.scalars(query), key=lambda one: sort_key(one.name_ky))


def ayil_okmotus() -> list[AyilOkmotu]:
    """The ayil okmotus there are today, in Kyrgyz order, with their rayons."""
    query = db.select(AyilOkmotu).where(AyilOkmotu.valid_to.is_(None)).options(db.joinedload(AyilOkmotu.rayon))
    return sorted(db.session.scalars(query), key=lambda one: sort_key(one.name_ky))


def villages(ayil_okmotu: AyilOkmotu) -> list[Village]:
    """The villages an ayil okmotu has today, in Kyrgyz order."""
    query = db.select(Village).where(Village.ayil_okmotu_id == ayil_okmotu.id, Village.valid_to.is_(None))
    return sorted(db.session.scalars(query), key=lambda one: sort_key(one.name_ky))


@dataclass(frozen=True)
class _Row:
    """A row that can be taken: its line, the columns of the place, the codes of what it lies in and went into."""

    line: int
    kind: str
    content: Mapping[str, Any]
    parent: str
    successor: str | None
    """None: the file does not say."""


Known = dict[str, dict[str, Any]]
"""The places there are: by kind, then by code."""


def import_csv(lines: Iterable[str], *, today: date) -> ImportResult:
    """Read places from CSV text with the columns of `COLUMNS`, and of `OPTIONAL`, and flush them.

    The caller rolls back a dry run, and keeps nothing when a row is refused. A place that is there already gets what
    stands in the file; it is never deleted: it gets its last day and, where it was merged, what it went into.
    """
    result = ImportResult()
    try:
        head, found = csv_rows.named(csv_rows.read(lines))
        rows = list(enumerate(found, start=2))
    except LimitExceededError as refusal:
        with use_locale("en"):
            result.refused.append((refusal.parameters["row"], str(refusal)))
        return result
    missing = [column for column in COLUMNS if column not in head]
    if missing:
        result.refused.append((1, f"columns missing: {', '.join(missing)}"))
        return result
    known: Known = {
        kind: {one.soate: one for one in db.session.scalars(db.select(table))} for kind, (table, _, _) in KINDS.items()
    }
    listed = {kind: {_code(row) for _n, row in rows if row["kind"] == kind} for kind in KINDS}
    seen: set[str] = set()
    taken: list[_Row] = []
    for line, row in rows:
        problem = _unequal(row) or _problem(row, seen, known, listed, today)
        if problem:
            result.refused.append((line, problem))
            continue
        seen.add(row["soate"].strip())
        successor = row["successor_soate"].strip() if "successor_soate" in row else None
        taken.append(_Row(line, row["kind"], _values(row), row["parent_soate"].strip(), successor))
    if not result.refused:
        _write(taken, known, result)
        result.refused.extend(_contradictions(taken, known))
    return result


def _write(rows: Sequence[_Row], known: Known, result: ImportResult) -> None:
    """New places first, from above to below: each finds its parent, and all find what they went into."""
    order, fresh = list(KINDS), set()
    for row in sorted(rows, key=lambda one: order.index(one.kind)):
        if row.content["soate"] not in known[row.kind]:
            place = KINDS[row.kind][0](**row.content, **_parent(row, known))
            db.session.add(place)
            db.session.flush()
            known[row.kind][place.soate] = place
            fresh.add(place)
    for row in rows:
        place = known[row.kind][row.content["soate"]]
        content = {**row.content, **_parent(row, known)}
        if row.kind in SUCCEEDED and row.successor is not None:
            content["successor_id"] = known[row.kind][row.successor].id if row.successor else None
        differing = {name: value for name, value in content.items() if getattr(place, name) != value}
        for name, value in differing.items():
            setattr(place, name, value)
        result.merged += bool(differing.get("successor_id"))
        result.added += place in fresh
        result.changed += place not in fresh and bool(differing)
        result.unchanged += place not in fresh and not differing
    db.session.flush()


def _parent(row: _Row, known: Known) -> dict[str, int]:
    _table, column, kind = KINDS[row.kind]
    return {column: known[kind][row.parent].id} if kind else {}


def _contradictions(rows: Sequence[_Row], known: Known) -> Iterator[tuple[int, str]]:
    """What the rows together, or with what is there, cannot be: line and reason."""
    open_under: Counter[tuple[str, int]] = Counter()
    for kind, (_table, column, _parent_kind) in KINDS.items():
        if column:
            open_under.update((kind, getattr(one, column)) for one in known[kind].values() if one.valid_to is None)
    below = {parent: kind for kind, (_table, _column, parent) in KINDS.items() if parent}
    for row in rows:
        place, parent_kind = known[row.kind][row.content["soate"]], KINDS[row.kind][2]
        if place.valid_to is None and parent_kind and known[parent_kind][row.parent].valid_to is not None:
            yield row.line, f"parent {row.parent} has ended"
        left = open_under[(below.get(row.kind, ""), place.id)]
        if place.valid_to is not None and left:
            yield row.line, f"{below[row.kind]}s still in it: {left}; give each another parent_soate or its valid_to"
        if row.successor and _goes_round(place, {one.id: one.successor_id for one in known[row.kind].values()}):
            yield row.line, f"successor {row.successor} leads back to it"


def _goes_round(place: Any, successors: Mapping[int, int | None]) -> bool:
    met: set[int] = set()
    at: int | None = place.id
    while at is not None and at not in met:
        met.add(at)
        at = successors[at]
    return at is not None


def _code(row: Mapping[str, str | None]) -> str:
    return (row["soate"] or "").strip()


def _unequal(row: Mapping[str | None, Any]) -> str:
    """What a row with fewer cells than the head has, or with more, is refused for."""
    if None in row or None in row.values():
        return "the row does not have as many cells as the head"
    return ""


def _problem(row: Mapping[str, str], seen: set[str], known: Known, listed: Mapping[str, set[str]], today: date) -> str:
    """Why a row cannot be taken, or an empty text."""
    kind, soate = row["kind"], row["soate"].strip()
    if kind not in KINDS:
        return f"kind {kind!r} is none of {', '.join(KINDS)}"
    if not (soate.isdigit() and soate.isascii() and len(soate) == 14):
        return f"SOATE code {soate!r} does not have 14 digits"
    if soate in seen:
        return f"SOATE code {soate} stands twice in the file"
    other = next((one for one, places in known.items() if one != kind and soate in places), None)
    if other:
        return f"SOATE code {soate} is the {other} {known[other][soate].name_en}"
    parent_kind = KINDS[kind][2]
    parent = row["parent_soate"].strip()
    if parent_kind and parent not in known[parent_kind] and parent not in listed[parent_kind]:
        return f"parent {parent!r} is no {parent_kind} of this file or of the database"
    for name in ("name_ky", "name_ru", "name_en"):
        if not row[name].strip():
            return f"{name} is empty"
    try:
        content = _values(row)
    except ValueError as error:
        return str(error)
    latitude, longitude = content["latitude"], content["longitude"]
    if latitude is not None and not -90 <= latitude <= 90:
        return f"latitude {latitude} is out of range"
    if longitude is not None and not -180 <= longitude <= 180:
        return f"longitude {longitude} is out of range"
    if kind == "oblast" and not row["iso"].strip():
        return "iso is empty"
    return _problem_of_end(row, content, known, listed, today)


def _problem_of_end(
    row: Mapping[str, str], content: Mapping[str, Any], known: Known, listed: Mapping[str, set[str]], today: date
) -> str:
    """Why a place cannot end like this, or an empty text."""
    kind, last, successor = row["kind"], content.get("valid_to"), row.get("successor_soate", "").strip()
    if last is not None and last < content["valid_from"]:
        return f"valid_to {last} is before valid_from {content['valid_from']}"
    if last is not None and last >= today:  # a place with a last day is offered nowhere any more
        return f"valid_to {last} is not over yet: import it the day after"
    if not successor:
        return ""
    if kind not in SUCCEEDED:
        return f"{kind} has no successor: leave successor_soate empty"
    if last is None:
        return "successor_soate needs valid_to: the last day of the place itself"
    if successor not in known[kind] and successor not in listed[kind]:
        return f"successor {successor!r} is no {kind} of this file or of the database"
    return ""


def _values(row: Mapping[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = {
        "soate": row["soate"].strip(),
        "name_ky": row["name_ky"].strip(),
        "name_ru": row["name_ru"].strip(),
        "name_en": row["name_en"].strip(),
        "latitude": float(row["lat"]) if row["lat"].strip() else None,
        "longitude": float(row["lon"]) if row["lon"].strip() else None,
        "valid_from": date.fromisoformat(row["valid_from"].strip()) if row["valid_from"].strip() else EARLIEST,
    }
    if "valid_to" in row:
        content["valid_to"] = date.fromisoformat(row["valid_to"].strip()) if row["valid_to"].strip() else None
    if row["kind"] == "oblast":
        content["iso"] = row["iso"].strip()
    return content
