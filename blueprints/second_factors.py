"""Second factors: the second step of signing in, setting one up, recovery codes."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import second_factors, second_steps
from app.services.errors import DomainError
from app.services.sealing import WrongKeyError
from app.services.second_steps import StepEndedError
from app.services.sign_in_attempts import TooManyAttemptsError
from app.web import access
from app.web.access import SignedIn, own_address, public, requires, seal, signed_in_user
from app.web.presentation import is_demonstration
from app.web.qr_codes import picture_of
from app.web.submissions import act_on_button, attempt, commit, finish_with, form_page
from forms.accounts import CodeForm, RecoveryCodeForm
from forms.base import ConfirmForm
from models.second_factors import PendingSignIn

bp = Blueprint("second_factors", __name__)
ON_PAPER = "paper"
_OFFERED = "offered_factor"


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def enter() -> ResponseReturnValue:
    """The second step of signing in: the code of the phone, or one from paper."""
    if current_user.is_authenticated:
        return redirect(url_for("desks.index"), 303)
    pending = access.half_signed_in()
    if pending is None:
        return _begin_again(gettext("First your name and password. The code has to follow within ten minutes."))
    made = RecoveryCodeForm if request.args.get("with") == ON_PAPER else CodeForm
    form = made(next=request.args.get("next", ""))
    if form.validate_on_submit():
        return _enter(pending, form)
    return _enter_page(pending, form, 422 if request.method == "POST" else 200)


def _enter(pending: PendingSignIn, form: CodeForm | RecoveryCodeForm) -> ResponseReturnValue:
    where = {"address": request.remote_addr or "", "browser": request.user_agent.string}
    try:
        begun = second_steps.finish(pending, form.code.data, seal=seal(), now=clock.now(), **where)
    except StepEndedError as refusal:
        commit()  # the failed attempt counts
        return _begin_again(str(refusal))
    except DomainError as refusal:
        commit()
        form.refuse(refusal.field, str(refusal))
        return _enter_page(pending, form, 429 if isinstance(refusal, TooManyAttemptsError) else 422)
    commit()
    access.begin(SignedIn(*begun))
    return redirect(own_address(form.next.data), 303)


def _enter_page(pending: PendingSignIn, form: CodeForm | RecoveryCodeForm, code: int) -> ResponseReturnValue:
    shown = None
    if is_demonstration():
        shown = second_factors.demonstration_code(pending.user, seal=seal(), now=clock.now())
    wanted = own_address(form.next.data)
    page = "second_factors/enter.html"
    return render_template(
        page, form=form, wanted=wanted, shown=shown, on_paper=isinstance(form, RecoveryCodeForm)
    ), code


def _begin_again(text: str) -> ResponseReturnValue:
    flash(text, "error")
    return redirect(url_for("accounts.sign_in", next=request.args.get("next")), 303)


@bp.route("/account/second-factor", methods=["GET", "POST"])
@requires(GET=Permission.FACTOR_MANAGE, POST=Permission.FACTOR_MANAGE)
def new() -> ResponseReturnValue:
    """Set up a second factor, also with another phone."""
    user, form, secret = signed_in_user(), CodeForm(), _offered_secret()

    def act() -> list[str]:
        held, now = current_user.session, clock.now()
        return second_factors.set_up(user, secret, form.code.data, seal=seal(), keep=held, now=now)

    if form.validate_on_submit() and (codes := attempt(form, act)):
        session.pop(_OFFERED)
        access.go_on_with_more()
        return _show_codes(codes)
    return form_page(
        "second_factors/new.html",
        form,
        picture=picture_of(second_factors.address_of(secret, user)),
        key=second_factors.in_groups(secret),
        username=user.username,
        must_set_up=access.must_set_up(),
        has_one=second_factors.of_user(user) is not None,
    )


def _offered_secret() -> str:
    """The same one until it is taken: a page that is loaded again still fits what the phone has read."""
    try:
        return seal().open(session.get(_OFFERED, ""))
    except WrongKeyError:  # none yet, or from before the server's key was changed
        secret = second_factors.new_secret()
        session[_OFFERED] = seal().close(secret)
        return secret


def _show_codes(codes: list[str]) -> ResponseReturnValue:
    """The recovery codes, once: on this page and nowhere else."""
    user = signed_in_user()
    page = "second_factors/codes.html"
    return finish_with(lambda: render_template(page, codes=codes, user=user), url_for("accounts.show"))


@bp.post("/account/second-factor/recovery-codes")
@requires(POST=Permission.FACTOR_MANAGE)
def renew_codes() -> ResponseReturnValue:
    """New recovery codes; the old ones are void."""
    form = ConfirmForm()
    if form.validate_on_submit() and (
        codes := attempt(form, lambda: second_factors.renew_codes(signed_in_user(), now=clock.now()))
    ):
        return _show_codes(codes)
    for text in form.all_errors():
        flash(text, "error")
    return redirect(url_for("accounts.show"), 303)


@bp.post("/account/second-factor/remove")
@requires(POST=Permission.FACTOR_MANAGE)
def remove() -> ResponseReturnValue:
    """Go without a second factor again, where the role allows it."""
    return act_on_button(
        lambda: second_factors.remove(signed_in_user(), now=clock.now()),
        url_for("accounts.show"),
        gettext("Your account has no second factor any more."),
    )
