"""My interests: the own register of whoever judges, and its confirmation for a call."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, policy
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import assignments, calls, interests, reviewers
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.interests import InterestForm
from models.calls import Call
from models.interests import Interest, InterestKind
from models.reviews import Assignment

bp = Blueprint("interests", __name__, url_prefix="/interests")


@bp.get("")
@requires(GET=Permission.INTEREST_KEEP)
def index() -> ResponseReturnValue:
    """The own register, and for which calls it is confirmed."""
    user = signed_in_user()
    seen = calls.seen_calls(policy.visible(user, Call).whereclause)
    judged = {one.id for one in reviewers.calls_to_judge()}
    confirmed = [(call, interests.confirmation(user, call)) for call in seen if call.id in judged]
    return render_template("interests/index.html", rows=interests.of(user), confirmed=confirmed, answering=_answering())


def _answering() -> Assignment | None:
    """The own request to judge from which the reviewer was sent here, to be led back to; never another address."""
    return assignments.waiting_for_answer(signed_in_user(), request.args.get("answering", type=row_number))


def _register() -> str:
    """The page of the register, which keeps the way back to the request."""
    asked = _answering()
    return url_for(".index", answering=asked.id if asked else None)


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.INTEREST_KEEP, POST=Permission.INTEREST_KEEP)
def new() -> ResponseReturnValue:
    """Enter an interest."""
    form = InterestForm()
    form.kind.choices = [(kind.value, label_text(kind)) for kind in InterestKind]
    if form.validate_on_submit() and attempt(form, lambda: _declare(form)):
        return finish(_register(), gettext("The interest stands in your register."))
    return form_page("interests/new.html", form, back=_register())


def _declare(form: InterestForm) -> Interest:
    return interests.declare(
        InterestKind(form.kind.data),
        name=form.name.data,
        relation=form.relation.data or "",
        register_number=form.register_number.data or "",
        actor=actor(),
        now=clock.now(),
    )


@bp.post("/<int:interest_id>/end")
@requires(POST=Permission.INTEREST_KEEP)
def end(interest_id: int) -> ResponseReturnValue:
    """Say that an interest has ended; it stays in the register."""
    interest = load(Interest, interest_id, Permission.INTEREST_KEEP)
    return act_on_button(
        lambda: interests.end(interest, actor=actor(), now=clock.now()),
        _register(),
        gettext("The interest is marked as ended."),
    )


@bp.post("/confirm/<int:call_id>")
@requires(POST=Permission.INTEREST_KEEP)
def confirm(call_id: int) -> ResponseReturnValue:
    """Confirm for a call that the register is whole; then back to the request that was being answered, if any."""
    call, asked = load(Call, call_id, Permission.CALL_READ), _answering()
    is_of_call = asked is not None and asked.application.call_id == call.id
    return act_on_button(
        lambda: interests.confirm(call, actor=actor(), now=clock.now()),
        url_for("assignments.answer", assignment_id=asked.id) if asked and is_of_call else _register(),
        gettext("Your register is confirmed for this call."),
    )
