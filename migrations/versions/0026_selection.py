"""How a call selects: which score ranks, caps, shares, partial awards; promotions from the reserve list.

The calls there are rank by the mean, have no shares and may award less than what is asked for, as before.

Revision ID: 0026
Revises: 0025
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "json": "TEXT", "bool": "INTEGER", "code": "TEXT", "at": "TEXT", "yes": "1", "end": " STRICT"},
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "json": "JSONB",
        "bool": "BOOLEAN",
        "code": "VARCHAR(40)",
        "at": "TIMESTAMP WITH TIME ZONE",
        "yes": "true",
        "end": "",
    },
}
SHARE = "{{int}} CONSTRAINT ck_calls_{name}_range CHECK ({name} BETWEEN 1 AND 100)"
COLUMNS = {
    "most_per_applicant": "{int} CONSTRAINT ck_calls_most_per_applicant_positive CHECK (most_per_applicant > 0)",
    **{name: SHARE.format(name=name) for name in ("first_time_percent", "women_led_percent", "youth_led_percent")},
    "ranks_by": "{code} DEFAULT 'mean' NOT NULL CONSTRAINT ck_calls_ranksby CHECK (ranks_by IN ('mean', 'adjusted'))",
    "partial_awards": "{bool} DEFAULT {yes} NOT NULL",
}
TABLE = """
CREATE TABLE promotions (
    id {id} NOT NULL,
    protocol_id {int} NOT NULL,
    application_id {int} NOT NULL,
    grant_id {int} NOT NULL,
    allocation_id {int} NOT NULL,
    amount {int} NOT NULL,
    passed_over {json} NOT NULL,
    confirmed_by_id {int} NOT NULL,
    confirmed_at {at} NOT NULL,
    CONSTRAINT pk_promotions PRIMARY KEY (id),
    CONSTRAINT uq_promotions_application_id UNIQUE (application_id),
    CONSTRAINT ck_promotions_amount_positive CHECK (amount > 0),
    CONSTRAINT fk_promotions_protocol_id FOREIGN KEY(protocol_id) REFERENCES protocols (id),
    CONSTRAINT fk_promotions_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_promotions_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT fk_promotions_allocation_id FOREIGN KEY(allocation_id) REFERENCES allocations (id),
    CONSTRAINT fk_promotions_confirmed_by_id FOREIGN KEY(confirmed_by_id) REFERENCES users (id)
)
"""
INDEXES = (
    "CREATE INDEX ix_promotions_protocol_id ON promotions (protocol_id)",
    "CREATE INDEX ix_promotions_grant_id ON promotions (grant_id)",
    "CREATE INDEX ix_promotions_allocation_id ON promotions (allocation_id)",
)
AMENDABLE = (
    "title", "summary", "closes_at", "budget", "screening_ends_on", "reviews_end_on", "council_sits_on",
    "first_payment_on",
)  # fmt: skip
UNTIL_SUBMITTED = (
    "grant_floor", "grant_ceiling", "match_percent", "in_kind_counts", "quorum_percent", "quorum_of",
    "required_documents",
)  # fmt: skip
FIXED_BEFORE = (
    "id", "code", "fund_id", "opens_at", "opened_at", "created_by_id", "cloned_from_id", "tranche_percents",
    "accounting_percent", "reviewers_per_application", "pass_total", "pass_section_percent", "spread_points",
    "most_per_oblast", "most_per_ayil_okmotu", "expected_applications", "review_load", "eligibility", "form",
)  # fmt: skip
FIXED = (
    "id", "code", "fund_id", "opens_at", "opened_at", "created_by_id", "cloned_from_id", "tranche_percents",
    "accounting_percent", "reviewers_per_application", "pass_total", "pass_section_percent", "spread_points",
    "most_per_oblast", "most_per_ayil_okmotu", "most_per_applicant", "first_time_percent", "women_led_percent",
    "youth_led_percent", "ranks_by", "partial_awards", "expected_applications", "review_load", "eligibility", "form",
)  # fmt: skip
SUBMITTED = "EXISTS (SELECT 1 FROM applications WHERE call_id = OLD.id AND submitted_at IS NOT NULL AND NOT is_test)"
PUBLISHED = (
    "EXISTS (SELECT 1 FROM amendments WHERE call_id = OLD.id AND sequence = NEW.amendment_count "
    "AND sequence = OLD.amendment_count + 1"
)


def late_change(fixed, differs, names):
    def changed(columns):
        return "(" + " OR ".join(f"NEW.{one} {differs} OLD.{one}" for one in columns) + ")"

    conditions = [
        "NEW.status = 'draft'",
        changed(fixed),
        f"(NEW.amendment_count <> OLD.amendment_count AND NOT {PUBLISHED}))",
        *(
            f"({changed([one])} AND NOT {PUBLISHED} AND {names.format(column=one)}))"
            for one in (*AMENDABLE, *UNTIL_SUBMITTED)
        ),
        f"({changed(UNTIL_SUBMITTED)} AND {SUBMITTED})",
    ]
    return " OR ".join(conditions)


def keep_calls(dialect, fixed):
    """Refuse a change of these columns of a call that is no draft."""
    if dialect == "postgresql":
        late = late_change(fixed, "IS DISTINCT FROM", "jsonb_exists(changes, '{column}')")
        execute(f"""
CREATE OR REPLACE FUNCTION refuse_change_of_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {late} THEN
        RAISE EXCEPTION 'a call is frozen once it is open' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
""")
        return
    taken = "(there.id = NEW.id OR there.code = NEW.code)"
    replaced = f"EXISTS (SELECT 1 FROM calls AS there WHERE there.status <> 'draft' AND there.id <> OLD.id AND {taken})"
    late = late_change(fixed, "IS NOT", "json_type(changes, '$.{column}') IS NOT NULL")
    execute(
        f"CREATE TRIGGER calls_no_update BEFORE UPDATE ON calls WHEN (OLD.status <> 'draft' AND ({late})) OR {replaced} "
        "BEGIN SELECT RAISE(ABORT, 'a call is frozen once it is open'); END"
    )


PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER promotions_no_update BEFORE UPDATE ON promotions "
        "BEGIN SELECT RAISE(ABORT, 'promotions is append-only'); END",
        "CREATE TRIGGER promotions_no_delete BEFORE DELETE ON promotions "
        "BEGIN SELECT RAISE(ABORT, 'promotions is append-only'); END",
        "CREATE TRIGGER promotions_no_replace BEFORE INSERT ON promotions WHEN EXISTS (SELECT 1 FROM promotions "
        "WHERE (id = NEW.id) OR (application_id = NEW.application_id)) "
        "BEGIN SELECT RAISE(ABORT, 'promotions is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER promotions_no_change BEFORE UPDATE OR DELETE ON promotions "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER promotions_no_truncate BEFORE TRUNCATE ON promotions "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    types = TYPES[dialect]
    for name, kind in COLUMNS.items():
        execute(f"ALTER TABLE calls ADD COLUMN {name} {kind.format(**types)}")
    if dialect == "sqlite":
        execute("DROP TRIGGER calls_no_update")
    keep_calls(dialect, FIXED)
    execute(TABLE.format(**types) + types["end"])
    for statement in (*INDEXES, *PROTECTED[dialect]):
        execute(statement)


def downgrade():
    dialect = op.get_bind().dialect.name
    op.drop_table("promotions")
    if dialect == "sqlite":
        execute("DROP TRIGGER calls_no_update")
    keep_calls(dialect, FIXED_BEFORE)
    for name in reversed(COLUMNS):
        execute(f"ALTER TABLE calls DROP COLUMN {name}")
