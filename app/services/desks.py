"""A desk per role: what waits for whom, by the day it is due."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from app.clock import bishkek_day
from app.localisation import N_, current_locale, ngettext
from app.services import (
    account_tasks,
    agreement_tasks,
    applications,
    asset_tasks,
    assignments,
    bank_statement_lists,
    conflicts,
    contributions,
    council_tasks,
    dictations,
    expenditure_report_tasks,
    expenditures,
    grant_amendment_tasks,
    lost_devices,
    override_tasks,
    payment_batches,
    purchase_tasks,
    rankings,
    rate_tasks,
    repayment_tasks,
    reporting_dates,
    results,
    screening_batches,
    tranche_receipt_tasks,
    visits,
    workloads,
)
from app.services.desk_tasks import ANSWER_WITHIN, Task, planned_for
from models.applications import WAITING, Application, ApplicationStatus
from models.associations import Association, PayoutAccount
from models.base import db, written_out
from models.calls import Call, CallStatus
from models.grants import Grant, GrantStatus, Tranche, TrancheStatus
from models.lost_devices import LostDeviceStatus
from models.payment_batches import LIVE, Payment
from models.reviews import Assignment, AssignmentStatus
from models.screening_batches import HeldScreening, HeldStatus
from models.users import Role, User

MOST = 60
MISSED_STAYS = timedelta(days=30)
"""How long an application that missed the deadline stays on the applicant's desk."""


def tasks_for(user: User, now: datetime) -> list[Task]:
    """What waits for `user` in every role held, the nearest day first; what has no day comes last."""
    found: list[Task] = []
    for role, gather in _DESKS.items():
        if user.has_role(role):
            found.extend(gather(user, now))
    if user.has_role(*lost_devices.HANDLED_BY):
        found.extend(_lost_devices(user))
    found.extend(account_tasks.of(user))
    found.extend(agreement_tasks.of(user))
    found.extend(override_tasks.of(user))
    found.extend(grant_amendment_tasks.of(user))
    found.extend(purchase_tasks.of(user))
    found.extend(asset_tasks.of(user))
    return sorted(found, key=lambda task: (task.due_on or date.max, task.text, task.subject))


def _lost_devices(user: User) -> list[Task]:
    states = {
        LostDeviceStatus.REPORTED: N_("Make sure who has lost the phone"),
        LostDeviceStatus.CHECKED: N_("Confirm that the phone is lost"),
    }
    return [
        Task(
            states[one.status],
            one.user.display_name,
            "lost_devices.show",
            {"lost_device_id": one.id},
            bishkek_day(one.checked_at or one.opened_at),
        )
        for one in lost_devices.waiting()
        if lost_devices.obstacle(one, user) is None
    ]


def _applicant(user: User, now: datetime) -> list[Task]:
    own = db.select(Association.id).where(
        Association.id.in_(user.association_ids) | Association.centre_id.in_(user.centre_ids)
    )
    tasks = []
    states = {
        ApplicationStatus.DRAFT: N_("Finish the application"),
        ApplicationStatus.SIGNED_OFF: N_("Submit the application"),
        ApplicationStatus.RETURNED: N_("Mend the returned application"),
    }
    query = (
        db.select(Application)
        .join(Application.call)
        .where(Application.association_id.in_(own), Application.status.in_(states), ~Application.is_test)
        .where(
            db.case(
                (Application.status == ApplicationStatus.RETURNED, Call.status == CallStatus.OPEN),
                else_=Call.closes_at > now - MISSED_STAYS,
            )
        )
        .options(db.joinedload(Application.association), db.contains_eager(Application.call))
        .limit(MOST)
    )
    for one in db.session.scalars(query):
        is_returned = one.status is ApplicationStatus.RETURNED
        is_missed = not is_returned and one.call.is_past_deadline(now)
        is_complete = not is_missed and one.status is ApplicationStatus.DRAFT and _is_complete(one, now)
        text = N_("Check the application and sign it off") if is_complete else states[one.status]
        tasks.append(
            Task(
                N_("Not submitted in time") if is_missed else text,
                f"{one.title or one.number} · {one.association.name(current_locale())}",
                "applications.check" if is_complete else "applications.show",
                {"application_id": one.id},
                None if is_returned or is_missed else bishkek_day(one.call.closes_at),
            )
        )
    for one in dictations.unconfirmed_for(user, MOST):
        speaks = one.association_id in user.association_ids and one.typed_by_id != user.id
        collected = one.typed_by_id == user.id and N_("Get what you wrote confirmed")
        tasks.append(
            Task(
                N_("Confirm what your centre wrote")
                if speaks
                else collected or N_("Get what was written for the association confirmed"),
                f"{one.association.name(current_locale())} · {one.voice}",
                "dictations.show",
                {"dictation_id": one.id},
                bishkek_day((one.ended_at or now) + ANSWER_WITHIN),
            )
        )
    grants = (
        db.select(Grant)
        .where(Grant.association_id.in_(own), Grant.status.in_([GrantStatus.OFFERED, GrantStatus.ACTIVE]))
        .options(db.joinedload(Grant.association), db.joinedload(Grant.application), db.selectinload(Grant.tranches))
        .limit(MOST)
    )
    for grant in db.session.scalars(grants):
        subject = f"{grant.application.title} · {grant.association.name(current_locale())}"
        where = {"grant_id": grant.id}
        if grant.status is GrantStatus.OFFERED:
            until = planned_for(grant.starts_on, grant.offered_at)
            tasks.append(Task(N_("Accept the grant"), subject, "grants.show", where, until))
            continue
        for tranche in grant.tranches:
            if tranche.status is TrancheStatus.RELEASED:
                tasks.append(tranche_receipt_tasks.applicant(tranche, subject, now))
            elif tranche.status in (TrancheStatus.PLANNED, TrancheStatus.RETURNED):
                tasks.append(Task(N_("Get the next tranche ready"), subject, "grants.show", where, tranche.due_on))
                break
            elif not tranche.is_settled:
                break
    return [*tasks, *asset_tasks.applicant(own), *expenditure_report_tasks.applicant(own, now)]


