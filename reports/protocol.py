"""The Council's protocol: what a session decided, printed from the frozen content that was signed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from reportlab.platypus import Flowable

from app.labels import DECISION_OUTCOMES
from app.localisation import N_, date_text, datetime_text, money, ngettext, number_text, percent_text
from app.localisation import gettext as _
from models.base import Texts, text_in
from models.council_sessions import DecisionOutcome, Protocol
from reports import allocations, credits, papers
from reports.allocations import AllocationLine
from reports.credits import Credit
from reports.pages import (
    STRONG,
    Column,
    amount_texts,
    big_figures,
    facts,
    gap,
    hash_block,
    heading,
    numbered,
    signatures,
    small,
    subheading,
    table,
    text,
    title,
)

TITLE = N_("Protocol of the Public Council on Migration")


@dataclass(frozen=True)
class CriterionLine:
    """A criterion with its weight in points."""

    title: Texts
    weight: int


@dataclass(frozen=True)
class DecisionLine:
    """One decision. `score` in hundredths of a point, amounts in tyiyn; `votes` for, against, abstained.

    `allocation` is the place of the one that pays in the protocol's list, from 0.
    """

    number: str
    title: str
    association: Texts
    rank: int | None
    score: int | None
    requested: int
    outcome: str
    amount: int | None
    allocation: int | None
    reason: str
    votes: tuple[int, int, int]
    recused: tuple[str, ...]


@dataclass(frozen=True)
class ProtocolData:
    """A signed protocol. `pass_total` in points, `pass_section_percent` of a criterion's weight, `budget` in tyiyn."""

    number: str
    sha256: str
    signed_at: datetime
    signed_by: str
    call_title: Texts
    held_on: date
    place: str
    seats: int
    present: tuple[str, ...]
    pass_total: int
    pass_section_percent: int
    criteria: tuple[CriterionLine, ...]
    budget: int
    allocations: tuple[AllocationLine, ...]
    decisions: tuple[DecisionLine, ...]
    credits: tuple[Credit, ...]

    @property
    def awarded(self) -> int:
        """What was awarded in all, in tyiyn."""
        return sum(one.amount or 0 for one in self.decisions)

    @property
    def quorum(self) -> int:
        """How many must be present: more than half of the seats."""
        return self.seats // 2 + 1

    @property
    def awarded_by_allocation(self) -> list[int]:
        """What was awarded from each of `allocations`, in tyiyn."""
        places = range(len(self.allocations))
        return [sum(one.amount or 0 for one in self.decisions if one.allocation == place) for place in places]

    def count(self, outcome: DecisionOutcome) -> int:
        return sum(1 for one in self.decisions if one.outcome == outcome.value)


def gather(protocol: Protocol) -> ProtocolData:
    """Read the frozen content; from the database come only number, hash, signature and who pays."""
    content: dict[str, Any] = json.loads(protocol.content)
    return ProtocolData(
        number=protocol.number,
        sha256=protocol.sha256,
        signed_at=protocol.signed_at,
        signed_by=protocol.signed_by.display_name,
        call_title=content["title"],
        held_on=date.fromisoformat(content["held_on"]),
        place=content["place"],
        seats=content["seats"],
        present=tuple(content["present"]),
        pass_total=content["pass_total"],
        pass_section_percent=content["pass_section_percent"],
        criteria=tuple(CriterionLine(one["title"], one["weight"]) for one in content["criteria"]),
        budget=content["budget"],
        allocations=tuple(AllocationLine(**one) for one in content.get("allocations", ())),  # older ones had one fund
        decisions=tuple(_decision(one) for one in content["decisions"]),
        credits=credits.of_call(protocol.session.call),
    )


def _decision(row: dict[str, Any]) -> DecisionLine:
    votes_for, votes_against, abstentions = row["votes"]
    return DecisionLine(
        number=row["number"],
        title=row["title"],
        association=row["association"],
        rank=row["rank"],
        score=row["score"],
        requested=row["requested"],
        outcome=row["outcome"],
        amount=row["amount"],
        allocation=row.get("allocation"),
        reason=row["reason"],
        votes=(votes_for, votes_against, abstentions),
        recused=tuple(row["recused"]),
    )


def to_pdf(data: ProtocolData, locale: str, *, demonstration: bool = False) -> bytes:
    """The protocol as A4 pages."""
    return papers.to_pdf(data, TITLE, data.signed_at, lambda: _story(data, locale), locale, demonstration=demonstration)


