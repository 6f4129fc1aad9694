"""The severity model held against the textbook's formulas over whole matrices, and against what must not change it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services import severity
from app.services.severity import Caution, Fit, Given, fit


@st.composite
def panels(draw: st.DrawFn, least: int = 4) -> list[Given]:
    """Each application judged by some of a few reviewers, with whole points."""
    reviewers = draw(st.integers(2, 6))
    rows = []
    for application in range(draw(st.integers(least, 10))):
        judged_by = draw(st.sets(st.integers(1, reviewers), min_size=2, max_size=reviewers))
        rows += [Given(100 + application, one, float(draw(st.integers(20, 100)))) for one in sorted(judged_by)]
    return rows


def in_full(reviews: list[Given], applications: float, reviewers: float) -> tuple[float, dict[int, float], list[float]]:
    """Mean, {application: mean and effect} and standard errors, by inverting the variance matrix of all reviews."""
    names = sorted({one.application_id for one in reviews})
    judges = sorted({one.reviewer_id for one in reviews})
    points = np.array([one.points for one in reviews])
    of_application = np.array([[one.application_id == name for name in names] for one in reviews], float)
    of_reviewer = np.array([[one.reviewer_id == name for name in judges] for one in reviews], float)
    variance = np.eye(len(reviews))
    variance += applications * of_application @ of_application.T + reviewers * of_reviewer @ of_reviewer.T
    inverse, ones = np.linalg.inv(variance), np.ones(len(reviews))
    mean = ones @ inverse @ points / (ones @ inverse @ ones)
    left = inverse @ (points - mean)
    rest = (points - mean) @ left / (len(reviews) - 1)
    effects = applications * of_application.T @ left
    design = np.column_stack([ones, of_application, of_reviewer])
    ridge = np.diag([0.0] + [1 / applications] * len(names) + [1 / reviewers] * len(judges))
    whole = np.linalg.inv(design.T @ design + ridge)
    asked = np.zeros((len(names), design.shape[1]))
    asked[:, 0] = 1
    asked[np.arange(len(names)), 1 + np.arange(len(names))] = 1
    errors = np.sqrt(np.einsum("ij,jk,ik->i", asked, whole, asked) * rest)
    return float(mean), dict(zip(names, (mean + effects).tolist(), strict=True)), errors.tolist()


def fitted(reviews: list[Given]) -> Fit:
    found = fit(tuple(reviews))
    assert found is not None
    return found


@given(panels())
@settings(max_examples=60, deadline=None)
def test_the_short_way_gives_what_the_whole_matrices_give(reviews: list[Given]) -> None:
    found = fitted(reviews)
    between, among, rest = found.variances.applications, found.variances.reviewers, found.variances.rest
    if rest < 1e-3 or between / rest < 1e-5 or among / rest < 1e-5 or max(between, among) / rest > 1e4:
        return  # at the edge there is nothing to invert
    mean, scores, errors = in_full(reviews, between / rest, among / rest)
    assert found.mean == pytest.approx(mean, abs=1e-6)
    assert {one: row.score for one, row in found.scores.items()} == pytest.approx(scores, abs=1e-6)
    assert [row.standard_error for row in found.scores.values()] == pytest.approx(errors, abs=1e-6)


@given(panels())
@settings(max_examples=60, deadline=None)
def test_no_other_variances_are_likelier(reviews: list[Given]) -> None:
    """REML's own criterion: near what was found there is nothing better."""
    found, design = fitted(reviews), severity._Design(reviews)
    if found.variances.rest < 1e-3:
        return
    variances = (found.variances.applications, found.variances.reviewers)
    ratios = [max(one / found.variances.rest, np.exp(-7)) for one in variances]
    best = design._likelihood(np.log(ratios))
    for place in (0, 1):
        for factor in (0.8, 1.25):
            other = list(ratios)
            other[place] = min(max(other[place] * factor, np.exp(-7)), np.exp(9))
            assert design._likelihood(np.log(other)) >= best - 1e-3


@given(panels(), st.floats(-15, 15))
@settings(max_examples=40, deadline=None)
def test_points_for_everybody_move_every_score_by_so_much_and_no_rank(reviews: list[Given], more: float) -> None:
    one, other = fitted(reviews), fitted([row._replace(points=row.points + more) for row in reviews])
    if one.variances.rest < 1e-3:
        return
    assert {key: row.score + more for key, row in one.scores.items()} == pytest.approx(
        {key: row.score for key, row in other.scores.items()}, abs=0.05
    )


FLAT = {
    100: {1: 60, 2: 42, 3: 78, 4: 37},
    101: {3: 97, 4: 98},
    102: {1: 72, 2: 33, 3: 90, 4: 100},
    103: {2: 26, 3: 41, 4: 67},
    104: {2: 85, 3: 87, 4: 21},
    105: {2: 34, 4: 88},
    106: {2: 43, 3: 58},
    107: {1: 62, 2: 23, 4: 49},
    108: {1: 35, 3: 77},
}
"""{application: {reviewer: points}} where the applications hardly differ: the likelihood is flat near no variance."""


