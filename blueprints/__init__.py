"""The edge: one module a noun, views of at most twenty lines."""

from flask import Flask

from blueprints import (
    accounts,
    applications,
    assignments,
    associations,
    audit_events,
    budget_lines,
    calls,
    contributions,
    council_sessions,
    desks,
    documents,
    expenditures,
    funding_reports,
    funds,
    grants,
    health,
    notifications,
    pledges,
    rates,
    results,
    reviews,
    screenings,
    targets,
    tranches,
    users,
    visits,
)

NOUNS = (
    accounts,
    applications,
    assignments,
    associations,
    audit_events,
    budget_lines,
    calls,
    contributions,
    council_sessions,
    desks,
    documents,
    expenditures,
    funding_reports,
    funds,
    grants,
    health,
    notifications,
    pledges,
    rates,
    results,
    reviews,
    screenings,
    targets,
    tranches,
    users,
    visits,
)


def register(app: Flask) -> None:
    """Register the blueprint `bp` of every noun."""
    for noun in NOUNS:
        app.register_blueprint(noun.bp)
