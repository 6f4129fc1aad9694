"""The files of a payment list: valid against the scheme, the sums of the list, the same bytes each time."""

import hashlib
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook

from app.localisation import use_locale
from reports import payment_batches
from reports.payment_batches import ALLOWED, NAMESPACE, latin

SCHEMA = Path(__file__).parent.parent / "support" / "schemas" / "pain.001.001.09.xsd"
SCHEMA_SHA256 = "de038b373e47b0077b1832ddd81f4b2f1eb25d35721f62da1e38b7f5a09fda24"
CODES = ("", "109001", "AIYLKG22", "AIYLKG22XXX")
names = st.text(min_size=2, max_size=200).filter(latin)


def content(*amounts: int, holder: str = "«Ак-Өргө» ассоциациясы", code: str = "109001"):
    """What a closed list keeps."""
    association = {"ky": holder, "ru": holder, "en": holder}
    payments = [
        {
            "end_to_end_id": f"G-2026-{number:04d}-1-1",
            "grant": f"G-2026-{number:04d}",
            "tranche": 1,
            "association": association,
            "holder": holder,
            "bank": "РСК Банк",
            "account": f"12900000000{number:05d}",
            "amount": amount,
        }
        for number, amount in enumerate(amounts, start=1)
    ]
    return {
        "number": "PL-2026-0001",
        "fund": {"code": "EU-1", "names": association},
        "closed_at": "2026-11-23T04:00:00+00:00",
        "pay_on": "2026-11-24",
        "currency": "KGS",
        "payer": {"holder": holder, "bank": "Айыл Банк", "bank_code": code, "account": "1091820182530113"},
        "count": len(payments),
        "total": sum(amounts),
        "payments": payments,
    }


@pytest.fixture(scope="module")
def schema():
    assert hashlib.sha256(SCHEMA.read_bytes()).hexdigest() == SCHEMA_SHA256
    return etree.XMLSchema(etree.parse(SCHEMA))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.lists(st.integers(1, 10**13), min_size=1, max_size=5),
    holder=names,
    code=st.sampled_from(CODES),
)
def test_every_order_is_valid_and_adds_up(schema, amounts, holder, code):
    document = etree.fromstring(payment_batches.to_xml(content(*amounts, holder=holder, code=code)))
    schema.assertValid(document)
    there = {"p": NAMESPACE}
    sums = [Decimal(one) for one in document.xpath("//p:InstdAmt[@Ccy='KGS']/text()", namespaces=there)]
    assert [int(one * 100) for one in sums] == amounts
    for part in ("GrpHdr", "PmtInf"):
        assert Decimal(document.xpath(f"//p:{part}/p:CtrlSum/text()", namespaces=there)[0]) == sum(sums)
        assert document.xpath(f"//p:{part}/p:NbOfTxs/text()", namespaces=there) == [str(len(amounts))]
    called = document.xpath("//p:EndToEndId/text()", namespaces=there)
    assert len(set(called)) == len(amounts)
    assert not any(
        ALLOWED.search(text) for text in document.xpath("//p:Nm/text() | //p:Ustrd/text()", namespaces=there)
    )


def test_an_order_without_a_sum_is_not_valid(schema):
    """The schema does refuse."""
    damaged = re.sub(rb"<InstdAmt.*?</InstdAmt>", b"", payment_batches.to_xml(content(100)))
    assert not schema.validate(etree.fromstring(damaged))


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Өзгөрүш ассоциациясы", "Ozgorush assotsiatsiiasy"),
        ("Жаңы Үмүт", "Zhany Umut"),
        ("ОсОО «Щедрый ёж» №5", "OsOO Shchedryi ezh No5"),
        ("Fund & Söhne", "Fund Sohne"),
    ],
)
def test_names_in_latin_letters(text, there):
    assert latin(text) == there


def test_the_same_list_gives_the_same_bytes_and_the_workbook_its_sums():
    there = content(400_000_50, 1)
    with use_locale("ky"):
        first, again = (payment_batches.to_xlsx(there, "ab" * 32, "ky") for _ in range(2))
    assert first == again and payment_batches.to_xml(there) == payment_batches.to_xml(content(400_000_50, 1))
    rows = list(load_workbook(io.BytesIO(first)).active.iter_rows(values_only=True))
    assert rows[-1][-1] == pytest.approx(400_000.51) and rows[-2][0] == "G-2026-0002-1-1"
    assert any("ab" * 32 in str(row[0]) for row in rows)
