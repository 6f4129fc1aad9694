"""Signing in and out, one's own password, sessions and language."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from app import clock
from app.localisation import LOCALE_CODES, current_locale, gettext
from app.policy import Permission
from app.services import second_factors, user_sessions, users
from app.services.actors import Actor
from app.services.errors import DomainError
from app.services.sign_in_attempts import TooManyAttemptsError
from app.services.users import SignInRefusedError
from app.web import access, freshness
from app.web.access import SignedIn, own_address, public, requires, signed_in_user
from app.web.presentation import language_here, remember_language
from app.web.submissions import act_on_button, commit, finish, form_page
from forms.accounts import ChangePasswordForm, SignInForm
from models.base import reading
from models.second_factors import PendingSignIn
from models.users import UserSession

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """The door."""
    if current_user.is_authenticated:
        return redirect(url_for("desks.index"), 303)
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        try:
            begun, token = _checked(form)
        except (SignInRefusedError, TooManyAttemptsError) as refusal:
            commit()  # the failed attempt counts
            form.refuse(refusal.field, str(refusal))
            code = 429 if isinstance(refusal, TooManyAttemptsError) else 422
            return render_template("accounts/sign_in.html", form=form), code
        commit()
        return _let_in(begun, token, form.next.data)
    return form_page("accounts/sign_in.html", form)


def _let_in(begun: UserSession | PendingSignIn, token: str, wanted: str | None) -> ResponseReturnValue:
    """To where one wanted to go, by way of the second step where the account has a second factor."""
    language = language_here() or begun.user.locale or current_locale()
    if isinstance(begun, PendingSignIn):
        access.wait_for_code(token)
        location = url_for("second_factors.enter", next=wanted or None)
    else:
        access.begin(SignedIn(begun, token))
        location = own_address(wanted)
    return remember_language(redirect(location, 303), language)


def _checked(form: SignInForm) -> tuple[UserSession | PendingSignIn, str]:
    """What name and password open. No transaction is open while the password is checked."""
    name, now = form.name.data, clock.now()
    address, browser = request.remote_addr or "", request.user_agent.string
    with reading():
        held = users.hash_to_check(name, address=address, now=now)
    check = users.check_password(held, form.password.data)
    return users.sign_in(name, check, address=address, browser=browser, now=now)


@bp.post("/sign-out")
@requires(POST=Permission.SELF_MANAGE)
def sign_out() -> ResponseReturnValue:
    """Leave this browser."""
    user_sessions.sign_out(current_user.session, now=clock.now())
    commit()
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"), 303)


@bp.post("/language")
@public
def set_locale() -> ResponseReturnValue:
    """Remember the language, also before sign-in."""
    chosen, location = request.form.get("locale", ""), redirect(own_address(request.form.get("next")), 303)
    if chosen not in LOCALE_CODES:
        return location
    if current_user.is_authenticated:
        users.choose_locale(signed_in_user(), chosen, now=clock.now())
        commit()
    return remember_language(location, chosen)


@bp.route("/account", methods=["GET"])
@requires(GET=Permission.SELF_MANAGE)
def show() -> ResponseReturnValue:
    """My account: the second factor, and where I am signed in."""
    user = signed_in_user()
    factor = second_factors.of_user(user)
    return render_template(
        "accounts/show.html",
        user=user,
        sessions=user_sessions.of_user(user, clock.now()),
        factor=factor,
        left=second_factors.codes_left(factor) if factor else 0,
        is_required=second_factors.is_required(user),
    )


@bp.route("/account/confirm", methods=["GET", "POST"])
@requires(GET=Permission.SELF_MANAGE, POST=Permission.SELF_MANAGE)
def confirm() -> ResponseReturnValue:
    """Prove once more who one is, and go on to where one wanted to go."""
    form, wanted = freshness.proof_form(), own_address(request.args.get("next"))
    code = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        code = freshness.prove(form)
        if not code:
            return redirect(wanted, 303)
    is_done = request.method == "GET" and freshness.is_fresh()
    return render_template("accounts/confirm.html", form=form, wanted=wanted, is_done=is_done), code


@bp.route("/account/password", methods=["GET", "POST"])
@requires(GET=Permission.SELF_MANAGE, POST=Permission.SELF_MANAGE)
def change_password() -> ResponseReturnValue:
    """Change the password; a first code must be changed before anything else."""
    form, user = ChangePasswordForm(), signed_in_user()
    if form.validate_on_submit():
        old, new = form.old_password.data, form.password.data
        try:
            users.change_password(user, old, new, now=clock.now(), keep=current_user.session)
        except DomainError as refusal:
            commit()  # a wrong old password counts as an attempt; nothing else was changed
            form.refuse(refusal.field, str(refusal))
        else:
            return finish(url_for("desks.index"), gettext("Your password is changed."))
    return form_page("accounts/change_password.html", form, must_change=user.must_change_password)


@bp.post("/account/sign-out-everywhere")
@requires(POST=Permission.SELF_MANAGE)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of mine, this one too."""
    user = signed_in_user()
    return act_on_button(
        lambda: user_sessions.sign_out_everywhere(user, actor=Actor(user), now=clock.now()),
        url_for("accounts.sign_in"),
        gettext("You are signed out everywhere."),
    )
