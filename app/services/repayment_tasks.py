"""What waits for finance about money paid back: repayments another officer recorded."""

from app.clock import bishkek_day
from app.localisation import N_, current_locale
from app.services import conflicts, repayments
from app.services.desk_tasks import ANSWER_WITHIN, Task
from models.users import User


def finance(user: User) -> list[Task]:
    """Those to be confirmed, the oldest first; nothing of grants the person has a tie to."""
    return [
        Task(
            N_("Confirm that money came back"),
            f"{one.grant.number} · {one.grant.association.name(current_locale())}",
            "repayments.confirm",
            {"grant_id": one.grant_id, "repayment_id": one.id},
            bishkek_day(one.recorded_at + ANSWER_WITHIN),
        )
        for one in repayments.waiting_for(user, conflicts.ties_of(user))
    ]
