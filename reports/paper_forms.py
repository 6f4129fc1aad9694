"""The application form on A4: empty for a pen, or with what an application holds. Numbered as the fields of the page.

Whatever an operator types from it stands in the order of the screen: `questions.form_of(call)` is the one definition.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import current_locale
from app.services import applications, documents, match, papers, prices, questions, results
from app.services.applications import business_plans, themes
from app.services.errors import DomainError
from app.services.questions import Form, NumberedPart, RequiredDocument
from models.applications import Application
from models.base import Texts
from models.calls import Call
from models.documents import DocumentKind
from models.prices import Price, PriceKind
from reports import credits
from reports.credits import Credit

Row = Mapping[str, Any]
"""{field key: its value as it is kept}; amounts in minor units, texts of the programme in three languages."""
NAMES: Mapping[str, frozenset[str]] = {
    "pledges": frozenset({"remitter_name", "is_pseudonym", "monthly_capacity"}),
    "meeting": frozenset({"led_by", "written_by"}),
}
"""Fields a reader without the right to names does not get: {part: field keys}."""


@dataclass(frozen=True)
class Rate:
    """A rate of the price list for goods and labour, in tyiyn; `oblast` None: everywhere."""

    item: Texts
    unit: Texts
    amount: int
    oblast: Texts | None


@dataclass(frozen=True)
class PaperFormData:
    """A form and what stands in it. `rows` are those of the fixed parts; a part in `open_parts` has room for a pen.

    `number` and the names are empty for a form that belongs to no application yet.
    """

    code: str
    call: Texts
    closes_at: datetime
    made_at: datetime
    form: Form
    credits: tuple[Credit, ...]
    indicators: tuple[Texts, ...]
    themes: tuple[Texts, ...]
    asked: tuple[RequiredDocument, ...]
    rates: tuple[Rate, ...]
    open_parts: frozenset[str]
    number: str = ""
    project: str = ""
    association: Texts | None = None
    ayil_okmotu: Texts | None = None
    centre: Texts | None = None
    answers: Mapping[str, str] | None = None
    rows: Mapping[str, Sequence[Row]] | None = None
    hides_names: bool = False
    match: tuple[DomainError, ...] = ()
    """How much grant the co-investment carries, a sentence each."""

    def rows_of(self, part: NumberedPart) -> Sequence[Row]:
        return (self.rows or {}).get(part.key, ())

    def hidden_in(self, part: NumberedPart) -> frozenset[str]:
        """The keys of the fields whose values this reader may not see."""
        return NAMES.get(part.key, frozenset()) if self.hides_names else frozenset()


def gather_empty(call: Call, now: datetime) -> PaperFormData:
    """The form of a call with nothing in it."""
    form = questions.form_of(call)
    return PaperFormData(
        code=call.code,
        call=dict(call.title),
        closes_at=call.closes_at,
        made_at=now,
        form=form,
        credits=credits.of_call(call),
        indicators=tuple(dict(one.title) for one in results.active_indicators()),
        themes=tuple(one.names for one in themes.offered(call)),
        asked=tuple(questions.documents_of(call)),
        rates=_rates(prices.listed(bishkek_day(now), current_locale(), kind=PriceKind.IN_KIND)),
        open_parts=frozenset(form.by_key),
        match=tuple(match.sentences(call)),
    )


def gather(application: Application, now: datetime, *, shows_names: bool) -> PaperFormData:
    """The form with what the application holds now; room for a pen in the parts that can be written."""
    empty, association = gather_empty(application.call, now), application.association
    local = prices.rates_for(association.ayil_okmotu, bishkek_day(now), current_locale())
    return replace(
        empty,
        number=application.number,
        project=application.title,
        association=association.names,
        ayil_okmotu=association.ayil_okmotu.names,
        centre=association.centre.names,
        themes=tuple(one.names for one in themes.offered_to(application)),
        answers=application.answers,
        rows=_without(_rows(application, now), {} if shows_names else NAMES),
        rates=_rates(local),
        open_parts=frozenset(key for key in empty.form.by_key if application.is_open(key)),
        hides_names=not shows_names,
    )


def gather_written(
    application: Application, keys: Collection[str] | None, now: datetime, *, shows_names: bool
) -> PaperFormData:
    """What stands in the parts `keys` (None: in every part), under their numbers and without room for a pen."""
    whole = gather(application, now, shows_names=shows_names)
    parts = tuple(part for part in whole.form.parts if keys is None or part.key in keys)
    return replace(whole, form=replace(whole.form, parts=parts), open_parts=frozenset())


def _rates(found: Sequence[Price]) -> tuple[Rate, ...]:
    return tuple(Rate(one.names, dict(one.unit), one.usual, one.oblast.names if one.oblast else None) for one in found)


def _rows(application: Application, now: datetime) -> dict[str, list[Row]]:
    """The rows of every fixed part, each field by the name under which it is asked."""
    part, plan = questions.form_of(application.call).fixed, business_plans.contents(application)
    named = prices.names_of(line.price_id for line in application.budget_lines if line.price_id)
    kept = papers.of(application, now=now)
    minutes = [one.filename for one in documents.of(application) if one.kind is DocumentKind.MEETING_MINUTES]
    return {
        "budget": [_row(part("budget"), one, price=named.get(one.price_id or 0)) for one in application.budget_lines],
        "business_plan": [
            _row(part("business_plan"), one, month=one.starts_on.month, year=one.starts_on.year)
            for one in ([plan.frame] if plan.frame else [])
        ],
        "sales": [_row(part("sales"), one, value=one.by_month) for one in plan.sales],
        "costs": [_row(part("costs"), one, value=one.amounts) for one in plan.costs],
        "financing": [_row(part("financing"), one) for one in plan.financing],
        "steps": [_row(part("steps"), one) for one in plan.steps],
        "pledges": [_row(part("pledges"), one) for one in applications.pledges_of(application)],
        "theme": [{"theme": application.theme.names}] if application.theme else [],
        "targets": [_row(part("targets"), one, indicator=dict(one.indicator.title)) for one in application.targets],
        "documents": [
            _row(part("documents"), one.first, upload=", ".join(page.filename for page in one.pages)) for one in kept
        ],
        "beneficiaries": [
            _row(part("beneficiaries"), one)
            for one in ([application.beneficiaries] if application.beneficiaries else [])
        ],
        "meeting": [
            _row(part("meeting"), one, upload=", ".join(minutes))
            for one in ([application.meeting] if application.meeting else [])
        ],
    }


def _row(part: NumberedPart, kept: Any, **said: Any) -> Row:
    """The fields of `part` read from a row; those of `said` stand there under another name."""
    return {field.key: said[field.key] if field.key in said else getattr(kept, field.key) for field in part.fields}


def _without(rows: Mapping[str, Sequence[Row]], names: Mapping[str, frozenset[str]]) -> dict[str, list[Row]]:
    """The rows without the values that are not for this reader: they are nowhere in the data."""
    return {
        key: [{name: value for name, value in row.items() if name not in names.get(key, ())} for row in found]
        for key, found in rows.items()
    }
