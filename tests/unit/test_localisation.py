"""Numbers, money, days, sorting and folding in the three languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.localisation import (
    EXPONENTS,
    Money,
    as_json,
    date_text,
    deadline_text,
    fold,
    hours_text,
    money,
    number_text,
    render,
    shown,
    signed_text,
    sort_key,
    to_minor,
    use_locale,
)

NB = "\u00a0"


@pytest.mark.parametrize(
    ("locale", "text"), [("ky", f"1{NB}234{NB}567,50"), ("ru", f"1{NB}234{NB}567,50"), ("en", f"1{NB}234{NB}567.50")]
)
def test_numbers_have_groups_and_the_languages_decimal_sign(locale, text):
    with use_locale(locale):
        assert number_text(Decimal("1234567.5"), 2) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (400_000_00, "KGS", f"400{NB}000{NB}сом"),
        (1_50, "KGS", f"1,50{NB}сом"),
        (-5_00, "KGS", f"-5{NB}сом"),
        (3_000_000, "KRW", f"3{NB}000{NB}000{NB}KRW"),
        (25_000_00, "RUB", f"25{NB}000{NB}RUB"),
    ],
)
def test_money_shows_fractions_only_when_there_are_any(amount, currency, text):
    with use_locale("ky"):
        assert money(amount, currency) == text


@given(st.integers(-(10**13), 10**13), st.sampled_from(sorted(EXPONENTS)))
def test_money_text_reads_back_as_the_same_minor_units(amount, currency):
    with use_locale("ru"):
        text = money(amount, currency).rsplit(NB, 1)[0].replace(NB, "").replace(",", ".")
    assert to_minor(Decimal(text), currency) == amount


def test_won_has_no_fractions():
    with pytest.raises(ValueError):
        to_minor(Decimal("10.5"), "KRW")


def test_days_and_deadlines():
    deadline = datetime(2027, 3, 12, 17, 59, 59, tzinfo=UTC)
    with use_locale("ru"):
        assert date_text(date(2027, 3, 12)) == "12.03.2027"
    with use_locale("en"):
        assert date_text(date(2027, 3, 12)) == f"12{NB}Mar{NB}2027"
        assert deadline_text(deadline) == f"Friday, 12{NB}Mar{NB}2027, 23:59 (Bishkek time)"


def test_an_instant_is_shown_as_its_day_in_bishkek():
    with use_locale("ky"):
        assert date_text(datetime(2027, 3, 12, 19, 0, tzinfo=UTC)) == "13.03.2027"


def test_kyrgyz_letters_sort_after_their_neighbours():
    words = ["үкү", "өтүк", "таң", "тандоо", "оюн", "пахта", "уй", "ыр", "нан", "ңанг"]
    assert sorted(words, key=sort_key) == ["нан", "ңанг", "оюн", "өтүк", "пахта", "тандоо", "таң", "уй", "үкү", "ыр"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Озгон", "Өзгөн"),
        ("Конур-Добо", "Коңур-Дөбө"),
        ("Джалал-Абад", "Жалал-Абад"),
        ("ЄзгЄн", "Өзгөн"),
        ("КЇн", "Күн"),
    ],
)
def test_folding_forgives_what_people_type(typed, meant):
    assert fold(typed) == fold(meant)


def test_parameters_survive_json_and_are_shown_in_the_readers_language():
    kept = {"amount": as_json(Money(100_00)), "day": as_json(date(2027, 3, 12))}
    with use_locale("en"):
        assert render("%(amount)s until %(day)s", kept) == f"100{NB}som until 12{NB}Mar{NB}2027"
    assert shown({"name": {"ky": "а", "ru": "б", "en": "c"}}) in ("а", "б", "c")


def test_opening_hours_are_read_in_runs_of_equal_days() -> None:
    week = {str(day): ["09:00", "17:00"] for day in range(1, 6)} | {"6": ["10:00", "14:00"]}
    with use_locale("en"):
        assert hours_text(week) == "Monday–Friday 09:00–17:00; Saturday 10:00–14:00"
        assert hours_text({"1": ["09:00", "12:00"], "3": ["09:00", "12:00"]}) == (
            "Monday 09:00–12:00; Wednesday 09:00–12:00"
        )
        assert hours_text({}) == ""


@pytest.mark.parametrize(("value", "text"), [(3.456, "+3,46"), (-3.456, "−3,46"), (-0.004, "0,00"), (0.0, "0,00")])
def test_more_or_less_than_nothing_has_its_sign(value: float, text: str) -> None:
    with use_locale("ky"):
        assert signed_text(value, 2) == text
