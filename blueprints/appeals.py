"""Appeals: lodged from the letter, listed for the Council's office, acknowledged, upheld or dismissed."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import appeals, conflicts, corrected_protocols, letters, new_decisions
from app.web.access import actor, can, load, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.appeals import AppealForm, AppealOutcomeForm, AppealWithdrawalForm
from models.appeals import Appeal, AppealStatus
from models.letters import Letter

bp = Blueprint("appeals", __name__)


@bp.get("/appeals")
@requires(GET=Permission.LETTER_SEND)
def index() -> ResponseReturnValue:
    """The appeals, those that wait first."""
    return render_template("appeals/index.html", rows=appeals.listed(conflicts.ties_of(signed_in_user())))


@bp.route("/letters/<int:letter_id>/appeal", methods=["GET", "POST"])
@requires(GET=Permission.APPEAL_LODGE, POST=Permission.APPEAL_LODGE)
def new(letter_id: int) -> ResponseReturnValue:
    """The association's chair, or the operator at the chair's word, appeals."""
    letter, form, now = load(Letter, letter_id, Permission.APPEAL_LODGE), AppealForm(), clock.now()
    known = appeals.of_letter(letter)
    if request.method == "GET" and known is not None:
        return redirect(url_for(".show", appeal_id=known.id), 303)
    if form.validate_on_submit() and (
        appeal := attempt(
            form, lambda: appeals.lodge(letter, form.text.data or "", actor=actor(letter), now=clock.now())
        )
    ):
        return finish(url_for(".show", appeal_id=appeal.id), gettext("The appeal is handed in."))
    until = letters.appeal_until(letter.application.call, letter.sent_at or now)
    is_open = appeals.may_lodge(letter, now)
    return form_page("appeals/new.html", form, letter=letter, until=until, is_open=is_open, least=appeals.SHORTEST)


@bp.get("/appeals/<int:appeal_id>")
@requires(GET=Permission.APPEAL_READ)
def show(appeal_id: int) -> ResponseReturnValue:
    """The appeal, what became of it, and what comes next."""
    appeal = load(Appeal, appeal_id, Permission.APPEAL_READ)
    return render_template(
        "appeals/show.html",
        appeal=appeal,
        is_open=appeal.status in appeals.OPEN,
        may_acknowledge=appeal.status is AppealStatus.LODGED and can(Permission.APPEAL_ACKNOWLEDGE),
        may_decide=appeal.status is AppealStatus.ACKNOWLEDGED and can(Permission.APPEAL_DECIDE),
        is_office=can(Permission.LETTER_SEND),
        anew=letters.next_after(appeal.letter, is_office=can(Permission.LETTER_SEND)),
        is_due=new_decisions.is_due(appeal),
        sits=new_decisions.open_session(appeal.application.call),
        **_judged(appeal),
    )


def _judged(appeal: Appeal) -> dict[str, Any]:
    """What an appeal is decided from, for who may read reviews and protocol: the Council's office."""
    session = appeal.letter.decision.session
    corrected = corrected_protocols.latest(session.protocol) if session.protocol else None
    reads = can(Permission.LETTER_SEND) and can(Permission.REVIEW_READ) and can(Permission.SESSION_READ)
    return {"decided_in": session if reads else None, "corrected": corrected}


@bp.post("/appeals/<int:appeal_id>/agenda")
@requires(POST=Permission.SESSION_MANAGE)
def take_up(appeal_id: int) -> ResponseReturnValue:
    """The application of an upheld appeal goes on the agenda of the session that sits, to be decided anew."""
    appeal = load(Appeal, appeal_id, Permission.SESSION_MANAGE)
    session = new_decisions.open_session(appeal.application.call)
    if session is None:
        flash(gettext("No session of the Council on this call is open: convene one."), "error")
        return redirect(url_for(".show", appeal_id=appeal.id), 303)
    return act_on_button(
        lambda: new_decisions.take_up(appeal, session, actor=actor(), now=clock.now()),
        url_for("council_sessions.show", session_id=session.id),
        gettext("The application is on the agenda, to be decided anew."),
    )


@bp.post("/appeals/<int:appeal_id>/acknowledge")
@requires(POST=Permission.APPEAL_ACKNOWLEDGE)
def acknowledge(appeal_id: int) -> ResponseReturnValue:
    """The secretary has received it."""
    appeal = load(Appeal, appeal_id, Permission.APPEAL_ACKNOWLEDGE)
    return act_on_button(
        lambda: appeals.acknowledge(appeal, actor=actor(), now=clock.now()),
        url_for(".show", appeal_id=appeal.id),
        gettext("The association knows that the Council has the appeal."),
    )


@bp.route("/appeals/<int:appeal_id>/outcome", methods=["GET", "POST"])
@requires(GET=Permission.APPEAL_DECIDE, POST=Permission.APPEAL_DECIDE)
def close(appeal_id: int) -> ResponseReturnValue:
    """The chair of the Council upholds or dismisses it."""
    appeal, form = load(Appeal, appeal_id, Permission.APPEAL_DECIDE), AppealOutcomeForm()
    form.outcome.choices = [(one.value, label_text(one)) for one in (AppealStatus.UPHELD, AppealStatus.DISMISSED)]

    def act() -> None:
        is_upheld = form.outcome.data == AppealStatus.UPHELD.value
        appeals.close(appeal, is_upheld=is_upheld, reason=form.reason.data or "", actor=actor(), now=clock.now())

    if form.validate_on_submit() and attempt(form, act):
        return finish(url_for(".show", appeal_id=appeal.id), gettext("The outcome is recorded and told."))
    return form_page("appeals/close.html", form, appeal=appeal, **_judged(appeal))


@bp.route("/appeals/<int:appeal_id>/withdrawal", methods=["GET", "POST"])
@requires(GET=Permission.APPEAL_LODGE, POST=Permission.APPEAL_LODGE)
def withdraw(appeal_id: int) -> ResponseReturnValue:
    """The association takes its appeal back."""
    appeal, form = load(Appeal, appeal_id, Permission.APPEAL_LODGE), AppealWithdrawalForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: appeals.withdraw(appeal, reason=form.reason.data or "", actor=actor(appeal), now=clock.now()),
    ):
        return finish(url_for(".show", appeal_id=appeal.id), gettext("The appeal is taken back."))
    return form_page("appeals/withdraw.html", form, appeal=appeal)
