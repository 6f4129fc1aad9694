"""Changes of an agreement: more time, money moved within the budget; who decides, and what is in force then."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from app import clock
from app.localisation import use_locale
from app.services import budget_shifts, expenditures, grant_amendments, grant_budgets, suppliers, verification
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from models.base import db
from models.grant_amendments import GrantAmendmentStatus
from models.notifications import Notification
from reports import agreement_content as paper
from tests.support.databases import FULL

S = GrantAmendmentStatus
WHY = "Жол жабылып, жабдуу эки айга кечикти."


@pytest.fixture(autouse=True)
def in_english():
    with use_locale("en"):
        yield


def spread(programme, **grant):
    """A running grant with a second line of each payer, of another heading than the first."""
    return programme.spread(programme.make_grant(**grant))


def extended(programme, grant, days=30, *, by=None):
    return grant_amendments.extend(
        grant,
        grant.ends_on + timedelta(days=days),
        reason=WHY,
        actor=by or programme.chair_actor(grant),
        now=clock.now(),
    )


def test_more_time_makes_a_version_of_the_agreement(programme, home):
    grant = programme.make_grant()
    before, fund = grant.ends_on, grant.fund
    fund.ends_on = before + timedelta(days=60)
    made = extended(programme, grant)
    assert grant.ends_on == before and made.status is S.PROPOSED
    with pytest.raises(AlreadyUsedError):
        extended(programme, grant, 40)
    grant_amendments.approve(made, actor=Actor(programme.finance), now=clock.now())
    assert grant.ends_on == before + timedelta(days=30) and len(grant.agreements) == 2
    data = paper.gather(grant)
    assert data.change is not None and (data.change.ends_before, data.change.ends_on) == (before, grant.ends_on)
    assert (data.ends_on, paper.gather(grant, 1).ends_on, paper.gather(grant, 1).change) == (
        grant.ends_on,
        before,
        None,
    )
    assert json.loads(grant.agreements[0].content)["change"] is None
    (check,) = [one for one in verification.run(home) if one.name == "agreements"]
    assert check.findings == []
    told = db.session.scalars(
        db.select(Notification.message).where(Notification.user_id == programme.chair_of(grant.association).id)
    )
    assert any("is amended" in text for text in told)


def test_no_grant_outlasts_its_fund_and_none_gets_shorter(programme):
    grant = programme.make_grant()
    grant.fund.ends_on = grant.ends_on + timedelta(days=60)
    for days in (61, 0, -1):
        with pytest.raises(DomainError) as refused:
            extended(programme, grant, days)
        assert refused.value.field == "ends_on"
    made = extended(programme, grant, 60)
    grant.fund.ends_on = grant.ends_on + timedelta(days=59)
    with pytest.raises(DomainError, match="no grant lasts longer"):
        grant_amendments.approve(made, actor=Actor(programme.finance), now=clock.now())


def test_who_asks_for_more_time_does_not_decide(programme):
    grant = programme.make_grant()
    grant.fund.ends_on = grant.ends_on + timedelta(days=60)
    made = extended(programme, grant, by=Actor(programme.finance))
    for who in (programme.finance, programme.secretary):
        with pytest.raises(SeparationOfDutyError):
            grant_amendments.approve(made, actor=Actor(who), now=clock.now())
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(
            sa.text(
                "UPDATE grant_amendments SET status = 'approved', decided_by_id = proposed_by_id, "
                "decided_at = proposed_at, agreement_id = (SELECT max(id) FROM agreements)"
            )
        )
    db.session.rollback()
    grant_amendments.refuse(made, reason=WHY, actor=Actor(programme.other_finance), now=clock.now())
    again = extended(programme, grant)
    grant_amendments.withdraw(again, reason=WHY, actor=programme.chair_actor(grant), now=clock.now())
    assert (made.status, again.status, len(grant.agreements)) == (S.REFUSED, S.WITHDRAWN, 1)


PAIRS = ((0, 2), (2, 0), (1, 3), (3, 1), (0, 1))
"""Lines of `spread` to move between: all but the last pair are of one payer."""


def two_lines(grant):
    """Two lines of one payer and of different headings, and what is planned on each."""
    lines = grant.application.budget_lines
    pairs = [(a, b) for a in lines for b in lines if a.payer is b.payer and a.heading is not b.heading]
    return pairs[0]


def move(grant, amount, *, actor):
    source, goal = two_lines(grant)
    held = grant_budgets.in_force(grant)
    wanted = {source.id: held[source.id] - amount, goal.id: held[goal.id] + amount}
    return grant_amendments.shift(grant, wanted, reason=WHY, actor=actor, now=clock.now())


def test_up_to_a_quarter_finance_decides_alone_beyond_it_another_office(programme):
    grant = spread(programme)
    _source, goal = two_lines(grant)
    agreed = dict(grant_budgets.in_force(grant))
    quarter = sum(one.amount for one in grant.application.budget_lines if one.heading is goal.heading) // 4
    finance = Actor(programme.finance)
    first = move(grant, quarter, actor=finance)
    assert not first.is_over_limit
    grant_amendments.approve(first, actor=finance, now=clock.now())
    assert grant_budgets.planned(grant, goal) == agreed[goal.id] + quarter
    (row,) = [one for one in paper.gather(grant).change.lines if one.item == goal.item]
    assert (row.before, row.after) == (agreed[goal.id], agreed[goal.id] + quarter)
    assert sum(one.amount for one in paper.gather(grant).budget) == sum(agreed.values())
    second = move(grant, 1, actor=programme.chair_actor(grant))
    assert second.is_over_limit, "the quarter was used up: it counts from the agreement on"
    with pytest.raises(SeparationOfDutyError, match="More than a quarter"):
        grant_amendments.approve(second, actor=finance, now=clock.now())
    grant_amendments.approve(second, actor=Actor(programme.council_chair), now=clock.now())
    assert [one.sequence for one in grant.agreements] == [1, 2, 3]


def test_what_is_in_force_is_what_may_be_spent(programme):
    grant = spread(programme, is_matched=True)
    source, goal = two_lines(grant)
    held, finance = grant_budgets.in_force(grant), Actor(programme.finance)
    spent = held[source.id] - 1_000_00
    spend(programme, grant, source, spent)
    with pytest.raises(LimitExceededError) as refused:
        move(grant, 1_000_01, actor=finance)
    assert refused.value.field == f"line_{source.id}"
    made = move(grant, 1_000_00, actor=finance)
    spend(programme, grant, source, 500_00)
    with pytest.raises(LimitExceededError):
        grant_amendments.approve(made, actor=finance, now=clock.now())
    grant_amendments.withdraw(made, reason=WHY, actor=finance, now=clock.now())
    made = move(grant, 500_00, actor=programme.chair_actor(grant))
    grant_amendments.approve(made, actor=finance, now=clock.now())
    use = {one.line.id: one for one in expenditures.by_line(grant)}[source.id]
    assert (use.planned, use.left) == (held[source.id] - 500_00, 0)
    with pytest.raises(LimitExceededError):
        spend(programme, grant, source, 1)
    spend(programme, grant, goal, held[goal.id] + 500_00)


def spend(programme, grant, line, amount):
    number, chair = next(programme.numbers), programme.chair_actor(grant)
    supplier = suppliers.named(f"ОсОО {number}", suppliers.Details(), is_another=True, actor=chair, now=clock.now())
    return expenditures.record(
        grant,
        line,
        title="Темир",
        amount=amount,
        paid_on=clock.bishkek_day(clock.now()) - timedelta(days=1),
        supplier=supplier,
        document_number=f"INV-{number}",
        actor=chair,
        now=clock.now(),
    )


@pytest.mark.either_database
def test_every_payer_pays_as_much_as_before(programme):
    """Property: whatever is wanted is refused, or leaves each payer's total and every recorded document covered."""
    grant = spread(programme, is_matched=True)
    lines = grant.application.budget_lines
    spend(programme, grant, lines[0], lines[0].amount // 2)
    db.session.commit()

    def by_payer(amounts):
        return budget_shifts.totals((one.payer.value, amounts[one.id]) for one in lines)

    agreed = by_payer(grant_budgets.in_force(grant))

    @settings(max_examples=200 if FULL else 15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(st.sampled_from(PAIRS), st.integers(-10_000_00, 50_000_00)),
            min_size=1,
            max_size=3,
        )
    )
    def holds(moves):
        held = grant_budgets.in_force(grant)
        wanted = dict(held)
        for (source, goal), amount in moves:
            wanted[lines[source].id] -= amount
            wanted[lines[goal].id] += amount
        try:
            made = grant_amendments.shift(
                grant, wanted, reason=WHY, actor=programme.chair_actor(grant), now=clock.now()
            )
        except (LimitExceededError, IncompleteError, DomainError):
            assert wanted == held or by_payer(wanted) != agreed or min(one.left for one in uses(wanted)) < 0
            return
        decider = programme.council_chair if made.is_over_limit else programme.finance
        grant_amendments.approve(made, actor=Actor(decider), now=clock.now())
        assert grant_budgets.in_force(grant) == wanted and by_payer(wanted) == agreed
        assert min(one.left for one in expenditures.by_line(grant)) >= 0

    def uses(wanted):
        return [
            expenditures.LineUse(one.line, wanted[one.line.id], one.accepted, one.waiting)
            for one in expenditures.by_line(grant)
        ]

    holds()
