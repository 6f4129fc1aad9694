"""Closed unless opened: every view names its permission per method; rows are loaded through a scope."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from flask import abort, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user
from werkzeug.routing import IntegerConverter, Map

from app import clock, policy
from app.localisation import current_locale
from app.policy import Permission
from app.services import conflicts, dictations, documents, second_factors, second_steps, user_sessions
from app.services.actors import Actor, acting_for
from app.services.sealing import Seal
from app.web import typed_texts
from models.applications import Application
from models.associations import Association
from models.base import db
from models.dictations import Dictation
from models.reviews import Assignment
from models.second_factors import PendingSignIn
from models.users import Role, User, UserSession

Row = TypeVar("Row")
View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"

P = Permission
DICTATED = frozenset(
    {
        P.MEMBER_MANAGE,
        P.PAYOUT_ACCOUNT_PROPOSE,
        P.APPLICATION_WRITE,
        P.APPLICATION_SIGN_OFF,
        P.APPEAL_LODGE,
        P.GRANT_ACCEPT,
        P.GRANT_AMENDMENT_PROPOSE,
        P.TRANCHE_REQUEST,
        P.CONTRIBUTION_RECORD,
        P.EXPENDITURE_RECORD,
        P.RESULT_REPORT,
    }
)
"""What an operator does for an association only while it is said who dictates: somebody by name where nobody is a
member yet. What is handed in is what the chair has confirmed."""
UNTIL_SET_UP = frozenset({P.SELF_MANAGE, P.FACTOR_MANAGE})
"""All that whose role needs a second factor can do before there is one."""
_PENDING = "second_step"
LARGEST_ROW_NUMBER = 2**63 - 1

login_manager = LoginManager()


class DictationMissingError(Exception):
    """An operator would write for an association without having said who dictates.

    `back` is the page to go on with when the form that was sent holds nothing typed.
    """

    def __init__(self, association: Association) -> None:
        super().__init__(f"association {association.id}")
        self.association_id = association.id
        self.back: str | None = None


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


def day_and_number(text: str) -> tuple[date, int]:
    """Where a page of a list by days ends ("2026-11-22.1803"). Raises `ValueError` for anything else."""
    day, _dot, number = text.partition(".")
    return date.fromisoformat(day), row_number(number)


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
    session = user_sessions.live(token, clock.now())
    return SignedIn(session, token) if session else None


def begin(signed_in: SignedIn) -> None:
    """Start a fresh session: nothing of the visitor's is carried over."""
    session.clear()
    session.permanent = True
    login_user(signed_in)


def go_on_with_more() -> None:
    """The session of this browser may do more from now on, so its token is another one."""
    held = current_user.session
    login_user(SignedIn(held, user_sessions.renew_token(held)))


def wait_for_code(token: str) -> None:
    """Remember in this browser that the password was right and the code is to come."""
    session[_PENDING] = token


def half_signed_in() -> PendingSignIn | None:
    """The sign-in of this browser that waits for its code."""
    token = session.get(_PENDING)
    return second_steps.live(token, clock.now()) if token else None


def seal() -> Seal:
    """What the secrets of second factors are sealed with."""
    return _seal(current_app.config["ASHAR"].factor_keys)


_seal = lru_cache(Seal)


def public(view: View) -> View:
    """Open a view to everybody, signed in or not."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def private(view: View) -> View:
    """Open a view to everybody who has its secret: its answers are kept nowhere, found by no search and name no way."""
    view.is_private = True  # type: ignore[attr-defined]
    return public(view)


def is_private() -> bool:
    """Whether the view of this request is `private`."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "is_private", False)


def requires(*, fresh: bool = False, **permissions: Permission) -> Callable[[View], View]:
    """Open a view per method: `@requires(GET=Permission.A, POST=Permission.B)`.

    `fresh` asks who reads to prove once more who they are, as every permission of `policy.FRESH` does: for what
    exports many people.
    """

    def mark(view: View) -> View:
        view.access = permissions  # type: ignore[attr-defined]
        view.is_fresh = fresh  # type: ignore[attr-defined]
        return view

    return mark


def takes_upload(view: View) -> View:
    """Mark a view whose form carries a paper: it is cleaned before the view's transaction begins."""
    return reads_upload(documents.from_outside)(view)


def reads_upload(read: Callable[[str, bytes], Any]) -> Callable[[View], View]:
    """Mark a view whose form carries another kind of file: `read` (name, bytes) before its transaction begins.

    `read` asks no database and raises `DomainError` for what is not taken.
    """

    def mark(view: View) -> View:
        view.reads_upload = read  # type: ignore[attr-defined]
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
            return show_signed_out()
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    if signed_in_user().must_change_password and permission is not Permission.SELF_MANAGE:
        return redirect(url_for("accounts.change_password"), 303)
    if permission not in UNTIL_SET_UP and must_set_up():
        return redirect(url_for("second_factors.new"), 303)
    refusal = policy.may(signed_in_user(), permission)
    if not refusal:
        g.refusal = refusal
        abort(403)
    return None


