"""A call of 63 applications and 15 reviewers past its deadline, screened eligible, made by the services alone.

Told by the stories of the demonstration: three villages of each ayil okmotu apply, with texts, budgets, promises and
minutes like theirs. Nobody has been asked to review yet.
"""

from datetime import timedelta
from pathlib import Path

from app import clock
from app.factory import create_app
from app.services import calls, places, themes, users
from app.services.calls import CallInput, allocations
from app.services.rubrics import default_rubric
from models.base import db
from models.calls import Call
from models.indicators import Indicator
from models.users import Role
from seeds import applications, content, dry_runs, funds, papers, people, prices, rates
from seeds.agenda import Agenda, Calendar, Story, at
from seeds.applications import Plan
from seeds.calls import LANGUAGES, ONLY_IN, OPEN
from seeds.programme import Programme
from tests.support import databases

SOM = 100
APPLICATIONS, REVIEWERS, EACH = 63, 15, 3
CLOSED_DAYS_AGO = 10
BUDGET, IN_BATKEN = 7_000_000 * SOM, 1_500_000 * SOM
TOTAL = BUDGET + IN_BATKEN
MOST_PER_OBLAST = 9


def make(home: Path) -> None:
    """Fill the migrated SQLite database in `home` and its folder of files; it is the demonstration's day."""
    app = create_app(databases.config_for(home, databases.sqlite_url(home / "ashar.sqlite3")))
    with app.app_context(), clock.at(databases.DEMONSTRATION_NOW):
        _load(home / "uploads")
        db.session.commit()
    databases.close(app)


def _load(storage: Path) -> None:
    calendar = Calendar(databases.DEMONSTRATION_DAY)
    papers.prepare()
    programme = Programme(
        storage=storage,
        calendar=calendar,
        agenda=Agenda(now=at(calendar.on(2025, 1, 6), 8), until=calendar.until),
        content=content.load(),
        indicators={one.key: one for one in db.session.scalars(db.select(Indicator))},
        themes={one.code: one for one in themes.listed()},
    )
    people.places(programme)
    told = people.staff, rates.taken_over, prices.register, people.open_centres, funds.agreements, _call
    for story in told:
        programme.agenda.start(story(programme))
    programme.agenda.run()
    for one in programme.reviewers[REVIEWERS:]:
        held = next(role for role in one.assigned_roles if role.role is Role.REVIEWER)
        users.end_role(held, actor=programme.as_staff("admin"), now=clock.now())


def _call(programme: Programme) -> Story:
    """The secretary makes and opens the call; each village then goes its way up to the finding."""
    closes_on = programme.calendar.today - timedelta(days=CLOSED_DAYS_AGO)
    opens_on = closes_on - timedelta(days=40)
    now = yield at(opens_on - timedelta(days=6), 15)
    by = {"actor": programme.as_staff("secretary")}
    text = programme.content.calls[OPEN]
    call = calls.create(
        programme.funds[funds.FUND],
        CallInput(
            code=OPEN,
            title=text["title"],
            summary=text["summary"],
            opens_at=at(opens_on, 9),
            closes_at=clock.end_of_day(closes_on),
            budget=BUDGET,
            grant_floor=200_000 * SOM,
            grant_ceiling=750_000 * SOM,
            reviewers_per_application=EACH,
            review_load=APPLICATIONS,
            expected_applications=APPLICATIONS,
            most_per_oblast=MOST_PER_OBLAST,
            timetable=[closes_on + timedelta(days=days) for days in (5, 20, 30, 60)],
        ),
        default_rubric(),
        now=now,
        **by,
    )
    batken = next(one for one in places.oblasts() if one.iso == "KG-B")
    line = {"fund": programme.funds[funds.MOUNTAINS], "oblast": batken, "theme": None, "amount": IN_BATKEN}
    allocations.save(call, None, now=now, **line, **by)
    now = yield at(opens_on - timedelta(days=5), 11)
    centre = next(iter(programme.associations.values())).centre
    dry_runs.run(programme, call, dry_runs.associate(programme, centre, now), now, is_handed_in=True)
    now = yield at(opens_on - timedelta(days=3), 10)
    calls.open_(call, now=now, **by)
    for plan in _plans(programme, call):
        programme.agenda.start(applications.story(programme, plan))


def _plans(programme: Programme, call: Call) -> list[Plan]:
    """Three villages of each ayil okmotu, each with another kind of project than its neighbours."""
    kinds = programme.content.kinds
    rows = []
    for place, ayil_okmotu in enumerate(programme.ayil_okmotus):
        iso = ayil_okmotu.rayon.oblast.iso
        fitting = [one["key"] for one in kinds if ONLY_IN.get(one["key"], iso) == iso]
        for turn, village in enumerate(programme.villages[ayil_okmotu.id][:3]):
            position = 3 * place + turn
            opens_on, last_day = clock.bishkek_day(call.opens_at), clock.bishkek_day(call.closes_at)
            kind, language = fitting[position % len(fitting)], LANGUAGES[position % len(LANGUAGES)]
            association = programme.associations[village.id]
            plan = Plan(call, association, kind, language, "eligible", opens_on, last_day, None, position)
            rows.append(plan)
    assert len(rows) == APPLICATIONS, len(rows)
    return rows
