"""The forms of calls: set up part by part while the call is a draft, kept for what is submitted under them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.localisation import LOCALE_CODES, N_
from app.services import audit, questions
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from app.services.questions import LETTERS_A_WORD, NAME_OF_PROJECT, ONE_LINE, Form, Question, RequiredDocument, Section
from models.base import Texts, canonical_json, db, fingerprint, lock, lock_name
from models.calls import Call, CallForm, CallStatus
from models.documents import DocumentKind

MOST_SECTIONS, MOST_QUESTIONS = 20, 12
"""A section is one page of at most so many questions: it has to stay small on a slow line."""
WORDS, LIMITS_OF_A_LINE = range(10, 1_001), range(20, 401)
LONGEST_WORD = 20
"""So many characters an answer may have for each word allowed: room for long words, an end for what is no text."""
ROWS = range(1, 21)
MONTHS = range(1, 61)
KINDS = (
    DocumentKind.MEETING_MINUTES,
    DocumentKind.REGISTRATION,
    DocumentKind.QUOTATION,
    DocumentKind.PHOTO,
    DocumentKind.OTHER,
)
"""What an association can attach to an application."""


@dataclass(frozen=True)
class QuestionInput:
    """A question as it is entered: texts in three languages; `rows` 1 for a single line.

    `limit` is the longest answer: of one line in characters, of several in words. `least` is in characters.
    """

    label: Texts
    hint: Texts
    limit: int
    least: int
    rows: int


# What was submitted under a form --------------------------------------------------------------------------------------


def keep(call: Call, *, now: datetime) -> str:
    """Keep the form as it is now, once, for what is submitted under it; its SHA-256."""
    sha256 = questions.form_of(call).sha256
    known = db.select(CallForm.id).where(CallForm.call_id == call.id, CallForm.sha256 == sha256)
    if db.session.scalar(known) is None:
        lock_name(f"form of call {call.id}")  # the first two submissions at one moment
        if db.session.scalar(known) is None:
            db.session.add(CallForm(call_id=call.id, sha256=sha256, content=call.form, kept_at=now))
            db.session.flush()
    return sha256


def answered_in(call: Call, content: Mapping[str, Any]) -> Form:
    """The form that the content of a snapshot answered: its own, whatever the call's has become.

    Content from before forms were data of the call names none: it answered the call's.
    """
    current, sha256 = questions.form_of(call), content.get("form")
    if sha256 in (None, current.sha256):
        return current
    kept = db.session.scalar(db.select(CallForm.content).where(CallForm.call_id == call.id, CallForm.sha256 == sha256))
    if kept is None:
        raise LookupError(f"call {call.code} has no form {sha256}")
    return questions.read(kept)


# Setting up -----------------------------------------------------------------------------------------------------------


def problems(call: Call) -> list[DomainError]:
    """What keeps the form from being used; empty when it may open."""
    found: list[DomainError] = []
    for section in questions.form_of(call).sections:
        if not section.questions:
            found.append(IncompleteError(N_("The part “%(part)s” asks nothing yet."), part={"name": section.title}))
        texts = [section.title, *(one.label for one in section.questions)]
        texts += [one.hint for one in section.questions if any(one.hint.values())]
        if not all(text.get(code, "").strip() for text in texts for code in LOCALE_CODES):
            problem = N_("A text of the part “%(part)s” is not there in all three languages.")
            found.append(IncompleteError(problem, part={"name": section.title}))
    return found


def stamp(item: Section | Question | RequiredDocument) -> str:
    """Stands for what an item says, wherever its place: two equal ones mean nobody changed it."""
    if isinstance(item, Section):
        return fingerprint(canonical_json(dict(item.title)))[:16]
    texts = (item.label, item.hint, item.limit, item.words, item.least, item.rows) if isinstance(item, Question) else ()
    if isinstance(item, RequiredDocument):
        texts = (item.text, item.is_required, item.months)  # type: ignore[assignment]
    return fingerprint(canonical_json(list(texts)))[:16]


def for_writing(call: Call) -> Call:
    """The call with its lock and read anew: who sets up its form comes one after the other."""
    lock(call)
    return call


def save_section(call: Call, key: str | None, title: Texts, *, actor: Actor, now: datetime) -> str:
    """Add a section behind the last one, or give the one named `key` another title. Returns its key."""
    parts = _parts(call)
    sections = [part for part in parts if "questions" in part]
    if key is None:
        if len(sections) >= MOST_SECTIONS:
            raise LimitExceededError(N_("A form has at most %(most)s parts of questions."), most=MOST_SECTIONS)
        key = _new_key("section", [part["key"] for part in parts])
        place = max((place for place, part in enumerate(parts, start=1) if "questions" in part), default=0)
        parts.insert(place, {"key": key, "questions": []})
    section = _found(parts, key)
    section["title"] = _complete(title, "title")
    _keep(call, parts)
    audit.record(actor, "call.save_section", call, now, section={"key": key, "title": section["title"]})
    return key


def remove_section(call: Call, key: str, *, actor: Actor, now: datetime) -> None:
    """Take a section out with its questions."""
    parts = _parts(call)
    section = _found(parts, key)
    if any(question["key"] == NAME_OF_PROJECT for question in section["questions"]):
        raise DomainError(N_("This part asks for the name of the project, which every list shows: it stays."))
    parts.remove(section)
    _keep(call, parts)
    audit.record(actor, "call.remove_section", call, now, section={"key": key, "title": section["title"]})


def move_part(call: Call, key: str, *, up: bool, actor: Actor, now: datetime) -> None:
    """Let a part, of questions or fixed, change places with its neighbour; at the end nothing happens."""
    parts = _parts(call)
    _swap(parts, key, up=up)
    _keep(call, parts)
    part = questions.form_of(call).by_key[key]
    title = {code: part.title_in(code) for code in LOCALE_CODES}
    audit.record(actor, "call.move_part", call, now, section={"key": key, "title": title})


def save_question(
    call: Call, section_key: str, key: str | None, content: QuestionInput, *, actor: Actor, now: datetime
) -> str:
    """Add a question to a section, or change the one named `key`. Returns its key."""
    parts = _parts(call)
    asked = _found(parts, section_key)["questions"]
    label, hint = _complete(content.label, "label"), _all_or_none(content.hint, "hint")
    _check_lengths(content, key)
    if key is None:
        if len(asked) >= MOST_QUESTIONS:
            raise LimitExceededError(
                N_("A part has at most %(most)s questions: begin another one."), most=MOST_QUESTIONS
            )
        taken = [one["key"] for part in parts for one in part.get("questions", [])]
        asked.append({"key": _new_key("question", taken)})
        key = str(asked[-1]["key"])
    question = _found(asked, key)
    question.update(label=label, hint=hint, least=content.least, rows=content.rows, **_longest(content))
    _keep(call, parts)
    audit.record(actor, "call.save_question", call, now, question={"key": key, "title": label})
    return key


def remove_question(call: Call, section_key: str, key: str, *, actor: Actor, now: datetime) -> None:
    parts = _parts(call)
    asked = _found(parts, section_key)["questions"]
    question = _found(asked, key)
    if key == NAME_OF_PROJECT:
        raise DomainError(N_("This question asks for the name of the project, which every list shows: it stays."))
    asked.remove(question)
    _keep(call, parts)
    audit.record(actor, "call.remove_question", call, now, question={"key": key, "title": question["label"]})


def move_question(call: Call, section_key: str, key: str, *, up: bool, actor: Actor, now: datetime) -> None:
    """Let a question change places with its neighbour on the page."""
    parts = _parts(call)
    asked = _found(parts, section_key)["questions"]
    _swap(asked, key, up=up)
    _keep(call, parts)
    audit.record(actor, "call.move_question", call, now, question={"key": key, "title": _found(asked, key)["label"]})


def save_document(
    call: Call,
    kind: DocumentKind,
    *,
    is_new: bool,
    is_required: bool,
    months: int | None,
    text: Texts,
    actor: Actor,
    now: datetime,
) -> None:
    """Ask for a paper, or change what is asked. `months`: how long it stays valid, None for good."""
    _must_be_draft(call)
    wanted = [dict(one) for one in call.required_documents]
    known = next((one for one in wanted if one["kind"] == kind.value), None)
    if is_new and known is not None:
        raise AlreadyUsedError(N_("This kind of document stands on the list already: change it there."), field="kind")
    if kind not in KINDS:
        raise DomainError(N_("This kind of document does not belong to an application."), field="kind")
    if kind is DocumentKind.MEETING_MINUTES and not is_required:
        raise DomainError(N_("Every call asks for the minutes of the village meeting."), field="is_required")
    if months is not None and months not in MONTHS:
        raise DomainError(N_("Enter a whole number from 1 to 60, or nothing."), field="months")
    if known is None:
        known = {"kind": kind.value}
        wanted.append(known)
    known.update(is_required=is_required, months=months, text=_complete(text, "text"))
    call.required_documents = wanted
    db.session.flush()
    audit.record(actor, "call.save_document", call, now, paper=kind.value)


def remove_document(call: Call, kind: DocumentKind, *, actor: Actor, now: datetime) -> None:
    """Ask for a paper no longer."""
    _must_be_draft(call)
    if kind is DocumentKind.MEETING_MINUTES:
        raise DomainError(N_("Every call asks for the minutes of the village meeting."))
    call.required_documents = [one for one in call.required_documents if one["kind"] != kind.value]
    db.session.flush()
    audit.record(actor, "call.remove_document", call, now, paper=kind.value)


def _must_be_draft(call: Call) -> None:
    lock(call)
    if call.status is not CallStatus.DRAFT:
        raise DomainError(N_("An open call is frozen: it cannot be changed any more."))


def _parts(call: Call) -> list[dict[str, Any]]:
    """The parts of a draft call's form, to be changed."""
    _must_be_draft(call)
    parts: list[dict[str, Any]] = json.loads(call.form)["parts"]
    return parts


