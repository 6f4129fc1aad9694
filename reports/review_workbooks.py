"""Reviews as a workbook: a sheet an application, with the rubric's described levels; written, and read with suspicion.

Column A is hidden: it says what each row is, and its first cell holds the stamp of the sheet. Nobody is named.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import TYPE_FORMULA
from openpyxl.styles import Border, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from app.localisation import N_, gettext
from app.services import workbooks
from app.services.errors import DomainError
from app.services.workbooks import Bounds
from models.applications import Application
from models.reviews import Assignment, ReviewFlag
from reports import judged_applications
from reports.sheets import HEAD_FILL, HEAD_FONT, TITLE_FONT, TOP, fit_height, put, with_time

LARGEST = 5 * 1024 * 1024
"""Bytes of a file that is read."""
LARGEST_PART, LARGEST_UNPACKED = 2 * 1024 * 1024, 10 * 1024 * 1024
"""Bytes of one part unpacked, and of all together; the texts of all sheets are one part, which may take it all."""
MOST_PARTS, MOST_SHEETS, MOST_ROWS, MOST_CELLS = 600, 200, 400, 1024
"""Cells of one row: ours has nine, but some programs write a whole row when its look is changed."""
MOST_ELEMENTS_OF_PART, MOST_ELEMENTS = 40_000, 200_000
"""An element costs a hundred times the bytes it is written in; a sheet of ours has a thousand."""
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
BOUNDS = Bounds(
    bytes=LARGEST,
    part=LARGEST_PART,
    unpacked=LARGEST_UNPACKED,
    parts=MOST_PARTS,
    sheets=MOST_SHEETS,
    cells=MOST_CELLS,
    elements_of_part=MOST_ELEMENTS_OF_PART,
    elements=MOST_ELEMENTS,
    too_large=TOO_LARGE,
    no_workbook=NO_WORKBOOK,
)


def read(content: bytes) -> list[FilledSheet]:
    """The sheets of a workbook that was sent in. Only texts and numbers are taken; nothing in it is carried out.

    Raises `DomainError` for what is no such workbook and `LimitExceededError` for one that is too large, packed or not.
    """
    try:
        harmless = workbooks.bounded(content, BOUNDS)
        book = load_workbook(io.BytesIO(harmless), read_only=True, data_only=False, keep_links=False)
        return [_read_sheet(sheet) for sheet in book.worksheets]
    except DomainError:
        raise
    except Exception as error:  # whatever a parser of foreign bytes raises
        raise DomainError(NO_WORKBOOK, field="upload") from error


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
