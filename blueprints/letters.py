"""Letters on the Council's decisions: held, looked through, sent with a second click; read by the applicant, on
paper too."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import LOCALE_CODES, LOCALES, current_locale, gettext, ngettext
from app.policy import Permission
from app.services import appeals, conflicts, letters, notifications
from app.web.access import actor as acting
from app.web.access import can, load, requires, signed_in_user
from app.web.presentation import is_demonstration
from app.web.submissions import act_on_button
from forms.base import is_row_number
from models.centres import Centre
from models.council_sessions import CouncilSession
from models.letters import Letter, LetterStatus
from reports import letter as paper

bp = Blueprint("letters", __name__, url_prefix="/letters")


@bp.get("/sessions/<int:session_id>")
@requires(GET=Permission.LETTER_SEND)
def index(session_id: int) -> ResponseReturnValue:
    """Every letter of a session with its kind; those that are held can be chosen to be sent."""
    session = load(CouncilSession, session_id, Permission.LETTER_SEND)
    found = _letters(session)
    return render_template(
        "letters/index.html",
        session=session,
        letters=found,
        counts=letters.counts(found),
        held=[one for one in found if one.status is LetterStatus.HELD],
        closed=conflicts.closed_to(signed_in_user(), session.call),
        languages=LOCALES,
        unwritten=len(letters.unwritten(session, conflicts.ties_of(signed_in_user()))),
    )


@bp.post("/sessions/<int:session_id>/prepare")
@requires(POST=Permission.LETTER_SEND)
def prepare(session_id: int) -> ResponseReturnValue:
    """Write the letters of a session that was signed before there were letters."""
    session = load(CouncilSession, session_id, Permission.LETTER_SEND)
    return act_on_button(
        lambda: letters.prepare(session, actor=acting(), now=clock.now()),
        url_for(".index", session_id=session_id),
        gettext("The letters are written."),
    )


@bp.route("/sessions/<int:session_id>/check", methods=["GET", "POST"])
@requires(GET=Permission.LETTER_SEND, POST=Permission.LETTER_SEND)
def check(session_id: int) -> ResponseReturnValue:
    """How many of each kind would be sent and who would get them: the click before the last.

    The page of the letters posts their ids: an address has no room for those of a large call.
    """
    session = load(CouncilSession, session_id, Permission.LETTER_SEND)
    chosen = letters.held_among(_letters(session), _ids())
    if not chosen:
        flash(gettext("Tick at least one letter."), "error")
        return redirect(url_for(".index", session_id=session_id), 303)
    people = notifications.people_of_each(one.association for one in chosen)
    alone = [one for one in chosen if not people[one.application.association_id]]
    return render_template(
        "letters/check.html", session=session, chosen=chosen, counts=letters.counts(chosen), alone=alone
    )


@bp.post("/sessions/<int:session_id>/send")
@requires(POST=Permission.LETTER_SEND)
def send(session_id: int) -> ResponseReturnValue:
    """Send the letters that were looked at: the decisions take effect."""
    session, ids = load(CouncilSession, session_id, Permission.LETTER_SEND), _ids()
    going = letters.held_among(_letters(session), ids)
    message = ngettext("%(num)s letter is sent.", "%(num)s letters are sent.", len(going))
    return act_on_button(
        lambda: letters.send(session, ids, actor=acting(), now=clock.now()),
        url_for(".index", session_id=session_id),
        message,
    )


@bp.get("/sessions/<int:session_id>/letters.pdf")
@requires(GET=Permission.LETTER_SEND, fresh=True)
def print_session(session_id: int) -> ResponseReturnValue:
    """All letters of a session for the post, by centre; one that is held says so on every page."""
    session = load(CouncilSession, session_id, Permission.LETTER_SEND)
    return _printed(session, letters.by_centre(_letters(session)))


@bp.get("/centres/<int:centre_id>")
@requires(GET=Permission.LETTER_PRINT)
def of_centre(centre_id: int) -> ResponseReturnValue:
    """The letters that were sent to the associations of a centre, to be printed and handed over."""
    centre = load(Centre, centre_id, Permission.LETTER_PRINT)
    return render_template("letters/centre.html", centre=centre, sent=_of_centre(centre), languages=LOCALES)


@bp.get("/centres/<int:centre_id>/sessions/<int:session_id>/letters.pdf")
@requires(GET=Permission.LETTER_PRINT, fresh=True)
def print_centre(centre_id: int, session_id: int) -> ResponseReturnValue:
    """The letters of one session that were sent to the associations of a centre, as one file."""
    sent = _of_centre(load(Centre, centre_id, Permission.LETTER_PRINT))
    found = {session.id: (session, rows) for session, rows in sent}
    return _printed(*found[session_id]) if session_id in found else abort(404)


def _of_centre(centre: Centre) -> list[tuple[CouncilSession, list[Letter]]]:
    """For who writes for the centre all; for the office without applicants there is a tie to."""
    writes = can(Permission.APPLICATION_WRITE, centre)
    return letters.of_centre(centre, conflicts.NO_TIES if writes else conflicts.ties_of(signed_in_user()))


def _printed(session: CouncilSession, found: Sequence[Letter]) -> Response:
    """In the language asked for, else each letter in that of its application."""
    number, chosen = (session.protocol or abort(404)).number, request.args.get("language")
    locale = chosen if chosen in LOCALE_CODES else None
    content = paper.all_to_pdf(
        paper.gather_all(found or abort(404), clock.now()),
        locale,
        number=number,
        reader=current_locale(),
        demonstration=is_demonstration(),
    )
    return _file(content, ".".join(("letters", number, *([locale] if locale else []), "pdf")))


def _letters(session: CouncilSession) -> list[Letter]:
    return letters.of(session, conflicts.ties_of(signed_in_user()))


def _ids() -> set[int]:
    return {int(text) for text in request.values.getlist("letters") if is_row_number(text)}


@bp.get("/<int:letter_id>")
@requires(GET=Permission.LETTER_READ)
def show(letter_id: int) -> ResponseReturnValue:
    """The letter as the applicant reads it; the office looks at it in every language before it is sent."""
    letter, locale = load(Letter, letter_id, Permission.LETTER_READ), _language()
    data = paper.gather(letter, clock.now())
    return render_template(
        "letters/show.html",
        letter=letter,
        words=paper.in_words(data, locale),
        language=locale,
        languages=LOCALES,
        later=letters.next_after(letter, is_office=can(Permission.LETTER_SEND)),
        may_appeal=can(Permission.APPEAL_LODGE, letter) and appeals.may_lodge(letter, clock.now()),
        appeal=appeals.of_letter(letter),
        is_office=can(Permission.LETTER_SEND),
    )


@bp.get("/<int:letter_id>/letter.pdf")
@requires(GET=Permission.LETTER_READ)
def download(letter_id: int) -> ResponseReturnValue:
    """The letter on A4, for who has no account: the centre's operator prints it."""
    letter, locale = load(Letter, letter_id, Permission.LETTER_READ), _language()
    content = paper.to_pdf(paper.gather(letter, clock.now()), locale, demonstration=is_demonstration())
    return _file(content, f"{letter.number}.{locale}.pdf")


def _file(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/pdf", headers=headers)


def _language() -> str:
    """The language asked for, else the reader's."""
    asked = request.args.get("language", "")
    return asked if asked in LOCALE_CODES else current_locale()
