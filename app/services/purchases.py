"""Purchases: above a threshold the price is asked of three suppliers before anything is bought."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import associations, audit, documents, notifications, suppliers
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.documents import Upload
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError, refuse_all
from app.services.suppliers import Written, digits
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.applications import BudgetHeading
from models.base import db, lock, written_out
from models.documents import Document, DocumentKind
from models.expenditures import COUNTED, Expenditure, ExpenditureStatus
from models.grants import Grant
from models.purchases import Purchase, PurchaseStatus, Quotation
from models.suppliers import Supplier
from models.users import Role

P = PurchaseStatus
QUOTATIONS = 3
"""From how many suppliers the price is asked: a choice of the programme, as donors of the region ask for it."""
TRANSITIONS: Mapping[tuple[PurchaseStatus, str], Transition] = {
    (P.OPEN, "choose"): Transition(
        P.CHOSEN, N_("Association member"), N_("three quotations; a reason where it is not the cheapest")
    ),
    (P.CHOSEN, "reopen"): Transition(P.OPEN, N_("Association member"), N_("nothing was bought by it yet")),
    (P.OPEN, "ask_exception"): Transition(
        P.EXCEPTION_ASKED, N_("Association member"), N_("one quotation at least; reason given")
    ),
    (P.EXCEPTION_ASKED, "allow"): Transition(P.EXEMPT, N_("Finance officer"), N_("not who asked")),
    (P.EXCEPTION_ASKED, "refuse"): Transition(P.OPEN, N_("Finance officer"), N_("reason given")),
}


def begin(grant: Grant, heading: BudgetHeading, what: str, *, actor: Actor, now: datetime) -> Purchase:
    """What is to be bought: quotations are added to it."""
    lock(grant)
    if not grant.is_running:
        raise DomainError(N_("Purchases are prepared while the grant runs."))
    if not what.strip():
        raise IncompleteError(N_("Fill this in."), field="what")
    purchase = Purchase(grant=grant, heading=heading, what=what.strip(), recorded_by_id=actor.user_id, recorded_at=now)
    db.session.add(purchase)
    db.session.flush()
    audit.record(actor, "purchase.begin", purchase, now, grant=grant.id)
    return purchase


def lock_all(purchase: Purchase) -> None:
    """Hold what is to be bought with its grant, and read what was asked for it anew.

    Spending is recorded under the grant's lock: whoever changes a purchase has the grant first, then the purchase.
    """
    lock(purchase.grant)
    lock(purchase)
    for one in purchase.quotations:
        lock(one)


def quote(
    purchase: Purchase,
    supplier: Supplier | Written,
    *,
    amount: int,
    quoted_on: date,
    upload: Upload,
    storage: Path,
    actor: Actor,
    now: datetime,
) -> Quotation:
    """Add what one supplier asks, `amount` in tyiyn, with its scan. Raises `AlreadyUsedError` for a supplier twice."""
    lock_all(purchase)
    if purchase.status is not P.OPEN:
        raise DomainError(N_("Quotations are added until one is chosen."))
    firm = suppliers.written(supplier, actor=actor, now=now)
    refuse_all(_wrong_quotation(purchase, firm, amount, quoted_on, bishkek_day(now)))
    paper = documents.attach(purchase.grant, DocumentKind.QUOTATION, upload, storage=storage, actor=actor, now=now)
    _must_be_another_scan(paper)
    quotation = Quotation(
        purchase=purchase, supplier=firm, amount=amount, quoted_on=quoted_on, document=paper,
        recorded_by_id=actor.user_id, recorded_at=now,
    )  # fmt: skip
    db.session.add(quotation)
    db.session.flush()
    audit.record(actor, "purchase.quote", purchase, now, amount=amount)
    return quotation


def _wrong_quotation(
    purchase: Purchase, supplier: Supplier, amount: int, quoted_on: date, today: date
) -> Iterator[DomainError]:
    if amount <= 0:
        yield DomainError(N_("The amount must be more than zero."), field="amount")
    if quoted_on > today:
        yield DomainError(N_("The day lies in the future."), field="quoted_on")
    if any(suppliers.is_same(one.supplier, supplier) for one in purchase.quotations):
        yield AlreadyUsedError(N_("There is a quotation of this supplier already."), field="supplier")


def _must_be_another_scan(paper: Document) -> None:
    """One offer is no second one."""
    used = db.select(Quotation.id).join(Document, Document.id == Quotation.document_id)
    if db.session.scalar(used.where(Document.content_sha256 == paper.content_sha256)) is not None:
        raise AlreadyUsedError(N_("This very file stands for another quotation already."), field="upload")


def choose(purchase: Purchase, quotation: Quotation, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take one of three or more. Raises `IncompleteError` with fewer, or without a reason for a dearer one."""
    lock_all(purchase)
    status = target(TRANSITIONS, purchase.status, "choose")
    if len({suppliers.kept(one.supplier).id for one in purchase.quotations}) < QUOTATIONS:  # two may be merged by now
        raise IncompleteError(N_("Ask %(count)s suppliers for their price first."), count=QUOTATIONS)
    if quotation.amount > min(one.amount for one in purchase.quotations):
        reason = reason_given(reason)
    quotation.is_chosen = True
    purchase.status, purchase.reason = status, reason.strip()
    purchase.chosen_by_id, purchase.chosen_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "purchase.choose", purchase, now, amount=quotation.amount)


