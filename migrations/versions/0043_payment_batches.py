"""Lists of approved tranches for the bank, the payments on them, and the accounts funds are paid from.

Revision ID: 0043
Revises: 0042
"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLES = (
    """
CREATE TABLE paying_accounts (
    id {id} NOT NULL,
    fund_id {big} NOT NULL,
    bank {text120} NOT NULL,
    bank_code {text11} NOT NULL,
    number {text40} NOT NULL,
    holder {text200} NOT NULL,
    proposed_by_id {big} NOT NULL,
    proposed_at {instant} NOT NULL,
    confirmed_by_id {big},
    confirmed_at {instant},
    closed_at {instant},
    version INTEGER NOT NULL,
    CONSTRAINT pk_paying_accounts PRIMARY KEY (id),
    CONSTRAINT ck_paying_accounts_two_people CHECK (confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id),
    CONSTRAINT ck_paying_accounts_confirmed_by_somebody CHECK ((confirmed_by_id IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT fk_paying_accounts_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
    CONSTRAINT fk_paying_accounts_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES users (id),
    CONSTRAINT fk_paying_accounts_confirmed_by_id FOREIGN KEY(confirmed_by_id) REFERENCES users (id)
){strict}
""",
    """
CREATE TABLE payment_batches (
    id {id} NOT NULL,
    number {text20} NOT NULL,
    fund_id {big} NOT NULL,
    paying_account_id {big} NOT NULL,
    status {text40} NOT NULL,
    pay_on {day} NOT NULL,
    content TEXT,
    sha256 {text64},
    made_by_id {big} NOT NULL,
    made_at {instant} NOT NULL,
    closed_by_id {big},
    closed_at {instant},
    sent_by_id {big},
    sent_at {instant},
    reason {text400} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_payment_batches PRIMARY KEY (id),
    CONSTRAINT ck_payment_batches_content_with_hash CHECK ((content IS NULL) = (sha256 IS NULL)),
    CONSTRAINT ck_payment_batches_closed_with_content
        CHECK (status = 'cancelled' OR (content IS NULL) = (status = 'open')),
    CONSTRAINT ck_payment_batches_sent_at_a_time CHECK ((sent_at IS NOT NULL) = (status IN ('sent', 'settled'))),
    CONSTRAINT uq_payment_batches_number UNIQUE (number),
    CONSTRAINT fk_payment_batches_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
    CONSTRAINT fk_payment_batches_paying_account_id FOREIGN KEY(paying_account_id) REFERENCES paying_accounts (id),
    CONSTRAINT ck_payment_batches_batchstatus CHECK (status IN ('open', 'closed', 'sent', 'settled', 'cancelled')),
    CONSTRAINT fk_payment_batches_made_by_id FOREIGN KEY(made_by_id) REFERENCES users (id),
    CONSTRAINT fk_payment_batches_closed_by_id FOREIGN KEY(closed_by_id) REFERENCES users (id),
    CONSTRAINT fk_payment_batches_sent_by_id FOREIGN KEY(sent_by_id) REFERENCES users (id)
){strict}
""",
    """
CREATE TABLE payments (
    id {id} NOT NULL,
    batch_id {big} NOT NULL,
    tranche_id {big} NOT NULL,
    payout_account_id {big} NOT NULL,
    amount {big} NOT NULL,
    end_to_end_id {text35} NOT NULL,
    status {text40} NOT NULL,
    listed_by_id {big} NOT NULL,
    listed_at {instant} NOT NULL,
    bank_reference {text60},
    value_on {day},
    reason {text400} NOT NULL,
    ended_by_id {big},
    ended_at {instant},
    version INTEGER NOT NULL,
    CONSTRAINT pk_payments PRIMARY KEY (id),
    CONSTRAINT ck_payments_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_payments_confirmed_with_reference
        CHECK ((status IN ('confirmed', 'returned')) = (bank_reference IS NOT NULL AND value_on IS NOT NULL)),
    CONSTRAINT ck_payments_ended_with_reason CHECK (status NOT IN ('failed', 'returned') OR reason <> ''),
    CONSTRAINT fk_payments_batch_id FOREIGN KEY(batch_id) REFERENCES payment_batches (id),
    CONSTRAINT fk_payments_tranche_id FOREIGN KEY(tranche_id) REFERENCES tranches (id),
    CONSTRAINT fk_payments_payout_account_id FOREIGN KEY(payout_account_id) REFERENCES payout_accounts (id),
    CONSTRAINT uq_payments_end_to_end_id UNIQUE (end_to_end_id),
    CONSTRAINT ck_payments_paymentstatus
        CHECK (status IN ('listed', 'sent', 'confirmed', 'failed', 'removed', 'returned')),
    CONSTRAINT fk_payments_listed_by_id FOREIGN KEY(listed_by_id) REFERENCES users (id),
    CONSTRAINT fk_payments_ended_by_id FOREIGN KEY(ended_by_id) REFERENCES users (id)
){strict}
""",
)
TYPES = {
    "sqlite": {
        **{
            name: "TEXT"
            for name in (
                "text11",
                "text20",
                "text35",
                "text40",
                "text60",
                "text64",
                "text120",
                "text200",
                "text400",
                "day",
                "instant",
            )
        },
        **{"id": "INTEGER", "big": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"id": "BIGSERIAL", "big": "BIGINT", "day": "DATE", "instant": "TIMESTAMP WITH TIME ZONE", "strict": ""},
        **{f"text{length}": f"VARCHAR({length})" for length in (11, 20, 35, 40, 60, 64, 120, 200, 400)},
    },
}
INDEXES = (
    "CREATE INDEX ix_paying_accounts_fund ON paying_accounts (fund_id, id)",
    "CREATE UNIQUE INDEX uq_paying_accounts_current ON paying_accounts (fund_id) "
    "WHERE closed_at IS NULL AND confirmed_at IS NOT NULL",
    "CREATE INDEX ix_payment_batches_fund ON payment_batches (fund_id, id)",
    "CREATE INDEX ix_payments_batch ON payments (batch_id, id)",
    "CREATE INDEX ix_payments_tranche ON payments (tranche_id, id)",
    "CREATE UNIQUE INDEX uq_payments_live ON payments (tranche_id) WHERE status IN ('listed', 'sent')",
)
SQLITE = (
    "CREATE TRIGGER payment_batches_no_update BEFORE UPDATE ON payment_batches WHEN (OLD.content IS NOT NULL "
    "AND (NEW.id IS NOT OLD.id OR NEW.number IS NOT OLD.number OR NEW.fund_id IS NOT OLD.fund_id OR "
    "NEW.paying_account_id IS NOT OLD.paying_account_id OR NEW.pay_on IS NOT OLD.pay_on OR NEW.content IS NOT "
    "OLD.content OR NEW.sha256 IS NOT OLD.sha256 OR NEW.made_by_id IS NOT OLD.made_by_id OR NEW.made_at IS "
    "NOT OLD.made_at)) OR EXISTS (SELECT 1 FROM payment_batches AS there WHERE there.content IS NOT NULL AND "
    "there.id <> OLD.id AND (there.id = NEW.id OR (there.number = NEW.number))) BEGIN SELECT RAISE(ABORT, "
    "'payment_batches is append-only'); END",
    "CREATE TRIGGER payment_batches_no_delete BEFORE DELETE ON payment_batches WHEN OLD.content IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'payment_batches is append-only'); END",
    "CREATE TRIGGER payment_batches_no_replace BEFORE INSERT ON payment_batches WHEN EXISTS (SELECT 1 FROM "
    "payment_batches AS there WHERE there.content IS NOT NULL AND (there.id = NEW.id OR (there.number = "
    "NEW.number))) BEGIN SELECT RAISE(ABORT, 'payment_batches is append-only'); END",
    "CREATE TRIGGER payments_no_update BEFORE UPDATE ON payments WHEN (OLD.id IS NOT NULL AND (NEW.id IS NOT "
    "OLD.id OR NEW.batch_id IS NOT OLD.batch_id OR NEW.tranche_id IS NOT OLD.tranche_id OR "
    "NEW.payout_account_id IS NOT OLD.payout_account_id OR NEW.amount IS NOT OLD.amount OR NEW.end_to_end_id "
    "IS NOT OLD.end_to_end_id OR NEW.listed_by_id IS NOT OLD.listed_by_id OR NEW.listed_at IS NOT "
    "OLD.listed_at)) OR EXISTS (SELECT 1 FROM payments AS there WHERE there.id IS NOT NULL AND there.id <> "
    "OLD.id AND (there.id = NEW.id OR (there.end_to_end_id = NEW.end_to_end_id))) BEGIN SELECT RAISE(ABORT, "
    "'payments is append-only'); END",
    "CREATE TRIGGER payments_no_delete BEFORE DELETE ON payments WHEN OLD.id IS NOT NULL BEGIN SELECT "
    "RAISE(ABORT, 'payments is append-only'); END",
    "CREATE TRIGGER payments_no_replace BEFORE INSERT ON payments WHEN EXISTS (SELECT 1 FROM payments AS "
    "there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.end_to_end_id = NEW.end_to_end_id))) "
    "BEGIN SELECT RAISE(ABORT, 'payments is append-only'); END",
    "CREATE TRIGGER payments_no_misfit BEFORE INSERT ON payments WHEN NOT EXISTS (SELECT 1 FROM tranches JOIN "
    "grants ON grants.id = tranches.grant_id JOIN payment_batches ON payment_batches.id = NEW.batch_id AND "
    "payment_batches.fund_id = grants.fund_id WHERE tranches.id = NEW.tranche_id AND tranches.status = "
    "'approved' AND tranches.amount = NEW.amount AND tranches.payout_account_id = NEW.payout_account_id AND "
    "payment_batches.status = 'open') OR EXISTS (SELECT 1 FROM payments WHERE payments.tranche_id = "
    "NEW.tranche_id AND payments.status IN ('listed', 'sent')) BEGIN SELECT RAISE(ABORT, 'only an approved "
    "tranche of the fund stands on an open list, and on one alone'); END",
    "CREATE TRIGGER tranches_no_change_when_listed BEFORE UPDATE ON tranches WHEN (NEW.status IS NOT "
    "OLD.status OR NEW.amount IS NOT OLD.amount OR NEW.payout_account_id IS NOT OLD.payout_account_id) AND "
    "EXISTS (SELECT 1 FROM payments WHERE payments.tranche_id = OLD.id AND payments.status IN ('listed', "
    "'sent')) BEGIN SELECT RAISE(ABORT, 'a tranche on a list for the bank is not changed'); END",
)
POSTGRESQL = (
    "CREATE TRIGGER payment_batches_no_change BEFORE UPDATE ON payment_batches FOR EACH ROW WHEN (OLD.content "
    "IS NOT NULL AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.number IS DISTINCT FROM OLD.number OR NEW.fund_id "
    "IS DISTINCT FROM OLD.fund_id OR NEW.paying_account_id IS DISTINCT FROM OLD.paying_account_id OR "
    "NEW.pay_on IS DISTINCT FROM OLD.pay_on OR NEW.content IS DISTINCT FROM OLD.content OR NEW.sha256 IS "
    "DISTINCT FROM OLD.sha256 OR NEW.made_by_id IS DISTINCT FROM OLD.made_by_id OR NEW.made_at IS DISTINCT "
    "FROM OLD.made_at)) EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER payment_batches_no_delete BEFORE DELETE ON payment_batches FOR EACH ROW WHEN (OLD.content "
    "IS NOT NULL) EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER payment_batches_no_truncate BEFORE TRUNCATE ON payment_batches FOR EACH STATEMENT EXECUTE "
    "FUNCTION refuse_change()",
    "CREATE TRIGGER payments_no_change BEFORE UPDATE ON payments FOR EACH ROW WHEN (OLD.id IS NOT NULL AND "
    "(NEW.id IS DISTINCT FROM OLD.id OR NEW.batch_id IS DISTINCT FROM OLD.batch_id OR NEW.tranche_id IS "
    "DISTINCT FROM OLD.tranche_id OR NEW.payout_account_id IS DISTINCT FROM OLD.payout_account_id OR "
    "NEW.amount IS DISTINCT FROM OLD.amount OR NEW.end_to_end_id IS DISTINCT FROM OLD.end_to_end_id OR "
    "NEW.listed_by_id IS DISTINCT FROM OLD.listed_by_id OR NEW.listed_at IS DISTINCT FROM OLD.listed_at)) "
    "EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER payments_no_delete BEFORE DELETE ON payments FOR EACH ROW WHEN (OLD.id IS NOT NULL) "
    "EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER payments_no_truncate BEFORE TRUNCATE ON payments FOR EACH STATEMENT EXECUTE FUNCTION "
    "refuse_change()",
    """
CREATE OR REPLACE FUNCTION refuse_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM tranches JOIN grants ON grants.id = tranches.grant_id JOIN payment_batches ON
        payment_batches.id = NEW.batch_id AND payment_batches.fund_id = grants.fund_id WHERE tranches.id =
        NEW.tranche_id AND tranches.status = 'approved' AND tranches.amount = NEW.amount AND
        tranches.payout_account_id = NEW.payout_account_id AND payment_batches.status = 'open') OR EXISTS
        (SELECT 1 FROM payments WHERE payments.tranche_id = NEW.tranche_id AND payments.status IN ('listed',
        'sent')) THEN
        RAISE EXCEPTION 'only an approved tranche of the fund stands on an open list, and on one alone' USING
        ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER payments_no_misfit BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION refuse_payment()",
    """
CREATE OR REPLACE FUNCTION refuse_change_of_tranche() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.status IS DISTINCT FROM OLD.status OR NEW.amount IS DISTINCT FROM OLD.amount OR
        NEW.payout_account_id IS DISTINCT FROM OLD.payout_account_id) AND EXISTS (SELECT 1 FROM payments WHERE
        payments.tranche_id = OLD.id AND payments.status IN ('listed', 'sent')) THEN
        RAISE EXCEPTION 'a tranche on a list for the bank is not changed' USING ERRCODE =
        'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER tranches_no_change_when_listed BEFORE UPDATE ON tranches FOR EACH ROW EXECUTE FUNCTION "
    "refuse_change_of_tranche()",
)


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    for table in TABLES:
        execute(table.format(**TYPES[dialect]))
    for statement in (*INDEXES, *(SQLITE if dialect == "sqlite" else POSTGRESQL)):
        execute(statement)


def downgrade():
    execute(
        "DROP TRIGGER tranches_no_change_when_listed"
        + ("" if op.get_bind().dialect.name == "sqlite" else " ON tranches")
    )
    for table in ("payments", "payment_batches", "paying_accounts"):
        execute(f"DROP TABLE {table}")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("refuse_payment", "refuse_change_of_tranche"):
            execute(f"DROP FUNCTION {name}()")
