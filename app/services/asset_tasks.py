"""What waits about assets: to be entered by the association, to be confirmed by finance."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, current_locale
from app.services import assets, conflicts
from app.services.desk_tasks import Task
from models.grants import Grant
from models.users import Role, User

CONFIRM_WITHIN = timedelta(days=14)


def applicant(association_ids: Any) -> Iterable[Task]:
    """Grants of these associations (a SELECT of ids) with equipment that is not in the register."""
    for grant in assets.to_enter(association_ids):
        yield Task(
            N_("Enter what was bought in the asset register"), _subject(grant), "assets.index", {"grant_id": grant.id}
        )


def of(user: User) -> list[Task]:
    """Things to be confirmed by finance, the oldest first; nothing that this person may not confirm."""
    if not user.has_role(Role.FINANCE):
        return []
    return [
        Task(
            N_("Confirm what stands in the asset register"),
            f"{one.name} · {one.grant.association.name(current_locale())}",
            "assets.show",
            {"asset_id": one.id},
            bishkek_day(one.recorded_at + CONFIRM_WITHIN),
        )
        for one in assets.waiting(conflicts.ties_of(user))
        if one.recorded_by_id != user.id
    ]


def _subject(grant: Grant) -> str:
    return f"{grant.number} · {grant.association.name(current_locale())}"
