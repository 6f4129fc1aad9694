"""The three calls of the demonstration: which villages apply, what becomes of it, when the Council sits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.clock import end_of_day
from app.services import amendments, calls, places
from app.services.calls import CallInput, allocations
from app.services.rubrics import default_rubric
from models.associations import Association
from models.calls import TIMETABLE, Call, usual_match_terms
from models.centres import Centre
from seeds import appeals, applications, council_sessions, dry_runs, funds
from seeds.agenda import Story, at, working_day
from seeds.applications import Plan
from seeds.people import DEMO_VILLAGE
from seeds.programme import Programme

SOM = 100  # tyiyn
FIRST, SECOND, OPEN, NEXT = "2025-spring", "2026-spring", "2026-autumn", "2027-spring"
EXTRA_AYIL_OKMOTUS = (5, 13, 19)  # large ones, with a second application in each call
ONLY_IN = {"apricot_drying": "KG-B", "walnut": "KG-J"}
LANGUAGES = ("ky", "ky", "ru", "ky", "ru")
"""A little more is written in Kyrgyz than in Russian."""


@dataclass(frozen=True)
class CallPlan:
    """One call: its window, its money and the fate of each application in the order of the ayil okmotus.

    `given` says what its budget is made of: fund, oblast by its ISO code and theme by its code (None for every one),
    tyiyn.
    """

    code: str
    opens_on: date
    closes_on: date
    sits_on: date | None
    given: tuple[tuple[str, str | None, str | None, int], ...]
    floor: int
    ceiling: int
    fates: tuple[str, ...]


FIRST_FATES = (
    "completed reserve reserve completed rejected completed reserve completed reserve rejected rejected "
    "completed reserve completed rejected reserve completed ineligible reserve completed rejected "
    "withdrawn completed rejected"
)
SECOND_FATES = (
    "offered accepted reserve requested prepared overlooked approved next_open released completed bank_returned "
    "suspended reserve confirmed third_released rejected gate_closed awaiting_offer reserve rejected second_requested "
    "ineligible withdrawn declined"
)
OPEN_FATES = (
    "in_review submitted reviewed draft_started eligible in_review resubmitted signed_off submitted reviewed in_review "
    "eligible draft_budget returned submitted ineligible reviewed withdrawn eligible submitted signed_off "
    "returned withdrawn draft_complete"
)
NEXT_MATCH = {
    "match_percent": 100,
    "in_kind_counts": True,
    "match_terms": usual_match_terms()
    | {
        "percents": {"graduate": 150, "women_led": 120},
        "first_stage": 200_000 * SOM,
        "beyond_percent": 150,
        "remittance_share": 25,
        "grant_share": 60,
        "in_kind_most": 20,
    },
}
"""The call of next spring says more of the co-investment than the ones before."""
COPIED, COPY = 8, 19
"""Two applications of the open call in the same words: the second is the first with the names of another village."""


def plans(programme: Programme) -> tuple[CallPlan, ...]:
    """The calls of the demonstration; the open one lies around today."""
    on, today = programme.calendar.on, programme.calendar.today
    return (
        CallPlan(
            FIRST,
            on(2025, 2, 3),
            on(2025, 3, 14),
            on(2025, 4, 17),
            ((funds.FUND, None, None, 4_000_000 * SOM),),
            250_000 * SOM,
            600_000 * SOM,
            tuple(FIRST_FATES.split()),
        ),
        CallPlan(
            SECOND,
            on(2026, 2, 2),
            on(2026, 3, 13),
            on(2026, 4, 16),
            ((funds.FUND, None, None, 6_500_000 * SOM), (funds.MOUNTAINS, "KG-B", None, 1_500_000 * SOM)),
            250_000 * SOM,
            750_000 * SOM,
            tuple(SECOND_FATES.split()),
        ),
        CallPlan(
            OPEN,
            today - timedelta(days=40),
            today + timedelta(days=21),
            None,
            (
                (funds.FUND, None, None, 7_000_000 * SOM),
                (funds.MOUNTAINS, "KG-J", None, 2_000_000 * SOM),
                (funds.MOUNTAINS, None, "water", 1_000_000 * SOM),
            ),
            250_000 * SOM,
            750_000 * SOM,
            tuple(OPEN_FATES.split()),
        ),
    )


def all_of_them(programme: Programme) -> None:
    """Put every call on the agenda."""
    used: Counter[str] = Counter()
    known: dict[int, set[str]] = {}
    for number, plan in enumerate(plans(programme)):
        programme.agenda.start(_call(programme, plan, number, used, known))


def _call(programme: Programme, plan: CallPlan, number: int, used: Counter[str], known: dict[int, set[str]]) -> Story:
    """The secretary makes and opens a call; then the villages' stories begin."""
    now = yield at(plan.opens_on - timedelta(days=6), 15)
    text, secretary = programme.content.calls[plan.code], programme.as_staff("secretary")
    (fund, _oblast, _theme, budget), *others = plan.given
    call = calls.create(
        programme.funds[fund],
        CallInput(
            code=plan.code,
            title=text["title"],
            summary=text["summary"],
            opens_at=at(plan.opens_on, 9),
            closes_at=end_of_day(_first_deadline(plan)),
            budget=budget,
            grant_floor=plan.floor,
            grant_ceiling=plan.ceiling,
            expected_applications=len(plan.fates),
            timetable=_timetable(plan),
        ),
        default_rubric(),
        actor=secretary,
        now=now,
    )
    oblasts = {one.iso: one for one in places.oblasts()}
    for code, iso, key, amount in others:
        allocations.save(
            call,
            None,
            fund=programme.funds[code],
            oblast=oblasts[iso] if iso else None,
            theme=programme.themes[key] if key else None,
            amount=amount,
            actor=secretary,
            now=now,
        )
    centre = _dry_run_centre(programme)
    now = yield at(plan.opens_on - timedelta(days=5), 11)
    dry_runs.run(programme, call, dry_runs.associate(programme, centre, now), now, is_handed_in=True)
    now = yield at(plan.opens_on - timedelta(days=3), 10)
    calls.open_(call, actor=secretary, now=now)
    applicants = _applicants(programme, call, plan, number, used, known)
    for applicant in applicants:
        programme.agenda.start(applications.story(programme, applicant))
    if plan.code == OPEN:
        programme.agenda.start(_amendment(programme, call, plan))
        programme.agenda.start(_next_call(programme, call, centre))
    if plan.sits_on is not None:
        programme.agenda.start(council_sessions.story(programme, call, plan.sits_on, applicants))
        if plan.code == SECOND:
            programme.agenda.start(appeals.story(programme, call, plan.sits_on))


