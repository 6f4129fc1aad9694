"""Goods and labour carry how they were valued; a receipt says who received the money, when and at what fee.

Revision ID: 0058
Revises: 0057
"""

import re

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "big": "INTEGER", "number": "TEXT", "day": "TEXT", "strict": " STRICT"}
    | {f"text{size}": "TEXT" for size in (40, 200, 400)},
    "postgresql": {"id": "BIGSERIAL", "big": "BIGINT", "number": "NUMERIC(24, 8)", "day": "DATE", "strict": ""}
    | {f"text{size}": f"VARCHAR({size})" for size in (40, 200, 400)},
}
VALUATIONS = """
CREATE TABLE valuations (
    id {id} NOT NULL,
    contribution_id {big} NOT NULL,
    given {text40} NOT NULL,
    what {text200} NOT NULL,
    quantity {number} NOT NULL,
    unit {text40} NOT NULL,
    unit_price {big} NOT NULL,
    price_id {big},
    reason {text400} NOT NULL,
    valuer_name {text200} NOT NULL,
    valuer_office {text200} NOT NULL,
    CONSTRAINT pk_valuations PRIMARY KEY (id),
    CONSTRAINT ck_valuations_price_positive CHECK (unit_price > 0),
    CONSTRAINT ck_valuations_rate_or_reason CHECK ((price_id IS NULL) = (reason <> '')),
    CONSTRAINT ck_valuations_whole CHECK (what <> '' AND unit <> '' AND valuer_name <> '' AND valuer_office <> ''),
    CONSTRAINT uq_valuations_contribution_id UNIQUE (contribution_id),
    CONSTRAINT fk_valuations_contribution_id FOREIGN KEY(contribution_id) REFERENCES contributions (id),
    CONSTRAINT ck_valuations_givenkind CHECK (given IN ('labour', 'materials', 'land_use')),
    CONSTRAINT fk_valuations_price_id FOREIGN KEY(price_id) REFERENCES prices (id)
){strict}
"""
COLUMNS = {
    "receiver_name": ("{text200} NOT NULL", "''"),
    "received_on": ("{day}", "NULL"),
    "fee": ("{big} NOT NULL", "0"),
}
"""{column: its type and what rows from before get}."""
RULES = (
    "CONSTRAINT ck_contributions_received_after_sent CHECK (received_on >= sent_on)",
    "CONSTRAINT ck_contributions_fee_not_negative CHECK (fee >= 0)",
)
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER valuations_no_update BEFORE UPDATE ON valuations BEGIN SELECT RAISE(ABORT, 'valuations is"
        " append-only'); END",
        "CREATE TRIGGER valuations_no_delete BEFORE DELETE ON valuations BEGIN SELECT RAISE(ABORT, 'valuations is"
        " append-only'); END",
        "CREATE TRIGGER valuations_no_replace BEFORE INSERT ON valuations WHEN EXISTS (SELECT 1 FROM valuations"
        " WHERE (id = NEW.id) OR (contribution_id = NEW.contribution_id)) BEGIN SELECT RAISE(ABORT, 'valuations is"
        " append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER valuations_no_change BEFORE UPDATE OR DELETE ON valuations FOR EACH ROW EXECUTE FUNCTION"
        " refuse_change()",
        "CREATE TRIGGER valuations_no_truncate BEFORE TRUNCATE ON valuations FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def made_anew(change, more):
    """SQLite changes no rule of a table: contributions are made anew by their own text, `change`d, with their rows.

    `more` holds, by column that is new, what rows from before get.
    """
    text = execute("SELECT sql FROM sqlite_master WHERE name = 'contributions'").scalar()
    indexes = execute(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'contributions' AND sql IS NOT NULL "
        "ORDER BY name"
    ).scalars().all()  # fmt: skip
    execute(change(re.sub(r'CREATE TABLE "?contributions"?', "CREATE TABLE contributions_anew", text, count=1)))
    columns = [row[1] for row in execute("PRAGMA table_info(contributions_anew)")]
    values = ", ".join(more.get(column, column) for column in columns)
    execute(f"INSERT INTO contributions_anew ({', '.join(columns)}) SELECT {values} FROM contributions ORDER BY id")
    execute("DROP TABLE contributions")
    execute("ALTER TABLE contributions_anew RENAME TO contributions")
    for statement in indexes:
        execute(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    kinds = TYPES[dialect]
    columns = {name: f"{name} {kind.format(**kinds)}" for name, (kind, _value) in COLUMNS.items()}
    if dialect == "sqlite":
        added, rules = ", ".join(columns.values()), ", ".join(RULES)

        def widened(text):
            text = re.sub(r"(,\s*version INTEGER NOT NULL)", rf"\1, {added}", text)
            return re.sub(r",\s*CONSTRAINT pk_contributions", f", {rules}, CONSTRAINT pk_contributions", text)

        made_anew(widened, {name: value for name, (_kind, value) in COLUMNS.items()})
    else:
        for name, (_kind, value) in COLUMNS.items():
            execute(f"ALTER TABLE contributions ADD COLUMN {columns[name]} DEFAULT {value}")
            execute(f"ALTER TABLE contributions ALTER COLUMN {name} DROP DEFAULT")
        for rule in RULES:
            execute(f"ALTER TABLE contributions ADD {rule}")
    execute(VALUATIONS.format(**kinds))
    for statement in PROTECTED[dialect]:
        execute(statement)


def downgrade():
    """Refused where goods are valued or a receipt says more: the older schema has no place for it."""
    stands = (
        "SELECT (SELECT count(*) FROM valuations) + (SELECT count(*) FROM contributions "
        "WHERE fee > 0 OR received_on IS NOT NULL OR receiver_name <> '')"
    )
    if execute(stands).scalar():
        raise RuntimeError("Valuations and the fields of receipts do not fit into revision 0057.")
    op.drop_table("valuations")
    if op.get_bind().dialect.name == "sqlite":

        def without(text):
            for rule in RULES:
                text = text.replace(f", {rule}", "")
            for name in COLUMNS:
                text = re.sub(rf",\s*{name} [^,]*", "", text)
            return text

        made_anew(without, {})
    else:
        for name in COLUMNS:
            execute(f"ALTER TABLE contributions DROP COLUMN {name}")
