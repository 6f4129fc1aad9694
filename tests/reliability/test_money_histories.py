"""Money is neither created nor destroyed (R3): random histories of grants over HTTP, held against the ledger.

Each history begins with the same programme: a grant that may be offered, a grant that runs, with receipts in five
currencies and documents of spending that wait. Then people of every office press what they may and what they may not,
in any order. After each act the books are held against what must be true of them whatever was pressed; what was
refused must have changed nothing. `make reliability` runs 10,000 histories on SQLite and prints how often each act
was taken and refused; `make test` a few.
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from itsdangerous import URLSafeSerializer

from app import clock
from app.services import co_investments, funds, gates, ledger, match, verification
from app.services.verification import Check
from models.applications import ApplicationStatus, Payer
from models.audit import AuditEvent
from models.base import db
from models.contributions import Check as ReceiptCheck
from models.contributions import Contribution, ContributionKind, ContributionStatus
from models.expenditures import Expenditure
from models.funds import Fund
from models.grants import Grant, Tranche, TrancheStatus
from models.rates import ExchangeRate
from tests.conftest import NOW
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.databases import FULL, SECRET, Copy
from tests.support.pages import forms_of, sent

pytestmark = pytest.mark.database
PARTS = 4 if FULL else 1
"""Parts of the histories that can run beside one another."""
HISTORIES = {"sqlite": 10_000 // PARTS if FULL else 6, "postgresql": 400 // PARTS if FULL else 2}
STEPS = 14
RATES = {"RUB": "1.10", "USD": "87.45", "KZT": "0.17", "TRY": "2.11", "KRW": "0.06"}
"""Currencies of the receipts, and som for one unit."""
REASON = "Себеби кагазда жазылган"
LUCK = st.integers(0, 3)
"""What ends a way is tried only when this is 0."""
WHO = ("finance", "other_finance", "monitor", "chair", "secretary")


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
    """A grant to be offered, one that runs with receipts and spending that wait, and people of each office."""
    for currency, value in RATES.items():
        programme.make_rate(currency, on=clock.bishkek_day(NOW) - timedelta(days=5), value=value)
    waiting = programme.make_application(ApplicationStatus.SELECTED)
    grant = programme.make_grant()
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
        "secretary": programme.secretary,
    }
    clients, tokens = {}, {}
    for name, user in people.items():
        client = app.test_client()
        assert isinstance(client, Client)
        page = client.sign_in(user).get("/account")
        clients[name], tokens[name] = client, next(form.fields["csrf_token"] for form in forms_of(page.text))
    ids = {name: user.id for name, user in people.items()}
    made = (waiting.id, grant.id, grant.fund_id)
    db.session.commit()
    db.session.remove()
    db.engine.dispose()
    kept = (home / "histories", f"histories_{secrets.token_hex(4)}")
    database.keep(*kept)
    return World(programme, database, kept, clients, ids, tokens, *made)


class Histories(RuleBasedStateMachine):
    """One history: acts over HTTP, each followed by a look at the books."""

    world: ClassVar[World]
    taken: ClassVar[Counter[str]] = Counter()
    refused: ClassVar[Counter[str]] = Counter()
    begun: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).begun += 1
        self.world.begin()
        self.payments = 0

    def act(self, name: str, who: str, path: str, **fields: Any) -> None:
        """Send it: what was taken is in the audit trail, and booked if it is of that sort; else nothing changed."""
        trail, booked = self.trail(), ledger.count()
        status, _where = self.world.post(who, path, fields)
        db.session.expire_all()
        assert status in (303, 403, 404, 409, 422), f"{name} by {who}: {status}"
        done = self.trail() > trail
        assert not done or status == 303, f"{name} by {who} was refused and is in the trail"
        assert (ledger.count() > booked) == (done and name in MOVES), f"{name} by {who}: {status}"
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
                before = [other for other in grant.tranches if other.sequence < one.sequence]
                assert all(other.status is TrancheStatus.ACCOUNTED for other in before[-1:])
                assert one.prepared_by_id != one.approved_by_id
            assert gates.accounted(grant) <= sum(one.amount for one in paid)

    def teardown(self) -> None:
        for name, check in verification.MONEY:
            assert list(check(Check(name))) == [], name
        db.session.rollback()

    # Who does what -----------------------------------------------------------------------------------------------

    def tranche(self, number: int) -> Tranche:
        grant = db.session.get_one(Grant, self.world.grant_id)
        return grant.tranches[number % len(grant.tranches)]

    @rule(who=st.sampled_from(WHO), luck=LUCK)
    def award(self, who: str, luck: int) -> None:
        if luck:
            return
        day = clock.bishkek_day(NOW)
        days = {"starts_on": f"{day:%d.%m.%Y}", "ends_on": f"{day + timedelta(days=365):%d.%m.%Y}"}
        self.act("award", who, f"/applications/{self.world.application_id}/grant/new", **days)

    @rule(number=st.integers(0, 5), who=st.sampled_from(("monitor", "monitor", "monitor", "chair", "finance")))
    def verify(self, number: int, who: str) -> None:
        found = db.session.scalars(db.select(Contribution.id).order_by(Contribution.id)).all()
        ticked = {check.value: "y" for check in ReceiptCheck}
        self.act("verify", who, f"/contributions/{found[number % len(found)]}/verify", **ticked)

    @initialize(most=st.integers(2, 6))
    def verify_many(self, most: int) -> None:
        """Most histories begin with some co-investment: without it nothing is ever paid."""
        for number in range(most):
            self.verify(number, "monitor")

    @rule(number=st.integers(0, 5), luck=LUCK)
    def refuse_receipt(self, number: int, luck: int) -> None:
        if luck:
            return
        found = db.session.scalars(db.select(Contribution.id).order_by(Contribution.id)).all()
        self.act("refuse receipt", "monitor", f"/contributions/{found[number % len(found)]}/refuse", reason=REASON)

    @rule(who=st.sampled_from(("finance", "monitor")))
    def reverse(self, who: str) -> None:
        verified = db.select(Contribution.id).where(Contribution.status == ContributionStatus.VERIFIED)
        found = db.session.scalars(verified.order_by(Contribution.id.desc())).first()
        self.act("reverse", who, f"/contributions/{found or 1}/reverse", reason=REASON)

    @rule(currency=st.sampled_from([*RATES, "KGS"]), amount=st.integers(1, 300_000), days=st.integers(0, 20))
    def contribute(self, currency: str, amount: int, days: int) -> None:
        """A receipt with its scan; a rate reaches back seven days at most."""
        form = {
            "kind": "remittance",
            "channel": "bank",
            "reference": f"HIST-{secrets.token_hex(5)}",
            "sender_name": "Токтогулов Нурбек",
            "sender_country": "RU",
            "sent_on": f"{clock.bishkek_day(NOW) - timedelta(days=days):%d.%m.%Y}",
            "currency": currency,
            "amount": str(amount),
            "pledge": "",
            "upload": sent(self.world.programme.make_pdf()),
        }
        self.act("contribute", "chair", f"/grants/{self.world.grant_id}/contributions/new", **form)

    @rule(number=st.integers(0, 2), who=st.sampled_from(("chair", "chair", "chair", "monitor")), luck=LUCK)
    def request(self, number: int, who: str, luck: int) -> None:
        if luck:
            return
        self.act("request", who, f"/tranches/{self.tranche(number).id}/request")

    @rule(number=st.integers(0, 2), who=st.sampled_from(("finance", "other_finance")), luck=LUCK)
    def prepare(self, number: int, who: str, luck: int) -> None:
        if luck:
            return
        self.act("prepare", who, f"/tranches/{self.tranche(number).id}/prepare")

    @rule(number=st.integers(0, 2), who=st.sampled_from(("finance", "other_finance")), luck=LUCK)
    def approve(self, number: int, who: str, luck: int) -> None:
        if luck:
            return
        self.act("approve", who, f"/tranches/{self.tranche(number).id}/approve")

    @rule(number=st.integers(0, 2), who=st.sampled_from(("finance", "other_finance", "chair")), again=st.booleans())
    def release(self, number: int, who: str, again: bool) -> None:
        self.payments += not again
        form = {"bank_reference": f"PP-{self.payments}", "value_on": f"{clock.bishkek_day(NOW):%d.%m.%Y}"}
        self.act("release", who, f"/tranches/{self.tranche(number).id}/release", **form)

    @rule(is_confirmed=st.booleans(), is_accounted=st.booleans())
    def pay_the_next(self, is_confirmed: bool, is_accounted: bool) -> None:
        """As people do it when nothing is in the way: the whole way of the first tranche that is not paid."""
        grant = db.session.get_one(Grant, self.world.grant_id)
        number = next((place for place, one in enumerate(grant.tranches) if not one.is_paid), 0)
        tranche = grant.tranches[number].id
        self.act("request", "chair", f"/tranches/{tranche}/request")
        self.act("prepare", "finance", f"/tranches/{tranche}/prepare")
        self.act("approve", "other_finance", f"/tranches/{tranche}/approve")
        self.release(number, "finance", again=False)
        if is_confirmed:
            self.act("confirm", "chair", f"/tranches/{tranche}/confirm")
        for place in range(3 * is_accounted):
            self.spend(place, "finance")

    @rule(is_accounted=st.booleans())
    def pay_on(self, is_accounted: bool) -> None:
        """The same once more: of all acts it is the one that leads on."""
        self.pay_the_next(True, is_accounted)

    @rule(number=st.integers(0, 2), luck=LUCK)
    def send_back(self, number: int, luck: int) -> None:
        if luck:
            return
        self.act("send back", "finance", f"/tranches/{self.tranche(number).id}/send-back", reason=REASON)

    def sent_one(self) -> int:
        """A tranche that was paid and not confirmed, if there is one."""
        grant = db.session.get_one(Grant, self.world.grant_id)
        return next((one.id for one in grant.tranches if one.status is TrancheStatus.RELEASED), grant.tranches[0].id)

    @rule()
    def confirm(self) -> None:
        self.act("confirm", "chair", f"/tranches/{self.sent_one()}/confirm")

    @rule()
    def return_(self) -> None:
        self.act("return", "finance", f"/tranches/{self.sent_one()}/return", reason=REASON)

    @rule(number=st.integers(0, 2), who=st.sampled_from(("finance", "finance", "chair")))
    def spend(self, number: int, who: str) -> None:
        found = db.session.scalars(db.select(Expenditure.id).order_by(Expenditure.id)).all()
        self.act("spend", who, f"/spending/{found[number % len(found)]}/accept")

    @rule(number=st.integers(0, 2), luck=LUCK)
    def refuse_spending(self, number: int, luck: int) -> None:
        if luck:
            return
        found = db.session.scalars(db.select(Expenditure.id).order_by(Expenditure.id)).all()
        self.act("refuse spending", "finance", f"/spending/{found[number % len(found)]}/refuse", reason=REASON)

    @rule(act=st.sampled_from(("suspend", "resume", "resume", "resume")))
    def stop_or_go_on(self, act: str) -> None:
        self.act(act, "finance", f"/grants/{self.world.grant_id}/{act}", reason=REASON)

    @rule(stale=st.booleans())
    def reduce(self, stale: bool) -> None:
        grant = db.session.get_one(Grant, self.world.grant_id)
        rule_ = match.rule_of(grant, most=grant.amount)
        carried = match.carried(rule_, co_investments.match_of(grant).verified)
        form = {"reason": REASON, "expected": str(carried + stale)}
        self.act("amend", "finance", f"/grants/{grant.id}/reductions/new", **form)

    @rule(currency=st.sampled_from(list(RATES)), value=st.integers(1, 200), days=st.integers(0, 9), luck=LUCK)
    def change_rate(self, currency: str, value: int, days: int, luck: int) -> None:
        """A new rate of a day is entered by one and approved by another; what was booked stays."""
        if luck:
            return
        form = {
            "currency": currency,
            "nominal": "1",
            "value": str(value),
            "valid_on": f"{clock.bishkek_day(NOW) - timedelta(days=days):%d.%m.%Y}",
            "source": "manual",
            "source_note": "kkb.kg",
        }
        self.act("enter a rate", "finance", "/rates/new", **form)
        newest = db.session.scalar(db.select(db.func.max(ExchangeRate.id)))
        self.act("approve a rate", "other_finance", f"/rates/{newest}/approve")

    @precondition(lambda self: db.session.scalar(db.select(db.func.count()).select_from(ExchangeRate)) > len(RATES))
    @rule()
    def withdraw_rate(self) -> None:
        newest = db.session.scalar(db.select(db.func.max(ExchangeRate.id)))
        self.act("withdraw a rate", "other_finance", f"/rates/{newest}/withdraw", reason=REASON)


MOVES = frozenset({"award", "verify", "reverse", "release", "return", "spend", "amend"})
"""The acts that book something when they are taken."""


@pytest.mark.parametrize("part", range(PARTS))
def test_no_history_creates_or_destroys_money(
    app: Flask, programme: Programme, database: Copy, home: Path, part: int
) -> None:
    Histories.world = make_world(app, programme, database, home)
    Histories.taken, Histories.refused, Histories.begun = Counter(), Counter(), 0
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES[database.kind],
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not FULL,
            database=None,
        ),
    )
    acts = f"{sum(Histories.taken.values())} taken, {sum(Histories.refused.values())} refused"
    print(f"\nR3 {database.kind}, part {part + 1} of {PARTS}: {Histories.begun} histories, acts: {acts}")
    print(f"taken {dict(Histories.taken)}, refused {dict(Histories.refused)}")
    if FULL:
        assert Histories.begun >= HISTORIES[database.kind]
        assert Histories.taken.keys() >= MOVES, "each act that moves money was taken in some history"
