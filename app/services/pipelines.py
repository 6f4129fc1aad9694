"""Where each association of a centre stands in the open calls, and which days come next."""

from dataclasses import dataclass
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_, LazyText, lazy
from app.services import applications, associations, calls, next_steps
from app.services.conflicts import Ties
from models.allocations import Allocation
from models.applications import Application, ApplicationStatus
from models.associations import Association
from models.base import db
from models.calls import Call
from models.centres import Centre
from models.grants import RUNNING, Grant

S = ApplicationStatus
STATES = {
    S.SIGNED_OFF: (N_("Signed off, not submitted yet"), "waiting"),
    S.RETURNED: (N_("Returned for changes"), "problem"),
}


@dataclass(frozen=True)
class Place:
    """One association in one open call: its application (None: not started), the state in words, and the last day."""

    association: Association
    call: Call
    application: Application | None
    state: LazyText | None
    tone: str
    until: datetime | None


@dataclass(frozen=True)
class Deadline:
    """One day that comes: what is due, for whom, on which grant (None: the call itself)."""

    due_on: date
    text: LazyText
    subject: Association | Call
    grant: Grant | None = None


def of(centre: Centre, ties: Ties, now: datetime) -> list[Place]:
    """Each association of the centre in each open call, in the order of the centre's list, without those the reader
    is kept from."""
    own, open_calls = associations.of_centre(centre), calls.open_calls(now)
    query = db.select(Application).where(
        Application.association_id.in_([one.id for one in own]),
        Application.call_id.in_([one.id for one in open_calls]),
        Application.status != S.WITHDRAWN,
    )
    found = {(one.association_id, one.call_id): one for one in db.session.scalars(query)}
    rows = ((one, call, found.get((one.id, call.id))) for call in open_calls for one in own)
    return [
        _place(association, call, application, now)
        for association, call, application in rows
        if association.id not in ties.association_ids
        and (application is None or application.id not in ties.application_ids)
    ]


def _place(association: Association, call: Call, application: Application | None, now: datetime) -> Place:
    if application is None:
        return Place(association, call, None, lazy(N_("Not started")), "neutral", call.closes_at)
    if application.status is S.DRAFT:
        missing = len(applications.gaps(application, now))
        if missing:
            text, tone = lazy(N_("Draft, still missing: %(count)s"), count=missing), "waiting"
        else:
            text, tone = lazy(N_("Waits for the chair")), "info"
        return Place(association, call, application, text, tone, call.closes_at)
    if application.status in STATES:
        words, tone = STATES[application.status]
        until = call.closes_at if application.status is S.SIGNED_OFF else None
        return Place(association, call, application, lazy(words), tone, until)
    return Place(association, call, application, None, "", None)


def allocations_for(centre: Centre, now: datetime) -> list[tuple[Call, list[Allocation]]]:
    """The open calls whose budget is divided, each with the allocations for villages of the centre's oblast."""
    oblast_id = centre.ayil_okmotu.rayon.oblast_id
    return [
        (call, [one for one in call.allocations if one.oblast_id in (None, oblast_id)])
        for call in calls.open_calls(now)
        if len(call.allocations) > 1
    ]


def deadlines(centre: Centre, ties: Ties, now: datetime) -> list[Deadline]:
    """The days that come next for the centre's associations, the nearest first."""
    today = bishkek_day(now)
    found = [
        Deadline(bishkek_day(call.closes_at), lazy(N_("Last day of the call")), call) for call in calls.open_calls(now)
    ]
    query = (
        db.select(Grant)
        .join(Grant.association)
        .where(Association.centre_id == centre.id, Grant.status.in_(RUNNING))
        .where(*ties.free(Grant.association_id, Grant.application_id))
        .options(db.contains_eager(Grant.association), db.selectinload(Grant.tranches))
    )
    for grant in db.session.scalars(query):
        step = next_steps.step_of(grant)
        if step.due_on is not None and step.due_on >= today:
            found.append(Deadline(step.due_on, step.text, grant.association, grant))
    return sorted(found, key=lambda one: one.due_on)
