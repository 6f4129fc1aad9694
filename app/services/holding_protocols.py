"""Which protocol of a session holds, and what it says of the session: the first one, or the last that corrects it."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from models.base import db
from models.corrected_protocols import CorrectedProtocol, CorrectionStatus
from models.council_sessions import CouncilSession, Protocol


def of(protocol: Protocol) -> Protocol | CorrectedProtocol:
    """The one that holds now in the place of this first one."""
    query = db.select(CorrectedProtocol).where(
        CorrectedProtocol.protocol_id == protocol.id, CorrectedProtocol.status == CorrectionStatus.SIGNED
    )
    return db.session.scalar(query.order_by(CorrectedProtocol.id.desc()).limit(1)) or protocol


def corrected(sessions: Iterable[CouncilSession]) -> Mapping[int, CorrectedProtocol]:
    """{session: the corrected protocol that holds}, of those whose first one does not."""
    query = (
        db.select(CorrectedProtocol)
        .join(CorrectedProtocol.protocol)
        .where(
            Protocol.session_id.in_([one.id for one in sessions]), CorrectedProtocol.status == CorrectionStatus.SIGNED
        )
        .options(db.contains_eager(CorrectedProtocol.protocol).defer(Protocol.content))
        .options(db.defer(CorrectedProtocol.content))
    )
    return {one.protocol.session_id: one for one in db.session.scalars(query.order_by(CorrectedProtocol.id))}


def day_of(session: CouncilSession) -> date:
    """The day of a session; of a signed one as the protocol has it that holds."""
    return session.held_on if session.protocol is None else held(of(session.protocol)).held_on


class Held(NamedTuple):
    """When and where a session sat."""

    held_on: date
    place: str


def held(protocol: Protocol | CorrectedProtocol) -> Held:
    """As this signed protocol has it."""
    content = json.loads(str(protocol.content))
    return Held(date.fromisoformat(content["held_on"]), content["place"])
