"""Planted conflicts of interest are found among honest pairs, and what the secretary says of one stays said."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from app import clock
from app.services import (
    agendas,
    assignments,
    conflict_detection,
    conflicts,
    detected_conflicts,
    interests,
    reviews,
    users,
    workloads,
)
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.applications import Application, ApplicationStatus
from models.associations import Association, Membership, MembershipRole
from models.audit import AuditEvent
from models.base import db
from models.calls import Call, CallStatus
from models.detected_conflicts import ConflictPart, ConflictStrength, ConflictVerdict, DetectedConflict
from models.interests import InterestKind
from models.people import Person
from models.places import AyilOkmotu, Village
from models.pledges import Pledge
from models.reviews import AssignmentStatus, ConflictKind
from models.users import Role, User
from tests.conftest import Demonstration
from tests.factories import Programme
from tests.support.queries import unprotect

WHY = "Паспорту менен салыштырдым, катчыдан сурадым."
OTHER_SPELLING = (
    ("Таңатаров Өмүрбек", "Тангатаров Омурбек"),
    ("Жумабаева Гүлзыйнат", "Джумабаева Гулзийнат"),
    ("Эсенов Ырысбай", "Есенов Ирисбай"),
    ("Сүйүнбаева Бүбүкан", "Бубукан Суйунбаева"),
    ("Үмүтбекова Айгүл", "Айгуль Умутбекова"),
)
PATRONYMICS = (
    ("Сыдыгалиев Эрлан", "Сыдыгалиев Эрлан Токтосунович"),
    ("Мамбеталиева Асел", "Асель Мамбеталиева Эсеновна"),
    ("Көчкөнов Данияр", "Кочконов Данияр Ысакович"),
    ("Бөлөкбаева Нурзат", "Болокбаева Нурзат Канатовна"),
    ("Шаршенкулов Тилек Маратович", "Шаршенкулов Тилек"),
)
FATHERS = (
    ("Токтогазиев Мирлан", "Мирлан Токтогазы уулу"),
    ("Өзгөнбай уулу Үсөн", "Усон Озгонбаев"),
    ("Сагынбаева Жийде", "Сагынбай кызы Жийде"),
    ("Кенешбек кызы Айпери", "Айпери Кенешбековна"),
    ("Дүйшөн уулу Алымбек", "Алымбек Дуйшонович Төрөбеков"),
)
KIN = (
    ("Көкүмбаева Сүйүн", "Кокумбаева Суйун Асылбековна"),
    ("Эшенкул уулу Өмүр", "Эшенкулов Омур"),
    ("Жекшембиев Таңат", "Джекшембиев Тангат"),
    ("Ботокан Чоюнбай кызы", "Чоюнбаева Ботокан"),
    ("Дөөлөтбакова Зейне", "Зейне Долотбакова"),
)
REMITTERS = (
    ("Чолпонкулова Дилбарай", "Чолпонкулова Дилбарай"),
    ("Ысралиев Өзгөнбек", "Исралиев Озгонбек"),
    ("Өскөнбаева Перизат", "Осконбаева Перизат Таалаевна"),
    ("Мырзакмат уулу Кутман", "Мырзакматов Кутман"),
    ("Дүйшөкеева Үркүя", "Уркуя Дуйшокеева"),
)


class Planter:
    """Plants conflicts between new reviewers and the applications of the open call, each pair once."""

    def __init__(self, demo: Demonstration) -> None:
        self.now = demo.now
        self.call = db.session.scalars(db.select(Call).where(Call.status == CallStatus.OPEN)).one()
        query = db.select(Application).where(Application.call_id == self.call.id, Application.submitted_at.is_not(None))
        self.applications = list(db.session.scalars(query.where(~Application.is_test).order_by(Application.id)))
        self.far = list(db.session.scalars(db.select(Village).order_by(Village.id)))
        self.pairs: list[tuple[str, int, int]] = []

    def judge(self, kind: str, name: str = "", **fields: Any) -> tuple[User, Application]:
        """A reviewer who lives nowhere in the programme, and the application it is planted with."""
        number = len(self.pairs)
        application = self.applications[number % len(self.applications)]
        person = Person(
            full_name=name or f"Алтынчиев{number} Касым", folded_name=name.casefold(), consented_at=self.now, **fields
        )
        db.session.add(person)
        db.session.flush()
        user, _password = users.create(person, f"planted{number}", actor=None, now=self.now)
        users.grant_role(user, Role.REVIEWER, actor=None, now=self.now)
        self.pairs.append((kind, user.id, application.id))
        return user, application

    def member(self, application: Application, name: str = "", **fields: Any) -> Person:
        """One more member of the applicant."""
        full_name = name or f"Башкача{len(self.pairs)} Ысым"
        person = Person(full_name=full_name, folded_name=full_name, consented_at=self.now, **fields)
        db.session.add(person)
        db.session.flush()
        made = Membership(
            association_id=application.association_id,
            person_id=person.id,
            role=MembershipRole.MEMBER,
            since_on=self.now.date(),
        )
        db.session.add(made)
        return person

    def interest(self, user: User, kind: InterestKind, name: str, number: str = "") -> None:
        by = {"relation": "жээним", "register_number": number, "actor": Actor(user), "now": self.now}
        interests.declare(kind, name=name, **by)  # type: ignore[arg-type]


def plant(planter: Planter) -> None:
    for number in range(5):
        _user, application = planter.judge("PIN", pin=f"2010119800000{number}")
        planter.member(application, pin=f"2010119800000{number}")
    for number in range(5):
        _user, application = planter.judge("phone", phone=f"+99670012340{number}")
        planter.member(application, phone=f"0700 12-34-0{number}")
    for kind, names in (("other spelling", OTHER_SPELLING), ("patronymic", PATRONYMICS), ("-uulu, -kyzy", FATHERS)):
        for own, theirs in names:
            _user, application = planter.judge(kind, own)
            planter.member(application, theirs, birth_year=1980)
    for number in range(5):
        user, application = planter.judge("shared account")
        applied = {one.association_id for one in planter.applications}
        query = db.select(Association).where(Association.id.not_in(applied), ~Association.is_test)
        banked = [one for one in db.session.scalars(query.order_by(Association.id)) if one.payout_account]
        elsewhere, theirs = banked[number].payout_account, application.association.payout_account
        day, role = planter.now.date(), MembershipRole.MEMBER
        mine = Membership(association=banked[number], person=user.person, role=role, since_on=day)
        db.session.add(mine)
        assert elsewhere is not None and theirs is not None
        unprotect("payout_accounts")
        elsewhere.number = theirs.number
    for number in range(5):
        user, application = planter.judge("place")
        home = application.association.ayil_okmotu
        if number < 3:
            user.person.village = next(one for one in planter.far if one.ayil_okmotu_id == home.id)
        else:  # in what was another ayil okmotu and is merged with it
            before = next(one for one in planter.far if one.ayil_okmotu_id not in taken(planter))
            user.person.village = before
            db.session.get_one(AyilOkmotu, before.ayil_okmotu_id).successor_id = home.id
    for own, theirs in REMITTERS:
        _user, application = planter.judge("remitter", own)
        pledge = db.session.scalars(db.select(Pledge).where(Pledge.application_id == application.id)).first()
        assert pledge is not None
        pledge.remitter_name, pledge.is_pseudonym = theirs, False
    for number in range(5):
        user, application = planter.judge("business")
        account = application.association.payout_account
        assert account is not None
        if number % 2:
            planter.interest(user, InterestKind.BUSINESS, application.association.name_ru)
        else:
            account.holder = f"Чоңкур{'абвгд'[number]} Сапаркул"
            planter.interest(user, InterestKind.BUSINESS, f"ЧП Чонкур{'абвгд'[number]} Сапаркул")
    for own, theirs in KIN:
        user, application = planter.judge("kin")
        planter.member(application, theirs)
        planter.interest(user, InterestKind.KIN, own)
    db.session.flush()


def plant_namesakes(planter: Planter) -> set[tuple[int, int]]:
    """Honest pairs that share a name or a number's beginning, and are two people by what is known of both."""
    meant = len(planter.pairs)
    for own, _theirs in OTHER_SPELLING:
        _user, application = planter.judge("another year", own.replace("ов", "баев"), birth_year=1960)
        planter.member(application, own.replace("ов", "баев"), birth_year=1991)
    for number, (own, _theirs) in enumerate(PATRONYMICS):
        surname, given = own.split()[:2]
        _user, application = planter.judge("another father", f"{surname} {given}бек Асанович")
        planter.member(application, f"{surname} {given}бек Эсенович")
        _user, application = planter.judge("another PIN", f"{surname} {given}кан", pin=f"2111119700000{number}")
        planter.member(application, f"{surname} {given}кан", pin=f"2111119700009{number}")
    honest = {(user_id, application_id) for _kind, user_id, application_id in planter.pairs[meant:]}
    del planter.pairs[meant:]
    return honest


