"""How a call's budget is divided, on any paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable

from app.localisation import gettext as _
from app.localisation import money
from models.allocations import title
from models.base import Texts, text_in
from models.calls import Call
from reports import side_by_side
from reports.pages import Column, gap, subheading, table, text, together
from reports.side_by_side import Block


@dataclass(frozen=True)
class AllocationLine:
    """A part of the budget: from which fund, for which oblast and theme (None: every one), `amount` in tyiyn."""

    fund: Texts
    oblast: Texts | None
    amount: int
    theme: Texts | None = None  # protocols from before there were themes have none

    def title_in(self, locale: str) -> str:
        return title(self.fund, self.oblast, self.theme, locale)

    def for_whom(self, locale: str) -> str:
        """The villages and projects it is for."""
        place = text_in(self.oblast, locale) if self.oblast else _("All villages that may apply")
        return "\n".join([place, *([_("Theme: %(theme)s", theme=text_in(self.theme, locale))] if self.theme else [])])


def lines_of(call: Call) -> tuple[AllocationLine, ...]:
    """The allocations of a call as they are now."""
    return tuple(
        AllocationLine(
            one.fund.names,
            one.oblast.names if one.oblast else None,
            one.amount,
            one.theme.names if one.theme else None,
        )
        for one in call.allocations
    )


def given(lines: Sequence[AllocationLine], locale: str) -> list[Flowable]:
    """Who gives how much, for which villages; nothing when one fund gives all for all."""
    if len(lines) < 2:
        return []
    columns = [Column(_("Fund"), 2), Column(_("For whom"), 2), Column(_("Amount"), 1.2, numeric=True)]
    rows = [(text_in(one.fund, locale), one.for_whom(locale), money(one.amount)) for one in lines]
    total = [_("Together"), "", money(sum(one.amount for one in lines))]
    first = _("A grant is paid from one of these: first from one for the village’s oblast or the project’s theme.")
    block = table(columns, rows, total, size=9, most_lines=4)
    return [together([subheading(_("How the budget is divided")), *block, gap(4), text(first)])]


def awarded(lines: Sequence[AllocationLine], amounts: Sequence[int], locale: str) -> list[Block]:
    """What of each was awarded; `amounts` in tyiyn, in the order of `lines`. Nothing as above."""
    if len(lines) < 2:
        return []
    columns = [
        Column(_("Paid from"), 2.6),
        Column(_("Amount"), 1.2, numeric=True),
        Column(_("Awarded"), 1.2, numeric=True),
        Column(_("Left"), 1.2, numeric=True),
    ]
    rows = [(one.title_in(locale), *_figures(one.amount, spent)) for one, spent in zip(lines, amounts, strict=True)]
    total = [_("Together"), *_figures(sum(one.amount for one in lines), sum(amounts))]
    return [gap(6), side_by_side.table(columns, rows, total, size=8, most_lines=4), gap(6)]


def _figures(amount: int, spent: int) -> tuple[str, str, str]:
    return money(amount), money(spent), money(amount - spent)
