"""Remitters: registered once in an association, whose money it is, two entries of one person made one."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import applications, remitter_links, remitters
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, ChangedMeanwhileError, DomainError
from models.applications import ApplicationStatus
from models.base import db
from models.contributions import Contribution, ContributionStatus
from models.people import Person
from models.pledges import Pledge
from models.remitters import Remitter
from tests.support.shelf import kept


@pytest.fixture
@kept
def grant(programme):
    return programme.make_grant("active", is_matched=True)


def named(programme, grant, name, country="RU", **fields):
    by = {"actor": programme.chair_actor(grant), "now": clock.now()}
    return remitters.named(grant.association, name, country, **by, **fields)


def test_a_name_is_entered_once_and_one_much_like_it_is_asked_about(programme, grant):
    first = named(programme, grant, "Өмүрбек Асанов")
    assert (first.person.full_name, first.association_id) == ("Өмүрбек Асанов", grant.association_id)
    assert named(programme, grant, "омурбек  асанов", is_another=False) is first
    for name, country in (("Асанов Өмүрбек", "RU"), ("Өмүрбек Асанов", "KZ")):
        with pytest.raises(AlreadyUsedError) as refusal:
            named(programme, grant, name, country, is_another=False)
        assert refusal.value.parameters["names"] == "Өмүрбек Асанов"
    chosen = named(programme, grant, "Тоолук", is_pseudonym=True, is_another=False)
    assert chosen.person is None
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(sa.update(Remitter).where(Remitter.id == chosen.id).values(person_id=first.person_id))
    with pytest.raises(IntegrityError), db.session.begin_nested():
        row = sa.select(Contribution.id).where(Contribution.remitter_id.is_not(None)).limit(1).scalar_subquery()
        db.session.execute(sa.update(Contribution).where(Contribution.id == row).values(remitter_id=None))


def test_money_is_that_of_the_pledge_of_who_was_chosen_or_of_the_sender(programme, grant):
    pledge = applications.pledges_of(grant.application)[0]
    promised, other = pledge.remitter, named(programme, grant, "Гүлнара")
    assert (promised.name, promised.country) == (pledge.remitter_name, pledge.country)
    assert programme.make_contribution(grant, pledge=pledge, sender_name="Иниси").remitter is promised
    assert programme.make_contribution(grant, remitter=other, sender_name="Иниси").remitter is other
    sender = programme.make_contribution(grant, sender_name="Иниси").remitter
    assert (sender.name, sender.country) == ("Иниси", "RU")
    in_cash = {"kind": "community_cash", "channel": None, "reference": ""}
    assert programme.make_contribution(grant, **in_cash).remitter is None, "the village gave it"
    with pytest.raises(DomainError, match="башка киши"):
        programme.make_contribution(grant, pledge=pledge, remitter=other)
    elsewhere = programme.make_grant("active")
    with pytest.raises(DomainError, match="тизмесинен"):
        programme.make_contribution(elsewhere, remitter=other)


def test_two_entries_become_one_and_both_names_find_it(programme, grant):
    keep, other = named(programme, grant, "Айбек Токтогулов"), named(programme, grant, "Айбек", "KZ")
    row = programme.make_contribution(grant, ContributionStatus.VERIFIED, remitter=other, amount=700_00)
    by = {"actor": programme.chair_actor(grant), "now": clock.now()}
    with pytest.raises(DomainError):
        remitters.join(other, other, reason="Бир киши", **by)
    remitters.join(other, keep, reason="Бир киши, телефону бир", **by)
    assert row.remitter_id == keep.id and remitters.find(grant.association, "Айбек", "KZ") is keep
    listed = {one.remitter.id: one for one in remitters.listed(grant.association)}
    assert (listed[keep.id].verified, listed[keep.id].sums) == (700_00, 1) and other.id not in listed
    with pytest.raises(DomainError, match="кайра караңыз"):
        remitters.save(other, name="Айбек", country="KZ", is_pseudonym=False, phone="", **by)


def test_a_chosen_name_takes_the_person_out_of_the_register(programme, grant):
    row, taken = named(programme, grant, "Нурлан Асанов"), named(programme, grant, "Темирчи", is_pseudonym=True)
    person_id, by = row.person_id, {"actor": programme.chair_actor(grant), "now": clock.now()}
    with pytest.raises(AlreadyUsedError):
        remitters.save(row, name=taken.name, country="RU", is_pseudonym=True, phone="", **by)
    remitters.save(row, name="Бүркүт", country="RU", is_pseudonym=True, phone="0555 1", **by)
    assert (row.name, row.phone, row.person) == ("Бүркүт", "0555 1", None)
    assert db.session.get(Person, person_id) is None
    remitters.save(row, name="Нурлан Асанов", country="RU", is_pseudonym=False, phone="", **by)
    assert row.person.full_name == "Нурлан Асанов"


def test_who_is_only_in_a_pledge_that_was_taken_out_is_forgotten(programme):
    application = programme.make_application(ApplicationStatus.DRAFT)
    actor, now = Actor(programme.chair_of(application.association)), clock.now()
    pledge = applications.pledges_of(application)[0]
    before, person_id = pledge.remitter_id, pledge.remitter.person_id
    assert pledge.remitter.consent_version == pledge.consent_version
    fields = {
        name: getattr(pledge, name) for name in ("is_pseudonym", "currency", "amount", "due_on", "has_consent")
    } | {"remitter_name": "Башка Адам", "country": "KZ"}  # fmt: skip
    applications.change_pledge(pledge, application, **fields, actor=actor, now=now)
    assert pledge.remitter.name == "Башка Адам"
    is_left = db.session.scalar(db.select(db.func.count()).where(Pledge.remitter_id == before))
    assert (db.session.get(Remitter, before) is None) == (not is_left)
    assert (db.session.get(Person, person_id) is None) == (not is_left)
    gone = pledge.remitter_id
    applications.remove_pledge(pledge, application, actor=actor, now=now)
    assert db.session.get(Remitter, gone) is None


def test_two_people_of_one_name_become_two_entries_and_a_link_shows_one(programme):
    grant = programme.make_grant("active")
    actor, now = programme.chair_actor(grant), clock.now()
    mine, other = programme.make_contribution(grant, "verified"), programme.make_contribution(grant, "verified")
    one = mine.remitter
    assert one is other.remitter, "same name, same country, same association"
    link, token = remitter_links.issue(one, actor=actor, now=now)
    words = {"name": f"{one.name} (Базар-Коргон)", "country": one.country, "reason": "Туулган жылы башка"}
    for field, rows, wrong in (
        ("rows", [], {}),
        ("name", [other], {"name": one.name}),
        ("reason", [other], {"reason": ""}),
    ):
        with pytest.raises(DomainError) as refusal:
            remitters.separate(one, rows, **(words | wrong), actor=actor, now=now)
        assert refusal.value.field == field
    made = remitters.separate(one, [other], **words, actor=actor, now=now)
    assert (mine.remitter, other.remitter) == (one, made) and made.name.endswith("(Базар-Коргон)")
    (project,) = remitter_links.projects_of(remitter_links.open_by(token, address="192.0.2.9", now=now).remitter)
    assert list(project.own) == [mine] and link.remitter is one
    with pytest.raises(ChangedMeanwhileError):
        remitters.separate(one, [other], **(words | {"name": "Башка Адам"}), actor=actor, now=now)


def test_who_has_a_link_is_not_forgotten_with_the_last_pledge(programme):
    grant = programme.make_grant("active")
    row = programme.make_contribution(grant, "refused")
    remitter_links.issue(row.remitter, actor=programme.chair_actor(grant), now=clock.now())
    remitter, row.remitter = row.remitter, programme.make_contribution(grant, sender_name="Башка Адам").remitter
    db.session.flush()
    remitters.forget_unused(remitter, actor=programme.chair_actor(grant), now=clock.now())
    db.session.flush()
    assert db.session.get(type(remitter), remitter.id) is remitter
