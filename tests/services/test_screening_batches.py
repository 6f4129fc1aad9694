"""Findings held for many applications: nobody hears of them before they are sent, and each is guarded anew then."""

from datetime import timedelta

import pytest

from app import clock
from app.services import applications, desks, notifications, screening_batches, screening_lists, screenings
from app.services.actors import Actor
from app.services.application_history import steps
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from models.applications import ApplicationStatus, Screening, ScreeningOutcome
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification
from models.screening_batches import HeldScreening, HeldStatus, ScreeningBatch
from models.users import Role
from tests.support.queries import count
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

S, OUT, H = ApplicationStatus, ScreeningOutcome, HeldStatus
WHY = "Тиркемелер жетишпейт"


@pytest.fixture
@kept
def three(programme):
    return [programme.make_application(S.SUBMITTED, association=programme.make_association()) for _ in range(3)]


@pytest.fixture
def other(programme):
    return {"actor": Actor(programme.make_user(Role.SECRETARY)), "now": clock.now()}


def hold(made, outcome, by, *, reason="", parts=()):
    seen = {one.id: one.version for one in made}
    return screening_batches.hold(made, outcome, seen=seen, reason=reason, parts=parts, **by)


def findings(batch):
    return screening_batches.of(batch, screening_lists.NO_TIES)


def states(batch):
    return [one.status for one in findings(batch)]


def acts(action):
    query = db.select(AuditEvent.subject).where(AuditEvent.action == action).order_by(AuditEvent.id)
    return list(db.session.scalars(query))


def about(made):
    return [f"applications:{one.id}" for one in made]


def test_what_is_held_changes_and_tells_nothing(three, by):
    told = count(Notification)
    before = [steps(one) for one in three]
    batch = hold(three, OUT.INELIGIBLE, by, reason=WHY)
    assert states(batch) == [H.HELD] * 3
    assert {one.status for one in three} == {S.SUBMITTED}
    assert (count(Notification), count(Screening)) == (told, 0)
    assert acts("application.hold_screening") == about(three)
    assert [steps(one) for one in three] == before, "what the association reads of its application"
    rows = screening_lists.rows([one.id for one in three])
    assert [(row.held, row.batch_id, row.is_screenable) for row in rows] == [(OUT.INELIGIBLE, batch.id, False)] * 3


def test_a_finding_made_after_it_was_held_stands(three, by, other):
    """What a colleague has returned is being mended: a finding from before does not end that."""
    batch = hold(three, OUT.INELIGIBLE, by, reason=WHY)
    later = other | {"now": other["now"] + timedelta(minutes=1)}
    screenings.screen(three[0], OUT.RETURNED, reason=WHY, parts=["idea"], **later)
    left_out = screening_batches.send(batch, actor=by["actor"], now=later["now"] + timedelta(minutes=1))
    assert [one.application for one in left_out] == [three[0]]
    assert left_out[0].problem["message"] == "Another finding was recorded after this one was held."
    assert [one.status for one in three] == [S.RETURNED, S.INELIGIBLE, S.INELIGIBLE]


@pytest.mark.database
def test_sending_screens_and_tells_each(three, by):
    batch = hold(three, OUT.INELIGIBLE, by, reason=WHY)
    told = count(Notification)
    assert screening_batches.send(batch, **by) == []
    assert states(batch) == [H.SENT] * 3 and {one.status for one in three} == {S.INELIGIBLE}
    assert count(Screening) == 3 and acts("application.screen") == about(three)
    assert count(Notification) - told == sum(len(set(notifications.people_of(one.association))) for one in three)
    with pytest.raises(AlreadyUsedError):
        screening_batches.send(batch, **by)
    with pytest.raises(AlreadyUsedError):
        screening_batches.undo(batch, **by)
    assert count(Screening) == 3 and {one.status for one in three} == {S.INELIGIBLE}


def test_returned_ones_are_returned_for_the_parts_named_and_those_tied_to_them(three, by):
    finding = {"reason": WHY, "parts": ["budget"]}
    shown = screening_batches.preview(three, OUT.RETURNED, **finding, **by)
    batch = hold(three, OUT.RETURNED, by, **finding)
    screening_batches.send(batch, **by)
    assert {one.asked_parts for one in three} == {frozenset({"budget", "financing", "pledges"})}
    for one, preview in zip(three, shown, strict=True):
        assert {part.key for part in preview.parts} == one.asked_parts, "the preview said so"
        assert preview.status is one.status is S.RETURNED and preview.told == len(
            set(notifications.people_of(one.association))
        )


