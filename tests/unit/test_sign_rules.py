"""Signs: found quickly, and the same as comparing everything with everything."""

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.sign_rules import Paid, Received, Twins, are_twins, circles, is_circle, twins
from tests.support.databases import FULL

BEGIN = date(2026, 3, 1)
MANY = 2000 if FULL else 60
received = st.builds(
    Received,
    id=st.just(0),
    grant_id=st.integers(1, 2),
    kind=st.sampled_from(["remittance", "community_cash"]),
    sender=st.sampled_from(["айбек", "нурбек"]),
    currency=st.sampled_from(["RUB", "KZT"]),
    amount=st.integers(1, 3),
    amount_kgs=st.integers(1, 3),
    on=st.integers(0, 40).map(lambda days: BEGIN + timedelta(days=days)),
    is_cash=st.booleans(),
)
paid = st.builds(
    Paid,
    id=st.just(0),
    grant_id=st.integers(1, 2),
    supplier=st.sampled_from(["айбек", "дүкөн"]),
    amount=st.integers(1, 3),
    on=st.integers(0, 40).map(lambda days: BEGIN + timedelta(days=days)),
)


def numbered(rows):
    return [type(row)(**(vars(row) | {"id": number})) for number, row in enumerate(rows, start=1)]


@settings(max_examples=MANY)
@given(st.lists(received, max_size=12).map(numbered), st.lists(paid, max_size=8).map(numbered))
def test_the_quick_way_finds_what_comparing_all_finds(came, spent):
    assert set(twins(came)) == {pair for one, other in combinations(came, 2) if (pair := are_twins(one, other))}
    assert set(circles(came, spent)) == {found for one in came for each in spent if (found := is_circle(one, each))}


def one(number, days, **changes):
    fields = {"grant_id": 1, "kind": "remittance", "sender": "айбек", "currency": "RUB", "amount": 5, "amount_kgs": 6}
    return Received(number, **(fields | {"on": BEGIN + timedelta(days=days), "is_cash": True} | changes))


def test_the_days_are_counted_to_the_last_and_goods_go_in_no_circle():
    assert are_twins(one(1, 0), one(2, 3)) and not are_twins(one(1, 0), one(2, 4))
    assert are_twins(one(1, 0), one(2, 0, currency="KZT")) == Twins(2, 1, same_amount=False, same_som=True)
    assert not are_twins(one(1, 0), one(2, 0, amount=7, amount_kgs=7))
    assert not are_twins(one(1, 0), one(2, 0, sender="нурбек"))
    for days, is_found in ((14, True), (-14, True), (15, False), (-15, False)):
        assert bool(is_circle(one(1, 20), Paid(1, 1, "дүкөн", 6, BEGIN + timedelta(days=20 + days)))) is is_found
    assert not is_circle(one(1, 0, is_cash=False), Paid(1, 1, "айбек", 6, BEGIN))
