"""What changed between two submissions of an application: answers word by word, rows field by field.

Both sides are the content of snapshots (or what stands there now), so a text is compared with what was really handed
in.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from app.labels import country_text, label_text
from app.localisation import N_, current_locale, date_text, gettext, money, month_text
from app.services import questions
from app.services.applications import content_of
from app.services.questions import Form, Part, Section
from models.applications import Application, BudgetHeading, Payer
from models.base import Texts, canonical_json, text_in
from models.documents import DocumentKind

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
            change = PartChange(part, (), tuple(_rows(spec, spec.rows(before), spec.rows(after), names)))
        if change.answers or change.rows:
            found.append(change)
    return found


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
            differs = canonical_json(spec.rows(before)) != canonical_json(spec.rows(after))
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


# Rows -----------------------------------------------------------------------------------------------------------------

Show = Callable[[Any, Mapping[str, Any]], str]
"""How a value of a row is shown; the second argument is the whole row."""


@dataclass(frozen=True)
class Table:
    """The rows of a fixed part in a snapshot: where they are, which value names a row, and how its values are shown."""

    rows: Callable[[Mapping[str, Any]], list[Mapping[str, Any]]]
    name: str
    columns: tuple[tuple[str, str, Show], ...]


def _plain(value: Any, _row: Mapping[str, Any]) -> str:
    return str(value)


def _som(value: Any, _row: Mapping[str, Any]) -> str:
    return money(value)


def _foreign(value: Any, row: Mapping[str, Any]) -> str:
    return money(value, row["currency"])


def _day(value: Any, _row: Mapping[str, Any]) -> str:
    return date_text(date.fromisoformat(value))


def _month(value: Any, _row: Mapping[str, Any]) -> str:
    return month_text(date.fromisoformat(value))


def _country(value: Any, _row: Mapping[str, Any]) -> str:
    return country_text(value)


def _one_of(kind: type[StrEnum]) -> Show:
    return lambda value, _row: label_text(kind(value))


def _by_month(value: Any, _row: Mapping[str, Any]) -> str:
    return " · ".join(str(one) for one in value)


def _som_by_month(value: Any, _row: Mapping[str, Any]) -> str:
    return " · ".join(money(one) for one in value)


def _start(value: Any, _row: Mapping[str, Any]) -> str:
    return f"{value[:8]}…"


def _of(*keys: str) -> Callable[[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The list under a path of keys; an empty one where a snapshot is older than the part."""

    def rows(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        found: Any = content
        for key in keys:
            found = (found or {}).get(key)
        return list(found or [])

    return rows


def _frame(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    plan = content.get("plan") or {}
    kept = {key: plan.get(key) for key in ("starts_on", "sales_from", "opening_cash")}
    return [kept] if kept["starts_on"] else []


def _meeting(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """One row, without the quorum: that is the call's."""
    kept = content.get("meeting")
    return [{key: value for key, value in kept.items() if not key.startswith("quorum")}] if kept else []


TABLES: Mapping[str, Table] = {
    "budget": Table(
        _of("budget"),
        "item",
        (
            ("item", N_("What exactly"), _plain),
            ("heading", N_("Kind of cost"), _one_of(BudgetHeading)),
            ("quantity", N_("Quantity"), _plain),
            ("unit", N_("Unit"), _plain),
            ("unit_cost", N_("Price of one"), _som),
            ("amount", N_("Amount"), _som),
            ("payer", N_("Who pays"), _one_of(Payer)),
            ("month", N_("In which month of the plan"), _plain),
        ),
    ),
    "business_plan": Table(
        _frame,
        "",
        (
            ("starts_on", N_("First month"), _month),
            ("sales_from", N_("From which month on will you sell?"), _plain),
            ("opening_cash", N_("Money in hand for the business before it begins"), _som),
        ),
    ),
    "sales": Table(
        _of("plan", "sales"),
        "product",
        (
            ("product", N_("What do you sell?"), _plain),
            ("buyers", N_("Who buys it?"), _plain),
            ("unit", N_("Unit"), _plain),
            ("price", N_("Price of one"), _som),
            ("unit_cost", N_("What making one costs"), _som),
            ("volumes", N_("How much do you sell in each month of a full year?"), _by_month),
        ),
    ),
    "costs": Table(
        _of("plan", "costs"),
        "item",
        (
            ("item", N_("What has to be paid"), _plain),
            ("amounts", N_("How much in each month of a full year?"), _som_by_month),
        ),
    ),
    "financing": Table(
        _of("plan", "financing"),
        "payer",
        (
            ("payer", N_("Who pays"), _one_of(Payer)),
            ("month", N_("In which month of the plan"), _plain),
            ("amount", N_("Amount"), _som),
            ("description", N_("Note"), _plain),
        ),
    ),
    "steps": Table(
        _of("plan", "steps"),
        "activity",
        (
            ("activity", N_("What is done"), _plain),
            ("first_month", N_("First month"), _plain),
            ("last_month", N_("Last month"), _plain),
            ("responsible", N_("Who answers for it"), _plain),
        ),
    ),
    "pledges": Table(
        _of("pledges"),
        "remitter",
        (
            ("remitter", N_("Who promises"), _plain),
            ("country", N_("Country where the person works"), _country),
            ("amount", N_("Amount"), _foreign),
            ("amount_kgs", N_("In som"), _som),
            ("due_on", N_("By when"), _day),
        ),
    ),
    "targets": Table(
        _of("targets"),
        "indicator",
        (("baseline", N_("Now"), _plain), ("target", N_("When the project is done"), _plain)),
    ),
    "meeting": Table(
        _meeting,
        "",
        (
            ("held_on", N_("Day of the meeting"), _day),
            ("place", N_("Place of the meeting"), _plain),
            ("led_by", N_("Who led the meeting"), _plain),
            ("written_by", N_("Who wrote the minutes"), _plain),
            ("women", N_("Women present"), _plain),
            ("men", N_("Men present"), _plain),
            ("households", N_("Households represented"), _plain),
            ("entitled", N_("Households or adults in the whole village"), _plain),
            ("decision", N_("What was decided"), _plain),
            ("votes_for", N_("Votes for"), _plain),
            ("votes_against", N_("Votes against"), _plain),
            ("abstentions", N_("Abstained"), _plain),
        ),
    ),
    "documents": Table(
        _of("documents"),
        "filename",
        (
            ("kind", N_("What kind of document"), _one_of(DocumentKind)),
            ("filename", N_("File"), _plain),
            ("sha256", N_("Fingerprint"), _start),
        ),
    ),
}
"""How each fixed part stands in a snapshot, see `applications.content_of`."""


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
    shown = {key: show for key, _label, show in table.columns}.get(table.name, _plain)
    return shown(value, row) if value else ""


def _fields(table: Table, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key, label, show in table.columns:
        old = show(before[key], before) if before.get(key) not in (None, "") else ""
        new = show(after[key], after) if after.get(key) not in (None, "") else ""
        if old != new:
            yield Change(gettext(label), *words(old, new))
