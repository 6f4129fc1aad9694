"""A call says more of its match than a ratio: stages, shares, ratios of applicants; a grant can be cut to what is carried.

Calls, grants and applications go on by the rule they had: one ratio, cash of every kind counts.

Revision ID: 0037
Revises: 0036
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

USUAL = (  # keys in their order, as the models write them: SQLite compares text
    '{"beyond_percent": null, "community_counts": true, "community_share": null, "first_stage": null, '
    '"grant_share": null, "in_kind_most": null, "percents": {}, "remittance_least": null, "remittance_share": null}'
)
OTHER = {
    "sqlite": f"json(match_terms) <> json('{USUAL}')",
    "postgresql": f"match_terms <> CAST('{USUAL}' AS JSONB)",
}
TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "json": "TEXT", "text": "TEXT", "kind": "TEXT", "at": "TEXT"},
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "json": "JSONB",
        "text": "VARCHAR(400)",
        "kind": "VARCHAR(40)",
        "at": "TIMESTAMP WITH TIME ZONE",
    },
}
REDUCTIONS = """
CREATE TABLE reductions (
    id {id} NOT NULL,
    grant_id {int} NOT NULL,
    sequence {int} NOT NULL,
    before {int} NOT NULL,
    after {int} NOT NULL,
    carried {int} NOT NULL,
    verified {json} NOT NULL,
    reason {text} NOT NULL,
    event_id {int} NOT NULL,
    reduced_by_id {int} NOT NULL,
    reduced_at {at} NOT NULL,
    CONSTRAINT pk_reductions PRIMARY KEY (id),
    CONSTRAINT uq_reductions_grant_id_sequence UNIQUE (grant_id, sequence),
    CONSTRAINT uq_reductions_event_id UNIQUE (event_id),
    CONSTRAINT ck_reductions_sequence_positive CHECK (sequence > 0),
    CONSTRAINT ck_reductions_cuts_and_leaves CHECK (after > 0 AND before > after),
    CONSTRAINT ck_reductions_no_more_than_carried_or_paid CHECK (carried <= after),
    CONSTRAINT fk_reductions_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT fk_reductions_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
    CONSTRAINT fk_reductions_reduced_by_id FOREIGN KEY(reduced_by_id) REFERENCES users (id)
)"""
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER reductions_no_update BEFORE UPDATE ON reductions "
        "BEGIN SELECT RAISE(ABORT, 'reductions is append-only'); END",
        "CREATE TRIGGER reductions_no_delete BEFORE DELETE ON reductions "
        "BEGIN SELECT RAISE(ABORT, 'reductions is append-only'); END",
        "CREATE TRIGGER reductions_no_replace BEFORE INSERT ON reductions WHEN EXISTS (SELECT 1 FROM reductions "
        "WHERE (id = NEW.id) OR (grant_id = NEW.grant_id AND sequence = NEW.sequence) OR (event_id = NEW.event_id)) "
        "BEGIN SELECT RAISE(ABORT, 'reductions is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER reductions_no_change BEFORE UPDATE OR DELETE ON reductions "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER reductions_no_truncate BEFORE TRUNCATE ON reductions "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}
APPLICANTS = "'graduate', 'women_led', 'youth_led', 'ayil_okmotu'"
STATUSES = "'planned', 'requested', 'prepared', 'approved', 'released', 'confirmed', 'accounted', 'returned'"
POSITIVE = "CONSTRAINT ck_tranches_amount_positive CHECK (amount > 0)"
DROPPED = "CONSTRAINT ck_tranches_amount_unless_dropped CHECK (amount >= 0 AND (amount = 0) = (status = 'dropped'))"
TRANCHES = """
CREATE TABLE tranches_anew (
    id INTEGER NOT NULL,
    grant_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    status TEXT NOT NULL,
    due_on TEXT NOT NULL,
    requested_by_id INTEGER,
    requested_at TEXT,
    prepared_by_id INTEGER,
    prepared_at TEXT,
    approved_by_id INTEGER,
    approved_at TEXT,
    released_by_id INTEGER,
    released_at TEXT,
    bank_reference TEXT,
    event_id INTEGER,
    payout_account_id INTEGER,
    confirmed_by_id INTEGER,
    confirmed_at TEXT,
    accounted_at TEXT,
    version INTEGER NOT NULL,
    CONSTRAINT pk_tranches PRIMARY KEY (id),
    CONSTRAINT ck_tranches_released_with_event CHECK ((released_at IS NULL) = (event_id IS NULL)),
    {amount},
    CONSTRAINT ck_tranches_two_people CHECK (approved_by_id IS NULL OR (prepared_by_id IS NOT NULL AND approved_by_id <> prepared_by_id)),
    CONSTRAINT ck_tranches_released_to_account CHECK (released_at IS NULL OR payout_account_id IS NOT NULL),
    CONSTRAINT ck_tranches_tranchestatus CHECK (status IN ({statuses})),
    CONSTRAINT fk_tranches_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES users (id),
    CONSTRAINT fk_tranches_confirmed_by_id FOREIGN KEY(confirmed_by_id) REFERENCES users (id),
    CONSTRAINT fk_tranches_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
    CONSTRAINT fk_tranches_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT fk_tranches_payout_account_id FOREIGN KEY(payout_account_id) REFERENCES payout_accounts (id),
    CONSTRAINT fk_tranches_prepared_by_id FOREIGN KEY(prepared_by_id) REFERENCES users (id),
    CONSTRAINT fk_tranches_released_by_id FOREIGN KEY(released_by_id) REFERENCES users (id),
    CONSTRAINT fk_tranches_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES users (id),
    CONSTRAINT uq_tranches_bank_reference UNIQUE (bank_reference),
    CONSTRAINT uq_tranches_grant_id_sequence UNIQUE (grant_id, sequence)
) STRICT
"""  # noqa: E501
TRANCHE_COLUMNS = (
    "id, grant_id, sequence, amount, status, due_on, requested_by_id, requested_at, prepared_by_id, prepared_at, "
    "approved_by_id, approved_at, released_by_id, released_at, bank_reference, event_id, payout_account_id, "
    "confirmed_by_id, confirmed_at, accounted_at, version"
)
AMENDABLE = (
    "title", "summary", "closes_at", "budget", "screening_ends_on", "reviews_end_on", "council_sits_on",
    "first_payment_on",
)  # fmt: skip
UNTIL_BEFORE = (
    "grant_floor", "grant_ceiling", "match_percent", "in_kind_counts", "quorum_percent", "quorum_of",
    "required_documents",
)  # fmt: skip
UNTIL_SUBMITTED = (
    "grant_floor", "grant_ceiling", "match_percent", "in_kind_counts", "match_terms", "quorum_percent", "quorum_of",
    "required_documents",
)  # fmt: skip
FIXED = (
    "id", "code", "fund_id", "opens_at", "opened_at", "created_by_id", "cloned_from_id", "tranche_percents",
    "accounting_percent", "reviewers_per_application", "reviewers_named", "pass_total", "pass_section_percent",
    "spread_points", "most_per_oblast", "most_per_ayil_okmotu", "most_per_applicant", "first_time_percent",
    "women_led_percent", "youth_led_percent", "ranks_by", "partial_awards", "expected_applications", "review_load",
    "vote_rule", "appeal_days", "eligibility", "form",
)  # fmt: skip
SUBMITTED = "EXISTS (SELECT 1 FROM applications WHERE call_id = OLD.id AND submitted_at IS NOT NULL AND NOT is_test)"
PUBLISHED = (
    "EXISTS (SELECT 1 FROM amendments WHERE call_id = OLD.id AND sequence = NEW.amendment_count "
    "AND sequence = OLD.amendment_count + 1"
)

RULES_BEFORE = {
    "sqlite": (
        "CREATE VIEW unmet_rules AS SELECT applications.id AS application_id, CASE WHEN applications.grant_requested "
        "< calls.grant_floor OR applications.grant_requested > calls.grant_ceiling OR applications.grant_requested <="
        " 0 THEN 1 ELSE 0 END + CASE WHEN applications.remittance_pledged * calls.match_percent < "
        "applications.grant_requested * 100 THEN 2 ELSE 0 END + CASE WHEN NOT EXISTS (SELECT 1 FROM documents WHERE "
        "documents.application_id = applications.id AND kind = 'meeting_minutes' AND removed_at IS NULL AND "
        "refused_at IS NULL AND replaced_by_id IS NULL AND page_of_id IS NULL) THEN 4 ELSE 0 END + CASE WHEN NOT "
        "EXISTS (SELECT 1 FROM payout_accounts WHERE payout_accounts.association_id = applications.association_id AND"
        " payout_accounts.closed_at IS NULL AND payout_accounts.confirmed_at IS NOT NULL) THEN 8 ELSE 0 END + CASE "
        "WHEN (SELECT count(*) FROM grants WHERE grants.association_id = applications.association_id AND "
        "(grants.status = 'active' OR grants.status = 'suspended') AND grants.application_id <> applications.id) > "
        "json_extract(calls.eligibility, '$.running_grants') THEN 16 ELSE 0 END + CASE WHEN "
        "applications.remittance_pledged * 100 < applications.total_cost * json_extract(calls.eligibility, "
        "'$.co_investment_percent') THEN 32 ELSE 0 END + CASE WHEN json_extract(calls.eligibility, "
        "'$.founded_months') > 0 AND (associations.founded_on IS NULL OR associations.founded_on > "
        "date(calls.closes_at, '+6 hours', '-' || json_extract(calls.eligibility, '$.founded_months') || ' months', "
        "'floor')) THEN 64 ELSE 0 END + CASE WHEN json_array_length(calls.eligibility, '$.oblasts') > 0 AND "
        "rayons.oblast_id NOT IN (SELECT value FROM json_each(calls.eligibility, '$.oblasts')) THEN 128 ELSE 0 END AS"
        " unmet FROM applications JOIN calls ON calls.id = applications.call_id JOIN associations ON associations.id "
        "= applications.association_id JOIN ayil_okmotus ON ayil_okmotus.id = associations.ayil_okmotu_id JOIN rayons"
        " ON rayons.id = ayil_okmotus.rayon_id",
        "CREATE TRIGGER applications_unmet_update AFTER UPDATE OF call_id, association_id, status, grant_requested, "
        "remittance_pledged, total_cost ON applications WHEN (OLD.call_id IS NOT NEW.call_id OR OLD.association_id IS"
        " NOT NEW.association_id OR OLD.status IS NOT NEW.status OR OLD.grant_requested IS NOT NEW.grant_requested OR"
        " OLD.remittance_pledged IS NOT NEW.remittance_pledged OR OLD.total_cost IS NOT NEW.total_cost) BEGIN UPDATE "
        "applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = "
        "applications.id) WHERE id = NEW.id; END",
        "CREATE TRIGGER calls_unmet_update AFTER UPDATE OF grant_floor, grant_ceiling, match_percent, closes_at, "
        "eligibility ON calls WHEN (OLD.grant_floor IS NOT NEW.grant_floor OR OLD.grant_ceiling IS NOT "
        "NEW.grant_ceiling OR OLD.match_percent IS NOT NEW.match_percent OR OLD.closes_at IS NOT NEW.closes_at OR "
        "OLD.eligibility IS NOT NEW.eligibility) BEGIN UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM"
        " unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE call_id = NEW.id; END",
    ),
    "postgresql": (
        "CREATE VIEW unmet_rules AS SELECT applications.id AS application_id, CASE WHEN applications.grant_requested "
        "< calls.grant_floor OR applications.grant_requested > calls.grant_ceiling OR applications.grant_requested <="
        " 0 THEN 1 ELSE 0 END + CASE WHEN applications.remittance_pledged * calls.match_percent < "
        "applications.grant_requested * 100 THEN 2 ELSE 0 END + CASE WHEN NOT EXISTS (SELECT 1 FROM documents WHERE "
        "documents.application_id = applications.id AND kind = 'meeting_minutes' AND removed_at IS NULL AND "
        "refused_at IS NULL AND replaced_by_id IS NULL AND page_of_id IS NULL) THEN 4 ELSE 0 END + CASE WHEN NOT "
        "EXISTS (SELECT 1 FROM payout_accounts WHERE payout_accounts.association_id = applications.association_id AND"
        " payout_accounts.closed_at IS NULL AND payout_accounts.confirmed_at IS NOT NULL) THEN 8 ELSE 0 END + CASE "
        "WHEN (SELECT count(*) FROM grants WHERE grants.association_id = applications.association_id AND "
        "(grants.status = 'active' OR grants.status = 'suspended') AND grants.application_id <> applications.id) > "
        "CAST(calls.eligibility ->> 'running_grants' AS INTEGER) THEN 16 ELSE 0 END + CASE WHEN "
        "applications.remittance_pledged * 100 < applications.total_cost * CAST(calls.eligibility ->> "
        "'co_investment_percent' AS INTEGER) THEN 32 ELSE 0 END + CASE WHEN CAST(calls.eligibility ->> "
        "'founded_months' AS INTEGER) > 0 AND (associations.founded_on IS NULL OR associations.founded_on > "
        "CAST(CAST(timezone('Asia/Bishkek', calls.closes_at) AS DATE) - make_interval(0, CAST(calls.eligibility ->> "
        "'founded_months' AS INTEGER)) AS DATE)) THEN 64 ELSE 0 END + CASE WHEN jsonb_array_length(calls.eligibility "
        "-> 'oblasts') > 0 AND NOT (calls.eligibility -> 'oblasts') @> to_jsonb(rayons.oblast_id) THEN 128 ELSE 0 END"
        " AS unmet FROM applications JOIN calls ON calls.id = applications.call_id JOIN associations ON "
        "associations.id = applications.association_id JOIN ayil_okmotus ON ayil_okmotus.id = "
        "associations.ayil_okmotu_id JOIN rayons ON rayons.id = ayil_okmotus.rayon_id",
        "CREATE TRIGGER applications_unmet_update AFTER UPDATE OF call_id, association_id, status, grant_requested, "
        "remittance_pledged, total_cost ON applications FOR EACH ROW WHEN (OLD.call_id IS DISTINCT FROM NEW.call_id "
        "OR OLD.association_id IS DISTINCT FROM NEW.association_id OR OLD.status IS DISTINCT FROM NEW.status OR "
        "OLD.grant_requested IS DISTINCT FROM NEW.grant_requested OR OLD.remittance_pledged IS DISTINCT FROM "
        "NEW.remittance_pledged OR OLD.total_cost IS DISTINCT FROM NEW.total_cost) EXECUTE FUNCTION "
        "renew_unmet_after_applications_update()",
        "CREATE TRIGGER calls_unmet_update AFTER UPDATE OF grant_floor, grant_ceiling, match_percent, closes_at, "
        "eligibility ON calls FOR EACH ROW WHEN (OLD.grant_floor IS DISTINCT FROM NEW.grant_floor OR "
        "OLD.grant_ceiling IS DISTINCT FROM NEW.grant_ceiling OR OLD.match_percent IS DISTINCT FROM NEW.match_percent"
        " OR OLD.closes_at IS DISTINCT FROM NEW.closes_at OR OLD.eligibility IS DISTINCT FROM NEW.eligibility) "
        "EXECUTE FUNCTION renew_unmet_after_calls_update()",
    ),
}
RULES = {
    "sqlite": (
        "CREATE VIEW unmet_rules AS SELECT applications.id AS application_id, CASE WHEN applications.grant_requested "
        "< calls.grant_floor OR applications.grant_requested > calls.grant_ceiling OR applications.grant_requested <="
        " 0 THEN 1 ELSE 0 END + CASE WHEN applications.remittance_pledged < applications.pledges_due THEN 2 ELSE 0 "
        "END + CASE WHEN NOT EXISTS (SELECT 1 FROM documents WHERE documents.application_id = applications.id AND "
        "kind = 'meeting_minutes' AND removed_at IS NULL AND refused_at IS NULL AND replaced_by_id IS NULL AND "
        "page_of_id IS NULL) THEN 4 ELSE 0 END + CASE WHEN NOT EXISTS (SELECT 1 FROM payout_accounts WHERE "
        "payout_accounts.association_id = applications.association_id AND payout_accounts.closed_at IS NULL AND "
        "payout_accounts.confirmed_at IS NOT NULL) THEN 8 ELSE 0 END + CASE WHEN (SELECT count(*) FROM grants WHERE "
        "grants.association_id = applications.association_id AND (grants.status = 'active' OR grants.status = "
        "'suspended') AND grants.application_id <> applications.id) > json_extract(calls.eligibility, "
        "'$.running_grants') THEN 16 ELSE 0 END + CASE WHEN applications.remittance_pledged * 100 < "
        "applications.total_cost * json_extract(calls.eligibility, '$.co_investment_percent') THEN 32 ELSE 0 END + "
        "CASE WHEN json_extract(calls.eligibility, '$.founded_months') > 0 AND (associations.founded_on IS NULL OR "
        "associations.founded_on > date(calls.closes_at, '+6 hours', '-' || json_extract(calls.eligibility, "
        "'$.founded_months') || ' months', 'floor')) THEN 64 ELSE 0 END + CASE WHEN "
        "json_array_length(calls.eligibility, '$.oblasts') > 0 AND rayons.oblast_id NOT IN (SELECT value FROM "
        "json_each(calls.eligibility, '$.oblasts')) THEN 128 ELSE 0 END AS unmet FROM applications JOIN calls ON "
        "calls.id = applications.call_id JOIN associations ON associations.id = applications.association_id JOIN "
        "ayil_okmotus ON ayil_okmotus.id = associations.ayil_okmotu_id JOIN rayons ON rayons.id = "
        "ayil_okmotus.rayon_id",
        "CREATE TRIGGER applications_unmet_update AFTER UPDATE OF call_id, association_id, status, grant_requested, "
        "remittance_pledged, total_cost, pledges_due ON applications WHEN (OLD.call_id IS NOT NEW.call_id OR "
        "OLD.association_id IS NOT NEW.association_id OR OLD.status IS NOT NEW.status OR OLD.grant_requested IS NOT "
        "NEW.grant_requested OR OLD.remittance_pledged IS NOT NEW.remittance_pledged OR OLD.total_cost IS NOT "
        "NEW.total_cost OR OLD.pledges_due IS NOT NEW.pledges_due) BEGIN UPDATE applications SET unmet = (SELECT "
        "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE id = NEW.id; "
        "END",
        "CREATE TRIGGER calls_unmet_update AFTER UPDATE OF grant_floor, grant_ceiling, closes_at, eligibility ON "
        "calls WHEN (OLD.grant_floor IS NOT NEW.grant_floor OR OLD.grant_ceiling IS NOT NEW.grant_ceiling OR "
        "OLD.closes_at IS NOT NEW.closes_at OR OLD.eligibility IS NOT NEW.eligibility) BEGIN UPDATE applications SET "
        "unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE"
        " call_id = NEW.id; END",
    ),
    "postgresql": (
        "CREATE VIEW unmet_rules AS SELECT applications.id AS application_id, CASE WHEN applications.grant_requested "
        "< calls.grant_floor OR applications.grant_requested > calls.grant_ceiling OR applications.grant_requested <="
        " 0 THEN 1 ELSE 0 END + CASE WHEN applications.remittance_pledged < applications.pledges_due THEN 2 ELSE 0 "
        "END + CASE WHEN NOT EXISTS (SELECT 1 FROM documents WHERE documents.application_id = applications.id AND "
        "kind = 'meeting_minutes' AND removed_at IS NULL AND refused_at IS NULL AND replaced_by_id IS NULL AND "
        "page_of_id IS NULL) THEN 4 ELSE 0 END + CASE WHEN NOT EXISTS (SELECT 1 FROM payout_accounts WHERE "
        "payout_accounts.association_id = applications.association_id AND payout_accounts.closed_at IS NULL AND "
        "payout_accounts.confirmed_at IS NOT NULL) THEN 8 ELSE 0 END + CASE WHEN (SELECT count(*) FROM grants WHERE "
        "grants.association_id = applications.association_id AND (grants.status = 'active' OR grants.status = "
        "'suspended') AND grants.application_id <> applications.id) > CAST(calls.eligibility ->> 'running_grants' AS "
        "INTEGER) THEN 16 ELSE 0 END + CASE WHEN applications.remittance_pledged * 100 < applications.total_cost * "
        "CAST(calls.eligibility ->> 'co_investment_percent' AS INTEGER) THEN 32 ELSE 0 END + CASE WHEN "
        "CAST(calls.eligibility ->> 'founded_months' AS INTEGER) > 0 AND (associations.founded_on IS NULL OR "
        "associations.founded_on > CAST(CAST(timezone('Asia/Bishkek', calls.closes_at) AS DATE) - make_interval(0, "
        "CAST(calls.eligibility ->> 'founded_months' AS INTEGER)) AS DATE)) THEN 64 ELSE 0 END + CASE WHEN "
        "jsonb_array_length(calls.eligibility -> 'oblasts') > 0 AND NOT (calls.eligibility -> 'oblasts') @> "
        "to_jsonb(rayons.oblast_id) THEN 128 ELSE 0 END AS unmet FROM applications JOIN calls ON calls.id = "
        "applications.call_id JOIN associations ON associations.id = applications.association_id JOIN ayil_okmotus ON"
        " ayil_okmotus.id = associations.ayil_okmotu_id JOIN rayons ON rayons.id = ayil_okmotus.rayon_id",
        "CREATE TRIGGER applications_unmet_update AFTER UPDATE OF call_id, association_id, status, grant_requested, "
        "remittance_pledged, total_cost, pledges_due ON applications FOR EACH ROW WHEN (OLD.call_id IS DISTINCT FROM "
        "NEW.call_id OR OLD.association_id IS DISTINCT FROM NEW.association_id OR OLD.status IS DISTINCT FROM "
        "NEW.status OR OLD.grant_requested IS DISTINCT FROM NEW.grant_requested OR OLD.remittance_pledged IS DISTINCT"
        " FROM NEW.remittance_pledged OR OLD.total_cost IS DISTINCT FROM NEW.total_cost OR OLD.pledges_due IS "
        "DISTINCT FROM NEW.pledges_due) EXECUTE FUNCTION renew_unmet_after_applications_update()",
        "CREATE TRIGGER calls_unmet_update AFTER UPDATE OF grant_floor, grant_ceiling, closes_at, eligibility ON "
        "calls FOR EACH ROW WHEN (OLD.grant_floor IS DISTINCT FROM NEW.grant_floor OR OLD.grant_ceiling IS DISTINCT "
        "FROM NEW.grant_ceiling OR OLD.closes_at IS DISTINCT FROM NEW.closes_at OR OLD.eligibility IS DISTINCT FROM "
        "NEW.eligibility) EXECUTE FUNCTION renew_unmet_after_calls_update()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def late_change(until_submitted, differs, names):
    def changed(columns):
        return "(" + " OR ".join(f"NEW.{one} {differs} OLD.{one}" for one in columns) + ")"

    conditions = [
        "NEW.status = 'draft'",
        changed(FIXED),
        f"(NEW.amendment_count <> OLD.amendment_count AND NOT {PUBLISHED}))",
        *(
            f"({changed([one])} AND NOT {PUBLISHED} AND {names.format(column=one)}))"
            for one in (*AMENDABLE, *until_submitted)
        ),
        f"({changed(until_submitted)} AND {SUBMITTED})",
    ]
    return " OR ".join(conditions)


def keep_calls(dialect, until_submitted):
    """Refuse a change of a call that is no draft, as `late_change` says."""
    if dialect == "postgresql":
        late = late_change(until_submitted, "IS DISTINCT FROM", "jsonb_exists(changes, '{column}')")
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
    late = late_change(until_submitted, "IS NOT", "json_type(changes, '$.{column}') IS NOT NULL")
    execute(
        f"CREATE TRIGGER calls_no_update BEFORE UPDATE ON calls WHEN (OLD.status <> 'draft' AND ({late})) OR {replaced} "
        "BEGIN SELECT RAISE(ABORT, 'a call is frozen once it is open'); END"
    )


def let_go(dialect):
    """Take off what names the columns that come or go."""
    if dialect == "sqlite":
        for name in ("applications_unmet_update", "calls_unmet_update", "calls_no_update"):
            execute(f"DROP TRIGGER {name}")
    else:
        execute("DROP TRIGGER applications_unmet_update ON applications")
        execute("DROP TRIGGER calls_unmet_update ON calls")
    execute("DROP VIEW unmet_rules")


def constrain_tranches(dialect, amount, statuses):
    if dialect == "sqlite":
        execute(TRANCHES.format(amount=amount, statuses=statuses))
        execute(f"INSERT INTO tranches_anew ({TRANCHE_COLUMNS}) SELECT {TRANCHE_COLUMNS} FROM tranches ORDER BY id")
        execute("DROP TABLE tranches")
        execute("ALTER TABLE tranches_anew RENAME TO tranches")
        execute("CREATE INDEX ix_tranches_status ON tranches (status, id)")
        return
    before = "amount_positive" if amount == DROPPED else "amount_unless_dropped"
    execute(f"ALTER TABLE tranches DROP CONSTRAINT ck_tranches_{before}")
    execute(f"ALTER TABLE tranches ADD {amount}")
    execute("ALTER TABLE tranches DROP CONSTRAINT ck_tranches_tranchestatus")
    execute(f"ALTER TABLE tranches ADD CONSTRAINT ck_tranches_tranchestatus CHECK (status IN ({statuses}))")


def upgrade():
    dialect = op.get_bind().dialect.name
    types = TYPES[dialect]
    let_go(dialect)
    for table in ("calls", "grants"):
        execute(f"ALTER TABLE {table} ADD COLUMN match_terms {types['json']} DEFAULT '{USUAL}' NOT NULL")
    execute(
        f"ALTER TABLE grants ADD COLUMN match_applicant {types['kind']} "
        f"CONSTRAINT ck_grants_applicanttype CHECK (match_applicant IN ({APPLICANTS}))"
    )
    execute(f"ALTER TABLE applications ADD COLUMN pledges_due {types['int']} DEFAULT 0 NOT NULL")
    execute(
        "UPDATE applications SET pledges_due = (SELECT (applications.grant_requested * 100 + match_percent - 1) "
        "/ match_percent FROM calls WHERE calls.id = applications.call_id)"
    )
    for statement in RULES[dialect]:
        execute(statement)
    keep_calls(dialect, UNTIL_SUBMITTED)
    constrain_tranches(dialect, DROPPED, f"{STATUSES}, 'dropped'")
    execute(REDUCTIONS.format(**types) + (" STRICT" if dialect == "sqlite" else ""))
    for statement in PROTECTED[dialect]:
        execute(statement)


class WouldBeLostError(Exception):
    """Nothing of what was agreed or happened is thrown away: the way down ends here."""


def downgrade():
    """Refused where a call or a grant says more than a ratio, or a grant was reduced."""
    dialect = op.get_bind().dialect.name
    more = OTHER[dialect]
    for table, found in (("reductions", "true"), ("calls", more), ("grants", f"{more} OR match_applicant IS NOT NULL")):
        if execute(f"SELECT count(*) FROM {table} WHERE {found}").scalar():
            raise WouldBeLostError(f"{table}: rules or reductions that the version before cannot keep")
    op.drop_table("reductions")
    constrain_tranches(dialect, POSITIVE, STATUSES)
    let_go(dialect)
    view, *triggers = RULES_BEFORE[dialect]
    execute(view)  # the triggers that stay name it: SQLite takes no column off while it is away
    execute("ALTER TABLE applications DROP COLUMN pledges_due")
    execute("ALTER TABLE grants DROP COLUMN match_applicant")
    execute("ALTER TABLE grants DROP COLUMN match_terms")
    keep_calls(dialect, UNTIL_BEFORE)
    execute("ALTER TABLE calls DROP COLUMN match_terms")
    for statement in triggers:
        execute(statement)
