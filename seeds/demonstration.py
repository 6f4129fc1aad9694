"""The labelled demonstration programme: two years of three calls, made through the services alone, always the same.

Who appears, which village applies with what and how far each grant gets stands in the plans of the modules
beside this one; `seeds.agenda` tells it in the order of time up to the evening before today.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app import clock
from app.services import themes
from app.services.sealing import Seal
from models.base import db
from models.indicators import Indicator
from seeds import (
    bank_statements,
    calls,
    centres,
    content,
    funding_reports,
    funds,
    papers,
    payment_batches,
    people,
    prices,
    rates,
    reference,
)
from seeds.agenda import Agenda, Calendar, at
from seeds.people import DEMO_PASSWORD
from seeds.programme import Programme

SIGN_INS: tuple[tuple[str, str], ...] = (
    ("Chair of a village association", "tayan.chair"),
    ("Centre operator", "kyshtut.operator"),
    ("Reviewer", "reviewer1"),
    ("Council secretary", "secretary"),
    ("Council chair", "chair"),
    ("Finance officer, prepares", "finance1"),
    ("Finance officer, approves", "finance2"),
    ("Monitoring officer", "monitor1"),
    ("Donor", "donor.eu"),
    ("Administrator", "admin"),
)
"""Role and user name, one for each role."""


@dataclass(frozen=True)
class SignIn:
    """One account of the demonstration."""

    role: str
    username: str
    password: str


def sign_ins() -> list[SignIn]:
    """One account for each role, to print."""
    return [SignIn(role, username, DEMO_PASSWORD) for role, username in SIGN_INS]


def load(*, storage: Path, seal: Seal, today: date | None = None) -> Programme:
    """Make the whole demonstration in the caller's transaction; files go to the folder `storage`.

    `seal` is what the second factors of its staff are sealed with. `today` is the day in Bishkek around
    which the open call lies (default: the clock's). Needs an empty programme: places, indicators and themes are
    added when they are missing. The caller commits.
    """
    calendar = Calendar(today or clock.bishkek_day(clock.now()))
    begin = at(calendar.on(2025, 1, 6), 8)
    reference.load(begin)
    papers.prepare()
    programme = Programme(
        storage=storage,
        seal=seal,
        calendar=calendar,
        agenda=Agenda(now=begin, until=calendar.until),
        content=content.load(),
        indicators={one.key: one for one in db.session.scalars(db.select(Indicator))},
        themes={one.code: one for one in themes.listed()},
    )
    people.places(programme)
    for story in (
        people.staff(programme),
        rates.taken_over(programme),
        rates.taken_back(programme),
        prices.register(programme),
        people.open_centres(programme),
        funds.agreements(programme),
        centres.equip(programme),
        funding_reports.finished(programme),
        payment_batches.of_the_week(programme),
        bank_statements.of_the_month(programme),
    ):
        programme.agenda.start(story)
    calls.all_of_them(programme)
    programme.agenda.run()
    return programme
