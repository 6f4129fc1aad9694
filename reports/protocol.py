"""The Council's protocol: what a session decided, printed from the frozen content that was signed."""

from collections.abc import Sequence

from app.labels import DECISION_OUTCOMES
from app.localisation import N_, date_text, datetime_text, money, ngettext, number_text
from app.localisation import gettext as _
from models.base import text_in
from models.council_sessions import DecisionOutcome
from reports import allocations, papers, protocol_corrections, protocol_details, protocol_method
from reports.pages import Column, amount_texts, gap
from reports.protocol_content import DecisionLine, ProtocolData
from reports.side_by_side import (
    Block,
    big_figures,
    facts,
    hash_block,
    heading,
    numbered,
    signatures,
    small,
    strong,
    table,
    text,
    title,
    told,
)

TITLE = N_("Protocol of the Public Council on Migration")
CORRECTED_TITLE = N_("Corrected protocol of the Public Council on Migration")
DRAFT_TITLE = N_("Draft of a corrected protocol of the Public Council on Migration")
NOT_SIGNED = N_("Draft, not signed: nothing of it holds.")
ACROSS = N_("Not signed")


def to_pdf(data: ProtocolData, *locales: str, demonstration: bool = False) -> bytes:
    """The protocol as A4 pages, in one language or in two side by side; a draft says so across every page."""

    def story() -> Sequence[object]:
        return told(lambda locale: _story(data, locale), locales)

    marks = {"note": NOT_SIGNED, "across": ACROSS} if data.is_draft else {}
    return papers.to_pdf(data, _title(data), data.dated_at, story, locales[0], demonstration=demonstration, **marks)


def _title(data: ProtocolData) -> str:
    if data.is_draft:
        return DRAFT_TITLE
    return CORRECTED_TITLE if data.correction else TITLE


def _story(data: ProtocolData, locale: str) -> list[Block]:
    selected = data.count(DecisionOutcome.SELECTED)
    return [
        *title(_(_title(data)), text_in(data.call_title, locale)),
        *protocol_corrections.blocks(data.correction, is_draft=data.is_draft),
        big_figures(
            [
                (_("Applications decided"), number_text(len(data.decisions))),
                (_("Selected"), number_text(selected)),
                (_("Awarded in all"), money(data.awarded)),
            ]
        ),
        heading(_("The session")),
        facts(
            [
                *([] if data.is_draft else [(_("Protocol"), data.number)]),
                (_("Held on"), date_text(data.held_on)),
                (_("Place"), data.place),
                (
                    _("Quorum"),
                    _(
                        "%(present)s of %(seats)s members present; more than half (%(quorum)s) are needed.",
                        present=len(data.present),
                        seats=data.seats,
                        quorum=data.quorum,
                    ),
                ),
                (_("Present"), ", ".join(data.present)),
                *_movements(data),
                (_("Signed"), _("not signed yet") if data.is_draft else _signed(data)),
            ]
        ),
        *_method(data, locale),
        *protocol_details.levels(data),
        *protocol_method.down_the_list(data, locale),
        *protocol_details.earlier_awards(data, locale),
        heading(_("Decisions in the order of the scores")),
        *_ranking(data, locale),
        small(_caption(data)),
        *protocol_details.decisions(data, locale),
        *_closing(data, locale),
    ]


def _signed(data: ProtocolData) -> str:
    return f"{data.signed_by}, {datetime_text(data.dated_at)}"


def _movements(data: ProtocolData) -> list[tuple[str, str]]:
    rows = [
        f"{one.name}: {_('came') if one.is_present else _('left')} {datetime_text(one.at)}" for one in data.movements
    ]
    return [(_("Came later, left, came back"), "; ".join(rows))] if rows else []


def _method(data: ProtocolData, locale: str) -> list[Block]:
    rows = [
        (number_text(place), text_in(one.title, locale), number_text(one.weight))
        for place, one in enumerate(data.criteria, start=1)
    ]
    return [
        heading(_("How the applications were judged")),
        table(
            [
                Column(_("No."), 0.5, numeric=True),
                Column(_("Criterion"), 4),
                Column(_("Weight, points"), 1, numeric=True),
            ],
            rows,
            ["", _("Total"), number_text(sum(one.weight for one in data.criteria))],
        ),
        *protocol_method.severities(data),
        gap(4),
        *numbered(protocol_method.statements(data)),
    ]


def _caption(data: ProtocolData) -> str:
    if data.votes_are_on_decisions:
        return _(
            "Amounts in som. Votes: for the decision of the row, against it, abstained. Recused members did not vote "
            "on that application."
        )
    return _("Amounts in som. Votes: for, against, abstained. Recused members did not vote on that application.")


def _ranking(data: ProtocolData, locale: str) -> list[Block]:
    columns = [
        Column(_("Rank"), 0.7, numeric=True),
        Column(_("Application"), 1.55),
        Column(_("Association"), 2.7),
        Column(_("Score"), 0.85, numeric=True),
        Column(_("Votes"), 0.9, numeric=True),
        Column(_("Asked for"), 1.35, numeric=True),
        Column(_("Decision"), 1.5),
        Column(_("Awarded"), 1.35, numeric=True),
    ]
    requested = amount_texts([*(one.requested for one in data.decisions), _requested(data.decisions)])
    awarded = amount_texts([*(one.amount for one in data.decisions), data.awarded])
    rows = [
        (
            "–" if one.rank is None else number_text(one.rank),
            one.number,
            text_in(one.association, locale),
            "–" if one.score is None else protocol_details.points_text(one.score),
            "{}–{}–{}".format(*one.votes),
            requested[index],
            _(DECISION_OUTCOMES[DecisionOutcome(one.outcome)]),
            awarded[index],
        )
        for index, one in enumerate(data.decisions)
    ]
    return [table(columns, rows, ["", _("Total"), "", "", "", requested[-1], "", awarded[-1]], size=7.5, most_lines=6)]


def _closing(data: ProtocolData, locale: str) -> list[Block]:
    counts = [
        ngettext("%(num)s application selected", "%(num)s applications selected", data.count(DecisionOutcome.SELECTED)),
        ngettext("%(num)s on the reserve list", "%(num)s on the reserve list", data.count(DecisionOutcome.RESERVE)),
        ngettext("%(num)s not selected", "%(num)s not selected", data.count(DecisionOutcome.REJECTED)),
    ]
    return [
        heading(_("Result")),
        text("; ".join(counts) + "."),
        strong(
            _(
                "Awarded: %(awarded)s of the call's budget of %(budget)s; left: %(left)s.",
                awarded=money(data.awarded),
                budget=money(data.budget),
                left=money(data.budget - data.awarded - data.awarded_before),
            )
        ),
        *_before(data),
        *allocations.awarded(data.allocations, data.awarded_by_allocation, locale),
        *([] if data.is_draft else _signatures(data)),
    ]


def _signatures(data: ProtocolData) -> list[Block]:
    """Where it is signed by hand, and the hash; a draft has no place for either."""
    return [
        signatures([_("Chair of the Council"), _("Secretary of the Council")]),
        gap(8),
        hash_block(data.sha256, _("SHA-256 of the signed content of this protocol:")),
    ]


def _before(data: ProtocolData) -> list[Block]:
    if not data.earlier_awards:
        return []
    return [text(_("Awarded before this session: %(amount)s.", amount=money(data.awarded_before)))]


def _requested(decisions: Sequence[DecisionLine]) -> int:
    return sum(one.requested for one in decisions)
