"""The test client: each request in a context of its own, and a complaint when it leaves its session uncommitted."""

import contextvars
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, globals, has_app_context, has_request_context
from flask.testing import FlaskClient
from flask_login.utils import _create_identifier
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase
from werkzeug.test import TestResponse

from app import clock
from models.base import db, fingerprint
from models.users import User, UserSession
from tests.support import pages, trail
from tests.support.writes import watch

SIGNED_IN_FOR = timedelta(days=1000)


class UncommittedRequestError(AssertionError):
    """A request ended with changes that nobody committed: they are lost."""


class UnauditedRequestError(AssertionError):
    """A request changed something and the audit trail does not say so."""


def watch_sessions(app: Flask) -> None:
    """Note on the session whether something was flushed or sent since the last commit or rollback."""
    app.extensions["uncommitted"] = []
    app.extensions["unaudited"] = []

    @app.teardown_request
    def look(_error: BaseException | None) -> None:
        session = db.session()
        sent = session.info.get("uncommitted")
        waiting = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
        if sent or waiting:
            app.extensions["uncommitted"].append(f"{sent or 'not even flushed'}: {waiting}")
            session.rollback()


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: Any) -> None:
    session.info["uncommitted"] = f"flushed {[*session.new, *session.dirty, *session.deleted]}"


@watch
def _sent(session: Session, statement: UpdateBase, _rows: list[dict[str, Any]]) -> None:
    session.info["uncommitted"] = f"sent {type(statement).__name__}"


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    if has_request_context() and not session.in_nested_transaction():
        current_app.extensions["unaudited"].extend(trail.of(session).complaints())
    _ended(session)


@event.listens_for(Session, "after_rollback")
def _ended(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint ends nothing
        session.info.pop("uncommitted", None)
        session.info.pop("trail", None)


class Client(FlaskClient):
    """What the test prepared is committed before each request and read anew after it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.commit()
        app: Flask = self.application
        app.extensions["uncommitted"].clear()
        app.extensions["unaudited"].clear()
        response = apart(lambda: super(Client, self).open(*args, **kwargs))
        if app.extensions["uncommitted"]:
            url = f"{response.request.method} {response.request.path} ({response.status_code})"
            raise UncommittedRequestError(f"{url} left its session uncommitted: {app.extensions['uncommitted']}")
        if app.extensions["unaudited"]:
            url = f"{response.request.method} {response.request.path} ({response.status_code})"
            raise UnauditedRequestError(f"{url}: {app.extensions['unaudited']}")
        return response

    def sign_in(self, user: User) -> "Client":
        """Sign `user` in without the form (tests/blueprints/test_accounts.py goes through it). Returns the client.

        The second step is done, and what asks for a proof again has it, on whatever day the test goes on.
        """
        token, now = secrets.token_urlsafe(32), clock.now()
        db.session.add(
            UserSession(
                user_id=user.id,
                token_hash=fingerprint(token),
                created_at=now,
                expires_at=now + SIGNED_IN_FOR,
                browser="tests",
                confirmed_at=now + SIGNED_IN_FOR,
                second_step_at=now,
            )
        )
        db.session.commit()

        def set_cookie() -> None:
            with self.application.test_request_context(headers={"User-Agent": agent_of(self)}):
                identifier = _create_identifier()
            with self.session_transaction() as session:
                session.clear()
                session.update({"_user_id": token, "_fresh": True, "_id": identifier, "_permanent": True})

        apart(set_cookie)
        return self

    def sign_out(self) -> "Client":
        """Forget the cookie."""
        self.delete_cookie(self.application.config["SESSION_COOKIE_NAME"])
        return self

    def speak(self, locale: str) -> "Client":
        """Ask for the pages in "ky", "ru" or "en"."""

        self.set_cookie(f"{self.application.config['SESSION_COOKIE_NAME']}-language", locale)
        return self

    def submit(self, url: str, *, action: str | None = None, **changes: Any) -> TestResponse:
        """GET the page, fill in its form (the one that goes to `action`, else back to `url`) and send it.

        Follows nothing: a success is a 303, a refusal a 422. `version`, keys and all other fields are the page's.
        """
        page = self.get(url)
        assert page.status_code == 200, f"GET {url}: {page.status_code}"
        form = pages.choose_form(page.text, url, action)
        return self.post(form.action or url, data=pages.filled(form, changes))


def agent_of(client: Client) -> str:
    """What it calls itself."""
    environ = client._request_from_builder_args((), {}).environ
    return str(environ.get("HTTP_USER_AGENT", ""))


def apart(act: Any) -> Any:
    """Run `act` outside the test's application context, so that `g` and the session are the request's own.

    Everything else (the fixed clock, the language) is as in the test.
    """

    def run() -> Any:
        globals._cv_app.set(None)  # type: ignore[arg-type]
        return act()

    return contextvars.copy_context().run(run)