def _is_complete(application: Application, now: datetime) -> bool:
    """Whether nothing is missing before the sign-off; what has no money yet is not looked through."""
    has_money = bool(application.grant_requested and application.remittance_pledged)
    return has_money and not applications.gaps(application, now)


def _reviewer(user: User, _now: datetime) -> list[Task]:
    texts = {
        AssignmentStatus.PROPOSED: N_("Say whether you have an interest"),
        AssignmentStatus.ACCEPTED: N_("Write the review"),
    }
    return council_tasks.seats(user) + [
        Task(
            texts[one.status],
            f"{one.application.title} · {one.application.association.name(current_locale())}",
            "reviews.edit" if one.status is AssignmentStatus.ACCEPTED else "assignments.answer",
            {"assignment_id": one.id},
            one.due_on,
        )
        for one in assignments.of_reviewer(user)
        if one.status in texts
    ]


def _secretary(user: User, now: datetime) -> list[Task]:
    tasks, ties = [], conflicts.ties_of(user)
    held = db.select(HeldScreening.application_id).where(HeldScreening.status == HeldStatus.HELD)
    held_count = screening_batches.held_count(ties)
    if held_count:
        about = ngettext("%(num)s application", "%(num)s applications", held_count)
        title = N_("Send or take back the findings that are held")
        tasks.append(Task(title, about, "screening_batches.index", {}, bishkek_day(now)))
    query = (
        db.select(Application)
        .join(Application.call)
        .where(Application.status.in_(WAITING))
        .where(Call.status == CallStatus.OPEN, ~Application.is_test, Application.id.not_in(held))
        .where(*ties.free(Application.association_id, Application.id))
        .options(db.joinedload(Application.association))
        .order_by(Application.submitted_at)
        .limit(MOST)
    )
    for one in db.session.scalars(query):
        tasks.append(
            Task(
                N_("Screen the application"),
                f"{one.title} · {one.association.name(current_locale())}",
                "applications.show",
                {"application_id": one.id},
                bishkek_day(one.submitted_at + ANSWER_WITHIN) if one.submitted_at else None,
            )
        )
    for application, _held in workloads.lacking(ties, limit=MOST):
        is_anew = application.call.status is not CallStatus.OPEN
        if is_anew and application.status is not ApplicationStatus.IN_REVIEW:
            continue
        tasks.append(
            Task(
                N_("Assign reviewers"),
                f"{application.title} · {application.association.name(current_locale())}",
                "assignments.new",
                {"application_id": application.id},
                None if is_anew else application.call.screening_ends_on,  # from then on they read
            )
        )
    for application in rankings.all_far_apart(ties):
        tasks.append(
            Task(
                N_("Add another reviewer"),
                f"{application.title} · {application.association.name(current_locale())}",
                "assignments.new",
                {"application_id": application.id},
                application.call.reviews_end_on,
            )
        )
    for call in db.session.scalars(db.select(Call).where(Call.status == CallStatus.DRAFT)):
        title, opens_on = call.title_in(current_locale()), bishkek_day(call.opens_at)
        tasks.append(Task(N_("Open the call"), title, "calls.show", {"call_id": call.id}, opens_on))
    for call in db.session.scalars(db.select(Call).where(Call.status == CallStatus.OPEN, Call.closes_at < now)):
        title, where = call.title_in(current_locale()), {"call_id": call.id}
        tasks.append(Task(N_("Hold the Council's session"), title, "calls.show", where, call.council_sits_on))
    return tasks + council_tasks.secretary(user)


def awaiting_first_sign_in() -> int:
    """How many enabled accounts still have their first code."""
    query = (
        db.select(db.func.count())
        .select_from(User)
        .where(User.must_change_password.is_(True), User.disabled_at.is_(None))
    )
    return int(db.session.scalar(query) or 0)


