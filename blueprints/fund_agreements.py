"""Fund agreements: what was agreed with the donor, what of the money is spoken for, when the donor is reported to."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.policy import Permission
from app.services import conflicts, fund_agreements, funds, reporting_dates
from app.web.access import can, load, requires, signed_in_user
from models.applications import BudgetHeading
from models.funds import Fund

bp = Blueprint("fund_agreements", __name__, url_prefix="/funds/<int:fund_id>/agreement")


@bp.get("")
@requires(GET=Permission.FUND_READ)
def show(fund_id: int) -> ResponseReturnValue:
    """The agreement, the reports it asks for and, for the office, what of its money is spoken for."""
    fund, reader = load(Fund, fund_id, Permission.FUND_READ), signed_in_user()
    sees_calls = can(Permission.LEDGER_READ)
    return render_template(
        "fund_agreements/show.html",
        fund=fund,
        headings=[label_text(one) for one in BudgetHeading if one in funds.pays_for(fund)],
        today=clock.bishkek_day(clock.now()),
        dates=reporting_dates.of(fund),
        reservation=fund_agreements.reservation_of(fund, conflicts.ties_of(reader)) if sees_calls else None,
        calls=fund_agreements.calls_paid(fund, reader) if sees_calls else [],
    )
