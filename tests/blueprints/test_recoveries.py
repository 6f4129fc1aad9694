"""Claims: finance proposes on the grant's page, another decides, the association reads what it owes."""

import pytest

from app.services import recoveries
from models.grants import TrancheStatus
from models.recoveries import RecoveryKind
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database


def test_a_claim_is_proposed_decided_lifted_and_given_up_from_the_pages(client, programme):
    grant = programme.make_tranche(TrancheStatus.CONFIRMED).grant
    page, claim = f"/grants/{grant.id}", f"/grants/{grant.id}/recoveries/claim/new"
    client.sign_in(programme.finance).speak("en")
    assert claim in client.get(page).text
    assert client.submit(claim, amount="", reason="").status_code == 422
    assert client.submit(claim, amount="5 000", reason="Документтер жок").location == f"{page}#recoveries"
    (made,) = recoveries.of_grant(grant)
    approve = f"/grants/{grant.id}/recoveries/{made.id}/approve"
    assert claim not in client.get(page).text and client.submit(approve).status_code == 422
    client.sign_in(programme.council_chair).speak("en")
    assert approve in client.get(page).text
    assert client.submit(approve).location == f"{page}#recoveries"
    shown = text_of(client.get(page).text)
    assert "5 000 som are claimed back and not paid yet." in shown and "Документтер жок" in shown
    waiting = next(one for one in grant.tranches if not one.is_paid)
    assert f'href="{page}#recoveries"' in client.get(f"/tranches/{waiting.id}").text, "the condition leads to the claim"
    client.sign_in(programme.chair_of(grant.association)).speak("en")
    assert "5 000 som are claimed back" in text_of(client.get(page).text)
    assert claim not in client.get(page).text and client.get(claim).status_code == 403
    client.sign_in(programme.finance).speak("en")
    for kind, more in ((RecoveryKind.LIFT, {}), (RecoveryKind.WRITE_OFF, {"decision": "Протокол 4"})):
        here = f"/grants/{grant.id}/recoveries/{kind.value}/new"
        assert here in client.get(page).text
        assert client.submit(here, amount="1 000", reason="Себеби", **more).status_code == 303
        last = recoveries.of_grant(grant)[-1]
        client.sign_in(programme.other_finance).speak("en")
        refuse = f"/grants/{grant.id}/recoveries/{last.id}/refuse"
        assert client.submit(refuse, reason="").status_code == 422
        assert client.submit(refuse, reason="Жетишсиз").status_code == 303
        client.sign_in(programme.finance).speak("en")
    assert "Answer: Жетишсиз" in text_of(client.get(page).text)
    assert client.get(f"/grants/{grant.id}/recoveries/999/approve").status_code == 404
