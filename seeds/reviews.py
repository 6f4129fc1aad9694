"""The judging of one application: two reviewers of other ayil okmotus, their declarations and their reviews."""

from datetime import datetime, timedelta
from random import Random

from app.services import assignments, conflicts, interests, reviews
from app.services.actors import Actor
from app.services.reviews import Judgement
from models.applications import Application
from models.reviews import Assignment, ConflictKind
from models.users import User
from seeds.agenda import Story, later
from seeds.content import by_key, pick
from seeds.programme import Programme

REVIEWERS = 2
DAYS_TO_REVIEW = 16
CONFLICTS: dict[str, ConflictKind] = {
    "kin_chair": ConflictKind.KINSHIP,
    "contributor": ConflictKind.CONTRIBUTOR,
    "supplier": ConflictKind.BUSINESS,
    "adviser": ConflictKind.OTHER,
}
DECLINES = {
    "ky": "Бул айда иш сапарында болом, убагында бүтүрө албайм.",
    "ru": "В этом месяце буду в командировке и не успею в срок.",
}
STRONG, FAIR, WEAK = (4, 5, 4, 5, 4, 3, 5), (3, 4, 3, 3, 4), (2, 3, 2, 1, 3)
LEVELS = {"reserve": FAIR, "overlooked": FAIR, "rejected": WEAK}
COMMENTS = {STRONG: "select", FAIR: "reserve", WEAK: "reject"}


def story(programme: Programme, application: Application, fate: str, begin: datetime) -> Story:
    """The secretary asks reviewers; who has an interest or no time is replaced."""
    chance = programme.chance("reviews", application.number)
    now = yield begin
    for place in range(REVIEWERS):
        refuses = chance.random() < 0.12
        programme.agenda.start(_review(programme, application, fate, place, refuses, later(now, 0, chance)))


def _review(
    programme: Programme, application: Application, fate: str, place: int, refuses: bool, begin: datetime
) -> Story:
    """One reviewer's part. In the open call some have not answered yet, others have not finished."""
    chance = programme.chance("review", application.number, place, refuses)
    now = yield begin
    unfinished = fate == "in_review" and place == 1
    assignment = _ask(programme, application, now, first=programme.reviewers[0] if unfinished else None)
    actor = Actor(assignment.reviewer)
    if unfinished and application.id % 2:
        return
    now = yield later(now, chance.randint(1, 3), chance)
    if refuses:
        _refuse(programme, assignment, chance, now)
        programme.agenda.start(_review(programme, application, fate, place, False, later(now, 1, chance)))
        return
    if interests.confirmation(assignment.reviewer, application.call) is None:
        interests.confirm(application.call, actor=actor, now=now)
    assignments.declare(assignment, None, actor=actor, now=now)
    now = yield later(now, chance.randint(2, 6), chance)
    judgements, comment = _judgements(programme, application, fate, chance)
    if unfinished:
        started = dict(list(judgements.items())[:3])
        reviews.save_draft(assignment, started, "", actor=actor, now=now)
        return
    reviews.submit(assignment, judgements, comment, actor=actor, now=now)


def _ask(programme: Programme, application: Application, now: datetime, first: User | None) -> Assignment:
    """Ask the reviewer of another ayil okmotu with the least work who has not been asked yet.

    `first` comes before all others: what is still to be judged waits for the reviewer whose sign-in is printed.
    """
    asked = {one.reviewer_id for one in assignments.of_application(application)}

    def is_free(reviewer: User) -> bool:
        return reviewer.id not in asked and not conflicts.hindrance(application, reviewer)

    by_load = sorted(programme.reviewers, key=lambda one: (one is not first, programme.load[one.id], one.id))
    reviewer = next(one for one in by_load if is_free(one))
    programme.load[reviewer.id] += 1
    due_on = now.date() + timedelta(days=DAYS_TO_REVIEW)
    return assignments.assign(application, reviewer, due_on=due_on, actor=programme.as_staff("secretary"), now=now)


def _refuse(programme: Programme, assignment: Assignment, chance: Random, now: datetime) -> None:
    """Declare a real interest, or give the work back for want of time."""
    actor, language = Actor(assignment.reviewer), assignment.application.language
    if chance.random() < 0.6:
        key = pick(chance, CONFLICTS)
        explanation = by_key(programme.content.misc["conflicts"], key)["text"][language]
        assignments.declare(assignment, CONFLICTS[key], explanation=explanation, actor=actor, now=now)
    else:
        assignments.decline(assignment, reason=DECLINES[language], actor=actor, now=now)


def _judgements(
    programme: Programme, application: Application, fate: str, chance: Random
) -> tuple[dict[str, Judgement], str]:
    """A level and a justification for each criterion, and a comment, in the application's language."""
    stock, language = programme.content.review_texts, application.language
    levels = LEVELS.get(fate, STRONG)
    judged = {}
    for criterion in application.call.criteria:
        level = pick(chance, levels)
        judged[criterion.key] = Judgement(level, pick(chance, stock[criterion.key][str(level)][language]))
    return judged, pick(chance, stock["general"][COMMENTS[levels]][language])
