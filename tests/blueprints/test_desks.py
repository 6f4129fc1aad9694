"""The desk of each role: what waits, what was missed, and what those read who have no tasks."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app import clock
from app.services import (
    agreement_signatures,
    desks,
    funding_reports,
    grant_amendments,
    next_steps,
    notifications,
    rankings,
)
from app.services.actors import Actor
from app.services.conflicts import NO_TIES
from models.applications import Application, ApplicationStatus
from models.base import db
from models.calls import Call, CallStatus
from models.expenditures import Expenditure
from models.grants import Grant
from models.users import Role
from tests.factories import Programme
from tests.support.pages import text_of
from tests.support.queries import counted_queries, unprotect

S = ApplicationStatus


def desk(client, user):
    return client.sign_in(user).speak("en").get("/").text


def test_what_missed_the_deadline_stays_thirty_days(client, programme):
    draft = programme.make_application(S.DRAFT, association=programme.association)
    closes_at = draft.call.closes_at
    assert "Check the application and sign it off" in desk(client, programme.chair)
    for days, is_there in ((1, True), (29, True), (31, False)):
        with clock.at(closes_at + timedelta(days=days)):
            page = desk(client, programme.chair)
        assert ("Not submitted in time" in page) is is_there
        assert "Finish the application" not in page and "sign it off" not in page
        assert (f'href="/applications/{draft.id}"' in page) is is_there


def test_a_complete_draft_is_to_be_checked_and_signed(client, programme):
    whole = programme.make_application(S.DRAFT, association=programme.association)
    page = desk(client, programme.chair)
    assert "Check the application and sign it off" in page and f'href="/applications/{whole.id}/check"' in page
    assert "Finish the application" not in page
    db.session.delete(whole.meeting)
    db.session.commit()
    page = desk(client, programme.chair)
    assert "Check the application and sign it off" not in page and "Finish the application" in page
    begun = programme.make_application(S.DRAFT, association=programme.make_association(), is_complete=False)
    assert "Finish the application" in desk(client, programme.chair_of(begun.association))


def test_a_decided_call_asks_nothing_of_the_secretary(client, programme):
    submitted = programme.make_application(S.SUBMITTED)
    eligible = programme.make_application(S.ELIGIBLE)
    page = desk(client, programme.secretary)
    assert "Screen the application" in page and "Assign reviewers" in page
    submitted.call.status = eligible.call.status = CallStatus.DECIDED
    page = desk(client, programme.secretary)
    assert "Screen the application" not in page and "Assign reviewers" not in page


def days(user):
    """{what to do: until when} of somebody's desk."""
    return {task.text: task.due_on for task in desks.tasks_for(user, clock.now())}


def test_the_secretarys_tasks_have_the_days_of_the_calls_timetable(client, programme):
    call = programme.make_past_call()
    programme.make_application(S.ELIGIBLE, call=call)
    programme.judged(call, 1, 5)
    drafted = programme.make_call(is_open=False)
    assert days(programme.secretary) == {
        "Assign reviewers": call.screening_ends_on,
        "Add another reviewer": call.reviews_end_on,
        "Hold the Council's session": call.council_sits_on,
        "Open the call": clock.bishkek_day(drafted.opens_at),
    }
    assert "no day set" not in desk(client, programme.secretary)


def test_the_tasks_of_finance_have_the_days_money_is_planned_for(client, programme):
    chosen = programme.make_application(S.SELECTED)
    accepted, tranche = programme.make_grant("accepted"), programme.make_tranche("requested")
    accepted.starts_on = tranche.due_on = date(2026, 12, 10)
    unprotect("payout_accounts")
    programme.make_association().payout_account.confirmed_at = None
    week = clock.bishkek_day(clock.now() + timedelta(days=7))
    db.session.flush()
    wanted = {
        "Offer the grant": chosen.call.first_payment_on,
        "Prepare the payment": date(2026, 12, 10),
    }
    found = days(programme.finance)
    assert days(programme.other_finance)["Enter the signed agreement"] == date(2026, 12, 10)
    assert wanted.items() <= found.items() and None not in found.values()
    tranche.due_on = date(2026, 1, 1)  # asked for long after it was planned: there is a week all the same
    assert days(programme.finance)["Prepare the payment"] == week
    assert "no day set" not in desk(client, programme.finance)


