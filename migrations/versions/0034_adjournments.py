"""A session of the Council can end without decisions, and what is to be decided anew can be taken off its agenda.

Nothing that is there changes.

Revision ID: 0034
Revises: 0033
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

SESSIONS = """
CREATE TABLE council_sessions_anew (
    id INTEGER NOT NULL,
    call_id INTEGER NOT NULL,
    held_on TEXT NOT NULL,
    place TEXT NOT NULL,
    seats INTEGER NOT NULL,
    status TEXT NOT NULL,
    agenda_order TEXT DEFAULT 'grouped' NOT NULL
        CONSTRAINT ck_council_sessions_agendaorder CHECK (agenda_order IN ('grouped', 'ranked', 'by_hand')),
    created_by_id INTEGER NOT NULL,
    created_at TEXT NOT NULL,{columns}
    version INTEGER NOT NULL,
    CONSTRAINT pk_council_sessions PRIMARY KEY (id),
    CONSTRAINT ck_council_sessions_seats_positive CHECK (seats > 0),
    CONSTRAINT fk_council_sessions_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT fk_council_sessions_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id),
    CONSTRAINT ck_council_sessions_sessionstatus CHECK (status IN ({statuses})){constraints}
) STRICT
"""
KEPT = "id, call_id, held_on, place, seats, status, agenda_order, created_by_id, created_at, version"
ADJOURNED = {
    "adjourned_with_day": "(status = 'adjourned') = (adjourned_at IS NOT NULL)",
    "adjourned_by_somebody": "(adjourned_at IS NULL) = (adjourned_by_id IS NULL)",
    "adjourned_for_a_reason": "(adjourned_at IS NULL) = (adjourned_reason IS NULL)",
}
SESSION_INDEXES = (
    "CREATE INDEX ix_council_sessions_call_id ON council_sessions (call_id)",
    "CREATE UNIQUE INDEX uq_council_sessions_open ON council_sessions (call_id) WHERE status = 'open'",
)
ITEMS = """
CREATE TABLE agenda_items_anew (
    id INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    application_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    status TEXT NOT NULL,
    opened_at TEXT,
    closed_at TEXT,
    version INTEGER NOT NULL,
    CONSTRAINT pk_agenda_items PRIMARY KEY (id),
    CONSTRAINT uq_agenda_items_session_id_application_id UNIQUE (session_id, application_id),
    CONSTRAINT fk_agenda_items_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
    CONSTRAINT fk_agenda_items_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT ck_agenda_items_agendastatus CHECK (status IN ({statuses}))
) STRICT
"""
ITEM_COLUMNS = "id, session_id, application_id, position, status, opened_at, closed_at, version"
ITEM_INDEXES = (
    "CREATE INDEX ix_agenda_items_application_id ON agenda_items (application_id)",
    "CREATE UNIQUE INDEX uq_agenda_items_discussed ON agenda_items (session_id) WHERE status = 'discussed'",
)
SESSION_STATUSES, ITEM_STATUSES = "'open', 'signed'", "'waiting', 'discussed', 'decided'"


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def made_anew(table, definition, columns, indexes):
    """SQLite changes no constraint of a table: it is made anew with its rows, and others point at the same ones."""
    execute(definition)
    execute(f"INSERT INTO {table}_anew ({columns}) SELECT {columns} FROM {table} ORDER BY id")
    execute(f"DROP TABLE {table}")
    execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
    for index in indexes:
        execute(index)


def constrain(table, name, statuses):
    execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
    execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK (status IN ({statuses}))")


def upgrade():
    sessions, items = f"{SESSION_STATUSES}, 'adjourned'", f"{ITEM_STATUSES}, 'taken_off'"
    if op.get_bind().dialect.name == "sqlite":
        columns = "\n    adjourned_at TEXT,\n    adjourned_by_id INTEGER,\n    adjourned_reason TEXT,"
        key = "CONSTRAINT fk_council_sessions_adjourned_by_id FOREIGN KEY(adjourned_by_id) REFERENCES users (id)"
        checks = [f"CONSTRAINT ck_council_sessions_{name} CHECK ({rule})" for name, rule in ADJOURNED.items()]
        more = "".join(f",\n    {one}" for one in (key, *checks))
        definition = SESSIONS.format(statuses=sessions, columns=columns, constraints=more)
        made_anew("council_sessions", definition, KEPT, SESSION_INDEXES)
        made_anew("agenda_items", ITEMS.format(statuses=items), ITEM_COLUMNS, ITEM_INDEXES)
        return
    execute("ALTER TABLE council_sessions ADD COLUMN adjourned_at TIMESTAMP WITH TIME ZONE")
    execute(
        "ALTER TABLE council_sessions ADD COLUMN adjourned_by_id BIGINT "
        "CONSTRAINT fk_council_sessions_adjourned_by_id REFERENCES users (id)"
    )
    execute("ALTER TABLE council_sessions ADD COLUMN adjourned_reason TEXT")
    constrain("council_sessions", "sessionstatus", sessions)
    for name, rule in ADJOURNED.items():
        execute(f"ALTER TABLE council_sessions ADD CONSTRAINT ck_council_sessions_{name} CHECK ({rule})")
    constrain("agenda_items", "agendastatus", items)


def downgrade():
    """Refused by the database where a session has ended this way: what happened is not thrown away."""
    if op.get_bind().dialect.name == "sqlite":
        definition = SESSIONS.format(statuses=SESSION_STATUSES, columns="", constraints="")
        made_anew("council_sessions", definition, KEPT, SESSION_INDEXES)
        made_anew("agenda_items", ITEMS.format(statuses=ITEM_STATUSES), ITEM_COLUMNS, ITEM_INDEXES)
        return
    for name in ADJOURNED:
        execute(f"ALTER TABLE council_sessions DROP CONSTRAINT ck_council_sessions_{name}")
    constrain("council_sessions", "sessionstatus", SESSION_STATUSES)
    for column in ("adjourned_reason", "adjourned_by_id", "adjourned_at"):
        execute(f"ALTER TABLE council_sessions DROP COLUMN {column}")
    constrain("agenda_items", "agendastatus", ITEM_STATUSES)
