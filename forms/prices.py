"""Prices of the register and in-kind rates."""

from wtforms import RadioField, SelectField

from app.localisation import N_, lazy
from forms.base import AmountField, BaseForm, DayField, NamedForm, TextField, required_input


class QuoteForm(BaseForm):
    """What one costs from which day on, and who says so."""

    low = AmountField(N_("Lowest price"), required=False)
    usual = AmountField(N_("Usual price"))
    high = AmountField(N_("Highest price"), required=False)
    source = TextField(N_("Source"), longest=200)
    valid_from = DayField(N_("Counts from"))


class PriceForm(NamedForm, QuoteForm):
    """An item with its unit in three languages, and its price. Kinds and places are set by the view."""

    kind = RadioField(lazy(N_("What kind of price")), validators=[required_input()])
    unit_ky = TextField(N_("Unit in Kyrgyz"), longest=40)
    unit_ru = TextField(N_("Unit in Russian"), longest=40)
    unit_en = TextField(N_("Unit in English"), longest=40)
    oblast = SelectField(lazy(N_("Where")))

    def unit(self) -> dict[str, str]:
        """{"ky": …, "ru": …, "en": …}."""
        return {"ky": self.unit_ky.data, "ru": self.unit_ru.data, "en": self.unit_en.data}


class EndPriceForm(BaseForm):
    """Until when a price counts."""

    last_day = DayField(N_("Last day on which it counts"))
