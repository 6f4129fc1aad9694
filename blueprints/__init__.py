"""The edge: one module a noun, views of at most twenty lines."""

from importlib import import_module

from flask import Flask

NOUNS = (
    "accounts",
    "adjournments",
    "agenda_items",
    "allocations",
    "amendments",
    "appeals",
    "applications",
    "assignment_plans",
    "assignments",
    "associations",
    "audit_events",
    "beneficiaries",
    "budget_lines",
    "business_plans",
    "call_forms",
    "calibrations",
    "calls",
    "centres",
    "contributions",
    "corrected_protocols",
    "council_sessions",
    "criteria",
    "decisions",
    "desks",
    "detected_conflicts",
    "dictations",
    "differences",
    "documents",
    "duplicates",
    "donors",
    "dry_runs",
    "equipment",
    "expenditures",
    "funding_reports",
    "funds",
    "grants",
    "health",
    "interests",
    "letters",
    "lost_devices",
    "meetings",
    "notifications",
    "paper_forms",
    "pledges",
    "prices",
    "projectors",
    "rankings",
    "rates",
    "reserves",
    "results",
    "required_documents",
    "review_workbooks",
    "reviewers",
    "reviews",
    "screening_batches",
    "screenings",
    "seats",
    "second_factors",
    "selections",
    "signatures",
    "targets",
    "themes",
    "tranches",
    "users",
    "visits",
)
"""The modules of this package, each with its blueprint `bp`."""
BLUEPRINTS = tuple(import_module(f"{__name__}.{noun}").bp for noun in NOUNS)


def register(app: Flask) -> None:
    """Register the blueprint of every noun."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