def _keep(call: Call, parts: list[dict[str, Any]]) -> None:
    call.form = canonical_json({"parts": parts})
    db.session.flush()


def _found(items: list[dict[str, Any]], key: str) -> dict[str, Any]:
    found = next((item for item in items if item["key"] == key), None)
    if found is None:
        raise DomainError(N_("The form of this call has no such part."))
    return found


def _swap(items: list[dict[str, Any]], key: str, *, up: bool) -> None:
    place = items.index(_found(items, key))
    other = place - 1 if up else place + 1
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]


def _new_key(stem: str, taken: list[str]) -> str:
    return next(key for number in range(1, len(taken) + 2) if (key := f"{stem}_{number}") not in taken)


def _complete(texts: Texts, field: str) -> dict[str, str]:
    """The text in every language, or a refusal at the first one that is missing."""
    for code in LOCALE_CODES:
        if not texts.get(code, "").strip():
            raise IncompleteError(N_("Write it in all three languages."), field=f"{field}_{code}")
    return {code: texts[code].replace("\r\n", "\n").strip() for code in LOCALE_CODES}


def _all_or_none(texts: Texts, field: str) -> dict[str, str]:
    if not any(text.strip() for text in texts.values()):
        return dict.fromkeys(LOCALE_CODES, "")
    return _complete(texts, field)


def _longest(content: QuestionInput) -> dict[str, int]:
    if content.rows == ONE_LINE:
        return {"limit": content.limit, "words": 0}
    return {"limit": content.limit * LONGEST_WORD, "words": content.limit}


def _check_lengths(content: QuestionInput, key: str | None) -> None:
    if content.rows not in ROWS:
        raise DomainError(N_("Enter a whole number from 1 to 20."), field="rows")
    if key == NAME_OF_PROJECT and content.rows != ONE_LINE:
        raise DomainError(N_("The name of the project is one line."), field="rows")
    if content.rows == ONE_LINE:
        limits, problem = LIMITS_OF_A_LINE, N_("The longest answer of one line has %(least)s to %(most)s characters.")
    else:
        limits, problem = WORDS, N_("The longest answer has %(least)s to %(most)s words.")
    if content.limit not in limits:
        raise DomainError(problem, field="limit", least=limits[0], most=limits[-1])
    if not 0 <= content.least <= (content.limit if content.rows == ONE_LINE else content.limit * LETTERS_A_WORD):
        raise DomainError(N_("The shortest answer cannot be longer than the longest."), field="least")
