"""The parts of every application form that are no questions: theme, budget, business plan, pledges, results,
documents, the village meeting and the people who benefit, counted.

Their fields stand here once, in the order of page, paper and workbook; the checks of what is typed are those of the
verbs in `app.services.applications`. A test holds the forms of the pages against this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.localisation import N_
from models.applications import BudgetHeading, Payer
from models.documents import DocumentKind


class FieldKind(StrEnum):
    """What is written into a field, and so how it is checked and how much room it needs."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes_no"
    COUNT = "count"  # whole
    QUANTITY = "quantity"  # a decimal, three places at most
    AMOUNT = "amount"  # major units of its currency, two places at most
    PLAN_MONTH = "plan_month"  # 1 to 24
    MONTH_NAME = "month_name"
    YEAR = "year"
    DAY = "day"
    COUNTRY = "country"
    CURRENCY = "currency"
    INDICATOR = "indicator"
    THEME = "theme"
    PRICE = "price"  # a row of the list of in-kind rates
    QUANTITY_BY_MONTH = "quantity_by_month"  # twelve, January first
    AMOUNT_BY_MONTH = "amount_by_month"
    FILE = "file"


@dataclass(frozen=True)
class Field:
    """One field. `label` is a message id; `limit` the longest text; `choices` the enum it is chosen from."""

    key: str
    label: str
    kind: FieldKind
    limit: int = 0
    is_required: bool = True
    choices: type[StrEnum] | None = None


@dataclass(frozen=True)
class FixedPart:
    """A part with its fields; with `is_table` there are as many rows of them as the applicant needs."""

    key: str
    title: str
    fields: tuple[Field, ...]
    is_table: bool = True


