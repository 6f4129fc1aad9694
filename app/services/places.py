"""Places: those there are, and the import of a programme's own list, all or nothing, each refused row named."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.localisation import sort_key
from models.base import db
from models.places import AyilOkmotu, Oblast, Rayon, Village

COLUMNS = ("kind", "soate", "parent_soate", "name_ky", "name_ru", "name_en", "lat", "lon", "iso", "valid_from")
KINDS: Mapping[str, tuple[type[Any], str, str | None]] = {
    "oblast": (Oblast, "", None),
    "rayon": (Rayon, "oblast_id", "oblast"),
    "ayil_okmotu": (AyilOkmotu, "rayon_id", "rayon"),
    "village": (Village, "ayil_okmotu_id", "ayil_okmotu"),
}
EARLIEST = date(1991, 8, 31)


@dataclass
class ImportResult:
    """What an import did or would do. `refused` pairs a line number of the file with the reason."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
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


def import_csv(lines: Iterable[str]) -> ImportResult:
    """Read places from CSV text with the columns of `COLUMNS` and flush them. The caller rolls back a dry run.

    Nothing is written when a row is refused. A place that is there already gets the names and coordinates of
    the file; it is never deleted.
    """
    result = ImportResult()
    reader = csv.DictReader(lines)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        result.refused.append((1, f"columns missing: {', '.join(missing)}"))
        return result
    rows = list(enumerate(reader, start=2))
    known = {
        kind: {one.soate: one for one in db.session.scalars(db.select(table))} for kind, (table, _, _) in KINDS.items()
    }
    listed = {kind: {_code(row) for _n, row in rows if row["kind"] == kind} for kind in KINDS}
    seen: set[str] = set()
    values: list[tuple[int, str, dict[str, Any], str]] = []
    for line, row in rows:
        problem = _unequal(row) or _problem(row, seen, known, listed)
        if problem:
            result.refused.append((line, problem))
            continue
        seen.add(row["soate"].strip())
        values.append((line, row["kind"], _values(row), row["parent_soate"].strip()))
    if result.refused:
        return result
    order = list(KINDS)
    for _line, kind, content, parent in sorted(values, key=lambda one: order.index(one[1])):
        table, parent_column, parent_kind = KINDS[kind]
        if parent_kind:
            content[parent_column] = known[parent_kind][parent].id
        place = known[kind].get(content["soate"])
        if place is None:
            place = table(**content)
            db.session.add(place)
            db.session.flush()
            known[kind][place.soate] = place
            result.added += 1
        elif all(getattr(place, name) == value for name, value in content.items()):
            result.unchanged += 1
        else:
            for name, value in content.items():
                setattr(place, name, value)
            result.changed += 1
    db.session.flush()
    return result


def _code(row: Mapping[str, str | None]) -> str:
    return (row["soate"] or "").strip()


def _unequal(row: Mapping[str | None, Any]) -> str:
    """What a row with fewer cells than the head has, or with more, is refused for."""
    if None in row or None in row.values():
        return "the row does not have as many cells as the head"
    return ""


def _problem(
    row: Mapping[str, str], seen: set[str], known: Mapping[str, Mapping[str, Any]], listed: Mapping[str, set[str]]
) -> str:
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
    if row["kind"] == "oblast":
        content["iso"] = row["iso"].strip()
    return content
