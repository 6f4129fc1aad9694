"""The opening hours of a centre in words."""

from collections.abc import Mapping, Sequence

from app.localisation import WEEKDAYS
from app.localisation import gettext as _


def hours_text(hours: Mapping[str, Sequence[str]], note: str = "") -> str:
    """Opening hours in words: days with the same hours that follow one another are named together."""
    spans: list[tuple[int, int, str]] = []
    for day in range(1, 8):
        window = "–".join(hours.get(str(day), ()))
        if not window:
            continue
        if spans and spans[-1][1] == day - 1 and spans[-1][2] == window:
            spans[-1] = (spans[-1][0], day, window)
        else:
            spans.append((day, day, window))
    named = [
        f"{_(WEEKDAYS[first - 1])} – {_(WEEKDAYS[last - 1])}: {window}"
        if last > first
        else f"{_(WEEKDAYS[first - 1])}: {window}"
        for first, last, window in spans
    ]
    return "\n".join([*named, *([note] if note else [])]) or _("Nobody has entered the hours yet.")
