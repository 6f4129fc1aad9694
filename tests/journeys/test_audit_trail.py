"""Every change of a status leaves its audit row: each edge of each life cycle is walked and watched."""

from datetime import timedelta

from app import clock
from app.services import (
    account_objections,
    adjournments,
    agendas,
    appeals,
    applications,
    assets,
    assignment_plans,
    assignments,
    bank_statement_matches,
    bank_statements,
    calls,
    contributions,
    corrected_protocols,
    decisions,
    expenditure_reports,
    fund_closings,
    funds,
    grant_amendments,
    grants,
    letters,
    lost_devices,
    new_decisions,
    overrides,
    payment_batches,
    purchases,
    recoveries,
    reductions,
    repayments,
    reserves,
    review_deadlines,
    reviews,
    screening_batches,
    screenings,
    suppliers,
    terminations,
    tranches,
)
from app.services.actors import Actor
from app.services.decisions import Motion
from app.services.errors import DomainError
from app.services.protocol_places import Change, Place
from app.services.reviews import Judgement
from app.workflow import TABLES
from models.account_objections import ObjectionVerdict
from models.applications import ApplicationStatus, BudgetHeading, ScreeningOutcome
from models.assets import AssetEnd
from models.assignment_plans import PlanMode
from models.base import db
from models.centres import Condition
from models.contributions import ContributionStatus
from models.council_sessions import CouncilSession, DecisionOutcome
from models.expenditures import ExpenditureStatus
from models.grants import GrantStatus, TrancheStatus
from models.indicators import ResultStatus
from models.lost_devices import IdentityCheck
from models.overrides import OverrideStatus
from models.recoveries import RecoveryKind
from models.reviews import ConflictKind
from models.users import Role, User
from models.visits import VisitStatus
from tests.factories import SOM, TEXT, Programme
from tests.support import trail
from tests.support.accounts import enrol

NOUNS = {
    "Thing in the asset register": "assets",
    "Objection to a payout account": "account_objections",
    "Spending": "expenditures",
    "Spending report": "expenditure_reports",
    "Change of an agreement": "grant_amendments",
    "Held finding": "held_screenings",
    "Plan of assignments": "assignment_plans",
    "Session of the Council": "council_sessions",
    "Item of the agenda": "agenda_items",
    "Decision letter": "letters",
    "Corrected protocol": "corrected_protocols",
    "Lost phone": "lost_devices",
    "Bank statement": "bank_statements",
    "Match of a bank statement": "bank_statement_matches",
    "Early end": "terminations",
    "Money claimed back": "recoveries",
    "Money paid back": "repayments",
    "Closing of a fund": "fund_closings",
    "Payment list": "payment_batches",
    "Payment of a list": "payments",
}
"""Nouns whose table is not their plural."""
S = ApplicationStatus


def edges() -> set[tuple[str, str, str]]:
    """(table, status, next status) of every life cycle, where the status changes."""
    return {
        (NOUNS.get(noun, f"{noun.lower()}s"), source.value, row.to.value)
        for noun, table in TABLES.items()
        for (source, _action), row in table.items()
        if source is not row.to
    }


def walk_calls_and_applications(programme: Programme) -> None:
    secretary, now = Actor(programme.secretary), clock.now()
    calls.cancel(programme.make_call(is_open=False), actor=secretary, now=now)
    for status in ApplicationStatus:
        programme.make_application(status)
    for status, action in applications.TRANSITIONS:
        if action == "withdraw":
            one = programme.make_application(status)
            chair = Actor(programme.chair_of(one.association))
            applications.withdraw(one, reason="Каражат табылды", actor=chair, now=now)
    for status in (S.RESUBMITTED, S.RETURNED):
        for outcome in ScreeningOutcome:
            if status is S.RESUBMITTED or outcome is ScreeningOutcome.INELIGIBLE:
                one = programme.make_application(status)
                screenings.screen(one, outcome, reason=TEXT, parts=["idea"], actor=secretary, now=now)
    signed = programme.make_application(S.SIGNED_OFF)
    applications.reopen(signed, actor=Actor(programme.chair_of(signed.association)), now=now)


