"""What `flask verify` checks: every promise the stored data must keep, counted, each finding named."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from app.services import (
    agreements,
    audit,
    awards,
    contributions,
    corrected_protocols,
    documents,
    funds,
    gates,
    last_acts,
    ledger,
    match,
    new_decisions,
    payment_batches,
    protocols,
    recorded_acts,
)
from models import unmet_rules
from models.applications import Application, ApplicationStatus, Snapshot
from models.associations import Association
from models.base import BASE_CURRENCY, db, fingerprint
from models.calls import Call, CallForm
from models.contributions import Contribution
from models.council_sessions import CouncilSession, Decision, Protocol
from models.documents import StoredFile
from models.funding_reports import FundingReport
from models.funds import Fund
from models.grant_amendments import GrantAmendment
from models.grants import PAID, Grant, Tranche
from models.ledger import Transfer
from models.places import AyilOkmotu, Rayon
from models.reserves import Promotion
from models.signatures import Signature, SignatureOutcome

FORM_NAMED = re.compile(r'"form":"([0-9a-f]{64})"')
"""In canonical JSON: what people typed has its quotation marks escaped."""


@dataclass
class Check:
    """One check: its name, how many things it looked at, and what it found wrong."""

    name: str
    count: int = 0
    findings: list[str] = field(default_factory=list)


def run(storage: Path) -> list[Check]:
    """Every check over the whole database and the stored files."""
    checks: list[tuple[str, Callable[[Check], Iterator[str]]]] = [
        *MONEY,
        ("allocations", _allocations),
        ("rules not met", _unmet_rules),
        ("forms", _forms),
        ("snapshots", _snapshots),
        ("signatures", _signatures),
        ("decisions made anew", _new_decisions),
        ("protocols", _protocols),
        ("agreements", _agreements),
        ("payment lists", _payment_lists),
        ("funding reports", _reports),
        ("stored files", lambda check: _files(check, storage)),
        ("judging by the history", _judging),
        ("audit chain", _audit),
    ]
    done = []
    for name, check in checks:
        result = Check(name)
        result.findings.extend(check(result))
        done.append(result)
    return done


def _trial_balance(check: Check) -> Iterator[str]:
    check.count = int(db.session.scalar(db.select(db.func.count()).select_from(Transfer)) or 0)
    for currency, balance in ledger.currency_totals().items():
        if balance != 0:
            yield f"the balances in {currency} add up to {balance} minor units, not to 0"


def _overdrawn(check: Check) -> Iterator[str]:
    check.count = ledger.holders()
    for account, balance in ledger.overdrawn():
        yield f"account {account.kind.value} {account.scope_key} holds {balance} minor units"


def _turnovers(check: Check) -> Iterator[str]:
    check.count = ledger.months()
    for one in ledger.wrong_turnovers():
        name = f"account {one.account.kind.value} {one.account.scope_key} {one.account.currency}"
        yield f"{name}, {one.month:%m.%Y}: off by {one.debited} debited and {one.credited} credited minor units"


def _funds(check: Check) -> Iterator[str]:
    found = funds.listed(db.select(Fund))
    positions = funds.positions(found)
    for fund in found:
        check.count += 1
        position = positions[fund.id]
        if position.accounted != position.received:
            yield f"fund {fund.code}: received {position.received}, accounted {position.accounted} tyiyn"


def _allocations(check: Check) -> Iterator[str]:
    awarded: dict[int, int] = defaultdict(int)
    promoted = db.select(Promotion.allocation_id, Promotion.amount).join(Application)
    for allocation_id, amount in db.session.execute(promoted.where(Application.status != ApplicationStatus.WITHDRAWN)):
        awarded[allocation_id] += amount
    decided = db.select(Decision, CouncilSession.call_id, Rayon.oblast_id, Application.theme_id)
    decided = decided.add_columns(Application.number, Grant.fund_id, Application.status)
    decided = (
        decided.join(CouncilSession, CouncilSession.id == Decision.session_id)
        .join(Application, Application.id == Decision.application_id)
        .join(Association, Association.id == Application.association_id)
        .join(AyilOkmotu, AyilOkmotu.id == Association.ayil_okmotu_id)
        .join(Rayon, Rayon.id == AyilOkmotu.rayon_id)
        .outerjoin(Grant, Grant.application_id == Application.id)
        .where(Decision.amount.is_not(None))
        .options(db.joinedload(Decision.allocation))
    )
    for decision, call_id, oblast_id, theme_id, number, fund_id, status in db.session.execute(decided):
        paid_from = decision.allocation
        awarded[paid_from.id] += 0 if status is ApplicationStatus.WITHDRAWN else decision.amount  # a declined grant
        if paid_from.call_id != call_id or not paid_from.is_for(oblast_id, theme_id):
            yield f"application {number}: awarded from allocation {paid_from.id}, which is not for it"
        if fund_id not in (None, paid_from.fund_id):
            yield f"application {number}: the grant is not of the fund it was awarded from"
    for call in db.session.scalars(db.select(Call).options(db.selectinload(Call.allocations))):
        check.count += len(call.allocations)
        together = sum(one.amount for one in call.allocations)
        if together != call.budget:
            yield f"call {call.code}: allocations add up to {together}, the budget is {call.budget} tyiyn"
        for one in call.allocations:
            if awarded[one.id] > one.amount:
                yield f"call {call.code}: {awarded[one.id]} awarded from allocation {one.id} of {one.amount} tyiyn"


def _tranches(check: Check) -> Iterator[str]:
    query = (
        db.select(Grant.number, Grant.amount, db.func.sum(Tranche.amount), db.func.count())
        .join(Tranche, Tranche.grant_id == Grant.id)
        .group_by(Grant.id, Grant.number, Grant.amount)
    )
    for number, award, planned, count in db.session.execute(query):
        check.count += count
        if int(planned) != award:
            yield f"grant {number}: tranches add up to {planned}, the award is {award} tyiyn"


def _match(check: Check) -> Iterator[str]:
    verified, accounted = contributions.verified_by_grant(), gates.accounted_by_grant()
    paid_of = db.select(Tranche.grant_id, db.func.sum(Tranche.amount)).where(Tranche.status.in_(PAID))
    paid_by_grant = {row[0]: int(row[1]) for row in db.session.execute(paid_of.group_by(Tranche.grant_id))}
    for grant in db.session.scalars(db.select(Grant).execution_options(yield_per=1000)):
        check.count += 1
        paid = paid_by_grant.get(grant.id, 0)
        carried = match.carried(match.rule_of(grant), verified.get(grant.id, match.Verified()))
        if paid > carried and not grant.is_stopped:
            yield f"grant {grant.number}: paid {paid}, verified co-investment carries {carried} tyiyn"
        if accounted.get(grant.id, 0) > paid:
            yield f"grant {grant.number}: more accounted for than paid"


def _booked(check: Check) -> Iterator[str]:
    """What a contribution counts for is what its event booked in som, whatever its row says today."""
    booked = db.func.coalesce(db.func.sum(Transfer.amount), 0)
    query = (
        db.select(Contribution.id, Contribution.amount_kgs, booked)
        .outerjoin(Transfer, (Transfer.event_id == Contribution.event_id) & (Transfer.currency == BASE_CURRENCY))
        .where(Contribution.event_id.is_not(None))
        .group_by(Contribution.id, Contribution.amount_kgs)
    )
    for number, counts, there in db.session.execute(query.order_by(Contribution.id)):
        check.count += 1
        if int(there) != counts:
            yield f"contribution {number}: counts for {counts}, booked are {there} tyiyn"


def _award_changes(check: Check) -> Iterator[str]:
    """Each reduction or raise begins where the change before ended, the first at the award of the Council.

    The last left what is in force. Their order is that of their events.
    """
    raises: dict[int, list[tuple[int, int, int]]] = {}
    Raise = GrantAmendment
    raised = db.select(Raise.grant_id, Raise.event_id, Raise.amount_before, Raise.amount_after)
    for grant_id, *change in db.session.execute(raised.where(Raise.event_id.is_not(None))):
        raises.setdefault(grant_id, []).append(tuple(change))
    query = db.select(Grant).where(db.or_(Grant.reductions.any(), Grant.id.in_(raises)))
    for grant in db.session.scalars(query.options(db.selectinload(Grant.reductions)).order_by(Grant.id)):
        cuts = [(one.event_id, one.before, one.after) for one in grant.reductions]
        changes = sorted(cuts + raises.get(grant.id, []))
        begins = [*(before for _event, before, _after in changes[1:]), grant.amount]
        for (_event, _before, after), left in zip(changes, begins, strict=True):
            check.count += 1
            if after != left:
                yield f"grant {grant.number}: its award was changed to {after}, then {left} tyiyn are in force"
        decision = awards.decision_for(grant.application)
        if decision is None or decision.amount != grant.awarded:
            yield f"grant {grant.number}: the changes of its award do not begin at what the Council awarded"


def _accounts(check: Check) -> Iterator[str]:
    query = db.select(Tranche).where(Tranche.released_at.is_not(None)).order_by(Tranche.id)
    for tranche in db.session.scalars(
        query.options(db.joinedload(Tranche.grant), db.joinedload(Tranche.payout_account))
    ):
        check.count += 1
        account, name = tranche.payout_account, f"grant {tranche.grant.number}, tranche {tranche.sequence}"
        if account is None or account.association_id != tranche.grant.association_id:
            yield f"{name}: released to an account that is not the association's"
        elif account.confirmed_at is None or tranche.prepared_at is None or account.confirmed_at > tranche.prepared_at:
            yield f"{name}: released to account {account.id}, which was confirmed after the payment was prepared"
        elif account.closed_at is not None and account.closed_at < tranche.released_at:
            yield f"{name}: released to account {account.id}, which was closed before"
        elif account.paid_first_from is not None and account.paid_first_from > tranche.released_at:
            yield f"{name}: released to account {account.id} less than 72 hours after the change"


MONEY: tuple[tuple[str, Callable[[Check], Iterator[str]]], ...] = (
    ("trial balance", _trial_balance),
    ("accounts not below zero", _overdrawn),
    ("turnovers of accounts", _turnovers),
    ("funds add up", _funds),
    ("tranches within awards", _tranches),
    ("released within the match", _match),
    ("contributions as booked", _booked),
    ("changes of awards", _award_changes),
    ("released to the account prepared", _accounts),
)
"""Those of the money alone: what the ledger's size bears on."""


