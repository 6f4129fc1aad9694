"""Expenditures: recorded by the association, accepted line by line by finance, booked by heading."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from app.clock import bishkek_day
from app.labels import BUDGET_HEADINGS
from app.localisation import N_, Money
from app.services import (
    associations,
    audit,
    documents,
    expenditure_reports,
    funds,
    grant_budgets,
    ledger,
    notifications,
    purchases,
    supplier_flags,
    suppliers,
    tranches,
)
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.documents import Upload
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
    refuse_all,
)
from app.services.references import reference_key
from app.services.suppliers import Written
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.applications import BudgetLine, Payer
from models.base import db, lock, written_out
from models.documents import Document, DocumentKind
from models.expenditures import COUNTED, Expenditure, ExpenditureStatus
from models.grants import Grant
from models.ledger import AccountKind, EventKind
from models.purchases import Purchase
from models.suppliers import Supplier
from models.users import Role

E = ExpenditureStatus
TRANSITIONS: Mapping[tuple[ExpenditureStatus, str], Transition] = {
    (E.RECORDED, "accept"): Transition(
        E.ACCEPTED, N_("Finance officer"), N_("not who recorded it; scan attached; flags looked at; money there")
    ),
    (E.RECORDED, "accept_part"): Transition(
        E.ACCEPTED, N_("Finance officer"), N_("as for accepting; less than claimed, reason given")
    ),
    (E.RECORDED, "refuse"): Transition(E.REFUSED, N_("Finance officer"), N_("reason given")),
}
ACCOUNTS = {
    Payer.GRANT: (AccountKind.ADVANCED, AccountKind.SPENT),
    Payer.REMITTANCE: (AccountKind.CO_INVESTMENT, AccountKind.CO_INVESTMENT_SPENT),
    Payer.COMMUNITY: (AccountKind.CO_INVESTMENT, AccountKind.CO_INVESTMENT_SPENT),
    Payer.IN_KIND: (AccountKind.IN_KIND_HELD, AccountKind.IN_KIND_USED),
}


def record(
    grant: Grant,
    line: BudgetLine,
    *,
    title: str,
    amount: int,
    paid_on: date,
    supplier: Supplier | Written,
    document_number: str,
    quantity: Decimal | None = None,
    purchase: Purchase | None = None,
    actor: Actor,
    now: datetime,
) -> Expenditure:
    """Record one paid document on a budget line; `amount` in tyiyn, the payer is the line's, `quantity` in its units.

    What is dear is bought by a `purchase` (see `purchases.must_be_quoted`). Raises `LimitExceededError` beyond the
    line, `AlreadyUsedError` for a supplier's document recorded before.
    """
    lock(grant)
    if purchase is not None:
        purchases.lock_all(purchase)
    if not grant.is_running:
        raise DomainError(N_("Spending is recorded while the grant runs."))
    if line.application_id != grant.application_id:
        raise DomainError(N_("The budget line belongs to another application."), field="budget_line")
    refuse_all(_wrong_figures(grant, amount, paid_on, quantity, document_number, bishkek_day(now)))
    expenditure_reports.must_be_open(grant, paid_on)
    if line.payer is Payer.GRANT and line.heading not in funds.pays_for(grant.fund):
        raise DomainError(
            N_("The agreement with the donor does not let this grant pay for “%(heading)s”."),
            field="budget_line",
            heading={"texts": [BUDGET_HEADINGS[line.heading]]},
        )
    left = grant_budgets.planned(grant, line) - spent_on(line)
    if amount > left:
        raise LimitExceededError(N_("Only %(left)s are left on this budget line."), field="amount", left=Money(left))
    document_key = reference_key(document_number)
    firm = suppliers.written(supplier, actor=actor, now=now)
    if line.payer is not Payer.IN_KIND:
        purchases.must_be_quoted(grant, line.heading, firm, amount, purchase)
    used = db.select(Expenditure.id).where(
        Expenditure.supplier_id == firm.id,
        Expenditure.document_key == document_key,
        Expenditure.status != E.REFUSED,
    )
    if db.session.scalar(used) is not None:
        raise AlreadyUsedError(N_("This document has been used already."), field="document_number")
    expenditure = Expenditure(
        grant=grant,
        budget_line=line,
        title=title.strip(),
        payer=line.payer,
        amount=amount,
        paid_on=paid_on,
        quantity=quantity,
        supplier=firm,
        purchase=purchase,
        document_number=document_number.strip(),
        document_key=document_key,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    db.session.add(expenditure)
    db.session.flush()
    audit.record(actor, "expenditure.record", expenditure, now, grant=grant.id, amount=amount)
    notifications.tell_holders(Role.FINANCE, grant, N_("Spending of %(number)s waits to be accepted."), now)
    return expenditure


def _wrong_figures(
    grant: Grant, amount: int, paid_on: date, quantity: Decimal | None, document_number: str, today: date
) -> Iterator[DomainError]:
    if amount <= 0:
        yield DomainError(N_("The amount must be more than zero."), field="amount")
    if not grant.starts_on <= paid_on <= min(grant.ends_on, today):
        yield DomainError(N_("The day must lie within the grant's period and not in the future."), field="paid_on")
    if quantity is not None and quantity <= 0:
        yield DomainError(N_("The number bought must be more than zero."), field="quantity")
    if not reference_key(document_number):
        yield IncompleteError(N_("Enter the number of the document."), field="document_number")


def spent_on(line: BudgetLine) -> int:
    """What has been recorded on a budget line and not refused, in tyiyn; of what was accepted in part that part."""
    query = db.select(db.func.coalesce(db.func.sum(COUNTED), 0)).where(
        Expenditure.budget_line_id == line.id, Expenditure.status != E.REFUSED
    )
    return int(db.session.scalar(query))


def attach(
    expenditure: Expenditure, kind: DocumentKind, upload: Upload, *, storage: Path, actor: Actor, now: datetime
) -> Document:
    """Add a scan while the line waits to be accepted."""
    lock(expenditure)
    if expenditure.status is not E.RECORDED:
        raise DomainError(N_("A scan is added only while the line waits to be accepted."))
    return documents.attach(expenditure, kind, upload, storage=storage, actor=actor, now=now)


@dataclass(frozen=True)
class LineUse:
    """A budget line against what was spent on it, in tyiyn. `left` takes lines that wait as spent.

    `planned` is what is in force: amendments of the grant may have moved it.
    """

    line: BudgetLine
    planned: int
    accepted: int
    waiting: int

    @property
    def left(self) -> int:
        return self.planned - self.accepted - self.waiting


def by_line(grant: Grant) -> list[LineUse]:
    """Every budget line of the grant with its accepted and waiting spending."""
    query = (
        db.select(Expenditure.budget_line_id, Expenditure.status, db.func.sum(COUNTED))
        .where(Expenditure.grant_id == grant.id, Expenditure.status != E.REFUSED)
        .group_by(Expenditure.budget_line_id, Expenditure.status)
    )
    spent = {(line_id, status): int(amount) for line_id, status, amount in db.session.execute(query)}
    planned = grant_budgets.in_force(grant)
    return [
        LineUse(line, planned[line.id], spent.get((line.id, E.ACCEPTED), 0), spent.get((line.id, E.RECORDED), 0))
        for line in grant.application.budget_lines
    ]


def look_at(expenditure: Expenditure, *, reason: str, actor: Actor, now: datetime) -> None:
    """Who accepts has looked at what is flagged and says why it may be accepted all the same."""
    lock(expenditure)
    _must_be_another(expenditure, actor)
    target(TRANSITIONS, expenditure.status, "accept")
    flags = supplier_flags.open_of(expenditure)
    if not flags:
        raise DomainError(N_("Nothing is flagged that was not looked at."))
    reason = reason_given(reason)
    expenditure.seen_flags = sorted({*expenditure.seen_flags, *(flag.kind.value for flag in flags)})
    expenditure.seen_reason, expenditure.seen_by_id, expenditure.seen_at = reason, actor.user_id, now
    db.session.flush()
    kinds = [flag.kind.value for flag in flags]
    audit.record(actor, "expenditure.look_at", expenditure, now, flags=kinds, reason=reason)


def accept(expenditure: Expenditure, *, actor: Actor, now: datetime) -> None:
    """Accept a line: the money leaves the advance (or the co-investment) for its heading.

    Raises `IncompleteError` without a scan or with a flag nobody has looked at, `LimitExceededError` when more is
    spent than was received.
    """
    _book(expenditure, "accept", expenditure.amount, actor=actor, now=now)
    _tell(expenditure, N_("Spending of %(amount)s on %(number)s is accepted."), now)


def accept_part(expenditure: Expenditure, amount: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Accept less than was claimed, with a reason: that is booked, the rest is free again on the budget line.

    `amount` in tyiyn. Raises what `accept` raises.
    """
    if not 0 < amount < expenditure.amount:
        raise LimitExceededError(
            N_("Enter more than zero and less than the %(amount)s that are claimed."),
            field="amount",
            amount=Money(expenditure.amount),
        )
    text = reason_given(reason, ASSOCIATION_READS_REASON)
    _book(expenditure, "accept_part", amount, reason=text, actor=actor, now=now)
    message = N_("Of spending of %(amount)s on %(number)s %(accepted)s are accepted: %(reason)s")
    _tell(expenditure, message, now, accepted=Money(amount), reason=text)


