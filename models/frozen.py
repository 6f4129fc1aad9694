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
    "contributions": (
        "{row}.id IS NOT NULL",  # from the first moment on: only whose it is, what was decided and its reversal change
        (
            *("id", "grant_id", "pledge_id", "kind", "channel_id", "reference", "reference_key", "sender_name"),
            *("sender_country", "receiver_name", "sent_on", "received_on", "currency", "amount", "fee", "rate_id"),
            *("amount_kgs", "recorded_by_id", "recorded_at"),
        ),
        ("channel_id", "reference_key"),
    ),
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
    "expenditures": (
        "{row}.id IS NOT NULL",  # from the first moment on: only a supplier entered twice and what was decided change
        (
            *("id", "grant_id", "budget_line_id", "title", "payer", "amount", "paid_on", "quantity", "purchase_id"),
            *("document_number", "document_key", "recorded_by_id", "recorded_at"),
        ),
        ("supplier_id", "document_key"),
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
    "payout_accounts": (
        "{row}.id IS NOT NULL",  # from the first moment on: only its confirmation, its end and its pause are set later
        (
            *("id", "association_id", "bank", "number", "holder", "proposed_by_id", "proposed_at"),
            "replaces_id",
        ),
        ("association_id",),
    ),
    "prices": (
        "{row}.id IS NOT NULL",  # from the first moment on: only the day on which it ends is set later
        (
            *("id", "kind", "name_ky", "name_ru", "name_en", "unit", "low", "usual", "high", "oblast_id", "source"),
            *("valid_from", "replaces_id", "entered_by_id", "entered_at"),
        ),
        ("replaces_id",),
    ),
    "quotations": (
        "{row}.id IS NOT NULL",  # from the first moment on: only which one is taken changes
        (
            *("id", "purchase_id", "supplier_id", "amount", "quoted_on", "document_id", "recorded_by_id"),
            "recorded_at",
        ),
        (("purchase_id", "supplier_id"), ("document_id",)),
    ),
    "results": (
        "{row}.id IS NOT NULL",  # from the first moment on: only what was decided is set later
        (
            *("id", "target_id", "period_ends_on", "value", "female", "male", "evidence", "reported_by_id"),
            "reported_at",
        ),
        ("target_id", "period_ends_on"),
    ),
    "tranche_receipts": (
        "{row}.id IS NOT NULL",  # from the first moment on: only what finance notes of a difference is set later
        (
            *("id", "tranche_id", "event_id", "way", "said_by", "sent", "received", "received_on"),
            *("difference_reason", "document_id", "sha256", "recorded_by_id", "recorded_at"),
        ),
        (("event_id",), ("sha256",)),
    ),
    "visits": (
        "{row}.status = 'done'",  # whether those who sent money see its photos may be said later too
        (
            *("id", "grant_id", "planned_on", "planned_by_id", "visitor_id", "status", "visited_on", "recorded_at"),
            *("checklist", "findings", "follow_up", "risk", "holds_payment", "latitude", "longitude"),
        ),
        (),
    ),
    **LISTS,
}
"""Rows that cannot be changed, deleted or replaced once they are complete: exchange rates, reports, prices, overrides,
grant amendments, contributions, spending, payout accounts, quotations, results, visits that were made, things in the
asset register, lists for the bank and their payments, registered interests, practice reviews that were handed in,
spending reports that are accepted, corrected protocols that are signed, objections to an account that are settled,
what the secretary said of a detected conflict, what was written for an association and confirmed by it."""
STANDING = {
    "contributions": "{row}.status IN ('recorded', 'verified') AND NEW.status IN ('recorded', 'verified')",
    "exchange_rates": "{row}.ended_at IS NULL",
    "expenditures": "{row}.status <> 'refused' AND NEW.status <> 'refused'",
    "fund_closings": "{row}.status <> 'refused'",
    "overrides": "{row}.ended_at IS NULL",
    "payout_accounts": (
        "{row}.closed_at IS NULL AND {row}.confirmed_at IS NOT NULL AND NEW.closed_at IS NULL "
        "AND NEW.confirmed_at IS NOT NULL"
    ),
    "results": "{row}.status <> 'refused' AND NEW.status <> 'refused'",
    "repayments": "{row}.status IN ('recorded', 'confirmed')",
    "terminations": "{row}.status <> 'refused'",
}
"""Where the unique columns of `FROZEN` are unique among some rows alone: among which. NEW is what takes its place."""
SET_ONCE = {
    "contributions": (
        ("{row}.status <> 'recorded'", ("verified_by_id", "verified_at", "checks", "event_id")),
        ("{row}.status = 'refused' OR {row}.status = 'reversed'", ("status", "fault", "reason", "reversal_event_id")),
    ),
    "exchange_rates": (
        ("{row}.approved_at IS NOT NULL OR {row}.ended_at IS NOT NULL", ("approved_at", "approved_by_id")),
        ("{row}.ended_at IS NOT NULL", ("ended_at", "ended_by_id", "ended_reason")),
    ),
    "expenditures": (
        (
            "{row}.status <> 'recorded'",
            ("status", "reason", "event_id", "accepted_amount", "accepted_by_id", "accepted_at"),
        ),
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
    "payout_accounts": (("{row}.confirmed_at IS NOT NULL", ("confirmed_by_id", "confirmed_at")),),
    "results": (("{row}.status <> 'reported'", ("status", "verified_by_id", "verified_at", "refusal_reason")),),
    "repayments": (
        ("{row}.status <> 'recorded'", ("event_id", "answer", "decided_by_id", "decided_at")),
        ("{row}.status = 'refused' OR {row}.status = 'reversed'", ("status", "reversal_event_id", "reversal_reason")),
    ),
    "tranche_receipts": (("{row}.seen_at IS NOT NULL", ("seen_by_id", "seen_at", "seen_note")),),
}
"""Columns that are set once: from which moment on they stay, and which they are."""
