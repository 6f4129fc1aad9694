"""Who is out of the room while an application is discussed: from the ties that are known, or said in the session."""

from collections.abc import Iterable
from datetime import datetime

from app.services import conflicts
from app.services.actors import Actor
from app.services.conflicts import ApplicationLike
from models.agenda_items import AgendaItem, Recusal
from models.base import db
from models.council_sessions import CouncilSession
from models.users import User


def expected(session: CouncilSession, applications: Iterable[ApplicationLike]) -> dict[int, frozenset[int]]:
    """{application: those present who will have to leave for it}, by the ties that are known now."""
    found = conflicts.grounds(applications, [one.id for one in session.present])
    return {application_id: frozenset(people) for application_id, people in found.items()}


def record(item: AgendaItem, *, actor: Actor, now: datetime) -> list[int]:
    """Keep who of those present has to leave for `item` and is not kept yet; answers their ids."""
    kept = {one.user_id for one in item.recusals}
    present = [one.id for one in item.session.present]
    found = conflicts.grounds([item.application], present)[item.application_id]
    new = [user_id for user_id in present if user_id in found and user_id not in kept]
    for user_id in new:
        item.recusals.append(
            Recusal(user_id=user_id, ground=found[user_id], recorded_by_id=actor.user_id, recorded_at=now)
        )
    db.session.flush()
    return new


def out_of_the_room(session: CouncilSession, application: ApplicationLike, item: AgendaItem | None) -> list[User]:
    """Those present who are recused from `application`: kept in the session, or by the ties known now."""
    out = set(expected(session, [application])[application.id])
    if item is not None:
        out |= {one.user_id for one in item.recusals}
    return [one for one in session.present if one.id in out]
