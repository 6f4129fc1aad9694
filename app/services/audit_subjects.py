"""What audit events are about, by name: one query a table, whatever the number of events."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Load

from app.labels import label_text
from app.localisation import N_, gettext
from app.services import audit
from app.services.conflicts import Ties
from models.account_notices import AccountNotice
from models.account_objections import AccountObjection
from models.agenda_items import AgendaItem
from models.appeals import Appeal
from models.applications import Application
from models.assets import Asset
from models.assignment_plans import AssignmentPlan, PlannedAssignment
from models.associations import Association, PayoutAccount
from models.audit import AuditEvent
from models.bank_statements import BankStatement, BankStatementMatch
from models.base import db
from models.calls import Call
from models.centres import Centre
from models.channels import Channel
from models.contributions import Contribution
from models.corrected_protocols import CorrectedProtocol
from models.council_sessions import CouncilSession
from models.detected_conflicts import DetectedConflict
from models.dictations import Dictation
from models.expenditure_reports import ExpenditureReport
from models.expenditures import Expenditure
from models.fund_closings import FundClosing
from models.funding_reports import FundingReport
from models.funds import Donor, Fund
from models.grant_amendments import GrantAmendment
from models.grants import Grant, Tranche
from models.indicators import Indicator, Result, Target
from models.interests import Interest
from models.journal_exports import JournalExport
from models.letters import Letter
from models.lost_devices import LostDevice
from models.overrides import Override, OverrideRule
from models.paying_accounts import PayingAccount
from models.payment_batches import Payment, PaymentBatch
from models.people import Person
from models.prices import Price
from models.purchases import Purchase
from models.rates import ExchangeRate
from models.recoveries import Recovery
from models.remitter_links import RemitterLink
from models.remitters import Remitter
from models.repayments import Repayment
from models.reviews import Assignment, Review
from models.suppliers import Supplier
from models.terminations import Termination
from models.tranche_receipts import TrancheReceipt
from models.users import User
from models.visits import Visit

Name = Callable[[Any, str], str]
_WITH_GRANT = ("grant", "association")
_OF_GRANTS = (
    Asset,
    Contribution,
    Expenditure,
    ExpenditureReport,
    GrantAmendment,
    Override,
    Purchase,
    Target,
    Tranche,
    Visit,
)


def _application(row: Application, locale: str) -> str:
    return f"{row.number} · {row.title}" if row.title else f"{row.number} · {row.association.name(locale)}"


def _of_grant(row: Any, locale: str) -> str:
    return f"{row.grant.number} · {row.grant.association.name(locale)}"


NAMES: Mapping[type[Any], Name] = {
    AgendaItem: lambda row, locale: _application(row.application, locale),
    Appeal: lambda row, locale: _application(row.application, locale),
    Application: _application,
    Assignment: lambda row, locale: f"{row.application.number} · {row.reviewer.display_name}",
    AssignmentPlan: lambda row, locale: row.call.title_in(locale),
    Association: lambda row, locale: row.name(locale),
    BankStatement: lambda row, _locale: row.file_name,
    BankStatementMatch: lambda row, _locale: row.row.statement.file_name,
    Call: lambda row, locale: row.title_in(locale),
    Centre: lambda row, locale: row.name(locale),
    Channel: lambda row, locale: row.name(locale),
    Contribution: _of_grant,
    CorrectedProtocol: lambda row, locale: row.number or row.corrects.number,
    CouncilSession: lambda row, locale: row.call.title_in(locale),
    Dictation: lambda row, locale: row.association.name(locale),
    Donor: lambda row, locale: row.name(locale),
    ExchangeRate: lambda row, locale: row.currency,
    Expenditure: _of_grant,
    ExpenditureReport: _of_grant,
    Fund: lambda row, locale: row.name(locale),
    FundClosing: lambda row, locale: row.fund.name(locale),
    FundingReport: lambda row, locale: row.fund.name(locale),
    JournalExport: lambda row, locale: row.file_name,
    Grant: lambda row, locale: f"{row.number} · {row.association.name(locale)}",
    GrantAmendment: _of_grant,
    Indicator: lambda row, locale: row.title_in(locale),
    Interest: lambda row, locale: row.user.display_name,
    LostDevice: lambda row, locale: row.user.display_name,
    Override: _of_grant,
    OverrideRule: lambda row, locale: label_text(row.condition),
    PayingAccount: lambda row, locale: row.fund.name(locale),
    Payment: lambda row, _locale: row.end_to_end_id,
    PaymentBatch: lambda row, _locale: row.number,
    AccountNotice: lambda row, locale: row.payout_account.association.name(locale),
    AccountObjection: lambda row, locale: row.association.name(locale),
    PayoutAccount: lambda row, locale: row.association.name(locale),
    TrancheReceipt: lambda row, _locale: row.tranche.grant.number,
    Person: lambda row, locale: row.full_name,
    Price: lambda row, locale: row.name(locale),
    Result: lambda row, locale: row.target.indicator.title_in(locale),
    Review: lambda row, locale: row.assignment.application.number,
    Remitter: lambda row, locale: row.name,
    RemitterLink: lambda row, locale: row.remitter.name,
    Supplier: lambda row, locale: row.name,
    Target: lambda row, locale: row.indicator.title_in(locale),
    Asset: lambda row, locale: f"{row.number} · {row.name}",
    Purchase: _of_grant,
    Recovery: _of_grant,
    Repayment: _of_grant,
    Termination: _of_grant,
    Tranche: _of_grant,
    User: lambda row, locale: row.display_name,
    Visit: _of_grant,
}
TABLES: Mapping[str, type[Any]] = {model.__tablename__: model for model in NAMES}
READ_WITH: Mapping[type[Any], Sequence[Sequence[str]]] = {
    AgendaItem: [("application", "association")],
    Appeal: [("letter", "application", "association")],
    Application: [("association",)],
    Assignment: [("application",), ("reviewer",)],
    AssignmentPlan: [("call",)],
    BankStatementMatch: [("row", "statement")],
    Contribution: [_WITH_GRANT],
    CorrectedProtocol: [("protocol",), ("follows",)],
    CouncilSession: [("call",)],
    Dictation: [("association",)],
    Expenditure: [_WITH_GRANT],
    ExpenditureReport: [_WITH_GRANT],
    FundClosing: [("fund",)],
    FundingReport: [("fund",)],
    Grant: [("association",)],
    Override: [_WITH_GRANT],
    PayingAccount: [("fund",)],
    TrancheReceipt: [("tranche", "grant")],
    AccountNotice: [("payout_account", "association")],
    AccountObjection: [("payout_account", "association")],
    PayoutAccount: [("association",)],
    GrantAmendment: [_WITH_GRANT],
    Interest: [("user",)],
    Result: [("target", "indicator")],
    Review: [("assignment", "application")],
    Target: [("indicator",)],
    Purchase: [_WITH_GRANT],
    Recovery: [_WITH_GRANT],
    Repayment: [_WITH_GRANT],
    Termination: [_WITH_GRANT],
    Tranche: [_WITH_GRANT],
    Visit: [_WITH_GRANT],
}
"""Paths of relationships a name is made of: they are read with the row."""
WHOLE_LISTS: Mapping[str, str] = {
    "assignments:due": N_("Reviews that are due soon"),
    "assignments:late": N_("Reviews that are late"),
    "override_rules:all": N_("The rules of overrides"),
    "places:all": N_("The list of places"),
    "prices:all": N_("The price register"),
}
"""{subject: message id} of what is no single row."""


_RETURNED = db.aliased(Tranche)
_OF_MATCHES = (
    db.select(BankStatementMatch.id, Grant.application_id)
    .outerjoin(Contribution, Contribution.id == BankStatementMatch.contribution_id)
    .outerjoin(Tranche, Tranche.id == BankStatementMatch.tranche_id)
    .outerjoin(Payment, Payment.id == BankStatementMatch.payment_id)
    .outerjoin(_RETURNED, _RETURNED.id == Payment.tranche_id)
    .join(Grant, Grant.id == db.func.coalesce(Contribution.grant_id, Tranche.grant_id, _RETURNED.grant_id))
)
_APPLICATION_OF = {
    "agenda_items": db.select(AgendaItem.id, AgendaItem.application_id),
    "appeals": db.select(Appeal.id, Letter.application_id).join(Letter, Letter.id == Appeal.letter_id),
    "applications": db.select(Application.id, Application.id),
    "assignment_plans": db.select(PlannedAssignment.plan_id, PlannedAssignment.application_id),
    "assignments": db.select(Assignment.id, Assignment.application_id),
    "bank_statement_matches": _OF_MATCHES,
    "detected_conflicts": db.select(DetectedConflict.id, DetectedConflict.application_id),
    "grants": db.select(Grant.id, Grant.application_id),
    "letters": db.select(Letter.id, Letter.application_id),
    **{
        model.__tablename__: db.select(model.id, Grant.application_id).join(Grant, Grant.id == model.grant_id)
        for model in _OF_GRANTS
    },
    "tranche_receipts": db.select(TrancheReceipt.id, Grant.application_id)
    .join(TrancheReceipt.tranche)
    .join(Grant, Grant.id == Tranche.grant_id),
    "results": db.select(Result.id, Grant.application_id).join(Result.target).join(Grant, Grant.id == Target.grant_id),
    "reviews": db.select(Review.id, Assignment.application_id).join(Assignment, Assignment.id == Review.assignment_id),
}
"""{table: id and application of its rows}, of what is about one application; a plan is about each of its pairs."""


def latest(ties: Ties, before_id: int | None, limit: int, subject: str | None) -> list[AuditEvent]:
    """As `audit.latest`, without what was done about applications the reader has a tie to: their history would tell
    scores' days, votes and awards."""
    if not ties:
        return audit.latest(before_id, limit, subject)
    found: list[AuditEvent] = []
    while len(found) < limit and (batch := audit.latest(before_id, limit, subject)):
        before_id = batch[-1].id
        found += _free_of(ties, batch)
    return found[:limit]


