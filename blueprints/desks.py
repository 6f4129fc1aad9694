"""The desk: what waits for me, by due date."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock, policy
from app.policy import Permission
from app.services import calls, desks, first_steps, funding_reports, funds, notifications
from app.services.first_steps import FirstStep
from app.web.access import requires, signed_in_user
from models.funding_reports import FundingReport, FundingReportStatus
from models.funds import Fund
from models.users import Role, User

bp = Blueprint("desks", __name__)


@bp.get("/")
@requires(GET=Permission.DESK_READ)
def index() -> ResponseReturnValue:
    """Each role lands here after sign-in."""
    user, now = signed_in_user(), clock.now()
    reads, administers = user.has_role(Role.DONOR), user.has_role(Role.ADMINISTRATOR)
    return render_template(
        "desks/index.html",
        user=user,
        own_funds=_funds_with_reports(user) if reads else None,
        first_steps=_first_steps() if administers else [],
        waiting_accounts=desks.awaiting_first_sign_in() if administers else None,
        only_reads=user.roles <= {Role.DONOR, Role.ADMINISTRATOR},
        tasks=desks.tasks_for(user, now),
        notices=notifications.inbox(user, limit=5),
        open_calls=calls.open_calls(now),
        today=clock.bishkek_day(now),
    )


def _first_steps() -> list[FirstStep]:
    """What a new programme still needs; nothing once everything is there."""
    steps = first_steps.all_of_them()
    return [] if all(step.is_done for step in steps) else steps


def _funds_with_reports(user: User) -> list[tuple[Fund, FundingReport | None]]:
    """The donor's funds, each with the newest finished report."""
    newest: dict[int, FundingReport] = {}
    for report in funding_reports.readable_by(user):
        if report.status is FundingReportStatus.DONE:
            newest.setdefault(report.fund_id, report)
    return [(fund, newest.get(fund.id)) for fund in funds.listed(policy.visible(user, Fund))]
