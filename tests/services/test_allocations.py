"""The parts of a call's budget: set up, promised by the funds, and spent by the Council's decisions."""

import json
from typing import Any

import pytest

from app import clock
from app.services import amendments, calls, decisions, verification
from app.services.actors import Actor
from app.services.calls import allocations, paid_from
from app.services.calls.set_up import HIGHEST_BUDGET
from app.services.decisions import Motion
from app.services.errors import AlreadyUsedError, DomainError, LimitExceededError
from models.allocations import Allocation
from models.applications import Application
from models.audit import AuditEvent
from models.base import db
from models.calls import Call
from models.council_sessions import CouncilSession, Decision, DecisionOutcome
from models.funds import Fund
from models.places import Oblast
from tests.factories import SOM, TEXT, Programme
from tests.support.queries import count

pytestmark = pytest.mark.either_database

OSH, BATKEN, JALAL_ABAD = "KG-O", "KG-B", "KG-J"


def save(
    programme: Programme, call: Call, fund: Fund, oblast: Oblast | None, amount: int, own: Allocation | None = None
) -> Allocation:
    actor = Actor(programme.secretary)
    return allocations.save(call, own, fund=fund, oblast=oblast, amount=amount * SOM, actor=actor, now=clock.now())


def amounts(call: Call) -> list[tuple[int, str | None, int]]:
    return [(one.fund_id, one.oblast and one.oblast.iso, one.amount // SOM) for one in allocations.of(call)]


def decide(
    programme: Programme,
    session: CouncilSession,
    application: Application,
    amount: int,
    paid_from: int | None = None,
) -> Decision:
    """The Council gives `amount` som."""
    return decisions.decide(
        session,
        application,
        Motion(
            DecisionOutcome.SELECTED,
            amount=amount * SOM,
            reason=TEXT,
            votes_for=3,
            votes_against=0,
            abstentions=0,
            allocation_id=paid_from,
        ),
        actor=Actor(programme.secretary),
        now=clock.now(),
    )


# Setting up --------------------------------------------------------------------------------------------------


def test_a_call_begins_with_one_allocation_and_its_budget_follows_them(programme: Programme) -> None:
    call, other = programme.make_call(is_open=False, with_dry_run=False), programme.make_fund()
    osh = programme.oblast(OSH)
    assert amounts(call) == [(programme.fund.id, None, 5_000_000)]
    added = save(programme, call, other, osh, 1_500_000)
    assert (call.budget, call.fund_id) == (6_500_000 * SOM, programme.fund.id)
    save(programme, call, other, None, 6_000_000, own=added)
    assert (call.budget, call.fund_id) == (11_000_000 * SOM, other.id), "the fund that gives most leads"
    allocations.remove(call, call.allocations[0], actor=Actor(programme.secretary), now=clock.now())
    assert (amounts(call), call.budget) == ([(other.id, None, 6_000_000)], 6_000_000 * SOM)
    found = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action.contains("allocation")))
    assert [one.action for one in found] == ["call.save_allocation"] * 2 + ["call.remove_allocation"]


