"""Reporting dates: the reports a donor's agreement asks for, entered, taken off, recorded as sent."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import LOCALES, datetime_text, gettext
from app.policy import Permission
from app.services import reporting_dates
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page, removal_page
from forms.reporting_dates import ReportingDateForm, SentForm
from models.funding_reports import FundingReport
from models.funds import Fund
from models.reporting_dates import ReportingDate

bp = Blueprint("reporting_dates", __name__, url_prefix="/funds/<int:fund_id>/reporting-dates")


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.FUND_MANAGE, POST=Permission.FUND_MANAGE)
def new(fund_id: int) -> ResponseReturnValue:
    """Enter a report the agreement asks for."""
    fund, form = load(Fund, fund_id, Permission.FUND_MANAGE), ReportingDateForm()
    if form.validate_on_submit() and attempt(form, lambda: _enter(fund, form)):
        return finish(_agreement(fund_id), gettext("The report is on the list."))
    return form_page("reporting_dates/new.html", form, fund=fund)


def _enter(fund: Fund, form: ReportingDateForm) -> ReportingDate:
    return reporting_dates.enter(
        fund,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        due_on=form.due_on.data,
        is_final=form.is_final.data,
        actor=actor(),
        now=clock.now(),
    )


@bp.route("/<int:date_id>/delete", methods=["GET", "POST"])
@requires(GET=Permission.FUND_MANAGE, POST=Permission.FUND_MANAGE)
def delete(fund_id: int, date_id: int) -> ResponseReturnValue:
    """Take a report off the list, after showing what goes."""
    fund = load(Fund, fund_id, Permission.FUND_MANAGE)
    date = _one(fund, date_id)
    return removal_page(
        "reporting_dates/delete.html",
        date,
        lambda: reporting_dates.remove(date, actor=actor(), now=clock.now()),
        here=url_for(".delete", fund_id=fund_id, date_id=date_id),
        location=_agreement(fund_id),
        message=gettext("The report is off the list."),
        fund=fund,
        date=date,
    )


@bp.route("/<int:date_id>/send", methods=["GET", "POST"])
@requires(GET=Permission.FUND_MANAGE, POST=Permission.FUND_MANAGE)
def send(fund_id: int, date_id: int) -> ResponseReturnValue:
    """Record which frozen report was sent to the donor."""
    fund = load(Fund, fund_id, Permission.FUND_MANAGE)
    date = _one(fund, date_id)
    form, found = SentForm(), reporting_dates.fitting(date)
    form.report.choices = [(one.id, _report_text(one)) for one in found]
    chosen = {one.id: one for one in found}
    if form.validate_on_submit() and attempt(
        form,
        lambda: reporting_dates.send(
            date, chosen[form.report.data], sent_on=form.sent_on.data, actor=actor(), now=clock.now()
        ),
    ):
        return finish(_agreement(fund_id), gettext("The report is recorded as sent."))
    return form_page("reporting_dates/send.html", form, fund=fund, date=date)


def _one(fund: Fund, date_id: int) -> ReportingDate:
    """A report of this fund's list, else a 404."""
    return next((one for one in reporting_dates.of(fund) if one.id == date_id), None) or abort(404)


def _agreement(fund_id: int) -> str:
    return url_for("fund_agreements.show", fund_id=fund_id)


def _report_text(report: FundingReport) -> str:
    finished = datetime_text(report.finished_at) if report.finished_at else ""
    return gettext("finished %(moment)s, in %(language)s", moment=finished, language=dict(LOCALES)[report.locale])
