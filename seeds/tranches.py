"""One tranche's way: requested, prepared and approved by two people, released, confirmed, accounted for."""

from datetime import datetime
from random import Random

from app.services import tranches
from models.grants import Tranche
from seeds import expenditures, payment_batches
from seeds.agenda import Chapter, later
from seeds.programme import Programme

STEPS = ("requested", "prepared", "approved", "released", "confirmed", "accounted")
RETURNS = {
    "ky": "Банк акчаны кайтарды: эсеп ээсинин аталышы келишимдегидей эмес.",
    "ru": "Банк вернул деньги: наименование владельца счёта не совпадает с договором.",
}


def cycle(
    programme: Programme, tranche: Tranche, stop: str, chance: Random, now: datetime, *, is_part: bool = False
) -> Chapter:
    """Walk the tranche up to the step `stop` ("returned" stands beside "confirmed"); `is_part` as for spending."""
    association, actor = tranche.grant.association, programme.actor_for(tranche.grant.association)
    preparer, approver = programme.as_staff("finance1"), programme.as_staff("finance2")
    for step in STEPS:
        if step == "accounted":
            return (yield from expenditures.account_for(programme, tranche, chance, now, is_part=is_part))
        now = yield later(now, chance.randint(1, 2) if step == "confirmed" else 1, chance)
        if step == "requested":
            tranches.request(tranche, actor=programme.actor_for(association), now=now)
        elif step == "prepared":
            tranches.prepare(tranche, actor=preparer, now=now)
        elif step == "approved":
            tranches.approve(tranche, actor=approver, now=now)
        elif step == "released" and stop == "released":
            programme.listed.add(tranche.id)  # the list of the week pays it
            return now
        elif step == "released" and stop == "returned":
            batch = payment_batches.handed_over([tranche], preparer, now)
            now = yield later(now, 1, chance)
            payment_batches.confirm(programme, batch, tranche, now)
        elif step == "released":
            reference = f"ПП-{now:%y}-{programme.number('bank order'):05d}"
            tranches.release(tranche, bank_reference=reference, value_on=now.date(), actor=preparer, now=now)
        elif stop == "returned":
            tranches.return_(tranche, reason=RETURNS[tranche.grant.application.language], actor=preparer, now=now)
            return now
        else:
            tranches.confirm(tranche, actor=actor, now=now)
        if step == stop:
            return now
    return now
