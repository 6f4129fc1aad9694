"""Proving once more who one is, before money, roles, accounts and lists of people.

A page leads over `accounts.confirm` and back. A form that comes too late is answered by the same question, carries
what was typed with its idempotency key, and is acted on when the answer is right: nothing is lost or done twice.
"""

from collections.abc import Iterator
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.policy import FRESH
from app.services import confirmations, second_factors, user_sessions, users
from app.services.errors import DomainError
from app.services.sign_in_attempts import TooManyAttemptsError
from app.services.users import PasswordCheck
from app.web.access import seal, signed_in_user
from app.web.presentation import is_demonstration
from app.web.submissions import UPLOAD_FIELD, commit
from forms.accounts import CodeProofForm, PasswordProofForm
from models.base import reading, write_intent

ProofForm = CodeProofForm | PasswordProofForm


def guard() -> ResponseReturnValue | None:
    """Before a view that asks for it, once the policy has let the reader in: the question, or None to go on."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if not asks_proof(view, request.method) or not current_user.is_authenticated or is_fresh():
        return None
    if request.method != "POST":
        return redirect(url_for("accounts.confirm", next=request.full_path.rstrip("?")), 303)
    form = proof_form()
    if form.proof.name not in request.form:
        return _ask(form, 401)
    if not write_intent.get():
        return None  # only looked at: it is asked again in the transaction that acts
    code = prove(form) if form.validate() else 422
    return _ask(form, code) if code else None


def asks_proof(view: Any, method: str) -> bool:
    """Whether a view wants this method's reader to have proved who they are in the last quarter of an hour."""
    access = getattr(view, "access", None)
    permission = access.get("GET" if method == "HEAD" else method) if isinstance(access, dict) else None
    return permission is not None and (permission in FRESH or view.is_fresh)


def is_fresh() -> bool:
    return user_sessions.is_fresh(current_user.session, clock.now())


def proof_form() -> ProofForm:
    """The question: a code for who has a second factor, else the password."""
    if not second_factors.of_user(signed_in_user()):
        return PasswordProofForm()
    form = CodeProofForm()
    if is_demonstration():
        form.shown = second_factors.demonstration_code(signed_in_user(), seal=seal(), now=clock.now())
    return form


def prove(form: ProofForm) -> int:
    """Keep that the proof holds: 0. Otherwise the refusal stands in the form, and this is the page's status."""
    try:
        proof = form.proof.data if isinstance(form, CodeProofForm) else _checked(form)
        confirmations.confirm(current_user.session, proof, seal=seal(), now=clock.now())
    except DomainError as refusal:
        commit()  # the failed attempt counts
        form.refuse("proof", str(refusal))
        return 429 if isinstance(refusal, TooManyAttemptsError) else 422
    commit()
    return 0


def _checked(form: PasswordProofForm) -> PasswordCheck:
    """No transaction is open while the password is checked."""
    with reading():
        held = signed_in_user().password_hash
    return users.check_password(held, form.proof.data)


def _ask(form: ProofForm, code: int) -> ResponseReturnValue:
    page = render_template(
        "accounts/confirm_late.html",
        form=form,
        carried=list(_carried(form)),
        has_file=UPLOAD_FIELD in request.files,
        action=request.full_path.rstrip("?"),
    )
    return page, code


def _carried(form: ProofForm) -> Iterator[tuple[str, str]]:
    """Everything that was sent, to be sent again, but for the proof and the token of the page before."""
    for name, values in request.form.lists():
        if name not in (form.proof.name, "csrf_token") and "password" not in name:
            yield from ((name, value) for value in values)
