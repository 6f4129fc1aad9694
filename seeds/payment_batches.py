"""Payment lists of the demonstration: one the bank answers in two ways, and one whose payment comes back."""

from datetime import datetime
from random import Random

from app.clock import bishkek_day
from app.services import paying_accounts, payment_batches, tranches
from app.services.actors import Actor
from models.grants import Tranche
from models.payment_batches import PaymentBatch
from seeds.agenda import Chapter, Story, later
from seeds.programme import Programme

BANK, BANK_CODE = "Айыл Банк", "135001"
HOLDER = "Ашар программасы (көрсөтмө)"
UNPAID = {
    "ky": "Банк: эсеп ээсинин аталышы реестрдегидей эмес, төлөм аткарылган жок.",
    "ru": "Банк: наименование владельца счёта не совпадает с реестром, платёж не исполнен.",
}
LISTED_AGO = 3


def accounts(programme: Programme, now: datetime, chance: Random) -> Chapter:
    """One officer proposes the account each fund is paid from, the other one confirms it."""
    for number, fund in enumerate(programme.funds.values(), start=1):
        paying_accounts.propose(
            fund,
            bank=BANK,
            bank_code=BANK_CODE,
            number=f"{BANK_CODE}00000{number:05d}",
            holder=HOLDER,
            actor=programme.as_staff("finance1"),
            now=now,
        )
    now = yield later(now, 1, chance)
    for fund in programme.funds.values():
        account = next(one for one in paying_accounts.of_fund(fund) if one.is_open)
        paying_accounts.confirm(account, actor=programme.as_staff("finance2"), now=now)
    return now


def handed_over(chosen: list[Tranche], actor: Actor, now: datetime) -> PaymentBatch:
    """A list of these tranches, closed and with the bank."""
    fund = chosen[0].grant.fund
    batch = payment_batches.create(fund, chosen, pay_on=bishkek_day(now), actor=actor, now=now)
    payment_batches.close(batch, actor=actor, now=now)
    payment_batches.send(batch, actor=actor, now=now)
    return batch


def of_the_week(programme: Programme) -> Story:
    """What is approved by then goes to the bank, fund by fund; it pays what `programme.listed` names, not the rest.

    The rest is approved anew.
    """
    chance = programme.chance("payment lists")
    now = yield later(programme.agenda.until, -LISTED_AGO, chance)
    actor, waiting = programme.as_staff("finance1"), payment_batches.payable()
    funds = {one.grant.fund_id for one in waiting if one.id in programme.listed}
    batches = [handed_over([one for one in waiting if one.grant.fund_id == fund], actor, now) for fund in sorted(funds)]
    now, unpaid = (yield later(now, 1, chance)), []
    for batch in batches:
        for one in batch.payments:
            if one.tranche_id in programme.listed:
                confirm(programme, batch, one.tranche, now)
            else:
                reason = UNPAID[one.tranche.grant.application.language]
                payment_batches.fail(batch, one, reason=reason, actor=actor, now=now)
                unpaid.append(one.tranche)
    now = yield later(now, 0, chance)
    for tranche in unpaid:
        tranches.approve(tranche, actor=programme.as_staff("finance2"), now=now)


def confirm(programme: Programme, batch: PaymentBatch, tranche: Tranche, now: datetime) -> None:
    """The bank has paid this tranche."""
    payment_batches.confirm(
        batch,
        next(one for one in batch.payments if one.tranche_id == tranche.id),
        bank_reference=f"ПП-{now:%y}-{programme.number('bank order'):05d}",
        value_on=bishkek_day(now),
        actor=programme.as_staff("finance1"),
        now=now,
    )