def walk_held_findings(programme: Programme) -> None:
    """One is sent, one was withdrawn meanwhile and is left out, one is taken back."""
    now, secretary = clock.now(), Actor(programme.secretary)
    held = [programme.make_application(S.SUBMITTED, association=programme.make_association()) for _ in range(3)]
    batch = screening_batches.hold(
        held,
        ScreeningOutcome.INELIGIBLE,
        seen={one.id: one.version for one in held},
        reason=TEXT,
        parts=(),
        actor=secretary,
        now=now,
    )
    chair = Actor(programme.chair_of(held[0].association))
    applications.withdraw(held[0], reason=TEXT, actor=chair, now=now)
    last = screening_batches.held_on(held[2])
    assert last is not None
    screening_batches.undo(batch, last.id, actor=secretary, now=now)
    screening_batches.send(batch, actor=secretary, now=now)


def walk_assignments(programme: Programme, third: User) -> None:
    now = clock.now()
    for accepts in (False, True):
        for gives_back in (False, True):
            one = assignments.of_application(programme.make_application(S.IN_REVIEW))[0]
            actor = Actor(one.reviewer)
            if accepts:
                assignments.declare(one, None, actor=actor, now=now)
            if gives_back:
                assignments.decline(one, reason=TEXT, actor=actor, now=now)
            else:
                assignments.declare(one, ConflictKind.OTHER, explanation=TEXT, actor=actor, now=now)
    application = programme.make_application(S.IN_REVIEW)
    programme.assign(application, third)
    for one in assignments.of_application(application)[:2]:
        programme.review(one)
    programme.assign(programme.make_application(S.REVIEWED), third)
    application = programme.make_application(S.IN_REVIEW)
    accepted = assignments.of_application(application)[0]
    walk_a_void_review(programme)
    programme.reopen(assignments.of_application(programme.make_application("reviewed"))[0])
    assignments.declare(accepted, None, actor=Actor(accepted.reviewer), now=now)
    chair = Actor(programme.chair_of(application.association))
    applications.withdraw(application, reason=TEXT, actor=chair, now=now)


def walk_plans(programme: Programme) -> None:
    """A plan takes the place of another one, and is applied."""
    call = programme.make_call()
    application = programme.make_application(S.ELIGIBLE, call=call, association=programme.make_association())
    secretary, now = Actor(programme.secretary), clock.now()
    due_on = clock.bishkek_day(now + timedelta(days=14))
    for _ in range(2):
        plan = assignment_plans.make(application.call, PlanMode.FILL, due_on=due_on, actor=secretary, now=now)
    assert assignment_plans.apply(plan, actor=secretary, now=now) == 2


def walk_a_void_review(programme: Programme) -> None:
    """A conflict found late ends what was handed in."""
    application = programme.make_application(S.REVIEWED)
    reviewer = assignments.of_application(application)[0].reviewer
    assignments.void(application, reviewer, actor=Actor(programme.secretary), now=clock.now())


def walk_a_late_reviewer(programme: Programme, third: User) -> None:
    """Who accepted and is late is not waited for: the assignment is closed when enough reviews are in."""
    application = programme.make_application(S.IN_REVIEW)
    secretary, now = Actor(programme.secretary), clock.now()
    late = programme.assign(application, third)
    assignments.declare(late, None, actor=Actor(late.reviewer), now=now)
    for one in assignments.of_application(application)[:2]:
        assignments.declare(one, None, actor=Actor(one.reviewer), now=now)
        last = clock.bishkek_day(now + timedelta(days=90))
        review_deadlines.extend(one, due_on=last, actor=secretary, now=now)
        judgements = {each.key: Judgement(4, TEXT) for each in application.call.criteria}
        reviews.submit(one, judgements, TEXT, actor=Actor(one.reviewer), now=now + timedelta(days=80))


