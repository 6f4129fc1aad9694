"""The minutes of a village meeting, in the order of the paper form."""

from app.localisation import N_
from forms.base import BaseForm, DayField, LongTextField, TextField, UploadField, WholeNumberField


class MeetingForm(BaseForm):
    """What the minutes say."""

    held_on = DayField(N_("Day of the meeting"))
    place = TextField(N_("Place of the meeting"))
    led_by = TextField(N_("Who led the meeting"))
    written_by = TextField(N_("Who wrote the minutes"))
    women = WholeNumberField(N_("Women present"))
    men = WholeNumberField(N_("Men present"))
    households = WholeNumberField(N_("Households represented"), required=False)
    entitled = WholeNumberField(N_("Households or adults in the whole village"))
    decision = LongTextField(N_("What was decided"), longest=2000)
    votes_for = WholeNumberField(N_("Votes for"))
    votes_against = WholeNumberField(N_("Votes against"))
    abstentions = WholeNumberField(N_("Abstained"))
    upload = UploadField(N_("Photo or scan of the minutes"), required=False)
