"""A document of an application."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, UploadField, required_input


class DocumentForm(BaseForm):
    """A file, what it is, where it goes, of which day the paper is, and until when it is valid."""

    kind = SelectField(lazy(N_("What kind of document")), validators=[required_input()])
    goes_to = SelectField(lazy(N_("Where does it belong?")), default="")
    dated_on = DayField(N_("Day on the paper"), required=False)
    expires_on = DayField(N_("Valid until"), required=False)
    upload = UploadField(N_("File"))
