"""What waits around the Council's session: seats, the signature, the letters to the applicants."""

from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_, current_locale, ngettext
from app.services import appeals, conflicts, letters, new_decisions, reserves
from app.services.desk_tasks import ANSWER_WITHIN, Task
from models.appeals import Appeal, AppealStatus
from models.base import db
from models.corrected_protocols import CorrectedProtocol, CorrectionStatus
from models.council_sessions import Attendance, CouncilSession, Protocol, SessionStatus
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


def appeals_waiting(user: User, status: AppealStatus, text: str) -> list[Task]:
    """Appeals in this status, without applicants the user has a tie to."""
    return [_of_appeal(one, text) for one in appeals.open_ones(conflicts.ties_of(user), status)]


def to_decide_anew(user: User) -> list[Task]:
    """Upheld appeals whose applications are on no agenda yet."""
    text = N_("Put the application on the agenda of a session: it is decided anew")
    return [_of_appeal(one, text) for one in new_decisions.waiting(conflicts.ties_of(user))]


def _of_appeal(appeal: Appeal, text: str) -> Task:
    return Task(
        text,
        f"{appeal.application.title or appeal.application.number} · {appeal.association.name(current_locale())}",
        "appeals.show",
        {"appeal_id": appeal.id},
        bishkek_day((appeal.closed_at or appeal.acknowledged_at or appeal.lodged_at) + ANSWER_WITHIN),
    )


def corrections(status: CorrectionStatus, text: str) -> list[Task]:
    """Corrected protocols in this status."""
    query = db.select(CorrectedProtocol).where(CorrectedProtocol.status == status)
    whole = db.joinedload(CorrectedProtocol.protocol).joinedload(Protocol.session).joinedload(CouncilSession.call)
    return [
        Task(
            text,
            f"{one.protocol.number} · {one.session.call.title_in(current_locale())}",
            "corrected_protocols.show",
            {"session_id": one.session.id, "correction_id": one.id},
            bishkek_day(one.drafted_at),
        )
        for one in db.session.scalars(query.options(whole).order_by(CorrectedProtocol.id))
    ]


def secretary(user: User) -> list[Task]:
    """Letters that wait to be sent, appeals that came in or are upheld, corrected protocols that are drafted."""
    received = N_("Confirm that the Council has the appeal")
    drafts = corrections(CorrectionStatus.DRAFT, N_("Finish the corrected protocol, or give it up"))
    return letters_to_send(user) + appeals_waiting(user, AppealStatus.LODGED, received) + to_decide_anew(user) + drafts


def chair(user: User, _now: datetime) -> list[Task]:
    query = db.select(CouncilSession).where(CouncilSession.status == SessionStatus.OPEN)
    to_sign = [
        Task(
            N_("Sign the protocol when every decision is made"),
            session.call.title_in(current_locale()),
            "council_sessions.show",
            {"session_id": session.id},
            session.held_on,
        )
        for session in db.session.scalars(query.options(db.joinedload(CouncilSession.call)))
    ]
    for free, application in reserves.waiting(user):
        to_sign.append(
            Task(
                N_("Confirm who moves up from the reserve list"),
                f"{application.title} · {application.association_name(current_locale())}",
                "reserves.show",
                {"call_id": free.grant.application.call_id},
                reserves.declined_on(free.grant) + ANSWER_WITHIN,
            )
        )
    decided = N_("Decide on the appeal")
    to_sign += corrections(CorrectionStatus.PROPOSED, N_("Look through the corrected protocol and sign it"))
    return to_sign + letters_to_send(user) + appeals_waiting(user, AppealStatus.ACKNOWLEDGED, decided)
