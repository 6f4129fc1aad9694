"""How the protocol tells by which rules was judged and selected, and what straight down the list goes to whom."""

from collections import Counter
from collections.abc import Mapping

from app.labels import VOTE_RULES
from app.labels.judging import AGENDA_ORDERS
from app.localisation import gettext as _
from app.localisation import money, number_text, percent_text
from app.services import selection_rules
from app.services.selection import Hindrance
from models.base import text_in
from models.calls import RanksBy, VoteRule
from models.council_sessions import AgendaOrder
from reports.pages import Column, amount_texts, gap
from reports.protocol_content import Listed, ProtocolData, SeverityLines
from reports.protocol_details import fine_text
from reports.side_by_side import Block, heading, small, table


def statements(data: ProtocolData) -> list[str]:
    """From levels to scores, ranks and thresholds, then the rules of the call, a sentence each."""
    return [
        _("Each reviewer gives each criterion a level from 1 to 5. Its points: weight × level ÷ 5."),
        *(_adjusted(data.severity) if data.severity else _mean(data)),
        _(
            "To pass, a score of at least %(total)s points is needed, and no criterion below %(share)s of its weight.",
            total=data.pass_total,
            share=percent_text(data.pass_section_percent),
        ),
        *_rules(data),
    ]


def _mean(data: ProtocolData) -> list[str]:
    said = [
        _("The score of an application is the mean of its reviewers' totals."),
        _(
            "Ranks use the exact mean. It is printed with two decimals, halves rounded up. "
            "Equal scores go by the published order of the criteria."
        ),
    ]
    if data.rules and data.rules.ranks_by is RanksBy.ADJUSTED:
        said.append(
            _(
                "The call ranks by the score adjusted for severity, but there are too few reviews to tell severity "
                "from quality: the mean ranks instead."
            )
        )
    return said


def _adjusted(found: SeverityLines) -> list[str]:
    return [
        _(
            "The mean of an application is that of its reviewers' totals, printed with two decimals, halves rounded up."
            " The thresholds are held against the exact mean."
        ),
        _(
            "The adjusted score is μ + the sum of (total of a review − μ − severity of its reviewer) ÷ (number of "
            "reviews + λ), with μ = %(mean)s and λ = %(shrinkage)s.",
            mean=fine_text(found.mean),
            shrinkage=fine_text(found.shrinkage),
        ),
        _(
            "μ, λ and the severities are taken with the four decimals printed here. Ranks use the exact adjusted score;"
            " it is printed with four decimals, halves rounded up, among the decisions with two. Equal scores go by "
            "the published order of the criteria."
        ),
    ]


def _rules(data: ProtocolData) -> list[str]:
    """What else the call prescribes; the first protocols did not keep it."""
    if data.rules is None or data.vote_rule is None or data.agenda_order is None or data.ceiling is None:
        return []
    order = _(AGENDA_ORDERS[AgendaOrder(data.agenda_order)])
    return [
        *(str(one) for one in selection_rules.statements(data.rules)),
        _("One application gets at most what it asked for, and at most %(ceiling)s.", ceiling=money(data.ceiling)),
        _("Votes of the Council") + ": " + _(VOTE_RULES[VoteRule(data.vote_rule)]) + ".",
        _majority(data),
        _("Order of the discussion") + ": " + order[:1].lower() + order[1:] + ".",
    ]


def _majority(data: ProtocolData) -> str:
    if data.votes_are_on_decisions:
        return _(
            "For each vote more than half of the seats (%(quorum)s) are in the room; whoever is recused is out of the "
            "room and does not count. Votes are for a decision or against it, also where it does not select; it needs "
            "more votes for it than against it.",
            quorum=data.quorum,
        )
    return _(
        "For each vote more than half of the seats (%(quorum)s) are in the room; whoever is recused is out of the "
        "room and does not count. A selection needs more votes for than against.",
        quorum=data.quorum,
    )


def severities(data: ProtocolData) -> list[Block]:
    """The severity of each unnamed reviewer, where scores are adjusted for it."""
    if data.severity is None:
        return []
    judged = Counter(review.by for one in data.ranking for review in one.reviews)
    columns = [
        Column(_("Reviewer"), 1),
        Column(_("Severity, points"), 1.4, numeric=True),
        Column(_("Reviews"), 1, numeric=True),
    ]
    rows = [(code, fine_text(points), number_text(judged[code])) for code, points in data.severity.reviewers.items()]
    return [
        heading(_("Severity of the reviewers")),
        table(columns, rows, size=7.5),
        small(
            _(
                "So many points a reviewer gives more or, below zero, less than the others would, as a statistical "
                "model finds it from all reviews of the call (REML)."
            )
        ),
    ]


