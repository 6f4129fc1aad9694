"""Grants: the offer, the signed agreement, reasons."""

from app.localisation import N_
from forms.base import BaseForm, DayField, ReasonForm, UploadField


class OfferForm(BaseForm):
    """The period of the grant."""

    starts_on = DayField(N_("First day of the project"))
    ends_on = DayField(N_("Last day of the project"))


class ActivateForm(BaseForm):
    """The scan of the signed agreement."""

    upload = UploadField(N_("Scan of the signed agreement"))


class GrantReasonForm(ReasonForm):
    """Stopping a grant, or letting it go on."""
