"""Allocations for one theme: what fits beside what, who is paid from them, and an allocation more in an open call."""

from typing import Any

import pytest

from app import clock
from app.localisation import use_locale
from app.services import amendments, calls, decisions, eligibility, selections, verification
from app.services.actors import Actor
from app.services.calls import allocations, paid_from
from app.services.calls.allocations import AllocationInput
from app.services.decisions import Motion
from app.services.errors import AlreadyUsedError, DomainError, LimitExceededError
from models.allocations import Allocation
from models.amendments import Amendment
from models.applications import Application
from models.base import db
from models.calls import Call
from models.council_sessions import DecisionOutcome
from models.funds import Fund
from tests.factories import SOM, TEXT, Programme, three
from tests.support.queries import count

pytestmark = pytest.mark.either_database

OSH, BATKEN = "KG-O", "KG-B"


@pytest.fixture
def other(programme: Programme) -> Fund:
    return programme.make_fund()


def codes(found: list[Allocation]) -> list[tuple[str | None, str | None, int]]:
    return [(one.oblast and one.oblast.iso, one.theme and one.theme.code, one.amount // SOM) for one in found]


# Setting up --------------------------------------------------------------------------------------------------


def test_a_fund_gives_once_to_each_oblast_and_theme(programme: Programme, other: Fund) -> None:
    call, osh = programme.make_call(is_open=False, with_dry_run=False), programme.oblast(OSH)
    by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now(), "amount": 500_000 * SOM}
    wanted: list[dict[str, Any]] = [
        {"oblast": oblast, "theme": theme} for oblast in (None, osh) for theme in (None, programme.theme("water"))
    ]
    for one in wanted:
        allocations.save(call, None, fund=other, **one, **by)
    allocations.save(call, None, fund=other, oblast=None, theme=programme.theme("crops"), **by)
    for one in wanted:
        with pytest.raises(AlreadyUsedError) as refusal:
            allocations.save(call, None, fund=other, **one, **by)
        assert refusal.value.field == "fund"
    assert codes(allocations.of(call))[1:] == [
        (None, None, 500_000),
        (None, "water", 500_000),
        (OSH, None, 500_000),
        (OSH, "water", 500_000),
        (None, "crops", 500_000),
    ]
    assert call.budget == 7_500_000 * SOM


@pytest.mark.database
@pytest.mark.parametrize("has_oblast", [False, True])
@pytest.mark.parametrize("has_theme", [False, True])
def test_the_database_keeps_them_apart_too(
    programme: Programme, other: Fund, has_oblast: bool, has_theme: bool
) -> None:
    call = programme.make_call(is_open=False, with_dry_run=False)
    place, theme = programme.oblast(OSH).id if has_oblast else None, programme.theme("water").id if has_theme else None
    for _ in range(2):
        db.session.add(Allocation(call_id=call.id, fund_id=other.id, oblast_id=place, theme_id=theme, amount=SOM))
    with pytest.raises(db.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_call_whose_money_is_all_for_themes_says_so(programme: Programme, other: Fund) -> None:
    call = programme.make_call(is_open=False, with_dry_run=False, also=[(other, None, 1_000_000 * SOM, "water")])
    assert [one.message for one in calls.obstacles(call)] == ["No dry run is submitted yet."]
    assert not any("themes" in one.parameters for one in eligibility.statements(call))
    allocations.remove(call, call.allocations[0], actor=Actor(programme.secretary), now=clock.now())
    with use_locale("en"):
        assert str(eligibility.statements(call)[-1]) == "The project is about: Water and irrigation."
    programme.skip_dry_run(call, clock.now())
    calls.open_(call, actor=Actor(programme.secretary), now=clock.now())


def test_a_call_made_from_another_has_its_themes(programme: Programme, other: Fund) -> None:
    source = programme.make_call(also=[(other, programme.oblast(OSH), 1_000_000 * SOM, "water")])
    made = calls.clone(
        source,
        "2027",
        opens_at=source.opens_at,
        closes_at=source.closes_at,
        actor=Actor(programme.secretary),
        now=clock.now(),
    )
    assert codes(allocations.of(made)) == codes(allocations.of(source))


# Deciding ----------------------------------------------------------------------------------------------------


@pytest.fixture
def call(programme: Programme, other: Fund) -> Call:
    """A million for everybody; of another fund 300,000 each for Osh, for water, and for water in Osh."""
    osh, amount = programme.oblast(OSH), 300_000 * SOM
    also = [(other, osh, amount), (other, None, amount, "water"), (other, osh, amount, "water")]
    return programme.make_past_call(budget=1_000_000 * SOM, also=also)


def reviewed(programme: Programme, call: Call, oblast: str, theme: str) -> Application:
    association = programme.make_association(oblast=oblast)
    grant = 250_000 * SOM
    return programme.make_application("reviewed", call=call, association=association, grant=grant, theme=theme)


@pytest.mark.database
def test_the_narrowest_that_fits_goes_first(programme: Programme, call: Call) -> None:
    everywhere, for_osh, for_water, for_both = call.allocations
    fitting = {
        (OSH, "water"): [for_both, for_osh, for_water, everywhere],
        (OSH, "food"): [for_osh, everywhere],
        (BATKEN, "water"): [for_water, everywhere],
        (BATKEN, "food"): [everywhere],
    }
    found = [reviewed(programme, call, *one) for one in fitting]
    standings = allocations.standings(call)
    for application, wanted in zip(found, fitting.values(), strict=True):
        assert [one.allocation for one in paid_from.fitting(application, standings)] == wanted
    paid = selections.of_call(call).straight.awards
    assert [paid[one.id].line_id for one in found] == [one.id for one in (for_both, for_osh, for_water, everywhere)]
    session = programme.make_session(call)
    for application in found:
        decisions.decide(
            session,
            application,
            Motion(
                DecisionOutcome.SELECTED, amount=250_000 * SOM, reason=TEXT, votes_for=3, votes_against=0, abstentions=0
            ),
            actor=Actor(programme.secretary),
            now=clock.now(),
        )
    programme.sign(session)
    assert [programme.offer(one).fund_id for one in found] == [call.allocations[1].fund_id] * 3 + [everywhere.fund_id]
    assert not [one for check in verification.run(programme.storage) for one in check.findings]
    found[2].theme = programme.theme("food")
    db.session.flush()
    findings = [one for check in verification.run(programme.storage) for one in check.findings]
    assert findings == [f"application {found[2].number}: awarded from allocation {for_water.id}, which is not for it"]


def test_an_application_without_a_theme_fits_only_what_is_for_every_one(programme: Programme, call: Call) -> None:
    older = reviewed(programme, call, OSH, "water")
    older.theme = None
    db.session.flush()
    everywhere, for_osh, _for_water, _for_both = call.allocations
    standings = allocations.standings(call)
    assert [one.allocation for one in paid_from.fitting(older, standings)] == [for_osh, everywhere]
    assert selections.of_call(call).straight.awards[older.id].line_id == for_osh.id


def test_without_money_for_a_theme_there_is_no_award(programme: Programme, call: Call) -> None:
    food = reviewed(programme, call, BATKEN, "food")
    standings = [one for one in allocations.standings(call) if one.allocation.theme_id]
    assert paid_from.fitting(food, standings) == []
    with pytest.raises(DomainError, match="багытка"):
        paid_from.choose(paid_from.fitting(food, standings), 200_000 * SOM)


# An allocation more in an open call --------------------------------------------------------------------------


def publish(programme: Programme, call: Call, added: AllocationInput | None, **changes: Any) -> Any:
    by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now()}
    return amendments.publish(call, changes | {"added": added}, three("Дагы акча келди"), **by)


def test_an_amendment_adds_a_fund_and_the_budget_follows(programme: Programme, other: Fund) -> None:
    """Also when somebody has applied already: nothing is taken from anybody."""
    call = programme.make_application("submitted").call
    leading = call.fund_id
    water = AllocationInput(other, programme.oblast(OSH), programme.theme("water"), 700_000 * SOM)
    amendment = publish(programme, call, water)
    db.session.commit()
    db.session.expire_all()
    assert codes(call.allocations) == [(None, None, 5_000_000), (OSH, "water", 700_000)]
    assert (call.budget, call.fund_id) == (5_700_000 * SOM, leading)
    before, now = amendment.changes["allocations"]
    assert (len(before), now[1]["theme"]["en"], now[1]["amount"]) == (1, "Water and irrigation", 700_000 * SOM)
    with use_locale("en"):
        shown = {one.label: one.now for one in amendments.differences(amendment)}
    said = shown["Budget by fund"].replace("\N{NO-BREAK SPACE}", " ")
    assert said.endswith("Osh oblast, Water and irrigation: 700 000 som")
    with pytest.raises(AlreadyUsedError) as refusal:
        publish(programme, call, water)
    assert refusal.value.field == "added_fund"
    lower = {call.allocations[1].id: 600_000 * SOM, call.allocations[0].id: 5_100_000 * SOM}
    with pytest.raises(DomainError) as lowered:
        publish(programme, call, None, allocations=lower)
    assert lowered.value.field == f"allocation_{call.allocations[1].id}", "somebody relies on it"


@pytest.mark.parametrize(
    ("amount", "oblast", "error", "field"),
    [
        (0, None, DomainError, "added_amount"),
        (99_999, None, LimitExceededError, "added_amount"),
        (200_000_000_000, None, DomainError, "added_amount"),
        (1_000_001, None, LimitExceededError, "added_amount"),
        (500_000, "KG-J", DomainError, "added_oblast"),
    ],
)
def test_what_cannot_be_added_is_refused_at_its_field(
    programme: Programme, amount: int, oblast: str | None, error: type[DomainError], field: str
) -> None:
    places = [programme.oblast(OSH).id, programme.oblast(BATKEN).id]
    eligible = {"running_grants": 0, "co_investment_percent": 0, "founded_months": 0, "oblasts": places}
    call, small = programme.make_call(eligibility=eligible), programme.make_fund(amount=1_000_000 * SOM)
    added = AllocationInput(small, programme.oblast(oblast) if oblast else None, None, amount * SOM)
    with pytest.raises(error) as refusal:
        publish(programme, call, added)
    assert refusal.value.field == field
    assert codes(allocations.of(call)) == [(None, None, 5_000_000)] and count(Amendment) == 0


def test_a_fund_that_grows_and_gives_more_must_have_both(programme: Programme) -> None:
    """What an allocation gets more and what a new one of the same fund gets are guarded together."""
    fund = programme.make_fund(amount=1_000_000 * SOM)
    call = programme.make_call(also=[(fund, None, 400_000 * SOM)])
    own = call.allocations[1]
    water = AllocationInput(fund, None, programme.theme("water"), 300_001 * SOM)
    with pytest.raises(LimitExceededError) as refusal:
        publish(programme, call, water, allocations={own.id: 700_000 * SOM})
    assert refusal.value.parameters["budget"].amount == 1_000_001 * SOM
    assert refusal.value.field == f"allocation_{own.id}"
    publish(programme, call, water, allocations={own.id: 699_999 * SOM})
    second = programme.make_call(is_open=False, also=[(fund, None, 100_000 * SOM)])
    (found,) = calls.obstacles(second)
    assert found.parameters["free"].amount == 0, "all of it is promised now"


def test_a_call_has_no_more_than_twenty(programme: Programme) -> None:
    also = [(programme.make_fund(), None, 200_000 * SOM) for _more in range(allocations.MOST - 1)]
    call = programme.make_call(also=also)
    with pytest.raises(LimitExceededError):
        publish(programme, call, AllocationInput(programme.make_fund(), None, None, 200_000 * SOM))
