"""A resource centre: its place, names, hours, address and phone."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import SelectField
from wtforms.validators import ValidationError

from app.localisation import N_, gettext, lazy
from forms.base import BaseForm, NamedForm, TextField, required_input

WINDOW = re.compile(r"([01]?\d|2[0-3])(?:[:.]([0-5]\d))?\s*[–—-]\s*([01]?\d|2[0-3])(?:[:.]([0-5]\d))?")
WEEK = range(1, 8)


class HoursField(TextField):
    """From when to when on one weekday, as in 09:00–17:00; empty when closed."""

    window: tuple[str, str] | None = None

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, required=False, longest=20, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        found = WINDOW.fullmatch(self.data)
        if found is None:
            raise ValidationError(gettext("Write the hours as 09:00–17:00, or leave the day empty when it is closed."))
        hour, minute, last_hour, last_minute = found.groups()
        self.window = (f"{int(hour):02}:{minute or '00'}", f"{int(last_hour):02}:{last_minute or '00'}")


class CentreForm(NamedForm):
    """The names of a centre."""


class NewCentreForm(CentreForm):
    """A centre to be registered; the view sets the choices."""

    phone = TextField(N_("Phone"), required=False, longest=20, render_kw={"inputmode": "tel", "autocomplete": "off"})
    ayil_okmotu = SelectField(lazy(N_("Ayil aymak")), coerce=int, validators=[required_input()])


class KeepForm(BaseForm):
    """When a centre is open, where it is and how to call it."""

    day_1 = HoursField(N_("Monday"))
    day_2 = HoursField(N_("Tuesday"))
    day_3 = HoursField(N_("Wednesday"))
    day_4 = HoursField(N_("Thursday"))
    day_5 = HoursField(N_("Friday"))
    day_6 = HoursField(N_("Saturday"))
    day_7 = HoursField(N_("Sunday"))
    hours_note = TextField(N_("Note on the hours"), required=False)
    address = TextField(N_("Address"), required=False)
    phone = TextField(N_("Phone"), required=False, longest=20, render_kw={"inputmode": "tel", "autocomplete": "off"})

    def hours(self) -> Mapping[str, Sequence[str]]:
        """{"1": ("09:00", "17:00"), …}: the days that are open."""
        windows = {str(day): self[f"day_{day}"].window for day in WEEK}
        return {day: window for day, window in windows.items() if window}
