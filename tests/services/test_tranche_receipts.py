"""The association's own word that the money of a tranche came; what is missing of it; both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app import clock
from app.clock import bishkek_day
from app.services import desks, documents, gates, tranche_receipts, tranches
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.base import db
from models.grants import TrancheStatus
from models.tranche_receipts import ReceiptWay

T = TrancheStatus
WHY = "Банк 1500 сом кармады"


def texts(user, now):
    return [one.text for one in desks.tasks_for(user, now)]


def test_a_member_confirms_and_what_is_missing_is_looked_into(programme) -> None:
    tranche, now = programme.make_tranche(T.RELEASED), clock.now()
    chair, today = programme.chair_actor(tranche.grant), bishkek_day(now)
    gate = gates.gate(tranche.grant.tranches[1])
    assert not next(one for one in gate if one.key == "received").met

    def confirm(received=tranche.amount, on=today, reason="", actor=chair):
        return tranche_receipts.confirm(tranche, received=received, received_on=on, reason=reason, actor=actor, now=now)

    operator = programme.operator_of(tranche.grant.association.centre)
    for wrong in (Actor(operator, on_behalf_of=tranche.grant.association), Actor(programme.finance)):
        with pytest.raises(SeparationOfDutyError):
            confirm(actor=wrong)
    for change, field in (
        ({"received": tranche.amount + 1}, "received"),
        ({"received": 0}, "received"),
        ({"on": today + timedelta(days=1)}, "received_on"),
        ({"received": tranche.amount - 1}, "reason"),
    ):
        with pytest.raises(DomainError) as refused:
            confirm(**change)
        assert refused.value.field == field
    assert tranche.status is T.RELEASED
    receipt = confirm(received=tranche.amount - 150_000, reason=WHY)
    assert (receipt.way, receipt.missing, receipt.is_short) == (ReceiptWay.SCREEN, 150_000, True)
    assert tranche.status is T.CONFIRMED and tranche_receipts.of(tranche) is receipt
    gate = gates.gate(tranche.grant.tranches[1])
    assert next(one for one in gate if one.key == "received").met
    with pytest.raises(DomainError):
        confirm()
    short = "Less came than was sent: look into it"
    assert short in texts(programme.finance, now)
    with pytest.raises(IncompleteError):
        tranche_receipts.look_at(receipt, note=" ", actor=Actor(programme.finance), now=now)
    tranche_receipts.look_at(receipt, note="Банк 1500 сомду кайтарат", actor=Actor(programme.finance), now=now)
    assert short not in texts(programme.finance, now)
    db.session.commit()
    for change in ("received = sent", "said_by = 'x'", "seen_note = 'x'"):
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(sa.text(f"UPDATE tranche_receipts SET {change}"))
        db.session.rollback()


def test_the_centre_records_a_signed_slip_and_one_slip_confirms_one_payment(programme) -> None:
    now, storage = clock.now(), programme.storage
    slip = programme.make_pdf()

    def record(tranche, upload, **changes):
        association = tranche.grant.association
        operator = programme.operator_of(association.centre)
        given = {"signer": "Төрага", "received": tranche.amount, "received_on": bishkek_day(now)} | changes
        by = Actor(operator, on_behalf_of=association)
        return tranche_receipts.record_slip(tranche, upload=upload, storage=storage, actor=by, now=now, **given)

    first, second = programme.make_tranche(T.RELEASED), programme.make_tranche(T.RELEASED)
    with pytest.raises(IncompleteError):
        record(first, slip, signer=" ")
    receipt = record(first, slip, received=first.amount - 10_000, reason=WHY)
    assert receipt.way is ReceiptWay.SLIP and not receipt.is_short
    assert receipt.sha256 == receipt.document.content_sha256
    assert receipt.document in documents.of(first.grant)
    db.session.commit()
    with pytest.raises(AlreadyUsedError):
        record(second, slip)
    db.session.rollback()
    assert second.status is T.RELEASED
    record(second, programme.make_pdf())
    assert second.status is T.CONFIRMED


def test_what_nobody_confirms_stands_on_the_desks_after_two_weeks(programme) -> None:
    tranche, now = programme.make_tranche(T.RELEASED), clock.now()
    operator = programme.operator_of(tranche.grant.association.centre)
    ask, late = "Ask whether the money arrived", "Two weeks over: confirm that the money arrived"
    assert ask not in texts(programme.finance, now) and late not in texts(operator, now)
    after = now + tranche_receipts.CONFIRM_WITHIN
    assert ask in texts(programme.finance, after) and late in texts(operator, after)


def test_a_grant_of_before_has_no_such_condition_and_a_payment_sent_anew_is_confirmed_anew(programme) -> None:
    tranche = programme.make_tranche(T.RETURNED)
    tranches.request(tranche, actor=programme.chair_actor(tranche.grant), now=clock.now())
    programme.advance(tranche, T.CONFIRMED)
    assert tranche_receipts.of(tranche).event_id == tranche.event_id
    tranche.grant.asks_receipt = False
    db.session.flush()
    assert "received" not in {one.key for one in gates.gate(tranche.grant.tranches[1])}
