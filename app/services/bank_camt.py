"""A bank's statement as ISO 20022 camt.053 (or camt.052, .054), read without trusting it.

Read by the names of elements without their namespace, so every version from 001.02 on is understood. Only what was
booked is taken. An entry that stands for several payments becomes a row for each, when their amounts add up to it.
A file with a DTD is refused, and with it every entity of its own. Expat goes through the bytes once; what is kept is
one entry at a time. No library is used: those there are bring a web server, a table engine or thirty megabytes of
generated classes along, and none bounds what it reads. The elements: ISO 20022 message definition
report "Bank-to-Customer Cash Management".
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.parsers import expat

from app.localisation import EXPONENTS, N_
from app.services import bank_files
from app.services.bank_files import Balance, BankFile, FileRow
from app.services.errors import DomainError, LimitExceededError
from models.bank_statements import BankFileForm

STATEMENTS = frozenset({"Stmt", "Rpt", "Ntfctn"})
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
DEEPEST, LONGEST_TEXT, MOST_FIELDS = 30, 2000, 400
"""Elements within elements; letters of one text; texts of one entry."""
NOT_OURS = N_("This is no bank statement in XML (camt.053) that can be read.")
Fields = dict[str, list[str]]
"""{path of an element within the entry: its texts}; of an attribute "…/@Ccy"."""


class _Reader:
    """Collects entries and balances, and the account they are of."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.text = ""
        self.file = BankFile(BankFileForm.CAMT)
        self.accounts: list[str] = []
        self.inside: str | None = None
        self.fields: Fields = defaultdict(list)
        self.count = self.entries = 0
        self.details: list[Fields] = []
        self.detail: Fields | None = None
        self.balances: dict[str, tuple[int, str]] = {}
        self.moved = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self.path.append(local)
        self.text = ""
        if len(self.path) > DEEPEST:
            raise LimitExceededError(NOT_OURS, field="upload")
        if len(self.path) == 3 and local in STATEMENTS:
            self.balances, self.moved = {}, 0
        elif len(self.path) == 4 and local in ("Ntry", "Bal", "Acct") and self.path[2] in STATEMENTS:
            self.inside, self.fields, self.details, self.detail = local, defaultdict(list), [], None
            self.count = 0
        elif self.inside == "Ntry" and local == "TxDtls":
            self.detail = defaultdict(list)
        if self.inside and "Ccy" in attributes:
            self._keep("@Ccy", attributes["Ccy"])

    def read(self, text: str) -> None:
        if len(self.text) <= LONGEST_TEXT:
            self.text += text

    def end(self, _name: str) -> None:
        local = self.path[-1]
        if self.inside and self.text.strip():
            self._keep("", self.text.strip()[:LONGEST_TEXT])
        if self.inside == "Ntry" and local == "TxDtls" and self.detail is not None:
            self.details.append(self.detail)
            self.detail = None
        if len(self.path) == 4 and self.inside:
            {"Ntry": self._entry, "Bal": self._balance, "Acct": self._account}[self.inside]()
            self.inside = None
        elif len(self.path) == 3 and local in STATEMENTS:
            self._close()
        self.path.pop()
        self.text = ""

    def _keep(self, attribute: str, value: str) -> None:
        self.count += 1
        if self.count > MOST_FIELDS:
            return
        inner = self.path[4:]
        if self.detail is not None:
            inner = inner[inner.index("TxDtls") + 1 :]
        place = "/".join([*inner, attribute] if attribute else inner)
        (self.fields if self.detail is None else self.detail)[place].append(value)

    def _account(self) -> None:
        found = first(self.fields, "Id/IBAN", "Id/Othr/Id", "Nm")
        if found:
            self.accounts.append(found)

    def _balance(self) -> None:
        kind = first(self.fields, "Tp/CdOrPrtry/Cd")
        if kind not in (*OPENING, *CLOSING) or kind in self.balances:
            return
        currency = first(self.fields, "Amt/@Ccy")
        try:
            amount = bank_files.minor(Decimal(first(self.fields, "Amt")), currency)
        except DomainError:
            if currency not in EXPONENTS:
                return
            amount = 0
        except InvalidOperation:
            return
        self.balances[kind] = (-amount if first(self.fields, "CdtDbtInd") == "DBIT" else amount, currency)

    def _close(self) -> None:
        opening = next((self.balances[one] for one in OPENING if one in self.balances), None)
        closing = next((self.balances[one] for one in CLOSING if one in self.balances), None)
        if opening and closing and opening[1] == closing[1]:
            difference = closing[0] - opening[0] - self.moved
            self.file.balances.append(Balance(closing[1], opening[0], closing[0], difference))

    def _entry(self) -> None:
        self.entries += 1
        bank_files.must_be_few(self.entries)
        fields = self.fields
        try:
            if first(fields, "Sts/Cd", "Sts") not in ("", "BOOK"):
                raise DomainError(N_("The bank has not booked it yet."))
            on = _day(first(fields, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"))
            amount, currency = _amount(fields, fields), first(fields, "Amt/@Ccy")
            self.moved += amount
            bank_files.must_be_few(len(self.file.rows) + len(self.details))
            self.file.rows.extend(self._rows(fields, on, amount, currency))
        except DomainError as refusal:
            if isinstance(refusal, LimitExceededError) and refusal.field == "upload":
                raise
            self.file.refuse(self.entries, refusal)

    def _rows(self, fields: Fields, on: date, amount: int, currency: str) -> list[FileRow]:
        """The entry, or each payment in it when their amounts add up to it. Lines are counted by payments."""
        line = (self.file.rows[-1].line if self.file.rows else 0) + 1
        if len(self.details) > 1:
            try:
                parts = [_amount(one, fields) for one in self.details]
            except DomainError:
                parts = []
            if sum(parts) == amount and 0 not in parts:
                return [
                    _row(line + place, fields, one, on, part, currency)
                    for place, (one, part) in enumerate(zip(self.details, parts, strict=True))
                ]
        detail = self.details[0] if len(self.details) == 1 else defaultdict(list)
        return [_row(line, fields, detail, on, amount, currency)]


def first(fields: Fields, *places: str) -> str:
    """The first text there is at one of these places."""
    return next((fields[one][0] for one in places if fields.get(one)), "")


def _amount(fields: Fields, entry: Fields) -> int:
    """Minor units with the sign of the entry. Raises `DomainError`."""
    text = first(fields, "Amt", "AmtDtls/TxAmt/Amt")
    currency = first(fields, "Amt/@Ccy", "AmtDtls/TxAmt/Amt/@Ccy")
    try:
        amount = bank_files.minor(Decimal(text), currency)
    except InvalidOperation as error:
        raise DomainError(N_("“%(text)s” is no amount of money."), text=text[:40]) from error
    side = first(entry, "CdtDbtInd")
    if side not in ("CRDT", "DBIT") or amount < 0:
        raise DomainError(N_("The entry does not say whether money came or went."))
    return -amount if side == "DBIT" else amount


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise DomainError(N_("“%(text)s” is no day."), text=text[:40]) from error


def _row(line: int, entry: Fields, detail: Fields, on: date, amount: int, currency: str) -> FileRow:
    """What one payment says; the other side is the debtor when money came."""
    side = "Dbtr" if amount > 0 else "Cdtr"
    references = [
        first(detail, "Refs/AcctSvcrRef"),
        first(entry, "AcctSvcrRef"),
        first(detail, "Refs/TxId"),
        first(detail, "Refs/EndToEndId").replace("NOTPROVIDED", ""),
        first(detail, "Refs/InstrId"),
        first(entry, "NtryRef"),
    ]
    given = list(dict.fromkeys(one for one in references if one))
    texts = [*detail.get("RmtInf/Ustrd", ()), first(detail, "AddtlTxInf"), first(entry, "AddtlNtryInf")]
    return FileRow(
        line=line,
        on=on,
        amount=amount,
        currency=currency,
        reference=bank_files.cut(given[0], "reference") if given else "",
        others=tuple(bank_files.cut(one, "reference") for one in given[1:]),
        name=bank_files.cut(first(detail, f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm"), "name"),
        account=bank_files.cut(
            first(detail, f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id"), "account"
        ),
        text=bank_files.cut(" ".join(one for one in texts if one), "text"),
        is_reversal=first(entry, "RvslInd") == "true" or bool(first(detail, "RtrInf/Rsn/Cd", "RtrInf/AddtlInf")),
    )


def read(content: bytes) -> BankFile:
    """What the file says; single entries carry their problem. Raises `DomainError` for no bank statement in XML."""
    reader, parser = _Reader(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.read
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError, ValueError: an encoding nobody has
        raise DomainError(NOT_OURS, field="upload") from error
    if not reader.entries and not reader.accounts:
        raise DomainError(NOT_OURS, field="upload")
    accounts = list(dict.fromkeys(bank_files.account_key(one) for one in reader.accounts))
    if len(accounts) > 1:
        message = N_("The file holds statements of several accounts. Ask the bank for one file an account.")
        raise DomainError(message, field="upload")
    reader.file.account = bank_files.cut(reader.accounts[0], "account") if reader.accounts else ""
    return reader.file


def _refuse_doctype(*_arguments: Any) -> None:
    raise DomainError(N_("The file brings definitions of its own (a DTD), so it is not read."), field="upload")
