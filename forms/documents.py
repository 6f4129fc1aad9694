"""A document of an application."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, UploadField, required_input


class DocumentForm(BaseForm):
    """A file and what it is."""

    kind = SelectField(lazy(N_("What kind of document")), validators=[required_input()])
    upload = UploadField(N_("File"))
