"""The list of overrides: conditions of a payment that two people set aside, with reason, offices and day."""

from app.clock import bishkek_day
from app.labels import label_text
from app.localisation import gettext as _
from models.base import db
from models.grants import Grant
from models.overrides import Override, OverrideStatus
from reports.statements.data import Column, Reader, Statement, Subject, Table

IN_FORCE = (OverrideStatus.APPROVED, OverrideStatus.USED)


def gather(reader: Reader) -> Statement:
    """Every override that was ever asked for, the newest first; the offices, not the people."""
    query = (
        db.select(Override)
        .join(Override.grant)
        .where(Grant.id.not_in(reader.without))
        .options(db.contains_eager(Override.grant).joinedload(Grant.association), db.joinedload(Override.tranche))
        .order_by(Override.id.desc())
    )
    found = list(db.session.scalars(query))
    rows = [
        (
            one.grant.number,
            one.grant.association.name(reader.locale),
            one.tranche.sequence,
            label_text(one.condition),
            one.reason,
            ", ".join(label_text(office) for office in (one.proposed_as, one.approved_as) if office),
            bishkek_day(one.approved_at or one.proposed_at),
            label_text(one.status),
        )
        for one in found
    ]
    table = Table(
        title=_("Conditions set aside for a payment, the newest first"),
        columns=[
            Column(_("Grant"), 1.4),
            Column(_("Association"), 2),
            Column(_("Tranche"), 0.9, True),
            Column(_("Condition"), 2),
            Column(_("Reason"), 3),
            Column(_("Offices"), 1.6),
            Column(_("Day"), 1.3),
            Column(_("Status"), 1.3),
        ],
        rows=rows,
        empty=_("No condition was ever set aside."),
        subjects=[Subject("grants", one.grant_id) for one in found],
    )
    return Statement(
        title=_("List of overrides"),
        about=_("Every fund"),
        name="overrides",
        reader=reader,
        facts=[
            (_("Asked for"), len(found)),
            (_("Approved or used"), sum(one.status in IN_FORCE for one in found)),
        ],
        tables=[table],
    )
