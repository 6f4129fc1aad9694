"""Grant amendments: more time, money moved within the budget, a reduced award raised; asked for, then decided."""

from collections.abc import Callable

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext, plain_amount, to_minor
from app.policy import Permission
from app.services import award_raises, expenditures, grant_amendments, users
from app.services.expenditures import LineUse
from app.services.workflow import allowed
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.grant_amendments import AmendmentReasonForm, ExtensionForm, RaiseForm, ShiftForm, shift_form
from models.base import BASE_CURRENCY
from models.grant_amendments import GrantAmendment
from models.grants import Grant

bp = Blueprint("grant_amendments", __name__)
REFUSE, WITHDRAW = "grant_amendments/refuse.html", "grant_amendments/withdraw.html"
PROPOSE, DECIDE = Permission.GRANT_AMENDMENT_PROPOSE, Permission.GRANT_AMENDMENT_DECIDE


@bp.route("/grants/<int:grant_id>/extension", methods=["GET", "POST"])
@requires(GET=PROPOSE, POST=PROPOSE)
def new_extension(grant_id: int) -> ResponseReturnValue:
    """Propose a later last day."""
    grant, form = load(Grant, grant_id, PROPOSE), ExtensionForm()

    def act() -> GrantAmendment:
        day, reason = form.ends_on.data, form.reason.data or ""
        return grant_amendments.extend(grant, day, reason=reason, actor=actor(grant), now=clock.now())

    if form.validate_on_submit() and (made := attempt(form, act)):
        return finish(url_for(".show", amendment_id=made.id), gettext("The change is proposed."))
    obstacle = grant_amendments.waiting_change(grant)
    return form_page("grant_amendments/new_extension.html", form, grant=grant, obstacle=obstacle)


@bp.route("/grants/<int:grant_id>/budget-shift", methods=["GET", "POST"])
@requires(GET=PROPOSE, POST=PROPOSE)
def new_shift(grant_id: int) -> ResponseReturnValue:
    """Propose other amounts on the lines of the budget."""
    grant = load(Grant, grant_id, PROPOSE)
    uses = expenditures.by_line(grant)
    form = _shift_form(uses)

    def act() -> GrantAmendment:
        wanted = {key: to_minor(value, BASE_CURRENCY) for key, value in form.amounts().items()}
        return grant_amendments.shift(grant, wanted, reason=form.reason.data or "", actor=actor(grant), now=clock.now())

    if form.validate_on_submit() and (made := attempt(form, act)):
        return finish(url_for(".show", amendment_id=made.id), gettext("The change is proposed."))
    obstacle = grant_amendments.waiting_change(grant)
    return form_page("grant_amendments/new_shift.html", form, grant=grant, uses=uses, obstacle=obstacle)


def _shift_form(uses: list[LineUse]) -> ShiftForm:
    """One field a line, filled with what is in force."""
    lines = [(one.line.id, f"{label_text(one.line.heading)}: {one.line.item}") for one in uses]
    return shift_form(lines)(data={f"line_{one.line.id}": plain_amount(one.planned, BASE_CURRENCY) for one in uses})


@bp.route("/grants/<int:grant_id>/award-raise", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_MANAGE, POST=Permission.GRANT_MANAGE)
def new_raise(grant_id: int) -> ResponseReturnValue:
    """Propose that a reduced award grows again, as far as there is room for it."""
    grant = load(Grant, grant_id, Permission.GRANT_MANAGE)
    room = award_raises.room_of(grant)
    obstacle = grant_amendments.waiting_change(grant) or award_raises.obstacle(grant, room)
    form = RaiseForm(data={"amount": plain_amount(room.most, BASE_CURRENCY)})

    def act() -> GrantAmendment:
        amount, reason = to_minor(form.amount.data, BASE_CURRENCY), form.reason.data or ""
        return grant_amendments.raise_award(
            grant, amount, form.due_on.data, reason=reason, actor=actor(grant), now=clock.now()
        )

    if form.validate_on_submit() and (made := attempt(form, act)):
        return finish(url_for(".show", amendment_id=made.id), gettext("The change is proposed."))
    return form_page("grant_amendments/new_raise.html", form, grant=grant, room=room, obstacle=obstacle)


@bp.get("/grant-amendments/<int:amendment_id>")
@requires(GET=Permission.CONTRIBUTION_READ)
def show(amendment_id: int) -> ResponseReturnValue:
    """What would change, why, and who decides."""
    amendment = load(GrantAmendment, amendment_id, Permission.CONTRIBUTION_READ)
    return render_template(
        "grant_amendments/show.html",
        amendment=amendment,
        grant=amendment.grant,
        lines={one.id: one for one in amendment.grant.application.budget_lines},
        moved=grant_amendments.moved_by(amendment.grant, amendment.lines),
        actions=allowed(grant_amendments.TRANSITIONS, amendment.status),
        problem=grant_amendments.obstacle(amendment, signed_in_user()),
        names=users.names_of([amendment.proposed_by_id, amendment.decided_by_id]),
    )


@bp.post("/grant-amendments/<int:amendment_id>/approve")
@requires(POST=DECIDE)
def approve(amendment_id: int) -> ResponseReturnValue:
    """It holds from now on: the next version of the agreement is kept."""
    amendment = load(GrantAmendment, amendment_id, DECIDE)
    return act_on_button(
        lambda: grant_amendments.approve(amendment, actor=actor(amendment), now=clock.now()),
        url_for(".show", amendment_id=amendment_id),
        gettext("The agreement is amended."),
    )


@bp.route("/grant-amendments/<int:amendment_id>/refuse", methods=["GET", "POST"])
@requires(GET=DECIDE, POST=DECIDE)
def refuse(amendment_id: int) -> ResponseReturnValue:
    """The agreement stays."""
    return _with_reason(amendment_id, DECIDE, grant_amendments.refuse, gettext("The change is refused."), REFUSE)


@bp.route("/grant-amendments/<int:amendment_id>/withdraw", methods=["GET", "POST"])
@requires(GET=PROPOSE, POST=PROPOSE)
def withdraw(amendment_id: int) -> ResponseReturnValue:
    """Who asked takes it back."""
    message = gettext("The proposal is withdrawn.")
    return _with_reason(amendment_id, PROPOSE, grant_amendments.withdraw, message, WITHDRAW)


def _with_reason(
    amendment_id: int, permission: Permission, verb: Callable[..., None], message: str, template: str
) -> ResponseReturnValue:
    amendment, form = load(GrantAmendment, amendment_id, permission), AmendmentReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: verb(amendment, reason=form.reason.data or "", actor=actor(amendment), now=clock.now())
    ):
        return finish(url_for(".show", amendment_id=amendment_id), message)
    return form_page(template, form, amendment=amendment, grant=amendment.grant)
