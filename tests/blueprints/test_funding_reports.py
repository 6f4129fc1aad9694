"""Funding reports: asked for, made by the job, read and downloaded from the frozen figures."""

import hashlib
import io
from typing import Any

import openpyxl
import pytest

from app import jobs
from models.base import db
from models.funding_reports import FundingReport, FundingReportStatus
from models.outbox import OutboxJob
from models.users import Role
from reports import emblems
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, text_of

PERIOD = {"starts_on": "01.01.2026", "ends_on": "12.10.2026", "locale": "ru"}


def reports() -> list[FundingReport]:
    return list(db.session.scalars(db.select(FundingReport).order_by(FundingReport.id)))


def ask(client: Client, programme: Programme, **changes: Any) -> Any:
    return client.submit("/funding-reports/new", **PERIOD | {"fund": str(programme.fund.id)} | changes)


def test_asked_for_once_the_job_waits_in_the_outbox(english: Client, programme: Programme) -> None:
    assert programme.fund
    english.sign_in(programme.donor_user)
    data = filled(choose_form(english.get("/funding-reports/new").text, "/funding-reports/new"), PERIOD)
    assert [english.post("/funding-reports/new", data=data).status_code for _ in range(2)] == [303, 303]
    (report,) = reports()
    (job,) = db.session.scalars(db.select(OutboxJob)).all()
    assert (job.function, job.arguments) == ("app.jobs.make_funding_report", [report.id])


def test_progress_then_the_report(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("completed")
    english.sign_in(programme.donor_user)
    assert ask(english, programme).status_code == 303
    (report,) = reports()
    url = f"/funding-reports/{report.id}"
    page = english.get(url)
    assert f'hx-get="{url}/progress"' in page.text
    assert "Look again" in page.text
    assert "http-equiv" not in page.text
    fragment = english.get(f"{url}/progress")
    assert "<html" not in fragment.text
    assert "HX-Refresh" not in fragment.headers
    assert english.get(f"{url}/pdf").status_code == 404
    jobs.make_funding_report(report.id)
    db.session.refresh(report)
    assert report.status is FundingReportStatus.DONE
    assert english.get(f"{url}/progress").headers["HX-Refresh"] == "true"
    page = english.get(url)
    text = text_of(page.text)
    assert "Disbursed to associations 160 000 som" in text
    assert "Paid back by associations 40 000 som" in text
    assert "Spent and accounted for 160 000 som" in text
    assert grant.number in text
    assert emblems.outline("eu") in page.text and grant.fund.statement["en"] in text
    assert report.sha256 in text  # type: ignore[operator]
    assert hashlib.sha256(report.content.encode()).hexdigest() == report.sha256  # type: ignore[union-attr]
    for hidden in (programme.chair_of(grant.association).display_name, programme.finance.display_name):
        assert hidden not in page.text


def test_files_come_from_the_frozen_figures(english: Client, programme: Programme) -> None:
    programme.make_grant("completed")
    english.sign_in(programme.donor_user)
    ask(english, programme)
    (report,) = reports()
    jobs.make_funding_report(report.id)
    url = f"/funding-reports/{report.id}"
    before = {form: english.get(f"{url}/{form}") for form in ("pdf", "xlsx", "csv")}
    assert before["pdf"].data.startswith(b"%PDF-")
    assert "Гранты" in openpyxl.load_workbook(io.BytesIO(before["xlsx"].data)).sheetnames
    for page in before.values():
        assert page.status_code == 200
        assert page.headers["Content-Disposition"].startswith("attachment")
        assert page.headers["Cache-Control"] == "no-store"
    programme.make_grant("active")
    assert english.get(f"{url}/csv").data == before["csv"].data
    assert english.get(f"{url}/xlsx").data == before["xlsx"].data
    assert english.get(f"{url}/exe").status_code == 404


@pytest.mark.parametrize("locale", ["ky", "ru", "en"])
def test_the_page_speaks_the_reader_s_language(client: Client, programme: Programme, locale: str) -> None:
    programme.make_grant("active", is_matched=True)
    client.speak(locale).sign_in(programme.donor_user)
    ask(client, programme)
    (report,) = reports()
    jobs.make_funding_report(report.id)
    page = client.get(f"/funding-reports/{report.id}")
    assert page.status_code == 200
    assert f'lang="{locale}"' in page.text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ends_on": "31.12.2025"}, "The end must not lie before the start."),
        ({"starts_on": "soon"}, "Enter a day as DD.MM.YYYY."),
        ({"locale": "xx"}, "Not a valid choice"),
        ({"fund": "999"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said(english: Client, programme: Programme, changes: dict[str, Any], message: str) -> None:
    assert programme.fund
    english.sign_in(programme.finance)
    page = ask(english, programme, **changes)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert reports() == []


def test_another_donor_finds_nothing(english: Client, programme: Programme) -> None:
    english.sign_in(programme.donor_user)
    ask(english, programme)
    (report,) = reports()
    stranger = programme.make_user(Role.DONOR, donor=programme.make_fund().donor)
    english.sign_in(stranger)
    for tail in ("", "/progress", "/pdf"):
        assert english.get(f"/funding-reports/{report.id}{tail}").status_code == 404
    assert "/funding-reports/1" not in english.get("/funding-reports").text
    assert ask(english, programme).status_code == 422
    assert english.sign_in(programme.monitor).get("/funding-reports").status_code == 403


def test_a_report_that_failed_says_what_to_do(english: Client, programme: Programme) -> None:
    english.sign_in(programme.finance)
    ask(english, programme)
    (report,) = reports()
    report.status = FundingReportStatus.FAILED
    text = text_of(english.get(f"/funding-reports/{report.id}").text)
    assert "The report could not be made" in text
    assert "Could not be made" in text_of(english.get("/funding-reports").text)
