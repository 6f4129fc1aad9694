"""What waits around the Council's session: seats, the signature, the letters to the applicants."""

from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_, current_locale, ngettext
from app.services import conflicts, letters
from app.services.desk_tasks import Task
from models.base import db
from models.council_sessions import Attendance, CouncilSession, SessionStatus
from models.users import User


def seats(user: User) -> list[Task]:
    """The open sessions the user has come to."""
    query = (
        db.select(CouncilSession)
        .join(Attendance, Attendance.session_id == CouncilSession.id)
        .where(CouncilSession.status == SessionStatus.OPEN, Attendance.user_id == user.id)
        .options(db.joinedload(CouncilSession.call))
    )
    return [
        Task(
            N_("Follow the session from your seat"),
            one.call.title_in(current_locale()),
            "seats.show",
            {"session_id": one.id},
            one.held_on,
        )
        for one in db.session.scalars(query)
    ]


def letters_to_send(user: User) -> list[Task]:
    """Sessions that are signed and whose letters wait to be sent."""
    return [
        Task(
            N_("Look through the letters and send them"),
            f"{session.call.title_in(current_locale())} · {ngettext('%(num)s letter', '%(num)s letters', count)}",
            "letters.index",
            {"session_id": session.id},
            bishkek_day(signed_at),
        )
        for session, signed_at, count in letters.waiting(conflicts.ties_of(user))
    ]


def chair(user: User, _now: datetime) -> list[Task]:
    query = db.select(CouncilSession).where(CouncilSession.status == SessionStatus.OPEN)
    return [
        Task(
            N_("Sign the protocol when every decision is made"),
            session.call.title_in(current_locale()),
            "council_sessions.show",
            {"session_id": session.id},
            session.held_on,
        )
        for session in db.session.scalars(query.options(db.joinedload(CouncilSession.call)))
    ] + letters_to_send(user)
