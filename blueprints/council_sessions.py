"""The Council: ranking of a call, sessions, attendance, decisions and the signed protocol."""

from collections.abc import Collection
from types import SimpleNamespace

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import DECISION_OUTCOMES, VOTE_CHOICES
from app.localisation import Money, current_locale, gettext, to_minor
from app.policy import Permission
from app.services import (
    agendas,
    boards,
    conflicts,
    corrected_protocols,
    council_sessions,
    decisions,
    new_decisions,
    rankings,
)
from app.services.ballots import Ballot, DissentInput
from app.services.boards import Board
from app.services.calls import allocations
from app.services.calls.allocations import Standing
from app.services.decisions import Motion
from app.web import session_lines
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.protocol_files import protocol_pdf
from app.web.session_lines import DecisionLine
from app.web.submissions import act_on_button, attempt, finish, form_page, guard_version
from forms.council_sessions import AttendanceForm, ConveneForm, DecideForm, decide_form
from models.appeals import Appeal
from models.applications import Application
from models.base import BASE_CURRENCY
from models.calls import Call, CallStatus, VoteRule
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, VoteChoice
from models.users import User

bp = Blueprint("council_sessions", __name__, url_prefix="/council")
PAGE = 60
LATEST = 25
"""So many of the decisions stand on the page of an open session, the latest first."""
HIDDEN = frozenset({"csrf_token", "idempotency_key", "version", "room"})


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
    context = {"is_past_deadline": call.is_past_deadline(now), "upheld": _upheld(call)}
    return form_page("council_sessions/new.html", form, call=call, members=members, **context)


@bp.get("/<int:session_id>")
@requires(GET=Permission.SESSION_READ)
def show(session_id: int) -> ResponseReturnValue:
    """Attendance, quorum, agenda, what is decided and what waits."""
    session = load(CouncilSession, session_id, Permission.SESSION_READ)
    closed = conflicts.closed_to(signed_in_user(), session.call)
    awarded, board = decisions.awarded(session, closed), boards.board(session, closed)
    in_flight = decisions.in_flight(session)
    return render_template(
        "council_sessions/show.html",
        session=session,
        board=board,
        awarded=awarded,
        standings=board.standings,
        remaining=allocations.left(board.standings),
        in_flight=[one for one in in_flight if one.id not in closed],
        are_all_in=not in_flight,  # the signature waits for those too that the reader has a tie to
        closed=closed,
        decided=_decided_lines(session, board, closed),
        lines=session_lines.of_agenda(board.open_rows),
        outcomes=DecisionOutcome,
        **_context(session, closed),
    )


def _decided_lines(session: CouncilSession, board: Board, closed: Collection[int]) -> list[DecisionLine]:
    """All decisions of a signed session, or where they are asked for; else the latest."""
    shows_all = session.protocol is not None or request.args.get("decisions") == "all"
    decided = session.decisions if shows_all else session.decisions[: -LATEST - 1 : -1]
    departed, ranks = boards.departed(session, board, closed), boards.ranks(session, board, closed)
    return session_lines.of_decisions(decided, closed, departed, ranks, with_allocations=len(board.standings) > 1)


