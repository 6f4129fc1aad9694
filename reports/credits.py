"""Who pays, as every page of a paper says it: emblem and funding statement of each fund, side by side in the header."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.units import mm

from models.base import Texts, text_in
from models.calls import Call
from models.funds import Fund
from reports.drawings import INK, draw_emblem
from reports.typesetting import BOLD, wrap

MOST = 4  # side by side; the guide of a call names every fund in its text
HIGH = 8.5 * mm
HEIGHTS = {1: 1, 2: 1, 3: 0.75, 4: 0.6}
"""{how many stand beside one another: how high an emblem is, as a part of `HIGH`}."""
GAP, BESIDE = 3.5 * mm, 2.5 * mm
SIZES = (8.5, 7.5, 6.5, 6.0, 5.5)
LEADING = 1.18


@dataclass(frozen=True)
class Credit:
    """One who pays: `emblem` is "eu" or "none"."""

    emblem: str
    statement: Texts


def of_fund(fund: Fund) -> Credit:
    return Credit(fund.donor.emblem.value, dict(fund.statement))


def of_call(call: Call) -> tuple[Credit, ...]:
    """Each fund that gives to a call, the leading one first; who says the same twice stands there once."""
    found: list[Credit] = []
    for fund in (call.fund, *(one.fund for one in call.allocations)):
        credit = of_fund(fund)
        if credit not in found:
            found.append(credit)
    return tuple(found)


def draw(canvas: Any, credits: Sequence[Credit], left: float, right: float, top: float, locale: str) -> None:
    """Draw them between `left` and `right` under `top`, each within its own part of the room."""
    shown = credits[:MOST]
    room = (right - left - GAP * (len(shown) - 1)) / max(1, len(shown))
    high = HIGH * HEIGHTS.get(len(shown), 1)
    for place, credit in enumerate(reversed(shown)):
        _draw(canvas, credit, right - place * (room + GAP), room, top, high, locale)


def _draw(canvas: Any, credit: Credit, right: float, room: float, top: float, high: float, locale: str) -> None:
    width = 1.5 * high if credit.emblem == "eu" else 0
    draw_emblem(canvas, credit.emblem, right - width, top - HIGH / 2 - high / 2, high)
    beside = width + BESIDE if width else 0
    size, lines = _lines(text_in(credit.statement, locale), room - beside)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, size)
    first = top - HIGH / 2 + LEADING * size * (len(lines) - 1) / 2 - 0.35 * size
    for number, line in enumerate(lines):
        canvas.drawRightString(right - beside, first - LEADING * size * number, line)


def _lines(statement: str, room: float) -> tuple[float, list[str]]:
    """The largest size at which a statement fits beside its emblem, and its lines; cut at the smallest."""
    for size in SIZES:
        most = int((HIGH + 1 * mm) // (LEADING * size))
        lines = wrap(statement, BOLD, size, room) if statement else []
        if len(lines) <= most:
            return size, lines
    return size, wrap(statement, BOLD, size, room, most=most)