def _story(data: ProtocolData, locale: str) -> list[Flowable]:
    selected = data.count(DecisionOutcome.SELECTED)
    return [
        *title(_(TITLE), text_in(data.call_title, locale)),
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
                (_("Protocol"), data.number),
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
                (_("Signed"), f"{data.signed_by}, {datetime_text(data.signed_at)}"),
            ]
        ),
        *_method(data, locale),
        heading(_("Decisions in the order of the scores")),
        *_ranking(data, locale),
        small(_("Amounts in som. Votes: for, against, abstained. Recused members did not vote on that application.")),
        *_reasons(data, locale),
        *_closing(data, locale),
    ]


def _method(data: ProtocolData, locale: str) -> list[Flowable]:
    rows = [(text_in(one.title, locale), number_text(one.weight)) for one in data.criteria]
    return [
        heading(_("How the applications were judged")),
        *table(
            [Column(_("Criterion"), 4), Column(_("Weight, points"), 1, numeric=True)],
            rows,
            [_("Total"), number_text(sum(one.weight for one in data.criteria))],
        ),
        gap(4),
        *numbered(
            [
                _("Each reviewer gives each criterion a level from 1 to 5. Its points: weight × level ÷ 5."),
                _("The score of an application is the mean of its reviewers' totals."),
                _(
                    "Ranks use the exact mean. It is printed with two decimals, halves rounded up. "
                    "Equal scores go by the published order of the criteria."
                ),
                _(
                    "To pass, a score of at least %(total)s points is needed, and no criterion below %(share)s "
                    "of its weight.",
                    total=data.pass_total,
                    share=percent_text(data.pass_section_percent),
                ),
            ]
        ),
    ]


def _ranking(data: ProtocolData, locale: str) -> list[Flowable]:
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
            "–" if one.score is None else points_text(one.score),
            "{}–{}–{}".format(*one.votes),
            requested[index],
            _(DECISION_OUTCOMES[DecisionOutcome(one.outcome)]),
            awarded[index],
        )
        for index, one in enumerate(data.decisions)
    ]
    return table(columns, rows, ["", _("Total"), "", "", "", requested[-1], "", awarded[-1]], size=7.5, most_lines=4)


def _reasons(data: ProtocolData, locale: str) -> list[Flowable]:
    blocks: list[Flowable] = [heading(_("Reasons"))]
    for one in data.decisions:
        outcome = _(DECISION_OUTCOMES[DecisionOutcome(one.outcome)])
        if one.amount is not None:
            outcome = f"{outcome}, {money(one.amount)}"
        blocks.append(subheading(f"{one.number} · {one.title or text_in(one.association, locale)}"))
        blocks.append(text(f"{outcome}. {one.reason}"))
        if one.allocation is not None and len(data.allocations) > 1:
            blocks.append(small(_("Paid from") + f": {data.allocations[one.allocation].title_in(locale)}"))
        if one.recused:
            blocks.append(small(_("Recused: %(names)s", names=", ".join(one.recused))))
    return blocks


def _closing(data: ProtocolData, locale: str) -> list[Flowable]:
    counts = [
        ngettext("%(num)s application selected", "%(num)s applications selected", data.count(DecisionOutcome.SELECTED)),
        ngettext("%(num)s on the reserve list", "%(num)s on the reserve list", data.count(DecisionOutcome.RESERVE)),
        ngettext("%(num)s not selected", "%(num)s not selected", data.count(DecisionOutcome.REJECTED)),
    ]
    return [
        heading(_("Result")),
        text("; ".join(counts) + "."),
        text(
            _(
                "Awarded: %(awarded)s of the call's budget of %(budget)s; left: %(left)s.",
                awarded=money(data.awarded),
                budget=money(data.budget),
                left=money(data.budget - data.awarded),
            ),
            STRONG,
        ),
        *allocations.awarded(data.allocations, data.awarded_by_allocation, locale),
        signatures([_("Chair of the Council"), _("Secretary of the Council")]),
        gap(8),
        hash_block(data.sha256, _("SHA-256 of the signed content of this protocol:")),
    ]


def points_text(hundredths: int) -> str:
    """A score in points with two decimals."""
    return number_text(Decimal(hundredths).scaleb(-2), 2)


def _requested(decisions: Sequence[DecisionLine]) -> int:
    return sum(one.requested for one in decisions)
