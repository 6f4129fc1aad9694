"""What waits for somebody about overrides: those another person proposed and the rules let them approve."""

from app.clock import bishkek_day
from app.localisation import N_, current_locale
from app.services import conflicts, override_rules, overrides
from app.services.desk_tasks import Task
from models.users import User


def of(user: User) -> list[Task]:
    """Overrides to be decided about, the oldest first; nothing of grants the person has a tie to."""
    if not user.has_role(*override_rules.OFFICES):
        return []
    return [
        Task(
            N_("Decide about an override"),
            f"{one.grant.number} · {one.grant.association.name(current_locale())}",
            "tranches.show",
            {"tranche_id": one.tranche_id, "_anchor": "overrides"},
            bishkek_day(one.proposed_at),
        )
        for one in overrides.waiting_for(user, conflicts.ties_of(user))
    ]
