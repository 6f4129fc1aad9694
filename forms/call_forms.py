"""Setting up the application form of a call: its parts, questions and the papers asked for, in three languages."""

from wtforms import BooleanField, SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, TextField, WholeNumberField, required_input

CODES = ("ky", "ru", "en")


class TextsForm(BaseForm):
    """A form with texts in three languages, each in a field of its own."""

    def texts(self, name: str) -> dict[str, str]:
        """{"ky": …, "ru": …, "en": …} of the fields `name`_ky and so on."""
        return {code: self[f"{name}_{code}"].data or "" for code in CODES}


class SectionTitleForm(TextsForm):
    """What a page of questions is called."""

    title_ky = TextField(N_("Title in Kyrgyz"), longest=120)
    title_ru = TextField(N_("Title in Russian"), longest=120)
    title_en = TextField(N_("Title in English"), longest=120)


class QuestionForm(TextsForm):
    """A question, what helps to answer it, and how long the answer may be."""

    label_ky = TextField(N_("Question in Kyrgyz"), longest=300)
    label_ru = TextField(N_("Question in Russian"), longest=300)
    label_en = TextField(N_("Question in English"), longest=300)
    hint_ky = LongTextField(N_("Help in Kyrgyz"), required=False, longest=600)
    hint_ru = LongTextField(N_("Help in Russian"), required=False, longest=600)
    hint_en = LongTextField(N_("Help in English"), required=False, longest=600)
    limit = WholeNumberField(N_("Longest answer"), default=250)
    least = WholeNumberField(N_("Shortest answer that says anything"), default=20)
    rows = WholeNumberField(N_("Lines on the page"), default=6)


class RequiredDocumentForm(TextsForm):
    """A paper the call asks for."""

    kind = SelectField(lazy(N_("What kind of document")), validators=[required_input()])
    is_required = BooleanField(lazy(N_("Without it nothing can be submitted")))
    months = WholeNumberField(N_("How many months it stays valid"), required=False)
    text_ky = LongTextField(N_("What it should be, in Kyrgyz"), longest=400)
    text_ru = LongTextField(N_("What it should be, in Russian"), longest=400)
    text_en = LongTextField(N_("What it should be, in English"), longest=400)
