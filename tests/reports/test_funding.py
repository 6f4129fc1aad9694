"""The funding report's forms: what each page of them carries, same data same bytes, nothing a formula."""

import csv
import hashlib
import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from reports import emblems, funding
from reports.funding.data import Figure, Leverage, from_json
from tests.reports import samples

LOCALES = ("ky", "ru", "en")


def words(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


@pytest.mark.parametrize("count", [0, 1, 60])
def test_json_there_and_back(count: int) -> None:
    data = samples.funding(count)
    content = funding.to_json(data)
    assert from_json(content) == data
    assert funding.to_json(from_json(content)) == content


def test_json_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        from_json('{"version": 99}')


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("count", [0, 60])
def test_every_page_carries_statement_and_hash(locale: str, count: int) -> None:
    data = samples.funding(count)
    sha256 = hashlib.sha256(funding.to_json(data).encode()).hexdigest()
    reader = PdfReader(io.BytesIO(funding.to_pdf(data, locale)))
    for page in reader.pages:
        text = " ".join(page.extract_text().split())
        assert samples.STATEMENT[locale] in text
        assert f"{sha256[:8]}…{sha256[-8:]}" in text
    assert reader.trailer["/Root"]["/Lang"] == locale


def test_what_was_not_collected_is_not_zero() -> None:
    data = samples.funding()
    assert "not collected" in words(funding.to_pdf(data, "en"))
    rows = list(load_workbook(io.BytesIO(funding.to_xlsx(data, "en")))["Results"].iter_rows(values_only=True))
    assert rows[3][4:7] == ("not collected",) * 3


def test_same_data_same_bytes() -> None:
    data = samples.funding()
    assert funding.to_pdf(data, "ky") == funding.to_pdf(data, "ky")
    assert funding.to_xlsx(data, "ky") == funding.to_xlsx(data, "ky")
    assert funding.to_csv(data, "ky") == funding.to_csv(data, "ky")


def test_workbook_has_no_formula_and_keeps_types() -> None:
    content = funding.to_xlsx(samples.funding(), "en")
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == [
        "Summary", "Grants", "Co-investment", "Results", "Tranches", "Delays and risks", "Overrides", "Rates",
        "Instalments",
    ]  # fmt: skip
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > 1500
    assert not [cell for cell in cells if cell.data_type == "f"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]
    grants = book["Grants"]
    assert grants["E3"].value == samples.HOSTILE
    assert isinstance(grants["I3"].value, int | float)
    assert isinstance(grants["G3"].value, datetime) and grants["G3"].value.date() == date(2027, 4, 1)
    assert grants.freeze_panes == "A3"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sheet_and_every_page_printed_of_it_carries_emblem_and_statement(locale: str) -> None:
    """What stands in the rows repeated in print stands on every page; the foot is not made small with the sheet."""
    data = samples.funding()
    statement = {code: f"{text} & Ко" for code, text in samples.STATEMENT.items()}
    book = load_workbook(io.BytesIO(funding.to_xlsx(replace(data, statement=statement), locale)))
    assert len(book.sheetnames) == 9
    for sheet in book:
        assert sheet["A1"].value == statement[locale]
        assert sheet.print_title_rows.startswith("$1:")
        assert sheet.oddFooter.left.text == statement[locale].replace("&", "&&")
        assert sheet.HeaderFooter.scaleWithDoc is False
        (image,) = sheet._images
        assert image.anchor._from.row == 0 and image._data() == emblems.png("eu", 144)
        assert sheet.row_dimensions[1].height * 4 / 3 >= image.anchor.ext.height / 9525 == 36


def test_a_donor_without_an_emblem_is_named_all_the_same() -> None:
    data = replace(samples.funding(1), emblem="none")
    book = load_workbook(io.BytesIO(funding.to_xlsx(data, "en")))
    assert {sheet["A1"].value for sheet in book} == {samples.STATEMENT["en"]}
    assert not any(sheet._images for sheet in book)


def test_the_picture_of_the_emblem_has_twelve_golden_stars_on_blue() -> None:
    picture = Image.open(io.BytesIO(emblems.png("eu", 144)))
    assert picture.size == (216, 144)
    for star in emblems.stars("eu"):
        middle = [sum(side) / len(star) * 4 for side in zip(*star, strict=True)]
        assert picture.getpixel((round(middle[0]), 144 - round(middle[1]))) == (255, 204, 0)
    assert {picture.getpixel(place) for place in ((0, 0), (215, 143), (108, 72))} == {(0, 51, 153)}
    assert emblems.outline("eu").count("M") == 12


def test_the_theme_and_its_purpose_code_stand_beside_a_grant_that_has_one() -> None:
    """What was frozen before there were themes reads as it did, with the same hash."""
    data = samples.funding()
    older = funding.to_json(data)
    assert "purpose_code" not in older and funding.to_json(from_json(older)) == older
    theme = {"ky": "Суу жана сугат", "ru": "Вода и орошение", "en": "Water and irrigation"}
    first = replace(data.grants[0], theme=theme, purpose_code="31140")
    newer = replace(data, grants=(first, *data.grants[1:]))
    assert from_json(funding.to_json(newer)) == newer
    grants = load_workbook(io.BytesIO(funding.to_xlsx(newer, "en")))["Grants"]
    heads = [cell.value for cell in grants[2]]
    places = heads.index("Theme"), heads.index("Purpose code (OECD-DAC)")
    assert [grants[3][place].value for place in places] == ["Water and irrigation", "31140"]
    assert [grants[4][place].value for place in places] == [None, None]


def test_csv_disarms_texts_and_keeps_numbers() -> None:
    data = samples.funding()
    text = funding.to_csv(data, "en").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 61
    assert rows[1][4] == "'" + samples.HOSTILE
    assert [row[4][0] for row in rows[4:7]] == ["'", "'", "'"]
    assert sum(Decimal(row[8]) for row in rows[1:]) * 100 == sum(one.amount for one in data.grants)
    assert rows[1][6] == "2027-04-01"


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same_totals(tmp_path: Path) -> None:
    data = samples.funding()
    book = tmp_path / "report.xlsx"
    book.write_bytes(funding.to_xlsx(data, "en"))
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
            "--outdir", str(tmp_path), str(book),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    rows = list(csv.reader((tmp_path / "report-Grants.csv").read_text(encoding="utf-8").splitlines()))
    total = next(row for row in rows if row[0] == "Total")
    assert Decimal(total[8].replace(",", "")) * 100 == sum(one.amount for one in data.grants)
    assert rows[2][4] == samples.HOSTILE


def test_leverage_has_no_value_without_disbursement() -> None:
    assert Leverage(100, 50, 0).cash_only is None
    assert Leverage(100, 50, 300).cash_only == Decimal("0.33")
    assert Leverage(100, 50, 300).with_in_kind == Decimal("0.50")


def test_position_identity() -> None:
    position = samples.funding().position
    assert position.difference == 0
    assert type(position)(**{**vars(position), "spent": Figure(1, 0)}).difference != 0
