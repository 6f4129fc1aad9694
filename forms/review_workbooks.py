"""Sending in a workbook of reviews."""

from flask_wtf.file import FileField

from app.localisation import N_, lazy
from forms.base import BaseForm, required_input


class WorkbookForm(BaseForm):
    """A filled-in workbook."""

    workbook = FileField(lazy(N_("The filled-in workbook (XLSX)")), validators=[required_input()])
