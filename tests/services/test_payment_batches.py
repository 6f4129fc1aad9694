"""Payment lists: what may stand on one, what stays of a closed one, what becomes of each payment; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import (
    contributions,
    funds,
    grants,
    ledger,
    paying_accounts,
    payment_batches,
    payments,
    tranches,
    verification,
)
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError, SeparationOfDutyError, WrongTransitionError
from models.base import db, fingerprint
from models.grants import GrantStatus, TrancheStatus
from models.payment_batches import BatchStatus, Payment, PaymentStatus
from tests.factories import TEXT

T, P, B = TrancheStatus, PaymentStatus, BatchStatus


def confirm(programme, batch, payment, reference):
    payment_batches.confirm(
        batch,
        payment,
        bank_reference=reference,
        value_on=clock.bishkek_day(clock.now()),
        actor=Actor(programme.other_finance),
        now=clock.now(),
    )


def test_what_the_bank_says_books_one_payment_and_asks_to_approve_the_other_anew(programme, home):
    """Two payments of one fund: one is paid, one is not; that one goes on another list under another name."""
    one, other = programme.make_tranche(T.APPROVED), programme.make_tranche(T.APPROVED)
    batch = programme.make_batch(one, other, until="sent")
    paid, unpaid = batch.payments
    before = funds.position(batch.fund)
    confirm(programme, batch, paid, "EB-1")
    assert one.status is T.RELEASED and one.bank_reference == "EB-1" and batch.status is B.SENT
    after = funds.position(batch.fund)
    assert (after.advanced - before.advanced, before.committed - after.committed) == (one.amount, one.amount)
    payment_batches.fail(batch, unpaid, reason=TEXT, actor=Actor(programme.finance), now=clock.now())
    assert other.status is T.PREPARED and other.approved_by_id is None, "nobody sends it twice on one approval"
    assert batch.status is B.SETTLED and funds.position(batch.fund) == after
    with pytest.raises(DomainError), db.session.begin_nested():
        programme.make_batch(other)
    programme.advance(other, T.APPROVED)
    again = programme.make_batch(other, until="closed")
    assert [one.end_to_end_id[-2:] for one in (unpaid, again.payments[0])] == ["-1", "-2"]
    payment_batches.cancel(again, reason=TEXT, actor=Actor(programme.finance), now=clock.now())
    assert payments.live(other) is None and again.payments[0].status is P.REMOVED
    tranches.return_(one, reason=TEXT, actor=Actor(programme.finance), now=clock.now())
    assert (paid.status, paid.reason) == (P.RETURNED, TEXT) and funds.position(batch.fund) == before
    checked = next(check for check in verification.run(home) if check.name == "payment lists")
    assert (checked.count, checked.findings) == (2, [])
    assert set(ledger.currency_totals().values()) == {0}


def test_a_payment_on_a_list_is_paid_neither_by_hand_nor_by_another_list(programme):
    tranche = programme.make_tranche(T.APPROVED)
    batch, finance, now = programme.make_batch(tranche), Actor(programme.finance), clock.now()
    db.session.commit()
    with pytest.raises(DomainError, match=batch.number):
        programme.release(tranche)
    with pytest.raises(DomainError, match=batch.number):
        tranches.send_back(tranche, reason=TEXT, actor=finance, now=now)
    with pytest.raises(DomainError, match=batch.number):
        programme.make_batch(tranche)
    db.session.rollback()
    for statement in (
        "UPDATE tranches SET status = 'released' WHERE id = :tranche",
        "UPDATE tranches SET amount = amount + 1 WHERE id = :tranche",
        "INSERT INTO payments (id, batch_id, tranche_id, payout_account_id, amount, end_to_end_id, status,"
        " listed_by_id, listed_at, reason, version) SELECT id + 1, batch_id, tranche_id, payout_account_id, amount,"
        " 'X', 'listed', listed_by_id, listed_at, '', 1 FROM payments WHERE tranche_id = :tranche",
        "UPDATE payments SET amount = amount + 1 WHERE tranche_id = :tranche",
        "DELETE FROM payments WHERE tranche_id = :tranche",
    ):
        with pytest.raises(IntegrityError):
            db.session.execute(text(statement), {"tranche": tranche.id})
        db.session.rollback()
    payment_batches.remove(batch, batch.payments[0], actor=finance, now=now)
    programme.release(tranche)
    assert tranche.status is T.RELEASED


def test_a_closed_list_says_the_same_for_ever(programme):
    batch = programme.make_batch(until="closed")
    assert fingerprint(batch.content) == batch.sha256
    content = payment_batches.content(batch)
    assert (content["count"], content["total"]) == (1, batch.payments[0].amount)
    db.session.commit()
    for column, value in (("content", "'{}'"), ("number", "'P-1'"), ("pay_on", "'2030-01-01'"), ("sha256", "NULL")):
        with pytest.raises(IntegrityError):
            db.session.execute(text(f"UPDATE payment_batches SET {column} = {value}"))
        db.session.rollback()
    with pytest.raises(DomainError):
        payment_batches.remove(batch, batch.payments[0], actor=Actor(programme.finance), now=clock.now())


def test_what_happened_since_keeps_the_list_back_but_not_money_that_left(programme):
    """A suspension keeps a list from the bank; what the bank has by then is booked when it says that it paid."""
    first = programme.make_batch(until="closed")
    grant, finance, now = first.payments[0].tranche.grant, Actor(programme.finance), clock.now()
    grants.suspend(grant, reason=TEXT, actor=finance, now=now)
    with pytest.raises(IncompleteError, match=grant.number):
        payment_batches.send(first, actor=finance, now=now)
    grants.resume(grant, reason=TEXT, actor=finance, now=now)
    payment_batches.send(first, actor=finance, now=now)
    grants.suspend(grant, reason=TEXT, actor=finance, now=now)
    confirm(programme, first, first.payments[0], "LATE-1")
    assert first.payments[0].tranche.status is T.RELEASED
    with pytest.raises(WrongTransitionError):
        confirm(programme, first, first.payments[0], "LATE-2")


def test_an_account_that_changed_keeps_the_list_back(programme):
    batch = programme.make_batch()
    association, now = batch.payments[0].tranche.grant.association, clock.now()
    programme.change_account(association, now=now)
    with pytest.raises(IncompleteError):
        payment_batches.close(batch, actor=Actor(programme.finance), now=now)


def test_the_account_a_fund_is_paid_from_needs_two_officers(programme):
    fund, now = programme.fund, clock.now()
    with pytest.raises(IncompleteError):
        tranche = programme.make_tranche(T.APPROVED)
        payment_batches.create(fund, [tranche], pay_on=clock.bishkek_day(now), actor=Actor(programme.finance), now=now)
    first = programme.name_payer(fund)
    values = {"bank": "Банк", "bank_code": "AIYLKG22", "number": "1280016022580179", "holder": "Ашар"}
    with pytest.raises(DomainError) as refused:
        paying_accounts.propose(fund, **values | {"bank_code": "12"}, actor=Actor(programme.finance), now=now)
    assert refused.value.field == "bank_code"
    second = paying_accounts.propose(fund, **values, actor=Actor(programme.finance), now=now)
    with pytest.raises(SeparationOfDutyError):
        paying_accounts.confirm(second, actor=Actor(programme.finance), now=now)
    batch = programme.make_batch(tranche)
    paying_accounts.confirm(second, actor=Actor(programme.other_finance), now=now + timedelta(hours=1))
    assert paying_accounts.current(fund) is second and first.closed_at is not None
    with pytest.raises(DomainError):  # the list names the account before
        payment_batches.close(batch, actor=Actor(programme.finance), now=now)
    db.session.flush()
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE paying_accounts SET confirmed_by_id = proposed_by_id"))


def test_a_name_in_the_order_is_used_once(programme):
    batch = programme.make_batch()
    db.session.commit()
    assert db.session.scalar(db.select(db.func.count()).select_from(Payment)) == 1
    tranche = batch.payments[0].tranche
    for attempt in (2, 3):
        payment_batches.cancel(batch, reason=TEXT, actor=Actor(programme.finance), now=clock.now())
        batch = programme.make_batch(tranche)
        assert batch.payments[0].end_to_end_id == f"{tranche.grant.number}-{tranche.sequence}-{attempt}"


@pytest.mark.either_database
def test_what_the_bank_pays_although_a_receipt_was_reversed_meanwhile_stops_the_grant(programme):
    tranche = programme.make_tranche(TrancheStatus.APPROVED)
    batch, grant = programme.make_batch(tranche, until="sent"), tranche.grant
    by = {"actor": Actor(programme.finance), "now": clock.now()}
    contributions.reverse(contributions.of_grant(grant)[0], reason=TEXT, **by)
    assert grant.status is GrantStatus.ACTIVE, "nothing is paid yet"
    confirm(programme, batch, batch.payments[0], "PP 77")
    assert tranche.is_paid and grant.suspended_reason == grants.NO_LONGER_CARRIES
    assert list(dict(verification.MONEY)["released within the match"](verification.Check("match"))) == []
