"""The ledger on screen: trial balance, account, journal and entry, as finance reads them and others do not."""

import re
from datetime import date

import pytest

from app import clock
from app.services import contributions, ledger
from app.services.actors import Actor
from models.base import db
from models.grants import Grant
from models.ledger import AccountKind, EventKind, LedgerEvent
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import text_of
from tests.support.queries import counted_queries


@pytest.fixture
def grant(programme: Programme) -> Grant:
    """A completed grant: every kind of entry but a reversal."""
    return programme.make_grant("completed")


def shown(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return text_of(answer.text)


def test_the_trial_balance_totals_zero_and_leads_to_its_accounts(
    english: Client, programme: Programme, grant: Grant
) -> None:
    english.sign_in(programme.finance)
    page = english.get("/trial-balance").text
    text = text_of(page)
    lines = ledger.trial_balance("KGS", None, date(2027, 12, 31))
    assert sum(one.closing for one in lines) == 0 < len(lines)
    assert re.search(r"Together 0 som [\d ,.]+ som [\d ,.]+ som 0 som", text)
    assert re.search(rf"Grant: spent · \w+ · {grant.fund.code} ", text)
    for account_id in set(re.findall(r"/ledger-accounts/(\d+)", page)):
        assert english.get(f"/ledger-accounts/{account_id}").status_code == 200


def test_a_period_begins_with_what_was_held_before(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.finance)
    account = ledger.account(AccountKind.AVAILABLE, fund_id=grant.fund_id)
    days = sorted({one.value_on for one in ledger.entries(account)})
    (line,) = [one for one in ledger.trial_balance("KGS", days[-1], days[-1], grant.fund_id) if one.account is account]
    assert line.opening == ledger.balance_on(account, date.fromordinal(days[-1].toordinal() - 1))
    assert line.closing == ledger.balance_on(account, days[-1]) == ledger.balance(account)
    day = f"{days[-1]:%d.%m.%Y}"
    text = shown(english, f"/trial-balance?fund={grant.fund_id}&starts_on={day}&ends_on={day}")
    assert f"In KGS, by value day, until {days[-1]:%-d %b %Y}" in text
    assert "Nothing was booked in this currency" in shown(english, "/trial-balance?currency=TRY")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/trial-balance?ends_on=31.02.2026", "Enter a day as DD.MM.YYYY."),
        ("/trial-balance?starts_on=02.10.2026&ends_on=01.10.2026", "The end must not lie before the start."),
        ("/ledger-events?grant=G-1999-1", "There is no grant with this number."),
        ("/ledger-events?starts_on=gestern", "Enter a day as DD.MM.YYYY."),
    ],
)
def test_what_cannot_be_understood_is_said(
    english: Client, programme: Programme, grant: Grant, address: str, says: str
) -> None:
    english.sign_in(programme.finance)
    assert says in shown(english, address, 422)


def test_an_account_shows_each_transfer_with_the_balance_after_it(
    english: Client, programme: Programme, grant: Grant
) -> None:
    english.sign_in(programme.finance)
    account = ledger.account(AccountKind.ADVANCED, fund_id=grant.fund_id, grant_id=grant.id)
    found = ledger.entries(account)
    held = 0
    for one in reversed(found):
        held += one.amount
        assert one.balance == held
    assert held == ledger.balance(account)
    half = len(found) // 2
    place = found[half - 1].place
    assert ledger.entries(account, before=place, limit=3)[0] == found[half]
    text = shown(english, f"/ledger-accounts/{account.id}")
    assert f"Grant: advanced · {grant.number}" in text
    assert "Tranche paid" in text and "Spending accepted" in text
    control = ledger.account(AccountKind.ADVANCED, fund_id=grant.fund_id)
    text = shown(english, f"/ledger-accounts/{control.id}")
    assert "what is booked is booked there" in text and grant.number in text


def test_the_journal_is_narrowed_and_each_entry_names_what_it_is_for(
    english: Client, programme: Programme, grant: Grant
) -> None:
    english.sign_in(programme.finance)
    other = programme.make_grant("active")
    for kind, page in (
        (EventKind.TRANCHE_RELEASED, f"Tranche {grant.number}, "),
        (EventKind.CONTRIBUTION_VERIFIED, "Contribution "),
        (EventKind.EXPENDITURE_ACCEPTED, "Spending, document "),
        (EventKind.GRANT_COMMITTED, f"Grant {grant.number}"),
    ):
        journal = english.get(f"/ledger-events?kind={kind.value}&grant={grant.number}").text
        assert grant.number in text_of(journal) and other.number not in text_of(journal)
        entry = re.search(r"/ledger-events/(\d+)", journal)
        assert entry
        text = shown(english, f"/ledger-events/{entry[1]}")
        assert page in text
    received = ledger.journal(ledger.JournalFilter(fund_id=grant.fund_id, kind=EventKind.FUND_RECEIVED))[0]
    assert "Instalment " in shown(english, f"/ledger-events/{received.id}")


def test_a_reversal_and_what_it_answers_name_each_other(english: Client, programme: Programme) -> None:
    grant = programme.make_grant()
    wrong = programme.make_contribution(grant, "verified")
    contributions.reverse(wrong, reason="ката", actor=Actor(programme.finance), now=clock.now())
    (reversal,) = ledger.journal(ledger.JournalFilter(grant_id=grant.id, kind=EventKind.REVERSAL))
    db.session.commit()
    english.sign_in(programme.finance)
    text = shown(english, f"/ledger-events/{reversal.id}")
    assert "the entry it answers" in text and "ката" in text and "Contribution " in text
    assert "by an entry of" in shown(
        english, f"/ledger-events/{db.session.get_one(LedgerEvent, reversal.id).reverses_id}"
    )


def test_who_has_a_tie_reads_nothing_of_that_grant(english: Client, programme: Programme, grant: Grant) -> None:
    other = programme.make_grant("active")
    entry = ledger.journal(ledger.JournalFilter(grant_id=grant.id))[0]
    control = ledger.account(AccountKind.COMMITTED, fund_id=grant.fund_id)
    own = ledger.account(AccountKind.COMMITTED, fund_id=grant.fund_id, grant_id=grant.id)
    db.session.commit()
    english.sign_in(programme.secretary)
    pages = ("/ledger-events", f"/ledger-accounts/{control.id}")
    assert all(grant.number in shown(english, page) for page in pages)
    programme.tie(grant.application, programme.secretary)
    db.session.commit()
    for page in pages:
        text = shown(english, page)
        assert grant.number not in text and other.number in text and "you have a tie to" in text
    for page in (f"/ledger-events/{entry.id}", f"/ledger-accounts/{own.id}"):
        assert english.get(page).status_code == 403
    english.sign_in(programme.finance)
    assert grant.number in shown(english, "/ledger-events")


def test_the_journal_asks_the_same_however_long_it_is(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.finance)
    english.get("/ledger-events")
    with counted_queries() as few:
        english.get("/ledger-events?kind=tranche_released")
    with counted_queries() as many:
        english.get("/ledger-events")
    assert len(many) <= len(few) + 1
