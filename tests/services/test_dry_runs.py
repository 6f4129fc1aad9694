"""Dry runs: the whole way to the submission in a draft call, and in no list, count, number series or message."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app import clock
from app.services import (
    amendments,
    application_lists,
    applications,
    assignments,
    associations,
    call_forms,
    calls,
    centres,
    decisions,
    desks,
    dry_runs,
    duplicates,
    pipelines,
    questions,
    rankings,
    screenings,
    verification,
    workloads,
)
from app.services.actors import Actor
from app.services.application_lists import Filter
from app.services.call_forms import QuestionInput
from app.services.calls import allocations, terms
from app.services.conflicts import NO_TIES
from app.services.errors import AlreadyUsedError, DomainError
from models.applications import Application, ApplicationStatus, ScreeningOutcome
from models.base import db
from models.calls import Call
from models.documents import DocumentKind
from models.duplicates import SubmittedText
from models.notifications import Notification
from tests.factories import Programme, three
from tests.support.databases import Copy

pytestmark = pytest.mark.either_database


def walk(programme: Programme, call: Call, now: Any = None) -> Application:
    """The operator of the test association's centre writes, signs off and submits."""
    now, association = now or clock.now(), programme.test_association
    programme._chairs[association.id] = programme.operator_of(association.centre)
    actor = Actor(programme.operator_of(association.centre), association)
    trial = dry_runs.start(call, association, language="ky", actor=actor, now=now)
    programme.fill_in(trial, now=now)
    applications.sign_off(trial, actor=actor, now=now)
    applications.submit(trial, actor=actor, now=now)
    return trial


@pytest.fixture
def draft(programme: Programme) -> Call:
    return programme.make_call(is_open=False, with_dry_run=False)


def test_a_call_opens_after_its_dry_run_alone(database: Copy, programme: Programme, draft: Call) -> None:
    secretary = Actor(programme.secretary)
    item = next(one for one in calls.checklist(draft) if one.section == "dry_run")
    assert not item.met
    with pytest.raises(DomainError):
        calls.open_(draft, actor=secretary, now=clock.now())
    walk(programme, draft)
    assert all(one.met for one in calls.checklist(draft))
    calls.open_(draft, actor=secretary, now=clock.now())
    assert draft.is_open_at(clock.now())


def change_terms(programme: Programme, call: Call, what: str) -> None:
    by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now()}
    match what:
        case "a question more":
            section = questions.form_of(call).sections[0].key
            call_forms.save_question(call, section, None, QuestionInput(three("Дагы?"), three(""), 200, 0, 1), **by)
        case "floor":
            calls.change(call, {"grant_floor": call.grant_floor + 1}, section="money", **by)
        case "a paper no more":
            call_forms.remove_document(call, DocumentKind.QUOTATION, **by)
        case "money for one theme alone":
            (only,) = call.allocations
            given = {"fund": only.fund, "oblast": None, "theme": programme.theme("water"), "amount": only.amount}
            allocations.save(call, only, **given, **by)


def dry_run_line(call: Call) -> Any:
    return next(one for one in calls.checklist(call) if one.section == "dry_run")


def test_what_applicants_meet_is_tried_again_when_it_changed(app: Flask, programme: Programme, draft: Call) -> None:
    programme.skip_dry_run(draft, clock.now())
    assert dry_run_line(draft).met
    stamps = [terms.stamp_of(draft)]
    for what in ("a question more", "floor", "a paper no more", "money for one theme alone"):
        change_terms(programme, draft, what)
        stamps.append(terms.stamp_of(draft))
    assert len(set(stamps)) == len(stamps)
    assert not dry_run_line(draft).met
    with pytest.raises(DomainError, match="кайра сынап көрүңүз"):
        calls.open_(draft, actor=Actor(programme.secretary), now=clock.now())


def test_what_nobody_gets_stuck_on_may_change_after_the_dry_run(app: Flask, programme: Programme, draft: Call) -> None:
    programme.skip_dry_run(draft, clock.now())
    by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now()}
    calls.change(draft, {"title": three("Жаңы аталыш"), "review_load": 20}, section="texts", **by)
    calls.set_weights(draft, {draft.criteria[0].id: draft.criteria[0].weight}, **by)
    assert dry_run_line(draft).met


def test_a_call_that_changed_is_walked_again_and_opens(app: Flask, programme: Programme, draft: Call) -> None:
    first = walk(programme, draft)
    change_terms(programme, draft, "a question more")
    second = walk(programme, draft)
    assert first.status is ApplicationStatus.WITHDRAWN and first.snapshots  # what it said stays to be read
    assert dry_runs.of(draft) == second and dry_run_line(draft).met
    assert second.number != first.number
    calls.open_(draft, actor=Actor(programme.secretary), now=clock.now())


