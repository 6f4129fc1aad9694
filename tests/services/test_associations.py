"""Associations: one a village and one an ayil okmotu, by whomever and whenever they are registered."""

from datetime import date, timedelta
from functools import partial

import pytest

from app import clock
from app.localisation import use_locale
from app.services import (
    associations,
    contributions,
    expenditures,
    notifications,
    payout_accounts,
    places,
    results,
    screenings,
    tranches,
    visits,
)
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.applications import ScreeningOutcome
from models.associations import Association, AssociationKind, MembershipRole
from models.audit import AuditEvent
from models.base import db
from models.contributions import Check
from models.people import MigrantStatus
from models.users import Role, RoleAssignment, User
from models.visits import RiskRating
from tests.factories import Programme, three

pytestmark = pytest.mark.either_database

VILLAGE, OVER_THEM = AssociationKind.VILLAGE, AssociationKind.AYIL_OKMOTU


def found(programme: Programme, kind: AssociationKind, village=None, **changes):
    centre = programme.association.centre
    given = {
        "ayil_okmotu": centre.ayil_okmotu,
        "centre": centre,
        "village": village,
        "founded_on": date(2024, 5, 1),
        "actor": Actor(programme.administrator),
        "now": clock.now(),
    }
    return associations.found(kind, three("Ассоциация"), **(given | changes))


def free_village(programme: Programme):
    return next(
        one for one in places.villages(programme.association.ayil_okmotu) if one.id != programme.association.village_id
    )


def test_a_village_has_one_association_and_the_refusal_names_it(programme: Programme) -> None:
    there = programme.association
    with pytest.raises(AlreadyUsedError) as refused:
        found(programme, VILLAGE, there.village)
    with use_locale("ky"):
        assert there.name_ky in str(refused.value)
    assert refused.value.field == "village"
    assert found(programme, VILLAGE, free_village(programme)).village_id != there.village_id


def test_an_ayil_okmotu_has_one_association_over_the_villages(programme: Programme) -> None:
    made = found(programme, OVER_THEM, programme.association.village)
    assert made.village is None
    with pytest.raises(AlreadyUsedError) as refused:
        found(programme, OVER_THEM)
    assert refused.value.field == "kind"
    assert associations.of_centre(made.centre) == [made, programme.association]


@pytest.mark.parametrize("what", ["no village", "foreign village", "future"])
def test_what_does_not_fit_registers_nothing(programme: Programme, what: str) -> None:
    assert programme.association
    foreign = programme.make_association(in_another_centre=True).village
    before = db.session.scalar(db.select(db.func.count()).select_from(Association))
    with pytest.raises(DomainError) as refused:
        if what == "future":
            tomorrow = clock.bishkek_day(clock.now()) + timedelta(days=1)
            found(programme, VILLAGE, free_village(programme), founded_on=tomorrow)
        else:
            found(programme, VILLAGE, foreign if what == "foreign village" else None)
    assert refused.value.field == ("founded_on" if what == "future" else "village")
    assert db.session.scalar(db.select(db.func.count()).select_from(Association)) == before


def test_a_changed_name_is_found_and_sorted(programme: Programme) -> None:
    association, actor = programme.association, Actor(programme.administrator)
    associations.change(association, three("Өзгөчө"), founded_on=None, actor=actor, now=clock.now())
    assert associations.search("озгочо") == [association]
    assert association.founded_on is None
    last = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None and (last.action, last.actor_id) == ("association.change", programme.administrator.id)


@pytest.mark.parametrize(("typed", "kept"), [("0700 11 22 33", "+996700112233"), ("", None), ("no", "refused")])
def test_a_member_s_phone_is_kept_in_one_form(programme: Programme, typed: str, kept: str | None) -> None:
    def enrol():
        return associations.enrol(
            programme.association,
            "Осмон кызы Толгонай",
            MembershipRole.MEMBER,
            sex=None,
            birth_year=None,
            phone=typed,
            migrant_status=MigrantStatus.NONE,
            since_on=date(2025, 1, 1),
            actor=Actor(programme.administrator),
            now=clock.now(),
        )

    if kept == "refused":
        with pytest.raises(DomainError) as refused:
            enrol()
        assert refused.value.field == "phone"
    else:
        assert enrol().person.phone == kept


def propose(programme: Programme, number: str = "1299000011112222"):
    return payout_accounts.propose(
        programme.association,
        bank="РСК Банк",
        number=number,
        holder="Айыл",
        actor=Actor(programme.chair),
        now=clock.now(),
    )


def test_a_newer_proposal_takes_the_place_of_the_open_one(programme: Programme) -> None:
    first, second, finance = propose(programme), propose(programme, "1299000033334444"), Actor(programme.finance)
    assert not first.is_open and second.is_open
    with pytest.raises(AlreadyUsedError):
        payout_accounts.confirm(first, actor=finance, now=clock.now())
    payout_accounts.confirm(second, actor=finance, now=clock.now())
    assert programme.association.payout_account is second


