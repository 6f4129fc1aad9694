"""Reviews: a private note and a flag for the Council, every submission kept when one is reopened; workbooks sent in; calibration.

The reviews there are have no note and no flag; a call shows its reviewers' names to each other only when it says so.

Revision ID: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "json": "TEXT", "code": "TEXT", "s400": "TEXT", "at": "TEXT"},
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "json": "JSONB",
        "code": "VARCHAR(40)",
        "s400": "VARCHAR(400)",
        "at": "TIMESTAMP WITH TIME ZONE",
    },
}
NAMED = {"sqlite": "INTEGER DEFAULT 0", "postgresql": "BOOLEAN DEFAULT false"}
FLAGS = "CHECK (flag IN ('none', 'ask', 'suspect', 'excellent'))"
ON_REVIEWS = {
    "private_note": "TEXT DEFAULT '' NOT NULL",
    "flag": f"{{code}} DEFAULT 'none' NOT NULL CONSTRAINT ck_reviews_reviewflag {FLAGS}",
}
TABLES = {
    "review_submissions": f"""
    id {{id}} NOT NULL,
    review_id {{int}} NOT NULL,
    submission {{int}} NOT NULL,
    comment TEXT NOT NULL,
    private_note TEXT NOT NULL,
    flag {{code}} NOT NULL,
    total {{int}} NOT NULL,
    submitted_at {{at}} NOT NULL,
    reopened_at {{at}} NOT NULL,
    reopened_by_id {{int}} NOT NULL,
    reason {{s400}} NOT NULL,
    CONSTRAINT pk_review_submissions PRIMARY KEY (id),
    CONSTRAINT uq_review_submissions_review_id_submission UNIQUE (review_id, submission),
    CONSTRAINT ck_review_submissions_reviewflag {FLAGS},
    CONSTRAINT fk_review_submissions_review_id FOREIGN KEY(review_id) REFERENCES reviews (id),
    CONSTRAINT fk_review_submissions_reopened_by_id FOREIGN KEY(reopened_by_id) REFERENCES users (id)
""",
    "review_uploads": """
    id {id} NOT NULL,
    call_id {int} NOT NULL,
    reviewer_id {int} NOT NULL,
    content {json} NOT NULL,
    uploaded_at {at} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_review_uploads PRIMARY KEY (id),
    CONSTRAINT uq_review_uploads_call_id_reviewer_id UNIQUE (call_id, reviewer_id),
    CONSTRAINT fk_review_uploads_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT fk_review_uploads_reviewer_id FOREIGN KEY(reviewer_id) REFERENCES users (id)
""",
    "calibrations": """
    id {id} NOT NULL,
    call_id {int} NOT NULL,
    application_id {int} NOT NULL,
    chosen_by_id {int} NOT NULL,
    chosen_at {at} NOT NULL,
    CONSTRAINT pk_calibrations PRIMARY KEY (id),
    CONSTRAINT uq_calibrations_call_id_application_id UNIQUE (call_id, application_id),
    CONSTRAINT fk_calibrations_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT fk_calibrations_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_calibrations_chosen_by_id FOREIGN KEY(chosen_by_id) REFERENCES users (id)
""",
    "calibration_reviews": """
    id {id} NOT NULL,
    calibration_id {int} NOT NULL,
    reviewer_id {int} NOT NULL,
    draft {json} NOT NULL,
    comment TEXT NOT NULL,
    total {int},
    saved_at {at} NOT NULL,
    submitted_at {at},
    version INTEGER NOT NULL,
    CONSTRAINT pk_calibration_reviews PRIMARY KEY (id),
    CONSTRAINT uq_calibration_reviews_calibration_id_reviewer_id UNIQUE (calibration_id, reviewer_id),
    CONSTRAINT ck_calibration_reviews_submitted_with_total CHECK ((submitted_at IS NULL) = (total IS NULL)),
    CONSTRAINT fk_calibration_reviews_calibration_id FOREIGN KEY(calibration_id) REFERENCES calibrations (id),
    CONSTRAINT fk_calibration_reviews_reviewer_id FOREIGN KEY(reviewer_id) REFERENCES users (id)