def _must_be_another(expenditure: Expenditure, actor: Actor) -> None:
    associations.must_be_free(expenditure.grant, actor)
    if expenditure.recorded_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You recorded this line: another person has to accept it."))


def _book(expenditure: Expenditure, action: str, amount: int, *, reason: str = "", actor: Actor, now: datetime) -> None:
    lock(expenditure.grant)
    lock(expenditure)
    new_status = target(TRANSITIONS, expenditure.status, action)
    _must_be_another(expenditure, actor)
    if not documents.of(expenditure):
        raise IncompleteError(N_("There is no scan of the document: attach it first."))
    if supplier_flags.open_of(expenditure):
        raise IncompleteError(N_("Something is flagged: look at it first, and say why it may be accepted."))
    grant = expenditure.grant
    source, spent = ACCOUNTS[expenditure.payer]
    heading = expenditure.budget_line.heading.value
    event = ledger.post(
        EventKind.EXPENDITURE_ACCEPTED,
        [
            ledger.Leg(
                ledger.account(source, fund_id=grant.fund_id, grant_id=grant.id),
                ledger.account(spent, fund_id=grant.fund_id, grant_id=grant.id, heading=heading),
                amount,
            )
        ],
        actor=actor,
        now=now,
        value_on=expenditure.paid_on,
        grant_id=grant.id,
        fund_id=grant.fund_id,
    )
    expenditure.status, expenditure.event_id, expenditure.reason = new_status, event.id, reason
    expenditure.accepted_amount = amount
    expenditure.accepted_by_id, expenditure.accepted_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, f"expenditure.{action}", expenditure, now, event=event.id, amount=amount)
    tranches.settle(grant, actor=actor, now=now)


