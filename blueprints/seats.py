"""A member's own seat in a session: what is discussed, and leaving the room for it."""

from types import SimpleNamespace

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import CONFLICT_KINDS
from app.localisation import gettext
from app.policy import Permission
from app.services import agendas, conflicts
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import attempt, finish, form_page, guard_version
from forms.agenda_items import OwnRecusalForm
from models.agenda_items import AgendaItem
from models.council_sessions import CouncilSession
from models.reviews import ConflictKind

bp = Blueprint("seats", __name__, url_prefix="/council/<int:session_id>/seat")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_ATTEND, POST=Permission.SESSION_ATTEND)
def show(session_id: int) -> ResponseReturnValue:
    """What is under discussion, for those on the list of attendance; whoever has a part in it says so."""
    session = load(CouncilSession, session_id, Permission.SESSION_ATTEND)
    item, form = agendas.under_discussion(session), OwnRecusalForm()
    form.kind.choices = [(one.value, gettext(text)) for one, text in CONFLICT_KINDS.items()]
    here = url_for(".show", session_id=session_id)
    discussed = SimpleNamespace(version=item.id if item else 0)  # not the next one, which nobody has shown yet
    guard_version(form, discussed, {"kind": ""}, here)
    is_out = item is not None and conflicts.hindrance(item.application, signed_in_user()) != ""
    if item and form.validate_on_submit() and attempt(form, lambda: _leave(session, item, form)):
        return finish(here, gettext("You are out of the room."))
    return form_page("seats/show.html", form, session=session, item=None if is_out else item, is_out=is_out)


def _leave(session: CouncilSession, item: AgendaItem, form: OwnRecusalForm) -> None:
    kind = ConflictKind(form.kind.data)
    agendas.recuse(session, item.application, signed_in_user(), kind, actor=actor(), now=clock.now())
