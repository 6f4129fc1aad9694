"""The ranking beside the scores adjusted for severity, and how the reviewers judged."""

from fractions import Fraction

import pytest

from app import clock
from app.services import agendas, assignments, rankings
from app.services.actors import Actor
from models.applications import Application, ApplicationStatus
from models.base import db
from models.calls import RanksBy
from models.users import Role
from tests.support.pages import text_of
from tests.support.shelf import kept


@pytest.fixture
def call(programme):
    return programme.make_past_call()


@pytest.fixture
@kept
def judged(programme, call):
    """Six applications, each judged by two of four reviewers; the first of them gives a level less than the others."""
    return [programme.make_application(ApplicationStatus.IN_REVIEW, call=call) for _ in range(6)]


def judge(programme, applications):
    """The first reviewer gives two levels less than the other, but for the first application. Answers who that is."""
    severe = None
    for place, application in enumerate(applications):
        for one in assignments.of_application(application):
            severe = severe or one.reviewer
            level = (3, 4, 5)[place % 3]
            programme.review(one, level=level - (2 if one.reviewer == severe and place else 0))
    return severe


def test_the_ranking_says_what_scores_come_to_without_severity(client, programme, call, judged):
    judge(programme, judged)
    ranking = rankings.with_severities(call)
    assert ranking.fit is not None and set(ranking.fit.scores) == {one.id for one in judged}
    page = text_of(client.sign_in(programme.secretary).speak("en").get(f"/rankings/{call.id}").text)
    for row in ranking.rows:
        assert f"{row.adjusted.score:.2f}" in page
        first, last = row.adjusted.rank_range
        assert (f"ranks {first} to {last}" if first != last else f"rank {first}") in page
        assert sorted(total / 100 for total in row.totals.values()) == row.marks


@pytest.fixture
def adjusting(programme):
    """A call that ranks by the adjusted score, with twelve applications judged by two of three reviewers each."""
    call = programme.make_past_call(ranks_by=RanksBy.ADJUSTED)
    severe, *others = (programme.make_user(Role.REVIEWER) for _ in range(3))
    for place in range(12):
        application = programme.make_application(ApplicationStatus.ELIGIBLE, call=call)
        for one in ((severe, others[0]), (severe, others[1]), tuple(others))[place % 3]:
            level = (3, 4, 5, 4)[place % 4]
            programme.review(programme.assign(application, one), level=max(1, level - (3 if one is severe else 0)))
    return call


def test_a_call_can_rank_by_the_adjusted_score_and_it_is_made_by_hand(client, programme, adjusting):
    ranking = rankings.with_severities(adjusting)
    fit = ranking.fit
    assert (
        ranking.by is RanksBy.ADJUSTED
        and fit.can_rank
        and rankings.rank(adjusting) == [row._replace(adjusted=None) for row in ranking.rows]
    )
    scores = [row.score for row in ranking.rows]
    assert scores == sorted(scores, reverse=True)
    means = [row.mean for row in ranking.rows]
    assert means != sorted(means, reverse=True)  # the severe one is taken out
    mean, shrinkage = Fraction(f"{fit.mean:.4f}"), Fraction(f"{fit.shrinkage:.4f}")
    severe = {one: Fraction(f"{found.points:.4f}") for one, found in fit.severities.items()}
    page = text_of(client.sign_in(programme.secretary).speak("en").get(f"/rankings/{adjusting.id}").text)
    for row in ranking.rows:
        rest = sum(Fraction(total, 100) - mean - severe[one] for one, total in row.totals.items())
        assert row.score == 100 * (mean + rest / (len(row.totals) + shrinkage))
        assert abs(float(row.score / 100) - fit.scores[row.application.id].score) < 1e-3
        assert f"{row.points / 100:.2f}" in page and f"{row.mean_points / 100:.2f}" in page
        assert row.passes == (row.mean >= 6000 and not row.weak)
    assert "Ranked by: the score adjusted for severity." in page
    assert f"μ = {fit.mean:.4f}" in page and f"λ = {fit.shrinkage:.4f}" in page
    page = text_of(client.get(f"/rankings/{adjusting.id}/reviewers").text)
    assert all(f"{one.points:+.4f}" in page for one in fit.severities.values())


@pytest.mark.parametrize("by", list(RanksBy))
def test_the_pages_of_a_session_name_the_score_that_ranks(client, programme, request, by):
    """On the agenda, where it is decided and on the wall."""
    call = request.getfixturevalue("adjusting") if by is RanksBy.ADJUSTED else programme.make_past_call()
    application = programme.judged(call, 4) if by is RanksBy.MEAN else rankings.rank(call)[0].application
    session = programme.make_session(call)
    decide = f"/council/{session.id}/decide/{application.id}"
    names = {RanksBy.MEAN: "Mean score", RanksBy.ADJUSTED: "Adjusted for severity"}
    client.sign_in(programme.secretary).speak("en")
    discussed, by_secretary = db.session.get_one(Application, application.id), Actor(programme.secretary)
    agendas.discuss(session, discussed, actor=by_secretary, now=clock.now())
    db.session.commit()
    for address in (f"/council/{session.id}", f"/council/{session.id}/projector", decide):
        page = text_of(client.get(address).text)
        assert [name for name in names.values() if name in page] == [names[by]], address


