"""The trial balance: of which currency, fund and days."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import optional_id
from forms.ledger_accounts import PeriodForm


class TrialBalanceForm(PeriodForm):
    """The view sets the choices."""

    currency = SelectField(lazy(N_("Currency")), default="KGS")
    fund = SelectField(lazy(N_("Fund")), coerce=optional_id, default=None)
