"""The slip of a tranche: one A4 page with what was sent; the association writes what came, and signs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.platypus import Flowable

from app.localisation import N_, date_text, money
from app.localisation import gettext as _
from models.base import Texts, text_in
from models.grants import Tranche
from reports import credits, papers
from reports.credits import Credit
from reports.pages import facts, gap, one_page, signatures, small, subheading, title

TITLE = N_("Slip: the money of a tranche came")


@dataclass(frozen=True)
class SlipData:
    """One payment, `amount` in tyiyn."""

    number: str
    made_at: datetime
    association: Texts
    project: str
    sequence: int
    amount: int
    account: tuple[str, str]
    reference: str
    sent_at: datetime
    credits: Sequence[Credit]
    sha256: str = ""


def gather(tranche: Tranche, now: datetime) -> SlipData:
    """A payment that was sent. The number of the account is shown by its last three characters."""
    grant, account = tranche.grant, tranche.payout_account
    return SlipData(
        number=grant.number,
        made_at=now,
        association=grant.association.names,
        project=grant.application.title,
        sequence=tranche.sequence,
        amount=tranche.amount,
        account=(account.bank, account.masked_number) if account else ("", ""),
        reference=tranche.bank_reference or "",
        sent_at=tranche.released_at or now,
        credits=(credits.of_fund(grant.fund),),
    )


def to_pdf(data: SlipData, locale: str, *, demonstration: bool = False) -> bytes:
    """One A4 page in `locale`."""
    return papers.to_pdf(
        data, TITLE, data.made_at, lambda: [one_page(_story(data, locale))], locale, demonstration=demonstration
    )


def _story(data: SlipData, locale: str) -> list[Flowable]:
    line = "…" * 24
    return [
        *title(_(TITLE), _("The centre scans the signed slip. Compare the figures with the account first.")),
        subheading(_("What was sent")),
        facts(
            [
                (_("Grant"), f"{data.number}, {data.project}"),
                (_("Association"), text_in(data.association, locale)),
                (_("Tranche"), str(data.sequence)),
                (_("Amount"), money(data.amount)),
                (_("Account"), _("%(bank)s, %(number)s", bank=data.account[0], number=data.account[1])),
                (_("The bank's reference"), data.reference),
                (_("Paid on"), date_text(data.sent_at)),
            ]
        ),
        subheading(_("What came: written by hand")),
        facts(
            [
                (_("Amount that came"), line),
                (_("Day on which it came"), line),
                (_("Why did less come than was sent?"), line),
            ]
        ),
        gap(6),
        small(_("We confirm for the association that this money came on its account.")),
        signatures([_("Chair"), _("Treasurer"), _("Received at the resource centre")]),
    ]