""",
}
INDEXES = (
    "CREATE INDEX ix_review_uploads_reviewer_id ON review_uploads (reviewer_id)",
    "CREATE INDEX ix_calibrations_application_id ON calibrations (application_id)",
    "CREATE INDEX ix_calibration_reviews_reviewer_id ON calibration_reviews (reviewer_id)",
)
KEPT = "BEGIN SELECT RAISE(ABORT, 'review_submissions is append-only'); END"
DONE = "BEGIN SELECT RAISE(ABORT, 'calibration_reviews is append-only'); END"
TAKEN = (
    "there.id = NEW.id OR (there.calibration_id = NEW.calibration_id AND there.reviewer_id = NEW.reviewer_id)"
)
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER review_submissions_no_update BEFORE UPDATE ON review_submissions {KEPT}",
        f"CREATE TRIGGER review_submissions_no_delete BEFORE DELETE ON review_submissions {KEPT}",
        "CREATE TRIGGER review_submissions_no_replace BEFORE INSERT ON review_submissions WHEN EXISTS (SELECT 1 FROM "
        "review_submissions WHERE (id = NEW.id) OR (review_id = NEW.review_id AND submission = NEW.submission)) "
        f"{KEPT}",
        "CREATE TRIGGER calibration_reviews_no_update BEFORE UPDATE ON calibration_reviews WHEN "
        "(OLD.submitted_at IS NOT NULL) OR EXISTS (SELECT 1 FROM calibration_reviews AS there WHERE "
        f"there.submitted_at IS NOT NULL AND there.id <> OLD.id AND ({TAKEN})) {DONE}",
        "CREATE TRIGGER calibration_reviews_no_delete BEFORE DELETE ON calibration_reviews WHEN "
        f"OLD.submitted_at IS NOT NULL {DONE}",
        "CREATE TRIGGER calibration_reviews_no_replace BEFORE INSERT ON calibration_reviews WHEN EXISTS (SELECT 1 "
        f"FROM calibration_reviews AS there WHERE there.submitted_at IS NOT NULL AND ({TAKEN})) {DONE}",
    ),
    "postgresql": (
        "CREATE TRIGGER review_submissions_no_change BEFORE UPDATE OR DELETE ON review_submissions "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER review_submissions_no_truncate BEFORE TRUNCATE ON review_submissions "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER calibration_reviews_no_change BEFORE UPDATE ON calibration_reviews FOR EACH ROW WHEN "
        "(OLD.submitted_at IS NOT NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER calibration_reviews_no_delete BEFORE DELETE ON calibration_reviews FOR EACH ROW WHEN "
        "(OLD.submitted_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER calibration_reviews_no_truncate BEFORE TRUNCATE ON calibration_reviews "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}
BEFORE = {
    "sqlite": "NEW.reviewers_per_application IS NOT OLD.reviewers_per_application",
    "postgresql": "NEW.reviewers_per_application IS DISTINCT FROM OLD.reviewers_per_application",
}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def freeze(is_named):
    """The trigger that freezes open calls, with the new column among what stays or without it."""
    bind = op.get_bind()
    without = BEFORE[bind.dialect.name]
    within = f"{without} OR {without.replace('reviewers_per_application', 'reviewers_named')}"
    if bind.dialect.name == "postgresql":
        text = bind.exec_driver_sql("SELECT pg_get_functiondef('refuse_change_of_call'::regproc)").scalar()
    else:
        text = bind.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'calls_no_update'").scalar()
        execute("DROP TRIGGER calls_no_update")
    execute(text.replace(without, within) if is_named else text.replace(within, without))


def upgrade():
    dialect = op.get_bind().dialect.name
    types = TYPES[dialect]
    for name, kind in ON_REVIEWS.items():
        execute(f"ALTER TABLE reviews ADD COLUMN {name} {kind.format(**types)}")
    execute(f"ALTER TABLE calls ADD COLUMN reviewers_named {NAMED[dialect]} NOT NULL")
    freeze(True)
    for name, columns in TABLES.items():
        execute(f"CREATE TABLE {name} ({columns.format(**types)})" + (" STRICT" if dialect == "sqlite" else ""))
    for statement in (*INDEXES, *TRIGGERS[dialect]):
        execute(statement)


def downgrade():
    """Practice reviews, notes, flags and what reopened reviews said before are gone; their scores stay."""
    freeze(False)
    for name in reversed(TABLES):
        op.drop_table(name)
    execute("ALTER TABLE calls DROP COLUMN reviewers_named")
    for name in reversed(ON_REVIEWS):
        execute(f"ALTER TABLE reviews DROP COLUMN {name}")
