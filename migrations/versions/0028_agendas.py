"""The session of the Council: agenda, recusals, notes, votes by name or secret, dissents, who left and came back.

Calls that are drafts get the open vote, as new ones do. Of all others the votes were only counted so far: so it stays.
A session's agenda is what it has decided and, while it is open, what waits for its decision.

Revision ID: 0028
Revises: 0027
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "bool": "INTEGER", "code": "TEXT", "at": "TEXT", "json": "TEXT", "end": " STRICT"},
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "bool": "BOOLEAN",
        "code": "VARCHAR(40)",
        "at": "TIMESTAMP WITH TIME ZONE",
        "json": "JSONB",
        "end": "",
    },
}
COLUMNS = (
    "ALTER TABLE calls ADD COLUMN vote_rule {code} DEFAULT 'secret' NOT NULL "
    "CONSTRAINT ck_calls_voterule CHECK (vote_rule IN ('open', 'secret'))",
    "ALTER TABLE council_sessions ADD COLUMN agenda_order {code} DEFAULT 'grouped' NOT NULL "
    "CONSTRAINT ck_council_sessions_agendaorder CHECK (agenda_order IN ('grouped', 'ranked', 'by_hand'))",
    "ALTER TABLE decisions ADD COLUMN present {json} DEFAULT '[]' NOT NULL",
)
TABLES = {
    "agenda_items": """
    id {id} NOT NULL,
    session_id {int} NOT NULL,
    application_id {int} NOT NULL,
    position {int} NOT NULL,
    status {code} NOT NULL,
    opened_at {at},
    closed_at {at},
    version INTEGER NOT NULL,
    CONSTRAINT pk_agenda_items PRIMARY KEY (id),
    CONSTRAINT uq_agenda_items_session_id_application_id UNIQUE (session_id, application_id),
    CONSTRAINT fk_agenda_items_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
    CONSTRAINT fk_agenda_items_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT ck_agenda_items_agendastatus CHECK (status IN ('waiting', 'discussed', 'decided'))
""",
    "recusals": """
    id {id} NOT NULL,
    item_id {int} NOT NULL,
    user_id {int} NOT NULL,
    ground {code} NOT NULL,
    kind {code},
    recorded_by_id {int} NOT NULL,
    recorded_at {at} NOT NULL,
    CONSTRAINT pk_recusals PRIMARY KEY (id),
    CONSTRAINT uq_recusals_item_id_user_id UNIQUE (item_id, user_id),
    CONSTRAINT ck_recusals_kind_if_said CHECK ((ground = 'said') = (kind IS NOT NULL)),
    CONSTRAINT fk_recusals_item_id FOREIGN KEY(item_id) REFERENCES agenda_items (id),
    CONSTRAINT fk_recusals_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_recusals_recusalground CHECK
        (ground IN ('place', 'membership', 'role', 'declared', 'detected', 'said')),
    CONSTRAINT ck_recusals_conflictkind CHECK
        (kind IN ('kinship', 'place', 'membership', 'business', 'contributor', 'other')),
    CONSTRAINT fk_recusals_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id)
""",
    "item_notes": """
    id {id} NOT NULL,
    item_id {int} NOT NULL,
    text TEXT NOT NULL,
    in_protocol {bool} NOT NULL,
    written_by_id {int} NOT NULL,
    written_at {at} NOT NULL,
    CONSTRAINT pk_item_notes PRIMARY KEY (id),
    CONSTRAINT fk_item_notes_item_id FOREIGN KEY(item_id) REFERENCES agenda_items (id),
    CONSTRAINT fk_item_notes_written_by_id FOREIGN KEY(written_by_id) REFERENCES users (id)
""",
    "presence_changes": """
    id {id} NOT NULL,
    session_id {int} NOT NULL,
    user_id {int} NOT NULL,
    is_present {bool} NOT NULL,
    changed_at {at} NOT NULL,
    recorded_by_id {int} NOT NULL,
    CONSTRAINT pk_presence_changes PRIMARY KEY (id),
    CONSTRAINT fk_presence_changes_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
    CONSTRAINT fk_presence_changes_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_presence_changes_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id)
""",
    "votes": """
    id {id} NOT NULL,
    decision_id {int} NOT NULL,
    user_id {int} NOT NULL,
    choice {code} NOT NULL,
    CONSTRAINT pk_votes PRIMARY KEY (id),
    CONSTRAINT uq_votes_decision_id_user_id UNIQUE (decision_id, user_id),
    CONSTRAINT fk_votes_decision_id FOREIGN KEY(decision_id) REFERENCES decisions (id),
    CONSTRAINT fk_votes_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_votes_votechoice CHECK (choice IN ('for', 'against', 'abstained'))
