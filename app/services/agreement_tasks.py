"""What waits for somebody about agreements: the chair's signature, then the programme's; or paper to be entered."""

from collections.abc import Iterable
from typing import Any

from app.localisation import N_, current_locale
from app.services import agreement_signatures, conflicts
from app.services.associations import is_chair
from app.services.desk_tasks import Task, planned_for
from models.agreement_signatures import AgreementSignature
from models.agreements import Agreement
from models.base import db, written_out
from models.grants import RUNNING, Grant, GrantStatus
from models.users import Role, User

MOST = 60
_NEWEST = db.aliased(Agreement)
_LAST = db.select(db.func.max(_NEWEST.sequence)).where(_NEWEST.grant_id == Grant.id).correlate(Grant).scalar_subquery()
_SIGNED = (
    db.select(AgreementSignature.id)
    .join(Agreement, Agreement.id == AgreementSignature.agreement_id)
    .where(Agreement.grant_id == Grant.id, Agreement.sequence == _LAST)
    .correlate(Grant)
    .exists()
)
"""Whether somebody has signed the newest version."""
_OPEN = written_out(Grant.status, GrantStatus.ACCEPTED) | Grant.change_unsigned
"""As the index of these few grants says it."""
_DUE = (Grant.status == GrantStatus.ACCEPTED) | (Grant.status.in_(RUNNING) & Grant.change_unsigned)


def of(user: User) -> list[Task]:
    """To be signed by the chair of an association, else entered from paper by finance; to be countersigned after it.

    That is the agreement of an accepted grant, and each change of one that runs.
    """
    found: list[Task] = []
    if user.association_ids:
        own = [one for one in _waiting(~_SIGNED, Grant.association_id.in_(user.association_ids)) if _chairs(user, one)]
        found += _tasks(N_("Sign the agreement"), own)
    if user.has_role(Role.SECRETARY):
        free = conflicts.ties_of(user).free(Grant.association_id, Grant.application_id)
        signed = [one for one in _waiting(_SIGNED, *free) if agreement_signatures.obstacle(one, user) is None]
        found += _tasks(N_("Countersign the agreement"), signed)
    if user.has_role(Role.FINANCE):
        unsigned = [one for one in _waiting(~_SIGNED) if agreement_signatures.paper_obstacle(one, user) is None]
        found += _tasks(N_("Enter the signed agreement"), unsigned)
    return found


def _chairs(user: User, grant: Grant) -> bool:
    return is_chair(grant.association, user.person)


def _waiting(*conditions: Any) -> list[Grant]:
    query = db.select(Grant).where(_OPEN, _DUE, *conditions).order_by(Grant.id).limit(MOST)
    return list(db.session.scalars(query.options(db.joinedload(Grant.association))))


def _tasks(text: str, grants: Iterable[Grant]) -> list[Task]:
    return [
        Task(
            text,
            f"{one.number} · {one.association.name(current_locale())}",
            "grants.show",
            {"grant_id": one.id},
            None if one.change_unsigned else planned_for(one.starts_on, one.accepted_at),
        )
        for one in grants
    ]
