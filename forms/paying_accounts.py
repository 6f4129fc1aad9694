"""Paying accounts: the account itself, and why one is refused."""

from app.localisation import N_
from forms.base import BaseForm, ReasonForm, TextField


class PayingAccountForm(BaseForm):
    """The programme's bank account a fund is paid from."""

    bank = TextField(N_("Bank"), longest=120)
    bank_code = TextField(N_("The bank's code"), required=False, longest=20)
    number = TextField(N_("Account number"), longest=60)
    holder = TextField(N_("Account holder"), longest=200)


class RefusePayingAccountForm(ReasonForm):
    """Why a proposed account is refused."""
