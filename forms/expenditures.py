"""Expenditures: one paid document with its scan."""

from wtforms import BooleanField, SelectField

from app.localisation import N_, lazy
from forms.base import (
    AmountField,
    BaseForm,
    DayField,
    NumberField,
    ReasonForm,
    TextField,
    UploadField,
    required_input,
)


class ExpenditureForm(BaseForm):
    """One paid document. The budget lines are set by the view."""

    budget_line = SelectField(lazy(N_("Budget line")), validators=[required_input()])
    purchase = SelectField(lazy(N_("Purchase with quotations")))
    title = TextField(N_("What was bought"))
    amount = AmountField(N_("Amount paid"))
    paid_on = DayField(N_("Day of payment"))
    quantity = NumberField(N_("How many were bought"), required=False)
    supplier = TextField(N_("Supplier"), render_kw={"list": "suppliers", "autocomplete": "off"})
    is_another = BooleanField(lazy(N_("It is another supplier than those named")))
    tax_number = TextField(N_("Tax number of the supplier"), required=False, longest=20)
    phone = TextField(N_("Phone of the supplier"), required=False, longest=20)
    account_number = TextField(N_("Account that was paid"), required=False, longest=40)
    document_number = TextField(N_("Number of the document"), longest=60)
    upload = UploadField(N_("Scan of the document: photo or PDF"))


class ScanForm(BaseForm):
    """One more scan."""

    upload = UploadField(N_("Scan of the document: photo or PDF"))


class ExpenditureReasonForm(ReasonForm):
    """Refusing a line."""


class AcceptPartForm(ReasonForm):
    """Accepting less than was claimed."""

    amount = AmountField(N_("Amount accepted"))
