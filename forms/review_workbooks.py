"""Sending in a workbook of reviews."""

from app.localisation import N_
from forms.base import BaseForm, UploadField


class WorkbookForm(BaseForm):
    """A filled-in workbook."""

    upload = UploadField(N_("The filled-in workbook (XLSX)"))
