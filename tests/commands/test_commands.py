"""The flask commands as commands, on real databases: what they print, write and exit with."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader

from app.services import audit, audit_subjects, documents, ledger, price_imports, second_factors, users
from app.services.sealing import Seal
from models.applications import Application
from models.audit import AuditEvent
from models.base import db, fingerprint
from models.documents import StoredFile
from models.funding_reports import FundingReport, FundingReportStatus
from models.ledger import AccountKind, LedgerAccount, LedgerEvent, Transfer
from models.prices import Price
from models.users import Role
from tests.conftest import Demonstration
from tests.factories import Programme
from tests.support import servers
from tests.support.accounts import enrol, enter
from tests.support.clients import Client
from tests.support.commands import run, well
from tests.support.databases import Copy

# import-prices -------------------------------------------------------------------------------------------------------

PRICE = "in_kind,Эмгек,Труд,Labour,күн,день,day,,1000,,,Чечим,2026-01-05"


@pytest.mark.database
def test_prices_are_tried_first_then_written_once(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("\n".join([",".join(price_imports.COLUMNS), PRICE]) + "\n", encoding="utf-8-sig")
    tried = well(app, "import-prices", file)
    assert "added 1, replaced 0, unchanged 0" in tried and "Dry run" in tried
    assert db.session.scalars(db.select(Price)).all() == []
    assert "Written." in well(app, "import-prices", file, "--apply")
    assert "added 0, replaced 0, unchanged 1" in well(app, "import-prices", file, "--apply")
    (event,) = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "prices.import")).all()
    assert event.details == '{"prices_added":1,"prices_changed":0}'
    assert audit_subjects.names_of([event], "en")[event.subject]


def test_one_refused_price_keeps_the_whole_list_out(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("\n".join([",".join(price_imports.COLUMNS), PRICE, PRICE.replace("1000", "-1")]) + "\n")
    done = run(app, "import-prices", file, "--apply")
    assert done.exit_code == 1 and "Refused: 1 rows. Nothing was written." in done.output
    assert "line 3: this item stands twice in the file" in done.output
    assert db.session.scalars(db.select(Price)).all() == []


# user add ------------------------------------------------------------------------------------------------------------


def test_the_first_code_of_a_new_account_works(app: Flask) -> None:
    said = well(
        app, "user", "add", "aigul", "--name", "Айгүл Сатарова", "--role", "secretary", "--phone", "0555 123456"
    )
    code = re.search(r"First code: (\S+)", said)
    assert code
    session, _token = enter("aigul", code[1])
    assert session.user.has_role(Role.SECRETARY)
    assert session.user.must_change_password
    assert session.user.phone == "+996555123456"
    db.session.rollback()
    with pytest.raises(users.SignInRefusedError):
        enter("aigul", code[1] + "X")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--role", "secretary"), "is taken. For the same person, issue a new first code"),
        (("--role", "secretary", "--phone", "+996 555 000111"), "has an account: issue a new first code"),
        (("--role", "operator", "--centre", "999"), "999 is not known"),
        (("--role", "donor", "--donor", "NOBODY"), "NOBODY is not known"),
    ],
)
def test_an_account_that_cannot_be_opened_is_refused_whole(app: Flask, options: tuple[str, ...], reason: str) -> None:
    well(app, "user", "add", "aigul", "--name", "Айгүл Сатарова", "--role", "secretary", "--phone", "0555 000 111")
    name = "aigul" if reason.startswith("is taken") else "nobody"
    done = run(app, "user", "add", name, "--name", "Бакыт Асанов", *options)
    assert done.exit_code == 1
    assert reason in done.output
    assert users.find("nobody") is None


# second factors ------------------------------------------------------------------------------------------------------


def test_the_owner_of_the_machine_lets_the_last_administrator_in(app: Flask, programme: Programme) -> None:
    name = programme.administrator.username
    enrol(programme.administrator)
    db.session.commit()
    assert "sets up a second factor at once" in well(app, "user", "take-factor-away", name)
    assert second_factors.of_user(programme.administrator) is None
    (event,) = audit.latest(limit=1, subject=audit.subject_of(programme.administrator))
    assert (event.action, event.actor_id) == ("user.take_factor_away", None)
    for who, reason in ((name, "has no second factor"), ("nobody", "There is no account")):
        done = run(app, "user", "take-factor-away", who)
        assert done.exit_code == 1 and reason in done.output


def test_the_secrets_are_sealed_with_a_new_key(app: Flask, programme: Programme) -> None:
    enrol(programme.administrator)
    db.session.commit()
    old = app.config["ASHAR"]
    newer = "bGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGw="
    app.config["ASHAR"] = replace(old, factor_keys=(newer,))
    assert "A former key is missing" in run(app, "user", "renew-seals").output
    app.config["ASHAR"] = replace(old, factor_keys=(newer, *old.factor_keys))
    assert "1 secrets are sealed" in well(app, "user", "renew-seals")
    assert second_factors.unreadable(Seal((newer,))) == 0


# report funding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv"])
def test_the_funding_report_as_a_file(app: Flask, programme: Programme, tmp_path: Path, kind: str) -> None:
    number = programme.make_grant("completed").number
    fund = programme.fund.code
    db.session.commit()
    file = tmp_path / f"report.{kind}"
    said = well(app, "report", "funding", "--fund", fund, "--format", kind, "--output", file)
    content = file.read_bytes()
    assert f"{len(content)} bytes" in said
    if kind == "pdf":
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif kind == "xlsx":
        book = load_workbook(io.BytesIO(content))
        text = " ".join(str(one) for sheet in book for row in sheet.iter_rows(values_only=True) for one in row)
    else:
        text = content.decode("utf-8-sig")
    assert number in text


def test_the_report_of_an_unknown_fund(app: Flask, tmp_path: Path) -> None:
    done = run(app, "report", "funding", "--fund", "NONE", "--output", tmp_path / "report.pdf")
    assert done.exit_code == 1
    assert "There is no fund NONE" in done.output
    assert not (tmp_path / "report.pdf").exists()


# verify, doctor ------------------------------------------------------------------------------------------------------


def unprotect(kind: str, table: str, what: str) -> None:
    name = f"{table}_no_{what}" if kind == "sqlite" else f"{table}_no_change ON {table}"
    db.session.execute(sa.text(f"DROP TRIGGER {name}"))


@pytest.mark.database
def test_verify_finds_nothing_in_a_sound_copy(app: Flask, demo: Demonstration) -> None:
    said = well(app, "verify")
    counts = dict(re.findall(r"^(.+): (\d+) checked, 0 found$", said, re.M))
    assert len(counts) == 22
    assert {name for name, count in counts.items() if count == "0"} == set()


@pytest.mark.database
def test_verify_names_a_stored_file_that_was_changed(app: Flask, demo: Demonstration) -> None:
    stored = db.session.scalars(db.select(StoredFile).order_by(StoredFile.id)).all()
    changed, gone = (documents.path_of(one, app.config["ASHAR"].uploads) for one in stored[:2])
    names = [one.sha256 for one in stored[:2]]
    content = changed.read_bytes()
    changed.unlink()  # the bytes are shared with the template
    changed.write_bytes(content + b" ")
    gone.unlink()
    done = run(app, "verify")
    assert done.exit_code == 1
    assert f"file {names[0]} does not have its hash" in done.output
    assert f"file {names[1]} is missing" in done.output
    assert len(re.findall("^  ", done.output, re.M)) == 2


@pytest.mark.database
def test_verify_names_a_fund_that_does_not_add_up(app: Flask, programme: Programme) -> None:
    programme.make_grant("completed")
    fund = programme.fund
    kgs = db.select(LedgerAccount.id).where(LedgerAccount.currency == "KGS")
    available = kgs.where(LedgerAccount.kind == AccountKind.AVAILABLE, LedgerAccount.fund_id == fund.id)
    outside = kgs.where(LedgerAccount.kind.in_([AccountKind.EXCHANGE, AccountKind.DONOR])).limit(1)
    event = db.session.scalars(db.select(LedgerEvent).order_by(LedgerEvent.id.desc()).limit(1)).one()
    db.session.add(
        Transfer(
            event_id=event.id,
            value_on=event.value_on,
            actor_id=event.actor_id,
            debit_account_id=db.session.scalar(available),
            credit_account_id=db.session.scalar(outside),
            currency="KGS",
            amount=1,
        )
    )
    code = fund.code
    db.session.commit()
    done = run(app, "verify")
    assert done.exit_code == 1
    assert re.findall(r"^  (.*)$", done.output, re.M) == [f"fund {code}: {_one_more(done.output)}"]


def _one_more(output: str) -> str:
    """The words of the finding; the amounts must differ by one tyiyn."""
    found = re.search(r"received (\d+), accounted (\d+) tyiyn", output)
    assert found, output
    assert int(found[2]) == int(found[1]) + 1
    return found[0]


@pytest.mark.database
def test_verify_names_turnovers_that_are_not_what_was_moved(app: Flask, database: Copy, programme: Programme) -> None:
    """Of an account and of the one that controls it; and the doctor says when they are not kept any more."""
    grant = programme.make_grant("completed")
    account = ledger.account(AccountKind.ADVANCED, fund_id=grant.fund_id, grant_id=grant.id)
    named = f"{grant.fund_id}/grant:{grant.id} KGS"
    change = "UPDATE turnovers SET debited = debited + 5 WHERE account_id = {id} AND debited > 0"
    db.session.execute(sa.text(change.format(id=account.id)))
    db.session.commit()
    found = re.findall(r"^  (.*)$", run(app, "verify").output, re.M)
    assert found
    assert {one.partition(", ")[0] for one in found} >= {f"account advanced fund:{named}"}
    assert any(one.endswith("off by 5 debited and 0 credited minor units") for one in found)
    assert any(one.startswith(f"account advanced fund:{grant.fund_id} KGS, ") for one in found)
    db.session.execute(sa.text("DROP TRIGGER transfers_turnover" + " ON transfers" * (database.kind != "sqlite")))
    db.session.commit()
    assert "Balances of the ledger are not kept any more (missing: transfers_turnover" in run(app, "doctor").output


AGREEMENT_CHANGES = {
    "content = replace(content, 'a', 'b')": "agreement 1 of grant {number} does not have its hash",
    "content = 'x', sha256 = '{x}'": "agreement 1 of grant {number} has a hash that the audit trail does not know",
    "sequence = 2": "agreement 2 of grant {number} stands where number 1 should be",
    "": "grant {number} is accepted, but its agreement is not kept",
}


@pytest.mark.database
@pytest.mark.parametrize("change", AGREEMENT_CHANGES)
def test_verify_names_an_agreement_that_was_changed(
    app: Flask, database: Copy, programme: Programme, change: str
) -> None:
    grant, other = programme.make_grant("accepted"), programme.make_grant("active")
    number, grant_id = grant.number, grant.id
    assert other.agreement
    db.session.commit()
    assert "agreements: 2 checked, 0 found" in well(app, "verify")
    unprotect(database.kind, "agreements", "update" if change else "delete")
    statement = f"UPDATE agreements SET {change.format(x=fingerprint('x'))}" if change else "DELETE FROM agreements"
    db.session.execute(sa.text(f"{statement} WHERE grant_id = {grant_id}"))
    db.session.commit()
    done = run(app, "verify")
    assert done.exit_code == 1
    assert "agreements: 2 checked, 1 found" in done.output
    assert re.findall(r"^  (.*)$", done.output, re.M) == [AGREEMENT_CHANGES[change].format(number=number)]


@pytest.mark.database
def test_verify_names_an_audit_row_that_was_changed(app: Flask, database: Copy, programme: Programme) -> None:
    programme.make_application("submitted")
    unprotect(database.kind, "audit_events", "update")
    db.session.execute(sa.text("UPDATE audit_events SET action = 'user.sign_out' WHERE id = 3"))
    db.session.commit()
    done = run(app, "verify")
    assert done.exit_code == 1
    assert re.findall(r"^  (.*)$", done.output, re.M) == ["audit event 3 does not fit the chain"]


@pytest.mark.database
def test_the_doctor_finds_a_dropped_trigger(app: Flask, database: Copy, broker: str) -> None:
    assert "PROBLEM" not in well(app, "doctor")
    unprotect(database.kind, "transfers", "delete")
    db.session.commit()
    done = run(app, "doctor")
    assert done.exit_code == 1
    trigger = {"sqlite": "transfers_no_delete", "postgresql": "transfers_no_change"}[database.kind]
    assert re.findall(r"^PROBLEM (.*)$", done.output, re.M) == [
        f"append-only tables: transfers can be changed (missing: {trigger} on transfers): "
        "restore the database from a backup."
    ]


# demo, worker, workflow ----------------------------------------------------------------------------------------------


def test_two_hundred_synthetic_applications_more(app: Flask, demo: Demonstration) -> None:
    count = db.select(sa.func.count()).select_from(Application)
    before = db.session.scalar(count)
    assert "200 synthetic applications were added." in well(app, "demo", "--scale", 200)
    assert db.session.scalar(count) == before + 200
    well(app, "verify")
    assert "secretary" in well(app, "demo")
    assert db.session.scalar(count) == before + 200


def test_a_worker_makes_the_report_that_was_asked_for(
    app: Flask, client: Client, database: Copy, broker: str, home: Path, programme: Programme
) -> None:
    """Through the real broker, by a worker in a process of its own."""
    programme.make_grant("completed")
    client.sign_in(programme.donor_user)
    period = {"starts_on": "01.01.2026", "ends_on": "12.10.2026", "locale": "ru"}
    assert client.submit("/funding-reports/new", **period, fund=str(programme.fund.id)).status_code == 303
    report = db.session.scalars(db.select(FundingReport)).one()
    assert report.status is FundingReportStatus.WAITING
    db.session.commit()
    servers.flask(servers.environment_for(home, 0, REDIS_URL=broker, DATABASE_URL=database.url), "worker", "--burst")
    db.session.refresh(report)
    assert (report.status, report.progress) == (FundingReportStatus.DONE, 100)
    assert report.content


def test_the_document_of_the_life_cycles_is_what_the_command_prints(app: Flask) -> None:
    document = (servers.ROOT / "docs" / "workflow.md").read_text(encoding="utf-8")
    assert well(app, "workflow") == document, "flask --app wsgi workflow > docs/workflow.md"