""",
    "dissents": """
    id {id} NOT NULL,
    decision_id {int} NOT NULL,
    user_id {int} NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_dissents PRIMARY KEY (id),
    CONSTRAINT uq_dissents_decision_id_user_id UNIQUE (decision_id, user_id),
    CONSTRAINT fk_dissents_decision_id FOREIGN KEY(decision_id) REFERENCES decisions (id),
    CONSTRAINT fk_dissents_user_id FOREIGN KEY(user_id) REFERENCES users (id)
""",
}
INDEXES = (
    "CREATE INDEX ix_agenda_items_application_id ON agenda_items (application_id)",
    "CREATE UNIQUE INDEX uq_agenda_items_discussed ON agenda_items (session_id) WHERE status = 'discussed'",
    "CREATE INDEX ix_recusals_user_id ON recusals (user_id)",
    "CREATE INDEX ix_item_notes_item_id ON item_notes (item_id)",
    "CREATE INDEX ix_presence_changes_session_id ON presence_changes (session_id)",
    "CREATE INDEX ix_votes_user_id ON votes (user_id)",
    "CREATE INDEX ix_dissents_user_id ON dissents (user_id)",
)
PROTECTED = {
    "recusals": ("item_id", "user_id"),
    "item_notes": (),
    "presence_changes": (),
    "votes": ("decision_id", "user_id"),
    "dissents": ("decision_id", "user_id"),
}
"""Append-only tables, with what is unique in each beside the id."""
EXISTING = (
    "INSERT INTO agenda_items (session_id, application_id, position, status, closed_at, version) "
    "SELECT session_id, application_id, row_number() OVER (PARTITION BY session_id ORDER BY id), 'decided', "
    "decided_at, 1 FROM decisions ORDER BY id",
    "INSERT INTO agenda_items (session_id, application_id, position, status, version) "
    "SELECT council_sessions.id, applications.id, 10000 + row_number() OVER "
    "(PARTITION BY council_sessions.id ORDER BY applications.id), 'waiting', 1 "
    "FROM council_sessions JOIN applications ON applications.call_id = council_sessions.call_id "
    "WHERE council_sessions.status = 'open' AND applications.status = 'reviewed' AND NOT EXISTS "
    "(SELECT 1 FROM decisions WHERE session_id = council_sessions.id AND application_id = applications.id)",
)
DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def guards_of(table, key):
    """The triggers of an append-only table."""
    if op.get_bind().dialect.name == "postgresql":
        return [
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        ]
    same = " OR (" + " AND ".join(f"{name} = NEW.{name}" for name in key) + ")" if key else ""
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE (id = NEW.id){same}) BEGIN {refuse}; END",
    ]


def guard_calls(before, after):
    """Put other columns into the trigger that keeps an open call as it is; the rest of it stays."""
    bind = op.get_bind()
    differs = DIFFERS[bind.dialect.name]
    before, after = (
        " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names) for names in (before, after)
    )
    if bind.dialect.name == "postgresql":
        text = bind.exec_driver_sql("SELECT pg_get_functiondef('refuse_change_of_call'::regproc)").scalar_one()
    else:
        text = bind.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'calls_no_update'").scalar_one()
        execute("DROP TRIGGER calls_no_update")
    if text.count(before) != 1:
        raise RuntimeError("the trigger on calls is not the one that is known here")
    execute(text.replace(before, after))


def upgrade():
    types = TYPES[op.get_bind().dialect.name]
    for statement in COLUMNS:
        execute(statement.format(**types))
    execute("UPDATE calls SET vote_rule = 'open' WHERE status = 'draft'")
    guard_calls(["review_load"], ["review_load", "vote_rule"])
    for name, columns in TABLES.items():
        execute(f"CREATE TABLE {name} ({columns.format(**types)}){types['end']}")
    for statement in INDEXES:
        execute(statement)
    for table, key in PROTECTED.items():
        for statement in guards_of(table, key):
            execute(statement)
    for statement in EXISTING:
        execute(statement)


def downgrade():
    for table in reversed(TABLES):
        op.drop_table(table)
    guard_calls(["review_load", "vote_rule"], ["review_load"])
    for table, column in (("decisions", "present"), ("council_sessions", "agenda_order"), ("calls", "vote_rule")):
        execute(f"ALTER TABLE {table} DROP COLUMN {column}")