def test_it_has_a_number_of_its_own_and_tells_only_who_walks_it_and_the_secretary(
    app: Flask, programme: Programme, draft: Call
) -> None:
    first = programme.make_application("draft").number
    last = db.session.scalar(db.select(db.func.max(Notification.id)))
    trial = walk(programme, draft)
    assert trial.number.startswith("T-") and trial.is_test
    following = programme.make_application("draft").number
    assert int(following.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1
    told = {
        row.user_id
        for row in db.session.scalars(db.select(Notification).where(Notification.id > last))
        if row.subject in (f"applications:{trial.id}", f"calls:{draft.id}")
    }
    assert told == {programme.secretary.id, programme.operator_of(programme.test_association.centre).id}


def figures(programme: Programme, call: Call) -> dict[str, Any]:
    """Every list, count, ranking, desk and figure an application can come into."""
    now = clock.now()
    everything = Filter()
    of_call = Filter(call_id=call.id)
    users = (programme.secretary, programme.operator_of(programme.test_association.centre), programme.council_chair)
    seen = programme.test_association.centre_id
    return {
        "list": [one.id for one in application_lists.page(everything).rows],
        "newer": [one.id for one in application_lists.page(everything, after_id=0).rows],
        "oldest": [one.id for one in application_lists.oldest_page(everything).rows],
        "words": [one.id for one in application_lists.page(Filter(words="сыноо")).rows],
        "counts": dict(application_lists.counts(everything)),
        "counts of the call": dict(application_lists.counts(of_call)),
        "desks": {
            one.id: [task for task in desks.tasks_for(one, now) if task.endpoint != "calls.show"] for one in users
        },
        "ranking": rankings.rank(call),
        "far apart": rankings.far_apart(call, NO_TIES),
        "lacking": workloads.lacking(NO_TIES, call.id),
        "submitted to": amendments.is_submitted_to(call),
        "associations": [one.id for one in associations.listed(db.true())],
        "found": [one.id for one in associations.search("")],
        "of the centre": [one.id for one in associations.of_centre(programme.test_association.centre)],
        "to apply for": [one.id for one in associations.to_apply_for(frozenset(), frozenset({seen}))],
        "compared by": db.session.scalar(db.select(db.func.count()).select_from(SubmittedText)),
        "compared by later": duplicates.keep_missing(now),
        "pipeline": [
            (place.association.id, place.call.id)
            for place in pipelines.of(programme.test_association.centre, NO_TIES, now)
        ],
        "counts of centres": centres.association_counts(),
        "verify": {one.name: one.count for one in verification.run(programme.storage) if one.name == "snapshots"},
    }


@pytest.mark.database
def test_it_stands_in_no_list_count_ranking_desk_or_figure(database: Copy, programme: Programme, draft: Call) -> None:
    """The same figures before it, while it is written, when it is submitted, and once the call is open."""
    programme.make_application("submitted")
    assert programme.council_chair and programme.operator_of(programme.test_association.centre)
    before = figures(programme, draft)
    walk(programme, draft)
    assert figures(programme, draft) == before
    calls.open_(draft, actor=Actor(programme.secretary), now=clock.now())
    assert figures(programme, draft) == before
    assert before["list"] and before["counts"] and before["verify"] == {"snapshots": 1}
    with_it = application_lists.page(Filter(call_id=draft.id, with_tests=True)).rows
    assert [one.number[0] for one in with_it] == ["T"]


def test_it_does_not_keep_a_session_from_being_signed(app: Flask, programme: Programme) -> None:
    application = programme.make_application("reviewed", call=programme.make_past_call())
    session = programme.make_session(application.call)
    assert dry_runs.of(application.call) is not None
    assert decisions.in_flight(session.call) == []


@pytest.mark.database
def test_it_ends_with_its_submission(database: Copy, programme: Programme, draft: Call) -> None:
    trial = walk(programme, draft)
    secretary, now = Actor(programme.secretary), clock.now()
    for outcome in ScreeningOutcome:
        with pytest.raises(DomainError):
            screenings.screen(trial, outcome, reason="себеп", actor=secretary, now=now)
    with pytest.raises(DomainError):
        assignments.assign(
            trial, programme.reviewers[0], due_on=clock.bishkek_day(now) + timedelta(days=9), actor=secretary, now=now
        )
    trial_id = trial.id
    db.session.commit()
    table = Application.__table__
    for status in ("eligible", "in_review", "reviewed", "selected", "grant_offered", "returned"):
        with pytest.raises(DBAPIError):
            db.session.execute(sa.update(table).where(table.c.id == trial_id).values(status=status))
        db.session.rollback()


def test_only_the_test_association_and_only_in_a_draft(app: Flask, programme: Programme, draft: Call) -> None:
    now, association = clock.now(), programme.association
    actor = Actor(programme.chair)
    with pytest.raises(DomainError):
        applications.create(draft, association, language="ky", actor=actor, now=now)
    with pytest.raises(DomainError):
        dry_runs.start(draft, association, language="ky", actor=actor, now=now)
    with pytest.raises(DomainError):
        dry_runs.start(programme.call, programme.test_association, language="ky", actor=actor, now=now)
    walk(programme, draft)
    with pytest.raises(AlreadyUsedError):
        dry_runs.start(draft, programme.test_association, language="ky", actor=actor, now=now)


@pytest.mark.database
def test_there_is_one_test_association(database: Copy, programme: Programme) -> None:
    there = programme.test_association
    with pytest.raises(AlreadyUsedError):
        dry_runs.found(programme.association.centre, actor=Actor(programme.secretary), now=clock.now())
    assert associations.existing(there.ayil_okmotu, None) is None  # its ayil okmotu may still found its own
