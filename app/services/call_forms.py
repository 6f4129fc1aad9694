"""The forms of calls: which one a submission answered, and what still keeps a form from being used."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.services import questions
from app.services.questions import Form
from models.base import db, lock_name
from models.calls import Call, CallForm


def keep(call: Call, *, now: datetime) -> str:
    """Keep the form as it is now, once, for what is submitted under it; its SHA-256."""
    sha256 = questions.form_of(call).sha256
    known = db.select(CallForm.id).where(CallForm.call_id == call.id, CallForm.sha256 == sha256)
    if db.session.scalar(known) is None:
        lock_name(f"form of call {call.id}")  # the first two submissions at one moment
        if db.session.scalar(known) is None:
            db.session.add(CallForm(call_id=call.id, sha256=sha256, content=call.form, kept_at=now))
            db.session.flush()
    return sha256


def answered_in(call: Call, content: Mapping[str, Any]) -> Form:
    """The form that the content of a snapshot answered: its own, whatever the call's has become.

    Content from before forms were data of the call names none: it answered the call's.
    """
    current, sha256 = questions.form_of(call), content.get("form")
    if sha256 in (None, current.sha256):
        return current
    kept = db.session.scalar(db.select(CallForm.content).where(CallForm.call_id == call.id, CallForm.sha256 == sha256))
    if kept is None:
        raise LookupError(f"call {call.code} has no form {sha256}")
    return questions.read(kept)
