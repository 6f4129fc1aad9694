"""Donors and funds: entered as the agreement says, and what stays once money has come."""

from dataclasses import replace
from datetime import date

import pytest

from app import clock
from app.services import donors, funds, ledger
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, LimitExceededError
from app.services.funds import FundInput
from models.audit import AuditEvent
from models.base import db
from models.funds import Donor, Emblem, Fund
from models.ledger import AccountKind
from tests.factories import Programme, three

CONTENT = FundInput(
    code="EU-2027",
    names=three("Фонд"),
    currency="EUR",
    amount=100_000_00,
    starts_on=date(2026, 1, 1),
    ends_on=date(2027, 12, 31),
    purpose=three("Айыл"),
    statement=three("Каржылайт"),
)


@pytest.fixture
def donor(programme: Programme) -> Donor:
    return donors.create("EU", three("Биримдик"), Emblem.EU, actor=Actor(programme.finance), now=clock.now())


def create(programme: Programme, donor: Donor, **changes: object) -> Fund:
    return funds.create(donor, replace(CONTENT, **changes), actor=Actor(programme.finance), now=clock.now())  # type: ignore[arg-type]


def test_a_donor_s_code_is_its_own(programme: Programme, donor: Donor) -> None:
    actor, now = Actor(programme.finance), clock.now()
    other = donors.create("CH", three("Өлкө"), Emblem.NONE, actor=actor, now=now)
    for act in (
        lambda: donors.create("EU", three("Экинчи"), Emblem.NONE, actor=actor, now=now),
        lambda: donors.change(other, "EU", three("Экинчи"), Emblem.NONE, actor=actor, now=now),
    ):
        with pytest.raises(AlreadyUsedError) as refused:
            act()
        assert refused.value.field == "code"
    donors.change(other, "CH", three("Башка"), Emblem.EU, actor=actor, now=now)
    assert (other.code, other.name_ru, other.emblem) == ("CH", "Башка ru", Emblem.EU)
    assert [one.code for one in donors.listed()] == ["CH", "EU"]
    last = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None and last.action == "donor.change"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 10**18}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"ends_on": date(2025, 12, 31)}, "ends_on"),
    ],
)
def test_a_fund_that_does_not_fit_is_refused_at_its_field(
    programme: Programme, donor: Donor, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        create(programme, donor, **changes)
    assert refused.value.field == field
    assert funds.by_code("EU-2027") is None


def test_a_fund_s_code_is_its_own(programme: Programme, donor: Donor) -> None:
    create(programme, donor)
    with pytest.raises(AlreadyUsedError):
        create(programme, donor)


def test_before_money_comes_everything_can_be_mended(programme: Programme, donor: Donor) -> None:
    fund = create(programme, donor)
    content = replace(CONTENT, code="EU-2028", currency="USD", amount=5_00)
    other = donors.create("US", three("Башка"), Emblem.NONE, actor=Actor(programme.finance), now=clock.now())
    funds.change(fund, other, content, actor=Actor(programme.finance), now=clock.now())
    assert (fund.code, fund.currency, fund.amount, fund.donor_id) == ("EU-2028", "USD", 5_00, other.id)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "NEW"}, DomainError),
        ({"currency": "USD"}, DomainError),
        ({"amount": 99_999_99}, LimitExceededError),
        ({"amount": 200_000_00, "ends_on": date(2028, 6, 30)}, None),
    ],
)
def test_once_money_has_come_the_books_stay(
    programme: Programme, changes: dict[str, object], error: type[DomainError] | None
) -> None:
    fund = programme.make_fund("KEPT", amount=100_000_00)
    names = three("Жаңы")
    content = replace(CONTENT, **({"code": "KEPT", "currency": "KGS", "names": names} | changes))  # type: ignore[arg-type]
    actor, now = Actor(programme.finance), clock.now()
    if error is None:
        funds.change(fund, fund.donor, content, actor=actor, now=now)
        assert (fund.amount, fund.name_en) == (200_000_00, "Жаңы en")
        return
    with pytest.raises(error) as refused:
        funds.change(fund, fund.donor, content, actor=actor, now=now)
    assert refused.value.field in changes
    assert (fund.code, fund.currency, fund.amount) == ("KEPT", "KGS", 100_000_00)


def test_another_donor_cannot_take_a_fund_that_holds_money(programme: Programme, donor: Donor) -> None:
    fund = programme.make_fund("KEPT", amount=100_000_00)
    content = replace(CONTENT, code="KEPT", currency="KGS")
    with pytest.raises(DomainError) as refused:
        funds.change(fund, donor, content, actor=Actor(programme.finance), now=clock.now())
    assert refused.value.field == "donor"


def test_what_a_bank_rounds_otherwise_goes_to_the_rounding_account(programme: Programme, donor: Donor) -> None:
    """The fund has what the bank credited, to the tyiyn; more than rounding is another rate."""
    fund = create(programme, donor)
    programme.make_rate("EUR", on=date(2026, 10, 1))
    by = {"received_on": date(2026, 10, 1), "actor": Actor(programme.finance), "now": clock.now()}
    first = funds.receive(fund, 1_000_33, bank_reference="B-1", **by)
    less = funds.receive(fund, 1_000_33, bank_reference="B-2", credited=first.amount_kgs - 7, **by)
    more = funds.receive(fund, 1_000_33, bank_reference="B-3", credited=first.amount_kgs + 100, **by)
    assert [less.amount_kgs, more.amount_kgs] == [first.amount_kgs - 7, first.amount_kgs + 100]
    assert funds.position(fund).available == funds.position(fund).received == 3 * first.amount_kgs + 93
    rounding = ledger.account(AccountKind.ROUNDING, fund_id=fund.id)
    assert ledger.balance(rounding) == -93
    for credited in (first.amount_kgs + 101, first.amount_kgs - 101):
        with pytest.raises(LimitExceededError) as refused:
            funds.receive(fund, 1_000_33, bank_reference="B-4", credited=credited, **by)
        assert refused.value.field == "credited"
