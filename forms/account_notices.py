"""Account notices: who of before was told that the payout account changes, how and when."""

from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, required_value


class AccountNoticeForm(BaseForm):
    """The view sets the choices."""

    person = RadioField(lazy(N_("Who was told?")), validators=[required_value()])
    way = RadioField(lazy(N_("How?")), validators=[required_value()])
    told_on = DayField(N_("On which day?"))
