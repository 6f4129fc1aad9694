"""The agenda of a session: its order, which application is discussed, notes, and who leaves the room."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import CONFLICT_KINDS
from app.localisation import gettext
from app.policy import Permission
from app.services import agendas, boards, conflicts, recusals
from app.web.access import actor, load, must_have_no_tie, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, check_version, finish, form_page, guard_version
from forms.agenda_items import MoveForm, NoteForm, RecusalForm, SortForm
from models.agenda_items import AgendaItem
from models.applications import Application
from models.council_sessions import CouncilSession
from models.reviews import ConflictKind

bp = Blueprint("agenda_items", __name__, url_prefix="/council/<int:session_id>/agenda")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def index(session_id: int) -> ResponseReturnValue:
    """The agenda; an item is moved to another place by its number."""
    session = load(CouncilSession, session_id, Permission.SESSION_MANAGE)
    closed = conflicts.closed_to(signed_in_user(), session.call)
    form, here = MoveForm(), url_for(".index", session_id=session_id)
    board = boards.board(session, closed)
    guard_version(form, session, {}, here)
    if form.validate_on_submit() and attempt(form, lambda: _move(session, form, closed)):
        return finish(here, gettext("The agenda is ordered."))
    return form_page("agenda_items/index.html", form, session=session, board=board)


def _move(session: CouncilSession, form: MoveForm, closed: frozenset[int]) -> None:
    items = agendas.items_of(session)
    item = next((one for one in items.values() if str(one.application_id) == form.application.data), None)
    if item is None:
        abort(404)
    place = form.place.data
    agendas.move(session, item.application, place, without=closed, actor=actor(), now=clock.now())


@bp.post("/sort")
@requires(POST=Permission.SESSION_MANAGE)
def sort(session_id: int) -> ResponseReturnValue:
    """Order what waits anew."""
    session, form = load(CouncilSession, session_id, Permission.SESSION_MANAGE), SortForm()
    here = url_for(".index", session_id=session_id)
    check_version(form, session, {}, here)
    return act_on_button(
        lambda: agendas.sort(session, form.chosen(), actor=actor(), now=clock.now()),
        here,
        gettext("The agenda is ordered."),
    )


@bp.post("/<int:application_id>/discuss")
@requires(POST=Permission.SESSION_MANAGE)
def discuss(session_id: int, application_id: int) -> ResponseReturnValue:
    """Open the discussion of an application: whoever is recused from it leaves the room."""
    session, application = _loaded(session_id, application_id)
    return act_on_button(
        lambda: agendas.discuss(session, application, actor=actor(), now=clock.now()),
        url_for("decisions.new", session_id=session_id, application_id=application_id),
        gettext("The discussion is open. Whoever is recused leaves the room now."),
    )


@bp.post("/<int:application_id>/put-back")
@requires(POST=Permission.SESSION_MANAGE)
def put_back(session_id: int, application_id: int) -> ResponseReturnValue:
    """Close the discussion without a decision."""
    session, application = _loaded(session_id, application_id)
    return act_on_button(
        lambda: agendas.put_back(session, application, actor=actor(), now=clock.now()),
        url_for("council_sessions.show", session_id=session_id),
        gettext("The application waits again."),
    )


@bp.route("/<int:application_id>/notes", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def new_note(session_id: int, application_id: int) -> ResponseReturnValue:
    """Keep what is said of an application."""
    session, application = _loaded(session_id, application_id)
    must_have_no_tie(application)
    item, form = _item(session, application), NoteForm()
    if form.validate_on_submit() and attempt(form, lambda: _note(session, application, form)):
        return finish(
            url_for("decisions.new", session_id=session_id, application_id=application_id),
            gettext("The note is kept."),
        )
    return form_page("agenda_items/note.html", form, session=session, application=application, item=item)


def _note(session: CouncilSession, application: Application, form: NoteForm) -> object:
    marked = form.in_protocol.data
    return agendas.note(session, application, form.text.data, in_protocol=marked, actor=actor(), now=clock.now())


@bp.route("/<int:application_id>/recusals", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def new_recusal(session_id: int, application_id: int) -> ResponseReturnValue:
    """Record that somebody present leaves the room for what is discussed."""
    session, application = _loaded(session_id, application_id)
    must_have_no_tie(application)
    item, form = _item(session, application), RecusalForm()
    out = {one.id for one in recusals.out_of_the_room(session, application, item)}
    inside = {one.id: one for one in session.present if one.id not in out}
    form.member.choices = [("", gettext("Choose")), *((one.id, one.display_name) for one in inside.values())]
    form.kind.choices = [(one.value, gettext(text)) for one, text in CONFLICT_KINDS.items()]
    if form.validate_on_submit():
        member, kind = inside[form.member.data], ConflictKind(form.kind.data)
        act = lambda: agendas.recuse(session, application, member, kind, actor=actor(), now=clock.now())  # noqa: E731
        if attempt(form, act):
            text = gettext("%(name)s is out of the room.", name=member.display_name)
            return finish(_after(session, application), text)
    return form_page("agenda_items/recusal.html", form, session=session, application=application)


def _after(session: CouncilSession, application: Application) -> str:
    """The decision, or the session where it was the secretary's own interest."""
    if conflicts.hindrance(application, signed_in_user()):
        return url_for("council_sessions.show", session_id=session.id)
    return url_for("decisions.new", session_id=session.id, application_id=application.id)


def _loaded(session_id: int, application_id: int) -> tuple[CouncilSession, Application]:
    """A session and an application of its call."""
    session = load(CouncilSession, session_id, Permission.SESSION_MANAGE)
    application = load(Application, application_id, Permission.APPLICATION_READ)
    if application.call_id != session.call_id:
        abort(404)
    return session, application


def _item(session: CouncilSession, application: Application) -> AgendaItem:
    return agendas.item_of(session, application) or abort(404)
