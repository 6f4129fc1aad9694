"""The National Bank's XML: its figures exactly, and nothing of what a hostile file tries."""

from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.localisation import use_locale
from app.services import rate_files
from app.services.errors import DomainError
from app.services.rates import FOREIGN, Quote
from models.rates import RateSource

DAILY = """<?xml version="1.0" encoding="windows-1251" ?>
<CurrencyRates Name="Daily Exchange Rates" Date="23.05.2026">
<Currency ISOCode="USD"><Nominal>1</Nominal><Value>87,4500</Value></Currency>
<Currency ISOCode="EUR"><Nominal>1</Nominal><Value>101,5076</Value></Currency>
<Currency ISOCode="KZT"><Nominal>1</Nominal><Value>0,1851</Value></Currency>
<Currency ISOCode="RUB"><Nominal>1</Nominal><Value>1,1239</Value></Currency>
</CurrencyRates>
""".encode("cp1251")
WEEKLY = """<?xml version="1.0" encoding="windows-1251" ?>
<CurrencyRates Name="Weekly Exchange Rates" Date="23.05.2026">
<Currency ISOCode="JPY"><Nominal>10</Nominal><ValidFor>7</ValidFor><Value>5,4969</Value></Currency>
<Currency ISOCode="KRW"><Nominal>100</Nominal><ValidFor>7</ValidFor><Value>6,3000</Value></Currency>
</CurrencyRates>
""".encode("cp1251")
"""Shaped as the National Bank's own files of that day (https://www.nbkr.kg/XML/daily.xml and weekly.xml)."""


def file_of(rows: str, *, name: str = "Daily Exchange Rates", day: str = "23.05.2026", coding: str = "utf-8") -> bytes:
    head = f'<?xml version="1.0" encoding="{coding}"?>'
    return f'{head}<CurrencyRates Name="{name}" Date="{day}">{rows}</CurrencyRates>'.encode(coding)


def row(code: str, nominal: str = "1", value: str = "1,0") -> str:
    return (
        f"<Currency ISOCode={quoteattr(code)}><Nominal>{escape(nominal)}</Nominal>"
        f"<Value>{escape(value)}</Value></Currency>"
    )


def problem_of(content: bytes) -> str:
    with use_locale("en"), pytest.raises(DomainError) as refusal:
        rate_files.read(content)
    with use_locale("en"):
        return str(refusal.value)


def test_the_daily_and_the_weekly_file_are_told_by_their_content() -> None:
    daily, weekly = rate_files.read(DAILY), rate_files.read(WEEKLY)
    assert (daily.source, daily.day) == (RateSource.NBKR_DAILY, date(2026, 5, 23))
    assert [one.quote for one in daily.rows] == [
        Quote("USD", 1, Decimal("87.4500")),
        Quote("EUR", 1, Decimal("101.5076")),
        Quote("KZT", 1, Decimal("0.1851")),
        Quote("RUB", 1, Decimal("1.1239")),
    ]
    assert weekly.source is RateSource.NBKR_WEEKLY
    assert [one.quote for one in weekly.rows] == [None, Quote("KRW", 100, Decimal("6.3000"))]
    assert weekly.rows[0].currency == "JPY"


@given(
    st.dictionaries(
        st.sampled_from(FOREIGN),
        st.tuples(
            st.integers(1, 1_000_000),
            st.decimals(Decimal("0.00000001"), Decimal("999999.99999999"), places=8),
        ),
        min_size=1,
    ),
    st.dates(date(1993, 5, 10), date(2100, 1, 1)),
    st.sampled_from(["utf-8", "windows-1251", "utf-16", "iso-8859-5", "us-ascii"]),
    st.sampled_from([",", "."]),
)
def test_what_a_file_says_is_what_is_read(
    said: dict[str, tuple[int, Decimal]], day: date, coding: str, comma: str
) -> None:
    rows = "".join(
        row(code, str(nominal), f" {value:f} ".replace(".", comma)) for code, (nominal, value) in said.items()
    )
    found = rate_files.read(file_of(rows, day=f"{day:%d.%m.}{day.year:04d}", coding=coding))
    assert found.day == day
    assert [one.quote for one in found.rows] == [Quote(code, *given) for code, given in said.items()]


