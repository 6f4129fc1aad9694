"""Importing a price register from CSV: all or nothing, each refused row named with its line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice

from app.clock import bishkek_day
from app.localisation import to_minor, use_locale
from app.services import audit, csv_rows, places, prices
from app.services.actors import Actor
from app.services.errors import DomainError, LimitExceededError
from app.services.prices import Item, Key, Quote
from models.base import BASE_CURRENCY, LOCALES
from models.places import Oblast
from models.prices import Price, PriceKind

COLUMNS = (
    *("kind", "name_ky", "name_ru", "name_en", "unit_ky", "unit_ru", "unit_en"),
    *("low", "usual", "high", "oblast_iso", "source", "valid_from"),
)
LONGEST = {"unit": 40, "name": 200, "source": 200}
MOST_ROWS = 5_000


@dataclass
class PriceImport:
    """What an import did or would do. `refused` pairs a line number of the file with the reason."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def import_csv(lines: Iterable[str], *, actor: Actor | None, now: datetime) -> PriceImport:
    """Read prices (in som) from CSV text with the columns of `COLUMNS` and flush them. The caller rolls back a dry run.

    An item the register has at the same price is left alone; at another price it is replaced from the row's day on.
    What stands in the register and not in the file stays. When a row is refused the caller keeps nothing.
    """
    result = PriceImport()
    try:
        head, found = csv_rows.named(csv_rows.read(lines))
        rows = list(enumerate(islice(found, MOST_ROWS), start=2))
    except LimitExceededError as refusal:
        with use_locale("en"):
            result.refused.append((refusal.parameters["row"], str(refusal)))
        return result
    missing = [column for column in COLUMNS if column not in head]
    if missing:
        result.refused.append((1, f"columns missing: {', '.join(missing)}"))
        return result
    oblasts = {oblast.iso: oblast for oblast in places.oblasts()}
    known = prices.open_rows(bishkek_day(now))
    seen: set[Key] = set()
    for line, row in rows:
        if line > MOST_ROWS:
            result.refused.append((line, f"more than {MOST_ROWS} rows"))
            break
        try:
            item, quote = _read(row, oblasts)
            if prices.key_of(item) in seen:
                raise ValueError("this item stands twice in the file")
            seen.add(prices.key_of(item))
            _take(known.get(prices.key_of(item)), item, quote, result, actor, now)
        except ValueError as problem:
            result.refused.append((line, str(problem)))
        except DomainError as refusal:
            with use_locale("en"):
                result.refused.append((line, str(refusal)))
    if not result.refused and (result.added or result.changed):
        audit.record(
            actor, "prices.import", "prices:all", now, prices_added=result.added, prices_changed=result.changed
        )
        prices.tell_of_import(result.added, result.changed, now)
    return result


def _take(
    known: Price | None, item: Item, quote: Quote, result: PriceImport, actor: Actor | None, now: datetime
) -> None:
    if known is None:
        prices.enter(item, quote, actor=actor, now=now)
        result.added += 1
    elif _says_the_same(known, quote):
        result.unchanged += 1
    else:
        prices.succeed(known, quote, actor=actor, now=now)
        result.changed += 1


def _says_the_same(price: Price, quote: Quote) -> bool:
    low = quote.usual if quote.low is None else quote.low
    high = quote.usual if quote.high is None else quote.high
    return (price.low, price.usual, price.high) == (low, quote.usual, high)


def _read(row: Mapping[str, str | None], oblasts: Mapping[str, Oblast]) -> tuple[Item, Quote]:
    """The row as the register takes it. Raises `ValueError` with the reason."""
    if None in row or None in row.values():
        raise ValueError("the row does not have as many cells as the head")
    cells = {name: (text or "").strip() for name, text in row.items()}
    if cells["kind"] not in list(PriceKind):
        raise ValueError(f"kind {cells['kind']!r} is none of {', '.join(PriceKind)}")
    for name in (*(f"{part}_{locale}" for part in ("name", "unit") for locale in LOCALES), "source"):
        if not cells[name]:
            raise ValueError(f"{name} is empty")
        if len(cells[name]) > LONGEST[name.partition("_")[0]]:
            raise ValueError(f"{name} is longer than {LONGEST[name.partition('_')[0]]} characters")
    iso = cells["oblast_iso"]
    if iso and iso not in oblasts:
        raise ValueError(f"oblast_iso {iso!r} is none of {', '.join(sorted(oblasts))}")
    item = Item(PriceKind(cells["kind"]), prices.texts(cells, "name"), prices.texts(cells, "unit"), oblasts.get(iso))
    return item, Quote(
        usual=_amount("usual", cells["usual"]),
        low=_amount("low", cells["low"]) if cells["low"] else None,
        high=_amount("high", cells["high"]) if cells["high"] else None,
        source=cells["source"],
        valid_from=_day(cells["valid_from"]),
    )


def _amount(name: str, text: str) -> int:
    """Som as tyiyn: "1 250,50"."""
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
        if number.is_finite() and abs(number) < 10**12:
            return to_minor(number, BASE_CURRENCY)
    except (InvalidOperation, ValueError):
        pass
    raise ValueError(f"{name} {text!r} is no amount of money")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"valid_from {text!r} is no day as 2026-01-31") from None
