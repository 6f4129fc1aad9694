"""Sessions of the Council: convened, who is present, what is decided and what waits, the signed protocol."""

from collections.abc import Collection

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import (
    ballots,
    boards,
    conflicts,
    corrected_protocols,
    council_sessions,
    decision_lists,
    decisions,
    holding_protocols,
    new_decisions,
)
from app.services.boards import Board
from app.services.calls import allocations
from app.web import session_lines
from app.web.access import actor, load, refuse_tied, requires, row_number, signed_in_user
from app.web.protocol_files import protocol_pdf, unsigned_pdf
from app.web.session_lines import DecisionLine
from app.web.submissions import act_on_button, attempt, finish, form_page, guard_version
from forms.council_sessions import AttendanceForm, ConveneForm
from models.appeals import Appeal
from models.applications import Application
from models.calls import Call, CallStatus
from models.council_sessions import CouncilSession, DecisionOutcome
from models.users import User

bp = Blueprint("council_sessions", __name__, url_prefix="/council")
PAGE = 60
LATEST = 25
"""So many of the decisions stand on the page of an open session, the latest first."""


@bp.get("")
@requires(GET=Permission.SESSION_READ)
def index() -> ResponseReturnValue:
    """Calls that wait for a session, and the sessions held."""
    before = request.args.get("before", type=row_number)
    rows = council_sessions.latest(before, PAGE)
    older = rows[-1].id if len(rows) == PAGE else None
    awaited = council_sessions.awaited(clock.now())
    return render_template(
        "council_sessions/index.html",
        rows=rows,
        older=older,
        is_first=before is None,
        awaited=awaited,
        upheld=_upheld(),
        corrected=holding_protocols.corrected(rows),
    )


def _upheld(call: Call | None = None) -> list[Appeal]:
    """Upheld appeals (of a call) whose applications are on no agenda yet, as the reader may see them."""
    return new_decisions.waiting(conflicts.ties_of(signed_in_user()), call)