def test_a_refused_proposal_is_told_with_its_reason_and_cannot_be_confirmed(programme: Programme) -> None:
    proposed, finance, now = propose(programme), Actor(programme.finance), clock.now()
    before = programme.association.payout_account
    with pytest.raises(IncompleteError) as refused:
        payout_accounts.refuse(proposed, reason=" ", actor=finance, now=now)
    assert refused.value.field == "reason"
    payout_accounts.refuse(proposed, reason="Ээси башка", actor=finance, now=now)
    news = notifications.inbox(programme.chair)[0]
    assert "refused" in news.message and news.parameters["reason"] == "Ээси башка"
    for act in (payout_accounts.confirm, partial(payout_accounts.refuse, reason="кайра")):
        with pytest.raises(AlreadyUsedError):
            act(proposed, actor=finance, now=now)
    assert programme.association.payout_account is before is not None


def interested(programme: Programme, role: Role, tie: str) -> User:
    """Somebody with an office who has a part in the association all the same."""
    association, now = programme.association, clock.now()
    user = programme.make_user(role)
    if tie == "member by person":
        associations.add_member(
            association, user.person, MembershipRole.MEMBER, since_on=date(2025, 1, 1), actor=None, now=now
        )
    else:  # roles given before they were kept apart
        scope = {"association_id": association.id} if tie == "member" else {"centre_id": association.centre_id}
        db.session.add(RoleAssignment(user=user, role=Role(tie), granted_at=now, **scope))
    db.session.flush()
    db.session.expire_all()
    return user


def acts_of_interest(programme: Programme):
    """{verb: (whose act, a call of it)} of everything that judges, verifies or pays for the association."""
    now, association = clock.now(), programme.association

    def grant():
        return programme.make_grant(is_matched=True, association=association)

    def contribution(actor):
        row = programme.make_contribution(grant())
        contributions.verify(row, checks=list(Check), actor=actor, now=now)

    def release(actor):
        tranche = programme.make_tranche("approved", grant=grant())
        day = clock.bishkek_day(now)
        tranches.release(tranche, bank_reference="P-1", value_on=day, actor=actor, now=now)

    def visit(actor):
        row = visits.plan(grant(), planned_on=clock.bishkek_day(now), visitor=actor.user, actor=actor, now=now)
        visits.record(
            row,
            visited_on=clock.bishkek_day(now),
            checklist={},
            findings="Баары жайында, иш жүрүп жатат.",
            follow_up="",
            risk=RiskRating.LOW,
            latitude=None,
            longitude=None,
            actor=actor,
            now=now,
        )

    def spending(actor):
        row = programme.make_expenditure(programme.make_tranche("confirmed", grant=grant()).grant)
        expenditures.accept(row, actor=actor, now=now)

    def screening(actor):
        application = programme.make_application("submitted", association=association)
        screenings.screen(application, ScreeningOutcome.ELIGIBLE, reason="", actor=actor, now=now)

    return {
        "contribution": (Role.MONITOR, contribution),
        "prepare": (
            Role.FINANCE,
            lambda actor: tranches.prepare(programme.make_tranche("requested", grant=grant()), actor=actor, now=now),
        ),
        "approve": (
            Role.FINANCE,
            lambda actor: tranches.approve(programme.make_tranche("prepared", grant=grant()), actor=actor, now=now),
        ),
        "release": (Role.FINANCE, release),
        "spending": (Role.FINANCE, spending),
        "visit": (Role.MONITOR, visit),
        "result": (
            Role.MONITOR,
            lambda actor: results.verify(programme.make_result(grant()), actor=actor, now=now),
        ),
        "account": (
            Role.FINANCE,
            lambda actor: payout_accounts.confirm(propose(programme), actor=actor, now=now),
        ),
        "screening": (Role.SECRETARY, screening),
    }


@pytest.mark.parametrize("tie", ["member by person", "member", "operator"])
@pytest.mark.parametrize(
    "act", ["contribution", "prepare", "approve", "release", "spending", "visit", "result", "account", "screening"]
)
def test_who_has_a_part_in_the_association_neither_judges_nor_pays(programme: Programme, act: str, tie: str) -> None:
    role, perform = acts_of_interest(programme)[act]
    user = interested(programme, role, tie)
    with pytest.raises(SeparationOfDutyError) as refused:
        perform(Actor(user))
    assert refused.value.parameters == {"association": {"name": programme.association.names}}


def test_a_member_of_before_may_act(programme: Programme) -> None:
    user = interested(programme, Role.FINANCE, "member by person")
    held = next(one for one in programme.association.memberships if one.person_id == user.person_id)
    held.until_on = date(2026, 1, 1)
    db.session.flush()
    payout_accounts.confirm(propose(programme), actor=Actor(user), now=clock.now())
