"""The price register of the demonstration: an imported list, and what became dearer since."""

from app.services import price_imports, prices
from app.services.prices import Quote
from models.base import db
from models.prices import Price
from seeds.agenda import Story, at
from seeds.content import DATA
from seeds.programme import Programme

LIST = DATA / "prices.csv"
SOURCE = "Көрсөтмө баа · демонстрационная цена"
RISES: tuple[tuple[str, int, int], ...] = (
    ("Cement", 6, 110),
    ("Coal boiler with pipes", 6, 107),
    ("Fish feed", 9, 112),
)
"""English name, month of 2026, percent of the price before."""


class PriceListRefusedError(Exception):
    """A row of the project's own list cannot be taken: the file is damaged."""


def register(programme: Programme) -> Story:
    """The secretary imports the list in the first week; some prices are replaced in the second year."""
    now = yield at(programme.calendar.on(2025, 1, 8), 11, 15)
    lines = LIST.read_text(encoding="utf-8").splitlines()
    result = price_imports.import_csv(lines, actor=programme.as_staff("secretary"), now=now)
    if result.refused:
        line, reason = result.refused[0]
        raise PriceListRefusedError(f"{LIST.name}, line {line}: {reason}")
    for name, month, percent in RISES:
        day = programme.calendar.on(2026, month, 1)
        now = yield at(day, 9, 40)
        query = db.select(Price).where(Price.name_en == name, Price.oblast_id.is_(None), Price.valid_until.is_(None))
        price = db.session.scalars(query).one()
        low, usual, high = (amount * percent // 10_000 * 100 for amount in (price.low, price.usual, price.high))
        quote = Quote(usual, SOURCE, day, low, high)
        prices.replace(price, quote, actor=programme.as_staff("secretary"), now=now)
