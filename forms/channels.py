"""Channels: the ways money travels."""

from wtforms import BooleanField, RadioField

from app.localisation import N_, lazy
from forms.base import NamedForm, TextField, WholeNumberField, required_input


class ChannelForm(NamedForm):
    """One channel with what its paper shows. Kinds of evidence are set by the view."""

    evidence = RadioField(lazy(N_("What proves the money")), validators=[required_input()])
    reference_ky = TextField(N_("What its paper calls the number, in Kyrgyz"), longest=100)
    reference_ru = TextField(N_("What its paper calls the number, in Russian"), longest=100)
    reference_en = TextField(N_("What its paper calls the number, in English"), longest=100)
    names_sender = BooleanField(lazy(N_("The paper names who sent the money")))
    names_receiver = BooleanField(lazy(N_("The paper names who received the money")))
    position = WholeNumberField(N_("Place in the list"))

    def reference_label(self) -> dict[str, str]:
        """{"ky": …, "ru": …, "en": …}."""
        return {"ky": self.reference_ky.data, "ru": self.reference_ru.data, "en": self.reference_en.data}
