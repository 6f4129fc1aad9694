"""Files of banks and channels: what four forms say, and what is not taken."""

import io
from datetime import date

import pytest
from openpyxl import Workbook

from app.services import bank_camt, bank_files, bank_mt940, bank_statements, bank_tables
from app.services.bank_tables import Column, DecimalMark, Encoding, Layout
from app.services.errors import DomainError, IncompleteError, LimitExceededError
from models.bank_statements import BankFileForm as Form

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><Othr><Id>1091820182530113</Id></Othr></Id><Ccy>KGS</Ccy></Acct>
{balances}{entries}</Stmt></BkToCstmrStmt></Document>"""
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="KGS">{amount}</Amt>'
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-09-14</Dt></Dt></Bal>"
)
ENTRY = """<Ntry><Amt Ccy="KGS">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{more}<Sts>{status}</Sts>
<BookgDt><Dt>2026-09-14</Dt></BookgDt><AcctSvcrRef>BANK-77</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"""
DETAIL = """<TxDtls><Refs><EndToEndId>{end}</EndToEndId></Refs><Amt Ccy="KGS">{amount}</Amt>
<RltdPties><Dbtr>{name}</Dbtr><DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>Айылга жардам AB-123456</Ustrd></RmtInf></TxDtls>"""


def camt(*entries, opening="1000.00", closing="6500.50", version="02"):
    balances = BALANCE.format(kind="OPBD", amount=opening) + BALANCE.format(kind="CLBD", amount=closing)
    return CAMT.format(version=version, balances=balances, entries="".join(entries)).encode()


def one_entry(amount="5500.50", side="CRDT", status="BOOK", details="", more=""):
    return ENTRY.format(amount=amount, side=side, status=status, details=details, more=more)


@pytest.mark.parametrize(
    ("version", "name"), [("02", "<Nm>Токтогулов Нурбек</Nm>"), ("08", "<Pty><Nm>Токтогулов Нурбек</Nm></Pty>")]
)
def test_camt_says_who_paid_how_much_by_which_numbers(version, name):
    detail = DETAIL.format(end="E2E-1", amount="5500.50", name=name)
    file = bank_camt.read(camt(one_entry(details=detail), version=version))
    (row,) = file.rows
    assert (row.on, row.amount, row.currency) == (date(2026, 9, 14), 5_500_50, "KGS")
    assert (row.name, row.account, row.reference) == ("Токтогулов Нурбек", "DE02120300000000202051", "BANK-77")
    assert row.keys == ("BANK77", "E2E1", "AB123456")
    assert file.account == "1091820182530113"
    (balance,) = file.balances
    assert (balance.opening, balance.closing, balance.difference) == (1_000_00, 6_500_50, 0)


def test_camt_splits_what_was_booked_together_and_leaves_out_what_was_not():
    parts = "".join(
        DETAIL.format(end=f"E2E-{one}", amount=amount, name="<Nm>А</Nm>")
        for one, amount in ((1, "500.50"), (2, "5000.00"))
    )
    file = bank_camt.read(
        camt(
            one_entry(details=parts),
            one_entry(status="PDNG"),
            one_entry("2.00", "DBIT", more="<RvslInd>true</RvslInd>"),
        )
    )
    assert [(row.line, row.amount, row.is_reversal) for row in file.rows] == [
        (1, 500_50, False),
        (2, 5_000_00, False),
        (3, -2_00, True),
    ]
    assert [row.message for row in file.refused] == ["The bank has not booked it yet."]
    assert file.balances[0].difference == 2_00, "the rows do not lead to the balance"


@pytest.mark.parametrize(
    "content",
    [
        camt(one_entry()).replace(b"?>", b'?><!DOCTYPE Document [<!ENTITY a "b">]>'),
        camt().replace(b"</Document>", b""),
        b"<Document><a/></Document>",
        "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a><a/>".encode("utf-16"),
        b"<a>" * 100,
        camt(one_entry()).replace(b"</Stmt>", b"</Stmt><Stmt><Acct><Id><IBAN>DE99</IBAN></Id></Acct></Stmt>"),
    ],
)
def test_xml_that_is_no_statement_of_one_account_is_refused(content):
    with pytest.raises(DomainError):
        bank_camt.read(content)


MT940 = """{1:F01BANKKG22XXXX}{4:
:20:ST1
:25:109001/1091820182530113
:28C:1/1
:60F:C260913KGS1000,00
:61:2609140914C5500,50NTRFE2E-1//BANK-77
:86:/NAME/Токтогулов Нурбек/IBAN/DE02120300000000202051/REMI/Айылга жардам
:61:2609140914RC500,NTRFNONREF//BANK-78
:86:кайтарылды
:62F:C260914KGS6000,50
-}
"""


def test_mt940_is_read_with_what_a_bank_takes_back():
    file = bank_mt940.read(MT940.encode())
    first, back = file.rows
    assert (first.on, first.amount, first.reference, first.name) == (
        date(2026, 9, 14),
        5_500_50,
        "BANK-77",
        "Токтогулов Нурбек",
    )
    assert first.account == "DE02120300000000202051" and "E2E1" in first.keys
    assert (back.amount, back.is_reversal, back.reference) == (-500_00, True, "BANK-78")
    assert file.balances[0].difference == 0
    with pytest.raises(DomainError):
        bank_mt940.read(b":20:x\n:61:nothing\n")


LAYOUT = Layout({Column.DAY: 0, Column.CAME: 1, Column.WENT: 2, Column.REFERENCE: 3, Column.NAME: 4}, head=2)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_table_is_read_as_its_columns_say_and_refuses_row_by_row(encoding):
    text = (
        "Айыл Банк;;;;\nКөчүрмө;;;;\nДата;Кредит;Дебет;Номер;Отправитель\n"
        "14.09.2026;1 250,50;;№ 77;Токтогулов\n15.09.2026;;300;'=78;\n"
        "31.02.2026;1;;;\n16.09.2026;1,005;;;\n17.09.2026;0;;;\nИтого;;;;\n"
    )
    if encoding is Encoding.CP1251:
        text = text.replace("ө", "о").replace("ү", "у")
    content = text.encode(encoding)
    head = bank_tables.table(content, Form.CSV, most=30)
    assert bank_tables.guessed_head(head) == 2
    guessed = bank_tables.guessed(head[2])
    assert guessed == dict(LAYOUT.columns) and bank_tables.guessed_encoding(content) is encoding
    layout = Layout(guessed, 2, encoding=encoding)
    file = bank_tables.read(content, Form.CSV, layout)
    assert [(row.line, row.amount, row.reference) for row in file.rows] == [(4, 1_250_50, "№ 77"), (5, -300_00, "=78")]
    assert [row.line for row in file.refused] == [6, 7, 8, 9]


def test_a_workbook_is_read_by_its_values():
    book = Workbook()
    book.active.append(["Күнү", "Сумма", "Валюта"])
    book.active.append([date(2026, 9, 14), 1250.5, "KGS"])
    book.active.append(["15.09.2026", "-1.250,50", "XXX"])
    target = io.BytesIO()
    book.save(target)
    content = target.getvalue()
    assert bank_tables.form_of(content) is Form.XLSX
    columns = {Column.DAY: 0, Column.AMOUNT: 1, Column.CURRENCY: 2}
    file = bank_tables.read(content, Form.XLSX, Layout(columns, 0))
    assert [(row.on, row.amount) for row in file.rows] == [(date(2026, 9, 14), 1_250_50)]
    assert [(row.line, row.parameters) for row in file.refused] == [(3, {"code": "XXX"})]


def test_what_cannot_be_a_statement_is_not_taken():
    for content in (b"%PDF-1.7", b"", b"a\0b", b"\xd0\xcf\x11\xe0"):
        with pytest.raises(DomainError):
            bank_tables.form_of(content)
    with pytest.raises(LimitExceededError):
        bank_tables.form_of(b"x" * (bank_files.LARGEST + 1))
    with pytest.raises(LimitExceededError):
        bank_tables.read(b"a;b\n" + b"1;2\n" * (bank_files.MOST_ROWS + 9), Form.CSV, LAYOUT)
    assert bank_statements.look_at("x", camt()).form is Form.CAMT
    assert bank_statements.look_at("x", MT940.encode()).form is Form.MT940
    for columns in ({Column.AMOUNT: 0}, {Column.DAY: 0}, {Column.DAY: 0, Column.AMOUNT: 1, Column.CAME: 2}):
        with pytest.raises(IncompleteError):
            bank_tables.must_be_whole(Layout(columns, 0), 5)
    with pytest.raises(DomainError):
        bank_tables.must_be_whole(Layout({Column.DAY: 0, Column.AMOUNT: 7}, 0), 5)


def test_a_number_with_a_point_is_not_taken_for_thousands():
    reader = bank_tables._RowReader(Layout({Column.DAY: 0, Column.AMOUNT: 1}, 0, mark=DecimalMark.POINT))
    rows = [reader.read(1, ["14.09.2026", text]).amount for text in ("1,250.50", "(7.25)", "−3", "12 сом")]
    assert rows == [1_250_50, -7_25, -3_00, 12_00]


def test_the_same_row_of_another_file_is_known_again_and_twins_are_told_apart():
    file = bank_mt940.read(MT940.encode())
    row = file.rows[0]
    twice = list(bank_files.fingerprints([row, row], "109 001"))
    assert twice[0] != twice[1] and twice == list(bank_files.fingerprints([row, row], "109001"))
