"""The audit trail in words: what each act, noun and detail is called on the history page.

`tests/blueprints/test_audit_events.py` reads the services and fails when an act or a detail has no words here.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from app.labels import label_text
from app.localisation import LOCALES, N_, current_locale, date_text, gettext, money, number_text
from app.services import questions
from app.services.amendments import LABELS as AMENDED
from app.services.grants import suspension_reason
from models.applications import Payer, ScreeningOutcome
from models.assignment_plans import PlanMode
from models.associations import MembershipRole
from models.audit import AuditEvent
from models.base import text_in
from models.contributions import Check
from models.council_sessions import AgendaOrder, DecisionOutcome
from models.dictations import ConfirmationWay
from models.documents import DocumentKind
from models.duplicates import DuplicateVerdict
from models.interests import InterestKind
from models.reviews import ConflictKind
from models.users import Role
from models.visits import RiskRating

ACTIONS: Mapping[str, str] = {
    "agenda_item.decide": N_("Closed the discussion with a decision"),
    "agenda_item.discuss": N_("Opened the discussion of an application"),
    "agenda_item.move": N_("Moved an application on the agenda"),
    "agenda_item.note": N_("Noted what was said"),
    "agenda_item.put_back": N_("Closed a discussion without a decision"),
    "agenda_item.recuse": N_("Recorded who left the room for an application"),
    "appeal.acknowledge": N_("Confirmed that the Council has an appeal"),
    "appeal.dismiss": N_("Dismissed an appeal"),
    "appeal.lodge": N_("Appealed against a decision of the Council"),
    "appeal.uphold": N_("Upheld an appeal"),
    "appeal.withdraw": N_("Took an appeal back"),
    "application.add_budget_line": N_("Added a budget line"),
    "application.add_pledge": N_("Added a pledge"),
    "application.change_budget_line": N_("Changed a budget line"),
    "application.change_pledge": N_("Changed a pledge"),
    "application.complete_review": N_("All reviews of the application are in"),
    "application.create": N_("Began an application"),
    "application.decline": N_("Did not sign the application off"),
    "application.decide_anew": N_("Put the application on the agenda, to be decided anew"),
    "application.decide": N_("The decision on the application took effect"),
    "application.hold_screening": N_("Held a finding on the application"),
    "application.judge_duplicate": N_("Said whether two applications are one"),
    "application.leave_out_screening": N_("Left a held finding out: it could not be recorded any more"),
    "application.propose_financing": N_("Filled in the financing from the budget"),
    "application.record_meeting": N_("Wrote the village meeting down"),
    "application.choose_theme": N_("Chose the theme of the project"),
    "application.count_beneficiaries": N_("Counted who benefits"),
    "application.remove_budget_line": N_("Removed a budget line"),
    "application.remove_plan_row": N_("Removed a row of the business plan"),
    "application.remove_pledge": N_("Removed a pledge"),
    "application.remove_target": N_("Removed a target"),
    "application.reopen": N_("Reopened the application for changes"),
    "application.save_plan_row": N_("Saved a row of the business plan"),
    "application.save_section": N_("Saved a part of the application"),
    "application.screen": N_("Screened the application"),
    "application.set_plan": N_("Said when the plan begins"),
    "application.set_target": N_("Set a target"),
    "application.sign_off": N_("Signed the application off"),
    "application.submit": N_("Submitted the application"),
    "application.send_screening": N_("Sent a held finding"),
    "application.undo_screening": N_("Took a held finding back"),
    "application.promote": N_("Moved the application up from the reserve list"),
    "application.withdraw": N_("Withdrew the application"),
    "assignment_plan.apply": N_("Asked the reviewers of a plan"),
    "assignment_plan.discard": N_("Put a plan of assignments away"),
    "assignment_plan.make": N_("Planned who judges what"),
    "assignment.accept": N_("Declared no interest and took the review"),
    "assignment.assign": N_("Asked a reviewer"),
    "assignment.close": N_("Closed a review that is not needed any more"),
    "assignment.decline": N_("Gave a review back"),
    "assignment.extend": N_("Gave more time for a review"),
    "assignment.recuse": N_("Declared an interest"),
    "assignment.release": N_("Went on without a review that is late"),
    "assignment.remind": N_("Reminded reviewers of their reviews"),
    "application.void_review": N_("Took an application back into review: a review is void"),
    "assignment.void": N_("Ended a review: a conflict of interest was confirmed"),
    "calibration.choose": N_("Chose past applications that the reviewers judge for practice"),
    "calibration.save_draft": N_("Saved a draft of a practice review"),
    "calibration.submit": N_("Handed a practice review in"),
    "conflict.judge": N_("Said whether a conflict that was found is one"),
    "conflict.search": N_("Had a call searched for conflicts of interest"),
    "interest.confirm": N_("Confirmed the register of interests for a call"),
    "interest.declare": N_("Entered an interest"),
    "interest.end": N_("Marked an interest as ended"),
    "assignment.take_back": N_("Took a request to a reviewer back"),
    "association.add_member": N_("Entered a member"),
    "association.change": N_("Changed an association"),
    "association.move": N_("Moved an association to another centre"),
    "association.end_membership": N_("Ended a membership"),
    "association.found": N_("Registered an association"),
    "association.found_test": N_("Made the test association"),
    "call.amend": N_("Published an amendment of the call"),
    "call.cancel": N_("Cancelled the call"),
    "call.change": N_("Changed the call"),
    "call.clone": N_("Prepared a call from an earlier one"),
    "call.create": N_("Prepared a call"),
    "call.decide": N_("The call is decided"),
    "call.move_criterion": N_("Changed the order of the criteria"),
    "call.move_part": N_("Changed the order of the application form"),
    "call.move_question": N_("Changed the order of questions"),
    "call.open": N_("Opened the call"),
    "call.remove_document": N_("Asks for a paper no longer"),
    "call.remove_question": N_("Removed a question of the application form"),
    "call.remove_section": N_("Removed a part of the application form"),
    "call.save_document": N_("Said which paper is asked for"),
    "call.save_question": N_("Set a question of the application form"),
    "call.save_section": N_("Set a part of the application form"),
    "call.remove_criterion": N_("Took a criterion out"),
    "call.remove_allocation": N_("Took an allocation off the budget of a call"),
    "call.save_allocation": N_("Set an allocation of the budget of a call"),
    "call.save_criterion": N_("Described a criterion"),
    "call.set_weights": N_("Set the weights of the criteria"),
    "centre.change": N_("Changed a resource centre"),
    "centre.keep": N_("Changed hours, address or phone of a centre"),
    "centre.remove_equipment": N_("Took equipment off the list"),
    "centre.save_equipment": N_("Changed the equipment of a centre"),
    "centre.open": N_("Registered a resource centre"),
    "contribution.record": N_("Recorded a contribution"),
    "contribution.refuse": N_("Refused a contribution"),
    "contribution.reverse": N_("Reversed a contribution"),
    "contribution.verify": N_("Verified a contribution"),
    "dictation.begin": N_("Began to write for an association"),
    "dictation.confirm": N_("Confirmed what was written for the association"),
    "dictation.end": N_("Ended the writing for an association"),
    "document.attach": N_("Attached a document"),
    "document.move": N_("Moved a page of a document"),
    "document.refuse": N_("Did not take a document"),
    "document.remove": N_("Removed a document"),
    "document.take_again": N_("Took a document after all"),
    "donor.change": N_("Changed a donor"),
    "donor.create": N_("Registered a donor"),
    "expenditure.accept": N_("Accepted spending"),
    "expenditure.record": N_("Recorded spending"),
    "expenditure.refuse": N_("Refused spending"),
    "fund.change": N_("Changed a fund"),
    "fund.create": N_("Registered a fund"),
    "fund.receive": N_("Recorded money received from the donor"),
    "funding_report.fail": N_("A funding report could not be made"),
    "funding_report.freeze": N_("A funding report was finished and frozen"),
    "funding_report.start": N_("Began to make a funding report"),
    "funding_report.request": N_("Asked for a funding report"),
    "grant.accept": N_("Accepted the grant"),
    "grant.activate": N_("Entered the signed agreement"),
    "grant.decline": N_("Declined the grant"),
    "grant.complete": N_("Completed the grant"),
    "grant.keep_agreement": N_("Kept the agreement's text"),
    "grant.offer": N_("Offered the grant"),
    "grant.resume": N_("Let the grant go on"),
    "grant.suspend": N_("Suspended the grant"),
    "indicator.create": N_("Added an indicator"),
    "payout_account.close": N_("Closed a payout account"),
    "payout_account.confirm": N_("Confirmed a payout account"),
    "payout_account.propose": N_("Proposed a payout account"),
    "payout_account.refuse": N_("Refused a payout account"),
    "payout_account.supersede": N_("Put a newer payout account in the place of a proposed one"),
    "person.register": N_("Registered a person"),
    "places.import": N_("Imported a list of places"),
    "price.add": N_("Entered a price"),
    "price.end": N_("Ended a price"),
    "price.replace": N_("Replaced a price"),
    "prices.import": N_("Imported a list of prices"),
    "rate.approve": N_("Approved an exchange rate"),
    "rate.enter": N_("Entered an exchange rate"),
    "result.refuse": N_("Refused a result"),
    "result.report": N_("Reported a result"),
    "result.verify": N_("Verified a result"),
    "reviewer.save_part": N_("Said how much they judge in a call"),
    "reviewer.save_profile": N_("Changed the profile as a reviewer"),
    "reviewer.set_limit": N_("Changed the limit of a reviewer"),
    "review.reopen": N_("Reopened a review that was handed in"),
    "review.save_draft": N_("Saved a draft of the review"),
    "review.upload": N_("Sent a workbook of reviews in"),
    "review.submit": N_("Submitted a review"),
    "seed.scale": N_("Added synthetic applications to measure with"),
    "corrected_protocol.change": N_("Corrected places of the protocol"),
    "corrected_protocol.draft": N_("Began a corrected protocol"),
    "corrected_protocol.propose": N_("Asked the chair to sign a corrected protocol"),
    "corrected_protocol.send_back": N_("Sent a corrected protocol back"),
    "corrected_protocol.sign": N_("Signed a corrected protocol"),
    "corrected_protocol.withdraw": N_("Gave a corrected protocol up"),
    "session.change_presence": N_("Recorded who left or came back"),
    "session.convene": N_("Convened the Council"),
    "session.decide": N_("Recorded a decision of the Council"),
    "session.prepare_letters": N_("Wrote the letters on decisions that were told before there were letters"),
    "session.record_attendance": N_("Recorded who is present"),
    "session.send_letters": N_("Sent letters on the Council's decisions"),
    "session.sign": N_("Signed the protocol"),
    "session.sort_agenda": N_("Ordered the agenda anew"),
    "tranche.account": N_("A tranche is accounted for"),
    "tranche.approve": N_("Approved a payment"),
    "tranche.confirm": N_("Confirmed that the money arrived"),
    "tranche.prepare": N_("Prepared a payment"),
    "tranche.release": N_("Released a payment"),
    "tranche.request": N_("Requested a tranche"),
    "tranche.return": N_("Recorded that the bank sent the money back"),
    "tranche.send_back": N_("Sent the request of a tranche back"),
    "user.change_password": N_("Changed the own password"),
    "user.choose_locale": N_("Chose the language"),
    "user.create": N_("Opened an account"),
    "user.disable": N_("Disabled an account"),
    "user.enable": N_("Enabled an account"),
    "user.end_role": N_("Ended a role"),
    "user.grant_role": N_("Gave a role"),
    "user.issue_code": N_("Issued a first code"),
    "user.tell_of_code": N_("Told an office of a new first code"),
    "user.sign_in": N_("Signed in"),
    "user.sign_out": N_("Signed out"),
    "user.sign_out_everywhere": N_("Signed out everywhere"),
    "visit.plan": N_("Planned a visit"),
    "visit.record": N_("Recorded a visit"),
}
"""{action: message id} for every action the services and seeds record."""

NOUNS: Mapping[str, str] = {
    "agenda_items": N_("Item of the agenda"),
    "appeals": N_("Appeal"),
    "applications": N_("Application"),
    "assignments": N_("Assignment of a reviewer"),
    "assignment_plans": N_("Plan of assignments"),
    "associations": N_("Association"),
    "calls": N_("Call"),
    "centres": N_("Resource centre"),
    "contributions": N_("Contribution"),
    "corrected_protocols": N_("Corrected protocol"),
    "council_sessions": N_("Session of the Council"),
    "dictations": N_("Writing for an association"),
    "donors": N_("Donor"),
    "expenditures": N_("Spending"),
    "funding_reports": N_("Funding report"),
    "funds": N_("Fund"),
    "grants": N_("Grant"),
    "indicators": N_("Indicator"),
    "payout_accounts": N_("Payout account"),
    "people": N_("Person"),
    "exchange_rates": N_("Exchange rate"),
    "prices": N_("Price of the register"),
    "results": N_("Result"),
    "reviews": N_("Review"),
    "tranches": N_("Tranche"),
    "users": N_("User account"),
    "visits": N_("Visit"),
}
"""{table: message id} for every table an act may be about, in the order of the filter."""

HIDDEN = frozenset(
    {
        "account", "allocation", "assignment", "assignments", "batch", "centre", "equipment", "held_screening",
        "oblast", "old_centre",
        "application", "association", "call", "currency", "document", "event", "fund", "grant", "indicator", "key",
        "found", "letter", "line", "other", "person", "pledge", "review", "row",
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
    "amount": (N_("Amount"), str),  # with its currency, see `details_of`
    "amount_kgs": (N_("In som"), money),
    "available": (N_("Judges in the call"), lambda value: gettext("Yes") if value else gettext("No")),
    "attendance": (N_("People present"), number_text),
    "before": (N_("In som before"), money),
    "changed": (N_("Places changed"), number_text),
    "checks": (N_("Checked"), lambda value: "; ".join(label_text(Check(one)) for one in value)),
    "code": (N_("Code"), str),
    "contents": (N_("Fingerprint"), lambda value: ", ".join(f"{one} {_short(of)}" for one, of in value.items())),
    "count": (N_("Number"), number_text),
    "due_before": (N_("Last day before"), lambda value: date_text(date.fromisoformat(value))),
    "due_on": (N_("New last day"), lambda value: date_text(date.fromisoformat(value))),
    "held_on": (N_("Day of the meeting"), lambda value: date_text(date.fromisoformat(value))),
    "is_present": (N_("Present"), lambda value: gettext("Yes") if value else gettext("No")),
    "kind": (N_("Interest"), _one_of(ConflictKind, InterestKind)),
    "languages": (N_("Languages"), lambda value: ", ".join(dict(LOCALES)[one] for one in value)),
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
    "question": (N_("Question"), lambda value: text_in(value["title"], current_locale())),
    "reason": (N_("Reason"), lambda value: str(suspension_reason(value))),
    "recused": (N_("Out of the room"), lambda value: number_text(len(value))),
    "risk": (N_("Risk"), _one_of(RiskRating)),
    "role": (N_("Role"), _one_of(Role, MembershipRole)),
    "section": (N_("Part"), _section),
    "sessions": (N_("Signed out on so many devices"), number_text),
    "sha256": (N_("Fingerprint"), _short),
    "snapshot": (N_("Submission"), number_text),
    "submission": (N_("Submission"), number_text),
    "theme": (N_("Theme"), lambda value: text_in(value, current_locale())),
    "told": (N_("People told"), lambda value: number_text(len(value))),
    "value": (N_("Value"), str),
    "votes_for": (N_("Votes for"), number_text),
    "way": (N_("Confirmed by"), _one_of(ConfirmationWay)),
    "verdict": (N_("Finding"), _one_of(DuplicateVerdict)),
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
