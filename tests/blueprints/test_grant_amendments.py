"""Changes of an agreement: asked for on the grant's page, decided by who may, printed as a version."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from tests.support.pages import form_fields, text_of

pytestmark = pytest.mark.either_database
WHY = "Жол жабылып, жабдуу кечикти."


def test_more_time_from_the_question_to_the_paper(client, programme):
    grant = programme.make_grant()
    grant.fund.ends_on = grant.ends_on + timedelta(days=90)
    here, wanted = f"/grants/{grant.id}", grant.ends_on + timedelta(days=30)
    client.sign_in(programme.chair_of(grant.association)).speak("en")
    assert f"{here}/extension" in client.get(here).text
    answer = client.submit(f"{here}/extension", ends_on=f"{grant.ends_on:%d.%m.%Y}", reason=WHY)
    assert answer.status_code == 422 and "must lie after the one that is agreed" in text_of(answer.text)
    answer = client.submit(f"{here}/extension", ends_on=f"{wanted:%d.%m.%Y}", reason=WHY)
    assert answer.status_code == 303
    change = answer.location
    assert f"{here}/extension" not in client.get(here).text, "one at a time"
    assert "Approve the change" not in client.get(change).text
    client.sign_in(programme.finance).speak("en")
    assert "Decide about a change of the agreement" in text_of(client.get("/").text)
    assert client.submit(change, action=f"{change}/approve").status_code == 303
    page = client.get(here).text
    assert "Agreement, version 1 (PDF)" in text_of(page) and grant.ends_on == wanted
    assert client.get(f"{here}/agreement?sequence=2").data.startswith(b"%PDF")
    assert client.get(f"{here}/agreement?sequence=1").data != client.get(f"{here}/agreement").data
    assert client.get(f"{here}/agreement?sequence=3").status_code == 404
    assert "Kept a new version of the agreement" in text_of(
        client.sign_in(programme.secretary).speak("en").get("/history").text
    )


def test_money_moves_only_within_one_payer(client, programme):
    grant = programme.make_grant()
    here = f"/grants/{grant.id}/budget-shift"
    client.sign_in(programme.finance).speak("en")
    page = text_of(client.get(here).text)
    assert "In force: 200 000 som; recorded already: 0 som" in page
    assert client.submit(here, reason=WHY).status_code == 422  # nothing changes
    first = grant.application.budget_lines[0]
    answer = client.submit(here, reason=WHY, **{f"line_{first.id}": "150 000"})
    assert answer.status_code == 422 and "here it is off by 50 000 som" in text_of(answer.text)
    assert client.sign_in(programme.monitor).get(here).status_code == 403


def test_while_a_change_waits_no_form_of_another_one_opens(client, programme):
    grant = programme.make_grant()
    first = grant.application.budget_lines[0]
    here, field = f"/grants/{grant.id}", f'name="line_{first.id}"'
    client.sign_in(programme.finance).speak("en")
    page = client.get(f"{here}/budget-shift").text
    assert field in page and "Paid by:" in text_of(page)
    grant.fund.ends_on = grant.ends_on + timedelta(days=90)
    wanted = f"{grant.ends_on + timedelta(days=30):%d.%m.%Y}"
    assert client.submit(f"{here}/extension", ends_on=wanted, reason=WHY).status_code == 303
    for form, box in (("budget-shift", field), ("extension", 'name="ends_on"'), ("award-raise", 'name="amount"')):
        page = client.get(f"{here}/{form}").text
        assert "A change of this grant waits to be decided already." in text_of(page), form
        assert box not in page and "Back to the grant" in text_of(page), form


def test_a_refusal_and_a_withdrawal_say_why(client, programme):
    grant = programme.make_grant()
    grant.fund.ends_on = grant.ends_on + timedelta(days=90)
    wanted = f"{grant.ends_on + timedelta(days=30):%d.%m.%Y}"
    for act, who in (("refuse", programme.other_finance), ("withdraw", programme.finance)):
        client.sign_in(programme.finance).speak("en")
        change = client.submit(f"/grants/{grant.id}/extension", ends_on=wanted, reason=WHY).location
        shown = text_of(client.get(change).text)
        assert "You proposed this: another person decides about it." in shown
        client.sign_in(who).speak("en")
        assert client.submit(f"{change}/{act}").status_code == 422
        assert client.submit(f"{change}/{act}", reason="Убакыт жетет").status_code == 303
        assert "Убакыт жетет" in text_of(client.get(change).text)
    assert len(grant.agreements) == 1


def test_a_reduced_award_grows_again_from_the_page_to_the_paper(client, programme):
    grant = programme.make_reduced()
    here = f"/grants/{grant.id}/award-raise"
    client.sign_in(programme.finance).speak("en")
    assert here not in client.get(f"/grants/{grant.id}").text
    assert "carries no more than the award in force" in text_of(client.get(here).text)
    programme.make_contribution(grant, "verified", amount=50_000_00)
    assert here in client.get(f"/grants/{grant.id}").text
    page = client.get(here).text
    assert form_fields(page)["amount"] == "130000,00"
    due_on = f"{grant.ends_on - timedelta(days=30):%d.%m.%Y}"
    answer = client.submit(here, amount="130 000,01", due_on=due_on, reason=WHY)
    assert answer.status_code == 422 and "The award can grow to 130 000 som at most" in text_of(answer.text)
    assert form_fields(answer.text)["amount"] == "130 000,01"
    change = client.submit(here, amount="130 000", due_on=due_on, reason=WHY).location
    shown = text_of(client.get(change).text)
    assert "Reduced award raised again" in shown and "50 000 som, planned for" in shown
    assert client.sign_in(programme.chair_of(grant.association)).get(here).status_code == 403
    client.sign_in(programme.other_finance).speak("en")
    assert client.submit(change, action=f"{change}/approve").status_code == 303
    page = text_of(client.get(f"/grants/{grant.id}").text)
    assert "Award, reduced from 200 000 som" in page and grant.amount == 130_000_00
    paper = client.get(f"/grants/{grant.id}/agreement").data
    printed = " ".join("".join(one.extract_text() for one in PdfReader(io.BytesIO(paper)).pages).split())
    assert "The grant was 80 000 som and is now 130 000 som" in printed
    assert "paid in 2 tranches" in printed
