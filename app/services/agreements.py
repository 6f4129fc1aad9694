"""Agreements: all that the paper says, kept word for word when it is agreed, so that it can be printed again."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.localisation import LOCALE_CODES, date_text, money, number_text, percent_text, use_locale
from app.localisation import gettext as _
from app.services import audit, grant_budgets, match
from app.services.applications import business_plans
from app.services.cash_flow import outcome
from models.agreements import Agreement
from models.audit import AuditEvent
from models.base import canonical_json, db, fingerprint
from models.calls import usual_match_terms
from models.grant_amendments import GrantAmendment, GrantAmendmentKind
from models.grants import Grant
from models.indicators import Target
from models.reductions import Reduction

ACTS = ("grant.accept", "grant.amend", "grant.keep_agreement")
"""The acts that keep an agreement: their audit events hold its hash."""
REDUCED = "reduction"
"""What a version that a reduction made says its change is, beside the kinds of amendments."""


def keep(
    grant: Grant, *, dated_at: datetime, now: datetime, change: GrantAmendment | Reduction | None = None
) -> Agreement:
    """Keep what the agreement says now as its next sequence: 1 is the agreement, further ones its amendments.

    `change` is what makes this version: an amendment just being approved, or a reduction of the award. `dated_at` is
    the day it is agreed on, printed on the paper. The caller writes the hash into the audit trail.
    """
    content = canonical_json(content_of(grant, dated_at=dated_at, change=change))
    agreement = Agreement(
        grant_id=grant.id,
        sequence=len(grant.agreements) + 1,
        content=content,
        sha256=fingerprint(content),
        made_at=now,
    )
    grant.agreements.append(agreement)
    db.session.flush()
    return agreement


def keep_missing(now: datetime) -> int:
    """Keep the agreements of grants accepted before agreements were kept whole; returns how many.

    Their text is that of today: until then only a hash of its main terms was there, which stays in the audit trail.
    """
    query = db.select(Grant).where(Grant.accepted_at.is_not(None), ~db.exists().where(Agreement.grant_id == Grant.id))
    found = list(db.session.scalars(query.order_by(Grant.id)))
    for grant in found:
        agreement = keep(grant, dated_at=grant.accepted_at or now, now=now)
        audit.record(None, "grant.keep_agreement", grant, now, sha256=agreement.sha256)
    return len(found)


def unsound() -> Iterator[str | None]:
    """What is wrong with each agreement kept and each that should be, None for a sound one."""
    recorded: dict[str, set[str]] = {}
    acts = db.select(AuditEvent.subject, AuditEvent.details).where(AuditEvent.action.in_(ACTS))
    for subject, details in db.session.execute(acts):
        recorded.setdefault(subject, set()).add(json.loads(details).get("sha256", ""))
    query = (
        db.select(Grant.id, Grant.number, Agreement)
        .outerjoin(Agreement, Agreement.grant_id == Grant.id)
        .where(db.or_(Agreement.id.is_not(None), Grant.accepted_at.is_not(None)))
        .order_by(Grant.id, Agreement.sequence)
    )
    grant_id, sequence = None, 0
    for row in db.session.execute(query):
        sequence = sequence + 1 if row[0] == grant_id else 1
        grant_id = row[0]
        yield _problem(row[1], row[2], sequence, recorded.get(f"grants:{grant_id}", set()))


def _problem(number: str, agreement: Agreement | None, sequence: int, recorded: set[str]) -> str | None:
    if agreement is None:
        return f"grant {number} is accepted, but its agreement is not kept"
    name = f"agreement {agreement.sequence} of grant {number}"
    if agreement.sequence != sequence:
        return f"{name} stands where number {sequence} should be"
    if fingerprint(agreement.content) != agreement.sha256:
        return f"{name} does not have its hash"
    if agreement.sha256 not in recorded:
        return f"{name} has a hash that the audit trail does not know"
    return None


def content_of(grant: Grant, *, dated_at: datetime, change: GrantAmendment | Reduction | None = None) -> dict[str, Any]:
    """All that the agreement prints, as plain JSON values; amounts in tyiyn, decimals as text, days in ISO 8601."""
    shifts = [change] if isinstance(change, GrantAmendment) and change.kind is GrantAmendmentKind.SHIFT else []
    planned = grant_budgets.in_force(grant, also=shifts)
    is_moved = any(planned[line.id] != line.amount for line in grant.application.budget_lines)
    association, fund, account = grant.association, grant.fund, grant.payout_account
    return {
        "number": grant.number,
        "dated_at": dated_at.isoformat(),
        "application": grant.application.number,
        "project": grant.application.title,
        "association": association.names,
        "village": association.village.names if association.village else {},
        "ayil_okmotu": association.ayil_okmotu.names,
        "donor": fund.donor.names,
        "emblem": fund.donor.emblem.value,
        "fund": fund.names,
        "fund_code": fund.code,
        "statement": dict(fund.statement),
        "amount": grant.amount,
        "match_percent": grant.match_percent,
        "accounting_percent": grant.accounting_percent,
        "in_kind_counts": grant.in_kind_counts,
        "match_applicant": grant.match_applicant.value if grant.match_applicant else None,
        "match_terms": dict(grant.match_terms),
        "starts_on": grant.starts_on.isoformat(),
        "ends_on": grant.ends_on.isoformat(),
        "account": {"bank": account.bank, "number": account.number, "holder": account.holder} if account else None,
        "tranches": _tranches(grant),
        "budget": [
            {
                "heading": line.heading.value,
                "item": line.item,
                "unit": line.unit,
                "quantity": format(line.quantity, "f"),
                "unit_cost": line.unit_cost,
                "amount": planned[line.id],
                "payer": line.payer.value,
            }
            for line in grant.application.budget_lines
        ],
        "targets": _targets(grant),
        "plan": _plan(grant),
        "change": _change(grant, change) if change is not None else None,
        "terms": {locale: terms(grant, locale, is_moved=is_moved) for locale in LOCALE_CODES},
    }


def _tranches(grant: Grant) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    through = 0
    for one in grant.tranches:
        if not one.amount:
            continue  # a reduction left nothing of it
        through += one.amount
        rows.append(
            {
                "sequence": one.sequence,
                "amount": one.amount,
                "due_on": one.due_on.isoformat(),
                "through": through,
                "co_investment_due": match.due(match.rule_of(grant), through).total,
            }
        )
    return rows


def _targets(grant: Grant) -> list[Mapping[str, Any]]:
    query = db.select(Target).where(Target.grant_id == grant.id).options(db.joinedload(Target.indicator))
    return [
        {
            "title": dict(one.indicator.title),
            "unit": one.indicator.unit,
            "baseline": format(one.baseline, "f"),
            "target": format(one.target, "f"),
        }
        for one in db.session.scalars(query.order_by(Target.id))
    ]


def _change(grant: Grant, change: GrantAmendment | Reduction) -> Mapping[str, Any]:
    """What this version changes against the one before, and why."""
    begin: dict[str, Any] = {"reason": change.reason, "sequence": len(grant.agreements) + 1}
    if isinstance(change, Reduction):
        unchanged: dict[str, Any] = {"ends_before": None, "ends_on": None, "lines": []}
        return begin | unchanged | {"kind": REDUCED, "amount_before": change.before, "amount": change.after}
    return begin | _amended(grant, change)


def _amended(grant: Grant, amendment: GrantAmendment) -> dict[str, Any]:
    lines = {one.id: one for one in grant.application.budget_lines}
    raised = {"amount_before": amendment.amount_before, "amount": amendment.amount_after}
    return (raised if amendment.kind is GrantAmendmentKind.RAISE else {}) | {
        "kind": amendment.kind.value,
        "ends_before": amendment.ends_before.isoformat() if amendment.ends_before else None,
        "ends_on": amendment.ends_on.isoformat() if amendment.ends_on else None,
        "lines": [
            {
                "heading": lines[one["line"]].heading.value,
                "item": lines[one["line"]].item,
                "before": one["before"],
                "after": one["after"],
            }
            for one in amendment.lines
        ],
    }


def _plan(grant: Grant) -> Mapping[str, Any] | None:
    """What the project does and what its business comes to; None where the application has no plan."""
    application = grant.application
    found = business_plans.contents(application)
    plan = business_plans.plan_of(application, found)
    if found.frame is None or plan is None:
        return None
    reckoned = outcome(plan)
    return {
        "objective": application.answers.get("objective", ""),
        "activities": application.answers.get("activities", ""),
        "starts_on": found.frame.starts_on.isoformat(),
        "sales_from": found.frame.sales_from,
        "invested": plan.invested,
        "year_sales": reckoned.year_sales,
        "break_even": reckoned.break_even,
        "payback": reckoned.payback,
        "steps": [
            {
                "activity": one.activity,
                "responsible": one.responsible,
                "first_month": one.first_month,
                "last_month": one.last_month,
            }
            for one in found.steps
        ],
    }


def terms(grant: Grant, locale: str, *, is_moved: bool = False) -> dict[str, list[str]]:
    """The sentences of each section in `locale`: a later wording of the programme does not change what was agreed.

    `is_moved`: the budget of this version is not that of the application any more.
    """
    with use_locale(locale):
        return {
            "grant": [
                _(
                    "The programme gives the association a grant of %(amount)s. It is paid in %(count)s tranches "
                    "to the account named above.",
                    amount=money(grant.amount),
                    count=sum(one.amount > 0 for one in grant.tranches),
                )
            ],
            "match": _match(grant),
            "opening": [
                _("The co-investment due through this tranche is verified by a second person."),
                _(
                    "At least %(share)s of the tranches before are accounted for by accepted documents.",
                    share=percent_text(grant.accounting_percent),
                ),
                *(
                    [_("A monitoring visit was made after the tranche before was paid, from the second tranche on.")]
                    if grant.visit_before
                    else []
                ),
                *(
                    [_("A spending report through the payment before it is accepted, from the second tranche on.")]
                    if grant.report_before
                    else []
                ),
                *(
                    [
                        _(
                            "What costs %(amount)s or more is bought by one of three quotations; an exception is "
                            "allowed by the programme.",
                            amount=money(grant.quotations_from),
                        )
                    ]
                    if grant.quotations_from is not None
                    else []
                ),
                _("Nothing stops the grant, and the account of the association is confirmed."),
            ],
            "duties": _duties(),
            "reporting": [
                _("The association records every expense with its document, and every result when its period ends."),
                _("A monitoring officer may visit the project at any time; the association shows works and records."),
                _("A final account is given within 30 days after %(day)s.", day=date_text(grant.ends_on)),
            ],
            "donor": [
                _("This statement and the donor's emblem, where there is one, stand on what the grant has paid for.")
            ],
            "languages": [
                _(
                    "This paper is told in Kyrgyz and in a second language. Where the two differ, the Kyrgyz text "
                    "governs."
                )
            ],
            "annexes": [
                _(
                    "The terms of the agreement stand above the annexes. The budget is that of the application with "
                    "its changes up to this version; of a line that was changed only the amount is told."
                )
                if is_moved
                else _("The terms of the agreement stand above the annexes. The budget is that of the application.")
            ],
        }


def _match(grant: Grant) -> list[str]:
    if grant.match_terms != usual_match_terms():
        return _match_with_terms(grant)
    return [
        _(
            "The grant is at most %(percent)s of the verified co-investment. Pledges do not count.",
            percent=percent_text(grant.match_percent),
        ),
        _(
            "Arithmetic: %(grant)s × 100 ÷ %(percent)s = %(due)s of co-investment to be verified for the whole grant.",
            grant=money(grant.amount),
            percent=number_text(grant.match_percent),
            due=money(match.due(match.rule_of(grant), grant.amount).total),
        ),
        _("Cash counts, and goods and labour valued by the price list count too.")
        if grant.in_kind_counts
        else _("Only cash counts: remittances and cash of the village. Goods and labour are shown apart."),
    ]


def _match_with_terms(grant: Grant) -> list[str]:
    """Where the call says more than a ratio: its rule, and what is due for the whole grant from whom."""
    rule = match.rule_of(grant)
    wanted = match.due(rule, grant.amount)
    said = [str(one) for one in match.sentences(grant)]
    if rule.in_kind_most is None:
        said.append(str(match.goods(rule)))
    said.append(
        _(
            "Pledges do not count. For the whole grant of %(grant)s co-investment of %(due)s is to be verified.",
            grant=money(grant.amount),
            due=money(wanted.total),
        )
    )
    return said + [str(one) for one in match.shares_of(wanted)]


def _duties() -> list[str]:
    return [
        _("The grant is spent only on the lines of Annex 1 and within the period of the project."),
        _("Every expense has a document with supplier, number, day and amount. Without a document it does not count."),
        _("Documents are kept for at least seven years and shown on request."),
        _("Nobody who decides in the association sells to the project without telling the programme before."),
        _("What is bought stays with the village and is not sold or pledged without the programme's written consent."),
        _("Money that is not spent, or spent on something else, is given back."),
        _("The association tells the programme within five working days when something puts the project at risk."),
        _("People's data are used only for the project and not passed on."),
    ]
