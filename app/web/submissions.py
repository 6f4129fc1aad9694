"""Forms at the edge: one visible commit, idempotency keys, stale versions, refusals shown at the field."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from flask import abort, current_app, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer
from redis.exceptions import RedisError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from wtforms import BooleanField, Field, HiddenField, PasswordField

from app import clock, queue
from app.localisation import datetime_text, gettext
from app.services.errors import DomainError
from app.web import unsaved
from app.web.access import signed_in_user
from app.web.typed_texts import PROOF_FIELD
from forms.base import BaseForm, ConfirmForm
from models.base import db, lock_name
from models.form_submissions import FormSubmission

Result = TypeVar("Result")
KEY_FIELD = "idempotency_key"
UPLOAD_FIELD = "upload"
"""What every form calls its file."""
NOT_CONTENT = frozenset({KEY_FIELD, "csrf_token", PROOF_FIELD})


@dataclass
class StaleForm(Exception):
    """Somebody else changed or removed the row meanwhile; `fields`: label, own text, stored text (None: not known)."""

    fields: Sequence[tuple[str, str, str | None]]
    location: str
    is_gone: bool = False
    is_own: bool = False
    """It was the same person who saved it, in another window."""


def new_key() -> str:
    """A fresh idempotency key, made and signed by the server for this user."""
    return _signer().dumps(secrets.token_hex(8)) if current_user.is_authenticated else ""


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"form:{signed_in_user().id}")


_KNOWN = db.select(FormSubmission.body_hash, FormSubmission.location).where(  # made once: every POST asks it
    FormSubmission.actor_id == db.bindparam("actor_id"), FormSubmission.key == db.bindparam("key")
)


_KEEP = db.insert(FormSubmission.__table__).inline()  # no object of it is needed, and every form writes one


def replay() -> ResponseReturnValue | None:
    """Before a POST is acted on: a form that was acted on already leads to the same place again."""
    key = request.form.get(KEY_FIELD) if request.method == "POST" else None
    if not key or not current_user.is_authenticated:
        return None
    lock_name(f"form {signed_in_user().id} {key}")  # a replay that comes at the same moment waits for the first
    known = db.session.execute(_KNOWN, {"actor_id": signed_in_user().id, "key": _digest(key)}).one_or_none()
    if known is None:
        return None
    if known.body_hash != _body_hash():
        abort(409)
    return redirect(known.location, 303)


def attempt(form: BaseForm, act: Callable[[], Result]) -> Result | None:
    """Do `act`; a refusal of the domain becomes an error at its field (None is returned, nothing is kept).

    A verb that returns nothing answers True. Raises `StaleForm` when somebody else wrote the row at this moment.
    """
    g.attempted = form
    try:
        result = act()
    except StaleDataError:
        lose_race()
    except DomainError as refusal:
        db.session.rollback()
        for one in _all_of(refusal):
            form.refuse(one.field, str(one))
        return None
    except IntegrityError:  # a constraint of the database: somebody was faster between our check and our write
        db.session.rollback()
        form.refuse(None, gettext("Somebody else saved the same a moment ago. Open the page again and look."))
        return None
    return True if result is None else result  # type: ignore[return-value]


def _all_of(refusal: DomainError) -> list[DomainError]:
    """With what was found at the same time, and with the refusal of the file, which may not have been asked for yet."""
    found = [refusal, *refusal.others]
    file = g.get("upload")
    return [*found, file] if isinstance(file, DomainError) and file not in found else found


def finish(location: str, message: str | None = None) -> ResponseReturnValue:
    """Record the form's key, commit, send what waits in the outbox and go to `location`."""
    again = _record(location)
    if again is not None:
        return again
    unsaved.note_saved()
    if message:
        flash(message, "success")
    return redirect(location, 303)


def finish_with(page: Callable[[], ResponseReturnValue], location: str) -> ResponseReturnValue:
    """As `finish`, but answer with `page`, for what is shown once and kept nowhere (a first code).

    The page is made when everything is written and not committed yet. A replay of the form leads to `location`, which
    shows the thing without the secret.
    """
    made: list[ResponseReturnValue] = []
    return _record(location, lambda: made.append(page())) or made[0]


