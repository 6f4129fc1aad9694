"""The migrations: from nothing, back to nothing, with data, and equal to the models; on both databases."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, stamp, upgrade

from app import clock
from app.factory import create_app
from app.services import (
    agreements,
    application_lists,
    applications,
    call_forms,
    documents,
    questions,
    screening_lists,
    signatures,
    verification,
)
from app.services.actors import Actor
from app.services.acts import NOT_THERE
from app.services.application_lists import Filter
from app.services.dictations import Confirmation
from app.web.health import MIGRATIONS
from models import protection, search_words, turnovers, unmet_rules
from models.agreements import Agreement
from models.applications import Application
from models.base import Base, canonical_json, db, fingerprint
from models.calls import Call, usual_match_terms
from models.council_sessions import Decision, DecisionOutcome
from models.dictations import ConfirmationWay
from models.duplicates import AlikePair
from models.grants import Grant
from tests.factories import Programme
from tests.support import databases
from tests.support.databases import Copy, PostgresqlServer

SCRIPTS = ScriptDirectory(str(MIGRATIONS))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, home: Path) -> Iterator[Flask]:
    """An application over a database without any table."""
    if request.param == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        copy = server.create()
    else:
        copy = Copy("sqlite", databases.sqlite_url(home / "ashar.sqlite3"), None, lambda: None)
    app = create_app(databases.config_for(home, copy.url))
    with app.app_context():
        yield app
    databases.close(app)
    copy.drop()


def tables() -> set[str]:
    """The tables of the models; those of the word index are compared statement by statement."""
    found = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
    return {name for name in found if not search_words.is_own(name)}


def row_counts() -> dict[str, int]:
    counts = {
        name: int(db.session.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0) for name in Base.metadata.tables
    }
    db.session.rollback()
    return counts


def test_up_from_nothing_down_to_nothing_and_up_again(empty: Flask) -> None:
    upgrade()
    assert tables() == set(Base.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == set(Base.metadata.tables)


def test_models_and_schema_are_equal(empty: Flask) -> None:
    upgrade()
    check()  # exits with what differs


def constraints(engine: sa.Engine) -> dict[str, set[tuple[str, str]]]:
    """{table: (name, condition) of its CHECK constraints}: alembic does not compare them."""
    inspector = sa.inspect(engine)
    return {
        table: {(str(one["name"]), " ".join(one["sqltext"].split())) for one in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version" and not search_words.is_own(table)
    }


TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') OR name LIKE 'application_words%'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') UNION ALL "
    "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = 'ix_applications_words' UNION ALL "
    "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
}


def protections(engine: sa.Engine) -> dict[str, str]:
    """{trigger, function or part of the word index: its definition}."""
    with engine.connect() as connection:
        rows = connection.execute(sa.text(TRIGGERS[engine.dialect.name]))
        return {row[0]: " ".join(row[1].split()) for row in rows}


def test_constraints_and_triggers_are_those_the_models_would_make_today(
    empty: Flask, request: pytest.FixtureRequest, home: Path
) -> None:
    """A database made by the migrations beside one made from the models alone."""
    upgrade()
    if db.engine.dialect.name == "postgresql":
        copy = request.getfixturevalue("postgresql_server").create()
    else:
        copy = Copy("sqlite", databases.sqlite_url(home / "made.sqlite3"), None, lambda: None)
    made = sa.create_engine(copy.url, module=db.engine.dialect.dbapi)
    with made.begin() as connection:
        Base.metadata.create_all(connection)
        dialect = made.dialect.name
        extra = (*protection.triggers(dialect), *protection.frozen(dialect), *search_words.statements(dialect))
        extra += (*unmet_rules.statements(dialect), *turnovers.statements(dialect))
        for statement in extra:
            connection.execution_options(no_parameters=True).exec_driver_sql(statement)
    try:
        assert len(protections(made)) > 30
        assert protections(db.engine) == protections(made)
        assert any(search_words.is_own(name) for name in protections(made))
        assert "unmet_rules" in protections(made)
        assert sum(map(len, constraints(made).values())) > 60
        assert constraints(db.engine) == constraints(made)
    finally:
        made.dispose()
        copy.drop()


def names_of_constraints() -> dict[str, set[str]]:
    """By name: PostgreSQL words a condition otherwise after a dump (the template's way) than after CREATE TABLE."""
    return {table: {name for name, _condition in held} for table, held in constraints(db.engine).items()}


def test_down_and_up_again_with_data(app: Flask, programme: Programme, database: Copy) -> None:
    """Nothing stands in the way of the rows, and what comes back is the same empty house."""
    programme.make_grant("completed")
    db.session.commit()
    before = (names_of_constraints(), protections(db.engine))
    assert len([name for name, count in row_counts().items() if count]) > 30
    downgrade(revision="base")
    assert tables() == set()
    assert protections(db.engine) == {}
    upgrade()
    assert (names_of_constraints(), protections(db.engine)) == before
    assert set(row_counts().values()) == {0}


def findings(programme: Programme) -> list[str]:
    """What is found but for rows that the way down has taken with their tables: the history still records them."""
    found = [one for check in verification.run(programme.storage) for one in check.findings]
    return [one for one in found if not one.endswith(NOT_THERE)]


@pytest.fixture
def first_form(monkeypatch: pytest.MonkeyPatch) -> str:
    """Calls made in this test ask what every call asked before forms were data; that form is frozen in a migration."""
    text = (MIGRATIONS / "versions" / "0005_default_form.json").read_text(encoding="utf-8")
    form = canonical_json(json.loads(text)["form"])
    monkeypatch.setattr(questions, "default_form", lambda: form)
    return form


def test_agreements_down_and_up_again_with_data(app: Flask, first_form: str, programme: Programme) -> None:
    """Down, the grant has the hash of what it accepted; up, `flask init` keeps the agreements anew."""
    grant = programme.make_grant("completed")
    offered = programme.make_grant("offered")
    grant_id, offered_id, number = grant.id, offered.id, grant.number
    text, sha256 = agreements.content_of(grant, dated_at=grant.accepted_at), grant.agreement.sha256
    db.session.commit()
    downgrade(revision="0002")
    hashes = dict(tuple(row) for row in db.session.execute(sa.text("SELECT id, agreement_sha256 FROM grants")))
    assert (hashes[grant_id], hashes[offered_id]) == (sha256, None)
    db.session.rollback()
    upgrade()
    assert set(findings(programme)) == {f"grant {number} is accepted, but its agreement is not kept"}
    db.session.rollback()
    for _again in range(2):
        done = app.test_cli_runner().invoke(args=["init"])
        assert done.exit_code == 0, done.output
        db.session.rollback()
    (kept,) = db.session.scalars(db.select(Agreement)).all()
    assert (kept.grant_id, kept.sequence, json.loads(kept.content)) == (grant_id, 1, text)
    assert findings(programme) == []


def test_calls_from_before_forms_were_data_keep_the_form_they_had(
    app: Flask, first_form: str, programme: Programme
) -> None:
    application = programme.make_application("submitted")
    call_id, application_id = application.call_id, application.id
    form, wanted = first_form, questions.default_documents()
    db.session.commit()
    downgrade(revision="0003")
    assert "form" not in {one["name"] for one in sa.inspect(db.engine).get_columns("calls")}
    upgrade()
    call = db.session.get_one(Call, call_id)
    assert (call.form, call.required_documents) == (form, wanted)
    snapshot = db.session.get_one(Application, application_id).snapshots[-1]
    assert call_forms.answered_in(call, json.loads(snapshot.content)).sha256 == fingerprint(form)


def test_calls_from_before_allocations_have_one_and_awards_were_paid_from_it(app: Flask, programme: Programme) -> None:
    """Up, the whole budget is one allocation; down, the sum stays, and so do decisions and their protection."""
    other = programme.make_fund()
    divided = programme.make_call(also=[(other, programme.oblast("KG-O"), 1_000_000_00)])
    grant, rejected = programme.make_grant("active"), programme.make_application("rejected")
    decided, call_id = grant.application.call, divided.id
    decided_id, fund_id, budget = decided.id, decided.fund_id, decided.budget
    ids = [grant.application_id, rejected.id]
    db.session.commit()
    held, columns = protections(db.engine), "SELECT application_id, amount, reason, rank, votes_for FROM decisions"
    before = sorted(tuple(row) for row in db.session.execute(sa.text(columns)))
    db.session.rollback()
    downgrade(revision="0018")
    assert "allocations" not in tables()
    assert not any("allocations" in name for name in protections(db.engine))
    assert sorted(tuple(row) for row in db.session.execute(sa.text(columns))) == before
    db.session.rollback()
    upgrade()
    assert protections(db.engine) == held
    assert sorted(tuple(row) for row in db.session.execute(sa.text(columns))) == before
    (own,) = db.session.get_one(Call, decided_id).allocations
    assert (own.fund_id, own.oblast_id, own.amount) == (fund_id, None, budget)
    (whole,) = db.session.get_one(Call, call_id).allocations
    assert whole.amount == 6_000_000_00
    query = db.select(Decision.allocation_id).where(Decision.application_id.in_(ids)).order_by(Decision.application_id)
    assert set(db.session.scalars(query)) == {own.id, None}
    assert findings(programme) == []


def test_down_what_a_fund_gives_by_theme_is_one_allocation(app: Flask, programme: Programme) -> None:
    """Up again nothing has a theme; money, decisions and their protection are as they were."""
    other, osh = programme.make_fund(), programme.oblast("KG-O")
    also = [(other, osh, 300_000_00), (other, osh, 300_000_00, "water"), (other, None, 300_000_00, "water")]
    call = programme.make_past_call(also=also)
    association = programme.make_association(oblast="KG-O")
    application = programme.make_application("reviewed", call=call, association=association, theme="water")
    (decision,) = programme.decide(application, DecisionOutcome.SELECTED).decisions
    application_id, call_id, budget, other_id, osh_id = application.id, call.id, call.budget, other.id, osh.id
    assert decision.allocation_id == call.allocations[2].id
    kept = call.allocations[1].id
    db.session.commit()
    held = protections(db.engine)
    downgrade(revision="0019")
    assert "themes" not in tables()
    rows = db.session.execute(sa.text("SELECT fund_id, oblast_id, amount FROM allocations ORDER BY id")).all()
    assert [tuple(one) for one in rows][1:] == [(other_id, osh_id, 600_000_00), (other_id, None, 300_000_00)]
    db.session.rollback()
    upgrade()
    assert protections(db.engine) == held
    assert db.session.get_one(Call, call_id).budget == budget
    paid_from = db.session.scalars(db.select(Decision.allocation_id)).all()
    assert paid_from == [kept]
    application = db.session.get_one(Application, application_id)
    assert application.theme_id is None and application.snapshots
    assert findings(programme) == []


def test_sign_offs_from_before_they_were_records_get_one(app: Flask, programme: Programme) -> None:
    """From the trail: who, how, the scan, and the stamp of the submission that followed; the number was not asked."""
    submitted, again = programme.make_application("submitted"), programme.make_application("resubmitted")
    declined = programme.make_application("draft")
    chair = Actor(programme.chair_of(declined.association))
    applications.decline(declined, reason="Чатыры жок", actor=chair, now=clock.now())
    dictation = programme.dictate(programme.association)
    operator = Actor(programme.operator, programme.association, dictation)
    waiting = programme.make_application("draft", association=programme.association)
    file = documents.store(programme.make_photo(), storage=programme.storage, now=clock.now())
    paper = Confirmation(
        programme.chair.person,
        ConfirmationWay.THUMBPRINT,
        file,
        signatures.receipt_number(waiting, applications.stamp_of(waiting)),
    )
    applications.sign_off(waiting, confirmation=paper, actor=operator, now=clock.now())
    columns = "application_id, outcome, person_id, way, file_id, typed_by_id, signed_at, sha256, reason"
    own = "application_id IN (SELECT id FROM applications WHERE NOT is_test)"
    query = sa.text(f"SELECT {columns} FROM signatures WHERE {own} ORDER BY id")
    kept = [tuple(row) for row in db.session.execute(query)]
    assert len(kept) == 5
    on_paper = next(row for row in kept if row[0] == waiting.id)
    assert on_paper[3:5] == ("thumbprint", file.id)
    declined_id, waiting_id, ids = declined.id, waiting.id, {one.id for one in (submitted, again, declined, waiting)}
    db.session.commit()
    downgrade(revision="0021")
    assert "signatures" not in tables()
    upgrade()
    made = [tuple(row) for row in db.session.execute(query)]
    not_handed_in = {declined_id, waiting_id}  # what was read then is not known
    assert made == [(*row[:7], "", *row[8:]) if row[0] in not_handed_in else row for row in kept]
    assert {row[0] for row in made} == ids
    assert not any(check.findings for check in verification.run(programme.storage))
    waiting = db.session.get_one(Application, waiting_id)
    applications.submit(waiting, actor=Actor(programme.chair), now=clock.now())
    assert not any(check.findings for check in verification.run(programme.storage))


def test_a_sign_off_without_an_act_is_kept_by_the_account_and_the_day(app: Flask, programme: Programme) -> None:
    """As the load to measure with makes them."""
    application = programme.make_application("submitted")
    application_id, user_id, sha256 = application.id, application.signed_off_by_id, application.snapshots[-1].sha256
    db.session.commit()
    downgrade(revision="0021")
    if db.engine.dialect.name == "sqlite":
        db.session.execute(sa.text("DROP TRIGGER audit_events_no_delete"))
    else:
        db.session.execute(sa.text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
    db.session.execute(sa.text("DELETE FROM audit_events WHERE action = 'application.sign_off'"))
    db.session.commit()
    upgrade()
    columns = "application_id, person_id, way, typed_by_id, sha256"
    (kept,) = db.session.execute(
        sa.text(f"SELECT {columns} FROM signatures WHERE application_id = :one"), {"one": application_id}
    )
    assert tuple(kept) == (application_id, None, None, user_id, sha256)


def test_words_of_applications_that_were_there_before_are_found(
    app: Flask, database: Copy, programme: Programme
) -> None:
    application = programme.make_application("draft")
    word = application.number.lower()
    db.session.commit()
    downgrade(revision="0003")
    assert not search_words.is_there()
    db.session.rollback()
    upgrade()
    assert search_words.is_there()
    assert [one.id for one in application_lists.page(Filter(words=word)).rows] == [application.id]


def test_lists_find_what_was_there_before_they_were_made_quick(
    app: Flask, database: Copy, programme: Programme
) -> None:
    """Search texts are packed and unpacked again; the rules not met are told of every application there is."""
    application = programme.make_application("submitted", association=programme.make_association(with_account=False))
    application_id, text = application.id, application.search_text
    assert "жыйынында" in text and "чогуу" in text
    db.session.commit()
    downgrade(revision="0029")
    stored = sa.text("SELECT search_text FROM applications WHERE id = :id")
    assert db.session.scalar(stored, {"id": application_id}) == text
    db.session.rollback()
    upgrade()
    assert (db.session.scalar(stored, {"id": application_id}) == text) is (database.kind == "postgresql")
    assert [row.id for row in application_lists.page(Filter(words="жыйынында чо")).rows] == [application_id]
    (row,) = screening_lists.page(screening_lists.Filter(rule="account", words="жыйынында")).rows
    assert (row.id, row.unmet) == (application_id, ("account",))
    assert not any(check.findings for check in verification.run(programme.storage))


def test_submissions_from_before_pairs_were_kept_get_them(app: Flask, programme: Programme) -> None:
    """Nothing of what was kept is lost, and the next start keeps the pairs: the screening list names them."""
    for _ in range(2):
        programme.make_application("submitted", association=programme.make_association())
    db.session.commit()
    pairs = db.session.execute(db.select(AlikePair.application_id, AlikePair.other_id)).all()
    before = row_counts()
    assert pairs and before["alike_pairs"] == len(pairs)
    downgrade(revision="0014")
    upgrade()
    later_still = {"beneficiaries": 0, "themes": 0, "conflict_marks": 0, "channels": 0}
    assert row_counts() == before | {"alike_pairs": 0} | later_still
    assert app.test_cli_runner().invoke(args=["init"]).exit_code == 0
    db.session.rollback()
    assert db.session.execute(db.select(AlikePair.application_id, AlikePair.other_id)).all() == pairs
    assert row_counts()["conflict_marks"] >= before["conflict_marks"] > 0, "who was handed in before is searched too"
    assert [len(row.alike) for row in screening_lists.page(screening_lists.Filter()).rows] == [1, 1]


def test_without_the_right_to_the_extension_there_is_no_index(postgresql_server: PostgresqlServer, home: Path) -> None:
    """A role that may create tables and no extension: everything else is made, and words are found row by row."""
    copy = postgresql_server.create()
    name = copy.url.partition("@/")[2].partition("?")[0]
    role = f"plain_{name}"
    for statement in (
        f"CREATE ROLE {role} LOGIN",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {role}",
    ):
        postgresql_server.execute(statement)
    owner = sa.create_engine(copy.url)
    with owner.begin() as connection:
        connection.exec_driver_sql(f"GRANT ALL ON SCHEMA public TO {role}")
    owner.dispose()
    app = create_app(databases.config_for(home, copy.url.replace("ashar@", f"{role}@")))
    with app.app_context():
        upgrade()
        assert tables() == set(Base.metadata.tables)
        assert not search_words.is_there()
        assert not search_words.make_missing()
        assert application_lists.page(Filter(words="суу")).rows == []
    databases.close(app)
    copy.drop()
    postgresql_server.execute(f"DROP ROLE {role}")


def test_upgrading_an_upgraded_database_changes_nothing(app: Flask, programme: Programme) -> None:
    programme.make_grant("completed")
    db.session.commit()
    before = row_counts()
    assert sum(before.values()) > 300
    upgrade()
    assert row_counts() == before


def test_there_is_one_line_of_revisions() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1


# A table that is made anew -------------------------------------------------------------------------------------------

ANEW = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9001", "{head}", None, None


def upgrade():
    bind = op.get_bind()
    for table in {tables}:
        kept = []
        if bind.dialect.name == "sqlite" and {puts_back}:
            query = f"SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{{table}}'"
            kept = bind.exec_driver_sql(query).scalars().all()
        with op.batch_alter_table(table, recreate="auto" if bind.dialect.name == "postgresql" else "always") as batch:
            batch.add_column(sa.Column("note", sa.Text))
        for statement in kept:
            bind.execution_options(no_parameters=True).exec_driver_sql(statement)
    {more}
"""


@pytest.fixture
def apply(tmp_path: Path) -> Callable[..., None]:
    """Apply one revision more than there is, which makes tables anew."""

    def run(*tables: str, puts_back: bool = True, more: str = "pass") -> None:
        folder, head = tmp_path / "migrations", SCRIPTS.get_current_head()
        shutil.copytree(MIGRATIONS, folder)
        text = ANEW.format(head=head, tables=tables, puts_back=puts_back, more=more)
        (folder / "versions" / "9001_anew.py").write_text(text, encoding="utf-8")
        db.session.rollback()
        upgrade(directory=str(folder))
        stamp(directory=str(folder), revision=head)  # the doctor knows no 9001

    return run


def with_foreign_keys() -> bool:
    """Whether every connection given out keeps them."""
    if db.engine.dialect.name == "postgresql":
        return True
    with db.engine.connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("foreign_keys", "legacy_alter_table")
        ]
    return settings == [1, 0]


TABLES = ("ledger_accounts", "ledger_events", "calls", "transfers")
"""Rows of others point at the first; the second points at itself; triggers of another table ask the third."""


def test_tables_with_data_are_made_anew(
    app: Flask, programme: Programme, apply: Callable[..., None], broker: str
) -> None:
    programme.make_grant("completed")
    db.session.commit()
    counts, protected, held = row_counts(), protections(db.engine), names_of_constraints()
    assert all(counts[table] for table in TABLES)
    apply(*TABLES)
    assert row_counts() == counts
    assert all("note" in {one["name"] for one in sa.inspect(db.engine).get_columns(table)} for table in TABLES)
    assert protections(db.engine) == protected
    assert names_of_constraints() == held
    assert with_foreign_keys()
    assert references("transfers") >= {("ledger_accounts", "id"), ("ledger_events", "id")}
    assert ("ledger_events", "id") in references("ledger_events")
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 0, done.output
    db.session.rollback()


def references(table: str) -> set[tuple[str, str]]:
    keys = sa.inspect(db.engine).get_foreign_keys(table)
    return {(one["referred_table"], one["referred_columns"][0]) for one in keys}


def test_a_table_made_anew_without_its_triggers_is_refused(
    app: Flask, database: Copy, programme: Programme, apply: Callable[..., None]
) -> None:
    if database.kind == "postgresql":
        return  # it alters a table in place: its triggers stay
    programme.make_grant("completed")
    db.session.commit()
    before = (row_counts(), protections(db.engine), names_of_constraints())
    with pytest.raises(Exception, match=r"ledger_accounts_no_delete on ledger_accounts.*must put them back"):
        apply("ledger_accounts", puts_back=False)
    assert (row_counts(), protections(db.engine), names_of_constraints()) == before
    assert "note" not in {one["name"] for one in sa.inspect(db.engine).get_columns("ledger_accounts")}
    assert with_foreign_keys()


def test_a_migration_that_leaves_a_row_pointing_nowhere_is_refused(
    app: Flask, programme: Programme, apply: Callable[..., None]
) -> None:
    programme.make_grant("completed")
    db.session.commit()
    before = row_counts()
    with pytest.raises(Exception, match=r"grants.*is not there|violates foreign key"):
        apply("ledger_accounts", more='op.execute("DELETE FROM grants")')
    assert row_counts() == before
    assert "note" not in {one["name"] for one in sa.inspect(db.engine).get_columns("ledger_accounts")}
    assert with_foreign_keys()


def test_several_revisions_are_one_step(empty: Flask, apply: Callable[..., None]) -> None:
    """When the last one fails, the first is not there either."""
    with pytest.raises(ZeroDivisionError):
        apply(more="1 / 0")
    assert tables() == set()


def test_rules_from_before_stages_and_shares_go_on_as_they_were(app: Flask, programme: Programme) -> None:
    """Up, what the pledges must come to follows from the ratio; down is refused where a rule says more."""
    grant, draft = programme.make_grant("completed"), programme.make_application("draft")
    draft_id, grant_id, due = draft.id, grant.id, draft.pledges_due
    assert due == draft.grant_requested > 0
    db.session.commit()
    downgrade(revision="0034")
    assert "reductions" not in tables()
    upgrade()
    assert db.session.get_one(Application, draft_id).pledges_due == due
    grant = db.session.get_one(Grant, grant_id)
    assert (grant.match_terms, grant.match_applicant) == (usual_match_terms(), None)
    assert findings(programme) == []
    programme.make_reduced()
    db.session.commit()
    with pytest.raises(Exception, match="the version before cannot keep"):
        downgrade(revision="0034")
    db.session.rollback()
    assert "reductions" in tables() and findings(programme) == []
