"""A mistake in a signed protocol: a corrected one is drafted, looked through, and signed by the chair.

The first protocol never changes, and stays readable beside those that correct it. Letters that were sent are not sent
again, and no decision, amount or grant changes with it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_
from app.services import (
    audit,
    conflicts,
    council_sessions,
    holding_protocols,
    new_decisions,
    notifications,
    numbering,
    protocol_people,
    protocol_places,
)
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from app.services.protocol_places import SESSION_PLACES, Change, Content, Place
from app.services.workflow import Transition, reason_given, target
from models.applications import Application
from models.base import canonical_json, db, fingerprint, lock, lock_as_read
from models.corrected_protocols import CorrectedProtocol, CorrectionStatus
from models.council_sessions import CouncilSession, Protocol
from models.users import Role

S = CorrectionStatus
_SECRETARY, _CHAIR = N_("Council secretary"), N_("Council chair")
TRANSITIONS: Mapping[tuple[CorrectionStatus, str], Transition] = {
    (S.DRAFT, "propose"): Transition(S.PROPOSED, _SECRETARY, N_("something is corrected")),
    (S.PROPOSED, "send_back"): Transition(S.DRAFT, _CHAIR, N_("reason given")),
    (S.PROPOSED, "sign"): Transition(S.SIGNED, _CHAIR, N_("was present; did not draft it")),
    (S.DRAFT, "withdraw"): Transition(S.WITHDRAWN, _SECRETARY),
    (S.PROPOSED, "withdraw"): Transition(S.WITHDRAWN, _SECRETARY),
}
OPEN = (S.DRAFT, S.PROPOSED)


def of(protocol: Protocol) -> list[CorrectedProtocol]:
    """The signed corrected protocols of a session in their order, and the open one after them; no withdrawn ones."""
    query = db.select(CorrectedProtocol).where(
        CorrectedProtocol.protocol_id == protocol.id, CorrectedProtocol.status != S.WITHDRAWN
    )
    found = db.session.scalars(query.order_by(CorrectedProtocol.id))
    return sorted(found, key=lambda one: one.status in OPEN)


def latest(protocol: Protocol) -> CorrectedProtocol | None:
    """The corrected protocol that holds now; None where the first one does."""
    found = holding_protocols.of(protocol)
    return found if isinstance(found, CorrectedProtocol) else None


def corrected_content(correction: CorrectedProtocol) -> Content:
    """What the protocol says that it corrects."""
    content: Content = json.loads(str(correction.corrects.content))
    return content


def draft(session: CouncilSession, reason: str, *, actor: Actor, now: datetime) -> CorrectedProtocol:
    """Begin a corrected protocol of the one that holds now.

    Raises `DomainError` before the protocol is signed, `AlreadyUsedError` while another one is open.
    """
    lock(session)
    protocol = session.protocol
    if protocol is None:
        raise DomainError(N_("The protocol is not signed yet: what is wrong in it is put right in the session."))
    there = of(protocol)
    if any(one.status in OPEN for one in there):
        raise AlreadyUsedError(N_("A corrected protocol is being drafted already."))
    made = CorrectedProtocol(
        protocol=protocol,
        follows=there[-1] if there else None,
        reason=reason_given(reason),
        drafted_by_id=actor.user_id,
        drafted_at=now,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "corrected_protocol.draft", made, now, reason=made.reason)
    return made


def correct_session(correction: CorrectedProtocol, changes: Sequence[Change], *, actor: Actor, now: datetime) -> None:
    """Put these changes of day, place and people in the place of those that were there.

    Raises `DomainError` for a change of anything else, `SeparationOfDutyError` for who has a tie to an applicant whose
    votes change with who came.
    """
    _must_be_of(changes, None)
    _must_be_untied(correction, changes, actor)
    _begin(correction)
    kept = [one for one in protocol_places.read(correction.changes) if one.what not in SESSION_PLACES]
    _keep(correction, [*changes, *kept], actor, now)


def correct_decision(
    correction: CorrectedProtocol,
    application: Application,
    changes: Sequence[Change],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Put these changes of the record of one decision in the place of those that were there.

    Raises `SeparationOfDutyError` for who has a tie to the applicant, `DomainError` for a change of anything else.
    """
    conflicts.must_have_no_tie(application, actor)
    _must_be_of(changes, application)
    _begin(correction)
    kept = [one for one in protocol_places.read(correction.changes) if one.decision != application.number]
    _keep(correction, [*kept, *changes], actor, now)


