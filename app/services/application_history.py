"""What happened to an application, for its readers: acts of the applicant and of the secretary, never of reviewers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.localisation import N_, gettext
from app.services import audit
from models.applications import Application
from models.audit import AuditEvent
from models.base import db
from models.dictations import Dictation
from models.people import Person
from models.users import User

APPLICANT, SECRETARY = N_("Association or operator"), N_("Council secretary")
SHOWN: Mapping[str, tuple[str, str]] = {
    "application.create": (N_("Draft started"), APPLICANT),
    "application.sign_off": (N_("Signed off by the association"), APPLICANT),
    "application.decline": (N_("Not signed off by the chair"), APPLICANT),
    "application.reopen": (N_("Opened again for changes"), APPLICANT),
    "application.submit": (N_("Submitted"), APPLICANT),
    "application.screen": (N_("Screened"), SECRETARY),
    "application.decide_anew": (N_("Back before the Council after an upheld appeal"), SECRETARY),
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


_ACTS = (  # made once: every page of an application asks it
    db.select(
        AuditEvent.happened_at,
        AuditEvent.action,
        AuditEvent.details,
        AuditEvent.on_behalf_of_id,
        AuditEvent.dictation_id,
        Person.full_name,
    )
    .outerjoin(User, User.id == AuditEvent.actor_id)
    .outerjoin(Person, Person.id == User.person_id)
    .where(AuditEvent.subject == db.bindparam("subject"), AuditEvent.action.in_(SHOWN))
    .order_by(AuditEvent.id)
)


def steps(application: Application, dictations: Iterable[Dictation] = ()) -> list[Step]:
    """The acts in the order they happened; `dictations` are those of the application its reader may know of."""
    known = {one.id: one for one in dictations}
    return [
        Step(
            happened_at,
            *SHOWN[action],
            actor=name or "",
            on_behalf=on_behalf_of_id is not None,
            dictation=known.get(dictation_id),
            reason=_reason(action, details),
        )
        for happened_at, action, details, on_behalf_of_id, dictation_id, name in db.session.execute(
            _ACTS, {"subject": audit.subject_of(application)}
        )
    ]


def _reason(action: str, details: str) -> str:
    if action == "application.decline":
        return str(json.loads(details)["reason"])
    if action != "application.screen":
        return ""
    aside = [(one["rule"], one["reason"]) for one in json.loads(details).get("overrides") or ()]
    return " ".join(gettext("Set aside: “%(rule)s” %(reason)s", rule=gettext(rule), reason=why) for rule, why in aside)
