"""One finding for many applications: previewed, held where every secretary sees it, then sent or taken back.

Nobody hears of a held finding and no application changes its state until a secretary sends it; nothing is sent by
itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.localisation import N_, as_json
from app.services import audit, conflicts, notifications, questions, screening_lists, screening_readings, screenings
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    LimitExceededError,
)
from app.services.questions import Part
from app.services.screening_lists import Pair
from app.services.screenings import Checked
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.applications import Application, ApplicationStatus, ScreeningOutcome
from models.associations import Association
from models.base import db, lock
from models.screening_batches import HeldScreening, HeldStatus, ScreeningBatch
from models.users import User

MOST = screening_lists.PAGE
"""So many applications at once: what one page lists."""
H, _SECRETARY = HeldStatus, N_("Council secretary")
TRANSITIONS: Mapping[tuple[HeldStatus, str], Transition] = {
    (H.HELD, "send"): Transition(H.SENT, _SECRETARY, N_("the application as it was held; the finding can be recorded")),
    (H.HELD, "leave_out"): Transition(H.LEFT_OUT, _SECRETARY, N_("at sending, when it cannot be recorded any more")),
    (H.HELD, "undo"): Transition(H.UNDONE, _SECRETARY, N_("not sent yet")),
}


@dataclass(frozen=True)
class Preview:
    """What would happen to one application; `problem` is why nothing does (then the rest says nothing).

    `status` is its state once the finding is sent, `parts` are those of the form that open, `told` so many people get
    a message, `alike` are pairs that nothing was said of yet.
    """

    application: Application
    problem: DomainError | None
    status: ApplicationStatus | None = None
    parts: tuple[Part, ...] = ()
    told: int = 0
    alike: tuple[Pair, ...] = ()


def chosen(application_ids: Sequence[int], user: User) -> list[Application]:
    """Those of the applications that `user` may decide about, in the order in which they came.

    Neither dry runs nor applications the user has a tie to. Raises `LimitExceededError` above `MOST`.
    """
    ids = set(application_ids)
    if len(ids) > MOST:
        raise LimitExceededError(N_("At most %(most)s applications at once."), most=MOST)
    free = conflicts.ties_of(user).free(Application.association_id, Application.id)
    query = db.select(Application).where(Application.id.in_(ids), ~Application.is_test, *free)
    neighbours = (
        db.joinedload(Application.association).joinedload(Association.ayil_okmotu),
        db.joinedload(Application.call).undefer_group("form"),
    )
    return list(db.session.scalars(query.options(*neighbours).order_by(Application.id)))


def common_parts(applications: Sequence[Application]) -> list[Part]:
    """The parts every one's form has: they can be returned for these together."""
    forms = [questions.form_of(one) for one in {one.call for one in applications}]
    return [part for part in forms[0].parts if all(part.key in form.by_key for form in forms)] if forms else []


def preview(
    applications: Sequence[Application],
    outcome: ScreeningOutcome,
    *,
    reason: str,
    parts: Sequence[str],
    actor: Actor,
    now: datetime,
) -> list[Preview]:
    """What the finding would do to each; nothing is changed.

    Raises `IncompleteError` when the finding itself lacks its reason or its parts.
    """
    _must_be_whole(outcome, reason, parts)
    ties = conflicts.ties_of(actor.user)
    check = _guard(applications, outcome, reason=reason, parts=parts, actor=actor, now=now, ties=ties)
    rows = screening_lists.rows([one.id for one in applications], ties)
    people = notifications.people_of_each(one.association for one in applications)
    shown = []
    for one, row in zip(applications, rows, strict=True):
        try:
            _must_not_be_held(is_held=row.held is not None)
            checked = check(one)
        except DomainError as problem:
            shown.append(Preview(one, problem))
            continue
        by_key = questions.form_of(one.call).by_key
        opened, told = tuple(by_key[key] for key in checked.parts), len(people[one.association_id])
        shown.append(Preview(one, None, checked.status, opened, told, row.alike))
    return shown


def _must_be_whole(outcome: ScreeningOutcome, reason: str, parts: Sequence[str]) -> None:
    if outcome is not ScreeningOutcome.ELIGIBLE:
        reason_given(reason, ASSOCIATION_READS_REASON)
    if outcome is ScreeningOutcome.RETURNED and not parts:
        raise IncompleteError(N_("Choose at least one part that has to be mended."), field="parts")


def _guard(
    applications: Sequence[Application],
    outcome: ScreeningOutcome,
    *,
    reason: str,
    parts: Sequence[str],
    actor: Actor,
    now: datetime,
    ties: Ties,
) -> Callable[[Application], Checked]:
    """The guard of the finding on any of the applications: what it asks is read here, at once for all of them."""
    read = screening_readings.of(applications, with_form=outcome is ScreeningOutcome.RETURNED)
    return lambda one: screenings.check(
        one, outcome, reason=reason, parts=parts, actor=actor, now=now, read=read, ties=ties
    )


