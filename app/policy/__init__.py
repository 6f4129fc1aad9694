"""The one permission table: who may do what (`GRANTS`), over which rows (`Scope`), and which rows they see (`visible`).

Roles and what they may do: domain.md section 2. Separations of duty that hold for everybody (preparer and
approver, recorder and verifier, declared interests) are enforced by the services.
"""

from app.policy.permissions import (
    FRESH,
    GRANTS,
    Allowed,
    Permission,
    Refused,
    Scope,
    application_of,
    association_of,
    may,
)
from app.policy.rows import find, visible

__all__ = [
    "FRESH",
    "GRANTS",
    "Allowed",
    "Permission",
    "Refused",
    "Scope",
    "application_of",
    "association_of",
    "find",
    "may",
    "visible",
]