K = FieldKind
FIXED_PARTS: tuple[FixedPart, ...] = (
    FixedPart(
        "budget",
        N_("Budget"),
        (
            # What is given in kind takes its name, unit and rate from the price list; everything else names them.
            Field("item", N_("What exactly"), K.LINE, 200, is_required=False),
            Field("heading", N_("Kind of cost"), K.CHOICE, choices=BudgetHeading),
            Field("price", N_("Rate of the price list"), K.PRICE, is_required=False),
            Field("quantity", N_("Quantity"), K.QUANTITY),
            Field("unit", N_("Unit"), K.LINE, 40, is_required=False),
            Field("unit_cost", N_("Price of one"), K.AMOUNT, is_required=False),
            Field("payer", N_("Who pays"), K.CHOICE, choices=Payer),
            Field("month", N_("In which month of the plan"), K.PLAN_MONTH),
        ),
    ),
    FixedPart(
        "business_plan",
        N_("When the plan begins"),
        (
            Field("month", N_("First month"), K.MONTH_NAME),
            Field("year", N_("Year"), K.YEAR),
            Field("sales_from", N_("From which month on will you sell?"), K.PLAN_MONTH),
            Field("opening_cash", N_("Money in hand for the business before it begins"), K.AMOUNT),
        ),
        is_table=False,
    ),
    FixedPart(
        "sales",
        N_("Sales"),
        (
            Field("product", N_("What do you sell?"), K.LINE, 200),
            Field("buyers", N_("Who buys it?"), K.TEXT, 400),
            Field("unit", N_("Unit"), K.LINE, 40),
            Field("price", N_("Price of one"), K.AMOUNT),
            Field("unit_cost", N_("What making one costs"), K.AMOUNT),
            Field("value", N_("How much do you sell in each month of a full year?"), K.QUANTITY_BY_MONTH),
        ),
    ),
    FixedPart(
        "costs",
        N_("Running costs"),
        (
            Field("item", N_("What has to be paid"), K.LINE, 200),
            Field("value", N_("How much in each month of a full year?"), K.AMOUNT_BY_MONTH),
        ),
    ),
    FixedPart(
        "financing",
        N_("Financing"),
        (
            Field("payer", N_("Who pays"), K.CHOICE, choices=Payer),
            Field("month", N_("In which month of the plan"), K.PLAN_MONTH),
            Field("amount", N_("Amount"), K.AMOUNT),
            Field("description", N_("Note"), K.LINE, 200, is_required=False),
        ),
    ),
    FixedPart(
        "steps",
        N_("Work plan"),
        (
            Field("activity", N_("What is done"), K.LINE, 200),
            Field("first_month", N_("First month"), K.PLAN_MONTH),
            Field("last_month", N_("Last month"), K.PLAN_MONTH),
            Field("responsible", N_("Who answers for it"), K.LINE, 200, is_required=False),
        ),
    ),
    FixedPart(
        "pledges",
        N_("Pledges of co-investment"),
        (
            Field("remitter_name", N_("Who promises"), K.LINE, 200),
            Field("is_pseudonym", N_("This is not the real name"), K.YES_NO, is_required=False),
            Field("country", N_("Country where the person works"), K.COUNTRY),
            Field("amount", N_("Amount"), K.AMOUNT),
            Field("currency", N_("Currency"), K.CURRENCY),
            Field("due_on", N_("By when"), K.DAY),
            Field("monthly_capacity", N_("How much the person can send in a month"), K.AMOUNT, is_required=False),
            Field("has_consent", N_("The person agrees that this promise is recorded"), K.YES_NO),
        ),
    ),
    FixedPart(
        "targets",
        N_("Results you promise"),
        (
            Field("indicator", N_("What will change"), K.INDICATOR),
            Field("baseline", N_("Now"), K.QUANTITY),
            Field("target", N_("When the project is done"), K.QUANTITY),
        ),
    ),
    FixedPart(
        "documents",
        N_("Documents"),
        (
            Field("kind", N_("What kind of document"), K.CHOICE, choices=DocumentKind),
            Field("dated_on", N_("Day on the paper"), K.DAY, is_required=False),
            Field("expires_on", N_("Valid until"), K.DAY, is_required=False),
            Field("upload", N_("File"), K.FILE),
        ),
    ),
    FixedPart(
        "meeting",
        N_("Village meeting"),
        (
            Field("held_on", N_("Day of the meeting"), K.DAY),
            Field("place", N_("Place of the meeting"), K.LINE, 200),
            Field("led_by", N_("Who led the meeting"), K.LINE, 200),
            Field("written_by", N_("Who wrote the minutes"), K.LINE, 200),
            Field("women", N_("Women present"), K.COUNT),
            Field("men", N_("Men present"), K.COUNT),
            Field("households", N_("Households represented"), K.COUNT, is_required=False),
            Field("entitled", N_("Households or adults in the whole village"), K.COUNT),
            Field("decision", N_("What was decided"), K.TEXT, 2000),
            Field("votes_for", N_("Votes for"), K.COUNT),
            Field("votes_against", N_("Votes against"), K.COUNT),
            Field("abstentions", N_("Abstained"), K.COUNT),
            Field("upload", N_("Photo or scan of the minutes"), K.FILE, is_required=False),
        ),
        is_table=False,
    ),
    FixedPart(
        "beneficiaries",
        N_("People who benefit, counted"),
        (
            Field("women", N_("Women and girls"), K.COUNT),
            Field("men", N_("Men and boys"), K.COUNT),
            Field("young", N_("Young people of 14 to 28 years"), K.COUNT),
            Field("migrant_families", N_("Members of migrants' families"), K.COUNT),
            Field("returnees", N_("Returned migrants"), K.COUNT),
            Field("disabled", N_("People with a disability"), K.COUNT),
            Field("households", N_("Households they come from"), K.COUNT),
        ),
        is_table=False,
    ),
    FixedPart(
        "theme",
        N_("Theme of the project"),
        (Field("theme", N_("What is the project mainly about?"), K.THEME),),
        is_table=False,
    ),
)
"""In the order of the form a call starts with; a part that is newer than the form of a call stands at its end."""
FIXED_BY_KEY: Mapping[str, FixedPart] = {part.key: part for part in FIXED_PARTS}
