"""Personal links: made for one who sends money, opened without an account, ended."""

import io

from flask import Blueprint, abort, redirect, render_template, request, send_file, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import contributions, documents, remitter_links, remitters
from app.services.remitter_links import LinkEndedError, Project
from app.services.sign_in_attempts import TooManyAttemptsError
from app.web.access import actor, private, requires
from app.web.presentation import is_demonstration
from app.web.qr_codes import picture_of
from app.web.remitter_access import load_remitter
from app.web.submissions import act_on_button, attempt, commit, finish_with, form_page, uploads
from forms.base import ConfirmForm
from forms.remitter_links import RemitterLinkForm
from models.remitter_links import RemitterLink
from reports import certificates

bp = Blueprint("remitter_links", __name__)
KEEP = Permission.REMITTER_KEEP
_OPENED = "remitter_link"


@bp.route("/remitters/<int:remitter_id>/links/new", methods=["GET", "POST"])
@requires(GET=KEEP, POST=KEEP)
def new(remitter_id: int) -> ResponseReturnValue:
    """Make a link, after a look at what it shows. It is shown once, to be printed or copied."""
    row, form = load_remitter(remitter_id, KEEP), RemitterLinkForm()
    if form.validate_on_submit() and (
        made := attempt(form, lambda: remitter_links.issue(row, actor=actor(row), now=clock.now()))
    ):
        address = url_for(".enter", token=made[1], _external=True)
        page = "remitter_links/issued.html"
        return finish_with(
            lambda: render_template(page, row=row, link=made[0], address=address, picture=picture_of(address)),
            url_for("remitters.show", remitter_id=remitter_id),
        )
    pledges, sums = remitters.pledges_of(row), remitters.contributions_of(row)
    return form_page("remitter_links/new.html", form, row=row, pledges=pledges, sums=sums)


@bp.post("/remitters/<int:remitter_id>/links/revoke")
@requires(POST=KEEP)
def revoke(remitter_id: int) -> ResponseReturnValue:
    """End the link at once."""
    row = load_remitter(remitter_id, KEEP)
    return act_on_button(
        lambda: remitter_links.revoke(row, actor=actor(row), now=clock.now()),
        url_for("remitters.show", remitter_id=remitter_id),
        gettext("The link opens nothing any more."),
    )


@bp.get("/remitters/<int:remitter_id>/certificates/<int:grant_id>")
@requires(GET=Permission.REMITTER_READ)
def print_certificate(remitter_id: int, grant_id: int) -> ResponseReturnValue:
    """The thanks to one who sent money, to be printed at the centre."""
    row = load_remitter(remitter_id, Permission.REMITTER_READ)
    return _certificate(remitter_links.project_of(row, grant_id))


@bp.route("/links/<string:token>", methods=["GET", "POST"])
@private
def enter(token: str) -> ResponseReturnValue:
    """The link itself. Looking at it does nothing, since messengers look too; the button opens."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return form_page("remitter_links/enter.html", form)
    try:
        link = remitter_links.open_by(token, address=request.remote_addr or "", now=clock.now())
    except (LinkEndedError, TooManyAttemptsError) as refusal:
        commit()  # the failed attempt counts
        code = 429 if isinstance(refusal, TooManyAttemptsError) else 404
        return render_template("remitter_links/ended.html", reason=str(refusal)), code
    commit()
    session[_OPENED] = link.id
    return redirect(url_for(".show"), 303)


@bp.get("/links")
@private
def show() -> ResponseReturnValue:
    """What the own money did."""
    link = _opened()
    if link is None:
        reason = gettext("This link opens nothing (any more). Ask the association for a new one.")
        return render_template("remitter_links/ended.html", reason=reason), 404
    projects = remitter_links.projects_of(link.remitter)
    told = {"reached": remitter_links.reached, "reason_of": contributions.reason_of}
    return render_template("remitter_links/show.html", link=link, projects=projects, **told)


@bp.get("/links/photos/<int:document_id>")
@private
def photo(document_id: int) -> ResponseReturnValue:
    """A photo the monitoring officer lets those who sent money see."""
    shown = {paper.id: paper for one in _projects() for paper in one.photos}
    path = documents.path_of(shown[document_id].file, uploads()) if document_id in shown else None
    if path is None or not path.exists():
        abort(404)
    paper = shown[document_id]
    return send_file(path, mimetype=paper.file.media_type, as_attachment=True, download_name=paper.filename, max_age=0)


@bp.get("/links/certificates/<int:grant_id>")
@private
def certificate(grant_id: int) -> ResponseReturnValue:
    """The thanks for what is verified of the own money."""
    link = _opened()
    return _certificate(remitter_links.project_of(link.remitter, grant_id) if link else None)


def _opened() -> RemitterLink | None:
    """The link this browser has opened, while it lives."""
    return remitter_links.still_open(session.get(_OPENED, 0), clock.now())


def _projects() -> list[Project]:
    link = _opened()
    return remitter_links.projects_of(link.remitter) if link else []


def _certificate(project: Project | None) -> ResponseReturnValue:
    if project is None or not project.own_kgs:
        abort(404)
    data, locale = certificates.gather(project, clock.now()), current_locale()
    made = certificates.to_pdf(data, locale, demonstration=is_demonstration())
    name = f"{project.grant.number}-{locale}.pdf"
    return send_file(io.BytesIO(made), mimetype="application/pdf", as_attachment=True, download_name=name, max_age=0)
