"""The Council's session on a call: who is present, what is decided on each application, the signed protocol."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random

from app.services import agendas, conflicts, council_sessions, decisions, letters, rankings
from app.services.ballots import Ballot
from app.services.decisions import Motion
from models.applications import Application, ApplicationStatus
from models.base import db
from models.calls import Call
from models.council_sessions import CouncilSession, DecisionOutcome, VoteChoice
from seeds import grants
from seeds.agenda import Chapter, Story, at, later
from seeds.applications import Plan
from seeds.content import by_key, pick
from seeds.programme import Programme

PLACE = "Ош шаары, ресурстук борбор"
SEATS = 19
ABSENT = 4
MINUTES_EACH = 9
DISCUSSED_FOR = 8
FOR, AGAINST, ABSTAINED = VoteChoice.FOR, VoteChoice.AGAINST, VoteChoice.ABSTAINED
OUTCOMES = {
    "reserve": DecisionOutcome.RESERVE,
    "rejected": DecisionOutcome.REJECTED,
    "overlooked": DecisionOutcome.REJECTED,
}
"""What is overlooked reaches the thresholds: its appeal is upheld, and it may be put on the reserve list anew."""
PARTIAL = 4  # so many are selected in full before the one that gets a little less
CUT_TO_PERCENT = 93
STEP = 1_000_00  # tyiyn: a partial award is cut to whole thousands of som


def story(programme: Programme, call: Call, sits_on: date, plans: list[Plan]) -> Story:
    """Convene, decide from the best to the worst, sign, send the letters; then the grants' stories begin."""
    chance = programme.chance("session", call.code)
    now = yield at(sits_on, 9)
    fates = {plan.application.id: plan.fate for plan in plans}
    session = _convene(programme, call, sits_on, now)
    now, selected = (yield at(sits_on, 9, 30)), 0
    _tick(programme, session, chance, now)
    for row in rankings.rank(call):
        if row.application.status is not ApplicationStatus.REVIEWED:
            continue
        now = yield now + timedelta(minutes=MINUTES_EACH)
        fate = fates[row.application.id]
        outcome = OUTCOMES.get(fate, DecisionOutcome.SELECTED)
        is_partial = outcome is DecisionOutcome.SELECTED and selected == PARTIAL
        selected += outcome is DecisionOutcome.SELECTED
        reason = _reason(programme, fate, outcome, is_partial, chance)
        application = db.session.get_one(Application, row.application_id)
        _decide(programme, session, application, outcome, is_partial, reason, chance, now)
    now = yield later(now, 1, chance)
    _sign(programme, session, now)
    for decision in session.decisions:
        if decision.outcome is DecisionOutcome.SELECTED:
            application = decision.application
            programme.agenda.start(grants.story(programme, application, fates[application.id], now))


def anew(programme: Programme, application: Application, reason: Mapping[str, str], sits_on: date) -> Chapter:
    """After an upheld appeal the Council sits again and puts the application on the reserve list."""
    chance = programme.chance("session", application.number)
    now = yield at(sits_on, 9)
    session = _convene(programme, application.call, sits_on, now)
    now = yield at(sits_on, 9, 30)
    _tick(programme, session, chance, now)
    now = yield now + timedelta(minutes=MINUTES_EACH)
    _decide(programme, session, application, DecisionOutcome.RESERVE, False, reason, chance, now)
    now = yield later(now, 1, chance)
    _sign(programme, session, now)
    return now


def _convene(programme: Programme, call: Call, sits_on: date, now: datetime) -> CouncilSession:
    secretary = programme.as_staff("secretary")
    return council_sessions.convene(call, held_on=sits_on, place=PLACE, seats=SEATS, actor=secretary, now=now)


def _tick(programme: Programme, session: CouncilSession, chance: Random, now: datetime) -> None:
    """The chair is there, and all but a few of the members."""
    members = chance.sample(programme.reviewers, SEATS - 1 - ABSENT)
    present = [programme.staff["council_chair"], *sorted(members, key=lambda one: one.id)]
    council_sessions.record_attendance(session, present, actor=programme.as_staff("secretary"), now=now)


def _sign(programme: Programme, session: CouncilSession, now: datetime) -> None:
    """The chair signs, and the secretary sends the letters."""
    secretary = programme.as_staff("secretary")
    council_sessions.sign(session, actor=programme.as_staff("council_chair"), now=now)
    held = letters.of(session, conflicts.ties_of(secretary.user))
    letters.send(session, [one.id for one in held], actor=secretary, now=now)


def _reason(
    programme: Programme, fate: str, outcome: DecisionOutcome, is_partial: bool, chance: Random
) -> Mapping[str, str]:
    """Why it is decided so, in the languages of the applications."""
    reasons = programme.content.misc["decisions"][outcome.value]
    reason = pick(chance, [one for one in reasons if one["key"] not in ("selected_partial", "sales_unproven")])
    if is_partial:
        reason = by_key(reasons, "selected_partial")
    elif fate == "overlooked":
        reason = by_key(reasons, "sales_unproven")
    found: Mapping[str, str] = reason["text"]
    return found


def _decide(
    programme: Programme,
    session: CouncilSession,
    application: Application,
    outcome: DecisionOutcome,
    is_partial: bool,
    reason: Mapping[str, str],
    chance: Random,
    now: datetime,
) -> None:
    """Put one application to the vote. Who has an interest in it does not vote."""
    asked = application.grant_requested
    secretary = programme.as_staff("secretary")
    agendas.discuss(session, application, actor=secretary, now=now - timedelta(minutes=DISCUSSED_FOR))
    voters = decisions.voters_on(session, application)
    abstentions, minority = chance.choice((0, 0, 0, 1, 2)), chance.choice((0, 0, 1, 2, 3))
    choices = [ABSTAINED] * abstentions + [AGAINST] * minority
    choices += [FOR] * (len(voters) - len(choices))
    chance.shuffle(choices)
    decisions.decide(
        session,
        application,
        Motion(
            outcome,
            amount=asked * CUT_TO_PERCENT // 100 // STEP * STEP if is_partial else asked,
            reason=reason[application.language],
            ballots=[Ballot(one.id, choice) for one, choice in zip(voters, choices, strict=True)],
        ),
        actor=secretary,
        now=now,
    )
