"""Spending reports: one chain of periods, decided by another person, closed to what comes late."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock
from app.services import documents, expenditure_reports, expenditures, gates, overrides
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError, SeparationOfDutyError
from app.services.expenditure_reports import OFF_BUDGET, HeadingUse
from models.applications import BudgetHeading, Payer
from models.base import db
from models.documents import DocumentKind
from models.expenditure_reports import ExpenditureReport, ExpenditureReportStatus
from models.expenditures import ExpenditureStatus
from models.grants import TrancheStatus
from models.overrides import OverridableCondition
from tests.factories import SOM
from tests.support.databases import FULL
from tests.support.shelf import kept

R = ExpenditureReportStatus


@pytest.fixture
@kept
def grant(programme):
    made = programme.make_grant("active", is_matched=True)
    programme.advance(made.tranches[0], TrancheStatus.CONFIRMED)
    return made


def drafted(programme, grant, ends_on=None):
    now = clock.now()
    day = ends_on or clock.bishkek_day(now)
    return expenditure_reports.draft(grant, day, actor=programme.chair_actor(grant), now=now)


def handed_in(programme, report, explanation=""):
    actor = programme.chair_actor(report.grant)
    expenditure_reports.submit(report, explanation=explanation, actor=actor, now=clock.now())
    return report


def test_a_report_is_handed_in_with_every_scan_and_accepted_with_every_document(programme, grant):
    now, finance = clock.now(), Actor(programme.finance)
    whole = programme.make_expenditure(grant, with_scan=False)
    report = drafted(programme, grant)
    with pytest.raises(IncompleteError, match=whole.document_number):
        handed_in(programme, report)
    scan = {"storage": programme.storage, "actor": programme.chair_actor(grant), "now": now}
    expenditures.attach(whole, DocumentKind.INVOICE, programme.make_pdf(), **scan)
    part = programme.make_expenditure(grant, amount=5_000 * SOM)
    handed_in(programme, report)
    with pytest.raises(DomainError) as late:
        programme.make_expenditure(grant)
    assert late.value.field == "paid_on"
    with pytest.raises(IncompleteError):
        expenditure_reports.accept(report, actor=finance, now=now)
    expenditure_reports.return_(report, reason="Актысы жок", actor=finance, now=now)
    programme.make_expenditure(grant, ExpenditureStatus.REFUSED)
    handed_in(programme, report)
    assert (report.status, report.decided_at) == (R.SUBMITTED, None)
    expenditures.accept(whole, actor=finance, now=now)
    expenditures.accept_part(part, 4_000 * SOM, reason="Жеткирүү кирбейт", actor=finance, now=now)
    assert expenditure_reports.accepted_through(grant) is None
    expenditure_reports.accept(report, actor=finance, now=now)
    assert expenditure_reports.accepted_through(grant) == report.ends_on
    assert len(expenditure_reports.lines(report)) == 3
    use = next(one for one in expenditure_reports.uses(report) if one.in_period)
    assert use.in_period == use.to_date == whole.amount + 4_000 * SOM
    assert documents.of(whole)


def test_the_periods_of_a_grant_are_one_chain(programme, grant):
    today, finance, now = clock.bishkek_day(clock.now()), Actor(programme.finance), clock.now()
    first = drafted(programme, grant, today + timedelta(days=9))
    with pytest.raises(DomainError, match="бүтө элек"):
        handed_in(programme, first)
    assert drafted(programme, grant, today - timedelta(days=1)) is first, "a draft is given another day"
    handed_in(programme, first)
    second = drafted(programme, grant)
    assert (second.sequence, second.starts_on) == (2, today)
    handed_in(programme, second)
    with pytest.raises(IncompleteError, match="Мурунку мезгил"):
        expenditure_reports.accept(second, actor=finance, now=now)
    expenditure_reports.accept(first, actor=finance, now=now)
    expenditure_reports.return_(second, reason="Кол жок", actor=finance, now=now)
    with pytest.raises(DomainError, match="кайра тапшырыңыз"):
        expenditure_reports.next_period(grant)
    for day in (today - timedelta(days=2), grant.ends_on + timedelta(days=1)):
        second.status = R.DRAFT
        second.submitted_at = second.submitted_by_id = second.decided_at = second.decided_by_id = None
        db.session.flush()
        with pytest.raises(DomainError) as refusal:
            drafted(programme, grant, day)
        assert refusal.value.field == "ends_on"
    table = ExpenditureReport.__table__
    row = {"grant_id": grant.id, "status": "draft", "explanation": "", "reason": "", "drafted_at": now, "version": 1}
    row |= {"drafted_by_id": programme.finance.id, "sequence": 3, "ends_on": today + timedelta(days=20)}
    for follows_on in (first.ends_on, today + timedelta(days=5), None, today + timedelta(days=30)):
        with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
            db.session.execute(sa.insert(table).values(**row, follows_on=follows_on))


def test_who_handed_it_in_or_belongs_to_the_association_does_not_decide(programme, grant):
    report = handed_in(programme, drafted(programme, grant))
    report.submitted_by_id = programme.finance.id
    db.session.flush()
    for verb in (expenditure_reports.accept, lambda one, **by: expenditure_reports.return_(one, reason="Ж", **by)):
        for actor in (Actor(programme.finance), programme.chair_actor(grant)):
            with pytest.raises(SeparationOfDutyError):
                verb(report, actor=actor, now=clock.now())


def test_the_last_report_explains_what_was_not_spent(programme, grant, monkeypatch):
    report = drafted(programme, grant, grant.ends_on)
    monkeypatch.setattr(expenditure_reports, "bishkek_day", lambda _now: grant.ends_on)
    assert report.is_final and all(one.is_off for one in expenditure_reports.uses(report) if one.planned)
    with pytest.raises(IncompleteError) as refusal:
        handed_in(programme, report)
    assert refusal.value.field == "explanation"
    handed_in(programme, report, "Акча келген жок")


def test_a_call_that_asks_for_reports_gives_its_grants_the_condition(programme, grant):
    assert grant.report_before == [] and "report" not in unmet(grant.tranches[1])
    asked = programme.make_grant(call=programme.make_past_call(reports_before_tranches=True), is_matched=True)
    first, second, _third = asked.tranches
    assert asked.report_before == [2, 3] and "report" not in unmet(first)
    early = handed_in(programme, drafted(programme, asked))
    expenditure_reports.accept(early, actor=Actor(programme.finance), now=clock.now())
    with clock.at(clock.now() + timedelta(days=2)):
        programme.advance(first, TrancheStatus.ACCOUNTED)
        assert unmet(second) == {"report"}, "a report that ends before the payment says nothing of it"
        reason, finance = "Сезон бүтүп баратат", Actor(programme.finance)
        made = overrides.propose(second, OverridableCondition.REPORT, reason=reason, actor=finance, now=clock.now())
        overrides.approve(made, actor=Actor(programme.council_chair), now=clock.now())
        assert gates.is_open(second)
        overrides.withdraw(made, reason=reason, actor=finance, now=clock.now())
        late = handed_in(programme, drafted(programme, asked))
        assert unmet(second) == {"report"}
        expenditure_reports.accept(late, actor=finance, now=clock.now())
        assert unmet(second) == set()
        assert next(one for one in gates.gate(second) if one.key == "report").report is late


def unmet(tranche):
    return {one.key for one in gates.gate(tranche) if not one.met}


@pytest.mark.either_database
@pytest.mark.parametrize(
    ("day", "last"),
    [(date(2026, 1, 1), date(2026, 3, 31)), (date(2028, 2, 29), date(2028, 3, 31)), (date(2026, 12, 31),) * 2],
)
def test_a_period_ends_with_its_quarter(day, last):
    assert expenditure_reports.end_of_quarter(day) == last


@pytest.mark.either_database
@settings(max_examples=2000 if FULL else 40)
@given(st.integers(0, 10**12), st.integers(0, 10**12), st.booleans())
def test_what_lies_off_the_budget_is_what_the_rounded_percent_says(planned, spent, is_final):
    use = HeadingUse(BudgetHeading.OTHER, Payer.GRANT, planned, 0, spent, is_final)
    assert use.planned + use.variance == use.to_date
    if planned:
        assert use.is_off == ((use.percent > OFF_BUDGET) or (is_final and use.percent < -OFF_BUDGET))
        assert abs(abs(use.percent) * planned - abs(use.variance) * 100) < planned
