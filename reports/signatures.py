"""The receipt the chair signs: the whole application as it stands, read aloud, then signed or marked with a thumb."""

from dataclasses import dataclass
from datetime import datetime

from reportlab.platypus import Flowable

from app.localisation import N_, money
from app.localisation import gettext as _
from models.applications import Application
from models.base import text_in
from reports import paper_forms, papers
from reports.credits import Credit
from reports.dictations import signed
from reports.pages import facts, gap, hash_block, title
from reports.paper_forms import PaperFormData
from reports.paper_pages import written_story

TITLE = N_("Receipt for the sign-off of the chair")


@dataclass(frozen=True)
class SignatureData:
    """What is signed: the form with everything in it, its stamp, who signs and what is asked for (tyiyn)."""

    number: str
    chair: str
    form: PaperFormData
    sha256: str
    grant: int

    @property
    def credits(self) -> tuple[Credit, ...]:
        return self.form.credits


def gather(application: Application, number: str, chair: str, stamp: str, now: datetime) -> SignatureData:
    """The application as it stands; `number` is that of the receipt, `stamp` the fingerprint of what it says."""
    form = paper_forms.gather_written(application, None, now, shows_names=True)
    return SignatureData(number, chair, form, stamp, application.grant_requested)


def to_pdf(data: SignatureData, locale: str, *, demonstration: bool = False) -> bytes:
    """A4 pages in `locale`, with a line to sign on and a box for a thumb."""
    return papers.to_pdf(
        data, TITLE, data.form.made_at, lambda: _story(data, locale), locale, demonstration=demonstration
    )


def _story(data: SignatureData, locale: str) -> list[Flowable]:
    form = data.form
    known = [
        (_("Number of the receipt"), data.number),
        (_("Association"), text_in(form.association or {}, locale)),
        (_("Chair of the association"), data.chair),
        (_("Application"), f"{form.number} · {form.project}" if form.project else form.number),
        (_("Call"), f"{text_in(form.call, locale)} ({form.code})"),
        (_("Grant asked for"), money(data.grant)),
    ]
    return [
        *title(_(TITLE), _("The operator reads this aloud. The chair signs only what the association wants to say.")),
        facts(known),
        *written_story(form, locale),
        gap(6),
        hash_block(data.sha256, _("SHA-256 of the whole application as it stood when this paper was printed:")),
        signed(
            _("I have read or heard the whole application. The association stands by it."),
            _("Chair of the association"),
        ),
    ]
