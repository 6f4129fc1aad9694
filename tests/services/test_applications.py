"""Drafts: what is changed keeps the sums that lists show in step, on both databases."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app import clock
from app.localisation import use_locale
from app.services import (
    applications,
    call_forms,
    calls,
    differences,
    documents,
    papers,
    questions,
    screening_lists,
    screenings,
    signatures,
    verification,
)
from app.services.actors import Actor
from app.services.applications import beneficiaries, business_plans
from app.services.dictations import Confirmation
from app.services.errors import DomainError, LimitExceededError, SeparationOfDutyError
from models.applications import (
    ApplicationStatus,
    ApplicationTarget,
    BudgetHeading,
    BudgetLine,
    Payer,
    ScreeningOutcome,
    Snapshot,
)
from models.base import canonical_json, db, fingerprint
from models.calls import CallForm
from models.dictations import ConfirmationWay
from models.documents import DocumentKind
from models.pledges import Pledge
from models.users import Role
from reports import receipt
from tests.factories import BENEFICIARIES

pytestmark = pytest.mark.either_database

LINE = {
    "heading": BudgetHeading.WORKS,
    "item": " Чатыр ",
    "unit": "м²",
    "quantity": Decimal("2.5"),
    "unit_cost": 1_000_00,
    "payer": Payer.COMMUNITY,
    "month": 3,
}


def change_line(line, application, actor, **changes):
    applications.change_budget_line(line, application, **(LINE | changes), actor=actor, now=clock.now())


@pytest.mark.database
def test_a_changed_line_renews_the_sums_and_ends_the_sign_off(programme):
    application = programme.make_application(ApplicationStatus.RETURNED)
    line, actor = application.budget_lines[0], Actor(programme.chair_of(application.association))
    applications.sign_off(application, actor=actor, now=clock.now())
    change_line(line, application, actor)
    db.session.expire_all()
    assert (line.item, line.heading, line.amount) == ("Чатыр", BudgetHeading.WORKS, 2_500_00)
    assert (application.grant_requested, application.total_cost) == (0, 202_500_00)
    assert application.signed_off_at is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"quantity": Decimal(0)}, "quantity"), ({"unit_cost": 0}, "unit_cost"), ({"unit_cost": 10**12}, "unit_cost")],
)
def test_an_absurd_line_changes_nothing(programme, changes, field):
    application = programme.make_application(ApplicationStatus.DRAFT)
    with pytest.raises(DomainError) as refusal:
        change_line(
            application.budget_lines[0], application, Actor(programme.chair_of(application.association)), **changes
        )
    assert refusal.value.field == field
    assert application.total_cost == 400_000_00


@pytest.mark.database
def test_nothing_is_changed_once_it_is_submitted(programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    actor, now = Actor(programme.chair_of(application.association)), clock.now()
    (pledge,) = applications.pledges_of(application)
    kept = {
        name: getattr(pledge, name)
        for name in ("remitter_name", "is_pseudonym", "country", "currency", "amount", "due_on", "has_consent")
    }
    with pytest.raises(DomainError):
        change_line(application.budget_lines[0], application, actor)
    with pytest.raises(DomainError):
        applications.change_pledge(pledge, application, **(kept | {"country": "KZ"}), actor=actor, now=now)
    promise = application.targets[0]
    with pytest.raises(DomainError):
        applications.set_target(application, promise.indicator, Decimal(1), Decimal(2), actor=actor, now=now)


def test_a_pledge_in_another_currency_is_valued_anew(programme):
    application = programme.make_application(ApplicationStatus.DRAFT)
    rate, (pledge,) = programme.make_rate("USD", value="87.50"), applications.pledges_of(application)
    applications.change_pledge(
        pledge,
        application,
        remitter_name=" Асан ",
        is_pseudonym=True,
        country="US",
        currency="USD",
        amount=1_000_00,
        due_on=clock.bishkek_day(clock.now() + timedelta(days=9)),
        has_consent=True,
        actor=Actor(programme.chair_of(application.association)),
        now=clock.now(),
    )
    db.session.expire_all()
    assert (pledge.remitter_name, pledge.rate_id, pledge.amount_kgs) == ("Асан", rate.id, 87_500_00)
    assert application.remittance_pledged == 87_500_00


def test_a_part_is_found_in_its_own_application_only(programme):
    own, other = (programme.make_application(ApplicationStatus.DRAFT) for _ in range(2))
    rows = (
        (BudgetLine, other.budget_lines[0]),
        (Pledge, applications.pledges_of(other)[0]),
        (ApplicationTarget, other.targets[0]),
    )
    for kind, row in rows:
        for for_writing in (False, True):
            assert applications.part(other, kind, row.id, for_writing=for_writing) is row
            assert applications.part(own, kind, row.id, for_writing=for_writing) is None


# The form of the call ------------------------------------------------------------------------------------------------


def with_another_section(call):
    """The text of the call's form with a section more, at its beginning, and a paper more that is required."""
    form = json.loads(call.form)
    texts = {"ky": "Суу", "ru": "Вода", "en": "Water"}
    question = {"key": "question_1", "label": texts, "hint": texts, "limit": 300, "least": 10, "rows": 3}
    form["parts"].insert(0, {"key": "section_1", "title": texts, "questions": [question]})
    call.form = canonical_json(form)
    paper = {"kind": "quotation", "is_required": True, "months": 3, "text": {"ky": "Баа", "ru": "Цены", "en": "Prices"}}
    call.required_documents = [*call.required_documents[:1], paper]
    db.session.flush()


