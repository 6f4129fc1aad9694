"""Second factors: secrets, recovery codes, half sign-ins, lost devices; and when a session's user last proved who they are.

Who is signed in stays so; whoever needs a second factor sets one up at the next click. Down, the factors are gone and
the password alone opens the door again.

Revision ID: 0038
Revises: 0037
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {
        "id": "INTEGER", "int": "INTEGER", "code": "TEXT", "s64": "TEXT", "s400": "TEXT", "at": "TEXT",
        "end": " STRICT",
    },
    "postgresql": {
        "id": "BIGSERIAL", "int": "BIGINT", "code": "VARCHAR(40)", "s64": "VARCHAR(64)", "s400": "VARCHAR(400)",
        "at": "TIMESTAMP WITH TIME ZONE", "end": "",
    },
}
FACTORS = """
CREATE TABLE second_factors (
    id {id} NOT NULL,
    user_id {int} NOT NULL,
    secret {s400} NOT NULL,
    last_step {int} NOT NULL,
    set_up_at {at} NOT NULL,
    CONSTRAINT pk_second_factors PRIMARY KEY (id),
    CONSTRAINT ck_second_factors_step_positive CHECK (last_step > 0),
    CONSTRAINT uq_second_factors_user_id UNIQUE (user_id),
    CONSTRAINT fk_second_factors_user_id FOREIGN KEY(user_id) REFERENCES users (id)
){end}
"""
CODES = """
CREATE TABLE recovery_codes (
    id {id} NOT NULL,
    factor_id {int} NOT NULL,
    code_hash {s64} NOT NULL,
    used_at {at},
    CONSTRAINT pk_recovery_codes PRIMARY KEY (id),
    CONSTRAINT uq_recovery_codes_code_hash UNIQUE (code_hash),
    CONSTRAINT fk_recovery_codes_factor_id FOREIGN KEY(factor_id) REFERENCES second_factors (id)
){end}
"""
PENDING = """
CREATE TABLE pending_sign_ins (
    id {id} NOT NULL,
    user_id {int} NOT NULL,
    token_hash {s64} NOT NULL,
    begun_at {at} NOT NULL,
    expires_at {at} NOT NULL,
    ended_at {at},
    wrong_codes {int} NOT NULL,
    CONSTRAINT pk_pending_sign_ins PRIMARY KEY (id),
    CONSTRAINT uq_pending_sign_ins_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_pending_sign_ins_user_id FOREIGN KEY(user_id) REFERENCES users (id)
){end}
"""
LOST = """
CREATE TABLE lost_devices (
    id {id} NOT NULL,
    user_id {int} NOT NULL,
    status {code} NOT NULL,
    opened_at {at} NOT NULL,
    checked_by_id {int},
    checked_at {at},
    way {code},
    reason TEXT,
    closed_by_id {int},
    closed_at {at},
    refusal TEXT,
    version INTEGER NOT NULL,
    CONSTRAINT pk_lost_devices PRIMARY KEY (id),
    CONSTRAINT ck_lost_devices_not_checked_by_oneself CHECK (checked_by_id IS NULL OR checked_by_id <> user_id),
    CONSTRAINT ck_lost_devices_not_closed_by_oneself CHECK (closed_by_id IS NULL OR closed_by_id <> user_id),
    CONSTRAINT ck_lost_devices_confirmed_by_another CHECK
        (status <> 'confirmed' OR (checked_by_id IS NOT NULL AND closed_by_id <> checked_by_id)),
    CONSTRAINT ck_lost_devices_checked_whole CHECK
        ((checked_by_id IS NULL) = (checked_at IS NULL) AND (checked_by_id IS NULL) = (way IS NULL)
        AND (checked_by_id IS NULL) = (reason IS NULL)),
    CONSTRAINT ck_lost_devices_checked_with_day CHECK
        ((status <> 'checked' OR checked_at IS NOT NULL) AND (status <> 'reported' OR checked_at IS NULL)),
    CONSTRAINT ck_lost_devices_closed_whole CHECK
        ((status IN ('confirmed', 'refused')) = (closed_at IS NOT NULL)
        AND (closed_at IS NULL) = (closed_by_id IS NULL) AND (status = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT ck_lost_devices_lostdevicestatus CHECK (status IN ('reported', 'checked', 'confirmed', 'refused')),
    CONSTRAINT ck_lost_devices_identitycheck CHECK (way IN ('passport', 'known_in_person', 'video_call')),
    CONSTRAINT fk_lost_devices_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_lost_devices_checked_by_id FOREIGN KEY(checked_by_id) REFERENCES users (id),
    CONSTRAINT fk_lost_devices_closed_by_id FOREIGN KEY(closed_by_id) REFERENCES users (id)
){end}
"""
INDEXES = (
    "CREATE INDEX ix_recovery_codes_factor_id ON recovery_codes (factor_id)",
    "CREATE INDEX ix_pending_sign_ins_user_id ON pending_sign_ins (user_id)",
    "CREATE INDEX ix_lost_devices_user_id ON lost_devices (user_id)",
    "CREATE UNIQUE INDEX uq_lost_devices_open ON lost_devices (user_id) WHERE status IN ('reported', 'checked')",
)
SESSIONS = """
CREATE TABLE user_sessions_anew (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    token_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    browser TEXT NOT NULL,
    revoked_at TEXT,
    confirmed_at TEXT NOT NULL,
    second_step_at TEXT,
    CONSTRAINT pk_user_sessions PRIMARY KEY (id),
    CONSTRAINT uq_user_sessions_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_user_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id)
) STRICT
"""
KEPT = "id, user_id, token_hash, created_at, expires_at, browser, revoked_at"


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    for table in (FACTORS, CODES, PENDING, LOST):
        execute(table.format(**TYPES[dialect]))
    for index in INDEXES:
        execute(index)
    if dialect == "sqlite":  # a column that has to be filled cannot be added: the table is made anew with its rows
        execute(SESSIONS)
        execute(
            f"INSERT INTO user_sessions_anew ({KEPT}, confirmed_at) SELECT {KEPT}, created_at FROM user_sessions "
            "ORDER BY id"
        )
        execute("DROP TABLE user_sessions")
        execute("ALTER TABLE user_sessions_anew RENAME TO user_sessions")
        execute("CREATE INDEX ix_user_sessions_user_id ON user_sessions (user_id)")
        return
    execute("ALTER TABLE user_sessions ADD COLUMN confirmed_at TIMESTAMP WITH TIME ZONE")
    execute("ALTER TABLE user_sessions ADD COLUMN second_step_at TIMESTAMP WITH TIME ZONE")
    execute("UPDATE user_sessions SET confirmed_at = created_at")
    execute("ALTER TABLE user_sessions ALTER COLUMN confirmed_at SET NOT NULL")


def downgrade():
    execute("ALTER TABLE user_sessions DROP COLUMN second_step_at")
    execute("ALTER TABLE user_sessions DROP COLUMN confirmed_at")
    for table in ("lost_devices", "pending_sign_ins", "recovery_codes", "second_factors"):
        op.drop_table(table)