def walk_grants(programme: Programme) -> None:
    for status in (GrantStatus.COMPLETED, GrantStatus.SUSPENDED):
        grant = programme.make_grant(status)
    finance, now = Actor(programme.finance), clock.now()
    grants.resume(grant, reason=TEXT, actor=finance, now=now)
    for status in (TrancheStatus.REQUESTED, TrancheStatus.PREPARED, TrancheStatus.APPROVED):
        tranches.send_back(programme.make_tranche(status), reason=TEXT, actor=finance, now=now)
    returned = programme.make_tranche(TrancheStatus.RETURNED)
    tranches.request(returned, actor=programme.chair_actor(returned.grant), now=now)
    programme.make_reduced()
    half = programme.make_grant()
    money = [programme.make_contribution(half, "verified", amount=one.amount) for one in half.tranches[:2]]
    programme.advance(half.tranches[0], TrancheStatus.ACCOUNTED)
    programme.advance(half.tranches[1], TrancheStatus.RETURNED)
    contributions.reverse(money[1], reason=TEXT, actor=finance, now=now)
    paid = half.tranches[0].amount
    reductions.reduce(half, expected=paid, reason=TEXT, actor=finance, now=clock.now())
    grant = programme.make_grant(is_matched=True)
    for status in ContributionStatus:
        programme.make_contribution(grant, status)
    programme.advance(grant.tranches[0], TrancheStatus.CONFIRMED)
    for status in ExpenditureStatus:
        programme.make_expenditure(grant, status)
    programme.make_visit(grant, VisitStatus.DONE)
    for status in (ResultStatus.REFUSED, ResultStatus.VERIFIED):  # one value a day, unless it was refused
        programme.make_result(grant, status)


def walk_claims(programme: Programme) -> None:
    """A claim is refused, another decided and paid; then the payment is found to be a mistake."""
    finance, chair, now = Actor(programme.finance), Actor(programme.council_chair), clock.now()
    grant, day = programme.make_tranche(TrancheStatus.CONFIRMED).grant, clock.bishkek_day(now)
    for _time in range(2):
        claim = recoveries.propose(
            grant, RecoveryKind.CLAIM, amount=SOM, reason=TEXT, due_on=day, actor=finance, now=now
        )
        if recoveries.of_grant(grant) == [claim]:
            recoveries.refuse(claim, reason=TEXT, actor=chair, now=now)
    recoveries.approve(claim, actor=chair, now=now)
    given = {"amount": SOM, "paid_on": day, "bank_reference": "BACK", "reason": TEXT, "actor": finance, "now": now}
    repayments.refuse(repayments.record(grant, **given), reason=TEXT, actor=finance, now=now)
    programme.repay(grant)
    repayments.reverse(repayments.of_grant(grant)[-1], reason=TEXT, actor=finance, now=now)


def walk_purchases(programme: Programme) -> None:
    """A quotation is taken and given up; of another purchase an exception is refused, then allowed."""
    finance, now, day = Actor(programme.finance), clock.now(), clock.bishkek_day(clock.now())
    grant = programme.make_grant(GrantStatus.ACTIVE)
    by = {"actor": programme.chair_actor(grant), "now": now}
    for count in (purchases.QUOTATIONS, 1):
        row = purchases.begin(grant, BudgetHeading.EQUIPMENT, TEXT, **by)
        for number in range(count):
            firm = suppliers.named(f"Firm {number}", suppliers.Details(), is_another=True, **by)
            offer = {"amount": SOM, "quoted_on": day, "upload": programme.make_pdf(), "storage": programme.storage}
            taken = purchases.quote(row, firm, **offer, **by)
    chosen = purchases.of_grant(grant)[0]
    purchases.choose(chosen, chosen.quotations[0], reason="", **by)
    purchases.reopen(chosen, **by)
    purchases.ask_exception(row, taken, reason=TEXT, **by)
    purchases.refuse(row, reason=TEXT, actor=finance, now=now)
    purchases.ask_exception(row, taken, reason=TEXT, **by)
    purchases.allow(row, actor=finance, now=now)


def walk_assets(programme: Programme) -> None:
    """One thing is refused; another is confirmed, moved, looked at, lost and found again."""
    finance, monitor, now = Actor(programme.finance), Actor(programme.monitor), clock.now()
    grant = programme.make_grant(GrantStatus.ACTIVE, is_matched=True)
    programme.advance(grant.tranches[0], TrancheStatus.CONFIRMED)
    bill, chair = programme.make_expenditure(grant, "accepted"), programme.chair_actor(grant)
    refused, kept = (programme.make_asset(bill, value=SOM) for _ in range(2))
    assets.refuse(refused, reason=TEXT, actor=finance, now=now)
    assets.confirm(kept, actor=finance, now=now)
    assets.move(kept, kept_at=TEXT, keeper_name=TEXT, actor=chair, now=now)
    seen = {"checked_on": clock.bishkek_day(now), "bears_emblem": True, "note": TEXT}
    assets.look_at(kept, Condition.BROKEN, **seen, actor=monitor, now=now)
    assets.end(kept, AssetEnd.LOST, clock.bishkek_day(now), reason=TEXT, actor=chair, now=now)
    assets.find(kept, reason=TEXT, actor=monitor, now=now)