def test_what_is_missing_is_what_the_form_of_the_call_asks(programme):
    call = programme.make_call(is_open=False, with_dry_run=False)
    with_another_section(call)
    programme.skip_dry_run(call, clock.now() - timedelta(days=25))
    calls.open_(call, actor=Actor(programme.secretary), now=clock.now() - timedelta(days=25))
    application = programme.make_application(ApplicationStatus.DRAFT, call=call)
    actor = Actor(programme.chair_of(application.association))
    assert not [one for one in applications.gaps(application, clock.now()) if one.part == "section_1"]
    applications.save_section(application, "section_1", {"question_1": "аз"}, actor=actor, now=clock.now())
    with use_locale("en"):
        found = [(one.part, str(one.problem)) for one in applications.gaps(application, clock.now())]
    assert found == [("section_1", "Not answered yet: 1.1 Water"), ("documents", "Still to be attached: Prices")]
    with pytest.raises(DomainError):
        applications.save_section(application, "section_2", {}, actor=actor, now=clock.now())
    with pytest.raises(LimitExceededError) as refusal:
        applications.save_section(application, "section_1", {"question_1": "с" * 301}, actor=actor, now=clock.now())
    assert refusal.value.field == "question_1"


def test_an_answer_is_as_long_as_its_words(programme):
    """In words as people count them, whatever their length; a form that knows only characters is held to those."""
    draft = programme.make_application("draft", is_complete=False)
    by = {"actor": Actor(programme.chair_of(draft.association)), "now": clock.now()}
    section = questions.form_of(draft.call).section("problem")
    most = section.questions[0].words
    applications.save_section(draft, "problem", {"problem": "айылыбыздагы\n" * most}, **by)
    assert questions.words_in(draft_section(draft).answers["problem"]) == most
    with pytest.raises(LimitExceededError) as refusal:
        applications.save_section(draft, "problem", {"problem": "суу " * (most + 1)}, **by)
    assert refusal.value.field == "problem"
    with use_locale("en"):
        assert str(refusal.value) == f"At most {most} words; this has {most + 1}."
    assert questions.words_in(draft_section(draft).answers["problem"]) == most


def draft_section(draft):
    return next(one for one in draft.sections if one.key == "problem")


@pytest.mark.database
def test_a_draft_gets_the_row_of_a_section_when_it_is_first_written(programme):
    application = programme.make_application(ApplicationStatus.DRAFT)
    row = applications.section_of(application, "future")
    application.sections.remove(row)
    db.session.delete(row)
    db.session.flush()
    assert applications.section_for_writing(application, "future") is None
    assert {one.part for one in applications.gaps(application, clock.now())} == {"future"}
    answers = {
        "sustainability": "Айыл өзү карайт, бара-бара чоңойот.",
        "risks": "Кургакчылык болсо, суу алып келебиз.",
        "environment": "Суу аз кетет, жер шорлобойт.",
    }
    actor = Actor(programme.chair_of(application.association))
    applications.save_section(application, "future", answers, actor=actor, now=clock.now())
    db.session.expire_all()
    assert applications.section_of(application, "future").answers == answers
    assert applications.gaps(application, clock.now()) == []


