"""Append-only tables: the triggers that refuse UPDATE, DELETE, TRUNCATE and a replacing INSERT, on both databases.

INSERT OR REPLACE on SQLite deletes the old row without firing its DELETE trigger (recursive_triggers is off),
so a BEFORE INSERT trigger refuses every id that exists already.
"""

from collections.abc import Iterable

APPEND_ONLY = (
    "audit_events",
    "conflicts",
    "decisions",
    "fund_instalments",
    "ledger_accounts",
    "ledger_events",
    "protocols",
    "scores",
    "screenings",
    "snapshots",
    "stored_files",
    "transfers",
)

UNIQUE_KEYS = {
    # Unique columns beside the id: OR REPLACE on one of them would delete the row that holds it.
    "audit_events": (("hash",),),
    "decisions": (("session_id", "application_id"),),
    "fund_instalments": (("fund_id", "bank_reference"),),
    "ledger_accounts": (("kind", "scope_key", "currency"),),
    "ledger_events": (("reverses_id",),),
    "protocols": (("session_id",), ("number",)),
    "scores": (("review_id", "submission", "criterion_id"),),
    "snapshots": (("application_id", "sequence"),),
    "stored_files": (("source_sha256",),),
}


def triggers(dialect: str, tables: Iterable[str] = APPEND_ONLY) -> list[str]:
    """The DDL statements that protect `tables` on `dialect` ("sqlite" or "postgresql")."""
    if dialect == "sqlite":
        return [statement for table in tables for statement in _sqlite(table)]
    return [_POSTGRESQL_FUNCTION, *(statement for table in tables for statement in _postgresql(table))]


def trigger_names(table: str) -> set[str]:
    """Names of the triggers `table` must have on SQLite; the doctor looks for them."""
    return {f"{table}_no_update", f"{table}_no_delete", f"{table}_no_replace"}


def _sqlite(table: str) -> list[str]:
    keys = [("id",), *UNIQUE_KEYS.get(table, ())]
    same = " OR ".join("(" + " AND ".join(f"{name} = NEW.{name}" for name in names) + ")" for names in keys)
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - our own names
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN {refuse}; END",
    ]


_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _postgresql(table: str) -> list[str]:
    # Upsert (ON CONFLICT DO UPDATE) fires the UPDATE trigger; PostgreSQL has no replacing INSERT.
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]
