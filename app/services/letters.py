"""Decision letters: held from the signature of the protocol on; with its letter a decision takes effect."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from app.clock import bishkek_day, end_of_day
from app.localisation import N_, Money, sort_key
from app.services import audit, call_scores, conflicts, new_decisions, notifications, numbering, protocols, scoring
from app.services.actors import Actor
from app.services.applications import TRANSITIONS as APPLICATION_TRANSITIONS
from app.services.conflicts import Ties
from app.services.decisions import ACTIONS
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError
from app.services.workflow import Transition, target
from models.applications import Application, ApplicationStatus
from models.associations import Association
from models.base import db, lock, lock_all
from models.calls import Call, Criterion
from models.centres import Centre
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, Protocol, SessionStatus
from models.letters import Letter, LetterStatus
from models.users import Role

L = LetterStatus
TRANSITIONS: Mapping[tuple[LetterStatus, str], Transition] = {
    (L.HELD, "send"): Transition(
        L.SENT, N_("Council secretary or chair"), N_("protocol signed; no tie to the applicant")
    ),
}
MESSAGES = {
    DecisionOutcome.SELECTED: N_("The Council has selected your application %(number)s: %(amount)s."),
    DecisionOutcome.RESERVE: N_("Your application %(number)s is on the reserve list."),
    DecisionOutcome.REJECTED: N_("Your application %(number)s was not selected: %(reason)s"),
}
ANEW = {
    DecisionOutcome.SELECTED: N_(
        "After your appeal the Council has decided anew: your application %(number)s is selected, with %(amount)s."
    ),
    DecisionOutcome.RESERVE: N_(
        "After your appeal the Council has decided anew: your application %(number)s is on the reserve list."
    ),
    DecisionOutcome.REJECTED: N_(
        "After your appeal the Council has decided anew: your application %(number)s is not selected. %(reason)s"
    ),
}
"""The same of a decision that follows another one."""


@dataclass(frozen=True)
class Mark:
    """What the reviews come to on one criterion: the mean in hundredths of a point, and the level (1-5) nearest it."""

    criterion: Criterion
    points: Fraction
    level: int


def hold(session: CouncilSession, *, now: datetime) -> None:
    """Make the letter of every decision of a session that is being signed; the office is told that they wait."""
    for decision in session.decisions:
        db.session.add(
            Letter(
                number=numbering.next_number("L", now.year),
                decision_id=decision.id,
                application_id=decision.application_id,
            )
        )
    db.session.flush()
    notifications.tell(
        [*notifications.holders(Role.SECRETARY), *notifications.holders(Role.COUNCIL_CHAIR)],
        N_("The protocol on the call “%(call)s” is signed: look through the letters to the applicants and send them."),
        session,
        now,
        call={"name": session.call.title},
    )


def of(session: CouncilSession, ties: Ties) -> list[Letter]:
    """The letters of a session in the order of the decisions, without applicants the reader has a tie to."""
    return _read(ties, Decision.session_id == session.id)


def of_centre(centre: Centre, ties: Ties) -> list[tuple[CouncilSession, list[Letter]]]:
    """The letters that were sent to the associations of a centre, by session, the newest session first.

    In a session they stand in the order in which they are handed over.
    """
    found: dict[CouncilSession, list[Letter]] = {}
    for one in by_centre(_read(ties, Association.centre_id == centre.id, Letter.status == L.SENT)):
        found.setdefault(one.decision.session, []).append(one)
    return sorted(found.items(), key=lambda pair: (pair[0].held_on, pair[0].id), reverse=True)


def _read(ties: Ties, *conditions: Any) -> list[Letter]:
    query = (
        db.select(Letter)
        .join(Letter.decision)
        .join(Letter.application)
        .join(Application.association)
        .where(*conditions, *ties.free(Application.association_id, Application.id))
        .options(
            db.contains_eager(Letter.decision).joinedload(Decision.session).joinedload(CouncilSession.protocol),
            db.contains_eager(Letter.application)
            .contains_eager(Application.association)
            .options(db.joinedload(Association.ayil_okmotu), db.joinedload(Association.centre)),
        )
        .order_by(Letter.decision_id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def by_centre(letters: Iterable[Letter]) -> list[Letter]:
    """As they are handed over: by centre, there by association, both in Kyrgyz order."""
    return sorted(
        letters,
        key=lambda one: (
            sort_key(one.association.centre.name_ky),
            one.association.centre_id,
            sort_key(one.association.name_ky),
            one.number,
        ),
    )


def held_among(letters: Sequence[Letter], ids: Collection[int]) -> list[Letter]:
    """Those of `letters` with these ids that are not sent yet."""
    return [one for one in letters if one.status is L.HELD and one.id in ids]


def counts(letters: Sequence[Letter]) -> Mapping[DecisionOutcome, int]:
    """How many of each kind there are, in the order of the kinds."""
    found = Counter(one.decision.outcome for one in letters)
    return {kind: found[kind] for kind in DecisionOutcome}


def send(session: CouncilSession, ids: Collection[int], *, actor: Actor, now: datetime) -> list[Letter]:
    """Send these letters: each decision takes effect on its application, and the association is told.

    Letters to applicants the sender has a tie to stay held for somebody else. Raises `IncompleteError` when none is
    chosen, `AlreadyUsedError` when none of them is held any more.
    """
    if not ids:
        raise IncompleteError(N_("Tick at least one letter."))
    lock(session)
    waiting = held_among(of(session, conflicts.ties_of(actor.user)), ids)
    if not waiting:
        raise AlreadyUsedError(N_("These letters have been sent already: look at the page again."))
    lock_all(Application, Application.id.in_([one.application_id for one in waiting]))  # before the first act
    for letter in waiting:
        lock(letter.application)
        _send(letter, actor, now)
    db.session.flush()
    audit.record(actor, "session.send_letters", session, now, count=len(waiting))
    if any(one.decision.outcome is DecisionOutcome.SELECTED for one in waiting):
        notifications.tell(
            notifications.holders(Role.FINANCE),
            N_("The letters on the call “%(call)s” are sent: grants can be offered."),
            session,
            now,
            call={"name": session.call.title},
        )
    return waiting


def _send(letter: Letter, actor: Actor, now: datetime) -> None:
    application, decision = letter.application, letter.decision
    letter.status = target(TRANSITIONS, letter.status, "send")
    letter.sent_at, letter.sent_by_id = now, actor.user_id
    application.status = target(APPLICATION_TRANSITIONS, application.status, ACTIONS[decision.outcome])
    application.decided_at = now
    db.session.flush()
    audit.record(
        actor,
        "application.decide",
        application,
        now,
        outcome=decision.outcome.value,
        amount=decision.amount,
        letter=letter.id,
    )
    messages = ANEW if decision.sequence > 1 else MESSAGES
    notifications.tell_association(
        application, messages[decision.outcome], now, amount=Money(decision.amount or 0), reason=decision.reason
    )


def unwritten(session: CouncilSession, ties: Ties) -> list[Decision]:
    """The decisions of a signed session that took effect and have no letter: applicants were told them on the day of
    the signature, before there were letters. Without applicants the reader has a tie to."""
    query = (
        db.select(Decision)
        .join(Decision.application)
        .join(Decision.session)
        .outerjoin(Letter, Letter.decision_id == Decision.id)
        .where(Decision.session_id == session.id, CouncilSession.status == SessionStatus.SIGNED)
        .where(Letter.id.is_(None), Application.decided_at.is_not(None))
        .where(*ties.free(Application.association_id, Application.id))
        .options(db.contains_eager(Decision.application))
    )
    return list(db.session.scalars(query.order_by(Decision.id)))


def prepare(session: CouncilSession, *, actor: Actor, now: datetime) -> list[Letter]:
    """Write the letters of a session that was signed before there were letters, as sent on the day of the signature:
    then the decisions took effect and were told, and from then on the days to appeal count.

    Raises `DomainError` before the signature, `AlreadyUsedError` when no letter is missing.
    """
    lock(session)
    protocol = session.protocol
    if protocol is None:
        raise DomainError(N_("Letters are made when the protocol is signed."))
    made = [
        Letter(
            number=numbering.next_number("L", now.year),
            decision_id=one.id,
            application=one.application,
            status=L.SENT,
            sent_at=protocol.signed_at,
            sent_by_id=protocol.signed_by_id,
        )
        for one in unwritten(session, conflicts.ties_of(actor.user))
    ]
    if not made:
        raise AlreadyUsedError(N_("No letter is missing: look at the page again."))
    db.session.add_all(made)
    db.session.flush()
    audit.record(actor, "session.prepare_letters", session, now, count=len(made))
    for one in made:
        message = N_("The letter on the decision about your application %(number)s can be read and printed.")
        notifications.tell_association(one.application, message, now)
    return made


def all_readable(application: Application, *, is_office: bool) -> list[Letter]:
    """The letters on the decisions about an application, the last one first; one that is held is the office's alone."""
    if application.decided_at is None and not (is_office and application.status is ApplicationStatus.REVIEWED):
        return []
    found = db.session.scalars(_OF_APPLICATION, {"application_id": application.id})
    return [one for one in found if is_office or one.status is L.SENT]


