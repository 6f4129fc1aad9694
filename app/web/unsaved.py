"""What was typed and not saved: the browser keeps it for who typed it, until the server says that it is saved."""

import hashlib

from flask import current_app, request, session

from app.web.access import is_signed_in, signed_in_user

KEEPS_FIELD = "keeps"
"""Sent by a form whose half-filled fields the browser keeps: `data-keeps` in `form_page`, see static/ashar.js."""
_SAVED = "saved_page"


def note_saved() -> None:
    """This request has saved such a form: the next page tells the browser, which then forgets what was typed in it."""
    if KEEPS_FIELD in request.form:
        session[_SAVED] = request.path


def saved_page() -> str:
    """The address of the form that was saved just now; said once."""
    return str(session.pop(_SAVED, ""))


def reader_mark() -> str:
    """Stands for who reads, on this installation only: nothing is offered to anybody else at the same computer."""
    if not is_signed_in():
        return ""
    return hashlib.sha256(f"{current_app.secret_key!r} {signed_in_user().id}".encode()).hexdigest()[:16]
