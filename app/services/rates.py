"""Exchange rates: entered by one, approved by another, never edited; the last earlier rate within seven days counts."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from app.localisation import EXPONENTS, N_, to_minor
from app.services import audit, notifications
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from app.services.match import HIGHEST_AMOUNT
from models.base import BASE_CURRENCY, db, round_half_up
from models.rates import ExchangeRate, RateSource
from models.users import Role

LONGEST_GAP = timedelta(days=7)
HIGHEST_VALUE = Decimal(1_000_000)


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

    Raises `DomainError` for an unknown currency or an absurd value, `AlreadyUsedError` when this source has
    given a rate for that day already.
    """
    if currency not in EXPONENTS or currency == BASE_CURRENCY:
        raise DomainError(N_("This currency is not known."), field="currency")
    if nominal <= 0 or not 0 < value < HIGHEST_VALUE:
        raise DomainError(N_("A rate must be a positive number."), field="value")
    same = db.select(ExchangeRate.id).where(
        ExchangeRate.currency == currency, ExchangeRate.valid_on == valid_on, ExchangeRate.source == source
    )
    if db.session.scalar(same) is not None:
        raise AlreadyUsedError(N_("A rate of this source for this day is there already."), field="valid_on")
    rate = ExchangeRate(
        currency=currency,
        valid_on=valid_on,
        nominal=nominal,
        value=value,
        source=source,
        source_note=source_note,
        entered_by_id=actor.user_id,
        entered_at=now,
    )
    db.session.add(rate)
    db.session.flush()
    audit.record(actor, "rate.enter", rate, now, currency=currency, on=valid_on.isoformat(), value=str(value))
    notifications.tell(
        [one for one in notifications.holders(Role.FINANCE) if one != actor.user_id],
        N_("A rate of %(currency)s for %(day)s waits for your approval."),
        rate,
        now,
        currency=currency,
        day=valid_on,
    )
    return rate


def approve(rate: ExchangeRate, *, actor: Actor, now: datetime) -> None:
    """Approve a rate another person entered.

    Raises `SeparationOfDutyError` when it is the same person, `AlreadyUsedError` when it is approved already.
    """
    if rate.is_approved:
        raise AlreadyUsedError(N_("This rate has been approved already."))
    if rate.entered_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You entered this rate: another person has to approve it."))
    rate.approved_by_id, rate.approved_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "rate.approve", rate, now)


def rate_for(currency: str, on: date) -> ExchangeRate | None:
    """The approved rate in force on a day; None for som.

    Raises `IncompleteError`, naming currency and day, when there is none within seven days before.
    """
    if currency == BASE_CURRENCY:
        return None
    if currency not in EXPONENTS:
        raise DomainError(N_("This currency is not known."), field="currency")
    query = (
        db.select(ExchangeRate)
        .where(
            ExchangeRate.currency == currency,
            ExchangeRate.valid_on <= on,
            ExchangeRate.valid_on >= on - LONGEST_GAP,
            ExchangeRate.approved_at.is_not(None),
        )
        .order_by(ExchangeRate.valid_on.desc(), ExchangeRate.id)
        .limit(1)
    )
    rate = db.session.scalar(query)
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


def waiting(limit: int = 60) -> list[ExchangeRate]:
    """Rates that wait for another person's approval, the oldest first."""
    query = db.select(ExchangeRate).where(ExchangeRate.approved_at.is_(None)).order_by(ExchangeRate.id).limit(limit)
    return list(db.session.scalars(query))


def latest(limit: int = 60, before_id: int | None = None) -> list[ExchangeRate]:
    query = db.select(ExchangeRate).order_by(ExchangeRate.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(ExchangeRate.id < before_id)
    return list(db.session.scalars(query))