def test_who_was_screened_withdrawn_or_submitted_anew_meanwhile_is_left_out_alone(programme, by):
    made = [programme.make_application(S.SUBMITTED, association=programme.make_association()) for _ in range(4)]
    screened, withdrawn, anew, _untouched = made
    batch = hold(made, OUT.INELIGIBLE, by, reason=WHY)
    screenings.screen(screened, OUT.ELIGIBLE, reason="", **by)
    chair = {"actor": Actor(programme.chair_of(withdrawn.association)), "now": clock.now()}
    applications.withdraw(withdrawn, reason="Каражат табылды", **chair)
    screenings.screen(anew, OUT.RETURNED, reason=WHY, parts=["idea"], **by)
    chair["actor"] = Actor(programme.chair_of(anew.association))
    applications.sign_off(anew, **chair)
    applications.submit(anew, **chair)
    hindrances = screening_batches.hindrances(findings(batch), **by)
    foreseen = [one.id in hindrances for one in findings(batch)]
    assert foreseen == [True, True, True, False], "the page says so before it is sent"
    told = count(Notification)
    left_out = screening_batches.send(batch, **by)
    assert [one.application for one in left_out] == [screened, withdrawn, anew]
    assert states(batch) == [H.LEFT_OUT, H.LEFT_OUT, H.LEFT_OUT, H.SENT]
    assert [one.status for one in made] == [S.ELIGIBLE, S.WITHDRAWN, S.RESUBMITTED, S.INELIGIBLE]
    assert all(str(screening_batches.problem_of(one)) for one in left_out)
    assert acts("application.leave_out_screening") == about(made[:3])
    assert count(Notification) - told == len(set(notifications.people_of(made[3].association)))


def test_a_rule_that_is_not_met_any_more_is_seen_at_sending(three, by):
    """Eligible when it was held, not when it is sent: the rules are those of the moment of sending."""
    batch = hold(three, OUT.ELIGIBLE, by)
    three[0].association.payout_account.closed_at = clock.now()
    db.session.flush()
    assert [one.application for one in screening_batches.send(batch, **by)] == [three[0]]
    assert [one.status for one in three] == [S.SUBMITTED, S.ELIGIBLE, S.ELIGIBLE]


def test_what_is_taken_back_can_be_held_again(three, by):
    batch = hold(three, OUT.ELIGIBLE, by)
    first = findings(batch)[0]
    screening_batches.undo(batch, first.id, **by)
    assert states(batch) == [H.UNDONE, H.HELD, H.HELD]
    with pytest.raises(AlreadyUsedError):
        screening_batches.undo(batch, first.id, **by)
    again = hold(three[:1], OUT.INELIGIBLE, by, reason=WHY)
    with pytest.raises(AlreadyUsedError):
        screening_batches.undo(batch, findings(again)[0].id, **by)
    screening_batches.undo(batch, **by)
    assert states(batch) == [H.UNDONE] * 3 and states(again) == [H.HELD]
    with pytest.raises(AlreadyUsedError):
        screening_batches.send(batch, **by)
    assert count(Screening) == 0 and acts("application.undo_screening") == about(three)


@pytest.mark.database
def test_two_secretaries_at_once_one_holds_and_the_other_is_told(three, by, other):
    hold(three[:2], OUT.ELIGIBLE, by)
    with pytest.raises(ChangedMeanwhileError) as refusal:
        hold(three[1:], OUT.INELIGIBLE, other, reason=WHY)
    assert refusal.value.parameters["number"] == three[1].number
    db.session.rollback()


@pytest.mark.database
def test_the_database_holds_one_finding_an_application(three, by):
    batch = hold(three[:1], OUT.ELIGIBLE, by)
    twice = HeldScreening(batch_id=batch.id, application_id=three[0].id, problem={})
    db.session.add(twice)
    with pytest.raises(Exception, match=r"(?i)unique"):
        db.session.flush()
    db.session.rollback()


def test_another_secretary_may_send_or_take_back_and_the_holder_hears_of_it(three, by, other):
    batch = hold(three, OUT.ELIGIBLE, by)
    mine = db.select(Notification.message).where(Notification.user_id == by["actor"].user_id)
    before = set(db.session.scalars(mine))
    screening_batches.undo(batch, findings(batch)[0].id, **other)
    screening_batches.send(batch, **other)
    assert set(db.session.scalars(mine)) - before == {
        "%(name)s took back findings you held.",
        "%(name)s sent the findings you held.",
    }
    assert {one.settled_by_id for one in findings(batch)} == {other["actor"].user_id}


