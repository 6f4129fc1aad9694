"""Who held office before hears of a changed payout account and may object; two people settle the objection.

Accounts that were changed before are owed no notice. A notice points to who proposed the change, so that the database
refuses one that the same person records.

Revision ID: 0055
Revises: 0054
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

ACCOUNT_NOTICES = """
CREATE TABLE account_notices (
    id {id} NOT NULL,
    payout_account_id {big} NOT NULL,
    proposed_by_id {big} NOT NULL,
    person_id {big} NOT NULL,
    way {text40} NOT NULL,
    told_on {day} NOT NULL,
    recorded_by_id {big} NOT NULL,
    recorded_at {instant} NOT NULL,
    CONSTRAINT pk_account_notices PRIMARY KEY (id),
    CONSTRAINT uq_account_notices_payout_account_id_person_id UNIQUE (payout_account_id, person_id),
    CONSTRAINT fk_account_notices_proposer
        FOREIGN KEY(payout_account_id, proposed_by_id) REFERENCES payout_accounts (id, proposed_by_id),
    CONSTRAINT ck_account_notices_two_people CHECK (recorded_by_id <> proposed_by_id),
    CONSTRAINT fk_account_notices_person_id FOREIGN KEY(person_id) REFERENCES people (id),
    CONSTRAINT ck_account_notices_noticeway CHECK (way IN ('in_person', 'phone', 'screen')),
    CONSTRAINT fk_account_notices_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id)
){strict}
"""
ACCOUNT_OBJECTIONS = """
CREATE TABLE account_objections (
    id {id} NOT NULL,
    payout_account_id {big} NOT NULL,
    said_by {text200} NOT NULL,
    reason {text} NOT NULL,
    status {text40} NOT NULL,
    raised_by_id {big} NOT NULL,
    raised_at {instant} NOT NULL,
    verdict {text40},
    answer {text} NOT NULL,
    answered_by_id {big},
    answered_at {instant},
    settled_by_id {big},
    settled_at {instant},
    version INTEGER NOT NULL,
    CONSTRAINT pk_account_objections PRIMARY KEY (id),
    CONSTRAINT ck_account_objections_said_by_somebody CHECK (said_by <> '' AND reason <> ''),
    CONSTRAINT ck_account_objections_answered_whole CHECK
        ((verdict IS NULL) = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL) AND (verdict IS NULL OR answer <> '')),
    CONSTRAINT ck_account_objections_settled_whole CHECK
        ((settled_at IS NULL) = (settled_by_id IS NULL) AND (settled_at IS NOT NULL) = (status IN ('dismissed', 'upheld'))),
    CONSTRAINT ck_account_objections_open_without_verdict CHECK ((status = 'open') = (verdict IS NULL)),
    CONSTRAINT ck_account_objections_settled_as_answered CHECK
        ((status <> 'dismissed' OR verdict = 'dismiss') AND (status <> 'upheld' OR verdict = 'uphold')),
    CONSTRAINT ck_account_objections_two_people CHECK (settled_by_id IS NULL OR settled_by_id <> answered_by_id),
    CONSTRAINT fk_account_objections_payout_account_id FOREIGN KEY(payout_account_id) REFERENCES payout_accounts (id),
    CONSTRAINT ck_account_objections_accountobjectionstatus CHECK
        (status IN ('open', 'answered', 'dismissed', 'upheld')),
    CONSTRAINT fk_account_objections_raised_by_id FOREIGN KEY(raised_by_id) REFERENCES users (id),
    CONSTRAINT ck_account_objections_objectionverdict CHECK (verdict IN ('dismiss', 'uphold')),
    CONSTRAINT fk_account_objections_answered_by_id FOREIGN KEY(answered_by_id) REFERENCES users (id),
    CONSTRAINT fk_account_objections_settled_by_id FOREIGN KEY(settled_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("day", "instant", "text", "text200", "text40")},
        **{"big": "INTEGER", "id": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"big": "BIGINT", "day": "DATE", "id": "BIGSERIAL", "instant": "TIMESTAMP WITH TIME ZONE"},
        **{"text": "TEXT", "strict": ""},
        **{"text200": "VARCHAR(200)", "text40": "VARCHAR(40)"},
    },
}
INDEXES = (
    "CREATE INDEX ix_account_objections_account ON account_objections (payout_account_id, id)",
    "CREATE UNIQUE INDEX uq_account_objections_open ON account_objections (payout_account_id) WHERE settled_at IS NULL",
)

PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER account_objections_no_update BEFORE UPDATE ON account_objections WHEN (OLD.settled_at IS"
        " NOT NULL) OR EXISTS (SELECT 1 FROM account_objections AS there WHERE there.settled_at IS NOT NULL AND"
        " there.id <> OLD.id AND (there.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'account_objections is"
        " append-only'); END",
        "CREATE TRIGGER account_objections_no_delete BEFORE DELETE ON account_objections WHEN OLD.settled_at IS"
        " NOT NULL BEGIN SELECT RAISE(ABORT, 'account_objections is append-only'); END",
        "CREATE TRIGGER account_objections_no_replace BEFORE INSERT ON account_objections WHEN EXISTS (SELECT 1"
        " FROM account_objections AS there WHERE there.settled_at IS NOT NULL AND (there.id = NEW.id)) BEGIN"
        " SELECT RAISE(ABORT, 'account_objections is append-only'); END",
        "CREATE TRIGGER account_notices_no_update BEFORE UPDATE ON account_notices BEGIN SELECT RAISE(ABORT,"
        " 'account_notices is append-only'); END",
        "CREATE TRIGGER account_notices_no_delete BEFORE DELETE ON account_notices BEGIN SELECT RAISE(ABORT,"
        " 'account_notices is append-only'); END",
        "CREATE TRIGGER account_notices_no_replace BEFORE INSERT ON account_notices WHEN EXISTS (SELECT 1 FROM"
        " account_notices WHERE (id = NEW.id) OR (payout_account_id = NEW.payout_account_id AND person_id ="
        " NEW.person_id)) BEGIN SELECT RAISE(ABORT, 'account_notices is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER account_objections_no_change BEFORE UPDATE ON account_objections FOR EACH ROW WHEN"
        " (OLD.settled_at IS NOT NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER account_objections_no_delete BEFORE DELETE ON account_objections FOR EACH ROW WHEN"
        " (OLD.settled_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER account_objections_no_truncate BEFORE TRUNCATE ON account_objections FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER account_notices_no_change BEFORE UPDATE OR DELETE ON account_notices FOR EACH ROW EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER account_notices_no_truncate BEFORE TRUNCATE ON account_notices FOR EACH STATEMENT EXECUTE"
        " FUNCTION refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    kinds = TYPES[dialect]
    execute(
        f"ALTER TABLE payout_accounts ADD COLUMN replaces_id {kinds['big']} "
        "CONSTRAINT fk_payout_accounts_replaces_id REFERENCES payout_accounts (id)"
    )
    execute(f"ALTER TABLE payout_accounts ADD COLUMN pause_since {kinds['instant']}")
    execute("CREATE UNIQUE INDEX uq_payout_accounts_proposer ON payout_accounts (id, proposed_by_id)")
    for table in (ACCOUNT_NOTICES, ACCOUNT_OBJECTIONS):
        execute(table.format(**kinds))
    for statement in (*INDEXES, *PROTECTED[dialect]):
        execute(statement)


def downgrade():
    """Refused where a change was told or objected to: the older schema has no place for it."""
    stands = (
        "SELECT (SELECT count(*) FROM account_notices) + (SELECT count(*) FROM account_objections) "
        "+ (SELECT count(*) FROM payout_accounts WHERE replaces_id IS NOT NULL)"
    )
    if execute(stands).scalar():
        raise RuntimeError("Notices of changed accounts and objections do not fit into revision 0054.")
    for table in ("account_objections", "account_notices"):
        op.drop_table(table)
    execute("DROP INDEX uq_payout_accounts_proposer")
    for column in ("pause_since", "replaces_id"):
        execute(f"ALTER TABLE payout_accounts DROP COLUMN {column}")