def walk_closings(programme: Programme) -> None:
    """Of a fund whose grant is completed: first refused, then decided."""
    fund, now = (
        programme.make_grant(GrantStatus.COMPLETED, call=programme.make_call(fund=programme.make_fund())).fund,
        clock.now(),
    )
    for verb in ("refuse", "approve"):
        closing = fund_closings.propose(
            fund,
            kept=0,
            amount=funds.position(fund).available,
            paid_on=clock.bishkek_day(now),
            bank_reference="OUT-1",
            reason=TEXT,
            actor=Actor(programme.finance),
            now=now,
        )
        more = {"reason": TEXT} if verb == "refuse" else {}
        getattr(fund_closings, verb)(closing, actor=Actor(programme.council_chair), now=now, **more)


def walk_early_ends(programme: Programme) -> None:
    """Of an active grant and of a suspended one; a first proposal is refused."""
    finance, chair, now = Actor(programme.finance), Actor(programme.council_chair), clock.now()
    for status in (GrantStatus.ACTIVE, GrantStatus.SUSPENDED):
        grant = programme.make_grant(status)
        refused = terminations.propose(grant, reason=TEXT, actor=finance, now=now)
        terminations.refuse(refused, reason=TEXT, actor=chair, now=now)
        terminations.approve(terminations.propose(grant, reason=TEXT, actor=finance, now=now), actor=chair, now=now)


def walk_payment_lists(programme: Programme) -> None:
    """A list is given up while it is looked through, another once it is closed; of a third the bank says all it can."""
    finance, now, day = Actor(programme.finance), clock.now(), clock.bishkek_day(clock.now())
    chosen = [programme.make_tranche(TrancheStatus.APPROVED) for _ in range(2)]
    for until in ("open", "closed"):
        payment_batches.cancel(programme.make_batch(*chosen, until=until), reason=TEXT, actor=finance, now=now)
    batch = programme.make_batch(*chosen, until="sent")
    paid, unpaid = batch.payments
    payment_batches.confirm(batch, paid, bank_reference="LIST-1", value_on=day, actor=finance, now=now)
    payment_batches.fail(batch, unpaid, reason=TEXT, actor=finance, now=now)
    tranches.return_(paid.tranche, reason=TEXT, actor=finance, now=now)


def walk_bank_statements(programme: Programme) -> None:
    """One is entered and its matches decided both ways; others are dropped or cannot be read, at each step."""
    finance, now = Actor(programme.finance), clock.now()
    by = {"actor": finance, "now": now}
    made = programme.make_bank_statement(until="columns")
    bank_statements.drop(made, **by)
    programme.make_contribution(programme.make_grant(), reference="TRAIL-1", amount=7_000_00)
    programme.make_contribution(programme.make_grant(), reference="TRAIL-2", amount=8_000_00)
    lines = [("TRAIL-1", 7_000_00), ("TRAIL-2", 8_000_00)]
    entered = programme.make_bank_statement(*lines)
    for match, act in zip(
        programme.matches_of(entered), (bank_statement_matches.confirm, bank_statement_matches.reject), strict=True
    ):
        act(match, **by)
        bank_statement_matches.undo(match, **by)
    bank_statements.search(entered, **by)
    bank_statements.fail(entered, DomainError("nothing"), now=now)
    read = programme.make_bank_statement(("X-1", 1_00), until="read")
    layout = bank_statements.layout_of(read)
    bank_statements.name_columns(read, layout, **by)
    bank_statements.fail(read, DomainError("nothing"), now=now)
    bank_statements.drop(read, **by)
    for until in ("read", "entering"):
        one = programme.make_bank_statement((f"{until}-1", 1_00), until=until)
        if until == "read":
            bank_statements.drop(one, **by)
        else:
            bank_statements.fail(one, DomainError("nothing"), now=now)


def walk_overrides(programme: Programme) -> None:
    """Each end there is; one that was in force is not needed, because the tranche before is accounted for by then."""
    for status in OverrideStatus:
        programme.make_override(status)
    override = programme.make_override(OverrideStatus.APPROVED)
    override.grant.accounting_percent = 0
    tranches.settle(override.grant, actor=Actor(programme.finance), now=clock.now())
    programme.advance(override.tranche, TrancheStatus.RELEASED)
    proposed = programme.make_override(OverrideStatus.PROPOSED)
    overrides.withdraw(proposed, reason=TEXT, actor=Actor(programme.finance), now=clock.now())


