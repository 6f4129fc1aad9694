"""Conflicts of interest found in the registers: who judges held against the people, firms and places of applicants.

Each side is kept as marks. A search is a join of the marks of both sides on their number; of the few that share one
what is known of both is compared (`people_matching.same_person`). What is found stays a suspicion until the secretary
has said what it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from app.queue import enqueue_after_commit
from app.services import audit, conflicts, notifications, standing_decisions
from app.services.actors import Actor
from app.services.likeness import mark
from app.services.people_matching import (
    Known,
    firm_key,
    name_key,
    name_keys,
    numbers_in,
    phone_mark,
    pin_mark,
    same_person,
)
from models.applications import JUDGED, Application
from models.associations import Association, Membership, PayoutAccount
from models.base import db, lock_name
from models.calls import Call, CallStatus
from models.detected_conflicts import ConflictClue, ConflictMark, ConflictPart, ConflictStrength, DetectedConflict
from models.expenditures import Expenditure
from models.grants import Grant
from models.interests import Interest, InterestKind
from models.people import Person
from models.places import AyilOkmotu, Village
from models.pledges import Pledge
from models.reviews import ConflictKind
from models.suppliers import Supplier
from models.users import User

_AT_ONCE = 500
AFTERWARDS = timedelta(days=365)
"""How long an interest that has ended is still looked for."""
C, P = ConflictClue, ConflictPart
_PARTS = {
    InterestKind.KIN: P.KIN,
    InterestKind.MEMBERSHIP: P.OWN_MEMBERSHIP,
    InterestKind.BUSINESS: P.OWN_BUSINESS,
    InterestKind.CONTRIBUTION: P.OWN_CONTRIBUTION,
}
_KINDS = {
    P.KIN: ConflictKind.KINSHIP,
    P.OWN_MEMBERSHIP: ConflictKind.MEMBERSHIP,
    P.OWN_BUSINESS: ConflictKind.BUSINESS,
    P.OWN_CONTRIBUTION: ConflictKind.CONTRIBUTOR,
}
_KINDS_OF_SELF = {
    P.MEMBER: ConflictKind.MEMBERSHIP,
    P.REMITTER: ConflictKind.CONTRIBUTOR,
    P.SUPPLIER: ConflictKind.BUSINESS,
    P.HOLDER: ConflictKind.BUSINESS,
    P.ASSOCIATION: ConflictKind.PLACE,
}
"""What it is when the person who judges is found at the applicant."""
Row = dict[str, Any]


# Marks -----------------------------------------------------------------------------------------------------------


def _marks(side: Row, part: ConflictPart, name: str, clues: Iterable[tuple[ConflictClue, int | None]]) -> Iterator[Row]:
    empty = {"user_id": None, "application_id": None, "person_id": None, "birth_year": None, "pin": None}
    for clue, number in clues:
        if number is not None:
            yield empty | side | {"part": part, "name": name, "clue": clue, "mark": number}


def _name_clues(name: str) -> Iterator[tuple[ConflictClue, int]]:
    return ((C.NAME, mark("person", key)) for key in name_keys(name))


def _firm_clues(*texts: str) -> Iterator[tuple[ConflictClue, int]]:
    for key in {firm_key(text) for text in texts} - {""}:
        yield C.FIRM, mark("firm", key)
    for number in numbers_in(texts):
        yield C.NUMBER, mark("number", number)


def _person_marks(side: Row, part: ConflictPart, person: Any) -> Iterator[Row]:
    """`person` has id, full_name, pin, phone and birth_year."""
    pin = pin_mark(person.pin)
    known = side | {"person_id": person.id, "birth_year": person.birth_year, "pin": pin}
    clues = ((C.PIN, pin), (C.PHONE, phone_mark(person.phone)), *_name_clues(person.full_name))
    return _marks(known, part, person.full_name, clues)


_PERSON = (Person.id, Person.full_name, Person.pin, Person.phone, Person.birth_year)


def _judge_rows(user_ids: Sequence[int], now: datetime) -> Iterator[Row]:
    """The marks of those who judge: they themselves, where their people bank, and what their registers name.

    What has ended is looked for `AFTERWARDS` too: nobody ends an interest in order to judge.
    """
    people = db.select(User.id.label("user_id"), *_PERSON).join(Person, Person.id == User.person_id)
    for row in db.session.execute(people.where(User.id.in_(user_ids))):
        yield from _person_marks({"user_id": row.user_id}, P.SELF, row)
    accounts = (
        db.select(User.id, PayoutAccount.number, Association.name_ky)
        .join(Membership, (Membership.person_id == User.person_id) & Membership.until_on.is_(None))
        .join(Association, Association.id == Membership.association_id)
        .join(PayoutAccount, PayoutAccount.association_id == Association.id)
        .where(User.id.in_(user_ids), PayoutAccount.closed_at.is_(None))
    )
    for user_id, number, name in db.session.execute(accounts):
        yield from _marks({"user_id": user_id}, P.OWN_MEMBERSHIP, name, [(C.ACCOUNT, _account_mark(number))])
    yield from _place_rows(user_ids)
    holds = Interest.ended_at.is_(None) | (Interest.ended_at > now - AFTERWARDS)
    interests = db.select(Interest).where(Interest.user_id.in_(user_ids), holds)
    for one in db.session.scalars(interests):
        is_kin = one.kind is InterestKind.KIN
        clues = _name_clues(one.name) if is_kin else _firm_clues(one.name, one.register_number)
        yield from _marks({"user_id": one.user_id}, _PARTS[one.kind], one.name, clues)


def _account_mark(number: str) -> int:
    return mark("account", "".join(sign for sign in number if sign.isalnum()))


def _place_rows(user_ids: Sequence[int]) -> Iterator[Row]:
    """The ayil okmotus that were merged with the one in which somebody lives: that one itself is a tie already."""
    homes = (
        db.select(User.id, Village.ayil_okmotu_id)
        .join(Person, Person.id == User.person_id)
        .join(Village, Village.id == Person.village_id)
        .where(User.id.in_(user_ids))
    )
    merged = db.select(AyilOkmotu).where(AyilOkmotu.successor_id.is_not(None))
    successors = {one.id: one.successor_id for one in db.session.scalars(merged)}
    if not successors:
        return

    def today(place_id: int) -> int:
        while place_id in successors:
            place_id = successors[place_id]
        return place_id

    units: dict[int, set[int]] = defaultdict(set)
    for place_id in (*successors, *successors.values()):
        units[today(place_id)].add(place_id)
    names = {one.id: one.name_ky for one in db.session.scalars(db.select(AyilOkmotu))}
    for user_id, home in db.session.execute(homes):
        others = units[today(home)] - {home}
        clues = [(C.PLACE, mark("place", one)) for one in sorted(others)]
        yield from _marks({"user_id": user_id}, P.SELF, names[home], clues)


def _applicant_rows(ids: Sequence[int]) -> Iterator[Row]:
    """The marks of applications: members, remitters named, suppliers, payout accounts, the association, its place."""
    people = (
        db.select(Application.id.label("application_id"), *_PERSON)
        .join(Membership, Membership.association_id == Application.association_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Application.id.in_(ids), Membership.until_on.is_(None))
    )
    for row in db.session.execute(people):
        yield from _person_marks({"application_id": row.application_id}, P.MEMBER, row)
    remitters = db.select(Pledge.application_id, Pledge.remitter_name).distinct()
    for application_id, name in db.session.execute(
        remitters.where(Pledge.application_id.in_(ids), ~Pledge.is_pseudonym)
    ):
        yield from _marks({"application_id": application_id}, P.REMITTER, name, _name_clues(name))
    accounts = (
        db.select(Application.id, PayoutAccount.number, PayoutAccount.holder)
        .join(PayoutAccount, PayoutAccount.association_id == Application.association_id)
        .where(Application.id.in_(ids), PayoutAccount.closed_at.is_(None))
    )
    for application_id, number, holder in db.session.execute(accounts):
        clues = ((C.ACCOUNT, _account_mark(number)), *_firm_clues(holder), *_name_clues(holder))
        yield from _marks({"application_id": application_id}, P.HOLDER, holder, clues)
    suppliers = (
        db.select(Application.id, Supplier.name)
        .join(Grant, Grant.association_id == Application.association_id)
        .join(Expenditure, Expenditure.grant_id == Grant.id)
        .join(Supplier, Supplier.id == Expenditure.supplier_id)
        .where(Application.id.in_(ids))
        .distinct()
    )
    for application_id, name in db.session.execute(suppliers):
        clues = (*_firm_clues(name), *_name_clues(firm_key(name)))
        yield from _marks({"application_id": application_id}, P.SUPPLIER, name, clues)
    columns = (Association.ayil_okmotu_id, Association.name_ky, Association.name_ru, Association.name_en)
    applicants = db.select(Application.id, *columns).join(Association, Association.id == Application.association_id)
    for application_id, place_id, *names in db.session.execute(applicants.where(Application.id.in_(ids))):
        clues = ((C.PLACE, mark("place", place_id)), *_firm_clues(*names))
        yield from _marks({"application_id": application_id}, P.ASSOCIATION, names[0], clues)


def _keep_marks(column: Any, ids: Sequence[int], rows: Any) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        db.session.execute(db.delete(ConflictMark).where(column.in_(some)))
        made = list(rows(some))
        if made:
            db.session.execute(db.insert(ConflictMark), made)


# Searching -------------------------------------------------------------------------------------------------------


def lock_marks() -> None:
    """Take the lock on what everybody is found by: of two sides that change at once the later has to see the earlier.

    It comes after the application and before the first act that is recorded.
    """
    lock_name("conflict marks")


def keep(application: Application, *, now: datetime) -> None:
    """Keep by what the submitted application is found, and hold it against all who judge. Nothing of a dry run."""
    if application.is_test:
        return
    lock_marks()
    db.session.flush()
    _keep_marks(ConflictMark.application_id, [application.id], _applicant_rows)
    _search(DetectedConflict.application_id == application.id, _APPLICANT.application_id == application.id, now)


def keep_judge(user: User, *, now: datetime) -> None:
    """Keep by what somebody who judges is found, and hold it against what was submitted and is not decided."""
    lock_marks()
    db.session.flush()
    _keep_marks(ConflictMark.user_id, [user.id], partial(_judge_rows, now=now))
    undecided = db.select(Application.id).join(Call, Call.id == Application.call_id)
    anew = (Call.status == CallStatus.DECIDED) & Application.status.in_(JUDGED)
    anew &= ~standing_decisions.on(Application.id).exists()
    undecided = undecided.where((Call.status == CallStatus.OPEN) | anew)
    _search(
        (DetectedConflict.user_id == user.id) & DetectedConflict.application_id.in_(undecided),
        (_JUDGE.user_id == user.id) & _APPLICANT.application_id.in_(undecided),
        now,
    )


def ask_for_search(call: Call, *, actor: Actor, now: datetime) -> None:
    """Have a whole call searched as a job."""
    audit.record(actor, "conflict.search", call, now)
    enqueue_after_commit("app.jobs.search_conflicts", call.id, now=now)


def search(call: Call, *, now: datetime) -> int:
    """Make all marks of a call anew, of the applicants and of everybody who judges, and hold them against each other.

    How many suspicions wait for the secretary then.
    """
    lock_marks()
    db.session.flush()
    submitted = db.select(Application.id).where(
        Application.call_id == call.id, Application.submitted_at.is_not(None), ~Application.is_test
    )
    judges = sorted({user_id for role in conflicts.KEPT_FROM_TIES for user_id in notifications.holders(role)})
    former = ConflictMark.user_id.not_in(judges) & ConflictMark.user_id.is_not(None)
    db.session.execute(db.delete(ConflictMark).where(former))
    _keep_marks(ConflictMark.user_id, judges, partial(_judge_rows, now=now))
    _keep_marks(ConflictMark.application_id, list(db.session.scalars(submitted)), _applicant_rows)
    of_call = db.select(Application.id).where(Application.call_id == call.id)
    return _search(DetectedConflict.application_id.in_(of_call), _APPLICANT.application_id.in_(of_call), now)


def search_open(*, now: datetime) -> None:
    """Search every open call anew: places were merged."""
    for call in db.session.scalars(db.select(Call).where(Call.status == CallStatus.OPEN).order_by(Call.id)):
        search(call, now=now)


def keep_missing(now: datetime) -> None:
    """Search the open calls of which nothing has been kept: what was handed in before there was a search."""
    kept = db.select(ConflictMark.id).where(ConflictMark.application_id == Application.id).exists()
    query = db.select(Call).where(
        Call.status == CallStatus.OPEN,
        db.select(Application.id)
        .where(Application.call_id == Call.id, Application.submitted_at.is_not(None), ~Application.is_test, ~kept)
        .exists(),
    )
    for call in db.session.scalars(query.order_by(Call.id)):
        search(call, now=now)


_JUDGE, _APPLICANT = db.aliased(ConflictMark), db.aliased(ConflictMark)


def _search(kept: Any, which: Any, now: datetime) -> int:
    """Hold the marks of both sides against each other; what was found and is not there any more goes, unless judged.

    `kept` says which rows may change, `which` the marks they come from. How many are open then.
    """
    found = {(one["application_id"], one["user_id"], one["evidence"]): one for one in _found(which)}
    known = db.select(
        DetectedConflict.application_id,
        DetectedConflict.user_id,
        DetectedConflict.evidence,
        DetectedConflict.id,
        DetectedConflict.verdict,
    ).where(kept)
    gone, is_open = [], len(found)
    for application_id, user_id, evidence, row_id, verdict in db.session.execute(known):
        if found.pop((application_id, user_id, evidence), None) is None and verdict is None:
            gone.append(row_id)
        elif verdict is not None:
            is_open -= 1
    for start in range(0, len(gone), _AT_ONCE):
        some = gone[start : start + _AT_ONCE]
        db.session.execute(db.delete(DetectedConflict).where(DetectedConflict.id.in_(some)))
    if found:
        rows = [one | {"found_at": now, "reason": ""} for one in found.values()]
        db.session.execute(db.insert(DetectedConflict), rows)
    return is_open


def _found(which: Any) -> Iterator[Row]:
    """What both sides have in common: one row for each two entries, however many clues they share."""
    query = (
        db.select(
            *(_APPLICANT.application_id, _JUDGE.user_id, _JUDGE.clue, _JUDGE.part, _JUDGE.name, _JUDGE.birth_year),
            *(_JUDGE.pin, _APPLICANT.part, _APPLICANT.name, _APPLICANT.birth_year, _APPLICANT.pin),
        )
        .join(_APPLICANT, _APPLICANT.mark == _JUDGE.mark)
        .where(_JUDGE.user_id.is_not(None), _APPLICANT.application_id.is_not(None), which)
        .where((_JUDGE.person_id != _APPLICANT.person_id) | _JUDGE.person_id.is_(None) | _APPLICANT.person_id.is_(None))
        .distinct()
    )
    pairs: dict[tuple[Any, ...], set[ConflictClue]] = defaultdict(set)
    for (
        application_id,
        user_id,
        clue,
        part,
        name,
        year,
        pin,
        other_part,
        other,
        other_year,
        other_pin,
    ) in db.session.execute(query):
        one, two = Known(name, year, pin), Known(other, other_year, other_pin)
        if clue is C.NAME and not same_person(one, two):
            continue
        pairs[(application_id, user_id, part, one, other_part, two)].add(clue)
    for (application_id, user_id, part, one, other_part, two), clues in pairs.items():
        strength = _strength(clues, one, two)
        yield {
            "application_id": application_id,
            "user_id": user_id,
            "kind": _kind(part, other_part, clues),
            "strength": strength,
            "clues": ",".join(sorted(clues)),
            "own_part": part,
            "own": one.full_name,
            "their_part": other_part,
            "theirs": two.full_name,
            "evidence": mark("conflict", part.value, one.full_name, other_part.value, two.full_name, strength.value),
        }


def _kind(part: ConflictPart, other: ConflictPart, clues: set[ConflictClue]) -> ConflictKind:
    if C.ACCOUNT in clues:
        return ConflictKind.BUSINESS
    if clues == {C.PHONE}:  # two people with one phone share a house
        return ConflictKind.KINSHIP
    return _KINDS_OF_SELF[other] if part is P.SELF else _KINDS[part]


def _strength(clues: set[ConflictClue], one: Known, two: Known) -> ConflictStrength:
    """Numbers and years of birth are strong; a whole name or a firm is fair; a father's name alone is weak."""
    if clues & {C.PIN, C.ACCOUNT, C.NUMBER, C.PHONE} or (one.birth_year and two.birth_year):
        return ConflictStrength.STRONG
    if clues == {C.NAME} and name_key(one.full_name) != name_key(two.full_name):
        return ConflictStrength.WEAK
    return ConflictStrength.FAIR