def test_an_agreement_waits_for_the_chair_or_finance_then_for_the_secretary(programme):
    grant = programme.make_grant("accepted")
    chair = programme.chair_of(grant.association)
    assert "Sign the agreement" in days(chair) and "Enter the signed agreement" in days(programme.other_finance)
    assert "Countersign the agreement" not in days(programme.secretary)
    agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=programme.chair_actor(grant), now=clock.now())
    assert "Sign the agreement" not in days(chair) and "Enter the signed agreement" not in days(programme.other_finance)
    assert "Countersign the agreement" in days(programme.secretary)
    assert next_steps.step_of(grant).who is Role.SECRETARY


@pytest.mark.parametrize(("status", "text"), [("prepared", "Approve the payment"), ("approved", "Release the payment")])
def test_the_later_steps_of_a_payment_have_its_day_too(programme, status, text):
    tranche = programme.make_tranche(status)
    tranche.due_on = date(2026, 12, 10)
    assert days(programme.other_finance)[text] == date(2026, 12, 10)


def test_the_applicants_tasks_have_the_days_of_the_grant(client, programme):
    offered, active = programme.make_grant("offered"), programme.make_grant("active")
    offered.starts_on = active.tranches[0].due_on = date(2026, 12, 10)
    db.session.flush()
    assert days(programme.chair_of(offered.association)) == {"Accept the grant": date(2026, 12, 10)}
    assert days(programme.chair_of(active.association)) == {"Get the next tranche ready": date(2026, 12, 10)}
    assert "no day set" not in desk(client, programme.chair_of(active.association))


@pytest.mark.parametrize(("levels", "is_asked"), [((1, 5), True), ((4, 4), False)])
def test_scores_far_apart_ask_for_a_third_reviewer(client, programme, levels, is_asked):
    application = programme.judged(programme.make_past_call(), *levels)
    session = programme.make_session(application.call)
    link = f'href="/assignments/new/{application.id}"'
    pages = [desk(client, programme.secretary)]
    pages += [client.get(url).text for url in (f"/applications/{application.id}", f"/council/{session.id}")]
    for page in pages:
        assert ("Add another reviewer" in page and link in page) is is_asked
    form = client.get(f"/assignments/new/{application.id}").text
    assert "No reviewer can be asked now" not in form


def test_one_application_reads_its_own_reviews_alone(app, programme):
    application = programme.judged(programme.make_past_call(), 1, 5)
    others = [programme.make_application(S.REVIEWED, call=application.call) for _number in range(3)]
    call_id, application_id = application.call_id, application.id
    db.session.commit()
    with counted_queries() as statements:
        assert rankings.needs_another(db.session.get_one(Application, application_id))
    scores = [one for one in statements if "FROM assignments" in one]
    assert len(scores) == 1 and "applications.call_id =" not in scores[0].partition("WHERE")[2]
    assert [one.id for one in rankings.far_apart(db.session.get_one(Call, call_id), NO_TIES)] == [application_id]
    assert not any(rankings.needs_another(one) for one in others)


def test_a_third_review_ends_the_task(client, programme):
    application = programme.judged(programme.make_past_call(), 1, 5)
    programme.review(programme.assign(application, programme.make_user(Role.REVIEWER)))
    db.session.expire_all()
    assert application.status is S.REVIEWED
    assert "Add another reviewer" not in desk(client, programme.secretary)


