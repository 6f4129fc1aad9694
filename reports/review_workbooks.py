"""Reviews as a workbook: a sheet an application, with the rubric's described levels; written, and read with suspicion.

Column A is hidden: it says what each row is, and its first cell holds the stamp of the sheet. Nobody is named.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import TYPE_FORMULA
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import Border, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from app.localisation import N_, gettext
from app.services.errors import DomainError, LimitExceededError
from models.applications import Application
from models.reviews import Assignment, ReviewFlag
from reports import judged_applications
from reports.sheets import HEAD_FILL, HEAD_FONT, TITLE_FONT, TOP, fit_height, put, with_time

LARGEST = 5 * 1024 * 1024
"""Bytes of a file that is read."""
LARGEST_PART, LARGEST_UNPACKED = 2 * 1024 * 1024, 10 * 1024 * 1024
"""Bytes of one part unpacked, and of all together; the texts of all sheets are one part, which may take it all."""
TEXTS = "xl/sharedStrings.xml"
MOST_PARTS, MOST_SHEETS, MOST_ROWS, MOST_CELLS = 600, 200, 400, 1024
"""Cells of one row: ours has nine, but some programs write a whole row when its look is changed."""
MOST_ELEMENTS_OF_PART, MOST_ELEMENTS = 40_000, 200_000
"""An element costs a hundred times the bytes it is written in; a sheet of ours has a thousand."""
XML_ENDINGS = (".xml", ".rels")
WIDTHS = {"A": 4, "B": 34, "C": 24, "D": 24, "E": 24, "F": 24, "G": 24, "H": 12, "I": 60}
LEVEL, TEXT = "H", "I"
ROOM_TO_WRITE = 6
"""Lines that a row somebody writes in has at least."""
WHERE_TO = N_(
    "Fill in the light cells only, save the file and send it in on the page “%(page)s”: a link on “%(list)s” leads "
    "there."
)
OPEN_FILL = PatternFill("solid", fgColor="FFFFFBE6")
EDGE = Border(*(Side("thin", color="FFB8B0A4"),) * 4)


@dataclass(frozen=True)
class Cell:
    """What somebody wrote, and where: "2026-0012!I7"."""

    place: str
    text: str
    is_formula: bool = False


@dataclass(frozen=True)
class FilledSheet:
    """One sheet as it came back: its stamp and {field of the review's form: cell}."""

    name: str
    stamp: str
    cells: Mapping[str, Cell] = field(default_factory=dict)


def write(
    title: str,
    assignments: Sequence[tuple[Assignment, str, Mapping[str, str]]],
    flags: Mapping[ReviewFlag, str],
    locale: str,
    dated_at: datetime,
) -> bytes:
    """The workbook in the language in force, `locale`: each assignment with its stamp and what is written so far."""
    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = title, "Ashar"
    for assignment, stamp, written in assignments:
        sheet = book.create_sheet(_name(assignment.application.number))
        _write_sheet(sheet, assignment.application, stamp, written, flags, locale, dated_at)
    target = io.BytesIO()
    book.save(target)
    return with_time(target.getvalue(), dated_at)


def _write_sheet(
    sheet: Any,
    application: Application,
    stamp: str,
    written: Mapping[str, str],
    flags: Mapping[ReviewFlag, str],
    locale: str,
    dated_at: datetime,
) -> None:
    for column, width in WIDTHS.items():
        sheet.column_dimensions[column].width = width
    sheet.column_dimensions["A"].hidden = True
    sheet.protection.sheet = True
    sheet.protection.formatRows = False  # who writes more than a row shows can make it higher
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)  # all columns on one page, if printed
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    put(sheet, "A1", stamp)
    put(sheet, "B1", application.title or application.number).font = TITLE_FONT
    put(sheet, "B2", f"{application.number} · {application.association.name(locale)}")
    put(sheet, "B3", gettext(WHERE_TO, page=gettext("Reviews as a workbook"), list=gettext("My reviews")))
    headings = [gettext("Criterion"), *(gettext("Level %(level)s", level=level) for level in range(1, 6))]
    for column, text in zip("BCDEFGHI", [*headings, gettext("Level"), gettext("Why this level?")], strict=True):
        head = put(sheet, f"{column}5", text)
        head.font, head.fill, head.alignment = HEAD_FONT, HEAD_FILL, TOP
    levels = DataValidation(type="list", formula1='"1,2,3,4,5"', allow_blank=True, showErrorMessage=True)
    sheet.add_data_validation(levels)
    row = 6
    for criterion in application.call.criteria:
        put(sheet, f"A{row}", criterion.key)
        weight = gettext("Weight: %(weight)s of 100 points", weight=criterion.weight)
        about = f"{criterion.title_in(locale)}\n{weight}\n{criterion.description_in(locale)}"
        put(sheet, f"B{row}", about).alignment = TOP
        anchors = [criterion.anchor_in(level, locale) for level in range(1, 6)]
        for column, anchor in zip("CDEFG", anchors, strict=True):
            put(sheet, f"{column}{row}", anchor).alignment = TOP
        chosen = written.get(f"level_{criterion.key}", "")
        _open(sheet, f"{LEVEL}{row}", int(chosen) if chosen else "")
        levels.add(f"{LEVEL}{row}")
        why = written.get(f"justification_{criterion.key}", "")
        _open(sheet, f"{TEXT}{row}", why)
        shown = [(about, WIDTHS["B"]), *((one, WIDTHS["C"]) for one in anchors), (why, WIDTHS[TEXT])]
        fit_height(sheet, row, shown, ROOM_TO_WRITE)
        row += 1
    texts = {"comment": gettext("Comment for the Council"), "private_note": gettext("Private note to the Council")}
    for name, text in texts.items():
        put(sheet, f"A{row}", name)
        put(sheet, f"B{row}", text).alignment = TOP
        _open(sheet, f"{TEXT}{row}", written.get(name, ""))
        fit_height(sheet, row, [(written.get(name, ""), WIDTHS[TEXT])], ROOM_TO_WRITE)
        row += 1
    put(sheet, f"A{row}", "flag")
    put(sheet, f"B{row}", gettext("Flag for the Council"))
    _open(sheet, f"{TEXT}{row}", flags[ReviewFlag(written.get("flag") or ReviewFlag.NONE)])
    listed = ",".join(text.replace(",", " ") for text in flags.values())
    marks = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=True)
    sheet.add_data_validation(marks)
    marks.add(f"{TEXT}{row}")
    judged_applications.write(sheet, application, row + 2, locale, dated_at)
    sheet.freeze_panes = "C6"


