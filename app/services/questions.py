"""The application form of a call as data: parts in their order, each with the number that page, paper and file show.

`Call.form` keeps it as canonical JSON: {"parts": [part, …]}. A part is a section {key, title, questions: [{key, label,
hint, limit, words, least, rows}]} with every text in three languages, or a fixed part {key}. A part's number is its
place from 1, that of a field the part's and its own place: "2.1".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from app.localisation import gettext, use_locale
from app.services.fixed_parts import FIXED_BY_KEY, Field
from models.base import Texts, canonical_json, fingerprint, text_in
from models.calls import Call
from models.documents import DocumentKind

SOURCE = Path(__file__).parent / "default_form.json"
NAME_OF_PROJECT = "title"
"""The question whose answer names the application in every list. No form is without it."""
ONE_LINE = 1  # rows
LETTERS_A_WORD = 8
"""With the space after it, in Kyrgyz and Russian running text."""


@dataclass(frozen=True)
class Question:
    """One question. `words` is the longest answer in words, 0 where characters alone are counted: in one line, and in
    forms from before 2026-11-22. `limit` is its longest in characters, `least` the shortest that says anything.
    """

    key: str
    number: str
    label: Texts
    hint: Texts
    limit: int
    least: int
    rows: int
    words: int = 0

    @property
    def letters(self) -> int:
        """How long the longest answer is in letters, as people write."""
        return self.words * LETTERS_A_WORD or self.limit

    @property
    def is_line(self) -> bool:
        return self.rows == ONE_LINE

    @property
    def numbered(self) -> Texts:
        """The label with its number before it."""
        return {code: f"{self.number} {text}" for code, text in self.label.items()}

    def label_in(self, locale: str) -> str:
        return text_in(self.label, locale)

    def numbered_in(self, locale: str) -> str:
        return text_in(self.numbered, locale)

    def hint_in(self, locale: str) -> str:
        return text_in(self.hint, locale)


@dataclass(frozen=True)
class Section:
    """One page of questions."""

    key: str
    number: str
    title: Texts
    questions: tuple[Question, ...]

    def title_in(self, locale: str) -> str:
        return text_in(self.title, locale)

    def numbered_in(self, locale: str) -> str:
        return f"{self.number}. {self.title_in(locale)}"


@dataclass(frozen=True)
class NumberedPart:
    """A fixed part in its place. `numbers` is {field key: "6.1"}."""

    key: str
    number: str
    fields: tuple[Field, ...]
    is_table: bool
    message: str

    @property
    def numbers(self) -> Mapping[str, str]:
        return {field.key: f"{self.number}.{place}" for place, field in enumerate(self.fields, start=1)}

    def title_in(self, locale: str) -> str:
        with use_locale(locale):
            return gettext(self.message)

    def numbered_in(self, locale: str) -> str:
        return f"{self.number}. {self.title_in(locale)}"


Part = Section | NumberedPart


@dataclass(frozen=True)
class Form:
    """A whole form. `sha256` is the fingerprint of its canonical JSON: a snapshot says by it which form it answered."""

    sha256: str
    parts: tuple[Part, ...]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return tuple(part for part in self.parts if isinstance(part, Section))

    @cached_property
    def by_key(self) -> Mapping[str, Part]:
        return {part.key: part for part in self.parts}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    def section(self, key: str) -> Section | None:
        part = self.by_key.get(key)
        return part if isinstance(part, Section) else None

    def fixed(self, key: str) -> NumberedPart:
        """A fixed part; every form has each of them."""
        part = self.by_key[key]
        assert isinstance(part, NumberedPart)
        return part

    def after(self, key: str) -> Part | None:
        """The part that follows `key`, if any."""
        place = [part.key for part in self.parts].index(key) + 1
        return self.parts[place] if place < len(self.parts) else None

    def before(self, key: str) -> Part | None:
        place = [part.key for part in self.parts].index(key)
        return self.parts[place - 1] if place else None


@dataclass(frozen=True)
class RequiredDocument:
    """A paper the call asks for. `months` is how long it stays valid after its date (None: for good)."""

    kind: DocumentKind
    is_required: bool
    months: int | None
    text: Texts

    def text_in(self, locale: str) -> str:
        return text_in(self.text, locale)


def form_of(call: Call) -> Form:
    """The form of a call."""
    return read(call.form)


@lru_cache(maxsize=64)
def read(text: str) -> Form:
    """A form from its canonical JSON; each text is parsed once in a process."""
    parts = json.loads(text)["parts"]
    there = {part["key"] for part in parts}  # a part that is newer than the form stands last: printed numbers stay
    parts += [{"key": key} for key in FIXED_BY_KEY if key not in there]
    return Form(fingerprint(text), tuple(_part(part, str(place)) for place, part in enumerate(parts, start=1)))


def _part(part: Mapping[str, Any], number: str) -> Part:
    fixed = FIXED_BY_KEY.get(part["key"])
    if fixed is not None:
        return NumberedPart(fixed.key, number, fixed.fields, fixed.is_table, fixed.title)
    asked = tuple(
        Question(number=f"{number}.{place}", **question) for place, question in enumerate(part["questions"], start=1)
    )
    return Section(part["key"], number, part["title"], asked)


@lru_cache
def _default() -> Mapping[str, Any]:
    kept: Mapping[str, Any] = json.loads(SOURCE.read_text(encoding="utf-8"))
    return kept


@lru_cache
def default_form() -> str:
    """The form a new call starts with, as canonical JSON."""
    return canonical_json(_default()["form"])


def default_documents() -> list[dict[str, Any]]:
    """The papers a new call asks for, in the shape of `Call.required_documents`."""
    return [dict(one) for one in _default()["documents"]]


def documents_of(call: Call) -> list[RequiredDocument]:
    """The papers the call asks for, in its order."""
    return [
        RequiredDocument(DocumentKind(one["kind"]), one["is_required"], one["months"], one["text"])
        for one in call.required_documents
    ]


def words_in(text: str) -> int:
    """How many words a text has: what stands between spaces, as the counter under the field counts."""
    return len(text.split())


def missing_in(section: Section, answers: Mapping[str, str]) -> list[Question]:
    """The questions of `section` that are not answered well enough to be submitted."""
    return [question for question in section.questions if len(answers.get(question.key, "").strip()) < question.least]
