"""gather() against real rows: the ledger's figures, the value dates, few queries, no personal data."""

import json
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app import clock
from app.services import agreements, fund_closings, funds
from app.services.actors import Actor
from models.base import LOCALES, db, fingerprint
from models.contributions import ContributionKind, ContributionStatus
from models.council_sessions import Protocol
from models.funds import Emblem
from models.grants import Grant, GrantStatus, TrancheStatus
from models.indicators import ResultStatus, Target
from models.visits import VisitStatus
from reports import agreement, agreement_content, funding, protocol, protocol_content, receipt
from reports.funding.data import FundingReportData, from_json
from reports.funding.gathering import LedgerMismatchError, _check
from tests.factories import SOM, Programme
from tests.support.queries import counted_queries, unprotect
from tests.support.shelf import kept

C, T = ContributionStatus, TrancheStatus


def report(programme: Programme, starts_on: date | None = None, ends_on: date | None = None) -> FundingReportData:
    today = clock.bishkek_day(clock.now())
    return funding.gather(
        programme.fund, starts_on or today - timedelta(days=365), ends_on or today, generated_at=clock.now()
    )


@pytest.fixture
@kept
def busy(programme: Programme) -> Grant:
    """A fund with one grant paid and spent in part, one completed, one only accepted."""
    grant = programme.make_grant(GrantStatus.ACTIVE, is_matched=True)
    programme.advance(grant.tranches[0], T.ACCOUNTED)
    programme.make_contribution(grant, C.VERIFIED, amount=7_000 * SOM, kind=ContributionKind.IN_KIND)
    programme.make_contribution(grant, C.REVERSED, amount=3_000 * SOM)
    programme.make_contribution(grant, C.RECORDED, amount=9_000 * SOM)
    programme.make_visit(grant, VisitStatus.DONE)
    programme.make_result(grant, ResultStatus.VERIFIED, value=6)
    programme.make_grant(GrantStatus.COMPLETED)
    programme.make_grant(GrantStatus.ACCEPTED)
    return grant


def test_position_is_that_of_the_service(programme: Programme, busy: Grant) -> None:
    data, now = report(programme), funds.position(programme.fund)
    assert data.position.received.total == now.received
    assert data.position.available == now.available
    assert data.position.committed == now.committed
    assert data.position.advanced == now.advanced
    assert data.position.spent.total == now.spent
    assert data.position.disbursed.total == now.disbursed
    assert data.position.difference == 0
    assert now.disbursed > 0


@pytest.mark.database
def test_parts_add_up_to_the_totals(programme: Programme, busy: Grant) -> None:
    data = report(programme)
    assert len(data.grants) == 3
    assert sum(one.amount for one in data.grants) == data.awarded.total
    assert sum(one.disbursed for one in data.grants) == data.position.disbursed.total
    assert sum(one.spent for one in data.grants) == data.position.spent.total
    assert sum(one.cash for one in data.grants) == data.cash.total
    assert sum(one.in_kind for one in data.grants) == data.in_kind.total == 7_000 * SOM
    assert sum(one.paid for one in data.tranches) == data.position.disbursed.total + data.position.repaid.total
    assert data.position.repaid.total > 0
    assert sum(one.amount for one in data.tranches) == data.awarded.total
    assert sum(one.kgs.total for one in data.co_investments) == data.cash.total + data.in_kind.total
    assert data.leverage.disbursed == data.position.disbursed.total


def test_a_closed_fund_says_what_it_kept_and_gave_back(programme: Programme) -> None:
    fund = programme.make_grant(GrantStatus.COMPLETED).fund
    fund.indirect_percent = 5
    left, kept, now = funds.position(fund).available, fund_closings.most_kept(fund), clock.now()
    closing = fund_closings.propose(
        fund, kept=kept, amount=left - kept, paid_on=clock.bishkek_day(now), bank_reference="OUT-1", reason="Бүттү",
        actor=Actor(programme.finance), now=now,
    )  # fmt: skip
    fund_closings.approve(closing, actor=Actor(programme.council_chair), now=now)
    position = report(programme).position
    assert (position.indirect, position.given_back, position.available) == (kept, left - kept, 0)
    yesterday = clock.bishkek_day(now) - timedelta(days=1)
    assert report(programme, ends_on=yesterday).position.given_back == 0