def _open(sheet: Any, place: str, value: str | int) -> None:
    cell = put(sheet, place, value)
    cell.protection, cell.fill, cell.border, cell.alignment = Protection(locked=False), OPEN_FILL, EDGE, TOP


def _name(number: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "-", number)[:31]


NO_WORKBOOK = N_("This is no workbook that can be read. Send the file you downloaded here, filled in, as XLSX.")


TOO_LARGE = N_("The workbook is too large.")


def read(content: bytes) -> list[FilledSheet]:
    """The sheets of a workbook that was sent in. Only texts and numbers are taken; nothing in it is carried out.

    Raises `DomainError` for what is no such workbook and `LimitExceededError` for one that is too large, packed or not.
    """
    if len(content) > LARGEST:
        raise LimitExceededError(TOO_LARGE, field="upload")
    try:
        harmless = _packed_anew(_harmless_parts(content))
        _must_have_few_sheets(harmless)
        book = load_workbook(io.BytesIO(harmless), read_only=True, data_only=False, keep_links=False)
        return [_read_sheet(sheet) for sheet in book.worksheets]
    except DomainError:
        raise
    except Exception as error:  # whatever a parser of foreign bytes raises
        raise DomainError(NO_WORKBOOK, field="upload") from error


def _harmless_parts(content: bytes) -> dict[str, bytes]:
    """{name: text} of the archive's XML, each looked at before any of it is understood. Pictures and such stay out."""
    parts: dict[str, bytes] = {}
    left, elements = LARGEST_UNPACKED, MOST_ELEMENTS
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_PARTS or sum(one.file_size for one in entries) > LARGEST_UNPACKED:
            raise LimitExceededError(TOO_LARGE, field="upload")
        if len({one.filename for one in entries}) < len(entries):
            raise DomainError(NO_WORKBOOK, field="upload")
        for entry in entries:
            most = min(left, LARGEST_UNPACKED if entry.filename == TEXTS else LARGEST_PART)
            if entry.file_size > most:
                raise LimitExceededError(TOO_LARGE, field="upload")
            if not entry.filename.lower().endswith(XML_ENDINGS):
                continue
            with archive.open(entry) as part:
                text = part.read(most + 1)  # its head may lie about its size
            if len(text) > most:
                raise LimitExceededError(TOO_LARGE, field="upload")
            elements -= _elements_of(text, min(elements, MOST_ELEMENTS_OF_PART))
            left -= len(text)
            parts[entry.filename] = text
    return parts


