"""Closing a fund: finance proposes on its page what went back, the chair decides, and the page says that it is over."""

import pytest

from app.services import fund_closings, funds
from models.grants import GrantStatus
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database


def test_a_fund_is_closed_from_its_page(client, programme):
    fund = programme.make_grant(GrantStatus.COMPLETED).fund
    page, here = f"/funds/{fund.id}", f"/funds/{fund.id}/closings/new"
    client.sign_in(programme.finance).speak("en")
    assert here in client.get(page).text
    left = f"{funds.position(fund).available // 100}"
    assert client.submit(here, amount="1", reason="Бүттү").status_code == 422
    given = {"amount": left, "paid_on": "12.10.2026", "bank_reference": "OUT-7", "reason": "Бүттү"}
    for expected in ("refuse", "approve"):
        assert client.submit(here, **given).location == f"{page}#closing"
        (*_, made) = fund_closings.of_fund(fund)
        assert here not in client.get(page).text
        client.sign_in(programme.council_chair).speak("en")
        address = f"/funds/{fund.id}/closings/{made.id}/{expected}"
        assert address in client.get(page).text
        more = {"reason": "Жетишсиз"} if expected == "refuse" else {}
        assert client.submit(address, **more).location == page
        client.sign_in(programme.finance).speak("en")
    shown = client.get(page).text
    assert "The fund was closed on 12 Oct 2026" in text_of(shown) and "Answer: Жетишсиз" in text_of(shown)
    assert here not in shown and f"{page}/instalments/new" not in shown
    assert "The fund is closed." in text_of(client.get(here).text)
    assert client.get(f"/funds/{fund.id}/closings/999/approve").status_code == 404


def test_what_keeps_a_fund_open_is_said_before_anything_is_typed(client, programme):
    grant = programme.make_grant(GrantStatus.ACTIVE)
    client.sign_in(programme.finance).speak("en")
    shown = text_of(client.get(f"/funds/{grant.fund_id}/closings/new").text)
    assert f"The grant {grant.number} is not over yet." in shown and "Propose it" not in shown
