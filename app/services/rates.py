"""Exchange rates: entered by one, approved by another, never edited; a wrong one is refused, or withdrawn later.

Which rate counts on a day stands in `rate_choice`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.clock import bishkek_day
from app.labels import RATE_SOURCES
from app.localisation import EXPONENTS, N_, to_minor
from app.services import audit, notifications, rate_choice
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from app.services.match import HIGHEST_AMOUNT
from app.services.rate_choice import LONGEST_GAP
from app.services.workflow import reason_given
from models.base import BASE_CURRENCY, db, lock, lock_all, lock_name, round_half_up
from models.rates import ExchangeRate, RateSource
from models.users import Role

FOREIGN = tuple(code for code in EXPONENTS if code != BASE_CURRENCY)
"""Currencies that need a rate."""
HIGHEST_VALUE, HIGHEST_NOMINAL, MOST_PLACES = Decimal(1_000_000), 1_000_000, 8
EARLIEST = date(1993, 5, 10)
"""The day on which the som was introduced."""
FURTHEST_AHEAD = timedelta(days=31)
"""The National Bank gives the rate of the next working day, InforEuro that of the next month."""


@dataclass(frozen=True)
class Quote:
    """`value` som for `nominal` units of `currency`."""

    currency: str
    nominal: int
    value: Decimal


def enter(
    currency: str,
    valid_on: date,
    nominal: int,
    value: Decimal,
    source: RateSource,
    *,
    actor: Actor,
    now: datetime,
    source_note: str = "",
) -> ExchangeRate:
    """Enter `value` som for `nominal` units; it counts once another person approves it.

    Raises `DomainError` for an unknown currency or an absurd value or day, `IncompleteError` when a rate of a bank or
    one by hand does not say where it can be looked up, `AlreadyUsedError` when this source has given a rate for that
    day already.
    """
    if source in (RateSource.BANK, RateSource.MANUAL) and not source_note.strip():
        raise IncompleteError(N_("Say which paper or page shows this rate."), field="source_note")
    rate = _write(Quote(currency, nominal, value), valid_on, source, source_note, actor, now)
    notifications.tell(
        _approvers(actor),
        N_("A rate of %(currency)s for %(day)s waits for your approval."),
        rate,
        now,
        currency=currency,
        day=valid_on,
    )
    return rate


def enter_all(
    quotes: Sequence[Quote],
    valid_on: date,
    source: RateSource,
    *,
    actor: Actor | None,
    now: datetime,
    source_note: str,
) -> list[ExchangeRate]:
    """Enter the rates a source gives for a day, all or none, and tell of them once. Without an actor: fetched ones.

    Raises what `enter` does, and `DomainError` when there is nothing to enter.
    """
    if not quotes:
        raise DomainError(N_("There is nothing to enter."))
    rates = [_write(one, valid_on, source, source_note, actor, now) for one in quotes]
    notifications.tell(
        _approvers(actor),
        N_("%(source)s: %(count)s rates for %(day)s wait for your approval."),
        rates[0],
        now,
        source={"text": RATE_SOURCES[source]},
        count=len(rates),
        day=valid_on,
    )
    return rates


def _write(
    quote: Quote, valid_on: date, source: RateSource, source_note: str, actor: Actor | None, now: datetime
) -> ExchangeRate:
    must_be_believable(quote)
    must_be_a_day(valid_on, source, now)
    lock_day(valid_on, source)
    if standing(quote.currency, valid_on, source) is not None:
        raise AlreadyUsedError(N_("A rate of this source for this day is there already."), field="valid_on")
    rate = ExchangeRate(
        currency=quote.currency,
        valid_on=valid_on,
        nominal=quote.nominal,
        value=quote.value,
        source=source,
        source_note=source_note.strip(),
        entered_by_id=actor.user_id if actor else None,
        entered_at=now,
    )
    db.session.add(rate)
    db.session.flush()
    details = {"currency": quote.currency, "on": valid_on.isoformat(), "value": str(quote.value)}
    if actor:
        audit.record(actor, "rate.enter", rate, now, **details)
    else:
        audit.record(None, "rate.fetch", rate, now, **details)
    return rate


def lock_day(valid_on: date, source: RateSource) -> None:
    """Let one at a time enter what a source gives for a day."""
    lock_name(f"rates {valid_on} {source.value}")


def must_be_believable(quote: Quote) -> None:
    """Raises `DomainError` for an unknown currency, or a number that no rate is."""
    if quote.currency not in FOREIGN:
        raise DomainError(N_("This currency is not known."), field="currency")
    if not 0 < quote.nominal <= HIGHEST_NOMINAL or not 0 < quote.value < HIGHEST_VALUE:
        raise DomainError(N_("A rate must be a positive number."), field="value")
    if -quote.value.as_tuple().exponent > MOST_PLACES:  # type: ignore[operator]
        raise DomainError(N_("At most %(places)s digits after the comma."), field="value", places=MOST_PLACES)


def must_be_a_day(valid_on: date, source: RateSource, now: datetime) -> None:
    """Raises `DomainError` for a day of which `source` cannot have given a rate."""
    if not EARLIEST <= valid_on <= bishkek_day(now) + FURTHEST_AHEAD:
        raise DomainError(
            N_("The day must be believable: not before the som, at most a month ahead."), field="valid_on"
        )
    if source is RateSource.INFOREURO and valid_on.day != 1:
        raise DomainError(
            N_("A rate of InforEuro counts for its whole month: enter the first day of the month."), field="valid_on"
        )


def standing(currency: str, valid_on: date, source: RateSource) -> ExchangeRate | None:
    """The rate of a source for a day that waits or is approved."""
    query = db.select(ExchangeRate).where(
        ExchangeRate.currency == currency,
        ExchangeRate.valid_on == valid_on,
        ExchangeRate.source == source,
        ExchangeRate.ended_at.is_(None),
    )
    found: ExchangeRate | None = db.session.scalar(query)
    return found


def _approvers(actor: Actor | None) -> list[int]:
    return [one for one in notifications.holders(Role.FINANCE) if actor is None or one != actor.user_id]


def approve(rate: ExchangeRate, *, actor: Actor, now: datetime) -> None:
    """Approve a rate another person entered.

    Raises `SeparationOfDutyError` when it is the same person, `AlreadyUsedError` when it is approved or refused
    already.
    """
    lock(rate)
    _must_wait(rate)
    if rate.entered_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You entered this rate: another person has to approve it."))
    rate.approved_by_id, rate.approved_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "rate.approve", rate, now)


def approve_day(valid_on: date, source: RateSource, last_id: int, *, actor: Actor, now: datetime) -> int:
    """Approve what a source gave for a day and others entered, so far as the page that was looked at showed it.

    `last_id` is the newest rate the page showed: a later one was not seen. Answers how many were approved; raises
    `ChangedMeanwhileError` when none is left.
    """
    wanted = (
        *_WAITS,
        ExchangeRate.valid_on == valid_on,
        ExchangeRate.source == source,
        ExchangeRate.id <= last_id,
        ExchangeRate.entered_by_id.is_(None) | (ExchangeRate.entered_by_id != actor.user_id),
    )
    ids = lock_all(ExchangeRate, *wanted)
    rates = list(db.session.scalars(db.select(ExchangeRate).where(ExchangeRate.id.in_(ids)).order_by(ExchangeRate.id)))
    for rate in rates:
        approve(rate, actor=actor, now=now)
    if not rates:
        raise ChangedMeanwhileError(N_("None of these rates waits for you any more: look again."))
    return len(rates)


def refuse(rate: ExchangeRate, *, reason: str, actor: Actor, now: datetime) -> None:
    """A rate that waits is wrong: it never counts, and the right one can be entered.

    Whoever entered it may refuse it too. Raises `AlreadyUsedError` when it does not wait any more.
    """
    lock(rate)
    _must_wait(rate)
    _end(rate, reason_given(reason), actor, now)
    audit.record(actor, "rate.refuse", rate, now, reason=rate.ended_reason)
    if rate.entered_by_id not in (None, actor.user_id):
        _tell_of_end(
            [rate.entered_by_id], N_("The rate of %(currency)s for %(day)s was refused: %(reason)s"), rate, now
        )


def withdraw(rate: ExchangeRate, *, reason: str, actor: Actor, now: datetime) -> None:
    """An approved rate is wrong: it counts for nothing new from now on. What used it stays as it is.

    Raises `SeparationOfDutyError` for who approved it, `DomainError` when it is not approved or withdrawn already.
    """
    lock(rate)
    if not rate.is_approved or rate.ended_at is not None:
        raise DomainError(N_("Only an approved rate is withdrawn, and once."))
    if rate.approved_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You approved this rate: another person has to withdraw it."))
    _end(rate, reason_given(reason), actor, now)
    audit.record(actor, "rate.withdraw", rate, now, reason=rate.ended_reason)
    message = N_("The rate of %(currency)s for %(day)s was withdrawn: %(reason)s")
    _tell_of_end(_approvers(actor), message, rate, now)


def _must_wait(rate: ExchangeRate) -> None:
    if rate.ended_at is not None:
        raise AlreadyUsedError(N_("This rate was refused or withdrawn already."))
    if rate.is_approved:
        raise AlreadyUsedError(N_("This rate has been approved already."))


def _end(rate: ExchangeRate, reason: str, actor: Actor, now: datetime) -> None:
    rate.ended_by_id, rate.ended_at, rate.ended_reason = actor.user_id, now, reason
    db.session.flush()


def _tell_of_end(people: Sequence[Any], message: str, rate: ExchangeRate, now: datetime) -> None:
    details = {"currency": rate.currency, "day": rate.valid_on, "reason": rate.ended_reason}
    notifications.tell(people, message, rate, now, **details)


# Using ---------------------------------------------------------------------------------------------------------------


_WAITS = (ExchangeRate.approved_at.is_(None), ExchangeRate.ended_at.is_(None))
COUNTS = (ExchangeRate.approved_at.is_not(None), ExchangeRate.ended_at.is_(None))
"""The conditions under which a rate is approved and was not withdrawn."""


def rate_for(currency: str, on: date) -> ExchangeRate | None:
    """The rate that counts on a day (`rate_choice`); None for som.

    Raises `IncompleteError`, naming currency and day, when there is none within seven days before.
    """
    if currency == BASE_CURRENCY:
        return None
    if currency not in EXPONENTS:
        raise DomainError(N_("This currency is not known."), field="currency")
    rate = rate_choice.counting(could_count([currency], on), on)
    if rate is None:
        raise IncompleteError(
            N_(
                "There is no approved rate for %(currency)s on %(day)s or in the seven days before. "
                "Ask finance to enter it."
            ),
            field="currency",
            currency=currency,
            day=on,
        )
    return rate


def could_count(currencies: Sequence[str], first: date, last: date | None = None) -> list[ExchangeRate]:
    """The rates of these currencies that could count on a day from `first` to `last` (that one day), by day."""
    last = last or first
    of_months = (ExchangeRate.source == RateSource.INFOREURO) & ExchangeRate.valid_on.between(
        rate_choice.month_of(first), rate_choice.last_of_month(last)
    )
    query = db.select(ExchangeRate).where(
        ExchangeRate.currency.in_(currencies),
        *COUNTS,
        ExchangeRate.valid_on.between(first - LONGEST_GAP, last) | of_months,
    )
    return list(db.session.scalars(query.order_by(ExchangeRate.valid_on, ExchangeRate.id)))


def minor_units(amount: Decimal, currency: str, field: str = "amount") -> int:
    """An amount somebody typed, in minor units of `currency`. Raises `DomainError` for fractions it does not have."""
    try:
        return to_minor(amount, currency)
    except ValueError as error:
        raise DomainError(N_("This currency has no such fractions: enter a whole amount."), field=field) from error


def convert(amount: int, currency: str, nominal: int, value: Decimal) -> int:
    """`amount` minor units of `currency` in tyiyn at `value` som for `nominal` units; rounded half up once."""
    major = Decimal(amount).scaleb(-EXPONENTS[currency])
    return round_half_up(major * value * 100 / nominal)


def in_som(amount: int, currency: str, rate: ExchangeRate | None) -> int:
    """`amount` in tyiyn at the pinned `rate` (None: it is som already)."""
    return amount if rate is None else convert(amount, currency, rate.nominal, rate.value)


def value_for_village(amount: int, currency: str, on: date) -> tuple[ExchangeRate | None, int]:
    """The rate in force on a day and, at it, `amount` in tyiyn: co-investment promised to a village or sent to it.

    Raises what `rate_for` does, and `LimitExceededError` for more than a village project can cost.
    """
    rate = rate_for(currency, on)
    value = in_som(amount, currency, rate)
    if not 0 < value <= HIGHEST_AMOUNT:
        raise LimitExceededError(N_("This amount is not believable for a village project."), field="amount")
    return rate, value


def by_id(rate_id: int) -> ExchangeRate:
    """The rate something was booked at."""
    return db.session.get_one(ExchangeRate, rate_id)
