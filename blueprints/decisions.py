"""What the Council decides on one application: first checked, then recorded."""

from collections.abc import Collection
from types import SimpleNamespace

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import DECISION_OUTCOMES, VOTE_CHOICES, label_text
from app.localisation import Money, current_locale, gettext, to_minor
from app.policy import Permission
from app.services import agendas, conflicts, decisions, new_decisions, rankings
from app.services.ballots import Ballot, DissentInput
from app.services.calls import allocations, paid_from
from app.services.calls.allocations import Standing
from app.services.decisions import Motion
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import attempt, finish, form_page, guard_version
from forms.decisions import DecisionForm, decision_form
from models.applications import Application
from models.base import BASE_CURRENCY
from models.calls import VoteRule
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, VoteChoice

bp = Blueprint("decisions", __name__, url_prefix="/council/<int:session_id>/decide/<int:application_id>")
HIDDEN = frozenset({"csrf_token", "idempotency_key", "version", "room"})


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def new(session_id: int, application_id: int) -> ResponseReturnValue:
    """Record what the Council decided: first checked, then recorded."""
    session, application = _of_session(session_id, application_id)
    if conflicts.hindrance(application, signed_in_user()):
        return render_template("decisions/out.html", session=session, application=application), 403
    decision = next((one for one in session.decisions if one.application_id == application_id), None)
    if decision is not None and request.method == "GET":
        return _decided(session, decision)
    closed = conflicts.closed_to(signed_in_user(), session.call)
    found = paid_from.fitting(application, _standings(session, closed))
    form = _with_choices(_form(session, application), found)
    _guard_item(form, session, application)
    is_same = _is_same_room(form, session, application)
    is_valid = form.validate_on_submit() and is_same
    if is_valid and "record" in request.form and attempt(form, lambda: _decide(session, application, form)):
        return finish(url_for("council_sessions.show", session_id=session_id), gettext("The decision is recorded."))
    is_checked = is_valid and "check" in request.form and _is_possible(session, application, form, closed)
    context = _context(session, application, found, closed)
    context["departures"] = decisions.departs(session, application, _motion(form), closed) if is_checked else []
    context |= _checked(form, is_checked, found) | (_by_name(session, application, form) if is_checked else {})
    page = form_page("decisions/new.html", form, **context)
    return page[0] if is_checked and isinstance(page, tuple) else page


def _standings(session: CouncilSession, closed: Collection[int]) -> list[Standing]:
    return allocations.seen(new_decisions.money_left(session.call), closed)


def _decided(session: CouncilSession, decision: Decision) -> str:
    followed = new_decisions.followed_by(decision)
    return render_template("decisions/show.html", session=session, decision=decision, followed=followed)


def _of_session(session_id: int, application_id: int) -> tuple[CouncilSession, Application]:
    """A session and an application of its call."""
    session = load(CouncilSession, session_id, Permission.SESSION_MANAGE)
    application = load(Application, application_id, Permission.APPLICATION_READ, is_open_to_tied=True)
    if application.call_id != session.call_id:
        abort(404)
    return session, application


def _form(session: CouncilSession, application: Application) -> DecisionForm:
    """With a row for the vote of each member in the room, when the vote is open."""
    voters = [(one.id, one.display_name) for one in decisions.voters_on(session, application)]
    choices = [(one.value, gettext(text)) for one, text in VOTE_CHOICES.items()]
    return decision_form(voters, choices if session.call.vote_rule is VoteRule.OPEN else None)


def _guard_item(form: DecisionForm, session: CouncilSession, application: Application) -> None:
    """Who is about to decide what somebody else has opened, put back or decided meanwhile is told."""
    item = agendas.item_of(session, application)
    kept = next((one.reason for one in session.decisions if one.application_id == application.id), "")
    here = url_for(".new", session_id=session.id, application_id=application.id)
    guard_version(form, SimpleNamespace(version=item.version if item else 0), {"reason": kept}, here)


def _is_same_room(form: DecisionForm, session: CouncilSession, application: Application) -> bool:
    """Who may vote is still who could when the page was made; from now on the page goes by who may vote now."""
    act = lambda: decisions.must_be_in_the_room(session, application, form.people())  # noqa: E731
    is_same = not form.is_submitted() or attempt(form, act) is not None
    form.room.data = ",".join(str(one.id) for one in decisions.voters_on(session, application))
    return is_same


def _with_choices(form: DecisionForm, found: list[Standing]) -> DecisionForm:
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


def _decide(session: CouncilSession, application: Application, form: DecisionForm) -> Decision:
    return decisions.decide(session, application, _motion(form), actor=actor(), now=clock.now())


def _motion(form: DecisionForm) -> Motion:
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


def _is_possible(
    session: CouncilSession, application: Application, form: DecisionForm, closed: Collection[int]
) -> bool:
    """Refuse on the first page already what recording would refuse.

    The form then names the allocation that pays: what is recorded is what was checked.
    """
    checked = attempt(form, lambda: decisions.check(session, application, _motion(form), closed))
    if checked is not None and checked[1] is not None:
        form.allocation.data = str(checked[1].id)
    return checked is not None


def _checked(form: DecisionForm, is_checked: bool, found: list[Standing]) -> dict[str, object]:
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


def _by_name(session: CouncilSession, application: Application, form: DecisionForm) -> dict[str, object]:
    """Who votes how, where the vote is open, and who dissents why: what was taken down by mistake is seen here."""
    names = {one.id: one.display_name for one in decisions.voters_on(session, application)}
    dissents = [(names.get(one, ""), reason) for one, reason, _is_named in form.dissents()]
    if session.call.vote_rule is not VoteRule.OPEN:
        counted = [form[name].data for name in ("votes_for", "votes_against", "abstentions")]
        return {"counted": counted, "votes": [], "dissents": dissents}
    votes = {choice: [names[one] for one, said in form.votes() if said == choice.value] for choice in VoteChoice}
    rows = [(label_text(choice), ", ".join(people)) for choice, people in votes.items() if people]
    return {"counted": [len(one) for one in votes.values()], "votes": rows, "dissents": dissents}


def _context(
    session: CouncilSession, application: Application, found: list[Standing], closed: Collection[int]
) -> dict[str, object]:
    """What the Council needs to know about one application."""
    ranking = rankings.of_call(session.call, closed)
    item = agendas.item_of(session, application)
    return {
        "session": session,
        "application": application,
        "item": item,
        "other": agendas.under_discussion(session),
        "closed": closed,
        "row": next((one for one in ranking.rows if one.application_id == application.id), None),
        "by": ranking.by,
        "recused": decisions.recused(session, application),
        "voters": len(decisions.voters_on(session, application)),
        "missing": decisions.hindrance(session, application),
        "least": decisions.SHORTEST_DEPARTURE,
        "found": found,
        "remaining": allocations.left(_standings(session, closed)),
        "most": decisions.most_for(application, found),
        "followed": new_decisions.on_the_agenda(session).get(application.id),
    }
