"""What is written into the database by hand has no act in the history, and `flask verify` names it row by row."""

import re

import pytest

from app import clock
from app.services import assignments, council_sessions, interests, letters, new_decisions, verification
from app.services.actors import Actor
from models.agenda_items import AgendaItem
from models.applications import Application, ApplicationStatus
from models.base import db, fingerprint
from models.council_sessions import CouncilSession, DecisionOutcome
from models.interests import InterestKind
from models.reviews import ConflictKind
from models.users import Role, User
from tests.factories import TEXT
from tests.services.test_new_decisions import decide, judged, sit_again, uphold
from tests.support.queries import unprotect
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

D = DecisionOutcome
T = "'2026-10-13 05:00:00.000000'"
NOBODY = "no act of the history records it"


def findings(programme):
    """What is found, with the numbers of the acts left out."""
    db.session.flush()
    db.session.expire_all()
    (check,) = (one for one in verification.run(programme.storage) if one.name == "judging by the history")
    assert check.count > 0
    return sorted(re.sub(r"\bact \d+ ", "act ", one) for one in check.findings)


@pytest.fixture
@kept
def world(programme):
    """A call that is decided, with a grant; one whose session sits; and an application in review where a reviewer has
    declared an interest."""
    decided = judged(programme)
    sitting = programme.make_application("reviewed", call=programme.make_past_call())
    waiting = programme.make_application("in_review")
    judge, other = assignments.of_application(waiting)[:2]
    tied = Actor(judge.reviewer)
    assignments.declare(judge, ConflictKind.KINSHIP, explanation=TEXT, actor=tied, now=clock.now())
    member = programme.make_user(Role.REVIEWER)  # before the session: the seats are for everybody
    session = programme.make_session(sitting.call)
    selected, rejected = decided[D.SELECTED], decided[D.REJECTED]
    signed = new_decisions.last_of(selected).session
    (first, second) = assignments.of_application(selected)
    return {
        "selected": selected.id,
        "selected_number": selected.number,
        "rejected": rejected.id,
        "rejected_number": rejected.number,
        "letter": letters.readable(rejected, is_office=True).id,
        "letter_number": letters.readable(rejected, is_office=True).number,
        "allocation": selected.call.allocations[0].id,
        "session": signed.id,
        "call": signed.call_id,
        "protocol": signed.protocol.id,
        "assignment": first.id,
        "review": first.review.id,
        "untouched": second.review.id,
        "grant": programme.offer(selected).id,
        "sitting": sitting.id,
        "sitting_number": sitting.number,
        "sitting_allocation": sitting.call.allocations[0].id,
        "open": session.id,
        "item": db.session.scalars(db.select(AgendaItem.id).where(AgendaItem.session_id == session.id)).one(),
        "waiting": waiting.id,
        "waiting_number": waiting.number,
        "tied": judge.reviewer_id,
        "asked": other.id,
        "member": member.id,
        "secretary": programme.secretary.id,
        "chair": programme.council_chair.id,
        "T": T,
        "other_hash": fingerprint("{}"),
    }