_OF_APPLICATION = (
    db.select(Letter).where(Letter.application_id == db.bindparam("application_id")).order_by(Letter.decision_id.desc())
)


def readable(application: Application, *, is_office: bool) -> Letter | None:
    """The letter on the decision that holds, of those above."""
    return next(iter(all_readable(application, is_office=is_office)), None)


def next_after(letter: Letter, *, is_office: bool) -> Letter | None:
    """The letter on the decision that follows this one's, when the reader may know of it."""
    found = all_readable(letter.application, is_office=is_office)
    return next((one for one in found if one.decision.sequence == letter.decision.sequence + 1), None)


def are_held(call: Call) -> bool:
    """Whether letters of a call wait to be sent: until then its reserve list is not whole."""
    query = db.select(Letter.id).join(Letter.application)
    return db.session.scalar(query.where(Application.call_id == call.id, Letter.status == L.HELD).limit(1)) is not None


def waiting(ties: Ties) -> list[tuple[CouncilSession, datetime, int]]:
    """Sessions with letters that wait to be sent by the reader, when each was signed, and how many."""
    query = (
        db.select(CouncilSession, Protocol.signed_at, db.func.count())
        .join(Protocol, Protocol.session_id == CouncilSession.id)
        .join(Decision, Decision.session_id == CouncilSession.id)
        .join(Letter, Letter.decision_id == Decision.id)
        .join(Letter.application)
        .where(Letter.status == L.HELD, *ties.free(Application.association_id, Application.id))
        .group_by(CouncilSession.id, Protocol.signed_at)
        .order_by(Protocol.signed_at)
    )
    return [(row[0], row[1], int(row[2])) for row in db.session.execute(query)]


