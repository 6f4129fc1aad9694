"""Near-duplicates: submissions that share people or texts, and what the secretary says of each pair.

What a submission is compared by is kept when it is handed in; a search is one look-up of its marks, then exact
likeness for the few texts that share most of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import joinedload

from app.localisation import N_
from app.services import audit, questions
from app.services.actors import Actor
from app.services.associations import must_not_act_for
from app.services.conflicts import must_have_no_tie, ties_of
from app.services.errors import AlreadyUsedError, DomainError
from app.services.likeness import THRESHOLD, bands, likeness, mark, packed, shingles, unpacked
from app.services.people_matching import name_key, phone_mark, pin_mark
from app.services.questions import Question
from app.services.workflow import reason_given
from models.applications import Application
from models.base import db, lock, lock_name
from models.duplicates import AlikePair, DuplicateFinding, DuplicateVerdict, MarkKind, SubmissionMark, SubmittedText
from models.pledges import Pledge
from models.users import User

SHOWN = 10
"""So many of the likest are shown."""
COMPARED = 60
"""So many texts, those with the most bands in common, are compared exactly."""


@dataclass(frozen=True)
class Clue:
    """What two submissions have in common: the kind, and what it is (a name; nothing for a text)."""

    kind: MarkKind
    found: str = ""


@dataclass(frozen=True)
class Suspect:
    """Another submission that may be the same. `likeness` of the texts is 0 to 1."""

    other: Application
    likeness: float
    clues: tuple[Clue, ...]
    finding: DuplicateFinding | None


def keep(application: Application, *, now: datetime) -> None:
    """Keep what the submission is compared by, and the pairs it makes, in place of what was kept before.

    Nothing of a dry run.
    """
    if application.is_test:
        return
    lock_name("alike pairs")  # of two alike ones handed in at once the later has to see the earlier
    db.session.execute(db.delete(SubmissionMark).where(SubmissionMark.application_id == application.id))
    text = shingles(text_of(application))
    db.session.merge(SubmittedText(application_id=application.id, shingles=packed(text), taken_at=now))
    db.session.flush()
    rows = mark_rows(application.id, bands(text), clues_of(application))
    if rows:
        db.session.execute(db.insert(SubmissionMark), rows)
    keep_pairs(application, now=now)


def keep_pairs(application: Application, *, now: datetime) -> None:
    """Keep which submissions this one is alike to, for lists: to look for them there would take too long."""
    this = application.id
    db.session.execute(db.delete(AlikePair).where((AlikePair.application_id == this) | (AlikePair.other_id == this)))
    others = [suspect.other.id for suspect in found(application)]
    if others:
        pairs = [{"application_id": max(this, other), "other_id": min(this, other)} for other in others]
        db.session.execute(db.insert(AlikePair), pairs)
    db.session.execute(db.update(SubmittedText).where(SubmittedText.application_id == this).values(compared_at=now))


def mark_rows(application_id: int, text_bands: Sequence[int], clues: Mapping[int, Clue]) -> list[dict[str, object]]:
    """The rows of `SubmissionMark` for one submission."""
    kinds = dict.fromkeys(text_bands, MarkKind.TEXT) | {one: clue.kind for one, clue in clues.items()}
    return [{"mark": one, "application_id": application_id, "kind": kind} for one, kind in kinds.items()]


def keep_missing(now: datetime) -> int:
    """Keep what submissions from before this was kept are compared by, and the pairs they make.

    How many there were that nothing had been kept of.
    """
    kept = db.select(SubmittedText.application_id)
    query = db.select(Application).where(Application.submitted_at.is_not(None), ~Application.is_test)
    query = query.where(Application.id.not_in(kept))
    missing = list(db.session.scalars(query.order_by(Application.id)))
    for application in missing:
        keep(application, now=now)
    compared = db.select(Application).join(SubmittedText, SubmittedText.application_id == Application.id)
    for application in db.session.scalars(compared.where(SubmittedText.compared_at.is_(None)).order_by(Application.id)):
        keep_pairs(application, now=now)
    return len(missing)


def text_of(application: Application) -> str:
    """What is compared: every answer, whatever its question; no sentence goes over from one to the next."""
    return ". ".join(application.answers.values())


def clues_of(application: Application) -> dict[int, Clue]:
    """Mark -> who it stands for: the association's members of today and the remitters named."""
    return dict(_clues(application))


