"""Fonts and line breaking: the Noto Sans faces and words broken to a width, without any markup."""

import re
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, ITALIC = "NotoSans", "NotoSans-Bold", "NotoSans-Italic"
FONTS = Path(__file__).parents[1] / "app" / "static" / "fonts"
for _name, _file in ((REGULAR, "Regular"), (BOLD, "Bold"), (ITALIC, "Italic")):
    pdfmetrics.registerFont(TTFont(_name, str(FONTS / f"NotoSans-{_file}.ttf")))
pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic=BOLD)

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_SUBSTITUTES = str.maketrans(
    {"≤": "<=", "≥": ">=", "→": "->", "≈": "~", "✓": "+", "\u2011": "-", "\u202f": "\u00a0", "\t": " "}
)
_GLYPHS = frozenset(pdfmetrics.getFont(REGULAR).face.charToGlyph)


@lru_cache(maxsize=20_000)
def clean(text: str) -> str:
    """`text` without control and direction marks; characters the font lacks are replaced by a neutral one."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n")).translate(_SUBSTITUTES)
    if all(ord(letter) in _GLYPHS or letter == "\n" for letter in plain):
        return plain
    return "".join(letter if ord(letter) in _GLYPHS or letter == "\n" else "?" for letter in plain)


@lru_cache(maxsize=50_000)
def _lines(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    lines: list[str] = []
    for part in clean(text).split("\n"):
        line = ""
        for word in part.split(" "):
            wider = f"{line} {word}" if line else word
            if stringWidth(wider, font, size) <= width:
                line = wider
                continue
            if line:
                lines.append(line)
            while stringWidth(word, font, size) > width:  # a word longer than the line is cut, never let out
                cut = max(1, _fitting(word, font, size, width))
                lines.append(word[:cut])
                word = word[cut:]
            line = word
        lines.append(line)
    return tuple(lines)


def _fitting(word: str, font: str, size: float, width: float) -> int:
    low, high = 0, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if stringWidth(word[:middle], font, size) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def wrap(text: str, font: str, size: float, width: float, most: int = 0) -> list[str]:
    """`text` broken into lines of at most `width` points; with `most`, later lines are cut off with an ellipsis."""
    lines = list(_lines(text, font, size, round(width, 1)))
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and stringWidth(last + "…", font, size) > width:
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip() + "…"]
    return lines