def _unmet_rules(check: Check) -> Iterator[str]:
    """What an application keeps for the lists of its rules is what they say today."""
    query = db.select(Application.number, Application.unmet, unmet_rules.table.c.unmet)
    query = query.outerjoin(unmet_rules.table, unmet_rules.table.c.application_id == Application.id)
    for number, kept, told in db.session.execute(query.order_by(Application.id)):
        check.count += 1
        if kept != told:
            yield f"application {number}: {kept} is kept of the rules it does not meet, they say {told}"


def _forms(check: Check) -> Iterator[str]:
    for form in db.session.scalars(db.select(CallForm)):
        check.count += 1
        if fingerprint(form.content) != form.sha256:
            yield f"form {form.id} of call {form.call_id} does not have its hash"


def _snapshots(check: Check) -> Iterator[str]:
    kept = {(call_id, sha256) for call_id, sha256 in db.session.execute(db.select(CallForm.call_id, CallForm.sha256))}
    kept |= {(call_id, fingerprint(form)) for call_id, form in db.session.execute(db.select(Call.id, Call.form))}
    query = db.select(Snapshot.id, Snapshot.content, Snapshot.sha256, Application.call_id, Application.is_test).join(
        Application, Application.id == Snapshot.application_id
    )
    for snapshot_id, content, sha256, call_id, is_test in db.session.execute(query.execution_options(yield_per=1000)):
        check.count += not is_test  # a dry run is checked, but is no submission
        if fingerprint(content) != sha256:
            yield f"snapshot {snapshot_id} does not have its hash"
        named = FORM_NAMED.search(content)
        if named and (call_id, named[1]) not in kept:
            yield f"snapshot {snapshot_id} answers a form that is not kept"


