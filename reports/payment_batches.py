"""The files of a payment list: a workbook for people and an ISO 20022 order (pain.001.001.09) for the bank's program.

Both are made from what the closed list keeps, so they are the same bytes each time.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from lxml import etree

from app.localisation import date_text, gettext, money, plain_amount
from models.base import text_in
from reports.sheets import Heading, Sheets, major, money_format

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LETTERS: Mapping[str, str] = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufye", strict=True)),
    **{"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "ie", "ь": ""},
    **{"ю": "iu", "я": "ia", "ң": "n", "ө": "o", "ү": "u"},
}
"""Cyrillic letters in the order's Latin. The Russian ones as machine-readable passports write them (ICAO Doc 9303,
part 3, section 6); ң, ө, ү by the letter they stand beside, as on Kyrgyz passports."""
ALLOWED = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
"""What is no sign of the Latin set that banks exchange (SWIFT character set X): it becomes a blank."""
SHORT, LONG = 140, 140  # the longest name and the longest remittance text of the scheme


def latin(text: str, longest: int = SHORT) -> str:
    """`text` in the Latin set of the order, at most `longest` signs."""
    written = []
    for sign in unicodedata.normalize("NFC", text):
        there = LETTERS.get(sign.lower())
        if there is None:
            written.append(sign)
        elif sign.isupper():
            written.append(there.capitalize())
        else:
            written.append(there)
    plain = unicodedata.normalize("NFKD", "".join(written))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(ALLOWED.sub(" ", bare).split())[:longest].strip()


def to_xml(content: Mapping[str, Any]) -> bytes:
    """The order as the bank's program reads it: one debtor, one execution day, credit transfers in som."""
    total, count = _amount(content["total"]), str(content["count"])
    document = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    order = _in(document, "CstmrCdtTrfInitn")
    header = _in(order, "GrpHdr")
    _in(header, "MsgId", content["number"])
    _in(header, "CreDtTm", f"{datetime.fromisoformat(content['closed_at']).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    _in(header, "NbOfTxs", count)
    _in(header, "CtrlSum", total)
    payer = content["payer"]
    _in(_in(header, "InitgPty"), "Nm", latin(payer["holder"]))
    batch = _in(order, "PmtInf")
    _in(batch, "PmtInfId", content["number"])
    _in(batch, "PmtMtd", "TRF")
    _in(batch, "NbOfTxs", count)
    _in(batch, "CtrlSum", total)
    _in(_in(batch, "ReqdExctnDt"), "Dt", content["pay_on"])
    _in(_in(batch, "Dbtr"), "Nm", latin(payer["holder"]))
    account = _in(batch, "DbtrAcct")
    _number(account, payer["account"])
    _in(account, "Ccy", content["currency"])
    _bank(_in(batch, "DbtrAgt"), payer["bank"], payer["bank_code"])
    _in(batch, "ChrgBr", "DEBT")
    for one in content["payments"]:
        _transfer(batch, one, content["currency"])
    written: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _transfer(batch: Any, one: Mapping[str, Any], currency: str) -> None:
    transfer = _in(batch, "CdtTrfTxInf")
    _in(_in(transfer, "PmtId"), "EndToEndId", one["end_to_end_id"])
    _in(_in(transfer, "Amt"), "InstdAmt", _amount(one["amount"])).set("Ccy", currency)
    _bank(_in(transfer, "CdtrAgt"), one["bank"], "")
    _in(_in(transfer, "Cdtr"), "Nm", latin(one["holder"]))
    _number(_in(transfer, "CdtrAcct"), one["account"])
    purpose = f"Grant {one['grant']}, tranche {one['tranche']}, {text_in(one['association'], 'ky')}"
    _in(_in(transfer, "RmtInf"), "Ustrd", latin(purpose, LONG))


def _in(parent: Any, name: str, text: str | None = None) -> Any:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


def _number(account: Any, number: str) -> None:
    """An account number of the country, which has no IBAN."""
    _in(_in(_in(account, "Id"), "Othr"), "Id", number)


def _bank(agent: Any, name: str, code: str) -> None:
    """A bank by its international code, by its code in the country's payment systems, or by its name alone."""
    institution = _in(agent, "FinInstnId")
    if len(code) in (8, 11):
        _in(institution, "BICFI", code)
    elif code:
        _in(_in(institution, "ClrSysMmbId"), "MmbId", code)
    _in(institution, "Nm", latin(name))


def _amount(tyiyn: int) -> str:
    return f"{plain_amount(tyiyn, 'KGS'):.2f}"


def to_xlsx(content: Mapping[str, Any], sha256: str, locale: str) -> bytes:
    """The same list as a workbook in the language in force, names as in the register."""
    closed_at = datetime.fromisoformat(content["closed_at"])
    book = Sheets(content["number"], closed_at)
    payer, day = content["payer"], date.fromisoformat(content["pay_on"])
    bank = f"{payer['bank']}, {payer['bank_code']}" if payer["bank_code"] else payer["bank"]
    headings = [
        Heading(gettext("Payment"), 22),
        Heading(gettext("Association"), 38),
        Heading(gettext("Account holder"), 38),
        Heading(gettext("Bank"), 26),
        Heading(gettext("Account number"), 28),
        Heading(gettext("Amount, som"), 16, money_format()),
    ]
    rows = [
        (
            one["end_to_end_id"],
            text_in(one["association"], locale),
            one["holder"],
            one["bank"],
            one["account"],
            major(one["amount"]),
        )
        for one in content["payments"]
    ]
    total = (gettext("Total"), "", "", "", "", major(content["total"]))
    intro = [
        gettext("Payment list %(number)s", number=content["number"]),
        gettext("Fund: %(fund)s", fund=text_in(content["fund"]["names"], locale)),
        gettext(
            "Paid from: %(holder)s, %(bank)s, %(number)s", bank=bank, holder=payer["holder"], number=payer["account"]
        ),
        gettext("To be paid on %(day)s: %(total)s", day=date_text(day), total=money(content["total"])),
        gettext("Fingerprint of the list (SHA-256): %(hash)s", hash=sha256),
    ]
    book.add(content["number"], headings, rows, total, intro=intro)
    return book.save()