def _first_deadline(plan: CallPlan) -> date:
    """The deadline the call opens with: that of the open call is moved by a week."""
    return plan.closes_on - timedelta(days=7) if plan.code == OPEN else plan.closes_on


def _timetable(plan: CallPlan) -> tuple[date, ...]:
    """Screening in ten days, reviews until the week before the session, first payments a month after it."""
    closes_on = _first_deadline(plan)
    sits_on = plan.sits_on or closes_on + timedelta(days=38)
    screened_on = closes_on + timedelta(days=10)
    return screened_on, sits_on - timedelta(days=7), sits_on, sits_on + timedelta(days=30)


def _amendment(programme: Programme, call: Call, plan: CallPlan) -> Story:
    """Snow has closed the roads to some villages: everybody gets a week more."""
    now = yield at(plan.opens_on + timedelta(days=33), 11)
    reason = programme.content.calls[plan.code]["amendment"]
    week = timedelta(days=7)
    days = {name: getattr(call, name) + week for name in TIMETABLE}
    changes = {"closes_at": end_of_day(plan.closes_on), **days}
    amendments.publish(call, changes, reason, actor=programme.as_staff("secretary"), now=now)


def _dry_run_centre(programme: Programme) -> Centre:
    """The centre whose operator walks the dry runs: that of the demonstration's sign-in."""
    everybody = programme.associations.values()
    return next(one.centre for one in everybody if programme.village_of(one).soate == DEMO_VILLAGE)