def taken(planter: Planter) -> set[int]:
    """The ayil okmotus of applicants, and those merged already."""
    merged = db.select(AyilOkmotu.id).where(AyilOkmotu.successor_id.is_not(None))
    return {one.association.ayil_okmotu_id for one in planter.applications} | set(db.session.scalars(merged))


def merged(planter: Planter) -> set[tuple[int, int]]:
    """The pairs that have become neighbours by the merged ayil okmotus, beside those meant."""
    there = {one.id: one.successor_id for one in db.session.scalars(db.select(AyilOkmotu)) if one.successor_id}
    return {
        (user.id, one.id)
        for user in db.session.scalars(db.select(User))
        for one in planter.applications
        if user.person.village and there.get(user.person.village.ayil_okmotu_id) == one.association.ayil_okmotu_id
    }


def test_planted_conflicts_are_found_and_honest_pairs_are_not(demo: Demonstration) -> None:
    planter = Planter(demo)
    plant(planter)
    namesakes = plant_namesakes(planter)
    conflict_detection.search(planter.call, now=demo.now)
    hits = {(one.user_id, one.application_id) for one in db.session.scalars(db.select(DetectedConflict))}
    by_id = {one.id: one for one in planter.applications}
    missed = [
        (kind, db.session.get_one(User, user_id).display_name)
        for kind, user_id, application_id in planter.pairs
        if (user_id, application_id) not in hits
        and not conflicts.hindrance(by_id[application_id], db.session.get_one(User, user_id))
    ]
    planted = {(user_id, application_id) for _kind, user_id, application_id in planter.pairs} | merged(planter)
    judges = {one for role in conflicts.KEPT_FROM_TIES for one in conflict_detection.notifications.holders(role)}
    alarms = hits - planted
    assert len(namesakes) == 15 and not namesakes & planted
    print(
        f"planted {len(planted)} of {len({kind for kind, *_pair in planter.pairs})} kinds, missed {len(missed)}; "
        f"{len(judges) * len(by_id) - len(planted)} honest pairs, {len(namesakes)} of namesakes; "
        f"{len(alarms)} false alarms of {len(hits)} found"
    )
    assert len(planted) >= 40 and missed == []
    assert len(alarms) <= len(hits) * 5 / 100


