"""Roles that nobody holds together, so that who asks for money never judges, verifies or pays it."""

from app.localisation import N_
from app.services.errors import SeparationOfDutyError
from models.users import Role, User

OFFICES = (Role.SECRETARY, Role.COUNCIL_CHAIR, Role.FINANCE, Role.MONITOR)
APPLICANTS = (Role.MEMBER, Role.OPERATOR)
APART: tuple[frozenset[Role], ...] = (
    frozenset({Role.SECRETARY, Role.REVIEWER}),  # the secretary never scores
    frozenset({Role.SECRETARY, Role.COUNCIL_CHAIR}),  # one writes the protocol, the other signs it
    frozenset({Role.SECRETARY, Role.FINANCE}),
    frozenset({Role.COUNCIL_CHAIR, Role.REVIEWER}),  # the chair reads every score before the decision
    frozenset({Role.FINANCE, Role.MONITOR}),  # who verifies does not pay
    *(frozenset({office, applicant}) for office in OFFICES for applicant in APPLICANTS),
    *(frozenset({Role.ADMINISTRATOR, office}) for office in (*OFFICES, Role.REVIEWER)),
    *(frozenset({Role.DONOR, other}) for other in Role if other is not Role.DONOR),
)
"""Pairs of roles nobody holds together (domain.md section 2)."""


def must_go_together(user: User, role: Role) -> None:
    """Raises `SeparationOfDutyError` when `user` holds a role that is kept apart from `role`."""
    if any(frozenset({role, held}) in APART for held in user.roles if held is not role):
        raise SeparationOfDutyError(N_("The person holds a role that goes not together with this one."), field="role")