@given(st.binary(max_size=600) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(DomainError):
        rate_files.read(content)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60), st.text("0123456789,.- ٣e"))
def test_whatever_stands_in_a_row_becomes_a_rate_or_a_reason(nominal: str, value: str) -> None:
    try:
        content = file_of(row("USD", nominal, value))
        (found,) = rate_files.read(content).rows
    except DomainError as refusal:  # a letter that XML does not know
        assert refusal.message == "The file is no XML in the encoding it names."
        return
    assert (found.quote is None) == bool(found.problem)
    if found.quote is not None:
        assert 0 < found.quote.nominal <= 1_000_000 and 0 < found.quote.value < 1_000_000


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        (row(""), ["The row names no currency."]),
        (row("XAU"), ["The programme does not use this currency."]),
        (row("KGS"), ["The programme does not use this currency."]),
        (row("USD") + row("EUR") + row("USD", value="2"), ["This currency stands twice in the file.", ""] * 2),
        (row("USD", nominal="0"), ["A rate must be a positive number."]),
        (row("USD", nominal="-1"), ["“-1” is no number of units."]),
        (row("USD", nominal="1,5"), ["“1,5” is no number of units."]),
        (row("USD", value="0,0000"), ["A rate must be a positive number."]),
        (row("USD", value="1e5"), ["“1e5” is no rate."]),
        (row("USD", value="NaN"), ["“NaN” is no rate."]),
        (row("USD", value="٨٧"), ["“٨٧” is no rate."]),
        (row("USD", value="9999999"), ["A rate must be a positive number."]),
        ('<Currency ISOCode="USD"/>', ["“” is no number of units."]),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(rows: str, problems: list[str]) -> None:
    with use_locale("en"):
        found = rate_files.read(file_of(rows))
    assert [one.problem for one in found.rows] == problems[: len(found.rows)]


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<CurrencyRates Name="Daily" Date="23.05.2026"><Currency ISOCode="USD"><Value>&b;</Value></Currency>'
    b"</CurrencyRates>"
)
OUTSIDE = BILLION_LAUGHS.replace(b'"lol"', b'SYSTEM "file:///etc/passwd"')


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (BILLION_LAUGHS, "The file brings definitions of its own (a DTD), so it is not read."),
        (OUTSIDE, "The file brings definitions of its own (a DTD), so it is not read."),
        (DAILY + b" " * rate_files.LARGEST, "The file is larger than 100 KB"),
        (DAILY.replace(b"windows-1251", b"klingon"), "The file is no XML in the encoding it names."),
        (DAILY.replace(b"windows-1251", b"shift_jis"), "The file is no XML in the encoding it names."),
        (file_of("<!-- банк -->", coding="windows-1251").replace(b"windows-1251", b"utf-8"), "The file is no XML"),
        (DAILY[:200], "The file is no XML in the encoding it names."),
        (b"", "The file is no XML in the encoding it names."),
        (b"<html><body>Moved</body></html>", "This is no rate file of the National Bank."),
        (file_of(""), "The file holds no rates."),
        (file_of(row("USD"), name="Monthly"), "The file says neither that its rates are daily"),
        (file_of(row("USD"), name=""), "The file says neither that its rates are daily"),
        (file_of(row("USD"), day="31.02.2026"), "The file does not say of which day its rates are."),
        (file_of(row("USD") * 301), "This is no rate file of the National Bank."),
    ],
)
def test_what_is_no_rate_file_is_refused_with_the_reason(content: bytes, message: str) -> None:
    assert problem_of(content).startswith(message)


def test_what_lies_deeper_or_elsewhere_is_no_rate() -> None:
    """Only a currency right under the root, and what stands right under it."""
    hidden = f"<Other>{row('EUR')}</Other><Currency ISOCode='USD'><Value>2<b>9</b></Value><x><Nominal>7</Nominal></x>"
    found = rate_files.read(file_of(hidden + "<Nominal>1</Nominal><Value>5</Value></Currency>"))
    assert [one.currency for one in found.rows] == ["USD"]
