"""The secretary's list says of each application what the screening page says, for a whole page at once."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from app import clock
from app.services import (
    applications,
    associations,
    conflicts,
    duplicates,
    notifications,
    places,
    screening_lists,
    screening_queries,
    screening_readings,
    screening_rules,
    screenings,
)
from app.services.actors import Actor
from app.services.applications import business_plans
from app.services.documents import of
from app.services.errors import SeparationOfDutyError
from app.services.screening_lists import Filter
from models.applications import Application, ApplicationStatus, Payer, ScreeningOutcome
from models.associations import MembershipRole
from models.base import db
from models.calls import usual_eligibility
from models.duplicates import AlikePair, DuplicateVerdict, SubmittedText
from tests.support.queries import count, counted_queries
from tests.support.shelf import kept

pytestmark = pytest.mark.database
S = ApplicationStatus


@pytest.fixture
def make(programme):
    def made(status=S.SUBMITTED, *, call=None, association=None, **kwargs):
        association = association or programme.make_association(**kwargs)
        return programme.make_application(status, association=association, call=call)

    return made


def ids(narrowed=None, **order):
    return [row.id for row in screening_lists.page(narrowed or Filter(), **order).rows]


def unmet(application):
    return {rule.rule for rule in screenings.findings(application) if not rule.met}


@pytest.fixture
@kept
def broken(programme, make):
    """{application: the rules it is made to break}: each rule alone, and all of them together."""
    home = programme.association.ayil_okmotu.rayon.oblast_id
    others = [one.id for one in places.oblasts() if one.id != home]
    rules = {"running_grants": 0, "co_investment_percent": 40, "founded_months": 12, "oblasts": [home]}
    call = programme.make_call(eligibility=rules)
    good, poor, dear, bare, refused, young, ageless = (make(call=call) for _ in range(7))
    accountless = make(call=call, with_account=False)
    poor.remittance_pledged = poor.grant_requested - 1
    line = next(one for one in dear.budget_lines if one.payer is Payer.GRANT)
    line.quantity *= 1000
    dear.grant_requested = dear.amount_paid_by(Payer.GRANT)
    dear.remittance_pledged = dear.grant_requested
    for one in of(bare):
        one.removed_at = clock.now()
    for one in of(refused):
        one.refused_at, one.refused_by_id, one.refusal_reason = clock.now(), programme.secretary.id, "Окулбайт"
    young.association.founded_on = clock.bishkek_day(call.closes_at) - timedelta(days=360)
    ageless.association.founded_on = None
    costly = make(call=call)
    costly.total_cost = 10 * costly.remittance_pledged
    again = make(call=call, association=programme.make_grant("active").association)
    elsewhere = make(call=programme.make_call(eligibility={**rules, "oblasts": others, "founded_months": 0}))
    worst = make(call=call, with_account=False)
    worst.association.founded_on = clock.bishkek_day(call.closes_at)
    worst.remittance_pledged = 0
    for one in of(worst):
        one.removed_at = clock.now()
    db.session.flush()
    return {
        good: set(),
        poor: {"match"},
        dear: {"ceiling"},
        bare: {"meeting"},
        refused: {"meeting"},
        young: {"age"},
        ageless: {"age"},
        accountless: {"account"},
        costly: {"co_investment"},
        again: {"no_open_grant"},
        elsewhere: {"place"},
        worst: {"match", "co_investment", "meeting", "account", "age"},
    }


def test_the_rules_named_are_those_of_the_screening_page(broken):
    assert set().union(*broken.values()) == set(screening_rules.NAMES)
    assert {rule.rule for one in broken for rule in screenings.findings(one)} == set(screening_rules.NAMES)
    rows = screening_lists.rows([one.id for one in broken])
    assert [set(row.unmet) for row in rows] == [unmet(one) for one in broken] == list(broken.values())


def test_read_together_they_are_found_as_each_is_alone(programme, broken, make):
    """A batch reads for all at once what one screening reads for itself."""
    granted, begun = programme.make_grant("active").application, make(S.DRAFT)
    db.session.delete(business_plans.frame_of(begun))
    for line in business_plans.contents(begun).sales:
        db.session.delete(line)
    made = [*broken, granted, begun]
    read, now = screening_readings.of(made, with_form=True), clock.now()
    people = notifications.people_of_each(one.association for one in made)

    def said(one, *given):
        return [(rule.rule, rule.met, str(rule.found), str(rule.mend)) for rule in screenings.findings(one, *given)]

    def missing(one, *given):
        return [(gap.part, str(gap.problem)) for gap in applications.lacking(one, now, *given)]

    for one in made:
        assert said(one, read) == said(one)
        assert missing(one, read.held(one, now)) == missing(one)
        assert (read.documents[one.id], read.plans[one.id]) == (of(one), business_plans.contents(one))
        assert people[one.association_id] == set(notifications.people_of(one.association))
    assert {part for part, _problem in missing(begun)} >= {"business_plan", "sales"}
    assert [one for one in made if read.running_grants[one.id]] == [
        one for one in broken if "no_open_grant" in broken[one]
    ]


def test_the_list_is_narrowed_to_a_rule_that_is_not_met(broken):
    for rule in screening_rules.NAMES:
        page = screening_lists.page(Filter(rule=rule))
        assert {row.id for row in page.rows} == {one.id for one, rules in broken.items() if rule in rules}
        assert page.counts[S.SUBMITTED] == len(page.rows) > 0
    assert set(ids(Filter(rule="any"))) == {one.id for one, rules in broken.items() if rules}
    assert ids(Filter(rule="none")) == [one.id for one, rules in broken.items() if not rules]


@pytest.mark.parametrize(
    ("closes", "founded"),
    [
        (date(2025, 4, 30), (date(2024, 5, 31), date(2024, 4, 30), date(2024, 5, 1))),
        (date(2025, 2, 28), (date(2024, 2, 29), date(2024, 2, 28), date(2024, 3, 29))),
        (date(2025, 3, 31), (date(2024, 4, 30),)),
    ],
)
@pytest.mark.parametrize("hour", [1, 23])
def test_whole_months_are_counted_alike(programme, make, closes, founded, hour):
    """To the day of Bishkek on which the call closes, whatever the day is in UTC."""
    association, closes_at = programme.make_association(), clock.start_of_day(closes) + timedelta(hours=hour)
    window = {"opens_at": closes_at - timedelta(days=60), "closes_at": closes_at}
    rules = [usual_eligibility() | {"founded_months": months} for months in (11, 12)]
    made = [make(call=programme.make_call(**window, eligibility=one), association=association) for one in rules]
    for day in founded:
        association.founded_on = day
        db.session.flush()
        found = {row.id: set(row.unmet) for row in screening_lists.rows([one.id for one in made])}
        assert found == {one.id: unmet(one) for one in made}, day


def test_a_page_asks_few_questions_however_many_rows_it_has(make):
    for _ in range(3):
        make()
    db.session.expire_all()
    with counted_queries() as seen:
        assert len(screening_lists.page(Filter()).rows) == 3
    assert len(seen) <= 5
    with counted_queries() as seen:
        screening_lists.page(Filter(rule="any", is_alike=True, words="айыл"))
    assert len(seen) <= 5


def test_a_pair_is_named_by_both_until_the_secretary_has_said_what_it_is(programme, make):
    one, other, third = make(), make(), make()
    third_alike = {one.id, other.id}
    assert {suspect.other.id for suspect in duplicates.found(third)} == third_alike, "factories tell the same story"
    pairs = {row.id: {pair.other_id for pair in row.alike} for row in screening_lists.page(Filter()).rows}
    assert pairs == {one.id: {other.id, third.id}, other.id: {one.id, third.id}, third.id: third_alike}
    by = {"reason": "Башка айыл", "actor": Actor(programme.secretary), "now": clock.now()}
    for first, second in ((one, other), (third, one)):
        duplicates.judge(first, second.id, DuplicateVerdict.FALSE_ALARM, **by)
    assert set(ids(Filter(is_alike=True))) == {other.id, third.id}
    named = screening_lists.page(Filter(is_alike=True)).rows[0].alike
    assert [pair.number for pair in named] in ([other.number], [third.number])
    duplicates.judge(other, third.id, DuplicateVerdict.FALSE_ALARM, **by)
    assert ids(Filter(is_alike=True)) == [] and len(ids()) == 3


def test_a_text_that_is_another_one_at_the_next_submission_makes_no_pair_any_more(programme, make):
    one, other = make(), make()
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    screenings.screen(one, ScreeningOutcome.RETURNED, reason="Башка окшош", parts=["idea"], **by)
    for section in one.sections:
        section.answers = {key: f"{one.id} {key} толугу менен башка сөздөр бар" for key in section.answers}
    one.association.memberships[0].person.phone = None
    db.session.flush()
    duplicates.keep(one, now=clock.now())
    assert {pair.other_id for pair in screening_lists.rows([other.id])[0].alike} == {
        suspect.other.id for suspect in duplicates.found(other)
    }


def test_pairs_of_before_are_kept_at_the_next_start(make):
    for _ in range(2):
        make()
    before = db.session.execute(db.select(AlikePair.application_id, AlikePair.other_id)).all()
    db.session.execute(db.delete(AlikePair))
    db.session.execute(db.update(SubmittedText).values(compared_at=None))
    db.session.expire_all()
    assert duplicates.keep_missing(clock.now()) == 0
    assert db.session.execute(db.select(AlikePair.application_id, AlikePair.other_id)).all() == before != []
    assert db.session.scalar(db.select(db.func.count()).where(SubmittedText.compared_at.is_(None))) == 0


def test_the_list_is_of_what_was_handed_in_and_is_not_with_the_reviewers(programme, make):
    made = {status: make(status) for status in (S.DRAFT, *screening_lists.LISTED, S.IN_REVIEW, S.WITHDRAWN)}
    assert count(Application) > len(made), "every call has its dry run"
    page = screening_lists.page(Filter())
    assert {row.id for row in page.rows} == {made[status].id for status in screening_lists.LISTED}
    assert dict(page.counts) == dict.fromkeys(screening_lists.LISTED, 1)
    waiting = screening_lists.page(Filter(statuses=screening_lists.WAITING))
    assert {row.id for row in waiting.rows} == {made[S.SUBMITTED].id, made[S.RESUBMITTED].id}
    assert waiting.counts == page.counts, "the states themselves do not narrow the counts"
    row = next(one for one in page.rows if one.id == made[S.SUBMITTED].id)
    later = row.submitted_at + timedelta(days=3, hours=23)
    assert row.days_waiting(later) == 3 and row.is_screenable
    screened = next(one for one in page.rows if one.id == made[S.ELIGIBLE].id)
    assert screened.days_waiting(later) is None and not screened.is_screenable


def test_the_longest_wait_comes_first_and_pages_join_without_gap_or_double(make):
    made = [make() for _ in range(7)]
    day = clock.now() - timedelta(days=9)
    for one, hours in zip(made, (5, 1, 3, 3, 3, 0, 9), strict=True):
        one.submitted_at = day + timedelta(hours=hours)
    db.session.flush()
    wanted = [one.id for one in sorted(made, key=lambda one: (one.submitted_at, one.id))]
    assert ids() == wanted and ids(newest_first=True) == wanted[::-1]
    for newest_first, words in product((False, True), ("", "арыз", made[0].number[:2])):
        narrowed, whole = Filter(words=words), ids(Filter(words=words), newest_first=newest_first)
        there, back = [], []
        page = screening_lists.page(narrowed, size=3, newest_first=newest_first)
        assert page.before is None
        there += page.rows
        while page.after:
            page = screening_lists.page(narrowed, page.after, size=3, newest_first=newest_first)
            there += page.rows
        page = screening_lists.page(narrowed, size=3, backwards=True, newest_first=newest_first)
        assert page.after is None
        back = page.rows + back
        while page.before:
            page = screening_lists.page(narrowed, page.before, size=3, backwards=True, newest_first=newest_first)
            back = page.rows + back
        assert [row.id for row in there] == [row.id for row in back] == whole


def test_a_cursor_is_read_back_and_nothing_else_is(make):
    one = make()
    cursor = screening_lists.Cursor(one.submitted_at, one.id)
    assert screening_lists.cursor_from(str(cursor)) == cursor
    for text in ("", "1", "a-1", "1-a", "1-", "-1", "9" * 19 + "-1", "1-" + "9" * 19, "1-1-1", "٣-1"):
        with pytest.raises(ValueError, match=r".*"):
            screening_lists.cursor_from(text)


def test_counts_are_kept_within_every_other_choice(programme, make):
    here = make()
    there = make(S.ELIGIBLE, in_another_centre=True, call=programme.make_call())
    oblast = here.association.ayil_okmotu.rayon.oblast_id
    for narrowed, wanted in (
        (Filter(call_id=here.call_id), {here}),
        (Filter(centre_id=there.association.centre_id), {there}),
        (Filter(oblast_id=oblast), {one for one in (here, there) if place(one) == oblast}),
        (Filter(words=here.number), {here}),
        (Filter(words="жокмундай"), set()),
        (Filter(centre_id=there.association.centre_id, words=here.number), set()),
    ):
        page = screening_lists.page(replace(narrowed, statuses=(S.SUBMITTED,)))
        assert {row.id for row in page.rows} == {one.id for one in wanted if one.status is S.SUBMITTED}
        assert sum(page.counts.values()) == len(wanted)


def place(application):
    return application.association.ayil_okmotu.rayon.oblast_id


def test_a_word_of_many_is_looked_for_in_the_rows_and_finds_the_same(monkeypatch, make):
    made = [make(), make()]
    few = ids(Filter(words=made[0].number))
    monkeypatch.setattr(screening_queries, "FEW", 0)
    assert ids(Filter(words=made[0].number)) == few == [made[0].id]


# Ties ------------------------------------------------------------------------------------------------------------


def test_who_has_a_tie_neither_sees_nor_counts_nor_decides(programme, make):
    near, far = make(), make(in_another_centre=True)
    secretary = programme.secretary
    assert not conflicts.ties_of(secretary)
    secretary.person.village_id = near.association.village_id
    db.session.flush()
    ties = conflicts.ties_of(secretary)
    assert near.association_id in ties.association_ids and ties.has(near) and not ties.has(far)
    page = screening_lists.page(Filter(ties=ties))
    assert [row.id for row in page.rows] == [far.id] and page.counts[S.SUBMITTED] == 1
    assert page.rows[0].alike == () and ids(Filter(ties=ties, is_alike=True)) == []
    by = {"reason": "", "actor": Actor(secretary), "now": clock.now()}
    with pytest.raises(SeparationOfDutyError):
        screenings.screen(near, ScreeningOutcome.ELIGIBLE, **by)
    with pytest.raises(SeparationOfDutyError):
        duplicates.judge(far, near.id, DuplicateVerdict.FALSE_ALARM, **by | {"reason": "Башка"})
    assert near.status is S.SUBMITTED
    assert [one.other.id for one in duplicates.seen_by(secretary, far)] == []


def register_member(association, person):
    role, day = MembershipRole.MEMBER, date(2024, 5, 1)
    associations.add_member(association, person, role, since_on=day, actor=None, now=clock.now())


def test_ties_are_those_a_reviewer_is_kept_from_by(programme, make):
    """For every kind of tie, the list of all and the look at one say the same."""
    made = [make(), make(), make(in_another_centre=True), make()]
    lives, belongs, declared, none = (programme.make_user() for _ in range(4))
    lives.person.village_id = made[0].association.village_id
    register_member(made[2].association, belongs.person)
    programme.tie(made[3], declared)
    for user in (lives, belongs, declared, none, programme.chair_of(made[1].association), programme.operator):
        db.session.expire_all()
        ties = conflicts.ties_of(user)
        assert [ties.has(one) for one in made] == [bool(conflicts.hindrance(one, user)) for one in made]
    assert conflicts.ties_of(declared).application_ids == {made[3].id} and not conflicts.ties_of(none)


def test_submitting_keeps_the_pairs(programme, make):
    first = make()
    second = make(S.SIGNED_OFF)
    assert screening_lists.rows([first.id])[0].alike == ()
    applications.submit(second, actor=Actor(programme.chair_of(second.association)), now=clock.now())
    assert [pair.other_id for pair in screening_lists.rows([first.id])[0].alike] == [second.id]