def _signatures(check: Check) -> Iterator[str]:
    """Each submission is what the chair signed; one from before stamps were kept stands for what followed it."""
    signed: dict[int, list[Signature]] = defaultdict(list)
    for signature in db.session.scalars(db.select(Signature).where(Signature.outcome == SignatureOutcome.SIGNED)):
        check.count += 1
        signed[signature.application_id].append(signature)
    query = db.select(Snapshot.id, Snapshot.application_id, Snapshot.sha256, Snapshot.taken_at)
    for snapshot_id, application_id, sha256, taken_at in db.session.execute(query):
        if not any(one.signed_at <= taken_at and one.sha256 in ("", sha256) for one in signed.get(application_id, ())):
            yield f"snapshot {snapshot_id} is not what the chair signed"


def _protocols(check: Check) -> Iterator[str]:
    for protocol in db.session.scalars(db.select(Protocol)):
        check.count += 1
        if fingerprint(protocol.content) != protocol.sha256:
            yield f"protocol {protocol.number} does not have its hash"
        else:
            yield from _decided_otherwise(protocol)
    for problem in corrected_protocols.unsound():
        check.count += 1
        if problem:
            yield problem


def _decided_otherwise(protocol: Protocol) -> Iterator[str]:
    """Grants, letters and the reserve list go by the decisions, not by the words signed: both say the same."""
    signed = {one["number"]: one for one in json.loads(protocol.content)["decisions"]}
    query = db.select(Decision, Application.number).join(Decision.application)
    for decision, number in db.session.execute(query.where(Decision.session_id == protocol.session_id)):
        words, now = signed.pop(number, None), protocols.told_of(decision)
        if words is None or any(words[name] != value for name, value in now.items() if name in words):
            yield f"protocol {protocol.number}: the decision on {number} is not as it was signed"
    for number in signed:
        yield f"protocol {protocol.number}: the decision on {number} is not there any more"