def test_results_miss_what_was_not_collected(programme: Programme, busy: Grant) -> None:
    first, second = report(programme).results
    assert (first.grants, first.collected) == (3, 2)
    assert first.value == Decimal(10)
    assert (first.female, first.male) == (Decimal(5), Decimal(5))
    assert second.collected == 0
    assert second.value is None and second.female is None


def test_value_dates_cut_the_figures(programme: Programme, busy: Grant) -> None:
    today = clock.bishkek_day(clock.now())
    before = report(programme, ends_on=today - timedelta(days=30))
    assert before.position.disbursed.total == 0
    assert before.cash.total == 0
    assert before.position.difference == 0
    assert all(one.paid == 0 for one in before.tranches)
    assert before.leverage.cash_only is None
    later = report(programme, starts_on=today - timedelta(days=10))
    assert later.position.disbursed.in_period == later.position.disbursed.total > 0
    assert later.position.received.in_period == 0 < later.position.received.total


def test_returned_tranche_is_told_and_not_disbursed(programme: Programme) -> None:
    tranche = programme.make_tranche(T.RETURNED)
    data = report(programme)
    assert data.position.returned.total == tranche.amount
    assert data.position.disbursed.total == 0
    assert data.tranches[0].paid == 0


def test_delays_and_risks(programme: Programme) -> None:
    grant = programme.make_grant(GrantStatus.ACTIVE)
    programme.make_visit(grant)
    now = clock.now()
    with clock.at(now + timedelta(days=20)):
        data = report(programme)
    assert [one.grant for one in data.visit_delays] == [grant.number]
    assert data.visit_delays[0].days == 20
    assert data.tranche_delays[0].grant == grant.number
    assert data.tranche_delays[0].days > 20
    assert data.risk_counts == {"low": 0, "medium": 0, "high": 0}


def test_an_empty_fund(programme: Programme) -> None:
    data = report(programme)
    assert data.grants == () and data.results == ()
    assert data.position.received.total == data.position.available
    for locale in ("ky", "ru", "en"):
        assert funding.to_pdf(data, locale)
        assert funding.to_xlsx(data, locale)


def test_no_personal_data(programme: Programme, busy: Grant) -> None:
    content = funding.to_json(report(programme))
    for name in ("Токтогулов", "Нурбек", "Асанова"):
        assert name not in content
    assert from_json(content) == report(programme)


def test_queries_do_not_grow_with_the_grants(programme: Programme) -> None:
    programme.make_grant(GrantStatus.COMPLETED)
    db.session.flush()
    with counted_queries() as few:
        report(programme)
    for _more in range(3):
        programme.make_grant(GrantStatus.COMPLETED)
    db.session.flush()
    with counted_queries() as many:
        report(programme)
    assert 0 < len(many) <= len(few) + 1
    assert len(many) < 25


def test_progress_is_told(programme: Programme) -> None:
    heard: list[tuple[int, str]] = []
    today = clock.bishkek_day(clock.now())
    funding.gather(programme.fund, today, today, generated_at=clock.now(), progress=lambda *step: heard.append(step))
    assert [percent for percent, _step in heard] == sorted(percent for percent, _step in heard)
    assert heard[-1][0] == 100 and len(heard) >= 5


def test_a_ledger_that_does_not_add_up_is_refused(programme: Programme, busy: Grant) -> None:
    data = report(programme)
    wrong = type(data.position)(**{**vars(data.position), "available": 1})
    with pytest.raises(LedgerMismatchError):
        _check(wrong, data.cash, data.in_kind, data.co_investments)
    with pytest.raises(LedgerMismatchError):
        _check(data.position, data.in_kind, data.in_kind, data.co_investments)


def test_receipt_reads_the_snapshot(programme: Programme) -> None:
    application = programme.make_application("submitted")
    data = receipt.gather(application, application.snapshots[-1])
    assert data.number == application.number
    assert data.total == application.total_cost
    assert data.paid_by["grant"] == application.grant_requested
    assert data.questions_answered == data.questions_asked
    assert receipt.to_pdf(data, "ky")


