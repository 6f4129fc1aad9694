"""The notice of a changed payout account: one A4 page to hand over or to read out to who held office before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.platypus import Flowable

from app.labels.people import MEMBERSHIP_ROLES
from app.localisation import N_, datetime_text
from app.localisation import gettext as _
from app.services import account_notices
from models.associations import MembershipRole, PayoutAccount
from models.base import Texts, text_in
from reports import papers
from reports.credits import Credit
from reports.pages import facts, gap, numbered, one_page, signatures, subheading, text, title

TITLE = N_("Notice: the payout account of the association changes")


@dataclass(frozen=True)
class NoticeData:
    """What is told. `told` is (name, value of `MembershipRole`) of each who held office before the change."""

    number: str
    made_at: datetime
    association: Texts
    ayil_okmotu: Texts
    centre: Texts
    centre_phone: str
    before: tuple[str, str]
    then: tuple[str, str]
    holder: str
    asked_at: datetime
    told: tuple[tuple[str, str], ...]
    sha256: str = ""
    credits: Sequence[Credit] = ()


def gather(account: PayoutAccount, now: datetime) -> NoticeData:
    """The account that is told of, and to whom; numbers of accounts are shown by their last three characters."""
    association, before = account.association, account.replaces
    return NoticeData(
        number=f"{association.id}-{account.id}",
        made_at=now,
        association=association.names,
        ayil_okmotu=association.ayil_okmotu.names,
        centre=association.centre.names,
        centre_phone=association.centre.phone or "",
        before=(before.bank, before.masked_number) if before else ("", ""),
        then=(account.bank, account.masked_number),
        holder=account.holder,
        asked_at=account.proposed_at,
        told=tuple((one.person.full_name, one.office.value) for one in account_notices.contacts(account)),
    )


def to_pdf(data: NoticeData, locale: str, *, demonstration: bool = False) -> bytes:
    """One A4 page in `locale`."""
    return papers.to_pdf(
        data, TITLE, data.made_at, lambda: [one_page(_story(data, locale))], locale, demonstration=demonstration
    )


def _story(data: NoticeData, locale: str) -> list[Flowable]:
    centre = ", ".join(one for one in (text_in(data.centre, locale), data.centre_phone) if one)
    return [
        *title(_(TITLE), _("You held office when the account was another one. Nothing is paid before you are told.")),
        facts(
            [
                (_("Association"), text_in(data.association, locale)),
                (_("Ayil aymak"), text_in(data.ayil_okmotu, locale)),
                (_("Account of before"), _("%(bank)s, %(number)s", bank=data.before[0], number=data.before[1])),
                (_("New account"), _("%(bank)s, %(number)s", bank=data.then[0], number=data.then[1])),
                (_("Account holder"), data.holder),
                (_("Asked for"), datetime_text(data.asked_at)),
                (_("Resource centre"), centre),
            ]
        ),
        subheading(_("What you can do")),
        *numbered(
            [
                _("Do you know of the change and is it right? Then you need do nothing."),
                _(
                    "Is it wrong, or did you not know of it? Object: on the page of the association, at your centre, "
                    "or with the finance officer of the programme. A reason is enough."
                ),
                _("Who objects stops every payment to the new account until two people have looked into it."),
            ]
        ),
        gap(6),
        subheading(_("Told")),
        text(_("The day, and whether this paper was handed over or read out by phone, is noted at once.")),
        signatures(
            [f"{name}, {_(MEMBERSHIP_ROLES[MembershipRole(office)])}" for name, office in data.told]
            + [_("Who told it")]
        ),
    ]
