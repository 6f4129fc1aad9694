"""The agenda and the decisions of a session as its page shows them, in words."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from app.localisation import current_locale, gettext, money, ngettext, number_text
from app.services.boards import BoardRow
from models.council_sessions import Decision, DecisionOutcome


class AgendaLine(NamedTuple):
    """A row of the agenda as it is read: a template that unpacks it need not look up hundreds of attributes."""

    application_id: int
    number: Markup
    title: Markup
    association: Markup
    place: int
    is_discussed: bool
    rank: int
    points: Markup
    spread: Markup
    is_far_apart: bool
    passes: bool
    asked: Markup


def of_agenda(rows: Sequence[BoardRow]) -> list[AgendaLine]:
    """The ranked rows in words, each amount and figure made once for all that show it."""
    locale, asked, points = current_locale(), _Texts(money), _Texts(lambda one: number_text(one / 100, 2))
    lines = []
    for one in rows:
        application, ranked = one.application, one.row
        number, title = escape(application.number), application.title
        lines.append(
            AgendaLine(
                ranked.application_id,
                number,
                escape(title) if title else number,
                escape(application.association_name(locale)),
                one.place,
                one.is_discussed,
                ranked.rank,
                points[ranked.points],
                points[ranked.spread],
                one.is_far_apart,
                ranked.passes,
                asked[application.grant_requested],
            )
        )
    return lines


class DecisionLine(NamedTuple):
    """A decision as it is read. What is `is_dark` the reader has a tie to; `allocation` says what it is paid from."""

    application_id: int
    is_dark: bool
    number: str
    title: str
    association: str
    rank: int | None
    outcome: DecisionOutcome
    departs: bool
    allocation: str
    votes: str
    reason: str
    asked: Markup
    awarded: Markup | None
    decision_id: int
    is_anew: bool


def of_decisions(
    decisions: Iterable[Decision],
    closed: Collection[int],
    departed: Collection[int],
    ranks: Mapping[int, int | None],
    dissents: Mapping[int, int],
    *,
    with_allocations: bool,
) -> list[DecisionLine]:
    """Decisions in words, in the order given; of what is `closed` to the reader a page shows no more than is there.

    `dissents`: {decision: how many dissent from it}; their names stand in the protocol.
    """
    locale, amounts = current_locale(), _Texts(money)
    votes = gettext("%(ayes)s for, %(noes)s against, %(abstained)s abstained")
    lines = []
    for one in decisions:
        application, application_id = one.application, one.application_id
        number, amount = application.number, one.amount
        counted = {"ayes": one.votes_for, "noes": one.votes_against, "abstained": one.abstentions}
        lines.append(
            DecisionLine(
                application_id,
                application_id in closed,
                number,
                application.title or number,
                application.association.name(locale),
                ranks.get(application_id),
                one.outcome,
                application_id in departed,
                one.allocation.title_in(locale) if with_allocations and one.allocation else "",
                votes % counted + _dissenting(dissents.get(one.id, 0)),
                one.reason,
                amounts[application.grant_requested],
                None if amount is None else amounts[amount],
                one.id,
                one.sequence > 1,
            )
        )
    return lines


def _dissenting(count: int) -> str:
    return "; " + ngettext("%(num)s member dissents", "%(num)s members dissent", count) if count else ""


class _Texts(dict[int, Markup]):
    """{value: its text}, made at the first use."""

    def __init__(self, text_of: Callable[[int], str]) -> None:
        super().__init__()
        self.text_of = text_of

    def __missing__(self, value: int) -> Markup:
        found = self[value] = escape(self.text_of(value))
        return found
