"""Append-only tables: the triggers that refuse UPDATE, DELETE, TRUNCATE and a replacing INSERT, on both databases.

INSERT OR REPLACE on SQLite deletes the old row without firing its DELETE trigger (recursive_triggers is off),
so a BEFORE INSERT trigger refuses every id that exists already.

A migration never imports this: it writes its statements out. A test compares the two.
"""

import re
from collections.abc import Iterable

from models.calls import AMENDABLE, FIXED, UNTIL_SUBMITTED
from models.frozen import FROZEN, SET_ONCE, STANDING
from models.payment_guards import guards

APPEND_ONLY = (
    "account_notices",
    "agreement_signatures",
    "agreements",
    "amendments",
    "asset_checks",
    "audit_events",
    "bank_statement_rows",
    "call_forms",
    "conflicts",
    "decisions",
    "dissents",
    "duplicate_findings",
    "fund_instalments",
    "interest_confirmations",
    "item_notes",
    "ledger_accounts",
    "ledger_events",
    "presence_changes",
    "promotions",
    "protocols",
    "recusals",
    "reductions",
    "review_submissions",
    "scores",
    "screenings",
    "sign_findings",
    "signatures",
    "snapshots",
    "stored_files",
    "transfers",
    "valuations",
    "votes",
)

UNIQUE_KEYS = {
    # Unique columns beside the id: OR REPLACE on one of them would delete the row that holds it.
    "account_notices": (("payout_account_id", "person_id"),),
    "agreement_signatures": (("agreement_id", "side"),),
    "agreements": (("grant_id", "sequence"),),
    "amendments": (("call_id", "sequence"),),
    "audit_events": (("hash",),),
    "bank_statement_rows": (("statement_id", "line"), ("fingerprint",)),
    "call_forms": (("call_id", "sha256"),),
    "decisions": (("session_id", "application_id"), ("application_id", "sequence")),
    "dissents": (("decision_id", "user_id"),),
    "duplicate_findings": (("application_id", "other_id"),),
    "fund_instalments": (("fund_id", "bank_reference"),),
    "interest_confirmations": (("user_id", "call_id"),),
    "ledger_accounts": (("kind", "scope_key", "currency"),),
    "ledger_events": (("reverses_id",),),
    "promotions": (("application_id",),),
    "protocols": (("session_id",), ("number",)),
    "recusals": (("item_id", "user_id"),),
    "reductions": (("grant_id", "sequence"), ("event_id",)),
    "review_submissions": (("review_id", "submission"),),
    "scores": (("review_id", "submission", "criterion_id"),),
    "sign_findings": (("contribution_id", "twin_id"), ("contribution_id", "expenditure_id")),
    "snapshots": (("application_id", "sequence"),),
    "stored_files": (("source_sha256",),),
    "valuations": (("contribution_id",),),
    "votes": (("decision_id", "user_id"),),
}


def triggers(dialect: str, tables: Iterable[str] = APPEND_ONLY) -> list[str]:
    """The DDL statements that protect `tables` on `dialect` ("sqlite" or "postgresql")."""
    if dialect == "sqlite":
        return [statement for table in tables for statement in _sqlite(table)]
    return [_POSTGRESQL_FUNCTION, *(statement for table in tables for statement in _postgresql(table))]


def frozen(dialect: str) -> list[str]:
    """The DDL statements that protect complete rows, and calls that are no drafts with criteria and allocations."""
    if dialect == "sqlite":
        return (
            [statement for table in FROZEN for statement in _frozen_sqlite(table)]
            + [
                f"CREATE TRIGGER criteria_no_{name} BEFORE {act} ON criteria WHEN EXISTS "  # noqa: S608 - our own names
                f"(SELECT 1 FROM calls WHERE status <> 'draft' AND id IN ({calls})) "
                "BEGIN SELECT RAISE(ABORT, 'criteria of an open call are frozen'); END"
                for name, act, calls in _CRITERIA
            ]
            + _calls_sqlite()
            + _allocations_sqlite()
            + guards(dialect)
        )
    return [statement for table in FROZEN for statement in _frozen_postgresql(table)] + [
        _CRITERIA_FUNCTION,
        "CREATE TRIGGER criteria_no_late_change BEFORE INSERT OR UPDATE OR DELETE ON criteria "
        "FOR EACH ROW EXECUTE FUNCTION refuse_late_criteria()",
        _CALLS_FUNCTION,
        "CREATE TRIGGER calls_no_change BEFORE UPDATE ON calls "
        "FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION refuse_change_of_call()",
        "CREATE TRIGGER calls_no_delete BEFORE DELETE ON calls "
        "FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER calls_no_truncate BEFORE TRUNCATE ON calls FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        _ALLOCATIONS_FUNCTION,
        "CREATE TRIGGER allocations_no_late_change BEFORE INSERT OR UPDATE OR DELETE ON allocations "
        "FOR EACH ROW EXECUTE FUNCTION refuse_late_allocations()",
        *guards(dialect),
    ]


