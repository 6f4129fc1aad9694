"""A file of the journal: of what, and in which form."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, required_input
from forms.ledger_events import JournalForm
from models.journal_exports import FileForm


class JournalExportForm(JournalForm):
    """As the journal is narrowed, and the kind of file; the view sets the choices."""

    class Meta(BaseForm.Meta):
        csrf = True  # it asks for a job, unlike the page it narrows

    form = SelectField(lazy(N_("Kind of file")), default=FileForm.XLSX.value, validators=[required_input()])
