"""How each fixed part stands in a snapshot, and how its values are shown: for holding two submissions side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.labels import country_text, label_text
from app.localisation import N_, current_locale, date_text, gettext, money, month_text
from models.applications import BudgetHeading, Payer
from models.base import text_in
from models.documents import DocumentKind

Show = Callable[[Any, Mapping[str, Any]], str]
"""How a value of a row is shown; the second argument is the whole row."""


@dataclass(frozen=True)
class Table:
    """The rows of a fixed part in a snapshot: where they are, which value names a row, and how its values are shown."""

    rows: Callable[[Mapping[str, Any]], list[Mapping[str, Any]]]
    name: str
    columns: tuple[tuple[str, str, Show], ...]


def _plain(value: Any, _row: Mapping[str, Any]) -> str:
    return str(value)


def _som(value: Any, _row: Mapping[str, Any]) -> str:
    return money(value)


def _foreign(value: Any, row: Mapping[str, Any]) -> str:
    return money(value, row["currency"])


def _day(value: Any, _row: Mapping[str, Any]) -> str:
    return date_text(date.fromisoformat(value))


def _yes_no(value: Any, _row: Mapping[str, Any]) -> str:
    return gettext("Yes") if value else gettext("No")


def _texts(value: Any, _row: Mapping[str, Any]) -> str:
    return text_in(value, current_locale())


def _month(value: Any, _row: Mapping[str, Any]) -> str:
    return month_text(date.fromisoformat(value))


def _country(value: Any, _row: Mapping[str, Any]) -> str:
    return country_text(value)


def _one_of(kind: type[StrEnum]) -> Show:
    return lambda value, _row: label_text(kind(value))


def _by_month(value: Any, _row: Mapping[str, Any]) -> str:
    return " · ".join(str(one) for one in value)


def _som_by_month(value: Any, _row: Mapping[str, Any]) -> str:
    return " · ".join(money(one) for one in value)


def _start(value: Any, _row: Mapping[str, Any]) -> str:
    return f"{value[:8]}…"


def _of(*keys: str) -> Callable[[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The list under a path of keys; an empty one where a snapshot is older than the part."""

    def rows(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        found: Any = content
        for key in keys:
            found = (found or {}).get(key)
        return list(found or [])

    return rows


def _frame(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    plan = content.get("plan") or {}
    kept = {key: plan.get(key) for key in ("starts_on", "sales_from", "opening_cash")}
    return [kept] if kept["starts_on"] else []


def _meeting(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """One row, without the quorum: that is the call's."""
    kept = content.get("meeting")
    return [{key: value for key, value in kept.items() if not key.startswith("quorum")}] if kept else []


def _beneficiaries(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    kept = content.get("beneficiaries")
    return [kept] if kept else []


def _theme(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    kept = content.get("theme")
    return [{"theme": kept["name"]}] if kept else []


TABLES: Mapping[str, Table] = {
    "theme": Table(_theme, "", (("theme", N_("What is the project mainly about?"), _texts),)),
    "budget": Table(
        _of("budget"),
        "item",
        (
            ("item", N_("What exactly"), _plain),
            ("heading", N_("Kind of cost"), _one_of(BudgetHeading)),
            ("price", N_("Rate of the price list"), _texts),
            ("quantity", N_("Quantity"), _plain),
            ("unit", N_("Unit"), _plain),
            ("unit_cost", N_("Price of one"), _som),
            ("amount", N_("Amount"), _som),
            ("payer", N_("Who pays"), _one_of(Payer)),
            ("month", N_("In which month of the plan"), _plain),
        ),
    ),
    "business_plan": Table(
        _frame,
        "",
        (
            ("starts_on", N_("First month"), _month),
            ("sales_from", N_("From which month on will you sell?"), _plain),
            ("opening_cash", N_("Money in hand for the business before it begins"), _som),
        ),
    ),
    "sales": Table(
        _of("plan", "sales"),
        "product",
        (
            ("product", N_("What do you sell?"), _plain),
            ("buyers", N_("Who buys it?"), _plain),
            ("unit", N_("Unit"), _plain),
            ("price", N_("Price of one"), _som),
            ("unit_cost", N_("What making one costs"), _som),
            ("volumes", N_("How much do you sell in each month of a full year?"), _by_month),
        ),
    ),
    "costs": Table(
        _of("plan", "costs"),
        "item",
        (
            ("item", N_("What has to be paid"), _plain),
            ("amounts", N_("How much in each month of a full year?"), _som_by_month),
        ),
    ),
    "financing": Table(
        _of("plan", "financing"),
        "payer",
        (
            ("payer", N_("Who pays"), _one_of(Payer)),
            ("month", N_("In which month of the plan"), _plain),
            ("amount", N_("Amount"), _som),
            ("description", N_("Note"), _plain),
        ),
    ),
    "steps": Table(
        _of("plan", "steps"),
        "activity",
        (
            ("activity", N_("What is done"), _plain),
            ("first_month", N_("First month"), _plain),
            ("last_month", N_("Last month"), _plain),
            ("responsible", N_("Who answers for it"), _plain),
        ),
    ),
    "pledges": Table(
        _of("pledges"),
        "remitter",
        (
            ("remitter", N_("Who promises"), _plain),
            ("country", N_("Country where the person works"), _country),
            ("amount", N_("Amount"), _foreign),
            ("amount_kgs", N_("In som"), _som),
            ("due_on", N_("By when"), _day),
            ("is_pseudonym", N_("This is not the real name"), _yes_no),
            ("monthly_capacity", N_("How much the person can send in a month"), _foreign),
            ("has_consent", N_("The person agrees that this promise is recorded"), _yes_no),
        ),
    ),
    "targets": Table(
        _of("targets"),
        "indicator",
        (("baseline", N_("Now"), _plain), ("target", N_("When the project is done"), _plain)),
    ),
    "meeting": Table(
        _meeting,
        "",
        (
            ("held_on", N_("Day of the meeting"), _day),
            ("place", N_("Place of the meeting"), _plain),
            ("led_by", N_("Who led the meeting"), _plain),
            ("written_by", N_("Who wrote the minutes"), _plain),
            ("women", N_("Women present"), _plain),
            ("men", N_("Men present"), _plain),
            ("households", N_("Households represented"), _plain),
            ("entitled", N_("Households or adults in the whole village"), _plain),
            ("decision", N_("What was decided"), _plain),
            ("votes_for", N_("Votes for"), _plain),
            ("votes_against", N_("Votes against"), _plain),
            ("abstentions", N_("Abstained"), _plain),
        ),
    ),
    "documents": Table(
        _of("documents"),
        "filename",
        (
            ("kind", N_("What kind of document"), _one_of(DocumentKind)),
            ("filename", N_("File"), _plain),
            ("sha256", N_("Fingerprint"), _start),
            ("dated_on", N_("Day on the paper"), _day),
            ("expires_on", N_("Valid until"), _day),
            ("page", N_("Page"), _plain),
            ("is_replaced", N_("Replaced by a newer one"), _yes_no),
        ),
    ),
    "beneficiaries": Table(
        _beneficiaries,
        "",
        (
            ("women", N_("Women and girls"), _plain),
            ("men", N_("Men and boys"), _plain),
            ("young", N_("Young people of 14 to 28 years"), _plain),
            ("migrant_families", N_("Members of migrants' families"), _plain),
            ("returnees", N_("Returned migrants"), _plain),
            ("disabled", N_("People with a disability"), _plain),
            ("households", N_("Households they come from"), _plain),
        ),
    ),
}
"""How each fixed part stands in a snapshot, see `applications.content_of`."""