def _clues(application: Application) -> Iterator[tuple[int, Clue]]:
    for one in application.association.memberships:
        if not one.is_current:
            continue
        person = one.person
        for kind, found in ((MarkKind.PIN, pin_mark(person.pin)), (MarkKind.PHONE, phone_mark(person.phone))):
            if found is not None:
                yield found, Clue(kind, person.full_name)
        if person.birth_year:
            yield mark("name", name_key(person.full_name), person.birth_year), Clue(MarkKind.NAME, person.full_name)
    for pledge in db.session.scalars(db.select(Pledge).where(Pledge.application_id == application.id)):
        if not pledge.is_pseudonym:
            said = (name_key(pledge.remitter_name), pledge.country, pledge.currency, pledge.amount)
            yield mark("remitter", *said), Clue(MarkKind.REMITTER, pledge.remitter_name)


def seen_by(user: User, application: Application) -> list[Suspect]:
    """As `found`, without applicants `user` has a tie to."""
    ties = ties_of(user)
    return [one for one in found(application) if not ties.has(one.other)]


def found(application: Application) -> list[Suspect]:
    """The submissions of this and other calls that share people or texts with this one, the likest first.

    Of the association's own other submissions only texts count: its people are the same.
    """
    kept = db.session.get(SubmittedText, application.id)
    if kept is None:
        return []
    own = db.select(SubmissionMark.mark, SubmissionMark.kind).where(SubmissionMark.application_id == application.id)
    marks = [(number, kind) for number, kind in db.session.execute(own)]
    alike = _alike(application, kept, [number for number, kind in marks if kind is MarkKind.TEXT])
    shared = _shared(application, [number for number, kind in marks if kind is not MarkKind.TEXT])
    ids = sorted({*alike, *shared}, key=lambda one: (-alike.get(one, 0), -len(shared.get(one, ())), one))[:SHOWN]
    people, others, said = clues_of(application), _read(ids), _findings(application, ids)
    return [
        Suspect(
            others[one],
            alike.get(one, 0.0),
            ((Clue(MarkKind.TEXT),) if one in alike else ())
            + tuple(people.get(number, Clue(kind)) for number, kind in shared.get(one, ())),
            said.get(one),
        )
        for one in ids
    ]


@dataclass(frozen=True)
class OwnSubmission:
    """Another submission of the same association. `likeness` of the texts is 0 to 1, None where none were kept."""

    other: Application
    likeness: float | None


def of_same_association(user: User, application: Application) -> list[OwnSubmission]:
    """What the association handed in besides, in this call and others, the latest first; no alarm by itself.

    Without what `user` has a tie to.
    """
    query = (
        db.select(Application, SubmittedText.shingles)
        .outerjoin(SubmittedText, SubmittedText.application_id == Application.id)
        .where(
            Application.association_id == application.association_id,
            Application.id != application.id,
            Application.submitted_at.is_not(None),
            ~Application.is_test,
        )
        .options(joinedload(Application.call))
        .order_by(Application.submitted_at.desc(), Application.id.desc())
    )
    ties, kept = ties_of(user), db.session.get(SubmittedText, application.id)
    text = unpacked(kept.shingles) if kept else None
    return [
        OwnSubmission(one, likeness(text, unpacked(stored)) if text is not None and stored is not None else None)
        for one, stored in db.session.execute(query)
        if not ties.has(one)
    ]


def _alike(application: Application, kept: SubmittedText, text_bands: Sequence[int]) -> dict[int, float]:
    """{id: likeness} of the submissions whose text is alike, looked for among those with the most bands in common."""
    if not text_bands:
        return {}
    other, common = SubmissionMark.application_id, db.func.count()
    candidates = (
        db.select(other)
        .where(SubmissionMark.mark.in_(text_bands), other != application.id)
        .group_by(other)
        .order_by(common.desc(), other.desc())
        .limit(COMPARED)
    )
    query = db.select(SubmittedText.application_id, SubmittedText.shingles)
    text = unpacked(kept.shingles)
    compared = {
        other_id: likeness(text, unpacked(stored))
        for other_id, stored in db.session.execute(query.where(SubmittedText.application_id.in_(candidates)))
    }
    return {other_id: value for other_id, value in compared.items() if value >= THRESHOLD}


