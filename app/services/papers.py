"""The papers of an application: scans put together page by page, their states, and what the call asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.clock import bishkek_day
from app.localisation import N_
from app.services import documents, questions
from app.services.errors import DomainError, IncompleteError
from app.services.questions import RequiredDocument
from models.applications import Application
from models.calls import Call
from models.documents import Document, DocumentKind

SOON = timedelta(days=30)


class PaperState(StrEnum):
    """How a paper stands on a day."""

    MISSING = "missing"
    ATTACHED = "attached"
    EXPIRES_SOON = "expires_soon"
    EXPIRED = "expired"
    REFUSED = "refused"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Paper:
    """A paper with its scans in order; the first one says what it is."""

    first: Document
    pages: Sequence[Document]
    state: PaperState

    @property
    def counts(self) -> bool:
        return self.state in (PaperState.ATTACHED, PaperState.EXPIRES_SOON)


def state_of(first: Document, day: date) -> PaperState:
    """The state of a paper on `day`; its last valid day still counts."""
    if first.replaced_by_id is not None:
        return PaperState.REPLACED
    if first.refused_at is not None:
        return PaperState.REFUSED
    if first.expires_on is not None and first.expires_on < day:
        return PaperState.EXPIRED
    if first.expires_on is not None and first.expires_on <= day + SOON:
        return PaperState.EXPIRES_SOON
    return PaperState.ATTACHED


def together(scans: Iterable[Document], day: date) -> list[Paper]:
    """Scans as papers, in the order their first scans came."""
    kept = list(scans)
    return [
        Paper(
            first,
            [first, *sorted((one for one in kept if one.page_of_id == first.id), key=lambda one: one.position)],
            state_of(first, day),
        )
        for first in kept
        if first.page_of_id is None
    ]


def of(application: Application, *, now: datetime) -> list[Paper]:
    """The papers of an application."""
    return together(documents.of(application), bishkek_day(now))


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
            day=paper.first.expires_on,
        )
    if state is PaperState.REFUSED:
        return IncompleteError(
            N_("%(document)s: not taken (%(reason)s). Attach another one."),
            document={"name": wanted.text},
            reason=paper.first.refusal_reason,
        )
    return None
