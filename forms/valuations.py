"""Valuations: goods and labour given, with their price and who valued them."""

from wtforms import RadioField, SelectField

from app.localisation import N_, lazy
from forms.base import AmountField, BaseForm, DayField, NumberField, TextField, UploadField, required_input
from forms.contributions import GiverForm


class ValuationForm(GiverForm):
    """What was given, by whom and what it is worth. Choices are set by the view."""

    given = RadioField(lazy(N_("What was given")), validators=[required_input()])
    rate = SelectField(lazy(N_("Rate of the price list")))
    what = TextField(N_("What exactly"), required=False, longest=200)
    quantity = NumberField(N_("Quantity"))
    unit = TextField(N_("Unit"), required=False, longest=40)
    unit_price = AmountField(N_("Price of one"), required=False)
    reason = TextField(N_("Where the price is from"), required=False, longest=400)
    sender_name = TextField(N_("Who gave it"))
    sent_on = DayField(N_("Day on which it was given or the work was done"))
    valuer_name = TextField(N_("Who valued it"))
    valuer_office = TextField(N_("Office or trade of the valuer"))
    upload = UploadField(N_("Photo of the goods or the work"))


class PhotoForm(BaseForm):
    """One more photo."""

    upload = UploadField(N_("Photo of the goods or the work"))
