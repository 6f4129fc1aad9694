"""Suppliers: registered once, flagged where they touch the people of a grant, merged without losing a document."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app import clock
from app.services import audit, expenditures, ledger, prices, supplier_flags, suppliers
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from app.services.prices import Item, Quote
from app.services.suppliers import Details
from models.applications import Payer
from models.audit import AuditEvent
from models.base import db
from models.expenditures import Expenditure, ExpenditureStatus
from models.grants import TrancheStatus
from models.ledger import AccountKind
from models.prices import PriceKind
from models.suppliers import Supplier, SupplierFlag
from tests.factories import SOM
from tests.support.shelf import kept

F = SupplierFlag


@pytest.fixture
@kept
def grant(programme):
    made = programme.make_grant("active", is_matched=True)
    programme.advance(made.tranches[0], TrancheStatus.CONFIRMED)
    return made


def named(programme, grant, name, details=Details(), *, is_another=True):  # noqa: B008 - it is frozen
    actor = programme.chair_actor(grant)
    return suppliers.named(name, details, is_another=is_another, actor=actor, now=clock.now())


def bought(programme, grant, supplier, amount=10_000 * SOM, number="СФ-1", quantity=None, payer=Payer.GRANT):
    return expenditures.record(
        grant,
        next(one for one in grant.application.budget_lines if one.payer is payer),
        title="Муздаткыч",
        amount=amount,
        paid_on=clock.bishkek_day(clock.now()) - timedelta(days=1),
        supplier=supplier,
        document_number=number,
        quantity=quantity,
        actor=programme.chair_actor(grant),
        now=clock.now(),
    )


def kinds(row):
    return {flag.kind for flag in supplier_flags.of_expenditure(row)}


def test_a_name_is_registered_once_and_one_much_like_it_is_asked_about(programme, grant):
    first = named(programme, grant, "ОсОО «Айкөл»", Details(phone="0555 112233"))
    assert named(programme, grant, "осоо «айкол»", Details(phone="1", tax_number="123"), is_another=False) is first
    assert (first.phone, first.tax_number) == ("0555 112233", "123"), "filled in, nothing changed"
    assert first.has_odd_tax_number
    for other, details in (("Айкол", Details()), ("Башка дүкөн", Details(phone="+996 555 11-22-33"))):
        with pytest.raises(AlreadyUsedError) as refusal:
            named(programme, grant, other, details, is_another=False)
        assert refusal.value.parameters["names"] == "ОсОО «Айкөл»"
    other = named(programme, grant, "Айкол")
    assert other.id != first.id
    assert [one.id for one in suppliers.alike(first.name, suppliers.details_of(first), besides=first.id)] == [other.id]
    details = suppliers.details_of(other)
    suppliers.save(other, other.name, details, is_active=False, actor=Actor(programme.finance), now=clock.now())
    with pytest.raises(DomainError, match="мындан ары иштебейт"):
        named(programme, grant, "Айкол")


def test_who_filled_in_what_is_known_stands_in_the_history(programme, grant):
    """A supplier belongs to the whole programme: what one village writes of it, another one pays by."""
    firm = named(programme, grant, "Айкөл", Details(phone="0555 112233"))
    named(programme, grant, "Айкөл", Details(phone="0700 000000"))
    assert acts_on(firm) == [("supplier.fill_in", {"phone": ["", "…2233"]}), ("supplier.register", None)]
    named(programme, grant, "Айкөл", Details(account_number="1030120000456789"))
    written = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert written.actor_id == programme.chair_actor(grant).user_id
    assert acts_on(firm)[0] == ("supplier.fill_in", {"account_number": ["", "…6789"]})
    by = {"actor": Actor(programme.finance), "now": clock.now()}
    suppliers.save(firm, firm.name, Details(phone="0700 000001"), is_active=True, **by)
    assert acts_on(firm)[0] == ("supplier.save", {"phone": ["…2233", "…0001"], "account_number": ["…6789", ""]})
    other = named(programme, grant, "Айкөл дүкөнү", Details(tax_number="12345678901234"))
    suppliers.merge(other, firm, reason="Бир ИНН", **by)
    assert acts_on(firm)[0] == ("supplier.fill_in", {"tax_number": ["", "…1234"]})
    assert acts_on(other)[0][0] == "supplier.merge"


def acts_on(firm):
    found = audit.latest(subject=audit.subject_of(firm))
    return [(one.action, json.loads(one.details).get("known")) for one in found]


def test_two_entries_become_one_unless_a_document_would_count_twice(programme, grant):
    keep, other = named(programme, grant, "Айкөл"), named(programme, grant, "Айкол дүкөнү", Details(tax_number="7"))
    bought(programme, grant, keep)
    twice, moved = bought(programme, grant, other), bought(programme, grant, other, number="СФ-2")
    by = {"reason": "Бир ИНН", "actor": Actor(programme.finance), "now": clock.now()}
    with pytest.raises(AlreadyUsedError, match="СФ-1 номерлүү"):
        suppliers.merge(other, keep, **by)
    assert moved.supplier_id == other.id
    expenditures.refuse(twice, **by)
    suppliers.merge(other, keep, **by)
    assert {one.supplier_id for one in expenditures.of_grant(grant)} == {keep.id}
    assert keep.tax_number == "7"
    assert named(programme, grant, "айкол дукону") is keep, "the name that was merged finds the one that is kept"
    with pytest.raises(DomainError):
        suppliers.merge(other, keep, **by)
    assert [one.amount for one in suppliers.listed("айк", frozenset(), page=1, size=5)] == [20_000 * SOM]
    assert suppliers.listed("айк", frozenset({grant.id}), page=1, size=5)[0].amount == 0
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        values = {"supplier_id": keep.id, "status": ExpenditureStatus.RECORDED}
        db.session.execute(sa.update(Expenditure).where(Expenditure.id == twice.id).values(**values))


def test_whoever_is_near_the_grant_is_flagged(programme, grant):
    member = grant.association.memberships[-1].person
    words = member.full_name.split()
    reviewer = programme.reviewers[0].person
    reviewer.phone = "0700998877"
    programme.make_contribution(grant)
    account = grant.association.payout_account.number
    sender = db.session.scalar(sa.text("SELECT sender_name FROM contributions ORDER BY id DESC"))
    cases = [
        (f"ИП {' '.join(reversed(words))}", Details(), F.MEMBER),
        ("Дүкөн Бир", Details(phone="+996 (700) 99-88-77"), F.COUNCIL),
        ("Дүкөн Эки", Details(account_number=f"{account[:4]} {account[4:]}"), F.ACCOUNT),
        (f"чп {sender}", Details(), F.CONTRIBUTOR),
        (f"ЖК {programme.operator_of(grant.association.centre).person.full_name}", Details(), F.STAFF),
    ]
    for number, (name, details, kind) in enumerate(cases):
        supplier = named(programme, grant, name, details)
        row = bought(programme, grant, supplier, amount=100 * SOM, number=str(number))
        assert kind in kinds(row), name
    plain = bought(programme, grant, named(programme, grant, "ОсОО Нур-Сервис"), amount=100 * SOM, number="99")
    assert kinds(plain) == set()
    half = bought(programme, grant, plain.supplier, amount=grant.amount // 2 - 100 * SOM, number="98")
    assert kinds(half) == set(), "half of the grant is not more than half"
    assert kinds(bought(programme, grant, plain.supplier, amount=1, number="97")) == {F.SHARE}


def test_a_price_far_over_the_register_is_flagged_by_the_piece(programme, grant):
    line = next(one for one in grant.application.budget_lines if one.payer is Payer.GRANT)
    names, unit = dict.fromkeys(("ky", "ru", "en"), line.item), dict.fromkeys(("ky", "ru", "en"), line.unit)
    today = clock.bishkek_day(clock.now())
    quote = Quote(900 * SOM, "Базар", today - timedelta(days=30), low=800 * SOM, high=1_000 * SOM)
    prices.add(Item(PriceKind.MARKET, names, unit, None), quote, actor=None, now=clock.now())
    supplier = named(programme, grant, "ОсОО Нур-Сервис")
    fair = bought(programme, grant, supplier, 12_000 * SOM, "1", Decimal(10))
    dear = bought(programme, grant, supplier, 12_100 * SOM, "2", Decimal(10))
    assert F.PRICE not in kinds(fair)
    assert F.PRICE in kinds(dear)


def test_what_is_flagged_is_looked_at_before_it_is_accepted(programme, grant):
    member = grant.association.memberships[-1].person
    row = bought(programme, grant, named(programme, grant, member.full_name))
    chair, finance = programme.chair_actor(grant), Actor(programme.finance)
    expenditures.attach(row, "invoice", programme.make_pdf(), storage=programme.storage, actor=chair, now=clock.now())
    with pytest.raises(IncompleteError, match="Белгиленген нерсе бар"):
        expenditures.accept(row, actor=finance, now=clock.now())
    with pytest.raises(IncompleteError):
        expenditures.look_at(row, reason=" ", actor=finance, now=clock.now())
    expenditures.look_at(row, reason="Айылда башка усталар жок", actor=finance, now=clock.now())
    told = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert told.action == "expenditure.look_at" and "member" in row.seen_flags
    row.supplier.account_number = grant.association.payout_account.number  # what is flagged later is looked at anew
    with pytest.raises(IncompleteError, match="Белгиленген нерсе бар"):
        expenditures.accept(row, actor=finance, now=clock.now())
    expenditures.look_at(row, reason="Эсеп текшерилди", actor=finance, now=clock.now())
    expenditures.accept(row, actor=finance, now=clock.now())
    assert row.status is ExpenditureStatus.ACCEPTED and row.accepted_amount == row.amount


def test_a_part_is_booked_and_the_rest_is_free_again(programme, grant):
    row = programme.make_expenditure(grant, amount=50_000 * SOM)
    left = {use.line.id: use.left for use in expenditures.by_line(grant)}
    by = {"actor": Actor(programme.finance), "now": clock.now()}
    for amount in (0, row.amount, row.amount + 1):
        with pytest.raises(LimitExceededError):
            expenditures.accept_part(row, amount, reason="Ашыкча", **by)
    with pytest.raises(IncompleteError):
        expenditures.accept_part(row, 30_000 * SOM, reason="", **by)
    expenditures.accept_part(row, 30_000 * SOM, reason="Жеткирүү келишимде жок", **by)
    assert ledger.balances((AccountKind.SPENT,), grant_id=grant.id)[AccountKind.SPENT] == 30_000 * SOM
    now_left = {use.line.id: use.left for use in expenditures.by_line(grant)}
    assert now_left[row.budget_line_id] - left[row.budget_line_id] == 20_000 * SOM
    assert expenditures.spent_on(row.budget_line) == 30_000 * SOM == row.counted
    for broken in ("accepted_amount = amount + 1", "reason = ''", "accepted_amount = NULL", "seen_at = recorded_at"):
        with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
            db.session.execute(sa.text(f"UPDATE expenditures SET {broken} WHERE id = {row.id}"))
    assert db.session.scalar(db.select(db.func.count()).select_from(Supplier)) == 1


def test_what_the_donor_does_not_pay_for_is_refused(programme, grant):
    supplier = named(programme, grant, "ОсОО Нур-Сервис")
    line = next(one for one in grant.application.budget_lines if one.payer is Payer.GRANT)
    grant.fund.eligible_headings = [one for one in grant.fund.eligible_headings if one != line.heading.value]
    with pytest.raises(DomainError) as refusal:
        bought(programme, grant, supplier)
    assert refusal.value.field == "budget_line"
    line.payer = Payer.COMMUNITY  # what the village pays for is its own affair
    assert bought(programme, grant, supplier, payer=Payer.COMMUNITY).amount == 10_000 * SOM
