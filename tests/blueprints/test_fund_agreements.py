"""The agreement with a donor on its page: what it keeps from grants, what is spoken for, the reports it asks for."""

import pytest

from app import clock
from app.services import funding_reports
from app.services.actors import Actor
from models.base import db
from models.reporting_dates import ReportingDate
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, text_of

pytestmark = pytest.mark.either_database


def send(client: Client, url: str, data: dict[str, str]) -> str:
    """Fill in the form of `url` and follow where it leads."""
    answer = client.post(url, data=filled(choose_form(client.get(url).text, url), data))
    return text_of(client.get(answer.location).text if answer.status_code == 303 else answer.text)


def test_finance_says_what_is_kept_and_the_office_sees_what_is_free(english: Client, programme: Programme) -> None:
    programme.make_call()
    fund = programme.fund
    english.sign_in(programme.finance)
    kept = {"indirect_percent": "7", "contingency_percent": "90", "agreement_number": "ACA/2026/1"}
    assert "only 95 000 000 som are neither promised nor awarded" in send(english, f"/funds/{fund.id}/edit", kept)
    assert "The fund is changed." in send(english, f"/funds/{fund.id}/edit", kept | {"contingency_percent": "5"})
    english.sign_in(programme.secretary)
    page = text_of(english.get(f"/funds/{fund.id}/agreement").text)
    assert "ACA/2026/1" in page
    assert "Free for a new call 83 000 000 som" in page, "100 million less 5 promised, 7 and 5 kept"


def test_a_report_is_entered_sent_and_seen_by_the_donor(english: Client, programme: Programme) -> None:
    fund, now = programme.fund, clock.now()
    english.sign_in(programme.finance)
    agreement = f"/funds/{fund.id}/agreement"
    first, last = f"{fund.starts_on:%d.%m.%Y}", "30.09.2026"
    days = {"starts_on": first, "ends_on": last, "due_on": "11.10.2026"}
    assert "Interim report" in send(english, f"/funds/{fund.id}/reporting-dates/new", days)
    one = db.session.scalars(db.select(ReportingDate)).one()
    sending = f"/funds/{fund.id}/reporting-dates/{one.id}/send"
    assert "Overdue" in text_of(english.get(agreement).text)
    assert "There is no finished report on this period yet" in text_of(english.get(sending).text)
    actor = Actor(programme.finance)
    report = funding_reports.request(
        fund, starts_on=one.starts_on, ends_on=one.ends_on, locale="en", actor=actor, now=now
    )
    funding_reports.freeze(report, "{}", now=now)
    db.session.commit()
    sent = {"report": str(report.id), "sent_on": "12.10.2026"}
    assert "The report is recorded as sent." in send(english, sending, sent)
    assert "on 12 Oct 2026" in text_of(english.get(agreement).text)


def test_a_report_of_another_fund_is_not_found(english: Client, programme: Programme) -> None:
    fund, other = programme.fund, programme.make_fund()
    english.sign_in(programme.finance)
    days = {"starts_on": f"{fund.starts_on:%d.%m.%Y}", "ends_on": "30.09.2026", "due_on": "11.10.2026"}
    send(english, f"/funds/{fund.id}/reporting-dates/new", days)
    one = db.session.scalars(db.select(ReportingDate)).one()
    for act in ("send", "delete"):
        assert english.get(f"/funds/{other.id}/reporting-dates/{one.id}/{act}").status_code == 404
    gone = send(english, f"/funds/{fund.id}/reporting-dates/{one.id}/delete", {})
    assert "The report is off the list." in gone