def _must_be_of(changes: Iterable[Change], application: Application | None) -> None:
    """Refuse a change that is not of the decision on `application`, or of day, place and people where it is None.

    The tie was held against this application alone: no change of another decision comes in with it.
    """
    number = application.number if application else None
    if any((one.what in SESSION_PLACES) != (number is None) or one.decision != number for one in changes):
        raise DomainError(N_("One of these changes is of another part of the protocol: correct that one on its page."))


def _must_be_untied(correction: CorrectedProtocol, changes: Sequence[Change], actor: Actor) -> None:
    """Refuse who has a tie to an applicant whose decision these changes touch: its own record, or who voted on it."""
    content = corrected_content(correction)
    left = [one for one in changes if one.what is Place.ATTENDANCE and one.before is not None]
    rows = zip(content["decisions"], protocol_places.applied(content, left)["decisions"], strict=True)
    touched = {one.decision for one in changes} | {before["number"] for before, after in rows if before != after}
    ties = conflicts.ties_of(actor.user)
    for one in correction.session.decisions:
        if one.application.number in touched:
            conflicts.must_have_no_tie(one.application, actor, ties)


def _begin(correction: CorrectedProtocol) -> None:
    lock_as_read(correction)
    if correction.status is not S.DRAFT:
        raise DomainError(N_("Only a draft is changed: the chair can send it back."))


