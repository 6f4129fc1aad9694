"""Exchange rates: two people, never changed, taken over from files, taken back with a reason, shown over time."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from app import clock
from app.services import rates
from app.services.actors import Actor
from models.base import db
from models.rates import ExchangeRate, RateSource
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, text_of
from tests.unit.test_rate_files import file_of, row

RATE = {"currency": "KZT", "nominal": "10", "value": "1,6925", "valid_on": "12.10.2026", "source": "nbkr_weekly"}


def entered() -> list[ExchangeRate]:
    return list(db.session.scalars(db.select(ExchangeRate).where(ExchangeRate.currency == "KZT")))


def test_one_enters_and_another_approves(english: Client, programme: Programme) -> None:
    english.sign_in(programme.finance)
    data = filled(choose_form(english.get("/rates/new").text, "/rates/new"), RATE)
    assert [english.post("/rates/new", data=data).status_code for _ in range(2)] == [303, 303]
    (rate,) = entered()
    assert not rate.is_approved
    page = english.get("/rates")
    assert "another person approves" in text_of(page.text)
    assert f"/rates/{rate.id}/approve" not in page.text
    english.sign_in(programme.other_finance)
    assert "10 KZT count as 1.6925 som from 12 Oct 2026." in text_of(english.get("/rates").text)
    assert english.submit("/rates", action=f"/rates/{rate.id}/approve").status_code == 303
    assert rate.approved_by_id == programme.other_finance.id


def test_who_entered_it_does_not_approve_it(english: Client, programme: Programme) -> None:
    english.sign_in(programme.finance)
    english.submit("/rates/new", **RATE)
    (rate,) = entered()
    fields = choose_form(english.get("/account").text, "/account", "/account/sign-out-everywhere").fields.to_dict()
    page = english.post(f"/rates/{rate.id}/approve", data=fields)
    assert "You entered this rate: another person has to approve it." in text_of(english.get(page.location).text)
    assert not rate.is_approved


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"currency": ""}, "Fill this in."),
        ({"currency": "KGS"}, "Not a valid choice"),
        ({"currency": "XAU"}, "Not a valid choice"),
        ({"value": "0"}, "A rate must be a positive number."),
        ({"value": "-1"}, "A rate must be a positive number."),
        ({"value": "99999999"}, "A rate must be a positive number."),
        ({"nominal": "0"}, "A rate must be a positive number."),
        ({"nominal": "1,5"}, "Enter a whole number, for example 12."),
        ({"valid_on": "32.01.2026"}, "Enter a day as DD.MM.YYYY."),
    ],
)
def test_what_is_wrong_is_said(english: Client, programme: Programme, changes: dict[str, Any], message: str) -> None:
    english.sign_in(programme.finance)
    page = english.submit("/rates/new", **RATE | changes)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert f'value="{changes.get("value", "1,6925")}"' in page.text
    assert entered() == []


def test_a_source_speaks_once_a_day(english: Client, programme: Programme) -> None:
    english.sign_in(programme.finance)
    assert english.submit("/rates/new", **RATE).status_code == 303
    page = english.submit("/rates/new", **RATE | {"value": "1,7"})
    assert page.status_code == 422
    assert "A rate of this source for this day is there already." in text_of(page.text)


def test_the_secretary_only_reads(english: Client, programme: Programme) -> None:
    rate = programme.make_rate("KZT")
    english.sign_in(programme.secretary)
    assert "KZT" in english.get("/rates").text
    assert english.get("/rates/new").status_code == 403
    assert english.sign_in(programme.donor_user).get("/rates").status_code == 403
    english.sign_in(programme.finance)
    assert "No rate waits for approval." in text_of(english.get("/rates").text)
    assert "KZT" not in text_of(english.get(f"/rates?before={rate.id}").text).split("Rates, the newest first")[-1]


def send(client: Client, content: bytes, name: str = "daily.xml") -> Any:
    fields = choose_form(client.get("/rates/upload").text, "/rates/upload").fields.to_dict()
    data = fields | {"upload": (io.BytesIO(content), name)}
    return client.post("/rates/upload", data=data, content_type="multipart/form-data")


ROWS = row("USD", value="87,4500") + row("KZT", "10", "1,8510") + row("XAU", value="350000") + row("EUR", value="abc")
FILE = file_of(ROWS, day="12.10.2026", coding="windows-1251")


def test_a_file_is_looked_at_then_entered_and_approved_at_one_go(english: Client, programme: Programme) -> None:
    programme.make_rate("USD", on=date(2026, 10, 9), value="70")
    before = db.session.scalar(db.select(db.func.count()).select_from(ExchangeRate))
    english.sign_in(programme.finance)
    page = send(english, FILE)
    assert page.status_code == 200
    text = text_of(page.text)
    assert "National Bank, daily rate" in text and "12 Oct 2026" in text
    assert "+24.9 % look again" in text.replace("\xa0", " ")
    assert "The programme does not use this currency." in text and "“abc” is no rate." in text
    assert db.session.scalar(db.select(db.func.count()).select_from(ExchangeRate)) == before
    data = choose_form(page.text, "/rates/upload", "/rates/take").fields.to_dict()
    assert [english.post("/rates/take", data=data).status_code for _ in range(2)] == [303, 303]
    made = list(db.session.scalars(db.select(ExchangeRate).where(ExchangeRate.valid_on == date(2026, 10, 12))))
    assert [(one.currency, one.nominal, str(one.value), one.source_note) for one in made] == [
        ("USD", 1, "87.45", "daily.xml"),
        ("KZT", 10, "1.851", "daily.xml"),
    ]
    assert "/approve-day" not in english.get("/rates").text
    again = text_of(send(english, FILE).text)
    assert "is there already" in again and "The file has nothing new." in again
    english.sign_in(programme.other_finance)
    address = f"/rates/{made[-1].id}/approve-day"
    assert "2 rates count from 12 Oct 2026 on." in text_of(english.get("/rates").text)
    assert english.submit("/rates", action=address).status_code == 303
    assert {one.approved_by_id for one in made} == {programme.other_finance.id}


def test_what_is_no_file_of_the_national_bank_is_refused_at_its_field(english: Client, programme: Programme) -> None:
    english.sign_in(programme.finance)
    page = send(english, b"<html/>", "rates.html")
    assert page.status_code == 422
    assert "This is no rate file of the National Bank." in text_of(page.text)
    early = send(english, file_of(ROWS, day="12.10.1992"))
    assert early.status_code == 422 and "The day must be believable" in text_of(early.text)


@pytest.mark.parametrize("packed", ["", "%%%", "PGh0bWwvPg==", "ключ"])
def test_what_was_not_looked_at_is_not_entered(english: Client, programme: Programme, packed: str) -> None:
    english.sign_in(programme.finance)
    data = choose_form(send(english, FILE).text, "/rates/upload", "/rates/take").fields.to_dict()
    page = english.post("/rates/take", data=data | {"packed": packed})
    assert page.status_code == 303
    assert entered() == []
    expected = "This is no rate file" if packed.startswith("PG") else "The file"
    assert expected in text_of(english.get(page.location).text)


def test_a_wrong_rate_is_refused_or_withdrawn_by_its_page(english: Client, programme: Programme) -> None:
    english.sign_in(programme.finance)
    english.submit("/rates/new", **RATE)
    (wrong,) = entered()
    english.sign_in(programme.other_finance)
    page = f"/rates/{wrong.id}/refuse"
    assert english.submit(page, reason=" ").status_code == 422
    assert english.submit(page, reason="The comma is wrong").status_code == 303
    english.sign_in(programme.finance)
    text = text_of(english.get(f"/rates/{wrong.id}").text)
    assert "Refused" in text and "The comma is wrong" in text and "Nothing has been valued at this rate." in text
    assert english.submit("/rates/new", **RATE | {"value": "0,16925"}).status_code == 303
    right = entered()[-1]
    english.sign_in(programme.other_finance).submit("/rates", action=f"/rates/{right.id}/approve")
    text = text_of(english.get(f"/rates/{right.id}").text)
    assert "If it is wrong, another finance officer withdraws it." in text and "Withdraw the rate" not in text
    english.sign_in(programme.finance)
    assert english.submit(f"/rates/{right.id}/withdraw", reason="Of another day").status_code == 303
    text = text_of(english.get(f"/rates/{right.id}").text)
    assert "Withdrawn" in text and "It counts for nothing new." in text and "Of another day" in text


def test_the_list_is_narrowed(english: Client, programme: Programme) -> None:
    programme.make_rate("KZT")
    programme.make_rate("USD", on=date(2025, 10, 9))
    english.sign_in(programme.secretary)

    def listed(query: str) -> list[str]:
        text = text_of(english.get(f"/rates?{query}").text).split("Rates, the newest first")
        return [code for code in ("KZT", "USD") if len(text) > 1 and f"1 {code} =" in text[1].replace("\xa0", " ")]

    assert listed("") == ["KZT", "USD"]
    assert listed("currency=USD") == listed("period=2025") == ["USD"]
    assert listed("period=3") == ["KZT"]
    assert listed("source=bank") == []
    assert listed("currency=XXX&source=nobody&period=0000") == ["KZT", "USD"]
    assert "Nothing fits" in text_of(english.get("/rates?source=bank").text)


def make_month(programme: Programme) -> None:
    """Daily rates of a currency with a hole of twenty days, and one of a bank in it that comes too late."""
    by = {"actor": Actor(programme.finance), "now": clock.now()}
    for days, value in ((60, "80"), (59, "81"), (58, "80,5"), (20, "88"), (1, "84"), (0, "84,4")):
        programme.make_rate("USD", on=date(2026, 10, 12) - timedelta(days=days), value=value.replace(",", "."))
    bank = rates.enter("USD", date(2026, 9, 25), 1, Decimal("87"), RateSource.BANK, source_note="=1+1", **by)
    rates.approve(bank, actor=Actor(programme.other_finance), now=clock.now())


def test_a_currency_is_drawn_with_its_gaps(english: Client, programme: Programme) -> None:
    make_month(programme)
    english.sign_in(programme.secretary)
    page = english.get("/rates/currencies/USD").text
    text = text_of(page).replace("\xa0", " ")
    assert "1 USD = 84.4 som on 12 Oct 2026: 5.5 % more som than on 13 Aug 2026" in text
    assert "Days on which no rate counted: 23 Aug 2026 to 21 Sep 2026; 3 Oct 2026 to 10 Oct 2026" in text
    assert page.count("ash-line__band") == 3  # two, and the one that explains them
    assert page.count("<polyline") == 4  # the daily rates before and after the gaps, and the two that explain them
    assert "National Bank, daily rate" in text and "Rate of the bank" in text
    assert page.count('<circle class="ash-line__mark"') == 7 and page.count("l5 9h-10z") == 2
    assert "No rate in this period" in text_of(english.get("/rates/currencies/USD?period=2024").text)
    assert english.get("/rates/currencies/USD?period=20245").status_code == 200
    assert [english.get(f"/rates/currencies/{code}").status_code for code in ("EUR", "KGS", "XYZ")] == [200, 404, 404]


def test_the_same_rates_are_in_the_files(english: Client, programme: Programme) -> None:
    make_month(programme)
    english.sign_in(programme.secretary)
    table = english.get("/rates/currencies/USD/csv?period=3")
    heads, *rows = csv.reader(io.StringIO(table.data.decode("utf-8-sig")))
    assert heads == ["Currency", "Valid from", "Units", "Som", "Source", "Where it can be looked up"]
    assert [one[3] for one in rows] == ["80", "81", "80.5", "88", "87", "84", "84.4"]
    assert rows[4][-1] == "'=1+1"
    book = load_workbook(io.BytesIO(english.get("/rates/currencies/USD/xlsx?period=3").data))
    sheet, gaps = book.worksheets
    assert [cell.value for cell in sheet["D"]][2:] == [80, 81, 80.5, 88, 87, 84, 84.4]
    assert sheet.cell(7, 6).data_type == "s"
    assert [one[2] for one in gaps.iter_rows(min_row=2, values_only=True)] == [30, 8]
    assert "USD-2026-07-13-2026-10-12.xlsx" in english.get("/rates/currencies/USD/xlsx").headers["Content-Disposition"]


def test_what_lacks_today_is_said_on_the_page_and_on_the_desk(english: Client, programme: Programme) -> None:
    programme.make_rate("TRY", on=date(2026, 10, 4))
    english.sign_in(programme.finance)
    assert "No rate counts today: TRY" in text_of(english.get("/rates").text)
    assert "Enter the rates that are missing today" in text_of(english.get("/").text)


def test_who_sees_rates(english: Client, programme: Programme) -> None:
    rate = programme.make_rate("KZT")
    pages = ("/rates", f"/rates/{rate.id}", "/rates/currencies/KZT")
    for user in (programme.council_chair, programme.monitor, programme.secretary):
        english.sign_in(user)
        assert [english.get(page).status_code for page in pages] == [200, 200, 200]
        assert "/approve" not in english.get(pages[1]).text and "/withdraw" not in english.get(pages[1]).text
    english.sign_in(programme.donor_user)
    assert [english.get(page).status_code for page in pages] == [403, 403, 403]
