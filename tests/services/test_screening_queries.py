"""However the screening list finds its rows, they are those that a plain reading of every application would find."""

from dataclasses import replace
from itertools import cycle
from random import Random

import pytest

from app import clock
from app.localisation import words as folded_words
from app.services import duplicates, places, screening_lists, screening_queries, screening_rules, screenings
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.documents import of
from app.services.screening_lists import LISTED, NO_TIES, WAITING, Cursor, Filter
from models.applications import Application, ApplicationStatus
from models.base import db
from models.duplicates import AlikePair, DuplicateFinding, DuplicateVerdict
from tests.support import databases
from tests.support.shelf import kept

pytestmark = pytest.mark.database
S = ApplicationStatus
STATUSES = (S.SUBMITTED, S.RESUBMITTED, S.RETURNED, S.ELIGIBLE, S.INELIGIBLE, S.IN_REVIEW, S.WITHDRAWN, S.DRAFT)
TEXTS = ("суу 100% тегирмен", "жашылча суу", "ун", "тегирмен ун ка", "суу_ун")
FILTERS = 150 if databases.FULL else 60


@pytest.fixture
@kept
def made(programme):
    """Applications of several calls, centres and states, some alike, some at the same instant, each with other gaps."""
    random, oblasts = Random(7), [one.id for one in places.oblasts()]
    calls = [
        programme.make_call(eligibility={"running_grants": 0, "co_investment_percent": 0, "founded_months": 0} | rules)
        for rules in (
            {"oblasts": []},
            {"oblasts": oblasts[:1], "founded_months": 11, "co_investment_percent": 40},
        )
    ]
    granted = programme.make_grant("active").association
    associations = [
        programme.make_association(in_another_centre=number % 2 == 1, with_account=number % 3 > 0)
        for number in range(8)
    ]
    applications = []
    for status, text in zip(STATUSES * 2, cycle(TEXTS), strict=False):
        call = calls[len(applications) // len(STATUSES)]
        association = granted if status is S.RETURNED else associations[len(applications) % len(associations)]
        one = programme.make_application(S.SUBMITTED, association=association, call=call)
        one.status = status
        one.search_text = f"{one.number.lower()} {text}"
        if one.submitted_at:
            one.submitted_at = clock.now() - random.choice((0, 1, 1, 2)) * (clock.now() - call.opens_at) / 9
        if random.random() < 0.4:
            one.remittance_pledged = 0
        if random.random() < 0.4:
            for scan in of(one):
                scan.removed_at = clock.now()
        applications.append(one)
    associations[0].founded_on = clock.bishkek_day(calls[1].closes_at)
    associations[1].founded_on = None
    db.session.flush()
    lone = [one.id for one in applications[::2]]  # the factories tell one story: half of them are to be like none
    db.session.execute(db.delete(AlikePair).where(AlikePair.application_id.in_(lone) | AlikePair.other_id.in_(lone)))
    pair = db.session.scalars(db.select(AlikePair)).first()
    by = {"reason": "Башка айыл", "actor": Actor(programme.secretary), "now": clock.now()}
    duplicates.judge(
        db.session.get(Application, pair.application_id), pair.other_id, DuplicateVerdict.FALSE_ALARM, **by
    )
    return list(db.session.scalars(db.select(Application).where(~Application.is_test)))


def plainly(made, narrowed, unmet, pairs):
    """Those under the filter but for its states, who has waited longest first."""

    def is_free(association_id, application_id):
        return (
            association_id not in narrowed.ties.association_ids and application_id not in narrowed.ties.application_ids
        )

    by_id = {one.id: one for one in made}

    def fits(one):
        rules, rule = unmet[one.id], narrowed.rule
        others = [other for own, other in pairs if own == one.id]
        return (
            one.status in LISTED
            and is_free(one.association_id, one.id)
            and narrowed.call_id in (None, one.call_id)
            and narrowed.centre_id in (None, one.association.centre_id)
            and narrowed.oblast_id in (None, one.association.ayil_okmotu.rayon.oblast_id)
            and (not rule or (bool(rules) if rule == "any" else not rules if rule == "none" else rule in rules))
            and (not narrowed.is_alike or any(is_free(by_id[other].association_id, other) for other in others))
            and all(word in one.search_text for word in folded_words(narrowed.words))
        )

    return sorted(filter(fits, made), key=lambda one: (one.submitted_at, one.id))


def some_filter(random, made):
    one, is_of = random.choice(made), lambda value: value if random.random() < 0.25 else None
    return Filter(
        statuses=random.choice((LISTED, LISTED, WAITING, (S.RETURNED,))),
        call_id=is_of(one.call_id),
        centre_id=is_of(one.association.centre_id),
        oblast_id=is_of(one.association.ayil_okmotu.rayon.oblast_id),
        rule=random.choice((*("",) * 6, *(screening_rules.ANY, screening_rules.NONE) * 3, *screening_rules.NAMES)),
        is_alike=random.random() < 0.3,
        words=random.choice(("", "", "", "суу", "ун", "у", "суу ун", "тегирмен", "100%", "_", one.number)),
        ties=random.choice((NO_TIES, NO_TIES, Ties(frozenset({one.association_id}), frozenset({made[0].id})))),
    )


ROADS = ((0, 0), (0, 3), (1500, 0), (1500, 400))
"""(FEW, SPARSE): what is few or sparse decides by which road the rows are found, never which."""


def test_every_road_finds_what_a_plain_reading_finds(monkeypatch, made):
    random = Random(3)
    unmet = {one.id: {rule.rule for rule in screenings.findings(one) if not rule.met} for one in made}
    said = set(db.session.execute(db.select(DuplicateFinding.application_id, DuplicateFinding.other_id)).all())
    kept = db.session.execute(db.select(AlikePair.application_id, AlikePair.other_id)).all()
    pairs = [pair for own, other in kept if (own, other) not in said for pair in ((own, other), (other, own))]
    found = 0
    for _ in range(FILTERS):
        few, sparse = random.choice(ROADS)
        for name, value in (("FEW", few), ("SPARSE", sparse), ("SPARSE_BY_ID", sparse)):
            monkeypatch.setattr(screening_queries, name, value)
        narrowed = some_filter(random, made)
        fitting = plainly(made, narrowed, unmet, pairs)
        wanted = [one for one in fitting if one.status in narrowed.statuses]
        page = screening_lists.page(narrowed, size=2)
        assert page.counts == {status: sum(one.status is status for one in fitting) for status in LISTED}, narrowed
        for newest_first in (False, True):
            order = wanted[::-1] if newest_first else wanted
            assert ids(screening_lists.page(narrowed, newest_first=newest_first, size=60)) == [one.id for one in order]
            last = screening_lists.page(narrowed, newest_first=newest_first, size=2, backwards=True)
            assert ids(last) == [one.id for one in order[-2:]]
            if order:
                place = random.choice(order)
                here, at = Cursor(place.submitted_at, place.id), order.index(place)
                after = screening_lists.page(narrowed, here, newest_first=newest_first, size=2)
                before = screening_lists.page(narrowed, here, newest_first=newest_first, size=2, backwards=True)
                assert ids(after) == [one.id for one in order[at + 1 : at + 3]]
                assert ids(before) == [one.id for one in order[max(at - 2, 0) : at]]
        found += bool(wanted)
    assert found > FILTERS // 3, "most filters found nothing: they prove little"


def ids(page):
    return [row.id for row in page.rows]


@pytest.mark.either_database
def test_a_filter_is_asked_again_without_making_its_statements_anew(made):
    narrowed = Filter(rule=screening_rules.ANY, words="суу")
    screening_lists.page(narrowed)
    before = screening_queries.picking.cache_info().misses
    screening_lists.page(replace(narrowed, words="тегирмен"))
    assert screening_queries.picking.cache_info().misses == before