def _must_not_be_held(*, is_held: bool) -> None:
    if is_held:
        raise AlreadyUsedError(N_("A finding on it is held already."))


def _held_among(applications: Sequence[Application]) -> frozenset[int]:
    """The ids of those on which a finding is held."""
    ids = [one.id for one in applications]
    query = db.select(HeldScreening.application_id).where(
        HeldScreening.application_id.in_(ids), HeldScreening.status == H.HELD
    )
    return frozenset(db.session.scalars(query))


def held_on(application: Application) -> HeldScreening | None:
    """The finding on it that is held and not sent yet."""
    query = db.select(HeldScreening).where(
        HeldScreening.application_id == application.id, HeldScreening.status == H.HELD
    )
    held: HeldScreening | None = db.session.scalar(query)
    return held


def hold(
    applications: Sequence[Application],
    outcome: ScreeningOutcome,
    *,
    seen: Mapping[int, int],
    reason: str,
    parts: Sequence[str] = (),
    actor: Actor,
    now: datetime,
) -> ScreeningBatch:
    """Hold the finding for all of them, or for none: nobody is told yet and no state changes.

    `seen` is {application id: its version when the preview was shown}. Raises `IncompleteError` when none is chosen,
    `ChangedMeanwhileError` naming the first that is not as it was shown, cannot be screened so, or is held already.
    """
    if not applications:
        raise IncompleteError(N_("Tick at least one application."))
    _must_be_whole(outcome, reason, parts)
    batch = ScreeningBatch(
        outcome=outcome, reason=reason.strip(), parts=list(parts), held_by_id=actor.user_id, held_at=now
    )
    db.session.add(batch)
    db.session.flush()
    for one in applications:
        lock(one)
    held = _held_among(applications)
    ties = conflicts.ties_of(actor.user)
    check = _guard(applications, outcome, reason=reason, parts=parts, actor=actor, now=now, ties=ties)
    for one in applications:
        try:
            if seen.get(one.id) != one.version:
                raise ChangedMeanwhileError(N_("It was changed after this page was shown. Look at it again."))
            _must_not_be_held(is_held=one.id in held)
            check(one)
        except DomainError as problem:
            raise ChangedMeanwhileError(
                N_("%(number)s: %(problem)s"), number=one.number, problem=str(problem)
            ) from problem
        db.session.add(
            HeldScreening(batch_id=batch.id, application_id=one.id, submitted_at=one.submitted_at, problem={})
        )
        audit.record(actor, "application.hold_screening", one, now, outcome=outcome.value, batch=batch.id)
    db.session.flush()
    return batch


def send(batch: ScreeningBatch, *, actor: Actor, now: datetime) -> list[HeldScreening]:
    """Record every finding that is held, and tell its association; each is guarded anew.

    Those that cannot be recorded any more are returned, with why; those on applicants the sender has a tie to stay
    held for another secretary. Raises `AlreadyUsedError` when nothing is held any more.
    """
    waiting, left_out = _waiting(batch, actor), []
    for held in waiting:
        lock(held.application)
    looked_at = _looked_at(waiting, actor=actor, now=now)  # after every lock: nothing of it changes until the end
    people = notifications.people_of_each(held.application.association for held in waiting)
    for held, found in looked_at:
        if isinstance(found, Checked):
            told = people[held.application.association_id]
            screenings.record(held.application, batch.outcome, found, told, actor, now)
            _settle(held, "send", actor, now)
            audit.record(actor, "application.send_screening", held.application, now, **_named(held))
            continue
        held.problem = {
            "message": found.message,
            "parameters": {name: as_json(value) for name, value in found.parameters.items()},
        }
        _settle(held, "leave_out", actor, now)
        audit.record(actor, "application.leave_out_screening", held.application, now, **_named(held))
        left_out.append(held)
    _tell_holder(batch, N_("%(name)s sent the findings you held."), actor, now)
    db.session.flush()
    return left_out


def _looked_at(
    waiting: Sequence[HeldScreening], *, actor: Actor, now: datetime
) -> list[tuple[HeldScreening, Checked | DomainError]]:
    """Findings of one batch that are held, each with what it leads to now, or why it cannot be recorded any more."""
    if not waiting:
        return []
    batch, applications = waiting[0].batch, [held.application for held in waiting]
    finding = {"reason": batch.reason, "parts": batch.parts, "actor": actor, "now": now}
    check = _guard(applications, batch.outcome, **finding, ties=conflicts.ties_of(actor.user))
    found: list[tuple[HeldScreening, Checked | DomainError]] = []
    for held in waiting:
        try:
            if held.application.submitted_at != held.submitted_at:
                raise ChangedMeanwhileError(N_("It was submitted anew after the finding was held."))
            if held.application.screened_at is not None and held.application.screened_at > batch.held_at:
                raise ChangedMeanwhileError(N_("Another finding was recorded after this one was held."))
            found.append((held, check(held.application)))
        except DomainError as problem:
            found.append((held, problem))
    return found


