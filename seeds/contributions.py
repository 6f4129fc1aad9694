"""Co-investment of the demonstration: receipts of migrants' money, the village's cash, goods and labour."""

from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from random import Random

from app.services import applications, channels, contributions, documents, valuations
from app.services.valuations import Giver, Value, Valuer
from models.applications import BudgetLine, Payer
from models.channels import Channel
from models.contributions import Check, Contribution, ContributionKind, ContributionStatus
from models.documents import DocumentKind
from models.grants import Grant
from models.pledges import Pledge
from models.valuations import GivenKind
from seeds import papers
from seeds.agenda import Chapter, Story, later
from seeds.content import by_key, pick
from seeds.programme import Programme

CHANNELS = {"bank": "bank", "mts": "money_transfer", "wallet": "mobile_wallet"}
"""Codes by the ending of the key in misc.json; an "app" is a wallet, declared cash crosses the border."""
DAY_OF_LABOUR = "A day of labour, ashar"
VALUERS = {
    "ky": {
        GivenKind.LABOUR: ("Осмонов Таалай", "Куруучу уста"),
        GivenKind.LAND_USE: ("Касымова Бактыгүл", "Айыл өкмөтүнүн жер боюнча адиси"),
    },
    "ru": {
        GivenKind.LABOUR: ("Осмонов Таалай", "Мастер-строитель"),
        GivenKind.LAND_USE: ("Касымова Бактыгуль", "Специалист айыл окмоту по земле"),
    },
}
REFUSED_EVERY, REVERSED_EVERY = 6, 8
WRONG_BY = 10  # a zero too many
RECENT_DAYS = 6


def of_the_village(programme: Programme, grant: Grant, chance: Random, begin: datetime) -> Chapter:
    """Cash collected in the village and goods given, recorded and verified."""
    now = yield begin
    recorded = []
    if amount := grant.application.amount_paid_by(Payer.COMMUNITY):
        recorded.append(_record(programme, grant, ContributionKind.COMMUNITY_CASH, None, amount, chance, now))
    for line in grant.application.budget_lines:
        if line.payer is Payer.IN_KIND:
            recorded.append(_given(programme, grant, line, chance, now))
    now = yield later(now, 2, chance)
    for contribution in recorded:
        _verify(programme, contribution, now)
    return now


def for_tranche(programme: Programme, grant: Grant, sequence: int, chance: Random, begin: datetime) -> Chapter:
    """The money of the pledge that stands for tranche `sequence` arrives, in one sum or in two, and is verified."""
    now = yield begin
    pledge = applications.pledges_of(grant.application)[sequence - 1]
    parts = _parts(pledge, chance)
    if sequence == 1 and grant.id % REVERSED_EVERY == 4:
        now = yield from _typed_wrong(programme, grant, pledge, parts[0], chance, now)
    recorded = []
    for part in parts:
        recorded.append(_record(programme, grant, ContributionKind.REMITTANCE, pledge, part, chance, now))
        now = yield later(now, 0, chance)
    now = yield later(now, 2, chance)
    for contribution in recorded:
        _verify(programme, contribution, now)
    if sequence == 1 and grant.id % REFUSED_EVERY == 2:
        _refused(programme, grant, pledge, chance, now)
    return now


def waiting(programme: Programme, grant: Grant, chance: Random) -> Story:
    """The first money has come, and as much again a day later; both wait to be verified."""
    now = yield later(programme.calendar.until - timedelta(days=RECENT_DAYS), 1, chance)
    pledge = applications.pledges_of(grant.application)[0]
    first = _record(programme, grant, ContributionKind.REMITTANCE, pledge, _parts(pledge, chance)[0], chance, now)
    now = yield later(now, 1, chance)  # as much again from the same sender: is it the same receipt? Somebody looks
    _record(programme, grant, ContributionKind.REMITTANCE, pledge, first.amount, chance, now)


