"""Amendments: an open call changes by a published amendment only; timetable, eligibility and planning of a call.

Revision ID: 0013
Revises: 0009
"""

from alembic import op

revision = "0013"
down_revision = "0009"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "json": "TEXT", "day": "TEXT", "instant": "TEXT"},
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "json": "JSONB",
        "day": "DATE",
        "instant": "TIMESTAMP WITH TIME ZONE",
    },
}
USUAL = '{"co_investment_percent": 0, "founded_months": 0, "oblasts": [], "running_grants": 0}'
COLUMNS = {
    "cloned_from_id": "{int} CONSTRAINT fk_calls_cloned_from_id REFERENCES calls (id)",
    "amendment_count": "{int} DEFAULT 0 NOT NULL",
    "eligibility": f"{{json}} DEFAULT '{USUAL.replace('{', '{{').replace('}', '}}')}' NOT NULL",
    "spread_points": "{int} DEFAULT 20 NOT NULL CONSTRAINT ck_calls_spread_points_range "
    "CHECK (spread_points BETWEEN 0 AND 100)",
    "most_per_oblast": "{int}",
    "most_per_ayil_okmotu": "{int}",
    "expected_applications": "{int}",
    "review_load": "{int} DEFAULT 10 NOT NULL CONSTRAINT ck_calls_review_load_positive CHECK (review_load > 0)",
    "screening_ends_on": "{day}",
    "reviews_end_on": "{day}",
    "council_sits_on": "{day}",
    "first_payment_on": "{day}",
}
TABLE = """
CREATE TABLE amendments (
    id {id} NOT NULL,
    call_id {int} NOT NULL,
    sequence {int} NOT NULL,
    reason {json} NOT NULL,
    changes {json} NOT NULL,
    published_at {instant} NOT NULL,
    published_by_id {int} NOT NULL,
    CONSTRAINT pk_amendments PRIMARY KEY (id),
    CONSTRAINT fk_amendments_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT fk_amendments_published_by_id FOREIGN KEY(published_by_id) REFERENCES users (id),
    CONSTRAINT uq_amendments_call_id_sequence UNIQUE (call_id, sequence)
)
"""
AMENDABLE = (
    "title", "summary", "closes_at", "budget", "screening_ends_on", "reviews_end_on", "council_sits_on",
    "first_payment_on",
)  # fmt: skip
UNTIL_SUBMITTED = (
    "grant_floor", "grant_ceiling", "match_percent", "in_kind_counts", "quorum_percent", "quorum_of",
    "required_documents",
)  # fmt: skip
FIXED = (
    "id", "code", "fund_id", "opens_at", "opened_at", "created_by_id", "cloned_from_id", "tranche_percents",
    "accounting_percent", "reviewers_per_application", "pass_total", "pass_section_percent", "spread_points",
    "most_per_oblast", "most_per_ayil_okmotu", "expected_applications", "review_load", "eligibility", "form",
)  # fmt: skip
SUBMITTED = "EXISTS (SELECT 1 FROM applications WHERE call_id = OLD.id AND submitted_at IS NOT NULL)"
PUBLISHED = (
    "EXISTS (SELECT 1 FROM amendments WHERE call_id = OLD.id AND sequence = NEW.amendment_count "
    "AND sequence = OLD.amendment_count + 1"
)