def must_set_up() -> bool:
    """Whether the reader's role needs a second factor and this session was opened without one."""
    return second_factors.is_required(signed_in_user()) and current_user.session.second_step_at is None


def show_signed_out() -> ResponseReturnValue:
    """A form came without a live session: what was typed is shown to be copied, with the way back."""
    return render_template("errors/signed_out.html", typed=typed_texts.sent(), back=request.path), 401


def show_dictation_missing(error: DictationMissingError) -> ResponseReturnValue:
    """First say who dictates: a page leads there and back, a form gives back what was typed."""
    db.session.rollback()
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    begin = url_for("dictations.new", association_id=error.association_id, next=error.back or here)
    if request.method == "GET" or error.back:
        return redirect(begin, 303)
    return render_template("errors/dictation_missing.html", typed=typed_texts.sent(), begin=begin), 409


def own_address(target: str | None) -> str:
    """A path of this site, or the desk."""
    try:
        is_elsewhere = bool(urlsplit(target or "").netloc)
    except ValueError:
        is_elsewhere = True
    if is_elsewhere or not target or not target.isprintable() or not target.startswith("/"):
        return url_for("desks.index")
    return url_for("desks.index") if target.startswith(("//", "/\\")) else target


def signed_in_user() -> User:
    """The signed-in user; only behind `@requires`."""
    user: User = _reader().user
    return user


def _reader() -> Any:
    """Who asks. A page asks this a hundred times, and Flask-Login's proxy would look for the request each time."""
    return g.get("_login_user") or current_user


def can(permission: Permission | str, on: Any = None) -> bool:
    """For templates: whether to show a link or a button."""
    reader = _reader()
    return reader.is_authenticated and bool(policy.may(reader.user, Permission(permission), on))


def may_see_names(application: Application) -> bool:
    """Whether the names of remitters and of those who acted are shown: to the applicant and the Council's office."""
    writes = can(Permission.APPLICATION_WRITE, application)
    return writes or signed_in_user().has_role(Role.SECRETARY, Role.COUNCIL_CHAIR)


def load(table: type[Row], row_id: int, permission: Permission | None = None, *, is_open_to_tied: bool = False) -> Row:
    """The row when the user may see it (404 otherwise, like a missing one) and may do `permission` on it (403).

    403 too, with the reason, for who judges, keeps the office or monitors, and has a tie to what the row belongs to;
    unless the view has a page of its own for them (`is_open_to_tied`).
    """
    row: Row | None = policy.find(signed_in_user(), table, row_id)
    if row is None:
        abort(404)
    if permission is not None:
        authorise(permission, row)
    if not is_open_to_tied:
        keep_away(row)
    who = actor(row)
    if who.on_behalf_of is not None:
        g.acting_for = who.on_behalf_of.name(current_locale())
        g.speaks = who.dictation
    return row


def authorise(permission: Permission, on: Any) -> None:
    """403 unless the user may do `permission` on this row."""
    answer = policy.may(signed_in_user(), permission, on)
    if not answer:
        g.refusal = answer
        abort(403)
    if permission in DICTATED:
        who = actor(on)
        if who.on_behalf_of is not None and who.dictation is None and not who.on_behalf_of.is_test:
            raise DictationMissingError(who.on_behalf_of)


def must_have_no_tie(application: Application) -> None:
    """403, with the reason, for who has a part in what is to be decided about."""
    free = g.setdefault("free_of_ties", set())  # several ask it in one request
    if application.id in free:
        return
    if not conflicts.hindrance(application, signed_in_user()):
        free.add(application.id)
    else:
        refuse_tied()


def refuse_tied() -> NoReturn:
    """403, with the reason."""
    g.refusal = policy.Refused(conflicts.TIE)
    abort(403)


def keep_away(row: Any) -> None:
    """403 for who judges, keeps the office or monitors, and has a tie to the application or grant the row belongs to.

    Not for its writers; and the own request to judge is open, in order to give it back.
    """
    user = signed_in_user()
    if not user.has_role(*conflicts.KEPT_FROM_TIES) or (isinstance(row, Assignment) and row.reviewer_id == user.id):
        return
    application = policy.application_of(row)
    if application is not None and not can(Permission.APPLICATION_WRITE, application):
        must_have_no_tie(application)


def actor(on: Any = None) -> Actor:
    """The signed-in user as an actor, on behalf of the association `on` belongs to when an operator acts for it."""
    association = policy.association_of(on) if on is not None else None
    if not isinstance(association, Association):
        return Actor(signed_in_user())
    who = acting_for(signed_in_user(), association)
    return who if who.on_behalf_of is None else replace(who, dictation=_dictation(association))


def _dictation(association: Association) -> Dictation | None:
    """Who dictates to the signed-in operator today, asked once a request."""
    known: dict[int, Dictation | None] = g.setdefault("dictations", {})
    if association.id not in known:
        known[association.id] = dictations.current(signed_in_user(), association, clock.now())
    return known[association.id]
