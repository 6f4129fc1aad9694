"""`create_app(config)`: the one place that sees everything and wires it."""

import logging

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_login import current_user
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFError, CSRFProtect
from redis import Redis
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

import blueprints
from app import cli, database
from app.config import Config, from_environment
from app.services.errors import DomainError
from app.services.user_sessions import SESSION_LENGTH
from app.web import access, freshness, presentation, submissions
from models.base import db, reading, write_intent

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
ERRORS = (400, 403, 404, 405, 409, 413, 429, 500, 503)
DOORS = ("accounts.sign_in", "second_factors.enter", "lost_devices.report")
READS = frozenset({"GET", "HEAD", "OPTIONS"})


def create_app(config: Config | None = None) -> Flask:
    """Build the application from `config`, or from the environment."""
    config = config or from_environment()
    config.prepare_folders()
    app = Flask(
        "ashar",
        root_path=str(presentation.STATIC.parent),
        instance_path=str(config.home),
        static_folder=str(presentation.STATIC),
        template_folder=str(presentation.STATIC.parent / "templates"),
    )
    _configure(app, config)
    db.init_app(app)
    with app.app_context():
        database.prepare(db.engine)
    Migrate(app, db, directory=str(presentation.STATIC.parent.parent / "migrations"), render_as_batch=True)
    app.extensions["broker"] = Redis.from_url(config.redis_url, socket_connect_timeout=2, socket_timeout=5)
    app.before_request(presentation.choose_browsers_locale)
    CSRFProtect(app)
    Compress(app)
    access.login_manager.init_app(app)
    presentation.install(app)
    app.url_map.converters["int"] = access.RowNumber
    _hook(app, config)
    blueprints.register(app)
    cli.register(app)
    return app


def _configure(app: Flask, config: Config) -> None:
    app.config.update(
        ASHAR=config,
        SECRET_KEY=config.secret_key,
        TESTING=config.mode == "test",
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(config),
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        MAX_FORM_PARTS=300,
        SESSION_COOKIE_NAME="__Host-ashar" if config.https else "ashar",
        SESSION_COOKIE_SECURE=config.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LENGTH,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=config.https,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 86400,
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_LEVEL=6,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.json.sort_keys = True  # type: ignore[attr-defined]
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


def _hook(app: Flask, config: Config) -> None:
    @app.before_request
    def open_request() -> ResponseReturnValue | None:
        if request.endpoint in ("static", "health.healthz"):
            return None
        if any("\0" in value for value in (*request.args.values(), *request.form.values())):
            abort(400)  # no text has it, and PostgreSQL cannot keep it
        write_intent.set(request.method not in READS)
        if submissions.has_upload() and (answer := _receive_upload()) is not None:
            return answer
        return _admit()

    @app.teardown_request
    def close_request(_error: BaseException | None) -> None:
        write_intent.set(True)

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers.update(SECURITY_HEADERS)
        if config.https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            signed_in = access.is_signed_in()
            response.headers["Cache-Control"] = "no-store" if signed_in or access.is_private() else "no-cache"
            if access.is_private():
                response.headers["X-Robots-Tag"], response.headers["Referrer-Policy"] = "noindex", "no-referrer"
            response.vary.add("Cookie")
            response.vary.add("Accept-Language")
        return response

    for code in ERRORS:
        app.register_error_handler(code, _show_error)
    app.register_error_handler(CSRFError, _show_bad_token)
    app.register_error_handler(DomainError, _show_refusal)
    app.register_error_handler(StaleDataError, submissions.show_lost_race)
    app.register_error_handler(IntegrityError, lambda error: _conflict())
    app.register_error_handler(access.DictationMissingError, access.show_dictation_missing)
    app.register_error_handler(submissions.StaleForm, submissions.show_stale_form)
    app.register_error_handler(OperationalError, _show_database_away)
    app.register_error_handler(DataError, lambda error: _page(400))


def _admit() -> ResponseReturnValue | None:
    presentation.choose_locale()
    return access.guard() or freshness.guard() or submissions.replay()


def _receive_upload() -> ResponseReturnValue | None:
    """Clean the file of a form while no transaction is open: the child may need seconds, and others want to write.

    Whoever may not send the form, or has sent it before, gets the answer without a child. Then everything is asked
    once more, in the transaction the view acts in: meanwhile a right may have ended or the same form have come twice.
    """
    with reading():
        answer = _admit()
    if answer is None:
        submissions.clean_upload()
        access.look_again()
    return answer


def _page(code: int, reason: str = "") -> ResponseReturnValue:
    template = code if code in (400, 403, 404, 409, 413, 429, 500, 503) else 400
    return render_template(f"errors/{template}.html", reason=reason), code


def _show_bad_token(_error: CSRFError) -> ResponseReturnValue:
    """The token fits no session. Whoever is signed out is told so, with what was typed.

    At the door the sign-in was begun or done in another window meanwhile.
    """
    if request.endpoint in DOORS and current_user.is_authenticated:
        return redirect(url_for("desks.index"), 303)
    if request.endpoint in DOORS[1:]:
        return redirect(url_for("accounts.sign_in"), 303)
    if current_user.is_authenticated or request.endpoint == "accounts.sign_in":
        return _page(400)
    return access.show_signed_out()


def _show_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    db.session.rollback()
    if code >= 500:
        access.forget()
    return _page(code, submissions.refusal_reason() if code == 403 else "")


def _show_refusal(error: DomainError) -> ResponseReturnValue:
    """A refusal that no form caught: a plain page, never a stack trace."""
    db.session.rollback()
    return _page(409, str(error))


def _conflict() -> ResponseReturnValue:
    db.session.rollback()
    return _page(409)


def _show_database_away(error: OperationalError) -> ResponseReturnValue:
    logging.getLogger("ashar").error("the database does not answer, or not in time: %s", error.orig)
    db.session.rollback()
    access.forget()  # the page that says so asks the database for nothing
    return _page(503)
