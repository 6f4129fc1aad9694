"""Contributions: recorded with evidence, verified or refused by a second person, reversed by new rows."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path

from app.clock import bishkek_day
from app.labels import faults_of
from app.localisation import N_, Money, shown
from app.services import (
    associations,
    audit,
    documents,
    grants,
    ledger,
    match,
    notifications,
    rates,
    remitters,
    verified_co_investments,
)
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.documents import Upload
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
    refuse_all,
)
from app.services.match import Verified
from app.services.references import reference_key
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.base import BASE_CURRENCY, db, lock
from models.channels import Channel
from models.contributions import Check, Contribution, ContributionKind, ContributionStatus
from models.documents import Document, DocumentKind
from models.grants import Grant, GrantStatus
from models.ledger import AccountKind, EventKind
from models.pledges import Pledge, PledgeStatus
from models.remitters import Remitter
from models.users import Role
from models.valuations import Valuation

C = ContributionStatus
TRANSITIONS: Mapping[tuple[ContributionStatus, str], Transition] = {
    (C.RECORDED, "verify"): Transition(
        C.VERIFIED, N_("Monitoring officer"), N_("not who recorded it; evidence attached")
    ),
    (C.RECORDED, "refuse"): Transition(C.REFUSED, N_("Monitoring officer"), N_("reason given")),
    (C.VERIFIED, "reverse"): Transition(C.REVERSED, N_("Finance officer"), N_("reason given; money not yet spent")),
}
OLDEST_EVIDENCE = timedelta(days=5 * 365 + 1)
ACCOUNTS = {
    ContributionKind.REMITTANCE: (AccountKind.REMITTER, AccountKind.CO_INVESTMENT),
    ContributionKind.COMMUNITY_CASH: (AccountKind.COMMUNITY, AccountKind.CO_INVESTMENT),
    ContributionKind.IN_KIND: (AccountKind.IN_KIND_GIVEN, AccountKind.IN_KIND_HELD),
}


def record(
    grant: Grant,
    kind: ContributionKind,
    *,
    channel: Channel | None,
    reference: str,
    sender_name: str,
    sender_country: str,
    sent_on: date,
    currency: str,
    amount: int,
    pledge: Pledge | None,
    remitter: Remitter | None = None,
    is_another: bool = True,
    receiver_name: str = "",
    received_on: date | None = None,
    fee: int = 0,
    actor: Actor,
    now: datetime,
) -> Contribution:
    """Record money or goods that came; `amount` in minor units, valued at the rate of the day it was sent.

    It is the money of who made the `pledge`, else of the `remitter`, else of the sender (see `remitters.whose`).
    The `fee` the channel took stands beside the amount and does not count. Goods and labour come by `valuations`.
    Raises `AlreadyUsedError` when this channel's reference has been recorded anywhere in the programme.
    """
    lock(grant)
    if not takes_contributions(grant):
        raise DomainError(N_("Contributions are recorded once the grant is accepted and while it runs."))
    is_remittance = kind is ContributionKind.REMITTANCE
    refuse_all(
        chain(
            _wrong_figures(sent_on, received_on, amount, fee, bishkek_day(now)),
            _wrong_receipt(channel, reference) if is_remittance else _wrong_cash(currency),
        )
    )
    key = _new_key(channel, reference) if is_remittance and channel else None
    if pledge is not None and pledge.application_id != grant.application_id:
        raise DomainError(N_("The pledge belongs to another application."), field="pledge")
    rate, amount_kgs = rates.value_for_village(amount, currency, sent_on)
    sender = (sender_name, sender_country)
    owner = remitters.whose(grant, kind, pledge, remitter, sender=sender, is_another=is_another, actor=actor, now=now)
    contribution = Contribution(
        grant=grant,
        pledge=pledge,
        remitter=owner,
        kind=kind,
        channel=channel if kind is ContributionKind.REMITTANCE else None,
        reference=reference.strip() if key else "",
        reference_key=key,
        sender_name=sender_name.strip(),
        sender_country=sender_country,
        receiver_name=receiver_name.strip(),
        sent_on=sent_on,
        received_on=received_on,
        currency=currency,
        amount=amount,
        fee=fee,
        rate=rate,
        amount_kgs=amount_kgs,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    db.session.add(contribution)
    db.session.flush()
    audit.record(actor, "contribution.record", contribution, now, grant=grant.id, amount=amount, currency=currency)
    notifications.tell_holders(Role.MONITOR, grant, N_("A contribution to %(number)s waits to be verified."), now)
    return contribution


def takes_contributions(grant: Grant) -> bool:
    """Whether what comes is recorded: once the grant is accepted and while it runs, also while its money is kept back.

    A grant that a reversal stopped goes on only by what comes then.
    """
    return grant.status is GrantStatus.ACCEPTED or grant.is_running


def _wrong_figures(
    sent_on: date, received_on: date | None, amount: int, fee: int, today: date
) -> Iterator[DomainError]:
    if amount <= 0:
        yield DomainError(N_("The amount must be more than zero."), field="amount")
    elif not 0 <= fee < amount:
        yield DomainError(N_("The fee is smaller than the amount."), field="fee")
    if sent_on > today:
        yield DomainError(N_("The day lies in the future."), field="sent_on")
    elif sent_on < today - OLDEST_EVIDENCE:
        yield LimitExceededError(N_("The evidence is older than five years."), field="sent_on")
    elif received_on is not None and not sent_on <= received_on <= today:
        yield DomainError(N_("It came on the day it was sent or later, and not after today."), field="received_on")


def _wrong_receipt(channel: Channel | None, reference: str) -> Iterator[DomainError]:
    if channel is None:
        yield IncompleteError(N_("Choose how the money came."), field="channel")
    elif not channel.is_active:
        yield DomainError(N_("Nothing is recorded by this channel any more: choose another one."), field="channel")
    if len(reference_key(reference)) < 4:
        yield IncompleteError(
            N_("Enter the number on the receipt (at least four letters or digits)."), field="reference"
        )


def _wrong_cash(currency: str) -> Iterator[DomainError]:
    if currency != BASE_CURRENCY:
        yield DomainError(N_("Cash of the village is recorded in som."), field="currency")


def _new_key(channel: Channel, reference: str) -> str:
    key = reference_key(reference)
    used = db.select(Contribution.id).where(
        Contribution.channel_id == channel.id,
        Contribution.reference_key == key,
        Contribution.status.in_([C.RECORDED, C.VERIFIED]),
    )
    if db.session.scalar(used) is not None:
        raise AlreadyUsedError(N_("This receipt has been recorded already: a receipt counts once."), field="reference")
    return key


def attach(
    contribution: Contribution, kind: DocumentKind, upload: Upload, *, storage: Path, actor: Actor, now: datetime
) -> Document:
    """Add evidence while the contribution waits to be verified.

    Raises `AlreadyUsedError` when the same file has proved another contribution.
    """
    lock(contribution)
    if contribution.status is not C.RECORDED:
        raise DomainError(N_("Evidence is added only while the contribution waits to be verified."))
    return documents.attach(contribution, kind, upload, storage=storage, actor=actor, now=now)


def verify(contribution: Contribution, *, checks: Collection[Check], actor: Actor, now: datetime) -> None:
    """A second person has made every check: the money is booked and counts for the match.

    Raises `SeparationOfDutyError` for who recorded it, belongs to the association or has a tie to it, `IncompleteError`
    without evidence or with a check left out.
    """
    lock(contribution.grant)
    lock(contribution)
    new_status = target(TRANSITIONS, contribution.status, "verify")
    associations.must_be_free(contribution.grant, actor)
    if contribution.recorded_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You recorded this contribution: another person has to verify it."))
    _must_be_proved(contribution)
    for check in Check:
        if check not in checks:
            raise IncompleteError(N_("Check this first, then tick it."), field=check.value)
    grant = contribution.grant
    source_kind, held_kind = ACCOUNTS[contribution.kind]
    held = ledger.account(held_kind, fund_id=grant.fund_id, grant_id=grant.id)
    if contribution.currency == BASE_CURRENCY:
        legs = [ledger.Leg(ledger.account(source_kind), held, contribution.amount)]
    else:
        exchange = ledger.account(AccountKind.EXCHANGE, currency=contribution.currency)
        legs = [
            ledger.Leg(ledger.account(source_kind, currency=contribution.currency), exchange, contribution.amount),
            ledger.Leg(ledger.account(AccountKind.EXCHANGE), held, contribution.amount_kgs),
        ]
    event = ledger.post(
        EventKind.CONTRIBUTION_VERIFIED,
        legs,
        actor=actor,
        now=now,
        value_on=contribution.sent_on,
        grant_id=grant.id,
        fund_id=grant.fund_id,
        rate_id=contribution.rate_id,
    )
    contribution.status, contribution.event_id = new_status, event.id
    contribution.verified_by_id, contribution.verified_at = actor.user_id, now
    contribution.checks = [check.value for check in Check]
    db.session.flush()
    _renew_pledge(contribution.pledge)
    audit.record(
        actor,
        "contribution.verify",
        contribution,
        now,
        event=event.id,
        amount_kgs=contribution.amount_kgs,
        pledge=contribution.pledge_id,
        checks=contribution.checks,
    )
    _tell(contribution, N_("A contribution of %(amount)s to %(number)s is verified."), now)


def _must_be_proved(contribution: Contribution) -> None:
    evidence = documents.of(contribution)
    if not evidence:
        raise IncompleteError(N_("There is no evidence: attach the receipt first."))
    if contribution.kind is not ContributionKind.IN_KIND:
        return
    if db.session.scalar(db.select(Valuation.id).where(Valuation.contribution_id == contribution.id)) is None:
        raise IncompleteError(N_("Nobody valued these goods: refuse them, so that they are recorded with their value."))
    if not any(one.kind is DocumentKind.PHOTO for one in evidence):
        raise IncompleteError(N_("There is no photo of the goods or the work: ask for one first."))


def refuse(contribution: Contribution, *, reason: str, fault: Check | None = None, actor: Actor, now: datetime) -> None:
    """The evidence does not hold; the reason is told and the reference can be recorded anew.

    `fault` is the check that does not hold, told in the reader's language; without one there must be a `reason`.
    """
    lock(contribution.grant)
    lock(contribution)
    new_status = target(TRANSITIONS, contribution.status, "refuse")
    associations.must_be_free(contribution.grant, actor)
    reason = reason.strip() if fault else reason_given(reason, ASSOCIATION_READS_REASON)
    if contribution.recorded_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You recorded this contribution: another person has to verify it."))
    contribution.status, contribution.fault, contribution.reason = new_status, fault, reason
    db.session.flush()
    documents.release(contribution, now=now)
    audit.record(actor, "contribution.refuse", contribution, now)
    _tell(
        contribution,
        N_("A contribution of %(amount)s to %(number)s was refused: %(reason)s"),
        now,
        reason={"sentences": _why(contribution)},
    )


def _why(contribution: Contribution) -> list[str]:
    """Message ids and typed words: why it does not count."""
    fault = [faults_of(contribution.kind)[contribution.fault]] if contribution.fault else []
    return [*fault, contribution.reason] if contribution.reason else fault


def reason_of(contribution: Contribution) -> str:
    """Why it was refused or reversed, in the language in force; "" while it was not."""
    return str(shown({"sentences": _why(contribution)}))


def reverse(contribution: Contribution, *, reason: str, actor: Actor, now: datetime) -> None:
    """A verified contribution was wrong: its transfers are answered by their reverse.

    When what is left no longer carries the tranches paid, the grant is suspended until it does.
    Raises `LimitExceededError` when the money is spent already, `SeparationOfDutyError` for who belongs to the
    association or has a tie to it.
    """
    grant = contribution.grant
    lock(grant)
    lock(contribution)
    new_status = target(TRANSITIONS, contribution.status, "reverse")
    associations.must_be_free(grant, actor)
    reason = reason_given(reason)
    reversal = ledger.reverse(
        contribution.event_id or 0, actor=actor, now=now, value_on=bishkek_day(now), reason=reason
    )
    contribution.status, contribution.reason, contribution.reversal_event_id = new_status, reason, reversal.id
    db.session.flush()
    documents.release(contribution, now=now)
    _renew_pledge(contribution.pledge)
    audit.record(actor, "contribution.reverse", contribution, now, event=reversal.id, pledge=contribution.pledge_id)
    grants.stop_if_not_carried(grant, actor=actor, now=now)
    _tell(
        contribution,
        N_("A contribution of %(amount)s to %(number)s was reversed: %(reason)s"),
        now,
        reason=reason,
    )


def counted(grant: Grant) -> int:
    """Verified co-investment that counts for the match, in tyiyn: by the rule the grant took from its call."""
    return sum(match.counted(match.rule_of(grant), verified_co_investments.of(grant)))


def verified_by_grant() -> Mapping[int, Verified]:
    """As `verified_co_investments.of` of every grant that has any; one query for all of them."""
    query = (
        db.select(Contribution.grant_id, Contribution.kind, db.func.sum(Contribution.amount_kgs))
        .where(Contribution.status == C.VERIFIED)
        .group_by(Contribution.grant_id, Contribution.kind)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for grant_id, kind, amount in db.session.execute(query):
        found[grant_id][kind.value] = int(amount)
    return {grant_id: Verified(**kinds) for grant_id, kinds in found.items()}


def of_grant(grant: Grant) -> list[Contribution]:
    query = db.select(Contribution).where(Contribution.grant_id == grant.id).order_by(Contribution.id)
    return list(db.session.scalars(query.options(db.joinedload(Contribution.rate))))


def waiting(ties: Ties, limit: int = 60) -> list[Contribution]:
    """Recorded contributions that wait for verification by who has these ties, the oldest first."""
    free = ties.free(Grant.association_id, Grant.application_id)
    query = db.select(Contribution).join(Contribution.grant).where(Contribution.status == C.RECORDED, *free)
    query = query.options(db.contains_eager(Contribution.grant).joinedload(Grant.association))
    return list(db.session.scalars(query.order_by(Contribution.id).limit(limit)))


def _renew_pledge(pledge: Pledge | None) -> None:
    if pledge is None:
        return
    query = db.select(db.func.coalesce(db.func.sum(Contribution.amount_kgs), 0)).where(
        Contribution.pledge_id == pledge.id, Contribution.status == C.VERIFIED
    )
    received = int(db.session.scalar(query))
    if received >= pledge.amount_kgs:
        pledge.status = PledgeStatus.FULFILLED
    else:
        pledge.status = PledgeStatus.PARTLY_RECEIVED if received else PledgeStatus.PLEDGED
    db.session.flush()


def _tell(contribution: Contribution, message: str, now: datetime, **parameters: object) -> None:
    notifications.tell_association(
        contribution.grant, message, now, amount=Money(contribution.amount, contribution.currency), **parameters
    )
