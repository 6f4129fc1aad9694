"""Monitoring visits: planned, then recorded with findings, photos and a risk rating."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from app.clock import bishkek_day
from app.localisation import N_
from app.services import associations, audit, conflicts, documents, notifications
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.documents import Upload
from app.services.errors import ChangedMeanwhileError, DomainError, IncompleteError, SeparationOfDutyError, refuse_all
from app.services.workflow import Transition, target
from models.base import db, lock, written_out
from models.documents import Document, DocumentKind
from models.grants import Grant
from models.users import Role, User
from models.visits import RiskRating, Visit, VisitStatus

TRANSITIONS: Mapping[tuple[VisitStatus, str], Transition] = {
    (VisitStatus.PLANNED, "record"): Transition(
        VisitStatus.DONE, N_("Monitoring officer"), N_("findings, risk and a photo")
    ),
}


def plan(grant: Grant, *, planned_on: date, visitor: User, actor: Actor, now: datetime) -> Visit:
    """Plan a visit by a monitoring officer. Raises `SeparationOfDutyError` for one with a tie to the association."""
    if not grant.is_running:
        raise DomainError(N_("Visits are planned while the grant runs."))
    if not visitor.has_role(Role.MONITOR):
        raise DomainError(N_("Only a monitoring officer visits."), field="visitor")
    associations.must_be_free(grant, actor)
    if conflicts.hindrance(grant.application, visitor):
        message = N_("This officer has a tie to the association: another one visits.")
        raise SeparationOfDutyError(message, field="visitor")
    if planned_on < bishkek_day(now):
        raise DomainError(N_("The day must not lie in the past."), field="planned_on")
    visit = Visit(
        grant=grant,
        planned_on=planned_on,
        planned_by_id=actor.user_id,
        visitor_id=visitor.id,
        status=VisitStatus.PLANNED,
    )
    db.session.add(visit)
    db.session.flush()
    audit.record(actor, "visit.plan", visit, now, grant=grant.id)
    people = [*notifications.people_of(grant.association), visitor.id]
    notifications.tell(
        people, N_("A visit to %(number)s is planned for %(day)s."), grant, now, number=grant.number, day=planned_on
    )
    return visit


def record(
    visit: Visit,
    *,
    visited_on: date,
    checklist: Mapping[str, bool],
    findings: str,
    follow_up: str,
    risk: RiskRating,
    latitude: float | None,
    longitude: float | None,
    holds_payment: bool = False,
    shows_photos: bool = False,
    actor: Actor,
    now: datetime,
) -> None:
    """Record what was seen. Photos are attached before. Where it `holds_payment`, nothing more is paid.

    With `shows_photos` those who sent money see the photos, without an account (`remitter_links`).

    Raises `IncompleteError` without findings or without a photo, `SeparationOfDutyError` for an officer with a tie.
    """
    new_status = target(TRANSITIONS, visit.status, "record")
    if visit.visitor_id != actor.user_id:
        raise DomainError(N_("The officer who visits records the visit."))
    associations.must_be_free(visit.grant, actor)
    refuse_all(_wrong_record(visit, visited_on, findings, latitude, longitude, bishkek_day(now)))
    visit.status, visit.visited_on, visit.recorded_at = new_status, visited_on, now
    visit.checklist, visit.findings, visit.follow_up = dict(checklist), findings.strip(), follow_up.strip()
    visit.risk, visit.latitude, visit.longitude = risk, latitude, longitude
    visit.holds_payment, visit.shows_photos = holds_payment, shows_photos
    db.session.flush()
    stops = {"holds_payment": True} if holds_payment else {}
    audit.record(actor, "visit.record", visit, now, grant=visit.grant_id, risk=risk.value, **stops)
    if not holds_payment:
        notifications.tell_association(visit.grant, N_("The visit to %(number)s has been recorded."), now)
        return
    message = N_(
        "The visit to %(number)s has been recorded. What it found keeps further money back until it is mended."
    )
    notifications.tell_association(visit.grant, message, now)
    notifications.tell_holders(Role.FINANCE, visit.grant, message, now)


def _wrong_record(
    visit: Visit, visited_on: date, findings: str, latitude: float | None, longitude: float | None, today: date
) -> Iterator[DomainError]:
    if visited_on > today:
        yield DomainError(N_("The day lies in the future."), field="visited_on")
    if len(findings.strip()) < 20:
        yield IncompleteError(N_("Describe what you saw in a sentence or two."), field="findings")
    if not documents.of(visit):
        yield IncompleteError(N_("Attach at least one photo."), field="photo")
    if (latitude is None) != (longitude is None) or (
        latitude is not None and longitude is not None and not (-90 <= latitude <= 90 and -180 <= longitude <= 180)
    ):
        yield DomainError(N_("The place is not right: latitude and longitude in degrees."), field="latitude")


def let_photos_be_seen(visit: Visit, is_shown: bool, *, actor: Actor, now: datetime) -> None:
    """Let those who sent money see the photos of a visit that was recorded, or see them no more.

    Whoever is on a photo may object at any time, and a consent may come after the visit. Raises
    `SeparationOfDutyError` for an officer with a tie, `ChangedMeanwhileError` where it is so already.
    """
    lock(visit.grant)
    lock(visit)
    if visit.status is not VisitStatus.DONE:
        raise DomainError(N_("Who may see the photos is said when the visit is recorded."))
    associations.must_be_free(visit.grant, actor)
    if visit.shows_photos == is_shown:
        raise ChangedMeanwhileError(N_("It is so already: look at the page again."))
    visit.shows_photos = is_shown
    db.session.flush()
    action = "show_photos" if is_shown else "hide_photos"
    audit.record(actor, f"visit.{action}", visit, now, grant=visit.grant_id)
    message = N_("Those who sent money for %(number)s see the photos of a visit no more.")
    if is_shown:
        message = N_("Those who sent money for %(number)s may see the photos of a visit.")
    notifications.tell_association(visit.grant, message, now)


def attach_photo(visit: Visit, upload: Upload, *, storage: Path, actor: Actor, now: datetime) -> Document:
    """Add a photo to a visit that is not recorded yet."""
    if visit.status is not VisitStatus.PLANNED:
        raise DomainError(N_("Photos are added before the visit is recorded."))
    if visit.visitor_id != actor.user_id:
        raise DomainError(N_("The officer who visits records the visit."))
    associations.must_be_free(visit.grant, actor)
    documents.must_be_picture(upload)
    return documents.attach(visit, DocumentKind.PHOTO, upload, storage=storage, actor=actor, now=now)


def of_grant(grant: Grant) -> list[Visit]:
    return list(db.session.scalars(db.select(Visit).where(Visit.grant_id == grant.id).order_by(Visit.planned_on)))


def planned_for(visitor: User, ties: Ties, limit: int = 60) -> list[Visit]:
    """The visits an officer with these ties has still to make, the nearest first."""
    query = (
        db.select(Visit)
        .join(Visit.grant)
        .where(Visit.visitor_id == visitor.id, written_out(Visit.status, VisitStatus.PLANNED))
        .where(*ties.free(Grant.association_id, Grant.application_id))
        .options(db.contains_eager(Visit.grant).joinedload(Grant.association))
        .order_by(Visit.planned_on)
        .limit(limit)
    )
    return list(db.session.scalars(query))