def down_the_list(data: ProtocolData, locale: str) -> list[Block]:
    """What the rules are held against, and what straight down the ranked list goes to each application."""
    listed = [(one, one.listed) for one in data.ranking if one.listed]
    if not listed or data.rules is None:
        return []
    columns = [
        Column(_("Rank"), 0.6, numeric=True),
        Column(_("Application"), 1.3),
        Column(_("Ayil aymak, oblast"), 2),
        Column(_("Counts as"), 2.4),
        Column(_("Asked for"), 1.2, numeric=True),
        Column(_("Down the list"), 1.2, numeric=True),
        Column(_("No."), 0.5, numeric=True),
        Column(_("Why not"), 1.4),
    ]
    asked, given = (
        amount_texts([one.requested for one, _found in listed]),
        amount_texts([found.straight for _one, found in listed]),
    )
    stands = {one.number for one in data.earlier_awards} if data.has_earlier_first else set()
    rows = [
        (
            number_text(one.rank),
            one.number,
            f"{text_in(found.ayil_okmotu, locale)}, {text_in(found.oblast, locale)}",
            _counts_as(found, locale),
            asked[place],
            given[place],
            "" if found.straight_from is None else number_text(found.straight_from + 1),
            _why_not(found, one.number in stands),
        )
        for place, (one, found) in enumerate(listed)
    ]
    lines = [
        (
            number_text(place),
            one.title_in(locale),
            money(one.amount),
            money(fund),
        )
        for place, (one, fund) in enumerate(zip(data.allocations, data.funds, strict=True), start=1)
    ]
    return [
        heading(_("Straight down the ranked list")),
        table(
            [
                Column(_("No."), 0.5, numeric=True),
                Column(_("Paid from"), 4),
                Column(_("Amount"), 1.5, numeric=True),
                Column(_("The fund gives in all"), 1.5, numeric=True),
            ],
            lines,
            size=7.5,
        ),
        gap(4),
        table(columns, rows, size=7),
        small(_walk(data)),
    ]


def _why_not(found: Listed, stands: bool) -> str:
    """Why it gets nothing, or that it was not the list that gave it."""
    if stands:
        return _("Awarded before this session.")
    return _(selection_rules.HINDRANCES[Hindrance(found.hindrance)]) if found.hindrance else ""


def _counts_as(found: Listed, locale: str) -> str:
    """By which marks shares and allocations take it."""
    marks: Mapping[str, bool] = {
        _("first grant"): found.is_first_time,
        _("led by a woman"): found.is_women_led,
        _("led by a young person"): found.is_youth_led,
    }
    return "; ".join([*(words for words, holds in marks.items() if holds), *_theme(found, locale)])


def _theme(found: Listed, locale: str) -> list[str]:
    return [text_in(found.theme, locale)] if found.theme else []


def _first(data: ProtocolData) -> list[str]:
    """Where the Council decides anew: what of the money and the places is not there any more."""
    if not data.has_earlier_first:
        return []
    return [
        _(
            "This session decides anew: awards from before come first, their amounts are taken off lines and funds, "
            "and caps and shares count them. What a fund has promised to other open calls is not in what it gives."
        )
    ]


def _walk(data: ProtocolData) -> str:
    """How the list is walked, so that a reader can do it again."""
    said = [
        *_first(data),
        _(
            "From the best to the worst each that reaches the thresholds gets what it asks for while caps and money "
            "last, from the first line for its oblast and theme with enough left: lines for one oblast go before those "
            "for all, then lines for one theme."
        ),
    ]
    if data.rules and data.rules.partial_awards and data.least is not None:
        said.append(
            _(
                "Where no line has enough, it gets what is left where most is, if that is at least %(least)s or all it "
                "asks for.",
                least=money(data.least),
            )
        )
    if data.rules and any((data.rules.first_time_percent, data.rules.women_led_percent, data.rules.youth_led_percent)):
        said.append(
            _(
                "Where a share is not reached at the end, the last one selected that does not count for it makes room, "
                "and below it only those that count are taken; so on until each share is reached."
            )
        )
    return " ".join(said)
