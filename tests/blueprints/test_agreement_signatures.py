"""Signing the agreement on the screen: the chair's page, then the secretary's; the paper names both."""

import io

import pytest
from pypdf import PdfReader

from models.grants import GrantStatus
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database


def test_both_sides_sign_on_their_screens(client, programme):
    grant = programme.make_grant("accepted")
    here = f"/grants/{grant.id}"
    client.sign_in(programme.chair_of(grant.association)).speak("en")
    page = client.get(here).text
    assert f"{here}/sign" in page and f"{here}/countersign" not in page
    assert grant.agreement.sha256[:16] in client.get(f"{here}/sign").text
    assert client.submit(f"{here}/sign").status_code == 303
    assert "signed on the screen" in text_of(client.get(here).text)
    assert f"{here}/signed-paper" not in client.sign_in(programme.finance).speak("en").get(here).text
    client.sign_in(programme.secretary).speak("en")
    assert "Signed for the association" in text_of(client.get(f"{here}/countersign").text)
    assert client.submit(f"{here}/countersign").status_code == 303
    assert grant.status is GrantStatus.ACTIVE
    pdf = PdfReader(io.BytesIO(client.get(f"{here}/agreement").data))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert programme.secretary.display_name in text and "signed on the screen" in text
    assert client.submit(f"{here}/countersign").status_code == 422
