"""What waits for somebody about receipts of tranches: to be confirmed, to be asked for, to be looked into."""

from collections.abc import Iterable
from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_, current_locale
from app.services import tranche_receipts
from app.services.desk_tasks import ANSWER_WITHIN, Task
from models.grants import Tranche


def applicant(tranche: Tranche, subject: str, now: datetime) -> Task:
    """For the association and its centre, from the day the money was sent."""
    until = (tranche.released_at or now) + tranche_receipts.CONFIRM_WITHIN
    text = N_("Confirm that the money arrived") if now < until else N_("Two weeks over: confirm that the money arrived")
    return Task(text, subject, "tranches.show", {"tranche_id": tranche.id}, bishkek_day(until))


def finance(now: datetime) -> Iterable[Task]:
    """Payments nobody confirmed within two weeks, and those of which more than a fee is missing."""
    for one in tranche_receipts.overdue(now):
        until = bishkek_day((one.released_at or now) + tranche_receipts.CONFIRM_WITHIN)
        yield Task(N_("Ask whether the money arrived"), _named(one), "tranches.show", {"tranche_id": one.id}, until)
    for receipt in tranche_receipts.unseen():
        where = {"tranche_id": receipt.tranche_id}
        until = bishkek_day(receipt.recorded_at + ANSWER_WITHIN)
        yield Task(N_("Less came than was sent: look into it"), _named(receipt.tranche), "tranches.show", where, until)


def _named(tranche: Tranche) -> str:
    return f"{tranche.grant.number} · {tranche.grant.association.name(current_locale())}"
