"""Expenditures: each paid document against its budget line."""

from typing import Any

import pytest

from app.labels import label_text
from app.localisation import use_locale
from app.services import documents
from app.services.documents import Upload
from models.applications import BudgetLine, Payer
from models.base import db
from models.documents import Document
from models.expenditures import Expenditure, ExpenditureStatus
from models.grants import Grant, TrancheStatus
from models.users import Role
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, sent, text_of
from tests.support.queries import count, unprotect


def grant_line(grant: Grant) -> BudgetLine:
    return next(one for one in grant.application.budget_lines if one.payer is Payer.GRANT)


@pytest.fixture
def grant(programme: Programme) -> Grant:
    made = programme.make_grant("active", is_matched=True)
    programme.advance(made.tranches[0], TrancheStatus.CONFIRMED)
    return made


BILL = {
    "title": "Сүт муздаткыч",
    "amount": "12 500,50",
    "paid_on": "11.10.2026",
    "supplier": "ОсОО Айкөл",
    "document_number": "№ 15/а",
}


def record(client: Client, grant: Grant, upload: Upload | None, **changes: Any) -> Any:
    fields = BILL | {"budget_line": str(grant_line(grant).id)} | ({"upload": sent(upload)} if upload else {}) | changes
    return client.submit(f"/grants/{grant.id}/spending/new", **fields)


