"""Funding reports: asked for, made by a job while one looks on, read on screen, downloaded from the frozen figures."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import LOCALES, current_locale, gettext
from app.policy import Permission, visible
from app.services import funding_reports, funds, grants, users
from app.web.access import actor, can, load, requires, signed_in_user
from app.web.presentation import is_demonstration
from app.web.submissions import attempt, finish, form_page
from forms.funding_reports import FundingReportForm
from models.contributions import ContributionKind
from models.funding_reports import FundingReport, FundingReportStatus
from models.funds import Fund
from models.grants import Grant, GrantStatus
from models.visits import RiskRating
from reports import emblems, funding
from reports.funding import FundingReportData

GRANTS_SHOWN = 200
bp = Blueprint("funding_reports", __name__, url_prefix="/funding-reports")


@dataclass(frozen=True)
class Form:
    """A form a report is downloaded in: its media type, and what makes it of figures, language and demonstration."""

    media_type: str
    make: Callable[[FundingReportData, str, bool], bytes]


FORMS: Mapping[str, Form] = {
    "pdf": Form("application/pdf", lambda data, locale, demo: funding.to_pdf(data, locale, demonstration=demo)),
    "xlsx": Form(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda data, locale, demo: funding.to_xlsx(data, locale, demonstration=demo),
    ),
    "csv": Form("text/csv", lambda data, locale, _demo: funding.to_csv(data, locale)),
}


@bp.get("")
@requires(GET=Permission.FUNDING_REPORT_READ)
def index() -> ResponseReturnValue:
    """The newest reports."""
    rows = funding_reports.readable_by(signed_in_user())
    return render_template("funding_reports/index.html", rows=rows, languages=dict(LOCALES))


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.FUNDING_REPORT_READ, POST=Permission.FUNDING_REPORT_READ)
def new() -> ResponseReturnValue:
    """Ask for a report."""
    readable = {str(one.id): one for one in funds.listed(visible(signed_in_user(), Fund))}
    first = next(iter(readable.values()), None)
    today = clock.bishkek_day(clock.now())
    form = FundingReportForm(
        locale=current_locale(), starts_on=first.starts_on if first else None, ends_on=today if first else None
    )
    form.fund.choices = [(key, f"{one.code}: {one.name(current_locale())}") for key, one in readable.items()]
    form.locale.choices = list(LOCALES)
    if form.validate_on_submit() and (row := attempt(form, lambda: _request(form, readable[form.fund.data]))):
        return finish(url_for("funding_reports.show", report_id=row.id), gettext("The report is being made."))
    return form_page("funding_reports/new.html", form, funds=readable)


def _request(form: FundingReportForm, fund: Fund) -> FundingReport:
    return funding_reports.request(
        fund,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        locale=form.locale.data,
        actor=actor(),
        now=clock.now(),
    )


@bp.get("/<int:report_id>")
@requires(GET=Permission.FUNDING_REPORT_READ)
def show(report_id: int) -> ResponseReturnValue:
    """The report on screen in the page's language, or how far it is."""
    report = load(FundingReport, report_id, Permission.FUNDING_REPORT_READ)
    data = funding.from_json(report.content) if report.content else None
    numbers = [one.number for one in data.grants[:GRANTS_SHOWN]] if data else []
    return render_template(
        "funding_reports/show.html",
        report=report,
        data=data,
        figures=funding.figures(data) if data else [],
        parts=funding.in_period(data) if data else {},
        emblem=emblems.outline(data.emblem) if data else "",
        languages=dict(LOCALES),
        names=users.names_of([report.requested_by_id]) if can(Permission.CONTRIBUTION_READ) else {},
        grant_ids=grants.ids_of(visible(signed_in_user(), Grant), numbers),
        formats=list(FORMS),
        grants_shown=GRANTS_SHOWN,
        rate_source=funding.rate_source,
        is_over=report.status in (FundingReportStatus.DONE, FundingReportStatus.FAILED),
        **_texts(),
    )


def _texts() -> dict[str, object]:
    """The frozen figures hold plain codes: what people read instead."""
    tables = {
        "kind_texts": ContributionKind,
        "status_texts": GrantStatus,
        "risk_texts": RiskRating,
    }
    texts = {name: {one.value: label_text(one) for one in codes} for name, codes in tables.items()}
    return texts | {"overridden": funding.overridden, "offices": funding.offices}


@bp.get("/<int:report_id>/progress")
@requires(GET=Permission.FUNDING_REPORT_READ)
def progress(report_id: int) -> ResponseReturnValue:
    """The part of the page that is asked for again every two seconds."""
    report = load(FundingReport, report_id, Permission.FUNDING_REPORT_READ)
    is_over = report.status in (FundingReportStatus.DONE, FundingReportStatus.FAILED)
    headers = {"HX-Refresh": "true"} if is_over else {}
    return render_template("funding_reports/progress.html", report=report, is_over=is_over), 200, headers


@bp.get("/<int:report_id>/<any(pdf, xlsx, csv):form>")
@requires(GET=Permission.FUNDING_REPORT_READ)
def download(report_id: int, form: str) -> ResponseReturnValue:
    """A file made from the frozen figures, in the report's language."""
    report = load(FundingReport, report_id, Permission.FUNDING_REPORT_READ)
    if report.status is not FundingReportStatus.DONE or report.content is None:
        abort(404)
    chosen, data = FORMS[form], funding.from_json(report.content)
    name = f"{report.fund.code}-{report.starts_on}-{report.ends_on}-{report.locale}.{form}"
    content = chosen.make(data, report.locale, is_demonstration())
    return send_file(io.BytesIO(content), mimetype=chosen.media_type, as_attachment=True, download_name=name, max_age=0)
