"""The world of random histories of money, and what must be true of it after each act, whatever was done."""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask
from hypothesis.stateful import RuleBasedStateMachine
from itsdangerous import URLSafeSerializer

from app import clock
from app.services import (
    agreement_signatures,
    agreements,
    co_investments,
    expenditures,
    funds,
    gates,
    grant_amendments,
    grant_budgets,
    ledger,
    match,
    payment_batches,
    verification,
)
from app.services.verification import Check
from models.agreement_signatures import SigningSide
from models.applications import ApplicationStatus, Payer
from models.audit import AuditEvent
from models.base import db
from models.contributions import Contribution, ContributionKind
from models.expenditures import Expenditure
from models.funds import Fund
from models.grant_amendments import GrantAmendment, GrantAmendmentStatus
from models.grants import Grant, Tranche, TrancheStatus
from models.payment_batches import BatchStatus, Payment, PaymentBatch, PaymentStatus
from models.rates import ExchangeRate
from tests.conftest import NOW
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.databases import SECRET, Copy
from tests.support.pages import forms_of

RATES = {"RUB": "1.10", "USD": "87.45", "KZT": "0.17", "TRY": "2.11", "KRW": "0.06"}
"""Currencies of the receipts, and som for one unit."""


@dataclass
class World:
    """What every history begins with: ids, and how each person signs the requests."""

    programme: Programme
    database: Copy
    kept: tuple[Path, str]
    clients: Mapping[str, Client]
    users: Mapping[str, int]
    tokens: Mapping[str, str]
    application_id: int
    grant_id: int
    fund_id: int
    signing_id: int
    """A grant that is accepted and not signed."""

    def begin(self) -> None:
        db.session.remove()
        db.engine.dispose()
        self.database.put_back(*self.kept)

    def post(self, who: str, path: str, fields: Mapping[str, Any]) -> tuple[int, str]:
        """Send a form as `who`: (status, where it leads)."""
        key = URLSafeSerializer(SECRET, salt=f"form:{self.users[who]}").dumps(secrets.token_hex(8))
        data = {"csrf_token": self.tokens[who], "idempotency_key": key, **fields}
        answer = self.clients[who].post(path, data=data)
        return answer.status_code, answer.location or ""


def make_world(app: Flask, programme: Programme, database: Copy, home: Path) -> World:
    """A grant to be offered, one to be signed, one that runs with what waits; people of each office."""
    for currency, value in RATES.items():
        programme.make_rate(currency, on=clock.bishkek_day(NOW) - timedelta(days=5), value=value)
    waiting = programme.make_application(ApplicationStatus.SELECTED)
    grant = programme.spread(programme.make_grant())
    programme.name_payer(grant.fund)
    signing = programme.make_grant("accepted")
    each = grant.amount // 4  # four of the six carry the whole award
    for currency, value in RATES.items():
        minor = 1 if currency == "KRW" else 100
        amount = int(each / 100 / float(value)) * minor
        programme.make_contribution(grant, currency=currency, amount=amount, channel="money_transfer")
    programme.make_contribution(
        grant, kind=ContributionKind.COMMUNITY_CASH, amount=each, channel=None, reference="", sender_country="KG"
    )
    for payer, amount in ((Payer.GRANT, grant.tranches[0].amount), (Payer.GRANT, 1_000_00), (Payer.REMITTANCE, 500_00)):
        programme.make_expenditure(grant, amount=amount, payer=payer)
    people = {
        "finance": programme.finance,
        "other_finance": programme.other_finance,
        "monitor": programme.monitor,
        "chair": programme.chair_of(grant.association),
        "signing_chair": programme.chair_of(signing.association),
        "secretary": programme.secretary,
        "council_chair": programme.council_chair,
    }
    clients, tokens = {}, {}
    for name, user in people.items():
        client = app.test_client()
        assert isinstance(client, Client)
        page = client.sign_in(user).get("/account")
        clients[name], tokens[name] = client, next(form.fields["csrf_token"] for form in forms_of(page.text))
    ids = {name: user.id for name, user in people.items()}
    made = (waiting.id, grant.id, grant.fund_id, signing.id)
    db.session.commit()
    db.session.remove()
    db.engine.dispose()
    kept = (home / "histories", f"histories_{secrets.token_hex(4)}")
    database.keep(*kept)
    return World(programme, database, kept, clients, ids, tokens, *made)


OWN_ACTS = (
    (Contribution.recorded_by_id, Contribution.verified_by_id),
    (ExchangeRate.entered_by_id, ExchangeRate.approved_by_id),
    (Expenditure.recorded_by_id, Expenditure.accepted_by_id),
    (Tranche.prepared_by_id, Tranche.approved_by_id),
)
"""Who did something, and who let it count."""


