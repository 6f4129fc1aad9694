"""Proving once more who one is: pages lead there and back, a late form carries what was typed and is done once."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.services import user_sessions
from models.base import db
from models.funds import Fund
from models.grants import GrantStatus, TrancheStatus
from models.users import Role, User, UserSession
from tests.conftest import NOW
from tests.factories import PASSWORD, Programme
from tests.support.accounts import code_for, enrol
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, form_fields, text_of

LATE = NOW + user_sessions.CONFIRMED_FOR
ASK = "/account/confirm"


@pytest.fixture
def finance(client: Client, programme: Programme) -> User:
    """Signed in just now, with password and code."""
    enrol(programme.finance)
    client.sign_in(programme.finance).speak("en")
    db.session.scalars(db.select(UserSession)).one().confirmed_at = NOW
    return programme.finance


def new_fund(client: Client, programme: Programme) -> dict[str, str]:
    """A filled-in form of a new fund."""
    donor = programme.fund.donor_id
    form = choose_form(client.get("/funds/new").text, "/funds/new")
    texts = {f"{name}_{code}": f"{name} {code}\r\nэкинчи сап" for name in ("purpose",) for code in ("ky", "ru", "en")}
    names = {f"name_{code}": f"Жаңы «фонд» & {code}" for code in ("ky", "ru", "en")}
    more = {"code": "EU-9", "currency": "KGS", "amount": "5 000 000", "starts_on": "01.01.2026"}
    statements = {f"statement_{code}": "..." for code in ("ky", "ru", "en")}
    return filled(form, {**texts, **names, **more, **statements, "ends_on": "31.12.2027", "donor": str(donor)})


def question(page: str) -> dict[str, Any]:
    """Every field of the question a late form is answered with: a text, or all texts of boxes."""
    found = form_fields(page)
    fields = {name: texts if len(texts) > 1 else texts[0] for name, texts in found.to_dict(flat=False).items()}
    assert "proof_code" in fields or "proof_password" in fields
    return fields


def funds() -> list[str]:
    return sorted(db.session.scalars(db.select(Fund.code)))


def test_a_page_leads_to_the_question_and_back(client: Client, finance: User) -> None:
    assert client.get("/funds/new").status_code == 200
    with clock.at(LATE):
        for open_ in ("/", "/funds", "/grants"):
            assert client.get(open_).status_code == 200
        answer = client.get("/funds/new?donor=1")
        assert answer.location == f"{ASK}?next=/funds/new?donor%3D1"
        page = client.get(answer.location)
        assert page.status_code == 200
        refused = client.submit(answer.location, action=answer.location, proof_code="000000")
        assert refused.status_code == 422
        assert "does not fit" in text_of(refused.text)
        back = client.submit(answer.location, action=answer.location, proof_code=code_for(finance))
        assert (back.status_code, back.location) == (303, "/funds/new?donor=1")
        assert client.get(back.location).status_code == 200
        page = client.get(answer.location)  # the back button
        assert "You have confirmed it" in text_of(page.text) and 'href="/funds/new?donor=1"' in page.text


@pytest.mark.database
def plain(value: Any) -> list[str]:
    """The texts of a field, of which boxes send many, without the ends of lines that browsers add."""
    return [one.replace("\r", "") for one in ([value] if isinstance(value, str) else value)]


def test_a_late_form_is_asked_carries_everything_and_is_done_once(
    client: Client, programme: Programme, finance: User
) -> None:
    typed = new_fund(client, programme)
    before = funds()
    with clock.at(LATE):
        answer = client.post("/funds/new", data=typed)
        assert answer.status_code == 401
        asked = question(answer.text)
        sent = {name: value for name, value in typed.items() if name != "csrf_token"}
        assert {name: plain(value) for name, value in asked.items() if name in sent} == {
            name: plain(value) for name, value in sent.items()
        }
        assert funds() == before
        wrong = client.post("/funds/new", data={**asked, "proof_code": "000000"})
        assert wrong.status_code == 422
        assert funds() == before
        proved = {**typed, "csrf_token": asked["csrf_token"], "proof_code": code_for(finance)}
        first = client.post("/funds/new", data=proved)
        assert first.status_code == 303, text_of(first.text)
        assert funds() == sorted([*before, "EU-9"])
        assert client.post("/funds/new", data=proved).location == first.location  # a second click
        del proved["proof_code"]
        assert client.post("/funds/new", data=proved).location == first.location  # the form before, sent again
        assert funds() == sorted([*before, "EU-9"])


def test_a_refusal_of_the_view_comes_after_the_proof_and_the_proof_holds(
    client: Client, programme: Programme, finance: User
) -> None:
    typed = new_fund(client, programme) | {"amount": "many"}
    with clock.at(LATE):
        answer = client.post("/funds/new", data={**typed, "proof_code": code_for(finance)})
        assert answer.status_code == 422
        assert 'value="many"' in answer.text and "proof_code" not in answer.text
        assert client.get("/funds/new").status_code == 200


def test_a_button_of_a_payment_that_comes_late(client: Client, programme: Programme, finance: User) -> None:
    tranche = programme.make_tranche(TrancheStatus.REQUESTED)
    here = f"/tranches/{tranche.id}"
    form = choose_form(client.get(here).text, here, f"{here}/prepare")
    with clock.at(LATE):
        asked = question(client.post(f"{here}/prepare", data=filled(form, {})).text)
        assert tranche.status is TrancheStatus.REQUESTED
        answer = client.post(f"{here}/prepare", data={**asked, "proof_code": code_for(finance)})
        assert answer.location == here
        db.session.expire_all()
        assert tranche.status is TrancheStatus.PREPARED


def test_a_file_is_chosen_once_more_and_nothing_else_is_lost(
    client: Client, programme: Programme, finance: User
) -> None:
    grant = programme.make_grant(GrantStatus.ACCEPTED)
    grant.offered_by_id = programme.other_finance.id  # who offered it does not enter the paper
    here = f"/grants/{grant.id}/signed-paper"
    form = choose_form(client.get(here).text, here)

    def paper() -> tuple[io.BytesIO, str]:
        return io.BytesIO(programme.make_photo().content), "келишим.jpg"

    with clock.at(LATE):
        answer = client.post(here, data=filled(form, {"programme_signer": "Асанова", "upload": paper()}))
        assert answer.status_code == 401
        assert 'type="file"' in answer.text and 'enctype="multipart/form-data"' in answer.text
        asked = question(answer.text)
        wrong = client.post(here, data={**asked, "proof_code": "000000", "upload": paper()})
        assert wrong.status_code == 422
        answer = client.post(here, data={**asked, "proof_code": code_for(finance), "upload": paper()})
        assert answer.status_code == 303, text_of(answer.text)
        db.session.expire_all()
        assert grant.status is GrantStatus.ACTIVE


def test_without_a_second_factor_the_password_is_asked_and_waits_like_at_the_door(
    client: Client, programme: Programme
) -> None:
    operator = programme.operator_of(programme.association.centre)
    client.submit("/sign-in", action="/sign-in", name=operator.username, password=PASSWORD)
    client.speak("en")
    with clock.at(LATE):
        asked = client.get("/people/new").location
        assert "password" in client.get(asked).text
        for _guess in range(10):
            assert client.submit(asked, action=asked, proof_password="wrong").status_code == 422
        assert client.submit(asked, action=asked, proof_password=PASSWORD).status_code == 429
    with clock.at(LATE + timedelta(minutes=6)):
        assert client.submit(asked, action=asked, proof_password=PASSWORD).location == "/people/new"
        assert client.get("/people/new").status_code == 200


def test_a_password_is_never_carried(client: Client, programme: Programme) -> None:
    user = programme.make_user(Role.FINANCE)
    client.sign_in(user)
    db.session.scalars(db.select(UserSession)).one().confirmed_at = NOW
    with clock.at(LATE):
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
        assert token
        sent = {"csrf_token": token[1], "password": "ачык сөз", "reason": "kept"}
        page = client.post("/tranches/1/send-back", data=sent).text
        assert "kept" in page and "ачык сөз" not in page


def test_rights_are_looked_at_before_the_question(client: Client, programme: Programme, finance: User) -> None:
    """Who may not do it learns so at once, and a session that ended is at the door."""
    with clock.at(LATE):
        client.sign_in(programme.make_user(Role.MONITOR))
        assert client.get("/funds/new").status_code == 403


def test_a_wrong_place_to_go_back_to_is_the_desk(client: Client, finance: User) -> None:
    with clock.at(LATE):
        here = f"{ASK}?next=https://evil.example"
        assert client.submit(here, action=here, proof_code=code_for(finance)).location == "/"
