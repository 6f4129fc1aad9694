"""The XLSX kit: write-only workbooks in which text is never a formula, numbers stay numbers and days are days.

The same data give the same bytes: the archive's and the properties' times are those of the document.
"""

import csv
import io
import re
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from app.localisation import EXPONENTS, plain_amount
from app.services.csv_rows import harmless
from models.base import text_in
from reports import emblems
from reports.credits import Credit

Value = str | int | Decimal | date | None

HEAD_FONT, HEAD_FILL = Font("Calibri", 11, bold=True, color="FF23201C"), PatternFill("solid", fgColor="FFF1EADC")
HEAD_EDGE, TOTAL_EDGE = Border(bottom=Side("medium", color="FFA8322A")), Border(top=Side("thin", color="FF23201C"))
TITLE_FONT, BOLD_FONT, PLAIN_FONT = Font("Calibri", 14, bold=True), Font("Calibri", 11, bold=True), Font("Calibri", 11)
WRAPPED = Alignment(wrap_text=True, vertical="bottom")
TOP = Alignment(wrap_text=True, vertical="top")
DAY_FORMAT, COUNT_FORMAT = "yyyy-mm-dd", "#,##0"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_TEXT = 32_000
LONGEST_FOOTER = 200  # characters: a workbook with a footer of more than 255 is broken
LINE, TALLEST = 15, 409  # points: a row of one line, and the most that a row can have
"""What a spreadsheet takes for the beginning of a formula."""
EMBLEM_PIXELS, EMBLEM_ROW = 36, 30
"""How high the emblem is shown, and the row it stands in (in points, of which each is 4/3 of a pixel)."""
BESIDE_EMBLEM = Alignment("left", "center", indent=7)


@dataclass(frozen=True)
class Heading:
    """A column: its title, its width in characters, and the format of its numbers ("" for text and days)."""

    title: str
    width: int
    number_format: str = ""


def money_format(currency: str = "KGS") -> str:
    """The number format of amounts in major units of `currency`."""
    exponent = EXPONENTS[currency]
    return "#,##0" + ("." + "0" * exponent if exponent else "")


def major(amount: int | None, currency: str = "KGS") -> Decimal | None:
    """Minor units as the number a workbook holds: major units."""
    return None if amount is None else plain_amount(amount, currency)


