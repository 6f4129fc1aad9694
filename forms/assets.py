"""Assets: what was bought and lasts, what was seen of it, what became of it."""

from wtforms import BooleanField, RadioField, SelectField

from app.localisation import N_, lazy
from forms.base import AmountField, BaseForm, DayField, TextField, UploadField, WholeNumberField, required_input


class AssetForm(BaseForm):
    """A thing, or several alike that are kept together. The documents it was bought by are set by the view."""

    expenditure = SelectField(lazy(N_("Bought by the document")), validators=[required_input()])
    name = TextField(N_("What it is"))
    quantity = WholeNumberField(N_("How many alike"))
    value = AmountField(N_("What it cost, all together"))
    serial_number = TextField(N_("Serial number"), required=False, longest=60)
    kept_at = TextField(N_("Where it is kept"))
    keeper_name = TextField(N_("Who answers for it"), render_kw={"list": "keepers", "autocomplete": "off"})
    bears_emblem = BooleanField(lazy(N_("It bears the donor's emblem, and the photo shows it")))
    why_bare = TextField(N_("Why it cannot bear the emblem"), required=False)
    upload = UploadField(N_("Photo"))


class AssetPlaceForm(BaseForm):
    """Where it is kept now, and who answers for it."""

    kept_at = TextField(N_("Where it is kept"))
    keeper_name = TextField(N_("Who answers for it"), render_kw={"list": "keepers", "autocomplete": "off"})


class AssetCheckForm(BaseForm):
    """What was seen of it. Conditions and visits are set by the view."""

    checked_on = DayField(N_("Day on which you saw it"))
    visit = SelectField(lazy(N_("On which visit")))
    condition = RadioField(lazy(N_("State")), validators=[required_input()])
    bears_emblem = BooleanField(lazy(N_("The donor's emblem can be seen")))
    note = TextField(N_("What you saw"), required=False, longest=400)


class AssetEndForm(BaseForm):
    """What became of it. The kinds are set by the view."""

    kind = RadioField(lazy(N_("What became of it")), validators=[required_input()])
    ended_on = DayField(N_("On which day"))
    reason = TextField(N_("Reason"), longest=400)
