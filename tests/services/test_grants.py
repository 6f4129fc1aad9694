"""Grants: no start without the signed agreement, and a suspension each reads in the own language."""

import pytest

from app import clock
from app.localisation import LOCALE_CODES, render, use_locale
from app.services import contributions, grants
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError
from models.base import db
from models.contributions import Contribution
from models.documents import DocumentKind
from models.grants import GrantStatus, TrancheStatus
from models.notifications import Notification

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
    grant, finance = programme.make_grant("accepted"), Actor(programme.finance)
    with pytest.raises(IncompleteError) as refusal:
        grants.activate(grant, actor=finance, now=clock.now())
    assert refusal.value.field == "upload"
    other = DocumentKind.OTHER
    grants.attach(grant, other, programme.make_pdf(), storage=programme.storage, actor=finance, now=clock.now())
    with pytest.raises(IncompleteError):
        grants.activate(grant, actor=finance, now=clock.now())
    assert grant.status is GrantStatus.ACCEPTED and grant.activated_at is None
    grants.attach(
        grant,
        DocumentKind.SIGNED_AGREEMENT,
        programme.make_pdf(),
        storage=programme.storage,
        actor=finance,
        now=clock.now(),
    )
    grants.activate(grant, actor=finance, now=clock.now())
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
