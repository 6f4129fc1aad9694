"""Vector pictures for papers: the mark, the ornament line, the donor's emblem, a QR code, bars and a small map.

Lengths are in points; every flowable is as wide as the frame unless told otherwise.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from reports import emblems
from reports.outlines import OBLASTS
from reports.typesetting import BOLD, REGULAR, clean, wrap

INK = HexColor("#23201c")
INK_SOFT = HexColor("#625a4f")
FELT = HexColor("#a8322a")
LINE = HexColor("#ddd3c3")
SUNKEN = HexColor("#f1eadc")
TRACK = HexColor("#ebe2d3")
MET = HexColor("#2c6a3d")
WHITE = HexColor("#ffffff")
EU_BLUE, EU_GOLD = HexColor(emblems.BLUE), HexColor(emblems.GOLD)

MARK = (
    ((20, 34), (20, 19)),
    ((20, 19), (20, 7), (6.5, 6.5), (6.5, 14.5), (6.5, 20.5), (14.5, 21), (14.5, 15.5)),
    ((20, 19), (20, 7), (33.5, 6.5), (33.5, 14.5), (33.5, 20.5), (25.5, 21), (25.5, 15.5)),
    ((12.5, 34), (12.5, 28), (16, 26), (20, 26), (24, 26), (27.5, 28), (27.5, 34)),
)
"""The ram's horn of the logo in a square of 40: lines (two points) and Bézier curves (start, then three a curve)."""


def draw_mark(canvas: Any, x: float, y: float, size: float) -> None:
    """The logo's square with its lower left corner at (x, y)."""
    canvas.saveState()
    canvas.translate(x, y + size)
    canvas.scale(size / 40, -size / 40)
    canvas.setFillColor(FELT)
    canvas.roundRect(0, 0, 40, 40, 9, stroke=0, fill=1)
    canvas.setStrokeColor(HexColor("#fff9ee"))
    canvas.setLineWidth(3.4)
    canvas.setLineCap(1)
    for points in MARK:
        path = canvas.beginPath()
        path.moveTo(*points[0])
        if len(points) == 2:
            path.lineTo(*points[1])
        for index in range(1, len(points) - 2, 3):
            path.curveTo(*points[index], *points[index + 1], *points[index + 2])
        canvas.drawPath(path, stroke=1, fill=0)
    canvas.restoreState()


