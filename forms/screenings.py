"""The secretary's finding."""

from collections.abc import Sequence
from typing import Any

from wtforms import Field, RadioField, SelectMultipleField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, required_input

OVERRIDE = "override_"


class ScreeningForm(BaseForm):
    """Eligible, not eligible or back for changes, and why; `screening_form` adds fields for rules that are not met."""

    outcome = RadioField(lazy(N_("Your finding")), validators=[required_input()])
    parts = SelectMultipleField(lazy(N_("Which parts have to be mended?")))
    reason = LongTextField(N_("Reason"), required=False, longest=2000)

    def override_fields(self) -> list[Field]:
        """One for each rule that is not met."""
        return [field for field in self if field.name.startswith(OVERRIDE)]

    def overrides(self) -> dict[str, str]:
        """{rule: why it is set aside}."""
        return {field.name.removeprefix(OVERRIDE): field.data or "" for field in self.override_fields()}


def screening_form(unmet: Sequence[tuple[str, str]]) -> type[ScreeningForm]:
    """A form with a field for each (rule that is not met, its label in the reader's language)."""
    fields: dict[str, Any] = {
        OVERRIDE + rule: LongTextField(label, required=False, longest=1000) for rule, label in unmet
    }
    return type("ScreeningForm", (ScreeningForm,), fields)
