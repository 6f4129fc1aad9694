"""Spending reports in the browser: begun by the association, read and decided by finance, printed by both."""

import io

import openpyxl
import pytest

from app import clock
from models.base import db
from models.expenditure_reports import ExpenditureReport, ExpenditureReportStatus
from models.expenditures import ExpenditureStatus
from models.grants import Grant, TrancheStatus
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database


@pytest.fixture
def grant(programme: Programme) -> Grant:
    made = programme.make_grant("active", is_matched=True)
    programme.advance(made.tranches[0], TrancheStatus.CONFIRMED)
    return made


def test_a_period_is_reported_sent_back_and_accepted(english: Client, programme: Programme, grant: Grant) -> None:
    bill = programme.make_expenditure(grant, ExpenditureStatus.ACCEPTED)
    chair, today = programme.chair_of(grant.association), clock.bishkek_day(clock.now())
    english.sign_in(chair)
    assert "Begin a spending report" in english.get(f"/grants/{grant.id}/spending").text
    made = english.submit(f"/grants/{grant.id}/spending-reports/new", ends_on=f"{today:%d.%m.%Y}")
    page = text_of(english.get(made.location).text)
    assert bill.document_number in page and "10 000 som" in page
    assert english.submit(f"{made.location}/submit").status_code == 303
    report = db.session.scalars(db.select(ExpenditureReport)).one()
    english.sign_in(programme.finance)
    assert "Check the spending report" in english.get("/").text
    assert english.submit(f"{made.location}/return", reason="").status_code == 422
    english.submit(f"{made.location}/return", reason="Актыны тиркеңиз")
    english.sign_in(chair)
    assert "Актыны тиркеңиз" in english.get(made.location).text
    assert "Mend the spending report" in english.get("/").text
    english.submit(f"{made.location}/submit", explanation="Тиркелди")
    english.sign_in(programme.finance)
    english.submit(made.location, action=f"{made.location}/accept")
    db.session.refresh(report)
    assert report.status is ExpenditureReportStatus.ACCEPTED
    book = openpyxl.load_workbook(io.BytesIO(english.get(f"{made.location}/xlsx").data))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert bill.document_number in cells and cells.count(10_000) >= 3
    assert english.get(f"{made.location}/pdf").data.startswith(b"%PDF")
