"""Monitoring visits of the demonstration: planned, made, photographed."""

from datetime import date, datetime, timedelta
from random import Random

from app.services import documents, visits
from models.documents import DocumentKind
from models.grants import Grant
from models.users import User
from models.visits import RiskRating, Visit
from seeds import papers
from seeds.agenda import Chapter, at, later, working_day
from seeds.content import pick
from seeds.programme import Programme

CHECKLIST = ("works", "equipment", "emblem", "records", "co_investment", "safe")
GOOD = (0, 2, 4, 7, 9, 11, 13)
POOR = (1, 3, 5, 6, 8, 10, 12)
"""Places of the findings in misc.json that speak well of the project, and of those that do not."""


def planned(programme: Programme, grant: Grant, day: date, now: datetime) -> Visit:
    """Plan a visit by the officer whose turn it is."""
    visitor = _visitor(programme, grant)
    return visits.plan(
        grant, planned_on=working_day(day), visitor=visitor, actor=programme.as_staff("monitoring1"), now=now
    )


def made(programme: Programme, grant: Grant, is_bad: bool, chance: Random, now: datetime) -> Chapter:
    """Plan a visit, make it a few days later and record it the same afternoon."""
    now = yield later(now, 1, chance)
    visit = planned(programme, grant, now.date() + timedelta(days=chance.randint(3, 5)), now)
    now = yield at(visit.planned_on, 16, chance.randint(5, 55))
    actor, stock, language = programme.as_staff(_key(grant)), programme.content.misc, grant.application.language
    for number in range(chance.randint(1, 2)):
        picture = papers.photo(f"visit-{visit.id}-{number + 1}.jpg", chance)
        documents.attach(visit, DocumentKind.PHOTO, picture, storage=programme.storage, actor=actor, now=now)
    seen = [stock["visits"][place][language] for place in chance.sample(GOOD, 2)]
    is_doubtful = is_bad or chance.random() < 0.3
    if is_doubtful:
        seen = [stock["visits"][place][language] for place in chance.sample(POOR, 3 if is_bad else 1)] + seen[:1]
    village = programme.village_of(grant.association)
    visits.record(
        visit,
        visited_on=visit.planned_on,
        checklist={key: not is_doubtful or chance.random() < 0.6 for key in CHECKLIST},
        findings=" ".join(seen),
        follow_up=pick(chance, stock["follow_ups"])[language] if is_doubtful else "",
        risk=RiskRating.HIGH if is_bad else RiskRating.MEDIUM if is_doubtful else RiskRating.LOW,
        latitude=_near(village.latitude, chance),
        longitude=_near(village.longitude, chance),
        shows_photos=not is_doubtful,
        actor=actor,
        now=now,
    )
    return now


def _key(grant: Grant) -> str:
    return "monitoring1" if grant.id % 2 else "monitoring2"


def _visitor(programme: Programme, grant: Grant) -> User:
    return programme.staff[_key(grant)]


def _near(degrees: float | None, chance: Random) -> float | None:
    """Some hundred metres from the middle of the village."""
    return None if degrees is None else round(degrees + chance.uniform(-0.004, 0.004), 5)
