"""Which rows are frozen once they are complete, and which columns are set once; `models.protection` makes triggers."""

from models.payment_guards import FROZEN as LISTS

FROZEN = {
    # table: (which rows are frozen, which of their columns: none named means every one, unique columns beside the id;
    # where several keys are unique, a tuple of each)
    "account_objections": ("{row}.settled_at IS NOT NULL", (), ()),
    "assets": (
        "{row}.id IS NOT NULL",  # from the first moment on: only its place, who answers and what became of it change
        (
            *("id", "number", "grant_id", "expenditure_id", "name", "quantity", "value", "serial_number"),
            *("bears_emblem", "why_bare", "photo_id", "recorded_by_id", "recorded_at"),
        ),
        (("number",), ("photo_id",)),
    ),
    "bank_statements": (
        "{row}.id IS NOT NULL",  # from the first moment on: only what was found in it and became of it is set later
        ("id", "form", "file_name", "sha256", "channel_id", "uploaded_by_id", "uploaded_at"),
        (),
    ),
    "calibration_reviews": ("{row}.submitted_at IS NOT NULL", (), ("calibration_id", "reviewer_id")),
    "corrected_protocols": ("{row}.signed_at IS NOT NULL", (), ("number",)),
    "detected_conflicts": ("{row}.verdict IS NOT NULL", (), ("application_id", "user_id", "evidence")),
    "dictations": ("{row}.confirmed_at IS NOT NULL", (), ()),
    "exchange_rates": (
        "{row}.id IS NOT NULL",  # from the first moment on: only its approval and its end are set later
        ("id", "currency", "valid_on", "nominal", "value", "source", "source_note", "entered_by_id", "entered_at"),
        ("currency", "valid_on", "source"),
    ),
    "expenditure_reports": (
        "{row}.status = 'accepted'",
        (),
        (("grant_id", "sequence"), ("grant_id", "ends_on"), ("grant_id", "follows_on")),
    ),
    "funding_reports": (
        "{row}.content IS NOT NULL",
        ("content", "sha256", "fund_id", "starts_on", "ends_on", "locale"),
        (),
    ),
    "grant_amendments": (
        "{row}.id IS NOT NULL",  # from the first moment on: only what was decided is set later
        (
            *("id", "grant_id", "sequence", "kind", "reason", "ends_before", "ends_on", "lines", "is_over_limit"),
            *("amount_before", "amount_after", "due_on", "proposed_by_id", "proposed_at"),
        ),
        (("grant_id", "sequence"), ("agreement_id",), ("event_id",)),
    ),
    "interests": (
        "{row}.id IS NOT NULL",  # from the first moment on: only when it ended is set later
        ("id", "user_id", "kind", "name", "relation", "register_number", "declared_at"),
        (),
    ),
    "overrides": (
        "{row}.id IS NOT NULL",  # from the first moment on: only its approval and its end are set later
        (
            *("id", "grant_id", "tranche_id", "condition", "reason"),
            *("proposed_as", "proposed_by_id", "proposed_at"),
        ),
        ("tranche_id", "condition"),
    ),
    "prices": (
        "{row}.id IS NOT NULL",  # from the first moment on: only the day on which it ends is set later
        (
            *("id", "kind", "name_ky", "name_ru", "name_en", "unit", "low", "usual", "high", "oblast_id", "source"),
            *("valid_from", "replaces_id", "entered_by_id", "entered_at"),
        ),
        ("replaces_id",),
    ),
    "tranche_receipts": (
        "{row}.id IS NOT NULL",  # from the first moment on: only what finance notes of a difference is set later
        (
            *("id", "tranche_id", "event_id", "way", "said_by", "sent", "received", "received_on"),
            *("difference_reason", "document_id", "sha256", "recorded_by_id", "recorded_at"),
        ),
        (("event_id",), ("sha256",)),
    ),
    **LISTS,
}
"""Rows that cannot be changed, deleted or replaced once they are complete: exchange rates, reports, prices, overrides,
grant amendments, things in the asset register, lists for the bank and their payments, registered interests,
practice reviews that were handed in, spending reports that are accepted,
corrected protocols that are signed, objections to an account that are settled, what the secretary said of a detected
conflict, what was written for an association and confirmed by it."""
STANDING = {
    "exchange_rates": "{row}.ended_at IS NULL",
    "fund_closings": "{row}.status <> 'refused'",
    "overrides": "{row}.ended_at IS NULL",
    "repayments": "{row}.status IN ('recorded', 'confirmed')",
    "terminations": "{row}.status <> 'refused'",
}
"""Where the unique columns of `FROZEN` are unique among some rows alone: among which."""
SET_ONCE = {
    "exchange_rates": (
        ("{row}.approved_at IS NOT NULL OR {row}.ended_at IS NOT NULL", ("approved_at", "approved_by_id")),
        ("{row}.ended_at IS NOT NULL", ("ended_at", "ended_by_id", "ended_reason")),
    ),
    "grant_amendments": (
        (
            "{row}.decided_at IS NOT NULL",
            ("status", "decided_by_id", "decided_at", "answer", "agreement_id", "event_id"),
        ),
    ),
    "overrides": (
        (
            "{row}.approved_at IS NOT NULL OR {row}.ended_at IS NOT NULL",
            ("approved_as", "approved_by_id", "approved_at"),
        ),
        ("{row}.ended_at IS NOT NULL", ("status", "ended_by_id", "ended_at", "ended_reason", "event_id")),
    ),
    "repayments": (
        ("{row}.status <> 'recorded'", ("event_id", "answer", "decided_by_id", "decided_at")),
        ("{row}.status = 'refused' OR {row}.status = 'reversed'", ("status", "reversal_event_id", "reversal_reason")),
    ),
    "tranche_receipts": (("{row}.seen_at IS NOT NULL", ("seen_by_id", "seen_at", "seen_note")),),
}
"""Columns that are set once: from which moment on they stay, and which they are."""
