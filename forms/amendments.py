"""An amendment of an open call: what shall be new, and why, in three languages."""

from collections.abc import Sequence
from decimal import Decimal

from wtforms import Field, RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from app.localisation import N_, gettext, lazy
from forms.base import AmountField, DayField, LongTextField, TextField, WholeNumberField, required_input
from forms.calls import LONGEST_SUMMARY, LONGEST_TITLE, MatchForm

LONGEST_REASON = 600


class AmendmentForm(MatchForm):
    """Everything of an open call that an amendment may change, as it is published now; see `amendment_form`."""

    title_ky = TextField(N_("Title in Kyrgyz"), longest=LONGEST_TITLE)
    title_ru = TextField(N_("Title in Russian"), longest=LONGEST_TITLE)
    title_en = TextField(N_("Title in English"), longest=LONGEST_TITLE)
    summary_ky = LongTextField(N_("Summary in Kyrgyz"), longest=LONGEST_SUMMARY)
    summary_ru = LongTextField(N_("Summary in Russian"), longest=LONGEST_SUMMARY)
    summary_en = LongTextField(N_("Summary in English"), longest=LONGEST_SUMMARY)
    closes_on = DayField(N_("Last day"))
    screening_ends_on = DayField(N_("Screening until"), required=False)
    reviews_end_on = DayField(N_("Reviews until"), required=False)
    council_sits_on = DayField(N_("Session of the Council"), required=False)
    first_payment_on = DayField(N_("First payment"), required=False)
    added_fund = SelectField(lazy(N_("Fund")), default="")
    added_oblast = SelectField(lazy(N_("For which villages")), default="")
    added_theme = SelectField(lazy(N_("For which projects")), default="")
    added_amount = AmountField(N_("Amount"), required=False)
    grant_floor = AmountField(N_("Smallest grant"))
    grant_ceiling = AmountField(N_("Largest grant"))
    quorum_percent = WholeNumberField(N_("Quorum of the village meeting"))
    quorum_of = RadioField(lazy(N_("The quorum is counted in")), validators=[required_input()])
    papers = SelectMultipleField(lazy(N_("Papers every application must have")))
    reason_ky = LongTextField(N_("Reason in Kyrgyz"), longest=LONGEST_REASON)
    reason_ru = LongTextField(N_("Reason in Russian"), longest=LONGEST_REASON)
    reason_en = LongTextField(N_("Reason in English"), longest=LONGEST_REASON)

    def validate_added_fund(self, field: Field) -> None:
        """An allocation more is of a fund."""
        if not field.data and (self.added_amount.data or self.added_oblast.data or self.added_theme.data):
            raise ValidationError(gettext("Choose the fund it comes from."))

    def amounts(self) -> dict[int, Decimal]:
        """{allocation id: amount in som}."""
        prefix = "allocation_"
        return {int(name.removeprefix(prefix)): self[name].data for name in self._fields if name.startswith(prefix)}


def amendment_form(allocations: Sequence[tuple[int, str]]) -> type[AmendmentForm]:
    """The form of a call with these allocations: (id, what it is called on the page)."""
    fields = {f"allocation_{allocation_id}": AmountField(name) for allocation_id, name in allocations}
    return type("AmendmentForm", (AmendmentForm,), fields)
