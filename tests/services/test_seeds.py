"""The seeds: reference data is loaded once, the demonstration programme holds what it promises, the load is sound."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import phonenumbers
import pytest
from flask import Flask

from app import clock
from app.labels import VISIT_CHECKLIST
from app.services import applications, cash_flow, desks, funding_reports, gates, ledger, users, verification
from app.services.actors import Actor
from app.services.applications import business_plans
from models.appeals import Appeal, AppealStatus
from models.applications import Application, ApplicationStatus
from models.associations import Association, AssociationKind, Membership, PayoutAccount
from models.audit import AuditEvent
from models.base import canonical_json, db
from models.calls import Call, CallStatus
from models.centres import Centre
from models.contributions import Contribution, ContributionStatus
from models.council_sessions import Decision, DecisionOutcome
from models.funding_reports import FundingReportStatus
from models.grants import Grant, GrantStatus, Tranche, TrancheStatus
from models.indicators import Indicator, Result, ResultStatus
from models.people import Person, Sex
from models.places import AyilOkmotu, Oblast, Village
from models.rates import ExchangeRate
from models.users import Role, User
from models.visits import Visit
from seeds import business_plans as planned
from seeds import content, demonstration, reference, scale
from tests.conftest import Demonstration
from tests.support.queries import count

pytestmark = pytest.mark.either_database

CURRENCIES = {"RUB", "USD", "KZT", "TRY", "KRW"}
G, T, S = GrantStatus, TrancheStatus, ApplicationStatus
EVERY_GRANT_STATUS = set(GrantStatus) - {G.CLOSED}
"""No action closes a grant yet."""


def statuses(code: str) -> Counter[ApplicationStatus]:
    query = (
        db.select(Application.status)
        .join(Call, Call.id == Application.call_id)
        .where(Call.code == code, ~Application.is_test)
    )
    return Counter(db.session.scalars(query))


def test_reference_data_is_there(app: Flask) -> None:
    found = (count(Oblast), count(AyilOkmotu), count(Village), count(Indicator))

    assert found == (3, 21, 120, 8)


def test_reference_data_loaded_again_changes_nothing(app: Flask) -> None:
    before = (count(Village), count(Indicator), count(AuditEvent))

    reference.load(clock.now())

    assert (count(Village), count(Indicator), count(AuditEvent)) == before
    assert not db.session.dirty


def test_every_village_and_ayil_okmotu_has_its_association(demo: Demonstration) -> None:
    kinds = Counter(db.session.scalars(db.select(Association.kind).where(~Association.is_test)))
    confirmed = db.select(db.func.count()).where(
        PayoutAccount.confirmed_at.is_not(None), PayoutAccount.closed_at.is_(None)
    )

    assert kinds == {AssociationKind.VILLAGE: 120, AssociationKind.AYIL_OKMOTU: 21}
    assert count(Membership) == 5 * 141
    assert db.session.scalar(confirmed) == 141


def test_about_half_of_the_people_are_women(demo: Demonstration) -> None:
    women = db.session.scalar(db.select(db.func.count()).where(Person.sex == Sex.FEMALE)) or 0

    assert Decimal("0.4") < Decimal(women) / count(Person) < Decimal("0.6")


def test_applications_come_from_all_ayil_okmotus(demo: Demonstration) -> None:
    query = db.select(Association.ayil_okmotu_id).join(Application, Application.association_id == Association.id)

    assert count(Application) >= 63
    assert len(set(db.session.scalars(query))) == 21


def test_what_is_signed_off_has_a_plan_whose_financing_closes(demo: Demonstration) -> None:
    signed = list(db.session.scalars(db.select(Application).where(Application.signed_off_at.is_not(None))))

    assert len(signed) >= 60
    for application in signed:
        found = business_plans.contents(application)
        assert business_plans.gaps(application, found) == [], application.number
        assert sum(one.amount for one in found.financing) == sum(
            line.amount for line in application.budget_lines if line.payer in business_plans.CASH_PAYERS
        )
        assert found.frame.starts_on > application.call.closes_at.date()
        plan = business_plans.plan_of(application, found)
        assert cash_flow.outcome(plan).break_even is not None, application.number


def test_drafts_have_come_as_far_with_their_plan_as_with_their_budget(demo: Demonstration) -> None:
    drafts = db.session.scalars(db.select(Application).where(Application.status == S.DRAFT).order_by(Application.id))
    states = {}
    for draft in drafts:
        found = business_plans.contents(draft)
        rows = (found.frame is not None, bool(found.sales), bool(found.costs), bool(found.financing))
        states[rows] = bool(draft.budget_lines)

    assert states == {
        (False, False, False, False): False,
        (True, True, False, False): True,
        (True, True, True, True): True,
    }


def reckoned(kind: Any, first_month: int) -> cash_flow.Outcome:
    """What the plan of a kind of project comes to without the money of its budget."""
    plan = kind["plan"]
    sales = [
        cash_flow.Sale(line["price"], line["unit_cost"], tuple(line["volumes"]))
        for line in planned.sale_lines(plan, "ky")
    ]
    return cash_flow.outcome(
        cash_flow.Plan(
            first_month=first_month,
            sales_from=plan["sales_from"],
            opening_cash=planned.tyiyn(plan["opening_cash"]),
            sales=tuple(sales),
            running_costs=tuple(tuple(cost["amounts"]) for cost in planned.running_costs(plan, "ru")),
            investment=(),
            financing=(),
            invested=planned.tyiyn(sum(line["quantity"] * line["unit_cost"] for line in kind["budget"])),
        )
    )


def test_plan_of_every_kind_reckons_and_agrees_with_the_sales_it_promises() -> None:
    kinds = content.load().kinds
    found = {kind["key"]: reckoned(kind, 5) for kind in kinds}

    assert len(found) == 26
    for kind in kinds:
        one, promised = found[kind["key"]], planned.tyiyn(kind["indicators"]["annual_sales"])
        assert abs(one.year_sales - promised) <= promised // 10, kind["key"]
        assert Decimal("0.02") < Decimal(one.year_surplus) / one.year_sales < Decimal("0.45"), kind["key"]
        assert one.break_even is not None, kind["key"]
    paid_back = [one.payback for one in found.values()]
    assert paid_back.count(None) == 1
    assert sum(12 <= months <= 60 for months in paid_back if months is not None) >= 22


def test_pictures_of_the_plans_differ(demo: Demonstration) -> None:
    signed = db.session.scalars(db.select(Application).where(Application.signed_off_at.is_not(None)))
    found = [cash_flow.outcome(business_plans.plan_of(one, business_plans.contents(one))) for one in signed]
    lacking = [one for one in found if one.lacking]

    assert 3 <= len(lacking) <= len(found) // 5
    assert any(one.worst.calendar in (10, 11, 12, 1, 2, 3) for one in lacking)
    assert any(one.payback is None for one in found)


def test_four_calls_two_of_them_decided_and_one_in_preparation(demo: Demonstration) -> None:
    calls = {call.code: call for call in db.session.scalars(db.select(Call))}

    assert {code: call.status for code, call in calls.items()} == {
        "2025-spring": CallStatus.DECIDED,
        "2026-spring": CallStatus.DECIDED,
        "2026-autumn": CallStatus.OPEN,
        "2027-spring": CallStatus.DRAFT,
    }
    assert calls["2026-autumn"].is_open_at(demo.now)


def test_open_call_has_applications_in_every_state_before_the_session(demo: Demonstration) -> None:
    wanted = {
        S.DRAFT, S.SIGNED_OFF, S.SUBMITTED, S.RETURNED, S.RESUBMITTED, S.ELIGIBLE, S.INELIGIBLE, S.IN_REVIEW,
        S.REVIEWED, S.WITHDRAWN,
    }  # fmt: skip

    assert set(statuses("2026-autumn")) == wanted


def test_decided_calls_hold_no_loose_ends(demo: Demonstration) -> None:
    decided = {S.SELECTED, S.GRANT_OFFERED, S.RESERVE, S.REJECTED, S.INELIGIBLE, S.WITHDRAWN}

    assert set(statuses("2025-spring")) <= decided
    assert set(statuses("2026-spring")) == decided


def test_one_appeal_is_dismissed_and_another_leads_to_a_decision_made_anew(demo: Demonstration) -> None:
    found = {one.status: one for one in db.session.scalars(db.select(Appeal))}
    again = db.session.scalars(db.select(Decision).where(Decision.sequence == 2)).one()

    assert set(found) == {AppealStatus.DISMISSED, AppealStatus.UPHELD}
    assert again.application is found[AppealStatus.UPHELD].application and again.outcome is DecisionOutcome.RESERVE
    assert again.application.status is S.RESERVE and again.session.protocol is not None
    assert found[AppealStatus.DISMISSED].application.status is S.REJECTED


def test_each_decision_has_a_majority_for_it_and_the_reserve_list_reaches_the_thresholds(demo: Demonstration) -> None:
    """Decisions and dissents say "for" of the decision itself, whichever it is."""
    decided = db.session.scalars(db.select(Decision)).all()
    assert {one.outcome for one in decided} == set(DecisionOutcome)
    assert all(one.votes_for > one.votes_against for one in decided)
    assert all(
        one.score >= one.session.call.pass_total * 100 for one in decided if one.outcome is not DecisionOutcome.REJECTED
    )


def test_grants_and_tranches_are_in_every_status(demo: Demonstration) -> None:
    assert set(db.session.scalars(db.select(Grant.status))) == EVERY_GRANT_STATUS
    assert set(db.session.scalars(db.select(Tranche.status))) == set(TrancheStatus)


def test_grants_of_the_first_call_are_completed(demo: Demonstration) -> None:
    query = (
        db.select(Grant.status)
        .join(Application, Application.id == Grant.application_id)
        .join(Call, Call.id == Application.call_id)
        .where(Call.code == "2025-spring")
    )

    assert set(db.session.scalars(query)) == {GrantStatus.COMPLETED}


def test_remittances_are_verified_in_five_currencies(demo: Demonstration) -> None:
    verified = db.select(Contribution.currency).where(Contribution.status == ContributionStatus.VERIFIED)

    assert set(db.session.scalars(verified)) >= CURRENCIES
    assert set(db.session.scalars(db.select(Contribution.status))) == set(ContributionStatus)


def test_completed_grants_have_two_verified_results_and_a_visit(demo: Demonstration) -> None:
    for grant in db.session.scalars(db.select(Grant).where(Grant.status == GrantStatus.COMPLETED)):
        verified = {
            result.target.indicator.key
            for result in db.session.scalars(db.select(Result).where(Result.status == ResultStatus.VERIFIED))
            if result.target.grant_id == grant.id
        }
        assert len(verified) >= 2
        assert db.session.scalar(db.select(db.func.count()).where(Visit.grant_id == grant.id))


def test_visits_tick_the_items_of_the_checklist(demo: Demonstration) -> None:
    ticked = {key for visit in db.session.scalars(db.select(Visit)) for key in visit.checklist}

    assert ticked == set(VISIT_CHECKLIST)


def test_rates_are_entered_up_to_the_last_monday(demo: Demonstration) -> None:
    latest = db.session.scalar(db.select(db.func.max(ExchangeRate.valid_on)))

    assert (demo.today - latest).days <= 7
    assert set(db.session.scalars(db.select(ExchangeRate.currency))) == CURRENCIES | {"EUR", "GBP", "UZS"}


@pytest.mark.database
def test_stored_data_keeps_every_promise(demo: Demonstration) -> None:
    findings = [one for check in verification.run(demo.app.config["ASHAR"].uploads) for one in check.findings]

    assert findings == []
    assert set(ledger.currency_totals().values()) == {0}


@pytest.mark.database
def test_audit_trail_grows_in_the_order_of_time(demo: Demonstration) -> None:
    query = db.select(AuditEvent.happened_at).where(AuditEvent.action != "indicator.create").order_by(AuditEvent.id)
    instants = list(db.session.scalars(query))

    assert instants == sorted(instants)
    assert instants[-1] < demo.now


def test_one_account_for_each_role_signs_in(demo: Demonstration) -> None:
    roles: set[Role] = set()
    for one in demonstration.sign_ins():
        held = users.hash_to_check(one.username, address="192.0.2.1", now=demo.now)
        check = users.check_password(held, one.password)
        users.sign_in(one.username, check, address="192.0.2.1", browser="", now=demo.now)
        roles |= demo.user(one.username).roles

    assert roles == set(Role)
    assert count(User) < 60


def test_something_waits_for_each_printed_sign_in(demo: Demonstration) -> None:
    waits = {}
    for one in demonstration.sign_ins():
        user = demo.user(one.username)
        waits[one.username] = bool(desks.tasks_for(user, demo.now) or funding_reports.readable_by(user))

    assert [name for name, anything in waits.items() if not anything] == ["admin"]


def test_donor_reads_a_finished_report(demo: Demonstration) -> None:
    (report,) = funding_reports.readable_by(demo.user("donor.eu"))

    assert (report.fund.code, report.status) == ("EU-DEMO", FundingReportStatus.DONE)
    assert report.content and '"grants"' in report.content


def test_password_of_the_demonstration_meets_the_rules() -> None:
    users.check_password_rules(demonstration.sign_ins()[0].password)


def test_every_centre_has_a_phone_that_reaches_nobody(demo: Demonstration) -> None:
    """A number that the format allows and the country does not give out; beside it stands that it is none."""
    found = list(db.session.scalars(db.select(Centre)))
    numbers = [phonenumbers.parse(one.phone or "") for one in found]
    assert len(found) == 21 and len({one.phone for one in found}) == 21
    assert not any(phonenumbers.is_valid_number(one) for one in numbers)
    assert all("көрсөтмө үчүн" in one.hours_note for one in found)


def test_chair_of_tayan_can_request_the_second_tranche_and_sign_off_a_draft(demo: Demonstration) -> None:
    chair = demo.user("tayan.chair")
    (association_id,) = chair.association_ids
    grant = db.session.scalars(db.select(Grant).where(Grant.association_id == association_id)).one()
    draft = db.session.scalars(
        db.select(Application).where(Application.association_id == association_id, Application.status == S.DRAFT)
    ).one()

    statuses_of_grant = [tranche.status for tranche in grant.tranches]
    applications.sign_off(draft, actor=Actor(chair), now=demo.now)

    assert statuses_of_grant == [T.ACCOUNTED, T.PLANNED, T.PLANNED]
    assert applications.gaps(draft, clock.now()) == []
    assert gates.gate(grant.tranches[1])[1].met


@pytest.mark.database
def test_synthetic_load_is_sound_and_can_be_added_to(demo: Demonstration) -> None:
    before = count(Application)

    scale.load(300, now=demo.now)
    scale.load(20, now=demo.now)

    assert count(Application) == before + 320
    public = db.select(Call.is_public).where(Call.code.startswith("scale-"))
    assert set(db.session.scalars(public)) == {False}
    synthetic = db.select(Application).join(Call).where(Call.code.startswith("scale-"), Application.status != S.DRAFT)
    for application in db.session.scalars(synthetic):
        assert business_plans.gaps(application, business_plans.contents(application)) == []
        for snapshot in application.snapshots:
            plan = json.loads(snapshot.content)["plan"]
            assert plan == json.loads(canonical_json(business_plans.content_of(application)))
    findings = [one for check in verification.run(demo.app.config["ASHAR"].uploads) for one in check.findings]
    assert findings == []
