"""What changed between two submissions of an application: answers word by word, rows field by field.

Both sides are the content of snapshots (or what stands there now), so a text is compared with what was really handed
in.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from app.localisation import current_locale, gettext
from app.services import questions
from app.services.applications import content_of
from app.services.questions import Form, Part, Section
from app.services.snapshot_tables import TABLES, Table
from models.applications import Application
from models.base import Texts, canonical_json, text_in

WORDS = re.compile(r"\S+|\s+")


class Mark(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A run of words that is in both texts, only in the first or only in the second."""

    text: str
    mark: Mark


@dataclass(frozen=True)
class Change:
    """One answer or field: `before` holds what is the same or removed, `after` what is the same or added."""

    label: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


@dataclass(frozen=True)
class Row:
    """A row that was added, removed or changed; a changed one lists its changed fields alone. No name: the part."""

    name: str
    mark: Mark
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class PartChange:
    """A part of the form in which something changed."""

    part: Part
    answers: tuple[Change, ...]
    rows: tuple[Row, ...]


def between(
    form: Form, before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, Texts]
) -> list[PartChange]:
    """The parts that differ, in the order of `form`. `names` are the titles of the indicators by their key."""
    found = []
    for part in form.parts:
        if isinstance(part, Section):
            answers = tuple(_answers(part, before.get("answers", {}), after.get("answers", {})))
            change = PartChange(part, answers, ())
        else:
            spec = TABLES[part.key]
            change = PartChange(part, (), tuple(_rows(spec, *_comparable(spec, before, after), names)))
        if change.answers or change.rows:
            found.append(change)
    return found


def _comparable(
    spec: Table, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The rows of both; what a snapshot from before did not keep yet is no difference."""
    old, new = spec.rows(before), spec.rows(after)
    kept = {key for row in old for key in row}
    return old, [{key: value for key, value in row.items() if key in kept} for row in new] if old else new


def changed_keys(form: Form, before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The keys of the parts that differ, found without comparing words."""
    changed = set()
    for part in form.parts:
        if isinstance(part, Section):
            differs = any(
                before.get("answers", {}).get(one.key, "") != after.get("answers", {}).get(one.key, "")
                for one in part.questions
            )
        else:
            spec = TABLES[part.key]
            old, new = _comparable(spec, before, after)
            differs = canonical_json(old) != canonical_json(new)
        if differs:
            changed.add(part.key)
    return changed


def since_submitted(application: Application) -> set[str]:
    """The keys of the parts that are not as they were submitted last."""
    form = questions.form_of(application.call)
    return changed_keys(form, json.loads(application.snapshots[-1].content), content_of(application))


MANY_WORDS = 1500


def words(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces: what only the first has is removed, what only the second has is added."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    is_long = (
        len(new) > MANY_WORDS
    )  # then frequent words alone begin no match: without it the time grows with the square
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=is_long).get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":
            left.append(Piece(gone, Mark.SAME))
            right.append(Piece(come, Mark.SAME))
            continue
        if gone:
            left.append(Piece(gone, Mark.REMOVED))
        if come:
            right.append(Piece(come, Mark.ADDED))
    return tuple(left), tuple(right)


def _answers(section: Section, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for question in section.questions:
        old, new = before.get(question.key, ""), after.get(question.key, "")
        if old != new:
            yield Change(question.numbered_in(current_locale()), *words(old, new))


def _rows(
    table: Table, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], names: Mapping[str, Texts]
) -> Iterator[Row]:
    """Equal rows are left out; of the others those with the same name are one row that changed."""
    come = list(after)
    gone = []
    for row in before:
        if row in come:
            come.remove(row)
        else:
            gone.append(row)
    for row in gone:
        partner = next((one for one in come if one.get(table.name) == row.get(table.name)), None)
        if partner is None:
            yield Row(_name(table, row, names), Mark.REMOVED, tuple(_fields(table, row, {})))
            continue
        come.remove(partner)
        yield Row(_name(table, row, names), Mark.SAME, tuple(_fields(table, row, partner)))
    for row in come:
        yield Row(_name(table, row, names), Mark.ADDED, tuple(_fields(table, {}, row)))


def _name(table: Table, row: Mapping[str, Any], names: Mapping[str, Texts]) -> str:
    value = str(row.get(table.name) or "")
    if value in names:
        return text_in(names[value], current_locale())
    show = next((show for key, _label, show in table.columns if key == table.name), None)
    return show(value, row) if show and value else value


def _fields(table: Table, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key, label, show in table.columns:
        old = show(before[key], before) if before.get(key) not in (None, "") else ""
        new = show(after[key], after) if after.get(key) not in (None, "") else ""
        if old != new:
            yield Change(gettext(label), *words(old, new))