FORGED = {
    "a decision": (
        [
            "INSERT INTO decisions (session_id, application_id, outcome, amount, allocation_id, reason, votes_for, "
            "votes_against, abstentions, present, sequence, decided_by_id, decided_at) VALUES ({open}, {sitting}, "
            "'selected', 20000000, {sitting_allocation}, 'x', 3, 0, 0, '[]', 1, {secretary}, {T})"
        ],
        [f"the decision on {{sitting_number}} in session {{open}}: {NOBODY}"],
    ),
    "a promotion": (
        [
            "INSERT INTO promotions (protocol_id, application_id, grant_id, allocation_id, amount, passed_over, "
            "confirmed_by_id, confirmed_at) VALUES ({protocol}, {rejected}, {grant}, {allocation}, 20000000, '[]', "
            "{chair}, {T})",
            "UPDATE applications SET status = 'selected' WHERE id = {rejected}",
        ],
        [
            "application {rejected_number} is selected, by the history it is rejected",
            f"the promotion of {{rejected_number}}: {NOBODY}",
        ],
    ),
    "an appeal upheld": (
        [
            "INSERT INTO appeals (id, letter_id, text, status, lodged_at, lodged_by_id, acknowledged_at, closed_at, "
            "closed_by_id, reason, version) VALUES (900, {letter}, 'x', 'upheld', {T}, {member}, {T}, {T}, {chair}, "
            "'x', 1)"
        ],
        [
            f"appeal 900 on {{rejected_number}}, acknowledged: {NOBODY}",
            f"appeal 900 on {{rejected_number}}, lodged: {NOBODY}",
            f"appeal 900 on {{rejected_number}}, upheld: {NOBODY}",
        ],
    ),
    "an appeal withdrawn": (
        [
            "INSERT INTO appeals (id, letter_id, text, status, lodged_at, lodged_by_id, closed_at, closed_by_id, "
            "reason, version) VALUES (900, {letter}, 'x', 'withdrawn', {T}, {member}, {T}, {member}, 'x', 1)"
        ],
        [
            f"appeal 900 on {{rejected_number}}, lodged: {NOBODY}",
            f"appeal 900 on {{rejected_number}}, withdrawn: {NOBODY}",
        ],
    ),
    "an appeal dismissed": (
        [
            "INSERT INTO appeals (id, letter_id, text, status, lodged_at, lodged_by_id, closed_at, closed_by_id, "
            "reason, version) VALUES (900, {letter}, 'x', 'dismissed', {T}, {member}, {T}, {chair}, 'x', 1)"
        ],
        [
            f"appeal 900 on {{rejected_number}}, dismissed: {NOBODY}",
            f"appeal 900 on {{rejected_number}}, lodged: {NOBODY}",
        ],
    ),
    "a corrected protocol signed": (
        [
            "INSERT INTO corrected_protocols (protocol_id, reason, changes, status, drafted_by_id, drafted_at, number, "
            "content, sha256, signed_by_id, signed_at, returned_for, version) VALUES ({protocol}, 'x', '[]', 'signed', "
            "{secretary}, {T}, 'P-2026-0099', '{{}}', '{other_hash}', {chair}, {T}, '', 1)"
        ],
        [f"corrected protocol P-2026-0099, signed: {NOBODY}"],
    ),
    "a corrected protocol withdrawn": (
        [
            "INSERT INTO corrected_protocols (id, protocol_id, reason, changes, status, drafted_by_id, drafted_at, "
            "returned_for, version) VALUES (900, {protocol}, 'x', '[]', 'withdrawn', {secretary}, {T}, '', 1)"
        ],
        [f"corrected protocol 900, withdrawn: {NOBODY}"],
    ),
    "levels handed in anew": (
        [
            "INSERT INTO scores (review_id, submission, criterion_id, level, justification) SELECT review_id, 2, "
            "criterion_id, 1, justification FROM scores WHERE review_id = {review}",
            "UPDATE reviews SET submission = 2, total = 2000 WHERE id = {review}",
        ],
        [f"review {{review}} of {{selected_number}}, submission 2: {NOBODY}"],
    ),
    "levels of a submission to come": (
        [
            "INSERT INTO scores (review_id, submission, criterion_id, level, justification) SELECT review_id, 2, "
            "criterion_id, 1, justification FROM scores WHERE review_id = {review}"
        ],
        [f"review {{review}} of {{selected_number}}, submission 2: {NOBODY}"],
    ),
    "a total": (
        ["UPDATE reviews SET total = 2000 WHERE id = {review}"],
        ["review {review} of {selected_number}, submission 1: the total is 2000, its levels make 10000"],
    ),
    "a review that is a draft": (
        ["UPDATE reviews SET status = 'draft', total = NULL WHERE id = {review}"],
        ["review {review} of {selected_number} is draft, by the history it is submitted"],
    ),
    "a submission taken off": (
        ["UPDATE reviews SET submission = 0 WHERE id = {review}"],
        ["review {review} of {selected_number} was handed in 0 times, by the history 1 times"],
    ),
    "the moment of a review": (
        ["UPDATE reviews SET submitted_at = {T} WHERE id = {review}"],
        ["review {review} of {selected_number} was handed in at another moment by the history"],
    ),
    "a submission that was reopened": (
        [
            "INSERT INTO review_submissions (review_id, submission, comment, private_note, flag, total, submitted_at, "
            "reopened_at, reopened_by_id, reason) "
            "VALUES ({review}, 1, '', '', 'none', 10000, {T}, {T}, {secretary}, 'x')"
        ],
        [f"submission 1 of review {{review}}, reopened: {NOBODY}"],
    ),
    "the total of a submission that was reopened": (
        [
            "INSERT INTO review_submissions (review_id, submission, comment, private_note, flag, total, submitted_at, "
            "reopened_at, reopened_by_id, reason) "
            "VALUES ({review}, 7, '', '', 'none', 10000, {T}, {T}, {secretary}, 'x')"
        ],
        [
            "review {review} of {selected_number}, submission 7: the total is 10000, its levels make None",
            f"submission 7 of review {{review}}, reopened: {NOBODY}",
        ],
    ),
    "a reviewer recused": (
        ["UPDATE assignments SET status = 'recused' WHERE id = {assignment}"],
        ["assignment {assignment} on {selected_number} is recused, by the history it is closed"],
    ),
    "a request closed": (
        ["UPDATE assignments SET status = 'closed' WHERE id = {asked}"],
        ["assignment {asked} on {waiting_number} is closed, by the history it is proposed"],
    ),
    "another reviewer": (
        ["UPDATE assignments SET reviewer_id = {secretary} WHERE id = {assignment}"],
        ["assignment {assignment} on {selected_number}: by the history another reviewer has answered it"],
    ),
    "another secretary asked": (
        ["UPDATE assignments SET assigned_by_id = {chair} WHERE id = {asked}"],
        [
            "assignment {asked} on {waiting_number}: act of the history (assignment.assign of assignments:{asked}) has "
            "it with another application, who or moment"
        ],
    ),
    "a reviewer nobody asked": (
        [
            "INSERT INTO assignments (id, application_id, reviewer_id, status, assigned_by_id, assigned_at, due_on, "
            "decline_reason, version) "
            "VALUES (900, {waiting}, {member}, 'accepted', {secretary}, {T}, '2026-11-01', '', 1)"
        ],
        [f"assignment 900 on {{waiting_number}}: {NOBODY}"],
    ),
    "a request gone": (
        ["DELETE FROM assignments WHERE id = {asked}"],
        ["act of the history (assignment.assign of assignments:{asked}): what it records is not there"],
    ),
    "a declared tie wiped": (
        [
            "INSERT INTO conflicts (id, application_id, user_id, kind, explanation, declared_at) "
            "VALUES (900, {waiting}, {tied}, NULL, '', {T})"
        ],
        [f"declaration 900 on {{waiting_number}}: {NOBODY}"],
    ),
    "a detected conflict called a false alarm": (
        [
            "INSERT INTO detected_conflicts (id, application_id, user_id, kind, strength, clues, own_part, own, "
            "their_part, theirs, evidence, found_at, reason, verdict, judged_by_id, judged_at) VALUES (900, {waiting}, "
            "{member}, 'kinship', 'strong', 'pin', 'kin', 'x', 'member', 'y', 1, {T}, 'x', 'false_alarm', {secretary}, "
            "{T})"
        ],
        [f"detected conflict 900 on {{waiting_number}}, judged: {NOBODY}"],
    ),
    "an interest": (
        [
            "INSERT INTO interests (id, user_id, kind, name, relation, register_number, declared_at) "
            "VALUES (900, {member}, 'kin', 'x', '', '', {T})"
        ],
        [f"interest 900, declared: {NOBODY}"],
    ),
    "an interest ended": (
        [
            "INSERT INTO interests (id, user_id, kind, name, relation, register_number, declared_at, ended_at) "
            "VALUES (900, {member}, 'kin', 'x', '', '', {T}, {T})"
        ],
        [f"interest 900, declared: {NOBODY}", f"interest 900, ended: {NOBODY}"],
    ),
    "a register confirmed": (
        ["INSERT INTO interest_confirmations (user_id, call_id, confirmed_at) VALUES ({member}, {call}, {T})"],
        [f"the register of user {{member}}, confirmed for call {{call}}: {NOBODY}"],
    ),
    "a screening": (
        [
            "INSERT INTO screenings (application_id, outcome, reason, findings, parts, screened_by_id, screened_at) "
            "VALUES ({waiting}, 'eligible', '', '[]', '[]', {secretary}, {T})"
        ],
        [f"the screening of {{waiting_number}}: {NOBODY}"],
    ),
    "the seats of the Council": (
        ["UPDATE council_sessions SET seats = seats + 4, held_on = '2020-01-01', place = 'x' WHERE id = {open}"],
        [
            "session {open}, convened: act of the history (session.convene of council_sessions:{open}) has it with "
            "another day, venue, seats"
        ],
    ),
    "a session": (
        ["UPDATE council_sessions SET call_id = {call} WHERE id = {open}"],
        [
            "session {open}, convened: act of the history (session.convene of council_sessions:{open}) has it with "
            "another call"
        ],
    ),
    "a session signed": (
        ["UPDATE council_sessions SET status = 'signed' WHERE id = {open}"],
        [f"session {{open}}, signed: {NOBODY}"],
    ),
    "a session adjourned": (
        [
            "UPDATE council_sessions SET status = 'adjourned', adjourned_at = {T}, adjourned_by_id = {secretary}, "
            "adjourned_reason = 'x' WHERE id = {open}"
        ],
        [f"session {{open}}, adjourned: {NOBODY}"],
    ),
    "who came": (
        ["INSERT INTO attendances (session_id, user_id) VALUES ({open}, {member})"],
        ["session {open}: of who came the history records otherwise users [{member}]"],
    ),
    "who left": (
        [
            "INSERT INTO presence_changes (id, session_id, user_id, is_present, changed_at, recorded_by_id) "
            "VALUES (900, {open}, {tied}, CAST(0 AS BOOLEAN), {T}, {secretary})"
        ],
        [f"change of presence 900 in session {{open}}: {NOBODY}"],
    ),
    "who leaves the room": (
        [
            "INSERT INTO recusals (item_id, user_id, ground, kind, recorded_by_id, recorded_at) "
            "VALUES ({item}, {tied}, 'said', 'kinship', {secretary}, {T})"
        ],
        [f"who said to have a part in item {{item}} of an agenda, user {{tied}}: {NOBODY}"],
    ),
    "the day of a letter": (
        ["UPDATE letters SET sent_at = {T} WHERE id = {letter}"],
        [
            "letter {letter_number} sent on application {rejected_number}: act of the history (application.decide of "
            "applications:{rejected}) has it with another moment"
        ],
    ),
    "a letter held again": (
        ["UPDATE letters SET status = 'held', sent_at = NULL, sent_by_id = NULL WHERE id = {letter}"],
        ["act of the history (application.decide of applications:{rejected}): what it records is not there"],
    ),
    "a letter of before there were letters": (
        [
            "INSERT INTO decisions (id, session_id, application_id, outcome, reason, votes_for, votes_against, "
            "abstentions, present, sequence, decided_by_id, decided_at) VALUES (900, {session}, {waiting}, 'rejected', "
            "'x', 3, 0, 0, '[]', 1, {secretary}, {T})",
            "INSERT INTO letters (number, decision_id, application_id, status, sent_at, sent_by_id, version) "
            "SELECT 'L-900', 900, {waiting}, 'sent', signed_at, signed_by_id, 1 FROM protocols WHERE id = {protocol}",
        ],
        [
            "session {session}: 1 letters were sent on the day of its signature, the history records 0",
            f"the decision on {{waiting_number}} in session {{session}}: {NOBODY}",
        ],
    ),
    "a protocol": (
        ["UPDATE protocols SET content = '{{\"decisions\": []}}', sha256 = '{other_hash}' WHERE id = {protocol}"],
        [
            "session {session}, signed: act of the history (session.sign of council_sessions:{session}) has it with "
            "another sha256"
        ],
    ),
    "an application withdrawn": (
        ["UPDATE applications SET status = 'withdrawn' WHERE id = {rejected}"],
        ["application {rejected_number} is withdrawn, by the history it is rejected"],
    ),
    "an application rejected before the Council": (
        ["UPDATE applications SET status = 'rejected' WHERE id = {sitting}"],
        [f"application {{sitting_number}} is rejected: {NOBODY}"],
    ),
    "an application before the Council again": (
        ["UPDATE applications SET status = 'reviewed' WHERE id = {rejected}"],
        ["application {rejected_number} is reviewed, by the history it is rejected"],
    ),
}
AROUND_TRIGGERS = {"a protocol": "protocols"}
"""The tables whose triggers whoever owns the database takes off first."""


