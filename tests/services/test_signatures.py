"""The chair's answers as records: who, how, on which paper, of what; never changed, and what is handed in fits them."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from app import clock
from app.services import applications, audit, documents, signatures, verification
from app.services.actors import Actor
from app.services.dictations import Confirmation
from app.services.errors import IncompleteError
from models.applications import ApplicationStatus, Snapshot
from models.base import db, fingerprint
from models.dictations import ConfirmationWay
from models.signatures import Signature, SignatureOutcome

pytestmark = pytest.mark.either_database

S, W, Answer = ApplicationStatus, ConfirmationWay, SignatureOutcome
REASON = "Бюджетте сарайдын чатыры жок."


@pytest.fixture
def draft(programme):
    return programme.make_application(S.DRAFT, association=programme.association)


@pytest.fixture
def operator(programme, draft):
    return Actor(programme.operator, programme.association, programme.dictate(programme.association))


def scan(programme):
    return documents.store(programme.make_photo(), storage=programme.storage, now=clock.now())


def findings(programme):
    return [one for check in verification.run(programme.storage) for one in check.findings]


def receipt_number(application):
    """What a receipt printed now bears."""
    return signatures.receipt_number(application, applications.stamp_of(application))


def test_on_paper_the_chair_signed_and_the_operator_typed(programme, draft, operator):
    number, stamp, file = (
        receipt_number(draft),
        applications.stamp_of(draft),
        scan(programme),
    )
    paper = Confirmation(programme.chair.person, W.THUMBPRINT, file, f" {number.replace('A', 'А')} ")
    applications.sign_off(draft, confirmation=paper, actor=operator, now=clock.now())
    (kept,) = signatures.of(draft)
    assert (kept.outcome, kept.way, kept.receipt, kept.file) == (Answer.SIGNED, W.THUMBPRINT, number, file)
    assert (kept.person, kept.typed_by) == (programme.chair.person, programme.operator)
    assert kept.sha256 == stamp == applications.stamp_of(draft)
    again = Actor(programme.operator, programme.association)  # the sign-off has ended the session
    snapshot = applications.submit(draft, actor=again, now=clock.now())
    assert snapshot.sha256 == stamp and signatures.behind(snapshot) is kept
    assert findings(programme) == []


@pytest.mark.parametrize("wrong", [None, "", "17/31", "A-2026-0001", "A-2026-0001/9999"])
def test_a_paper_of_another_number_signs_nothing_off(programme, draft, operator, wrong):
    paper = Confirmation(programme.chair.person, W.SIGNATURE, scan(programme), wrong)
    with pytest.raises(IncompleteError) as refusal:
        applications.sign_off(draft, confirmation=paper, actor=operator, now=clock.now())
    assert refusal.value.field == "receipt"
    assert draft.status is S.DRAFT and signatures.of(draft) == []


def test_what_is_written_after_the_receipt_was_printed_makes_it_worthless(programme, draft, operator):
    """Whoever wrote: the operator, or the chair in the own account."""
    for writer in (operator, Actor(programme.chair)):
        number = receipt_number(draft)
        answers = {**draft.answers, "problem": f"{draft.answers['problem']} Дагы: {writer.user.id}."}
        applications.save_section(draft, "problem", answers, actor=writer, now=clock.now())
        paper = Confirmation(programme.chair.person, W.SIGNATURE, scan(programme), number)
        with pytest.raises(IncompleteError, match="номери эмес") as refusal:
            applications.sign_off(draft, confirmation=paper, actor=operator, now=clock.now())
        assert refusal.value.field == "receipt"
    fresh = Confirmation(
        programme.chair.person,
        W.SIGNATURE,
        scan(programme),
        receipt_number(draft),
    )
    applications.sign_off(draft, confirmation=fresh, actor=operator, now=clock.now())
    assert draft.status is S.SIGNED_OFF


def test_what_the_office_does_leaves_the_receipt_good(programme, draft, operator):
    """It changes no word of it, and its number tells nobody what the office does."""
    number = receipt_number(draft)
    audit.record(Actor(programme.secretary), "application.judge_duplicate", draft, clock.now(), other=1)
    assert receipt_number(draft) == number
    paper = Confirmation(programme.chair.person, W.SIGNATURE, scan(programme), number)
    draft.association.name_ky = "Башка ат"  # stands on the receipt
    db.session.flush()
    with pytest.raises(IncompleteError, match="номери эмес"):
        applications.sign_off(draft, confirmation=paper, actor=operator, now=clock.now())


def test_a_paper_without_its_scan_signs_nothing_off(programme, draft, operator):
    paper = Confirmation(programme.chair.person, W.SIGNATURE, None, receipt_number(draft))
    with pytest.raises(IncompleteError) as refusal:
        applications.sign_off(draft, confirmation=paper, actor=operator, now=clock.now())
    assert refusal.value.field == "upload"


def test_in_the_own_account_chair_and_typist_are_one_and_no_paper_is_named(programme, draft):
    chair = Actor(programme.chair)
    applications.decline(draft, reason=REASON, actor=chair, now=clock.now())
    applications.sign_off(draft, actor=chair, now=clock.now())
    declined, signed = signatures.of(draft)
    assert (declined.outcome, declined.reason, declined.way) == (Answer.DECLINED, REASON, W.OWN_ACCOUNT)
    assert (signed.outcome, signed.way, signed.receipt, signed.file) == (Answer.SIGNED, W.OWN_ACCOUNT, "", None)
    assert declined.person == signed.person == programme.chair.person
    assert signed.typed_by == programme.chair


def test_a_refusal_passed_on_by_the_operator_names_the_chair_and_no_way(programme, draft, operator):
    applications.decline(draft, reason=REASON, actor=operator, now=clock.now())
    (kept,) = signatures.of(draft)
    assert (kept.person, kept.typed_by, kept.way) == (programme.chair.person, programme.operator, None)


def test_nothing_is_handed_in_that_differs_from_what_was_signed(programme, draft):
    chair = Actor(programme.chair)
    applications.sign_off(draft, actor=chair, now=clock.now())
    name, draft.association.name_ky = draft.association.name_ky, "Башка аталыш"
    with pytest.raises(IncompleteError):
        applications.submit(draft, actor=chair, now=clock.now())
    draft.association.name_ky = name
    applications.submit(draft, actor=chair, now=clock.now())
    assert draft.status is S.SUBMITTED


@pytest.mark.database
def test_a_record_is_never_changed(programme, draft):
    applications.sign_off(draft, actor=Actor(programme.chair), now=clock.now())
    for statement in (db.update(Signature).values(person_id=None), db.delete(Signature)):
        with pytest.raises(DatabaseError, match="append-only"), db.session.begin_nested():
            db.session.execute(statement)


@pytest.mark.database
def test_verify_names_a_submission_that_nobody_signed(programme):
    """A content that was signed only after it had been handed in, or never."""
    application = programme.make_application(S.SUBMITTED)
    assert findings(programme) == []
    (taken,), (signed,), content = application.snapshots, signatures.of(application), '{"answers":{}}'
    forged = Snapshot(
        application_id=application.id,
        sequence=2,
        content=content,
        sha256=fingerprint(content),
        taken_at=taken.taken_at,
        taken_by_id=taken.taken_by_id,
    )
    db.session.add(forged)
    db.session.flush()
    named = f"snapshot {forged.id} is not what the chair signed"
    assert findings(programme) == [named] and signatures.behind(forged) is None
    again = {"application_id": application.id, "outcome": Answer.SIGNED, "typed_by_id": signed.typed_by_id}
    db.session.add(Signature(**again, signed_at=taken.taken_at + timedelta(days=1), sha256=forged.sha256))
    db.session.flush()
    assert findings(programme) == [named]
    assert signatures.behind(taken) is signed


def test_a_signature_from_before_stamps_were_kept_stands_for_what_followed(programme):
    application = programme.make_application(S.DRAFT)
    chair = Actor(programme.chair_of(application.association))
    application.status, application.signed_off_at = S.SIGNED_OFF, clock.now()
    old = {"application_id": application.id, "outcome": Answer.SIGNED, "typed_by_id": chair.user_id}
    db.session.add(Signature(**old, signed_at=clock.now(), sha256=""))
    db.session.flush()
    applications.submit(application, actor=chair, now=clock.now())
    assert findings(programme) == []