def ask_exception(purchase: Purchase, quotation: Quotation, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say why fewer suppliers were asked and whose price is taken; finance allows it or not."""
    lock_all(purchase)
    status = target(TRANSITIONS, purchase.status, "ask_exception")
    reason = reason_given(reason)
    quotation.is_chosen = True
    purchase.status, purchase.reason = status, reason
    purchase.asked_by_id, purchase.asked_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "purchase.ask_exception", purchase, now, amount=quotation.amount, reason=reason)
    message = N_("A purchase of %(number)s asks for an exception from the quotations.")
    notifications.tell_holders(Role.FINANCE, purchase.grant, message, now)


def allow(purchase: Purchase, *, actor: Actor, now: datetime) -> None:
    """Another person agrees that there is no third supplier. Raises `SeparationOfDutyError` for who asked."""
    lock_all(purchase)
    status = target(TRANSITIONS, purchase.status, "allow")
    _must_decide(purchase, actor)
    purchase.status, purchase.allowed_by_id, purchase.allowed_at = status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "purchase.allow", purchase, now)
    message = N_("The exception for a purchase of %(number)s is allowed.")
    notifications.tell_association(purchase.grant, message, now)


def refuse(purchase: Purchase, *, reason: str, actor: Actor, now: datetime) -> None:
    """More suppliers are asked: the purchase is open again."""
    lock_all(purchase)
    status = target(TRANSITIONS, purchase.status, "refuse")
    _must_decide(purchase, actor)
    reason = reason_given(reason, ASSOCIATION_READS_REASON)
    _take_back(purchase, status)
    audit.record(actor, "purchase.refuse", purchase, now, reason=reason)
    message = N_("The exception for a purchase of %(number)s is refused: %(reason)s")
    notifications.tell_association(purchase.grant, message, now, reason=reason)


def reopen(purchase: Purchase, *, actor: Actor, now: datetime) -> None:
    """Another quotation is to be taken. Raises `DomainError` once something was bought by it."""
    lock_all(purchase)
    status = target(TRANSITIONS, purchase.status, "reopen")
    if paid_by(purchase):
        raise DomainError(N_("Something was bought by this quotation already."))
    _take_back(purchase, status)
    audit.record(actor, "purchase.reopen", purchase, now)


def _must_decide(purchase: Purchase, actor: Actor) -> None:
    associations.must_be_free(purchase.grant, actor)
    if purchase.asked_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You asked for this exception: another person decides."))


def _take_back(purchase: Purchase, status: PurchaseStatus) -> None:
    for one in purchase.quotations:
        one.is_chosen = False
    purchase.status, purchase.reason = status, ""
    purchase.asked_by_id = purchase.asked_at = purchase.chosen_by_id = purchase.chosen_at = None
    db.session.flush()


def taken(purchase: Purchase) -> Quotation | None:
    """The quotation something is bought by, allowed or not yet."""
    return next((one for one in purchase.quotations if one.is_chosen), None)


def paid_by(purchase: Purchase) -> int:
    """What was recorded as bought by it and not refused, in tyiyn."""
    query = db.select(db.func.coalesce(db.func.sum(COUNTED), 0)).where(
        Expenditure.purchase_id == purchase.id, Expenditure.status != ExpenditureStatus.REFUSED
    )
    return int(db.session.scalar(query))


def of_grant(grant: Grant) -> list[Purchase]:
    """What is to be bought, in the order it was entered."""
    query = db.select(Purchase).where(Purchase.grant_id == grant.id).order_by(Purchase.id)
    return list(db.session.scalars(query.options(db.selectinload(Purchase.quotations))))


def waiting(ties: Ties, limit: int = 60) -> list[Purchase]:
    """Exceptions that wait for somebody with these ties, the oldest first."""
    free = ties.free(Grant.association_id, Grant.application_id)
    query = db.select(Purchase).join(Purchase.grant).where(written_out(Purchase.status, P.EXCEPTION_ASKED), *free)
    query = query.options(db.contains_eager(Purchase.grant).joinedload(Grant.association))
    return list(db.session.scalars(query.order_by(Purchase.asked_at, Purchase.id).limit(limit)))


def to_buy_by(grant: Grant) -> list[Purchase]:
    """Those of `of_grant` something can be bought by."""
    return [one for one in of_grant(grant) if one.status in (P.CHOSEN, P.EXEMPT)]


def same_contact(purchase: Purchase) -> list[tuple[Supplier, Supplier]]:
    """Pairs of suppliers asked that share phone, account or tax number: three offers may be of one hand."""
    asked, found = [one.supplier for one in purchase.quotations], []
    for place, one in enumerate(asked):
        for other in asked[place + 1 :]:
            marks = zip(_marks(one), _marks(other), strict=True)
            if suppliers.is_same(one, other) or any(mine and mine == theirs for mine, theirs in marks):
                found.append((one, other))
    return found


def _marks(supplier: Supplier) -> tuple[str, str, str]:
    return digits(supplier.phone)[-9:], "".join(supplier.account_number.upper().split()), digits(supplier.tax_number)


def must_be_quoted(
    grant: Grant, heading: BudgetHeading, supplier: Supplier, amount: int, purchase: Purchase | None
) -> None:
    """Raise `IncompleteError` at "purchase" for a payment above the grant's threshold that rests on no purchase.

    All that was paid by a purchase stays within the quotation that was taken.
    """
    threshold = grant.quotations_from
    if purchase is None:
        if threshold is not None and amount >= threshold:
            raise IncompleteError(
                N_(
                    "From %(amount)s on, %(count)s suppliers are asked for their price: "
                    "choose the purchase it belongs to."
                ),
                field="purchase", amount=Money(threshold), count=QUOTATIONS,
            )  # fmt: skip
        return
    quotation = taken(purchase)
    if purchase.grant_id != grant.id or purchase.status not in (P.CHOSEN, P.EXEMPT) or quotation is None:
        raise DomainError(N_("No quotation is taken for this purchase yet."), field="purchase")
    if purchase.heading is not heading or not suppliers.is_same(quotation.supplier, supplier):
        raise DomainError(N_("The quotation taken is another supplier's or of another kind of cost."), field="supplier")
    left = quotation.amount - paid_by(purchase)
    if amount > left:
        raise DomainError(N_("Only %(left)s of the quotation are left."), field="amount", left=Money(left))
