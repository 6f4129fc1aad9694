"""A changed account on the pages: told with a paper, objected to, answered and settled."""

import pytest

from app import clock
from app.services import payout_accounts
from app.services.actors import Actor
from models.base import db
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database


def test_a_change_is_told_objected_to_and_settled_from_the_pages(client, programme):
    association, now = programme.make_association(), clock.now()
    operator, chair = programme.operator_of(association.centre), programme.chair_of(association)
    by = Actor(operator, on_behalf_of=association)
    account = payout_accounts.propose(association, bank="РСК", number="12990007", holder="Айыл", actor=by, now=now)
    payout_accounts.confirm(account, actor=Actor(programme.finance), now=now)
    db.session.commit()
    page, tell = f"/associations/{association.id}", f"/payout-accounts/{account.id}/notices/new"
    client.sign_in(operator).speak("en")
    assert "You asked for this change" in text_of(client.get(tell).text)
    assert client.get(f"/payout-accounts/{account.id}/notices/paper").data.startswith(b"%PDF")
    client.sign_in(programme.finance).speak("en")
    assert "You confirmed this account" in text_of(client.get(tell).text) and tell not in client.get("/").text
    client.sign_in(programme.other_finance).speak("en")
    assert tell in client.get(page).text and tell in client.get("/").text
    assert client.submit(tell, told_on="12.10.2026").status_code == 422
    told = {"person": str(chair.person_id), "way": "phone", "told_on": clock.bishkek_day(now).strftime("%d.%m.%Y")}
    assert client.submit(tell, **told).location == page
    assert "By phone, the number known before" in text_of(client.get(page).text)
    client.sign_in(chair).speak("en")
    objects = f"/payout-accounts/{account.id}/objections/new"
    assert objects in client.get(page).text and client.submit(objects, reason="").status_code == 422
    here = client.submit(objects, reason="Билген эмесмин").location
    assert "Билген эмесмин" in client.get(here).text and client.get(f"{here}/answer").status_code == 403
    client.sign_in(programme.other_finance).speak("en")
    assert here in client.get("/").text and f"{here}/answer" in client.get(here).text
    assert client.submit(f"{here}/answer", verdict="dismiss", reason="").status_code == 422
    assert client.submit(f"{here}/answer", verdict="dismiss", reason="Протокол бар").location == here
    assert "another person settles it" in text_of(client.get(here).text)
    client.sign_in(programme.secretary).speak("en")
    assert here in client.get("/").text
    assert client.submit(f"{here}/disagree", reason="Кайра чалыңыз").location == here
    client.sign_in(programme.other_finance)
    client.submit(f"{here}/answer", verdict="uphold", reason="Протокол жок")
    client.sign_in(programme.secretary).speak("en")
    assert client.submit(here, action=f"{here}/agree").location == here
    assert "Objection was right" in text_of(client.get(here).text)
    db.session.expire_all()
    assert association.payout_account is account.replaces
