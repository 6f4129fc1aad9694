"""The rows of CSV text, one by one and none longer than a row may be; and texts that no spreadsheet takes for formulas.

Python's own reader takes a row of any length into memory, which is the whole rest of a file when a quotation mark is
missing, and ends with an error of its own at a long cell.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from app.localisation import N_
from app.services.errors import LimitExceededError

LONGEST = 100_000
"""Characters of a row: shorter than the cell at which Python's reader gives up."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|$)")


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text without their ends, made as they are read: a list of them all is many times the text."""
    return (found[1] for found in _LINE.finditer(text))


def read(lines: Iterable[str], delimiter: str = ",") -> Iterator[list[str]]:
    """The cells of each row; an empty row has none. Raises `LimitExceededError` at a row that is too long."""
    number, length = 1, 0

    def measured() -> Iterator[str]:
        nonlocal length
        for line in lines:
            length += len(line)
            if length > LONGEST:
                message = N_("Row %(row)s has more than %(limit)s characters. Is a quotation mark missing?")
                raise LimitExceededError(message, field="rows", row=number, limit=LONGEST)
            yield line

    for cells in csv.reader(measured(), delimiter=delimiter):
        yield cells
        number, length = number + 1, 0


def named(rows: Iterator[list[str]]) -> tuple[list[str], Iterator[dict[Any, Any]]]:
    """The head, and the rows that are not empty by its names, as `csv.DictReader` has them: a cell that is missing is
    None, and what stands beyond the head has the name None."""
    head = next(rows, [])
    return head, (_by_name(head, cells) for cells in rows if cells)


def _by_name(head: list[str], cells: list[str]) -> dict[Any, Any]:
    row: dict[Any, Any] = dict(zip_longest(head, cells[: len(head)]))
    return row | {None: cells[len(head) :]} if len(cells) > len(head) else row


def harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula (reliability.md, rule 12); reading takes it off again."""
    return f"'{text}" if text.startswith(FORMULA) else text
