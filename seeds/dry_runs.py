"""The dry runs of the demonstration: an operator applies for the test association before a call opens."""

from datetime import datetime, timedelta
from typing import Any

from app.clock import bishkek_day
from app.services import applications, dry_runs, questions
from app.services.actors import Actor
from app.services.applications import beneficiaries, meetings, themes
from app.services.applications.meetings import MeetingInput
from models.associations import Association
from models.calls import Call
from models.centres import Centre
from seeds import business_plans, papers
from seeds.applications import Plan, add_budget, add_pledges, add_targets, theme_of
from seeds.beneficiaries import counted
from seeds.content import by_key
from seeds.programme import Programme

ANSWER = "Сыноо үчүн жазылган жооп: суроо түшүнүктүүбү, орун жетеби, кийинки баракка өтөбү, ошону карап жатабыз."
TITLE = "Сыноо: бул чыныгы долбоор эмес"


def associate(programme: Programme, centre: Centre, now: datetime) -> Association:
    """The test association, which the operator of `centre` acts for."""
    return dry_runs.test_association() or dry_runs.found(centre, actor=programme.as_staff("secretary"), now=now)


def run(programme: Programme, call: Call, association: Association, now: datetime, *, is_handed_in: bool) -> None:
    """Write the trial application; when it `is_handed_in` it is also signed off and submitted."""
    actor = Actor(programme.operators[association.centre_id], on_behalf_of=association)
    by: dict[str, Any] = {"actor": actor, "now": now}
    application = dry_runs.start(call, association, language="ky", **by)
    sections = questions.form_of(call).sections[: None if is_handed_in else 2]
    for section in sections:
        answers = {one.key: (TITLE if one.key == "title" else ANSWER)[: one.letters] for one in section.questions}
        applications.save_section(application, section.key, answers, **by)
    if not is_handed_in:
        return
    kind = programme.content.kinds[0]["key"]
    day = call.opens_at.date()
    plan = Plan(call, association, kind, "ky", "dry_run", day, day, None, 0)
    plan.application = application
    content = by_key(programme.content.kinds, kind)["plan"]
    themes.choose(application, theme_of(programme, kind), **by)
    add_budget(programme, plan, actor, now)
    business_plans.begin(application, content, **by)
    business_plans.complete(application, content, **by)
    add_pledges(programme, plan, programme.chance("dry run", call.code), actor, now)
    beneficiaries.record(application, counted(programme.content.kinds[0], programme.chance("counted", call.code)), **by)
    add_targets(programme, plan, actor, now)
    paper = papers.pdf("protokol-synoo.pdf", "Сыноо протоколу", [TITLE, ANSWER])
    meetings.record(application, _meeting(now), paper, storage=programme.storage, **by)
    applications.sign_off(application, **by)
    applications.submit(application, actor=actor, now=now + timedelta(minutes=20))


def _meeting(now: datetime) -> MeetingInput:
    """A meeting as it should be, of a village that is not there."""
    return MeetingInput(
        held_on=bishkek_day(now) - timedelta(days=1),
        place="Сыноо залы",
        led_by="Сыноочу Биринчи",
        written_by="Сыноочу Экинчи",
        women=34,
        men=31,
        households=60,
        entitled=100,
        decision=ANSWER,
        votes_for=60,
        votes_against=2,
        abstentions=3,
    )