class Sheets:
    """A workbook in the making. Rows are written as they come; nothing is kept in memory.

    With a `credit`, every sheet begins with emblem and statement in the language `locale`; print repeats both.
    """

    def __init__(self, title: str, dated_at: datetime, credit: Credit | None = None, locale: str = "ky") -> None:
        self._book = Workbook(write_only=True)
        self._book.properties.title = title
        self._book.properties.creator = "Ashar"
        self._dated_at = dated_at.astimezone(UTC).replace(microsecond=0)
        self._emblem = credit.emblem if credit else "none"
        self._statement = text_in(credit.statement, locale) if credit else ""

    def add(
        self,
        name: str,
        headings: Sequence[Heading],
        rows: Iterable[Sequence[Value]],
        total: Sequence[Value] | None = None,
        *,
        intro: Sequence[str] = (),
    ) -> None:
        """Write one sheet: who pays, lines of introduction, a frozen head, the rows and a row of totals."""
        sheet = self._book.create_sheet(_sheet_name(name))
        for index, heading in enumerate(headings, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = heading.width
        head_at = bool(self._statement) + len(intro) + 1
        sheet.freeze_panes = f"A{head_at + 1}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"{1 if self._statement else head_at}:{head_at}"
        self._say_who_pays(sheet)
        for index, line in enumerate(intro):
            cell = _cell(sheet, line)
            cell.font = TITLE_FONT if index == 0 else PLAIN_FONT
            sheet.append([cell])
        head = []
        for heading in headings:
            cell = _cell(sheet, heading.title)
            cell.font, cell.fill, cell.border, cell.alignment = HEAD_FONT, HEAD_FILL, HEAD_EDGE, WRAPPED
            head.append(cell)
        sheet.row_dimensions[head_at].height = LINE * max(_lines(heading) for heading in headings)
        sheet.append(head)
        for row in rows:
            sheet.append(_row(sheet, headings, row))
        if total is not None:
            cells = _row(sheet, headings, total)
            for cell in cells:
                cell.font, cell.border = BOLD_FONT, TOTAL_EDGE
            sheet.append(cells)

    def _say_who_pays(self, sheet: Any) -> None:
        """The first row; and the foot of each printed page, legible where a wide sheet is made small."""
        sheet.oddFooter.right.text = "&P / &N"
        sheet.HeaderFooter.scaleWithDoc = False
        if not self._statement:
            return
        sheet.oddFooter.left.text = self._statement[:LONGEST_FOOTER].replace("&", "&&")
        cell = _cell(sheet, self._statement)
        cell.font = BOLD_FONT
        picture = emblems.png(self._emblem, 4 * EMBLEM_PIXELS)
        if picture:
            image = Image(io.BytesIO(picture))
            image.width, image.height = EMBLEM_PIXELS * emblems.WIDE / emblems.HIGH, EMBLEM_PIXELS
            sheet.add_image(image, "A1")
            sheet.row_dimensions[1].height = EMBLEM_ROW
            cell.alignment = BESIDE_EMBLEM
        sheet.append([cell])

    def save(self) -> bytes:
        """The workbook's bytes."""
        target = io.BytesIO()
        self._book.save(target)
        return with_time(target.getvalue(), self._dated_at)


def csv_of(headings: Sequence[Heading], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 CSV with a byte order mark, so that Excel knows its letters; texts that look like formulas get an
    apostrophe."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([_text(heading.title) for heading in headings])
    for row in rows:
        writer.writerow([_text(value) for value in row])
    return target.getvalue().encode("utf-8-sig")


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return harmless(value) if isinstance(value, str) else str(value)


def _row(sheet: Any, headings: Sequence[Heading], row: Sequence[Value]) -> list[Any]:
    return [_cell(sheet, value, heading.number_format) for heading, value in zip(headings, row, strict=True)]


def _cell(sheet: Any, value: Value, number_format: str = "") -> Any:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, NOT_IN_XML.sub("", value)[:LONGEST_TEXT])
        cell.data_type = "s"  # a text beginning with = stays a text
        return cell
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, date):
        cell.number_format = DAY_FORMAT
    elif number_format:
        cell.number_format = COUNT_FORMAT if isinstance(value, int) else number_format  # whole numbers are counts
    return cell


def _lines(heading: Heading) -> int:
    """So many lines a title needs in bold letters, which are wider than those a column's width is counted in."""
    return max(1, len(textwrap.wrap(heading.title, max(1, int(heading.width * 0.85)))))


def fit_height(sheet: Any, row: int, texts: Iterable[tuple[str, int]], least: int = 1) -> None:
    """Make a row as high as the longest of its wrapped texts; each comes with its width in characters.

    A program that opens the workbook need not do it by itself.
    """
    lines = least
    for text, width in texts:
        fits = max(1, int(width * 0.85))
        lines = max(lines, sum(max(1, len(textwrap.wrap(one, fits))) for one in text.split("\n")))
    sheet.row_dimensions[row].height = min(TALLEST, LINE * lines)


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ")[:31] or "1"


def with_time(content: bytes, at: datetime) -> bytes:
    """The same archive with every time set to `at`."""
    stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}".encode()
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            info = zipfile.ZipInfo(entry.filename, date_time=at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            copy.writestr(info, data)
    return target.getvalue()


def put(sheet: Any, place: str, value: Value) -> Any:
    """Write into the cell at `place` of a sheet that is kept in memory; answers the cell."""
    cell = sheet[place]
    if isinstance(value, str):
        value = NOT_IN_XML.sub("", value)[:LONGEST_TEXT]
    cell.value = value
    if isinstance(value, str) and value:
        cell.data_type = "s"  # a text beginning with = stays a text
    return cell
