"""The base of every form, and the fields that read what people type."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Field, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.localisation import N_, gettext, lazy, translated, translated_plural

REQUIRED = N_("Fill this in.")
DECIMAL, WHOLE = N_("Enter a number, for example 1 250,50."), N_("Enter a whole number, for example 12.")
LONGEST_NUMBER = 24
LARGEST_NUMBER = 10**16 - 1  # in minor units still well within the database's integers
LONGEST_ROW_NUMBER = 18  # digits: the largest of them is one that the database takes
OWN_MESSAGES_OF_WTFORMS = (N_("Not a valid choice."), N_("Invalid Choice: could not coerce."))


class _Translations:
    """WTForms' own messages go through our catalogue (it has no Kyrgyz)."""

    def gettext(self, text: str) -> str:
        return translated(text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return translated_plural(singular, plural, number)  # WTForms fills in the placeholders itself


class BaseForm(FlaskForm):
    """A form with its idempotency key and, when it edits a row, the version it was made from."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> _Translations:
            return _Translations()

    idempotency_key = HiddenField()
    version = HiddenField()

    def refuse(self, field: str | None, text: str) -> None:
        """Attach a refusal to its field, or to the whole form."""
        if field and field in self:
            self[field].errors = [*self[field].errors, text]
        else:
            self.form_errors: list[str] = [*self.form_errors, text]

    def all_errors(self) -> list[str]:
        """Every message, for pages whose form is only a button."""
        texts = [str(text) for texts in self.errors.values() for text in texts]
        return texts or [str(text) for text in self.form_errors]


class ConfirmForm(BaseForm):
    """A button: nothing but the hidden fields."""


class ReasonForm(BaseForm):
    """A button with a reason."""

    reason = StringField(lazy(N_("Reason")), validators=[Length(max=400)])


@lru_cache  # they hold nothing of a request, and a form of many texts is read a thousand times
def _text_checks(required: bool, longest: int) -> tuple[Any, ...]:
    return required_value() if required else Optional(), Length(max=longest, message=too_long(longest))


def _clean(value: str | None) -> str | None:
    return value.strip() if value else value


class TextField(StringField):
    """One line of text, without blanks around it."""

    def __init__(self, label: str, *, required: bool = True, longest: int = 200, **kwargs: Any) -> None:
        super().__init__(lazy(label), validators=_text_checks(required, longest), filters=[_clean], **kwargs)


class CodeField(TextField):
    """A short name that stands in file names and on papers."""

    def pre_validate(self, form: Any) -> None:
        """Look at the letters once the length is right."""
        if self.data:
            Regexp(r"^[A-Za-z0-9-]+$", message=lazy(N_("Use Latin letters, digits and hyphens only.")))(form, self)


class LongTextField(TextAreaField):
    """Several lines of text."""

    def __init__(self, label: str, *, required: bool = True, longest: int = 4000, **kwargs: Any) -> None:
        super().__init__(lazy(label), validators=_text_checks(required, longest), filters=[_clean], **kwargs)


class NumberField(Field):
    """A decimal number as people type it: blanks between groups, a comma or a point before the fraction."""

    widget = StringField.widget

    data: Any

    def __init__(self, label: str, *, required: bool = True, places: int = 3, **kwargs: Any) -> None:
        super().__init__(lazy(label), validators=[required_input() if required else Optional()], **kwargs)
        self.places = places
        self.typed: str | None = None

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else format(Decimal(self.data), "f").replace(".", ",")

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        self.typed = valuelist[0]
        text = "".join(valuelist[0].split()).replace("\u202f", "").replace(",", ".")
        if not text:
            self.data = None
            return
        try:
            number = Decimal(text) if len(text) <= LONGEST_NUMBER and text.count(".") <= 1 else None
        except InvalidOperation:
            number = None
        if (
            number is None
            or not number.is_finite()
            or abs(number) > LARGEST_NUMBER
            or "e" in text.lower()
            or "_" in text
        ):
            self.data = None
            raise ValueError(gettext(WHOLE if self.places == 0 else DECIMAL))
        if -number.as_tuple().exponent > self.places:  # type: ignore[operator]
            self.data = None
            too_fine = gettext("At most %(places)s digits after the comma.", places=self.places)
            raise ValueError(too_fine if self.places else gettext(WHOLE))
        self.data = number


class AmountField(NumberField):
    """An amount of money in major units, two decimals at most."""

    def __init__(self, label: str, *, required: bool = True, **kwargs: Any) -> None:
        super().__init__(label, required=required, places=2, **kwargs)


class WholeNumberField(NumberField):
    """A whole number, given as int."""

    def __init__(self, label: str, *, required: bool = True, **kwargs: Any) -> None:
        super().__init__(label, required=required, places=0, **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata(valuelist)
        number: Any = self.data
        self.data = None if number is None else int(number)

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else str(self.data)


class DayField(Field):
    """A day typed as 12.03.2027 (or 2027-03-12)."""

    widget = StringField.widget
    data: Any

    def __init__(self, label: str, *, required: bool = True, **kwargs: Any) -> None:
        super().__init__(lazy(label), validators=[required_input() if required else Optional()], **kwargs)
        self.typed: str | None = None

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return self.data.strftime("%d.%m.%Y") if isinstance(self.data, date) else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        self.typed = valuelist[0]
        text = valuelist[0].strip()
        self.data = None
        if not text:
            return
        for pattern in ("%d.%m.%Y", "%Y-%m-%d"):
            try:
                day = datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            if 1900 <= day.year <= 2200:
                self.data = day
                return
        raise ValueError(gettext("Enter a day as DD.MM.YYYY."))


class BoxesField(SelectMultipleField):
    """Ticks: none is fine."""

    option_widget = CheckboxInput()
    widget = ListWidget(prefix_label=False)


class UploadField(FileField):
    """One file; what it may be is decided by its content."""

    def __init__(self, label: str, *, required: bool = True, **kwargs: Any) -> None:
        super().__init__(lazy(label), validators=[_file_required if required else Optional()], **kwargs)


class NamedForm(BaseForm):
    """What has a proper name in three languages."""

    name_ky = TextField(N_("Name in Kyrgyz"))
    name_ru = TextField(N_("Name in Russian"))
    name_en = TextField(N_("Name in English"))

    def names(self) -> dict[str, str]:
        """{"ky": …, "ru": …, "en": …}."""
        return {"ky": self.name_ky.data, "ru": self.name_ru.data, "en": self.name_en.data}


def _file_required(form: Any, field: Any) -> None:
    if not field.data or not getattr(field.data, "filename", ""):
        raise ValidationError(gettext("Choose a file."))


def optional_id(value: Any) -> int | None:
    """The `coerce` of a choice of rows before which stands "Choose" or "none": None for that."""
    return int(value) if value not in (None, "", "None") else None


def is_row_number(text: str) -> bool:
    """Whether a text in a hidden field or an address can be the number of a row, or a version."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ROW_NUMBER


def required_value() -> DataRequired:
    return DataRequired(message=lazy(REQUIRED))


def required_input() -> InputRequired:
    return InputRequired(message=lazy(REQUIRED))


def too_long(longest: int) -> Any:
    return lazy(N_("At most %(limit)s characters."), limit=longest)
