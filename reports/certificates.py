"""The thanks to one who sent money: one A4 page with the project, what is verified of the own money, and who thanks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reportlab.platypus import Flowable

from app.localisation import N_, Money, date_text, money
from app.localisation import gettext as _
from app.services.remitter_links import Project
from models.base import Texts, text_in
from models.contributions import ContributionStatus
from reports import credits, papers
from reports.credits import Credit
from reports.pages import big_figures, facts, gap, heading, one_page, signatures, text, title

TITLE = N_("Thank you")


@dataclass(frozen=True)
class CertificateData:
    """What one remitter gave to one grant, verified: `sums` by currency, `amount` their value in tyiyn."""

    number: str
    made_at: datetime
    name: str
    association: Texts
    place: Texts
    project: str
    sums: Sequence[Money]
    amount: int
    first: date
    last: date
    credits: Sequence[Credit]
    sha256: str = ""


def gather(project: Project, now: datetime) -> CertificateData:
    """Of a project with something verified: refused and reversed money is not thanked for."""
    grant = project.grant
    days = [one.sent_on for one in project.own if one.status is ContributionStatus.VERIFIED]
    place = grant.association.village or grant.association.ayil_okmotu
    return CertificateData(
        number=grant.number,
        made_at=now,
        name=project.remitter.name,
        association=grant.association.names,
        place=place.names,
        project=grant.application.title,
        sums=project.verified,
        amount=project.own_kgs,
        first=min(days),
        last=max(days),
        credits=(credits.of_fund(grant.fund),),
    )


def to_pdf(data: CertificateData, locale: str, *, demonstration: bool = False) -> bytes:
    """One A4 page in `locale`."""
    return papers.to_pdf(
        data, TITLE, data.made_at, lambda: [one_page(_story(data, locale))], locale, demonstration=demonstration
    )


def _story(data: CertificateData, locale: str) -> list[Flowable]:
    days = (
        date_text(data.first)
        if data.first == data.last
        else _("%(first)s to %(last)s", first=date_text(data.first), last=date_text(data.last))
    )
    figures = [(_("verified, sent by you"), money(one.amount, one.currency)) for one in data.sums]
    return [
        *title(_(TITLE), _("The village thanks you: your money is in its common work.")),
        heading(data.name),
        gap(6),
        big_figures(figures, across=min(3, len(figures))),
        gap(10),
        facts(
            [
                (_("Project"), data.project),
                (_("Village"), text_in(data.place, locale)),
                (_("Association"), text_in(data.association, locale)),
                (_("Grant"), data.number),
                (_("Sent"), days),
                (_("In som"), money(data.amount)),
            ]
        ),
        gap(14),
        text(_("Neighbours pool money and labour for a common work.")),
        gap(20),
        signatures([_("Chair"), _("Resource centre")]),
    ]
