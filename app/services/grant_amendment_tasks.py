"""What waits for somebody about changes of agreements: those they may decide about."""

from app.clock import bishkek_day
from app.localisation import N_, current_locale
from app.services import conflicts, grant_amendments
from app.services.desk_tasks import Task
from models.users import Role, User


def of(user: User) -> list[Task]:
    """Changes to be decided about, the oldest first; nothing of grants the person has a tie to."""
    if not user.has_role(Role.FINANCE, *grant_amendments.OVER_LIMIT):
        return []
    return [
        Task(
            N_("Decide about a change of the agreement"),
            f"{one.grant.number} · {one.grant.association.name(current_locale())}",
            "grant_amendments.show",
            {"amendment_id": one.id},
            bishkek_day(one.proposed_at),
        )
        for one in grant_amendments.waiting_for(user, conflicts.ties_of(user))
    ]
