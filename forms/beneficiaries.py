"""Who benefits, counted, in the order of the paper form."""

from app.localisation import N_
from forms.base import BaseForm, WholeNumberField


class BeneficiariesForm(BaseForm):
    """Women and men, and how many of them belong to each group."""

    women = WholeNumberField(N_("Women and girls"))
    men = WholeNumberField(N_("Men and boys"))
    young = WholeNumberField(N_("Young people of 14 to 28 years"))
    migrant_families = WholeNumberField(N_("Members of migrants' families"))
    returnees = WholeNumberField(N_("Returned migrants"))
    disabled = WholeNumberField(N_("People with a disability"))
    households = WholeNumberField(N_("Households they come from"))