# What the secretary says ------------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(programme: Programme) -> Application:
    return suspected(programme, programme.call)


def suspected(programme: Programme, call: Call) -> Application:
    """Both reviews are in; the first reviewer and a member of the applicant turn out to have one phone."""
    application = programme.make_application(ApplicationStatus.REVIEWED, call=call)
    tell_apart()
    application.association.memberships[0].person.phone = "+996555010203"
    first(application).reviewer.person.phone = "0555 01-02-03"
    conflict_detection.search(application.call, now=clock.now())
    return application


def first(application: Application) -> Any:
    return assignments.of_application(application)[0]


def tell_apart() -> None:
    """The people of the factories are namesakes: give each a name of their own."""
    for person in db.session.scalars(db.select(Person)):
        letters = "".join("абвгдежзик"[int(digit)] for digit in str(person.id))
        person.full_name = f"Ж{letters}лов К{letters}р"
    db.session.flush()


def found(application: Application) -> DetectedConflict:
    query = db.select(DetectedConflict).where(DetectedConflict.application_id == application.id)
    return db.session.scalars(query).one()


def say(programme: Programme, one: DetectedConflict, verdict: ConflictVerdict, reason: str = WHY) -> None:
    detected_conflicts.judge(one, verdict, reason=reason, actor=Actor(programme.secretary), now=clock.now())