def walk_grant_amendments(programme: Programme) -> None:
    """One of each end."""
    finance, now = Actor(programme.finance), clock.now()
    grant = programme.make_grant()
    grant.fund.ends_on = grant.ends_on + timedelta(days=90)
    chair = programme.chair_actor(grant)
    for act in (grant_amendments.refuse, grant_amendments.withdraw, grant_amendments.approve):
        day = grant.ends_on + timedelta(days=30)
        made = grant_amendments.extend(grant, day, reason=TEXT, actor=chair, now=now)
        if act is grant_amendments.approve:
            grant_amendments.approve(made, actor=finance, now=now)
        else:
            act(made, reason=TEXT, actor=finance, now=now)  # type: ignore[operator]


def walk_account_objections(programme: Programme) -> None:
    """One is answered, given back and dismissed, another one is right."""
    finance, now = Actor(programme.finance), clock.now()
    for verdict in ObjectionVerdict:
        association = programme.make_association()
        account = programme.change_account(association, now=now)
        chair = Actor(programme.chair_of(association))
        made = account_objections.raise_(account, said_by="", reason=TEXT, actor=chair, now=now)
        account_objections.answer(made, verdict, reason=TEXT, actor=finance, now=now)
        second = Actor(programme.council_chair)
        account_objections.disagree(made, reason=TEXT, actor=second, now=now)
        account_objections.answer(made, verdict, reason=TEXT, actor=finance, now=now)
        account_objections.agree(made, actor=second, now=now)


def walk_spending_reports(programme: Programme) -> None:
    """It is handed in, sent back, handed in again and accepted."""
    finance, now = Actor(programme.finance), clock.now()
    grant = programme.make_grant("active")
    chair = programme.chair_actor(grant)
    report = expenditure_reports.draft(grant, clock.bishkek_day(now), actor=chair, now=now)
    expenditure_reports.submit(report, explanation=TEXT, actor=chair, now=now)
    expenditure_reports.return_(report, reason=TEXT, actor=finance, now=now)
    expenditure_reports.submit(report, explanation=TEXT, actor=chair, now=now)
    expenditure_reports.accept(report, actor=finance, now=now)


def walk_lost_phones(programme: Programme) -> None:
    """One is confirmed, one refused after it was checked, one as it was reported."""
    now, secretary, administrator = clock.now(), Actor(programme.secretary), Actor(programme.administrator)
    for last in ("confirm", "refuse", "report"):
        owner = programme.make_user(Role.FINANCE)
        enrol(owner)
        lost = lost_devices.report(owner, now=now)
        if last != "report":
            lost_devices.check(lost, IdentityCheck.PASSPORT, reason=TEXT, actor=secretary, now=now)
        if last == "confirm":
            lost_devices.confirm(lost, actor=administrator, now=now)
        else:
            lost_devices.refuse(lost, reason=TEXT, actor=secretary, now=now)


def walk_reserves(programme: Programme) -> CouncilSession:
    """Returns the session, its protocol signed."""
    call, now = programme.make_past_call(), clock.now()
    chosen, reserve = (programme.make_application("reviewed", call=call) for _ in range(2))
    session = programme.make_session(call)
    agendas.discuss(session, chosen, actor=Actor(programme.secretary), now=now)
    agendas.put_back(session, chosen, actor=Actor(programme.secretary), now=now)
    for application, outcome, amount in (
        (chosen, DecisionOutcome.SELECTED, 200_000 * SOM),
        (reserve, DecisionOutcome.RESERVE, None),
    ):
        agendas.discuss(session, application, actor=Actor(programme.secretary), now=now)
        agendas.put_back(session, application, actor=Actor(programme.secretary), now=now)
        motion = Motion(outcome, amount, TEXT, 3, 0, 0)
        decisions.decide(session, application, motion, actor=Actor(programme.secretary), now=now)
    programme.sign(session)
    grant = programme.offer(chosen)
    grants.decline(grant, reason=TEXT, actor=Actor(programme.chair_of(chosen.association)), now=now)
    reserves.promote(reserve, grant, actor=Actor(programme.council_chair), now=now)
    return session


