"""Amendments: an open call changes by publication alone, and everybody who writes hears of it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.localisation import render, use_locale
from app.services import amendments, match
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError, LimitExceededError
from models.amendments import Amendment
from models.audit import AuditEvent
from models.base import db
from models.calls import QuorumOf, usual_match_terms
from models.documents import DocumentKind
from models.notifications import Notification
from tests.factories import SOM, Programme, three
from tests.support.databases import Copy
from tests.support.queries import count

pytestmark = pytest.mark.either_database


def publish(programme: Programme, changes: dict[str, Any], reason: Any = None) -> Amendment:
    return amendments.publish(
        programme.call,
        changes,
        three("Жол жабык") if reason is None else reason,
        actor=Actor(programme.secretary),
        now=clock.now(),
    )


def test_what_was_and_what_is_now_is_kept_and_the_call_changes(database: Copy, programme: Programme) -> None:
    call = programme.call
    later, before = call.closes_at + timedelta(days=7), call.closes_at
    first = publish(
        programme, {"closes_at": later, "allocations": {call.allocations[0].id: call.budget}, "match_percent": 150}
    )
    assert (first.sequence, sorted(first.changes)) == (1, ["closes_at", "match_percent"])
    assert first.changes["match_percent"] == [100, 150]
    second = publish(programme, {"title": three("Жаңы сынак")})
    db.session.commit()
    db.session.expire_all()
    assert (call.closes_at, call.match_percent, call.amendment_count) == (later, 150, 2)
    assert call.title["en"] == "Жаңы сынак en" and call.is_open_at(before + timedelta(days=1))
    assert amendments.of(call) == [second, first]
    assert amendments.of(call, since=clock.now()) == []
    with use_locale("en"):
        assert amendments.differences(second) == [("Title", "Сынак en", "Жаңы сынак en")]
        assert [one.label for one in amendments.differences(first)] == [
            "Deadline",
            "Grant for each 100 som of co-investment",
        ]
    (event, _other) = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "call.amend")).all()
    assert event.subject == f"calls:{call.id}" and "closes_at" in event.details


def test_writers_hear_of_it_at_their_draft_and_the_centres_at_the_call(database: Copy, programme: Programme) -> None:
    draft, signed, done = (programme.make_application(one) for one in ("draft", "signed_off", "submitted"))
    elsewhere = programme.make_application("draft", call=programme.make_call())
    operator = programme.operator_of(draft.association.centre)
    chairs = {one: programme.chair_of(one.association).id for one in (draft, signed, done, elsewhere)}
    last = db.session.scalar(db.select(db.func.max(Notification.id)))
    publish(programme, {"closes_at": programme.call.closes_at + timedelta(days=1)})
    told = db.session.scalars(db.select(Notification).where(Notification.id > last)).all()
    assert {(one.user_id, one.subject) for one in told} == {
        (chairs[draft], f"applications:{draft.id}"),
        (chairs[signed], f"applications:{signed.id}"),
        (operator.id, f"calls:{programme.call.id}"),
    }
    with use_locale("ru"):
        assert render(told[0].message, told[0].parameters).endswith("Причина: Жол жабык ru")


def test_what_is_written_is_held_against_the_new_match_rule_at_once(programme: Programme) -> None:
    """The pledges a draft needs follow the rule; nobody who writes is told that the own draft has changed."""
    draft = programme.make_application("draft", call=programme.call)
    version, due = draft.version, draft.pledges_due
    assert due == draft.grant_requested > 0
    terms = usual_match_terms() | {"community_share": 20, "beyond_percent": 200, "first_stage": 100 * SOM}
    amendment = publish(programme, {"match_percent": 50, "match_terms": terms})
    db.session.commit()
    db.session.expire_all()
    assert draft.pledges_due != due and draft.version == version
    wanted = match.due(match.rule_of(programme.call), draft.grant_requested)
    assert draft.pledges_due == wanted.total - wanted.community
    with use_locale("en"):
        (_ratio, further) = amendments.differences(amendment)
    assert further.before == "none" and "The village itself carries at least 20 % of the whole project." in further.now


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({}, IncompleteError, None),
        ({"closes_at": -1}, DomainError, "closes_on"),
        ({"allocations": -1}, DomainError, "allocation"),
        ({"allocations": 1_000_000_000 * SOM}, LimitExceededError, "allocation"),
        ({"budget": 6_000_000 * SOM}, DomainError, None),
        ({"grant_floor": 600_000 * SOM}, DomainError, "grant_ceiling"),
        ({"grant_ceiling": 6_000_000 * SOM}, DomainError, "grant_ceiling"),
        ({"match_percent": 0}, DomainError, "match_percent"),
        ({"match_terms": usual_match_terms() | {"grant_share": 100}}, DomainError, "grant_share"),
        ({"title": {"ky": "а", "ru": " ", "en": "c"}}, IncompleteError, "title_ru"),
        ({"screening_ends_on": 0}, DomainError, "screening_ends_on"),
        ({"pass_total": 50}, DomainError, None),
        ({"tranche_percents": [100]}, DomainError, None),
        ({"criteria": []}, DomainError, None),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    app: Flask, programme: Programme, changes: dict[str, Any], error: type[DomainError], field: str | None
) -> None:
    call = programme.call
    if "closes_at" in changes:
        changes = {"closes_at": call.closes_at - timedelta(days=1)}
    if "screening_ends_on" in changes:
        changes = {"screening_ends_on": clock.bishkek_day(call.closes_at)}
    if "allocations" in changes:
        amount = call.budget - 1 if changes["allocations"] == -1 else changes["allocations"]
        changes = {"allocations": {call.allocations[0].id: amount}}
    with pytest.raises(error) as refusal:
        publish(programme, changes)
    assert refusal.value.field == (f"allocation_{call.allocations[0].id}" if field == "allocation" else field)
    db.session.rollback()
    assert count(Amendment) == 0


def test_a_reason_in_three_languages_is_needed(app: Flask, programme: Programme) -> None:
    with pytest.raises(IncompleteError) as refusal:
        publish(programme, {"match_percent": 150}, {"ky": "себеп", "ru": "причина", "en": "  "})
    assert refusal.value.field == "reason_ky"


def test_conditions_somebody_submitted_by_stay(database: Copy, programme: Programme) -> None:
    programme.make_application("submitted")
    for changes in ({"match_percent": 150}, {"grant_ceiling": 600_000 * SOM}, {"in_kind_counts": True}):
        with pytest.raises(DomainError, match="тапшырылып калган"):
            publish(programme, changes)
    assert (
        publish(programme, {"allocations": {programme.call.allocations[0].id: programme.call.budget + SOM}}).sequence
        == 1
    )


def test_a_draft_a_decided_call_and_a_past_deadline(app: Flask, programme: Programme) -> None:
    actor, now = Actor(programme.secretary), clock.now()
    draft = programme.make_call(is_open=False)
    with pytest.raises(DomainError, match="Ачык сынак гана"):
        amendments.publish(draft, {"match_percent": 150}, three("себеп"), actor=actor, now=now)
    past = programme.make_past_call()
    with pytest.raises(DomainError, match="Мөөнөт өтүп кетти"):
        later = now + timedelta(days=9)
        amendments.publish(past, {"closes_at": later}, three("себеп"), actor=actor, now=now)
    assert amendments.publish(past, {"title": three("Башка")}, three("себеп"), actor=actor, now=now).sequence == 1


def test_quorum_and_papers_change_while_nobody_has_submitted(database: Copy, programme: Programme) -> None:
    call = programme.call
    wanted = amendments.with_required(call, [DocumentKind.QUOTATION])
    assert {one["kind"] for one in wanted if one["is_required"]} == {"meeting_minutes", "quotation"}
    assert wanted != call.required_documents
    amendment = publish(programme, {"quorum_percent": 40, "quorum_of": QuorumOf.ADULTS, "required_documents": wanted})
    db.session.commit()
    db.session.expire_all()
    assert (call.quorum_percent, call.quorum_of, call.required_documents) == (40, QuorumOf.ADULTS, wanted)
    with use_locale("en"):
        shown = {one.label: one.now for one in amendments.differences(amendment)}
    assert shown["Quorum of the village meeting"] == "40"
    assert shown["Papers every application must have"].count(",") == 1
    publish(programme, {"required_documents": amendments.with_required(call, [])})
    programme.make_application("submitted")
    for name, value in (("quorum_percent", 30), ("required_documents", [])):
        with pytest.raises(DomainError) as refusal:
            publish(programme, {name: value})
        assert refusal.value.field == name
