"""Purchases on the screen: quotations from three suppliers, one taken, an exception decided by finance."""

from typing import Any

import pytest

from models.applications import Payer
from models.base import db
from models.expenditures import Expenditure
from models.grants import Grant, TrancheStatus
from models.purchases import Purchase, PurchaseStatus
from tests.factories import SOM, Programme
from tests.support.clients import Client
from tests.support.pages import sent, text_of
from tests.support.queries import count

pytestmark = pytest.mark.either_database
FIRMS = ("ОсОО Айкөл", "Береке соода үйү", "Жеке ишкер Маматов")
BILL = {"title": "Сүт муздаткыч", "amount": "31 000", "paid_on": "11.10.2026", "document_number": "№ 15"}


@pytest.fixture
def grant(programme: Programme) -> Grant:
    made = programme.make_grant("active", is_matched=True)
    made.quotations_from = 30_000 * SOM
    programme.advance(made.tranches[0], TrancheStatus.CONFIRMED)
    return made


def prepared(english: Client, programme: Programme, grant: Grant, *prices: str) -> Purchase:
    line = next(one for one in grant.application.budget_lines if one.payer is Payer.GRANT)
    english.sign_in(programme.chair_of(grant.association))
    begun = english.submit(f"/grants/{grant.id}/purchases/new", what="Сүт муздаткыч", heading=line.heading.value)
    assert begun.status_code == 303
    row = db.session.scalars(db.select(Purchase)).one()
    for name, price in zip(FIRMS, prices, strict=False):
        fields = {"supplier": name, "amount": price, "quoted_on": "09.10.2026"}
        upload = sent(programme.make_pdf())
        assert english.submit(f"/purchases/{row.id}/quotations/new", **fields, upload=upload).status_code == 303
    return row


def spend(client: Client, programme: Programme, grant: Grant, **changes: Any) -> Any:
    line = next(one for one in grant.application.budget_lines if one.payer is Payer.GRANT)
    fields = BILL | {"budget_line": str(line.id), "supplier": FIRMS[1], "upload": sent(programme.make_pdf())}
    return client.submit(f"/grants/{grant.id}/spending/new", **(fields | changes))


def test_three_suppliers_are_asked_one_is_taken_and_the_spending_leads_to_it(
    english: Client, programme: Programme, grant: Grant
) -> None:
    row = prepared(english, programme, grant, "33 000", "31 500", "35 000")
    refused = spend(english, programme, grant)
    assert refused.status_code == 422 and "3 suppliers are asked for their price" in text_of(refused.text)
    assert 'value="Сүт муздаткыч"' in refused.text and count(Expenditure) == 0
    here = f"/purchases/{row.id}"
    shown = text_of(english.get(here).text)
    places = [shown.index(FIRMS[number]) for number in (1, 0, 2)]
    assert places == sorted(places), "the cheapest first"
    assert english.submit(f"{here}/choose", quotation="").status_code == 422
    dear, cheap = str(row.quotations[2].id), str(row.quotations[1].id)
    assert "Reason" in english.submit(f"{here}/choose", quotation=dear).text
    assert english.submit(f"{here}/choose", quotation=cheap).location == here
    assert "Quotation taken" in text_of(english.get(here).text)
    bought = spend(english, programme, grant, purchase=str(row.id))
    assert bought.status_code == 303
    assert f'href="{here}"' in english.get(bought.location).text
    assert "Bought so far 31 000 som" in text_of(english.get(here).text)
    assert here in english.get(f"/grants/{grant.id}/spending").text
    papers = english.get(f"/grants/{grant.id}").text
    assert row.quotations[0].document.filename not in papers, "offers stand with their purchase"


def test_an_exception_is_decided_by_finance_with_a_reason(english: Client, programme: Programme, grant: Grant) -> None:
    row = prepared(english, programme, grant, "33 000")
    here, offer = f"/purchases/{row.id}", str(row.quotations[0].id)
    assert english.submit(f"{here}/ask-exception", quotation=offer, reason="").status_code == 422
    assert english.submit(f"{here}/ask-exception", quotation=offer, reason="Башка жок").status_code == 303
    assert english.get(f"{here}/refuse").status_code == 403
    english.sign_in(programme.finance)
    assert english.submit(f"{here}/refuse", reason="").status_code == 422
    assert english.submit(f"{here}/refuse", reason="Ошто бар").status_code == 303
    english.sign_in(programme.chair_of(grant.association))
    english.submit(f"{here}/ask-exception", quotation=offer, reason="Ошто да жок")
    english.sign_in(programme.finance)
    assert english.submit(here, action=f"{here}/allow").status_code == 303
    db.session.refresh(row)
    assert row.status is PurchaseStatus.EXEMPT
    other = programme.make_grant("active")
    english.sign_in(programme.chair_of(other.association))
    for address in (here, f"{here}/quotations/new", f"{here}/choose"):
        assert english.get(address).status_code == 404


def test_a_choice_is_taken_back_while_nothing_is_bought(english: Client, programme: Programme, grant: Grant) -> None:
    row = prepared(english, programme, grant, "33 000", "31 500", "35 000")
    here = f"/purchases/{row.id}"
    english.submit(f"{here}/choose", quotation=str(row.quotations[1].id))
    assert english.submit(here, action=f"{here}/reopen").status_code == 303
    db.session.refresh(row)
    assert row.status is PurchaseStatus.OPEN