def _late_change(differs: str, names: str) -> str:
    """The condition under which an UPDATE of a call that is no draft is refused.

    `differs` compares two values, `names` says that an amendment's changes name a column.
    """

    def changed(columns: Iterable[str]) -> str:
        return "(" + " OR ".join(f"NEW.{one} {differs} OLD.{one}" for one in columns) + ")"

    published = (
        "EXISTS (SELECT 1 FROM amendments WHERE call_id = OLD.id AND sequence = NEW.amendment_count "
        "AND sequence = OLD.amendment_count + 1"
    )
    conditions = [
        "NEW.status = 'draft'",
        changed(FIXED),
        f"(NEW.amendment_count <> OLD.amendment_count AND NOT {published}))",
        *(
            f"({changed([one])} AND NOT {published} AND {names.format(column=one)}))"
            for one in (*AMENDABLE, *UNTIL_SUBMITTED)
        ),
        f"({changed(UNTIL_SUBMITTED)} AND {_SUBMITTED})",
    ]
    return " OR ".join(conditions)


_SUBMITTED = "EXISTS (SELECT 1 FROM applications WHERE call_id = OLD.id AND submitted_at IS NOT NULL AND NOT is_test)"


def _calls_sqlite() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'a call is frozen once it is open'); END"
    taken = "(there.id = NEW.id OR there.code = NEW.code)"
    replaced = (
        "EXISTS (SELECT 1 FROM calls AS there "  # noqa: S608 - our own names
        f"WHERE there.status <> 'draft' AND there.id <> OLD.id AND {taken})"
    )
    late = _late_change("IS NOT", "json_type(changes, '$.{column}') IS NOT NULL")
    return [
        "CREATE TRIGGER calls_no_update BEFORE UPDATE ON calls "
        f"WHEN (OLD.status <> 'draft' AND ({late})) OR {replaced} {refuse}",
        f"CREATE TRIGGER calls_no_delete BEFORE DELETE ON calls WHEN OLD.status <> 'draft' {refuse}",
        "CREATE TRIGGER calls_no_replace BEFORE INSERT ON calls WHEN EXISTS "  # noqa: S608 - our own names
        f"(SELECT 1 FROM calls AS there WHERE there.status <> 'draft' AND {taken}) {refuse}",
    ]


_CALLS_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change_of_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {_late_change("IS DISTINCT FROM", "jsonb_exists(changes, '{column}')")} THEN
        RAISE EXCEPTION 'a call is frozen once it is open' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
_REPLACED = "SELECT call_id FROM criteria WHERE id = NEW.id"  # OR REPLACE would delete that row
_CRITERIA = (
    ("insert", "INSERT", f"NEW.call_id, ({_REPLACED})"),
    ("update", "UPDATE", f"NEW.call_id, OLD.call_id, ({_REPLACED})"),
    ("delete", "DELETE", "OLD.call_id"),
)
"""(name, act, the calls whose criteria the act touches)."""
_CRITERIA_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_late_criteria() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.call_id]
        WHEN 'DELETE' THEN ARRAY[OLD.call_id]
        ELSE ARRAY[OLD.call_id, NEW.call_id]
    END;
BEGIN
    IF EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id = ANY (touched)) THEN
        RAISE EXCEPTION 'criteria of an open call are frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""

_KEY = "call_id", "fund_id", "oblast_id", "theme_id"
"""What is unique of an allocation; with its id what no amendment changes of one that is there."""


def _amended(row: str, names: str) -> str:
    """The condition that an amendment that names allocations is just being applied to the call of `row`.

    `names` as for `_late_change`.
    """
    return (
        "EXISTS (SELECT 1 FROM amendments "  # noqa: S608 - our own names
        f"JOIN calls ON calls.id = amendments.call_id WHERE amendments.call_id = {row}.call_id "
        f"AND sequence = amendment_count + 1 AND {names.format(column='allocations')})"
    )


def _moved(differs: str) -> str:
    """The condition that an UPDATE changes more of an allocation than its amount."""
    return "(" + " OR ".join(f"NEW.{one} {differs} OLD.{one}" for one in ("id", *_KEY)) + ")"


