"""One tranche's way: requested, prepared and approved by two people, released, confirmed, accounted for."""

from datetime import datetime
from random import Random

from app.clock import bishkek_day
from app.localisation import date_text, money, use_locale
from app.services import associations, tranche_receipts, tranches
from app.services.actors import Actor
from models.grants import Tranche
from seeds import expenditures, papers, payment_batches
from seeds.agenda import Chapter, later
from seeds.programme import Programme

FEE = 15_000
"""What the bank keeps of a transfer, in tyiyn."""
FEE_WHY = "Банк которуу үчүн 150 сом кармап калды."
STEPS = ("requested", "prepared", "approved", "released", "confirmed", "accounted")
RETURNS = {
    "ky": "Банк акчаны кайтарды: эсеп ээсинин аталышы келишимдегидей эмес.",
    "ru": "Банк вернул деньги: наименование владельца счёта не совпадает с соглашением.",
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
            _confirm(programme, tranche, actor, chance, now)
        if step == stop:
            return now
    return now


def _confirm(programme: Programme, tranche: Tranche, actor: Actor, chance: Random, now: datetime) -> None:
    """A chair with an account confirms on the screen; of the others the centre scans the signed slip."""
    day = bishkek_day(now)
    if actor.on_behalf_of is None:
        tranche_receipts.confirm(tranche, received=tranche.amount, received_on=day, actor=actor, now=now)
        return
    fee = FEE if tranche.sequence == 1 else 0
    with use_locale("ky"):
        lines = [
            f"{tranche.grant.number}, {tranche.sequence}-транш",
            f"Келди: {money(tranche.amount - fee)}",
            f"Күнү: {date_text(day)}",
        ]
    tranche_receipts.record_slip(
        tranche,
        signer=associations.chair_name(tranche.grant.association),
        received=tranche.amount - fee,
        received_on=day,
        reason=FEE_WHY if fee else "",
        upload=papers.slip(f"{tranche.grant.number}-{tranche.sequence}.jpg", lines, chance),
        storage=programme.storage,
        actor=actor,
        now=now,
    )
