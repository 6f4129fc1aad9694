"""Purchases: what is dear is bought by one of three quotations, within its price, or by an exception of two people."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import purchases, supplier_flags, suppliers
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from app.services.suppliers import Details
from models.applications import Payer
from models.base import db
from models.grants import TrancheStatus
from models.purchases import PurchaseStatus, Quotation
from models.suppliers import SupplierFlag
from tests.factories import SOM
from tests.support.queries import unprotect

DEAR = 30_000 * SOM


@pytest.fixture
def grant(programme: Any) -> Any:
    made = programme.make_grant("active", is_matched=True)
    made.quotations_from = DEAR
    programme.advance(made.tranches[0], TrancheStatus.CONFIRMED)
    return made


def line_of(grant: Any) -> Any:
    return next(one for one in grant.application.budget_lines if one.payer is Payer.GRANT)


def supplier(programme: Any, grant: Any, name: str, **details: str) -> Any:
    actor = programme.chair_actor(grant)
    return suppliers.named(name, Details(**details), is_another=True, actor=actor, now=clock.now())


def asked(programme: Any, grant: Any, *amounts: int) -> Any:
    """A purchase with a quotation of so many som from each of "ОсОО Айкөл 1", 2 …"""
    by = {"actor": programme.chair_actor(grant), "now": clock.now()}
    row = purchases.begin(grant, line_of(grant).heading, "Сүт муздаткыч", **by)
    for number, amount in enumerate(amounts, start=1):
        quoted(programme, row, f"Айкөл {number}", amount)
    return row


def quoted(programme: Any, row: Any, name: str, som: int, **changes: Any) -> Any:
    fields: dict[str, Any] = {"amount": som * SOM, "quoted_on": clock.now().date(), "upload": programme.make_pdf()}
    by = {"storage": programme.storage, "actor": programme.chair_actor(row.grant), "now": clock.now()}
    return purchases.quote(row, supplier(programme, row.grant, name), **(fields | changes), **by)


def test_what_is_dear_needs_a_quotation_taken_and_stays_within_it(programme: Any, grant: Any) -> None:
    by = {"actor": programme.chair_actor(grant), "now": clock.now()}
    with pytest.raises(IncompleteError) as refusal:
        programme.make_expenditure(grant, amount=DEAR, with_scan=False)
    assert refusal.value.field == "purchase"
    programme.make_expenditure(grant, amount=DEAR - 1, with_scan=False)
    row = asked(programme, grant, 33_000, 31_000)
    with pytest.raises(IncompleteError):
        purchases.choose(row, row.quotations[1], reason="", **by)
    third = quoted(programme, row, "Айкөл 3", 35_000)
    with pytest.raises(IncompleteError) as refusal:
        purchases.choose(row, third, reason=" ", **by)
    assert refusal.value.field == "reason", "it is not the cheapest"
    purchases.choose(row, row.quotations[1], reason="", **by)
    assert row.status is PurchaseStatus.CHOSEN and purchases.taken(row) is row.quotations[1]
    firm = row.quotations[1].supplier
    for field, changes in (
        ("supplier", {"supplier": row.quotations[0].supplier}),
        ("amount", {"supplier": firm, "amount": 31_000 * SOM + 1}),
    ):
        with pytest.raises(DomainError) as wrong:
            programme.make_expenditure(grant, **({"amount": DEAR, "purchase": row, "with_scan": False} | changes))
        assert wrong.value.field == field
    bought = programme.make_expenditure(grant, supplier=firm, purchase=row, amount=DEAR, with_scan=False)
    assert purchases.paid_by(row) == DEAR and supplier_flags.of_expenditure(bought) == [
        one
        for one in supplier_flags.of_expenditure(bought)
        if one.kind not in {SupplierFlag.SPLIT, SupplierFlag.SPLIT_SUPPLIERS}
    ]
    with pytest.raises(DomainError):
        purchases.reopen(row, **by)
    with pytest.raises(DomainError) as wrong:
        programme.make_expenditure(grant, supplier=firm, purchase=row, amount=1_001 * SOM, with_scan=False)
    assert wrong.value.field == "amount", "1 000 som of the quotation are left"


def test_what_is_bought_in_parts_is_flagged(programme: Any, grant: Any) -> None:
    firm = supplier(programme, grant, "Айкөл")
    first = programme.make_expenditure(grant, supplier=firm, amount=DEAR // 2, with_scan=False)
    assert SupplierFlag.SPLIT not in {one.kind for one in supplier_flags.of_expenditure(first)}
    programme.make_expenditure(grant, supplier=firm, amount=DEAR // 2, with_scan=False)
    assert SupplierFlag.SPLIT in {one.kind for one in supplier_flags.of_expenditure(first)}
    grant.quotations_from = None
    assert SupplierFlag.SPLIT not in {one.kind for one in supplier_flags.of_expenditure(first)}


def test_what_is_bought_of_several_suppliers_in_parts_is_flagged(programme: Any, grant: Any) -> None:
    """One purchase on the papers of two: each below the sum from which quotations are asked, together at it."""
    one, other = supplier(programme, grant, "Айкөл"), supplier(programme, grant, "Нур-Сервис")
    first = programme.make_expenditure(grant, supplier=one, amount=DEAR // 2, with_scan=False)
    second = programme.make_expenditure(grant, supplier=other, amount=DEAR // 2 - 1, with_scan=False)

    def kinds(row: Any) -> set[SupplierFlag]:
        found = {flag.kind for flag in supplier_flags.of_expenditure(row)}
        return found & {SupplierFlag.SPLIT, SupplierFlag.SPLIT_SUPPLIERS}

    assert kinds(first) == kinds(second) == set(), "a tyiyn below it"
    third = programme.make_expenditure(grant, supplier=other, amount=1, with_scan=False)
    assert kinds(first) == kinds(second) == kinds(third) == {SupplierFlag.SPLIT_SUPPLIERS}
    unprotect("expenditures")  # the days are changed to look at the edges
    first.paid_on -= supplier_flags.SPLIT_WITHIN
    db.session.flush()
    assert kinds(third) == {SupplierFlag.SPLIT_SUPPLIERS}, "thirty days lie between them"
    first.paid_on -= timedelta(days=1)
    db.session.flush()
    assert kinds(first) == kinds(third) == set()
    first.paid_on = second.paid_on
    programme.make_expenditure(grant, supplier=one, amount=DEAR // 2, with_scan=False)
    assert kinds(first) == {SupplierFlag.SPLIT}, "of one supplier it is said of that one"
    assert kinds(second) == {SupplierFlag.SPLIT_SUPPLIERS}


def test_a_merged_supplier_keeps_its_quotation(programme: Any, grant: Any) -> None:
    """What was asked stays as it was written; its documents come from the entry that is kept."""
    by = {"actor": programme.chair_actor(grant), "now": clock.now()}
    row = asked(programme, grant, 33_000, 31_000, 35_000)
    taken = row.quotations[1]
    keep, merged = supplier(programme, grant, "Нур-Сервис"), taken.supplier
    purchases.choose(row, taken, reason="", **by)
    suppliers.merge(merged, keep, reason="Бир ИНН", actor=Actor(programme.finance), now=clock.now())
    assert taken.supplier_id == merged.id
    with pytest.raises(DomainError) as wrong:
        other = row.quotations[0].supplier
        programme.make_expenditure(grant, supplier=other, purchase=row, amount=DEAR, with_scan=False)
    assert wrong.value.field == "supplier"
    for written in (keep, merged, suppliers.Written("айкол 2", Details(), is_another=False)):
        bought = programme.make_expenditure(grant, supplier=written, purchase=row, amount=10_000 * SOM, with_scan=False)
        assert bought.supplier_id == keep.id


def test_two_entries_of_one_supplier_are_one_of_three(programme: Any, grant: Any) -> None:
    by = {"actor": programme.chair_actor(grant), "now": clock.now()}
    row = asked(programme, grant, 33_000, 31_000, 35_000)
    first, second = row.quotations[0].supplier, row.quotations[1].supplier
    suppliers.merge(first, second, reason="Бир ИНН", actor=Actor(programme.finance), now=clock.now())
    assert purchases.same_contact(row) == [(first, second)]
    with pytest.raises(IncompleteError):
        purchases.choose(row, row.quotations[1], reason="", **by)
    with pytest.raises(AlreadyUsedError):
        quoted(programme, row, "Айкөл 1", 30_000)
    quoted(programme, row, "Айкөл 4", 36_000)
    purchases.choose(row, row.quotations[1], reason="", **by)


def test_one_offer_is_no_second_one(programme: Any, grant: Any) -> None:
    row, scan = asked(programme, grant, 33_000), programme.make_pdf()
    with pytest.raises(AlreadyUsedError) as refusal:
        quoted(programme, row, "Айкөл 1", 30_000)
    assert refusal.value.field == "supplier"
    quoted(programme, row, "Айкөл 2", 30_000, upload=scan)
    for field, changes in (
        ("upload", {"upload": scan}),
        ("amount", {"amount": 0}),
        ("quoted_on", {"quoted_on": clock.now().date() + timedelta(days=1)}),
    ):
        with pytest.raises(DomainError) as wrong:
            quoted(programme, row, "Айкөл 3", 30_000, **changes)
        assert wrong.value.field == field
    one, other = row.quotations[:2]
    assert purchases.same_contact(row) == []
    one.supplier.phone, other.supplier.phone = "+996 555 123456", "0555123456"
    assert purchases.same_contact(row) == [(one.supplier, other.supplier)]


def test_an_exception_is_asked_by_one_and_allowed_by_another(programme: Any, grant: Any) -> None:
    row, now = asked(programme, grant, 33_000), clock.now()
    chair, finance = programme.chair_actor(grant), Actor(programme.finance)
    with pytest.raises(IncompleteError):
        purchases.ask_exception(row, row.quotations[0], reason="", actor=chair, now=now)
    purchases.ask_exception(row, row.quotations[0], reason="Облуста бир эле сатуучу", actor=chair, now=now)
    firm = row.quotations[0].supplier
    with pytest.raises(DomainError) as refusal:
        programme.make_expenditure(grant, supplier=firm, purchase=row, amount=DEAR, with_scan=False)
    assert refusal.value.field == "purchase", "it is not allowed yet"
    with pytest.raises(SeparationOfDutyError):
        purchases.allow(row, actor=chair, now=now)
    purchases.refuse(row, reason="Ошто да сатышат", actor=finance, now=now)
    assert row.status is PurchaseStatus.OPEN and purchases.taken(row) is None
    purchases.ask_exception(row, row.quotations[0], reason="Ошто жок экен", actor=chair, now=now)
    purchases.allow(row, actor=finance, now=now)
    assert purchases.to_buy_by(grant) == [row]
    programme.make_expenditure(grant, supplier=firm, purchase=row, amount=DEAR, with_scan=False)


def test_the_database_refuses_one_person_and_two_taken(programme: Any, grant: Any) -> None:
    row = asked(programme, grant, 33_000, 31_000, 32_000)
    chair = programme.chair_actor(grant)
    purchases.ask_exception(row, row.quotations[0], reason="Башка жок", actor=chair, now=clock.now())
    db.session.commit()
    row.status, row.allowed_by_id, row.allowed_at = PurchaseStatus.EXEMPT, row.asked_by_id, clock.now()
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
    other = db.session.scalars(db.select(Quotation).where(~Quotation.is_chosen)).first()
    other.is_chosen = True
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