def test_a_suspicion_hinders_nobody_and_a_confirmed_conflict_voids_the_review(programme, reviewed):
    one, asked = found(reviewed), first(reviewed)
    reviewer, call = asked.reviewer, reviewed.call
    assert (one.kind, one.strength, one.clues) == (ConflictKind.KINSHIP, ConflictStrength.STRONG, "phone")
    assert conflicts.hindrance(reviewed, reviewer) == "" and not conflicts.ties_of(reviewer)
    assert len(reviews.readable_by(reviewer, reviewed)) == 2
    say(programme, one, ConflictVerdict.CONFIRMED)
    assert conflicts.hindrance(reviewed, reviewer) == "A conflict of interest was found and confirmed."
    assert conflicts.ties_of(reviewer).application_ids == conflicts.closed_to(reviewer, call) == {reviewed.id}
    assert conflicts.without_ties(reviewed, [reviewer, programme.reviewers[1]]) == [programme.reviewers[1]]
    assert reviews.readable_by(reviewer, reviewed) == []
    assert asked.status is AssignmentStatus.RECUSED and asked.review.total is not None, "kept, and counted nowhere"
    assert len(assignments.submitted_reviews(reviewed)) == 1
    assert reviewed.status is ApplicationStatus.IN_REVIEW and reviewed in [
        row[0] for row in workloads.lacking(conflicts.NO_TIES)
    ]
    actions = db.session.scalars(db.select(AuditEvent.action).order_by(AuditEvent.id.desc()).limit(3)).all()
    assert actions == ["application.void_review", "assignment.void", "conflict.judge"]


def test_what_would_void_a_review_waits_until_the_discussion_is_closed(programme):
    application = suspected(programme, programme.make_past_call())
    session, by = programme.make_session(application.call), {"actor": Actor(programme.secretary), "now": clock.now()}
    agendas.discuss(session, application, **by)
    with pytest.raises(DomainError, match="талкуулап"):
        say(programme, found(application), ConflictVerdict.CONFIRMED)
    assert found(application).verdict is None
    agendas.put_back(session, application, **by)
    say(programme, found(application), ConflictVerdict.CONFIRMED)
    assert application.status is ApplicationStatus.IN_REVIEW


def test_another_reviewer_completes_the_application_again(programme, reviewed):
    say(programme, found(reviewed), ConflictVerdict.CONFIRMED)
    programme.review(programme.assign(reviewed, programme.make_user(Role.REVIEWER)))
    assert reviewed.status is ApplicationStatus.REVIEWED and len(assignments.submitted_reviews(reviewed)) == 2


def test_a_false_alarm_does_not_come_up_again(programme, reviewed):
    one = found(reviewed)
    say(programme, one, ConflictVerdict.FALSE_ALARM)
    assert first(reviewed).status is AssignmentStatus.SUBMITTED and not conflicts.ties_of(first(reviewed).reviewer)
    assert conflict_detection.search(reviewed.call, now=clock.now()) == 0
    conflict_detection.keep(reviewed, now=clock.now())
    assert found(reviewed).verdict is ConflictVerdict.FALSE_ALARM
    assert detected_conflicts.of_call(reviewed.call, programme.secretary) == []
    with pytest.raises(AlreadyUsedError):
        say(programme, one, ConflictVerdict.CONFIRMED)


def test_the_finding_is_frozen_by_the_database(programme, reviewed):
    one = found(reviewed)
    say(programme, one, ConflictVerdict.FALSE_ALARM)
    for change in ("UPDATE detected_conflicts SET verdict = 'confirmed'", "DELETE FROM detected_conflicts"):
        with pytest.raises(DatabaseError), db.session.begin_nested():
            db.session.execute(sa.text(change))


def test_what_is_not_there_any_more_goes_unless_it_was_judged(programme, reviewed):
    first(reviewed).reviewer.person.phone = None
    assert conflict_detection.search(reviewed.call, now=clock.now()) == 0
    assert db.session.scalar(db.select(db.func.count()).select_from(DetectedConflict)) == 0


