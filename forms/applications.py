"""Starting an application and writing its sections."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from wtforms import RadioField, SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, TextField, optional_id, required_input


class ApplicationForm(BaseForm):
    """Which call, which association, which language."""

    call = RadioField(lazy(N_("Call")), coerce=int, validators=[required_input()])
    association = SelectField(lazy(N_("Association")), coerce=optional_id, validators=[required_input()])
    language = RadioField(lazy(N_("Language you write in")), validators=[required_input()])


def _may_wait(field: Any) -> None:
    """An answer may be empty now, but the page does not call it optional: it is needed before the sign-off."""
    field.flags.optional = None


class AnswerField(LongTextField):
    """A long answer. A line break counts as one character, as people count."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, required=False, **kwargs)
        _may_wait(self)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata([text.replace("\r\n", "\n") for text in valuelist])


class ShortAnswerField(TextField):
    """An answer of one line."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, required=False, **kwargs)
        _may_wait(self)


class SectionForm(BaseForm):
    """One page of the application; its fields are made by `section_form`."""


@lru_cache(maxsize=512)
def section_form(questions: tuple[tuple[str, str, int, bool], ...]) -> type[SectionForm]:
    """A form with one field for each (key, label, longest, is one line). Unfinished answers are welcome."""
    fields: dict[str, Any] = {}
    for key, label, longest, is_line in questions:
        kind = ShortAnswerField if is_line else AnswerField
        fields[key] = kind(label, longest=longest)
    return type("SectionForm", (SectionForm,), fields)


class DeclineForm(BaseForm):
    """Why the chair does not sign off."""

    reason = LongTextField(N_("Why do you not sign off?"), longest=400)


class WithdrawForm(BaseForm):
    """Why the application is withdrawn."""

    reason = LongTextField(N_("Why do you withdraw the application?"), longest=400)
