"""What finding conflicts of interest costs: 20,000 applications of 100,000 people held against 600 reviewers.

The people are made for the measure and taken back with its transaction.
"""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random

from flask import Flask
from sqlalchemy import bindparam, func, insert, select, update

from app.localisation import fold
from app.services import conflict_detection
from benchmarks.measure import DATABASE, Figure, median_cpu
from models.applications import Application
from models.associations import Association, Membership
from models.base import Base, db
from models.calls import Call
from models.detected_conflicts import ConflictMark, DetectedConflict
from models.interests import Interest
from models.people import Person
from models.users import RoleAssignment, User
from seeds import content

REVIEWERS, MEMBERS = 600, 5
NOW = datetime(2026, 11, 1, tzinfo=UTC)
COUNT = 50


def conflicts(app: Flask, _floor: float) -> Iterator[Figure]:
    """The search of everything, in seconds, and of one application and one reviewer, in milliseconds of CPU."""
    with app.app_context():
        ids = _people_the_programme()
        call = db.session.get_one(Application, ids[0]).call
        start = time.monotonic()
        conflict_detection.search(call, now=NOW)
        took = time.monotonic() - start
        name = DATABASE[0]
        yield Figure("conflicts-search", round(took, 1), "s", 60, None, len(ids), name)
        marks = db.session.scalar(select(func.count()).select_from(ConflictMark)) or 0
        found = db.session.scalar(select(func.count()).select_from(DetectedConflict)) or 0
        yield Figure("conflicts-marks", marks, "marks", None, None, len(ids), name)
        yield Figure("conflicts-found", found, "suspicions", None, None, len(ids), name)
        some = [db.session.get_one(Application, one) for one in Random("conflicts").sample(ids, COUNT + 5)]
        one_took = median_cpu(lambda number: conflict_detection.keep(some[number], now=NOW), COUNT)
        yield Figure("conflicts-application", round(one_took, 2), "ms CPU", 50, None, COUNT, name)
        judges = list(db.session.scalars(select(User).where(User.username.startswith("bench-")).limit(COUNT + 5)))
        judge_took = median_cpu(lambda number: conflict_detection.keep_judge(judges[number], now=NOW), COUNT)
        yield Figure("conflicts-register", round(judge_took, 2), "ms CPU", 50, None, COUNT, name)
        db.session.rollback()


def _people_the_programme() -> list[int]:
    """Put all synthetic applications into one call, each of an association of its own with five members."""
    chance, names = Random("people"), content.load().people
    ids = list(
        db.session.scalars(
            select(Application.id)
            .join(Call, Call.id == Application.call_id)
            .where(Call.code.startswith("scale-"))
            .order_by(Application.id)
        )
    )

    def person(number: int) -> dict[str, object]:
        surname, given = chance.choice(names["surnames"]), chance.choice(names["male"])
        # Real registers have far more surnames than the demonstration's list: a second part makes them as many.
        full = f"{chance.choice(names['male'])}{surname[0].lower()} {given} {chance.choice(names['male'])}ович"
        return {
            "full_name": full,
            "folded_name": fold(full),
            "birth_year": chance.randint(1950, 2005) if chance.random() < 0.8 else None,
            "pin": f"2{number:013d}" if chance.random() < 0.7 else None,
            "phone": f"+996{500000000 + number}",
            "migrant_status": "none",
            "version": 1,
        }

    people = _write(Person, [person(number) for number in range(len(ids) * MEMBERS + REVIEWERS)])
    place = db.session.execute(select(Association.ayil_okmotu_id, Association.centre_id).distinct()).all()
    places = [chance.choice(place) for _one in ids]
    made = _write(
        Association,
        [
            {"kind": "ayil_okmotu", "ayil_okmotu_id": where[0], "centre_id": where[1], "version": 1}
            | {"is_test": False, "search_text": "", "sort_key": ""}
            | {f"name_{locale}": f"Бирикме {number}-{locale}" for locale in ("ky", "ru", "en")}
            for number, where in enumerate(places)
        ],
    )
    rows = [
        {"association_id": made[number // MEMBERS], "person_id": one, "role": "member", "version": 1}
        | {"since_on": date(2025, 1, 1)}
        for number, one in enumerate(people[: len(ids) * MEMBERS])
    ]
    db.session.execute(insert(Membership), rows)
    table = Application.__table__
    move = (
        update(table)
        .where(table.c.id == bindparam("row"))
        .values(
            association_id=bindparam("applicant"),
            call_id=db.session.get_one(Application, ids[0]).call_id,
            submitted_at=func.coalesce(table.c.submitted_at, NOW),
        )
    )
    moves = [{"row": one, "applicant": association} for one, association in zip(ids, made, strict=True)]
    db.session.connection().execute(move, moves)
    _judges(people[len(ids) * MEMBERS :], chance)
    return ids


def _judges(people: list[int], chance: Random) -> None:
    """Reviewers with three kin in their registers each, some of them members somewhere."""
    users = _write(
        User,
        [
            {"username": f"bench-{one}", "folded_username": f"bench-{one}", "password_hash": "", "version": 1}
            | {"must_change_password": False, "person_id": one, "created_at": NOW}
            for one in people
        ],
    )
    granted = [{"user_id": one, "role": "reviewer", "granted_at": NOW} for one in users]
    db.session.execute(insert(RoleAssignment), granted)
    names = list(db.session.scalars(select(Person.full_name).order_by(Person.id.desc()).limit(20_000)))
    db.session.execute(
        insert(Interest),
        [
            {"user_id": one, "kind": "kin", "name": chance.choice(names), "relation": "тууган"}
            | {"register_number": "", "declared_at": NOW}
            for one in users
            for _kin in range(3)
        ],
    )


def _write(table: type[Base], rows: list[dict[str, object]]) -> list[int]:
    """Insert `rows` and give their numbers, in their order."""
    first = int(db.session.scalar(select(func.coalesce(func.max(table.id), 0))) or 0) + 1  # type: ignore[attr-defined]
    numbered = [row | {"id": first + place} for place, row in enumerate(rows)]
    db.session.execute(insert(table), numbered)
    return [first + place for place in range(len(rows))]