def walk_corrected_protocols(programme: Programme, session: CouncilSession) -> None:
    """Two are given up, before and after they were proposed; one is sent back and signed then."""
    secretary, chair = Actor(programme.secretary), Actor(programme.council_chair)
    now = clock.now()
    for fate in ("withdraw", "propose and withdraw", "sign"):
        one = corrected_protocols.draft(session, TEXT, actor=secretary, now=now)
        place = Change(Place.PLACE, session.place, "Ош, Ленин 205")
        corrected_protocols.correct_session(one, [place], actor=secretary, now=now)
        if fate != "withdraw":
            corrected_protocols.propose(one, actor=secretary, now=now)
        if fate == "sign":
            corrected_protocols.send_back(one, TEXT, actor=chair, now=now)
            corrected_protocols.propose(one, actor=secretary, now=now)
            corrected_protocols.sign(one, actor=chair, now=now)
        else:
            corrected_protocols.withdraw(one, actor=secretary, now=now)


def walk_appeals(programme: Programme) -> None:
    """One is upheld and loses a review, one dismissed, one taken back at once and one after it was received."""
    now, chair, secretary = clock.now(), Actor(programme.council_chair), Actor(programme.secretary)
    for fate in ("uphold", "dismiss", "withdraw", "withdraw late"):
        one = programme.make_application(S.REJECTED)
        letter = letters.readable(one, is_office=True)
        assert letter is not None and letter.sent_at is not None
        own = Actor(programme.chair_of(one.association))
        appeal = appeals.lodge(letter, TEXT, actor=own, now=letter.sent_at)
        if fate != "withdraw":
            appeals.acknowledge(appeal, actor=secretary, now=now)
        if fate.startswith("withdraw"):
            appeals.withdraw(appeal, reason=TEXT, actor=own, now=now)
        else:
            appeals.close(appeal, is_upheld=fate == "uphold", reason=TEXT, actor=chair, now=now)
        if fate == "uphold":  # no decision rests on its reviews any more: a conflict found now ends one
            assignments.void(one, assignments.of_application(one)[0].reviewer, actor=secretary, now=now)


def walk_decided_anew(programme: Programme) -> None:
    """After an upheld appeal the Council has it before it again, once rejected, once on the reserve list.

    It loses a review there, goes off the agenda and onto it again, and the session ends without decisions.
    """
    now, chair, secretary = clock.now(), Actor(programme.council_chair), Actor(programme.secretary)
    for status in (S.REJECTED, S.RESERVE):
        one = programme.make_application(status, call=programme.make_past_call())
        letter = letters.readable(one, is_office=True)
        assert letter is not None and letter.sent_at is not None
        appeal = appeals.lodge(letter, TEXT, actor=Actor(programme.chair_of(one.association)), now=letter.sent_at)
        appeals.acknowledge(appeal, actor=secretary, now=now)
        appeals.close(appeal, is_upheld=True, reason=TEXT, actor=chair, now=now)
        session = programme.make_session(one.call, now=now)
        assignments.void(one, assignments.of_application(one)[0].reviewer, actor=secretary, now=now)
        adjournments.take_off(session, one, reason=TEXT, actor=secretary, now=now)
        new_decisions.take_up(appeal, session, actor=secretary, now=now)
        adjournments.adjourn(session, reason=TEXT, actor=secretary, now=now)


def test_every_change_of_a_status_is_told(programme: Programme) -> None:
    programme.shelf = None  # every act is done here, and seen
    watched = trail.of(db.session())
    walk_calls_and_applications(programme)
    walk_held_findings(programme)
    third = programme.make_user(Role.REVIEWER)
    walk_assignments(programme, third)
    walk_a_late_reviewer(programme, third)
    walk_plans(programme)
    walk_grants(programme)
    walk_early_ends(programme)
    walk_claims(programme)
    walk_purchases(programme)
    walk_assets(programme)
    walk_closings(programme)
    walk_payment_lists(programme)
    walk_bank_statements(programme)
    walk_overrides(programme)
    walk_grant_amendments(programme)
    walk_spending_reports(programme)
    walk_account_objections(programme)
    walk_lost_phones(programme)
    walk_corrected_protocols(programme, walk_reserves(programme))
    walk_appeals(programme)
    walk_decided_anew(programme)
    assert trail.of(db.session()) is watched, "the transaction ended: what came before was not watched to its end"
    assert watched.complaints() == []
    assert edges() - watched.edges == set(), "walk these too"