def _next_call(programme: Programme, source: Call, centre: Centre) -> Story:
    """The call of next spring is being prepared from this one: its checklist is not met yet, its dry run is begun."""
    today, secretary = programme.calendar.today, programme.as_staff("secretary")
    now = yield at(working_day(today - timedelta(days=4), -1), 10)
    call = calls.clone(
        source,
        NEXT,
        opens_at=at(today + timedelta(days=90), 9),
        closes_at=end_of_day(today + timedelta(days=140)),
        actor=secretary,
        now=now,
    )
    now = yield now + timedelta(hours=1)
    calls.change(call, NEXT_MATCH, section="match", actor=secretary, now=now)
    calls.change(
        call,
        {"reports_before_tranches": True, "quotations_from": 150_000 * SOM},
        section="money",
        actor=secretary,
        now=now,
    )
    text = programme.content.calls[NEXT]
    now = yield at(working_day(today - timedelta(days=3), -1), 15)
    calls.change(call, {"title": text["title"], "summary": text["summary"]}, section="texts", actor=secretary, now=now)
    now = yield at(working_day(today - timedelta(days=2), -1), 11)
    dry_runs.run(programme, call, dry_runs.associate(programme, centre, now), now, is_handed_in=False)


def _applicants(
    programme: Programme, call: Call, plan: CallPlan, number: int, used: Counter[str], known: dict[int, set[str]]
) -> list[Plan]:
    """Who applies with what; `used` counts the kinds of project so far, `known` those of each ayil okmotu."""
    rows = []
    for position, association in enumerate(_associations(programme, number)):
        kind = _kind(programme, association, used, known)
        rows.append(
            Plan(
                call=call,
                association=association,
                kind=kind,
                language=LANGUAGES[(position + number) % len(LANGUAGES)],
                fate=plan.fates[position],
                opens_on=plan.opens_on,
                last_day=min(plan.closes_on, programme.calendar.today - timedelta(days=1)),
                sits_on=plan.sits_on,
                position=position,
            )
        )
    if plan.code == OPEN:
        copy, original = rows[COPY], rows[COPIED]
        copy.kind, copy.language, copy.copied_from = original.kind, original.language, COPIED
    return rows


def _associations(programme: Programme, number: int) -> Sequence[Association]:
    """One village of each ayil okmotu, another one each call, and three more; Tayan in the second and the third."""
    chosen = []
    for place, ayil_okmotu in enumerate(programme.ayil_okmotus):
        villages = programme.villages[ayil_okmotu.id]
        offset = 0 if place in (0, 3, 7, 11, 14, 20) else place
        # In the second call the first village, whose chair has an account, applies.
        chosen.append(villages[(number - 1 + offset) % len(villages)])
    for place in EXTRA_AYIL_OKMOTUS:
        villages = programme.villages[programme.ayil_okmotus[place].id]
        chosen.append(villages[(number + 2 + place) % len(villages)])
    if number == 2:
        everywhere = (village for villages in programme.villages.values() for village in villages)
        chosen[-1] = next(village for village in everywhere if village.soate == DEMO_VILLAGE)
    return [programme.associations[village.id] for village in chosen]


def _kind(programme: Programme, association: Association, used: Counter[str], known: dict[int, set[str]]) -> str:
    """The kind of project used least so far that fits the oblast and is new to the ayil okmotu."""
    iso = association.ayil_okmotu.rayon.oblast.iso
    here = known.setdefault(association.ayil_okmotu_id, set())
    fitting = [
        kind["key"]
        for kind in programme.content.kinds
        if kind["key"] not in here and ONLY_IN.get(kind["key"], iso) == iso
    ]
    kind = min(fitting, key=lambda key: used[key])
    used[kind] += 1
    here.add(kind)
    return str(kind)
