"""The rows of an application, read for a page that shows all of it: with statements made once for each table."""

from functools import lru_cache
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from models.applications import (
    Application,
    ApplicationSection,
    ApplicationTarget,
    BudgetLine,
    Screening,
    Snapshot,
)
from models.base import db
from models.beneficiaries import Beneficiaries
from models.meetings import Meeting
from models.themes import Theme

MANY: dict[str, tuple[Any, Any]] = {
    "sections": (ApplicationSection, ApplicationSection.id),
    "budget_lines": (BudgetLine, BudgetLine.id),
    "targets": (ApplicationTarget, ApplicationTarget.id),
    "snapshots": (Snapshot, Snapshot.sequence),
    "screenings": (Screening, Screening.id),
}
"""{relationship: (table, order)}."""


def read(application: Application, *names: str) -> None:
    """Read whatever is not there yet of the relationships `names`, or of all; a lazy load costs twice as much."""
    there = db.inspect(application).dict
    values = {"application_id": application.id}
    for name in names or MANY:
        if name not in there:
            set_committed_value(application, name, list(db.session.scalars(_many(name), values)))
    if not names and not {"meeting", "beneficiaries", "theme"} <= there.keys():
        found = db.session.execute(_ONES, values).one()
        for name, row in zip(("meeting", "beneficiaries", "theme"), found, strict=True):
            set_committed_value(application, name, row)


@lru_cache
def _many(name: str) -> Any:
    table, order = MANY[name]
    return db.select(table).where(table.application_id == db.bindparam("application_id")).order_by(order)


_ONES = (
    db.select(Meeting, Beneficiaries, Theme)
    .select_from(Application)
    .outerjoin(Meeting, Meeting.application_id == Application.id)
    .outerjoin(Beneficiaries, Beneficiaries.application_id == Application.id)
    .outerjoin(Theme, Theme.id == Application.theme_id)
    .where(Application.id == db.bindparam("application_id"))
)
