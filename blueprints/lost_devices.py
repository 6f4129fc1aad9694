"""Lost phones: reported at the sign-in, looked into by one person, confirmed by another."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import IDENTITY_CHECKS
from app.localisation import gettext
from app.policy import Permission
from app.services import lost_devices
from app.services.workflow import allowed
from app.web.access import actor, half_signed_in, load, public, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, commit, finish, form_page
from forms.base import ConfirmForm
from forms.lost_devices import IdentityForm, RefusalForm
from models.lost_devices import IdentityCheck, LostDevice
from models.users import User

bp = Blueprint("lost_devices", __name__)
READ, DECIDE = Permission.LOST_DEVICE_READ, Permission.LOST_DEVICE_DECIDE


@bp.route("/sign-in/lost-phone", methods=["GET", "POST"])
@public
def report() -> ResponseReturnValue:
    """Say after the password that the phone is lost, and read what happens next."""
    pending = half_signed_in()
    if pending is None:
        flash(gettext("First your name and password. The code has to follow within ten minutes."), "error")
        return redirect(url_for("accounts.sign_in", next=request.args.get("next")), 303)
    form = ConfirmForm()
    if form.validate_on_submit():
        lost_devices.report(pending.user, now=clock.now())
        commit()
        return redirect(url_for(".report"), 303)
    return render_template("lost_devices/report.html", form=form, lost=lost_devices.open_of(pending.user))


@bp.get("/lost-phones")
@requires(GET=READ)
def index() -> ResponseReturnValue:
    """Lost phones, the newest first."""
    return render_template("lost_devices/index.html", rows=lost_devices.listed())


@bp.get("/lost-phones/<int:lost_device_id>")
@requires(GET=READ)
def show(lost_device_id: int) -> ResponseReturnValue:
    """Who said and did what, and what is next."""
    lost = load(LostDevice, lost_device_id, READ)
    obstacle = lost_devices.obstacle(lost, signed_in_user())
    actions = [] if lost.user_id == signed_in_user().id else allowed(lost_devices.TRANSITIONS, lost.status)
    return render_template("lost_devices/show.html", lost=lost, actions=actions, obstacle=obstacle)


@bp.route("/people/<int:user_id>/lost-phone", methods=["GET", "POST"])
@requires(GET=Permission.LOST_DEVICE_BEGIN, POST=Permission.LOST_DEVICE_BEGIN)
def new(user_id: int) -> ResponseReturnValue:
    """An administrator has made sure who asks."""
    user, form = load(User, user_id, Permission.LOST_DEVICE_BEGIN), _identity_form()

    def act() -> LostDevice:
        way, reason = IdentityCheck(form.way.data), form.reason.data
        return lost_devices.begin(user, way, reason=reason, actor=actor(), now=clock.now())

    if form.validate_on_submit() and (lost := attempt(form, act)):
        return finish(
            url_for(".show", lost_device_id=lost.id), gettext("It is written down. A second person confirms.")
        )
    return form_page("lost_devices/check.html", form, user=user, lost=None)


@bp.route("/lost-phones/<int:lost_device_id>/check", methods=["GET", "POST"])
@requires(GET=DECIDE, POST=DECIDE)
def check(lost_device_id: int) -> ResponseReturnValue:
    """Somebody has made sure who reported it."""
    lost, form = load(LostDevice, lost_device_id, DECIDE), _identity_form()

    def act() -> None:
        way, reason = IdentityCheck(form.way.data), form.reason.data
        lost_devices.check(lost, way, reason=reason, actor=actor(), now=clock.now())

    if form.validate_on_submit() and attempt(form, act):
        return finish(_page_of(lost), gettext("It is written down. A second person confirms."))
    return form_page("lost_devices/check.html", form, user=lost.user, lost=lost)


def _identity_form() -> IdentityForm:
    form = IdentityForm()
    form.way.choices = [(way.value, gettext(text)) for way, text in IDENTITY_CHECKS.items()]
    return form


@bp.post("/lost-phones/<int:lost_device_id>/confirm")
@requires(POST=DECIDE)
def confirm(lost_device_id: int) -> ResponseReturnValue:
    """The second person: the factor is gone."""
    lost = load(LostDevice, lost_device_id, DECIDE)
    return act_on_button(
        lambda: lost_devices.confirm(lost, actor=actor(), now=clock.now()),
        _page_of(lost),
        gettext("The second factor is taken away."),
    )


@bp.route("/lost-phones/<int:lost_device_id>/refuse", methods=["GET", "POST"])
@requires(GET=DECIDE, POST=DECIDE)
def refuse(lost_device_id: int) -> ResponseReturnValue:
    """The factor stays as it is."""
    lost, form = load(LostDevice, lost_device_id, DECIDE), RefusalForm()
    if form.validate_on_submit() and attempt(
        form, lambda: lost_devices.refuse(lost, reason=form.reason.data, actor=actor(), now=clock.now())
    ):
        return finish(_page_of(lost), gettext("The second factor stays as it is."))
    return form_page("lost_devices/refuse.html", form, lost=lost)


def _page_of(lost: LostDevice) -> str:
    return url_for(".show", lost_device_id=lost.id)
