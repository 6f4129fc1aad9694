"""Grants: the offer, the signed agreement, reasons."""

from wtforms import Field, SelectField
from wtforms.validators import ValidationError

from app.localisation import N_, gettext, lazy
from forms.base import AmountField, BaseForm, DayField, ReasonForm, required_input

MOST = 100_000_000
"""Som: more is no contribution to a village project."""


class OfferForm(BaseForm):
    """The period of the grant."""

    starts_on = DayField(N_("First day of the project"))
    ends_on = DayField(N_("Last day of the project"))


class UnlockForm(BaseForm):
    """What a further contribution would unlock: asked in the address, stored nowhere."""

    class Meta(BaseForm.Meta):
        csrf = False  # it changes nothing

    kind = SelectField(lazy(N_("What comes")), validators=[required_input()])
    amount = AmountField(N_("Amount in som"))

    def validate_amount(self, field: Field) -> None:
        """Something comes, and it is believable."""
        if field.data is not None and not 0 < field.data <= MOST:
            raise ValidationError(gettext("The amount must be more than zero and believable."))


class GrantReasonForm(ReasonForm):
    """Stopping a grant, or letting it go on."""
