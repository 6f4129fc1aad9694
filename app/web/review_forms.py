"""What a review's form, the practice review and the workbook have in common: from rows to fields and back."""

from collections.abc import Sequence
from typing import Any

from app import clock
from app.labels import REVIEW_FLAGS
from app.localisation import current_locale
from app.services import reviews
from app.services.reviews import LONGEST_JUSTIFICATION, Judgement
from app.web.access import actor
from forms.reviews import ReviewForm, rubric_form
from models.calibrations import CalibrationReview
from models.calls import Criterion
from models.reviews import Assignment, Review, ReviewFlag

FLAGS = tuple(REVIEW_FLAGS.items())


def stored(review: Review | CalibrationReview | None) -> dict[str, Any]:
    """The draft as values of the form's fields; version 0 while nothing is saved."""
    values: dict[str, Any] = {"version": str(review.version) if review else "0"}
    values["comment"] = review.comment if review else ""
    if isinstance(review, Review):
        values["private_note"], values["flag"] = review.private_note, review.flag.value
    for key, one in (review.draft if review else {}).items():
        values[f"level_{key}"], values[f"justification_{key}"] = one["level"], one["justification"]
    return values


def form_of(criteria: Sequence[Criterion], **values: Any) -> ReviewForm:
    """The form of a review in the language of the request."""
    return rubric_form(criteria, current_locale(), LONGEST_JUSTIFICATION, FLAGS, **values)


def judgements(form: ReviewForm, criteria: Sequence[Criterion]) -> dict[str, Judgement]:
    return {one.key: Judgement(form.level(one.key), form.justification(one.key)) for one in criteria}


def act(verb: Any, assignment: Assignment, form: ReviewForm) -> Any:
    """Save or submit (`verb` of `reviews`) what the form holds."""
    return verb(
        assignment,
        judgements(form, assignment.application.call.criteria),
        form.comment.data or "",
        private_note=form.private_note.data or "",
        flag=form.flag.data or ReviewFlag.NONE,
        actor=actor(),
        now=clock.now(),
    )


def mark_gaps(form: ReviewForm, criteria: Sequence[Criterion]) -> None:
    """The first gap was refused at its field: name the others too."""
    if not form.errors:
        return
    for gap in reviews.gaps(criteria, judgements(form, criteria)):
        if gap.field and str(gap) not in form[gap.field].errors:
            form.refuse(gap.field, str(gap))
