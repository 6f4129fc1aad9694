"""Suppliers are registered once; spending refers to them, may be accepted in part, and keeps who looked at its flags.

Each name that was typed, folded as it was compared, becomes one supplier under the wording used first.

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "flag": "INTEGER", "at": "TEXT", "day": "TEXT", "json": "TEXT",
               "number": "TEXT", "end": " STRICT"} | {f"text{size}": "TEXT" for size in (20, 40, 60, 200, 400)},
    "postgresql": {"id": "BIGSERIAL", "int": "BIGINT", "flag": "BOOLEAN", "at": "TIMESTAMP WITH TIME ZONE",
                   "day": "DATE", "json": "JSONB", "number": "NUMERIC(24, 8)", "end": ""}
    | {f"text{size}": f"VARCHAR({size})" for size in (20, 40, 60, 200, 400)},
}  # fmt: skip
SUPPLIERS = """
CREATE TABLE suppliers (
    id {id} NOT NULL,
    name {text200} NOT NULL,
    name_key {text200} NOT NULL,
    tax_number {text20} NOT NULL,
    phone {text20} NOT NULL,
    address {text200} NOT NULL,
    account_number {text40} NOT NULL,
    is_active {flag} NOT NULL,
    merged_into_id {int},
    merge_reason {text400} NOT NULL,
    registered_by_id {int} NOT NULL,
    registered_at {at} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_suppliers PRIMARY KEY (id),
    CONSTRAINT uq_suppliers_name_key UNIQUE (name_key),
    CONSTRAINT ck_suppliers_merged_into_another CHECK (merged_into_id <> id),
    CONSTRAINT ck_suppliers_merged_for_a_reason CHECK ((merged_into_id IS NULL) = (merge_reason = '')),
    CONSTRAINT fk_suppliers_merged_into_id FOREIGN KEY(merged_into_id) REFERENCES suppliers (id),
    CONSTRAINT fk_suppliers_registered_by_id FOREIGN KEY(registered_by_id) REFERENCES users (id)
){end}
"""
FROM_DOCUMENTS = """
INSERT INTO suppliers (name, name_key, tax_number, phone, address, account_number, is_active, merge_reason,
    registered_by_id, registered_at, version)