def _keep(correction: CorrectedProtocol, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
    session = correction.session
    protocol_places.must_stand(
        corrected_content(correction),
        changes,
        closed_on=bishkek_day(session.call.closes_at),
        upheld_on=new_decisions.first_day(session),
        signed_on=bishkek_day(correction.protocol.signed_at),
    )
    _must_leave_signers(correction, changes)
    correction.changes = protocol_places.in_words(changes)
    db.session.flush()
    audit.record(actor, "corrected_protocol.change", correction, now, count=len(changes))


def _must_leave_signers(correction: CorrectedProtocol, changes: Sequence[Change]) -> None:
    """Refuse to say of who signed a protocol of the session that they did not come: only who was there signs."""
    before, after = protocol_people.came(correction, []), protocol_people.came(correction, changes)
    later = [one for one in of(correction.protocol) if one.status is S.SIGNED]
    signed: list[Protocol | CorrectedProtocol] = [correction.protocol, *later]
    for one in signed:
        if one.signed_by is not None and str(one.signed_by_id) in before - after:
            name = one.signed_by.display_name
            message = N_("%(name)s signed protocol %(number)s, so they were there: this cannot be corrected away.")
            raise DomainError(message, field="absent", name=name, number=one.number)


def propose(correction: CorrectedProtocol, *, actor: Actor, now: datetime) -> None:
    """Hand the draft to the chair. Raises `IncompleteError` when nothing is corrected in it."""
    lock_as_read(correction)
    status = target(TRANSITIONS, correction.status, "propose")
    if not correction.changes:
        raise IncompleteError(N_("Nothing is corrected yet."))
    correction.status, correction.returned_for = status, ""
    db.session.flush()
    audit.record(actor, "corrected_protocol.propose", correction, now)
    _tell(
        notifications.holders(Role.COUNCIL_CHAIR),
        N_("A corrected protocol of %(number)s waits for your signature."),
        correction,
        now,
    )


def send_back(correction: CorrectedProtocol, reason: str, *, actor: Actor, now: datetime) -> None:
    """The chair wants something else to stand in it."""
    lock_as_read(correction)
    status = target(TRANSITIONS, correction.status, "send_back")
    correction.returned_for, correction.status = reason_given(reason), status
    db.session.flush()
    audit.record(actor, "corrected_protocol.send_back", correction, now, reason=correction.returned_for)
    message = N_("The chair sent the corrected protocol of %(number)s back: %(reason)s")
    _tell([correction.drafted_by_id], message, correction, now, reason=correction.returned_for)


def withdraw(correction: CorrectedProtocol, *, actor: Actor, now: datetime) -> None:
    """The secretary gives it up before it is signed."""
    lock_as_read(correction)
    correction.status = target(TRANSITIONS, correction.status, "withdraw")
    db.session.flush()
    audit.record(actor, "corrected_protocol.withdraw", correction, now)


def sign(correction: CorrectedProtocol, *, actor: Actor, now: datetime) -> None:
    """The chair signs: from now on it is frozen, and holds in the place of the one it corrects.

    Raises `SeparationOfDutyError` when the signer drafted it, was not present, or has a tie to an applicant whose
    decision it touches.
    """
    lock(correction.session)
    lock_as_read(correction)
    status = target(TRANSITIONS, correction.status, "sign")
    if actor.user_id == correction.drafted_by_id:
        raise SeparationOfDutyError(N_("Who drafted a corrected protocol does not sign it."))
    changes = protocol_places.read(correction.changes)
    if str(actor.user_id) not in protocol_people.came(correction, changes):
        raise SeparationOfDutyError(N_("Only a chair who was present can sign."))
    _must_be_untied(correction, changes, actor)
    content = canonical_json(signed_content(correction))
    correction.number = numbering.next_number("P", now.year)
    correction.content, correction.sha256 = content, fingerprint(content)
    correction.signed_by_id, correction.signed_at, correction.status = actor.user_id, now, status
    db.session.flush()
    audit.record(actor, "corrected_protocol.sign", correction, now, sha256=correction.sha256)
    council = [one.id for one in council_sessions.council_members()]
    came = [one.user_id for one in correction.session.attendances]
    _tell(
        [*council, *came, *notifications.holders(Role.SECRETARY)],
        N_("The protocol %(number)s has a mistake in its record: the corrected protocol is %(corrected)s."),
        correction,
        now,
        corrected=correction.number,
    )


def signed_content(correction: CorrectedProtocol) -> Content:
    """Everything it says: the content after the changes, which protocols it corrects (the first one first), and why."""
    chain: list[Protocol | CorrectedProtocol] = []
    before: CorrectedProtocol | None = correction.follows
    while before is not None:
        chain.append(before)
        before = before.follows
    named = [correction.protocol, *reversed(chain)]
    changes = protocol_places.read(correction.changes)
    return protocol_places.applied(corrected_content(correction), changes) | {
        "corrects": [
            {
                "number": one.number,
                "signed_at": one.signed_at.isoformat() if one.signed_at else None,
                "sha256": one.sha256,
            }
            for one in named
        ],
        "correction": {"reason": correction.reason, "changes": list(correction.changes)},
    }


def unsound() -> list[str]:
    """What is wrong with each signed corrected protocol ("" for a sound one): hash, the one it names, its changes."""
    query = db.select(CorrectedProtocol).where(CorrectedProtocol.status == S.SIGNED).order_by(CorrectedProtocol.id)
    found, followed = [], set()
    for one in db.session.scalars(query):
        problem = ""
        if fingerprint(one.content or "") != one.sha256:
            problem = f"corrected protocol {one.number} does not have its hash"
        elif one.corrects in followed:
            problem = f"corrected protocol {one.number} is not the only one that corrects {one.corrects.number}"
        elif not _follows(one):
            problem = f"corrected protocol {one.number} is not {one.corrects.number} with its changes"
        followed.add(one.corrects)
        found.append(problem)
    return found


def _follows(one: CorrectedProtocol) -> bool:
    """Whether it says what it corrects says, with its changes, and names it as it is."""
    try:
        return canonical_json(signed_content(one)) == one.content
    except (ValueError, KeyError, IndexError, TypeError):
        return False


def _tell(people: Iterable[int], message: str, one: CorrectedProtocol, now: datetime, **more: object) -> None:
    """The message names the protocol that is corrected."""
    notifications.tell(people, message, one.session, now, number=one.corrects.number, **more)
