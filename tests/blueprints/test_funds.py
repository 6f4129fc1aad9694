"""Funds: where the donor's money is."""

from typing import Any

import pytest

from app.services import funds
from models.base import LOCALES, db
from models.funds import Fund, FundInstalment
from models.grants import TrancheStatus
from models.users import Role
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, form_fields, text_of
from tests.support.queries import counted_queries

MONEY = {"amount": "1 000,50", "received_on": "12.10.2026", "bank_reference": "swift 1"}


AGREED = {
    "code": "EU-2027",
    "currency": "EUR",
    "amount": "280 000",
    "starts_on": "01.01.2027",
    "ends_on": "31.12.2028",
    **{f"{name}_{locale}": f"{name} {locale}" for name in ("name", "purpose", "statement") for locale in LOCALES},
}


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


def test_the_list_asks_the_database_as_often_for_two_funds_as_for_twelve(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("active", is_matched=True)
    programme.advance(grant.tranches[0], TrancheStatus.ACCOUNTED)
    made = [grant.fund, programme.make_fund(amount=7_000_00)]
    english.sign_in(programme.finance).get("/funds")
    counts = []
    for wanted in (2, 12):
        made += [programme.make_fund() for _ in range(wanted - len(made))]
        db.session.commit()
        with counted_queries() as statements:
            page = english.get("/funds")
        assert page.text.count("/funds/") >= wanted
        counts.append(len(statements))
    assert counts[0] == counts[1]
    text, paid = text_of(page.text), grant.tranches[0].amount // 100
    assert "7 000 som 0 som 0 som 7 000 som" in text
    assert f"{grant.amount // 100 - paid:,} som {paid:,} som".replace(",", " ") in text


def test_a_bank_reference_counts_once(english: Client, programme: Programme, fund: Fund) -> None:
    english.sign_in(programme.finance)
    assert english.submit(f"/funds/{fund.id}/instalments/new", **MONEY).status_code == 303
    page = english.submit(f"/funds/{fund.id}/instalments/new", **MONEY | {"bank_reference": "SWIFT1"})
    assert page.status_code == 422
    assert f"This bank reference has been recorded already: fund {fund.code}." in text_of(page.text)


@pytest.mark.parametrize("typed", ["swift-1", "SWIFT №1", "S W I F T 1", "ЅWІFТ/1"])
def test_a_payment_of_a_donor_is_booked_once_whatever_the_fund_and_the_spelling(
    english: Client, programme: Programme, fund: Fund, typed: str
) -> None:
    other = programme.make_fund()
    other.amount += 5_000_00
    english.sign_in(programme.finance)
    assert (
        english.submit(f"/funds/{fund.id}/instalments/new", **MONEY | {"bank_reference": "SWIFT 1"}).status_code == 303
    )
    page = english.submit(f"/funds/{other.id}/instalments/new", **MONEY | {"bank_reference": typed})
    assert page.status_code == 422
    assert f"This bank reference has been recorded already: fund {fund.code}." in text_of(page.text)
    assert len(instalments(other)) == 1


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


def test_a_fund_is_entered_once_and_holds_nothing(english: Client, programme: Programme) -> None:
    donor = programme.make_fund().donor
    english.sign_in(programme.finance)
    data = dict(form_fields(english.get("/funds/new").text)) | AGREED | {"donor": str(donor.id)}
    answers = [english.post("/funds/new", data=data) for _ in range(2)]
    made = funds.by_code("EU-2027")
    assert made is not None
    assert [(one.status_code, one.location) for one in answers] == [(303, f"/funds/{made.id}")] * 2
    assert (made.donor_id, made.amount, made.currency) == (donor.id, 280_000_00, "EUR")
    assert (made.purpose["ru"], made.statement["ky"]) == ("purpose ru", "statement ky")
    assert funds.position(made).received == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": "0"}, "The amount must be more than zero and believable."),
        ({"amount": "-5"}, "The amount must be more than zero and believable."),
        ({"amount": "9999999999999"}, "The amount must be more than zero and believable."),
        ({"amount": "much"}, "Enter a number, for example 1 250,50."),
        ({"currency": "KRW", "amount": "10,5"}, "This currency has no such fractions: enter a whole amount."),
        ({"currency": "XXX"}, "Not a valid choice."),
        ({"ends_on": "31.12.2026"}, "The end must lie after the start."),
        ({"starts_on": "31.02.2027"}, "Enter a day as DD.MM.YYYY."),
        ({"code": "фонд"}, "Use Latin letters, digits and hyphens only."),
        ({"code": "TAKEN"}, "This code is taken."),
        ({"statement_ky": ""}, "Fill this in."),
        ({"donor": "777"}, "Not a valid choice."),
    ],
)
def test_a_fund_that_does_not_fit_is_told_so_at_the_field(
    english: Client, programme: Programme, changes: dict[str, str], message: str
) -> None:
    programme.make_fund("TAKEN")
    english.sign_in(programme.finance)
    answer = english.submit("/funds/new", **(AGREED | changes))
    assert answer.status_code == 422
    assert message in text_of(answer.text)
    kept = form_fields(answer.text)
    chosen = ("donor", "currency")
    assert all(kept[name] == text for name, text in (AGREED | changes).items() if name not in chosen)
    assert funds.by_code("EU-2027") is None


def test_a_fund_is_changed_only_where_the_books_allow(english: Client, programme: Programme, fund: Fund) -> None:
    english.sign_in(programme.finance)
    url = f"/funds/{fund.id}/edit"
    data = dict(form_fields(english.get(url).text))
    assert english.submit(url, name_en="First", statement_en="Paid for").location == f"/funds/{fund.id}"
    stale = english.post(url, data=data | {"name_en": "Second"})
    assert stale.status_code == 409
    assert "First" in stale.text and "Second" in stale.text
    for changes, message in (
        ({"currency": "EUR"}, "Money has come already: this cannot be changed any more."),
        ({"amount": "99 999 999"}, "100 000 000 som has come already: the amount cannot be less."),
    ):
        answer = english.submit(url, **changes)
        assert answer.status_code == 422
        assert message in text_of(answer.text).replace("\N{NO-BREAK SPACE}", " ")
    db.session.expire_all()
    assert (fund.name_en, fund.statement["en"], fund.currency) == ("First", "Paid for", "KGS")


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.COUNCIL_CHAIR, Role.DONOR, Role.ADMINISTRATOR])
def test_nobody_else_enters_funds(english: Client, programme: Programme, fund: Fund, role: Role) -> None:
    english.sign_in(programme.user_of(role))
    for url in ("/funds/new", f"/funds/{fund.id}/edit", "/donors/new"):
        assert english.get(url).status_code == 403
