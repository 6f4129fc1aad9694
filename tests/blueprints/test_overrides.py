"""Overrides: proposed on the tranche's page, approved by another person, read by all it concerns."""

import pytest

from models.grants import TrancheStatus
from models.overrides import OverrideStatus
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database
WHY = "Жабдуу келди, сезон күтпөйт."


def test_from_the_proposal_to_the_payment(client, programme):
    tranche = programme.make_tranche(TrancheStatus.CONFIRMED).grant.tranches[1]
    here, grant = f"/tranches/{tranche.id}", tranche.grant
    client.sign_in(programme.finance).speak("en")
    assert f"{here}/overrides/new" in client.get(here).text
    page = text_of(client.get(f"{here}/overrides/new").text)
    assert "The tranche before is accounted for" in page and "A monitoring visit was made" not in page
    assert client.submit(f"{here}/overrides/new", condition="accounted").status_code == 422
    answer = client.submit(f"{here}/overrides/new", condition="accounted", reason=WHY)
    assert (answer.status_code, answer.location) == (303, f"{here}#overrides")
    page = client.get(here).text
    assert "/approve" not in page and "/withdraw" in page
    client.sign_in(programme.council_chair).speak("en")
    assert "Decide about an override" in text_of(client.get("/").text)
    assert "You set this condition aside for the next payment of 80 000 som" in text_of(client.get(here).text)
    override = programme.make_override
    assert client.submit(here, action="/overrides/1/approve").status_code == 303
    page = text_of(client.get(here).text)
    assert "Not met, overridden" in page and "Accounted for: 0 som of 64 000 som due." in page
    assert "Finance officer, 12 Oct 2026" in page and WHY in page
    listed = text_of(client.get("/overrides?condition=accounted").text)
    assert grant.number in listed and "In force for the next payment" in listed
    assert "There is no override like this." in text_of(client.get("/overrides?condition=visit").text)
    client.sign_in(programme.chair_of(grant.association)).speak("en")
    page = text_of(client.get(here).text)
    assert WHY in page and "Withdraw the override" not in page and "You ask for 80 000 som." in page
    assert client.get("/overrides").status_code == 403
    assert override(OverrideStatus.REFUSED).ended_reason


def test_it_is_taken_back_before_the_payment(client, programme):
    override = programme.make_override("approved")
    client.sign_in(programme.council_chair).speak("en")
    here = f"/overrides/{override.id}/withdraw"
    assert client.submit(here).status_code == 422
    assert client.submit(here, reason="Отчёт жок").status_code == 303
    page = text_of(client.get(f"/tranches/{override.tranche_id}").text)
    assert "Override withdrawn" in page and "Отчёт жок" in page and "Not met, overridden" not in page
    assert client.sign_in(programme.monitor).get(here).status_code == 200  # the rules refuse, with a sentence
    answer = client.submit(f"/overrides/{programme.make_override('proposed').id}/refuse", reason="Жок")
    assert answer.status_code == 422


def test_who_may_is_a_setting(client, programme):
    client.sign_in(programme.administrator).speak("en")
    page = client.get("/override-rules").text
    assert page.count("checked") == 6, "three conditions, each with who proposes and who approves"
    answer = client.submit("/override-rules", visit_proposers=["monitor", "finance"], visit_approvers=["secretary"])
    assert answer.status_code == 303
    answer = client.submit("/override-rules", accounted_proposers=[])
    assert answer.status_code == 422 and "or nobody for both" in text_of(answer.text)
    client.sign_in(programme.secretary).speak("en")
    shown = text_of(client.get("/overrides").text)
    assert "Finance officer, Monitoring officer" in shown and "Council secretary" in shown
    history = text_of(client.get("/history").text)
    assert "Changed who may override a condition" in history
