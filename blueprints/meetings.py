"""The village meeting of an application: its minutes entered, changed, and the form to be filled in with a pen."""

import io
from typing import Any

from flask import Blueprint, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import documents
from app.services.applications import meetings
from app.services.applications.meetings import MeetingInput
from app.web.access import actor, load, requires, takes_upload
from app.web.form_parts import closed_page, following_url, number_fields
from app.web.presentation import is_demonstration
from app.web.submissions import (
    attempt,
    finish,
    form_page,
    guard_version,
    has_upload,
    in_words,
    sent_upload,
    uploads,
)
from forms.meetings import MeetingForm
from models.applications import Application
from models.calls import QuorumOf
from models.documents import DocumentKind
from models.meetings import Meeting
from reports import meetings as forms_for_a_pen

bp = Blueprint("meetings", __name__, url_prefix="/applications/<int:application_id>/meeting")
FIELDS = tuple(MeetingInput.__dataclass_fields__)


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
@takes_upload
def edit(application_id: int) -> ResponseReturnValue:
    """Enter or change the minutes."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    location = url_for("applications.show", application_id=application_id)
    if back := closed_page(application, "meeting", location):
        return back
    form, meeting = _form(application), application.meeting
    if meeting is not None:
        stored = in_words(_form(application, None))
        stored.pop("upload")
        guard_version(form, meeting, stored, url_for(".edit", application_id=application_id))
    if form.validate_on_submit() and attempt(form, lambda: _record(application, form)):
        onward = following_url(application, "meeting")
        return finish(onward, gettext("Saved: %(part)s.", part=gettext("Village meeting")))
    scans = [one for one in documents.of(application) if one.kind is DocumentKind.MEETING_MINUTES]
    return form_page("meetings/edit.html", form, application=application, scans=scans)


def _form(application: Application, *typed: None) -> MeetingForm:
    """The form, filled with what is kept; with None, only with that."""
    kept = application.meeting
    form = MeetingForm(*typed, data={name: getattr(kept, name) for name in FIELDS} if kept else {})
    number_fields(form, application, "meeting")
    form.households.flags.optional = application.call.quorum_of is not QuorumOf.HOUSEHOLDS or None
    return form


def _record(application: Application, form: MeetingForm) -> Meeting:
    content: dict[str, Any] = {name: form[name].data for name in FIELDS}
    return meetings.record(
        application,
        MeetingInput(**content),
        sent_upload() if has_upload() else None,
        storage=uploads(),
        actor=actor(application),
        now=clock.now(),
    )


@bp.get("/form.pdf")
@requires(GET=Permission.APPLICATION_WRITE)
def blank(application_id: int) -> ResponseReturnValue:
    """The minutes as an empty A4 form, in the reader's language."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    data = forms_for_a_pen.gather(application, clock.now())
    return send_file(
        io.BytesIO(forms_for_a_pen.to_pdf(data, current_locale(), demonstration=is_demonstration())),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{application.number}-meeting.pdf",
    )
