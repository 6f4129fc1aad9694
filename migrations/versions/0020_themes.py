"""Themes: what a project is about; an allocation may be for one theme, and an amendment may add one.

Applications and allocations that are there have no theme. The themes themselves come with the reference data.

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TYPES = {"sqlite": {"id": "INTEGER", "int": "INTEGER"}, "postgresql": {"id": "BIGSERIAL", "int": "BIGINT"}}
TEXT = {
    "sqlite": dict.fromkeys(("code", "name", "purpose"), "TEXT"),
    "postgresql": {"code": "VARCHAR(40)", "name": "VARCHAR(200)", "purpose": "VARCHAR(5)"},
}
TABLE = """
CREATE TABLE themes (
    id {id} NOT NULL,
    code {code} NOT NULL,
    position {int} NOT NULL,
    purpose_code {purpose},
    name_ky {name} NOT NULL,
    name_ru {name} NOT NULL,
    name_en {name} NOT NULL,
    CONSTRAINT pk_themes PRIMARY KEY (id),
    CONSTRAINT ck_themes_purpose_code_has_5_digits CHECK (purpose_code IS NULL OR length(purpose_code) = 5),
    CONSTRAINT uq_themes_code UNIQUE (code)
)
"""
OF_APPLICATIONS = "CONSTRAINT fk_applications_theme_id REFERENCES themes (id)"
OF_ALLOCATIONS = "CONSTRAINT fk_allocations_theme_id"
ALLOCATIONS = """
CREATE TABLE allocations_anew (
    id INTEGER NOT NULL,
    call_id INTEGER NOT NULL,
    fund_id INTEGER NOT NULL,
    oblast_id INTEGER,
{column}    amount INTEGER NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_allocations PRIMARY KEY (id),
    CONSTRAINT ck_allocations_amount_positive CHECK (amount > 0),
    CONSTRAINT fk_allocations_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT fk_allocations_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
    CONSTRAINT fk_allocations_oblast_id FOREIGN KEY(oblast_id) REFERENCES oblasts (id),
    {unique}
) STRICT
"""
OLD_KEY = "CONSTRAINT uq_allocations_call_id_fund_id_oblast_id UNIQUE (call_id, fund_id, oblast_id)"
KEY = "CONSTRAINT uq_allocations_call_id_fund_id_oblast_id_theme_id UNIQUE (call_id, fund_id, oblast_id, theme_id)"
COLUMNS = "id, call_id, fund_id, oblast_id, amount, version"
KEPT_INDEXES = (
    "CREATE INDEX ix_allocations_fund_id ON allocations (fund_id)",
    "CREATE INDEX ix_allocations_oblast_id ON allocations (oblast_id)",
)
OLD_EVERYWHERE = (
    "CREATE UNIQUE INDEX uq_allocations_everywhere ON allocations (call_id, fund_id) WHERE oblast_id IS NULL"
)
INDEXES = (
    "CREATE INDEX ix_allocations_theme_id ON allocations (theme_id)",
    "CREATE UNIQUE INDEX uq_allocations_everywhere ON allocations (call_id, fund_id) "
    "WHERE oblast_id IS NULL AND theme_id IS NULL",
    "CREATE UNIQUE INDEX uq_allocations_by_oblast ON allocations (call_id, fund_id, oblast_id) WHERE theme_id IS NULL",
    "CREATE UNIQUE INDEX uq_allocations_by_theme ON allocations (call_id, fund_id, theme_id) WHERE oblast_id IS NULL",
)
REFUSE = "BEGIN SELECT RAISE(ABORT, 'allocations of an open call are frozen'); END"
LATE = "EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id IN ({calls}))"
REPLACED = "SELECT call_id FROM allocations WHERE id = NEW.id"
AMENDED = (
    "EXISTS (SELECT 1 FROM amendments JOIN calls ON calls.id = amendments.call_id "
    "WHERE amendments.call_id = {row}.call_id AND sequence = amendment_count + 1 AND {named})"
)
MOVED = (
    "(NEW.id {differs} OLD.id OR NEW.call_id {differs} OLD.call_id OR NEW.fund_id {differs} OLD.fund_id "
    "OR NEW.oblast_id {differs} OLD.oblast_id{theme})"
)
THEME = " OR NEW.theme_id {differs} OLD.theme_id"
TAKEN = (
    "EXISTS (SELECT 1 FROM allocations AS there JOIN calls ON calls.id = there.call_id WHERE status <> 'draft' "
    "AND (there.id = NEW.id OR (there.call_id IS NEW.call_id AND there.fund_id IS NEW.fund_id "
    "AND there.oblast_id IS NEW.oblast_id AND there.theme_id IS NEW.theme_id)))"
)


def amended(row, named):
    return AMENDED.format(row=row, named=named)


def moved(differs, theme=THEME):
    return MOVED.format(differs=differs, theme=theme.format(differs=differs))


IN_SQLITE = "json_type(changes, '$.allocations') IS NOT NULL"
IN_POSTGRESQL = "jsonb_exists(changes, 'allocations')"
TOUCHED = LATE.format(calls=f"NEW.call_id, OLD.call_id, ({REPLACED})")
NO_DELETE = (
    f"CREATE TRIGGER allocations_no_delete BEFORE DELETE ON allocations WHEN {LATE.format(calls='OLD.call_id')} {REFUSE}"
)
TRIGGERS = (
    "CREATE TRIGGER allocations_no_insert BEFORE INSERT ON allocations "
    f"WHEN ({LATE.format(calls='NEW.call_id')} AND NOT {amended('NEW', IN_SQLITE)}) OR {TAKEN} {REFUSE}",
    "CREATE TRIGGER allocations_no_update BEFORE UPDATE ON allocations "
    f"WHEN {TOUCHED} AND ({moved('IS NOT')} OR NOT {amended('OLD', IN_SQLITE)}) {REFUSE}",
    NO_DELETE,
)
OLD_TRIGGERS = (
    "CREATE TRIGGER allocations_no_insert BEFORE INSERT ON allocations "
    f"WHEN {LATE.format(calls=f'NEW.call_id, ({REPLACED})')} {REFUSE}",
    "CREATE TRIGGER allocations_no_update BEFORE UPDATE ON allocations "
    f"WHEN {TOUCHED} AND ({moved('IS NOT', '')[1:-1]} OR NOT {amended('OLD', IN_SQLITE)}) {REFUSE}",
    NO_DELETE,
)
HEAD = """
CREATE OR REPLACE FUNCTION refuse_late_allocations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.call_id]
        WHEN 'DELETE' THEN ARRAY[OLD.call_id]
        ELSE ARRAY[OLD.call_id, NEW.call_id]
    END;
