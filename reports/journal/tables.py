"""The lines of a journal as a table: a workbook (XLSX) or text (CSV)."""

import csv
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from app.clock import BISHKEK
from app.labels import heading_text, label_text
from app.localisation import EXPONENTS, N_, gettext, plain_amount
from app.services.csv_rows import harmless
from app.services.ledger import NamedAccount
from reports.journal.lines import Line
from reports.sheets import COUNT_FORMAT, DAY_FORMAT, LONGEST_TEXT, NOT_IN_XML, money_format

COLUMNS = (
    (N_("Entry"), 9),
    (N_("Value day"), 12),
    (N_("Booked"), 17),
    (N_("What"), 26),
    (N_("To (debit)"), 44),
    (N_("From (credit)"), 44),
    (N_("Fund"), 12),
    (N_("Grant"), 14),
    (N_("Amount"), 18),
    (N_("Currency"), 10),
    (N_("Who"), 28),
    (N_("Reason"), 40),
    (N_("Reverses the entry"), 12),
)


def account_name(account: NamedAccount) -> str:
    """As the pages of the ledger say it."""
    heading = heading_text(account.heading) if account.heading else ""
    return " · ".join(part for part in (label_text(account.kind), heading, account.grant or account.fund) if part)


def to_xlsx(path: Path, lines: Iterable[Line], generated_at: datetime) -> int:
    """A workbook written row by row: text is never a formula, amounts are numbers, days are days."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(path, options)
    book.set_properties({"title": gettext("Journal"), "author": "Ashar", "created": generated_at.replace(tzinfo=None)})
    sheet = book.add_worksheet(gettext("Journal")[:31])
    head = book.add_format({"bold": True, "bg_color": "#F1EADC", "bottom": 2, "text_wrap": True})
    day, count = book.add_format({"num_format": DAY_FORMAT}), book.add_format({"num_format": COUNT_FORMAT})
    instant = book.add_format({"num_format": f"{DAY_FORMAT} hh:mm"})
    money = {code: book.add_format({"num_format": money_format(code)}) for code in EXPONENTS}
    for number, (title, width) in enumerate(COLUMNS):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, gettext(title), head)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    names, text, row = _Names(), sheet.write_string, 0
    for row, line in enumerate(lines, start=1):
        sheet.write_number(row, 0, line.event_id)
        sheet.write_datetime(row, 1, line.value_on, day)
        sheet.write_datetime(row, 2, line.occurred_at.astimezone(BISHKEK).replace(tzinfo=None), instant)
        text(row, 3, names.kind(line))
        text(row, 4, names.of(line.debit))
        text(row, 5, names.of(line.credit))
        text(row, 6, line.fund or "")
        text(row, 7, line.grant or "")
        sheet.write_number(row, 8, float(plain_amount(line.amount, line.currency)), money[line.currency])
        text(row, 9, line.currency)
        text(row, 10, _clean(line.who))
        text(row, 11, _clean(line.reason))
        if line.reverses_id is not None:
            sheet.write_number(row, 12, line.reverses_id, count)
    sheet.autofilter(0, 0, max(row, 1), len(COLUMNS) - 1)
    book.close()
    return row


class _Names:
    """Names of accounts and kinds in the language in force, each made once."""

    def __init__(self) -> None:
        self._accounts: dict[NamedAccount, str] = {}
        self._kinds: dict[str, str] = {}

    def of(self, account: NamedAccount) -> str:
        if len(self._accounts) > 20_000:
            self._accounts.clear()
        if account not in self._accounts:
            self._accounts[account] = _clean(account_name(account))
        return self._accounts[account]

    def kind(self, line: Line) -> str:
        if line.kind not in self._kinds:
            self._kinds[line.kind] = label_text(line.kind)
        return self._kinds[line.kind]


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("", text)[:LONGEST_TEXT]


def to_csv(path: Path, lines: Iterable[Line], generated_at: datetime) -> int:
    """A table in UTF-8 with its mark, so that a spreadsheet reads it; texts that look like formulas are disarmed."""
    names, count = _Names(), 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([gettext(title) for title, _width in COLUMNS])
        for line in lines:
            count += 1
            booked = line.occurred_at.astimezone(BISHKEK)
            words = (names.kind(line), names.of(line.debit), names.of(line.credit), line.fund or "", line.grant or "")
            writer.writerow(
                [
                    line.event_id,
                    line.value_on.isoformat(),
                    f"{booked:%Y-%m-%d %H:%M}",
                    *(harmless(one) for one in words),
                    plain_amount(line.amount, line.currency),
                    line.currency,
                    harmless(line.who),
                    harmless(line.reason),
                    line.reverses_id or "",
                ]
            )
    return count