@pytest.mark.database
def test_a_snapshot_is_read_by_the_form_it_answered(programme):
    """As when a call is tried out before it opens, and its form is changed afterwards."""
    call = programme.make_call(is_open=False)
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    application.call = call
    actor = Actor(programme.chair_of(application.association))
    before = questions.form_of(call)
    chair = Confirmation(actor.user.person, ConfirmationWay.OWN_ACCOUNT)
    snapshot = applications.take_snapshot(application, actor=actor, now=clock.now())
    applications.take_snapshot(application, actor=actor, now=clock.now())
    signatures.sign(application, chair, snapshot.sha256, actor=actor, now=snapshot.taken_at)
    with_another_section(call)
    content = json.loads(snapshot.content)
    assert content["form"] == before.sha256 != questions.form_of(call).sha256
    assert call_forms.answered_in(call, content) is before
    assert receipt.gather(application, snapshot).questions_asked == 11
    assert call_forms.answered_in(call, {}) is questions.form_of(call)
    assert db.session.scalar(db.select(db.func.count()).where(CallForm.call_id == call.id)) == 1
    with pytest.raises(LookupError):
        call_forms.answered_in(call, {"form": "0" * 64})
    assert not [one for check in verification.run(programme.storage) for one in check.findings]
    content = snapshot.content.replace(before.sha256, "0" * 64)
    lost = Snapshot(sequence=9, content=content, sha256=fingerprint(content), taken_at=clock.now())
    lost.application_id, lost.taken_by_id = application.id, actor.user_id
    signatures.sign(application, chair, lost.sha256, actor=actor, now=lost.taken_at)
    db.session.add(lost)
    db.session.flush()
    findings = [one for check in verification.run(programme.storage) for one in check.findings]
    assert findings == [f"snapshot {lost.id} answers a form that is not kept"]


# Returned: only what was asked for ------------------------------------------------------------------------------------


@pytest.fixture
def returned(programme):
    """Submitted, and back for the documents alone."""
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    screenings.screen(
        application,
        ScreeningOutcome.RETURNED,
        reason="Протоколго кол коюлган эмес.",
        parts=["documents"],
        actor=Actor(programme.secretary),
        now=clock.now(),
    )
    return application


def test_every_verb_refuses_a_part_that_was_not_asked_for(programme, returned):
    by = {"actor": Actor(programme.chair_of(returned.association)), "now": clock.now()}
    plan, (pledge,) = business_plans.contents(returned), applications.pledges_of(returned)
    kept = {
        name: getattr(pledge, name)
        for name in ("remitter_name", "is_pseudonym", "country", "currency", "amount", "due_on", "has_consent")
    }
    line, promise, indicator = returned.budget_lines[0], returned.targets[0], returned.targets[0].indicator
    step = {"activity": "Иш", "responsible": "", "first_month": 1, "last_month": 2}
    sale = {"product": "Сүт", "buyers": "", "unit": "л", "price": 1, "unit_cost": 0, "volumes": [Decimal(1)] * 12}
    money_in = {"payer": Payer.GRANT, "description": "", "month": 1, "amount": 1}
    verbs = [
        lambda: applications.save_section(returned, "idea", {}, **by),
        lambda: applications.add_budget_line(returned, **LINE, **by),
        lambda: applications.change_budget_line(line, returned, **LINE, **by),
        lambda: applications.remove_budget_line(line, returned, **by),
        lambda: applications.add_pledge(returned, **kept, **by),
        lambda: applications.change_pledge(pledge, returned, **kept, **by),
        lambda: applications.remove_pledge(pledge, returned, **by),
        lambda: beneficiaries.record(returned, BENEFICIARIES, **by),
        lambda: applications.set_target(returned, indicator, Decimal(0), Decimal(1), **by),
        lambda: applications.remove_target(promise, returned, **by),
        lambda: business_plans.set_frame(returned, starts_on=date(2027, 1, 1), sales_from=1, opening_cash=0, **by),
        lambda: business_plans.save_sale_line(returned, None, **sale, **by),
        lambda: business_plans.save_running_cost(returned, None, item="Айлык", amounts=[1] * 12, **by),
        lambda: business_plans.save_financing(returned, None, **money_in, **by),
        lambda: business_plans.propose_financing(returned, **by),
        lambda: business_plans.save_work_step(returned, None, **step, **by),
        *(
            lambda row=row: business_plans.remove(row, returned, **by)
            for row in (plan.sales[0], plan.costs[0], plan.financing[0], plan.steps[0])
        ),
    ]
    before = applications.stamp_of(returned)
    for verb in verbs:
        with use_locale("en"), pytest.raises(DomainError, match="The secretary has not asked for this part"):
            verb()
    assert applications.stamp_of(returned) == before
    minutes = programme.attach(returned, DocumentKind.MEETING_MINUTES, **by)
    assert differences.since_submitted(returned) == {"documents"}
    applications.remove_document(minutes, returned, **by)


