"""Funds: where the donor's money is."""

from typing import Any

import pytest

from app.services import funds
from models.base import db
from models.funds import Fund, FundInstalment
from models.users import Role
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, text_of

MONEY = {"amount": "1 000,50", "received_on": "12.10.2026", "bank_reference": "swift 1"}


@pytest.fixture
def english(client: Client) -> Client:
    return client.speak("en")


@pytest.fixture
def fund(programme: Programme) -> Fund:
    """A fund in euro of which 5 000 are still to come."""
    programme.make_rate("EUR", value="100")
    made = programme.make_fund(currency="KGS")
    made.amount += 5_000_00
    return made


def instalments(fund: Fund) -> list[FundInstalment]:
    return list(db.session.scalars(db.select(FundInstalment).where(FundInstalment.fund_id == fund.id)))


def test_an_instalment_is_received_once(english: Client, programme: Programme, fund: Fund) -> None:
    english.sign_in(programme.finance)
    url = f"/funds/{fund.id}/instalments/new"
    assert "Still to come 5 000 som" in text_of(english.get(url).text)
    data = filled(choose_form(english.get(url).text, url), MONEY)
    assert [english.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    assert [one.amount for one in instalments(fund)][1:] == [1_000_50]
    assert funds.position(fund).available == 100_001_000_50
    assert "100 001 000.50 som" in text_of(english.get(f"/funds/{fund.id}").text)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": "0"}, "The amount must be more than zero."),
        ({"amount": "5 000,01"}, "This is more than the donor's agreement says."),
        ({"received_on": "13.10.2026"}, "The day lies in the future."),
        ({"bank_reference": ""}, "Fill this in."),
    ],
)
def test_what_is_wrong_is_said(
    english: Client, programme: Programme, fund: Fund, changes: dict[str, Any], message: str
) -> None:
    english.sign_in(programme.finance)
    page = english.submit(f"/funds/{fund.id}/instalments/new", **MONEY | changes)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert len(instalments(fund)) == 1


def test_a_bank_reference_counts_once(english: Client, programme: Programme, fund: Fund) -> None:
    english.sign_in(programme.finance)
    assert english.submit(f"/funds/{fund.id}/instalments/new", **MONEY).status_code == 303
    page = english.submit(f"/funds/{fund.id}/instalments/new", **MONEY | {"bank_reference": "SWIFT1"})
    assert page.status_code == 422
    assert "This bank reference has been recorded already." in text_of(page.text)


def test_a_donor_sees_the_own_fund_without_names(english: Client, programme: Programme) -> None:
    grant, other = programme.make_grant("active", is_matched=True), programme.make_fund()
    english.sign_in(programme.donor_user)
    listed = text_of(english.get("/funds").text)
    assert grant.fund.name_en in listed
    page = english.get(f"/funds/{grant.fund_id}")
    text = text_of(page.text)
    assert "Grant committed" in text
    assert "Co-investment verified" in text
    assert grant.number in text
    for hidden in (programme.finance.display_name, programme.monitor.display_name, "/instalments/new"):
        assert hidden not in page.text
    assert english.get(f"/funds/{other.id}").status_code == 404
    assert english.get(f"/funds/{grant.fund_id}/instalments/new").status_code == 403


def test_the_secretary_reads_and_finance_writes(english: Client, programme: Programme, fund: Fund) -> None:
    english.sign_in(programme.secretary)
    assert english.get(f"/funds/{fund.id}").status_code == 200
    assert english.get(f"/funds/{fund.id}/instalments/new").status_code == 403
    assert english.sign_in(programme.user_of(Role.MONITOR)).get("/funds").status_code == 403
    assert english.sign_in(programme.finance).get("/funds/999").status_code == 404