def test_what_was_changed_after_the_preview_is_not_held(three, by):
    seen = {one.id: one.version for one in three}
    three[1].title = "Башка аталыш"
    db.session.flush()
    with pytest.raises(ChangedMeanwhileError) as refusal:
        screening_batches.hold(three, OUT.ELIGIBLE, seen=seen, reason="", **by)
    assert refusal.value.parameters["number"] == three[1].number
    db.session.rollback()


def test_the_preview_says_who_is_refused_and_why_and_names_pairs(programme, three, by):
    poor = programme.make_application(S.SUBMITTED, association=programme.make_association(with_account=False))
    drafted = programme.make_application(S.DRAFT, association=programme.make_association())
    hold(three[:1], OUT.ELIGIBLE, by)
    chosen = [*three, poor, drafted]
    seen = screening_batches.preview(chosen, OUT.ELIGIBLE, reason="", parts=(), **by)
    assert [one.problem is None for one in seen] == [False, True, True, False, False]
    assert [one.status for one in seen] == [None, S.ELIGIBLE, S.ELIGIBLE, None, None]
    assert {pair.number for pair in seen[1].alike} == {one.number for one in (three[0], three[2], poor)}
    assert count(ScreeningBatch) == 1 and count(HeldScreening) == 1
    with pytest.raises(DomainError):
        hold([poor], OUT.ELIGIBLE, by)


@pytest.mark.parametrize(("outcome", "reason", "field"), [("ineligible", " ", "reason"), ("returned", WHY, "parts")])
def test_a_finding_without_its_reason_or_parts_is_refused_before_anybody_is_looked_at(
    three, by, outcome, reason, field
):
    for act in (screening_batches.preview, lambda made, *_args, **kw: hold(made, OUT(outcome), by, reason=reason)):
        with pytest.raises(IncompleteError) as refusal:
            act(three, OUT(outcome), reason=reason, parts=(), **by)
        assert refusal.value.field == field


def test_nobody_chosen_and_too_many_chosen(programme, by):
    with pytest.raises(IncompleteError):
        hold([], OUT.ELIGIBLE, by)
    with pytest.raises(LimitExceededError):
        screening_batches.chosen(range(1, screening_batches.MOST + 2), programme.secretary)


def test_dry_runs_are_not_chosen(programme, three):
    dry = next(one for one in db.session.scalars(db.select(type(three[0]))) if one.is_test)
    assert screening_batches.chosen([dry.id, three[0].id], programme.secretary) == [three[0]]


def test_what_a_secretary_has_a_tie_to_is_left_to_another(programme, three, by, other):
    batch = hold(three, OUT.ELIGIBLE, by)
    user = other["actor"].user
    user.person.village_id = three[0].association.village_id
    db.session.flush()
    ties = screening_batches.conflicts.ties_of(user)
    kept_from = [one for one in three if ties.has(one)]
    assert three[0] in kept_from
    free = [one for one in three if one not in kept_from]
    assert [one.application for one in screening_batches.of(batch, ties)] == free
    assert screening_batches.chosen([one.id for one in three], user) == free
    assert [one.held for one in screening_batches.newest(ties)] == ([len(free)] if free else [])
    with pytest.raises(SeparationOfDutyError):
        screenings.screen(three[0], OUT.ELIGIBLE, reason="", **other)
    if free:
        screening_batches.send(batch, **other)
    with pytest.raises(AlreadyUsedError):
        screening_batches.undo(batch, **other)
    assert {one.application: one.status for one in findings(batch)} == {
        one: H.HELD if one in kept_from else H.SENT for one in three
    }
    assert screening_batches.held_count(ties) == 0 and screening_batches.held_count(screening_lists.NO_TIES)


def test_the_desk_asks_to_send_what_is_held_and_not_to_screen_it(programme, three, by):
    def waits():
        return [task.text for task in desks.tasks_for(programme.secretary, clock.now())]

    assert waits().count("Screen the application") == 3
    batch = hold(three[:2], OUT.ELIGIBLE, by)
    assert waits().count("Screen the application") == 1
    assert waits().count("Send or take back the findings that are held") == 1
    screening_batches.send(batch, **by)
    assert "Send or take back the findings that are held" not in waits()
