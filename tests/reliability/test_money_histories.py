"""Money is neither created nor destroyed (R3): random histories of grants over HTTP, held against the ledger.

Each history begins with the same programme: a grant that may be offered, a grant that runs, with receipts in five
currencies and documents of spending that wait. Then people of every office press what they may and what they may not,
in any order. After each act the books are held against what must be true of them whatever was pressed; what was
refused must have changed nothing. `make reliability` runs 10,000 histories on SQLite and prints how often each act
was taken and refused; `make test` a few.
"""

import secrets
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from app import clock
from app.services import award_raises, co_investments, grant_budgets, match
from models.base import db
from models.contributions import Check as ReceiptCheck
from models.contributions import Contribution, ContributionStatus
from models.expenditures import Expenditure
from models.grant_amendments import GrantAmendment, GrantAmendmentKind
from models.grants import Grant, Tranche, TrancheStatus
from models.payment_batches import PaymentBatch
from models.rates import ExchangeRate
from tests.conftest import NOW
from tests.factories import Programme
from tests.support.databases import FULL, Copy
from tests.support.histories import RATES, History, make_world
from tests.support.pages import sent

pytestmark = pytest.mark.database
PARTS = {"sqlite": 4 if FULL else 1, "postgresql": 1}
"""Parts of the histories that can run beside one another; each is long enough for every act to be taken in it."""
HISTORIES = {"sqlite": 10_000 // PARTS["sqlite"] if FULL else 6, "postgresql": 400 if FULL else 2}
STEPS = 14
REASON = "Себеби кагазда жазылган"
LUCK = st.integers(0, 3)
"""What ends a way is tried only when this is 0."""
WHO = ("finance", "other_finance", "monitor", "chair", "secretary")
DECIDERS = ("finance", "other_finance", "council_chair", "secretary", "chair")
"""Who tries to decide about a change of the agreement, or to countersign it; not all of them may."""
ENDS_OF_CHANGES = st.tuples(
    st.sampled_from(("approve", "approve", "approve", "refuse", "withdraw", "")), st.sampled_from(DECIDERS)
)
PAIRS = ((0, 2), (2, 0), (1, 3), (3, 1), (0, 1))
"""From which line of the budget to which: the last pair goes from one payer to another."""
LIST_ACTS = (
    *("begin a list", "close a list", "send a list", "cancel a list"),
    *("remove a payment", "confirm a payment", "fail a payment"),
)

_SENT = ("close a list", "send a list")
ENDS_OF_LISTS = (
    (*_SENT, "confirm a payment"),
    (*_SENT, "release", "confirm a payment"),
    (*_SENT, "fail a payment"),
    _SENT,
    ("close a list", "cancel a list"),
    ("remove a payment",),
)


class Histories(History):
    """One history: people of every office press what they may and what they may not."""

    moves = frozenset(
        {"award", "verify", "reverse", "release", "return", "spend", "reduce", "approve a raise", "confirm a payment"}
    )

    # Who does what -----------------------------------------------------------------------------------------------

    def __init__(self) -> None:
        super().__init__()
        self.payments = 0

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
            self.receive(tranche)
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

    def receive(self, tranche_id: int) -> None:
        """The association confirms that the whole amount came."""
        amount = db.session.get_one(Tranche, tranche_id).amount
        form = {"received": str(amount / 100), "received_on": f"{clock.bishkek_day(NOW):%d.%m.%Y}", "reason": ""}
        self.act("confirm", "chair", f"/tranches/{tranche_id}/receipt/new", **form)

    @rule()
    def confirm(self) -> None:
        self.receive(self.sent_one())

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
        self.act("reduce", "finance", f"/grants/{grant.id}/reductions/new", **form)

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

    # Lists for the bank ------------------------------------------------------------------------------------------

    def list_act(self, what: str, who: str = "finance") -> None:
        """One act on the newest list and its last payment, whatever state they are in."""
        batch = db.session.scalar(db.select(PaymentBatch).order_by(PaymentBatch.id.desc()).limit(1))
        here = f"/payment-lists/{batch.id if batch else 1}"
        payment = f"{here}/payments/{batch.payments[-1].id if batch and batch.payments else 1}"
        today = f"{clock.bishkek_day(NOW):%d.%m.%Y}"
        if what == "begin a list":
            approved = db.select(Tranche.id).where(Tranche.status == TrancheStatus.APPROVED)
            chosen = list(db.session.scalars(approved)) or [self.tranche(0).id]
            self.act(what, who, f"/payment-lists/new/{self.world.fund_id}", tranches=chosen, pay_on=today)
        elif what == "confirm a payment":
            self.payments += 1
            told = {"bank_reference": f"PL-{self.payments}", "value_on": today}
            self.act(what, who, f"{payment}/confirm", **told)
        elif what == "fail a payment":
            self.act(what, who, f"{payment}/fail", reason=REASON)
        elif what == "remove a payment":
            self.act(what, who, f"{payment}/remove")
        else:
            self.act(what, who, f"{here}/{what.split()[0]}", reason=REASON)

    @rule(what=st.sampled_from(LIST_ACTS), who=st.sampled_from(("finance", "other_finance", "chair")))
    def act_on_a_list(self, what: str, who: str) -> None:
        self.list_act(what, who)

    @rule(ends=st.sampled_from(ENDS_OF_LISTS), late=st.integers(0, 3))
    def pay_by_list(self, ends: tuple[str, ...], late: int) -> None:
        """The next tranche goes the way through a list; `late` 0: a receipt is reversed while the bank has it.

        "release": somebody pays by hand what the bank has on a list.
        """
        grant = db.session.get_one(Grant, self.world.grant_id)
        number = next((place for place, one in enumerate(grant.tranches) if not one.is_paid), 0)
        tranche = grant.tranches[number].id
        self.act("request", "chair", f"/tranches/{tranche}/request")
        self.act("prepare", "other_finance", f"/tranches/{tranche}/prepare")
        self.act("approve", "finance", f"/tranches/{tranche}/approve")
        self.list_act("begin a list")
        for what in ends:
            if what == "release":
                self.release(number, "finance", again=False)
            else:
                self.list_act(what)
            if what == "send a list" and not late:
                self.reverse("finance")

    # Changes of the agreement ------------------------------------------------------------------------------------

    @rule(days=st.integers(-10, 100), who=st.sampled_from(("chair", "finance", "monitor")), end=ENDS_OF_CHANGES)
    def extend(self, days: int, who: str, end: tuple[str, str]) -> None:
        grant = db.session.get_one(Grant, self.world.grant_id)
        day = f"{grant.ends_on + timedelta(days=days):%d.%m.%Y}"
        self.act("propose more time", who, f"/grants/{grant.id}/extension", ends_on=day, reason=REASON)
        self.decide(*end)

    @rule(
        pair=st.sampled_from(PAIRS),
        som=st.integers(1, 150_000),
        who=st.sampled_from(("chair", "finance")),
        end=ENDS_OF_CHANGES,
    )
    def shift(self, pair: tuple[int, int], som: int, who: str, end: tuple[str, str]) -> None:
        """From a line to another one; of the same payer or not, over the limit or not, more than is left or not."""
        grant = db.session.get_one(Grant, self.world.grant_id)
        held = dict(grant_budgets.in_force(grant))
        lines = sorted(held)
        held[lines[pair[0]]] -= som * 100
        held[lines[pair[1]]] += som * 100
        form = {f"line_{line}": f"{amount / 100:.2f}" for line, amount in held.items()}
        self.act("propose a shift", who, f"/grants/{grant.id}/budget-shift", **form, reason=REASON)
        self.decide(*end)

    @rule(
        share=st.sampled_from((1, 2, 2, 3)),
        days=st.integers(-1, 400),
        who=st.sampled_from(("finance", "finance", "chair")),
        is_cut_first=st.booleans(),
        end=st.one_of(st.just(("approve", "other_finance")), ENDS_OF_CHANGES),
    )
    def raise_award(self, share: int, days: int, who: str, is_cut_first: bool, end: tuple[str, str]) -> None:
        """By half of what there is room for, by all of it, or by more; where nothing was cut it is refused."""
        if is_cut_first:
            self.reduce(stale=False)
            self.verify_many(6)
        grant = db.session.get_one(Grant, self.world.grant_id)
        wanted = grant.amount + (award_raises.room_of(grant).most - grant.amount) * share // 2
        day = clock.bishkek_day(clock.now()) + timedelta(days=days)
        form = {"amount": f"{wanted / 100:.2f}", "due_on": f"{day:%d.%m.%Y}", "reason": REASON}
        self.act("propose a raise", who, f"/grants/{grant.id}/award-raise", **form)
        self.decide(*end)

    def newest(self) -> str:
        """The hash of the version of the agreement that a page would show."""
        return db.session.get_one(Grant, self.world.grant_id).agreement_sha256

    def decide(self, what: str, who: str) -> None:
        """About the newest proposal; nothing when `what` is "", so that it waits."""
        newest = db.session.scalar(db.select(GrantAmendment).order_by(GrantAmendment.id.desc()).limit(1))
        if what:
            sort = "raise" if newest and newest.kind is GrantAmendmentKind.RAISE else "change"
            number = newest.id if newest else 1
            self.act(f"{what} a {sort}", who, f"/grant-amendments/{number}/{what}", reason=REASON)
        if what == "approve" and who == "finance":  # after the others it waits: money that is asked for meanwhile too
            self.sign_the_change("secretary")

    @rule(end=ENDS_OF_CHANGES)
    def decide_later(self, end: tuple[str, str]) -> None:
        self.decide(*end)

    @rule(second=st.sampled_from(DECIDERS))
    def sign_the_change(self, second: str) -> None:
        """The chair signs the newest version on the screen and somebody countersigns: where a change waits for it."""
        here = f"/grants/{self.world.grant_id}"
        self.act("sign a change", "chair", f"{here}/sign", seen=self.newest())
        self.act("countersign a change", second, f"{here}/countersign", seen=self.newest())

    @rule(first=st.sampled_from(("signing_chair", "signing_chair", "chair")), second=st.sampled_from(DECIDERS))
    def sign(self, first: str, second: str) -> None:
        """The chair signs on the screen and somebody countersigns: once."""
        here = f"/grants/{self.world.signing_id}"
        self.act("sign", first, f"{here}/sign", seen=self.newest())
        self.act("countersign", second, f"{here}/countersign", seen=self.newest())


@pytest.mark.parametrize("part", range(PARTS["sqlite"]))
def test_no_history_creates_or_destroys_money(
    app: Flask, programme: Programme, database: Copy, home: Path, part: int
) -> None:
    if part >= PARTS[database.kind]:
        pytest.skip("this database has fewer parts")
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
    print(f"\nR3 {database.kind}, part {part + 1} of {PARTS[database.kind]}: {Histories.begun} histories, acts: {acts}")
    print(f"taken {dict(Histories.taken)}, refused {dict(Histories.refused)}")
    if FULL:
        assert Histories.begun >= HISTORIES[database.kind]
        assert Histories.taken.keys() >= Histories.moves, "each act that moves money was taken in some history"
