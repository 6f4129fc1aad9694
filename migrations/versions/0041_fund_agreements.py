"""A fund says which costs its grants may pay, what is kept from grants, and when the donor is reported to.

Funds there are go on as they were: every kind of cost, nothing kept back, no reports asked for.

Revision ID: 0041
Revises: 0040
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

HEADINGS = '["equipment", "materials", "works", "livestock", "services", "training", "other"]'
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("text60", "day", "instant", "json")},
        **{"id": "INTEGER", "big": "INTEGER", "bool": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"id": "BIGSERIAL", "big": "BIGINT", "bool": "BOOLEAN", "day": "DATE", "strict": ""},
        **{"instant": "TIMESTAMP WITH TIME ZONE", "json": "JSONB", "text60": "VARCHAR(60)"},
    },
}
COLUMNS = (
    "agreement_number {text60} DEFAULT '' NOT NULL",
    "agreed_on {day}",
    "eligible_headings {json} DEFAULT '" + HEADINGS + "' NOT NULL",
    "indirect_percent {big} DEFAULT 0 NOT NULL",
    "contingency_percent {big} DEFAULT 0 NOT NULL CONSTRAINT ck_funds_percents_leave_grants CHECK "
    "(indirect_percent >= 0 AND contingency_percent >= 0 AND indirect_percent + contingency_percent < 100)",
)
TABLE = """
CREATE TABLE reporting_dates (
    id {id} NOT NULL,
    fund_id {big} NOT NULL,
    starts_on {day} NOT NULL,
    ends_on {day} NOT NULL,
    due_on {day} NOT NULL,
    is_final {bool} NOT NULL,
    report_id {big},
    sent_on {day},
    sent_by_id {big},
    entered_by_id {big} NOT NULL,
    entered_at {instant} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_reporting_dates PRIMARY KEY (id),
    CONSTRAINT ck_reporting_dates_days_in_order CHECK (ends_on >= starts_on AND due_on > ends_on),
    CONSTRAINT ck_reporting_dates_sent_with_report
        CHECK ((sent_on IS NULL) = (report_id IS NULL) AND (sent_on IS NULL) = (sent_by_id IS NULL)),
    CONSTRAINT uq_reporting_dates_fund_id_starts_on_ends_on UNIQUE (fund_id, starts_on, ends_on),
    CONSTRAINT fk_reporting_dates_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
    CONSTRAINT fk_reporting_dates_report_id FOREIGN KEY(report_id) REFERENCES funding_reports (id),
    CONSTRAINT fk_reporting_dates_sent_by_id FOREIGN KEY(sent_by_id) REFERENCES users (id),
    CONSTRAINT fk_reporting_dates_entered_by_id FOREIGN KEY(entered_by_id) REFERENCES users (id)
){strict}
"""


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    types = TYPES[op.get_bind().dialect.name]
    for column in COLUMNS:
        execute(f"ALTER TABLE funds ADD COLUMN {column.format(**types)}")
    execute(TABLE.format(**types))
    execute("CREATE INDEX ix_reporting_dates_due ON reporting_dates (due_on, id) WHERE sent_on IS NULL")


def downgrade():
    execute("DROP TABLE reporting_dates")
    for column in reversed(COLUMNS):
        execute(f"ALTER TABLE funds DROP COLUMN {column.split()[0]}")
