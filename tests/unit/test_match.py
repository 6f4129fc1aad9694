"""The match and the tranche split: exact integer arithmetic in tyiyn, held against properties and worked examples."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.localisation import use_locale
from app.services import match
from app.services.errors import DomainError
from app.services.match import MatchRule, Verified, carried, counted, due, further_due, limits, split_tranches
from models.calls import usual_match_terms

SOM = 100
amounts = st.integers(min_value=0, max_value=10**12)
kinds = st.sampled_from(Verified._fields)
moneys = st.builds(Verified, amounts, amounts, amounts)
ratios = st.integers(min_value=1, max_value=1000)
percents = st.none() | st.integers(1, 100)


@st.composite
def rules(draw: st.DrawFn) -> MatchRule:
    """Any rule a call may have: what `match.check` lets pass."""
    first = draw(st.none() | st.integers(1, 10**10))
    in_kind_counts, community_counts = draw(st.booleans()), draw(st.booleans())
    terms = usual_match_terms() | {
        "first_stage": first,
        "beyond_percent": None if first is None else draw(ratios),
        "community_counts": community_counts,
        "in_kind_most": draw(percents) if in_kind_counts else None,
        "remittance_least": draw(percents),
        "remittance_share": draw(percents),
        "community_share": draw(percents) if community_counts else None,
        "grant_share": draw(st.none() | st.integers(1, 99)),
    }
    percent = draw(ratios)
    try:
        match.check(percent, in_kind_counts, terms)
    except DomainError:
        assume(False)
    del terms["percents"]
    return MatchRule(percent=percent, in_kind_counts=in_kind_counts, **terms)


NO_SHARES = {"remittance_share": None, "community_share": None, "remittance_least": None}
usual = st.builds(MatchRule, percent=ratios, in_kind_counts=st.booleans())


@settings(max_examples=300)
@given(usual, moneys, amounts)
def test_a_rule_with_defaults_is_the_ratio_alone(rule, money, grant):
    """What a call said before it could say more: verified × percent ÷ 100, and its inverse."""
    verified = money.remittance + money.community_cash + (money.in_kind if rule.in_kind_counts else 0)
    assert sum(counted(rule, money)) == verified
    assert carried(rule, money) == verified * rule.percent // 100
    total = -(-grant * 100 // rule.percent)
    assert due(rule, grant) == (total, 0, 0)
    assert further_due(rule, grant, money).total == max(0, total - verified)


@settings(max_examples=300)
@given(rules(), moneys)
def test_never_above_ratio_times_verified(rule, money):
    """Exact in minor units, and no limit is ever passed."""
    found, grant = counted(rule, money), carried(rule, money)
    total = sum(found)
    assert grant >= 0 and all(0 <= part <= brought for part, brought in zip(found, money, strict=True))
    assert grant * 100 <= total * max(rule.percent, rule.beyond_percent or 0)
    if rule.first_stage is not None:
        first = min(total, rule.first_stage)
        assert grant * 100 <= first * rule.percent + (total - first) * rule.beyond_percent
    if rule.grant_share is not None:
        assert grant * 100 <= rule.grant_share * (grant + total)
    if rule.in_kind_most is not None:
        assert found.in_kind * 100 <= rule.in_kind_most * total
    wanted = due(rule, grant)
    assert found.remittance >= wanted.remittance and match.community_counted(found) >= wanted.community
    assert wanted.total <= total
    for share, brought in ((rule.remittance_share, wanted.remittance), (rule.community_share, wanted.community)):
        assert brought * 100 >= (share or 0) * (grant + match.due(replace(rule, **NO_SHARES), grant).total)
    most = replace(rule, most=grant // 2)
    assert carried(most, money) == grant // 2


@settings(max_examples=300)
@given(rules(), moneys, kinds, amounts)
def test_more_verified_money_of_any_kind_never_carries_less(rule, money, kind, more):
    assert carried(rule, money) <= carried(rule, money.plus(kind, more))


@given(rules(), st.lists(st.tuples(kinds, amounts), max_size=6), st.randoms())
def test_the_order_of_receipts_does_not_matter(rule, receipts, random):
    def verified(found):
        money = Verified()
        for kind, amount in found:
            money = money.plus(kind, amount)
        return money

    shuffled = random.sample(receipts, len(receipts))
    assert carried(rule, verified(receipts)) == carried(rule, verified(shuffled))


@settings(max_examples=300)
@given(rules(), amounts, moneys)
def test_what_is_missing_carries_the_grant_and_one_tyiyn_less_does_not(rule, grant, money):
    """`further_due` is the exact inverse of `carried`, in all and kind by kind; `due` is what it is from nothing."""
    missing = further_due(rule, grant, money)
    rest = missing.total - missing.remittance - missing.community
    assert rest >= 0

    def with_more(remittance, community, any_kind):
        village = community + (any_kind if rule.community_counts and any_kind else 0)
        sent = remittance + (0 if rule.community_counts else any_kind)
        return carried(rule, money.plus("remittance", sent).plus("community_cash", village))

    assert with_more(missing.remittance, missing.community, rest) >= grant
    assert (missing.total == 0) == (carried(rule, money) >= grant)
    if missing.remittance and rule.community_counts:
        assert with_more(missing.remittance - 1, missing.community, rest + 1) < grant
    if missing.community:
        sent = missing.remittance + rest + 1
        short = money.plus("remittance", sent).plus("community_cash", missing.community - 1)
        assert carried(rule, short) < grant or rule.in_kind_most is not None  # cash lets more goods count
    if missing.total:
        less = missing.total - 1
        for sent in {0, min(less, missing.remittance), less // 2, less}:
            village = less - sent
            assert carried(rule, money.plus("remittance", sent).plus("community_cash", village)) < grant
    bare = further_due(rule, grant, Verified())
    assert (bare.total, bare.remittance, bare.community) == due(rule, grant)


@given(rules(), amounts)
def test_what_is_carried_at_best_is_due_in_full(rule, total):
    grant = match.carried_at_best(rule, total)
    assert due(rule, grant).total <= total
    assert due(rule, grant + 1).total > total


@given(rules(), moneys, kinds, amounts, st.lists(st.integers(1, 10**11), min_size=1, max_size=6))
def test_what_a_further_contribution_unlocks(rule, money, kind, more, parts):
    rule = replace(rule, most=sum(parts))
    found = match.unlocked(rule, money, kind, more, parts)
    assert found.more == carried(rule, money.plus(kind, more)) - carried(rule, money) >= 0
    for sequence in range(1, len(parts) + 1):
        through = sum(parts[:sequence])
        newly = further_due(rule, through, money).total > 0 == further_due(rule, through, money.plus(kind, more)).total
        assert (sequence in found.tranches) == newly


parts_lists = st.lists(st.integers(1, 10**11), min_size=1, max_size=6)


@given(parts_lists, st.integers(0, 6), amounts)
def test_a_prorated_award_is_what_is_carried_and_what_was_paid_stays(parts, count, grant):
    paid = sum(parts[:count])
    reduced = match.prorated(parts, paid, grant)
    assert sum(reduced) == max(paid, min(grant, sum(parts)))
    assert reduced[:count] == parts[:count]
    assert all(0 <= new <= old for new, old in zip(reduced, parts, strict=True))
    touched = [number for number, (new, old) in enumerate(zip(reduced, parts, strict=True)) if new < old]
    assert all(reduced[number] == 0 for number in touched[1:]), "only one part is cut, those behind it are gone"


def test_one_to_two_needs_half():
    rule = MatchRule(percent=200)
    assert due(rule, 400_000_01).total == 200_000_01  # rounded up: half a tyiyn less would not carry it


def test_one_to_one_then_one_to_two():
    """The first 200 000 som at 1:1, what lies beyond at 1:2."""
    rule = MatchRule(first_stage=200_000 * SOM, beyond_percent=200)
    assert carried(rule, Verified(150_000 * SOM)) == 150_000 * SOM
    assert carried(rule, Verified(300_000 * SOM)) == 400_000 * SOM
    assert due(rule, 400_000 * SOM).total == 300_000 * SOM


def test_a_quarter_a_quarter_a_half():
    """25/25/50: of a project of 800 000 som the grant is half, remittances and the village a quarter each."""
    rule = MatchRule(remittance_share=25, community_share=25, grant_share=50)
    assert due(rule, 400_000 * SOM) == (400_000 * SOM, 200_000 * SOM, 200_000 * SOM)
    assert carried(rule, Verified(200_000 * SOM, 200_000 * SOM)) == 400_000 * SOM
    assert carried(rule, Verified(400_000 * SOM)) == 0, "the village has brought nothing"
    assert carried(rule, Verified(500_000 * SOM, 100_000 * SOM)) == 200_000 * SOM
    missing = further_due(rule, 400_000 * SOM, Verified(500_000 * SOM, 100_000 * SOM))
    assert missing == (100_000 * SOM, 0, 100_000 * SOM)


def test_goods_count_up_to_their_limit():
    rule = MatchRule(in_kind_counts=True, in_kind_most=20)
    money = Verified(80_000 * SOM, 0, 50_000 * SOM)
    assert counted(rule, money).in_kind == 20_000 * SOM
    assert carried(rule, money) == 100_000 * SOM


def test_the_lines_lead_from_the_award_to_what_is_missing():
    """Each figure follows from those before; the smallest of the limits is what is carried."""
    rule = MatchRule(
        first_stage=100_000 * SOM, beyond_percent=200, remittance_share=25, community_share=10, remittance_least=30,
        grant_share=60, in_kind_counts=True, in_kind_most=20, most=500_000 * SOM,
    )  # fmt: skip
    money = Verified(90_000 * SOM, 30_000 * SOM, 100_000 * SOM)
    found = match.lines(rule, money, award=500_000 * SOM, paid=0, through=200_000 * SOM, next_=1)
    with use_locale("en"):
        texts, ratio = [str(one.text) for one in found], str(found[5].how)
    assert texts == [
        "Award", "Remittances, verified", "Cash of the village, verified", "Goods and labour, verified",
        "Co-investment that counts", "Grant by the ratio", "Grant by its share of the whole project",
        "Grant by the share of the remittances", "Grant by the share of the village",
        "Grant by the least part of the remittances", "Grant this co-investment carries", "Grant paid so far",
        "Grant through tranche 1", "Co-investment due for tranche 1", "Of it from remittances, at least",
        "Of it from the village itself, at least", "Missing",
    ]  # fmt: skip
    by_text = dict(zip(texts, found, strict=True))
    assert by_text["Grant this co-investment carries"].amount == min(one.amount for one in found[5:10])
    assert by_text["Grant this co-investment carries"].amount == carried(rule, money) == 200_000 * SOM
    assert ratio.replace("\xa0", " ") == "100 000 som × 100 % + 50 000 som × 200 %"
    assert {one.key for one in limits(rule, money)} - {"most"} == {
        "ratio", "grant_share", "remittance_share", "community_share", "remittance_least"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"percents": {"graduate": 0}}, "percent_graduate"),
        ({"beyond_percent": 200}, "first_stage"),
        ({"first_stage": 100}, "beyond_percent"),
        ({"first_stage": 0, "beyond_percent": 200}, "first_stage"),
        ({"remittance_share": 101}, "remittance_share"),
        ({"grant_share": 100}, "grant_share"),
        ({"remittance_share": 40, "community_share": 40, "grant_share": 50}, "grant_share"),
        ({"community_share": 25, "community_counts": False}, "community_share"),
        ({"in_kind_most": 20}, "in_kind_most"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(changes, field):
    match.check(100, False, usual_match_terms())
    with pytest.raises(DomainError) as refused:
        match.check(100, False, usual_match_terms() | changes)
    assert refused.value.field == field


percent_lists = st.lists(st.integers(1, 60), min_size=1, max_size=6).map(
    lambda parts: [*parts[:-1], 100 - sum(parts[:-1])]
)


@given(st.integers(min_value=1000, max_value=10**12), percent_lists.filter(lambda parts: min(parts) > 0))
def test_tranches_total_the_award_to_the_tyiyn(award, percents):
    parts = split_tranches(award, percents)
    assert sum(parts) == award
    for part, percent in zip(parts, percents, strict=True):
        assert abs(part - award * percent / 100) < len(parts) + 1


def test_the_last_tranche_takes_the_remainder():
    assert split_tranches(100_01, [40, 40, 20]) == [40_00, 40_00, 20_01]


@pytest.mark.parametrize("percents", [[40, 40], [100, 0], [], [120, -20]])
def test_percentages_that_do_not_total_100_are_refused(percents):
    with pytest.raises(ValueError):
        split_tranches(1_000_00, percents)


def test_an_award_too_small_to_split_is_refused():
    with pytest.raises(ValueError):
        split_tranches(1, [40, 40, 20])
