"""Grants: no start without the signed agreement, and a suspension each reads in the own language."""

import pytest

from app import clock
from app.clock import bishkek_day
from app.localisation import LOCALE_CODES, render, use_locale
from app.services import (
    agreement_signatures,
    agreements,
    applicants,
    co_investments,
    contributions,
    documents,
    gates,
    grants,
    match,
)
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError
from models.base import db
from models.calls import ApplicantType, usual_match_terms
from models.contributions import Contribution, ContributionKind
from models.documents import DocumentKind
from models.grants import GrantStatus, TrancheStatus
from models.notifications import Notification
from models.people import Sex

pytestmark = pytest.mark.either_database

OWN_WORDS = "Отчёт кечикти: 100 % эмес, 50 %% (Draft)"


def suspension(grant):
    """What the association's people are told, in each language."""
    query = db.select(Notification).where(Notification.message.contains("is suspended")).order_by(Notification.id)
    (told, *others) = db.session.scalars(query).all()
    assert {one.parameters["number"] for one in (told, *others)} == {grant.number}
    texts = {}
    for locale in LOCALE_CODES:
        with use_locale(locale):
            texts[locale] = render(told.message, told.parameters)
    return texts


def test_nothing_starts_without_the_signed_agreement(programme):
    grant, finance, now = programme.make_grant("accepted"), Actor(programme.finance), clock.now()
    other = {"storage": programme.storage, "actor": finance, "now": now}
    documents.attach(grant, DocumentKind.SIGNED_AGREEMENT, programme.make_pdf(), **other)
    agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=programme.chair_actor(grant), now=now)
    with pytest.raises(IncompleteError):
        grants.activate(grant, actor=finance, now=now)
    assert grant.status is GrantStatus.ACCEPTED and grant.activated_at is None
    agreement_signatures.countersign(grant, seen=grant.agreement.sha256, actor=Actor(programme.secretary), now=now)
    assert grant.status is GrantStatus.ACTIVE


def test_a_suspension_says_the_officer_s_words_as_they_were_written(programme):
    grant = programme.make_grant("active")
    grants.suspend(grant, reason=f" {OWN_WORDS} ", actor=Actor(programme.finance), now=clock.now())
    texts = suspension(grant)
    assert all(text.endswith(OWN_WORDS) and grant.number in text for text in texts.values())
    assert len(set(texts.values())) == 3 and "токтотулуп турат" in texts["ky"] and "приостановлен" in texts["ru"]


def test_a_suspension_by_the_rules_gives_its_reason_in_three_languages(programme):
    grant = programme.make_grant("active", is_matched=True)
    programme.advance(grant.tranches[0], TrancheStatus.CONFIRMED)
    contribution = db.session.scalars(db.select(Contribution)).one()
    contributions.reverse(contribution, reason="Чек жасалма", actor=Actor(programme.finance), now=clock.now())
    assert grant.status is GrantStatus.SUSPENDED
    texts = suspension(grant)
    for locale in LOCALE_CODES:
        with use_locale(locale):
            assert texts[locale].endswith(render(grants.NO_LONGER_CARRIES, {}))
    assert len({text.rsplit(": ", 1)[1] for text in texts.values()}) == 3


@pytest.mark.parametrize("word", ["Draft", "Selected"])
def test_a_reason_that_is_also_a_word_of_the_pages_stays_as_written(programme, word):
    grant = programme.make_grant("active")
    grants.suspend(grant, reason=word, actor=Actor(programme.finance), now=clock.now())
    assert all(text.endswith(f": {word}") for text in suspension(grant).values())


def test_a_suspended_grant_is_not_suspended_again(programme):
    grant = programme.make_grant("suspended")
    with pytest.raises(DomainError):
        grants.suspend(grant, reason="Дагы бир жолу", actor=Actor(programme.finance), now=clock.now())


WOMEN_AND_STAGES = usual_match_terms() | {
    "percents": {"women_led": 150, "youth_led": 120},
    "first_stage": 50_000_00,
    "beyond_percent": 300,
    "community_share": 10,
}


def chaired_by(programme, association, sex, birth_year):
    person = programme.chair_of(association).person
    person.sex, person.birth_year = sex, birth_year
    db.session.flush()


def test_a_grant_takes_the_rule_with_the_ratio_of_its_applicant(programme):
    """The highest of the sorts it is of holds; what gave it is written down, and the agreement says the rule."""
    call = programme.make_past_call(match_terms=WOMEN_AND_STAGES)
    association = programme.make_association()
    chaired_by(programme, association, Sex.FEMALE, bishkek_day(call.closes_at).year - 20)
    application = programme.make_application("selected", call=call, association=association)
    grant = programme.offer(application)
    assert (grant.match_percent, grant.match_applicant) == (150, ApplicantType.WOMEN_LED)
    assert grant.match_terms == WOMEN_AND_STAGES | {"percents": {}}
    assert match.due(match.rule_of(grant), 75_000_00) == (50_000_00, 0, 12_500_00)
    with use_locale("en"):
        terms = agreements.terms(grant, "en")["match"]
    assert "beyond it each 100 som bring up to 300 som" in terms[1]
    assert any("the village itself" in one for one in terms)


@pytest.mark.parametrize(
    ("sex", "age", "wanted"),
    [
        (Sex.FEMALE, 40, (150, ApplicantType.WOMEN_LED)),
        (Sex.MALE, 28, (120, ApplicantType.YOUTH_LED)),
        (Sex.MALE, 29, (100, None)),
        (None, None, (100, None)),
    ],
)
def test_whose_ratio_it_is(programme, sex, age, wanted):
    call = programme.make_call(match_terms=WOMEN_AND_STAGES)
    year = bishkek_day(call.closes_at).year
    association = programme.make_association()
    chaired_by(programme, association, sex, None if age is None else year - age)
    assert applicants.own_ratio(association, call) == wanted


def test_a_graduate_is_who_completed_a_grant_before_the_deadline(programme):
    grant = programme.make_grant("completed")
    terms = usual_match_terms() | {"percents": {"graduate": 200}}
    call = programme.make_call(match_terms=terms)
    assert applicants.own_ratio(grant.association, call) == (200, ApplicantType.GRADUATE)
    assert applicants.own_ratio(grant.association, grant.application.call).percent == 100
    draft = programme.make_application("draft", call=call, association=grant.association)
    assert draft.pledges_due == draft.grant_requested // 2


def test_the_gate_names_what_is_missing_of_whom(programme):
    """A quarter from remittances, a quarter from the village: money of the one does not stand in for the other."""
    terms = usual_match_terms() | {"remittance_share": 25, "community_share": 25, "grant_share": 50}
    call = programme.make_past_call(match_terms=terms)
    grant = programme.make_grant("active", call=call)
    first = grant.tranches[0]
    programme.make_contribution(grant, "verified", amount=first.amount)
    (condition,) = [one for one in gates.gate(first) if one.key == "match"]
    assert not condition.met
    with use_locale("en"):
        assert "of it at least 0 som from remittances and 40 000 som in cash" in str(condition.detail).replace(
            "\xa0", " "
        )
    village = {"kind": ContributionKind.COMMUNITY_CASH, "channel": None, "reference": ""}
    programme.make_contribution(grant, "verified", amount=first.amount // 2, **village)
    assert gates.is_open(first)
    found = co_investments.unlocked_by(grant, ContributionKind.COMMUNITY_CASH, grant.amount)
    assert found.carried == 2 * first.amount and found.tranches == (2,)
