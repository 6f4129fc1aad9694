"""Eligibility rules: settings of the call, each with its sentence, what was found and what would mend it."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from app.localisation import use_locale
from app.services import decisions, eligibility, places, screenings
from app.services.actors import Actor
from app.services.decisions import Motion
from app.services.eligibility import Finding, months_between
from app.services.errors import LimitExceededError
from models.calls import usual_eligibility
from models.council_sessions import DecisionOutcome
from models.places import Oblast
from tests.factories import Programme
from tests.support.databases import Copy

pytestmark = pytest.mark.either_database


def found(programme: Programme, rule: str, **settings: Any) -> Finding:
    call = programme.make_call(eligibility=usual_eligibility() | settings)
    application = programme.make_application("submitted", call=call)
    return next(one for one in screenings.findings(application) if one.rule == rule)


@pytest.mark.parametrize(
    ("rule", "met", "broken"),
    [
        ("co_investment", {"co_investment_percent": 50}, {"co_investment_percent": 51}),
        ("age", {"founded_months": 42}, {"founded_months": 43}),  # founded on 1 May 2023, the call ends on 11 Nov 2026
        ("no_open_grant", {"running_grants": 0}, None),
    ],
)
def test_a_rule_is_met_up_to_its_setting(
    database: Copy, programme: Programme, rule: str, met: dict[str, int], broken: dict[str, int] | None
) -> None:
    assert found(programme, rule, **met).met
    if broken:
        finding = found(programme, rule, **broken)
        assert not finding.met and str(finding.found) and str(finding.mend)


def test_a_grant_that_runs_counts_against_the_setting(app: Flask, programme: Programme) -> None:
    grant = programme.make_grant("active")
    for most, is_met in ((0, False), (1, True)):
        call = programme.make_call(eligibility=usual_eligibility() | {"running_grants": most})
        application = programme.make_application("submitted", call=call, association=grant.association)
        finding = next(one for one in screenings.findings(application) if one.rule == "no_open_grant")
        assert finding.met is is_met


def test_places(app: Flask, programme: Programme) -> None:
    home = programme.association.ayil_okmotu.rayon.oblast
    elsewhere = next(one for one in places.oblasts() if one.id != home.id)
    for allowed, is_met in (([home.id], True), ([elsewhere.id], False), ([home.id, elsewhere.id], True)):
        call = programme.make_call(eligibility=usual_eligibility() | {"oblasts": allowed})
        application = programme.make_application("submitted", call=call, association=programme.association)
        finding = next(one for one in screenings.findings(application) if one.rule == "place")
        assert finding.met is is_met
    with use_locale("ru"):
        assert str(finding.found).endswith(", ".join(one.name("ru") for one in (home, elsewhere)) + ".") or (
            elsewhere.name("ru") in str(finding.found) and home.name("ru") in str(finding.found)
        )
    assert isinstance(home, Oblast)


def test_what_is_not_set_asks_nothing_and_every_rule_in_force_is_said(app: Flask, programme: Programme) -> None:
    usual = programme.make_call()
    application = programme.make_application("submitted", call=usual)
    assert [one.rule for one in eligibility.findings(application, 0, [])] == ["no_open_grant"]
    settings = {"running_grants": 2, "co_investment_percent": 30, "founded_months": 6, "oblasts": [1]}
    strict = programme.make_call(eligibility=settings)
    assert len(eligibility.statements(strict)) == len(eligibility.statements(usual)) + 3
    with use_locale("en"):
        said = [str(one) for one in eligibility.statements(strict)]
    assert "At least 30 % of the whole cost is pledged from remittances." in said


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 0),
        (date(2026, 1, 15), date(2026, 2, 15), 1),
        (date(2023, 5, 1), date(2026, 11, 11), 42),
    ],
)
def test_months(start: date, end: date, months: int) -> None:
    assert months_between(start, end) == months


def test_a_cap_stops_one_selection_more(app: Flask, programme: Programme) -> None:
    """Two applications of one ayil aymak reach the Council, the call allows one."""
    call = programme.make_past_call(most_per_ayil_okmotu=1)
    first = programme.make_association()
    second = next(
        one for one in (programme.make_association() for _ in range(30)) if one.ayil_okmotu_id == first.ayil_okmotu_id
    )
    applications = [programme.make_application("reviewed", call=call, association=one) for one in (first, second)]
    session = programme.make_session(call)
    by = {"actor": Actor(programme.secretary), "now": call.closes_at + timedelta(days=20)}
    votes = {"votes_for": 3, "votes_against": 0, "abstentions": 0}
    selected = DecisionOutcome.SELECTED
    amount = applications[0].grant_requested
    decisions.decide(session, applications[0], Motion(selected, amount=amount, reason="Мыкты", **votes), **by)
    with pytest.raises(LimitExceededError) as refusal:
        decisions.decide(session, applications[1], Motion(selected, amount=amount, reason="Мыкты", **votes), **by)
    assert refusal.value.field == "outcome"
    reserve = decisions.decide(
        session,
        applications[1],
        Motion(DecisionOutcome.RESERVE, amount=None, reason="Чегине жетти, каражат калган жок.", **votes),
        **by,
    )
    assert reserve.outcome is DecisionOutcome.RESERVE
