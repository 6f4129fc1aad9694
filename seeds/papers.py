"""The papers of the demonstration: small real PDFs and pictures, each with bytes of its own, all marked as invented."""

import io
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from app.services.documents import Upload

FONT = "NotoSans"
FONT_FILE = Path(__file__).parent.parent / "app" / "static" / "fonts" / "NotoSans-Regular.ttf"
MARK = "DEMONSTRATION · КӨРСӨТМӨ · ДЕМОНСТРАЦИЯ"
SKIES = ((190, 214, 235), (214, 226, 236), (235, 214, 190), (176, 200, 222))
SLOPES = ((104, 122, 88), (128, 116, 92), (92, 110, 102), (140, 128, 104))
FIELDS = ((150, 164, 96), (186, 168, 112), (122, 148, 92), (170, 150, 120))


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Kept, because drawing the first letter of a font costs twenty times the following ones."""
    return ImageFont.truetype(str(FONT_FILE), size, layout_engine=ImageFont.Layout.BASIC)


def prepare() -> None:
    """Register the font of the PDFs (idempotent)."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(FONT_FILE)))


def pdf(filename: str, title: str, paragraphs: Sequence[str]) -> Upload:
    """A page of text as a PDF."""
    body = ParagraphStyle("body", fontName=FONT, fontSize=11, leading=16, spaceAfter=8)
    head = ParagraphStyle("head", parent=body, fontSize=15, leading=20, spaceAfter=12)
    small = ParagraphStyle("small", parent=body, fontSize=8, leading=11, textColor="#777777")
    flow: list[Flowable] = [Paragraph(escape(title), head)]
    flow += [Paragraph(escape(text), body) for text in paragraphs]
    flow += [Spacer(1, 24), Paragraph(MARK, small)]
    target = io.BytesIO()
    SimpleDocTemplate(target, pagesize=A4, title=title, author="Ashar", invariant=1, leftMargin=64).build(flow)
    return Upload(filename, target.getvalue())


def slip(filename: str, lines: Sequence[str], chance: Random) -> Upload:
    """A photographed receipt or invoice: paper on a table with a few lines of text."""
    table = chance.choice(FIELDS)
    picture = Image.new("RGB", (360, 480), table)
    draw = ImageDraw.Draw(picture)
    left, top = chance.randint(14, 34), chance.randint(14, 34)
    draw.rectangle((left, top, 360 - left, 480 - top), fill=(250, 249, 244), outline=(206, 202, 190))
    for number, line in enumerate(lines):
        draw.text((left + 16, top + 18 + 27 * number), line, fill=(38, 42, 48), font=_font(14))
    foot = 480 - top - 92
    for step in range(26):
        height = chance.randint(18, 44)
        draw.line((left + 18 + 7 * step, foot, left + 18 + 7 * step, foot + height), fill=(70, 74, 84), width=2)
    draw.text((left + 16, 480 - top - 24), MARK, fill=(150, 150, 150), font=_font(9))
    return _jpeg(filename, picture)


def thing(filename: str, lines: Sequence[str], chance: Random) -> Upload:
    """A machine in a yard with a label on it: the donor's emblem and a few lines of text."""
    picture = Image.new("RGB", (640, 420), chance.choice(SKIES))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 300, 640, 420), fill=chance.choice(FIELDS))
    left, paint = chance.randint(70, 150), chance.choice(((176, 58, 46), (52, 96, 142), (92, 120, 68)))
    draw.rectangle((left, 110, left + 380, 330), fill=paint, outline=(40, 40, 40), width=3)
    for wheel in (left + 70, left + 310):
        draw.ellipse((wheel - 42, 290, wheel + 42, 374), fill=(44, 44, 44), outline=(20, 20, 20), width=4)
    draw.rectangle((left + 40, 140, left + 340, 250), fill=(250, 249, 244), outline=(206, 202, 190))
    draw.rectangle((left + 52, 152, left + 100, 184), fill=(0, 51, 153))
    for step in range(12):
        angle = math.radians(30 * step)
        x, y = left + 76 + 11 * math.cos(angle), 168 + 11 * math.sin(angle)
        draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=(255, 204, 0))
    for number, line in enumerate(lines):
        draw.text((left + 110, 152 + 24 * number), line[:28], fill=(38, 42, 48), font=_font(13))
    draw.text((12, 398), MARK, fill=(60, 60, 60), font=_font(11))
    return _jpeg(filename, picture)


def photo(filename: str, chance: Random) -> Upload:
    """A picture of a mountain village drawn anew each time: sky, slopes, a field and a few houses."""
    picture = Image.new("RGB", (640, 420), chance.choice(SKIES))
    draw = ImageDraw.Draw(picture)
    for ridge in range(3):
        base = 190 + 45 * ridge
        points = [(0, 420)]
        points += [(80 * step, base + chance.randint(-60, 20)) for step in range(9)]
        draw.polygon([*points, (640, 420)], fill=tuple(part - 14 * ridge for part in chance.choice(SLOPES)))
    draw.rectangle((0, 330, 640, 420), fill=chance.choice(FIELDS))
    for _house in range(chance.randint(3, 6)):
        left, top, width = chance.randint(10, 560), chance.randint(285, 335), chance.randint(44, 74)
        draw.rectangle((left, top, left + width, top + 36), fill=(236, 228, 212), outline=(120, 110, 96))
        draw.polygon([(left - 5, top), (left + width // 2, top - 24), (left + width + 5, top)], fill=(142, 74, 62))
    draw.text((12, 398), MARK, fill=(60, 60, 60), font=_font(11))
    return _jpeg(filename, picture)


def _jpeg(filename: str, picture: Image.Image) -> Upload:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=72)
    return Upload(filename, target.getvalue())
