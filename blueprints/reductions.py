"""Reductions: finance cuts an award to what the verified co-investment carries."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import co_investments, reductions
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page
from forms.reductions import ReductionForm
from models.grants import Grant
from models.reductions import Reduction

bp = Blueprint("reductions", __name__, url_prefix="/grants/<int:grant_id>/reductions")


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_MANAGE, POST=Permission.GRANT_MANAGE)
def new(grant_id: int) -> ResponseReturnValue:
    """Show what is left of each tranche and why, then cut the award."""
    grant = load(Grant, grant_id, Permission.GRANT_MANAGE)
    proposal = reductions.proposed(grant)
    form = ReductionForm(expected=proposal.after)
    if form.validate_on_submit() and attempt(form, lambda: _reduce(grant, form)):
        return finish(url_for("grants.show", grant_id=grant_id), gettext("The grant is reduced."))
    form.expected.data = proposal.after  # whoever goes on has seen the figures of now
    return form_page(
        "reductions/new.html",
        form,
        grant=grant,
        proposal=proposal,
        match=co_investments.match_of(grant),
        obstacle=reductions.obstacle(grant, proposal),
    )


def _reduce(grant: Grant, form: ReductionForm) -> Reduction:
    expected, reason = int(form.expected.data or 0), form.reason.data or ""
    return reductions.reduce(grant, expected=expected, reason=reason, actor=actor(grant), now=clock.now())
