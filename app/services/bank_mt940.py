"""A bank's statement as SWIFT MT940, read by the library mt-940 (BSD), message by message."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from mt940.models import Transactions
from mt940.options import Options

from app.localisation import EXPONENTS, N_
from app.services import bank_files
from app.services.bank_files import Balance, BankFile, FileRow
from app.services.errors import DomainError
from models.bank_statements import BankFileForm

_BEGIN = re.compile(r"^:20:", re.MULTILINE)
_NAMED = re.compile(r"/(NAME|REMI|EREF|IBAN|ACCW|ORDP|BENM)/([^/]*)")
_GERMAN = re.compile(r"\?(\d\d)([^?]*)")
_OPTIONS = Options(reversal_sign=True, case_insensitive_marks=True)
"""A credit that is taken back leaves the account."""
NOT_OURS = N_("This is no bank statement in the form MT940 that can be read.")


def read(content: bytes) -> BankFile:
    """What the file says. Raises `DomainError` for no MT940; what the library makes nothing of is refused whole."""
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    file, accounts = BankFile(BankFileForm.MT940), []
    bank_files.must_be_few(text.count("\n:61:"))
    for message in _messages(text):
        statement = Transactions(options=_OPTIONS)
        try:
            statement.parse(message)
        except Exception as error:  # whatever a parser of foreign texts raises
            raise DomainError(NOT_OURS, field="upload") from error
        accounts.append(str(statement.data.get("account_identification") or ""))
        _take(statement, file)
    known = list(dict.fromkeys(bank_files.account_key(one) for one in accounts if one))
    if not known:
        raise DomainError(NOT_OURS, field="upload")
    if len(known) > 1:
        several = N_("The file holds statements of several accounts. Ask the bank for one file an account.")
        raise DomainError(several, field="upload")
    file.account = bank_files.cut(next(one for one in accounts if one), "account")
    return file


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", "replace")


def _messages(text: str) -> Iterator[str]:
    """Each statement of the file by itself: the library would add them up to one."""
    places = [found.start() for found in _BEGIN.finditer(text)]
    for place, end in zip(places, [*places[1:], len(text)], strict=True):
        yield text[place:end].partition("\n-}")[0]


def _take(statement: Any, file: BankFile) -> None:
    moved, taken = 0, 0
    for one in statement.transactions:
        if "amount" not in one.data:
            continue
        line = len(file.rows) + len(file.refused) + 1
        try:
            row = _row(line, one.data)
        except DomainError as refusal:
            file.refuse(line, refusal)
            continue
        file.rows.append(row)
        moved, taken = moved + row.amount, taken + 1
    opening = _balance(statement, "final_opening_balance", "intermediate_opening_balance", "opening_balance")
    closing = _balance(statement, "final_closing_balance", "intermediate_closing_balance", "closing_balance")
    if opening and closing and opening[1] == closing[1]:
        file.balances.append(Balance(closing[1], opening[0], closing[0], closing[0] - opening[0] - moved))


def _balance(statement: Any, *names: str) -> tuple[int, str] | None:
    found = next((statement.data[name] for name in names if statement.data.get(name)), None)
    if found is None or found.amount.currency not in EXPONENTS:
        return None
    number = Decimal(found.amount.amount)
    return (bank_files.minor(number, found.amount.currency) if number else 0), found.amount.currency


def _row(line: int, data: dict[str, Any]) -> FileRow:
    """`amount` of the library has its sign already: RC takes a credit back, RD a debit."""
    amount = data["amount"]
    details = str(data.get("transaction_details") or "")
    named = {name: value.strip() for name, value in _NAMED.findall(details)}
    german = {number: value.replace("\n", "").strip() for number, value in _GERMAN.findall(details)}
    references = [str(data.get(name) or "") for name in ("bank_reference", "customer_reference")]
    given = [one for one in (*references, named.get("EREF", "")) if one and one.upper() != "NONREF"]
    on = data.get("entry_date") or data["date"]
    name = named.get("NAME") or named.get("ORDP") or named.get("BENM") or german.get("32", "") + german.get("33", "")
    free = "" if german else _NAMED.sub(" ", details)
    purpose = [named.get("REMI", ""), *(german.get(str(place), "") for place in range(20, 30)), free]
    text = " ".join(one for one in (*purpose, str(data.get("extra_details") or "")) if one)
    return FileRow(
        line=line,
        on=date(on.year, on.month, on.day),
        amount=bank_files.minor(Decimal(amount.amount), str(amount.currency)),
        currency=str(amount.currency),
        reference=bank_files.cut(given[0], "reference") if given else "",
        others=tuple(bank_files.cut(one, "reference") for one in given[1:]),
        name=bank_files.cut(name, "name"),
        account=bank_files.cut(named.get("IBAN") or named.get("ACCW") or german.get("31", ""), "account"),
        text=bank_files.cut(text, "text"),
        is_reversal=str(data.get("status", "")).startswith("R"),
    )
