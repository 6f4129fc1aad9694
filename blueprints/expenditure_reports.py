"""Spending reports: the period, the report with its files, handing it in, accepting it or sending it back."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import expenditure_reports, users
from app.services.workflow import allowed
from app.web.access import actor, load, requires, signed_in_user
from app.web.statements import shown_tables, statement_file
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.expenditure_reports import ExpenditureReportForm, ReturnReportForm, SubmitReportForm
from models.expenditure_reports import ExpenditureReport
from models.grants import Grant
from reports import expenditure_reports as papers
from reports.statements import Reader, Statement

bp = Blueprint("expenditure_reports", __name__)
P = Permission


@bp.route("/grants/<int:grant_id>/spending-reports/new", methods=["GET", "POST"])
@requires(GET=P.EXPENDITURE_RECORD, POST=P.EXPENDITURE_RECORD)
def new(grant_id: int) -> ResponseReturnValue:
    """Choose the last day of the next period."""
    grant = load(Grant, grant_id, P.EXPENDITURE_RECORD)
    period = expenditure_reports.next_period(grant)
    form = ExpenditureReportForm(ends_on=period[1])
    if form.validate_on_submit() and (
        report := attempt(
            form,
            lambda: expenditure_reports.draft(grant, form.ends_on.data, actor=actor(grant), now=clock.now()),
        )
    ):
        location = url_for(".show", expenditure_report_id=report.id)
        return finish(location, gettext("The period is set. Look the report through and hand it in."))
    return form_page("expenditure_reports/new.html", form, grant=grant, starts_on=period[0])


@bp.get("/spending-reports/<int:expenditure_report_id>")
@requires(GET=P.EXPENDITURE_READ)
def show(expenditure_report_id: int) -> ResponseReturnValue:
    """The report, what has to be done next, and its files."""
    report = load(ExpenditureReport, expenditure_report_id, P.EXPENDITURE_READ)
    whole = _gathered(report)
    return render_template(
        "expenditure_reports/show.html",
        report=report,
        whole=whole,
        tables=shown_tables(whole),
        bare=expenditure_reports.without_scan(report),
        actions=allowed(expenditure_reports.TRANSITIONS, report.status),
        names=users.names_of([report.submitted_by_id, report.decided_by_id]),
        handed_in_by_reader=report.submitted_by_id == signed_in_user().id,
        is_over=report.ends_on <= clock.bishkek_day(clock.now()),
    )


@bp.get("/spending-reports/<int:expenditure_report_id>/<any(pdf, xlsx, csv):form>")
@requires(GET=P.EXPENDITURE_READ)
def download(expenditure_report_id: int, form: str) -> ResponseReturnValue:
    """The same as a file."""
    whole = _gathered(load(ExpenditureReport, expenditure_report_id, P.EXPENDITURE_READ))
    return statement_file(whole, form, whole.name)


def _gathered(report: ExpenditureReport) -> Statement:
    now = clock.now()
    return papers.gather(report, Reader(now, clock.bishkek_day(now), current_locale()))


@bp.route("/spending-reports/<int:expenditure_report_id>/submit", methods=["GET", "POST"])
@requires(GET=P.EXPENDITURE_RECORD, POST=P.EXPENDITURE_RECORD)
def submit(expenditure_report_id: int) -> ResponseReturnValue:
    """The association hands the report in."""
    report = load(ExpenditureReport, expenditure_report_id, P.EXPENDITURE_RECORD)
    form = SubmitReportForm(explanation=report.explanation)
    if form.validate_on_submit() and attempt(form, lambda: _submit(form, report)):
        location = url_for(".show", expenditure_report_id=report.id)
        return finish(location, gettext("The report is handed in. Finance reads it next."))
    off = [one for one in expenditure_reports.uses(report) if one.is_off]
    return form_page("expenditure_reports/submit.html", form, report=report, off=off)


def _submit(form: SubmitReportForm, report: ExpenditureReport) -> None:
    explanation = form.explanation.data or ""
    expenditure_reports.submit(report, explanation=explanation, actor=actor(report), now=clock.now())


@bp.route("/spending-reports/<int:expenditure_report_id>/return", methods=["GET", "POST"])
@requires(GET=P.EXPENDITURE_ACCEPT, POST=P.EXPENDITURE_ACCEPT, fresh=True)
def return_(expenditure_report_id: int) -> ResponseReturnValue:
    """Finance sends the report back."""
    report, form = load(ExpenditureReport, expenditure_report_id, P.EXPENDITURE_ACCEPT), ReturnReportForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: expenditure_reports.return_(
            report, reason=form.reason.data or "", actor=actor(report), now=clock.now()
        ),
    ):
        location = url_for(".show", expenditure_report_id=report.id)
        return finish(location, gettext("The report went back to the association."))
    return form_page("expenditure_reports/return.html", form, report=report)


@bp.post("/spending-reports/<int:expenditure_report_id>/accept")
@requires(POST=P.EXPENDITURE_ACCEPT, fresh=True)
def accept(expenditure_report_id: int) -> ResponseReturnValue:
    """Finance accepts the report."""
    report = load(ExpenditureReport, expenditure_report_id, P.EXPENDITURE_ACCEPT)
    return act_on_button(
        lambda: expenditure_reports.accept(report, actor=actor(report), now=clock.now()),
        url_for(".show", expenditure_report_id=expenditure_report_id),
        gettext("The report is accepted."),
    )
