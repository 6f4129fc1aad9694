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
    assert (answer.status_code, answer.location) == (303, page)
    assert [one.amount for one in repayments.of_grant(grant)] == [1_000_50]
    shown = text_of(client.get(page).text)
    assert "Money paid back" in shown and "Арзан алынды" in shown and "Unspent money paid back" in shown
    client.sign_in(programme.chair_of(grant.association)).speak("en")
    assert "Арзан алынды" in text_of(client.get(page).text)
    assert here not in client.get(page).text and client.get(here).status_code == 403


def test_what_was_recorded_by_mistake_is_reversed_with_a_reason_and_stays_on_the_page(client, programme):
    grant = programme.make_tranche(TrancheStatus.CONFIRMED).grant
    programme.repay(grant, 1_000_50)
    (wrong,) = repayments.of_grant(grant)
    page, here = f"/grants/{grant.id}", f"/grants/{grant.id}/repayments/{wrong.id}/reverse"
    client.sign_in(programme.finance).speak("en")
    assert here in client.get(page).text
    assert client.submit(here, reason="").status_code == 422
    assert client.submit(here, reason="Башка гранттын акчасы").location == page
    shown = text_of(client.get(page).text)
    assert "Reversed, counts for nothing: Башка гранттын акчасы" in shown
    assert here not in client.get(page).text
    assert client.get(f"/grants/{grant.id}/repayments/{wrong.id + 1}/reverse").status_code == 404
