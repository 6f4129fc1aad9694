"""What asks finance to look before spending with a supplier is accepted: its people, its account, its share, its price.

The checks come from what audits of matched funds found (Mexico's 3x1: strangers' accounts, inflated costs, works given
to the organisers' own firms). Computed when it is looked at; a flag refuses nothing by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.services import prices
from app.services.people_matching import Known, firm_key, phone_mark, pin_mark, same_person
from app.services.suppliers import digits
from models.applications import BudgetLine, Payer
from models.associations import Membership, PayoutAccount
from models.base import db
from models.contributions import Contribution
from models.expenditures import COUNTED, Expenditure, ExpenditureStatus
from models.grants import Grant
from models.people import Person
from models.pledges import Pledge
from models.suppliers import Supplier, SupplierFlag
from models.users import Role, RoleAssignment, User

F = SupplierFlag
LARGEST_SHARE = 50
"""Percent of the grant beyond which one supplier is flagged."""
SPLIT_WITHIN = timedelta(days=30)
"""How near two documents for one kind of cost lie that may be parts of one purchase."""
PRICE_OVER = 20
"""Percent over the highest price of the register beyond which a price is flagged."""
_COUNCIL = (Role.REVIEWER, Role.COUNCIL_CHAIR, Role.SECRETARY)


@dataclass(frozen=True)
class Flag:
    """One finding: what, and who or how much; `percent` of the grant, or over the highest price."""

    kind: SupplierFlag
    name: str = ""
    percent: int = 0


def of_expenditure(row: Expenditure) -> list[Flag]:
    """What is flagged of one document: what is flagged of its supplier in the grant, and its price.

    Nothing of what the village gives in kind: its people are meant to give it, at the rate of the list.
    """
    if row.payer is Payer.IN_KIND:
        return []
    over = _percent_over_price(row)
    found = of_grant(row.supplier, row.grant) + ([Flag(F.PRICE, percent=over)] if over > PRICE_OVER else [])
    split = _split(row)
    return found + ([Flag(split)] if split else [])


def open_of(row: Expenditure) -> list[Flag]:
    """What is flagged and nobody has said yet why it may be accepted."""
    return [flag for flag in of_expenditure(row) if flag.kind.value not in row.seen_flags]


def of_grant(supplier: Supplier, grant: Grant) -> list[Flag]:
    """What is flagged of a supplier in one grant, each kind once."""
    found: dict[SupplierFlag, Flag] = {}
    for flag in (*_people(supplier, grant), *_account(supplier, grant), *_share(supplier, grant)):
        found.setdefault(flag.kind, flag)
    return list(found.values())


def _people(supplier: Supplier, grant: Grant) -> Iterator[Flag]:
    members = db.select(Person).join(Membership, Membership.person_id == Person.id)
    yield from _same(F.MEMBER, supplier, members.where(Membership.association_id == grant.association_id))
    held = db.select(Person).join(User, User.person_id == Person.id)
    held = held.join(RoleAssignment, RoleAssignment.user_id == User.id)
    yield from _same(F.STAFF, supplier, held.where(RoleAssignment.centre_id == grant.association.centre_id))
    yield from _same(F.COUNCIL, supplier, held.where(RoleAssignment.role.in_(_COUNCIL)))
    senders = db.select(Contribution.sender_name).where(Contribution.grant_id == grant.id)
    promised = db.select(Pledge.remitter_name).where(
        Pledge.application_id == grant.application_id, ~Pledge.is_pseudonym
    )
    for name in (*db.session.scalars(senders), *db.session.scalars(promised)):
        if name and _is_named(supplier, Known(name)):
            yield Flag(F.CONTRIBUTOR, name)


def _same(kind: SupplierFlag, supplier: Supplier, people: Any) -> Iterator[Flag]:
    phone, number = phone_mark(supplier.phone), pin_mark(digits(supplier.tax_number))
    for person in db.session.scalars(people.distinct().order_by(Person.id)):
        known = Known(person.full_name, None, pin_mark(person.pin))
        same_number = number is not None and number == known.pin
        same_phone = phone is not None and phone == phone_mark(person.phone)
        if same_number or same_phone or _is_named(supplier, known):
            yield Flag(kind, person.full_name)


def _is_named(supplier: Supplier, person: Known) -> bool:
    """Whether the supplier's name, without its legal form, may be the person's. A firm's tax number is no PIN."""
    return same_person(Known(firm_key(supplier.name)), person)


def _account(supplier: Supplier, grant: Grant) -> Iterator[Flag]:
    own = _account_key(supplier.account_number)
    query = db.select(PayoutAccount.number).where(PayoutAccount.association_id == grant.association_id)
    if own and own in _account_keys(db.session.scalars(query)):
        yield Flag(F.ACCOUNT)


def _account_keys(numbers: Iterable[str]) -> set[str]:
    return {_account_key(number) for number in numbers}


def _account_key(number: str) -> str:
    return "".join(sign for sign in number.upper() if sign.isalnum())


def _share(supplier: Supplier, grant: Grant) -> Iterator[Flag]:
    """How much of the grant's money the supplier was paid or is to be paid."""
    query = db.select(db.func.coalesce(db.func.sum(COUNTED), 0)).where(
        Expenditure.grant_id == grant.id,
        Expenditure.supplier_id == supplier.id,
        Expenditure.status != ExpenditureStatus.REFUSED,
        Expenditure.payer == Payer.GRANT,
    )
    paid = int(db.session.scalar(query))
    if paid * 100 > LARGEST_SHARE * grant.amount:
        yield Flag(F.SHARE, percent=paid * 100 // grant.amount)


def _split(row: Expenditure) -> SupplierFlag | None:
    """Whether what was bought for one kind of cost comes to where quotations are asked, without any.

    Of one supplier, or else of several: one purchase may be written on the papers of two.
    """
    threshold = row.grant.quotations_from
    if threshold is None or row.purchase_id is not None:
        return None
    query = (
        db.select(Expenditure.supplier_id, db.func.sum(COUNTED))
        .join(BudgetLine, BudgetLine.id == Expenditure.budget_line_id)
        .where(
            Expenditure.grant_id == row.grant_id,
            Expenditure.purchase_id.is_(None),
            Expenditure.status != ExpenditureStatus.REFUSED,
            Expenditure.payer != Payer.IN_KIND,
            Expenditure.paid_on.between(row.paid_on - SPLIT_WITHIN, row.paid_on + SPLIT_WITHIN),
            BudgetLine.heading == row.budget_line.heading,
        )
        .group_by(Expenditure.supplier_id)
    )
    paid = {supplier_id: int(amount) for supplier_id, amount in db.session.execute(query)}
    if paid.get(row.supplier_id, 0) >= threshold:
        return F.SPLIT
    return F.SPLIT_SUPPLIERS if sum(paid.values()) >= threshold else None


def _percent_over_price(row: Expenditure) -> int:
    """How far the price of a unit lies over the highest one of the register, in percent; 0 where neither is known.

    Where nobody wrote how many were bought, all that was planned is taken for bought: that errs on the mild side.
    """
    line = row.budget_line
    register = prices.register_for(row.grant.association.ayil_okmotu, row.paid_on)
    listed = register.nearest(line.item, line.unit)
    quantity = row.quantity or line.quantity
    if listed is None or not quantity:
        return 0
    highest = listed.high * quantity
    return int((row.amount - highest) * 100 / highest) if row.amount > highest else 0
