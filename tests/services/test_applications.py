"""Drafts: what is changed keeps the sums that lists show in step, on both databases."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app import clock
from app.services import applications
from app.services.actors import Actor
from app.services.errors import DomainError
from models.applications import ApplicationStatus, ApplicationTarget, BudgetHeading, BudgetLine, Payer
from models.base import db
from models.pledges import Pledge

LINE = {
    "heading": BudgetHeading.WORKS,
    "item": " Чатыр ",
    "unit": "м²",
    "quantity": Decimal("2.5"),
    "unit_cost": 1_000_00,
    "payer": Payer.COMMUNITY,
    "month": 3,
}


def change_line(line, application, actor, **changes):
    applications.change_budget_line(line, application, **(LINE | changes), actor=actor, now=clock.now())


def test_a_changed_line_renews_the_sums_and_ends_the_sign_off(programme):
    application = programme.make_application(ApplicationStatus.RETURNED)
    line, actor = application.budget_lines[0], Actor(programme.chair_of(application.association))
    applications.sign_off(application, actor=actor, now=clock.now())
    change_line(line, application, actor)
    db.session.expire_all()
    assert (line.item, line.heading, line.amount) == ("Чатыр", BudgetHeading.WORKS, 2_500_00)
    assert (application.grant_requested, application.total_cost) == (0, 202_500_00)
    assert application.signed_off_at is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"quantity": Decimal(0)}, "quantity"), ({"unit_cost": 0}, "unit_cost"), ({"unit_cost": 10**12}, "unit_cost")],
)
def test_an_absurd_line_changes_nothing(programme, changes, field):
    application = programme.make_application(ApplicationStatus.DRAFT)
    with pytest.raises(DomainError) as refusal:
        change_line(
            application.budget_lines[0], application, Actor(programme.chair_of(application.association)), **changes
        )
    assert refusal.value.field == field
    assert application.total_cost == 400_000_00


def test_nothing_is_changed_once_it_is_submitted(programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    actor, now = Actor(programme.chair_of(application.association)), clock.now()
    (pledge,) = applications.pledges_of(application)
    kept = {
        name: getattr(pledge, name)
        for name in ("remitter_name", "is_pseudonym", "country", "currency", "amount", "due_on", "has_consent")
    }
    with pytest.raises(DomainError):
        change_line(application.budget_lines[0], application, actor)
    with pytest.raises(DomainError):
        applications.change_pledge(pledge, application, **(kept | {"country": "KZ"}), actor=actor, now=now)
    promise = application.targets[0]
    with pytest.raises(DomainError):
        applications.set_target(application, promise.indicator, Decimal(1), Decimal(2), actor=actor, now=now)


def test_a_pledge_in_another_currency_is_valued_anew(programme):
    application = programme.make_application(ApplicationStatus.DRAFT)
    rate, (pledge,) = programme.make_rate("USD", value="87.50"), applications.pledges_of(application)
    applications.change_pledge(
        pledge,
        application,
        remitter_name=" Асан ",
        is_pseudonym=True,
        country="US",
        currency="USD",
        amount=1_000_00,
        due_on=clock.bishkek_day(clock.now() + timedelta(days=9)),
        has_consent=True,
        actor=Actor(programme.chair_of(application.association)),
        now=clock.now(),
    )
    db.session.expire_all()
    assert (pledge.remitter_name, pledge.rate_id, pledge.amount_kgs) == ("Асан", rate.id, 87_500_00)
    assert application.remittance_pledged == 87_500_00


def test_a_part_is_found_in_its_own_application_only(programme):
    own, other = (programme.make_application(ApplicationStatus.DRAFT) for _ in range(2))
    rows = (
        (BudgetLine, other.budget_lines[0]),
        (Pledge, applications.pledges_of(other)[0]),
        (ApplicationTarget, other.targets[0]),
    )
    for kind, row in rows:
        for for_writing in (False, True):
            assert applications.part(other, kind, row.id, for_writing=for_writing) is row
            assert applications.part(own, kind, row.id, for_writing=for_writing) is None
