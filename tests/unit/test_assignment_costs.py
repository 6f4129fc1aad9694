"""What bars a pair and what it costs: the same in the table of all pairs as for one of them, and in words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services import assignment_costs, assignment_reasons
from app.services.assignment_costs import Shared, share
from app.services.assignment_facts import Asked, Judge
from app.services.assignment_reasons import BARS, Bar, bar_of, cost_of, in_words, reasons_of
from models.applications import ApplicationStatus
from models.assignment_plans import PlanMode
from models.reviewers import Leaning

S = ApplicationStatus
FEW = st.integers(1, 3)
FEW_IDS = st.frozensets(FEW, max_size=2)
LANGUAGES = st.sampled_from(["ky", "ru", "en"])


def asked(id_=1, **known):
    given = {"number": f"A-{id_}", "status": S.ELIGIBLE, "association_id": id_, "centre_id": 1}
    given |= {"ayil_okmotu_id": id_, "rayon_id": id_, "language": "ky", "theme_id": 1}
    return Asked(id=id_, **given | known)


@st.composite
def applications(draw):
    return [
        asked(
            number,
            association_id=draw(FEW),
            centre_id=draw(FEW) + 10,
            ayil_okmotu_id=draw(FEW),
            rayon_id=draw(FEW),
            language=draw(LANGUAGES),
            theme_id=draw(st.none() | FEW),
            asked=draw(FEW_IDS),
            interested=draw(FEW_IDS),
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]


@st.composite
def judges(draw):
    return [
        Judge(
            id=number,
            limit=draw(st.integers(0, 4)),
            load=draw(st.integers(0, 2)),
            ayil_okmotu_ids=draw(FEW_IDS),
            rayon_ids=draw(st.frozensets(FEW, max_size=1)),
            association_ids=draw(st.frozensets(FEW, max_size=1)),
            centre_ids=draw(st.frozensets(st.integers(11, 13), max_size=1)),
            languages=draw(st.none() | st.frozensets(LANGUAGES)),
            theme_ids=draw(st.none() | FEW_IDS),
            leanings=draw(st.none() | st.dictionaries(FEW, st.sampled_from(Leaning), max_size=2)),
            judged=draw(st.none() | st.dictionaries(FEW, st.integers(1, 5), max_size=2)),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]


@settings(max_examples=300, deadline=None)
@given(applications(), judges())
def test_the_table_of_all_pairs_says_what_is_said_of_each(made, panel):
    bars, costs = assignment_costs._bars(made, panel), assignment_costs._costs(made, panel)
    for row, application in enumerate(made):
        for column, judge in enumerate(panel):
            bar = bar_of(application, judge)
            assert bars[row, column] == (0 if bar is None else BARS.index(bar) + 1)
            assert costs[row, column] == cost_of(reasons_of(application, judge))


@settings(max_examples=200, deadline=None)
@given(applications(), judges(), st.integers(1, 3))
def test_what_is_shared_out_keeps_bars_and_limits_and_counts_what_is_lacking(made, panel, each):
    wanted = [one.lacks(each, PlanMode.FILL) for one in made]
    found = share(made, wanted, panel)
    by_id, judge_of = {one.id: one for one in made}, {one.id: one for one in panel}
    assert all(bar_of(by_id[one], judge_of[other]) is None for one, other in found.pairs)
    for judge in panel:
        taken = sum(other == judge.id for _one, other in found.pairs)
        assert taken == 0 or taken + judge.load <= judge.limit
    lacks = {one.application_id: one.lacks for one in found.unmet}
    for one, count in zip(made, wanted, strict=True):
        assert sum(row == one.id for row, _other in found.pairs) + lacks.get(one.id, 0) == count
    for one in found.unmet:
        allowed = len(panel) - sum(one.bars.values())
        assert one.is_barred == (allowed < wanted[made.index(by_id[one.application_id])])


def test_language_theme_wish_and_rotation_decide_in_this_order_of_weight():
    application = asked()
    best = Judge(1, 9, 0, languages=frozenset({"ky"}), theme_ids=frozenset({1}), leanings={1: Leaning.WISH})
    others = [
        Judge(2, 9, 0, languages=frozenset({"ky"}), theme_ids=frozenset({1})),
        Judge(3, 9, 0, languages=frozenset({"ky"}), theme_ids=frozenset({2})),
        Judge(4, 9, 0, languages=frozenset({"ky"}), theme_ids=frozenset({1}), judged={1: 1}),
        Judge(5, 9, 0, languages=frozenset({"ru"}), theme_ids=frozenset({1}), leanings={1: Leaning.WISH}),
    ]
    costs = [cost_of(reasons_of(application, one)) for one in (best, *others)]
    assert costs == sorted(costs) and costs[0] == 0
    for number in range(1, 5):
        assert share([application], [number], [*reversed(others), best]).pairs == [
            (1, one) for one in sorted(range(1, number + 1), key=[5, 4, 3, 2, 1].index)
        ]


def test_nobody_there_and_nothing_to_do():
    left = share([asked()], [2], [])
    assert left.pairs == [] and [(one.lacks, one.is_barred) for one in left.unmet] == [(2, True)]
    assert share([], [], [Judge(1, 3, 0)]) == Shared([])


@pytest.mark.parametrize(
    ("known", "mode", "lacks"),
    [
        ({}, PlanMode.FILL, 2),
        ({"holding": frozenset({1}), "asked": frozenset({1})}, PlanMode.FILL, 1),
        ({"holding": frozenset({1}), "asked": frozenset({1})}, PlanMode.REPAIR, 0),
        ({"holding": frozenset({1}), "asked": frozenset({1, 2})}, PlanMode.REPAIR, 1),
        ({"status": S.REVIEWED, "holding": frozenset({1}), "asked": frozenset({1})}, PlanMode.FILL, 0),
        ({"status": S.REVIEWED, "holding": frozenset({1}), "asked": frozenset({1})}, PlanMode.TOP_UP, 1),
        ({"holding": frozenset({1, 2, 3}), "asked": frozenset({1, 2, 3})}, PlanMode.TOP_UP, 0),
    ],
)
def test_what_an_application_lacks_depends_on_what_is_planned(known, mode, lacks):
    assert asked(**known).lacks(2, mode) == lacks


def test_every_bar_and_every_reason_has_words():
    assert set(assignment_reasons.BAR_TEXTS) == set(Bar)
    said = {"language": "reads_not", "theme": "knows_not", "leaning": "rather_not", "earlier": 2}
    assert len(in_words(said)) == 4 and len(set(in_words(said))) == 4
    assert in_words({}) == []


def test_a_cost_counts_only_some_of_the_earlier_applications():
    made = [asked(number, language="en") for number in range(1, 30)]
    panel = [Judge(1, 5, 0, languages=frozenset(), theme_ids=frozenset({9}), judged=dict.fromkeys(range(30), 30_000))]
    costs = assignment_costs._costs(made, panel)
    assert costs.dtype == np.int16 and costs.max() == cost_of(reasons_of(made[0], panel[0]))
