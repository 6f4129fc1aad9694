"""The dry run's pages: made by the secretary, walked by the operator of one centre, marked on page and paper."""

import io

import pytest
from pypdf import PdfReader

from app import clock
from app.services import dry_runs, questions
from app.services.actors import Actor
from models.applications import Application
from models.base import db
from tests.services.test_dry_runs import walk
from tests.support.pages import form_fields, text_of


@pytest.fixture
def draft(programme):
    return programme.make_call(is_open=False, with_dry_run=False)


def test_the_secretary_makes_the_association_and_the_operator_starts(client, app, programme, draft):
    centre = programme.association.centre
    operator = programme.operator_of(centre)
    here = f"/calls/{draft.id}/dry-run"
    walker = app.test_client().sign_in(operator).speak("en")
    assert walker.get(f"/calls/{draft.id}").status_code == 404
    client.sign_in(programme.secretary).speak("en")
    assert f'href="{here}"' in client.get(f"/calls/{draft.id}").text
    assert client.submit(f"{here}/association", centre=str(centre.id)).location == here
    assert dry_runs.test_association().centre_id == centre.id
    assert "There is a test association already." in text_of(
        client.submit(f"{here}/association", centre=str(centre.id)).text
    )
    assert "acts for the test association" in text_of(walker.get("/messages").text)
    page = walker.get(here)
    answer = walker.post(f"{here}/start", data=form_fields(page.text, f"{here}/start"))
    assert answer.location == here
    trial = db.session.scalars(db.select(Application)).one()
    shown = walker.get(f"/applications/{trial.id}").text
    assert "No real application: it counts nowhere" in text_of(shown) and trial.number.startswith("T-")
    assert f"/applications/{trial.id}" in walker.get(here).text
    assert f"/applications/{trial.id}" not in walker.get("/applications").text
    assert f"/applications/{trial.id}" not in walker.get("/").text


def test_a_dry_run_of_what_the_call_was_is_walked_again(client, app, programme, draft):
    first = walk(programme, draft)
    operator = programme.operator_of(programme.test_association.centre)
    here, walker = f"/calls/{draft.id}/dry-run", app.test_client().sign_in(operator).speak("en")
    assert f"{here}/start" not in walker.get(here).text
    client.sign_in(programme.secretary).speak("en")
    assert client.submit(f"/calls/{draft.id}/sections/money", grant_floor="123 000").status_code == 303
    assert "but the call was changed after it: try it again." in text_of(client.get(f"/calls/{draft.id}").text)
    page = walker.get(here).text
    assert f"The dry run {first.number} is withdrawn" in text_of(page)
    assert walker.post(f"{here}/start", data=form_fields(page, f"{here}/start")).location == here
    assert "The call was changed after this dry run" not in text_of(walker.get(here).text)
    db.session.refresh(first)
    assert first.status.value == "withdrawn" and dry_runs.of(draft).status.value == "draft"


def test_nobody_else_sees_or_starts_it(client, programme, draft):
    trial = walk(programme, draft)
    strangers = [programme.chair, programme.reviewers[0], programme.finance, programme.donor_user]
    for user in strangers:
        client.sign_in(user)
        assert client.get(f"/calls/{draft.id}").status_code == 404
        assert client.get(f"/calls/{draft.id}/dry-run").status_code in (403, 404)
        assert client.get(f"/applications/{trial.id}").status_code in (403, 404)
        assert client.get(f"/calls/{programme.call.id}/dry-run").status_code in (403, 404)  # an open one


def test_page_check_and_paper_are_marked(client, programme, draft):
    trial = walk(programme, draft)
    client.sign_in(programme.operator_of(programme.test_association.centre)).speak("en")
    for page in (f"/applications/{trial.id}", f"/applications/{trial.id}/check"):
        assert "No real application: it counts nowhere" in text_of(client.get(page).text)
    paper = client.get(f"/applications/{trial.id}/receipt").data
    assert "Dry run: no real application." in PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    real = programme.make_application("submitted")
    client.sign_in(programme.chair_of(real.association)).speak("en")
    paper = client.get(f"/applications/{real.id}/receipt").data
    assert "Dry run" not in PdfReader(io.BytesIO(paper)).pages[0].extract_text()


def test_the_secretary_is_offered_no_screening(client, programme, draft):
    trial = walk(programme, draft)
    client.sign_in(programme.secretary).speak("en")
    page = client.get(f"/applications/{trial.id}")
    assert page.status_code == 200 and "screenings/new" not in page.text
    assert f"/applications/{trial.id}" not in client.get("/applications").text
    answer = client.submit(f"/applications/{trial.id}/screenings/new", outcome="eligible", reason="x")
    assert answer.status_code == 422 and "A dry run ends with its submission" in text_of(answer.text)


def test_the_operator_walks_it_to_the_end_with_nobody_to_dictate_or_to_confirm(client, programme, draft):
    association = programme.test_association
    operator = programme.operator_of(association.centre)
    trial = dry_runs.start(draft, association, language="ky", actor=Actor(operator, association), now=clock.now())
    programme._chairs[association.id] = operator
    programme.fill_in(trial)
    db.session.commit()
    client.sign_in(operator).speak("en")
    here = f"/applications/{trial.id}"
    idea = questions.form_of(draft).sections[0].key
    assert client.submit(f"{here}/sections/{idea}").status_code == 303
    for action in ("sign-off", "submit"):
        page = client.get(f"{here}/check").text
        assert "Sign-off of the chair" not in page
        client.post(f"{here}/{action}", data=form_fields(page, f"{here}/{action}"))
    db.session.refresh(trial)
    assert trial.status.value == "submitted"
