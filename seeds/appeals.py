"""Appeals against decisions of a session: one is dismissed; another is upheld, and the Council decides it anew."""

from datetime import date, timedelta

from app.clock import bishkek_day
from app.services import appeals, associations
from models.base import db
from models.calls import Call
from models.council_sessions import CouncilSession, Decision, DecisionOutcome
from models.letters import Letter
from seeds import council_sessions, dictations
from seeds.agenda import Story, at, later, working_day
from seeds.content import by_key
from seeds.programme import Programme

READ_AFTER = timedelta(days=5)
"""How long after the session the letters are read: the appeals come within the ten days of the call."""
AGAIN_AFTER = timedelta(days=28)
"""How long after an upheld appeal the Council sits again."""
DISMISSED, UPHELD = "total_too_low", "contracts_overlooked"


def story(programme: Programme, call: Call, sits_on: date) -> Story:
    """Of those the session of this day has rejected the first, which reaches the thresholds, appeals with success, and
    the second in vain."""
    yield at(working_day(sits_on + READ_AFTER), 9)
    rejected = (
        db.select(Letter)
        .join(Letter.decision)
        .join(Decision.session)
        .where(CouncilSession.call_id == call.id, Decision.outcome == DecisionOutcome.REJECTED)
        .order_by(Decision.id)
    )
    for letter, key in zip(db.session.scalars(rejected), (UPHELD, DISMISSED), strict=False):
        programme.agenda.start(_appeal(programme, letter, key, working_day(sits_on + READ_AFTER)))


def _appeal(programme: Programme, letter: Letter, key: str, begin: date) -> Story:
    """The chair appeals, in the own account or at the centre; the secretary acknowledges it, the Council's chair
    decides."""
    application, language = letter.application, letter.application.language
    chance, chairs = programme.chance("appeal", application.number), associations.chair_of(application.association)
    said = by_key(programme.content.misc["appeals"], key)
    now = yield at(begin, chance.randint(10, 16))
    by = dictations.begin(application.association, programme.actor_for(letter.association), chance, now, by=chairs)
    appeal = appeals.lodge(letter, said["text"][language], actor=by, now=now)
    dictations.confirm(programme, by, language, now)
    now = yield later(now, chance.randint(1, 2), chance)
    appeals.acknowledge(appeal, actor=programme.as_staff("secretary"), now=now)
    now = yield later(now, chance.randint(4, 7), chance)
    reason, is_upheld = said["answer"][language], key == UPHELD
    appeals.close(appeal, is_upheld=is_upheld, reason=reason, actor=programme.as_staff("council_chair"), now=now)
    if is_upheld:
        yield from council_sessions.anew(
            programme, application, said["anew"], working_day(bishkek_day(now) + AGAIN_AFTER)
        )
