"""Workbooks that came from outside, bounded before anything of them is understood.

A workbook is an archive of XML: a small file can hold a large one, an element costs a hundred times the bytes it is
written in, and two heads of the archive can name one part. Each part is therefore gone through with expat, which
builds nothing, and only what was looked at is packed anew and read.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader

from app.services.errors import DomainError, LimitExceededError

TEXTS = "xl/sharedStrings.xml"
XML_ENDINGS = (".xml", ".rels")


@dataclass(frozen=True)
class Bounds:
    """What a workbook may have at most: bytes as sent, of a part and of all parts unpacked, parts, sheets, cells of a
    row, elements of a part and of all; and what is said of one that has more, or is none."""

    bytes: int
    part: int
    unpacked: int
    parts: int
    sheets: int
    cells: int
    elements_of_part: int
    elements: int
    too_large: str
    no_workbook: str


def bounded(content: bytes, bounds: Bounds) -> bytes:
    """The workbook with its XML alone. Raises `LimitExceededError` above the bounds, `DomainError` for no workbook.

    Raises whatever `zipfile`, `expat` and `openpyxl` raise for bytes that are no archive, no XML and no workbook.
    """
    if len(content) > bounds.bytes:
        raise LimitExceededError(bounds.too_large, field="upload")
    harmless = _packed_anew(_harmless_parts(content, bounds))
    _must_have_few_sheets(harmless, bounds)
    return harmless


def _harmless_parts(content: bytes, bounds: Bounds) -> dict[str, bytes]:
    """{name: text} of the archive's XML, each looked at before any of it is understood. Pictures and such stay out."""
    parts: dict[str, bytes] = {}
    left, elements = bounds.unpacked, bounds.elements
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > bounds.parts or sum(one.file_size for one in entries) > bounds.unpacked:
            raise LimitExceededError(bounds.too_large, field="upload")
        if len({one.filename for one in entries}) < len(entries):
            raise DomainError(bounds.no_workbook, field="upload")
        for entry in entries:
            most = min(left, bounds.unpacked if entry.filename == TEXTS else bounds.part)
            if entry.file_size > most:
                raise LimitExceededError(bounds.too_large, field="upload")
            if not entry.filename.lower().endswith(XML_ENDINGS):
                continue
            with archive.open(entry) as part:
                text = part.read(most + 1)  # its head may lie about its size
            if len(text) > most:
                raise LimitExceededError(bounds.too_large, field="upload")
            elements -= _elements_of(text, min(elements, bounds.elements_of_part), bounds)
            left -= len(text)
            parts[entry.filename] = text
    return parts


def _elements_of(text: bytes, most: int, bounds: Bounds) -> int:
    """How many elements a part has: at most `most`, few cells in a row, no declarations, and UTF-8 alone.

    In another encoding the same bytes could mean something else to whoever looks and to whoever reads.
    """
    elements = cells = 0

    def begin(name: str, _attributes: object) -> None:
        nonlocal elements, cells
        kind = name.rpartition(":")[2]
        elements += 1
        cells = 0 if kind == "row" else cells + (kind == "c")
        if elements > most or cells > bounds.cells:
            raise LimitExceededError(bounds.too_large, field="upload")

    def declare(_version: str, encoding: str | None, _is_standalone: int) -> None:
        if (encoding or "utf-8").lower() != "utf-8":
            raise DomainError(bounds.no_workbook, field="upload")

    def refuse(*_declared: object) -> None:
        raise DomainError(bounds.no_workbook, field="upload")

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


def _must_have_few_sheets(content: bytes, bounds: Bounds) -> None:
    """Count the sheets before one is read; no two may be the same part, which would be read again for each."""
    book = ExcelReader(io.BytesIO(content), read_only=True, keep_links=False)
    book.read_manifest()
    book.read_workbook()
    if len(book.parser.sheets) > bounds.sheets:
        raise LimitExceededError(bounds.too_large, field="upload")
    targets = [relation.target for _sheet, relation in book.parser.find_sheets()]
    if len(set(targets)) < len(targets):
        raise DomainError(bounds.no_workbook, field="upload")