def autosaved(row: Any) -> dict[str, Any]:
    """What the form of a page that saves itself goes on with; `row` has a version and the time it was saved."""
    return {"version": row.version, "idempotency_key": new_key(), "at": datetime_text(row.saved_at)}


def _record(location: str, written: Callable[[], None] = lambda: None) -> ResponseReturnValue | None:
    """Record the form's key and commit. Answers the replay's redirect when the form was committed already.

    `written` is called between writing and committing.
    """
    key = request.form.get(KEY_FIELD, "")
    try:
        _signer().loads(key)
    except BadSignature:
        abort(400)
    kept = {
        "actor_id": signed_in_user().id,
        "key": _digest(key),
        "body_hash": _body_hash(),
        "location": location[:400],
        "created_at": clock.now(),
    }
    try:
        db.session.flush()
        db.session.connection().execute(_KEEP, kept)
        written()
        commit()
    except StaleDataError:
        lose_race()
    except IntegrityError:
        db.session.rollback()
        again = replay()  # the same form was committed by a parallel request a moment ago
        if again is None:  # a constraint of the database: somebody else was faster
            lose_race()
        return again
    return None


def commit() -> None:
    """The request's one commit; jobs leave for the broker afterwards."""
    has_jobs = db.session.info.pop(queue.WAITING, False)
    db.session.commit()
    if has_jobs:
        send_outbox()


def send_outbox() -> None:
    """Send waiting jobs to the broker. When it does not answer they stay, and the relay sends them later."""
    broker = current_app.extensions["broker"]
    try:
        if queue.send(broker, clock.now()):
            db.session.commit()
    except (RedisError, OSError):
        db.session.rollback()
        current_app.logger.warning("the broker does not answer: jobs stay in the outbox")


def act_on_button(act: Callable[[], Any], location: str, message: str) -> ResponseReturnValue:
    """A page's button: do `act` and come back to `location` with a message, or with the refusal."""
    form = ConfirmForm()
    if form.validate_on_submit() and attempt(form, act) is not None:
        return finish(location, message)
    for text in form.all_errors():
        flash(text, "error")
    return redirect(location, 303)


def removal_page(
    template: str, row: Any, act: Callable[[], Any], *, here: str, location: str, message: str, **context: Any
) -> ResponseReturnValue:
    """Show what goes, then take `row` out by `act`; who saw another state of it is told (`here` is this page)."""
    form = ConfirmForm()
    guard_version(form, row, {}, here)
    if form.validate_on_submit() and attempt(form, act):
        return finish(location, message)
    return form_page(template, form, **context)


def form_page(template: str, form: BaseForm, **context: Any) -> ResponseReturnValue:
    """Show a form; with status 422 when it was sent and something is not right."""
    form.idempotency_key.data = form.idempotency_key.data or new_key()
    return render_template(template, form=form, **context), 422 if request.method == "POST" else 200


def has_upload() -> bool:
    """Whether this request brings a file to a view that takes one."""
    return request.method == "POST" and _reader() is not None and bool(request.files.get(UPLOAD_FIELD))


