"""Repayments: finance records on the grant's page what came back; the association reads it, nobody else records."""

import pytest

from app.services import repayments
from models.grants import TrancheStatus
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database


def test_what_came_back_is_recorded_and_shown_to_the_association(client, programme):
    grant = programme.make_tranche(TrancheStatus.CONFIRMED).grant
    page, here = f"/grants/{grant.id}", f"/grants/{grant.id}/repayments/new"
    client.sign_in(programme.finance).speak("en")
    assert here in client.get(page).text
    assert client.submit(here, amount="100 000 000", bank_reference="B-1", reason="Арзан алынды").status_code == 422
    answer = client.submit(here, amount="1 000,50", bank_reference="B-1", reason="Арзан алынды")
    assert (answer.status_code, answer.location) == (303, f"{page}#repayments")
    (made,) = repayments.of_grant(grant)
    assert (made.amount, made.status.value) == (1_000_50, "recorded")
    confirm, refuse = (f"{page}/repayments/{made.id}/{verb}" for verb in ("confirm", "refuse"))
    shown = client.get(page).text
    assert confirm not in shown and refuse in shown and "Waits to be confirmed" in shown
    assert client.submit(confirm).status_code == 422 and made.event_id is None
    client.sign_in(programme.other_finance).speak("en")
    assert confirm in client.get("/").text and confirm in client.get(page).text
    assert "No row of a bank statement is matched with it" in text_of(client.get(confirm).text)
    assert client.submit(confirm).location == f"{page}#repayments"
    assert made.status.value == "confirmed" and confirm not in client.get("/").text
    shown = text_of(client.get(page).text)
    assert "Money paid back" in shown and "Арзан алынды" in shown and "Unspent money paid back" in shown
    client.sign_in(programme.chair_of(grant.association)).speak("en")
    assert "Арзан алынды" in text_of(client.get(page).text)
    assert client.get(confirm).status_code == client.get(refuse).status_code == 403
    assert here not in client.get(page).text and client.get(here).status_code == 403


def test_what_was_recorded_by_mistake_is_reversed_with_a_reason_and_stays_on_the_page(client, programme):
    grant = programme.make_tranche(TrancheStatus.CONFIRMED).grant
    programme.repay(grant, 1_000_50)
    (wrong,) = repayments.of_grant(grant)
    page, here = f"/grants/{grant.id}", f"/grants/{grant.id}/repayments/{wrong.id}/reverse"
    client.sign_in(programme.finance).speak("en")
    assert here in client.get(page).text
    assert client.submit(here, reason="").status_code == 422
    assert client.submit(here, reason="Башка гранттын акчасы").location == f"{page}#repayments"
    shown = text_of(client.get(page).text)
    assert "Reversed, counts for nothing: Башка гранттын акчасы" in shown
    assert here not in client.get(page).text
    assert client.get(f"/grants/{grant.id}/repayments/{wrong.id + 1}/reverse").status_code == 404


def test_what_is_not_at_the_bank_is_refused_with_a_reason(client, programme):
    grant = programme.make_tranche(TrancheStatus.CONFIRMED).grant
    page = f"/grants/{grant.id}"
    client.sign_in(programme.finance).speak("en")
    client.submit(f"{page}/repayments/new", amount="10", bank_reference="B-1", reason="Арзан алынды")
    (made,) = repayments.of_grant(grant)
    client.sign_in(programme.other_finance).speak("en")
    here = f"{page}/repayments/{made.id}/refuse"
    assert client.submit(here, reason=" ").status_code == 422
    assert client.submit(here, reason="Банкта жок").location == f"{page}#repayments"
    shown = text_of(client.get(page).text)
    assert "Not confirmed" in shown and "Answer: Банкта жок" in shown
    assert here not in client.get(page).text
