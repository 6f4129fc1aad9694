"""Accounts: opening them, first codes, roles, disabling."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, policy
from app.labels import ROLES, label_text
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import (
    associations,
    centres,
    donors,
    lost_devices,
    second_factors,
    user_accounts,
    user_sessions,
    users,
)
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, finish_with, form_page
from forms.base import ConfirmForm
from forms.users import NewMemberAccountForm, NewUserForm, RoleForm
from models.users import Role, RoleAssignment, User

bp = Blueprint("users", __name__, url_prefix="/people")
PAGE = 60
EVERY = 1000


@bp.get("")
@requires(GET=Permission.USER_READ)
def index() -> ResponseReturnValue:
    """Accounts by name or user name, the newest first."""
    words, before = request.args.get("q", "")[:100], request.args.get("before", type=row_number)
    rows = users.search(words, before, PAGE, among=policy.visible(signed_in_user(), User))
    older = rows[-1].id if len(rows) == PAGE else None
    owners = second_factors.owners(one.id for one in rows)
    return render_template(
        "users/index.html", rows=rows, words=words, older=older, is_first=before is None, owners=owners
    )


@bp.get("/<int:user_id>")
@requires(GET=Permission.USER_READ)
def show(user_id: int) -> ResponseReturnValue:
    """One account with its roles."""
    user = load(User, user_id, Permission.USER_READ)
    return render_template("users/show.html", **_facts(user))


def _facts(user: User) -> dict[str, Any]:
    """What the page of an account tells of it."""
    return {
        "user": user,
        "live": user_sessions.of_user(user, clock.now()),
        "now": clock.now(),
        "factor": second_factors.of_user(user),
        "needs_factor": second_factors.is_required(user),
        "lost": lost_devices.open_of(user),
    }


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.USER_CREATE, POST=Permission.USER_CREATE)
def new() -> ResponseReturnValue:
    """Open an account. An operator opens it for a member of an association of the own centre."""
    if not signed_in_user().has_role(Role.ADMINISTRATOR):
        return _new_for_member()
    form = NewUserForm(role=request.args.get("role"), centre=request.args.get("centre"))
    _offer_roles(form)
    if form.validate_on_submit() and (opened := attempt(form, lambda: _open_account(form))):
        return _show_code(*opened)
    return form_page("users/new.html", form, is_for_member=False)


def _new_for_member() -> ResponseReturnValue:
    """The operator's page of `new`."""
    form = NewMemberAccountForm()
    members = {one.id: one for one in user_accounts.members_without_account(signed_in_user().centre_ids)}
    form.member.choices = [("", gettext("Choose"))] + [
        (one.id, f"{one.person.full_name} · {label_text(one.role)} · {one.association.name(current_locale())}")
        for one in members.values()
    ]
    if form.validate_on_submit() and (
        opened := attempt(
            form,
            lambda: user_accounts.open_for_member(
                members[form.member.data],
                form.username.data,
                phone=form.phone.data or None,
                actor=actor(members[form.member.data].association),
                now=clock.now(),
            ),
        )
    ):
        return _show_code(*opened)
    return form_page("users/new.html", form, is_for_member=True)


def _offer_roles(form: RoleForm) -> None:
    """Fill the choices: roles, and what each may be held over."""
    locale, nothing = current_locale(), ("", gettext("None"))
    form.role.choices = [("", gettext("Choose"))] + [(role.value, gettext(text)) for role, text in ROLES.items()]
    form.association.choices = [nothing] + [(one.id, one.name(locale)) for one in associations.search("", EVERY)]
    form.centre.choices = [nothing] + [(one.id, one.name(locale)) for one in centres.listed()]
    form.donor.choices = [nothing] + [(one.id, one.name(locale)) for one in donors.listed()]


def _open_account(form: NewUserForm) -> tuple[User, str]:
    """The account the administrator's form asks for."""
    return user_accounts.open_account(
        form.full_name.data,
        form.username.data,
        Role(form.role.data),
        phone=form.phone.data or None,
        scope_id=form.scope(),
        actor=actor(),
        now=clock.now(),
    )


def _show_code(user: User, code: str) -> ResponseReturnValue:
    """The first code, once: on this page and nowhere else."""
    location = url_for(".show", user_id=user.id)
    return finish_with(lambda: render_template("users/issue_code.html", user=user, code=code), location)


@bp.post("/<int:user_id>/code")
@requires(POST=Permission.USER_CREATE)
def issue_code(user_id: int) -> ResponseReturnValue:
    """Give a new first code: the old password and every session end."""
    user = load(User, user_id, Permission.USER_CREATE)
    form = ConfirmForm()
    if form.validate_on_submit() and (
        code := attempt(form, lambda: user_accounts.issue_code(user, actor=actor(), now=clock.now()))
    ):
        return _show_code(user, code)
    return form_page("users/show.html", form, **_facts(user))


@bp.post("/<int:user_id>/disable")
@requires(POST=Permission.USER_MANAGE)
def disable(user_id: int) -> ResponseReturnValue:
    """Refuse the account from the next request on."""
    user = load(User, user_id, Permission.USER_MANAGE)
    return act_on_button(
        lambda: users.disable(user, actor=actor(), now=clock.now()),
        url_for(".show", user_id=user_id),
        gettext("The account is disabled."),
    )


@bp.post("/<int:user_id>/enable")
@requires(POST=Permission.USER_MANAGE)
def enable(user_id: int) -> ResponseReturnValue:
    """Let the account sign in again."""
    user = load(User, user_id, Permission.USER_MANAGE)
    return act_on_button(
        lambda: users.enable(user, actor=actor(), now=clock.now()),
        url_for(".show", user_id=user_id),
        gettext("The account is enabled."),
    )


@bp.route("/<int:user_id>/roles/new", methods=["GET", "POST"])
@requires(GET=Permission.USER_MANAGE, POST=Permission.USER_MANAGE)
def grant_role(user_id: int) -> ResponseReturnValue:
    """Give one more role."""
    user = load(User, user_id, Permission.USER_MANAGE)
    form = RoleForm()
    _offer_roles(form)
    if form.validate_on_submit() and attempt(
        form,
        lambda: user_accounts.give_role(
            user, Role(form.role.data), scope_id=form.scope(), actor=actor(), now=clock.now()
        ),
    ):
        return finish(url_for(".show", user_id=user_id), gettext("The role is given."))
    return form_page("users/grant_role.html", form, user=user)


@bp.post("/<int:user_id>/roles/<int:held_id>/end")
@requires(POST=Permission.USER_MANAGE)
def end_role(user_id: int, held_id: int) -> ResponseReturnValue:
    """End a role; it stays in the history."""
    user = load(User, user_id, Permission.USER_MANAGE)
    held = _held(user, held_id)
    return act_on_button(
        lambda: users.end_role(held, actor=actor(), now=clock.now()),
        url_for(".show", user_id=user_id),
        gettext("The role is ended."),
    )


def _held(user: User, held_id: int) -> RoleAssignment:
    """The role of this user, 404 for anybody else's."""
    held = next((one for one in user.assigned_roles if one.id == held_id), None)
    if held is None:
        abort(404)
    return held
