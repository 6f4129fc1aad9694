"""Indexes of what waits on a desk, and of the content of scans: a desk reads what waits, not all there ever was.

Revision ID: 0068
Revises: 0067
"""

from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_assets_waiting": "assets (id) WHERE status = 'recorded'",
    "ix_bank_statement_matches_waiting": "bank_statement_matches (row_id) WHERE status = 'proposed'",
    "ix_documents_content_sha256": "documents (content_sha256)",
    "ix_exchange_rates_waiting": "exchange_rates (id) WHERE approved_at IS NULL AND ended_at IS NULL",
    "ix_expenditure_reports_waiting": "expenditure_reports (submitted_at) WHERE status = 'submitted'",
    "ix_expenditures_waiting": "expenditures (id) WHERE status = 'recorded'",
    "ix_grants_to_sign": "grants (id) WHERE status = 'accepted' OR change_unsigned{is_true}",
    "ix_overrides_waiting": "overrides (id) WHERE status = 'proposed'",
    "ix_payout_accounts_waiting": "payout_accounts (id) WHERE confirmed_at IS NULL AND closed_at IS NULL",
    "ix_purchases_waiting": "purchases (asked_at, id) WHERE status = 'exception_asked'",
    "ix_results_waiting": "results (id) WHERE status = 'reported'",
    "ix_tranche_receipts_short": "tranche_receipts (id) WHERE seen_at IS NULL AND received < sent",
    "ix_visits_planned": "visits (visitor_id, planned_on) WHERE status = 'planned'",
}


def upgrade():
    is_true = " = 1" if op.get_bind().dialect.name == "sqlite" else ""
    for name, what in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {what.format(is_true=is_true)}")


def downgrade():
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
