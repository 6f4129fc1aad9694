"""What waits for finance about exchange rates: those to approve, and the currencies that have none today."""

from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_, ngettext
from app.services import rate_lists
from app.services.desk_tasks import Task
from models.base import db
from models.rates import ExchangeRate
from models.users import User


def finance(user: User, now: datetime) -> list[Task]:
    """What `user` may approve, and what lacks today."""
    tasks, today = [], bishkek_day(now)
    waiting = db.select(db.func.count()).where(
        ExchangeRate.approved_at.is_(None),
        ExchangeRate.ended_at.is_(None),
        ExchangeRate.entered_by_id.is_(None) | (ExchangeRate.entered_by_id != user.id),
    )
    number = int(db.session.scalar(waiting) or 0)
    if number:
        about = ngettext("%(num)s rate", "%(num)s rates", number)
        tasks.append(Task(N_("Approve exchange rates"), about, "rates.index", {}, today))
    lacking = rate_lists.lacking(today)
    if lacking:
        tasks.append(Task(N_("Enter the rates that are missing today"), ", ".join(lacking), "rates.index", {}, today))
    return tasks
