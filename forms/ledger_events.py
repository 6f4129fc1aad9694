"""The journal: what of it is shown."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import TextField, optional_id
from forms.ledger_accounts import PeriodForm


class JournalForm(PeriodForm):
    """A fund, a kind of event, a grant's number; the view sets the choices."""

    fund = SelectField(lazy(N_("Fund")), coerce=optional_id, default=None)
    kind = SelectField(lazy(N_("What")), default="")
    grant = TextField(N_("Number of a grant"), required=False, longest=20)
