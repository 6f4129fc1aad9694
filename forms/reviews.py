"""The rubric as a form: a level and a justification on each criterion, and a comment."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from wtforms import RadioField, SelectChoice
from wtforms.validators import ValidationError

from app.localisation import N_, gettext
from forms.base import BaseForm, DayField, LongTextField
from models.calls import Criterion
from models.reviews import ReviewFlag

LEVELS: Mapping[int, str] = {
    1: N_("1 – very poor"),
    2: N_("2 – poor"),
    3: N_("3 – fair"),
    4: N_("4 – good"),
    5: N_("5 – very good"),
}


Flags = tuple[tuple[ReviewFlag, str], ...]
"""The flags to choose from with their texts (message ids)."""


class ReviewForm(BaseForm):
    """A review; `rubric_form` adds level and justification of each criterion. A draft may be unfinished."""

    comment = LongTextField(N_("Comment for the Council"), required=False, longest=4000)

    def level(self, key: str) -> int | None:
        """The chosen level, None while undecided."""
        return self[f"level_{key}"].data or None

    def justification(self, key: str) -> str:
        return self[f"justification_{key}"].data or ""


class ReopenForm(BaseForm):
    """Opening a review that was handed in for its reviewer."""

    reason = LongTextField(N_("Why is the review opened again?"), longest=400)
    due_on = DayField(N_("Review due on"))


class JustificationField(LongTextField):
    """Why this level: a draft may leave it out, a review not."""

    def __init__(self, label: str, *, longest: int, **kwargs: Any) -> None:
        super().__init__(label, required=False, longest=longest, **kwargs)
        self.flags.optional = False


def rubric_form(
    criteria: Sequence[Criterion], locale: str, longest: int, flags: Flags = (), **values: Any
) -> ReviewForm:
    """A `ReviewForm` for these criteria in the language of the request, `locale`; `values` fill it at first.

    With `flags` it has a private note and one of these flags too.
    """
    titles = tuple((criterion.key, criterion.title_in(locale)) for criterion in criteria)
    return _rubric_class(titles, flags, longest, locale)(**values)


@lru_cache(maxsize=64)  # a class is dear to make, and one rubric is judged a thousand times
def _rubric_class(titles: tuple[tuple[str, str], ...], flags: Flags, longest: int, _locale: str) -> type[ReviewForm]:
    """The form's class for criteria of these keys and titles, its texts in `_locale`."""
    levels = [SelectChoice(level, gettext(text)) for level, text in LEVELS.items()]
    fields: dict[str, Any] = {}
    if flags:
        fields["private_note"] = LongTextField(N_("Private note to the Council"), required=False, longest=2000)
        fields["flag"] = RadioField(
            gettext("Flag for the Council"),
            choices=[SelectChoice(flag.value, gettext(text)) for flag, text in flags],
            coerce=ReviewFlag,
            validate_choice=False,
            default=ReviewFlag.NONE,
        )
    for key, title in titles:
        fields[f"level_{key}"] = RadioField(
            title, choices=levels, coerce=_level, validate_choice=False, validators=[_known_level]
        )
        label = gettext("Why this level? (%(criterion)s)", criterion=title)
        fields[f"justification_{key}"] = JustificationField(label, longest=longest)
    return type("RubricForm", (ReviewForm,), fields)


def _level(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def _known_level(_form: Any, field: Any) -> None:
    if field.raw_data and field.raw_data[0] and field.data is None:
        raise ValidationError(gettext("Choose a level from 1 to 5."))
