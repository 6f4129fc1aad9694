"""The price register and the in-kind rates: entered, replaced from a day, ended; never edited, never deleted."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, Money, fold, sort_key
from app.services import audit, notifications
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, ChangedMeanwhileError, DomainError, IncompleteError
from app.services.match import HIGHEST_AMOUNT
from app.services.price_checks import Listed, Register
from models.base import LOCALES, Texts, db, lock, lock_name
from models.places import AyilOkmotu, Oblast, Rayon
from models.prices import Price, PriceKind
from models.users import Role

Key = tuple[PriceKind, str, str, int | None]
EARLIEST = date(2020, 1, 1)
FURTHEST_AHEAD = timedelta(days=366)
HIGHEST_QUANTITY = Decimal(1_000_000)


@dataclass(frozen=True)
class Item:
    """What has a price: its kind, name and unit in the three languages, and where (None: everywhere)."""

    kind: PriceKind
    names: Texts
    unit: Texts
    oblast: Oblast | None


@dataclass(frozen=True)
class Quote:
    """A price in tyiyn from a day on, with its source. An in-kind rate gives `usual` alone."""

    usual: int
    source: str
    valid_from: date
    low: int | None = None
    high: int | None = None


def add(item: Item, quote: Quote, *, actor: Actor | None, now: datetime) -> Price:
    """Enter the price of an item the register does not have for that place.

    Raises `AlreadyUsedError` when it has one that still counts: that one is replaced.
    """
    lock_name("prices")  # two who enter the same item come one after the other
    known = current(item, quote.valid_from) if item.names.get("ky") and item.unit.get("ky") else None
    if known is not None:
        raise AlreadyUsedError(
            N_("The register has this item for this place already, at %(price)s. Replace that price."),
            field="name_ky",
            price=Money(known.usual),
        )
    price = enter(item, quote, actor=actor, now=now)
    _tell_of_rate(price, actor, now)
    return price


def enter(item: Item, quote: Quote, *, actor: Actor | None, now: datetime, replaces: Price | None = None) -> Price:
    """Write the row and tell nobody. The caller knows that the register does not have the item."""
    _must_be_named(item)
    low, high = _range(item.kind, quote)
    if not EARLIEST <= quote.valid_from <= bishkek_day(now) + FURTHEST_AHEAD:
        raise DomainError(N_("The day must be believable, at most a year ahead."), field="valid_from")
    price = Price(
        kind=item.kind,
        name_ky=item.names["ky"].strip(),
        name_ru=item.names["ru"].strip(),
        name_en=item.names["en"].strip(),
        unit={locale: item.unit[locale].strip() for locale in LOCALES},
        low=low,
        usual=quote.usual,
        high=high,
        oblast=item.oblast,
        source=quote.source.strip(),
        valid_from=quote.valid_from,
        replaces_id=replaces.id if replaces else None,
        entered_by_id=actor.user_id if actor else None,
        entered_at=now,
    )
    db.session.add(price)
    db.session.flush()
    audit.record(actor, "price.add", price, now, amount=price.usual, on=price.valid_from.isoformat())
    return price


def _must_be_named(item: Item) -> None:
    for field, texts in (("name", item.names), ("unit", item.unit)):
        for locale in LOCALES:
            if not texts.get(locale, "").strip():
                raise IncompleteError(N_("Fill this in."), field=f"{field}_{locale}")


def _range(kind: PriceKind, quote: Quote) -> tuple[int, int]:
    """The lowest and the highest price. Raises `DomainError` when the three are not in order or not believable."""
    low = quote.usual if quote.low is None else quote.low
    high = quote.usual if quote.high is None else quote.high
    if kind is PriceKind.IN_KIND and not low == quote.usual == high:
        raise DomainError(N_("An in-kind rate is one price: leave the lowest and the highest empty."), field="low")
    if kind is PriceKind.MARKET and (quote.low is None or quote.high is None):
        raise IncompleteError(N_("Enter the lowest and the highest price too."), field="low")
    if not 0 < low <= quote.usual <= high <= HIGHEST_AMOUNT:
        raise DomainError(
            N_("The prices must be more than zero and stand in order: lowest, usual, highest."), field="usual"
        )
    return low, high


def replace(price: Price, quote: Quote, *, actor: Actor | None, now: datetime) -> Price:
    """Put another price in the place of `price` from `quote.valid_from` on; the old one ends the day before.

    Raises `ChangedMeanwhileError` when it has ended or was replaced, `DomainError` for a day that is past.
    """
    successor = succeed(price, quote, actor=actor, now=now)
    _tell_of_rate(successor, actor, now)
    return successor


def succeed(price: Price, quote: Quote, *, actor: Actor | None, now: datetime) -> Price:
    """The same without telling anybody: an import tells once."""
    _must_count(price)
    if quote.valid_from < max(price.valid_from, bishkek_day(now)):
        raise DomainError(
            N_("A new price counts from %(day)s at the earliest."),
            field="valid_from",
            day=max(price.valid_from, bishkek_day(now)),
        )
    item = Item(price.kind, price.names, price.unit, price.oblast)
    successor = enter(item, quote, actor=actor, now=now, replaces=price)
    price.valid_until = quote.valid_from - timedelta(days=1)
    db.session.flush()
    audit.record(actor, "price.replace", price, now, before=price.usual, amount=quote.usual)
    return successor


def end(price: Price, last_day: date, *, actor: Actor, now: datetime) -> None:
    """Let a price count through `last_day` and no longer: yesterday at the earliest, so that it does not count today.

    Raises `ChangedMeanwhileError` when it has ended or was replaced.
    """
    _must_count(price)
    today = bishkek_day(now)
    if not today - timedelta(days=1) <= last_day <= today + FURTHEST_AHEAD:
        raise DomainError(N_("The last day is yesterday at the earliest, and at most a year ahead."), field="last_day")
    price.valid_until = last_day
    db.session.flush()
    audit.record(actor, "price.end", price, now, on=last_day.isoformat())
    if price.kind is PriceKind.IN_KIND:
        _tell(
            N_("The in-kind rate of %(item)s counts through %(day)s and no longer."),
            price,
            actor,
            now,
            item={"name": price.names},
            day=last_day,
        )


def _must_count(price: Price) -> None:
    lock(price)
    if price.valid_until is not None:
        raise ChangedMeanwhileError(N_("This price has ended, or another one took its place: look again."))


def _tell_of_rate(price: Price, actor: Actor | None, now: datetime) -> None:
    if price.kind is PriceKind.IN_KIND:
        _tell(
            N_("The in-kind rate of %(item)s is %(price)s from %(day)s on."),
            price,
            actor,
            now,
            item={"name": price.names},
            price=Money(price.usual),
            day=price.valid_from,
        )


def _tell(message: str, subject: object, actor: Actor | None, now: datetime, **parameters: object) -> None:
    """Those who write budgets with the villages hear of rates."""
    people = [one for one in notifications.holders(Role.OPERATOR) if actor is None or one != actor.user_id]
    notifications.tell(people, message, subject, now, **parameters)


def tell_of_import(added: int, changed: int, now: datetime) -> None:
    """Tell the operators once of a list that was imported."""
    message = N_("The price register was renewed: %(added)s prices are new, %(changed)s were replaced.")
    _tell(message, "prices:all", None, now, added=added, changed=changed)


# Reading -------------------------------------------------------------------------------------------------------------


def _counts(day: date) -> tuple[Any, ...]:
    return (Price.valid_from <= day, Price.valid_until.is_(None) | (Price.valid_until >= day))


def current(item: Item, day: date) -> Price | None:
    """The row of this very item and place that counts on `day` or will later."""
    return open_rows(day).get(key_of(item))


def open_rows(day: date) -> dict[Key, Price]:
    """What counts on `day` or will later, by item and place; of several the newest."""
    rows = db.session.scalars(db.select(Price).where(_not_over(day)).order_by(Price.id))
    return {(row.kind, fold(row.name_ky), fold(row.unit["ky"]), row.oblast_id): row for row in rows}


def key_of(item: Item) -> Key:
    """What makes two entries the same item of the same place."""
    return item.kind, fold(item.names["ky"]), fold(item.unit["ky"]), item.oblast.id if item.oblast else None


def _not_over(day: date) -> Any:
    return Price.valid_until.is_(None) | ((Price.valid_until >= day) & (Price.valid_until >= Price.valid_from))


def listed(
    day: date, locale: str, *, words: str = "", kind: PriceKind | None = None, oblast_id: int | None = None
) -> list[Price]:
    """What counts on `day` or will later, by kind and then in the order of the alphabet; with an oblast, what counts
    there."""
    query = db.select(Price).where(_not_over(day))
    if kind is not None:
        query = query.where(Price.kind == kind)
    if oblast_id is not None:
        query = query.where(Price.oblast_id.is_(None) | (Price.oblast_id == oblast_id))
    rows = db.session.scalars(query.options(db.joinedload(Price.oblast)))
    wanted = fold(words)
    found = [row for row in rows if not wanted or any(wanted in fold(name) for name in row.names.values())]
    return sorted(found, key=lambda row: (row.kind is PriceKind.MARKET, sort_key(row.name(locale)), row.id))


def history(price: Price) -> list[Price]:
    """`price` with those it replaced and those that replaced it, the newest first."""
    earlier, later = [price], [price]
    while (before := earlier[-1].replaces) is not None:
        earlier.append(before)
    while (after := db.session.scalar(db.select(Price).where(Price.replaces_id == later[-1].id))) is not None:
        later.append(after)
    return [*reversed(later[1:]), *earlier]


def _of(place: AyilOkmotu) -> Any:
    """Whether a price counts in the oblast of `place`: its own, or one for everywhere."""
    oblast = db.select(Rayon.oblast_id).where(Rayon.id == place.rayon_id).scalar_subquery()
    return Price.oblast_id.is_(None) | (Price.oblast_id == oblast)


def rates_for(place: AyilOkmotu, day: date, locale: str) -> list[Price]:
    """The in-kind rates that count in the oblast of `place` on `day`, its own instead of those for everywhere."""
    query = db.select(Price).where(Price.kind == PriceKind.IN_KIND, _of(place), *_counts(day))
    found: dict[tuple[str, str], Price] = {}
    for price in db.session.scalars(query.order_by(Price.oblast_id.is_not(None), Price.id)):
        found[fold(price.name_ky), fold(price.unit["ky"])] = price
    return sorted(found.values(), key=lambda price: sort_key(price.name(locale)))


def names_of(price_ids: Iterable[int]) -> dict[int, Texts]:
    """{id: name in the three languages} of prices, whether they still count or not."""
    rows = db.session.scalars(db.select(Price).where(Price.id.in_(set(price_ids))))
    return {price.id: price.names for price in rows}


def register_for(place: AyilOkmotu, day: date) -> Register:
    """The market prices that count in the oblast of `place` on `day`, for holding a budget against them.

    The table is kept in memory while it is the same: rows are only added and ended, so that its sums tell.
    """
    oblast_id, *state = db.session.execute(_STATE, {"rayon_id": place.rayon_id}).one()
    kept = _kept_in((db.engine.url, *state))
    found = kept.of_days.get((oblast_id, day))
    if found is None:
        valid = [
            row
            for row in kept.rows
            if row.valid_from <= day
            and (row.valid_until is None or day <= row.valid_until)
            and row.oblast_id in (None, oblast_id)
        ]
        key = tuple(row.id for row in valid)  # on most days the same ones count
        found = kept.registers.get(key) or Register(_listed(row) for row in valid)
        kept.registers[key] = kept.of_days[oblast_id, day] = found
    return found


def _kept_in(state: tuple[Any, ...]) -> "_Kept":
    """What is kept of the table in `state`. Another thread may be at another state: each works on its own object."""
    kept = _newest[0]
    if kept.state != state:
        _newest[0] = kept = _Kept(state, list(db.session.execute(_ROWS)))
    return kept


def _listed(row: Any) -> Listed:
    names, units = (row.name_ky, row.name_ru, row.name_en), tuple(row.unit.values())
    return Listed(names, units, row.low, row.usual, row.high, row.oblast_id is not None)


@dataclass
class _Kept:
    """The market prices of the whole table as they were in `state`, and the registers made of them.

    `registers` by the ids of the prices that count, `of_days` by oblast and day: the prices of most days are the same.
    """

    state: tuple[Any, ...] = ()
    rows: Sequence[Any] = ()
    registers: dict[tuple[int, ...], Register] = dataclasses.field(default_factory=dict)
    of_days: dict[tuple[int, date], Register] = dataclasses.field(default_factory=dict)


_newest = [_Kept()]
_STATE = db.select(
    db.select(Rayon.oblast_id).where(Rayon.id == db.bindparam("rayon_id")).scalar_subquery(),
    db.func.max(Price.id),
    db.func.count(Price.valid_until),
    *(db.func.sum(column) for column in (Price.low, Price.usual, Price.high)),
)
_ROWS = (
    db.select(*(column for column in Price.__table__.columns if column.name not in ("kind", "source", "entered_at")))
    .where(Price.kind == PriceKind.MARKET)
    .order_by(Price.id)
)


def texts(values: Mapping[str, str], prefix: str) -> Texts:
    """{"ky": …} from {"name_ky": …} and the like."""
    return {locale: values[f"{prefix}_{locale}"] for locale in LOCALES}
