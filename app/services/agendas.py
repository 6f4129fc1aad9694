"""The agenda of a session: in which order applications are discussed, which one just now, and what is noted."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm.attributes import flag_modified

from app.localisation import N_
from app.services import assignments, audit, conflicts, rankings, recusals
from app.services.actors import Actor
from app.services.conflicts import ApplicationLike
from app.services.discussion_order import Item, discussion_order
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from app.services.workflow import Transition, target
from models.agenda_items import AgendaItem, AgendaStatus, ItemNote, Recusal, RecusalGround
from models.applications import Application, ApplicationStatus
from models.base import db, lock, lock_as_read
from models.council_sessions import AgendaOrder, CouncilSession, SessionStatus
from models.reviews import Conflict, ConflictKind
from models.users import User

A = AgendaStatus
_SECRETARY = N_("Council secretary")
TRANSITIONS = {
    (A.WAITING, "discuss"): Transition(A.DISCUSSED, _SECRETARY, N_("nothing else is under discussion")),
    (A.DISCUSSED, "put_back"): Transition(A.WAITING, _SECRETARY),
    (A.DISCUSSED, "decide"): Transition(A.DECIDED, _SECRETARY, N_("a quorum is in the room, the recused ones apart")),
    (A.WAITING, "take_off"): Transition(A.TAKEN_OFF, _SECRETARY, N_("it was to be decided anew; reason given")),
    (A.TAKEN_OFF, "put_on"): Transition(A.WAITING, _SECRETARY, N_("an appeal is upheld; the session is open")),
}
LONGEST_NOTE = 2000


def items_of(session: CouncilSession, *, anew: bool = False) -> dict[int, AgendaItem]:
    """{application: its item}, in the order of the agenda; `anew`: as others have left them by now."""
    found = db.session.scalars(_ITEMS, {"session_id": session.id}, execution_options={"populate_existing": anew})
    return {one.application_id: one for one in found}


_ITEMS = (
    db.select(AgendaItem)
    .where(AgendaItem.session_id == db.bindparam("session_id"))
    .order_by(AgendaItem.position, AgendaItem.id)
)


def open_items_of(session: CouncilSession) -> dict[int, tuple[int, bool]]:
    """{application: (its position, whether it is under discussion)} of what is not decided."""
    rows = db.session.connection().execute(_OPEN_ITEMS, {"session_id": session.id})
    return {one[0]: (one[1], bool(one[2])) for one in rows}


_OPEN_ITEMS = db.select(AgendaItem.application_id, AgendaItem.position, AgendaItem.status == A.DISCUSSED).where(
    AgendaItem.session_id == db.bindparam("session_id"), AgendaItem.status.in_((A.WAITING, A.DISCUSSED))
)


def item_of(session: CouncilSession, application: ApplicationLike) -> AgendaItem | None:
    query = db.select(AgendaItem).where(
        AgendaItem.session_id == session.id, AgendaItem.application_id == application.id
    )
    found: AgendaItem | None = db.session.scalar(query)
    return found


def under_discussion(session: CouncilSession) -> AgendaItem | None:
    query = db.select(AgendaItem).where(AgendaItem.session_id == session.id, AgendaItem.status == A.DISCUSSED)
    found: AgendaItem | None = db.session.scalar(query)
    return found


def has_begun(session: CouncilSession) -> bool:
    """Whether a discussion was ever opened: from then on the agenda stays as it is unless it is moved by hand."""
    query = db.select(AgendaItem.id).where(
        AgendaItem.session_id == session.id, (AgendaItem.status != A.WAITING) | AgendaItem.opened_at.is_not(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def refresh(session: CouncilSession) -> None:
    """Before the first discussion: take up what is reviewed by now, and order it as the session has chosen."""
    if not has_begun(session):
        _arrange(session)


def sort(session: CouncilSession, order: AgendaOrder, *, actor: Actor, now: datetime) -> None:
    """Order what waits anew: so that recused members leave least often, or down the ranking."""
    lock_as_read(session)
    must_be_open(session)
    items_of(session, anew=True)
    session.agenda_order = order
    _arrange(session)
    flag_modified(session, "seats")  # the session gets a new version: who moves items at once is told
    db.session.flush()
    audit.record(actor, "session.sort_agenda", session, now, order=order.value)


def move(
    session: CouncilSession,
    application: Application,
    place: int,
    *,
    without: Collection[int] = (),
    actor: Actor,
    now: datetime,
) -> None:
    """Put an item that waits to the place `place` (from 1) among those that wait.

    Whoever has a tie to some applications does not see their places: these count `without` them.
    Raises `LimitExceededError` for a place there is not, `DomainError` for an item that does not wait.
    """
    lock_as_read(session)
    must_be_open(session)
    items = list(items_of(session, anew=True).values())
    waiting = [one for one in items if one.status is A.WAITING]
    item = next((one for one in waiting if one.application_id == application.id), None)
    if item is None:
        raise DomainError(N_("Only what waits for its discussion is moved."))
    seen = [one for one in waiting if one.application_id not in without]
    if item not in seen or not 1 <= place <= len(seen):
        raise LimitExceededError(N_("The places go from 1 to %(last)s."), field="place", last=len(seen))
    there = waiting.index(seen[place - 1])
    waiting.remove(item)
    waiting.insert(there, item)
    _number([*(one for one in items if one.status is not A.WAITING), *waiting])
    session.agenda_order = AgendaOrder.BY_HAND
    flag_modified(session, "seats")
    db.session.flush()
    audit.record(actor, "agenda_item.move", item, now, place=place)


def discuss(session: CouncilSession, application: Application, *, actor: Actor, now: datetime) -> AgendaItem:
    """Open the discussion of one application: from now on whoever is recused from it is out of the room.

    Raises `AlreadyUsedError` while another one is under discussion, `SeparationOfDutyError` for who has a tie.
    """
    lock(session)
    lock(application)  # it has to stay reviewed until the discussion is closed
    must_be_open(session)
    conflicts.must_have_no_tie(application, actor)
    other = under_discussion(session)
    if other is not None:
        raise AlreadyUsedError(
            N_("%(number)s is under discussion: decide on it or put it back first."), number=other.application.number
        )
    if application.call_id != session.call_id:
        raise DomainError(N_("The application belongs to another call."))
    if application.status is not ApplicationStatus.REVIEWED:
        raise DomainError(N_("Only a reviewed application is discussed."))
    refresh(session)
    item = item_of(session, application) or append(session, application)
    item.status, item.opened_at = target(TRANSITIONS, item.status, "discuss"), now
    db.session.flush()
    out = recusals.record(item, actor=actor, now=now)
    audit.record(actor, "agenda_item.discuss", item, now, recused=out)
    return item


def put_back(session: CouncilSession, application: Application, *, actor: Actor, now: datetime) -> None:
    """Close a discussion without a decision: the application waits again."""
    conflicts.must_have_no_tie(application, actor)
    lock(session)
    must_be_open(session)
    close_without_decision(_item(session, application), actor=actor, now=now)


def note(
    session: CouncilSession, application: Application, text: str, *, in_protocol: bool, actor: Actor, now: datetime
) -> ItemNote:
    """Keep what was said of an application; marked, it stands in the protocol."""
    lock(session)
    must_be_open(session)
    conflicts.must_have_no_tie(application, actor)
    if not text.strip():
        raise IncompleteError(N_("Write what is to be kept."), field="text")
    if len(text.strip()) > LONGEST_NOTE:
        raise LimitExceededError(N_("At most %(limit)s characters."), field="text", limit=LONGEST_NOTE)
    item = _item(session, application)
    kept = ItemNote(
        item_id=item.id, text=text.strip(), in_protocol=in_protocol, written_by_id=actor.user_id, written_at=now
    )
    db.session.add(kept)
    db.session.flush()
    db.session.expire(item, ["notes"])
    audit.record(actor, "agenda_item.note", item, now, row=kept.id)
    return kept


def recuse(
    session: CouncilSession, application: Application, member: User, kind: ConflictKind, *, actor: Actor, now: datetime
) -> None:
    """Somebody present says in the session that they have a part in what is discussed, and leaves the room for it.

    It counts as a declared interest everywhere. A review of this person is void; when too few are left, the
    application goes back to its reviewers and waits.
    """
    lock(session)
    must_be_open(session)
    item = _item(session, application)
    lock(application)  # a review of it may be void
    if item.status is not A.DISCUSSED:
        raise DomainError(N_("One leaves the room for what is under discussion."))
    if member.id not in {one.id for one in session.present}:
        raise DomainError(N_("This person is not present."), field="member")
    if member.id in {one.user_id for one in item.recusals}:
        raise AlreadyUsedError(N_("This person is out of the room already."), field="member")
    item.recusals.append(
        Recusal(user_id=member.id, ground=RecusalGround.SAID, kind=kind, recorded_by_id=actor.user_id, recorded_at=now)
    )
    db.session.add(Conflict(application_id=application.id, user_id=member.id, kind=kind, declared_at=now))
    db.session.flush()
    audit.record(actor, "agenda_item.recuse", item, now, person=member.id, kind=kind.value)
    assignments.void(application, member, actor=actor, now=now)
    if application.status is not ApplicationStatus.REVIEWED:
        close_without_decision(item, actor=actor, now=now)


def close(item: AgendaItem, *, actor: Actor, now: datetime) -> None:
    """The discussion ends with a decision."""
    item.status, item.closed_at = target(TRANSITIONS, item.status, "decide"), now
    db.session.flush()
    audit.record(actor, "agenda_item.decide", item, now)


def close_without_decision(item: AgendaItem, *, actor: Actor, now: datetime) -> None:
    """The discussion ends and the item waits again; whoever calls it holds its lock."""
    item.status = target(TRANSITIONS, item.status, "put_back")
    db.session.flush()
    audit.record(actor, "agenda_item.put_back", item, now)


def take_off(item: AgendaItem) -> None:
    """What was to be decided anew is not decided in this session; a discussion of it ends."""
    if item.status is A.DISCUSSED:
        item.status = target(TRANSITIONS, item.status, "put_back")
    item.status = target(TRANSITIONS, item.status, "take_off")


def must_be_open(session: CouncilSession) -> None:
    if session.status is SessionStatus.ADJOURNED:
        raise DomainError(N_("The session has ended without decisions: nothing can be changed any more."))
    if not session.is_open:
        raise DomainError(N_("The protocol is signed: nothing can be changed any more."))


def _item(session: CouncilSession, application: Application) -> AgendaItem:
    """The item as it is now: a page may have read it before somebody else closed the discussion."""
    item = item_of(session, application)
    if item is None:
        raise DomainError(N_("The application is not on the agenda of this session."))
    lock(item)
    return item


def append(session: CouncilSession, application: Application) -> AgendaItem:
    """What came to be reviewed after the first discussion, or is to be decided anew, goes to the end."""
    items = items_of(session)
    last, item = max((one.position for one in items.values()), default=0), items.get(application.id)
    if item is None:
        item = AgendaItem(session=session, application=application, position=last + 1)
        db.session.add(item)
    else:  # taken off before
        item.status, item.position = target(TRANSITIONS, item.status, "put_on"), last + 1
    db.session.flush()
    return item


def _arrange(session: CouncilSession) -> None:
    """Order what waits; what is decided or under discussion stands before it."""
    items = items_of(session)
    rows = {
        row.application.id: row
        for row in rankings.rank(session.call)
        if row.application.status is ApplicationStatus.REVIEWED
    }
    for application_id in rows:
        if application_id not in items:
            items[application_id] = AgendaItem(
                session=session, application_id=application_id, position=len(items) + 1, status=A.WAITING
            )
            db.session.add(items[application_id])
    waiting = [one for one in rows if items[one].status is A.WAITING]
    if session.agenda_order is AgendaOrder.GROUPED:
        out = recusals.expected(session, [rows[one].application for one in waiting])
        waiting = discussion_order([Item(one, out[one], rows[one].rank) for one in waiting])
    elif session.agenda_order is AgendaOrder.BY_HAND:
        waiting.sort(key=lambda one: items[one].position)
    before = [one for one in items.values() if one.status is not A.WAITING]
    after = [one for key, one in items.items() if one.status is A.WAITING and key not in rows]  # back with reviewers
    _number([*before, *(items[one] for one in waiting), *after])
    db.session.flush()


def _number(items: Sequence[AgendaItem]) -> None:
    for position, item in enumerate(items, start=1):
        if item.position != position:
            item.position = position
