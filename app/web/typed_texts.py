"""Typed texts: what a form brought that could not be saved, each with the label of its field, to be copied."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from flask import current_app, request
from wtforms import BooleanField, FileField, HiddenField, PasswordField, SelectField
from wtforms.fields.core import UnboundField

from app.localisation import gettext
from forms.base import BaseForm

PROOF_FIELD = "proof_code"
"""The code that is asked for again before money and roles; a password is told by its name."""
NOT_TYPED = frozenset(
    {"csrf_token", "idempotency_key", "version", "locale", "next", "keeps", "room", "seen", "packed", PROOF_FIELD}
    | {"then", "record", "check", "change", "save", "submit"}
)
CODE = re.compile(r"[a-z]+(_[a-z]+)*")
"""What a choice or a box sends, as in "in_kind": nobody typed it, and nobody could read it."""
Unbound: TypeAlias = "UnboundField[Any] | None"  # generic to the type checker only
CHOSEN = (SelectField, BooleanField, HiddenField, FileField, PasswordField)


@dataclass(frozen=True)
class TypedText:
    """One text, and what its field is called in the reader's language; "" where no form of the page knows it."""

    label: str
    text: str


def sent() -> list[TypedText]:
    """What was typed in the form of this request, in its order; passwords, codes and choices apart."""
    fields = _fields()
    return [
        TypedText(_label(fields.get(name)), value)
        for name, values in request.form.lists()
        if "password" not in name and name not in NOT_TYPED and not _is_chosen(fields.get(name))
        for value in values
        if value.strip() and not CODE.fullmatch(value)
    ]


def _fields() -> dict[str, Unbound]:
    """The fields of the form that was sent: of those the view's module shows, the one that knows most of the names.

    Nobody is signed in, so the view itself cannot be asked for its form.
    """
    names = set(request.form)
    known = [{name: getattr(form, name) for name in names & set(dir(form))} for form in _forms()]
    known = [{name: one for name, one in form.items() if isinstance(one, UnboundField)} for form in known]
    return max(known, key=len, default={})


def _forms() -> Iterator[type[BaseForm]]:
    view = current_app.view_functions.get(request.endpoint or "")
    for one in vars(sys.modules[view.__module__]).values() if view else ():
        if isinstance(one, type) and issubclass(one, BaseForm):
            yield one


def _is_chosen(field: Unbound) -> bool:
    return field is not None and issubclass(field.field_class, CHOSEN)


def _label(field: Unbound) -> str:
    """Our own fields take the English text, those of WTForms one that is translated already."""
    label = field.args[0] if field is not None and field.args else ""
    return gettext(label) if isinstance(label, str) and label else str(label)
