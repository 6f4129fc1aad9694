"""What the history records of the judging, held against the rows: none stands that nobody made, and none is lost.

It is a table, `RULES`: the rows of one kind, the act that makes each of them, and what the two have in common. Each row
has exactly one act, and each act its row; who acted and when count as well. What acts follow each other on, and only
the last says how a row stands, is in `last_acts`.

A row is held to what its act records. Votes, rank and reason of a decision, and what it is paid from, stand in no act:
the protocol has them. Details that acts have gained since are asked only of those that have them. Rows that no act
makes one by one are not looked at: what a search has found and nobody has judged, who had to leave the room for a tie
that was known, drafts. That the history itself is whole is for `audit.broken_links` to say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from app.services.acts import MOMENT, NOT_THERE, UNRECORDED, WHO, Act, acts, of_number
from models.agenda_items import AgendaItem, Recusal, RecusalGround
from models.appeals import Appeal, AppealStatus
from models.applications import Application, Screening
from models.base import db
from models.corrected_protocols import CorrectedProtocol, CorrectionStatus
from models.council_sessions import CouncilSession, Decision, Protocol, SessionStatus
from models.detected_conflicts import DetectedConflict
from models.interests import Interest, InterestConfirmation
from models.letters import Letter, LetterStatus
from models.reserves import Promotion
from models.reviews import Assignment, Conflict, ReviewSubmission


@dataclass(frozen=True)
class Rule:
    """Each of `rows` is made by one act, and each such act has made one of them.

    The columns of `rows` are labelled as the details of the act are called; its subject is called `subject`. Rows and
    acts that have `identity` in common belong together, and then have to agree in `facts`. `name` says which row it is.
    """

    name: str
    rows: Any
    action: str
    subject: str
    identity: tuple[str, ...]
    facts: tuple[str, ...] = ()


def _made(who: Any, moment: Any) -> tuple[Any, Any]:
    return who.label(WHO), moment.label(MOMENT)


_APPEALS = of_number(
    Appeal.id.label("appeal"),
    Appeal.letter_id.label("letter"),
    Letter.application_id.label("application"),
    Appeal.reason.label("reason"),
).join(Letter, Letter.id == Appeal.letter_id)
_APPEALS = _APPEALS.join(Application, Application.id == Letter.application_id)
_CLOSED_BY = {"uphold": AppealStatus.UPHELD, "dismiss": AppealStatus.DISMISSED, "withdraw": AppealStatus.WITHDRAWN}
LETTERS = Rule(
    "letter {paper} sent on application {number}",
    of_number(
        Letter.id.label("letter"),
        Letter.number.label("paper"),
        Letter.application_id.label("application"),
        Decision.session_id.label("session"),
        Decision.outcome.label("outcome"),
        Decision.amount.label("amount"),
        *_made(Letter.sent_by_id, Letter.sent_at),
        Protocol.signed_by_id.label("signed_by"),
        Protocol.signed_at.label("signed_at"),
    )
    .join(Decision, Decision.id == Letter.decision_id)
    .join(Application, Application.id == Letter.application_id)
    .outerjoin(Protocol, Protocol.session_id == Decision.session_id)
    .where(Letter.status == LetterStatus.SENT),
    "application.decide",
    "application",
    ("letter",),
    ("application", "outcome", "amount", WHO, MOMENT),
)
RULES = (
    Rule(
        "the decision on {number} in session {session}",
        of_number(
            Decision.session_id.label("session"),
            Decision.application_id.label("application"),
            Decision.outcome.label("outcome"),
            Decision.amount.label("amount"),
            *_made(Decision.decided_by_id, Decision.decided_at),
        ).join(Application, Application.id == Decision.application_id),
        "session.decide",
        "session",
        ("session", "application"),
        ("outcome", "amount", WHO, MOMENT),
    ),
    Rule(
        "the promotion of {number}",
        of_number(
            Promotion.application_id.label("application"),
            Promotion.grant_id.label("grant"),
            Promotion.amount.label("amount"),
            Promotion.allocation_id.label("allocation"),
            *_made(Promotion.confirmed_by_id, Promotion.confirmed_at),
        ).join(Application, Application.id == Promotion.application_id),
        "application.promote",
        "application",
        ("application",),
        ("grant", "amount", "allocation", WHO, MOMENT),
    ),
    Rule(
        "appeal {appeal} on {number}, lodged",
        _APPEALS.add_columns(*_made(Appeal.lodged_by_id, Appeal.lodged_at)),
        "appeal.lodge",
        "appeal",
        ("appeal",),
        ("letter", "application", WHO, MOMENT),
    ),
    Rule(
        "appeal {appeal} on {number}, acknowledged",
        _APPEALS.add_columns(Appeal.acknowledged_at.label(MOMENT)).where(Appeal.acknowledged_at.is_not(None)),
        "appeal.acknowledge",
        "appeal",
        ("appeal",),
        (MOMENT,),
    ),
    *(
        Rule(
            f"appeal {{appeal}} on {{number}}, {status.value}",
            _APPEALS.add_columns(*_made(Appeal.closed_by_id, Appeal.closed_at)).where(Appeal.status == status),
            f"appeal.{action}",
            "appeal",
            ("appeal",),
            ("reason", WHO, MOMENT),
        )
        for action, status in _CLOSED_BY.items()
    ),
    Rule(
        "corrected protocol {number}, signed",
        db.select(
            CorrectedProtocol.id.label("correction"),
            CorrectedProtocol.number.label("number"),
            CorrectedProtocol.sha256.label("sha256"),
            *_made(CorrectedProtocol.signed_by_id, CorrectedProtocol.signed_at),
        ).where(CorrectedProtocol.status == CorrectionStatus.SIGNED),
        "corrected_protocol.sign",
        "correction",
        ("correction",),
        ("sha256", WHO, MOMENT),
    ),
    Rule(
        "corrected protocol {correction}, withdrawn",
        db.select(CorrectedProtocol.id.label("correction")).where(
            CorrectedProtocol.status == CorrectionStatus.WITHDRAWN
        ),
        "corrected_protocol.withdraw",
        "correction",
        ("correction",),
    ),
    Rule(
        "session {session}, convened",
        db.select(
            CouncilSession.id.label("session"),
            CouncilSession.call_id.label("call"),
            CouncilSession.held_on.label("day"),
            CouncilSession.place.label("venue"),
            CouncilSession.seats.label("seats"),
            *_made(CouncilSession.created_by_id, CouncilSession.created_at),
        ),
        "session.convene",
        "session",
        ("session",),
        ("call", "day", "venue", "seats", WHO, MOMENT),
    ),
    Rule(
        "session {session}, signed",
        db.select(
            CouncilSession.id.label("session"),
            Protocol.sha256.label("sha256"),
            *_made(Protocol.signed_by_id, Protocol.signed_at),
        )
        .outerjoin(Protocol, Protocol.session_id == CouncilSession.id)
        .where((CouncilSession.status == SessionStatus.SIGNED) | Protocol.id.is_not(None)),
        "session.sign",
        "session",
        ("session",),
        ("sha256", WHO, MOMENT),
    ),
    Rule(
        "session {session}, adjourned",
        db.select(
            CouncilSession.id.label("session"),
            CouncilSession.adjourned_reason.label("reason"),
            *_made(CouncilSession.adjourned_by_id, CouncilSession.adjourned_at),
        ).where(CouncilSession.status == SessionStatus.ADJOURNED),
        "session.adjourn",
        "session",
        ("session",),
        ("reason", WHO, MOMENT),
    ),
    Rule(
        "who said to have a part in item {item} of an agenda, user {person}",
        db.select(
            Recusal.item_id.label("item"),
            Recusal.user_id.label("person"),
            Recusal.kind.label("kind"),
            *_made(Recusal.recorded_by_id, Recusal.recorded_at),
        ).where(Recusal.ground == RecusalGround.SAID),
        "agenda_item.recuse",
        "item",
        ("item", "person"),
        ("kind", WHO, MOMENT),
    ),
    Rule(
        "submission {submission} of review {review}, reopened",
        db.select(
            ReviewSubmission.review_id.label("review"),
            ReviewSubmission.submission.label("submission"),
            ReviewSubmission.reason.label("reason"),
            *_made(ReviewSubmission.reopened_by_id, ReviewSubmission.reopened_at),
        ),
        "review.reopen",
        "review",
        ("review", "submission"),
        ("reason", WHO, MOMENT),
    ),
    Rule(
        "detected conflict {found} on {number}, judged",
        of_number(
            DetectedConflict.id.label("found"),
            DetectedConflict.application_id.label("application"),
            DetectedConflict.user_id.label("person"),
            DetectedConflict.verdict.label("verdict"),
            *_made(DetectedConflict.judged_by_id, DetectedConflict.judged_at),
        )
        .join(Application, Application.id == DetectedConflict.application_id)
        .where(DetectedConflict.verdict.is_not(None)),
        "conflict.judge",
        "application",
        ("found",),
        ("application", "person", "verdict", WHO, MOMENT),
    ),
    Rule(
        "interest {interest}, declared",
        db.select(
            Interest.id.label("interest"), Interest.kind.label("kind"), *_made(Interest.user_id, Interest.declared_at)
        ),
        "interest.declare",
        "interest",
        ("interest",),
        ("kind", WHO, MOMENT),
    ),
    Rule(
        "interest {interest}, ended",
        db.select(Interest.id.label("interest"), *_made(Interest.user_id, Interest.ended_at)).where(
            Interest.ended_at.is_not(None)
        ),
        "interest.end",
        "interest",
        ("interest",),
        (WHO, MOMENT),
    ),
    Rule(
        "the register of user {who}, confirmed for call {call}",
        db.select(
            InterestConfirmation.call_id.label("call"),
            *_made(InterestConfirmation.user_id, InterestConfirmation.confirmed_at),
        ),
        "interest.confirm",
        "call",
        ("call", WHO),
        (MOMENT,),
    ),
    Rule(
        "the screening of {number}",
        of_number(
            Screening.application_id.label("application"),
            Screening.outcome.label("outcome"),
            *_made(Screening.screened_by_id, Screening.screened_at),
        ).join(Application, Application.id == Screening.application_id),
        "application.screen",
        "application",
        ("application", MOMENT),
        ("outcome", WHO),
    ),
)
"""The rows each of which is made by one act; letters and declarations have more than one kind of act."""


def unsound() -> Iterator[str]:
    """What is wrong with each row, and with each act whose row is not there ("" where nothing is)."""
    for rule in RULES:
        yield from _against(rule, acts(rule.action, subject=rule.subject))
    yield from _letters()
    yield from _declarations()


def _against(rule: Rule, made: Iterable[Act]) -> Iterator[str]:
    waiting: dict[tuple[Any, ...], list[Act]] = defaultdict(list)
    for act in made:
        if all(one in act.told for one in rule.identity):  # decisions took effect before there were letters
            waiting[tuple(act.told[one] for one in rule.identity)].append(act)
    for row in db.session.execute(rule.rows).mappings():
        name, found = rule.name.format(**row), waiting.get(tuple(row[one] for one in rule.identity))
        if not found:
            yield f"{name}: {UNRECORDED}"
            continue
        act = found.pop(0)
        others = [one for one in rule.facts if one in act.told and act.told[one] != _as_told(row[one])]
        yield f"{name}: {act.name} has it with another {', '.join(others)}" if others else ""
    for left in waiting.values():
        for act in left:
            yield f"{act.name}: {NOT_THERE}"


def _as_told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


def _letters() -> Iterator[str]:
    """Letters sent. Those of a session from before there were letters are made by one act, which counts them."""
    made = list(acts(LETTERS.action, subject=LETTERS.subject))
    own = {act.told.get("letter") for act in made}
    prepared: list[int] = []
    together: Counter[int] = Counter()
    for row in db.session.execute(LETTERS.rows).mappings():
        if row["letter"] not in own and (row[WHO], row[MOMENT]) == (row["signed_by"], row["signed_at"]):
            prepared.append(row["letter"])
            together[row["session"]] += 1
    yield from _against(replace(LETTERS, rows=LETTERS.rows.where(Letter.id.not_in(prepared))), made)
    recorded: Counter[int] = Counter()
    for act in acts("session.prepare_letters"):
        recorded[act.row_id] += act.told["count"]
    for session_id in sorted(together.keys() | recorded.keys()):
        count, told = together[session_id], recorded[session_id]
        yield (
            f"session {session_id}: {count} letters were sent on the day of its signature, the history records {told}"
            if count != told
            else ""
        )


def _declarations() -> Iterator[str]:
    """Who declared an interest, or none: of an assignment, or in a session."""
    asked = application_ids(Assignment)
    discussed = application_ids(AgendaItem)
    waiting: Counter[tuple[Any, ...]] = Counter()
    for act in acts("assignment.accept", "assignment.recuse"):
        waiting[asked.get(act.row_id), act.told[WHO], act.told["kind"], act.told[MOMENT]] += 1
    for act in acts("agenda_item.recuse"):
        waiting[discussed.get(act.row_id), act.told["person"], act.told["kind"], act.told[MOMENT]] += 1
    query = of_number(Conflict.id, Conflict.application_id, Conflict.user_id, Conflict.kind, Conflict.declared_at)
    query = query.join(Application, Application.id == Conflict.application_id).order_by(Conflict.id)
    for id_, *said, number in db.session.execute(query):
        waiting[tuple(said)] -= 1
        yield f"declaration {id_} on {number}: {UNRECORDED}" if waiting[tuple(said)] < 0 else ""
    for (application_id, user_id, *_), count in waiting.items():
        if count > 0:
            yield f"the history records a declaration of user {user_id} on application {application_id}: {NOT_THERE}"


def application_ids(table: type[Assignment | AgendaItem]) -> dict[int, int]:
    """{id of the row: id of its application}."""
    query = db.select(table.id, table.application_id)
    return {int(row[0]): int(row[1]) for row in db.session.execute(query)}