def test_with_too_little_to_adjust_the_mean_ranks_and_the_page_says_so(client, programme):
    call = programme.make_past_call(ranks_by=RanksBy.ADJUSTED)
    for level in (3, 4):
        programme.judged(call, level)
    assert [row.score for row in rankings.rank(call)] == [row.mean for row in rankings.rank(call)] == [8000, 6000]
    page = text_of(client.sign_in(programme.secretary).speak("en").get(f"/rankings/{call.id}").text)
    assert "Ranked by: the mean of the reviews." in page and "the mean ranks instead" in page


def test_the_widest_disagreement_can_stand_first(client, programme, call, judged):
    judge(programme, judged)
    rows = rankings.rank(call)
    widest = max(rows, key=lambda row: row.spread)
    assert widest.spread > min(row.spread for row in rows)
    client.sign_in(programme.secretary).speak("en")
    page = client.get(f"/rankings/{call.id}?sort=spread").text
    table = page[page.index("The reviews that differ most stand first") :]
    assert table.index(f"/reviews/of/{widest.application.id}") == min(
        table.index(f"/reviews/of/{row.application.id}") for row in rows
    )


def test_how_each_reviewer_judged_is_shown_to_the_office(client, programme, call, judged):
    severe = judge(programme, judged)
    client.sign_in(programme.council_chair).speak("en")
    page = text_of(client.get(f"/rankings/{call.id}/reviewers").text)
    names = {one.reviewer.display_name for application in judged for one in assignments.of_application(application)}
    assert all(name in page for name in names) and severe.display_name in names
    assert all(f"{one.title_in('en')}: mean level" in page for one in call.criteria)
    assert "hardly more reviews than applications" in page  # twelve reviews of six applications


def test_who_has_a_tie_gets_a_ranking_without_that_application(client, programme, call, judged):
    judge(programme, judged)
    tied = judged[3]  # the only one with its mean
    programme.tie(tied, programme.secretary)
    whole, own = rankings.with_severities(call), rankings.with_severities(call, [tied.id])
    client.sign_in(programme.secretary).speak("en")
    page = text_of(client.get(f"/rankings/{call.id}").text)
    assert "1 application is left out for you" in page
    assert tied.number not in page and f"{whole.fit.scores[tied.id].score:.2f}" not in page
    assert all(f"{row.adjusted.score:.2f}" in page for row in own.rows)
    assert len(own.rows) == len(whole.rows) - 1
    assert own.rows[-1].cumulative == whole.rows[-1].cumulative - (
        tied.grant_requested if next(row.passes for row in whole.rows if row.application.id == tied.id) else 0
    )
    page = text_of(client.get(f"/rankings/{call.id}/reviewers").text)
    (given,) = {len(own.rows)}
    assert "left out for you" in page and page.count(f" {given} ") >= 2


def test_before_any_review_the_page_says_what_will_stand_there(client, programme, call):
    client.sign_in(programme.secretary).speak("en")
    assert "Nothing to show yet" in client.get(f"/rankings/{call.id}/reviewers").text


def test_a_third_review_ends_far_apart(client, programme, call):
    """As everywhere else: a further reviewer was asked, and more cannot mend the spread."""
    application = programme.judged(call, 5, 2)
    client.sign_in(programme.secretary).speak("en")
    assert "far apart" in text_of(client.get(f"/rankings/{call.id}").text)
    programme.review(programme.assign(application, programme.make_user(Role.REVIEWER)), level=3)
    assert "far apart" not in text_of(client.get(f"/rankings/{call.id}").text)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OPERATOR])
def test_no_way_to_sort_or_search_tells_an_applicant_of_scores(client, programme, role):
    """Two applications of one association, the later one judged better: their list is the same, whatever is asked."""
    association = programme.make_association()
    made = [programme.judged(programme.make_past_call(), level, association=association) for level in (2, 5)]
    is_own = role is Role.MEMBER
    user = programme.chair_of(association) if is_own else programme.operator_of(association.centre)
    client.sign_in(user).speak("en")
    listed = text_of(client.get("/applications").text)
    assert all(one.number in listed for one in made)
    for name in ("sort", "order", "order_by", "by"):
        for value in ("score", "-score", "rank", "points", "mean", "spread", "reviewer", "total"):
            assert text_of(client.get(f"/applications?{name}={value}").text) == listed
    reviewer = assignments.of_application(made[0])[0].reviewer
    for words in ("100.00", "40.00", "100,00", reviewer.display_name, reviewer.username):
        found = client.get("/applications", query_string={"q": words}).text
        assert not any(one.number in text_of(found) for one in made), words
    for name in ("score", "min_score", "rank", "reviewer", "reviewer_id", "flag"):
        assert text_of(client.get(f"/applications?{name}=1").text) == listed
    for page in (f"/rankings/{made[0].call_id}", f"/rankings/{made[0].call_id}?sort=spread", "/reviews"):
        assert client.get(page).status_code == 403
