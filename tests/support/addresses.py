"""What the arguments of addresses stand for, for tests that walk every door."""

import sqlalchemy as sa

from models.base import Base

TABLES = {
    "date_id": "reporting_dates",
    "session_id": "council_sessions",
    "report_id": "funding_reports",
    "line_id": "budget_lines",
    "item_id": "equipment",
    "account_id": "payout_accounts",
    "conflict_id": "detected_conflicts",
    "plan_id": "assignment_plans",
    "batch_id": "screening_batches",
    "correction_id": "corrected_protocols",
    "event_id": "ledger_events",
    "export_id": "journal_exports",
    "other_id": "applications",
    "promise_id": "targets",
    "twin_id": "contributions",
    "closing_id": "fund_closings",
    "recovery_id": "recoveries",
}
TEXTS = {
    "section_key": ("idea",),
    "kind": ("sales",),
    "form": ("csv",),
    "question_key": ("summary",),
    "code": ("EUR",),
    "move": ("claim",),
    "statement_key": ("advances",),
}
"""{argument: what it may be}, of those that name no row."""


def table_of(name: str) -> sa.Table | None:
    """The table whose rows an argument names, if it does."""
    return Base.metadata.tables.get(TABLES.get(name, f"{name.removesuffix('_id')}s"))