def _shared(application: Application, people: Sequence[int]) -> dict[int, list[tuple[int, MarkKind]]]:
    """{id of another association's submission: the marks of people it shares with this one}."""
    query = (
        db.select(SubmissionMark.application_id, SubmissionMark.mark, SubmissionMark.kind)
        .join(Application, Application.id == SubmissionMark.application_id)
        .where(SubmissionMark.mark.in_(people), Application.association_id != application.association_id)
        .order_by(SubmissionMark.application_id.desc(), SubmissionMark.mark)
        .limit(SHOWN * 20)
    )
    shared: dict[int, list[tuple[int, MarkKind]]] = {}
    for other_id, number, kind in db.session.execute(query):
        shared.setdefault(other_id, []).append((number, kind))
    return shared


def _read(ids: Sequence[int]) -> dict[int, Application]:
    query = (
        db.select(Application)
        .where(Application.id.in_(ids))
        .options(joinedload(Application.association), joinedload(Application.call))
    )
    return {one.id: one for one in db.session.scalars(query)}


def _findings(application: Application, ids: Sequence[int]) -> dict[int, DuplicateFinding]:
    """{id of the other: what was said of the pair}."""
    this = application.id
    query = db.select(DuplicateFinding).where(
        ((DuplicateFinding.application_id == this) & DuplicateFinding.other_id.in_(ids))
        | ((DuplicateFinding.other_id == this) & DuplicateFinding.application_id.in_(ids))
    )
    return {
        one.other_id if one.application_id == this else one.application_id: one for one in db.session.scalars(query)
    }


def suspect(application: Application, other_id: int) -> Suspect | None:
    """The pair as `found` has it, None when nothing is alike."""
    return next((one for one in found(application) if one.other.id == other_id), None)


def judge(
    application: Application,
    other_id: int,
    verdict: DuplicateVerdict,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> DuplicateFinding:
    """Say once of a pair that it is a duplicate, or that it is not, with the evidence as it is now.

    Raises `SeparationOfDutyError` for who belongs to one of the associations, `IncompleteError` without a reason,
    `AlreadyUsedError` when it has been said, `DomainError` when there is nothing alike.
    """
    lock(application)
    text = reason_given(reason)
    pair = suspect(application, other_id)
    if pair is None:
        raise DomainError(N_("These two applications have nothing in common that would be shown here."))
    for one in (application, pair.other):
        must_not_act_for(one.association, actor)
        must_have_no_tie(one, actor)
    if pair.finding is not None:
        raise AlreadyUsedError(N_("A finding on these two applications is recorded already."))
    finding = DuplicateFinding(
        application_id=max(application.id, other_id),
        other_id=min(application.id, other_id),
        verdict=verdict,
        reason=text,
        likeness=round(100 * pair.likeness),
        evidence=",".join(sorted({clue.kind.value for clue in pair.clues})),
        found_by_id=actor.user_id,
        found_at=now,
    )
    db.session.add(finding)
    db.session.flush()
    audit.record(actor, "application.judge_duplicate", application, now, other=other_id, verdict=verdict.value)
    return finding


@dataclass(frozen=True)
class Pair:
    """One question and what both answered; `likeness` is 0 to 1."""

    question: Question
    one: str
    other: str
    likeness: float

    @property
    def is_alike(self) -> bool:
        return self.likeness >= THRESHOLD


def side_by_side(application: Application, other: Application) -> list[Pair]:
    """The answers of both: the questions of the one's form, then those that only the other's form has."""
    here, there = application.answers, other.answers
    asked = {one.key: one for call in (other.call, application.call) for one in questions.form_of(call).questions}
    order = dict.fromkeys(
        one.key for call in (application.call, other.call) for one in questions.form_of(call).questions
    )
    texts = [(asked[key], here.get(key, ""), there.get(key, "")) for key in order]
    return [Pair(one, mine, theirs, likeness(shingles(mine), shingles(theirs))) for one, mine, theirs in texts]
