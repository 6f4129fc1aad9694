"""Contributions: what came, its evidence, the check by a second person."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import DataRequired

from app.localisation import N_, lazy
from forms.base import AmountField, BaseForm, DayField, ReasonForm, TextField, UploadField, required_input
from models.contributions import Check

CHECK_FIRST = N_("Check this first, then tick it.")


class GiverForm(BaseForm):
    """From whom it came and whose share it is. Choices are set by the view."""

    sender_country = SelectField(lazy(N_("From which country")), validators=[required_input()])
    pledge = SelectField(lazy(N_("Which pledge it fulfils")))
    remitter = SelectField(lazy(N_("Whose money or goods it is")))


class ContributionForm(GiverForm):
    """One sum of money with its receipt. Choices are set by the view."""

    kind = RadioField(lazy(N_("What came")), validators=[required_input()])
    channel = SelectField(lazy(N_("How the money came")))
    reference = TextField(N_("Number on the receipt"), required=False, longest=60)
    sender_name = TextField(N_("Who sent or gave it"))
    sent_on = DayField(N_("Day on the receipt"))
    receiver_name = TextField(N_("Who received it"), required=False)
    received_on = DayField(N_("Day on which it was received"), required=False)
    currency = SelectField(lazy(N_("Currency")), validators=[required_input()])
    amount = AmountField(N_("Amount"))
    fee = AmountField(N_("Fee on the receipt"), required=False)
    is_another = BooleanField(lazy(N_("It is another person than those with a name like this")))
    upload = UploadField(N_("Receipt: photo or PDF"))


class EvidenceForm(BaseForm):
    """One more file of evidence."""

    upload = UploadField(N_("Receipt: photo or PDF"))


def _check(text: str) -> BooleanField:
    return BooleanField(lazy(text), validators=[DataRequired(message=lazy(CHECK_FIRST))])


class VerifyForm(BaseForm):
    """The checks of the second person, a field each by its value: each must be made."""

    legible = _check(N_("The receipt can be read and nothing on it was altered"))
    amount = _check(N_("Amount and currency on the receipt are those recorded here"))
    day = _check(N_("The day on the receipt is the one recorded here"))
    sender = _check(N_("The sender is a member of the association or kin of one"))
    unused = _check(N_("The receipt has not been used for anything else"))
    arrived = _check(N_("The association has the money or the goods"))

    def __init__(self, texts: Mapping[Check, str], **kwargs: Any) -> None:
        """`texts` says of each check what it means for what came: message ids."""
        super().__init__(**kwargs)
        for check, text in texts.items():
            self[check.value].label.text = lazy(text)

    def checks(self) -> list[Check]:
        """What was ticked."""
        return [check for check in Check if self[check.value].data]


class ContributionReasonForm(ReasonForm):
    """Refusing or reversing a contribution."""