@bp.route("/calls/<int:call_id>/new", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def new(call_id: int) -> ResponseReturnValue:
    """Convene the Council on a call."""
    call = load(Call, call_id, Permission.SESSION_MANAGE)
    now, members = clock.now(), council_sessions.council_members()
    form = ConveneForm(seats=len(members) or None)
    if form.validate_on_submit() and (
        session := attempt(
            form,
            lambda: council_sessions.convene(
                call,
                held_on=form.held_on.data,
                place=form.place.data,
                seats=form.seats.data,
                actor=actor(),
                now=now,
            ),
        )
    ):
        return finish(url_for(".attendance", session_id=session.id), gettext("The session is open."))
    return form_page("council_sessions/new.html", form, call=call, members=members, **_before_a_session(call))


def _before_a_session(call: Call) -> dict[str, object]:
    """What hinders a session on a call, and what it should know of before it is convened."""
    return {
        "is_past_deadline": call.is_past_deadline(clock.now()),
        "upheld": _upheld(call),
        "sits": new_decisions.open_session(call),
        "unready": len(_in_flight(call, conflicts.closed_to(signed_in_user(), call))),
    }


@bp.get("/<int:session_id>")
@requires(GET=Permission.SESSION_READ)
def show(session_id: int) -> ResponseReturnValue:
    """Attendance, quorum, agenda, what is decided and what waits."""
    session = load(CouncilSession, session_id, Permission.SESSION_READ)
    closed = conflicts.closed_to(signed_in_user(), session.call)
    board = boards.board(session, closed)
    return render_template(
        "council_sessions/show.html",
        session=session,
        board=board,
        standings=board.standings,
        remaining=allocations.left(board.standings),
        in_flight=_in_flight(session.call, closed),
        closed=closed,
        decided=_decided_lines(session, board, closed),
        lines=session_lines.of_agenda(board.open_rows),
        outcomes=DecisionOutcome,
        **_context(session, closed),
    )


def _in_flight(call: Call, closed: Collection[int]) -> list[Application]:
    """What is still screened or reviewed; what is `closed` to the reader stands on the board from its submission on."""
    return [one for one in decisions.in_flight(call) if one.id not in closed]


def _decided_lines(session: CouncilSession, board: Board, closed: Collection[int]) -> list[DecisionLine]:
    """All decisions of a signed session, or where they are asked for; else the latest."""
    shows_all = session.protocol is not None or request.args.get("decisions") == "all"
    decided = decision_lists.latest(session, None if shows_all else LATEST)
    departed, ranks = boards.departed(session, board, closed), boards.ranks(session, board, closed)
    dissents, has_lines = ballots.dissents_in(session), len(board.standings) > 1
    return session_lines.of_decisions(decided, closed, departed, ranks, dissents, with_allocations=has_lines)


def _context(session: CouncilSession, closed: Collection[int]) -> dict[str, object]:
    """Who has left, and what stands around the session: what it decides anew, and what follows or corrects it."""
    is_anew = session.call.status is CallStatus.DECIDED
    corrected = corrected_protocols.latest(session.protocol) if session.protocol else None
    return {
        "anew": new_decisions.on_the_agenda(session, closed),
        "upheld": _upheld(session.call) if is_anew and session.is_open else [],
        "following": new_decisions.following(session) if session.protocol else {},
        "corrected": corrected,
        "held": holding_protocols.held(corrected) if corrected else None,
        "away": _away(session),
        "is_ahead": council_sessions.is_ahead(session, clock.now()),
    }


def _away(session: CouncilSession) -> list[User]:
    """Who came and has left."""
    present = session.present
    return [one.user for one in session.attendances if one.user not in present]


@bp.route("/<int:session_id>/attendance", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def attendance(session_id: int) -> ResponseReturnValue:
    """Tick who is present."""
    session = load(CouncilSession, session_id, Permission.SESSION_MANAGE)
    present = [one.user for one in session.attendances]
    members = {one.id: one for one in [*council_sessions.council_members(), *present]}
    form = AttendanceForm(data={"members": [one.id for one in present]})
    form.members.choices = [(one.id, one.display_name) for one in members.values()]
    stored = {"members": ", ".join(one.display_name for one in present)}
    guard_version(form, session, stored, url_for(".attendance", session_id=session_id))
    if form.validate_on_submit():
        chosen = [members[one] for one in form.members.data]
        if attempt(
            form,
            lambda: council_sessions.record_attendance(session, chosen, actor=actor(), now=clock.now()),
        ):
            return finish(url_for(".show", session_id=session_id), gettext("The attendance is recorded."))
    return form_page("council_sessions/attendance.html", form, session=session)


@bp.post("/<int:session_id>/attendance/<int:user_id>")
@requires(POST=Permission.SESSION_MANAGE)
def change_presence(session_id: int, user_id: int) -> ResponseReturnValue:
    """Somebody leaves the session, or comes back."""
    session = load(CouncilSession, session_id, Permission.SESSION_MANAGE)
    member = next((one.user for one in session.attendances if one.user_id == user_id), None) or abort(404)
    is_present = request.form.get("is_present") == "1"
    return act_on_button(
        lambda: council_sessions.change_presence(session, member, is_present, actor=actor(), now=clock.now()),
        url_for(".attendance", session_id=session_id),
        gettext("The attendance is recorded."),
    )


@bp.post("/<int:session_id>/sign")
@requires(POST=Permission.PROTOCOL_SIGN)
def sign(session_id: int) -> ResponseReturnValue:
    """The chair signs the protocol."""
    session = load(CouncilSession, session_id, Permission.PROTOCOL_SIGN)
    return act_on_button(
        lambda: council_sessions.sign(session, actor=actor(), now=clock.now()),
        url_for("letters.index", session_id=session_id),
        gettext("The protocol is signed. The letters are held: look through them and send them."),
    )


@bp.get("/<int:session_id>/unsigned.pdf")
@requires(GET=Permission.PROTOCOL_SIGN)
def unsigned(session_id: int) -> ResponseReturnValue:
    """The whole protocol as it would be signed now, marked as not signed; for a chair without a tie to an applicant."""
    session = load(CouncilSession, session_id, Permission.PROTOCOL_SIGN)
    if not session.is_open or not session.decisions:
        abort(404)
    if conflicts.closed_to(signed_in_user(), session.call):
        refuse_tied()
    return unsigned_pdf(session)


@bp.get("/<int:session_id>/protocol")
@requires(GET=Permission.SESSION_READ)
def protocol(session_id: int) -> ResponseReturnValue:
    """The signed protocol as PDF, in the reader's language or in Kyrgyz and Russian side by side."""
    session = load(CouncilSession, session_id, Permission.SESSION_READ)
    if session.protocol is None:
        abort(404)
    return protocol_pdf(session.protocol)
