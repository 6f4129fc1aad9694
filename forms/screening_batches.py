"""One finding for many applications."""

from wtforms import RadioField, SelectMultipleField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, is_row_number, required_input


class ScreeningBatchForm(BaseForm):
    """Which applications, what is found of all of them, and why; `seen` are their versions when they were shown."""

    applications = SelectMultipleField(lazy(N_("Applications")), coerce=int)
    seen = SelectMultipleField(lazy(N_("Applications")), validate_choice=False)
    outcome = RadioField(lazy(N_("Your finding")), validators=[required_input()])
    parts = SelectMultipleField(lazy(N_("Which parts have to be mended?")))
    reason = LongTextField(N_("Reason"), required=False, longest=2000)

    def versions(self) -> dict[int, int]:
        """{application id: its version when the preview was shown}."""
        pairs = (text.partition("-") for text in self.seen.data or ())
        return {int(row): int(version) for row, _, version in pairs if is_row_number(row) and is_row_number(version)}
