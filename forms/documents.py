"""A document of an application."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, UploadField, required_input


class DocumentForm(BaseForm):
    """A file, what it is, where it goes, and until when the paper is valid."""

    kind = SelectField(lazy(N_("What kind of document")), validators=[required_input()])
    goes_to = SelectField(lazy(N_("Where does it belong?")), default="")
    expires_on = DayField(N_("Valid until"), required=False)
    upload = UploadField(N_("File"))