def _new_decisions(check: Check) -> Iterator[str]:
    for problem in new_decisions.unsound():
        check.count += 1
        if problem:
            yield problem


def _agreements(check: Check) -> Iterator[str]:
    for problem in agreements.unsound():
        check.count += 1
        if problem:
            yield problem


def _reports(check: Check) -> Iterator[str]:
    for report in db.session.scalars(db.select(FundingReport).where(FundingReport.content.is_not(None))):
        check.count += 1
        if fingerprint(report.content or "") != report.sha256:
            yield f"funding report {report.id} does not have its hash"


def _files(check: Check, storage: Path) -> Iterator[str]:
    for stored in db.session.scalars(db.select(StoredFile)):
        check.count += 1
        path = documents.path_of(stored, storage)
        if not path.exists():
            yield f"file {stored.sha256} is missing"
        elif fingerprint(path.read_bytes()) != stored.sha256:
            yield f"file {stored.sha256} does not have its hash"


def _payment_lists(check: Check) -> Iterator[str]:
    for problem in payment_batches.unsound():
        check.count += 1
        if problem:
            yield problem


def _judging(check: Check) -> Iterator[str]:
    for problem in chain(recorded_acts.unsound(), last_acts.unsound()):
        check.count += 1
        if problem:
            yield problem


def _audit(check: Check) -> Iterator[str]:
    check.count = int(db.session.scalar(db.select(db.func.count()).select_from(audit.AuditEvent)) or 0)
    yield from audit.broken_links()
