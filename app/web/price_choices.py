"""The rates of the price list as choices of a form."""

from collections.abc import Iterable

from app.localisation import Money, current_locale, gettext
from models.prices import Price


def price_choices(rates: Iterable[Price]) -> list[tuple[str, str]]:
    """(what the form sends, what is read) of each rate, in the language in force."""
    return [(str(one.id), _text(one)) for one in rates]


def _text(rate: Price) -> str:
    return gettext(
        "%(item)s: %(price)s (%(unit)s)",
        item=rate.name(current_locale()),
        price=Money(rate.usual),
        unit=rate.unit_in(current_locale()),
    )
