"""The papers of an application: scans put together page by page, their states, and what the call asks for."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.clock import bishkek_day
from app.localisation import N_
from app.services import documents, questions
from app.services.errors import DomainError, IncompleteError
from app.services.questions import RequiredDocument
from models.applications import Application, ScreeningOutcome, Snapshot
from models.base import db
from models.calls import Call
from models.documents import Document, DocumentKind

SOON = timedelta(days=30)


class PaperState(StrEnum):
    """How a paper stands on a day."""

    MISSING = "missing"
    ATTACHED = "attached"
    EXPIRES_SOON = "expires_soon"
    EXPIRED = "expired"
    UNDATED = "undated"
    REFUSED = "refused"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Paper:
    """A paper with its scans in order; the first one says what it is."""

    first: Document
    pages: Sequence[Document]
    state: PaperState
    valid_until: date | None

    @property
    def counts(self) -> bool:
        return self.state in (PaperState.ATTACHED, PaperState.EXPIRES_SOON)


def later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def valid_until(first: Document, months: int | None) -> date | None:
    """The last day on which a paper counts: what stands on it, and its day and the `months` the call gives it."""
    days = [first.expires_on] if first.expires_on else []
    if months and first.dated_on:
        days.append(later(first.dated_on, months))
    return min(days, default=None)


def state_of(first: Document, day: date, months: int | None = None) -> PaperState:
    """The state of a paper on `day`; its last valid day still counts. `months` is how old the call lets it be."""
    if first.replaced_by_id is not None:
        return PaperState.REPLACED
    if first.refused_at is not None:
        return PaperState.REFUSED
    until = valid_until(first, months)
    if until is not None and until < day:
        return PaperState.EXPIRED
    if months and first.dated_on is None:
        return PaperState.UNDATED
    if until is not None and until <= day + SOON:
        return PaperState.EXPIRES_SOON
    return PaperState.ATTACHED


def together(
    scans: Iterable[Document], day_of: Callable[[Document], date], months: Mapping[DocumentKind, int | None]
) -> list[Paper]:
    """Scans as papers, in the order their first scans came, each on its own day.

    `months` is how old the call lets each kind be.
    """
    kept = list(scans)
    return [
        Paper(
            first,
            [first, *sorted((one for one in kept if one.page_of_id == first.id), key=lambda one: one.position)],
            state_of(first, day_of(first), months.get(first.kind)),
            valid_until(first, months.get(first.kind)),
        )
        for first in kept
        if first.page_of_id is None
    ]


def of(application: Application, *, now: datetime, scans: Iterable[Document] | None = None) -> list[Paper]:
    """The papers of an application; `scans` are its documents, when they were read before.

    What was handed in is held against the day it was first handed in, unless the papers can be renewed now: none grows
    too old while others decide, or while the association mends another part.
    """
    months = {wanted.kind: wanted.months for wanted in questions.documents_of(application.call)}
    handed_in = [] if application.is_open("documents") else _handed_in(application)

    def day_of(first: Document) -> date:
        return bishkek_day(next((one for one in handed_in if one >= first.uploaded_at), now))

    return together(documents.of(application) if scans is None else scans, day_of, months)


def readable_pages(application: Application, *, now: datetime) -> list[Document]:
    """The scans of every paper that counts: what a reviewer is given to read."""
    return [page for one in of(application, now=now) if one.counts for page in one.pages]


def _handed_in(application: Application) -> list[datetime]:
    """When it was handed in, the first time first; asked for only when it was returned in between."""
    if application.submitted_at is None:
        return []
    if not any(one.outcome is ScreeningOutcome.RETURNED for one in application.screenings):
        return [application.submitted_at]
    taken = db.select(Snapshot.taken_at).where(Snapshot.application_id == application.id).order_by(Snapshot.sequence)
    return list(db.session.scalars(taken))


def must_be_new_enough(call: Call, kind: DocumentKind, dated_on: date | None, now: datetime) -> None:
    """Refuse, at "dated_on", a paper that has no day or is too old where the call says how old it may be."""
    months = next((wanted.months for wanted in questions.documents_of(call) if wanted.kind is kind), None)
    state = state_of(Document(dated_on=dated_on), bishkek_day(now), months)
    if state is PaperState.UNDATED:
        raise IncompleteError(
            N_("Say which day stands on the paper: the call takes none that is too old."), field="dated_on"
        )
    if state is PaperState.EXPIRED:
        raise DomainError(
            N_("The call takes papers of the last %(months)s months only. Attach a newer one."),
            field="dated_on",
            months=months,
        )


def checklist(call: Call, papers: Sequence[Paper]) -> list[tuple[RequiredDocument, PaperState, Paper | None]]:
    """Each paper the call asks for with its state: the best one of its kind there is."""
    rows = []
    for wanted in questions.documents_of(call):
        same = [paper for paper in papers if paper.first.kind is wanted.kind and paper.state is not PaperState.REPLACED]
        best = next((paper for paper in same if paper.counts), same[-1] if same else None)
        rows.append((wanted, best.state if best else PaperState.MISSING, best))
    return rows


def gaps(call: Call, papers: Sequence[Paper]) -> list[DomainError]:
    """The required papers that are missing, refused or expired, each with what to do."""
    return [
        problem
        for wanted, state, paper in checklist(call, papers)
        if wanted.is_required and (problem := _problem(wanted, state, paper)) is not None
    ]


def _problem(wanted: RequiredDocument, state: PaperState, paper: Paper | None) -> DomainError | None:
    if paper is None:
        if wanted.kind is DocumentKind.MEETING_MINUTES:
            return IncompleteError(N_("The minutes of the village meeting are missing."))
        return IncompleteError(N_("Still to be attached: %(document)s"), document={"name": wanted.text})
    if state is PaperState.EXPIRED:
        return IncompleteError(
            N_("%(document)s: valid until %(day)s only. Attach a newer one."),
            document={"name": wanted.text},
            day=paper.valid_until,
        )
    if state is PaperState.UNDATED:
        return IncompleteError(
            N_("%(document)s: say which day stands on the paper. Attach it again in its own place, with its day."),
            document={"name": wanted.text},
        )
    if state is PaperState.REFUSED:
        return IncompleteError(
            N_("%(document)s: not taken (%(reason)s). Attach another one."),
            document={"name": wanted.text},
            reason=paper.first.refusal_reason,
        )
    return None
