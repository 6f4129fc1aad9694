"""The papers a call that is prepared asks for."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import call_forms, questions
from app.services.call_forms import KINDS
from app.services.questions import RequiredDocument
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page, guard_version, in_words, removal_page
from forms.call_forms import RequiredDocumentForm
from models.base import LOCALES
from models.calls import Call, CallStatus
from models.documents import DocumentKind

bp = Blueprint("required_documents", __name__, url_prefix="/calls/<int:call_id>/documents")
MANAGED = requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)


def _call(call_id: int) -> Call:
    """The call, locked when something comes."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    return call_forms.for_writing(call) if request.method == "POST" else call


def _list(call: Call) -> str:
    return url_for("call_forms.index", call_id=call.id) + "#papers"


def _paper(call: Call, kind: str) -> RequiredDocument:
    return next((one for one in questions.documents_of(call) if one.kind.value == kind), None) or abort(404)


@bp.route("/new", methods=["GET", "POST"])
@MANAGED
def new(call_id: int) -> ResponseReturnValue:
    """Ask for one paper more."""
    call, form = _call(call_id), RequiredDocumentForm()
    if call.status is not CallStatus.DRAFT and request.method == "GET":
        return redirect(_list(call), 303)
    form.kind.choices = [(kind.value, label_text(kind)) for kind in KINDS]
    if form.validate_on_submit() and attempt(form, lambda: _save(call, form, is_new=True)):
        return finish(_list(call), gettext("The paper stands on the list."))
    return form_page("required_documents/new.html", form, call=call)


def _save(call: Call, form: RequiredDocumentForm, *, is_new: bool) -> None:
    call_forms.save_document(
        call,
        DocumentKind(form.kind.data),
        is_new=is_new,
        is_required=form.is_required.data,
        months=form.months.data,
        text=form.texts("text"),
        actor=actor(),
        now=clock.now(),
    )


def _form(paper: RequiredDocument, *typed: None) -> RequiredDocumentForm:
    """The form, filled with what is kept; with None, only with that. The kind stays."""
    stored: dict[str, Any] = {"kind": paper.kind.value, "is_required": paper.is_required, "months": paper.months}
    form = RequiredDocumentForm(*typed, data=stored | {f"text_{code}": paper.text[code] for code in LOCALES})
    form.kind.choices = [(paper.kind.value, label_text(paper.kind))]
    return form


@bp.route("/<string:kind>/edit", methods=["GET", "POST"])
@MANAGED
def edit(call_id: int, kind: str) -> ResponseReturnValue:
    """Change what is asked."""
    call = _call(call_id)
    paper = _paper(call, kind)
    if call.status is not CallStatus.DRAFT and request.method == "GET":
        return redirect(_list(call), 303)
    form = _form(paper)
    guard_version(form, SimpleNamespace(version=call_forms.stamp(paper)), in_words(_form(paper, None)), request.path)
    if form.validate_on_submit() and attempt(form, lambda: _save(call, form, is_new=False)):
        return finish(_list(call), gettext("Saved: %(part)s.", part=label_text(paper.kind)))
    return form_page("required_documents/edit.html", form, call=call, paper=paper)


@bp.route("/<string:kind>/delete", methods=["GET", "POST"])
@MANAGED
def delete(call_id: int, kind: str) -> ResponseReturnValue:
    """Take a paper off the list, after showing it."""
    call = _call(call_id)
    paper = _paper(call, kind)
    if call.status is not CallStatus.DRAFT and request.method == "GET":
        return redirect(_list(call), 303)
    return removal_page(
        "required_documents/delete.html",
        SimpleNamespace(version=call_forms.stamp(paper)),
        lambda: call_forms.remove_document(call, paper.kind, actor=actor(), now=clock.now()),
        here=request.path,
        location=_list(call),
        message=gettext("The paper is taken off the list."),
        call=call,
        paper=paper,
    )
