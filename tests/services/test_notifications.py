"""Who has to act, or whom it concerns, is told: the right people, in the reader's language."""

from datetime import date
from decimal import Decimal

import pytest

from app import clock
from app.localisation import LOCALE_CODES, render, use_locale
from app.services import applications, payout_accounts, rates
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.base import db
from models.contributions import ContributionStatus
from models.council_sessions import DecisionOutcome
from models.grants import GrantStatus
from models.notifications import Notification
from models.rates import RateSource
from models.users import User
from tests.factories import Programme

pytestmark = pytest.mark.either_database


@pytest.fixture
def news(programme: Programme):
    """Message id -> user ids, of what was told since the last call."""
    seen = set()

    def read() -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for one in db.session.scalars(db.select(Notification).order_by(Notification.id)):
            if one.id not in seen:
                found.setdefault(one.message, set()).add(one.user_id)
                for locale in LOCALE_CODES:
                    with use_locale(locale):
                        text = render(one.message, one.parameters)
                    assert "%(" not in text and "{" not in text
                    assert locale == "en" or text != render_english(one)
            seen.add(one.id)
        return found

    return read


def render_english(one: Notification) -> str:
    with use_locale("en"):
        return render(one.message, one.parameters)


def told(found: dict[str, set[int]], words: str) -> set[int]:
    (message,) = [one for one in found if words in one]
    return found[message]


def ids(*users: User) -> set[int]:
    return {one.id for one in users}


def test_a_payout_account_is_told_to_the_association_and_to_who_confirms(programme, news):
    officers = ids(programme.finance, programme.other_finance)
    association = programme.make_association(with_account=False)
    operator, chair = programme.operator_of(association.centre), programme.chair_of(association)
    news()
    account = payout_accounts.propose(
        association, bank="Айыл Банк", number="1290000011112222", holder="Айыл", actor=Actor(operator), now=clock.now()
    )
    assert told(news(), "is proposed") == officers | ids(operator, chair)
    payout_accounts.confirm(account, actor=Actor(programme.finance), now=clock.now())
    assert told(news(), "is confirmed") == ids(operator, chair)


def test_a_rate_is_told_to_the_other_finance_officers(programme, news):
    finance, other = programme.finance, programme.other_finance
    rates.enter(
        "USD", date(2026, 10, 12), 1, Decimal("87.5"), RateSource.NBKR_DAILY, actor=Actor(finance), now=clock.now()
    )
    assert told(news(), "waits for your approval") == ids(other)


def test_the_way_of_a_grant_is_told(programme, news):
    officers, monitor = ids(programme.finance, programme.other_finance), ids(programme.monitor)
    grant = programme.make_grant(GrantStatus.COMPLETED)
    people, found = ids(programme.chair_of(grant.association)), news()
    assert told(found, "runs now: plan a visit") == monitor
    assert told(found, "can be completed") == monitor
    assert told(found, "is completed. Thank you!") >= people
    assert found["The grant %(number)s is completed."] == officers


def test_a_refused_contribution_is_told_to_the_association(programme, news):
    grant = programme.make_grant()
    chair = programme.chair_of(grant.association)
    news()
    programme.make_contribution(grant, ContributionStatus.REFUSED)
    assert chair.id in told(news(), "was refused")


def test_an_application_opened_again_is_told_to_its_chair(programme, news):
    application = programme.make_application(ApplicationStatus.SIGNED_OFF)
    operator, chair = programme.operator_of(application.association.centre), programme.chair_of(application.association)
    news()
    applications.reopen(application, actor=Actor(operator, application.association), now=clock.now())
    assert told(news(), "signs it off anew") == ids(operator, chair)


def test_the_council_is_called_and_its_chair_asked_to_sign(programme, news):
    application = programme.make_application(ApplicationStatus.REVIEWED, call=programme.make_past_call())
    news()
    programme.decide(application, DecisionOutcome.REJECTED, is_signed=False)
    found = news()
    assert told(found, "The Council sits") == ids(programme.council_chair, *programme.reviewers)
    assert told(found, "waits for your signature") == ids(programme.council_chair)
