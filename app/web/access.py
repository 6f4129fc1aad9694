"""Closed unless opened: every view names its permission per method; rows are loaded through a scope."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.routing import IntegerConverter, Map

from app import clock, policy
from app.localisation import current_locale
from app.policy import Permission
from app.services import users
from app.services.actors import Actor, acting_for
from models.associations import Association
from models.base import db
from models.users import User, UserSession

Row = TypeVar("Row")
View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"

BUTTONS = frozenset({"then", "record", "check", "change", "save", "submit"})
CODE = re.compile(r"[a-z]+(_[a-z]+)*")
"""What a choice or a box sends, as in "in_kind": nobody typed it, and nobody could read it."""
NOT_TYPED = frozenset({"csrf_token", "idempotency_key", "version", "locale", "next"}) | BUTTONS
LARGEST_ROW_NUMBER = 2**63 - 1

login_manager = LoginManager()


class RowNumber(IntegerConverter):
    """A row's number in an address: no larger than the database can hold."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ROW_NUMBER)


def row_number(text: str) -> int:
    """A row's number in a query. Raises `ValueError` for anything else, so that it counts as not given."""
    number = int(text)
    if not 0 <= number <= LARGEST_ROW_NUMBER:
        raise ValueError(text)
    return number


def is_signed_in() -> bool:
    """Whether this request was made by somebody signed in, asking the database nothing."""
    known = g.get("_login_user")
    return known is not None and known.is_authenticated


def forget() -> None:
    """Go on as a stranger: the page that tells of a failure must not ask the database who reads it."""
    g._login_user = login_manager.anonymous_user()


def look_again() -> None:
    """Ask the database anew who is signed in."""
    g.pop("_login_user", None)


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


def takes_upload(view: View) -> View:
    """Mark a view whose form carries a file: it is cleaned before the view's transaction begins."""
    view.takes_upload = True  # type: ignore[attr-defined]
    return view


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
            return show_signed_out()
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    if signed_in_user().must_change_password and permission is not Permission.SELF_MANAGE:
        return redirect(url_for("accounts.change_password"), 303)
    refusal = policy.may(signed_in_user(), permission)
    if not refusal:
        g.refusal = refusal
        abort(403)
    return None


def show_signed_out() -> ResponseReturnValue:
    """A form came without a live session: what was typed is shown to be copied, with the way back."""
    typed = [
        value
        for name, values in request.form.lists()
        for value in values
        if value.strip() and "password" not in name and name not in NOT_TYPED and not CODE.fullmatch(value)
    ]
    return render_template("errors/signed_out.html", typed=typed, back=request.path), 401


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
    row: Row | None = db.session.scalar(policy.with_neighbours(query, table))
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
