"""The parts of a protocol from which it is recomputed: every review without its reviewer, and each discussion."""

from collections import defaultdict
from decimal import Decimal

from app.clock import bishkek_day
from app.labels import CONFLICT_KINDS, DECISION_OUTCOMES, RECUSAL_GROUNDS, VOTE_CHOICES
from app.localisation import N_, date_text, datetime_text, money, number_text
from app.localisation import gettext as _
from app.services import departures, reviews
from models.agenda_items import RecusalGround
from models.base import text_in
from models.council_sessions import DecisionOutcome, VoteChoice
from models.reviews import ConflictKind
from reports.pages import Column, amount_texts
from reports.protocol_content import DecisionLine, Discussion, FollowedLine, ProtocolData
from reports.side_by_side import Block, heading, named, small, strong, subheading, table, text

VOTED = {**VOTE_CHOICES, VoteChoice.ABSTAINED: N_("Abstained")}
"""What stands before the names of those who did, in the words for several people."""


def levels(data: ProtocolData) -> list[Block]:
    """Each application of the ranking with the levels of its reviews, their totals and the score."""
    if not data.ranking:
        return []
    count, is_adjusted = len(data.criteria), data.severity is not None
    columns = [
        Column(_("Rank"), 0.7, numeric=True),
        Column(_("Application"), 1.5),
        Column(_("Reviewer"), 1),
        *(Column(number_text(place), 0.5, numeric=True) for place in range(1, count + 1)),
        Column(_("Total"), 0.9, numeric=True),
        *(_scores() if is_adjusted else [Column(_("Score"), 0.9, numeric=True)]),
        Column(_("Thresholds"), 1.2),
    ]
    rows = []
    for one in data.ranking:
        for place, review in enumerate(one.reviews):
            is_first = place == 0
            scores = [points_text(one.mean), *([fine_text(one.adjusted)] if one.adjusted is not None else [])]
            rows.append(
                (
                    number_text(one.rank) if is_first else "",
                    one.number if is_first else "",
                    review.by or reviews.initials(place),
                    *(number_text(level) for level in review.levels),
                    points_text(review.total),
                    *(scores if is_first else [""] * len(scores)),
                    (_("reached") if one.passes else _("not reached")) if is_first else "",
                )
            )
    return [
        heading(_("The levels the reviewers gave")),
        table(columns, rows, size=7.5),
        small(_coded(count) if is_adjusted else _lettered(count)),
    ]


def _scores() -> list[Column]:
    return [Column(_("Mean"), 0.9, numeric=True), Column(_("Adjusted"), 1.2, numeric=True)]


def _lettered(count: int) -> str:
    return _(
        "The columns 1 to %(count)s are the criteria in the order above. Reviewers are not named: the letters "
        "go by the total, and A of one application is not A of another.",
        count=count,
    )


def _coded(count: int) -> str:
    return _(
        "The columns 1 to %(count)s are the criteria in the order above. Reviewers are not named: a code is the same "
        "person throughout this protocol and in no other; the codes go by severity.",
        count=count,
    )


def decisions(data: ProtocolData, locale: str) -> list[Block]:
    """Each decision with its reason, and how it came about."""
    blocks: list[Block] = [heading(_("Reasons"))]
    for one in data.decisions:
        outcome = _(DECISION_OUTCOMES[DecisionOutcome(one.outcome)])
        if one.amount is not None:
            outcome = f"{outcome}, {money(one.amount)}"
        blocks.append(subheading(f"{one.number} · {one.title or text_in(one.association, locale)}"))
        blocks.append(strong(outcome))
        blocks += _follows(one.follows)
        blocks.append(text(one.reason))
        if one.allocation is not None and len(data.allocations) > 1:
            blocks.append(small(_("Paid from") + f": {data.allocations[one.allocation].title_in(locale)}"))
        blocks += _discussion(data, one, one.discussion) if one.discussion else _recused(one)
    return blocks


