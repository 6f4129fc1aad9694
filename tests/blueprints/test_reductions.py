"""Reductions: the page shows what is left and why before the award is cut."""

import io

import pytest
from pypdf import PdfReader

from models.base import db
from models.grants import TrancheStatus
from models.reductions import Reduction
from tests.support.pages import form_fields, text_of
from tests.support.queries import count


@pytest.fixture
def finance(client, programme):
    assert programme.fund
    return client.sign_in(programme.finance).speak("en")


def test_the_arithmetic_comes_first_then_the_cut(finance, programme):
    grant = programme.make_grant()
    first, second, _third = (one.amount for one in grant.tranches)
    programme.make_contribution(grant, "verified", amount=first + second // 2)
    here = f"/grants/{grant.id}/reductions/new"
    assert here in finance.get(f"/grants/{grant.id}").text
    page = text_of(finance.get(here).text)
    assert "Grant this co-investment carries" in page and "The award becomes 120 000 som. 80 000 som go back" in page
    assert finance.submit(here).status_code == 422
    answer = finance.submit(here, reason="Айыл калганын чогулта албады")
    assert (answer.status_code, answer.location) == (303, f"/grants/{grant.id}")
    assert [one.amount for one in grant.tranches] == [first, second // 2, 0]
    shown = text_of(finance.get(answer.location).text)
    assert "Award, reduced from 200 000 som" in shown and "Айыл калганын чогулта албады" in shown
    assert "Dropped: the grant was reduced" in shown
    assert grant.tranches[2].status is TrancheStatus.DROPPED
    assert here not in finance.get(f"/grants/{grant.id}").text
    assert "nothing is to be reduced" in text_of(finance.get(here).text)
    paper = finance.get(f"/grants/{grant.id}/agreement?sequence=2").data
    printed = " ".join("".join(one.extract_text() for one in PdfReader(io.BytesIO(paper)).pages).split())
    assert "The grant was 200 000 som and is now 120 000 som" in printed and "version 2 of the agreement" in printed
    own = finance.sign_in(programme.chair_of(grant.association)).speak("en")
    assert own.get(here).status_code == 403
    assert "Award, reduced from 200 000 som" in text_of(own.get(f"/grants/{grant.id}").text)
    step = text_of(own.get(f"/tranches/{grant.tranches[2].id}").text)
    assert "Nothing is left of this tranche: the grant was reduced." in step


def test_figures_that_changed_meanwhile_are_shown_anew(finance, programme):
    grant = programme.make_grant()
    programme.make_contribution(grant, "verified", amount=grant.tranches[0].amount)
    here = f"/grants/{grant.id}/reductions/new"
    data = dict(form_fields(finance.get(here).text)) | {"reason": "Жетпейт"}
    programme.make_contribution(grant, "verified", amount=10_000_00)
    db.session.commit()
    answer = finance.post(here, data=data)
    assert answer.status_code == 422 and "has changed meanwhile" in text_of(answer.text)
    assert "The award becomes 90 000 som" in text_of(answer.text)
    assert count(Reduction) == 0
    assert form_fields(answer.text)["expected"] == str(90_000_00)


def test_what_a_further_contribution_would_unlock(finance, programme):
    grant = programme.make_grant()
    here = f"/grants/{grant.id}"
    page = text_of(finance.get(f"{here}?kind=remittance&amount=100+000").text)
    assert "carry 100 000 som more: 100 000 som of the grant in all. Tranches that it covers then: 1." in page
    page = text_of(finance.get(f"{here}?kind=in_kind&amount=100000").text)
    assert "carry 0 som more" in page and "That covers no further tranche." in page
    for wrong in (
        "kind=remittance&amount=-1",
        "kind=remittance&amount=much",
        "kind=x&amount=1",
        "kind=remittance&amount=",
    ):
        answer = finance.get(f"{here}?{wrong}")
        assert answer.status_code == 200 and "govuk-error-message" in answer.text
    assert "What would a further contribution unlock?" in text_of(finance.get(here).text)