def test_a_return_names_its_parts(programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    by = {"reason": "Эсеп туура эмес.", "actor": Actor(programme.secretary), "now": clock.now()}
    for parts in ([], ["nothing"]):
        with pytest.raises(DomainError) as refusal:
            screenings.screen(application, ScreeningOutcome.RETURNED, parts=parts, **by)
        assert refusal.value.field == "parts"
    screening = screenings.screen(application, ScreeningOutcome.RETURNED, parts=["budget", "idea"], **by)
    assert screening.parts == ["idea", "budget", "financing", "pledges"], "what hangs on the budget opens with it"
    assert application.is_open("financing") and not application.is_open("steps")
    assert programme.make_application(ApplicationStatus.DRAFT).asked_parts is None


def test_what_is_missing_opens_with_what_is_asked_for(programme):
    """A paper refused by the secretary could not be replaced otherwise, and nothing could be submitted again."""
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    minutes = documents.of(application)[0]
    documents.refuse(minutes, application, reason="Кол коюлган эмес.", **by)
    screening = screenings.screen(application, ScreeningOutcome.RETURNED, reason="Оңдоңуз.", parts=["idea"], **by)
    assert screening.parts == ["idea", "documents"]


def test_what_runs_out_in_a_part_nobody_asked_for_keeps_nobody_from_mending(programme):
    """It was right when the application was returned, and no page is open on which it could be renewed."""
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    by = {"reason": "Оңдоңуз.", "actor": Actor(programme.secretary), "now": clock.now()}
    screenings.screen(application, ScreeningOutcome.RETURNED, parts=["idea"], **by)
    minutes = documents.of(application)[0]
    minutes.expires_on = clock.bishkek_day(clock.now()) - timedelta(days=1)
    db.session.delete(application.beneficiaries)  # as of one handed in before they were counted
    db.session.flush()
    db.session.expire(application)
    assert {gap.part for gap in applications.lacking(application, clock.now())} == {"beneficiaries"}
    assert applications.gaps(application, clock.now()) == []
    chair = {"actor": Actor(programme.chair_of(application.association)), "now": clock.now()}
    applications.sign_off(application, **chair)
    applications.submit(application, **chair)
    screenings.screen(application, ScreeningOutcome.RETURNED, parts=["idea"], **by)
    assert application.is_open("beneficiaries") and not application.is_open("documents")


def test_a_paper_that_was_good_when_it_was_handed_in_stays_good_while_others_decide(programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    minutes = documents.of(application)[0]
    minutes.expires_on = clock.bishkek_day(application.submitted_at)
    db.session.flush()
    later = application.submitted_at + timedelta(days=20)
    assert [paper.counts for paper in papers.of(application, now=later)] == [True]
    by = {"reason": "Оңдоңуз.", "actor": Actor(programme.secretary), "now": later}
    screenings.screen(application, ScreeningOutcome.RETURNED, parts=["documents"], **by)
    assert [paper.state for paper in papers.of(application, now=later)] == [papers.PaperState.EXPIRED]


def test_a_paper_nobody_asked_for_keeps_the_day_it_was_handed_in_through_a_return(programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    documents.of(application)[0].expires_on = clock.bishkek_day(application.submitted_at)
    db.session.flush()
    later = application.submitted_at + timedelta(days=20)
    by = {"reason": "Оңдоңуз.", "actor": Actor(programme.secretary), "now": later}
    screenings.screen(application, ScreeningOutcome.RETURNED, parts=["idea"], **by)
    assert [paper.counts for paper in papers.of(application, now=later)] == [True]
    chair = {"actor": Actor(programme.chair_of(application.association)), "now": later}
    applications.sign_off(application, **chair)
    applications.submit(application, **chair)
    assert application.submitted_at == later
    assert [paper.counts for paper in papers.of(application, now=later + timedelta(days=9))] == [True]


def test_a_refused_paper_of_two_pages_is_no_minutes(programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    minutes, by = documents.of(application)[0], {"now": clock.now(), "storage": programme.storage}
    chair = Actor(programme.chair_of(application.association))
    page = programme.make_pdf()
    documents.attach(application, DocumentKind.MEETING_MINUTES, page, page_of=minutes, actor=chair, **by)

    def unmet():
        found = {one.rule for one in screenings.findings(application) if not one.met}
        (row,) = screening_lists.rows([application.id])
        return found, set(row.unmet)

    assert unmet() == (set(), set())
    documents.refuse(minutes, application, reason="Окулбайт.", actor=Actor(programme.secretary), now=clock.now())
    assert unmet() == ({"meeting"}, {"meeting"})


def test_an_application_that_is_out_can_be_asked_for_another_part(programme, returned):
    by = {"reason": "Бюджетти да караңыз.", "actor": Actor(programme.secretary), "now": clock.now()}
    screenings.screen(returned, ScreeningOutcome.RETURNED, parts=["targets"], **by)
    assert returned.status is ApplicationStatus.RETURNED
    assert returned.is_open("targets") and returned.is_open("documents") and not returned.is_open("idea")
    meeting = screenings.screen(returned, ScreeningOutcome.RETURNED, parts=["meeting"], **by)
    assert {"meeting", "documents", "targets"} == set(meeting.parts), "the minutes are a document"


def test_a_tie_keeps_from_deciding_about_papers_as_it_keeps_from_screening(programme):
    """Whoever could refuse a neighbour's minutes would have screened it in all but name."""
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    lives, declared = programme.make_user(Role.SECRETARY), programme.make_user(Role.SECRETARY)
    lives.person.village_id = application.association.village_id
    programme.tie(application, declared)
    minutes = documents.of(application)[0]
    for user in (lives, declared):
        by = {"actor": Actor(user), "now": clock.now()}
        with pytest.raises(SeparationOfDutyError):
            screenings.screen(application, ScreeningOutcome.INELIGIBLE, reason="Жок.", **by)
        with pytest.raises(SeparationOfDutyError):
            documents.refuse(minutes, application, reason="Кол коюлган эмес.", **by)
    assert minutes.is_in_force
    untied = {"actor": Actor(programme.secretary), "now": clock.now()}
    documents.refuse(minutes, application, reason="Кол коюлган эмес.", **untied)
    for user in (lives, declared):
        with pytest.raises(SeparationOfDutyError):
            documents.take_again(minutes, application, actor=Actor(user), now=clock.now())
    assert minutes.refused_by_id == programme.secretary.id


def test_a_refused_paper_is_replaced_and_not_twice(programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    minutes = documents.of(application)[0]
    documents.refuse(minutes, application, reason="Кол коюлган эмес.", **by)
    screenings.screen(application, ScreeningOutcome.RETURNED, reason="Оңдоңуз.", parts=["documents"], **by)
    given = {"storage": programme.storage, "replaces": minutes} | by
    newer = documents.attach(application, DocumentKind.MEETING_MINUTES, programme.make_pdf(), **given)
    assert minutes.replaced_by_id == newer.id
    with pytest.raises(DomainError) as refusal:
        documents.attach(application, DocumentKind.MEETING_MINUTES, programme.make_pdf(), **given)
    assert refusal.value.field == "goes_to"
