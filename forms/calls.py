"""Making a call: texts in three languages, days, money, and the weights of its rubric."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.localisation import N_, gettext, lazy, plain_amount, to_minor
from forms.base import (
    AmountField,
    BaseForm,
    CodeField,
    DayField,
    LongTextField,
    TextField,
    WholeNumberField,
    required_input,
)
from models.calls import ApplicantType

LONGEST_TITLE, LONGEST_SUMMARY = 200, 2000
SOM = "KGS"


class PercentsField(TextField):
    """Whole percentages one after the other, as in 40 / 40 / 20."""

    parts: Sequence[int] = ()

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if validation_stopped:
            return
        words = self.data.translate(str.maketrans("%/+,;", "     ")).split()
        if not words or not all(word.isascii() and word.isdigit() and len(word) <= 3 for word in words):
            raise ValidationError(gettext("Enter whole numbers one after the other, as in 40 / 40 / 20."))
        self.parts = tuple(int(word) for word in words)


def percents_text(parts: Sequence[int]) -> str:
    """Percentages as they are typed."""
    return " / ".join(str(part) for part in parts)


class CallForm(BaseForm):
    """A new call: what it cannot do without. The rest is set section by section."""

    code = CodeField(N_("Short name for files and papers"), longest=30)
    title_ky = TextField(N_("Title in Kyrgyz"), longest=LONGEST_TITLE)
    title_ru = TextField(N_("Title in Russian"), longest=LONGEST_TITLE)
    title_en = TextField(N_("Title in English"), longest=LONGEST_TITLE)
    opens_on = DayField(N_("Applications are taken from"))
    closes_on = DayField(N_("Last day"))
    fund = SelectField(lazy(N_("Fund")), coerce=int, validators=[required_input()])
    budget = AmountField(N_("Budget of the call"))
    grant_floor = AmountField(N_("Smallest grant"))
    grant_ceiling = AmountField(N_("Largest grant"))


class CloneForm(BaseForm):
    """What a call made from an earlier one does not take over."""

    code = CodeField(N_("Short name for files and papers"), longest=30)
    opens_on = DayField(N_("Applications are taken from"))
    closes_on = DayField(N_("Last day"))


class TextsForm(BaseForm):
    """Window and texts."""

    code = CodeField(N_("Short name for files and papers"), longest=30)
    opens_on = DayField(N_("Applications are taken from"))
    closes_on = DayField(N_("Last day"))
    title_ky = TextField(N_("Title in Kyrgyz"), longest=LONGEST_TITLE)
    title_ru = TextField(N_("Title in Russian"), longest=LONGEST_TITLE)
    title_en = TextField(N_("Title in English"), longest=LONGEST_TITLE)
    summary_ky = LongTextField(N_("Summary in Kyrgyz"), required=False, longest=LONGEST_SUMMARY)
    summary_ru = LongTextField(N_("Summary in Russian"), required=False, longest=LONGEST_SUMMARY)
    summary_en = LongTextField(N_("Summary in English"), required=False, longest=LONGEST_SUMMARY)


class MoneyForm(BaseForm):
    """Size and instalments of a grant; the money for them has pages of its own (allocations)."""

    grant_floor = AmountField(N_("Smallest grant"))
    grant_ceiling = AmountField(N_("Largest grant"))
    tranche_percents = PercentsField(N_("Parts in which the grant is paid"), longest=40)
    accounting_percent = WholeNumberField(N_("Accounted for before the next tranche"))
    visits_before_tranches = BooleanField(
        lazy(N_("A monitoring visit is made before the second and each later tranche"))
    )
    reports_before_tranches = BooleanField(
        lazy(N_("A spending report is accepted before the second and each later tranche"))
    )
    quotations_from = AmountField(N_("Three quotations are asked from"), required=False)


class MatchForm(BaseForm):
    """How much grant the co-investment carries."""

    match_percent = WholeNumberField(N_("Grant for each 100 som of co-investment"))
    percent_graduate = WholeNumberField(N_("For associations that have completed a grant before"), required=False)
    percent_women_led = WholeNumberField(N_("For associations led by a woman"), required=False)
    percent_youth_led = WholeNumberField(N_("For associations led by a young person"), required=False)
    percent_ayil_okmotu = WholeNumberField(N_("For associations of an ayil okmotu"), required=False)
    first_stage = AmountField(N_("The ratio holds for the first"), required=False)
    beyond_percent = WholeNumberField(N_("Grant for each 100 som beyond it"), required=False)
    remittance_share = WholeNumberField(N_("Remittances carry at least"), required=False)
    community_share = WholeNumberField(N_("The village itself carries at least"), required=False)
    grant_share = WholeNumberField(N_("The grant carries at most"), required=False)
    remittance_least = WholeNumberField(N_("Of the co-investment remittances are at least"), required=False)
    community_counts = BooleanField(lazy(N_("Cash of the village counts toward the co-investment")))
    in_kind_counts = BooleanField(lazy(N_("Goods and labour count toward the co-investment")))
    in_kind_most = WholeNumberField(N_("Of what counts goods and labour are at most"), required=False)

    def match_terms(self) -> dict[str, Any]:
        """What was typed beside the ratio, as a call keeps it."""
        percents = {kind.value: self[f"percent_{kind.value}"].data for kind in ApplicantType}
        terms = {name: self[name].data for name in PLAIN_TERMS}
        first = self.first_stage.data
        return terms | {
            "percents": {kind: percent for kind, percent in percents.items() if percent is not None},
            "first_stage": None if first is None else to_minor(first, SOM),
        }


PLAIN_TERMS = (
    *("beyond_percent", "remittance_share", "community_share", "grant_share", "remittance_least"),
    *("community_counts", "in_kind_most"),
)
"""Terms of the match rule that are kept as they are typed."""
MATCH_TERMS = ("first_stage", *PLAIN_TERMS, *(f"percent_{kind.value}" for kind in ApplicantType))
"""The fields that make the terms together."""


def match_fields(terms: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a match rule's terms as they are kept."""
    first = terms["first_stage"]
    return {
        **{name: terms[name] for name in PLAIN_TERMS},
        **{f"percent_{kind.value}": terms["percents"].get(kind.value) for kind in ApplicantType},
        "first_stage": None if first is None else plain_amount(first, SOM),
    }


