"""Reviews without a line: download a workbook, fill it in, send it in, look what will be saved, take it over."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from app import clock
from app.labels import REVIEW_FLAGS
from app.localisation import LOCALE_CODES, N_, current_locale, gettext, ngettext, use_locale
from app.policy import Permission
from app.services import review_workbooks, reviews
from app.services.errors import ChangedMeanwhileError, DomainError
from app.web import review_forms
from app.web.access import actor, load, reads_upload, requires, signed_in_user
from app.web.submissions import attempt, finish, form_page, guard_version, in_words, sent_upload
from forms.base import ConfirmForm
from forms.review_workbooks import WorkbookForm
from forms.reviews import ReviewForm
from models.calls import Call
from models.reviews import Assignment, ReviewFlag, ReviewUpload
from reports import review_workbooks as paper

bp = Blueprint("review_workbooks", __name__, url_prefix="/reviews/workbooks")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITE = Permission.REVIEW_WRITE


@bp.route("", methods=["GET", "POST"])
@requires(GET=WRITE, POST=WRITE)
@reads_upload(lambda _filename, content: paper.read(content))
def index() -> ResponseReturnValue:
    """The workbooks of my calls, and where a filled-in one is sent in."""
    form = WorkbookForm()
    if form.validate_on_submit() and (upload := attempt(form, lambda: _keep(sent_upload()))):
        return finish(url_for(".check", call_id=upload.call_id))
    ready = review_workbooks.to_write(signed_in_user())
    waiting = [call for call in ready if review_workbooks.waiting(call, signed_in_user())]
    return form_page("review_workbooks/index.html", form, ready=ready, waiting=waiting)


@bp.get("/<int:call_id>/reviews.xlsx")
@requires(GET=WRITE)
def download(call_id: int) -> ResponseReturnValue:
    """My assigned applications of a call as a workbook."""
    call = load(Call, call_id)
    asked = review_workbooks.to_write(signed_in_user()).get(call) or abort(404)
    rows = [(one, _stamp(one), review_forms.stored(one.review)) for one in asked]
    flags = {flag: gettext(text) for flag, text in REVIEW_FLAGS.items()}
    content = paper.write(call.title_in(current_locale()), rows, flags, current_locale(), clock.now())
    name = f"{call.code}-reviews.xlsx"
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="review workbook")


def _stamp(assignment: Assignment) -> str:
    """Whose sheet it is, of what, and made from which version."""
    version = assignment.review.version if assignment.review else 0
    return str(_signer().dumps([assignment.reviewer_id, assignment.id, version]))


def _keep(sheets: Sequence[paper.FilledSheet]) -> ReviewUpload:
    """Keep the sheets that say something."""
    content, call = [], None
    for sheet in sheets:
        try:
            reviewer_id, assignment_id, version = _signer().loads(sheet.stamp)
        except (BadSignature, ValueError) as error:
            raise DomainError(_FOREIGN, field="upload", sheet=sheet.name) from error
        if reviewer_id != signed_in_user().id:
            raise DomainError(N_("This workbook is somebody else's: send in your own."), field="upload")
        call = load(Assignment, assignment_id, WRITE).application.call
        if not sheet.cells.keys() <= {one.name for one in review_forms.form_of(call.criteria, formdata=None)}:
            raise DomainError(_FOREIGN, field="upload", sheet=sheet.name)  # a row we have no field for
        if _says_something(sheet.cells):
            cells = {name: [one.place, one.text, one.is_formula] for name, one in sheet.cells.items()}
            content.append({"assignment": assignment_id, "version": version, "sheet": sheet.name, "cells": cells})
    if call is None or not content:
        raise DomainError(N_("Nothing is filled in."), field="upload")
    return review_workbooks.keep(call, content, actor=actor(), now=clock.now())


_FOREIGN = N_("The sheet “%(sheet)s” was not made here, or its hidden first column was changed.")


def _says_something(cells: Mapping[str, paper.Cell]) -> bool:
    return any(one.text and (name != "flag" or _flag(one.text) != ReviewFlag.NONE) for name, one in cells.items())


def _flag(text: str) -> str:
    """The flag that is called so in any language, else what was typed."""
    for locale in LOCALE_CODES:
        with use_locale(locale):
            for flag, name in REVIEW_FLAGS.items():
                if text.casefold() in (flag.value, gettext(name).replace(",", " ").casefold()):
                    return flag.value
    return text


@dataclass
class _Sheet:
    """A sheet held against the site: why it cannot be saved at all, what is wrong in which cell, what is missing."""

    entry: Mapping[str, Any]
    assignment: Assignment
    form: ReviewForm
    problem: str = ""
    errors: list[tuple[str, str]] = field(default_factory=list)
    gaps: list[tuple[str, str]] = field(default_factory=list)
    differences: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def can_be_saved(self) -> bool:
        return not self.problem and not self.errors

    @property
    def can_be_submitted(self) -> bool:
        return self.can_be_saved and not self.gaps and not self.late

    @property
    def late(self) -> str:
        """Why it is kept as a draft only: its last day is over."""
        return str(reviews.refusal_of_late(self.assignment, clock.now()) or "")


def _check(entry: Mapping[str, Any]) -> _Sheet:
    """One sheet by the checks of the form itself."""
    assignment: Assignment = load(Assignment, entry["assignment"], WRITE)
    criteria, cells = assignment.application.call.criteria, entry["cells"]
    typed = {name: text for name, (_place, text, _is_formula) in cells.items()}
    typed["flag"] = _flag(typed.get("flag") or ReviewFlag.NONE)
    form = review_forms.form_of(criteria, formdata=MultiDict(typed), meta={"csrf": False})
    form.validate()
    checked = _Sheet(entry, assignment, form)
    for name, (place, _text, is_formula) in cells.items():
        messages = [gettext("A formula is not taken: write the text itself.")] if is_formula else form[name].errors
        checked.errors += [(place, str(message)) for message in messages]
    if not checked.errors:
        for gap in reviews.gaps(criteria, review_forms.judgements(form, criteria)):
            place = cells[gap.field][0] if gap.field in cells else entry["sheet"]
            checked.gaps.append((place, str(gap)))
    try:
        review_workbooks.must_be_writable(assignment, entry["version"], signed_in_user())
    except DomainError as problem:
        checked.problem = str(problem)
        if isinstance(problem, ChangedMeanwhileError):
            checked.differences = _differences(checked)
    return checked


def _differences(checked: _Sheet) -> list[tuple[str, str, str]]:
    """Field, what the workbook says, what the site says, where they differ."""
    values = review_forms.stored(checked.assignment.review)
    kept = in_words(review_forms.form_of(checked.assignment.application.call.criteria, formdata=None, data=values))
    labels = {one.name: str(one.label.text) for one in checked.form}
    own = in_words(checked.form)
    return [(labels[name], own[name], text) for name, text in kept.items() if name in own and own[name] != text]


@bp.route("/<int:call_id>/check", methods=["GET", "POST"])
@requires(GET=WRITE, POST=WRITE)
def check(call_id: int) -> ResponseReturnValue:
    """What the workbook that was sent would save; taking it over saves drafts, or submits what is complete too."""
    call = load(Call, call_id)
    upload = review_workbooks.waiting(call, signed_in_user())
    if upload is None:
        return redirect(url_for(".index"), 303)
    form, sheets = ConfirmForm(), [_check(entry) for entry in upload.content]
    guard_version(form, upload, {}, request.path)
    if form.validate_on_submit() and (done := attempt(form, lambda: _take_over(upload, sheets))):
        saved, submitted = done
        parts = [ngettext("%(num)s draft saved", "%(num)s drafts saved", saved)]
        parts.append(ngettext("%(num)s review submitted", "%(num)s reviews submitted", submitted))
        return finish(url_for("reviews.index"), "; ".join(parts) + ".")
    return form_page("review_workbooks/check.html", form, call=call, sheets=sheets, upload=upload)


def _take_over(upload: ReviewUpload, sheets: list[_Sheet]) -> tuple[int, int]:
    """Save what can be saved; what cannot stays waiting. So many drafts and submitted reviews."""
    saved = submitted = 0
    for one in sheets:
        if one.can_be_saved:
            hands_in = "submit" in request.form and one.can_be_submitted
            review_forms.act(reviews.submit if hands_in else reviews.save_draft, one.assignment, one.form)
            saved, submitted = saved + (not hands_in), submitted + hands_in
    review_workbooks.settle(upload, [dict(one.entry) for one in sheets if not one.can_be_saved])
    return saved, submitted
