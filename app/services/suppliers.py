"""Suppliers: registered once, found by name, told apart from those alike, merged when one was entered twice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.localisation import N_, fold, sort_key
from app.services import audit, notifications
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, ChangedMeanwhileError, DomainError, IncompleteError
from app.services.people_matching import firm_key, phone_mark
from app.services.price_checks import likeness
from app.services.workflow import reason_given
from models.base import db, lock, lock_name
from models.expenditures import COUNTED, Expenditure, ExpenditureStatus
from models.suppliers import Supplier
from models.users import Role

ALIKE = 0.6
"""The share of trigrams in common from which on two names are offered as one supplier."""
OFFERED = 3
SUGGESTED = 200
SHOWN = 4
"""Signs of a phone, an account, a tax number or an address that stand in the history."""


@dataclass(frozen=True)
class Details:
    """What is known of a supplier besides the name; what is not known is empty."""

    tax_number: str = ""
    phone: str = ""
    address: str = ""
    account_number: str = ""


@dataclass(frozen=True)
class Written:
    """A supplier as somebody writes it on a form: the name, what is known, and whether it is surely another one."""

    name: str
    details: Details
    is_another: bool


def written(supplier: Supplier | Written, *, actor: Actor, now: datetime) -> Supplier:
    """The supplier that was chosen or written, as `named` finds it.

    The caller holds the rows of its own act by now: whoever is registered here stands in the history at once.
    """
    if isinstance(supplier, Supplier):
        return kept(supplier)
    return named(supplier.name, supplier.details, is_another=supplier.is_another, actor=actor, now=now)


def named(name: str, details: Details, *, is_another: bool, actor: Actor, now: datetime) -> Supplier:
    """The supplier of this name, registered when there is none.

    Details fill in what is not known yet and change nothing: that is for finance. Raises `AlreadyUsedError` when a
    name not registered is much like others and the person has not said that it is another one, `DomainError` for one
    with which the programme does not work any more.
    """
    lock_name("suppliers")  # two who enter the same name come one after the other
    name = " ".join(name.split())
    known = find(name)
    if known is None:
        if len(fold(name)) < 2:
            raise IncompleteError(N_("Write the name of the supplier as on the document."), field="supplier")
        others = [] if is_another else alike(name, details)
        if others:
            raise AlreadyUsedError(
                N_(
                    "There is a supplier much like this one: %(names)s. Write that name, or say that it is another one."
                ),
                field="supplier",
                names="; ".join(one.name for one in others),
            )
        known = Supplier(name=name, name_key=fold(name), registered_by_id=actor.user_id, registered_at=now)
        db.session.add(known)
        db.session.flush()
        audit.record(actor, "supplier.register", known, now)
    else:
        lock(known)
    if not known.is_active:
        raise DomainError(N_("The programme does not work with this supplier any more: ask finance."), field="supplier")
    _fill_in(known, details, actor=actor, now=now)
    return known


def _fill_in(supplier: Supplier, details: Details, *, actor: Actor, now: datetime) -> None:
    """Everybody who is paid by this supplier's account reads what is filled in: who wrote it stands in the history."""
    before = details_of(supplier)
    for field, value in vars(details).items():
        if value.strip() and not getattr(supplier, field):
            setattr(supplier, field, value.strip())
    if changes := _changes(before, details_of(supplier)):
        db.session.flush()
        audit.record(actor, "supplier.fill_in", supplier, now, known=changes)


def _changes(before: Details, after: Details) -> dict[str, list[str]]:
    """{detail: [before, after]} of what is another one now, each by its end alone: the history is kept for ever."""
    ends = {field: [_end_of(value), _end_of(getattr(after, field))] for field, value in vars(before).items()}
    return {field: ends[field] for field, value in vars(before).items() if value != getattr(after, field)}


def _end_of(value: str) -> str:
    return f"…{value[-SHOWN:]}" if value else ""


def find(name: str) -> Supplier | None:
    """The supplier of this name, however it is spelled; of one that was merged, the one that was kept."""
    found: Supplier | None = db.session.scalar(db.select(Supplier).where(Supplier.name_key == fold(name)))
    return kept(found) if found is not None else None


def kept(supplier: Supplier) -> Supplier:
    """The one it was merged into, and so on; itself when it stands."""
    while supplier.merged_into is not None:
        supplier = supplier.merged_into
    return supplier


def is_same(one: Supplier, other: Supplier) -> bool:
    """Whether two entries are one supplier. A quotation keeps the entry it was made for, also when that is merged."""
    return kept(one).id == kept(other).id


def alike(name: str, details: Details, *, besides: int | None = None) -> list[Supplier]:
    """The suppliers that may be the one of `name`, the likest first: by tax number, phone, or name in any form."""
    key, phone, number = firm_key(name), phone_mark(details.phone), digits(details.tax_number)
    found = []
    columns = (Supplier.id, Supplier.name, Supplier.phone, Supplier.tax_number)
    for row in db.session.execute(db.select(*columns).where(Supplier.merged_into_id.is_(None))):
        same_phone = phone is not None and phone_mark(row.phone) == phone
        if same_phone or (number and digits(row.tax_number) == number) or (key and firm_key(row.name) == key):
            found.append((1.0, row.id))
        elif (share := likeness(name, row.name)) >= ALIKE:
            found.append((share, row.id))
    ids = [one for _share, one in sorted(found, key=lambda pair: (-pair[0], pair[1])) if one != besides][:OFFERED]
    return [db.session.get_one(Supplier, one) for one in ids]


def digits(number: str) -> str:
    """A tax number as it is compared."""
    return re.sub(r"\D", "", number)


