"""A file of the journal: of what, and in which form."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, TextField, optional_id, required_input
from models.journal_exports import FileForm


class JournalExportForm(BaseForm):
    """As the journal is narrowed; the view sets the choices."""

    form = SelectField(lazy(N_("Kind of file")), default=FileForm.XLSX.value, validators=[required_input()])
    fund = SelectField(lazy(N_("Fund")), coerce=optional_id, default=None)
    kind = SelectField(lazy(N_("What")), default="")
    grant = TextField(N_("Number of a grant"), required=False, longest=20)
    starts_on = DayField(N_("First day"), required=False)
    ends_on = DayField(N_("Last day"), required=False)
