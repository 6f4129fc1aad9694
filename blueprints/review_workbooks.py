"""Reviews without a line: download a workbook, fill it in, send it in, look what will be saved, take it over."""

import io
from collections.abc import Sequence

from flask import Blueprint, abort, current_app, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from app import clock
from app.labels import REVIEW_FLAGS
from app.localisation import N_, current_locale, gettext, ngettext
from app.policy import Permission
from app.services import review_workbooks
from app.services.errors import DomainError
from app.web.access import actor, load, reads_upload, requires, signed_in_user
from app.web.submissions import attempt, finish, form_page, guard_version, sent_upload
from forms.base import ConfirmForm
from forms.review_workbooks import WorkbookForm
from models.calls import Call
from models.reviews import Assignment, ReviewUpload
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
    rows = [(one, _stamp(one), review_workbooks.written(one.review)) for one in asked]
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
        if not sheet.cells.keys() <= {*review_workbooks.fields_of(call.criteria)}:
            raise DomainError(_FOREIGN, field="upload", sheet=sheet.name)  # a row we have no field for
        if review_workbooks.says_something({name: one.text for name, one in sheet.cells.items()}):
            cells = {name: [one.place, one.text, one.is_formula] for name, one in sheet.cells.items()}
            content.append({"assignment": assignment_id, "version": version, "sheet": sheet.name, "cells": cells})
    if call is None or not content:
        raise DomainError(N_("Nothing is filled in."), field="upload")
    return review_workbooks.keep(call, content, actor=actor(), now=clock.now())


_FOREIGN = N_("The sheet “%(sheet)s” was not made here, or its hidden first column was changed.")


@bp.route("/<int:call_id>/check", methods=["GET", "POST"])
@requires(GET=WRITE, POST=WRITE)
def check(call_id: int) -> ResponseReturnValue:
    """What the workbook that was sent would save; taking it over saves drafts, or submits what is complete too."""
    call = load(Call, call_id)
    upload = review_workbooks.waiting(call, signed_in_user())
    if upload is None:
        return redirect(url_for(".index"), 303)
    form, sheets, now = ConfirmForm(), _sheets(upload), clock.now()
    guard_version(form, upload, {}, request.path)
    hands_in = "submit" in request.form
    if form.validate_on_submit() and (
        done := attempt(
            form, lambda: review_workbooks.take_over(upload, sheets, hands_in=hands_in, actor=actor(), now=now)
        )
    ):
        saved, submitted = done
        parts = [ngettext("%(num)s draft saved", "%(num)s drafts saved", saved)]
        parts.append(ngettext("%(num)s review submitted", "%(num)s reviews submitted", submitted))
        return finish(url_for("reviews.index"), "; ".join(parts) + ".")
    return form_page("review_workbooks/check.html", form, call=call, sheets=sheets, upload=upload)


def _sheets(upload: ReviewUpload) -> list[review_workbooks.CheckedSheet]:
    """What was sent, sheet by sheet, held against the site as it is now."""
    now, reviewer = clock.now(), signed_in_user()
    return [
        review_workbooks.check(one, load(Assignment, one["assignment"], WRITE), reviewer=reviewer, now=now)
        for one in upload.content
    ]
