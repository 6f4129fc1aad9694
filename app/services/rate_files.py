"""The National Bank's XML of rates, daily or weekly, read without trusting it.

`<CurrencyRates Name="Daily Exchange Rates" Date="23.05.2026">` holds `<Currency ISOCode="USD">` with `<Nominal>` and
`<Value>` (decimal comma). Which of the two it is, and of which day, is told by its content, not by its name. The
encoding is the one the file declares (windows-1251). A file with a DTD is refused, and with it every entity of its own.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.parsers import expat

from app.localisation import N_, gettext
from app.services import rates
from app.services.errors import DomainError, LimitExceededError
from app.services.rates import FOREIGN, Quote
from models.base import fingerprint
from models.rates import RateSource

LARGEST = 100 * 1024
"""Bytes: the daily file has one kilobyte, the weekly one some ten."""
MOST_ROWS, LONGEST_TEXT = 300, 40
KINDS = {"daily": RateSource.NBKR_DAILY, "weekly": RateSource.NBKR_WEEKLY}
_NOT_OURS = N_("This is no rate file of the National Bank.")
_WHOLE, _NUMBER = re.compile(r"[0-9]{1,7}"), re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,8})?")


@dataclass(frozen=True)
class FileRow:
    """One currency as the file has it: `quote` when it can be a rate, else `problem`, a text in the reader's language.

    `nominal` and `value` are what stands in the file, cut to some letters.
    """

    currency: str
    nominal: str
    value: str
    quote: Quote | None
    problem: str = ""


@dataclass(frozen=True)
class RateFile:
    """What a file says: whose rates of which day, row by row, and the SHA-256 of its bytes."""

    source: RateSource
    day: date
    rows: tuple[FileRow, ...]
    sha256: str


class _Reader:
    """Collects what stands where a rate file has it; everything else is passed over."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.root: tuple[str, dict[str, str]] = ("", {})
        self.rows: list[dict[str, str]] = []
        self.text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        self.text = ""
        if len(self.path) == 1:
            self.root = (name, attributes)
        elif self.path[1:] == ["Currency"]:
            if len(self.rows) == MOST_ROWS:
                raise LimitExceededError(_NOT_OURS, field="upload")
            self.rows.append({"ISOCode": attributes.get("ISOCode", "")})

    def read(self, text: str) -> None:
        if len(self.text) <= LONGEST_TEXT:
            self.text += text

    def end(self, name: str) -> None:
        if len(self.path) == 3 and self.path[1] == "Currency":
            self.rows[-1].setdefault(name, self.text)
        self.path.pop()
        self.text = ""


def read(content: bytes) -> RateFile:
    """What a file says; single rows carry their problem. Raises `DomainError`, in plain words, for no rate file.

    Bounded by `LARGEST`; expat goes through the bytes once and builds no tree.
    """
    if len(content) > LARGEST:
        message = N_("The file is larger than %(most)s KB: this is no rate file of the National Bank.")
        raise LimitExceededError(message, field="upload", most=LARGEST // 1024)
    reader = _parsed(content)
    name, attributes = reader.root
    if name != "CurrencyRates":
        raise DomainError(_NOT_OURS, field="upload")
    kind = next(iter(attributes.get("Name", "").casefold().split()), "")
    if kind not in KINDS:
        raise DomainError(
            N_("The file says neither that its rates are daily nor that they are weekly."), field="upload"
        )
    if not reader.rows:
        raise DomainError(N_("The file holds no rates."), field="upload")
    counts = Counter(_code(row) for row in reader.rows)
    rows = tuple(_row(row, counts[_code(row)] > 1) for row in reader.rows)
    return RateFile(KINDS[kind], _day(attributes.get("Date", "")), rows, fingerprint(content))


def _parsed(content: bytes) -> _Reader:
    reader, parser = _Reader(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.read
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError, ValueError: an encoding nobody has
        raise DomainError(N_("The file is no XML in the encoding it names."), field="upload") from error
    return reader


def _refuse_doctype(*_arguments: Any) -> None:
    raise DomainError(N_("The file brings definitions of its own (a DTD), so it is not read."), field="upload")


def _day(text: str) -> date:
    try:
        return datetime.strptime(text.strip(), "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise DomainError(N_("The file does not say of which day its rates are."), field="upload") from error


def _code(row: dict[str, str]) -> str:
    return row["ISOCode"].strip()[:LONGEST_TEXT]


def _row(row: dict[str, str], is_twice: bool) -> FileRow:
    code, nominal, value = _code(row), _plain(row.get("Nominal", "")), _plain(row.get("Value", ""))
    try:
        if not code:
            raise DomainError(N_("The row names no currency."))
        if code not in FOREIGN:
            raise DomainError(N_("The programme does not use this currency."))
        if is_twice:
            raise DomainError(N_("This currency stands twice in the file."))
        if not _WHOLE.fullmatch(nominal):
            raise DomainError(N_("“%(text)s” is no number of units."), text=nominal)
        if not _NUMBER.fullmatch(value):
            raise DomainError(N_("“%(text)s” is no rate."), text=value)
        quote = Quote(code, int(nominal), Decimal(value.replace(",", ".")))
        rates.must_be_believable(quote)
    except DomainError as refusal:
        return FileRow(code, nominal, value, None, gettext(refusal.message, **refusal.parameters))
    return FileRow(code, nominal, value, quote)


def _plain(text: str) -> str:
    """Without blanks: some write them between groups of digits."""
    return "".join(text.split())[:LONGEST_TEXT]
