"""Who gave what came to a grant: the choices of a form, for money as for goods and labour."""

from app.labels import COUNTRIES, country_text
from app.localisation import gettext, money
from app.services import applications, remitters
from forms.contributions import GiverForm
from models.grants import Grant
from models.pledges import Pledge
from models.remitters import Remitter


class Givers:
    """The pledges made for a grant and the remitters its association knows, by what the form sends."""

    def __init__(self, grant: Grant) -> None:
        self.pledges = {str(one.id): one for one in applications.pledges_of(grant.application)}
        self.remitters = {str(one.id): one for one in remitters.of_association(grant.association)}

    def offer_to(self, form: GiverForm) -> None:
        """Set the choices of `form`."""
        countries = [(code, country_text(code)) for code in COUNTRIES]
        form.sender_country.choices = [("", gettext("Choose")), *countries]
        promised = [(key, _named(one)) for key, one in self.pledges.items()]
        form.pledge.choices = [("", gettext("None of them")), *promised]
        known = [(key, f"{one.name}, {country_text(one.country)}") for key, one in self.remitters.items()]
        form.remitter.choices = [("", gettext("That of who stands on the receipt")), *known]

    def pledge_of(self, form: GiverForm) -> Pledge | None:
        """The pledge that was chosen."""
        return self.pledges.get(form.pledge.data or "")

    def remitter_of(self, form: GiverForm) -> Remitter | None:
        """The remitter that was chosen."""
        return self.remitters.get(form.remitter.data or "")


def _named(pledge: Pledge) -> str:
    return f"{pledge.remitter_name}, {country_text(pledge.country)}: {money(pledge.amount, pledge.currency)}"
