"""The part of the factories from the offer of a grant to its completion."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app import clock
from app.clock import bishkek_day
from app.services import (
    agreement_signatures,
    assets,
    bank_statement_matches,
    bank_statements,
    channels,
    contributions,
    expenditures,
    grants,
    overrides,
    paying_accounts,
    payment_batches,
    reductions,
    repayments,
    results,
    supplier_flags,
    suppliers,
    tranche_receipts,
    tranches,
    valuations,
    visits,
)
from app.services.actors import Actor
from app.services.assets import AssetInput
from app.services.bank_tables import Column, DecimalMark, Layout
from app.services.documents import Upload
from app.services.valuations import Giver, Value, Valuer
from models.applications import Application, ApplicationStatus, BudgetHeading, BudgetLine, Payer
from models.assets import Asset, AssetStatus
from models.associations import Association
from models.bank_statements import BankStatement, BankStatementMatch, BankStatementRow, BankStatementStatus
from models.base import db
from models.contributions import Check, Contribution, ContributionKind, ContributionStatus
from models.documents import DocumentKind
from models.expenditures import Expenditure, ExpenditureStatus
from models.funds import Fund
from models.grants import Grant, GrantStatus, Tranche, TrancheStatus
from models.indicators import Result, ResultStatus
from models.overrides import OverridableCondition, Override, OverrideStatus
from models.paying_accounts import PayingAccount
from models.payment_batches import PaymentBatch
from models.purchases import Purchase
from models.suppliers import Supplier
from models.users import User
from models.valuations import GivenKind
from models.visits import RiskRating, Visit, VisitStatus
from tests.support.shelf import Numbers

BEGAN_AGO = timedelta(days=60)
WHY = "Жабдуу келди, эсеп-фактура кечигип жатат, сезон күтпөйт."
FINDINGS = "Жабдуу орнотулган, иштеп турат, айылдаштар ыраазы."
T = TrancheStatus
ROUTE = (T.PLANNED, T.REQUESTED, T.PREPARED, T.APPROVED, T.RELEASED, T.CONFIRMED, T.ACCOUNTED)


class GrantFactories:
    """Mixed into `tests.factories.Programme`, which has the people, the applications and the files."""

    numbers: Numbers
    finance: User
    other_finance: User
    council_chair: User
    monitor: User
    storage: Path
    shelf: Callable[..., Any] | None
    chair_of: Callable[[Association], User]
    make_application: Callable[..., Application]
    make_pdf: Callable[[], Upload]
    make_photo: Callable[[], Upload]

    def offer(self, application: Application) -> Grant:
        """Finance offers the grant, sixty days ago, for a year."""
        now = clock.now() - BEGAN_AGO
        starts_on = clock.bishkek_day(now)
        return grants.offer(
            application,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=365),
            actor=Actor(self.finance),
            now=now,
        )

    def make_grant(
        self, status: GrantStatus | str = GrantStatus.ACTIVE, *, is_matched: bool = False, **application: Any
    ) -> Grant:
        """A grant in `status`; active ones have planned tranches and, when `is_matched`, the whole match verified."""
        wanted = GrantStatus(status)
        if self.shelf is None:
            return self._make_grant(wanted, is_matched, **application)
        what = ("grant", wanted, is_matched, application)
        made: Grant = self.shelf(what, lambda: self._make_grant(wanted, is_matched, **application))
        return made

    def _make_grant(self, wanted: GrantStatus, is_matched: bool, **application: Any) -> Grant:
        made = self.make_application(ApplicationStatus.GRANT_OFFERED, **application)
        grant: Grant = db.session.scalars(db.select(Grant).where(Grant.application_id == made.id)).one()
        chair, finance = self.chair_actor(grant), Actor(self.finance)
        now = grant.offered_at + timedelta(days=1)
        if wanted is GrantStatus.OFFERED:
            return grant
        grants.accept(grant, actor=chair, now=now)
        if wanted is GrantStatus.ACCEPTED:
            return grant
        self.sign_on_paper(grant, now + timedelta(days=1))
        if is_matched or wanted is GrantStatus.COMPLETED:
            self.make_contribution(grant, ContributionStatus.VERIFIED, amount=grant.amount)
        if wanted is GrantStatus.SUSPENDED:
            grants.suspend(grant, reason="Отчёт кечикти", actor=finance, now=now + timedelta(days=3))
        elif wanted is GrantStatus.COMPLETED:
            self._complete(grant)
        assert grant.status is wanted
        return grant

    def sign_on_paper(self, grant: Grant, now: datetime) -> None:
        """Both sides sign the newest version of the agreement, and finance enters the paper."""
        chairs = self.chair_of(grant.association).display_name
        signers = {"association": chairs, "programme": "Асанова Гүлнара", "signed_on": bishkek_day(now)}
        assert grant.agreement is not None
        paper, other, seen = self.make_pdf(), Actor(self.other_finance), grant.agreement.sha256
        signers |= {"storage": self.storage, "actor": other, "now": now}
        agreement_signatures.record_paper(grant, paper, seen=seen, **signers)

    def spread(self, grant: Grant) -> Grant:
        """Give each payer of a grant a second budget line like the first, of another heading: so money can move."""
        for line in list(grant.application.budget_lines):
            other = next(one for one in BudgetHeading if one is not line.heading)
            more = BudgetLine(
                application_id=grant.application_id,
                heading=other,
                item=f"{line.item} 2",
                unit=line.unit,
                quantity=line.quantity,
                unit_cost=line.unit_cost,
                payer=line.payer,
            )
            db.session.add(more)
        db.session.flush()
        db.session.refresh(grant.application, ["budget_lines"])
        return grant

    def chair_actor(self, grant: Grant) -> Actor:
        """Who acts for the association of a grant."""
        return Actor(self.chair_of(grant.association))

    def _complete(self, grant: Grant) -> None:
        for tranche in grant.tranches:
            self.advance(tranche, T.ACCOUNTED)
        self.make_visit(grant, VisitStatus.DONE)
        self.make_result(grant, ResultStatus.VERIFIED)
        self.repay(grant)
        grants.complete(grant, actor=Actor(self.monitor), now=clock.now())

    def repay(self, grant: Grant, amount: int | None = None, *, reference: str = "") -> None:
        """The association pays back what it did not spend, where there is any; two of finance say so."""
        amount, now = repayments.unspent(grant) if amount is None else amount, clock.now()
        if amount:
            made = repayments.record(
                grant,
                amount=amount,
                paid_on=clock.bishkek_day(now),
                bank_reference=reference or f"BACK-{grant.number}-{amount}",
                reason=FINDINGS,
                actor=Actor(self.finance),
                now=now,
            )
            repayments.confirm(made, actor=Actor(self.other_finance), now=now)

    # Tranches -------------------------------------------------------------------------------------------------

    def make_tranche(self, status: TrancheStatus | str = T.PLANNED, *, grant: Grant | None = None) -> Tranche:
        """The first tranche of a matched grant, advanced to `status`; the last one of a reduced grant is dropped."""
        if status == T.DROPPED:
            return self.make_reduced().tranches[-1]
        grant = grant or self.make_grant(GrantStatus.ACTIVE, is_matched=True)
        return self.advance(grant.tranches[0], TrancheStatus(status))

    def make_reduced(self) -> Grant:
        """An active grant of which only the first tranche was ever carried, and nothing paid yet."""
        grant = self.make_grant(GrantStatus.ACTIVE)
        first = grant.tranches[0].amount
        self.make_contribution(grant, ContributionStatus.VERIFIED, amount=first)
        reductions.reduce(
            grant, expected=first, reason="Айыл калганын чогулта албады", actor=Actor(self.finance), now=clock.now()
        )
        return grant

    def advance(self, tranche: Tranche, wanted: TrancheStatus) -> Tranche:
        """Lead a tranche, whose gate must be open, to `wanted`."""
        chair = self.chair_actor(tranche.grant)
        finance, other = Actor(self.finance), Actor(self.other_finance)
        goal = T.RELEASED if wanted is T.RETURNED else wanted
        for status in ROUTE[ROUTE.index(tranche.status) + 1 : ROUTE.index(goal) + 1]:
            now = clock.now()
            if status is T.REQUESTED:
                tranches.request(tranche, actor=chair, now=now)
            elif status is T.PREPARED:
                tranches.prepare(tranche, actor=finance, now=now)
            elif status is T.APPROVED:
                tranches.approve(tranche, actor=other, now=now)
            elif status is T.RELEASED:
                self.release(tranche, now=now)
            elif status is T.CONFIRMED:
                tranche_receipts.confirm(
                    tranche, received=tranche.amount, received_on=clock.bishkek_day(now), actor=chair, now=now
                )
            elif status is T.ACCOUNTED and tranche.status is T.CONFIRMED:
                self.make_expenditure(tranche.grant, ExpenditureStatus.ACCEPTED, amount=tranche.amount)
        if wanted is T.RETURNED:
            tranches.return_(tranche, reason="Эсеп жабык", actor=finance, now=clock.now())
        assert tranche.status is wanted
        return tranche

    def name_payer(self, fund: Fund) -> PayingAccount:
        """The account a fund is paid from: one officer proposes it, the other one confirms it."""
        known = paying_accounts.current(fund)
        if known is not None:
            return known
        now = clock.now() - BEGAN_AGO
        account = paying_accounts.propose(
            fund,
            bank="Айыл Банк",
            bank_code="109001",
            number="1091 8201 8253 0113",
            holder="Ашар программасы",
            actor=Actor(self.finance),
            now=now,
        )
        paying_accounts.confirm(account, actor=Actor(self.other_finance), now=now)
        return account

    def make_batch(self, *chosen: Tranche, until: str = "open") -> PaymentBatch:
        """A payment list of these approved tranches, of a fresh one without any: "open", "closed" or "sent"."""
        among = chosen or (self.make_tranche(T.APPROVED),)
        fund, now, finance = among[0].grant.fund, clock.now(), Actor(self.finance)
        self.name_payer(fund)
        batch = payment_batches.create(fund, among, pay_on=clock.bishkek_day(now), actor=finance, now=now)
        for status, act in (("closed", payment_batches.close), ("sent", payment_batches.send)):
            if until in (status, "sent"):
                act(batch, actor=finance, now=now)
        return batch

    def make_bank_statement(self, *lines: tuple[str, int], until: str = "entered", **columns: Any) -> BankStatement:
        """A CSV of (reference, tyiyn) of today, led on as its jobs do: "columns", "read", "entering" or "entered".

        `columns` are `name`, `account` (whose statement it is) and `channel`.
        """
        day = f"{clock.bishkek_day(clock.now()):%d.%m.%Y}"
        name = columns.get("name", "Токтогулов Нурбек")
        rows = [f"{day};{amount / 100:.2f};{reference};{name}" for reference, amount in lines]
        head = (
            f"Дата;Сумма;Номер {next(self.numbers)};Отправитель"
            if until == "columns"
            else "Дата;Сумма;Номер;Отправитель"
        )
        content = "\n".join([head, *rows, f"Итого;;{next(self.numbers)};"]).encode()
        by = {"actor": Actor(self.finance), "now": clock.now()}
        file = bank_statements.look_at("statement.csv", content)
        account = columns.get("account", "1091820182530113")
        statement = bank_statements.bring_in(file, account=account, channel=columns.get("channel"), **by)
        if until == "columns":
            return statement
        if statement.status is BankStatementStatus.COLUMNS:
            places = {Column.DAY: 0, Column.AMOUNT: 1, Column.REFERENCE: 2, Column.NAME: 3}
            bank_statements.name_columns(statement, Layout(places, 0, mark=DecimalMark.POINT), **by)
        read = bank_statements.read_file(content, statement.form, bank_statements.layout_of(statement))
        bank_statements.note_read(statement, read, now=clock.now())
        if until == "read":
            return statement
        bank_statements.enter(statement, **by)
        if until == "entering":
            return statement
        bank_statements.store(statement, read, now=clock.now())
        self.match_bank_statement(statement)
        return statement

    def match_bank_statement(self, statement: BankStatement) -> None:
        """As the job does once the rows are stored."""
        found = bank_statement_matches.propose(statement, bank_statement_matches.proposals(statement))
        counts = {"exact": found.exact, "likely": found.likely, "returned": found.returned}
        bank_statements.finish(statement, **counts, now=clock.now())

    def matches_of(self, statement: BankStatement) -> list[BankStatementMatch]:
        """In the order of its rows."""
        query = db.select(BankStatementMatch).join(BankStatementMatch.row).order_by(BankStatementRow.line)
        return list(db.session.scalars(query.where(BankStatementRow.statement_id == statement.id)))

    def release(self, tranche: Tranche, *, now: datetime | None = None) -> None:
        now = now or clock.now()
        tranches.release(
            tranche,
            bank_reference=f"PAY-{next(self.numbers)}",
            value_on=now.date(),
            actor=Actor(self.finance),
            now=now,
        )

    # Co-investment, spending, visits, results -----------------------------------------------------------------

    def make_contribution(
        self,
        grant: Grant,
        status: ContributionStatus | str = ContributionStatus.RECORDED,
        *,
        amount: int = 50_000_00,
        with_evidence: bool = True,
        now: datetime | None = None,
        **fields: Any,
    ) -> Contribution:
        """A remittance in som by bank with its receipt, recorded by the chair and verified by the monitor.

        `channel` is a code.
        """
        wanted, now, chair = ContributionStatus(status), now or clock.now(), self.chair_actor(grant)
        details: dict[str, Any] = {
            "channel": "bank",
            "reference": f"RCPT-{next(self.numbers):06d}",
            "sender_name": "Токтогулов Нурбек",
            "sender_country": "RU",
            "sent_on": now.date() - timedelta(days=3),
            "currency": "KGS",
            "pledge": None,
        }
        kind = fields.pop("kind", ContributionKind.REMITTANCE)
        details |= fields
        proof = {"storage": self.storage, "actor": chair, "now": now}
        if kind is ContributionKind.IN_KIND:
            contribution = self._given(grant, amount, details, chair, now)
            if with_evidence:
                valuations.attach_photo(contribution, self.make_photo(), **proof)
        else:
            details["channel"] = channels.of_code(details["channel"]) if details["channel"] else None
            contribution = contributions.record(grant, kind, amount=amount, actor=chair, now=now, **details)
            if with_evidence:
                contributions.attach(contribution, DocumentKind.RECEIPT, self.make_pdf(), **proof)
        monitor = Actor(self.monitor)
        if wanted is ContributionStatus.REFUSED:
            contributions.refuse(contribution, reason="Окулбайт", actor=monitor, now=now)
        elif wanted is not ContributionStatus.RECORDED:
            contributions.verify(contribution, checks=list(Check), actor=monitor, now=now)
        if wanted is ContributionStatus.REVERSED:
            contributions.reverse(contribution, reason="Эки жолу", actor=Actor(self.finance), now=now)
        return contribution

    def _given(self, grant: Grant, amount: int, details: dict[str, Any], actor: Actor, now: datetime) -> Contribution:
        """Labour at a price of its own."""
        price, where = amount, "Кошуна айылда ушундай"
        value = Value(GivenKind.LABOUR, Decimal(1), None, "Дубал куруу", "жумуш", price, where)
        giver = Giver(details["sender_name"], details["sender_country"], details["sent_on"], details["pledge"])
        valuer = Valuer("Сапаров Уста", "Куруучу")
        return valuations.record(grant, value, giver, valuer, actor=actor, now=now).contribution

    def make_asset(self, expenditure: Expenditure, *, status: str = "recorded", **changes: Any) -> Asset:
        """A thing bought by an accepted bill, entered by the chair and confirmed by finance."""
        wanted, number, now = AssetStatus(status), next(self.numbers), clock.now()
        fields: dict[str, Any] = {
            "name": f"Сүт муздаткыч {number}", "quantity": 1, "value": expenditure.amount, "serial_number": "",
            "kept_at": "Кампа", "keeper_name": "Асанова Айгүл", "bears_emblem": True,
        }  # fmt: skip
        asset = assets.record(
            expenditure,
            AssetInput(**(fields | changes)),
            self.make_photo(),
            storage=self.storage,
            actor=self.chair_actor(expenditure.grant),
            now=now,
        )
        if wanted is not AssetStatus.RECORDED:
            assets.confirm(asset, actor=Actor(self.finance), now=now)
        return asset

    def make_expenditure(
        self,
        grant: Grant,
        status: ExpenditureStatus | str = ExpenditureStatus.RECORDED,
        *,
        amount: int = 10_000_00,
        payer: Payer = Payer.GRANT,
        with_scan: bool = True,
        supplier: Supplier | suppliers.Written | None = None,
        purchase: Purchase | None = None,
        now: datetime | None = None,
    ) -> Expenditure:
        """A bill on the first budget line of `payer`, recorded by the chair and accepted by finance."""
        wanted, now, chair = ExpenditureStatus(status), now or clock.now(), self.chair_actor(grant)
        number = next(self.numbers)
        if supplier is None:
            name = f"ОсОО Дүкөн {number}"
            supplier = suppliers.named(name, suppliers.Details(), is_another=True, actor=chair, now=now)
        expenditure = expenditures.record(
            grant,
            next(line for line in grant.application.budget_lines if line.payer is payer),
            title="Сүт муздаткыч",
            amount=amount,
            paid_on=now.date() - timedelta(days=1),
            supplier=supplier,
            purchase=purchase,
            document_number=f"INV-{number}",
            actor=chair,
            now=now,
        )
        if with_scan:
            expenditures.attach(
                expenditure, DocumentKind.INVOICE, self.make_pdf(), storage=self.storage, actor=chair, now=now
            )
        if wanted is ExpenditureStatus.ACCEPTED:
            if supplier_flags.open_of(expenditure):
                expenditures.look_at(expenditure, reason="Каралды", actor=Actor(self.finance), now=now)
            expenditures.accept(expenditure, actor=Actor(self.finance), now=now)
        elif wanted is ExpenditureStatus.REFUSED:
            expenditures.refuse(expenditure, reason="Окулбайт", actor=Actor(self.finance), now=now)
        return expenditure

    def make_override(self, status: OverrideStatus | str, *, tranche: Tranche | None = None) -> Override:
        """Of the second tranche, whose match is there while the first is not accounted for: finance, then the chair."""
        wanted, now = OverrideStatus(status), clock.now()
        tranche = tranche or self.make_tranche(T.CONFIRMED).grant.tranches[1]
        made = overrides.propose(
            tranche, OverridableCondition.ACCOUNTED, reason=WHY, actor=Actor(self.finance), now=now
        )
        chair = Actor(self.council_chair)
        if wanted is OverrideStatus.REFUSED:
            overrides.refuse(made, reason=WHY, actor=chair, now=now)
        elif wanted not in (OverrideStatus.PROPOSED, OverrideStatus.LAPSED):
            overrides.approve(made, actor=chair, now=now)
        if wanted is OverrideStatus.WITHDRAWN:
            overrides.withdraw(made, reason=WHY, actor=chair, now=now)
        elif wanted is OverrideStatus.USED:
            self.advance(tranche, T.RELEASED)
        elif wanted is OverrideStatus.LAPSED:
            self.make_expenditure(tranche.grant, ExpenditureStatus.ACCEPTED, amount=tranche.grant.tranches[0].amount)
            self.advance(tranche, T.RELEASED)
        assert made.status is wanted
        return made

    def make_visit(
        self,
        grant: Grant,
        status: VisitStatus | str = VisitStatus.PLANNED,
        *,
        with_photo: bool = True,
        holds_payment: bool = False,
        shows_photos: bool = False,
    ) -> Visit:
        """A visit of the monitor today."""
        now, monitor = clock.now(), Actor(self.monitor)
        visit = visits.plan(grant, planned_on=now.date(), visitor=self.monitor, actor=monitor, now=now)
        if with_photo:
            visits.attach_photo(visit, self.make_photo(), storage=self.storage, actor=monitor, now=now)
        if VisitStatus(status) is VisitStatus.DONE:
            visits.record(
                visit,
                visited_on=now.date(),
                checklist={"equipment_in_use": True},
                findings=FINDINGS,
                follow_up="",
                risk=RiskRating.LOW,
                latitude=40.5,
                longitude=72.8,
                holds_payment=holds_payment,
                shows_photos=shows_photos,
                actor=monitor,
                now=now,
            )
        return visit

    def make_result(
        self, grant: Grant, status: ResultStatus | str = ResultStatus.REPORTED, *, value: int = 4
    ) -> Result:
        """Half women, half men, on the first target, up to yesterday."""
        wanted, now = ResultStatus(status), clock.now()
        half = Decimal(value) / 2
        result = results.report(
            results.targets_of(grant)[0],
            grant,
            period_ends_on=now.date() - timedelta(days=1),
            value=Decimal(value),
            female=half,
            male=half,
            evidence="Тизме",
            actor=self.chair_actor(grant),
            now=now,
        )
        if wanted is ResultStatus.VERIFIED:
            results.verify(result, actor=Actor(self.monitor), now=now)
        elif wanted is ResultStatus.REFUSED:
            results.refuse(result, reason="Далил жок", actor=Actor(self.monitor), now=now)
        return result