SELECT supplier, supplier_key, '', '', '', '', {true}, '', recorded_by_id, recorded_at, 1 FROM expenditures AS one
WHERE id = (SELECT min(id) FROM expenditures AS first WHERE first.supplier_key = one.supplier_key) ORDER BY id
"""
EXPENDITURES = """
CREATE TABLE expenditures_anew (
    id INTEGER NOT NULL,
    grant_id INTEGER NOT NULL,
    budget_line_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    payer TEXT NOT NULL,
    amount INTEGER NOT NULL,
    paid_on TEXT NOT NULL,{supplier}
    document_number TEXT NOT NULL,
    document_key TEXT NOT NULL,
    status TEXT NOT NULL,
    recorded_by_id INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    accepted_by_id INTEGER,
    accepted_at TEXT,
    reason TEXT NOT NULL,
    event_id INTEGER,{columns}
    version INTEGER NOT NULL,
    CONSTRAINT pk_expenditures PRIMARY KEY (id),
    CONSTRAINT ck_expenditures_accepted_with_event CHECK ((accepted_at IS NULL) = (event_id IS NULL)),
    CONSTRAINT ck_expenditures_two_people CHECK (accepted_by_id IS NULL OR accepted_by_id <> recorded_by_id),
    CONSTRAINT ck_expenditures_amount_positive CHECK (amount > 0),{constraints}
    CONSTRAINT fk_expenditures_accepted_by_id FOREIGN KEY(accepted_by_id) REFERENCES users (id),
    CONSTRAINT fk_expenditures_budget_line_id FOREIGN KEY(budget_line_id) REFERENCES budget_lines (id),
    CONSTRAINT fk_expenditures_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
    CONSTRAINT fk_expenditures_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT fk_expenditures_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
    CONSTRAINT ck_expenditures_payer CHECK (payer IN ('grant', 'remittance', 'community', 'in_kind')),
    CONSTRAINT ck_expenditures_expenditurestatus CHECK (status IN ('recorded', 'accepted', 'refused'))
) STRICT
"""
KEPT = (
    "id, grant_id, budget_line_id, title, payer, amount, paid_on, document_number, document_key, status, "
    "recorded_by_id, recorded_at, accepted_by_id, accepted_at, reason, event_id, version"
)
CHECKS = {
    "accepted_amount_with_event": "(accepted_amount IS NULL) = (event_id IS NULL)",
    "accepted_within_claimed": "accepted_amount > 0 AND accepted_amount <= amount",
    "part_has_reason": "accepted_amount >= amount OR reason <> ''",
    "seen_by_somebody": "(seen_at IS NULL) = (seen_by_id IS NULL)",
    "seen_for_a_reason": "(seen_at IS NULL) = (seen_reason = '')",
}
KEYS = {"supplier_id": "suppliers", "seen_by_id": "users"}
ADDED = {
    "quantity": "{number}", "supplier_id": "{int}", "accepted_amount": "{int}", "seen_flags": "{json}",
    "seen_reason": "{text400}", "seen_by_id": "{int}", "seen_at": "{at}",
}  # fmt: skip
REQUIRED = ("supplier_id", "seen_flags", "seen_reason")
THERE = ("supplier", "supplier_key")
ID = "(SELECT suppliers.id FROM suppliers WHERE suppliers.name_key = expenditures.supplier_key)"
ACCEPTED = "CASE WHEN event_id IS NULL THEN NULL ELSE amount END"
NAME = "(SELECT suppliers.name FROM suppliers WHERE suppliers.id = expenditures.supplier_id)"
KEY = "(SELECT suppliers.name_key FROM suppliers WHERE suppliers.id = expenditures.supplier_id)"
INDEXES = (
    "CREATE INDEX ix_expenditures_budget_line_id ON expenditures (budget_line_id)",
    "CREATE INDEX ix_expenditures_grant_id ON expenditures (grant_id)",
)
ONCE = "CREATE UNIQUE INDEX uq_expenditures_document ON expenditures ({column}, document_key) WHERE status <> 'refused'"


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def made_anew(supplier, columns, constraints, names, values):
    """SQLite changes no constraint of a table: it is made anew with its rows, and others point at the same ones."""
    execute(EXPENDITURES.format(supplier=supplier, columns=columns, constraints=constraints))
    execute(f"INSERT INTO expenditures_anew ({KEPT}, {names}) SELECT {KEPT}, {values} FROM expenditures ORDER BY id")
    execute("DROP TABLE expenditures")
    execute("ALTER TABLE expenditures_anew RENAME TO expenditures")
    for statement in INDEXES:
        execute(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    kinds = TYPES[dialect]
    execute(SUPPLIERS.format(**kinds))
    execute("CREATE INDEX ix_suppliers_merged_into_id ON suppliers (merged_into_id)")
    execute(FROM_DOCUMENTS.format(true="1" if dialect == "sqlite" else "true"))
    checks = [f"CONSTRAINT ck_expenditures_{name} CHECK ({rule})" for name, rule in CHECKS.items()]
    keys = [
        f"CONSTRAINT fk_expenditures_{column} FOREIGN KEY({column}) REFERENCES {table} (id)"
        for column, table in KEYS.items()
    ]
    if dialect == "sqlite":
        columns = "".join(
            f"\n    {name} {kind.format(**kinds)}{' NOT NULL' if name in REQUIRED else ''},"
            for name, kind in ADDED.items()
        )
        values = f"NULL, {ID}, {ACCEPTED}, '[]', '', NULL, NULL"
        made_anew("", columns, "".join(f"\n    {one}," for one in (*checks, *keys)), ", ".join(ADDED), values)
    else:
        execute("DROP INDEX uq_expenditures_document")
        for name, kind in ADDED.items():
            execute(f"ALTER TABLE expenditures ADD COLUMN {name} {kind.format(**kinds)}")
        execute(f"UPDATE expenditures SET supplier_id = {ID}, accepted_amount = {ACCEPTED}, "
                "seen_flags = '[]'::jsonb, seen_reason = ''")
        for name in REQUIRED:
            execute(f"ALTER TABLE expenditures ALTER COLUMN {name} SET NOT NULL")
        for one in (*checks, *keys):
            execute(f"ALTER TABLE expenditures ADD {one}")
        for name in THERE:
            execute(f"ALTER TABLE expenditures DROP COLUMN {name}")
    execute(ONCE.format(column="supplier_id"))
    execute("CREATE INDEX ix_expenditures_supplier_id ON expenditures (supplier_id)")


def downgrade():
    """Refused where spending was accepted in part, looked at or counted, or a supplier has more than a name."""
    stands = sa.text(
        "SELECT (SELECT count(*) FROM expenditures WHERE accepted_amount < amount OR seen_at IS NOT NULL "
        "OR quantity IS NOT NULL) + (SELECT count(*) FROM suppliers WHERE merged_into_id IS NOT NULL "
        "OR tax_number <> '' OR phone <> '' OR address <> '' OR account_number <> '')"
    )
    if op.get_bind().execute(stands).scalar():
        raise RuntimeError("What is known of suppliers and of parts of spending does not fit into revision 0044.")
    execute("DROP INDEX uq_expenditures_document")
    if op.get_bind().dialect.name == "sqlite":
        there = "".join(f"\n    {name} TEXT NOT NULL," for name in THERE)
        made_anew(there, "", "", ", ".join(THERE), f"{NAME}, {KEY}")
    else:
        for name in THERE:
            execute(f"ALTER TABLE expenditures ADD COLUMN {name} VARCHAR(200)")
        execute(f"UPDATE expenditures SET supplier = {NAME}, supplier_key = {KEY}")
        for name in THERE:
            execute(f"ALTER TABLE expenditures ALTER COLUMN {name} SET NOT NULL")
        execute("DROP INDEX ix_expenditures_supplier_id")
        for name in CHECKS:
            execute(f"ALTER TABLE expenditures DROP CONSTRAINT ck_expenditures_{name}")
        for name in ADDED:
            execute(f"ALTER TABLE expenditures DROP COLUMN {name}")
    execute(ONCE.format(column="supplier_key"))
    execute("DROP TABLE suppliers")