"""
TAIL = """
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""
FUNCTION = f"""{HEAD}    refused boolean := true;
BEGIN
    IF EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id = ANY (touched)) THEN
        IF TG_OP = 'INSERT' THEN
            refused := NOT {amended("NEW", IN_POSTGRESQL)};
        ELSIF TG_OP = 'UPDATE' THEN
            refused := {moved("IS DISTINCT FROM")} OR NOT {amended("OLD", IN_POSTGRESQL)};
        END IF;
        IF refused THEN
            RAISE EXCEPTION 'allocations of an open call are frozen'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;{TAIL}"""
OLD_FUNCTION = f"""{HEAD}BEGIN
    IF EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id = ANY (touched)) THEN
        IF TG_OP <> 'UPDATE' THEN
            RAISE EXCEPTION 'allocations of an open call are frozen'
                USING ERRCODE = 'integrity_constraint_violation';
        ELSIF ({moved("IS DISTINCT FROM", "")[1:-1]} OR NOT {amended("OLD", IN_POSTGRESQL)}) THEN
            RAISE EXCEPTION 'allocations of an open call are frozen'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;{TAIL}"""
TOGETHER = """
CREATE TEMPORARY TABLE allocations_together AS
SELECT one.id, first.id AS first_id, first.amount FROM allocations AS one JOIN (
    SELECT min(id) AS id, call_id, fund_id, coalesce(oblast_id, 0) AS place, sum(amount) AS amount
    FROM allocations GROUP BY call_id, fund_id, coalesce(oblast_id, 0)
) AS first ON first.call_id = one.call_id AND first.fund_id = one.fund_id
AND first.place = coalesce(one.oblast_id, 0)
"""
PAID_TOGETHER = (
    "UPDATE decisions SET allocation_id = (SELECT first_id FROM allocations_together WHERE id = allocation_id) "
    "WHERE allocation_id IN (SELECT id FROM allocations_together WHERE id <> first_id)"
)
GONE = "DELETE FROM allocations WHERE id IN (SELECT id FROM allocations_together WHERE id <> first_id)"
SUMS = (
    "UPDATE allocations SET amount = (SELECT CAST(amount AS {int}) FROM allocations_together AS one "
    "WHERE one.id = allocations.id)"
)


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def make_anew(column, unique, theme):
    """SQLite: the table of allocations with or without a theme, without its triggers."""
    key = f",\n    {OF_ALLOCATIONS} FOREIGN KEY(theme_id) REFERENCES themes (id)" if theme else ""
    execute(ALLOCATIONS.format(column=column, unique=unique + key))
    execute(f"INSERT INTO allocations_anew ({COLUMNS}) SELECT {COLUMNS} FROM allocations ORDER BY id")
    execute("DROP TABLE allocations")
    execute("ALTER TABLE allocations_anew RENAME TO allocations")
    for statement in KEPT_INDEXES:
        execute(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(TABLE.format(**TYPES[dialect], **TEXT[dialect]) + (" STRICT" if dialect == "sqlite" else ""))
    execute(f"ALTER TABLE applications ADD COLUMN theme_id {TYPES[dialect]['int']} {OF_APPLICATIONS}")
    if dialect == "sqlite":
        make_anew("    theme_id INTEGER,\n", KEY, theme=True)
    else:
        execute(f"ALTER TABLE allocations ADD COLUMN theme_id BIGINT {OF_ALLOCATIONS} REFERENCES themes (id)")
        execute("ALTER TABLE allocations DROP CONSTRAINT uq_allocations_call_id_fund_id_oblast_id")
        execute(f"ALTER TABLE allocations ADD {KEY}")
        execute("DROP INDEX uq_allocations_everywhere")
    for statement in (*INDEXES, *(TRIGGERS if dialect == "sqlite" else (FUNCTION,))):
        execute(statement)


def put_together(dialect):
    """What a fund gives to one place by theme becomes one allocation, and was what its awards were paid from."""
    execute(TOGETHER)
    kept = []
    if dialect == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('allocations', 'decisions')"
        held = op.get_bind().exec_driver_sql(query).all()
        for name, _sql in held:
            execute(f"DROP TRIGGER {name}")
        kept = [sql for name, sql in held if name.startswith("decisions")]
    else:
        execute("ALTER TABLE decisions DISABLE TRIGGER decisions_no_change")
        execute("ALTER TABLE allocations DISABLE TRIGGER allocations_no_late_change")
    for statement in (PAID_TOGETHER, GONE, SUMS.format(**TYPES[dialect])):
        execute(statement)
    execute("DROP TABLE allocations_together")
    for statement in kept:
        execute(statement)
    if dialect == "postgresql":
        execute("ALTER TABLE allocations ENABLE TRIGGER allocations_no_late_change")
        execute("ALTER TABLE decisions ENABLE TRIGGER decisions_no_change")


def downgrade():
    dialect = op.get_bind().dialect.name
    put_together(dialect)
    if dialect == "sqlite":
        make_anew("", OLD_KEY, theme=False)
    else:
        execute("ALTER TABLE allocations DROP COLUMN theme_id")  # the key and the indexes that name it go with it
        execute(f"ALTER TABLE allocations ADD {OLD_KEY}")
        execute("DROP INDEX IF EXISTS uq_allocations_everywhere")
    execute("ALTER TABLE applications DROP COLUMN theme_id")
    execute("DROP TABLE themes")
    for statement in (OLD_EVERYWHERE, *(OLD_TRIGGERS if dialect == "sqlite" else (OLD_FUNCTION,))):
        execute(statement)
