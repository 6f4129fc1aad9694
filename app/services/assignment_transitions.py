"""The life cycle of an assignment: below `assignments` and `applications`, since withdrawing closes assignments."""

from collections.abc import Mapping

from app.localisation import N_
from app.services.workflow import Transition
from models.reviews import AssignmentStatus

A = AssignmentStatus
_FOUND = N_("a conflict of interest found late is confirmed")
_IN_TIME = N_("every criterion scored and justified, by the end of its last day")
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
    (A.SUBMITTED, "reopen"): Transition(
        A.ACCEPTED, N_("Council secretary"), N_("reason given; the Council has not decided")
    ),
    (A.SUBMITTED, "close"): Transition(A.CLOSED, N_("Council session"), N_("protocol signed")),
    (A.PROPOSED, "take_back"): Transition(A.CLOSED, N_("Council secretary"), N_("not answered yet; reason given")),
    (A.ACCEPTED, "release"): Transition(A.CLOSED, N_("Council secretary"), N_("its last day is over; reason given")),
    (A.PROPOSED, "close"): Transition(A.CLOSED, N_("Council secretary"), N_("withdrawn, or the reviews are in")),
    (A.ACCEPTED, "close"): Transition(A.CLOSED, N_("Council secretary"), N_("withdrawn, or the reviews are in")),
}
