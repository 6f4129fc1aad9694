"""Purchases: what is to be bought, what suppliers ask for it, which one is taken."""

from wtforms import BooleanField, RadioField, SelectField

from app.localisation import N_, lazy
from forms.base import AmountField, BaseForm, DayField, TextField, UploadField, required_input


class PurchaseForm(BaseForm):
    """What is to be bought. The kinds of cost are set by the view."""

    what = TextField(N_("What is to be bought"))
    heading = SelectField(lazy(N_("Kind of cost")), validators=[required_input()])


class QuotationForm(BaseForm):
    """What one supplier asks."""

    supplier = TextField(N_("Supplier"), render_kw={"list": "suppliers", "autocomplete": "off"})
    is_another = BooleanField(lazy(N_("It is another supplier than those named")))
    tax_number = TextField(N_("Tax number of the supplier"), required=False, longest=20)
    phone = TextField(N_("Phone of the supplier"), required=False, longest=20)
    amount = AmountField(N_("Price asked"))
    quoted_on = DayField(N_("Day of the quotation"))
    upload = UploadField(N_("Scan of the quotation: photo or PDF"))


class ChoiceForm(BaseForm):
    """Which quotation is taken. The choices are set by the view; the reason is asked for where it is needed."""

    quotation = RadioField(lazy(N_("Which quotation is taken")), validators=[required_input()])
    reason = TextField(N_("Reason"), required=False, longest=400)
