"""One criterion: weight, title, description and the five levels, each text in three languages."""

from typing import Any

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, TextField, WholeNumberField

LEVELS = ("1", "2", "3", "4", "5")
LONGEST_TEXT = 600
LEVEL_LABELS = {
    "ky": N_("Level %(level)s in Kyrgyz"),
    "ru": N_("Level %(level)s in Russian"),
    "en": N_("Level %(level)s in English"),
}


class LevelField(LongTextField):
    """What one level of a criterion means."""

    def __init__(self, label: str, *, level: str, **kwargs: Any) -> None:
        super().__init__(label, required=False, longest=LONGEST_TEXT, **kwargs)
        self.label.text = lazy(label, level=level)


class _CriterionForm(BaseForm):
    weight = WholeNumberField(N_("Weight"))
    title_ky = TextField(N_("Title in Kyrgyz"))
    title_ru = TextField(N_("Title in Russian"))
    title_en = TextField(N_("Title in English"))
    description_ky = LongTextField(N_("Description in Kyrgyz"), required=False, longest=LONGEST_TEXT)
    description_ru = LongTextField(N_("Description in Russian"), required=False, longest=LONGEST_TEXT)
    description_en = LongTextField(N_("Description in English"), required=False, longest=LONGEST_TEXT)


CriterionForm = type(
    "CriterionForm",
    (_CriterionForm,),
    {
        f"level_{level}_{code}": LevelField(label, level=level)
        for level in LEVELS
        for code, label in LEVEL_LABELS.items()
    },
)
"""A criterion as it is typed; `level_1_ky` to `level_5_en` hold its levels."""
