"""Bank statements on their pages: a file is brought in, its columns named, looked at, entered, its matches decided."""

import io

import pytest

from app import clock, jobs
from app.services import bank_statement_matches, bank_statements
from app.services.actors import Actor
from models.bank_statements import BankStatement, BankStatementStatus, MatchStatus
from models.base import db
from models.outbox import OutboxJob
from tests.support.pages import choose_form, filled, text_of

pytestmark = pytest.mark.either_database


def brought(client, content, **fields):
    """The statement that a file makes, sent by the form."""
    upload = (io.BytesIO(content), "көчүрмө.csv")
    answer = client.submit("/bank-statements/new", upload=upload, **fields)
    assert answer.status_code == 303, text_of(answer.text)
    return answer.location, db.session.scalars(db.select(BankStatement).order_by(BankStatement.id.desc())).first()


def test_a_table_is_brought_in_named_looked_at_entered_and_decided(english, programme):
    grant = programme.make_grant("active")
    day = f"{clock.bishkek_day(clock.now()):%d.%m.%Y}"
    found = programme.make_contribution(grant, reference="WEB-1000", amount=5_000_00)
    likely = programme.make_contribution(grant, reference="WEB-2000", amount=6_000_00)
    content = (
        f"Дата;Кредит;Дебет;Номер;Отправитель\n{day};5000,00;;WEB-1000;Токтогулов\n{day};7000,00;;WEB-2000;А\nИтого;12000;;;\n"
    ).encode("cp1251")
    english.sign_in(programme.finance)
    assert english.submit("/bank-statements/new", upload=(io.BytesIO(b"%PDF-1.7"), "a.pdf")).status_code == 422
    assert english.submit("/bank-statements/new", upload=(io.BytesIO(content), "a.csv")).status_code == 422, "of whom?"
    location, statement = brought(english, content, account="Эсеп 1091820182530113")
    url = f"/bank-statements/{statement.id}"
    assert location == f"{url}/columns"
    page = text_of(english.get(location).text)
    assert "1: Дата" in page and "Токтогулов" in page, "in the letters it is written in"
    assert english.submit(location, day_column="").status_code == 422
    assert english.submit(location).status_code == 303, "the guess fits"
    assert f'hx-get="{url}/progress"' in english.get(url).text
    jobs.read_bank_statement(statement.id)
    assert english.get(f"{url}/progress").headers["HX-Refresh"] == "true"
    page = text_of(english.get(url).text)
    assert "“Итого” is no day." in page and "12 000 som" in page.replace("\u00a0", " ")
    assert english.submit(url, action=f"{url}/enter").status_code == 303
    assert english.submit(url, action=f"{url}/resume").status_code == 303
    sent = [job.function for job in db.session.scalars(db.select(OutboxJob)) if "bank" in job.function]
    assert sent[-2:] == ["app.jobs.enter_bank_statement"] * 2
    jobs.enter_bank_statement(statement.id)
    exact, other = programme.matches_of(statement)
    assert (exact.contribution, other.contribution) == (found, likely)
    assert "the same number, but another amount" in text_of(english.get(f"{url}?group=likely").text)
    assert "1 2" not in text_of(english.get(f"{url}?group=none").text)
    assert "Decide what the rows of a bank statement stand for" in text_of(english.get("/").text)
    ticked = f'form="exact" name="chosen" value="{exact.id}"'
    page = english.get(url).text
    assert ticked in page
    data = filled(choose_form(page, url, f"{url}/confirm-exact"), {}) | {"chosen": str(exact.id)}
    answer = english.post(f"{url}/confirm-exact", data=data)
    assert answer.status_code == 303 and exact.status is MatchStatus.CONFIRMED
    english.submit(f"{url}?group=likely", action=f"/bank-statement-matches/{other.id}/reject")
    assert other.status is MatchStatus.REJECTED
    english.submit(f"{url}?group=none", action=f"/bank-statement-matches/{other.id}/undo")
    assert other.status is MatchStatus.PROPOSED
    answer = english.submit(url, action=f"{url}/file")
    assert answer.data == content and answer.headers["Content-Disposition"].startswith("attachment")
    for user in (programme.chair_of(grant.association), programme.monitor):
        english.sign_in(user)
        page = english.get(f"/contributions/{found.id}").text
        assert "Found on the statement of …113, row 2" in text_of(page)
        assert "/bank-statements/" not in page and english.get(url).status_code == 403
    assert "Found on the statement" in text_of(english.get(f"/contributions/{found.id}/verify").text)
    assert "Found on the statement" in text_of(english.get(f"/receipt-checks/{found.id}").text)


def test_what_is_not_wanted_goes_and_what_came_back_is_said(english, programme):
    english.sign_in(programme.finance)
    read = programme.make_bank_statement(("D-1", 1_00), until="read")
    url = f"/bank-statements/{read.id}"
    assert english.submit(url, action=f"{url}/drop").status_code == 303
    assert english.get(url).status_code == 404 and read.status is BankStatementStatus.DROPPED
    tranche = programme.make_tranche("released")
    again = programme.make_bank_statement((tranche.bank_reference, tranche.amount))
    page = text_of(english.get(f"/bank-statements/{again.id}").text)
    assert "here it still counts as paid" in page
    (match,) = programme.matches_of(again)
    bank_statement_matches.confirm(match, actor=Actor(programme.finance), now=clock.now())
    assert "the payment came back" in text_of(english.get(f"/tranches/{tranche.id}").text)
    assert "statement.csv" in text_of(english.get("/bank-statements").text)
    assert bank_statements.steps(again) == ["search"]
    assert (
        english.submit(f"/bank-statements/{again.id}", action=f"/bank-statements/{again.id}/search").status_code == 303
    )
    assert again.status is BankStatementStatus.ENTERING