def test_a_bill_and_its_scan_are_recorded_together(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.chair_of(grant.association))
    page = record(english, grant, programme.make_pdf())
    assert page.status_code == 303
    row = db.session.scalars(db.select(Expenditure)).one()
    assert (row.amount, row.payer, row.document_number) == (12_500_50, Payer.GRANT, "№ 15/а")
    assert len(documents.of(row)) == 1
    assert "12 500.50 som" in text_of(english.get(page.location).text)
    assert "Сүт муздаткыч" in english.get(f"/grants/{grant.id}/spending").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": "-1"}, "The amount must be more than zero."),
        ({"amount": "99 000 000"}, "are left on this budget line."),
        ({"amount": "много"}, "Enter a number"),
        ({"paid_on": "13.10.2026"}, "The day must lie within the grant's period and not in the future."),
        ({"paid_on": "01.01.2026"}, "The day must lie within the grant's period and not in the future."),
        ({"document_number": "///"}, "Enter the number of the document."),
        ({"budget_line": ""}, "Fill this in."),
        ({"title": "x" * 201}, "At most 200 characters."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_half_written(
    english: Client, programme: Programme, grant: Grant, changes: dict[str, Any], message: str
) -> None:
    before = count(Document)
    english.sign_in(programme.chair_of(grant.association))
    page = record(english, grant, programme.make_pdf(), **changes)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert 'value="ОсОО Айкөл"' in page.text
    assert count(Expenditure) == 0
    assert count(Document) == before


def test_what_the_donor_does_not_pay_for_is_refused_when_it_is_recorded(
    english: Client, programme: Programme, grant: Grant
) -> None:
    heading = grant_line(grant).heading
    grant.fund.eligible_headings = [one for one in grant.fund.eligible_headings if one != heading.value]
    db.session.commit()
    english.sign_in(programme.chair_of(grant.association))
    page = record(english, grant, programme.make_pdf())
    assert page.status_code == 422 and count(Expenditure) == 0
    with use_locale("en"):
        named = f"The agreement with the donor does not let this grant pay for “{label_text(heading)}”."
    assert named in text_of(page.text) and 'value="ОсОО Айкөл"' in page.text


@pytest.mark.parametrize(
    ("upload", "message"),
    [(None, "Choose a file."), (Upload("scan.png", b"GIF89a"), "Only PDF, JPG and PNG files are taken.")],
)
def test_without_a_real_scan_there_is_no_line(
    english: Client, programme: Programme, grant: Grant, upload: Upload | None, message: str
) -> None:
    english.sign_in(programme.chair_of(grant.association))
    page = record(english, grant, upload)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert count(Expenditure) == 0


def test_a_document_counts_once(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.chair_of(grant.association))
    assert record(english, grant, programme.make_pdf()).status_code == 303
    page = record(english, grant, programme.make_pdf(), document_number="15 А", supplier="осоо айкол")
    assert page.status_code == 422
    assert "This document has been used already." in text_of(page.text)
    assert count(Expenditure) == 1


def test_sent_twice_is_one_line(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.chair_of(grant.association))
    url, upload = f"/grants/{grant.id}/spending/new", programme.make_pdf()
    form = choose_form(english.get(url).text, url)
    changes = BILL | {"budget_line": str(grant_line(grant).id)}
    answers = [english.post(url, data=filled(form, changes | {"upload": sent(upload)})) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert count(Expenditure) == 1


def test_another_grant_s_budget_line_is_no_choice(english: Client, programme: Programme, grant: Grant) -> None:
    other = programme.make_grant("active")
    english.sign_in(programme.chair_of(grant.association))
    page = record(english, grant, programme.make_pdf(), budget_line=str(grant_line(other).id))
    assert page.status_code == 422
    assert count(Expenditure) == 0


def test_finance_accepts_or_refuses(english: Client, programme: Programme, grant: Grant) -> None:
    one, two = programme.make_expenditure(grant), programme.make_expenditure(grant)
    english.sign_in(programme.finance)
    url = f"/spending/{one.id}"
    assert "are booked as spent by" in text_of(english.get(url).text)
    assert english.submit(url, action=f"{url}/accept").status_code == 303
    assert one.status is ExpenditureStatus.ACCEPTED
    assert "/accept" not in english.get(url).text
    assert "Give the reason" in text_of(english.submit(f"/spending/{two.id}/refuse").text)
    assert english.submit(f"/spending/{two.id}/refuse", reason="Нет печати").status_code == 303
    assert two.status is ExpenditureStatus.REFUSED
    text = text_of(english.get(f"/grants/{grant.id}/spending").text)
    assert "Total without refused ones 10 000 som" in text


def test_who_recorded_it_does_not_accept_it(english: Client, programme: Programme, grant: Grant) -> None:
    row, both = programme.make_expenditure(grant), programme.make_user(Role.FINANCE)
    unprotect("expenditures")
    row.recorded_by_id = both.id
    english.sign_in(both)
    page = english.get(f"/spending/{row.id}")
    assert "You recorded this line: another person has to accept it." in text_of(page.text)
    assert "/accept" not in page.text


def test_without_a_scan_nothing_is_accepted(english: Client, programme: Programme, grant: Grant) -> None:
    row = programme.make_expenditure(grant, with_scan=False)
    english.sign_in(programme.finance)
    url = f"/spending/{row.id}"
    page = english.submit(url, action=f"{url}/accept")
    assert "There is no scan of the document: attach it first." in text_of(english.get(page.location).text)
    english.sign_in(programme.chair_of(grant.association))
    assert english.submit(f"{url}/scan", upload=sent(programme.make_photo())).status_code == 303
    assert len(documents.of(row)) == 1
    assert row.status is ExpenditureStatus.RECORDED


def test_strangers_find_nothing(english: Client, programme: Programme, grant: Grant) -> None:
    row, other = programme.make_expenditure(grant), programme.make_grant("active")
    english.sign_in(programme.chair_of(other.association))
    for url in (f"/grants/{grant.id}/spending", f"/grants/{grant.id}/spending/new", f"/spending/{row.id}"):
        assert english.get(url).status_code == 404, url
    assert english.get(f"/spending/{row.id}/scan").status_code == 404
    assert english.get(f"/spending/{row.id}/refuse").status_code == 403


def test_a_supplier_much_like_another_is_asked_about_and_can_be_another_one(
    english: Client, programme: Programme, grant: Grant
) -> None:
    english.sign_in(programme.chair_of(grant.association))
    record(english, grant, programme.make_pdf())
    page = record(english, grant, programme.make_pdf(), supplier="Айкөл", document_number="16")
    assert page.status_code == 422
    assert "There is a supplier much like this one: ОсОО Айкөл." in text_of(page.text)
    assert 'name="is_another"' in page.text and '<option value="ОсОО Айкөл">' in page.text
    url = f"/grants/{grant.id}/spending/new"
    changes = {"upload": sent(programme.make_pdf()), "is_another": "y"}
    assert english.post(url, data=filled(choose_form(page.text, url), changes)).status_code == 303
    assert english.get("/suppliers").status_code == 403


def test_finance_looks_accepts_a_part_and_merges(english: Client, programme: Programme, grant: Grant) -> None:
    row, other = programme.make_expenditure(grant), programme.make_expenditure(grant)
    row.supplier.name = f"ИП {grant.association.memberships[0].person.full_name}"
    english.sign_in(programme.finance)
    url = f"/spending/{row.id}"
    page = english.get(url).text
    assert "/accept-part" not in page and "present or former member of the association" in text_of(page)
    assert english.submit(f"{url}/look-at", reason="Other shops are 60 km away").status_code == 303
    assert english.submit(f"{url}/accept-part", amount="4 000,50", reason="No delivery note").status_code == 303
    assert (row.status, row.accepted_amount) == (ExpenditureStatus.ACCEPTED, 4_000_50)
    assert "4 000.50 som of 10 000 som" in text_of(english.get(f"/grants/{grant.id}/spending").text)
    supplier = f"/suppliers/{other.supplier_id}"
    kept = str(row.supplier_id)
    assert english.submit(f"{supplier}/edit", tax_number="123", is_active="y").status_code == 303
    assert "does not have 14 digits" in text_of(english.get(supplier).text)
    assert english.submit(f"{supplier}/merge", into=kept, reason="One tax number").location == f"/suppliers/{kept}"
    assert other.supplier_id == row.supplier_id
    english.sign_in(programme.monitor)
    assert english.get(f"/suppliers/{kept}").status_code == 200
    assert english.get(f"/suppliers/{kept}/edit").status_code == 403
