"""What gave an application its grant: the Council's decision, or that it moved up from the reserve list."""

from models.applications import Application
from models.base import db
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, SessionStatus
from models.reserves import Promotion


def decision_for(application: Application) -> Decision | Promotion | None:
    """The signed decision that selected the application, or how it moved up from the reserve list."""
    query = (
        db.select(Decision)
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .where(
            Decision.application_id == application.id,
            Decision.outcome == DecisionOutcome.SELECTED,
            CouncilSession.status == SessionStatus.SIGNED,
        )
    )
    found: Decision | Promotion | None = db.session.scalar(query)
    return found or db.session.scalar(db.select(Promotion).where(Promotion.application_id == application.id))
