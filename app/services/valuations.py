"""Valuations: goods and labour are recorded with their quantity, their price and who valued them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, fold
from app.services import contributions, documents, prices
from app.services.actors import Actor
from app.services.documents import Upload
from app.services.errors import DomainError, IncompleteError
from app.services.match import HIGHEST_AMOUNT
from app.services.prices import HIGHEST_QUANTITY
from models.base import BASE_CURRENCY, db, round_half_up
from models.contributions import Contribution, ContributionKind
from models.documents import DocumentKind
from models.grants import Grant
from models.pledges import Pledge
from models.prices import Price
from models.remitters import Remitter
from models.valuations import GivenKind, Valuation


@dataclass(frozen=True)
class Value:
    """What is given and at which price of one: the rate of the price list, or an own price in tyiyn with its reason.

    `what` and `unit` are those of the rate where they are left empty.
    """

    given: GivenKind
    quantity: Decimal
    rate: Price | None
    what: str = ""
    unit: str = ""
    unit_price: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Giver:
    """Who gave it and when, and whose share it is (see `remitters.whose`)."""

    name: str
    country: str
    given_on: date
    pledge: Pledge | None = None
    remitter: Remitter | None = None


@dataclass(frozen=True)
class Valuer:
    """Who says what it is worth: a name and the office or trade."""

    name: str
    office: str


def record(grant: Grant, value: Value, giver: Giver, valuer: Valuer, *, actor: Actor, now: datetime) -> Valuation:
    """Record goods or labour as a contribution of quantity × price, rounded half up to the tyiyn.

    The price list goes first: another price is taken only with a reason (domain.md section 4). Raises `DomainError`
    for a rate that does not count where the association is, and when the giver values the own gift.
    """
    if not 0 < value.quantity <= HIGHEST_QUANTITY:
        raise DomainError(N_("The quantity must be more than zero and believable."), field="quantity")
    if not valuer.name.strip() or not valuer.office.strip():
        field = "valuer_office" if valuer.name.strip() else "valuer_name"
        raise IncompleteError(N_("Fill this in."), field=field)
    if fold(valuer.name) == fold(giver.name):
        raise DomainError(N_("Who gives does not say what it is worth: name another person."), field="valuer_name")
    priced = _at_the_rate(grant, value, now) if value.rate else _at_an_own_price(value)
    amount = round_half_up(value.quantity * priced["unit_price"])
    if not 0 < amount <= HIGHEST_AMOUNT:
        raise DomainError(N_("The quantity must be more than zero and believable."), field="quantity")
    contribution = contributions.record(
        grant,
        ContributionKind.IN_KIND,
        channel=None,
        reference="",
        sender_name=giver.name,
        sender_country=giver.country,
        sent_on=giver.given_on,
        currency=BASE_CURRENCY,
        amount=amount,
        pledge=giver.pledge,
        remitter=giver.remitter,
        actor=actor,
        now=now,
    )
    valuation = Valuation(
        contribution=contribution,
        given=value.given,
        quantity=value.quantity,
        price=value.rate,
        valuer_name=valuer.name.strip(),
        valuer_office=valuer.office.strip(),
        **priced,
    )
    db.session.add(valuation)
    db.session.flush()
    return valuation


def _at_the_rate(grant: Grant, value: Value, now: datetime) -> dict[str, Any]:
    rate, locale = value.rate, grant.application.language
    if rate is None or rate not in offered(grant, locale, now=now):
        raise DomainError(N_("This rate does not count any more: choose another one."), field="rate")
    if value.unit_price not in (None, rate.usual) or value.reason.strip():
        raise DomainError(
            N_("The price list counts it: leave the own price and its reason empty, or choose “not on the list”."),
            field="unit_price",
        )
    return {
        "what": value.what.strip() or rate.name(locale),
        "unit": rate.unit_in(locale),
        "unit_price": rate.usual,
        "reason": "",
    }


def _at_an_own_price(value: Value) -> dict[str, Any]:
    for field, given in (("what", value.what.strip()), ("unit", value.unit.strip())):
        if not given:
            raise IncompleteError(N_("Fill this in."), field=field)
    if value.unit_price is None:
        raise IncompleteError(N_("Enter the price of one, or choose a rate of the price list."), field="unit_price")
    if not 0 < value.unit_price <= HIGHEST_AMOUNT:
        raise DomainError(N_("The price must be more than zero and believable."), field="unit_price")
    if not value.reason.strip():
        raise IncompleteError(N_("Say where this price is from: it is not that of the price list."), field="reason")
    return {
        "what": value.what.strip(),
        "unit": value.unit.strip(),
        "unit_price": value.unit_price,
        "reason": value.reason.strip(),
    }


def offered(grant: Grant, locale: str, *, now: datetime) -> list[Price]:
    """The rates of the price list that count today where the association of `grant` is."""
    return prices.rates_for(grant.association.ayil_okmotu, bishkek_day(now), locale)


def attach_photo(contribution: Contribution, upload: Upload, *, storage: Path, actor: Actor, now: datetime) -> None:
    """Add a photo of the goods or the work. Raises as `contributions.attach`, and `DomainError` for what is none."""
    documents.must_be_picture(upload)
    contributions.attach(contribution, DocumentKind.PHOTO, upload, storage=storage, actor=actor, now=now)


def of(contribution: Contribution) -> Valuation | None:
    """How its value was found; None for money."""
    if contribution.kind is not ContributionKind.IN_KIND:
        return None
    query = db.select(Valuation).where(Valuation.contribution_id == contribution.id)
    found: Valuation | None = db.session.scalar(query.options(db.joinedload(Valuation.price)))
    return found
