"""Workbooks somebody made to hurt: refused by what is looked at before anything in them is understood."""

import io
import re
import zipfile

import pytest
from openpyxl import Workbook

from app.services import workbooks
from app.services.errors import DomainError, LimitExceededError
from reports import review_workbooks

SHEET, BOOK, RELATIONS, STYLES = (
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
)


@pytest.fixture(scope="module")
def parts():
    """{name: text} of a harmless workbook of two sheets."""
    book = Workbook()
    book.active["A1"] = "stamp"
    book.create_sheet("Second")["A1"] = "another"
    target = io.BytesIO()
    book.save(target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def packed(parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()


def with_row(parts, row):
    return parts | {SHEET: re.sub("<sheetData>.*</sheetData>", f"<sheetData>{row}</sheetData>", parts[SHEET])}


def cells_in_a_row(parts):
    return with_row(parts, "<row>" + "<c/>" * (review_workbooks.MOST_CELLS + 1) + "</row>")


def cells_of_a_namespace(parts):
    row = "<x:row>" + "<x:c/>" * (review_workbooks.MOST_CELLS + 1) + "</x:row>"
    return {**parts, SHEET: parts[SHEET].replace("<sheetData>", f'<sheetData xmlns:x="urn:x">{row}')}


def styles(parts):
    fonts = "<font/>" * (review_workbooks.MOST_ELEMENTS_OF_PART + 1)
    return parts | {STYLES: parts[STYLES].replace("<fonts", f"<fonts>{fonts}</fonts><fonts")}


def many_parts(parts):
    filled = "<a>" + "<b/>" * (review_workbooks.MOST_ELEMENTS_OF_PART - 1) + "</a>"
    return parts | {f"xl/more{number}.xml": filled for number in range(5)}


def large_part(parts):
    return parts | {SHEET: parts[SHEET] + " " * review_workbooks.LARGEST_PART}


def large_together(parts):
    text = "<a>" + " " * (review_workbooks.LARGEST_PART - 100) + "</a>"
    return parts | {f"xl/more{number}.xml": text for number in range(6)}


def large_texts(parts):
    return parts | {workbooks.TEXTS: "<a>" + " " * review_workbooks.LARGEST_UNPACKED + "</a>"}


def sheets(parts):
    more = "".join(f'<sheet name="s{one}" sheetId="{one + 9}" r:id="r{one}"/>' for one in range(200))
    more = more.replace("r:id", 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id')
    return parts | {BOOK: parts[BOOK].replace("</sheets>", f"{more}</sheets>")}


@pytest.mark.parametrize(
    "hurt",
    [
        cells_in_a_row,
        cells_of_a_namespace,
        styles,
        many_parts,
        large_part,
        large_together,
        large_texts,
        sheets,
    ],
    ids=lambda one: one.__name__,
)
def test_what_would_grow_is_refused(parts, hurt):
    content = packed(hurt(parts))
    assert len(content) < 100_000
    with pytest.raises(LimitExceededError):
        review_workbooks.read(content)


def refusal_of(content):
    with pytest.raises(DomainError) as refused:
        review_workbooks.read(content)
    return refused.value.message


def one_part_twice(parts):
    return parts | {RELATIONS: parts[RELATIONS].replace("sheet2.xml", "sheet1.xml")}


def one_relation_twice(parts):
    ids = re.findall(r'<sheet [^>]*r:id="([^"]+)"', parts[BOOK])
    return parts | {BOOK: parts[BOOK].replace(f'r:id="{ids[1]}"', f'r:id="{ids[0]}"')}


def declarations(parts):
    return parts | {SHEET: '<!DOCTYPE a [<!ENTITY b "c">]>' + parts[SHEET]}


def undeclared(text):
    return re.sub(r"^<\?xml[^>]*\?>", "", text)


def another_encoding(parts):
    return parts | {SHEET: undeclared(parts[SHEET]).encode("utf-16")}


def another_encoding_unmarked(parts):
    return parts | {SHEET: undeclared(parts[SHEET]).encode("utf-16-le")}


def another_encoding_declared(parts):
    return parts | {SHEET: '<?xml version="1.0" encoding="iso-8859-1"?>' + undeclared(parts[SHEET])}


def missing(parts):
    return {name: text for name, text in parts.items() if name != BOOK}


@pytest.mark.parametrize(
    "hurt",
    [
        one_part_twice,
        one_relation_twice,
        declarations,
        another_encoding,
        another_encoding_unmarked,
        another_encoding_declared,
        missing,
    ],
    ids=lambda one: one.__name__,
)
def test_what_is_no_workbook_of_ours_is_refused(parts, hurt):
    assert refusal_of(packed(hurt(parts))) == review_workbooks.NO_WORKBOOK


def test_a_part_that_cannot_be_unpacked_is_refused(parts):
    """Beyond its head the part is no deflated data: the library of the archive raises an error of its own."""
    content = bytearray(packed(parts))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(SHEET)
    start = entry.header_offset + 30 + len(entry.filename)
    content[start : start + entry.compress_size] = b"\xff" * entry.compress_size
    assert refusal_of(bytes(content)) == review_workbooks.NO_WORKBOOK


def test_what_is_no_xml_is_not_handed_on(parts):
    """A sheet by another ending was never looked at, so it is not there."""
    hidden = parts | {"xl/worksheets/sheet1.dat": cells_in_a_row(parts)[SHEET]}
    hidden[RELATIONS] = hidden[RELATIONS].replace("sheet1.xml", "sheet1.dat")
    assert [one.stamp for one in review_workbooks.read(packed(hidden))] == ["another"]


def test_a_file_that_is_too_large_is_not_even_opened():
    with pytest.raises(LimitExceededError):
        review_workbooks.read(b"x" * (review_workbooks.LARGEST + 1))


def test_a_harmless_one_is_read(parts):
    assert [one.stamp for one in review_workbooks.read(packed(parts))] == ["stamp", "another"]
