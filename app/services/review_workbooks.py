"""Workbooks of reviews that were sent in: kept, checked row by row, and taken over, so that nothing is lost."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.labels import REVIEW_FLAGS, label_text
from app.localisation import LOCALE_CODES, N_, current_locale, gettext, use_locale
from app.services import audit, reviews
from app.services.actors import Actor
from app.services.conflicts import hindrance
from app.services.errors import ChangedMeanwhileError, DomainError, LimitExceededError, SeparationOfDutyError
from app.services.reviews import LONGEST_COMMENT, LONGEST_JUSTIFICATION, LONGEST_NOTE, Judgement
from models.applications import Application, ApplicationStatus
from models.base import db, lock
from models.calls import Call, Criterion
from models.reviews import HANDED_IN, Assignment, AssignmentStatus, Review, ReviewFlag, ReviewUpload
from models.users import User

ABOUT_THE_WHOLE = ("comment", "private_note", "flag")
"""The rows below those of the criteria, in their order."""


class Finding(NamedTuple):
    """What is wrong, and in which cell ("2026-0012!I7"; the sheet's name alone where its row is not there)."""

    place: str
    refusal: DomainError

    @property
    def order(self) -> tuple[int, str]:
        """Row by row, in a row from left to right."""
        cell = re.search(r"!([A-Z]+)(\d+)$", self.place)
        return (int(cell[2]), cell[1]) if cell else (0, "")


@dataclass(frozen=True)
class CheckedSheet:
    """A sheet held against the site.

    `typed`: {field: what its cell says}; `problem`: why nothing of it can be saved; `late`: why it is kept as a draft
    only; `faults` cannot be saved, `gaps` can and are missing when it is submitted; `differences`: what a field is
    called, what the workbook says, what the site says.
    """

    entry: Mapping[str, Any]
    assignment: Assignment
    typed: Mapping[str, str]
    problem: DomainError | None
    late: DomainError | None
    faults: Sequence[Finding]
    gaps: Sequence[Finding]
    differences: Sequence[tuple[str, str, str]]

    @property
    def findings(self) -> list[Finding]:
        """Faults and gaps in the order of the rows."""
        return sorted([*self.faults, *self.gaps], key=lambda one: one.order)

    @property
    def can_be_saved(self) -> bool:
        return not self.problem and not self.faults

    @property
    def can_be_submitted(self) -> bool:
        return self.can_be_saved and not self.gaps and not self.late

    @property
    def flag(self) -> ReviewFlag | None:
        """None where the cell names none that there is."""
        return flag_called(self.typed["flag"])


def to_write(reviewer: User) -> dict[Call, list[Assignment]]:
    """The accepted assignments of a reviewer that can be written now, by call."""
    query = (
        db.select(Assignment)
        .join(Assignment.application)
        .where(
            Assignment.reviewer_id == reviewer.id,
            Assignment.status == AssignmentStatus.ACCEPTED,
            Application.status == ApplicationStatus.IN_REVIEW,
        )
        .options(
            db.contains_eager(Assignment.application).joinedload(Application.call).undefer_group("form"),
            db.contains_eager(Assignment.application).joinedload(Application.association),
            db.joinedload(Assignment.review),
        )
        .order_by(Assignment.due_on, Assignment.id)
    )
    found: dict[Call, list[Assignment]] = {}
    for one in db.session.scalars(query):
        if not hindrance(one.application, reviewer):
            found.setdefault(one.application.call, []).append(one)
    return found


def keep(call: Call, content: Sequence[dict[str, Any]], *, actor: Actor, now: datetime) -> ReviewUpload:
    """Keep what a workbook says; it takes the place of one sent before. Nothing becomes a review yet."""
    lock(actor.user)
    upload = waiting(call, actor.user)
    if upload is None:
        upload = ReviewUpload(call_id=call.id, reviewer_id=actor.user_id)
        db.session.add(upload)
    upload.content, upload.uploaded_at = list(content), now
    db.session.flush()
    audit.record(actor, "review.upload", call, now, count=len(content))
    return upload


def waiting(call: Call, reviewer: User) -> ReviewUpload | None:
    """The workbook of a call that this reviewer sent and has not taken over."""
    query = db.select(ReviewUpload).where(ReviewUpload.call_id == call.id, ReviewUpload.reviewer_id == reviewer.id)
    upload: ReviewUpload | None = db.session.scalar(query)
    return upload


def settle(upload: ReviewUpload, left: Sequence[dict[str, Any]]) -> None:
    """What is taken over goes; the sheets that are `left` stay for the next time."""
    if left:
        upload.content = list(left)
    else:
        db.session.delete(upload)
    db.session.flush()


def must_be_writable(assignment: Assignment, version: int, reviewer: User) -> None:
    """Refuse a sheet whose review cannot be written now, or was changed on the site since the download."""
    if assignment.reviewer_id != reviewer.id:
        raise SeparationOfDutyError(N_("Only the reviewer who was asked writes this review."))
    if assignment.status in HANDED_IN:
        raise DomainError(N_("The review is submitted or closed already."))
    if assignment.status is not AssignmentStatus.ACCEPTED:
        raise DomainError(N_("You have given this application back: its review is not yours any more."))
    if assignment.application.status is not ApplicationStatus.IN_REVIEW:
        raise DomainError(N_("The application is not in review: no more reviews are taken."))
    if problem := hindrance(assignment.application, reviewer):
        raise SeparationOfDutyError(problem)
    if version != (assignment.review.version if assignment.review else 0):
        raise ChangedMeanwhileError(N_("The review was changed on the site after you downloaded the workbook."))


def fields_of(criteria: Iterable[Criterion]) -> list[str]:
    """The fields a sheet has rows for: level and justification of each criterion, then `ABOUT_THE_WHOLE`."""
    return [f"{part}_{one.key}" for one in criteria for part in ("level", "justification")] + [*ABOUT_THE_WHOLE]


def says_something(typed: Mapping[str, str]) -> bool:
    """Whether a sheet is filled in: the flag “none” stands in every sheet that is downloaded."""
    return any(text and (name != "flag" or flag_called(text) is not ReviewFlag.NONE) for name, text in typed.items())


def flag_called(text: str) -> ReviewFlag | None:
    """The flag that is called so in any language; none was chosen where nothing is written."""
    wanted = (text or ReviewFlag.NONE.value).casefold()
    for locale in LOCALE_CODES:
        with use_locale(locale):
            for flag, name in REVIEW_FLAGS.items():
                if wanted in (flag.value, listed_name(name).casefold()):
                    return flag
    return None


def listed_name(name: str) -> str:
    """A flag's name as the list of a cell offers it: there a comma parts one name from the next."""
    return gettext(name).replace(",", " ")


def check(entry: Mapping[str, Any], assignment: Assignment, *, reviewer: User, now: datetime) -> CheckedSheet:
    """One sheet of an upload's `content`, by the rules the page of the review has."""
    criteria, problem = assignment.application.call.criteria, None
    typed = dict.fromkeys(fields_of(criteria), "")
    typed |= {name: text for name, (_place, text, _is_formula) in entry["cells"].items()}
    places = {name: place for name, (place, _text, _is_formula) in entry["cells"].items()}
    refused = dict(_faults(entry))
    faults = [Finding(places[name], refusal) for name, refusal in refused.items()]
    gaps = [
        Finding(places.get(gap.field or "", entry["sheet"]), gap)
        for gap in reviews.gaps(criteria, _judgements(typed, criteria))
        if gap.field not in refused
    ]
    try:
        must_be_writable(assignment, entry["version"], reviewer)
    except DomainError as refusal:
        problem = refusal
    differences = _differences(typed, assignment) if isinstance(problem, ChangedMeanwhileError) else ()
    late = reviews.refusal_of_late(assignment, now)
    return CheckedSheet(entry, assignment, typed, problem, late, faults, gaps, tuple(differences))


def _faults(entry: Mapping[str, Any]) -> Iterator[tuple[str, DomainError]]:
    """Field and why what its cell says cannot even be kept as a draft."""
    for name, (_place, text, is_formula) in entry["cells"].items():
        longest = LONGEST.get(name, LONGEST_JUSTIFICATION)
        if is_formula:
            yield name, DomainError(N_("A formula is not taken: write the text itself."))
        elif name == "flag":
            if flag_called(text) is None:
                yield name, DomainError(N_("Choose one of the flags in the list of the cell."))
        elif name.startswith("level_"):
            if text and _level(text) is None:
                yield name, DomainError(N_("Choose a level from 1 to 5."))
        elif len(text) > longest:
            yield name, LimitExceededError(N_("At most %(limit)s characters."), limit=longest)


LONGEST = {"comment": LONGEST_COMMENT, "private_note": LONGEST_NOTE}


def _level(text: str) -> int | None:
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def _judgements(typed: Mapping[str, str], criteria: Iterable[Criterion]) -> dict[str, Judgement]:
    return {
        one.key: Judgement(_level(typed[f"level_{one.key}"]), typed[f"justification_{one.key}"]) for one in criteria
    }


def written(review: Review | None) -> dict[str, str]:
    """What stands on the site, as cells say it: {field: text}."""
    found = {"comment": "", "private_note": "", "flag": ReviewFlag.NONE.value}
    if review is not None:
        found = {"comment": review.comment, "private_note": review.private_note, "flag": review.flag.value}
    for key, one in (review.draft if review else {}).items():
        found[f"level_{key}"], found[f"justification_{key}"] = str(one["level"] or ""), one["justification"]
    return found


def _differences(typed: Mapping[str, str], assignment: Assignment) -> Iterator[tuple[str, str, str]]:
    """What a field is called, what the workbook says, what the site says, where they differ."""
    criteria, kept = assignment.application.call.criteria, written(assignment.review)
    for name, title in _titles(criteria).items():
        own, other = typed[name], kept.get(name, "")
        if name == "flag":
            own, other = (label_text(flag) if (flag := flag_called(text)) else text for text in (own, other))
        if own != other:
            yield title, own, other


def _titles(criteria: Iterable[Criterion]) -> dict[str, str]:
    """{field: what it is called}."""
    titles = {}
    for one in criteria:
        title = one.title_in(current_locale())
        titles[f"level_{one.key}"] = title
        titles[f"justification_{one.key}"] = gettext("Why this level? (%(criterion)s)", criterion=title)
    texts = {
        "comment": gettext("Comment for the Council"),
        "private_note": gettext("Private note to the Council"),
        "flag": gettext("Flag for the Council"),
    }
    return titles | texts


def take_over(
    upload: ReviewUpload, sheets: Sequence[CheckedSheet], *, hands_in: bool, actor: Actor, now: datetime
) -> tuple[int, int]:
    """Save what can be saved, and with `hands_in` submit what is complete; what cannot be saved stays waiting.

    Answers how many drafts were saved and how many reviews submitted.
    """
    saved = submitted = 0
    for one in sheets:
        if not one.can_be_saved:
            continue
        is_complete = hands_in and one.can_be_submitted
        (reviews.submit if is_complete else reviews.save_draft)(
            one.assignment,
            _judgements(one.typed, one.assignment.application.call.criteria),
            one.typed["comment"],
            private_note=one.typed["private_note"],
            flag=one.flag or ReviewFlag.NONE,
            actor=actor,
            now=now,
        )
        saved, submitted = saved + (not is_complete), submitted + is_complete
    settle(upload, [dict(one.entry) for one in sheets if not one.can_be_saved])
    return saved, submitted