def _free_of(ties: Ties, events: Sequence[AuditEvent]) -> list[AuditEvent]:
    """Those of `events` that are about no application of these ties."""
    about: dict[int, set[int]] = defaultdict(set)
    wanted: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        table, _colon, row_id = event.subject.partition(":")
        if table in _APPLICATION_OF and row_id.isdigit():
            wanted[table][int(row_id)].append(event.id)
        details = json.loads(event.details)
        if event.action == "assignment.remind":  # one act for many
            for assignment_id in details["assignments"]:
                wanted["assignments"][assignment_id].append(event.id)
        named = details.get("application")
        if isinstance(named, int):
            about[named].add(event.id)
    for table, rows in wanted.items():
        query = _APPLICATION_OF[table]
        for row_id, application_id in db.session.execute(query.where(query.selected_columns[0].in_(rows))):
            about[application_id].update(rows[row_id])
    whose = db.select(Application).where(Application.id.in_(about))
    tied = {event_id for one in db.session.scalars(whose) if ties.has(one) for event_id in about[one.id]}
    return [one for one in events if one.id not in tied]


def names_of(events: Iterable[AuditEvent], locale: str) -> dict[str, str]:
    """{subject: name} of what `events` are about; a row that is gone has no name."""
    names = {}
    wanted: dict[str, set[int]] = defaultdict(set)
    for event in events:
        table, _colon, row_id = event.subject.partition(":")
        if table in TABLES and row_id.isdigit():
            wanted[table].add(int(row_id))
        elif event.subject in WHOLE_LISTS:
            names[event.subject] = gettext(WHOLE_LISTS[event.subject])
    for table, ids in wanted.items():
        model = TABLES[table]
        query = (
            db.select(model)
            .where(model.id.in_(ids))
            .options(*(_loaded(model, path) for path in READ_WITH.get(model, ())))
        )
        for row in db.session.scalars(query).unique():
            names[f"{table}:{row.id}"] = NAMES[model](row, locale)
    return names


def _loaded(model: type[Any], path: Sequence[str]) -> Load:
    """Read the relationships of `path` with the row, one after the other."""
    option = Load(model)
    for name in path:
        attribute = getattr(model, name)
        option, model = option.joinedload(attribute), attribute.property.mapper.class_
    return option
