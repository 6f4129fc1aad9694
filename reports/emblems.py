"""A donor's emblem as shapes, so that paper, page and workbook draw the same one. `emblem` is "eu" or "none".

Shapes lie in a rectangle of `WIDE` by `HIGH` whose origin is the lower left corner.
"""

import io
import math
from functools import lru_cache

from PIL import Image, ImageDraw

WIDE, HIGH = 54, 36
BLUE, GOLD = "#003399", "#ffcc00"
FINER = 4
"""A picture is drawn so many times as large, then made small: its edges are smooth."""

Shape = tuple[tuple[float, float], ...]


@lru_cache
def stars(emblem: str) -> tuple[Shape, ...]:
    """The corners of each of its stars; none of a donor without an emblem."""
    if emblem != "eu":
        return ()
    return tuple(_star(math.radians(90 - 30 * index)) for index in range(12))


def _star(angle: float) -> Shape:
    x, y = WIDE / 2 + HIGH / 3 * math.cos(angle), HIGH / 2 + HIGH / 3 * math.sin(angle)
    outer = HIGH / 18
    inner = outer * math.sin(math.radians(18)) / math.sin(math.radians(54))
    corners = []
    for index in range(10):
        turn, length = math.radians(90 + 36 * index), inner if index % 2 else outer
        corners.append((x + length * math.cos(turn), y + length * math.sin(turn)))
    return tuple(corners)


@lru_cache
def outline(emblem: str) -> str:
    """The stars as the path of an SVG of `WIDE` by `HIGH`, whose origin is the upper left corner; "" without any."""
    return "".join("M" + "L".join(f"{x:.2f} {HIGH - y:.2f}" for x, y in star) + "Z" for star in stars(emblem))


@lru_cache
def png(emblem: str, height: int) -> bytes:
    """The emblem as a PNG of `height` pixels; b"" of a donor without one."""
    if not stars(emblem):
        return b""
    scale = height * FINER / HIGH
    picture = Image.new("RGB", (round(WIDE * scale), height * FINER), BLUE)
    draw = ImageDraw.Draw(picture)
    for star in stars(emblem):
        draw.polygon([(x * scale, (HIGH - y) * scale) for x, y in star], fill=GOLD)
    target = io.BytesIO()
    picture.resize((height * WIDE // HIGH, height), Image.Resampling.BOX).save(target, "PNG", optimize=True)
    return target.getvalue()
