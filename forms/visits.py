"""Visits: the plan, the photos, the record."""

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, LongTextField, NumberField, UploadField, required_input


class ChecklistField(SelectMultipleField):
    """Any number of ticks."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(lazy(label), **kwargs)


class PlanVisitForm(BaseForm):
    """When, and who goes. The officers are set by the view."""

    planned_on = DayField(N_("Day of the visit"))
    visitor = SelectField(lazy(N_("Who visits")), validators=[required_input()])


class PhotoForm(BaseForm):
    """One photo."""

    upload = UploadField(N_("Photo"))


class RecordVisitForm(BaseForm):
    """What was seen. The items of the checklist are set by the view."""

    visited_on = DayField(N_("Day on which you were there"))
    checklist = ChecklistField(N_("What you could see"))
    findings = LongTextField(N_("What you saw"))
    follow_up = LongTextField(N_("What has to be done until the next visit"), required=False)
    risk = RadioField(lazy(N_("Risk that the project fails")), validators=[required_input()])
    holds_payment = BooleanField(lazy(N_("No further money until what I found is mended")))
    shows_photos = BooleanField(lazy(N_("Those who sent money may see the photos")))
    latitude = NumberField(N_("Latitude in degrees"), required=False, places=6)
    longitude = NumberField(N_("Longitude in degrees"), required=False, places=6)