FORMS_ONLY = {  # what 0005 kept frozen: form and papers alone
    "sqlite": (
        "CREATE TRIGGER calls_no_update BEFORE UPDATE ON calls WHEN (OLD.status <> 'draft' AND "
        "(NEW.form IS NOT OLD.form OR NEW.required_documents IS NOT OLD.required_documents)) OR EXISTS "
        "(SELECT 1 FROM calls AS there WHERE there.status <> 'draft' AND there.id <> OLD.id AND "
        "(there.id = NEW.id OR (there.code = NEW.code))) "
        "BEGIN SELECT RAISE(ABORT, 'calls is append-only'); END",
        "CREATE TRIGGER calls_no_delete BEFORE DELETE ON calls WHEN OLD.status <> 'draft' "
        "BEGIN SELECT RAISE(ABORT, 'calls is append-only'); END",
        "CREATE TRIGGER calls_no_replace BEFORE INSERT ON calls WHEN EXISTS "
        "(SELECT 1 FROM calls AS there WHERE there.status <> 'draft' AND "
        "(there.id = NEW.id OR (there.code = NEW.code))) "
        "BEGIN SELECT RAISE(ABORT, 'calls is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER calls_no_change BEFORE UPDATE ON calls FOR EACH ROW WHEN (OLD.status <> 'draft' AND "
        "(NEW.form IS DISTINCT FROM OLD.form OR NEW.required_documents IS DISTINCT FROM OLD.required_documents)) "
        "EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER calls_no_delete BEFORE DELETE ON calls FOR EACH ROW WHEN (OLD.status <> 'draft') "
        "EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER calls_no_truncate BEFORE TRUNCATE ON calls FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}
ON_CALLS = {
    "sqlite": ("calls_no_update", "calls_no_delete", "calls_no_replace"),
    "postgresql": ("calls_no_change ON calls", "calls_no_delete ON calls", "calls_no_truncate ON calls"),
}


def late_change(differs, names):
    def changed(columns):
        return "(" + " OR ".join(f"NEW.{one} {differs} OLD.{one}" for one in columns) + ")"

    conditions = [
        "NEW.status = 'draft'",
        changed(FIXED),
        f"(NEW.amendment_count <> OLD.amendment_count AND NOT {PUBLISHED}))",
        *(
            f"({changed([one])} AND NOT {PUBLISHED} AND {names.format(column=one)}))"
            for one in (*AMENDABLE, *UNTIL_SUBMITTED)
        ),
        f"({changed(UNTIL_SUBMITTED)} AND {SUBMITTED})",
    ]
    return " OR ".join(conditions)


def triggers(dialect):
    if dialect == "postgresql":
        late = late_change("IS DISTINCT FROM", "jsonb_exists(changes, '{column}')")
        return [
            "CREATE TRIGGER amendments_no_change BEFORE UPDATE OR DELETE ON amendments "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "CREATE TRIGGER amendments_no_truncate BEFORE TRUNCATE ON amendments "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            f"""
CREATE OR REPLACE FUNCTION refuse_change_of_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {late} THEN
        RAISE EXCEPTION 'a call is frozen once it is open' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
""",
            "CREATE TRIGGER calls_no_change BEFORE UPDATE ON calls "
            "FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION refuse_change_of_call()",
            "CREATE TRIGGER calls_no_delete BEFORE DELETE ON calls "
            "FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION refuse_change()",
            "CREATE TRIGGER calls_no_truncate BEFORE TRUNCATE ON calls "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        ]
    append_only = "BEGIN SELECT RAISE(ABORT, 'amendments is append-only'); END"
    refuse = "BEGIN SELECT RAISE(ABORT, 'a call is frozen once it is open'); END"
    taken = "(there.id = NEW.id OR there.code = NEW.code)"
    replaced = f"EXISTS (SELECT 1 FROM calls AS there WHERE there.status <> 'draft' AND there.id <> OLD.id AND {taken})"
    late = late_change("IS NOT", "json_type(changes, '$.{column}') IS NOT NULL")
    return [
        f"CREATE TRIGGER amendments_no_update BEFORE UPDATE ON amendments {append_only}",
        f"CREATE TRIGGER amendments_no_delete BEFORE DELETE ON amendments {append_only}",
        "CREATE TRIGGER amendments_no_replace BEFORE INSERT ON amendments WHEN EXISTS (SELECT 1 FROM amendments "
        f"WHERE (id = NEW.id) OR (call_id = NEW.call_id AND sequence = NEW.sequence)) {append_only}",
        "CREATE TRIGGER calls_no_update BEFORE UPDATE ON calls "
        f"WHEN (OLD.status <> 'draft' AND ({late})) OR {replaced} {refuse}",
        f"CREATE TRIGGER calls_no_delete BEFORE DELETE ON calls WHEN OLD.status <> 'draft' {refuse}",
        "CREATE TRIGGER calls_no_replace BEFORE INSERT ON calls WHEN EXISTS "
        f"(SELECT 1 FROM calls AS there WHERE there.status <> 'draft' AND {taken}) {refuse}",
    ]


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    types = TYPES[dialect]
    for name, kind in COLUMNS.items():
        execute(f"ALTER TABLE calls ADD COLUMN {name} {kind.format(**types)}")
    execute(TABLE.format(**types) + (" STRICT" if dialect == "sqlite" else ""))
    for trigger in ON_CALLS[dialect]:
        execute(f"DROP TRIGGER {trigger}")
    for statement in triggers(dialect):
        execute(statement)


def downgrade():
    """What was amended stays as it was amended last; who changed it and why stands in the audit trail."""
    dialect = op.get_bind().dialect.name
    for trigger in ON_CALLS[dialect]:
        execute(f"DROP TRIGGER {trigger}")
    execute("DROP TABLE amendments")
    if dialect == "postgresql":
        execute("DROP FUNCTION refuse_change_of_call()")
    for name in reversed(COLUMNS):
        execute(f"ALTER TABLE calls DROP COLUMN {name}")
    for statement in FORMS_ONLY[dialect]:
        execute(statement)