@pytest.mark.parametrize("what", FORGED)
def test_what_is_written_by_hand_is_named(programme, world, what):
    statements, named = FORGED[what]
    assert findings(programme) == []
    if what in AROUND_TRIGGERS:
        unprotect(AROUND_TRIGGERS[what])
    for one in statements:
        db.session.connection().exec_driver_sql(one.format(**world))
    assert findings(programme) == [one.format(**world) for one in named]


def test_what_people_do_one_after_the_other_is_found_nowhere(programme, world):
    by, member = {"actor": Actor(programme.secretary), "now": clock.now()}, db.session.get_one(User, world["member"])
    session = db.session.get_one(CouncilSession, world["open"])
    council_sessions.record_attendance(session, [*session.present, member], **by)
    council_sessions.change_presence(session, member, False, **by)
    sitting = db.session.get_one(Application, world["sitting"])
    one, other = assignments.of_application(sitting)
    programme.reopen(one)
    assert findings(programme) == []
    assignments.decline(one, reason=TEXT, actor=Actor(one.reviewer), now=clock.now())
    own = {"actor": Actor(member), "now": clock.now()}
    interests.end(interests.declare(InterestKind.KIN, name="Асан", relation="ага", register_number="", **own), **own)
    programme.find_tie(sitting, other.reviewer)
    assert findings(programme) == []
    assert sitting.status is ApplicationStatus.IN_REVIEW


def test_what_is_decided_anew_is_what_the_last_decision_says(programme):
    rejected = judged(programme)[D.REJECTED]
    uphold(programme, rejected)
    session = sit_again(programme, rejected)
    assert rejected.status is ApplicationStatus.REVIEWED and findings(programme) == []
    decide(programme, session, rejected, D.RESERVE)
    programme.sign(session)
    assert rejected.status is ApplicationStatus.RESERVE and findings(programme) == []
