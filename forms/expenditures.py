"""Expenditures: one paid document with its scan."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import AmountField, BaseForm, DayField, ReasonForm, TextField, UploadField, required_input


class ExpenditureForm(BaseForm):
    """One paid document. The budget lines are set by the view."""

    budget_line = SelectField(lazy(N_("Budget line")), validators=[required_input()])
    title = TextField(N_("What was bought"))
    amount = AmountField(N_("Amount paid"))
    paid_on = DayField(N_("Day of payment"))
    supplier = TextField(N_("Supplier"))
    document_number = TextField(N_("Number of the document"), longest=60)
    upload = UploadField(N_("Scan of the document: photo or PDF"))


class ScanForm(BaseForm):
    """One more scan."""

    upload = UploadField(N_("Scan of the document: photo or PDF"))


class ExpenditureReasonForm(ReasonForm):
    """Refusing a line."""