def _finance(user: User, now: datetime) -> list[Task]:
    tasks, ties = [], conflicts.ties_of(user)
    free = db.and_(db.true(), *ties.free(Grant.association_id, Grant.application_id))
    listed = db.select(Payment.tranche_id).where(written_out(Payment.status, *LIVE))
    states = {
        TrancheStatus.REQUESTED: N_("Prepare the payment"),
        TrancheStatus.PREPARED: N_("Approve the payment"),
        TrancheStatus.APPROVED: N_("Release the payment"),
    }
    query = (
        db.select(Tranche)
        .join(Tranche.grant)
        .where(Tranche.status.in_(states), Tranche.id.not_in(listed))
        .where((Tranche.status == TrancheStatus.APPROVED) | free)  # who has a tie neither prepares nor approves
        .options(db.contains_eager(Tranche.grant).joinedload(Grant.association))
        .order_by(Tranche.due_on)
        .limit(MOST)
    )
    for tranche in db.session.scalars(query):
        before = {TrancheStatus.REQUESTED: tranche.requested_by_id, TrancheStatus.PREPARED: tranche.prepared_by_id}
        if before.get(tranche.status) == user.id:
            continue
        tasks.append(
            Task(
                states[tranche.status],
                f"{tranche.grant.number} · {tranche.grant.association.name(current_locale())}",
                "tranches.show",
                {"tranche_id": tranche.id},
                planned_for(tranche.due_on, tranche.requested_at),
            )
        )
    tasks += bank_statement_lists.tasks()
    for batch in payment_batches.unfinished(MOST):
        text, where = payment_batches.NEXT[batch.status], {"batch_id": batch.id}
        tasks.append(Task(text, f"{batch.number} · {batch.fund.code}", "payment_batches.show", where, batch.pay_on))
    offers = (
        db.select(Application)
        .where(Application.status == ApplicationStatus.SELECTED)
        .options(db.joinedload(Application.association), db.joinedload(Application.call))
        .limit(MOST)
    )
    for one in db.session.scalars(offers):
        subject, paid_on = f"{one.title} · {one.association.name(current_locale())}", one.call.first_payment_on
        tasks.append(Task(N_("Offer the grant"), subject, "grants.new", {"application_id": one.id}, paid_on))
    for line in expenditures.waiting(ties, MOST):
        if line.recorded_by_id == user.id:
            continue
        subject = f"{line.title} · {line.grant.association.name(current_locale())}"
        tasks.append(
            Task(
                N_("Check the spending"),
                subject,
                "expenditures.show",
                {"expenditure_id": line.id},
                bishkek_day(line.recorded_at + ANSWER_WITHIN),
            )
        )
    for account in db.session.scalars(
        db.select(PayoutAccount)
        .where(PayoutAccount.confirmed_at.is_(None), PayoutAccount.closed_at.is_(None))
        .options(db.joinedload(PayoutAccount.association))
        .limit(MOST)
    ):
        if account.proposed_by_id == user.id:
            continue
        name, until = account.association.name(current_locale()), bishkek_day(account.proposed_at + ANSWER_WITHIN)
        where = {"association_id": account.association_id}
        tasks.append(Task(N_("Confirm the payout account"), name, "associations.show", where, until))
    tasks += tranche_receipt_tasks.finance(now)
    tasks += expenditure_report_tasks.finance(user, now)
    tasks += repayment_tasks.finance(user)
    return [*tasks, *rate_tasks.finance(user, now), *reporting_dates.tasks(user, now)]


def _monitor(user: User, _now: datetime) -> list[Task]:
    tasks, ties = [], conflicts.ties_of(user)
    for one in contributions.waiting(ties, MOST):
        tasks.append(
            Task(
                N_("Verify the contribution"),
                f"{one.grant.number} · {one.grant.association.name(current_locale())}",
                "contributions.show",
                {"contribution_id": one.id},
                bishkek_day(one.recorded_at + ANSWER_WITHIN),
            )
        )
    for result, grant in results.waiting(ties, MOST):
        tasks.append(
            Task(
                N_("Verify the result"),
                f"{grant.number} · {grant.association.name(current_locale())}",
                "results.index",
                {"grant_id": grant.id},
                bishkek_day(result.reported_at + ANSWER_WITHIN),
            )
        )
    for visit in visits.planned_for(user, ties, MOST):
        subject = f"{visit.grant.number} · {visit.grant.association.name(current_locale())}"
        tasks.append(Task(N_("Visit the grant"), subject, "visits.show", {"visit_id": visit.id}, visit.planned_on))
    return tasks


def _nothing(_user: User, _now: datetime) -> list[Task]:
    return []


_DESKS: Mapping[Role, Callable[[User, datetime], list[Task]]] = {
    Role.MEMBER: _applicant,
    Role.OPERATOR: _applicant,
    Role.REVIEWER: _reviewer,
    Role.SECRETARY: _secretary,
    Role.COUNCIL_CHAIR: council_tasks.chair,
    Role.FINANCE: _finance,
    Role.MONITOR: _monitor,
    Role.DONOR: _nothing,
    Role.ADMINISTRATOR: _nothing,
}


def counts(user: User) -> Mapping[AssignmentStatus, int]:
    """A reviewer's assignments per status."""
    query = (
        db.select(Assignment.status, db.func.count())
        .where(Assignment.reviewer_id == user.id)
        .group_by(Assignment.status)
    )
    return {status: int(count) for status, count in db.session.execute(query)}
