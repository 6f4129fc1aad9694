"""Paper for a call and its applications: the guide, the empty form for a pen, and the form with what is filled in."""

import io

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale
from app.policy import Permission
from app.services import calls
from app.web.access import load, may_see_names, public, requires
from app.web.presentation import is_demonstration
from models.applications import Application
from models.calls import Call
from reports import call_guides, paper_forms, paper_pages

bp = Blueprint("paper_forms", __name__)


@bp.get("/calls/<int:call_id>/form.pdf")
@public
def empty(call_id: int) -> ResponseReturnValue:
    """For everybody: the form of a published call with room to write."""
    call = _published(call_id)
    data = paper_forms.gather_empty(call, clock.now())
    pdf = paper_pages.to_pdf(data, current_locale(), demonstration=is_demonstration())
    return _sent(pdf, f"{call.code}-form.pdf")


@bp.get("/calls/<int:call_id>/guide.pdf")
@public
def guide(call_id: int) -> ResponseReturnValue:
    """For everybody: what a published call asks and how to apply."""
    call = _published(call_id)
    data = call_guides.gather(call, clock.now())
    pdf = call_guides.to_pdf(data, current_locale(), demonstration=is_demonstration())
    return _sent(pdf, f"{call.code}-guide.pdf")


@bp.get("/applications/<int:application_id>/form.pdf")
@requires(GET=Permission.APPLICATION_READ)
def show(application_id: int) -> ResponseReturnValue:
    """The form with what the application holds; without names for who may not see them."""
    application = load(Application, application_id, Permission.APPLICATION_READ)
    data = paper_forms.gather(application, clock.now(), shows_names=may_see_names(application))
    pdf = paper_pages.to_pdf(data, current_locale(), demonstration=is_demonstration())
    return _sent(pdf, f"{application.number}-form.pdf")


def _published(call_id: int) -> Call:
    """A call the public may read, else a 404."""
    return calls.published_call(call_id) or abort(404)


def _sent(pdf: bytes, filename: str) -> ResponseReturnValue:
    return send_file(io.BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=filename)
