"""The first steps of a programme: what has to be there before an association can apply, in the order it is made."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.localisation import N_, LazyText, lazy
from models.associations import Association
from models.audit import AuditEvent
from models.base import db
from models.calls import Call, CallStatus
from models.centres import Centre
from models.funds import Fund, FundInstalment
from models.places import AyilOkmotu, Village
from models.users import Role, RoleAssignment, User

NEEDED: Mapping[Role, int] = {
    Role.OPERATOR: 1,
    Role.SECRETARY: 1,
    Role.COUNCIL_CHAIR: 1,
    Role.REVIEWER: 2,
    Role.FINANCE: 2,
    Role.MONITOR: 1,
}
"""The fewest people a programme works with: two review an application, two stand for each payment (domain.md 4, 5)."""


@dataclass(frozen=True)
class FirstStep:
    """One thing to be made: what it is, how far it is, who makes it and on which page (None: not on a page).

    `missing` says, for the people of a programme, how many are still without an account in each role.
    """

    text: str
    hint: LazyText
    is_done: bool
    who: Role
    endpoint: str | None = None
    missing: Mapping[Role, int] = field(default_factory=dict)


def all_of_them() -> list[FirstStep]:
    """Every step in order, done or not."""
    missing = missing_roles()
    return [
        _places(),
        FirstStep(
            N_("Resource centres"),
            lazy(N_("One in each ayil aymak. Registered so far: %(count)s."), count=_count(Centre)),
            _is_there(db.select(Centre.id)),
            Role.ADMINISTRATOR,
            "centres.index",
        ),
        FirstStep(
            N_("Associations"),
            lazy(
                N_("Of the villages and, over them, of the ayil aymaks. Registered so far: %(count)s."),
                count=_count(Association, ~Association.is_test),
            ),
            _is_there(db.select(Association.id).where(~Association.is_test)),
            Role.ADMINISTRATOR,
            "associations.index",
        ),
        FirstStep(
            N_("People"),
            lazy(N_("An account for everybody who works in the programme.")),
            not missing,
            Role.ADMINISTRATOR,
            "users.index",
            missing,
        ),
        FirstStep(
            N_("Donor and fund"),
            lazy(
                N_("The donor first, then the fund with its agreement. Entered so far: %(count)s."), count=_count(Fund)
            ),
            _is_there(db.select(Fund.id)),
            Role.FINANCE,
            "funds.index",
        ),
        FirstStep(
            N_("First instalment"),
            lazy(N_("A call opens once the fund holds its budget. Foreign money needs an approved rate of the day.")),
            _is_there(db.select(FundInstalment.id)),
            Role.FINANCE,
            "funds.index",
        ),
        FirstStep(
            N_("Call"),
            lazy(N_("Prepared on the fund, looked through, opened: then associations can apply.")),
            _is_there(db.select(Call.id).where(Call.status.in_([CallStatus.OPEN, CallStatus.DECIDED]))),
            Role.SECRETARY,
            "calls.index",
        ),
    ]


def missing_roles() -> dict[Role, int]:
    """{role: how many people are still missing} with an account that can sign in."""
    query = (
        db.select(RoleAssignment.role, db.func.count(db.distinct(RoleAssignment.user_id)))
        .join(User, User.id == RoleAssignment.user_id)
        .where(RoleAssignment.ended_at.is_(None), User.disabled_at.is_(None))
        .group_by(RoleAssignment.role)
    )
    held = Counter({role: int(count) for role, count in db.session.execute(query)})
    return {role: number - held[role] for role, number in NEEDED.items() if held[role] < number}


def _places() -> FirstStep:
    """The list that comes with the program is a demonstration's: the step is done once it is replaced or used."""
    imported = db.select(AuditEvent.id).where(AuditEvent.action == "places.import")
    return FirstStep(
        N_("Places"),
        lazy(
            N_(
                "In the list now: ayil aymaks %(ayil_okmotus)s, villages %(villages)s. "
                "A programme's own list is imported from a CSV file with the command flask import-places."
            ),
            ayil_okmotus=_count(AyilOkmotu),
            villages=_count(Village),
        ),
        _is_there(imported) or _is_there(db.select(Centre.id)),
        Role.ADMINISTRATOR,
    )


def _count(table: type[Any], *conditions: Any) -> int:
    return int(db.session.scalar(db.select(db.func.count()).select_from(table).where(*conditions)) or 0)


def _is_there(query: Any) -> bool:
    return db.session.scalar(query.limit(1)) is not None