def draw_ornament(canvas: Any, x: float, y: float, width: float) -> None:
    """A thin felt-red line broken by lozenges, as on the border of a shyrdak."""
    canvas.saveState()
    canvas.setStrokeColor(FELT)
    canvas.setFillColor(FELT)
    canvas.setLineWidth(0.8)
    canvas.line(x, y, x + width, y)
    step, half = 14 * mm, 1.5
    count = int(width // step)
    start = x + (width - (count - 1) * step) / 2
    for index in range(count):
        centre = start + index * step
        path = canvas.beginPath()
        path.moveTo(centre, y + half)
        path.lineTo(centre + half, y)
        path.lineTo(centre, y - half)
        path.lineTo(centre - half, y)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def draw_emblem(canvas: Any, emblem: str, x: float, y: float, height: float) -> float:
    """Draw a donor's emblem with its lower left corner at (x, y); return its width, 0 when there is none."""
    shapes = emblems.stars(emblem)
    if not shapes:
        return 0.0
    scale = height / emblems.HIGH
    canvas.saveState()
    canvas.setFillColor(EU_BLUE)
    canvas.rect(x, y, emblems.WIDE * scale, height, stroke=0, fill=1)
    canvas.setFillColor(EU_GOLD)
    for corners in shapes:
        path = canvas.beginPath()
        for index, (right, up) in enumerate(corners):
            point = (x + right * scale, y + up * scale)
            path.lineTo(*point) if index else path.moveTo(*point)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()
    return emblems.WIDE * scale


class QrCode(Flowable):
    """A QR code of `size` points holding `text`."""

    def __init__(self, text: str, size: float = 32 * mm) -> None:
        super().__init__()
        self.matrix = tuple(tuple(row) for row in segno.make(text, error="m", micro=False).matrix)
        self.width = self.height = size

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        module = self.width / len(self.matrix)
        path = self.canv.beginPath()
        for row, cells in enumerate(self.matrix):
            for column, dark in enumerate(cells):
                if dark:
                    path.rect(column * module, self.height - (row + 1) * module, module, module)
        self.canv.setFillColor(INK)
        self.canv.drawPath(path, stroke=0, fill=1)


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its value (None: not collected) and the value as people read it."""

    label: str
    value: float | None
    text: str


class BarChart(Flowable):
    """Horizontal bars, the longest as wide as the room between labels and values."""

    size, row = 8.0, 15.0

    def __init__(self, bars: Sequence[Bar]) -> None:
        super().__init__()
        self.bars = list(bars)

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        self.label_width = width * 0.32
        self.lines = [wrap(bar.label, REGULAR, self.size, self.label_width - 6) for bar in self.bars]
        self.rows = [max(self.row, 11.0 * len(lines) + 4) for lines in self.lines]
        self.height = sum(self.rows)
        return width, self.height

    def draw(self) -> None:
        canvas = self.canv
        room = max(stringWidth(clean(bar.text), BOLD, self.size) for bar in self.bars) + 8
        longest = max((bar.value or 0 for bar in self.bars), default=0) or 1
        track, top = self.width - self.label_width - room, self.height
        for bar, lines, height in zip(self.bars, self.lines, self.rows, strict=True):
            middle = top - height / 2
            canvas.setFillColor(INK)
            canvas.setFont(REGULAR, self.size)
            for index, line in enumerate(lines):
                canvas.drawString(0, middle + 5.5 * len(lines) - 8.3 - 11 * index, line)
            canvas.setFillColor(TRACK)
            canvas.rect(self.label_width, middle - 4, track, 8, stroke=0, fill=1)
            if bar.value:
                canvas.setFillColor(FELT)
                canvas.rect(self.label_width, middle - 4, max(0.8, track * bar.value / longest), 8, stroke=0, fill=1)
            canvas.setFillColor(INK)
            canvas.setFont(BOLD, self.size)
            canvas.drawRightString(self.width, middle - 2.8, clean(bar.text))
            top -= height


@dataclass(frozen=True)
class Point:
    """A place on the map: degrees east and north, and the sum of money that sizes it."""

    longitude: float
    latitude: float
    amount: int


class PointMap(Flowable):
    """The three oblasts with a circle a place, its area in proportion to the money. No tiles, no network."""

    def __init__(self, points: Sequence[Point], height: float = 78 * mm) -> None:
        super().__init__()
        self.points = sorted(points, key=lambda one: (-one.amount, one.longitude, one.latitude))
        self.height = height

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        return width, self.height

    def draw(self) -> None:
        corners = [corner for ring in OBLASTS.values() for corner in ring]
        west, east = min(x for x, _y in corners), max(x for x, _y in corners)
        south, north = min(y for _x, y in corners), max(y for _x, y in corners)
        squeeze = math.cos(math.radians((south + north) / 2))
        scale = min(self.width / ((east - west) * squeeze), self.height / (north - south))
        left = (self.width - (east - west) * squeeze * scale) / 2

        def place(longitude: float, latitude: float) -> tuple[float, float]:
            return left + (longitude - west) * squeeze * scale, (latitude - south) * scale

        canvas = self.canv
        canvas.setLineWidth(0.7)
        canvas.setStrokeColor(HexColor("#b9ab95"))
        canvas.setFillColor(SUNKEN)
        for ring in OBLASTS.values():
            path = canvas.beginPath()
            path.moveTo(*place(*ring[0]))
            for corner in ring[1:]:
                path.lineTo(*place(*corner))
            path.close()
            canvas.drawPath(path, stroke=1, fill=1)
        largest = max((one.amount for one in self.points), default=0) or 1
        canvas.setFillColor(Color(FELT.red, FELT.green, FELT.blue, alpha=0.55))
        canvas.setStrokeColor(WHITE)
        canvas.setLineWidth(0.5)
        for one in self.points:
            if west <= one.longitude <= east and south <= one.latitude <= north:
                canvas.circle(*place(one.longitude, one.latitude), 1.4 + 7 * math.sqrt(one.amount / largest), fill=1)