def _reader() -> Any:
    """What makes something of the file of this view's form (`access.reads_upload`), else None."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "reads_upload", None)


def clean_upload() -> None:
    """Clean or read the file; what comes of it waits for `sent_upload`. No transaction should be open."""
    file = request.files[UPLOAD_FIELD]
    try:
        g.upload = _reader()(file.filename or "", file.read())
    except DomainError as refusal:
        g.upload = refusal


def sent_upload() -> Any:
    """What was made of the file that was sent: in a view that `takes_upload` an `Upload`, cleaned.

    Raises the `DomainError` of a file that is not taken: call it inside `attempt`.
    """
    if isinstance(g.upload, DomainError):
        raise g.upload
    return g.upload


def uploads() -> Path:
    """Where files people send are kept."""
    folder: Path = current_app.config["ASHAR"].uploads
    return folder


def check_version(form: BaseForm, row: Any, fields: dict[str, str], location: str) -> None:
    """Raise `StaleForm` when `row` was changed since the form was made. `fields` maps form field -> stored text."""
    if str(form.version.data or "") != str(row.version):
        rows = [(str(form[name].label.text), _as_read(form[name]), stored) for name, stored in fields.items()]
        is_own = getattr(row, "saved_by_id", None) == signed_in_user().id
        raise StaleForm([row for row in rows if row[1] != row[2]], location, is_own=is_own)
    if g.get("is_second_run"):  # only to find what differs: it must not act
        raise StaleForm(typed(form), location)
    g.compares_versions = True


def guard_version(form: BaseForm, row: Any, fields: dict[str, str], location: str) -> None:
    """A fresh form keeps the version of `row`; one that was sent is held against it, see `check_version`."""
    if form.is_submitted():
        check_version(form, row, fields, location)
    else:
        form.version.data = str(row.version)


def show_as_gone(form: BaseForm, location: str) -> NoReturn:
    """The row this form edits is not there (any more): a form that was sent gives back what was typed, else a 404."""
    if not form.is_submitted():
        abort(404)
    raise StaleForm([(str(form[name].label.text), text, "") for name, text in in_words(form).items()], location, True)


def in_words(form: BaseForm) -> dict[str, str]:
    """What the fields of a form hold, as a person reads it: {field name: text}."""
    return {field.name: _as_read(field) for field in form if not isinstance(field, HiddenField)}


def _as_read(field: Field) -> str:
    if isinstance(field.data, bool):
        return gettext("Yes") if field.data else gettext("No")
    if isinstance(field.data, list):
        names = _choices(field)
        return ", ".join(names.get(str(one), str(one)) for one in field.data)
    chosen = _choices(field).get(str(field.data))
    return chosen or str(field._value() if hasattr(field, "_value") else field.data or "")


def _choices(field: Field) -> dict[str, str]:
    """{value: text} of a field that offers some."""
    if not getattr(field, "choices", None):
        return {}
    return {str(one[0]): str(one[1]) for one in field.iter_choices()}


def lose_race() -> NoReturn:
    """Another session wrote the same row between our reading and our writing: show what was typed here.

    A view that compares versions is run again: now it sees the other text and raises `StaleForm` with both.
    """
    db.session.rollback()
    if g.get("compares_versions") and not g.get("is_second_run"):
        g.is_second_run = True
        current_app.view_functions[request.endpoint or ""](**(request.view_args or {}))
    texts = typed(g.get("attempted"))
    if not texts:
        abort(409)
    raise StaleForm(texts, request.path)


def typed(form: BaseForm | None) -> list[tuple[str, str, str | None]]:
    """Label and text of everything that was typed or chosen in `form`, passwords and files apart."""
    found: list[tuple[str, str, str | None]] = []
    for field in form or ():
        raw = [text for text in field.raw_data or () if isinstance(text, str) and text.strip()]
        if raw and not isinstance(field, HiddenField | PasswordField | BooleanField):
            names = _choices(field)
            found.append((str(field.label.text), ", ".join(names.get(text, text) for text in raw), None))
    return found


def show_stale_form(error: StaleForm) -> ResponseReturnValue:
    db.session.rollback()
    page = render_template("errors/stale.html", error=error, fields=error.fields, location=error.location)
    return page, 404 if error.is_gone else 409


def show_lost_race(_error: Exception) -> ResponseReturnValue:
    """The same where no form caught it."""
    try:
        lose_race()
    except StaleForm as stale:
        return show_stale_form(stale)
    except HTTPException as error:  # nothing was typed, or the row has gone: what a handler raises would be a 500
        return render_template("errors/404.html" if error.code == 404 else "errors/409.html"), error.code or 409


def refusal_reason() -> str:
    """Why the policy refused, for the 403 page."""
    refusal = g.get("refusal")
    return gettext(refusal.reason) if refusal is not None else ""  # a refusal is false


def _body_hash() -> str:
    digest = hashlib.sha256(request.path.encode())
    for name in sorted(request.form):
        if name not in NOT_CONTENT and "password" not in name:  # a digest of a password could be guessed at leisure
            for value in request.form.getlist(name):
                digest.update(f"\x00{name}\x01{value}".encode())
    for name in sorted(request.files):
        for file in request.files.getlist(name):
            file.stream.seek(0)  # whoever stored the file has read it to its end
            content = hashlib.sha256(file.stream.read())
            file.stream.seek(0)
            digest.update(f"\x00{name}\x02{file.filename}\x02{content.hexdigest()}".encode())
    return digest.hexdigest()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
