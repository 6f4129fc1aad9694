"""The parts that are no questions stand in one table: the forms of the pages and the form of a call agree with it."""

from types import SimpleNamespace

import pytest
from flask import Flask
from wtforms.validators import Length

from app.services import questions, snapshot_tables
from app.services.fixed_parts import FIXED_PARTS, FixedPart
from app.services.fixed_parts import FieldKind as K
from forms.base import (
    AmountField,
    BaseForm,
    DayField,
    LongTextField,
    NumberField,
    TextField,
    UploadField,
    WholeNumberField,
)
from forms.beneficiaries import BeneficiariesForm
from forms.budget_lines import BudgetLineForm
from forms.business_plans import FinancingForm, FrameForm, RunningCostForm, SaleLineForm, WorkStepForm
from forms.documents import DocumentForm
from forms.meetings import MeetingForm
from forms.pledges import PledgeForm
from forms.targets import PromiseForm
from forms.themes import ThemeForm
from models.documents import DocumentKind

PAGES: dict[str, type[BaseForm]] = {
    "budget": BudgetLineForm,
    "business_plan": FrameForm,
    "sales": SaleLineForm,
    "costs": RunningCostForm,
    "financing": FinancingForm,
    "steps": WorkStepForm,
    "pledges": PledgeForm,
    "targets": PromiseForm,
    "meeting": MeetingForm,
    "documents": DocumentForm,
    "beneficiaries": BeneficiariesForm,
    "theme": ThemeForm,
}
TYPES = {
    K.LINE: TextField,
    K.TEXT: LongTextField,
    K.COUNT: WholeNumberField,
    K.QUANTITY: NumberField,
    K.AMOUNT: AmountField,
    K.DAY: DayField,
    K.FILE: UploadField,
    K.QUANTITY_BY_MONTH: NumberField,
    K.AMOUNT_BY_MONTH: AmountField,
}
HIDDEN = {"idempotency_key", "version", "csrf_token", "every_month", "goes_to", "consent_version"}


@pytest.fixture
def request_context():
    bare = Flask(__name__)
    bare.config.update(SECRET_KEY="none", WTF_CSRF_ENABLED=False)
    with bare.test_request_context():
        yield


@pytest.mark.parametrize("part", FIXED_PARTS, ids=lambda part: part.key)
def test_the_page_asks_for_what_the_table_says(part: FixedPart, request_context: None) -> None:
    form = PAGES[part.key]()
    by_month = {name for name in form._fields if name.startswith("value_")}
    shown_in_order = [name for name in form._fields if name not in HIDDEN | by_month]  # errors are listed so too
    assert shown_in_order == [field.key for field in part.fields if field.key != "value"]
    assert len(by_month) == (12 if part.key in ("sales", "costs") else 0)
    for field in part.fields:
        shown = form["value_1" if field.key == "value" else field.key]
        if field.kind in TYPES:
            assert type(shown) is TYPES[field.kind], field.key
        if field.key != "value":
            assert shown.label.text.message == field.label
            assert field.is_required is not bool(shown.flags.optional) or field.kind is K.YES_NO
        limits = [one.max for one in shown.validators if isinstance(one, Length)]
        assert limits == ([field.limit] if field.limit else []), field.key


def test_every_part_has_its_place_and_every_field_its_number() -> None:
    form = questions.read(questions.default_form())
    assert [part.number for part in form.parts] == [str(place) for place in range(1, 18)]
    assert {part.key for part in FIXED_PARTS} == {part.key for part in form.parts} - {one.key for one in form.sections}
    assert [one.number for one in form.sections[1].questions] == ["3.1", "3.2", "3.3"]
    assert form.fixed("budget").numbers["item"] == "7.1" and form.fixed("documents").numbers["upload"] == "16.4"
    everything = [one.number for one in form.questions]
    everything += [number for part in FIXED_PARTS for number in form.fixed(part.key).numbers.values()]
    assert len(everything) == len(set(everything)) == 11 + sum(len(part.fields) for part in FIXED_PARTS)
    assert form.by_key["budget"].numbered_in("ru") == "7. Бюджет"
    assert (
        form.after("idea") is form.by_key["theme"]
        and form.after("future") is form.by_key["budget"]
        and form.before("idea") is form.after("meeting") is None
    )


STANDS_AS = {
    ("business_plan", "month"): "starts_on",
    ("business_plan", "year"): "starts_on",
    ("sales", "value"): "volumes",
    ("costs", "value"): "amounts",
    ("pledges", "remitter_name"): "remitter",
    ("pledges", "currency"): "amount",  # shown with it
    ("targets", "indicator"): "indicator",  # names the row
    ("documents", "upload"): "sha256",
    ("meeting", "upload"): "decision",  # the scan is one of the documents
}
"""A field under another name in a snapshot."""


@pytest.mark.parametrize("part", FIXED_PARTS, ids=lambda part: part.key)
def test_what_is_asked_is_compared_between_submissions(part: FixedPart) -> None:
    table = snapshot_tables.TABLES[part.key]
    compared = {table.name} | {key for key, _label, _show in table.columns}
    assert {STANDS_AS.get((part.key, field.key), field.key) for field in part.fields} <= compared


def test_a_form_is_parsed_once() -> None:
    assert questions.read(questions.default_form()) is questions.read(str(questions.default_form().encode(), "utf-8"))


def test_the_papers_a_new_call_asks_for() -> None:
    call = SimpleNamespace(required_documents=questions.default_documents())
    asked = questions.documents_of(call)  # type: ignore[arg-type]
    assert [one.kind for one in asked if one.is_required] == [DocumentKind.MEETING_MINUTES]
    assert all(one.text[code] for one in asked for code in ("ky", "ru", "en"))
