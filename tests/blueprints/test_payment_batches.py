"""Payment lists on their pages: begun, closed, downloaded, handed over, answered for; nobody else sees them."""

import hashlib
import json
import re

import pytest

from models.audit import AuditEvent
from models.base import db
from models.grants import TrancheStatus
from models.payment_batches import BatchStatus, PaymentBatch
from tests.support.pages import form_fields, text_of

T = TrancheStatus
pytestmark = pytest.mark.either_database


@pytest.fixture
def finance(client, programme):
    assert programme.fund
    return client.sign_in(programme.finance).speak("en")


def press(client, page, action, **options):
    """Press a button of a page."""
    fields = form_fields(client.get(page).text, action)
    return client.post(action, data=fields, **options)


def test_a_list_from_its_beginning_to_the_banks_answer(finance, programme):
    one, other = programme.make_tranche(T.APPROVED), programme.make_tranche(T.APPROVED)
    fund = one.grant.fund
    account = f"/funds/{fund.id}/paying-accounts"
    values = {"bank": "Айыл Банк", "bank_code": "109001", "number": "1091820182530113", "holder": "Ашар"}
    assert finance.submit(f"{account}/new", **values).location == account
    assert "Another finance officer confirms the account" in text_of(finance.get(account).text)
    finance.sign_in(programme.other_finance).speak("en")
    press(finance, f"{account}", f"{account}/1/confirm")
    begin = f"/payment-lists/new/{fund.id}"
    assert begin in finance.get("/payment-lists").text
    answer = finance.submit(begin, tranches=[str(one.id), str(other.id)])
    assert answer.status_code == 303
    here, batch = answer.location, db.session.scalars(db.select(PaymentBatch)).one()
    assert f"{batch.number}" in text_of(finance.get(f"/tranches/{one.id}").text)
    assert f"/tranches/{one.id}/release" not in finance.get(f"/tranches/{one.id}").text
    press(finance, here, f"{here}/close")
    page = finance.get(here).text
    assert batch.sha256 in page
    shown = set(re.findall(r"SHA-256\): ([0-9a-f]{64})", text_of(page)))
    files = [press(finance, here, f"{here}/files/{kind}") for kind in ("xml", "xlsx", "xml")]
    assert [one.status_code for one in files] == [200, 200, 200]
    assert {hashlib.sha256(one.data).hexdigest() for one in files} <= shown and files[0].data == files[2].data
    assert files[0].headers["Content-Disposition"] == f"attachment; filename={batch.number}.xml"
    acts = db.select(AuditEvent.details).where(AuditEvent.action == "payment_batch.download")
    assert [json.loads(row)["file"] for row in db.session.scalars(acts)] == ["xml", "xlsx", "xml"]
    press(finance, here, f"{here}/send")
    paid, unpaid = (f"{here}/payments/{payment.id}" for payment in batch.payments)
    assert finance.submit(f"{paid}/confirm", bank_reference="EB-7").status_code == 303
    assert finance.submit(f"{unpaid}/fail").status_code == 422
    assert finance.submit(f"{unpaid}/fail", reason="Эсеп жабык").status_code == 303
    page = text_of(finance.get(here).text)
    assert "The bank has answered for every payment" in page and "Эсеп жабык" in page and "EB-7" in page
    assert (one.status, other.status, batch.status) == (T.RELEASED, T.PREPARED, BatchStatus.SETTLED)
    assert "Эсеп жабык" in text_of(finance.get(f"/tranches/{other.id}").text)
    finance.sign_in(programme.secretary)
    assert finance.get(here).status_code == 403


def test_an_open_list_is_changed_or_given_up(finance, programme):
    batch = programme.make_batch()
    here, tranche = f"/payment-lists/{batch.id}", batch.payments[0].tranche
    assert finance.post(f"{here}/files/xml", data=form_fields(finance.get(here).text)).status_code == 404
    press(finance, here, f"{here}/payments/{batch.payments[0].id}/remove")
    assert "The list is empty" in text_of(press(finance, here, f"{here}/close", follow_redirects=True).text)
    assert finance.submit(f"{here}/cancel", reason="Бош").status_code == 303
    assert "The list was given up: Бош" in text_of(finance.get(here).text)
    assert f"/tranches/{tranche.id}/release" in finance.get(f"/tranches/{tranche.id}").text
