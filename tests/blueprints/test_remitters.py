"""Remitters on the screen: an association's own, what is asked about a name much like another, one entry of two."""

import pytest

from app import clock
from app.services import applications, remitters, users
from models.base import db
from models.contributions import Contribution
from models.grants import Grant
from models.users import Role
from tests.blueprints.test_contributions import record
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, sent, text_of

pytestmark = pytest.mark.either_database


@pytest.fixture
def grant(programme: Programme) -> Grant:
    return programme.make_grant("active")


def test_a_sender_is_chosen_entered_corrected_and_joined(english: Client, programme: Programme, grant: Grant) -> None:
    pledge = applications.pledges_of(grant.application)[0]
    english.sign_in(programme.chair_of(grant.association))
    asked = record(english, grant, programme.make_pdf(), sender_name=f"{pledge.remitter_name}а", currency="KGS")
    assert asked.status_code == 422 and f"{pledge.remitter_name} may be the same person" in text_of(asked.text)
    here = f"/grants/{grant.id}/contributions/new"
    again = filled(choose_form(asked.text, here), {"is_another": "y", "upload": sent(programme.make_pdf())})
    made = english.post(here, data=again)
    assert made.status_code == 303
    row = db.session.scalars(db.select(Contribution)).one()
    page = english.get(f"/remitters/{row.remitter_id}").text
    assert "May be the same person" in page and "25 000.50" in text_of(page)
    changed = english.submit(f"/remitters/{row.remitter_id}/edit", phone="0555 123456")
    assert changed.status_code == 303 and row.remitter.phone == "0555 123456"
    joined = english.submit(f"/remitters/{row.remitter_id}/join", into=str(pledge.remitter_id), reason="One person")
    assert joined.status_code == 303
    db.session.expire_all()
    assert row.remitter_id == pledge.remitter_id
    assert pledge.remitter_name in text_of(english.get(f"/associations/{grant.association_id}/remitters").text)


def test_nobody_else_sees_who_sends(english: Client, programme: Programme, grant: Grant) -> None:
    actor = programme.chair_actor(grant)
    row = remitters.named(grant.association, "Айбек", "RU", actor=actor, now=clock.now())
    db.session.commit()
    pages = (f"/remitters/{row.id}", f"/associations/{grant.association_id}/remitters")
    english.sign_in(programme.chair_of(programme.make_association()))
    assert [english.get(page).status_code for page in pages] == [404, 404]
    english.sign_in(programme.monitor)
    assert [english.get(page).status_code for page in pages] == [403, 403]
    english.sign_in(programme.finance)
    assert [english.get(page).status_code for page in pages] == [200, 200]
    both = programme.make_user(Role.FINANCE)
    users.grant_role(both, Role.COUNCIL_CHAIR, actor=None, now=clock.now())
    programme.tie(grant.application, both)
    english.sign_in(both)
    assert [english.get(page).status_code for page in pages] == [403, 403]


def test_one_entry_of_two_people_is_made_two(english: Client, programme: Programme, grant: Grant) -> None:
    mine, other = programme.make_contribution(grant), programme.make_contribution(grant, amount=77_000_00)
    here = f"/remitters/{mine.remitter_id}/separate"
    english.sign_in(programme.chair_of(grant.association))
    assert here in english.get(f"/remitters/{mine.remitter_id}").text
    assert "came: 77 000 som" in text_of(english.get(here).text)
    typed = {"name": "Токтогулов Нурбек (Массы)", "reason": "Эки башка адам"}
    assert english.submit(here, **typed).status_code == 422
    answer = english.submit(here, **typed, rows=[f"contributions-{other.id}"])
    assert answer.status_code == 303
    db.session.expire_all()
    assert other.remitter_id != mine.remitter_id and answer.location == f"/remitters/{other.remitter_id}"
    assert "77 000" in text_of(english.get(answer.location).text)
    stranger = programme.make_grant("active")
    assert english.sign_in(programme.chair_of(stranger.association)).get(here).status_code == 404
