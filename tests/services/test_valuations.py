"""Valuations: goods and labour count at quantity times price, by the list or with a reason, with valuer and photo."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import contributions, prices, valuations
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError
from app.services.prices import Item, Quote
from app.services.valuations import Giver, Value, Valuer
from models.base import db
from models.contributions import Check, ContributionKind, ContributionStatus
from models.documents import DocumentKind
from models.prices import PriceKind
from models.valuations import GivenKind, Valuation

MASTER = Valuer("Осмонов Таалай", "Куруучу")
OWN = Value(GivenKind.MATERIALS, Decimal("2.5"), None, "Кум", "куб метр", 700_50, "Дүкөндүн баасы")


def giver() -> Giver:
    return Giver("Асанов Бакыт", "KG", clock.now().date() - timedelta(days=2))


def day_of_labour(programme: Any, usual: int = 1_000_00) -> Any:
    names = dict.fromkeys(("ky", "ru", "en"), "Ашар, бир күн")
    item = Item(PriceKind.IN_KIND, names, dict.fromkeys(names, "күн"), None)
    quote = Quote(usual, "Айылдык кеңештин чечими", clock.now().date() - timedelta(days=30))
    return prices.add(item, quote, actor=Actor(programme.secretary), now=clock.now())


def record(programme: Any, grant: Any, value: Value, **changes: Any) -> Valuation:
    who = {"giver": giver(), "valuer": MASTER} | changes
    return valuations.record(
        grant, value, who["giver"], who["valuer"], actor=programme.chair_actor(grant), now=clock.now()
    )


def test_the_rate_of_the_list_gives_unit_and_price(programme: Any) -> None:
    grant, rate = programme.make_grant(), day_of_labour(programme)
    row = record(programme, grant, Value(GivenKind.LABOUR, Decimal("12.5"), rate))
    assert (row.what, row.unit, row.unit_price, row.amount) == ("Ашар, бир күн", "күн", 1_000_00, 12_500_00)
    money = row.contribution
    assert (money.kind, money.amount, money.amount_kgs) == (ContributionKind.IN_KIND, 12_500_00, 12_500_00)
    assert (money.status, money.channel, money.reference) == (ContributionStatus.RECORDED, None, "")
    assert valuations.of(money) is row


def test_what_the_list_names_is_read_in_ones_own_language(programme: Any) -> None:
    names = {"ky": "Ашар, бир күн", "ru": "Ашар, один день", "en": "Ashar, a day"}
    units = {"ky": "күн", "ru": "день", "en": "day"}
    quote = Quote(1_000_00, "Айылдык кеңештин чечими", clock.now().date() - timedelta(days=30))
    item = Item(PriceKind.IN_KIND, names, units, None)
    rate = prices.add(item, quote, actor=Actor(programme.secretary), now=clock.now())
    grant = programme.make_grant()
    row = record(programme, grant, Value(GivenKind.LABOUR, Decimal(2), rate))
    assert {one: row.what_in(one) for one in names} == names
    assert {one: row.unit_in(one) for one in names} == units
    own = record(programme, grant, Value(GivenKind.LABOUR, Decimal(2), rate, what="Таш ташуу"))
    assert (own.what_in("ru"), own.unit_in("ru")) == ("Таш ташуу", "день"), "own words stay as they are"
    assert (record(programme, grant, OWN).what_in("ru"), record(programme, grant, OWN).unit_in("ru")) == (
        OWN.what,
        OWN.unit,
    )


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("what", {"what": " "}),
        ("unit", {"unit": ""}),
        ("unit_price", {"unit_price": None}),
        ("unit_price", {"unit_price": 0}),
        ("reason", {"reason": " "}),
        ("quantity", {"quantity": Decimal(0)}),
        ("quantity", {"quantity": Decimal(1_000_001)}),
        ("quantity", {"quantity": Decimal(1_000_000), "unit_price": 100_000_00}),
    ],
)
def test_a_price_of_its_own_is_whole_and_has_a_reason(programme: Any, field: str, changes: dict[str, Any]) -> None:
    grant = programme.make_grant()
    with pytest.raises(DomainError) as refusal:
        record(programme, grant, replace(OWN, **changes))
    assert refusal.value.field == field
    assert record(programme, grant, OWN).amount == 1_751_25


def test_the_list_goes_first_and_nobody_values_the_own_gift(programme: Any) -> None:
    grant, rate = programme.make_grant(), day_of_labour(programme)
    for field, value, valuer in (
        ("unit_price", replace(OWN, rate=rate), MASTER),
        ("valuer_name", OWN, Valuer("АСАНОВ  Бакыт", "Фермер")),
        ("valuer_name", OWN, Valuer(" ", "Фермер")),
        ("valuer_office", OWN, Valuer("Осмонов Таалай", "")),
    ):
        with pytest.raises(DomainError) as refusal:
            record(programme, grant, value, valuer=valuer)
        assert refusal.value.field == field
    prices.end(rate, clock.now().date(), actor=Actor(programme.secretary), now=clock.now())
    with clock.at(clock.now() + timedelta(days=1)), pytest.raises(DomainError) as refusal:
        record(programme, grant, Value(GivenKind.LABOUR, Decimal(1), rate))
    assert refusal.value.field == "rate"


def test_nothing_given_counts_without_its_value_and_a_photo(programme: Any) -> None:
    grant, now = programme.make_grant(), clock.now()
    chair = programme.chair_actor(grant)
    row = record(programme, grant, OWN).contribution
    proof = {"storage": programme.storage, "actor": chair, "now": now}
    verify = {"checks": list(Check), "actor": Actor(programme.monitor), "now": now}
    contributions.attach(row, DocumentKind.RECEIPT, programme.make_pdf(), **proof)
    with pytest.raises(IncompleteError, match="сүрөтү жок"):
        contributions.verify(row, **verify)
    with pytest.raises(DomainError, match="JPG"):
        valuations.attach_photo(row, programme.make_pdf(), **proof)
    valuations.attach_photo(row, programme.make_photo(), **proof)
    contributions.verify(row, **verify)
    assert row.status is ContributionStatus.VERIFIED
    bare = contributions.record(
        grant, ContributionKind.IN_KIND, channel=None, reference="", sender_name="Айыл", sender_country="KG",
        sent_on=now.date(), currency="KGS", amount=1_000_00, pledge=None, actor=chair, now=now,
    )  # fmt: skip
    contributions.attach(bare, DocumentKind.PHOTO, programme.make_photo(), **proof)
    with pytest.raises(IncompleteError, match="наркын эч ким"):
        contributions.verify(bare, **verify)


def test_the_database_refuses_a_price_without_its_reason_and_a_second_value(programme: Any) -> None:
    grant = programme.make_grant()
    row = record(programme, grant, OWN)
    db.session.commit()
    fields = {
        "contribution_id": row.contribution_id, "given": GivenKind.LABOUR, "what": "Кум", "quantity": Decimal(1),
        "unit": "күн", "unit_price": 1, "reason": "Ушундай", "valuer_name": "А", "valuer_office": "Б",
    }  # fmt: skip
    bare = programme.make_contribution(grant).id
    db.session.commit()
    for changes in ({}, {"contribution_id": bare, "reason": ""}, {"contribution_id": bare, "valuer_name": ""}):
        db.session.add(Valuation(**(fields | changes)))
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


@pytest.mark.either_database
@drawn(st.decimals(min_value="0.001", max_value=1_000_000, places=3), st.integers(1, 100_000_00))
def test_the_value_is_quantity_times_price_to_the_tyiyn(quantity: Decimal, unit_price: int) -> None:
    row = Valuation(quantity=quantity, unit_price=unit_price)
    assert abs(row.amount - quantity * unit_price) <= Decimal("0.5")
