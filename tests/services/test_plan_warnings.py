"""Warnings are reckoned from what stands there: prices against the register, cash month by month."""

from decimal import Decimal

import pytest

from app import clock
from app.localisation import use_locale
from app.services import applications, plan_readings, plan_warnings, prices
from app.services.actors import Actor
from app.services.applications import business_plans
from app.services.prices import Item, Quote
from models.applications import BudgetHeading, Payer
from models.base import db
from models.prices import PriceKind
from tests.support.queries import counted_queries

pytestmark = pytest.mark.either_database

SOM = 100


@pytest.fixture
def now(programme):
    return clock.now()


@pytest.fixture
def listed(programme, now):
    """The register's cooler at 120 000 to 180 000."""
    names = {"ky": "Сүт муздаткыч", "ru": "Охладитель молока", "en": "Milk cooler"}
    item = Item(PriceKind.MARKET, names, {"ky": "даана", "ru": "шт.", "en": "piece"}, None)
    day = clock.bishkek_day(now).replace(month=1, day=5)
    quote = Quote(150_000 * SOM, "Базар", day, 120_000 * SOM, 180_000 * SOM)
    return prices.add(item, quote, actor=Actor(programme.secretary), now=now)


def texts(warnings):
    with use_locale("en"):
        return [str(one.text).replace("\u00a0", " ") for one in warnings]


def test_a_price_outside_the_register_is_told_with_how_far(programme, now, listed):
    draft = programme.make_application("draft")  # a cooler at 200 000 som
    assert texts(plan_warnings.of_budget(draft, now=now)) == [
        "Сүт муздаткыч: 200 000 som for one (даана) is 12 % more than the 180 000 som "
        "that the price register gives at the most for “Milk cooler”."
    ]
    cheap = programme.make_application("draft", grant=90_000 * SOM)
    assert ["is 25 % less than the 120 000 som" in one for one in texts(plan_warnings.of_budget(cheap, now=now))] == [
        True
    ]
    usual = programme.make_application("draft", grant=150_000 * SOM)
    assert plan_warnings.of_budget(usual, now=now) == []


def test_the_price_of_the_own_oblast_goes_before(programme, now, listed):
    draft = programme.make_application("draft")
    oblast = draft.association.ayil_okmotu.rayon.oblast
    item = Item(listed.kind, listed.names, listed.unit, oblast)
    quote = Quote(210_000 * SOM, "Базар", listed.valid_from, 190_000 * SOM, 230_000 * SOM)
    prices.add(item, quote, actor=Actor(programme.secretary), now=now)
    assert plan_warnings.of_budget(draft, now=now) == []


def test_what_was_handed_in_is_held_against_the_prices_of_its_day(programme, now, listed):
    application = programme.make_application("submitted")
    quote = Quote(250_000 * SOM, "Базар", clock.bishkek_day(now), 230_000 * SOM, 300_000 * SOM)
    prices.replace(listed, quote, actor=Actor(programme.secretary), now=now)
    (before,) = texts(plan_warnings.of_budget(application, now=now))
    (after,) = texts(plan_warnings.of_budget(programme.make_application("draft"), now=now))
    assert "more than the 180 000 som" in before and "less than the 230 000 som" in after


def test_what_is_given_in_kind_without_a_rate_is_told(programme, now):
    draft = programme.make_application("draft")
    line = draft.budget_lines[0]
    line.payer = Payer.IN_KIND  # as it was before there was a list
    db.session.flush()
    assert texts(plan_warnings.of_budget(draft, now=now)) == [
        "Сүт муздаткыч is given in kind, but the price list does not count it: choose its rate."
    ]


def test_cash_below_nothing_is_told_with_month_and_amount(programme, now):
    draft = programme.make_application("draft")  # the grant is paid out after the cooler is bought
    found = plan_readings.picture(draft)
    assert found.outcome.lacking > 0
    (text,) = texts(plan_warnings.of_cash(draft))
    assert text == texts(found.readings)[0]
    assert text.startswith("In the worst month (") and "som are missing" in text
    frame = business_plans.frame_of(draft)
    business_plans.set_frame(
        draft,
        starts_on=frame.starts_on,
        sales_from=3,
        opening_cash=found.outcome.lacking,
        actor=Actor(programme.chair_of(draft.association)),
        now=now,
    )
    assert plan_warnings.of_cash(draft) == []


def test_the_plan_is_read_in_one_question_and_is_the_same_plan(programme, now):
    empty = programme.make_application("draft", is_complete=False)
    draft = programme.make_application("draft")
    applications.add_budget_line(
        draft,
        heading=BudgetHeading.WORKS,
        item="Оңдоо",
        unit="жолу",
        quantity=Decimal("1.5"),
        unit_cost=333,
        payer=Payer.COMMUNITY,
        month=7,
        actor=Actor(programme.chair_of(draft.association)),
        now=now,
    )
    found = business_plans.contents(draft)
    with counted_queries() as asked:
        starts_on, plan = business_plans.figures(draft)
    assert len(asked) == 1
    assert (starts_on, plan) == (found.frame.starts_on, business_plans.plan_of(draft, found))
    assert business_plans.figures(empty) is None and plan_warnings.of_application(empty, [], now=now) == []
