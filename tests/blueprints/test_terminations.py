"""Ending a grant early on its pages: proposed by finance, decided by the chair who sees what moves."""

import pytest

from models.grants import GrantStatus, TrancheStatus
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database


def test_one_proposes_another_ends(client, programme):
    grant = programme.make_tranche(TrancheStatus.CONFIRMED).grant
    page, begin = f"/grants/{grant.id}", f"/grants/{grant.id}/terminations/new"
    client.sign_in(programme.finance).speak("en")
    assert begin in client.get(page).text
    assert client.submit(begin).status_code == 422
    assert client.submit(begin, reason="Жабдуу сатылып кеткен").status_code == 303
    shown = client.get(page).text
    assert "End proposed" in shown and begin not in shown
    approve = f"{page}/terminations/1/approve"
    assert client.submit(approve).status_code == 422  # the own proposal
    client.sign_in(programme.secretary).speak("en")
    assert client.get(approve).status_code == 403
    client.sign_in(programme.council_chair).speak("en")
    assert "go back to the fund" in text_of(client.get(approve).text)
    assert client.submit(approve).location == page
    assert grant.status is GrantStatus.TERMINATED
    client.sign_in(programme.chair_of(grant.association)).speak("en")
    shown = text_of(client.get(page).text)
    assert "Ended early" in shown and "Жабдуу сатылып кеткен" in shown and "pays 80 000 som back" in shown