def own_acts() -> Iterator[str]:
    """What somebody let count that was the own act; a shift within the limit needs nobody else."""
    for first, second in OWN_ACTS:
        for (found,) in db.session.execute(db.select(first.class_.id).where(first == second)):
            yield f"{first.class_.__tablename__} {found}"
    query = db.select(GrantAmendment).where(GrantAmendment.decided_by_id == GrantAmendment.proposed_by_id)
    for one in db.session.scalars(query.where(GrantAmendment.status == GrantAmendmentStatus.APPROVED)):
        if one.needs_two:
            yield f"amendment {one.id}"


class History(RuleBasedStateMachine):
    """Acts over HTTP, each followed by a look at the books."""

    world: ClassVar[World]
    moves: ClassVar[frozenset[str]]
    """The acts that book something when they are taken."""
    taken: ClassVar[Counter[str]] = Counter()
    refused: ClassVar[Counter[str]] = Counter()
    begun: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).begun += 1
        self.world.begin()

    def act(self, name: str, who: str, path: str, **fields: Any) -> None:
        """Send it: what was taken is in the audit trail, and booked if it is of that sort; else nothing changed."""
        trail, booked = self.trail(), ledger.count()
        status, _where = self.world.post(who, path, fields)
        db.session.expire_all()
        assert status in (303, 403, 404, 409, 422), f"{name} by {who}: {status}"
        done = self.trail() > trail
        assert not done or status == 303, f"{name} by {who} was refused and is in the trail"
        assert (ledger.count() > booked) == (done and name in self.moves), f"{name} by {who}: {status}"
        (self.taken if done else self.refused)[name] += 1
        self.hold()

    @staticmethod
    def trail() -> int:
        return int(db.session.scalar(db.select(db.func.max(AuditEvent.id))) or 0)

    def hold(self) -> None:
        """What is true of the books whatever was done."""
        assert not any(ledger.currency_totals().values())
        assert ledger.overdrawn() == []
        for fund in db.session.scalars(db.select(Fund)):
            position = funds.position(fund)
            assert position.accounted == position.received
        for grant in db.session.scalars(db.select(Grant)):
            paid = [one for one in grant.tranches if one.is_paid]
            assert sum(one.amount for one in grant.tranches) == grant.amount <= grant.awarded
            rule_, verified = match.rule_of(grant, most=grant.amount), co_investments.match_of(grant).verified
            carried = match.carried(rule_, verified)
            assert sum(one.amount for one in paid) <= carried or grant.is_stopped, (
                "a reversal stops what is not carried"
            )
            for one in paid:
                before = [other for other in grant.tranches if other.sequence < one.sequence and other.amount]
                assert all(other.status is TrancheStatus.ACCOUNTED for other in before[-1:])
                assert one.prepared_by_id != one.approved_by_id
            assert gates.accounted(grant) <= sum(one.amount for one in paid)
            self.hold_agreement(grant)
        self.hold_lists()

    def hold_agreement(self, grant: Grant) -> None:
        """Changes of an agreement move no money between those who pay, and fit what is spent."""
        lines, held = grant.application.budget_lines, grant_budgets.in_force(grant)
        for payer in Payer:
            agreed = sum(one.amount for one in lines if one.payer is payer)
            assert sum(held[one.id] for one in lines if one.payer is payer) == agreed, payer
        assert all(use.left >= 0 and use.planned >= 0 for use in expenditures.by_line(grant))
        changes = grant_amendments.of_grant(grant)
        approved = [one for one in changes if one.status is GrantAmendmentStatus.APPROVED]
        assert len(grant.agreements) == bool(grant.accepted_at) + len(approved) + len(grant.reductions)
        signed = Counter(sequence for sequence, _one in agreement_signatures.of_grant(grant))
        through = max((sequence for sequence, count in signed.items() if count == len(SigningSide)), default=0)
        newest = max((one.agreement.sequence for one in approved if one.agreement), default=0)
        assert grant.change_unsigned == (newest > through), "what was changed waits for signatures until it has them"
        days = [one.ends_on for one in approved if one.ends_on]
        assert grant.ends_on <= grant.fund.ends_on and (not days or grant.ends_on == max(days))

    def hold_lists(self) -> None:
        """A payment that is live holds an approved tranche; what the bank paid once is paid once."""
        for payment in db.session.scalars(db.select(Payment)):
            status = payment.tranche.status
            assert not payment.is_live or status is TrancheStatus.APPROVED
            if payment.status is PaymentStatus.CONFIRMED:
                assert payment.tranche.is_paid and payment.tranche.bank_reference == payment.bank_reference
        for batch in db.session.scalars(db.select(PaymentBatch)):
            is_over = batch.status in (BatchStatus.SETTLED, BatchStatus.CANCELLED)
            assert not is_over or not any(one.is_live for one in batch.payments)
        counted = db.select(Payment.tranche_id).where(Payment.status == PaymentStatus.CONFIRMED)
        once = list(db.session.scalars(counted))
        assert len(once) == len(set(once)), "a tranche is paid through one list"

    def teardown(self) -> None:
        for name, check in verification.MONEY:
            assert list(check(Check(name))) == [], name
        for unsound in (agreements.unsound, payment_batches.unsound, own_acts):
            assert not [problem for problem in unsound() if problem], unsound.__name__
        db.session.rollback()
