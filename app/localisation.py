"""Languages: texts, numbers, money, dates, sorting and folding in Kyrgyz, Russian and English.

Knows nothing of HTTP: the language in force is a context variable that the edges set. Message ids are the
English texts; `N_` marks one that is translated later (an error, a notification, a label in a table).
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from app.clock import BISHKEK

LOCALES: tuple[tuple[str, str], ...] = (("ky", "Кыргызча"), ("ru", "Русский"), ("en", "English"))
LOCALE_CODES = tuple(code for code, _name in LOCALES)
DEFAULT_LOCALE = "ky"
NBSP = "\u00a0"

EXPONENTS = {
    "KGS": 2,
    "RUB": 2,
    "USD": 2,
    "EUR": 2,
    "KZT": 2,
    "CNY": 2,
    "TRY": 2,
    "KRW": 0,
    "GBP": 2,
    "UZS": 2,
}
"""Currencies the programme handles, with their ISO 4217 minor-unit exponent."""

_current: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


@dataclass(frozen=True)
class Money:
    """An amount for people to read: integer minor units and its ISO currency."""

    amount: int
    currency: str = "KGS"


def N_(message: str) -> str:
    """Mark a message for translation without translating it now."""
    return message


def current_locale() -> str:
    """The language in force: "ky", "ru" or "en"."""
    return _current.get()


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Make `locale` the language in force inside the block."""
    token = _current.set(locale if locale in LOCALE_CODES else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _current.reset(token)


def set_locale(locale: str) -> None:
    """Make `locale` the language in force for the rest of this context (a request, a job)."""
    _current.set(locale if locale in LOCALE_CODES else DEFAULT_LOCALE)


@lru_cache
def _catalogue(locale: str) -> NullTranslations:
    path = Path(__file__).parent / "translations" / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def translated(message: str) -> str:
    """The text of `message` with its placeholders left as they are: for template engines that fill them in."""
    return _translated(_current.get(), message)


@lru_cache(maxsize=16_384)
def _translated(locale: str, message: str) -> str:
    return str(_catalogue(locale).ugettext(message)) if message else ""


def translated_plural(singular: str, plural: str, number: int) -> str:
    """The plural form that fits `number`, placeholders left as they are."""
    return str(_catalogue(_current.get()).ungettext(singular, plural, number))


def gettext(message: str, **parameters: Any) -> str:
    """The text of `message` in the language in force, its `%(name)s` filled in."""
    text = translated(message)
    return text % _shown(parameters) if parameters else text.replace("%%", "%")


def ngettext(singular: str, plural: str, number: int, **parameters: Any) -> str:
    """The plural form that fits `number`; `%(num)s` is the number."""
    text = translated_plural(singular, plural, number)
    return text % _shown({"num": number_text(number), **parameters})


def render(message: str, parameters: Mapping[str, Any]) -> str:
    """`gettext` for messages kept with JSON parameters (errors, notifications)."""
    return gettext(message, **parameters)


class LazyText:
    """A message translated each time it is read: labels of forms, made once and shown in any language."""

    __slots__ = ("message", "parameters")

    def __init__(self, message: str, parameters: Mapping[str, Any] | None = None) -> None:
        self.message = message
        self.parameters = dict(parameters or {})

    def __str__(self) -> str:
        return gettext(self.message, **self.parameters)

    def __html__(self) -> str:
        return str(self).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")

    def __bool__(self) -> bool:
        return bool(self.message)

    def __mod__(self, parameters: Any) -> str:
        """WTForms fills in a message with `%` what is filled in here already."""
        return str(self)


def lazy(message: str, **parameters: Any) -> LazyText:
    """A label that is translated when it is shown."""
    return LazyText(message, parameters)


def _shown(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {key: shown(value) for key, value in parameters.items()}


def shown(value: Any) -> Any:
    """A parameter as people read it: money, days, instants and nested messages in the language in force."""
    if isinstance(value, Money):
        return money(value.amount, value.currency)
    if isinstance(value, datetime):
        return datetime_text(value)
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, dict):
        if "money" in value:
            return money(*value["money"])
        if "day" in value:
            return date_text(date.fromisoformat(value["day"]))
        if "text" in value:
            return gettext(value["text"])
        if "names" in value:
            return ", ".join(shown({"name": one}) for one in value["names"])
        if "texts" in value:
            return ", ".join(gettext(text) for text in value["texts"])
        if "sentences" in value:
            return " ".join(gettext(text) for text in value["sentences"])
        if "name" in value:
            return value["name"].get(current_locale()) or value["name"].get("ru", "")
    return value


def as_json(value: Any) -> Any:
    """The JSON form of a parameter, read back by `shown`."""
    if isinstance(value, Money):
        return {"money": [value.amount, value.currency]}
    if isinstance(value, datetime):
        return {"day": value.astimezone(BISHKEK).date().isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, LazyText):
        return {"text": value.message}
    return value


# Numbers ----------------------------------------------------------------------------------------------------------


def number_text(value: int | float | Decimal, decimals: int | None = None) -> str:
    """1 234 567,5 (ky, ru) or 1 234 567.5 (en), groups parted by no-break spaces."""
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    text = f"{number.normalize():,f}" if decimals is None else f"{number:,.{decimals}f}"
    whole, _dot, fraction = text.partition(".")
    whole = whole.replace(",", NBSP)
    if not fraction:
        return whole
    return whole + ("." if current_locale() == "en" else ",") + fraction


def signed_text(value: float, decimals: int) -> str:
    """As `number_text` with + or − before it; nothing before what rounds to zero."""
    size = round(abs(value), decimals)
    return ("" if not size else "+" if value > 0 else "−") + number_text(size, decimals)


def percent_text(value: int | float | Decimal, decimals: int = 0) -> str:
    """A percentage given as 0-100."""
    return number_text(value, decimals) + NBSP + "%"


def plain_amount(amount: int, currency: str) -> Decimal:
    """Minor units as a decimal of major units: 40000 KGS -> 400.00."""
    return Decimal(amount).scaleb(-EXPONENTS[currency])


def to_minor(value: Decimal, currency: str) -> int:
    """Major units as integer minor units. Raises `ValueError` when the currency has no such fraction."""
    minor = value.scaleb(EXPONENTS[currency])
    if minor != minor.to_integral_value():
        raise ValueError(f"{currency} has {EXPONENTS[currency]} decimals")
    return int(minor)


def money(amount: int, currency: str = "KGS") -> str:
    """`400 000 сом`; fractions only when there are any; foreign money with its ISO code."""
    value = plain_amount(amount, currency)
    exponent = EXPONENTS[currency]
    decimals = 0 if value == value.to_integral_value() else exponent
    unit = gettext("som") if currency == "KGS" else currency
    return number_text(value, decimals) + NBSP + unit


# Days and instants ------------------------------------------------------------------------------------------------

_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


def date_text(day: date) -> str:
    """12.03.2027 (ky, ru), 12 Mar 2027 (en). An instant is shown as its day in Bishkek."""
    if isinstance(day, datetime):
        day = day.astimezone(BISHKEK).date()
    if current_locale() == "en":
        return f"{day.day}{NBSP}{_MONTHS_EN[day.month - 1]}{NBSP}{day.year}"
    return f"{day:%d.%m.%Y}"


def month_text(day: date) -> str:
    """январь 2027 (ky, ru), January 2027 (en): the month in which `day` lies."""
    name = gettext(MONTHS[day.month - 1])
    return f"{name if current_locale() == 'en' else name.lower()}{NBSP}{day.year}"


def datetime_text(instant: datetime) -> str:
    """Day and minute in Bishkek."""
    local = instant.astimezone(BISHKEK)
    return f"{date_text(local.date())}, {local:%H:%M}"


def deadline_text(instant: datetime) -> str:
    """Friday, 12.03.2027, 23:59 (Bishkek time)."""
    local = instant.astimezone(BISHKEK)
    return gettext(
        "%(weekday)s, %(day)s, %(hour)s (Bishkek time)",
        weekday=gettext(WEEKDAYS[local.weekday()]),
        day=date_text(local.date()),
        hour=f"{local:%H:%M}",
    )


def hours_text(hours: Mapping[str, Any]) -> str:
    """Monday–Friday 09:00–17:00; Saturday 10:00–14:00, of {"1": ["09:00", "17:00"], …} by ISO weekday."""
    runs: list[tuple[int, int, str]] = []
    for day in range(1, 8):
        window = "–".join(hours.get(str(day)) or ())
        if runs and runs[-1][1:] == (day - 1, window):
            runs[-1] = (runs[-1][0], day, window)
        elif window:
            runs.append((day, day, window))
    names = [gettext(name) for name in WEEKDAYS]
    return "; ".join(
        f"{names[first - 1]}{f'–{names[last - 1]}' if last > first else ''} {window}" for first, last, window in runs
    )


# Sorting and folding ----------------------------------------------------------------------------------------------

_ALPHABET = "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя"
_ORDER = str.maketrans({letter: chr(0xE000 + index) for index, letter in enumerate(_ALPHABET)})
_FOLDED = str.maketrans({"ө": "о", "ү": "у", "ң": "н", "ё": "е", "є": "о", "ї": "у"})


def sort_key(text: str) -> str:
    """A text whose plain order is the Kyrgyz alphabet's: ң after н, ө after о, ү after у."""
    return text.casefold().translate(_ORDER)[:400]


def fold(text: str) -> str:
    """Fold what people type differently: ө=о, ү=у, ң=н, ё=е, Дж=Ж, Є and Ї typed for Ө and Ү; one space, lower case."""
    return " ".join(text.casefold().translate(_FOLDED).replace("дж", "ж").split())


def words(text: str) -> tuple[str, ...]:
    """The folded words of what somebody looks for, each once, in the order they were typed."""
    return tuple(dict.fromkeys(fold(text.replace("\0", " ")).split()))