def test_who_says_it_gives_a_reason_and_is_no_part_of_it(programme, reviewed):
    one, secretary = found(reviewed), programme.secretary
    with pytest.raises(IncompleteError):
        say(programme, one, ConflictVerdict.CONFIRMED, reason=" ")
    secretary.person.village_id = reviewed.association.village_id
    db.session.flush()
    assert detected_conflicts.of_call(reviewed.call, secretary) == []
    with pytest.raises(SeparationOfDutyError):
        say(programme, one, ConflictVerdict.CONFIRMED)


def test_nobody_calls_what_was_found_against_themselves_a_false_alarm(programme, reviewed):
    first(reviewed).reviewer.person.phone = None
    programme.secretary.person.phone = "0555010203"
    conflict_detection.search(reviewed.call, now=clock.now())
    with pytest.raises(SeparationOfDutyError):
        say(programme, found(reviewed), ConflictVerdict.FALSE_ALARM)
    say(programme, found(reviewed), ConflictVerdict.CONFIRMED)
    assert conflicts.hindrance(reviewed, programme.secretary)


# The register of interests ----------------------------------------------------------------------------------------


def test_an_interest_is_searched_at_once_and_found_for_a_year_after_its_end(programme):
    """Else who judges would end one in order to judge, before the secretary has said what it is."""
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    chair, reviewer = application.association.memberships[0].person, programme.make_user(Role.REVIEWER)
    tell_apart()
    conflict_detection.search(application.call, now=clock.now())
    by: dict[str, Any] = {"actor": Actor(reviewer), "now": clock.now()}
    one = interests.declare(InterestKind.KIN, name=chair.full_name, relation="эжем", register_number="", **by)
    assert found(application).kind is ConflictKind.KINSHIP and found(application).theirs == chair.full_name
    assert chair.full_name not in "".join(db.session.scalars(db.select(AuditEvent.details))), "the trail names nobody"
    interests.end(one, **by)
    assert found(application).theirs == chair.full_name
    with clock.at(clock.now() + timedelta(days=364)):
        conflict_detection.keep_judge(reviewer, now=clock.now())
        assert found(application).theirs == chair.full_name
    with clock.at(clock.now() + timedelta(days=366)):
        conflict_detection.keep_judge(reviewer, now=clock.now())
        assert db.session.scalar(db.select(db.func.count()).select_from(DetectedConflict)) == 0
    with pytest.raises(AlreadyUsedError):
        interests.end(one, **by)


def test_what_is_handed_in_is_searched_at_once(programme):
    reviewer, association = programme.make_user(Role.REVIEWER), programme.association
    by: dict[str, Any] = {"actor": Actor(reviewer), "now": clock.now()}
    interests.declare(InterestKind.MEMBERSHIP, name=association.name_ru, relation="", register_number="", **by)
    application = programme.make_application(ApplicationStatus.SUBMITTED, association=association)
    query = db.select(DetectedConflict).where(DetectedConflict.own_part == ConflictPart.OWN_MEMBERSHIP)
    one = db.session.scalars(query).one()
    assert (one.application, one.user, one.kind) == (application, reviewer, ConflictKind.MEMBERSHIP)


def test_the_first_review_of_a_call_needs_the_register_confirmed(programme):
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    reviewer = programme.make_user(Role.REVIEWER)
    day, by = clock.bishkek_day(application.call.closes_at), Actor(programme.secretary)
    asked = assignments.assign(application, reviewer, due_on=day, actor=by, now=clock.now())
    with pytest.raises(IncompleteError):
        assignments.declare(asked, None, actor=Actor(reviewer), now=clock.now())
    interests.confirm(application.call, actor=Actor(reviewer), now=clock.now())
    assignments.declare(asked, None, actor=Actor(reviewer), now=clock.now())
    assert asked.status is AssignmentStatus.ACCEPTED
    with pytest.raises(AlreadyUsedError):
        interests.confirm(application.call, actor=Actor(reviewer), now=clock.now())


@pytest.mark.parametrize("change", ["UPDATE interests SET name = 'башка'", "DELETE FROM interests"])
def test_an_interest_is_never_changed_or_deleted(programme, change: str) -> None:
    by: dict[str, Any] = {"actor": Actor(programme.reviewers[0]), "now": clock.now()}
    interests.declare(InterestKind.BUSINESS, name="Ак-Булак", relation="", register_number="", **by)
    with pytest.raises(DatabaseError), db.session.begin_nested():
        db.session.execute(sa.text(change))
