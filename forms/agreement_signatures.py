"""Agreement signatures: the paper that both sides have signed."""

from wtforms import HiddenField
from wtforms.validators import Regexp

from app.localisation import N_
from forms.base import BaseForm, DayField, TextField, UploadField


class SigningForm(BaseForm):
    """`seen` is the hash of the version that was shown."""

    seen = HiddenField(validators=[Regexp(r"^[0-9a-f]{64}$")])


class SignedPaperForm(SigningForm):
    """The scan of the signed agreement, and who signed it."""

    association_signer = TextField(N_("Who signed for the association"))
    programme_signer = TextField(N_("Who signed for the programme"))
    signed_on = DayField(N_("Day of the signatures"))
    upload = UploadField(N_("Scan of the signed agreement"))
