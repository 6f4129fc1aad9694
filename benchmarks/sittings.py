"""What is measured where the Council sits: the page of an open session with 200 applications, as the secretary has it.

Two sessions are made once: on a call ranked by the mean nothing is decided yet, on one ranked by the adjusted score
half is.
"""

from collections.abc import Iterator
from datetime import date

from flask import Flask
from sqlalchemy import select

from app import clock
from app.services import associations, council_sessions, decisions, rankings
from app.services.actors import Actor
from app.services.ballots import Ballot
from app.services.decisions import Motion
from benchmarks.measure import DATABASE, Figure, counted_queries, cpu_figure, gzipped, median_cpu
from benchmarks.signing_in import get, sign_in
from models.applications import Application
from models.associations import Association, AssociationKind, MembershipRole
from models.base import db
from models.calls import Call, RanksBy
from models.council_sessions import CouncilSession, DecisionOutcome, VoteChoice
from models.places import Village
from models.users import Role, RoleAssignment, User
from seeds import scale

APPLICATIONS, COUNT = 200, 100
PLACE = "Өлчөө"
"""Marks the sessions of the measure."""
HALVES = ((RanksBy.MEAN, "session-board", 0), (RanksBy.ADJUSTED, "session-board-half-decided", APPLICATIONS // 2))


def session_board(app: Flask, floor: float) -> Iterator[Figure]:
    """The page's CPU, queries and weight: all still to decide; half decided, ranked by the adjusted score."""
    with app.app_context():
        for ranks_by, _name, decided in HALVES:
            if _session_id(ranks_by) is None:
                _make(ranks_by, decided)
                db.session.commit()
        ids = [(name, _session_id(ranks_by)) for ranks_by, name, _decided in HALVES]
        db.session.rollback()
    client = sign_in(app, "secretary")
    for name, session_id in ids:
        url = f"/council/{session_id}"
        value = median_cpu(lambda _number, url=url: get(client, url), COUNT)  # type: ignore[misc]
        yield cpu_figure(name, value, 20, floor, COUNT)
        with counted_queries(app) as seen:
            page = get(client, url)
        yield Figure(f"{name}-queries", len(seen), "queries", None, None, 1, DATABASE[0])
        yield Figure(f"{name}-weight", round(gzipped(page), 1), "KB gzipped", None, None, 1, DATABASE[0])


def _session_id(ranks_by: RanksBy) -> int | None:
    query = select(CouncilSession.id).join(Call, Call.id == CouncilSession.call_id)
    found: int | None = db.session.scalar(query.where(CouncilSession.place == PLACE, Call.ranks_by == ranks_by))
    return found


def _make(ranks_by: RanksBy, decided: int) -> None:
    """A session on a call of its own; the first `decided` of its agenda are rejected by all who are present."""
    now = clock.now()
    _found_associations()
    call = scale.load_reviewed(APPLICATIONS, now=now, ranks_by=ranks_by)
    secretary, members = Actor(_secretary()), council_sessions.council_members()
    session = council_sessions.convene(
        call, held_on=clock.bishkek_day(now), place=PLACE, seats=len(members), actor=secretary, now=now
    )
    council_sessions.record_attendance(session, members, actor=secretary, now=now)
    for row in rankings.rank(call)[:decided]:
        application = db.session.get_one(Application, row.application_id)
        cast = [Ballot(one.id, VoteChoice.FOR) for one in decisions.voters_on(session, application)]
        motion = Motion(
            DecisionOutcome.REJECTED, None, "Акча жетпейт: башка арыздар күчтүүрөөк, алар тандалды.", ballots=cast
        )
        decisions.decide(session, application, motion, actor=secretary, now=now)


def _secretary() -> User:
    held = select(RoleAssignment.user_id).where(
        RoleAssignment.role == Role.SECRETARY, RoleAssignment.ended_at.is_(None)
    )
    return db.session.scalars(select(User).where(User.id.in_(held)).order_by(User.id).limit(1)).unique().one()


def _found_associations() -> None:
    """As many associations as apply, each with a chair, in villages made for them: the programme has one in each."""
    known = list(db.session.scalars(select(Association).order_by(Association.id)))
    now, since = clock.now(), date(2023, 5, 1)
    for place in range(len(known), APPLICATIONS):
        beside, name = known[place % len(known)], f"{PLACE} {place}"
        village = Village(
            soate=f"{10**13 + place}",
            name_ky=name,
            name_ru=name,
            name_en=name,
            ayil_okmotu=beside.ayil_okmotu,
            valid_from=since,
        )
        db.session.add(village)
        db.session.flush()
        association = associations.found(
            AssociationKind.VILLAGE,
            village.names,
            ayil_okmotu=village.ayil_okmotu,
            centre=beside.centre,
            village=village,
            founded_on=since,
            actor=None,
            now=now,
        )
        person = associations.register_person(village.name_ky, now=now, village=village)
        associations.add_member(association, person, MembershipRole.CHAIR, since_on=since, actor=None, now=now)
