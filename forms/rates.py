"""Exchange rates."""

from wtforms import HiddenField, SelectField

from app.localisation import N_, lazy
from forms.base import (
    BaseForm,
    DayField,
    NumberField,
    ReasonForm,
    TextField,
    UploadField,
    WholeNumberField,
    required_input,
)


class RateForm(BaseForm):
    """So many som for so many units. Currencies and sources are set by the view."""

    currency = SelectField(lazy(N_("Currency")), validators=[required_input()])
    nominal = WholeNumberField(N_("For how many units"))
    value = NumberField(N_("Som for these units"), places=6)
    valid_on = DayField(N_("Valid from"))
    source = SelectField(lazy(N_("Source")), validators=[required_input()])
    source_note = TextField(N_("Where it can be looked up"), required=False)


class RateFileForm(BaseForm):
    """A file of the National Bank, before it is looked at."""

    upload = UploadField(N_("File of the National Bank (XML)"))


class TakeRatesForm(BaseForm):
    """The file that was looked at, packed, and what it was called."""

    packed = HiddenField()
    called = HiddenField()


class RateReasonForm(ReasonForm):
    """Refusing or withdrawing a rate."""