def save(supplier: Supplier, name: str, details: Details, *, is_active: bool, actor: Actor, now: datetime) -> None:
    """Finance corrects what is known of a supplier, or ends the work with it.

    Raises `AlreadyUsedError` for a name that another supplier has.
    """
    lock_name("suppliers")
    lock(supplier)
    _must_stand(supplier)
    name = " ".join(name.split())
    other = find(name)
    if other is not None and other.id != supplier.id:
        raise AlreadyUsedError(N_("Another supplier has this name: merge the two."), field="name")
    if supplier.name_key != fold(name):
        taken = db.select(Supplier.id).where(Supplier.name_key == fold(name))
        if db.session.scalar(taken) is not None:
            raise AlreadyUsedError(N_("A supplier that was merged has this name already."), field="name")
    before = details_of(supplier)
    supplier.name, supplier.name_key, supplier.is_active = name, fold(name), is_active
    for field, value in vars(details).items():
        setattr(supplier, field, value.strip())
    db.session.flush()
    audit.record(actor, "supplier.save", supplier, now, known=_changes(before, details_of(supplier)) or None)


def _must_stand(supplier: Supplier) -> None:
    if supplier.merged_into_id is not None:
        raise ChangedMeanwhileError(N_("This supplier was merged with another one: look again."))


def merge(supplier: Supplier, into: Supplier, *, reason: str, actor: Actor, now: datetime) -> None:
    """One supplier was entered twice: the spending of `supplier` becomes that of `into`, for good.

    Raises `AlreadyUsedError` when both were paid by a document of the same number: one of the two is to be refused
    first, or they are two suppliers.
    """
    lock_name("suppliers")
    for one in sorted((supplier, into), key=lambda row: row.id):
        lock(one)
        _must_stand(one)
    if supplier.id == into.id:
        raise DomainError(N_("Choose another supplier."), field="into")
    text = reason_given(reason)
    own = db.select(Expenditure.document_key).where(Expenditure.supplier_id == into.id, _counts())
    twice = db.select(Expenditure.document_number).where(
        Expenditure.supplier_id == supplier.id, _counts(), Expenditure.document_key.in_(own)
    )
    if (number := db.session.scalar(twice.order_by(Expenditure.id).limit(1))) is not None:
        raise AlreadyUsedError(
            N_("Both were paid by a document number %(number)s: look first whether it was used twice."),
            field="into",
            number=number,
        )
    for row in of_supplier(supplier):
        row.supplier = into
    supplier.merged_into, supplier.merge_reason = into, text
    db.session.flush()
    _fill_in(into, details_of(supplier), actor=actor, now=now)
    audit.record(actor, "supplier.merge", supplier, now, into=into.id, reason=text)
    people = [one for one in notifications.holders(Role.FINANCE) if one != actor.user_id]
    message = N_("The supplier %(supplier)s was merged with %(kept)s: %(reason)s")
    notifications.tell(people, message, into, now, supplier=supplier.name, kept=into.name, reason=text)


def _counts() -> Any:
    return Expenditure.status != ExpenditureStatus.REFUSED


# Reading -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """A supplier with what it was paid, in tyiyn, over all that is not refused, and by how many grants."""

    supplier: Supplier
    amount: int
    grants: int


def listed(words: str, without: frozenset[int], *, page: int, size: int) -> list[Listed]:
    """The suppliers whose name, tax number or phone has `words`, paid most first, without the grants `without`."""
    paid = db.func.coalesce(db.func.sum(COUNTED), 0)
    counted = _counts() & Expenditure.grant_id.not_in(without) & (Expenditure.supplier_id == Supplier.id)
    query = (
        db.select(Supplier, paid, db.func.count(Expenditure.grant_id.distinct()))
        .outerjoin(Expenditure, counted)
        .where(Supplier.merged_into_id.is_(None))
        .group_by(Supplier.id)
        .order_by(paid.desc(), Supplier.id)
    )
    if wanted := fold(words):
        key = Supplier.name_key.contains(wanted, autoescape=True)
        number = digits(words)
        if number:
            key |= Supplier.tax_number.contains(number) | Supplier.phone.contains(number)
        query = query.where(key)
    rows = db.session.execute(query.limit(size).offset((page - 1) * size))
    return [Listed(supplier, int(amount), count) for supplier, amount, count in rows]


def of_supplier(supplier: Supplier, without: frozenset[int] = frozenset()) -> list[Expenditure]:
    """Its documents, the latest first, without those of the grants `without`."""
    query = db.select(Expenditure).where(Expenditure.supplier_id == supplier.id, Expenditure.grant_id.not_in(without))
    return list(db.session.scalars(query.options(db.joinedload(Expenditure.grant)).order_by(Expenditure.id.desc())))


def standing(*, besides: int) -> list[Supplier]:
    """Every supplier that was not merged, in the order of the alphabet."""
    query = db.select(Supplier).where(Supplier.merged_into_id.is_(None), Supplier.id != besides)
    return sorted(db.session.scalars(query), key=lambda one: (sort_key(one.name), one.id))


def details_of(supplier: Supplier) -> Details:
    """What is known of a supplier besides the name."""
    return Details(supplier.tax_number, supplier.phone, supplier.address, supplier.account_number)


def suggested() -> Sequence[str]:
    """The names offered while somebody types: of those paid most often, in the order of the alphabet."""
    query = (
        db.select(Supplier.name)
        .outerjoin(Expenditure, Expenditure.supplier_id == Supplier.id)
        .where(Supplier.merged_into_id.is_(None), Supplier.is_active)
        .group_by(Supplier.id)
        .order_by(db.func.count(Expenditure.id).desc(), Supplier.id)
    )
    return sorted(db.session.scalars(query.limit(SUGGESTED)), key=sort_key)
