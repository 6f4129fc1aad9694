"""The audit trail in words: what each act, noun and detail is called on the history page.

`tests/blueprints/test_audit_events.py` reads the services and fails when an act or a detail has no words here.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from app.audit_acts import ACTIONS
from app.labels import label_text
from app.localisation import LOCALES, N_, current_locale, date_text, gettext, money, number_text
from app.services import questions
from app.services.amendments import LABELS as AMENDED
from app.services.grants import suspension_reason
from models.account_notices import NoticeWay
from models.account_objections import ObjectionVerdict
from models.applications import Payer, ScreeningOutcome
from models.assets import AssetEnd
from models.assignment_plans import PlanMode
from models.associations import MembershipRole
from models.audit import AuditEvent
from models.base import text_in
from models.centres import Condition
from models.contributions import Check
from models.council_sessions import AgendaOrder, DecisionOutcome
from models.dictations import ConfirmationWay
from models.documents import DocumentKind
from models.duplicates import DuplicateVerdict
from models.interests import InterestKind
from models.journal_exports import FileForm
from models.overrides import OverridableCondition
from models.reviews import ConflictKind
from models.suppliers import SupplierFlag
from models.users import Role
from models.visits import RiskRating

NOUNS: Mapping[str, str] = {
    "agenda_items": N_("Item of the agenda"),
    "appeals": N_("Appeal"),
    "applications": N_("Application"),
    "assignments": N_("Assignment of a reviewer"),
    "assignment_plans": N_("Plan of assignments"),
    "associations": N_("Association"),
    "bank_statements": N_("Bank statement"),
    "bank_statement_matches": N_("Match of a bank statement"),
    "calls": N_("Call"),
    "centres": N_("Resource centre"),
    "channels": N_("Channel of money"),
    "contributions": N_("Contribution"),
    "corrected_protocols": N_("Corrected protocol"),
    "council_sessions": N_("Session of the Council"),
    "dictations": N_("Writing for an association"),
    "donors": N_("Donor"),
    "expenditures": N_("Spending"),
    "funding_reports": N_("Funding report"),
    "journal_exports": N_("File of the journal"),
    "funds": N_("Fund"),
    "expenditure_reports": N_("Spending report"),
    "grant_amendments": N_("Change of an agreement"),
    "grants": N_("Grant"),
    "indicators": N_("Indicator"),
    "lost_devices": N_("Lost phone"),
    "paying_accounts": N_("Account a fund is paid from"),
    "payment_batches": N_("Payment list"),
    "payments": N_("Payment of a list"),
    "account_notices": N_("Notice of a changed account"),
    "account_objections": N_("Objection to a payout account"),
    "payout_accounts": N_("Payout account"),
    "people": N_("Person"),
    "override_rules": N_("Rule of overrides"),
    "overrides": N_("Override"),
    "exchange_rates": N_("Exchange rate"),
    "prices": N_("Price of the register"),
    "results": N_("Result"),
    "reviews": N_("Review"),
    "remitter_links": N_("Personal link"),
    "remitters": N_("Who sends money"),
    "suppliers": N_("Supplier"),
    "fund_closings": N_("Closing of a fund"),
    "assets": N_("Thing in the asset register"),
    "purchases": N_("Purchase"),
    "recoveries": N_("Money claimed back"),
    "repayments": N_("Money paid back"),
    "terminations": N_("Early end of a grant"),
    "tranche_receipts": N_("Receipt of a tranche"),
    "tranches": N_("Tranche"),
    "users": N_("User account"),
    "visits": N_("Visit"),
}
"""{table: message id} for every table an act may be about, in the order of the filter."""

HIDDEN = frozenset(
    {
        "appeal", "item", "session",
        "account", "allocation", "assignment", "assignments", "batch", "centre", "equipment", "held_screening",
        "oblast", "old_centre",
        "application", "association", "call", "currency", "document", "event", "fund", "grant", "indicator", "key",
        "found", "into", "letter", "report", "lost_device", "line", "other", "person", "pledge", "remitter", "review",
        "row", "tranche",
    }
)  # fmt: skip
"""Details that are row ids or keys, for the computer only."""


def _one_of(*kinds: type[StrEnum]) -> Callable[[Any], str]:
    """How a value of the first of these kinds that has it is shown; what none of them knows stands as it is."""

    def shown(value: Any) -> str:
        return next((label_text(kind(value)) for kind in kinds if value in [one.value for one in kind]), str(value))

    return shown


CALL_SECTIONS: Mapping[str, str] = {
    "texts": N_("Window and texts"),
    "money": N_("Money"),
    "match": N_("Co-investment"),
    "eligibility": N_("Who may apply"),
    "meeting": N_("Village meeting"),
    "reviewers": N_("Reviewers"),
    "decision": N_("Decision rules"),
    "timetable": N_("Timetable"),
}


def _section(value: Any) -> str:
    """What was recorded names the part; earlier only its key in the one form there was."""
    if isinstance(value, Mapping):
        return text_in(value["title"], current_locale())
    if value in CALL_SECTIONS:
        return gettext(CALL_SECTIONS[value])
    part = questions.read(questions.default_form()).by_key.get(value)
    return part.title_in(current_locale()) if part else str(value)


def _short(sha256: str) -> str:
    return f"{sha256[:8]}…{sha256[-8:]}"


def _offices(value: Sequence[str]) -> str:
    return ", ".join(label_text(Role(one)) for one in value) or gettext("nobody")


KNOWN: Mapping[str, str] = {
    "tax_number": N_("Tax number"),
    "phone": N_("Phone"),
    "address": N_("Address"),
    "account_number": N_("Account number"),
}
"""What is known of a supplier, as `models.suppliers.Supplier` names it."""


def _known(value: Mapping[str, Sequence[str]]) -> str:
    """What it was before and what it is now; of each its end alone was kept."""
    pairs = ((gettext(KNOWN[one]), [end or gettext("not known") for end in ends]) for one, ends in value.items())
    return "; ".join(f"{name}: {before} → {after}" for name, (before, after) in pairs)


PLAN_TABLES: Mapping[str, str] = {
    "sale_lines": N_("Sales"),
    "running_costs": N_("Running costs"),
    "financings": N_("Financing"),
    "work_steps": N_("Work plan"),
}

DETAILS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "amendment": (N_("Amendment"), number_text),
    "columns": (N_("Changed"), lambda value: ", ".join(gettext(AMENDED[one]) for one in value)),
    "added": (N_("Places added"), number_text),
    "after": (N_("In som after"), money),
    "amended": (N_("Version of the agreement"), number_text),
    "amount": (N_("Amount"), str),  # with its currency, see `details_of`
    "amount_kgs": (N_("In som"), money),
    "approvers": (N_("Who may approve"), _offices),
    "starts_on": (N_("First day of the period"), lambda value: date_text(date.fromisoformat(value))),
    "ends_on": (N_("Last day of the period"), lambda value: date_text(date.fromisoformat(value))),
    "sent_on": (N_("Day on which it was sent"), lambda value: date_text(date.fromisoformat(value))),
    "available": (N_("Judges in the call"), lambda value: gettext("Yes") if value else gettext("No")),
    "attendance": (N_("People present"), number_text),
    "became": (N_("What became of it"), _one_of(AssetEnd)),
    "before": (N_("In som before"), money),
    "carried": (N_("Carried by the co-investment"), money),
    "changed": (N_("Places changed"), number_text),
    "channel": (N_("Channel of money"), lambda value: text_in(value, current_locale())),
    "checks": (N_("Checked"), lambda value: "; ".join(label_text(Check(one)) for one in value)),
    "code": (N_("Code"), str),
    "condition": (N_("Condition"), _one_of(OverridableCondition)),
    "contents": (N_("Fingerprint"), lambda value: ", ".join(f"{one} {_short(of)}" for one, of in value.items())),
    "count": (N_("Number"), number_text),
    "day": (N_("Day of the session"), lambda value: date_text(date.fromisoformat(value))),
    "due_before": (N_("Last day before"), lambda value: date_text(date.fromisoformat(value))),
    "due_on": (N_("New last day"), lambda value: date_text(date.fromisoformat(value))),
    "exact": (N_("Exact matches"), number_text),
    "likely": (N_("Likely matches"), number_text),
    "flags": (N_("Flagged"), lambda value: "; ".join(label_text(SupplierFlag(one)) for one in value)),
    "file": (N_("Kind of file"), lambda value: {"xlsx": label_text(FileForm.XLSX)}.get(value, "pain.001 (XML)")),
    "form": (N_("Kind of file"), _one_of(FileForm)),
    "holds_payment": (N_("Keeps further money back"), lambda value: gettext("Yes") if value else gettext("No")),
    "held_on": (N_("Day of the meeting"), lambda value: date_text(date.fromisoformat(value))),
    "is_present": (N_("Present"), lambda value: gettext("Yes") if value else gettext("No")),
    "kind": (N_("Interest"), _one_of(ConflictKind, InterestKind)),
    "kept_at": (N_("Where it is kept"), str),
    "kept_before": (N_("Where it was kept before"), str),
    "known": (N_("What is known of it"), _known),
    "languages": (N_("Languages"), lambda value: ", ".join(dict(LOCALES)[one] for one in value)),
    "left": (N_("Recovery codes left"), number_text),
    "locale": (N_("Language"), lambda value: dict(LOCALES)[value]),
    "most": (N_("Applications at most"), number_text),
    "mode": (N_("What was planned"), _one_of(PlanMode)),
    "on": (N_("Valid on"), lambda value: date_text(date.fromisoformat(value))),
    "order": (N_("Order"), _one_of(AgendaOrder)),
    "outcome": (N_("Outcome"), _one_of(ScreeningOutcome, DecisionOutcome)),
    "overrides": (
        N_("Rules set aside"),
        lambda value: "; ".join(f"{gettext(rule)} {why}" for rule, why in ((o["rule"], o["reason"]) for o in value)),
    ),
    "paper": (N_("Document"), _one_of(DocumentKind)),
    "pages": (N_("Pages"), number_text),
    "part": (N_("Part"), lambda value: gettext(PLAN_TABLES[value])),
    "people": (N_("People"), number_text),
    "passed_over": (N_("Passed over in the list"), lambda value: number_text(len(value))),
    "payer": (N_("Paid by"), _one_of(Payer)),
    "rows": (N_("Rows"), number_text),
    "sales_from": (N_("Sells from month"), number_text),
    "parts": (N_("Parts asked for"), lambda value: "; ".join(_section(one) for one in value)),
    "place": (N_("Place on the agenda"), number_text),
    "present": (N_("Members present"), lambda value: number_text(len(value))),
    "prices_added": (N_("Prices added"), number_text),
    "prices_changed": (N_("Prices replaced"), number_text),
    "criterion": (N_("Criterion"), lambda value: text_in(value["title"], current_locale())),
    "proposers": (N_("Who may propose"), _offices),
    "question": (N_("Question"), lambda value: text_in(value["title"], current_locale())),
    "reason": (N_("Reason"), lambda value: str(suspension_reason(value))),
    "recused": (N_("Out of the room"), lambda value: number_text(len(value))),
    "risk": (N_("Risk"), _one_of(RiskRating)),
    "role": (N_("Role"), _one_of(Role, MembershipRole)),
    "seen": (N_("State"), _one_of(Condition)),
    "seats": (N_("Seats in the Council"), number_text),
    "section": (N_("Part"), _section),
    "sessions": (N_("Signed out on so many devices"), number_text),
    "received": (N_("Amount that came"), money),
    "sha256": (N_("Fingerprint"), _short),
    "snapshot": (N_("Submission"), number_text),
    "submission": (N_("Submission"), number_text),
    "theme": (N_("Theme"), lambda value: text_in(value, current_locale())),
    "to_repay": (N_("To be paid back"), money),
    "told": (N_("People told"), lambda value: number_text(len(value))),
    "value": (N_("Value"), str),
    "venue": (N_("Place"), str),
    "votes_for": (N_("Votes for"), number_text),
    "way": (N_("Confirmed by"), _one_of(ConfirmationWay, NoticeWay)),
    "verdict": (N_("Finding"), _one_of(DuplicateVerdict, ObjectionVerdict)),
    "weights": (N_("Weights"), lambda value: " + ".join(number_text(one) for one in value.values())),
}
"""{detail: (message id, how its value is shown)}."""


def action_text(event: AuditEvent) -> str:
    """What was done, in the language in force."""
    return gettext(ACTIONS[event.action]) if event.action in ACTIONS else event.action


def noun_text(event: AuditEvent) -> str:
    """What kind of thing it was done to."""
    table = event.subject.partition(":")[0]
    return gettext(NOUNS[table]) if table in NOUNS else ""


def details_of(event: AuditEvent) -> list[tuple[str, str]]:
    """(label, value) of what is worth reading in an event's details."""
    details: dict[str, Any] = json.loads(event.details)
    rows = []
    for key, value in details.items():
        if value is None or key in HIDDEN:
            continue
        text, show = DETAILS.get(key, (key, str))
        if key == "amount":
            shown = money(value, details.get("currency", "KGS"))
        elif key == "value" and "currency" in details:
            shown = f"{details['currency']} {value}"
        else:
            shown = show(value)
        rows.append((gettext(text), shown))
    return rows
