"""Corrected protocols of a session: drafted by the secretary, looked through and signed by the chair, read beside
the first one."""

from collections.abc import Callable, Sequence
from datetime import date

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import VOTE_CHOICES
from app.localisation import gettext
from app.policy import Permission
from app.services import conflicts, corrected_protocols, protocol_people, protocol_places
from app.services.protocol_places import Change, Content, Place
from app.web.access import actor, can, load, requires, signed_in_user
from app.web.protocol_files import draft_pdf, protocol_pdf
from app.web.submissions import (
    StaleForm,
    act_on_button,
    attempt,
    check_version,
    finish,
    form_page,
    guard_version,
    typed,
)
from forms.base import BaseForm, ConfirmForm
from forms.corrected_protocols import (
    CorrectionForm,
    DecisionRecordForm,
    RecordForm,
    ReturnForm,
    decision_record_form,
    record_form,
)
from models.applications import Application
from models.corrected_protocols import CorrectedProtocol, CorrectionStatus
from models.council_sessions import CouncilSession
from reports import protocol_corrections

bp = Blueprint("corrected_protocols", __name__, url_prefix="/council/<int:session_id>/corrections")


@bp.get("")
@requires(GET=Permission.SESSION_READ)
def index(session_id: int) -> ResponseReturnValue:
    """The protocols of a session: the first one, and those that correct it."""
    session = load(CouncilSession, session_id, Permission.SESSION_READ)
    protocol = session.protocol or abort(404)
    rows = corrected_protocols.of(protocol)
    return render_template(
        "corrected_protocols/index.html",
        session=session,
        protocol=protocol,
        rows=rows,
        may_draft=can(Permission.SESSION_MANAGE) and not any(one.status in corrected_protocols.OPEN for one in rows),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def new(session_id: int) -> ResponseReturnValue:
    """Begin a corrected protocol: why."""
    session, form = load(CouncilSession, session_id, Permission.SESSION_MANAGE), CorrectionForm()
    if session.protocol is None:
        abort(404)
    if form.validate_on_submit() and (
        made := attempt(
            form, lambda: corrected_protocols.draft(session, form.reason.data, actor=actor(), now=clock.now())
        )
    ):
        return finish(_address(made), gettext("The draft is made. Say what should stand where."))
    return form_page("corrected_protocols/new.html", form, session=session)


@bp.get("/<int:correction_id>")
@requires(GET=Permission.SESSION_READ)
def show(session_id: int, correction_id: int) -> ResponseReturnValue:
    """What is corrected, each place before and after, and what comes next."""
    correction = _loaded(session_id, correction_id, Permission.SESSION_READ)
    content = corrected_protocols.corrected_content(correction)
    form = ConfirmForm()
    form.version.data = str(correction.version)
    drafts = correction.status is CorrectionStatus.DRAFT and can(Permission.SESSION_MANAGE)
    closed = conflicts.closed_to(signed_in_user(), correction.session.call) if drafts else frozenset()
    return render_template(
        "corrected_protocols/show.html",
        correction=correction,
        session=correction.session,
        lines=protocol_corrections.lines(protocol_places.read(correction.changes), content),
        form=form,
        drafts=drafts,
        withdraws=correction.status in corrected_protocols.OPEN and can(Permission.SESSION_MANAGE),
        signs=correction.status is CorrectionStatus.PROPOSED and can(Permission.PROTOCOL_SIGN),
        is_own=correction.drafted_by_id == signed_in_user().id,
        decided=[one for one in correction.session.decisions if one.application_id not in closed] if drafts else [],
    )


@bp.route("/<int:correction_id>/session", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def record(session_id: int, correction_id: int) -> ResponseReturnValue:
    """Day, place and people of the session."""
    correction = _loaded(session_id, correction_id, Permission.SESSION_MANAGE)
    content, form = _record_form(correction)
    _guard(form, correction, url_for(".record", session_id=session_id, correction_id=correction_id))

    def act() -> None:
        changes = protocol_places.of_session(
            content,
            protocol_people.of(correction),
            held_on=form.held_on.data,
            place=form.place.data,
            names=form.names(),
            absent=form.absentees(),
            came=form.newcomers(),
        )
        corrected_protocols.correct_session(correction, changes, actor=actor(), now=clock.now())

    if form.validate_on_submit() and attempt(form, act):
        return finish(_address(correction), gettext("The draft is kept."))
    return form_page("corrected_protocols/record.html", form, correction=correction, session=correction.session)


def _record_form(correction: CorrectedProtocol) -> tuple[Content, RecordForm]:
    """What the corrected one says, and a form with the words of the draft."""
    content, made = _contents(correction)
    people = protocol_people.of(correction)
    changes = protocol_places.read(correction.changes)
    renamed = [one for one in changes if one.what is Place.NAME]
    attended = [one for one in changes if one.what is Place.ATTENDANCE]
    data = {
        "held_on": date.fromisoformat(made["held_on"]),
        "place": made["place"],
        "absent": [str(one.row) for one in people if any(one.is_of(change) for change in attended)],
        "came": "\n".join(one.after for one in attended if one.before is None),
        **{
            f"name_{one.row}": next((change.after for change in renamed if one.is_of(change)), one.name)
            for one in people
        },
    }
    return content, record_form([(one.row, protocol_corrections.called(one)) for one in people], data)


@bp.route("/<int:correction_id>/decisions/<int:application_id>", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def decision(session_id: int, correction_id: int, application_id: int) -> ResponseReturnValue:
    """The record of one decision: reason, notes, dissents, votes."""
    correction = _loaded(session_id, correction_id, Permission.SESSION_MANAGE)
    application = _decided(correction, application_id)
    content, form = _decision_form(correction, application.number)
    here = url_for(".decision", session_id=session_id, correction_id=correction_id, application_id=application_id)
    _guard(form, correction, here)

    def act() -> None:
        changes = _changes_of(content, application.number, form)
        corrected_protocols.correct_decision(correction, application, changes, actor=actor(), now=clock.now())

    if form.validate_on_submit() and attempt(form, act):
        return finish(_address(correction), gettext("The draft is kept."))
    context = {"correction": correction, "session": correction.session, "application": application}
    return form_page("corrected_protocols/decision.html", form, **context)


def _decided(correction: CorrectedProtocol, application_id: int) -> Application:
    """An application the session decided on."""
    application = load(Application, application_id, Permission.APPLICATION_READ)
    if application.id not in {one.application_id for one in correction.session.decisions}:
        abort(404)
    return application


def _decision_form(correction: CorrectedProtocol, number: str) -> tuple[Content, DecisionRecordForm]:
    """What the corrected one says, and a form with the words of the draft; people stand as in the corrected one."""
    content, _made = _contents(correction)
    people = protocol_people.of(correction)
    own = [one for one in protocol_places.read(correction.changes) if one.decision == number]
    row = protocol_places.decision_of(content, number)
    said = protocol_places.decision_of(protocol_places.applied(content, own), number)
    ayes, noes, abstained = said["votes"]
    data = {"reason": said["reason"], "votes_for": ayes, "votes_against": noes, "abstentions": abstained}
    data |= {f"note_{place}": text for place, text in enumerate(said.get("notes", ()))}
    data |= {f"dissent_{place}": one["reason"] for place, one in enumerate(said.get("dissents", ()))}
    data |= {f"ballot_{place}": one["choice"] for place, one in enumerate(said.get("ballots", ()))}
    return content, decision_record_form(
        len(row.get("notes", ())),
        protocol_corrections.called_in(people, row, "dissents"),
        protocol_corrections.called_in(people, row, "ballots"),
        [(one.value, gettext(text)) for one, text in VOTE_CHOICES.items()],
        data,
    )


def _changes_of(content: Content, number: str, form: DecisionRecordForm) -> Sequence[Change]:
    return protocol_places.of_decision(
        content,
        number,
        reason=form.reason.data,
        notes=form.texts("note"),
        dissents=form.texts("dissent"),
        votes=form.votes(),
        choices=form.choices(),
    )


@bp.post("/<int:correction_id>/propose")
@requires(POST=Permission.SESSION_MANAGE)
def propose(session_id: int, correction_id: int) -> ResponseReturnValue:
    """Hand the draft to the chair."""
    correction = _loaded(session_id, correction_id, Permission.SESSION_MANAGE)
    return _press(correction, corrected_protocols.propose, gettext("The chair is asked to sign."))


@bp.post("/<int:correction_id>/withdraw")
@requires(POST=Permission.SESSION_MANAGE)
def withdraw(session_id: int, correction_id: int) -> ResponseReturnValue:
    """Give the draft up."""
    correction = _loaded(session_id, correction_id, Permission.SESSION_MANAGE)
    return _press(correction, corrected_protocols.withdraw, gettext("The draft is given up."))


@bp.post("/<int:correction_id>/sign")
@requires(POST=Permission.PROTOCOL_SIGN)
def sign(session_id: int, correction_id: int) -> ResponseReturnValue:
    """The chair signs what is shown."""
    correction = _loaded(session_id, correction_id, Permission.PROTOCOL_SIGN)
    return _press(correction, corrected_protocols.sign, gettext("The corrected protocol is signed."))


def _press(correction: CorrectedProtocol, act: Callable[..., None], message: str) -> ResponseReturnValue:
    """A button of the page: what it acts on is what the page showed."""
    check_version(ConfirmForm(), correction, {}, _address(correction))
    return act_on_button(lambda: act(correction, actor=actor(), now=clock.now()), _address(correction), message)


@bp.route("/<int:correction_id>/return", methods=["GET", "POST"])
@requires(GET=Permission.PROTOCOL_SIGN, POST=Permission.PROTOCOL_SIGN)
def send_back(session_id: int, correction_id: int) -> ResponseReturnValue:
    """The chair sends the draft back."""
    correction, form = _loaded(session_id, correction_id, Permission.PROTOCOL_SIGN), ReturnForm()
    _guard(form, correction, url_for(".send_back", session_id=session_id, correction_id=correction_id))

    def act() -> None:
        corrected_protocols.send_back(correction, form.reason.data, actor=actor(), now=clock.now())

    if form.validate_on_submit() and attempt(form, act):
        return finish(_address(correction), gettext("The secretary is told."))
    return form_page("corrected_protocols/return.html", form, correction=correction, session=correction.session)


@bp.get("/<int:correction_id>/pdf")
@requires(GET=Permission.SESSION_READ)
def download(session_id: int, correction_id: int) -> ResponseReturnValue:
    """The signed corrected protocol, in the reader's language or in Kyrgyz and Russian side by side."""
    correction = _loaded(session_id, correction_id, Permission.SESSION_READ)
    if correction.status is not CorrectionStatus.SIGNED:
        abort(404)
    return protocol_pdf(correction)


@bp.get("/<int:correction_id>/draft.pdf")
@requires(GET=Permission.SESSION_READ)
def preview(session_id: int, correction_id: int) -> ResponseReturnValue:
    """The whole protocol as the draft would make it, marked as not signed; for who sees the draft."""
    correction = _loaded(session_id, correction_id, Permission.SESSION_READ)
    if correction.status not in corrected_protocols.OPEN:
        abort(404)
    return draft_pdf(correction)


def _loaded(session_id: int, correction_id: int, permission: Permission) -> CorrectedProtocol:
    """A corrected protocol of this session."""
    correction = load(CorrectedProtocol, correction_id, permission)
    if correction.session.id != session_id:
        abort(404)
    return correction


def _contents(correction: CorrectedProtocol) -> tuple[Content, Content]:
    """What the corrected protocol says, and what the draft makes of it."""
    content = corrected_protocols.corrected_content(correction)
    return content, protocol_places.applied(content, protocol_places.read(correction.changes))


def _guard(form: BaseForm, correction: CorrectedProtocol, here: str) -> None:
    """Who writes while somebody else has changed the draft is told, with the own words."""
    if form.is_submitted() and form.version.data != str(correction.version):
        raise StaleForm(typed(form), here)
    guard_version(form, correction, {}, here)


def _address(correction: CorrectedProtocol) -> str:
    return url_for(".show", session_id=correction.session.id, correction_id=correction.id)