class EligibilityForm(BaseForm):
    """Who may apply."""

    running_grants = WholeNumberField(N_("Grants of the association that may still run"))
    co_investment_percent = WholeNumberField(N_("Part of the whole cost that remittances carry at least"))
    founded_months = WholeNumberField(N_("Age of the association on the last day, at least"))
    oblasts = SelectMultipleField(
        lazy(N_("Only villages of")),
        coerce=int,
        validators=[Optional()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class MeetingForm(BaseForm):
    """What the village meeting needs so that its decision counts."""

    quorum_percent = WholeNumberField(N_("Quorum of the village meeting"))
    quorum_of = RadioField(lazy(N_("The quorum is counted in")), validators=[required_input()])


class ReviewersForm(BaseForm):
    """How many reviews are needed, and how many can be written."""

    expected_applications = WholeNumberField(N_("Applications you expect"))
    reviewers_per_application = WholeNumberField(N_("Reviewers for each application"))
    review_load = WholeNumberField(N_("Applications one reviewer judges at most"))
    reviewers_named = BooleanField(lazy(N_("Reviewers of the same application see each other's names")))


class DecisionForm(BaseForm):
    """How the Council decides."""

    pass_total = WholeNumberField(N_("Points needed to pass"))
    pass_section_percent = WholeNumberField(N_("Needed in each criterion"))
    vote_rule = RadioField(lazy(N_("Votes of the Council")), validators=[required_input()])
    appeal_days = WholeNumberField(N_("Days for an appeal, from the day of the letter on"))
    spread_points = WholeNumberField(N_("A further reviewer is asked when two reviews differ by more than"))
    most_per_oblast = WholeNumberField(N_("Selected applications in one oblast, at most"), required=False)
    most_per_ayil_okmotu = WholeNumberField(N_("Selected applications in one ayil aymak, at most"), required=False)
    most_per_applicant = WholeNumberField(N_("Selected applications of one association, at most"), required=False)
    first_time_percent = WholeNumberField(N_("Selected from associations that never had a grant"), required=False)
    women_led_percent = WholeNumberField(N_("Selected from associations led by a woman"), required=False)
    youth_led_percent = WholeNumberField(N_("Selected from associations led by a young person"), required=False)
    ranks_by = RadioField(lazy(N_("The applications are ranked by")), validators=[required_input()])
    partial_awards = BooleanField(lazy(N_("Less than what is asked for may be awarded")))


class TimetableForm(BaseForm):
    """What comes after the deadline, and when."""

    screening_ends_on = DayField(N_("Screening until"))
    reviews_end_on = DayField(N_("Reviews until"))
    council_sits_on = DayField(N_("Session of the Council"))
    first_payment_on = DayField(N_("First payment"))


SECTIONS: Mapping[str, tuple[str, type[BaseForm]]] = {
    "texts": (N_("Window and texts"), TextsForm),
    "money": (N_("Grants and their payment"), MoneyForm),
    "match": (N_("Co-investment"), MatchForm),
    "eligibility": (N_("Who may apply"), EligibilityForm),
    "meeting": (N_("Village meeting"), MeetingForm),
    "reviewers": (N_("Reviewers"), ReviewersForm),
    "decision": (N_("Decision rules"), DecisionForm),
    "timetable": (N_("Timetable"), TimetableForm),
}
"""{section: (title, form)} of a call's set-up, in their order; allocations and rubric have pages of their own."""


class WeightsForm(BaseForm):
    """The weight of each criterion; its fields are made by `weights_form`."""

    def weights(self) -> dict[int, int]:
        """{criterion id: weight}."""
        return {
            int(name.removeprefix("weight_")): field.data
            for name, field in self._fields.items()
            if name.startswith("weight_")
        }


def weights_form(criteria: Sequence[tuple[int, str]]) -> type[WeightsForm]:
    """A form with one weight for each (id, title)."""

    def is_weight(form: Any, field: Any) -> None:
        if field.data is not None and not 1 <= field.data <= 100:
            raise ValidationError(gettext("A weight is a whole number from 1 to 100."))

    fields: dict[str, Any] = {}
    for criterion_id, title in criteria:
        fields[f"weight_{criterion_id}"] = WholeNumberField(title)
        fields[f"validate_weight_{criterion_id}"] = is_weight
    return type("WeightsForm", (WeightsForm,), fields)