def _elements_of(text: bytes, most: int) -> int:
    """How many elements a part has: at most `most`, few cells in a row, no declarations, and UTF-8 alone.

    In another encoding the same bytes could mean something else to whoever looks and to whoever reads.
    """
    elements = cells = 0

    def begin(name: str, _attributes: object) -> None:
        nonlocal elements, cells
        kind = name.rpartition(":")[2]
        elements += 1
        cells = 0 if kind == "row" else cells + (kind == "c")
        if elements > most or cells > MOST_CELLS:
            raise LimitExceededError(TOO_LARGE, field="upload")

    def declare(_version: str, encoding: str | None, _is_standalone: int) -> None:
        if (encoding or "utf-8").lower() != "utf-8":
            raise DomainError(NO_WORKBOOK, field="upload")

    def refuse(*_declared: object) -> None:
        raise DomainError(NO_WORKBOOK, field="upload")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.XmlDeclHandler = begin, declare
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    if b"\0" in text:  # UTF-16 or UTF-32, which the parser takes without being told
        refuse()
    parser.Parse(text, True)
    return elements


def _packed_anew(parts: Mapping[str, bytes]) -> bytes:
    """What was looked at and nothing else, so that it alone is read."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()


def _must_have_few_sheets(content: bytes) -> None:
    """Count the sheets before one is read; no two may be the same part, which would be read again for each."""
    book = ExcelReader(io.BytesIO(content), read_only=True, keep_links=False)
    book.read_manifest()
    book.read_workbook()
    if len(book.parser.sheets) > MOST_SHEETS:
        raise LimitExceededError(TOO_LARGE, field="upload")
    targets = [relation.target for _sheet, relation in book.parser.find_sheets()]
    if len(set(targets)) < len(targets):
        raise DomainError(NO_WORKBOOK, field="upload")


def _read_sheet(sheet: Any) -> FilledSheet:
    stamp = ""
    cells: dict[str, Cell] = {}
    rows = sheet.iter_rows(min_row=1, max_row=MOST_ROWS, max_col=9)
    for number, row in enumerate(rows, start=1):
        found: list[Any] = [*row, *(None for _missing in range(9 - len(row)))]
        key, level, text = found[0], found[7], found[8]
        name = _text_of(key)
        if number == 1:
            stamp = name
        elif name in ("comment", "private_note", "flag"):
            cells[name] = _cell(sheet.title, text, f"{TEXT}{number}")
        elif name:
            cells[f"level_{name}"] = _cell(sheet.title, level, f"{LEVEL}{number}")
            cells[f"justification_{name}"] = _cell(sheet.title, text, f"{TEXT}{number}")
    return FilledSheet(sheet.title, stamp, cells)


def _cell(sheet: str, cell: Any, place: str) -> Cell:
    return Cell(f"{sheet}!{place}", _text_of(cell), getattr(cell, "data_type", "") == TYPE_FORMULA)


def _text_of(cell: Any) -> str:
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\r\n", "\n").replace("_x000D_", "").strip()
