"""Files of the journal: asked for, watched while they are written, downloaded for thirty days."""

from flask import Blueprint, abort, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import conflicts, grants, journal_exports
from app.services.ledger import EventKind
from app.web import journal_filters
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.journal_exports import JournalExportForm
from models.journal_exports import ExportStatus, FileForm, JournalExport

bp = Blueprint("journal_exports", __name__, url_prefix="/journal-exports")
MEDIA_TYPES = {
    FileForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileForm.CSV: "text/csv",
    FileForm.BEANCOUNT: "text/plain",
}


@bp.get("")
@requires(GET=Permission.LEDGER_READ)
def index() -> ResponseReturnValue:
    """The files I have asked for."""
    return render_template("journal_exports/index.html", rows=journal_exports.of_reader(signed_in_user()))


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.LEDGER_READ, POST=Permission.LEDGER_READ, fresh=True)
def new() -> ResponseReturnValue:
    """Ask for a file; what the journal was narrowed to is filled in."""
    form = JournalExportForm(request.form or request.args)
    reader = signed_in_user()
    form.form.choices = [(one.value, label_text(one)) for one in FileForm]
    journal_filters.offer(form)
    if form.validate_on_submit() and (row := attempt(form, lambda: _request(form))):
        return finish(url_for("journal_exports.show", export_id=row.id), gettext("The file is being written."))
    left_out = len(grants.tied(conflicts.kept_from(reader)))
    return form_page("journal_exports/new.html", form, left_out=left_out)


def _request(form: JournalExportForm) -> JournalExport:
    wanted, kind = journal_filters.filter_of(form), FileForm(form.form.data)
    return journal_exports.request(wanted, kind, locale=current_locale(), actor=actor(), now=clock.now())


@bp.get("/<int:export_id>")
@requires(GET=Permission.LEDGER_READ)
def show(export_id: int) -> ResponseReturnValue:
    """How far it is, or the file."""
    export = load(JournalExport, export_id, Permission.LEDGER_READ)
    number = grants.numbers_of([export.grant_id]).get(export.grant_id or 0)
    kind = label_text(EventKind(export.kind)) if export.kind else None
    return render_template("journal_exports/show.html", export=export, number=number, kind=kind)


@bp.get("/<int:export_id>/progress")
@requires(GET=Permission.LEDGER_READ)
def progress(export_id: int) -> ResponseReturnValue:
    """The part of the page that is asked for again every two seconds."""
    export = load(JournalExport, export_id, Permission.LEDGER_READ)
    headers = {} if export.is_under_way else {"HX-Refresh": "true"}
    return render_template("journal_exports/progress.html", export=export), 200, headers


@bp.post("/<int:export_id>/cancel")
@requires(POST=Permission.LEDGER_READ)
def cancel(export_id: int) -> ResponseReturnValue:
    """It is not wanted any more."""
    export = load(JournalExport, export_id, Permission.LEDGER_READ)
    return act_on_button(
        lambda: journal_exports.cancel(export, actor=actor(), now=clock.now()),
        url_for("journal_exports.index"),
        gettext("The file is not written any further."),
    )


@bp.get("/<int:export_id>/file")
@requires(GET=Permission.LEDGER_READ)
def download(export_id: int) -> ResponseReturnValue:
    """The file itself, as an attachment."""
    export = load(JournalExport, export_id, Permission.LEDGER_READ)
    path = journal_exports.path_of(export, current_app.config["ASHAR"].exports)
    if export.status is not ExportStatus.DONE or not path.is_file():
        abort(404)
    media_type = MEDIA_TYPES[export.form]
    return send_file(path, mimetype=media_type, as_attachment=True, download_name=export.file_name, max_age=0)
