"""Closed unless opened: every view names its permission per method; rows are loaded through a scope."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user

from app import clock, policy
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import users
from app.services.actors import Actor, acting_for
from models.associations import Association
from models.base import db
from models.users import User, UserSession

Row = TypeVar("Row")
View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"

login_manager = LoginManager()


class SignedIn(UserMixin):
    """What Flask-Login carries: the user, the live session and the token that names it."""

    def __init__(self, session: UserSession, token: str) -> None:
        self.session = session
        self.user = session.user
        self.token = token

    def get_id(self) -> str:
        return self.token

    @property
    def display_name(self) -> str:
        return self.user.display_name


@login_manager.user_loader
def load_signed_in(token: str) -> SignedIn | None:
    session = users.session_for(token, clock.now())
    return SignedIn(session, token) if session else None


def public(view: View) -> View:
    """Open a view to everybody, signed in or not."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def requires(**permissions: Permission) -> Callable[[View], View]:
    """Open a view per method: `@requires(GET=Permission.A, POST=Permission.B)`."""

    def mark(view: View) -> View:
        view.access = permissions  # type: ignore[attr-defined]
        return view

    return mark


def guard() -> ResponseReturnValue | None:
    """Before every request: refuse what is not opened to this user and method."""
    if request.endpoint is None:
        return None  # no such address: the 404 page
    if request.endpoint == "static":
        return None
    access = getattr(current_app.view_functions[request.endpoint], "access", {})
    if access == PUBLIC:
        return None
    permission = access.get("GET" if request.method == "HEAD" else request.method)
    if permission is None:
        abort(405 if access else 403)
    if not current_user.is_authenticated:
        if request.method == "POST":
            flash(gettext("You were signed out. Sign in again; what you typed was not saved."), "warning")
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.sign_in", next=target), 303)
    if signed_in_user().must_change_password and permission is not Permission.SELF_MANAGE:
        return redirect(url_for("accounts.change_password"), 303)
    refusal = policy.may(signed_in_user(), permission)
    if not refusal:
        g.refusal = refusal
        abort(403)
    return None


def signed_in_user() -> User:
    """The signed-in user; only behind `@requires`."""
    user: User = current_user.user
    return user


def can(permission: Permission | str, on: Any = None) -> bool:
    """For templates: whether to show a link or a button."""
    return current_user.is_authenticated and bool(policy.may(signed_in_user(), Permission(permission), on))


def load(table: type[Row], row_id: int, permission: Permission | None = None) -> Row:
    """The row when the user may see it (404 otherwise, like a missing one) and may do `permission` on it (403)."""
    query = policy.visible(signed_in_user(), table).where(table.id == row_id)  # type: ignore[attr-defined]
    row: Row | None = db.session.scalar(query)
    if row is None:
        abort(404)
    if permission is not None:
        authorise(permission, row)
    behalf = actor(row).on_behalf_of
    if behalf is not None:
        g.acting_for = behalf.name(current_locale())
    return row


def authorise(permission: Permission, on: Any) -> None:
    """403 unless the user may do `permission` on this row."""
    answer = policy.may(signed_in_user(), permission, on)
    if not answer:
        g.refusal = answer
        abort(403)


def actor(on: Any = None) -> Actor:
    """The signed-in user as an actor, on behalf of the association `on` belongs to when an operator acts for it."""
    association = policy.association_of(on) if on is not None else None
    return (
        acting_for(signed_in_user(), association) if isinstance(association, Association) else Actor(signed_in_user())
    )
