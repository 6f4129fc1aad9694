"""What opens a tranche: a visit where the call says so, nothing a visit holds back; a condition set aside by two people.

Calls and grants go on as they were: no visit is asked for before a tranche, and no visit holds money back.

Revision ID: 0042
Revises: 0041
"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {
        "id": "INTEGER", "int": "INTEGER", "code": "TEXT", "json": "TEXT", "bool": "INTEGER", "at": "TEXT",
        "no": "0", "end": " STRICT",
    },
    "postgresql": {
        "id": "BIGSERIAL", "int": "BIGINT", "code": "VARCHAR(40)", "json": "JSONB", "bool": "BOOLEAN",
        "at": "TIMESTAMP WITH TIME ZONE", "no": "false", "end": "",
    },
}  # fmt: skip
OVERRIDES = """
CREATE TABLE overrides (
    id {id} NOT NULL,
    grant_id {int} NOT NULL,
    tranche_id {int} NOT NULL,
    condition {code} NOT NULL,
    status {code} NOT NULL,
    reason TEXT NOT NULL,
    proposed_as {code} NOT NULL,
    proposed_by_id {int} NOT NULL,
    proposed_at {at} NOT NULL,
    approved_as {code},
    approved_by_id {int},
    approved_at {at},
    ended_by_id {int},
    ended_at {at},
    ended_reason TEXT,
    event_id {int},
    version INTEGER NOT NULL,
    CONSTRAINT pk_overrides PRIMARY KEY (id),
    CONSTRAINT ck_overrides_two_people CHECK (approved_by_id IS NULL OR approved_by_id <> proposed_by_id),
    CONSTRAINT ck_overrides_approved_whole CHECK
        ((approved_by_id IS NULL) = (approved_at IS NULL) AND (approved_by_id IS NULL) = (approved_as IS NULL)),
    CONSTRAINT ck_overrides_in_force_when_approved CHECK
        ((status <> 'proposed' OR approved_at IS NULL) AND (status <> 'refused' OR approved_at IS NULL) AND
        (status NOT IN ('approved', 'used') OR approved_at IS NOT NULL)),
    CONSTRAINT ck_overrides_used_by_payment CHECK ((status = 'used') = (event_id IS NOT NULL)),
    CONSTRAINT ck_overrides_ended_whole CHECK
        ((status IN ('proposed', 'approved')) = (ended_at IS NULL) AND (status IN ('refused', 'withdrawn'))
        = (ended_reason IS NOT NULL)),
    CONSTRAINT fk_overrides_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT fk_overrides_tranche_id FOREIGN KEY(tranche_id) REFERENCES tranches (id),
    CONSTRAINT ck_overrides_overridablecondition CHECK (condition IN ('accounted', 'visit')),
    CONSTRAINT ck_overrides_overridestatus CHECK
        (status IN ('proposed', 'approved', 'refused', 'withdrawn', 'used', 'lapsed')),
    CONSTRAINT ck_overrides_proposed_as CHECK
        (proposed_as IN ('member', 'operator', 'reviewer', 'secretary', 'council_chair', 'finance',
        'monitor', 'donor', 'administrator')),
    CONSTRAINT fk_overrides_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES users (id),
    CONSTRAINT ck_overrides_approved_as CHECK
        (approved_as IN ('member', 'operator', 'reviewer', 'secretary', 'council_chair', 'finance',
        'monitor', 'donor', 'administrator')),
    CONSTRAINT fk_overrides_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES users (id),
    CONSTRAINT fk_overrides_ended_by_id FOREIGN KEY(ended_by_id) REFERENCES users (id),
    CONSTRAINT fk_overrides_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id)
){end}
"""
INDEXES = (
    "CREATE INDEX ix_overrides_grant_id ON overrides (grant_id)",
    "CREATE INDEX ix_overrides_tranche_id ON overrides (tranche_id)",
    "CREATE UNIQUE INDEX uq_overrides_open ON overrides (tranche_id, condition) WHERE status IN ('proposed', 'approved')",
)
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER overrides_no_update BEFORE UPDATE ON overrides WHEN (OLD.id IS NOT NULL AND (NEW.id IS NOT OLD.id"
        " OR NEW.grant_id IS NOT OLD.grant_id OR NEW.tranche_id IS NOT OLD.tranche_id OR NEW.condition IS NOT "
        "OLD.condition OR NEW.reason IS NOT OLD.reason OR NEW.proposed_as IS NOT OLD.proposed_as OR NEW.proposed_by_id IS"
        " NOT OLD.proposed_by_id OR NEW.proposed_at IS NOT OLD.proposed_at)) OR ((OLD.approved_at IS NOT NULL OR "
        "OLD.ended_at IS NOT NULL) AND (NEW.approved_as IS NOT OLD.approved_as OR NEW.approved_by_id IS NOT "
        "OLD.approved_by_id OR NEW.approved_at IS NOT OLD.approved_at)) OR ((OLD.ended_at IS NOT NULL) AND (NEW.status IS"
        " NOT OLD.status OR NEW.ended_by_id IS NOT OLD.ended_by_id OR NEW.ended_at IS NOT OLD.ended_at OR "
        "NEW.ended_reason IS NOT OLD.ended_reason OR NEW.event_id IS NOT OLD.event_id)) OR EXISTS (SELECT 1 FROM "
        "overrides AS there WHERE there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.tranche_id"
        " = NEW.tranche_id AND there.condition = NEW.condition AND there.ended_at IS NULL))) BEGIN SELECT RAISE(ABORT, "
        "'overrides is append-only'); END",
        "CREATE TRIGGER overrides_no_delete BEFORE DELETE ON overrides WHEN OLD.id IS NOT NULL BEGIN SELECT RAISE(ABORT, "
        "'overrides is append-only'); END",
        "CREATE TRIGGER overrides_no_replace BEFORE INSERT ON overrides WHEN EXISTS (SELECT 1 FROM overrides AS there "
        "WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.tranche_id = NEW.tranche_id AND there.condition = "
        "NEW.condition AND there.ended_at IS NULL))) BEGIN SELECT RAISE(ABORT, 'overrides is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER overrides_no_change BEFORE UPDATE ON overrides FOR EACH ROW WHEN (OLD.id IS NOT NULL AND (NEW.id "
        "IS DISTINCT FROM OLD.id OR NEW.grant_id IS DISTINCT FROM OLD.grant_id OR NEW.tranche_id IS DISTINCT FROM "
        "OLD.tranche_id OR NEW.condition IS DISTINCT FROM OLD.condition OR NEW.reason IS DISTINCT FROM OLD.reason OR "
        "NEW.proposed_as IS DISTINCT FROM OLD.proposed_as OR NEW.proposed_by_id IS DISTINCT FROM OLD.proposed_by_id OR "
        "NEW.proposed_at IS DISTINCT FROM OLD.proposed_at) OR ((OLD.approved_at IS NOT NULL OR OLD.ended_at IS NOT NULL) "
        "AND (NEW.approved_as IS DISTINCT FROM OLD.approved_as OR NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id "
        "OR NEW.approved_at IS DISTINCT FROM OLD.approved_at)) OR ((OLD.ended_at IS NOT NULL) AND (NEW.status IS DISTINCT"
        " FROM OLD.status OR NEW.ended_by_id IS DISTINCT FROM OLD.ended_by_id OR NEW.ended_at IS DISTINCT FROM "
        "OLD.ended_at OR NEW.ended_reason IS DISTINCT FROM OLD.ended_reason OR NEW.event_id IS DISTINCT FROM "
        "OLD.event_id))) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER overrides_no_delete BEFORE DELETE ON overrides FOR EACH ROW WHEN (OLD.id IS NOT NULL) EXECUTE "
        "FUNCTION refuse_change()",
        "CREATE TRIGGER overrides_no_truncate BEFORE TRUNCATE ON overrides FOR EACH STATEMENT EXECUTE FUNCTION "
        "refuse_change()",
    ),
}
OVERRIDE_RULES = """
CREATE TABLE override_rules (
    id {id} NOT NULL,
    condition {code} NOT NULL,
    proposers {json} NOT NULL,
    approvers {json} NOT NULL,
    changed_by_id {int} NOT NULL,
    changed_at {at} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_override_rules PRIMARY KEY (id),
    CONSTRAINT uq_override_rules_condition UNIQUE (condition),
    CONSTRAINT ck_override_rules_overridablecondition CHECK (condition IN ('accounted', 'visit')),
    CONSTRAINT fk_override_rules_changed_by_id FOREIGN KEY(changed_by_id) REFERENCES users (id)
){end}
"""
AMENDABLE = (
    "title", "summary", "closes_at", "budget", "screening_ends_on", "reviews_end_on", "council_sits_on",
    "first_payment_on",
)  # fmt: skip
UNTIL_SUBMITTED = (
    "grant_floor", "grant_ceiling", "match_percent", "in_kind_counts", "match_terms", "quorum_percent", "quorum_of",
    "required_documents",
)  # fmt: skip
FIXED_BEFORE = (
    "id", "code", "fund_id", "opens_at", "opened_at", "created_by_id", "cloned_from_id", "tranche_percents",
    "accounting_percent", "reviewers_per_application", "reviewers_named", "pass_total", "pass_section_percent",
    "spread_points", "most_per_oblast", "most_per_ayil_okmotu", "most_per_applicant", "first_time_percent",
    "women_led_percent", "youth_led_percent", "ranks_by", "partial_awards", "expected_applications", "review_load",
    "vote_rule", "appeal_days", "eligibility", "form",
)  # fmt: skip
FIXED = (*FIXED_BEFORE[:9], "visits_before_tranches", *FIXED_BEFORE[9:])
SUBMITTED = "EXISTS (SELECT 1 FROM applications WHERE call_id = OLD.id AND submitted_at IS NOT NULL AND NOT is_test)"
PUBLISHED = (
    "EXISTS (SELECT 1 FROM amendments WHERE call_id = OLD.id AND sequence = NEW.amendment_count "
    "AND sequence = OLD.amendment_count + 1"
)


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


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
    """Refuse a change of a call that is no draft, as `late_change` says."""
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
    execute("DROP TRIGGER calls_no_update")
    execute(
        f"CREATE TRIGGER calls_no_update BEFORE UPDATE ON calls WHEN (OLD.status <> 'draft' AND ({late})) OR {replaced} "
        "BEGIN SELECT RAISE(ABORT, 'a call is frozen once it is open'); END"
    )


COLUMNS = (
    ("calls", "visits_before_tranches", "{bool} DEFAULT {no} NOT NULL"),
    ("grants", "visit_before", "{json} DEFAULT '[]' NOT NULL"),
    ("visits", "holds_payment", "{bool} DEFAULT {no} NOT NULL"),
)


def upgrade():
    dialect = op.get_bind().dialect.name
    types = TYPES[dialect]
    for table, name, kind in COLUMNS:
        execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind.format(**types)}")
    keep_calls(dialect, FIXED)
    for table in (OVERRIDES, OVERRIDE_RULES):
        execute(table.format(**types))
    for statement in (*INDEXES, *PROTECTED[dialect]):
        execute(statement)


class WouldBeLostError(Exception):
    """Nothing of what was agreed or happened is thrown away: the way down ends here."""


def downgrade():
    """Refused where a visit is asked for or holds money back, or a condition was set aside."""
    dialect = op.get_bind().dialect.name
    none = "visit_before <> '[]'" if dialect == "sqlite" else "visit_before <> CAST('[]' AS JSONB)"
    holds = "holds_payment" if dialect == "postgresql" else "holds_payment = 1"
    asks = "visits_before_tranches" if dialect == "postgresql" else "visits_before_tranches = 1"
    for table, found in (
        ("overrides", "true"), ("override_rules", "true"), ("calls", asks), ("grants", none), ("visits", holds)
    ):
        if execute(f"SELECT count(*) FROM {table} WHERE {found}").scalar():
            raise WouldBeLostError(f"{table}: conditions of tranches that the version before cannot keep")
    op.drop_table("override_rules")
    op.drop_table("overrides")
    keep_calls(dialect, FIXED_BEFORE)
    for table, name, _kind in reversed(COLUMNS):
        execute(f"ALTER TABLE {table} DROP COLUMN {name}")
