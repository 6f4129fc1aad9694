"""Receipt, protocol and agreement: pages, texts, totals, hashes, and the same bytes for the same data."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from pypdf import PdfReader

from app.localisation import money, use_locale
from reports import agreement, protocol, protocol_details, receipt
from reports.protocol_content import RankedLine, ReviewLine
from tests.reports import samples

LOCALES = ("ky", "ru", "en")


def words(pdf: bytes) -> str:
    """The text of all pages, no-break spaces made plain, in one line."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


def plain_money(amount: int, locale: str) -> str:
    with use_locale(locale):
        return money(amount).replace("\u00a0", " ")


PAPERS: dict[str, Callable[[str], bytes]] = {
    "receipt": lambda locale: receipt.to_pdf(samples.receipt(), locale),
    "protocol": lambda locale: protocol.to_pdf(samples.protocol(), locale),
    "agreement": lambda locale: agreement.to_pdf(samples.agreement(), locale),
}


SECOND = {"agreement": {"ky", "ru"}}
"""Languages in which pages of a paper may be told beside the one asked for."""


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", PAPERS)
def test_every_page_carries_statement_number_and_hash(name: str, locale: str) -> None:
    pdf = PAPERS[name](locale)
    reader = PdfReader(io.BytesIO(pdf))
    total = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        text = " ".join(page.extract_text().split())
        assert any(samples.STATEMENT[spoken] in text for spoken in ({locale} | SECOND.get(name, set())))
        assert f"{samples.HASH[:8]}…{samples.HASH[-8:]}" in text
        assert str(number) in text and str(total) in text
    assert reader.trailer["/Root"]["/Lang"] == ("ky" if name in SECOND else locale)
    assert reader.metadata is not None
    assert reader.metadata.author == "Ashar"
    assert "Мамытов" not in str(reader.metadata)


@pytest.mark.parametrize("name", PAPERS)
def test_the_same_data_give_the_same_bytes(name: str) -> None:
    assert PAPERS[name]("ky") == PAPERS[name]("ky")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("long", [False, True])
def test_receipt_is_one_page(locale: str, long: bool) -> None:
    data = samples.receipt(long)
    pdf = receipt.to_pdf(data, locale, demonstration=True)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    text = words(pdf)
    assert data.number in text
    assert plain_money(data.total, locale) in text
    assert samples.HASH in text.replace(" ", "")


def test_receipt_prints_markup_as_text() -> None:
    assert "<b>& 'K°'</b>" in words(receipt.to_pdf(samples.receipt(), "en"))


def test_receipt_of_nothing_attached() -> None:
    data = receipt.ReceiptData(**{**vars(samples.receipt()), "documents": (), "paid_by": {}, "credits": ()})
    assert "No document is attached." in words(receipt.to_pdf(data, "en"))


def test_qr_code_holds_number_and_hash() -> None:
    assert samples.receipt().code == f"ASHAR A-2027-0042 1 {samples.HASH}"


@pytest.mark.parametrize("count", [0, 1, 6, 120])
def test_protocol_of_any_length(count: int) -> None:
    data = samples.protocol(count)
    text = words(protocol.to_pdf(data, "en"))
    assert plain_money(data.awarded, "en") in text
    assert plain_money(data.budget - data.awarded, "en") in text
    for one, spent in zip(data.allocations, data.awarded_by_allocation, strict=True):
        assert plain_money(one.amount - spent, "en") in text
    assert sum(data.awarded_by_allocation) == data.awarded
    assert all(one.number in text for one in data.decisions)
    assert data.quorum == 8


def test_protocol_names_recused_and_scores() -> None:
    text = words(protocol.to_pdf(samples.protocol(), "en"))
    assert "Recused: Асанова Гүлнара Токтогуловна" in text
    assert "90.13" in text
    assert "Paid from: Danish fund, Osh" in text and "Paid from: EU fund" in text


def test_protocol_of_more_reviews_than_letters() -> None:
    data = samples.protocol(1)
    judged = ReviewLine((4,) * len(data.criteria), 8_000)
    row = RankedLine("A-2027-0042", 1, 8_000, 0, True, 200_000_00, (judged,) * 28, 8_000)
    text = words(protocol.to_pdf(replace(data, ranking=(row,)), "en"))
    levels = "4 " * len(data.criteria)
    assert f" Z {levels}80.00 AA {levels}80.00 AB {levels}80.00" in text


def test_points_have_two_decimals() -> None:
    with use_locale("ru"):
        assert protocol_details.points_text(7_005) == "70,05"


@pytest.mark.parametrize("locale", LOCALES)
def test_agreement_shows_tranches_that_total_the_grant(locale: str) -> None:
    data = samples.agreement()
    text = words(agreement.to_pdf(data, locale))
    assert sum(one.amount for one in data.tranches) == data.amount
    assert plain_money(data.amount, locale) in text
    assert samples.HASH in text.replace(" ", "")
    assert "1280000012345678" in text


@pytest.mark.parametrize("locale", LOCALES)
def test_agreement_is_told_in_kyrgyz_and_a_second_language(locale: str) -> None:
    """One paper, its pages counted through; the Kyrgyz text, which governs, comes first."""
    text = words(agreement.to_pdf(samples.agreement(), locale))
    assert "кыргызчасы күчкө ээ" in text and "3-тиркеме. Долбоордун планы" in text
    if locale == "en":
        assert "the Kyrgyz text governs" in text and "Annex 3. Plan of the project" in text
        assert text.index("кыргызчасы күчкө ээ") < text.index("the Kyrgyz text governs")
        assert "Carries itself from" in text and "not within the plan" in text
    else:
        assert "действует кыргызский" in text and "Приложение 3. План проекта" in text


def test_agreement_before_acceptance_is_an_offer() -> None:
    text = words(agreement.to_pdf(samples.agreement(accepted=False, lines=0), "en"))
    assert "Offer: the association has not accepted" in text
    assert "not named yet" in text
    assert "SHA-256" not in text