def _allocations_sqlite() -> list[str]:
    replaced = "SELECT call_id FROM allocations WHERE id = NEW.id"  # OR REPLACE would delete that row
    late = "EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id IN ({calls}))"
    same = " AND ".join(f"there.{one} IS NEW.{one}" for one in _KEY)
    taken = (  # as well as the one whose key is taken, where an amendment lets a new one in
        "EXISTS (SELECT 1 FROM allocations AS there "  # noqa: S608 - our own names
        f"JOIN calls ON calls.id = there.call_id WHERE status <> 'draft' AND (there.id = NEW.id OR ({same})))"
    )
    named = "json_type(changes, '$.{column}') IS NOT NULL"
    refuse = "BEGIN SELECT RAISE(ABORT, 'allocations of an open call are frozen'); END"
    return [
        "CREATE TRIGGER allocations_no_insert BEFORE INSERT ON allocations "
        f"WHEN ({late.format(calls='NEW.call_id')} AND NOT {_amended('NEW', named)}) OR {taken} {refuse}",
        "CREATE TRIGGER allocations_no_update BEFORE UPDATE ON allocations "
        f"WHEN {late.format(calls=f'NEW.call_id, OLD.call_id, ({replaced})')} "
        f"AND ({_moved('IS NOT')} OR NOT {_amended('OLD', named)}) {refuse}",
        "CREATE TRIGGER allocations_no_delete BEFORE DELETE ON allocations "
        f"WHEN {late.format(calls='OLD.call_id')} {refuse}",
    ]


_NAMED = "jsonb_exists(changes, '{column}')"
_ALLOCATIONS_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_late_allocations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.call_id]
        WHEN 'DELETE' THEN ARRAY[OLD.call_id]
        ELSE ARRAY[OLD.call_id, NEW.call_id]
    END;
    refused boolean := true;
BEGIN
    IF EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id = ANY (touched)) THEN
        IF TG_OP = 'INSERT' THEN
            refused := NOT {_amended("NEW", _NAMED)};
        ELSIF TG_OP = 'UPDATE' THEN
            refused := {_moved("IS DISTINCT FROM")} OR NOT {_amended("OLD", _NAMED)};
        END IF;
        IF refused THEN
            RAISE EXCEPTION 'allocations of an open call are frozen'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""  # noqa: S608 - our own names


def _set_again(table: str, differs: str) -> list[str]:
    """The conditions under which an UPDATE changes what `SET_ONCE` keeps; `differs` compares two values."""
    return [
        f"(({condition.format(row='OLD')}) AND ({' OR '.join(f'NEW.{one} {differs} OLD.{one}' for one in columns)}))"
        for condition, columns in SET_ONCE.get(table, ())
    ]


def _frozen_sqlite(table: str) -> list[str]:
    condition, columns, key = FROZEN[table]
    old, new = condition.format(row="OLD"), condition.format(row="there")
    changed = "".join((" AND (", " OR ".join(f"NEW.{one} IS NOT OLD.{one}" for one in columns), ")")) if columns else ""
    among = [STANDING[table].format(row="there")] if table in STANDING else []
    keys = key if key and isinstance(key[0], tuple) else ([key] if key else [])
    same = "".join(f" OR ({' AND '.join([*(f'there.{one} = NEW.{one}' for one in each), *among])})" for each in keys)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    replaced = (  # UPDATE OR REPLACE of an open row would delete the frozen one whose key it takes
        f"EXISTS (SELECT 1 FROM {table} AS there "  # noqa: S608 - our own names
        f"WHERE {new} AND there.id <> OLD.id AND (there.id = NEW.id{same}))"
    )
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"WHEN {' OR '.join([f'({old}{changed})', *_set_again(table, 'IS NOT'), replaced])} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {old} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - our own names
        f"WHEN EXISTS (SELECT 1 FROM {table} AS there WHERE {new} AND (there.id = NEW.id{same})) {refuse}",
    ]


def _frozen_postgresql(table: str) -> list[str]:
    condition, columns, _key = FROZEN[table]
    old = condition.format(row="OLD")
    changed = " OR ".join(f"NEW.{one} IS DISTINCT FROM OLD.{one}" for one in columns) or "true"
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN ({' OR '.join([f'{old} AND ({changed})', *_set_again(table, 'IS DISTINCT FROM')])}) "
        "EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
        f"WHEN ({old}) EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


def trigger_names(dialect: str) -> set[tuple[str, str]]:
    """(trigger, table) of everything that protects a database of this dialect; the doctor looks for each."""
    ddl = "\n".join([*triggers(dialect), *frozen(dialect)])
    return set(re.findall(r"CREATE TRIGGER (\w+) BEFORE [A-Z ]+ ON (\w+)", ddl))


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