def undo(batch: ScreeningBatch, held_id: int | None = None, *, actor: Actor, now: datetime) -> None:
    """Take back one held finding, or all of them: as if they had not been made.

    Raises `AlreadyUsedError` when it is not held any more.
    """
    waiting = [held for held in _waiting(batch, actor) if held_id in (None, held.id)]
    if not waiting:
        raise AlreadyUsedError(N_("This finding is not held any more: look at the page again."))
    for held in waiting:
        _settle(held, "undo", actor, now)
        audit.record(actor, "application.undo_screening", held.application, now, **_named(held))
    _tell_holder(batch, N_("%(name)s took back findings you held."), actor, now)
    db.session.flush()


def _waiting(batch: ScreeningBatch, actor: Actor) -> list[HeldScreening]:
    """What is held, without applicants the actor has a tie to."""
    lock(batch)
    waiting = [held for held in of(batch, conflicts.ties_of(actor.user)) if held.status is H.HELD]
    if not waiting:
        raise AlreadyUsedError(N_("Nothing is held here any more: look at the page again."))
    return waiting


def _settle(held: HeldScreening, action: str, actor: Actor, now: datetime) -> None:
    held.status = target(TRANSITIONS, held.status, action)
    held.settled_by_id, held.settled_at = actor.user_id, now


def _named(held: HeldScreening) -> dict[str, object]:
    """What the trail says of a held finding."""
    return {"outcome": held.batch.outcome.value, "batch": held.batch_id, "held_screening": held.id}


def _tell_holder(batch: ScreeningBatch, message: str, actor: Actor, now: datetime) -> None:
    """Only when it was another secretary who acted."""
    if batch.held_by_id != actor.user_id:
        notifications.tell([batch.held_by_id], message, batch, now, name=actor.user.display_name)


def of(batch: ScreeningBatch, ties: Ties) -> list[HeldScreening]:
    """Its findings with their applications, read anew; without applicants the reader has a tie to."""
    query = (
        db.select(HeldScreening)
        .join(HeldScreening.application)
        .where(HeldScreening.batch_id == batch.id, *ties.free(Application.association_id, Application.id))
        .options(
            db.contains_eager(HeldScreening.application).joinedload(Application.association),
            db.contains_eager(HeldScreening.application).joinedload(Application.call).undefer_group("form"),
        )
        .order_by(HeldScreening.id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def problem_of(held: HeldScreening) -> DomainError | None:
    """Why a finding was left out."""
    return DomainError(held.problem["message"], **held.problem["parameters"]) if held.problem else None


def hindrances(findings: Sequence[HeldScreening], *, actor: Actor, now: datetime) -> dict[int, DomainError]:
    """{id of a finding of one batch: why it would be left out, were it sent now}; nothing hinders the others."""
    waiting = [held for held in findings if held.status is H.HELD]
    looked_at = _looked_at(waiting, actor=actor, now=now)
    return {held.id: found for held, found in looked_at if isinstance(found, DomainError)}


@dataclass(frozen=True)
class Listed:
    """A batch in the list: how many findings it has, and how many of them are still held."""

    batch: ScreeningBatch
    count: int
    held: int


def newest(ties: Ties, limit: int = MOST) -> list[Listed]:
    """The latest batches, those with something held first; what the reader has a tie to is not counted."""
    held = db.func.count().filter(HeldScreening.status == H.HELD)
    query = (
        db.select(ScreeningBatch, db.func.count(), held)
        .join(ScreeningBatch.findings)
        .join(HeldScreening.application)
        .where(*ties.free(Application.association_id, Application.id))
        .group_by(ScreeningBatch.id)
        .order_by((held > 0).desc(), ScreeningBatch.id.desc())
        .options(db.selectinload(ScreeningBatch.held_by))
        .limit(limit)
    )
    return [Listed(*row) for row in db.session.execute(query)]


def held_count(ties: Ties) -> int:
    """So many findings are held and wait to be sent or taken back."""
    query = db.select(db.func.count()).select_from(HeldScreening).where(HeldScreening.status == H.HELD)
    if ties:
        query = query.join(HeldScreening.application).where(*ties.free(Application.association_id, Application.id))
    return int(db.session.scalar(query) or 0)