def test_where_it_is_flat_too_nothing_hangs_on_the_last_digit() -> None:
    reviews = [Given(one, judge, float(points)) for one, given in FLAT.items() for judge, points in given.items()]
    one, other = fitted(reviews), fitted([row._replace(points=row.points + 4) for row in reviews])
    assert (one.cautions, one.can_rank) == (other.cautions, other.can_rank)
    assert {key: row.score + 4 for key, row in one.scores.items()} == pytest.approx(
        {key: row.score for key, row in other.scores.items()}, abs=0.001
    )


@given(panels())
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_reviews_and_the_numbers_of_people_do_not_matter(reviews: list[Given]) -> None:
    one = fitted(reviews)
    other = fitted([row._replace(reviewer_id=row.reviewer_id + 50) for row in reversed(reviews)])
    assert {key: row.score for key, row in one.scores.items()} == pytest.approx(
        {key: row.score for key, row in other.scores.items()}, abs=0.05
    )


def made(applications: int, reviewers: int, each: int, severe: dict[int, float], seed: int = 3) -> list[Given]:
    """Reviews with a known truth: application n is worth 40 + 2n points, a reviewer adds `severe` points."""
    random = np.random.default_rng(seed)
    return [
        Given(one, int(judge), 40 + 2 * one + severe.get(int(judge), 0.0) + float(random.normal(0, 2)))
        for one in range(applications)
        for judge in random.choice(reviewers, each, replace=False)
    ]


def test_who_met_the_severe_reviewer_is_not_behind_for_it() -> None:
    reviews = made(20, 6, 2, {0: -20.0})
    found = fitted(reviews)
    assert found.severities[0].points < -12
    assert all(abs(one.points) < 8 for key, one in found.severities.items() if key)
    met = [one.application_id for one in reviews if one.reviewer_id == 0]
    raw = {key: np.mean([one.points for one in reviews if one.application_id == key]) for key in met}
    assert all(abs(found.scores[key].score - (40 + 2 * key)) < abs(raw[key] - (40 + 2 * key)) for key in met)
    assert found.cautions == frozenset() and len(found.panels) == 1


def test_who_judges_nothing_in_common_is_named() -> None:
    reviews = made(12, 3, 2, {}) + [row._replace(reviewer_id=row.reviewer_id + 10) for row in made(8, 2, 2, {}, 4)]
    reviews = reviews[:24] + [row._replace(application_id=row.application_id + 100) for row in reviews[24:]]
    found = fitted(reviews)
    assert Caution.PANELS in found.cautions
    assert found.panels == (frozenset({0, 1, 2}), frozenset({10, 11}))


def test_few_reviews_are_called_thin() -> None:
    assert Caution.THIN in fitted(made(4, 3, 2, {})).cautions
    assert Caution.THIN not in fitted(made(30, 5, 2, {})).cautions


def test_reviewers_who_agree_are_called_even_and_the_order_is_that_of_the_means() -> None:
    reviews = [Given(one, judge, 50.0 + 3 * one + (one + judge) % 2) for one in range(12) for judge in (1, 2, 3, 4)]
    found = fitted(reviews)
    assert Caution.EVEN in found.cautions
    means = {one: np.mean([row.points for row in reviews if row.application_id == one]) for one in range(12)}
    assert sorted(found.scores, key=lambda one: found.scores[one].score) == sorted(means, key=lambda one: means[one])


def test_ranges_of_ranks_are_what_the_intervals_allow() -> None:
    found = fitted(made(25, 6, 3, {1: 9.0}))
    for one in found.scores.values():
        above = sum(other.low > one.high for other in found.scores.values())
        below = sum(other.high < one.low for other in found.scores.values())
        assert one.rank_range == (1 + above, 25 - below)
        assert one.low < one.score < one.high


@pytest.mark.parametrize(
    "reviews",
    [
        [],
        [Given(1, 1, 60.0)],
        [Given(1, 1, 60.0), Given(1, 2, 70.0)],
        [Given(1, 1, 60.0), Given(2, 1, 70.0)],
        [Given(1, 1, 60.0), Given(2, 2, 70.0)],
    ],
)
def test_too_little_gives_no_model(reviews: list[Given]) -> None:
    assert fit(tuple(reviews)) is None


@pytest.mark.parametrize("points", [60.0, 0.0])
def test_reviews_all_alike_give_everybody_the_same(points: float) -> None:
    found = fitted([Given(one, judge, points) for one in range(5) for judge in range(3)])
    assert all(one.score == pytest.approx(points, abs=1e-3) for one in found.scores.values())
