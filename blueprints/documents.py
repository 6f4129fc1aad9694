"""Documents: attached to an application while it is written; any document one may see, downloaded."""

from flask import Blueprint, abort, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import applications, documents, questions
from app.services.call_forms import KINDS
from app.services.questions import RequiredDocument
from app.web.access import actor, load, requires, takes_upload
from app.web.form_parts import number_fields
from app.web.submissions import act_on_button, attempt, finish, form_page, sent_upload, uploads
from forms.documents import DocumentForm
from models.applications import Application
from models.documents import Document, DocumentKind

bp = Blueprint("documents", __name__)


@bp.route("/applications/<int:application_id>/documents", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
@takes_upload
def index(application_id: int) -> ResponseReturnValue:
    """The papers of an application, and a form for the next one."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    form = DocumentForm()
    form.kind.choices = [(kind.value, label_text(kind)) for kind in KINDS]
    if form.validate_on_submit() and attempt(form, lambda: _attach(application, form)):
        return finish(url_for("documents.index", application_id=application.id), gettext("The document is attached."))
    return form_page(
        "documents/index.html",
        number_fields(form, application, "documents"),
        application=application,
        documents=documents.of(application),
        wanted=_wanted(application),
    )


def _wanted(application: Application) -> list[tuple[RequiredDocument, bool]]:
    """Each paper the call asks for, and whether it is there."""
    attached = {one.kind for one in documents.of(application)}
    return [(one, one.kind in attached) for one in questions.documents_of(application.call)]


def _attach(application: Application, form: DocumentForm) -> Document:
    return applications.attach_document(
        application,
        DocumentKind(form.kind.data),
        sent_upload(),
        storage=uploads(),
        actor=actor(application),
        now=clock.now(),
    )


@bp.post("/applications/<int:application_id>/documents/<int:document_id>/delete")
@requires(POST=Permission.APPLICATION_WRITE)
def delete(application_id: int, document_id: int) -> ResponseReturnValue:
    """Take a document off the application."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    document = next((one for one in documents.of(application) if one.id == document_id), None)
    if document is None:
        abort(404)
    return act_on_button(
        lambda: applications.remove_document(document, application, actor=actor(application), now=clock.now()),
        url_for("documents.index", application_id=application.id),
        gettext("The document is removed."),
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
