"""Rows of CSV text: as Python's reader has them, but none too long."""

import csv

import pytest

from app.services import csv_rows
from app.services.errors import LimitExceededError

TEXTS = ("", "a,b", "a,b\n", "a,b\r\nc,d\re,f\n\n", '"a,1",b\n"c\nd",e\n', "\n\na\n", 'a,"b', "а;б\u2028в\n")


@pytest.mark.parametrize("text", TEXTS)
def test_rows_are_those_of_the_reader_of_python(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert list(csv_rows.lines_of(text)) in (lines, [*lines, ""])
    assert [row for row in csv_rows.read(csv_rows.lines_of(text)) if row] == [row for row in csv.reader(lines) if row]


def test_rows_by_name_are_those_of_the_reader_of_python() -> None:
    lines = ["a,b", "1,2", "", "3", "4,5,6,7"]
    head, rows = csv_rows.named(csv_rows.read(lines))
    assert (head, list(rows)) == (["a", "b"], list(csv.DictReader(lines)))
    assert csv_rows.named(csv_rows.read([]))[0] == []


@pytest.mark.parametrize("cell", ["{0}", '"{0}"', '"{0}', '"' + "x\n" * 60_000 + "{0}", "x," * 60_000 + "{0}"])
def test_a_row_that_is_too_long_is_named(cell: str) -> None:
    text = "a,b\n\nc," + "d" * (csv_rows.LONGEST - 2) + "\n" + cell.format("x" * csv_rows.LONGEST + "y")
    with pytest.raises(LimitExceededError) as refused:
        list(csv_rows.read(csv_rows.lines_of(text)))
    assert refused.value.parameters == {"row": 4, "limit": csv_rows.LONGEST} and refused.value.field == "rows"
