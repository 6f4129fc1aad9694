"""The agenda of a session as its page shows it, in words."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from app.localisation import current_locale, money, number_text
from app.services.boards import BoardRow
from models.agenda_items import AgendaItem


class Line(NamedTuple):
    """A row of the agenda as it is read: a template that unpacks it need not look up hundreds of attributes."""

    application_id: int
    number: Markup
    title: Markup
    association: Markup
    place: int
    discussed: AgendaItem | None
    rank: int
    points: Markup
    spread: Markup
    is_far_apart: bool
    passes: bool
    asked: Markup


def of(rows: Sequence[BoardRow]) -> list[Line]:
    """The ranked rows in words, each amount and figure made once for all that show it."""
    locale, asked, points = current_locale(), _Texts(money), _Texts(lambda one: number_text(one / 100, 2))
    lines = []
    for one in rows:
        application, ranked = one.application, one.row
        if ranked is None:
            continue
        number, title = escape(application.number), application.title
        lines.append(
            Line(
                ranked.application_id,
                number,
                escape(title) if title else number,
                escape(application.association.name(locale)),
                one.place,
                one.item if one.is_discussed else None,
                ranked.rank,
                points[ranked.points],
                points[ranked.spread],
                one.is_far_apart,
                ranked.passes,
                asked[application.grant_requested],
            )
        )
    return lines


class _Texts(dict[int, Markup]):
    """{value: its text}, made at the first use."""

    def __init__(self, text_of: Callable[[int], str]) -> None:
        super().__init__()
        self.text_of = text_of

    def __missing__(self, value: int) -> Markup:
        found = self[value] = escape(self.text_of(value))
        return found