def test_a_donor_finds_the_funds_and_the_newest_finished_report(client, programme):
    fund, actor, now = programme.fund, Actor(programme.finance), clock.now()
    donor, foreign = programme.donor_user, programme.make_fund()
    period = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 6, 30)}
    report = funding_reports.request(fund, **period, locale="ky", actor=actor, now=now)
    funding_reports.start(report, now=clock.now())
    page = desk(client, donor)
    assert f'href="/funds/{fund.id}"' in page and f'href="/funds/{foreign.id}"' not in page
    assert f'href="/funding-reports/{report.id}"' not in page and "none yet" in page
    assert "Nothing waits for you" not in page and "No call is open now." not in page
    funding_reports.freeze(report, "{}", now=now)
    assert f'href="/funding-reports/{report.id}"' in desk(client, donor)


def test_the_administrator_sees_how_many_have_not_signed_in_yet(client, programme):
    page = desk(client, programme.administrator)
    assert "Every account is in use" in page and "Nothing waits for you" not in page
    programme.make_user(Role.MONITOR).must_change_password = True
    page = text_of(desk(client, programme.administrator))
    assert "1 account waits for its first sign-in." in page and "Every account is in use" not in page


def test_what_changed_leads_to_its_page(client, programme):
    draft = programme.make_application(S.DRAFT, association=programme.association)
    notifications.tell([programme.chair.id], "Submitted", draft, clock.now())
    assert f'<a class="govuk-link" href="/applications/{draft.id}">Submitted</a>' in desk(client, programme.chair)


def _spent(programme: Programme, status: str) -> Expenditure:
    return programme.make_expenditure(programme.make_tranche("confirmed").grant, status)


def _more_time(programme: Programme) -> Grant:
    grant = programme.make_grant()
    grant.fund.ends_on = grant.ends_on + timedelta(days=60)
    until, chair = grant.ends_on + timedelta(days=30), programme.chair_actor(grant)
    grant_amendments.extend(grant, until, reason="Жол жабылды", actor=chair, now=clock.now())
    return grant


ASKED_OF_FINANCE: dict[str, Callable[[Programme], Grant]] = {
    "Prepare the payment": lambda programme: programme.make_tranche("requested").grant,
    "Approve the payment": lambda programme: programme.make_tranche("prepared").grant,
    "Check the spending": lambda programme: _spent(programme, "recorded").grant,
    "Confirm what stands in the asset register": lambda programme: (
        programme.make_asset(_spent(programme, "accepted")).grant
    ),
    "Decide about a change of the agreement": _more_time,
}


@pytest.mark.parametrize("text", ASKED_OF_FINANCE)
def test_nobody_is_asked_to_decide_what_a_tie_forbids(programme: Programme, text: str) -> None:
    grant, officer = ASKED_OF_FINANCE[text](programme), programme.other_finance

    def is_asked() -> bool:
        return text in {one.text for one in desks.tasks_for(officer, clock.now())}

    assert is_asked()
    programme.tie(grant.application, officer)
    assert not is_asked()


def test_who_has_a_tie_is_still_asked_to_release_what_others_approved(programme: Programme) -> None:
    tranche, officer = programme.make_tranche("approved"), programme.other_finance
    programme.tie(tranche.grant.application, officer)
    assert "Release the payment" in {one.text for one in desks.tasks_for(officer, clock.now())}


def test_nobody_is_asked_to_decide_about_what_is_their_own(programme: Programme) -> None:
    tranche, spent = programme.make_tranche("prepared"), _spent(programme, "recorded")
    unprotect("expenditures")
    spent.recorded_by_id = programme.other_finance.id
    tranche.prepared_by_id = programme.other_finance.id
    db.session.flush()
    asked = {one.text for one in desks.tasks_for(programme.other_finance, clock.now())}
    assert not asked & {"Approve the payment", "Check the spending"}
    asked = {one.text for one in desks.tasks_for(programme.finance, clock.now())}
    assert {"Approve the payment", "Check the spending"} <= asked