def refuse(expenditure: Expenditure, *, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse a line with a reason; its document can be recorded anew."""
    lock(expenditure.grant)
    lock(expenditure)
    new_status = target(TRANSITIONS, expenditure.status, "refuse")
    associations.must_be_free(expenditure.grant, actor)
    reason = reason_given(reason, ASSOCIATION_READS_REASON)
    expenditure.status, expenditure.reason = new_status, reason
    db.session.flush()
    documents.release(expenditure, now=now)
    audit.record(actor, "expenditure.refuse", expenditure, now)
    _tell(expenditure, N_("Spending of %(amount)s on %(number)s was refused: %(reason)s"), now, reason=reason)


def of_grant(grant: Grant) -> list[Expenditure]:
    query = db.select(Expenditure).where(Expenditure.grant_id == grant.id).order_by(Expenditure.id)
    return list(
        db.session.scalars(query.options(db.joinedload(Expenditure.budget_line), db.joinedload(Expenditure.supplier)))
    )


def waiting(ties: Ties, limit: int = 60) -> list[Expenditure]:
    """Recorded lines that wait for an officer of finance with these ties, the oldest first."""
    free = ties.free(Grant.association_id, Grant.application_id)
    query = db.select(Expenditure).join(Expenditure.grant).where(written_out(Expenditure.status, E.RECORDED), *free)
    query = query.options(db.contains_eager(Expenditure.grant).joinedload(Grant.association))
    return list(db.session.scalars(query.order_by(Expenditure.id).limit(limit)))


def _tell(expenditure: Expenditure, message: str, now: datetime, **parameters: object) -> None:
    notifications.tell_association(expenditure.grant, message, now, amount=Money(expenditure.amount), **parameters)
