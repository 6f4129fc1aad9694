"""Recoveries of a grant: money claimed back, a claim lifted or given up; proposed by one person, decided by another."""

from collections.abc import Mapping

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import rates, recoveries, users
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page
from forms.base import ConfirmForm, ReasonForm
from forms.recoveries import ClaimForm, LiftForm, WriteOffForm
from models.base import BASE_CURRENCY
from models.grants import Grant
from models.recoveries import Recovery, RecoveryKind

bp = Blueprint("recoveries", __name__, url_prefix="/grants/<int:grant_id>/recoveries")
P = Permission
FORMS: Mapping[RecoveryKind, type[ClaimForm | LiftForm]] = {
    RecoveryKind.CLAIM: ClaimForm,
    RecoveryKind.LIFT: LiftForm,
    RecoveryKind.WRITE_OFF: WriteOffForm,
}


@bp.route("/<any(claim, lift, write_off):move>/new", methods=["GET", "POST"])
@requires(GET=P.RECOVERY_PROPOSE, POST=P.RECOVERY_PROPOSE)
def new(grant_id: int, move: str) -> ResponseReturnValue:
    """Propose what is to become of the money; nothing moves yet."""
    grant, wanted = load(Grant, grant_id, P.RECOVERY_PROPOSE), RecoveryKind(move)
    proposed = {"due_on": clock.bishkek_day(clock.now()) + recoveries.TIME_TO_PAY}
    form = FORMS[wanted](data=proposed if wanted is RecoveryKind.CLAIM else None)
    if form.validate_on_submit() and attempt(form, lambda: _propose(grant, wanted, form)):
        location = url_for("grants.show", grant_id=grant_id, _anchor="recoveries")
        return finish(location, gettext("It is proposed. Another person decides."))
    return form_page(
        "recoveries/new.html",
        form,
        grant=grant,
        kind=wanted,
        most=recoveries.most(grant, wanted),
    )


def _propose(grant: Grant, kind: RecoveryKind, form: ClaimForm | LiftForm) -> Recovery:
    return recoveries.propose(
        grant,
        kind,
        amount=rates.minor_units(form.amount.data, BASE_CURRENCY),
        reason=form.reason.data or "",
        due_on=form.due_on.data if isinstance(form, ClaimForm) else None,
        decision=form.decision.data or "" if isinstance(form, WriteOffForm) else "",
        actor=actor(grant),
        now=clock.now(),
    )


@bp.route("/<int:recovery_id>/approve", methods=["GET", "POST"])
@requires(GET=P.RECOVERY_DECIDE, POST=P.RECOVERY_DECIDE)
def approve(grant_id: int, recovery_id: int) -> ResponseReturnValue:
    """Show what moves, then move it."""
    recovery, form = _loaded(grant_id, recovery_id), ConfirmForm()
    grant = recovery.grant
    if form.validate_on_submit() and attempt(
        form, lambda: recoveries.approve(recovery, actor=actor(grant), now=clock.now())
    ):
        return finish(url_for("grants.show", grant_id=grant_id, _anchor="recoveries"), gettext("It is decided."))
    names = users.names_of([recovery.proposed_by_id])
    return form_page("recoveries/approve.html", form, recovery=recovery, names=names)


@bp.route("/<int:recovery_id>/refuse", methods=["GET", "POST"])
@requires(GET=P.RECOVERY_DECIDE, POST=P.RECOVERY_DECIDE)
def refuse(grant_id: int, recovery_id: int) -> ResponseReturnValue:
    """Everything stays as it is."""
    recovery, form = _loaded(grant_id, recovery_id), ReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: recoveries.refuse(recovery, reason=form.reason.data or "", actor=actor(), now=clock.now())
    ):
        return finish(
            url_for("grants.show", grant_id=grant_id, _anchor="recoveries"), gettext("The proposal is refused.")
        )
    return form_page("recoveries/refuse.html", form, recovery=recovery)


def _loaded(grant_id: int, recovery_id: int) -> Recovery:
    recovery = recoveries.recovery_of(load(Grant, grant_id, P.RECOVERY_DECIDE), recovery_id)
    return recovery if recovery is not None else abort(404)
