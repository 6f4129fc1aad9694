"""Which protocol of a session holds, and what it says of the session: the first one, or the last that corrects it."""

import json
from datetime import date

from models.base import db
from models.corrected_protocols import CorrectedProtocol, CorrectionStatus
from models.council_sessions import CouncilSession, Protocol


def of(protocol: Protocol) -> Protocol | CorrectedProtocol:
    """The one that holds now in the place of this first one."""
    query = db.select(CorrectedProtocol).where(
        CorrectedProtocol.protocol_id == protocol.id, CorrectedProtocol.status == CorrectionStatus.SIGNED
    )
    return db.session.scalar(query.order_by(CorrectedProtocol.id.desc()).limit(1)) or protocol


def day_of(session: CouncilSession) -> date:
    """The day of a session; of a signed one as the protocol has it that holds."""
    if session.protocol is None:
        return session.held_on
    return date.fromisoformat(json.loads(str(of(session.protocol).content))["held_on"])
