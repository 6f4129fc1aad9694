"""What a screening looks up, read for many applications together: sixty ask the database no more often than one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from app.services import documents, eligibility, papers, places
from app.services.applications import Held, business_plans
from app.services.applications.business_plans import Contents
from models.applications import Application
from models.associations import Association
from models.base import db
from models.documents import Document
from models.places import AyilOkmotu, Oblast, Rayon


@dataclass(frozen=True)
class Readings:
    """What stands beside the applications' own rows, by their ids.

    `running_grants` counts those of the association that run beside the application's own; `oblasts` are all of them
    when a call is narrowed to some; `plans` is empty unless the form was asked for.
    """

    documents: Mapping[int, Sequence[Document]]
    running_grants: Mapping[int, int]
    oblasts: Sequence[Oblast]
    plans: Mapping[int, Contents]

    def held(self, application: Application, now: datetime) -> Held:
        """The plan and the papers, with the state each paper has `now`."""
        scans = self.documents[application.id]
        return Held(self.plans[application.id], papers.of(application, now=now, scans=scans))


def of(applications: Sequence[Application], *, with_form: bool) -> Readings:
    """Read the applications anew with all that the rules ask, `with_form` also what can be missing in the form."""
    ids = [one.id for one in applications]
    db.session.execute(_rows(with_form), {"ids": ids}, execution_options={"populate_existing": True}).all()
    return Readings(
        documents.of_applications(ids),
        eligibility.running_grants(ids),
        places.oblasts() if any(one.call.eligibility["oblasts"] for one in applications) else [],
        business_plans.contents_of(ids) if with_form else {},
    )


@cache
def _rows(with_form: bool) -> Any:
    """Made once. Every collection comes in one query of its own, whatever the number of applications."""
    association = db.joinedload(Application.association)
    collections: list[Any] = [Application.budget_lines]
    if with_form:
        collections += [
            Application.sections,
            Application.targets,
            Application.screenings,
            Application.meeting,
            Application.beneficiaries,
        ]
    return (
        db.select(Application)
        .where(Application.id.in_(db.bindparam("ids", expanding=True)))
        .options(
            db.joinedload(Application.call).undefer_group("form"),
            association.joinedload(Association.ayil_okmotu).joinedload(AyilOkmotu.rayon).joinedload(Rayon.oblast),
            association.selectinload(Association.memberships),
            association.selectinload(Association.payout_accounts),
            *(db.selectinload(one) for one in collections),
        )
    )