def test_protocol_reads_the_frozen_content(programme: Programme) -> None:
    programme.make_application("selected")
    signed = db.session.scalars(db.select(Protocol)).one()
    data = protocol_content.gather(signed)
    assert data.awarded == sum(one.amount or 0 for one in signed.session.decisions) > 0
    assert len(data.present) == signed.session.present_count
    assert protocol.to_pdf(data, "ru")


def test_agreement_reads_the_grant(programme: Programme) -> None:
    grant = programme.make_grant(GrantStatus.ACTIVE)
    data = agreement_content.gather(grant)
    assert sum(one.amount for one in data.tranches) == data.amount == grant.amount
    assert data.sha256 == grant.agreement.sha256 == fingerprint(grant.agreement.content)
    assert len(data.targets) == 2
    assert agreement.to_pdf(data, "en")
    offered = agreement_content.gather(programme.make_grant(GrantStatus.OFFERED))
    assert not offered.is_accepted and offered.account is None


def test_everything_the_agreement_prints_is_in_its_content(programme: Programme) -> None:
    """Nothing but the kept content is read: what it was read from can be gone."""
    grant = programme.make_grant(GrantStatus.ACTIVE)
    data, content = agreement_content.gather(grant), json.loads(grant.agreement.content)
    assert agreement_content.read(content, grant.agreement.sha256) == data
    assert data == agreement_content.read(agreements.content_of(grant, dated_at=grant.accepted_at), data.sha256)
    assert {one.name for one in fields(data)} - {"sha256"} == content.keys() - {
        "match_percent",
        "accounting_percent",
        "in_kind_counts",
        "match_applicant",
        "match_terms",
    }
    assert data.budget and data.tranches and data.targets and data.account
    assert {code: len(one["duties"]) for code, one in data.terms.items()} == {"ky": 8, "ru": 8, "en": 8}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_reprint_says_what_was_agreed(programme: Programme, locale: str) -> None:
    """Names, statement, emblem, account, targets, plan and budget may change afterwards: the paper does not."""
    grant = programme.make_grant(GrantStatus.ACCEPTED)
    before = agreement.to_pdf(agreement_content.gather(grant), locale)
    target = db.session.scalars(db.select(Target).where(Target.grant_id == grant.id)).first()
    for name in ("name_ky", "name_ru", "name_en"):
        for row in (grant.fund, grant.fund.donor, grant.association, grant.association.ayil_okmotu):
            setattr(row, name, "Башка ат")
    grant.fund.statement = {"ky": "Башка", "ru": "Другое", "en": "Another"}
    grant.fund.donor.emblem = Emblem.NONE if grant.fund.donor.emblem is Emblem.EU else Emblem.EU
    unprotect("payout_accounts")
    grant.payout_account.holder, grant.payout_account.number = "Башка", "1"
    grant.application.title = "Башка долбоор"
    grant.application.budget_lines[0].unit_cost += 100
    grant.in_kind_counts = not grant.in_kind_counts
    grant.tranches[0].due_on += timedelta(days=30)
    grant.ends_on += timedelta(days=30)
    target.target += 1
    db.session.flush()
    db.session.expire_all()
    assert agreement.to_pdf(agreement_content.gather(grant), locale) == before
    live = agreement_content.read(agreements.content_of(grant, dated_at=grant.accepted_at), grant.agreement.sha256)
    assert agreement.to_pdf(live, locale) != before


def test_the_paper_of_an_amendment_is_the_last_agreement(programme: Programme) -> None:
    grant = programme.make_grant(GrantStatus.ACTIVE)
    grant.ends_on += timedelta(days=90)
    amendment = agreements.keep(grant, dated_at=clock.now(), now=clock.now())
    assert [one.sequence for one in grant.agreements] == [1, 2]
    data = agreement_content.gather(grant)
    assert (data.sha256, data.ends_on) == (amendment.sha256, grant.ends_on)
    assert json.loads(grant.agreements[0].content)["ends_on"] != data.ends_on.isoformat()
