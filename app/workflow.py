"""`docs/workflow.md`, written from the life-cycle tables of the services."""

from collections.abc import Mapping

from app.localisation import N_, gettext, use_locale
from app.services import (
    account_objections,
    agendas,
    appeals,
    applications,
    assets,
    assignment_plans,
    assignments,
    bank_statement_matches,
    bank_statements,
    calls,
    contributions,
    corrected_protocols,
    council_sessions,
    expenditure_reports,
    expenditures,
    fund_closings,
    grant_amendments,
    grants,
    letters,
    lost_devices,
    overrides,
    payment_batches,
    payments,
    purchases,
    recoveries,
    repayments,
    results,
    screening_batches,
    terminations,
    tranches,
    visits,
)
from app.services.workflow import Transitions

TABLES: Mapping[str, Transitions] = {
    N_("Call"): calls.TRANSITIONS,
    N_("Application"): applications.TRANSITIONS,
    N_("Held finding"): screening_batches.TRANSITIONS,
    N_("Plan of assignments"): assignment_plans.TRANSITIONS,
    N_("Assignment"): assignments.TRANSITIONS,
    N_("Session of the Council"): council_sessions.TRANSITIONS,
    N_("Item of the agenda"): agendas.TRANSITIONS,
    N_("Corrected protocol"): corrected_protocols.TRANSITIONS,
    N_("Decision letter"): letters.TRANSITIONS,
    N_("Appeal"): appeals.TRANSITIONS,
    N_("Grant"): grants.TRANSITIONS,
    N_("Change of an agreement"): grant_amendments.TRANSITIONS,
    N_("Closing of a fund"): fund_closings.TRANSITIONS,
    N_("Purchase"): purchases.TRANSITIONS,
    N_("Thing in the asset register"): assets.TRANSITIONS,
    N_("Money claimed back"): recoveries.TRANSITIONS,
    N_("Money paid back"): repayments.TRANSITIONS,
    N_("Early end"): terminations.TRANSITIONS,
    N_("Tranche"): tranches.TRANSITIONS,
    N_("Override"): overrides.TRANSITIONS,
    N_("Payment list"): payment_batches.TRANSITIONS,
    N_("Payment of a list"): payments.TRANSITIONS,
    N_("Contribution"): contributions.TRANSITIONS,
    N_("Bank statement"): bank_statements.TRANSITIONS,
    N_("Match of a bank statement"): bank_statement_matches.TRANSITIONS,
    N_("Objection to a payout account"): account_objections.TRANSITIONS,
    N_("Spending"): expenditures.TRANSITIONS,
    N_("Spending report"): expenditure_reports.TRANSITIONS,
    N_("Lost phone"): lost_devices.TRANSITIONS,
    N_("Visit"): visits.TRANSITIONS,
    N_("Result"): results.TRANSITIONS,
}


def as_markdown() -> str:
    """Every life cycle as a table: status, action, who, guard, next status (in English)."""
    lines = [
        "# Life cycles",
        "",
        "Made by `flask workflow` from the tables the guards themselves use; do not edit.",
        "",
    ]
    with use_locale("en"):
        for noun, table in TABLES.items():
            lines += [
                f"## {gettext(noun)}",
                "",
                "| status | action | who | guard | next status |",
                "|---|---|---|---|---|",
            ]
            for (status, action), row in table.items():
                guard = gettext(row.guard) if row.guard else ""
                lines.append(f"| {status} | {action} | {gettext(row.who)} | {guard} | {row.to} |")
            lines.append("")
    return "\n".join(lines)
