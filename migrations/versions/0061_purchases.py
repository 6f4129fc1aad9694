"""What is dear is bought by one of three quotations, where the call says from which sum on.

Calls and grants go on as they were: nothing asks for quotations.

Revision ID: 0061
Revises: 0060
"""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

PURCHASES = """
CREATE TABLE purchases (
    id {id} NOT NULL,
    grant_id {big} NOT NULL,
    heading {text40} NOT NULL,
    what {text200} NOT NULL,
    status {text40} NOT NULL,
    reason {text400} NOT NULL,
    recorded_by_id {big} NOT NULL,
    recorded_at {instant} NOT NULL,
    chosen_by_id {big},
    chosen_at {instant},
    asked_by_id {big},
    asked_at {instant},
    allowed_by_id {big},
    allowed_at {instant},
    version INTEGER NOT NULL,
    CONSTRAINT pk_purchases PRIMARY KEY (id),
    CONSTRAINT ck_purchases_named CHECK (what <> ''),
    CONSTRAINT ck_purchases_asked_by CHECK ((status IN ('exception_asked', 'exempt')) = (asked_by_id IS NOT NULL)),
    CONSTRAINT ck_purchases_allowed_by CHECK ((status = 'exempt') = (allowed_by_id IS NOT NULL)),
    CONSTRAINT ck_purchases_exception_has_reason CHECK (asked_by_id IS NULL OR reason <> ''),
    CONSTRAINT ck_purchases_two_people CHECK (allowed_by_id <> asked_by_id),
    CONSTRAINT fk_purchases_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT ck_purchases_budgetheading CHECK
        (heading IN ('equipment', 'materials', 'works', 'livestock', 'services', 'training', 'other')),
    CONSTRAINT ck_purchases_purchasestatus CHECK (status IN ('open', 'chosen', 'exception_asked', 'exempt')),
    CONSTRAINT fk_purchases_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
    CONSTRAINT fk_purchases_chosen_by_id FOREIGN KEY(chosen_by_id) REFERENCES users (id),
    CONSTRAINT fk_purchases_asked_by_id FOREIGN KEY(asked_by_id) REFERENCES users (id),
    CONSTRAINT fk_purchases_allowed_by_id FOREIGN KEY(allowed_by_id) REFERENCES users (id)
){strict}
"""
QUOTATIONS = """
CREATE TABLE quotations (
    id {id} NOT NULL,
    purchase_id {big} NOT NULL,
    supplier_id {big} NOT NULL,
    amount {big} NOT NULL,
    quoted_on {day} NOT NULL,
    document_id {big} NOT NULL,
    is_chosen {bool} NOT NULL,
    recorded_by_id {big} NOT NULL,
    recorded_at {instant} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_quotations PRIMARY KEY (id),
    CONSTRAINT ck_quotations_amount_positive CHECK (amount > 0),
    CONSTRAINT uq_quotations_purchase_id_supplier_id UNIQUE (purchase_id, supplier_id),
    CONSTRAINT uq_quotations_document_id UNIQUE (document_id),
    CONSTRAINT fk_quotations_purchase_id FOREIGN KEY(purchase_id) REFERENCES purchases (id),
    CONSTRAINT fk_quotations_supplier_id FOREIGN KEY(supplier_id) REFERENCES suppliers (id),
    CONSTRAINT fk_quotations_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
    CONSTRAINT fk_quotations_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("day", "instant", "text200", "text40", "text400")},
        **{"big": "INTEGER", "bool": "INTEGER", "id": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"big": "BIGINT", "bool": "BOOLEAN", "day": "DATE", "id": "BIGSERIAL", "instant": "TIMESTAMP WITH TIME ZONE", "strict": ""},
        **{"text200": "VARCHAR(200)", "text40": "VARCHAR(40)", "text400": "VARCHAR(400)"},
    },
}
INDEXES = (
    "CREATE INDEX ix_purchases_grant ON purchases (grant_id, id)",
    "CREATE INDEX ix_quotations_supplier_id ON quotations (supplier_id)",
    "CREATE UNIQUE INDEX uq_quotations_chosen ON quotations (purchase_id) WHERE is_chosen",
)

REPORTS = {
    "sqlite": "NEW.reports_before_tranches IS NOT OLD.reports_before_tranches",
    "postgresql": "NEW.reports_before_tranches IS DISTINCT FROM OLD.reports_before_tranches",
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def keep_calls(dialect, before, after):
    """Refuse a change of `after` of a call that is no draft, instead of `before`."""
    if dialect == "postgresql":
        made = execute("SELECT pg_get_functiondef('refuse_change_of_call()'::regprocedure)").scalar()
        execute(made.replace(before, after))
        return
    made = execute("SELECT sql FROM sqlite_master WHERE name = 'calls_no_update'").scalar()
    execute("DROP TRIGGER calls_no_update")
    execute(made.replace(before, after))


def both(dialect):
    reports = REPORTS[dialect]
    return f"{reports} OR {reports.replace('reports_before_tranches', 'quotations_from')}"


def upgrade():
    dialect = op.get_bind().dialect.name
    kinds = TYPES[dialect]
    for table in ("calls", "grants"):
        execute(f"ALTER TABLE {table} ADD COLUMN quotations_from {kinds['big']}")
    keep_calls(dialect, REPORTS[dialect], both(dialect))
    for table in (PURCHASES, QUOTATIONS):
        execute(table.format(**kinds))
    for statement in INDEXES:
        execute(statement)
    execute(
        f"ALTER TABLE expenditures ADD COLUMN purchase_id {kinds['big']} "
        "CONSTRAINT fk_expenditures_purchase_id REFERENCES purchases (id)"
    )
    execute("CREATE INDEX ix_expenditures_purchase_id ON expenditures (purchase_id)")


def downgrade():
    """Refused where a purchase was prepared or a call asks for quotations: the older schema has no place for it."""
    dialect = op.get_bind().dialect.name
    stands = (
        "SELECT (SELECT count(*) FROM purchases) + (SELECT count(*) FROM calls WHERE quotations_from IS NOT NULL) "
        "+ (SELECT count(*) FROM grants WHERE quotations_from IS NOT NULL)"
    )
    if execute(stands).scalar():
        raise RuntimeError("Purchases and their quotations do not fit into revision 0060.")
    execute("DROP INDEX ix_expenditures_purchase_id")
    execute("ALTER TABLE expenditures DROP COLUMN purchase_id")
    op.drop_table("quotations")
    op.drop_table("purchases")
    keep_calls(dialect, both(dialect), REPORTS[dialect])
    for table in ("grants", "calls"):
        execute(f"ALTER TABLE {table} DROP COLUMN quotations_from")
