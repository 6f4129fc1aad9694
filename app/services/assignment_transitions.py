"""The life cycle of an assignment: below `assignments` and `applications`, since withdrawing closes assignments."""

from collections.abc import Mapping
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_
from app.services.errors import DomainError
from app.services.workflow import Transition
from models.reviews import AssignmentStatus

A = AssignmentStatus
MOST_DAYS = 365
"""No review is due later than so many days from now: the next year written by mistake would be waited for."""
_FOUND = N_("a conflict of interest found late is confirmed")
_ANEW = N_("a conflict of interest found late is confirmed; an appeal is upheld, not decided anew yet")
_IN_TIME = N_("every criterion scored and justified, by the end of its last day")
_LATE = N_("never handed in; its last day is over; reason given")
TRANSITIONS: Mapping[tuple[AssignmentStatus, str], Transition] = {
    (A.PROPOSED, "accept"): Transition(A.ACCEPTED, N_("Reviewer"), N_("declares to have no interest")),
    (A.PROPOSED, "recuse"): Transition(A.RECUSED, N_("Reviewer"), N_("declares an interest")),
    (A.ACCEPTED, "recuse"): Transition(A.RECUSED, N_("Reviewer"), N_("declares an interest")),
    (A.PROPOSED, "decline"): Transition(A.DECLINED, N_("Reviewer"), N_("reason given")),
    (A.ACCEPTED, "decline"): Transition(A.DECLINED, N_("Reviewer"), N_("reason given")),
    (A.ACCEPTED, "submit"): Transition(A.SUBMITTED, N_("Reviewer"), _IN_TIME),
    (A.PROPOSED, "void"): Transition(A.RECUSED, N_("Council secretary"), _FOUND),
    (A.ACCEPTED, "void"): Transition(A.RECUSED, N_("Council secretary"), _FOUND),
    (A.SUBMITTED, "void"): Transition(A.RECUSED, N_("Council secretary"), _FOUND),
    (A.CLOSED, "void"): Transition(A.RECUSED, N_("Council secretary"), _ANEW),
    (A.SUBMITTED, "reopen"): Transition(
        A.ACCEPTED, N_("Council secretary"), N_("reason given; the Council has not decided")
    ),
    (A.SUBMITTED, "close"): Transition(A.CLOSED, N_("Council session"), N_("protocol signed")),
    (A.PROPOSED, "take_back"): Transition(A.CLOSED, N_("Council secretary"), N_("not answered yet; reason given")),
    (A.ACCEPTED, "release"): Transition(A.CLOSED, N_("Council secretary"), _LATE),
    (A.ACCEPTED, "restore"): Transition(
        A.SUBMITTED, N_("Council secretary"), N_("handed in before it was opened again; its last day is over")
    ),
    (A.PROPOSED, "close"): Transition(A.CLOSED, N_("Council secretary"), N_("withdrawn, or the reviews are in")),
    (A.ACCEPTED, "close"): Transition(A.CLOSED, N_("Council secretary"), N_("withdrawn, or the reviews are in")),
}


def must_be_a_day_ahead(due_on: date, now: datetime) -> None:
    """Refuse a last day for a review that is not ahead, or further than anybody can mean."""
    days = (due_on - bishkek_day(now)).days
    if days <= 0:
        raise DomainError(N_("The day must lie in the future."), field="due_on")
    if days > MOST_DAYS:
        raise DomainError(N_("Give a day within %(most)s days from now."), field="due_on", most=MOST_DAYS)