def _follows(earlier: FollowedLine | None) -> list[Block]:
    """Of a decision made anew: which one it takes the place of, and why."""
    if earlier is None:
        return []
    return [
        strong(
            _(
                "Decided anew after an appeal. It takes the place of the decision in protocol %(number)s, session of "
                "%(day)s: %(outcome)s. That protocol stays as it was signed.",
                number=earlier.protocol,
                day=date_text(earlier.held_on),
                outcome=_(DECISION_OUTCOMES[DecisionOutcome(earlier.outcome)]),
            )
        ),
        small(
            _(
                "The appeal of %(lodged)s was upheld on %(upheld)s: %(reason)s",
                lodged=date_text(bishkek_day(earlier.lodged_at)),
                upheld=date_text(bishkek_day(earlier.upheld_at)),
                reason=earlier.upheld_for,
            )
        ),
        small(_("The reason given the first time: %(reason)s", reason=earlier.reason)),
    ]


def earlier_awards(data: ProtocolData, locale: str) -> list[Block]:
    """What of the call's money was awarded before a session that decides anew; nothing in a first session."""
    if not data.earlier_awards:
        return []
    amounts = amount_texts([*(one.amount for one in data.earlier_awards), data.awarded_before])
    columns = [
        Column(_("Application"), 1.5),
        Column(_("Association"), 3),
        Column(_("Paid from"), 3),
        Column(_("Awarded"), 1.3, numeric=True),
    ]
    rows = [
        (one.number, text_in(one.association, locale), data.allocations[one.allocation].title_in(locale), amount)
        for one, amount in zip(data.earlier_awards, amounts[:-1], strict=True)
    ]
    return [
        heading(_("Awarded before this session")),
        table(columns, rows, [_("Total"), "", "", amounts[-1]], size=7.5, most_lines=4),
        small(_("These awards stand: money and caps of the call are held against them as well. Amounts in som.")),
    ]


def _recused(one: DecisionLine) -> list[Block]:
    return [small(_("Recused: %(names)s", names=", ".join(one.recused)))] if one.recused else []


def _discussion(data: ProtocolData, one: DecisionLine, held: Discussion) -> list[Block]:
    blocks = []
    if held.departs:
        said = " ".join(str(one) for one in departures.sentences(held.departs))
        blocks.append(strong(_("The decision departs from the ranked list; the reason is above.") + " " + said))
    blocks.append(
        small(
            _(
                "Decided %(at)s. In the room and may vote: %(count)s of %(seats)s (at least %(quorum)s needed).",
                at=datetime_text(held.decided_at),
                count=len(held.in_room),
                seats=data.seats,
                quorum=data.quorum,
            )
        )
    )
    if held.in_room and not held.ballots:
        blocks.append(named(_("In the room"), held.in_room))
    if held.recusals:
        names = [f"{each.name} ({_ground(each.ground, each.kind)})" for each in held.recusals]
        blocks.append(small(_("Recused: %(names)s", names=", ".join(names))))
    by_choice: dict[str, list[str]] = defaultdict(list)
    for name, choice in held.ballots:
        by_choice[choice].append(name)
    for choice, text_of in VOTED.items():
        if by_choice[choice.value]:
            blocks.append(named(f"{_(text_of)} ({len(by_choice[choice.value])})", by_choice[choice.value]))
    if not held.ballots:
        ayes, noes, abstained = one.votes
        blocks.append(
            small(
                _("%(ayes)s for, %(noes)s against, %(abstained)s abstained", ayes=ayes, noes=noes, abstained=abstained)
            )
        )
    blocks += [small(_("Dissent of %(name)s: %(reason)s", name=name, reason=reason)) for name, reason in held.dissents]
    blocks += [small(_("Noted: %(text)s", text=words)) for words in held.notes]
    return blocks


def _ground(ground: str, kind: str | None) -> str:
    words = _(RECUSAL_GROUNDS[RecusalGround(ground)])
    return f"{words}: {_(CONFLICT_KINDS[ConflictKind(kind)])}" if kind else words


def points_text(hundredths: int) -> str:
    """A score in points with two decimals."""
    return number_text(Decimal(hundredths).scaleb(-2), 2)


def fine_text(parts: int) -> str:
    """A figure in parts of `protocols.FINE` with four decimals."""
    return number_text(Decimal(parts).scaleb(-4), 4)
