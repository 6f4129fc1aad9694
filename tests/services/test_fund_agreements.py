"""What is agreed with donors: entered, kept once money has come, held back from grants, reported on."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app import clock
from app.services import (
    applications,
    calls,
    donors,
    fund_agreements,
    funding_reports,
    funds,
    reporting_dates,
)
from app.services.actors import Actor
from app.services.calls import allocations
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from app.services.fund_agreements import FundInput
from models.applications import BudgetHeading, Payer
from models.audit import AuditEvent
from models.base import db
from models.funds import Donor, Emblem, Fund
from models.notifications import Notification
from models.reporting_dates import ReportingDate
from tests.factories import SOM, Programme, three

pytestmark = pytest.mark.either_database

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
    return fund_agreements.create(donor, replace(CONTENT, **changes), actor=Actor(programme.finance), now=clock.now())  # type: ignore[arg-type]


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
    fund_agreements.change(fund, other, content, actor=Actor(programme.finance), now=clock.now())
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
        fund_agreements.change(fund, fund.donor, content, actor=actor, now=now)
        assert (fund.amount, fund.name_en) == (200_000_00, "Жаңы en")
        return
    with pytest.raises(error) as refused:
        fund_agreements.change(fund, fund.donor, content, actor=actor, now=now)
    assert refused.value.field in changes
    assert (fund.code, fund.currency, fund.amount) == ("KEPT", "KGS", 100_000_00)


def test_another_donor_cannot_take_a_fund_that_holds_money(programme: Programme, donor: Donor) -> None:
    fund = programme.make_fund("KEPT", amount=100_000_00)
    content = replace(CONTENT, code="KEPT", currency="KGS")
    with pytest.raises(DomainError) as refused:
        fund_agreements.change(fund, donor, content, actor=Actor(programme.finance), now=clock.now())
    assert refused.value.field == "donor"


# What grants may pay for ------------------------------------------------------------------------------------------


def agree(programme: Programme, fund: Fund, **changes: object) -> None:
    """Change what the agreement of a fund says."""
    content = FundInput(
        fund.code, fund.names, fund.currency, fund.amount, fund.starts_on, fund.ends_on, fund.purpose, fund.statement
    )
    content = replace(content, **changes)  # type: ignore[arg-type]
    fund_agreements.change(fund, fund.donor, content, actor=Actor(programme.finance), now=clock.now())


def test_a_grant_pays_only_for_what_every_fund_of_its_call_pays_for(programme: Programme) -> None:
    call = programme.make_call(is_open=False, with_dry_run=False)
    agree(programme, programme.fund, eligible_headings=(BudgetHeading.EQUIPMENT, BudgetHeading.WORKS))
    assert allocations.headings_paid(call) == [BudgetHeading.EQUIPMENT, BudgetHeading.WORKS]
    other = programme.make_fund()
    agree(programme, other, eligible_headings=(BudgetHeading.WORKS, BudgetHeading.TRAINING))
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    allocations.save(call, None, fund=other, oblast=None, amount=2_000_000 * SOM, **by)
    assert allocations.headings_paid(call) == [BudgetHeading.WORKS]
    agree(programme, other, eligible_headings=(BudgetHeading.TRAINING,))
    unmet = [one.found.message for one in calls.checklist(call) if not one.met]
    assert any("pay for no kind of cost" in one for one in unmet)


def test_a_line_the_grant_may_not_pay_is_refused_and_named_before_sign_off(programme: Programme) -> None:
    application = programme.make_application()
    line = next(one for one in application.budget_lines if one.payer is Payer.GRANT)
    programme.fund.eligible_headings = [one.value for one in BudgetHeading if one is not line.heading]
    db.session.flush()
    with pytest.raises(DomainError) as refused:
        applications.add_budget_line(
            application,
            heading=line.heading,
            item="Сүт муздаткыч",
            unit="даана",
            quantity=Decimal(1),
            unit_cost=100,
            payer=Payer.GRANT,
            actor=Actor(programme.secretary),
            now=clock.now(),
        )
    assert refused.value.field == "heading"
    named = [gap.problem.message for gap in applications.lacking(application, clock.now()) if gap.part == "budget"]
    assert any("does not pay for" in one for one in named)


def test_what_an_open_call_counts_on_stays_eligible(programme: Programme) -> None:
    programme.make_call()
    with pytest.raises(DomainError) as refused:
        agree(programme, programme.fund, eligible_headings=(BudgetHeading.EQUIPMENT,))
    assert refused.value.field == "eligible_headings"
    with pytest.raises(IncompleteError):
        agree(programme, programme.fund, eligible_headings=())


# What is held back ------------------------------------------------------------------------------------------------


def test_what_the_agreement_keeps_cannot_be_promised(programme: Programme) -> None:
    fund = programme.make_fund("KEPT", amount=1_000_33)
    agree(programme, fund, indirect_percent=7, contingency_percent=5)
    reservation = fund_agreements.reservation_of(fund)
    assert reservation.held_back == funds.HeldBack(70_02, 50_01), "each rounded down to the tyiyn"
    assert reservation.free == reservation.available - 120_03 == allocations.free(fund, beside=programme.make_call())


def test_what_is_promised_cannot_be_held_back_afterwards(programme: Programme) -> None:
    programme.make_call()  # promises 5 000 000 of 100 000 000 som
    agree(programme, programme.fund, contingency_percent=95)
    with pytest.raises(LimitExceededError) as refused:
        agree(programme, programme.fund, contingency_percent=96)
    assert refused.value.field == "contingency_percent"
    assert fund_agreements.reservation_of(programme.fund).free == 0
    agree(programme, programme.fund, contingency_percent=0)


# Reports to the donor ---------------------------------------------------------------------------------------------


def due(
    programme: Programme, fund: Fund, first: date, last: date, by: date, *, is_final: bool = False
) -> ReportingDate:
    return reporting_dates.enter(
        fund,
        starts_on=first,
        ends_on=last,
        due_on=by,
        is_final=is_final,
        actor=Actor(programme.finance),
        now=clock.now(),
    )


def test_reports_are_due_by_the_agreement(programme: Programme, donor: Donor) -> None:
    fund = create(programme, donor)
    due(programme, fund, date(2026, 1, 1), date(2026, 6, 30), date(2026, 8, 31))
    due(programme, fund, date(2026, 1, 1), date(2027, 12, 31), date(2028, 3, 31), is_final=True)
    for first, last, by, is_final, field in (
        (date(2026, 6, 30), date(2026, 12, 31), date(2027, 2, 28), False, "starts_on"),
        (date(2025, 12, 31), date(2026, 1, 31), date(2027, 2, 28), False, "starts_on"),
        (date(2026, 7, 1), date(2026, 6, 30), date(2027, 2, 28), False, "ends_on"),
        (date(2026, 7, 1), date(2026, 12, 31), date(2026, 12, 31), False, "due_on"),
        (date(2026, 7, 1), date(2026, 12, 31), date(2027, 2, 28), True, "is_final"),
    ):
        with pytest.raises(DomainError) as refused:
            due(programme, fund, first, last, by, is_final=is_final)
        assert refused.value.field == field
    assert [one.due_on for one in reporting_dates.of(fund)] == [date(2026, 8, 31), date(2028, 3, 31)]
    texts = [(one.due_on, one.text) for one in reporting_dates.tasks(programme.finance, clock.now())]
    assert texts == [(date(2026, 8, 31), "Report to the donor")], "the one of 2028 is far off"


def test_only_the_frozen_report_of_the_period_is_recorded_as_sent(programme: Programme, donor: Donor) -> None:
    fund, now, reader = create(programme, donor), clock.now(), programme.secretary
    by = {"actor": Actor(programme.finance), "now": now}
    one = due(programme, fund, date(2026, 1, 1), date(2026, 6, 30), date(2026, 8, 31))
    ask = {"locale": "ky", **by}
    unfinished = funding_reports.request(fund, starts_on=one.starts_on, ends_on=one.ends_on, **ask)
    other = funding_reports.request(fund, starts_on=one.starts_on, ends_on=date(2026, 6, 29), **ask)
    report = funding_reports.request(fund, starts_on=one.starts_on, ends_on=one.ends_on, **ask)
    for made in (other, report):
        funding_reports.freeze(made, "{}", now=now)
    today = clock.bishkek_day(now)
    for wrong, day in ((unfinished, today), (other, today), (report, today - timedelta(days=1))):
        with pytest.raises(DomainError):
            reporting_dates.send(one, wrong, sent_on=day, **by)
    reporting_dates.send(one, report, sent_on=today, **by)
    assert (one.report_id, one.sent_on) == (report.id, today)
    for act in (
        lambda: reporting_dates.remove(one, **by),
        lambda: reporting_dates.send(one, report, sent_on=today, **by),
    ):
        with pytest.raises(DomainError):
            act()
    told = db.session.scalars(db.select(Notification).where(Notification.user_id == reader.id))
    assert any("was sent on" in one.message for one in told)
