"""Exchange rates: two people, and never changed."""

from typing import Any

import pytest

from models.base import db
from models.rates import ExchangeRate
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, text_of

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
