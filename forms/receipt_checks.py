"""Receipt checks: the checklist and the reason to refuse in one form, decided by the button that was pressed."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, StringField
from wtforms.validators import AnyOf, Optional

from app.localisation import N_, lazy
from forms.base import TextField
from forms.contributions import VerifyForm
from models.contributions import Check

VERIFY, REFUSE = "verify", "refuse"


class ReceiptCheckForm(VerifyForm):
    """`verdict` is the button. The choices of `fault` are set by the view; "" is none of them."""

    verdict = StringField(lazy(N_("Decision")), validators=[AnyOf((VERIFY, REFUSE))])
    fault = RadioField(lazy(N_("What does not fit")), validators=[Optional()])
    words = TextField(N_("What else the association has to know"), required=False, longest=300)

    @property
    def is_refusal(self) -> bool:
        return bool(self.verdict.data == REFUSE)

    def fault_found(self) -> Check | None:
        """The check that does not hold, when one was chosen."""
        return Check(self.fault.data) if self.fault.data else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Who refuses need not have made every check."""
        if self.is_refusal:
            nothing: Sequence[Any] = ()
            for check in Check:
                self[check.value].validators = nothing
        return bool(super().validate(extra_validators))
