"""Rows of a bank statement against our records: exact before likely, each once, whatever the order."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.statement_matching import Difference, Entry, Record, compare, marks, match
from models.bank_statements import Likeness
from tests.support.databases import FULL

DAY = date(2026, 9, 14)


def entry(row=1, on=DAY, amount=5_000_00, keys=("A1B2",), name="Токтогулов Нурбек", is_in=True, currency="KGS"):
    return Entry(row, on, amount, currency, is_in, frozenset(keys), marks([name]))


def record(key="c1", on=DAY, amount=5_000_00, keys=("A1B2",), name="Нурбек Токтогулов", **rest):
    return Record(
        key, on, amount, rest.pop("currency", "KGS"), rest.pop("is_in", True), frozenset(keys), marks([name]), **rest
    )


def says(one, other):
    pair = compare(one, other)
    return pair and (pair.likeness, pair.differs)


def test_what_fits_exactly_what_likely_and_what_differs():
    assert says(entry(), record(on=DAY + timedelta(days=3), name="Башка")) == (Likeness.EXACT, ())
    likely = Likeness.LIKELY
    assert says(entry(), record(on=DAY + timedelta(days=4))) == (likely, (Difference.DAY,))
    assert says(entry(), record(amount=4_000_00)) == (likely, (Difference.AMOUNT,))
    assert says(entry(), record(currency="RUB")) == (likely, (Difference.CURRENCY,))
    assert says(entry(), record(keys=["ZZ99"])) == (likely, (Difference.REFERENCE,))
    assert says(entry(keys=[]), record()) == (likely, (Difference.NO_REFERENCE,))
    assert says(entry(keys=[]), record(name="Башка Киши")) is None
    assert says(entry(keys=[]), record(on=DAY + timedelta(days=4))) is None
    assert says(entry(is_in=False), record()) is None, "money that went is no contribution"
    back = record(is_return=True, on=DAY - timedelta(days=20))
    assert says(entry(), back) == (Likeness.EXACT, ()), "a payment comes back weeks later"
    assert says(entry(keys=[]), back) is None, "and only its number tells"


_days = st.integers(0, 5).map(lambda days: DAY + timedelta(days=days))
_keys = st.sets(st.sampled_from(["K100", "K200", "K300", "K400"]), max_size=2)
_names = st.sampled_from(["Токтогулов Нурбек", "Акматова Айгүл"])
_amounts = st.sampled_from([100, 200])
entries = st.lists(st.builds(entry, on=_days, amount=_amounts, keys=_keys, name=_names), max_size=9).map(
    lambda found: [
        Entry(row, *[getattr(one, name) for name in ("on", "amount", "currency", "is_in", "keys", "marks")])
        for row, one in enumerate(found)
    ]
)
records = st.lists(st.builds(record, on=_days, amount=_amounts, keys=_keys, name=_names), max_size=9).map(
    lambda found: [
        Record(f"c{row}", *[getattr(one, name) for name in ("on", "amount", "currency", "is_in", "keys", "marks")])
        for row, one in enumerate(found)
    ]
)


@settings(max_examples=2000 if FULL else 60, deadline=None)
@given(entries, records, st.randoms())
def test_each_once_the_best_first_and_no_order_matters(rows, known, chance):
    pairs = match(rows, known, frozenset())
    assert len({pair.row for pair in pairs}) == len(pairs) == len({pair.key for pair in pairs})
    mixed, other = list(rows), list(known)
    chance.shuffle(mixed)
    chance.shuffle(other)
    assert match(mixed, other, frozenset()) == pairs
    by_row, by_key = {pair.row: pair for pair in pairs}, {pair.key: pair for pair in pairs}
    for row in rows:
        for one in known:
            found = compare(row, one)
            if found and found.likeness is Likeness.EXACT:
                held = [pair for pair in (by_row.get(row.row), by_key.get(one.key)) if pair]
                assert any(pair.likeness is Likeness.EXACT for pair in held), "likely stood before exact"
            assert found is None or row.row in by_row or one.key in by_key, "two that fit are both free"
    refused = frozenset((pair.row, pair.key) for pair in pairs)
    assert refused.isdisjoint((pair.row, pair.key) for pair in match(rows, known, refused))
