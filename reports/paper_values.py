"""The fields of the form on paper one by one: what each holds in words, and where it is filled in with a pen."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from app.labels import country_text, label_text
from app.localisation import MONTHS, date_text, money, number_text
from app.localisation import gettext as _
from app.services.applications import business_plans
from app.services.call_forms import KINDS
from app.services.fixed_parts import Field, FieldKind
from app.services.questions import NumberedPart
from models.base import text_in
from reports.paper_forms import Row
from reports.pen_fields import Boxes, Cell, cell, day_blank

K = FieldKind
BY_MONTH = frozenset({K.QUANTITY_BY_MONTH, K.AMOUNT_BY_MONTH})
OFFERED: Mapping[tuple[str, str], Sequence[StrEnum]] = {
    ("documents", "kind"): KINDS,
    ("financing", "payer"): business_plans.CASH_PAYERS,
}
"""Fields whose page offers fewer choices than there are."""
MANY = 5  # choices: more stand in two columns


def known(field: Field, row: Row, locale: str) -> Cell | list[str]:
    """What a field holds, as a cell of a table; a field with a value for each month: its twelve texts."""
    if field.kind in BY_MONTH:
        return [_value(field, value, row, locale) for value in row[field.key]]
    return cell(_value(field, row[field.key], row, locale))


def _value(field: Field, value: Any, row: Row, locale: str) -> str:
    """What a field holds, in words."""
    if value is None or value == "":
        return "–"
    return SAID.get(field.kind, _said_plainly)(value, row, locale)


def _said_plainly(value: Any, _row: Row, _locale: str) -> str:
    return str(value)


SAID: Mapping[FieldKind, Callable[[Any, Row, str], str]] = {
    K.CHOICE: lambda value, _row, _locale: label_text(value),
    K.YES_NO: lambda value, _row, _locale: _("Yes") if value else _("No"),
    K.COUNT: lambda value, _row, _locale: number_text(value),
    K.QUANTITY: lambda value, _row, _locale: number_text(value),
    K.QUANTITY_BY_MONTH: lambda value, _row, _locale: number_text(value),
    K.AMOUNT: lambda value, row, _locale: money(value, row.get("currency", "KGS")),
    K.AMOUNT_BY_MONTH: lambda value, _row, _locale: money(value).removesuffix(_("som")).rstrip(),
    K.PLAN_MONTH: lambda value, _row, _locale: number_text(value),
    K.MONTH_NAME: lambda value, _row, _locale: _(MONTHS[value - 1]),
    K.DAY: lambda value, _row, _locale: date_text(value),
    K.COUNTRY: lambda value, _row, _locale: country_text(value),
    K.INDICATOR: lambda value, _row, locale: text_in(value, locale),
    K.THEME: lambda value, _row, locale: text_in(value, locale),
    K.PRICE: lambda value, _row, locale: text_in(value, locale),
}
"""How the value of a kind of field reads; others are texts."""


def blank(part: NumberedPart, field: Field) -> Any:
    """Where a field is filled in by hand."""
    if field.kind in BY_MONTH:
        return []
    if field.kind is K.CHOICE and field.choices is not None:
        choices = OFFERED.get((part.key, field.key), tuple(field.choices))
        return Boxes([label_text(one) for one in choices], across=2 if len(choices) > MANY else 1, size=6.5)
    if field.kind is K.YES_NO:
        return Boxes([_("Yes"), _("No")])
    if field.kind is K.DAY:
        return day_blank()
    if field.kind is K.FILE:
        return Boxes([_("lies behind this form")])
    if field.kind is K.MONTH_NAME:
        return Boxes([_(name) for name in MONTHS], across=4)
    return ""
