"""The receipt of a submission: one A4 page the association keeps, made from the snapshot that was taken."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reportlab.platypus import Flowable, Table

from app.labels import DOCUMENT_KINDS, PAYERS, label_text
from app.localisation import N_, datetime_text, deadline_text, money, ngettext, number_text
from app.localisation import gettext as _
from app.services import call_forms, signatures
from models.applications import Application, Payer, Snapshot
from models.base import Texts, text_in
from models.dictations import ConfirmationWay
from models.documents import DocumentKind
from reports import credits, pages, papers
from reports.credits import Credit
from reports.drawings import QrCode
from reports.pages import (
    STRONG,
    WIDTH,
    Column,
    facts,
    gap,
    hash_block,
    numbered,
    one_page,
    small,
    subheading,
    table,
    text,
    title,
)

LISTED = 6  # documents named on the page; more are counted
DRY_RUN = N_("Dry run: no real application. It counts nowhere.")
TITLE = N_("Receipt of a submitted application")


@dataclass(frozen=True)
class DocumentLine:
    """A document of the submission: its kind, name and the start of its hash."""

    kind: str
    filename: str
    sha256: str


@dataclass(frozen=True)
class ReceiptData:
    """What was submitted. `paid_by` is {payer: tyiyn}; `pledged` in tyiyn; `sequence` counts the submissions.

    When and how the chair signed it off stands there without the name: a reviewer reads this paper too.
    """

    number: str
    title: str
    association: Texts
    ayil_okmotu: Texts
    call_title: Texts
    submitted_at: datetime
    sequence: int
    sha256: str
    paid_by: Mapping[str, int]
    pledged: int
    questions_asked: int
    questions_answered: int
    budget_lines: int
    pledges: int
    targets: int
    documents: tuple[DocumentLine, ...]
    credits: tuple[Credit, ...]
    is_test: bool = False
    signed_at: datetime | None = None
    signed_way: ConfirmationWay | None = None
    signed_receipt: str = ""

    @property
    def total(self) -> int:
        """The whole cost in tyiyn."""
        return sum(self.paid_by.values())

    @property
    def code(self) -> str:
        """What the QR code holds: number, submission and SHA-256."""
        return f"ASHAR {self.number} {self.sequence} {self.sha256}"


def gather(application: Application, snapshot: Snapshot) -> ReceiptData:
    """Read the frozen content of `snapshot`, not what the application has become since."""
    content = json.loads(snapshot.content)
    paid_by = dict.fromkeys((payer.value for payer in Payer), 0)
    for line in content["budget"]:
        paid_by[line["payer"]] += line["amount"]
    association, call = application.association, application.call
    signed = signatures.behind(snapshot)
    keys = [question.key for question in call_forms.answered_in(call, content).questions]
    return ReceiptData(
        number=content["number"],
        title=content["answers"].get("title", ""),
        association=association.names,
        ayil_okmotu=association.ayil_okmotu.names,
        call_title=dict(call.title),
        submitted_at=snapshot.taken_at,
        sequence=snapshot.sequence,
        sha256=snapshot.sha256,
        paid_by=paid_by,
        pledged=sum(pledge["amount_kgs"] for pledge in content["pledges"]),
        questions_asked=len(keys),
        questions_answered=sum(1 for key in keys if content["answers"].get(key, "").strip()),
        budget_lines=len(content["budget"]),
        pledges=len(content["pledges"]),
        targets=len(content["targets"]),
        documents=tuple(DocumentLine(one["kind"], one["filename"], one["sha256"]) for one in content["documents"]),
        credits=credits.of_call(call),
        is_test=application.is_test,
        signed_at=signed.signed_at if signed else None,
        signed_way=signed.way if signed else None,
        signed_receipt=signed.receipt if signed else "",
    )


def to_pdf(data: ReceiptData, locale: str, *, demonstration: bool = False) -> bytes:
    """The receipt as one A4 page."""
    return papers.to_pdf(
        data,
        TITLE,
        data.submitted_at,
        lambda: [one_page(_story(data, locale))],
        locale,
        demonstration=demonstration,
        note=DRY_RUN if data.is_test else "",
    )


def _story(data: ReceiptData, locale: str) -> list[Flowable]:
    again = _("Submission number %(sequence)s", sequence=data.sequence) if data.sequence > 1 else ""
    known = facts(
        [
            (_("Application"), data.number + (f" · {again}" if again else "")),
            (_("Project"), _short(data.title, 120)),
            (_("Association"), _short(text_in(data.association, locale), 110)),
            (_("Ayil aymak"), _short(text_in(data.ayil_okmotu, locale), 80)),
            (_("Call"), _short(text_in(data.call_title, locale), 110)),
            (_("Submitted"), deadline_text(data.submitted_at)),
            *([(_("Signed off by the chair"), _signed(data))] if data.signed_at else []),
        ],
        width=WIDTH - 108,
    )
    qr = QrCode(data.code, 96)
    head = Table([[known, qr]], colWidths=[WIDTH - 104, 104], hAlign="LEFT")
    head.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("ALIGN", (1, 0), (1, 0), "RIGHT"),
        ]
    )
    amounts = [(_(PAYERS[Payer(payer)]), money(amount)) for payer, amount in data.paid_by.items() if amount]
    lead = _("The application has been received. Keep this paper: it proves what was submitted and when.")
    return [
        *title(_(TITLE), lead),
        head,
        subheading(_("What it costs and who pays")),
        *table(
            [Column(_("Who pays"), 3), Column(_("Amount"), 1.4, numeric=True)],
            amounts,
            [_("Total cost"), money(data.total)],
            size=8.5,
        ),
        small(_("Pledged by migrants and their families: %(amount)s.", amount=money(data.pledged))),
        subheading(_("Parts of the application")),
        text(_parts(data)),
        *_documents(data),
        gap(4),
        hash_block(data.sha256, _("SHA-256 of everything that was submitted (also in the QR code):")),
        subheading(_("What happens next")),
        *numbered(
            [
                _("The secretary of the Council checks the rules of the call and tells you the result."),
                _("If something has to be changed, the application comes back to you with the reason."),
                _("Bring this paper when you ask about the application."),
            ]
        ),
        pages.signatures([_("Handed in for the association"), _("Received at the resource centre")]),
    ]


def _signed(data: ReceiptData) -> str:
    when = datetime_text(data.signed_at) if data.signed_at else ""
    how = label_text(data.signed_way) if data.signed_way else ""
    return ", ".join(one for one in (when, how, data.signed_receipt) if one)


def _parts(data: ReceiptData) -> str:
    answered = _(
        "Answers: %(answered)s of %(asked)s",
        answered=number_text(data.questions_answered),
        asked=number_text(data.questions_asked),
    )
    return " · ".join(
        [
            answered,
            ngettext("%(num)s budget line", "%(num)s budget lines", data.budget_lines),
            ngettext("%(num)s pledge", "%(num)s pledges", data.pledges),
            ngettext("%(num)s promised result", "%(num)s promised results", data.targets),
            ngettext("%(num)s document", "%(num)s documents", len(data.documents)),
        ]
    )


def _documents(data: ReceiptData) -> list[Flowable]:
    if not data.documents:
        return [text(_("No document is attached."), STRONG)]
    rows = [
        (_(DOCUMENT_KINDS[DocumentKind(one.kind)]), _short(one.filename, 60), one.sha256[:12] + "…")
        for one in data.documents[:LISTED]
    ]
    left = len(data.documents) - len(rows)
    more = [small(ngettext("and %(num)s more document", "and %(num)s more documents", left))] if left else []
    columns = [Column(_("Document"), 1.6), Column(_("File"), 2.6), Column("SHA-256", 1.2)]
    return [*table(columns, rows, size=7.5, most_lines=1), *more]


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
