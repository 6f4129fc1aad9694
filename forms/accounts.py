"""Signing in and one's own account."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, Length

from app.localisation import N_, lazy
from forms.base import BaseForm, required_input, required_value, too_long


class SignInForm(BaseForm):
    """User name or phone, and password."""

    name = StringField(
        lazy(N_("User name or phone number")),
        validators=[required_value(), Length(max=60, message=too_long(60))],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        lazy(N_("Password")),
        validators=[required_input(), Length(max=200, message=too_long(200))],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


def _code_field(label: str, name: str | None = None) -> StringField:
    """Six digits of the phone: a phone offers its digits, and fills in what it knows."""
    return StringField(
        lazy(label),
        validators=[required_value(), Length(max=30, message=too_long(30))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
        name=name,
    )


def _recovery_field(label: str, name: str | None = None) -> StringField:
    """A code from paper: letters and digits."""
    return StringField(
        lazy(label),
        validators=[required_value(), Length(max=30, message=too_long(30))],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
        name=name,
    )


class CodeForm(BaseForm):
    """The code of the phone."""

    code = _code_field(N_("Code from the phone"))
    next = HiddenField()


class RecoveryCodeForm(BaseForm):
    """A recovery code instead of the phone."""

    code = _recovery_field(N_("Recovery code"))
    next = HiddenField()


class CodeProofForm(BaseForm):
    """The code once more, or a recovery code; `shown` is what the phone of a demonstration would show."""

    shown: str | None = None
    proof = _code_field(N_("Code from the phone"), name="proof_code")


class PasswordProofForm(BaseForm):
    """The password once more."""

    proof = PasswordField(
        lazy(N_("Password")),
        validators=[required_input(), Length(max=200, message=too_long(200))],
        render_kw={"autocomplete": "current-password"},
        name="proof_password",
    )


class ChangePasswordForm(BaseForm):
    """The old password (or first code) and the new one twice."""

    old_password = PasswordField(
        lazy(N_("Old password or first code")),
        validators=[required_input(), Length(max=200, message=too_long(200))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        lazy(N_("New password")),
        validators=[required_input(), Length(max=200, message=too_long(200))],
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        lazy(N_("New password once more")),
        validators=[required_input(), EqualTo("password", message=lazy(N_("The two new passwords differ.")))],
        render_kw={"autocomplete": "new-password"},
    )
