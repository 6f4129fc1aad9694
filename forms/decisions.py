"""What the Council decides on one application, with its votes and dissents."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField
from wtforms.validators import Optional

from app.localisation import N_, gettext, lazy
from forms.base import (
    AmountField,
    BaseForm,
    LongTextField,
    WholeNumberField,
    is_row_number,
    optional_id,
    required_input,
)
from models.council_sessions import DecisionOutcome

DISSENTS = (1, 2, 3)
"""So many dissents have a place on the page of a decision."""


class DecisionForm(BaseForm):
    """What the Council decides on one application; the amount is in som. `decision_form` adds the votes and dissents.

    The view sets the choices of `allocation`; empty means the first that has so much left.
    """

    outcome = RadioField(lazy(N_("Decision")), validators=[required_input()])
    amount = AmountField(N_("Amount awarded"), required=False)
    allocation = RadioField(lazy(N_("Paid from")), default="")
    reason = LongTextField(N_("Reason, as it will stand in the protocol"))
    room = HiddenField()

    def votes(self) -> list[tuple[int, str]]:
        """(user id, choice) of each vote that was recorded by name."""
        found = [(name.removeprefix("vote_"), field.data) for name, field in self._fields.items() if "vote_" in name]
        return [(int(user_id), choice) for user_id, choice in found if choice and is_row_number(user_id)]

    def people(self) -> list[int]:
        """The ids of those who could vote when this page was made."""
        return [int(one) for one in (self.room.data or "").split(",") if is_row_number(one)]

    def dissents(self) -> list[tuple[int, str, bool]]:
        """(user id, reason, whether the member wants to be named) of each dissent."""
        is_named = bool(self.is_named.data) if "is_named" in self else True
        rows = [(self[f"dissenter_{place}"].data, self[f"dissent_{place}"].data or "") for place in DISSENTS]
        return [(member, reason, is_named) for member, reason in rows if member is not None]

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if self.outcome.data == DecisionOutcome.SELECTED.value and self.amount.data is None and not self.amount.errors:
            self.refuse("amount", gettext("Enter the amount that is awarded."))
            is_valid = False
        for name in ("amount", "votes_for", "votes_against", "abstentions"):
            if name in self and self[name].data is not None and self[name].data < 0:
                self.refuse(name, gettext("This cannot be less than zero."))
                is_valid = False
        for place in DISSENTS:
            if self[f"dissenter_{place}"].data is None and self[f"dissent_{place}"].data:
                self.refuse(f"dissenter_{place}", gettext("Choose whose dissent it is."))
                is_valid = False
        return is_valid


def decision_form(voters: Sequence[tuple[int, str]], choices: Sequence[tuple[str, str]] | None) -> DecisionForm:
    """A `DecisionForm` with the vote of each voter (id, name), one of `choices`; without them the votes are counted."""
    fields: dict[str, Any] = {}
    if choices is not None:
        options = [SelectChoice(*one) for one in choices]
        for user_id, name in voters:
            fields[f"vote_{user_id}"] = RadioField(name, choices=options, validators=[required_input()])
    else:
        fields["votes_for"] = WholeNumberField(N_("Votes for this decision"))
        fields["votes_against"] = WholeNumberField(N_("Votes against this decision"))
        fields["abstentions"] = WholeNumberField(N_("Abstentions"))
        fields["is_named"] = BooleanField(lazy(N_("Whoever dissents wants to be named in the protocol")))
    members = [SelectChoice("", gettext("Nobody")), *(SelectChoice(str(user_id), name) for user_id, name in voters)]
    for place in DISSENTS:
        fields[f"dissenter_{place}"] = SelectField(
            lazy(N_("Who dissents")), choices=members, coerce=optional_id, validators=[Optional()]
        )
        fields[f"dissent_{place}"] = LongTextField(N_("Why the member dissents"), required=False, longest=2000)
    made: DecisionForm = type("DecisionForm", (DecisionForm,), fields)()
    return made
