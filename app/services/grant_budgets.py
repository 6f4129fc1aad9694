"""The budget of a grant that is in force: the plan of the application with every approved shift. Amounts in tyiyn.

Everything that asks what may be spent on a line asks here, and nothing else.
"""

from collections.abc import Mapping, Sequence

from models.applications import BudgetLine
from models.base import db
from models.grant_amendments import GrantAmendment, GrantAmendmentKind, GrantAmendmentStatus
from models.grants import Grant

_SHIFTS = (  # made once: every page of a grant asks it
    db.select(GrantAmendment)
    .where(
        GrantAmendment.grant_id == db.bindparam("grant_id"),
        GrantAmendment.kind == GrantAmendmentKind.SHIFT,
        GrantAmendment.status == GrantAmendmentStatus.APPROVED,
    )
    .order_by(GrantAmendment.sequence)
)


def shifts(grant: Grant) -> list[GrantAmendment]:
    """The approved ones, the first one first."""
    return list(db.session.scalars(_SHIFTS, {"grant_id": grant.id}))


def in_force(grant: Grant, *, also: Sequence[GrantAmendment] = ()) -> Mapping[int, int]:
    """{id of a budget line: what is planned on it now}; `also` are shifts that are just being approved."""
    amounts = {line.id: line.amount for line in grant.application.budget_lines}
    for one in (*shifts(grant), *also):
        amounts |= {change["line"]: change["after"] for change in one.lines}
    return amounts


def planned(grant: Grant, line: BudgetLine) -> int:
    """What is planned on one line now."""
    return in_force(grant)[line.id]
