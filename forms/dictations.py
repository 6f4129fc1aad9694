"""Writing for an association: who dictates, and how it is confirmed."""

from typing import Any

from wtforms import HiddenField, PasswordField, RadioField, SelectField
from wtforms.validators import Length, Optional

from app.localisation import N_, gettext, lazy
from forms.base import REQUIRED, BaseForm, TextField, UploadField, optional_id, required_input
from models.dictations import ConfirmationWay

LONGEST_PASSWORD = 200


def _code_field() -> PasswordField:
    return PasswordField(
        lazy(N_("Own code (password) of this person")),
        validators=[Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "off"},
    )


class DictationForm(BaseForm):
    """Who dictates; the view sets the choices. A name is needed for who is no member."""

    member = SelectField(lazy(N_("Who dictates to you?")), coerce=optional_id, validators=[Optional()])
    name = TextField(N_("Somebody else: full name and why this person speaks for the association"), required=False)
    next = HiddenField()


class OwnCodeForm(BaseForm):
    """The member chooses the own name and types the own code."""

    member = SelectField(lazy(N_("Who confirms?")), coerce=int, validators=[required_input()])
    password = _code_field()
    seen = HiddenField()


class SignedPaperForm(BaseForm):
    """The scan of the receipt that was signed or bears a thumbprint."""

    member = SelectField(lazy(N_("Who confirms?")), coerce=int, validators=[required_input()])
    way = RadioField(lazy(N_("What stands on the paper")), validators=[required_input()])
    receipt = TextField(N_("Number of the receipt"), longest=40)
    upload = UploadField(N_("Photo or scan of the receipt"))
    seen = HiddenField()


class ChairForm(BaseForm):
    """The chair's confirmation of a sign-off: the own code, or a paper."""

    way = RadioField(lazy(N_("How does the chair confirm?")), validators=[required_input()])
    password = _code_field()
    receipt = TextField(N_("Number of the receipt"), required=False, longest=40)
    upload = UploadField(N_("Photo or scan of the signed receipt"), required=False)
    seen = HiddenField()

    @property
    def is_by_code(self) -> bool:
        return bool(self.way.data == ConfirmationWay.OWN_CODE.value)

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        needed = self.password if self.is_by_code else self.receipt
        if not needed.data:
            self.refuse(needed.name, gettext(REQUIRED))
            return False
        return True