def _context(session: CouncilSession, closed: Collection[int]) -> dict[str, object]:
    """Who has left, and what stands around the session: what it decides anew, and what follows or corrects it."""
    is_anew = session.call.status is CallStatus.DECIDED
    return {
        "anew": new_decisions.on_the_agenda(session, closed),
        "upheld": _upheld(session.call) if is_anew and session.protocol is None else [],
        "following": new_decisions.following(session) if session.protocol else {},
        "corrected": corrected_protocols.latest(session.protocol) if session.protocol else None,
        "away": _away(session),
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


@bp.route("/<int:session_id>/decide/<int:application_id>", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def decide(session_id: int, application_id: int) -> ResponseReturnValue:
    """Record what the Council decided: first checked, then recorded."""
    session, application = _of_session(session_id, application_id)
    if conflicts.hindrance(application, signed_in_user()):
        return render_template("council_sessions/out.html", session=session, application=application), 403
    decision = next((one for one in session.decisions if one.application_id == application_id), None)
    if decision is not None and request.method == "GET":
        return _decided(session, decision)
    closed = conflicts.closed_to(signed_in_user(), session.call)
    standings = allocations.seen(new_decisions.money_left(session.call), closed)
    found = allocations.fitting(application, standings)
    form = _with_choices(_decide_form(session, application), found)
    _guard_item(form, session, application)
    is_same = _is_same_room(form, session, application)
    is_valid = form.validate_on_submit() and is_same
    if is_valid and "record" in request.form and attempt(form, lambda: _decide(session, application, form)):
        return finish(url_for(".show", session_id=session_id), gettext("The decision is recorded."))
    is_checked = is_valid and "check" in request.form and _is_possible(session, application, form)
    context = _decision_context(session, application, found, closed) | {"remaining": allocations.left(standings)}
    context["departures"] = decisions.departs(session, application, _motion(form), closed) if is_checked else []
    page = form_page("council_sessions/decide.html", form, **context, **_checked(form, is_checked, found))
    return page[0] if is_checked and isinstance(page, tuple) else page


def _decided(session: CouncilSession, decision: Decision) -> str:
    followed = new_decisions.followed_by(decision)
    return render_template("council_sessions/decided.html", session=session, decision=decision, followed=followed)


def _of_session(session_id: int, application_id: int) -> tuple[CouncilSession, Application]:
    """A session and an application of its call."""
    session = load(CouncilSession, session_id, Permission.SESSION_MANAGE)
    application = load(Application, application_id, Permission.APPLICATION_READ, is_open_to_tied=True)
    if application.call_id != session.call_id:
        abort(404)
    return session, application


def _decide_form(session: CouncilSession, application: Application) -> DecideForm:
    """With a row for the vote of each member in the room, when the vote is open."""
    voters = [(one.id, one.display_name) for one in decisions.voters_on(session, application)]
    choices = [(one.value, gettext(text)) for one, text in VOTE_CHOICES.items()]
    return decide_form(voters, choices if session.call.vote_rule is VoteRule.OPEN else None)


def _guard_item(form: DecideForm, session: CouncilSession, application: Application) -> None:
    """Who is about to decide what somebody else has opened, put back or decided meanwhile is told."""
    item = agendas.item_of(session, application)
    kept = next((one.reason for one in session.decisions if one.application_id == application.id), "")
    here = url_for(".decide", session_id=session.id, application_id=application.id)
    guard_version(form, SimpleNamespace(version=item.version if item else 0), {"reason": kept}, here)


def _is_same_room(form: DecideForm, session: CouncilSession, application: Application) -> bool:
    """Who may vote is still who could when the page was made; from now on the page goes by who may vote now."""
    act = lambda: decisions.must_be_in_the_room(session, application, form.people())  # noqa: E731
    is_same = not form.is_submitted() or attempt(form, act) is not None
    form.room.data = ",".join(str(one.id) for one in decisions.voters_on(session, application))
    return is_same


def _with_choices(form: DecideForm, found: list[Standing]) -> DecideForm:
    """The outcomes, and the allocations the application can be paid from with what each has left."""
    form.outcome.choices = [(one.value, gettext(text)) for one, text in DECISION_OUTCOMES.items()]
    places = [
        (
            str(one.allocation.id),
            gettext("%(place)s: %(left)s left", place=one.allocation.title_in(current_locale()), left=Money(one.left)),
        )
        for one in found
    ]
    form.allocation.choices = [("", gettext("The first one with enough left")), *places]
    return form


def _decide(session: CouncilSession, application: Application, form: DecideForm) -> Decision:
    return decisions.decide(session, application, _motion(form), actor=actor(), now=clock.now())


def _motion(form: DecideForm) -> Motion:
    """The decision as the form says it."""
    amount = form.amount.data
    ayes, noes, abstained = (
        form[name].data if name in form else 0 for name in ("votes_for", "votes_against", "abstentions")
    )
    return Motion(
        DecisionOutcome(form.outcome.data),
        None if amount is None else to_minor(amount, BASE_CURRENCY),
        form.reason.data,
        ayes,
        noes,
        abstained,
        int(form.allocation.data) if form.allocation.data else None,
        ballots=[Ballot(user_id, VoteChoice(choice)) for user_id, choice in form.votes()],
        dissents=[DissentInput(*one) for one in form.dissents()],
        room=form.people(),
    )


def _is_possible(session: CouncilSession, application: Application, form: DecideForm) -> bool:
    """Refuse on the first page already what recording would refuse.

    The form then names the allocation that pays: what is recorded is what was checked.
    """
    checked = attempt(form, lambda: decisions.check(session, application, _motion(form)))
    if checked is not None and checked[1] is not None:
        form.allocation.data = str(checked[1].id)
    return checked is not None


def _checked(form: DecideForm, is_checked: bool, found: list[Standing]) -> dict[str, object]:
    """What the page of the check shows: outcome, amount in tyiyn, what it is paid from; and all that was typed."""
    if not is_checked:
        return {"is_checked": False, "outcome": None, "amount": None, "paid_from": None}
    outcome = DecisionOutcome(form.outcome.data)
    names = [
        one.allocation.title_in(current_locale()) for one in found if str(one.allocation.id) == form.allocation.data
    ]
    has_amount = outcome is DecisionOutcome.SELECTED and form.amount.data is not None
    typed = {name: value for name, value in request.form.items() if name in form and name not in HIDDEN}
    return {
        "is_checked": True,
        "outcome": outcome,
        "amount": to_minor(form.amount.data, BASE_CURRENCY) if has_amount else None,
        "paid_from": next(iter(names), None) if has_amount else None,
        "carried": typed | {"allocation": form.allocation.data},
    }


def _decision_context(
    session: CouncilSession, application: Application, found: list[Standing], closed: Collection[int]
) -> dict[str, object]:
    """What the Council needs to know about one application."""
    rows = rankings.rank(session.call, closed)
    item = agendas.item_of(session, application)
    return {
        "session": session,
        "application": application,
        "item": item,
        "other": agendas.under_discussion(session),
        "row": next((one for one in rows if one.application.id == application.id), None),
        "recused": decisions.recused(session, application),
        "voters": len(decisions.voters_on(session, application)),
        "found": found,
        "most": decisions.most_for(application, found),
        "followed": new_decisions.on_the_agenda(session).get(application.id),
    }


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


@bp.get("/<int:session_id>/protocol")
@requires(GET=Permission.SESSION_READ)
def protocol(session_id: int) -> ResponseReturnValue:
    """The signed protocol as PDF, in the reader's language or in Kyrgyz and Russian side by side."""
    session = load(CouncilSession, session_id, Permission.SESSION_READ)
    if session.protocol is None:
        abort(404)
    return protocol_pdf(session.protocol)
