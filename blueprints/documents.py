"""Documents: attached to an application while it is written; any document one may see, downloaded."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, abort, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import applications, documents, papers
from app.services.call_forms import KINDS
from app.services.papers import Paper, PaperState
from app.web.access import actor, load, requires, takes_upload
from app.web.form_parts import closed_page, number_fields
from app.web.submissions import act_on_button, attempt, finish, form_page, removal_page, sent_upload, uploads
from forms.base import ReasonForm
from forms.documents import DocumentForm
from models.applications import Application
from models.documents import Document, DocumentKind

bp = Blueprint("documents", __name__)
PAGE_OF, REPLACES = "page-", "replace-"


@bp.route("/applications/<int:application_id>/documents", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
@takes_upload
def index(application_id: int) -> ResponseReturnValue:
    """The papers of an application held against the call's list, and a form for the next scan."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    kept, form = papers.of(application, now=clock.now()), DocumentForm()
    form.kind.choices = [(kind.value, label_text(kind)) for kind in KINDS]
    form.goes_to.choices = [("", gettext("It is a paper of its own")), *_places(kept)]
    if form.validate_on_submit() and attempt(form, lambda: _attach(application, form, kept)):
        return finish(url_for("documents.index", application_id=application.id), gettext("The document is attached."))
    checklist, form = papers.checklist(application.call, kept), number_fields(form, application, "documents")
    return form_page("documents/index.html", form, application=application, papers=kept, checklist=checklist)


def _places(kept: Sequence[Paper]) -> Iterator[tuple[str, str]]:
    """Where a scan may go: behind a paper that counts, or in the place of one that is not replaced yet."""
    for paper in kept:
        name = f"{label_text(paper.first.kind)} ({paper.first.filename})"
        if paper.first.is_in_force:
            yield f"{PAGE_OF}{paper.first.id}", gettext("Next page of: %(document)s", document=name)
    for paper in kept:
        name = f"{label_text(paper.first.kind)} ({paper.first.filename})"
        if paper.state is not PaperState.REPLACED:
            yield f"{REPLACES}{paper.first.id}", gettext("In the place of: %(document)s", document=name)


def _attach(application: Application, form: DocumentForm, kept: Sequence[Paper]) -> Document:
    firsts, place = {str(paper.first.id): paper.first for paper in kept}, form.goes_to.data
    return applications.attach_document(
        application,
        DocumentKind(form.kind.data),
        sent_upload(),
        storage=uploads(),
        actor=actor(application),
        now=clock.now(),
        dated_on=form.dated_on.data,
        expires_on=form.expires_on.data,
        page_of=firsts[place.removeprefix(PAGE_OF)] if place.startswith(PAGE_OF) else None,
        replaces=firsts[place.removeprefix(REPLACES)] if place.startswith(REPLACES) else None,
    )


def _document(application: Application, document_id: int) -> Document:
    """A scan of this application that was not taken off, else a 404."""
    return next((one for one in documents.of(application) if one.id == document_id), None) or abort(404)


@bp.route("/applications/<int:application_id>/documents/<int:document_id>/delete", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def delete(application_id: int, document_id: int) -> ResponseReturnValue:
    """Take a page, or a paper with all its pages, off the application, after showing what goes."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    location, document = url_for(".index", application_id=application_id), _document(application, document_id)
    if back := closed_page(application, "documents", location):
        return back
    return removal_page(
        "documents/delete.html",
        document,
        lambda: applications.remove_document(document, application, actor=actor(application), now=clock.now()),
        here=url_for(".delete", application_id=application_id, document_id=document_id),
        location=location,
        message=gettext("The document is removed."),
        application=application,
        document=document,
        pages=[document] if document.page_of_id else documents.pages_of(document),
    )


@bp.post("/applications/<int:application_id>/documents/<int:document_id>/move")
@requires(POST=Permission.APPLICATION_WRITE)
def move(application_id: int, document_id: int) -> ResponseReturnValue:
    """Let a page change places with the one before it."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    document = _document(application, document_id)
    return act_on_button(
        lambda: applications.move_document(document, application, actor=actor(application), now=clock.now()),
        url_for(".index", application_id=application_id),
        gettext("The page is moved."),
    )


@bp.route("/applications/<int:application_id>/documents/<int:document_id>/refuse", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_SCREEN, POST=Permission.APPLICATION_SCREEN)
def refuse(application_id: int, document_id: int) -> ResponseReturnValue:
    """The secretary does not take a paper, and says why."""
    application = load(Application, application_id, Permission.APPLICATION_SCREEN)
    form, document = ReasonForm(), _document(application, document_id)
    if form.validate_on_submit() and attempt(
        form,
        lambda: documents.refuse(document, application, reason=form.reason.data, actor=actor(), now=clock.now()),
    ):
        return finish(url_for("applications.show", application_id=application_id), gettext("The paper is not taken."))
    return form_page("documents/refuse.html", form, application=application, document=document)


@bp.post("/applications/<int:application_id>/documents/<int:document_id>/take-again")
@requires(POST=Permission.APPLICATION_SCREEN)
def take_again(application_id: int, document_id: int) -> ResponseReturnValue:
    """Take the refusal back."""
    application = load(Application, application_id, Permission.APPLICATION_SCREEN)
    document = _document(application, document_id)
    return act_on_button(
        lambda: documents.take_again(document, application, actor=actor(), now=clock.now()),
        url_for("applications.show", application_id=application_id),
        gettext("The paper is taken after all."),
    )


@bp.get("/documents/<int:document_id>")
@requires(GET=Permission.DOCUMENT_READ)
def download(document_id: int) -> ResponseReturnValue:
    """The file, always as an attachment."""
    document = load(Document, document_id, Permission.DOCUMENT_READ)
    path = documents.path_of(document.file, uploads())
    if not path.exists():
        abort(404)
    return send_file(path, mimetype=document.file.media_type, as_attachment=True, download_name=document.filename)
