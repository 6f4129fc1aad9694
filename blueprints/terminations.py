"""Terminations of a grant: proposed by one person, approved or refused by another."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import terminations, users
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page
from forms.base import ConfirmForm
from forms.terminations import TerminationForm
from models.grants import Grant
from models.terminations import Termination

bp = Blueprint("terminations", __name__, url_prefix="/grants/<int:grant_id>/terminations")
P = Permission


def _loaded(grant_id: int, termination_id: int) -> Termination:
    termination = terminations.termination_of(load(Grant, grant_id, P.TERMINATION_DECIDE), termination_id)
    return termination if termination is not None else abort(404)


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=P.TERMINATION_PROPOSE, POST=P.TERMINATION_PROPOSE)
def new(grant_id: int) -> ResponseReturnValue:
    """Propose that the grant ends early."""
    grant, form = load(Grant, grant_id, P.TERMINATION_PROPOSE), TerminationForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: terminations.propose(grant, reason=form.reason.data or "", actor=actor(grant), now=clock.now()),
    ):
        location = url_for("grants.show", grant_id=grant_id, _anchor="terminations")
        return finish(location, gettext("The end is proposed. Another person decides."))
    return form_page("terminations/new.html", form, grant=grant, left=terminations.left(grant))


@bp.route("/<int:termination_id>/approve", methods=["GET", "POST"])
@requires(GET=P.TERMINATION_DECIDE, POST=P.TERMINATION_DECIDE)
def approve(grant_id: int, termination_id: int) -> ResponseReturnValue:
    """Show what moves, then end the grant."""
    termination, form = _loaded(grant_id, termination_id), ConfirmForm()
    grant = termination.grant
    if form.validate_on_submit() and attempt(
        form, lambda: terminations.approve(termination, actor=actor(grant), now=clock.now())
    ):
        return finish(url_for("grants.show", grant_id=grant_id), gettext("The grant is ended early."))
    names = users.names_of([termination.proposed_by_id])
    left, obstacle = terminations.left(grant), terminations.obstacle(grant)
    return form_page(
        "terminations/approve.html", form, termination=termination, names=names, left=left, obstacle=obstacle
    )


@bp.route("/<int:termination_id>/refuse", methods=["GET", "POST"])
@requires(GET=P.TERMINATION_DECIDE, POST=P.TERMINATION_DECIDE)
def refuse(grant_id: int, termination_id: int) -> ResponseReturnValue:
    """The grant goes on."""
    termination, form = _loaded(grant_id, termination_id), TerminationForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: terminations.refuse(termination, reason=form.reason.data or "", actor=actor(), now=clock.now()),
    ):
        return finish(url_for("grants.show", grant_id=grant_id), gettext("The proposal is refused: the grant goes on."))
    return form_page("terminations/refuse.html", form, termination=termination)