def too_little(programme: Programme, grant: Grant, chance: Random) -> Story:
    """Half of the first pledge is verified: not enough for the first tranche; another receipt waits."""
    now = yield later(programme.calendar.until - timedelta(days=RECENT_DAYS + 5), 1, chance)
    first, second, *_rest = applications.pledges_of(grant.application)
    contribution = _record(programme, grant, ContributionKind.REMITTANCE, first, first.amount // 2, chance, now)
    now = yield later(now, 2, chance)
    _verify(programme, contribution, now)
    now = yield later(now, 1, chance)
    _record(programme, grant, ContributionKind.REMITTANCE, second, second.amount // 3, chance, now)


GONE = {
    "ky": "Айыл чогулткан акча мектептин чатырына жумшалган: долбоордо ал жок.",
    "ru": "Собранные селом деньги ушли на крышу школы: в проекте их нет.",
}


def cash_is_gone(programme: Programme, grant: Grant, now: datetime) -> None:
    """What the village had collected went elsewhere: it does not count any more."""
    for one in contributions.of_grant(grant):
        if one.kind is ContributionKind.COMMUNITY_CASH and one.status is ContributionStatus.VERIFIED:
            reason = GONE[grant.application.language]
            contributions.reverse(one, reason=reason, actor=programme.as_staff("finance1"), now=now)


def _parts(pledge: Pledge, chance: Random) -> list[int]:
    """What a migrant sends on a pledge, in one or two sums, a little above it so that the rate may move."""
    step = 10 ** max(0, len(str(pledge.amount)) - 3)
    more = Decimal(pledge.amount) * chance.choice((103, 104, 105)) / 100 / step
    whole = int(more.to_integral_value(ROUND_CEILING)) * step
    if chance.random() < 0.4:
        return [whole]
    first = whole * 3 // 5 // step * step
    return [first, whole - first]


def _record(
    programme: Programme,
    grant: Grant,
    kind: ContributionKind,
    pledge: Pledge | None,
    amount: int,
    chance: Random,
    now: datetime,
    reference: str = "",
) -> Contribution:
    """Record a sum with its evidence."""
    actor, association = programme.actor_for(grant.association), grant.association
    channel, sender, country, currency = None, association.name_ky, "KG", "KGS"
    if pledge is not None:
        sender, country, currency = pledge.remitter_name, pledge.country, pledge.currency
        channel, pattern = _channel(programme, pledge, chance)
        reference = reference or "".join(str(chance.randrange(10)) if sign == "#" else sign for sign in pattern)
    sent_on = now.date() - timedelta(days=chance.randint(0, 3))
    contribution = contributions.record(
        grant,
        kind,
        channel=channel,
        reference=reference,
        sender_name=sender,
        sender_country=country,
        sent_on=sent_on,
        currency=currency,
        amount=amount,
        pledge=pledge,
        actor=actor,
        now=now,
    )
    shown = amount if currency == "KRW" else Decimal(amount) / 100
    lines = [f"{sent_on:%d.%m.%Y}", f"{shown} {currency}", sender[:34], reference, grant.number]
    upload = papers.slip(f"kvitanciya-{contribution.id}.jpg", lines, chance)
    documents.attach(contribution, DocumentKind.RECEIPT, upload, storage=programme.storage, actor=actor, now=now)
    return contribution


def _given(programme: Programme, grant: Grant, line: BudgetLine, chance: Random, now: datetime) -> Contribution:
    """What a budget line says is given, at its rate of the price list, with a photo."""
    actor, association = programme.actor_for(grant.association), grant.association
    rates = {one.id: one for one in valuations.offered(grant, grant.application.language, now=now)}
    rate = rates[line.price_id or 0]
    given = GivenKind.LABOUR if rate.name_en == DAY_OF_LABOUR else GivenKind.LAND_USE
    valuation = valuations.record(
        grant,
        Value(given, line.quantity, rate, what=line.item),
        Giver(association.name_ky, "KG", now.date() - timedelta(days=chance.randint(0, 3))),
        Valuer(*VALUERS[grant.application.language][given]),
        actor=actor,
        now=now,
    )
    photo = papers.photo(f"salym-{valuation.contribution_id}.jpg", chance)
    valuations.attach_photo(valuation.contribution, photo, storage=programme.storage, actor=actor, now=now)
    return valuation.contribution


def _channel(programme: Programme, pledge: Pledge, chance: Random) -> tuple[Channel | None, str]:
    """How money of a pledge travels: the channel and the pattern of its references."""
    fitting = [
        one
        for one in programme.content.misc["channels"]
        if pledge.country in one["countries"] and one["currency"] == pledge.currency
    ]
    row = pick(chance, fitting)
    is_cash, ending = row["key"].startswith("cash"), row["key"].split("_")[-1]
    code = "customs_cash" if is_cash else CHANNELS.get(ending, "mobile_wallet")
    return channels.of_code(code), row["reference_pattern"]


def _verify(programme: Programme, contribution: Contribution, now: datetime) -> None:
    officer = programme.as_staff("monitoring1" if contribution.id % 2 else "monitoring2")
    contributions.verify(contribution, checks=list(Check), actor=officer, now=now)


def _typed_wrong(
    programme: Programme, grant: Grant, pledge: Pledge, amount: int, chance: Random, now: datetime
) -> Chapter:
    """A sum with a zero too many is verified, found and reversed; the right one is entered anew."""
    kind = ContributionKind.REMITTANCE
    contribution = _record(programme, grant, kind, pledge, amount * WRONG_BY, chance, now)
    now = yield later(now, 1, chance)
    _verify(programme, contribution, now)
    now = yield later(now, 1, chance)
    reason = by_key(programme.content.misc["reversals"], "typed_wrong")["text"][grant.application.language]
    contributions.reverse(contribution, reason=reason, actor=programme.as_staff("finance2"), now=now)
    now = yield later(now, 1, chance)
    return now


def _refused(programme: Programme, grant: Grant, pledge: Pledge, chance: Random, now: datetime) -> None:
    """A receipt that cannot be read is refused."""
    contribution = _record(programme, grant, ContributionKind.REMITTANCE, pledge, pledge.amount // 4, chance, now)
    reason = by_key(programme.content.misc["receipt_refusals"], "unreadable")["text"][grant.application.language]
    contributions.refuse(contribution, reason=reason, actor=programme.as_staff("monitoring2"), now=now)
