"""Drafting a corrected protocol: why, and the words that are to stand in its places."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectChoice, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from app.localisation import N_, gettext, lazy
from forms.base import BaseForm, DayField, LongTextField, TextField, WholeNumberField, required_input


class CorrectionForm(BaseForm):
    """Why the protocol is corrected."""

    reason = LongTextField(N_("What is wrong in the protocol, and how it was found"), longest=2000)


class ReturnForm(BaseForm):
    """Why the chair sends a draft back."""

    reason = LongTextField(N_("What should be different"), longest=2000)


class RecordForm(BaseForm):
    """Day, place and people of the session; `record_form` adds a field for each name.

    People are meant by their places on the list of attendance, from 0.
    """

    held_on = DayField(N_("Day of the session"))
    place = TextField(N_("Place"))
    absent = SelectMultipleField(
        lazy(N_("On the list, but was not there")), widget=ListWidget(), option_widget=CheckboxInput()
    )
    came = LongTextField(N_("Was there, but is not on the list: a name in each line"), required=False, longest=2000)

    def names(self) -> dict[int, str]:
        """{place: the name as it should be}."""
        return {int(place): self[f"name_{place}"].data for place, _label in self.absent.choices}

    def absentees(self) -> set[int]:
        return {int(place) for place in self.absent.data}

    def newcomers(self) -> list[str]:
        return [" ".join(line.split()) for line in (self.came.data or "").splitlines() if line.strip()]


def record_form(present: Sequence[tuple[int, str]], data: dict[str, Any]) -> RecordForm:
    """A `RecordForm` with the spelling of each name; `present` are the places and what a person is called there."""
    fields = {f"name_{place}": TextField(label) for place, label in present}
    made: RecordForm = type("RecordForm", (RecordForm,), fields)(data=data)
    made.absent.choices = [(str(place), label) for place, label in present]
    return made


class DecisionRecordForm(BaseForm):
    """The record of one decision; `decision_record_form` adds notes, dissents and votes."""

    reason = LongTextField(N_("Reason"))

    def texts(self, kind: str) -> list[str]:
        """What was typed for the notes ("note") or dissents ("dissent"), in their order."""
        return [field.data for name, field in self._fields.items() if name.startswith(f"{kind}_")]

    def choices(self) -> list[str]:
        """The votes by name, in the order of the ballots."""
        return [field.data for name, field in self._fields.items() if name.startswith("ballot_")]

    def votes(self) -> list[int] | None:
        """The votes where they were only counted."""
        if "votes_for" not in self:
            return None
        return [self[name].data for name in ("votes_for", "votes_against", "abstentions")]


def decision_record_form(
    notes: int, dissents: Sequence[str], voters: Sequence[str], choices: Sequence[tuple[str, str]], data: dict[str, Any]
) -> DecisionRecordForm:
    """A form with as many notes, the dissents of these people, and the votes of `voters` by name or else counted."""
    fields: dict[str, Any] = {
        f"note_{place}": LongTextField(N_("Note of the discussion"), longest=2000) for place in range(notes)
    }
    for place, name in enumerate(dissents):
        fields[f"dissent_{place}"] = LongTextField(gettext("Dissent of %(name)s", name=name), longest=2000)
    options = [SelectChoice(*one) for one in choices]
    for place, name in enumerate(voters):
        fields[f"ballot_{place}"] = RadioField(name, choices=options, validators=[required_input()])
    if not voters:
        fields["votes_for"] = WholeNumberField(N_("Votes for"))
        fields["votes_against"] = WholeNumberField(N_("Votes against"))
        fields["abstentions"] = WholeNumberField(N_("Abstentions"))
    made: DecisionRecordForm = type("DecisionRecordForm", (DecisionRecordForm,), fields)(data=data)
    return made
