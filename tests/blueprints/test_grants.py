"""Grants: from the offer to the completion, and what a donor sees of it."""

from datetime import timedelta

import pytest

from app.services import documents
from app.services.documents import Upload
from models.applications import Application, ApplicationStatus
from models.associations import PayoutAccount
from models.base import db
from models.contributions import ContributionStatus
from models.documents import Document, DocumentKind
from models.grants import Grant, GrantStatus, TrancheStatus
from models.ledger import EventKind, LedgerEvent
from tests.conftest import NOW
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, sent, text_of
from tests.support.queries import count


def test_the_list_shows_what_one_may_see(english: Client, programme: Programme) -> None:
    active, offered = programme.make_grant("active"), programme.make_grant("offered")
    text = text_of(english.sign_in(programme.finance).get("/grants").text)
    assert active.number in text
    assert offered.number in text
    text = text_of(english.get("/grants?status=offered").text)
    assert offered.number in text
    assert active.number not in text
    text = text_of(english.get(f"/grants?before={offered.id}").text)
    assert active.number in text
    assert offered.number not in text
    text = text_of(english.sign_in(programme.chair_of(active.association)).get("/grants").text)
    assert active.number in text
    assert offered.number not in text


def test_an_unknown_status_shows_all(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("offered")
    assert grant.number in english.sign_in(programme.finance).get("/grants?status=nonsense&before=x").text


def test_an_empty_list_teaches(english: Client, programme: Programme) -> None:
    english.sign_in(programme.finance)
    assert "A grant begins when the Council has selected an application" in text_of(english.get("/grants").text)


def test_the_page_shows_the_arithmetic_and_the_gate(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("active")
    programme.make_contribution(grant, ContributionStatus.VERIFIED, amount=50_000_00)
    page = english.sign_in(programme.chair_of(grant.association)).get(f"/grants/{grant.id}").text
    text = text_of(page)
    assert "Co-investment due for tranche 1 80 000 som ÷ 100 % 80 000 som" in text
    assert "Missing due less what counts 30 000 som" in text
    assert "Verified: 50 000 som of 80 000 som due; missing: 30 000 som." in text
    assert "Not met" in text
    assert "What happens next" in text
    assert "To tranche 1" in text_of(page.split('id="tranches"')[0]), "where the next step is taken"


def test_a_donor_sees_sums_but_no_names_rows_or_papers(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("active", is_matched=True)
    contribution = programme.make_contribution(grant, sender_name="Жаныбеков Азамат")
    programme.make_visit(grant)
    page = english.sign_in(programme.donor_user).get(f"/grants/{grant.id}")
    text = text_of(page.text)
    assert "200 000 som" in text
    assert "Results against targets" in text
    for hidden in (
        "Жаныбеков",
        programme.monitor.display_name,
        programme.finance.display_name,
        "/documents/",
        "/contributions/",
        "/tranches/",
        "/agreement",
    ):
        assert hidden not in page.text, hidden
    assert grant.payout_account is not None
    assert grant.payout_account.masked_number not in page.text
    assert english.get(f"/contributions/{contribution.id}").status_code in (403, 404)
    assert english.get(f"/grants/{grant.id}/agreement").status_code == 403
    assert english.get(f"/grants/{grant.id}/spending").status_code == 403


def test_another_donor_and_another_association_find_nothing(english: Client, programme: Programme) -> None:
    grant, other = programme.make_grant("offered"), programme.make_grant("offered")
    english.sign_in(programme.chair_of(other.association))
    assert english.get(f"/grants/{grant.id}").status_code == 404
    assert english.get(f"/grants/{grant.id}/accept").status_code == 404
    own = choose_form(english.get(f"/grants/{other.id}/accept").text, f"/grants/{other.id}/accept")
    assert english.post(f"/grants/{grant.id}/accept", data=filled(own, {})).status_code == 404
    db.session.refresh(grant)
    assert grant.status is GrantStatus.OFFERED
    stranger = programme.make_user(programme.donor_user.assigned_roles[0].role, donor=programme.make_fund().donor)
    assert english.sign_in(stranger).get(f"/grants/{grant.id}").status_code == 404


def test_offer_plans_tranches_and_commits_the_money_once(english: Client, programme: Programme) -> None:
    application = programme.make_application(ApplicationStatus.SELECTED)
    url = f"/applications/{application.id}/grant/new"
    page = english.sign_in(programme.finance).get(url)
    data = filled(choose_form(page.text, url), {"starts_on": "15.10.2026", "ends_on": "14.10.2027"})
    first, again = english.post(url, data=data), english.post(url, data=data)
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    grant = db.session.scalars(db.select(Grant)).one()
    assert [one.amount for one in grant.tranches] == [80_000_00, 80_000_00, 40_000_00]
    assert grant.starts_on.isoformat() == "2026-10-15"
    assert db.session.get(Application, application.id).status is ApplicationStatus.GRANT_OFFERED  # type: ignore[union-attr]
    events = db.session.scalars(db.select(LedgerEvent).where(LedgerEvent.grant_id == grant.id)).all()
    assert [one.kind for one in events] == [EventKind.GRANT_COMMITTED]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "message"),
    [
        ("15.10.2026", "15.10.2026", "The end must lie after the start."),
        ("15.10.2026", "31.02.2027", "Enter a day as DD.MM.YYYY."),
        ("", "15.10.2027", "Fill this in."),
    ],
)
def test_a_wrong_period_is_refused_and_kept(
    english: Client, programme: Programme, starts_on: str, ends_on: str, message: str
) -> None:
    application = programme.make_application(ApplicationStatus.SELECTED)
    english.sign_in(programme.finance)
    page = english.submit(f"/applications/{application.id}/grant/new", starts_on=starts_on, ends_on=ends_on)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert f'value="{ends_on}"' in page.text
    assert count(Grant) == 0


def test_accept_fixes_the_agreement(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("offered")
    english.sign_in(programme.chair_of(grant.association))
    url = f"/grants/{grant.id}/accept"
    assert english.submit(url).status_code == 303
    assert grant.status is GrantStatus.ACCEPTED
    assert [one.sequence for one in grant.agreements] == [1]
    again = english.submit(url)
    assert "This cannot be done now" in text_of(english.get(again.location).text)


def test_accept_needs_a_confirmed_account(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("offered")
    db.session.scalars(
        db.select(PayoutAccount).where(PayoutAccount.association_id == grant.association_id)
    ).one().closed_at = NOW
    english.sign_in(programme.chair_of(grant.association))
    page = english.submit(f"/grants/{grant.id}/accept")
    assert "First the association needs a confirmed payout account." in text_of(english.get(page.location).text)
    assert grant.status is GrantStatus.OFFERED


def test_activate_keeps_the_signed_agreement(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("accepted")
    english.sign_in(programme.other_finance)
    page = english.submit(
        f"/grants/{grant.id}/signed-paper", programme_signer="Асанова", upload=sent(programme.make_pdf())
    )
    assert page.status_code == 303
    assert grant.status is GrantStatus.ACTIVE
    assert [one.kind for one in documents.of(grant)] == [DocumentKind.SIGNED_AGREEMENT]


@pytest.mark.parametrize(
    ("upload", "message"),
    [
        (None, "Choose a file."),
        (Upload("agreement.pdf", b"<html>not a paper</html>"), "Only PDF, JPG and PNG files are taken."),
        (Upload("agreement.pdf", b""), "empty"),
        (Upload("agreement.pdf", b"%PDF-1.7 cut off"), "The PDF cannot be read."),
    ],
)
def test_without_a_real_scan_the_grant_stays_as_it_is(
    english: Client, programme: Programme, upload: Upload | None, message: str
) -> None:
    grant, before = programme.make_grant("accepted"), count(Document)
    english.sign_in(programme.other_finance)
    page = english.submit(
        f"/grants/{grant.id}/signed-paper", programme_signer="Асанова", **({"upload": sent(upload)} if upload else {})
    )
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert grant.status is GrantStatus.ACCEPTED
    assert count(Document) == before


def test_a_second_agreement_is_refused(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("active")
    before = count(Document)
    english.sign_in(programme.other_finance)
    page = english.submit(
        f"/grants/{grant.id}/signed-paper", programme_signer="Асанова", upload=sent(programme.make_pdf())
    )
    assert page.status_code == 422
    assert count(Document) == before


def test_suspend_and_resume_want_a_reason(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("active")
    english.sign_in(programme.finance)
    assert "Give the reason." in text_of(english.submit(f"/grants/{grant.id}/suspend").text)
    assert english.submit(f"/grants/{grant.id}/suspend", reason="Отчёт опоздал").status_code == 303
    assert grant.status is GrantStatus.SUSPENDED
    assert "Отчёт опоздал" in english.get(f"/grants/{grant.id}").text
    assert english.submit(f"/grants/{grant.id}/resume", reason="Получен").status_code == 303
    assert grant.status is GrantStatus.ACTIVE
    page = english.submit(f"/grants/{grant.id}/resume", reason="Ещё раз")
    assert page.status_code == 422
    assert "This cannot be done now" in text_of(page.text)
    assert "Ещё раз" in page.text


def test_complete_says_what_is_missing(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("active", is_matched=True)
    for tranche in grant.tranches:
        programme.advance(tranche, TrancheStatus.ACCOUNTED)
    english.sign_in(programme.monitor)
    url = f"/grants/{grant.id}"
    page = english.submit(url, action=f"{url}/complete")
    assert "No monitoring visit has been done." in text_of(english.get(page.location).text)
    assert grant.status is GrantStatus.ACTIVE
    programme.make_visit(grant, "done")
    programme.make_result(grant, "verified")
    page = english.submit(url, action=f"{url}/complete")
    assert "neither accounted for nor paid back" in text_of(english.get(page.location).text)
    programme.repay(grant)
    assert english.submit(url, action=f"{url}/complete").status_code == 303
    assert grant.status is GrantStatus.COMPLETED


@pytest.mark.parametrize("locale", ["ky", "ru", "en"])
def test_the_agreement_is_a_paper(client: Client, programme: Programme, locale: str) -> None:
    grant = programme.make_grant("accepted")
    page = client.speak(locale).sign_in(programme.finance).get(f"/grants/{grant.id}/agreement")
    assert page.data.startswith(b"%PDF-")
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert page.headers["Cache-Control"] == "no-store"
    assert f"{grant.number}-{locale}.pdf" in page.headers["Content-Disposition"]


def test_finance_alone_offers_and_stops(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("active")
    application = programme.make_application(ApplicationStatus.SELECTED)
    english.sign_in(programme.secretary)
    assert english.get(f"/grants/{grant.id}/suspend").status_code == 403
    assert english.get(f"/applications/{application.id}/grant/new").status_code == 403
    assert english.sign_in(programme.chair_of(grant.association)).get(f"/grants/{grant.id}/suspend").status_code == 403


def test_an_operator_acts_on_behalf(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("offered")
    programme.dictate(grant.association)
    english.sign_in(programme.operator_of(grant.association.centre))
    assert "You are acting for" in text_of(english.get(f"/grants/{grant.id}").text)
    assert english.submit(f"/grants/{grant.id}/accept").status_code == 303
    assert grant.status is GrantStatus.ACCEPTED
    assert grant.ends_on - grant.starts_on == timedelta(days=365)


@pytest.mark.parametrize("locale", ["ky", "ru", "en"])
def test_the_reason_of_a_suspension_is_read_on_every_page_as_it_was_written(
    client: Client, programme: Programme, locale: str
) -> None:
    grant, words = programme.make_grant("active"), "Отчёт: 100 % эмес, 50 %% (Draft)"
    client.speak(locale).sign_in(programme.finance)
    assert client.submit(f"/grants/{grant.id}/suspend", reason=words).status_code == 303
    tranche = grant.tranches[0]
    for url in (f"/grants/{grant.id}", f"/grants/{grant.id}/resume", f"/tranches/{tranche.id}"):
        assert words in text_of(client.get(url).text), url
    client.sign_in(programme.chair_of(grant.association))
    assert words in text_of(client.get("/messages").text)
    assert words in text_of(client.sign_in(programme.secretary).get("/history").text)
