"""What waits for finance about purchases: exceptions somebody asked for."""

from app.clock import bishkek_day
from app.localisation import N_, current_locale
from app.services import conflicts, purchases
from app.services.desk_tasks import Task
from models.users import Role, User


def of(user: User) -> list[Task]:
    """Exceptions to be decided about, the oldest first; nothing that this person may not decide about."""
    if not user.has_role(Role.FINANCE):
        return []
    return [
        Task(
            N_("Decide about a purchase without three quotations"),
            f"{one.grant.number} · {one.grant.association.name(current_locale())}",
            "purchases.show",
            {"purchase_id": one.id},
            bishkek_day(one.asked_at) if one.asked_at else None,
        )
        for one in purchases.waiting(conflicts.ties_of(user))
        if one.asked_by_id != user.id
    ]