def reserve_places(decisions: Collection[Decision]) -> dict[int, int]:
    """{decision: its place on the reserve list as it was signed, from 1}; others are not in it. One query, and one more
    for each decision made anew: those that stood then go before it by their rank."""
    sessions = {one.session_id for one in decisions}
    reserve = db.select(Decision.session_id, Decision.rank).where(Decision.outcome == DecisionOutcome.RESERVE)
    ranks: dict[int, list[int]] = {one: [] for one in sessions}
    for session_id, rank in db.session.execute(reserve.where(Decision.session_id.in_(sessions))):
        if rank is not None:
            ranks[session_id].append(rank)
    places = {}
    for one in decisions:
        if one.outcome is DecisionOutcome.RESERVE:
            stood = db.session.execute(reserve.where(new_decisions.stood_at(one))) if one.sequence > 1 else ()
            beside = [*ranks[one.session_id], *(rank for _session, rank in stood if rank is not None)]
            places[one.id] = sum(rank < (one.rank or 0) for rank in beside) + 1
    return places


def feedback(found: Iterable[Letter]) -> dict[int, list[Mark]]:
    """{letter: what the reviews its decision rests on come to by criterion, in the order of the rubric}; one query.

    They are those of the signed protocol: what is handed in later, or void, changes no letter. Nothing says how many
    there are or whose.
    """
    rows = [(one, one.decision.session.protocol) for one in found]
    signed = {protocol.id: protocols.levels_of(protocol) for protocol in {one[1] for one in rows if one[1]}}
    levels = {one.id: signed[kept.id].get(one.application.number) if kept else None for one, kept in rows}
    counted = _counted({one.application_id for one, _kept in rows if levels[one.id] is None})
    return {
        one.id: marks(one.application.call.criteria, levels[one.id] or counted.get(one.application_id, {}))
        for one, _kept in rows
    }


def _counted(application_ids: Collection[int]) -> dict[int, dict[str, list[int]]]:
    """{application: {criterion: the levels of the reviews that count now}}: the first protocols do not keep them."""
    levels: dict[int, dict[str, list[int]]] = {one: {} for one in application_ids}
    for application_id, by_reviewer in call_scores.levels_of(Application.id.in_(application_ids)).items():
        for review in by_reviewer.values():
            for key, level in review.items():
                levels[application_id].setdefault(key, []).append(level)
    return levels


def marks(criteria: Sequence[Criterion], levels: Mapping[str, Sequence[int]]) -> list[Mark]:
    """The mean of the `levels` given on each criterion; one nobody has judged is left out."""
    found = []
    for criterion in criteria:
        given = levels.get(criterion.key, ())
        if given:
            mean = Fraction(sum(given), len(given))
            points = Fraction(sum(scoring.section_score(criterion.weight, one) for one in given), len(given))
            found.append(Mark(criterion, points, int(mean + Fraction(1, 2))))
    return found


def appeal_until(call: Call, sent_at: datetime) -> datetime:
    """The last second in which an appeal against a letter that was sent then is taken: days of the calendar."""
    return end_of_day(bishkek_day(sent_at) + timedelta(days=call.appeal_days))