@pytest.mark.parametrize(
    ("fund", "oblast", "amount", "error", "field"),
    [
        ("own", None, 1_000_000, AlreadyUsedError, "fund"),
        ("other", OSH, 0, DomainError, "amount"),
        ("other", OSH, -5, DomainError, "amount"),
        ("other", OSH, 200_000_000_000, DomainError, "amount"),
        ("other", OSH, 99_999, LimitExceededError, "amount"),
        ("other", JALAL_ABAD, 1_000_000, DomainError, "oblast"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    programme: Programme, fund: str, oblast: str | None, amount: int, error: type[DomainError], field: str
) -> None:
    eligibility = {"running_grants": 0, "co_investment_percent": 0, "founded_months": 0}
    places = [programme.oblast(OSH).id, programme.oblast(BATKEN).id]
    call = programme.make_call(is_open=False, with_dry_run=False, eligibility=eligibility | {"oblasts": places})
    chosen = programme.fund if fund == "own" else programme.make_fund()
    before = amounts(call)
    with pytest.raises(error) as refusal:
        save(programme, call, chosen, programme.oblast(oblast) if oblast else None, amount)
    assert refusal.value.field == field
    assert (amounts(call), call.budget) == (before, 5_000_000 * SOM)


def test_one_grant_at_the_ceiling_always_stays(programme: Programme) -> None:
    call = programme.make_call(is_open=False, with_dry_run=False)
    only = call.allocations[0]
    for act in (
        lambda: allocations.remove(call, only, actor=Actor(programme.secretary), now=clock.now()),
        lambda: save(programme, call, programme.fund, None, 499_999, own=only),
    ):
        with pytest.raises(LimitExceededError):
            act()
    assert amounts(call) == [(programme.fund.id, None, 5_000_000)]
    with pytest.raises(DomainError) as refusal:
        calls.change(
            call, {"grant_ceiling": 6_000_000 * SOM}, section="money", actor=Actor(programme.secretary), now=clock.now()
        )
    assert refusal.value.field == "grant_ceiling"


def test_twenty_allocations_are_enough(programme: Programme) -> None:
    call = programme.make_call(is_open=False, with_dry_run=False)
    for _more in range(allocations.MOST - 1):
        save(programme, call, programme.make_fund(), None, 200_000)
    with pytest.raises(LimitExceededError):
        save(programme, call, programme.make_fund(), None, 200_000)


def test_those_of_an_open_call_stay(programme: Programme) -> None:
    call, other = programme.call, programme.make_fund()
    for act in (
        lambda: save(programme, call, other, None, 1_000_000),
        lambda: save(programme, call, programme.fund, None, 4_000_000, own=call.allocations[0]),
        lambda: allocations.remove(call, call.allocations[0], actor=Actor(programme.secretary), now=clock.now()),
    ):
        with pytest.raises(DomainError, match="өзгөртүлбөйт"):
            act()


def test_a_call_made_from_another_has_its_allocations(programme: Programme) -> None:
    other, osh = programme.make_fund(), programme.oblast(OSH)
    source = programme.make_call(also=[(other, osh, 1_000_000 * SOM)])
    made = calls.clone(
        source,
        "2027",
        opens_at=source.opens_at,
        closes_at=source.closes_at,
        actor=Actor(programme.secretary),
        now=clock.now(),
    )
    assert amounts(made) == amounts(source) and made.budget == source.budget == 6_000_000 * SOM
    assert not {one.id for one in made.allocations} & {one.id for one in source.allocations}


# Opening -----------------------------------------------------------------------------------------------------


def refusals(call: Call) -> list[str]:
    return [one.message for one in calls.obstacles(call)]


def test_each_fund_must_cover_its_own_part(programme: Programme) -> None:
    """What one fund has too much does not help the other, nor what an open call has promised of it already."""
    small = programme.make_fund(amount=1_000_000 * SOM)
    call = programme.make_call(is_open=False, also=[(small, None, 1_000_001 * SOM)])
    (found,) = calls.obstacles(call)
    assert found.parameters["fund"] == {"name": small.names}
    assert (found.parameters["free"].amount, found.parameters["budget"].amount) == (1_000_000 * SOM, 1_000_001 * SOM)
    save(programme, call, small, None, 700_000, own=allocations.of(call)[1])
    calls.open_(call, actor=Actor(programme.secretary), now=clock.now())
    second = programme.make_call(is_open=False, also=[(small, None, 400_000 * SOM)])
    (found,) = calls.obstacles(second)
    assert found.parameters["free"].amount == 300_000 * SOM


def test_whoever_may_apply_can_be_paid(programme: Programme) -> None:
    other, osh, batken = programme.make_fund(), programme.oblast(OSH), programme.oblast(BATKEN)
    call = programme.make_call(is_open=False, with_dry_run=False, also=[(other, osh, 1_000_000 * SOM)])
    tried = "No dry run is submitted yet."
    assert refusals(call) == [tried]
    save(programme, call, programme.fund, batken, 4_000_000, own=call.allocations[0])
    assert refusals(call) == ["Villages of %(place)s may apply, but there is no money for them.", tried]
    programme.skip_dry_run(call, clock.now())
    narrowed: dict[str, Any] = dict(call.eligibility) | {"oblasts": [osh.id, batken.id]}
    by: dict[str, Any] = {"section": "eligibility", "actor": Actor(programme.secretary), "now": clock.now()}
    calls.change(call, {"eligibility": narrowed}, **by)
    assert refusals(call) == []
    calls.change(call, {"eligibility": narrowed | {"oblasts": [osh.id]}}, **by)
    assert refusals(call) == ["There is money for %(place)s, but none of its villages may apply."]
    calls.change(
        call, {"eligibility": narrowed, "grant_floor": 1_000_001 * SOM, "grant_ceiling": 2_000_000 * SOM}, **by
    )
    assert refusals(call)[0] == "One allocation is %(amount)s, less than the smallest grant."


@pytest.mark.database
def test_a_budget_that_is_not_the_sum_does_not_open_and_is_found(programme: Programme) -> None:
    call = programme.make_call(is_open=False)
    call.budget += 1
    db.session.flush()
    assert refusals(call) == ["The allocations add up to %(together)s, the budget is %(budget)s."]
    findings = [one for check in verification.run(programme.storage) for one in check.findings]
    assert findings == [f"call {call.code}: allocations add up to {call.budget - 1}, the budget is {call.budget} tyiyn"]


# Deciding ----------------------------------------------------------------------------------------------------


@pytest.fixture
def other(programme: Programme) -> Fund:
    return programme.make_fund()


@pytest.fixture
def call(programme: Programme, other: Fund) -> Call:
    """A million for everybody, 300,000 for Osh from another fund."""
    also = [(other, programme.oblast(OSH), 300_000 * SOM)]
    return programme.make_past_call(budget=1_000_000 * SOM, also=also, grant_floor=0)


def reviewed(programme: Programme, call: Call, oblast: str) -> Application:
    return programme.make_application(
        "reviewed", call=call, association=programme.make_association(oblast=oblast), grant=250_000 * SOM
    )


def test_money_named_for_an_oblast_is_not_moved_once_somebody_has_applied(programme: Programme, call: Call) -> None:
    everywhere, for_osh = call.allocations
    reason = dict.fromkeys(("ky", "ru", "en"), TEXT)
    by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now()}
    moved = {everywhere.id: 1_100_000 * SOM, for_osh.id: 200_000 * SOM}
    amendments.publish(call, {"allocations": moved}, reason, **by)
    reviewed(programme, call, OSH)
    again = {everywhere.id: 1_250_000 * SOM, for_osh.id: 50_000 * SOM}
    with pytest.raises(DomainError) as refusal:
        amendments.publish(call, {"allocations": again}, reason, **by)
    assert refusal.value.field == f"allocation_{for_osh.id}"
    amendments.publish(call, {"allocations": {for_osh.id: 210_000 * SOM}}, reason, **by)
    with pytest.raises(DomainError):
        amendments.publish(
            call, {"allocations": {for_osh.id: HIGHEST_BUDGET, everywhere.id: HIGHEST_BUDGET}}, reason, **by
        )


def test_the_money_of_the_own_oblast_goes_first_and_the_grant_is_of_its_fund(
    programme: Programme, call: Call, other: Fund
) -> None:
    everywhere, for_osh = call.allocations
    first, second, third = (reviewed(programme, call, one) for one in (OSH, OSH, BATKEN))
    session = programme.make_session(call)
    assert [one.allocation.id for one in paid_from.fitting(first, allocations.standings(first.call))] == [
        for_osh.id,
        everywhere.id,
    ]
    assert [one.allocation.id for one in paid_from.fitting(third, allocations.standings(third.call))] == [everywhere.id]
    taken = [decide(programme, session, one, 250_000).allocation_id for one in (first, second, third)]
    assert taken == [for_osh.id, everywhere.id, everywhere.id], "50,000 were left for Osh: too little for the second"
    standing = [(one.awarded // SOM, one.left // SOM) for one in allocations.standings(call)]
    assert (
        standing == [(500_000, 500_000), (250_000, 50_000)]
        and allocations.left(allocations.standings(call)) == 550_000 * SOM
    )
    assert allocations.pending_awards([other.id]) == {other.id: 250_000 * SOM}
    programme.sign(session)
    content = json.loads(session.protocol.content) if session.protocol else {}
    assert [one["oblast"] and one["oblast"]["en"] for one in content["allocations"]] == [None, "Osh oblast"]
    assert [one["allocation"] for one in content["decisions"]] == [1, 0, 0]
    grants = [programme.offer(one) for one in (first, second, third)]
    assert [one.fund_id for one in grants] == [other.id, programme.fund.id, programme.fund.id]
    assert allocations.pending_awards([other.id]) == {other.id: 0}
    assert not [one for check in verification.run(programme.storage) for one in check.findings]


def test_the_secretary_may_choose_another_that_fits(programme: Programme, call: Call) -> None:
    everywhere, for_osh = call.allocations
    first, second = reviewed(programme, call, OSH), reviewed(programme, call, BATKEN)
    session, elsewhere = programme.make_session(call), programme.make_past_call().allocations[0]
    assert decide(programme, session, first, 200_000, everywhere.id).allocation_id == everywhere.id
    for wrong in (for_osh.id, elsewhere.id, 10**6):
        with pytest.raises(DomainError) as refusal:
            decide(programme, session, second, 200_000, wrong)
        assert refusal.value.field == "allocation"
    assert count(Decision) == 1


@pytest.mark.database
def test_what_is_not_left_is_refused_with_the_figure(programme: Programme, call: Call) -> None:
    for_osh = call.allocations[1]
    chosen = [reviewed(programme, call, OSH) for _ in range(6)]
    session = programme.make_session(call)
    decide(programme, session, chosen[0], 250_000)
    with pytest.raises(LimitExceededError) as refusal:
        decide(programme, session, chosen[1], 50_001, for_osh.id)
    assert (refusal.value.field, refusal.value.parameters["left"].amount) == ("amount", 50_000 * SOM)
    for one in chosen[1:4]:
        decide(programme, session, one, 250_000)
    decide(programme, session, chosen[4], 230_000)  # 20,000 are left for everybody, 50,000 for Osh
    with pytest.raises(LimitExceededError) as refusal:
        decide(programme, session, chosen[5], 50_001)
    assert refusal.value.parameters["left"].amount == 50_000 * SOM and refusal.value.parameters["count"] == 2
    assert decide(programme, session, chosen[5], 50_000).allocation_id == for_osh.id
    assert allocations.left(allocations.standings(call)) == 20_000 * SOM


@pytest.mark.database
def test_allocations_of_one_fund_share_what_it_has(programme: Programme) -> None:
    """A fund that can no longer pay both is not awarded twice; the other call's award counts too."""
    fund, osh = programme.make_fund(amount=800_000 * SOM), programme.oblast(OSH)
    call = programme.make_past_call(fund=fund, budget=500_000 * SOM, also=[(fund, osh, 300_000 * SOM)])
    spent = reviewed(programme, call, OSH)
    session = programme.make_session(call)
    decide(programme, session, spent, 250_000)
    assert [one.left // SOM for one in allocations.standings(call)] == [500_000, 50_000]
    programme.sign(session)
    programme.offer(spent)
    # The call is decided: what was not awarded is free for another one, and no more than that.
    second = programme.make_call(is_open=False, fund=fund, budget=600_000 * SOM)
    assert [one.parameters["free"].amount // SOM for one in calls.obstacles(second)] == [550_000]


def test_an_oblast_without_money_gets_no_award(programme: Programme) -> None:
    """The checklist keeps it from coming so far; the decision refuses it all the same."""
    call = programme.make_call(is_open=False, with_dry_run=False)
    batken = programme.oblast(BATKEN)
    narrowed = dict(call.eligibility) | {"oblasts": [batken.id]}
    by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now()}
    calls.change(call, {"eligibility": narrowed}, section="eligibility", **by)
    save(programme, call, programme.fund, batken, 5_000_000, own=call.allocations[0])
    programme.skip_dry_run(call, call.opens_at)
    calls.open_(call, actor=Actor(programme.secretary), now=call.opens_at)
    outside = programme.make_application("submitted", call=call, association=programme.make_association(oblast=OSH))
    assert paid_from.fitting(outside, allocations.standings(outside.call)) == []
    with pytest.raises(DomainError, match="облуска") as refusal:
        paid_from.choose(paid_from.fitting(outside, allocations.standings(outside.call)), 200_000 * SOM)
    assert refusal.value.field == "amount"


@pytest.mark.database
def test_an_award_from_a_wrong_or_an_empty_allocation_is_found(programme: Programme, call: Call) -> None:
    """What the services refuse is found when it is in the database all the same."""
    for_osh = call.allocations[1]
    from_batken, from_osh = reviewed(programme, call, BATKEN), reviewed(programme, call, OSH)
    session = programme.make_session(call)
    for one, amount in ((from_batken, 100_000), (from_osh, 250_000)):
        db.session.add(
            Decision(
                session=session,
                application=one,
                outcome=DecisionOutcome.SELECTED,
                amount=amount * SOM,
                allocation=for_osh,
                reason=TEXT,
                votes_for=3,
                votes_against=0,
                abstentions=0,
                decided_by_id=programme.secretary.id,
                decided_at=clock.now(),
            )
        )
    db.session.flush()
    (check,) = (one for one in verification.run(programme.storage) if one.name == "allocations")
    assert check.findings == [
        f"application {from_batken.number}: awarded from allocation {for_osh.id}, which is not for it",
        f"call {call.code}: {350_000 * SOM} awarded from allocation {for_osh.id} of {300_000 * SOM} tyiyn",
    ]
