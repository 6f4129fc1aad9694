"""Contributions: a receipt counts once, a second person verifies, a reversal is a new row."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from app import clock
from app.services import contributions, documents, gates, grants, ledger, next_steps, rates
from app.services.actors import Actor
from app.services.documents import Upload
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from models.applications import Payer
from models.audit import AuditEvent
from models.base import db
from models.contributions import Check, ContributionKind, ContributionStatus
from models.documents import DocumentKind
from models.grants import GrantStatus
from models.ledger import AccountKind
from models.pledges import PledgeStatus
from models.users import Role


@pytest.mark.parametrize("typed", ["UN 1234-5678", "un12345678", " UN/1234.5678 "])
def test_a_reference_counts_once_however_it_is_written(programme, typed):
    programme.make_contribution(programme.make_grant(), reference="UN12345678", channel="money_transfer")
    other = programme.make_grant()
    with pytest.raises(AlreadyUsedError) as refusal:
        programme.make_contribution(other, reference=typed, channel="money_transfer")
    assert refusal.value.field == "reference"


def test_the_same_number_of_another_channel_is_another_receipt(programme):
    grant = programme.make_grant()
    programme.make_contribution(grant, reference="12345678", channel="bank")
    programme.make_contribution(grant, reference="12345678", channel="mobile_wallet")


def test_a_refused_receipt_can_be_recorded_anew(programme):
    grant = programme.make_grant()
    programme.make_contribution(grant, "refused", reference="AB-1000")
    assert programme.make_contribution(grant, "verified", reference="AB-1000").status is ContributionStatus.VERIFIED


def test_the_same_file_proves_one_contribution(programme):
    grant = programme.make_grant()
    receipt = programme.make_pdf()
    first = programme.make_contribution(grant, with_evidence=False)
    second = programme.make_contribution(grant, with_evidence=False)
    actor = programme.chair_actor(grant)
    arguments = {"storage": programme.storage, "actor": actor, "now": clock.now()}
    contributions.attach(first, DocumentKind.RECEIPT, receipt, **arguments)
    with pytest.raises(AlreadyUsedError):
        contributions.attach(second, DocumentKind.RECEIPT, receipt, **arguments)


def test_who_recorded_cannot_verify(programme):
    contribution = programme.make_contribution(programme.make_grant())
    with pytest.raises(SeparationOfDutyError):
        contributions.verify(
            contribution, checks=list(Check), actor=programme.chair_actor(contribution.grant), now=clock.now()
        )


def test_without_evidence_nothing_is_verified(programme):
    contribution = programme.make_contribution(programme.make_grant(), with_evidence=False)
    with pytest.raises(IncompleteError):
        contributions.verify(contribution, checks=list(Check), actor=Actor(programme.monitor), now=clock.now())


def test_every_check_is_made_and_kept(programme):
    contribution = programme.make_contribution(programme.make_grant())
    for left_out in Check:
        with pytest.raises(IncompleteError) as refusal:
            checks = [one for one in Check if one is not left_out]
            contributions.verify(contribution, checks=checks, actor=Actor(programme.monitor), now=clock.now())
        assert refusal.value.field == left_out.value
    assert contribution.checks == []
    contributions.verify(contribution, checks=list(Check), actor=Actor(programme.monitor), now=clock.now())
    db.session.expire_all()
    assert [Check(one) for one in contribution.checks] == list(Check)
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "contribution.verify")).one()
    assert json.loads(event.details)["checks"] == [one.value for one in Check]


@pytest.mark.either_database
@pytest.mark.parametrize(
    ("currency", "nominal", "value", "amount", "in_som"),
    [
        ("RUB", 1, "1.1239", 50_000_00, 56_195_00),
        ("USD", 1, "87.4500", 1_000_00, 87_450_00),
        ("KZT", 1, "0.1851", 100_000_00, 18_510_00),
        ("TRY", 1, "2.2512", 10_000_33, 22_512_74),
        ("KRW", 100, "6.3127", 1_000_000, 63_127_00),
    ],
)
def test_foreign_money_is_valued_at_the_pinned_rate_of_the_day_it_was_sent(
    programme, currency, nominal, value, amount, in_som
):
    grant = programme.make_grant()
    sent_on = clock.bishkek_day(clock.now()) - timedelta(days=3)
    rate = programme.make_rate(currency, on=sent_on, nominal=nominal, value=value)
    contribution = programme.make_contribution(grant, "verified", currency=currency, amount=amount, sent_on=sent_on)
    assert contribution.rate_id == rate.id
    assert contribution.amount_kgs == in_som
    assert contributions.counted(grant) == in_som
    assert set(ledger.currency_totals().values()) == {0}


def test_a_missing_rate_blocks_and_says_which(programme):
    grant = programme.make_grant()
    with pytest.raises(IncompleteError) as refusal:
        programme.make_contribution(grant, currency="TRY")
    assert refusal.value.parameters["currency"] == "TRY"


def test_a_rate_older_than_seven_days_is_no_rate(programme):
    today = clock.bishkek_day(clock.now())
    programme.make_rate("USD", on=today - timedelta(days=10))
    assert rates.rate_for("USD", today - timedelta(days=3)) is not None
    with pytest.raises(IncompleteError):
        rates.rate_for("USD", today - timedelta(days=2))


def test_an_unapproved_rate_is_no_rate(programme):
    today = clock.bishkek_day(clock.now())
    rates.enter(
        "USD",
        today,
        1,
        Decimal("87.45"),
        rates.RateSource.BANK,
        actor=Actor(programme.finance),
        now=clock.now(),
        source_note="Айыл банк",
    )
    with pytest.raises(IncompleteError):
        rates.rate_for("USD", today)


def test_what_the_receipt_shows_beside_the_amount_is_kept_and_does_not_count(programme):
    grant, day = programme.make_grant(), clock.now().date() - timedelta(days=3)
    row = programme.make_contribution(
        grant, "verified", amount=50_000_00, receiver_name=" Асанова Гүлзат ", received_on=day, fee=350_00
    )
    assert (row.receiver_name, row.received_on, row.fee) == ("Асанова Гүлзат", day, 350_00)
    assert contributions.counted(grant) == row.amount_kgs == 50_000_00
    for field, wrong in (
        ("received_on", {"received_on": day - timedelta(days=1)}),
        ("received_on", {"received_on": clock.now().date() + timedelta(days=1)}),
        ("fee", {"fee": -1}),
        ("fee", {"fee": 50_000_00}),
    ):
        with pytest.raises(DomainError) as refusal:
            programme.make_contribution(grant, **wrong)
        assert refusal.value.field == field


def test_in_kind_is_held_apart_and_does_not_count(programme):
    grant = programme.make_grant()
    programme.make_contribution(grant, "verified", kind=ContributionKind.IN_KIND, amount=30_000_00)
    held = ledger.balances((AccountKind.CO_INVESTMENT, AccountKind.IN_KIND_HELD), grant_id=grant.id)
    assert held == {AccountKind.CO_INVESTMENT: 0, AccountKind.IN_KIND_HELD: 30_000_00}
    assert contributions.counted(grant) == 0


def test_a_reversal_takes_the_money_out_again_and_keeps_both_events(programme):
    grant = programme.make_grant()
    contribution = programme.make_contribution(grant, "reversed", amount=70_000_00)
    held = ledger.balances((AccountKind.CO_INVESTMENT,), grant_id=grant.id)
    assert held[AccountKind.CO_INVESTMENT] == 0
    assert contribution.event_id and contribution.reversal_event_id
    assert len(ledger.journal(ledger.JournalFilter(grant_id=grant.id))) == 3  # committed, verified, reversed


@pytest.mark.either_database
def test_a_grant_that_a_reversal_stopped_takes_what_comes_in_its_place(programme):
    """Else it could never go on: what is missing comes only while it is stopped."""
    tranche = programme.make_tranche("confirmed")
    grant = tranche.grant
    wrong = contributions.of_grant(grant)[0]
    contributions.reverse(wrong, reason="Эки жолу", actor=Actor(programme.finance), now=clock.now())
    assert grant.status is GrantStatus.SUSPENDED and next_steps.step_of(grant).who is Role.MEMBER
    goes_on = {"reason": "Башка которуулар келди", "actor": Actor(programme.finance), "now": clock.now()}
    with pytest.raises(IncompleteError):
        grants.resume(grant, **goes_on)
    programme.make_contribution(grant, "verified", amount=grant.amount)
    assert gates.gate(tranche)[0].met
    grants.resume(grant, **goes_on)
    assert grant.status is GrantStatus.ACTIVE
    with pytest.raises(DomainError) as refusal:
        programme.make_contribution(programme.make_grant("completed"))
    assert refusal.value.message.endswith("while it runs.")


def test_money_that_is_spent_cannot_be_reversed(programme):
    grant = programme.make_grant()
    contribution = programme.make_contribution(grant, "verified", amount=grant.amount)
    programme.make_expenditure(grant, "accepted", amount=grant.amount, payer=Payer.REMITTANCE)
    with pytest.raises(LimitExceededError):
        contributions.reverse(contribution, reason="ката", actor=Actor(programme.finance), now=clock.now())


def test_verified_money_fulfils_its_pledge(programme):
    grant = programme.make_grant()
    pledge = contributions_pledge(grant)
    programme.make_contribution(grant, "verified", pledge=pledge, amount=pledge.amount_kgs - 1)
    assert pledge.status is PledgeStatus.PARTLY_RECEIVED
    programme.make_contribution(grant, "verified", pledge=pledge, amount=1)
    assert pledge.status is PledgeStatus.FULFILLED


def contributions_pledge(grant):
    from_application = db.select(contributions.Pledge).where(
        contributions.Pledge.application_id == grant.application_id
    )
    return db.session.scalars(from_application).one()


@pytest.mark.either_database
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 10**15}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"sent_on": "tomorrow"}, "sent_on"),
        ({"sent_on": "six years ago"}, "sent_on"),
        ({"channel": None}, "channel"),
        ({"reference": "-1"}, "reference"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_kept(programme, fields, field):
    grant = programme.make_grant()
    today = clock.bishkek_day(clock.now())
    days = {"tomorrow": today + timedelta(days=1), "six years ago": today - timedelta(days=6 * 365)}
    given = {name: days.get(value, value) if isinstance(value, str) else value for name, value in fields.items()}
    with pytest.raises(DomainError) as refusal:
        programme.make_contribution(grant, **given)
    assert refusal.value.field == field
    assert contributions.of_grant(grant) == []


@pytest.mark.parametrize("status", [GrantStatus.OFFERED, GrantStatus.COMPLETED])
def test_contributions_are_recorded_only_while_the_grant_runs(programme, status):
    grant = programme.make_grant(status)
    with pytest.raises(DomainError):
        programme.make_contribution(grant)


@pytest.mark.parametrize("typed", ["АВС-12345", "аbс 12345", "ＡＢＣ１２３４５", "ABC١٢٣٤٥"])
def test_letters_that_look_alike_and_digits_of_any_script_are_one_reference(typed):
    assert contributions.reference_key(typed) == "ABC12345"


@pytest.mark.parametrize("status", ["refused", "reversed"])
def test_the_receipt_of_a_refused_or_reversed_contribution_can_prove_again(programme, status):
    grant, receipt = programme.make_grant(), programme.make_pdf()
    arguments = {"storage": programme.storage, "actor": programme.chair_actor(grant), "now": clock.now()}
    first, second = (programme.make_contribution(grant, with_evidence=False) for _ in range(2))
    contributions.attach(first, DocumentKind.RECEIPT, receipt, **arguments)
    if status == "refused":
        contributions.refuse(first, reason="Окулбайт", actor=Actor(programme.monitor), now=clock.now())
    else:
        contributions.verify(first, checks=list(Check), actor=Actor(programme.monitor), now=clock.now())
        contributions.reverse(first, reason="Эки жолу", actor=Actor(programme.finance), now=clock.now())
    contributions.attach(second, DocumentKind.RECEIPT, receipt, **arguments)
    assert documents.of(first)[0].file_id == documents.of(second)[0].file_id


def test_the_same_content_under_another_source_hash_is_the_same_proof(programme):
    grant, receipt = programme.make_grant(), programme.make_photo()
    arguments = {"storage": programme.storage, "actor": programme.chair_actor(grant), "now": clock.now()}
    first, second = (programme.make_contribution(grant, with_evidence=False) for _ in range(2))
    contributions.attach(first, DocumentKind.RECEIPT, receipt, **arguments)
    with pytest.raises(AlreadyUsedError):
        contributions.attach(second, DocumentKind.RECEIPT, Upload("other.jpg", receipt.content + b"\0\0"), **arguments)
