"""What happened to an application, for its readers: acts of the applicant and of the secretary, never of reviewers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.localisation import N_, gettext
from models.applications import Application
from models.audit import AuditEvent
from models.base import db
from models.dictations import Dictation

APPLICANT, SECRETARY = N_("Association or operator"), N_("Council secretary")
SHOWN: Mapping[str, tuple[str, str]] = {
    "application.create": (N_("Draft started"), APPLICANT),
    "application.sign_off": (N_("Signed off by the association"), APPLICANT),
    "application.decline": (N_("Not signed off by the chair"), APPLICANT),
    "application.reopen": (N_("Opened again for changes"), APPLICANT),
    "application.submit": (N_("Submitted"), APPLICANT),
    "application.screen": (N_("Screened"), SECRETARY),
    "application.withdraw": (N_("Withdrawn"), APPLICANT),
}
"""Act -> its title and the role that did it. Assignments, reviews and single savings are left out."""


@dataclass(frozen=True)
class Step:
    """One act: `title` and `role` are message ids; `actor` is a name, `on_behalf` whether an operator acted.

    `reason` is given where the chair did not sign off or the secretary set a rule aside, `dictation` where somebody
    dictated.
    """

    happened_at: datetime
    title: str
    role: str
    actor: str
    on_behalf: bool
    reason: str = ""
    dictation: Dictation | None = None


def steps(application: Application) -> list[Step]:
    """The acts in the order they happened."""
    query = (
        db.select(AuditEvent)
        .where(AuditEvent.subject == f"applications:{application.id}", AuditEvent.action.in_(SHOWN))
        .options(
            db.joinedload(AuditEvent.actor),
            db.joinedload(AuditEvent.dictation).options(
                db.joinedload(Dictation.dictated_by), db.joinedload(Dictation.confirmed_by)
            ),
        )
        .order_by(AuditEvent.id)
    )
    return [
        Step(
            one.happened_at,
            *SHOWN[one.action],
            actor=one.actor.display_name if one.actor else "",
            on_behalf=one.on_behalf_of_id is not None,
            dictation=one.dictation,
            reason=_reason(one),
        )
        for one in db.session.scalars(query)
    ]


def _reason(event: AuditEvent) -> str:
    if event.action == "application.decline":
        return str(json.loads(event.details)["reason"])
    if event.action != "application.screen":
        return ""
    aside = [(one["rule"], one["reason"]) for one in json.loads(event.details).get("overrides") or ()]
    return " ".join(gettext("Set aside: “%(rule)s” %(reason)s", rule=gettext(rule), reason=why) for rule, why in aside)
