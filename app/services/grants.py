"""Grants: offered on a signed decision, accepted by the association, active, suspended, completed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, LazyText, Money, lazy
from app.services import (
    agreements,
    applicants,
    audit,
    awards,
    conflicts,
    ledger,
    match,
    notifications,
    numbering,
    reserves,
    verified_co_investments,
)
from app.services.actors import Actor
from app.services.applications import TRANSITIONS as APPLICATION_TRANSITIONS
from app.services.associations import is_chair
from app.services.conflicts import Ties
from app.services.errors import DomainError, IncompleteError, LimitExceededError, SeparationOfDutyError
from app.services.workflow import Transition, reason_given, target
from models.agreement_signatures import AgreementSignature, SigningSide
from models.applications import Application
from models.base import Base, db, lock
from models.grants import Grant, GrantStatus, Tranche
from models.indicators import Result, ResultStatus, Target
from models.ledger import AccountKind, EventKind
from models.users import Role
from models.visits import Visit, VisitStatus

NO_LONGER_CARRIES = N_("The verified co-investment no longer carries what was paid.")
REASONS_OF_RULES = frozenset({NO_LONGER_CARRIES})
"""Kept as these message ids: whoever reads one reads it in their own language."""

G = GrantStatus
TRANSITIONS: Mapping[tuple[GrantStatus, str], Transition] = {
    (G.OFFERED, "accept"): Transition(G.ACCEPTED, N_("Association or operator"), N_("confirmed payout account")),
    (G.OFFERED, "decline"): Transition(G.TERMINATED, N_("Association's chair"), N_("reason given")),
    (G.ACCEPTED, "activate"): Transition(
        G.ACTIVE, N_("Finance officer; council secretary on the screen"), N_("agreement signed by both sides")
    ),
    (G.ACTIVE, "suspend"): Transition(G.SUSPENDED, N_("Finance officer"), N_("reason given")),
    (G.SUSPENDED, "resume"): Transition(
        G.ACTIVE, N_("Finance officer"), N_("reason given; co-investment carries what was paid")
    ),
    (G.ACTIVE, "terminate"): Transition(G.TERMINATED, N_("Two people"), N_("no payment under way; unspent asked back")),
    (G.SUSPENDED, "terminate"): Transition(
        G.TERMINATED, N_("Two people"), N_("no payment under way; unspent asked back")
    ),
    (G.ACTIVE, "complete"): Transition(
        G.COMPLETED,
        N_("Monitoring officer"),
        N_("every tranche accounted for; nothing unspent; every change signed; visit done; results verified"),
    ),
}
LENGTH = timedelta(days=365)


PAGE = 60


def page(
    among: Any,
    ties: Ties,
    *,
    status: GrantStatus | None = None,
    fund_id: int | None = None,
    before_id: int | None = None,
    limit: int = PAGE,
) -> list[Grant]:
    """The newest first of `among` (a SELECT of the grants somebody sees), narrowed, for a list.

    Those the reader is kept from (`conflicts.kept_from`) are left out.
    """
    query = among.where(*ties.free(Grant.association_id, Grant.application_id))
    query = query.order_by(Grant.id.desc()).limit(limit)
    if status is not None:
        query = query.where(Grant.status == status)
    if fund_id is not None:
        query = query.where(Grant.fund_id == fund_id)
    if before_id is not None:
        query = query.where(Grant.id < before_id)
    query = query.options(
        db.joinedload(Grant.application), db.joinedload(Grant.association), db.selectinload(Grant.tranches)
    )
    return list(db.session.scalars(query))


def numbers_of(ids: Iterable[int | None]) -> Mapping[int, str]:
    """The numbers of the grants with these ids."""
    query = db.select(Grant.id, Grant.number).where(Grant.id.in_({one for one in ids if one is not None}))
    return {row[0]: row[1] for row in db.session.execute(query)}


def tied(ties: Ties) -> frozenset[int]:
    """The grants of what these ties are to."""
    if not ties:
        return frozenset()
    query = db.select(Grant.id).where(ties.among(Grant.association_id, Grant.application_id))
    return frozenset(db.session.scalars(query))


def ids_of(among: Any, numbers: Iterable[str]) -> Mapping[str, int]:
    """The ids of those grants of `among` (a SELECT of what somebody sees) that have these numbers."""
    return {grant.number: grant.id for grant in db.session.scalars(among.where(Grant.number.in_(list(numbers))))}


def offer(application: Application, *, starts_on: date, ends_on: date, actor: Actor, now: datetime) -> Grant:
    """Offer the grant the Council decided: the money is committed, the tranches are planned, the targets set.

    Raises `LimitExceededError` when the fund cannot cover it, `IncompleteError` without a signed decision.
    """
    lock(application)
    new_status = target(APPLICATION_TRANSITIONS, application.status, "offer_grant")
    decision = awards.decision_for(application)
    if decision is None or decision.amount is None or decision.allocation is None:
        raise IncompleteError(N_("The protocol with this decision is not signed yet."))
    if ends_on <= starts_on:
        raise DomainError(N_("The end must lie after the start."), field="ends_on")
    call = application.call
    fund, own = decision.allocation.fund, applicants.own_ratio(application.association, call)
    lock(fund)
    grant = Grant(
        number=numbering.next_number("G", now.year),
        application=application,
        fund=fund,
        association=application.association,
        amount=decision.amount,
        match_percent=own.percent,
        match_applicant=own.given_by,
        match_terms=call.match_terms | {"percents": {}},
        accounting_percent=call.accounting_percent,
        in_kind_counts=call.in_kind_counts,
        starts_on=starts_on,
        ends_on=ends_on,
        offered_by_id=actor.user_id,
        offered_at=now,
    )
    parts = match.split_tranches(decision.amount, call.tranche_percents)
    step = (ends_on - starts_on) / len(parts)
    if call.visits_before_tranches:
        grant.visit_before = list(range(2, len(parts) + 1))
    grant.quotations_from = call.quotations_from
    if call.reports_before_tranches:
        grant.report_before = list(range(2, len(parts) + 1))
    for number, amount in enumerate(parts, start=1):
        grant.tranches.append(Tranche(sequence=number, amount=amount, due_on=starts_on + (number - 1) * step))
    db.session.add(grant)
    db.session.flush()
    for promise in application.targets:
        db.session.add(
            Target(
                grant_id=grant.id, indicator_id=promise.indicator_id, baseline=promise.baseline, target=promise.target
            )
        )
    available = ledger.account(AccountKind.AVAILABLE, fund_id=grant.fund_id)
    committed = ledger.account(AccountKind.COMMITTED, fund_id=grant.fund_id, grant_id=grant.id)
    if ledger.balance(available) < grant.amount:
        raise LimitExceededError(N_("The fund has only %(left)s available."), left=Money(ledger.balance(available)))
    ledger.post(
        EventKind.GRANT_COMMITTED,
        [ledger.Leg(available, committed, grant.amount)],
        actor=actor,
        now=now,
        value_on=bishkek_day(now),
        grant_id=grant.id,
        fund_id=grant.fund_id,
    )
    application.status = new_status
    db.session.flush()
    audit.record(actor, "grant.offer", grant, now, amount=grant.amount, application=application.id)
    notifications.tell_association(
        grant, N_("The grant %(number)s of %(amount)s is offered to you."), now, amount=Money(grant.amount)
    )
    return grant


def accept(grant: Grant, *, actor: Actor, now: datetime) -> None:
    """The association accepts; all that the agreement says is kept with its hash.

    Raises `IncompleteError` while there is no confirmed payout account.
    """
    lock(grant)
    new_status = target(TRANSITIONS, grant.status, "accept")
    account = grant.association.payout_account
    if account is None:
        raise IncompleteError(N_("First the association needs a confirmed payout account."))
    grant.payout_account = account
    grant.status, grant.accepted_by_id, grant.accepted_at = new_status, actor.user_id, now
    db.session.flush()
    agreement = agreements.keep(grant, dated_at=now, now=now)
    audit.record(actor, "grant.accept", grant, now, sha256=agreement.sha256)
    notifications.tell_holders(Role.FINANCE, grant, N_("The grant %(number)s has been accepted."), now)


def decline(grant: Grant, *, reason: str, actor: Actor, now: datetime) -> None:
    """The association does not take the grant: its money is free again, and the next of the reserve list is proposed.

    Its chair alone says so: money is given back for good, and somebody else moves up. Raises `SeparationOfDutyError`
    for anybody else, `IncompleteError` without a reason.
    """
    lock(grant)
    new_status = target(TRANSITIONS, grant.status, "decline")
    application = grant.application
    lock(application)
    withdrawn = target(APPLICATION_TRANSITIONS, application.status, "decline_grant")
    reason = reason_given(reason)
    if actor.on_behalf_of is not None or not is_chair(grant.association, actor.user.person):
        raise SeparationOfDutyError(N_("Only the chair of the association can decline the grant."))
    lock(grant.fund)
    available = ledger.account(AccountKind.AVAILABLE, fund_id=grant.fund_id)
    committed = ledger.account(AccountKind.COMMITTED, fund_id=grant.fund_id, grant_id=grant.id)
    ledger.post(
        EventKind.GRANT_RELEASED,
        [ledger.Leg(committed, available, grant.amount)],
        actor=actor,
        now=now,
        value_on=bishkek_day(now),
        grant_id=grant.id,
        fund_id=grant.fund_id,
        reason=reason,
    )
    grant.status, application.status = new_status, withdrawn
    db.session.flush()
    audit.record(actor, "grant.decline", grant, now, reason=reason, application=application.id)
    notifications.tell_association(grant, N_("The grant %(number)s is declined: %(reason)s"), now, reason=reason)
    message = N_("The association declined the grant %(number)s: %(reason)s")
    notifications.tell_holders(Role.FINANCE, grant, message, now, reason=reason)
    reserves.tell_of(grant, now)


def activate(grant: Grant, *, actor: Actor, now: datetime) -> None:
    """Both sides have signed, on the screen or on the paper that is kept: tranches can be requested.

    Raises `IncompleteError` before.
    """
    lock(grant)
    new_status = target(TRANSITIONS, grant.status, "activate")
    if not _is_signed(grant):
        raise IncompleteError(N_("The agreement waits for the signatures of both sides."))
    grant.status, grant.activated_at = new_status, now
    db.session.flush()
    audit.record(actor, "grant.activate", grant, now)
    notifications.tell_association(
        grant, N_("The agreement of %(number)s is signed: you can request the first tranche."), now
    )
    notifications.tell_holders(Role.MONITOR, grant, N_("The grant %(number)s runs now: plan a visit."), now)


def _is_signed(grant: Grant) -> bool:
    """Whether both sides have signed the agreement in force."""
    signed = AgreementSignature.agreement_id == (grant.agreement.id if grant.agreement else None)
    return _count(AgreementSignature, signed) == len(SigningSide)


def suspension_reason(text: str) -> str | LazyText:
    """A kept reason to be shown: a rule's in the reader's language, a person's own words as they were written."""
    return lazy(text) if text in REASONS_OF_RULES else text


def suspend(grant: Grant, *, reason: str, actor: Actor, now: datetime) -> None:
    """Keep further money back until the reason is gone."""
    _with_reason(grant, "suspend", reason, actor, now)
    notifications.tell_association(
        grant, N_("The grant %(number)s is suspended: %(reason)s"), now, reason=suspension_reason(reason.strip())
    )


def stop_if_not_carried(grant: Grant, *, actor: Actor, now: datetime) -> None:
    """Suspend an active grant on which more was paid than its verified co-investment carries by now.

    So after a reversal; and after a payment the bank made while a receipt was reversed.
    """
    if grant.status is G.ACTIVE and not verified_co_investments.carry_what_was_paid(grant):
        suspend(grant, reason=NO_LONGER_CARRIES, actor=actor, now=now)


def resume(grant: Grant, *, reason: str, actor: Actor, now: datetime) -> None:
    """Let the grant go on. Raises `IncompleteError` while the verified co-investment does not carry what was paid."""
    lock(grant)
    if grant.status is G.SUSPENDED and not verified_co_investments.carry_what_was_paid(grant):
        raise IncompleteError(NO_LONGER_CARRIES)
    _with_reason(grant, "resume", reason, actor, now)
    notifications.tell_association(grant, N_("The grant %(number)s goes on."), now)


def _with_reason(grant: Grant, action: str, reason: str, actor: Actor, now: datetime) -> None:
    lock(grant)
    new_status = target(TRANSITIONS, grant.status, action)
    reason = reason_given(reason)
    grant.status = new_status
    grant.suspended_reason = reason if new_status is G.SUSPENDED else ""
    db.session.flush()
    audit.record(actor, f"grant.{action}", grant, now, reason=reason)


def _count(model: type[Base], *conditions: Any) -> int:
    return int(db.session.scalar(db.select(db.func.count()).select_from(model).where(*conditions)) or 0)


def complete(grant: Grant, *, actor: Actor, now: datetime) -> None:
    """Everything is paid, accounted for, visited and verified.

    Raises `IncompleteError` naming what is missing, `SeparationOfDutyError` for an officer with a tie.
    """
    lock(grant)
    new_status = target(TRANSITIONS, grant.status, "complete")
    conflicts.must_have_no_tie(grant.application, actor)
    if not all(one.is_settled for one in grant.tranches):
        raise IncompleteError(N_("Not every tranche is accounted for."))
    if _count(Visit, Visit.grant_id == grant.id, Visit.status == VisitStatus.DONE) == 0:
        raise IncompleteError(N_("No monitoring visit has been done."))
    targets = db.select(Target.id).where(Target.grant_id == grant.id)
    if _count(Result, Result.target_id.in_(targets), Result.status == ResultStatus.VERIFIED) == 0:
        raise IncompleteError(N_("No result has been verified."))
    if grant.change_unsigned:
        raise IncompleteError(N_("A change of the agreement waits for the signatures of both sides."))
    left = sum(ledger.balances((AccountKind.ADVANCED, AccountKind.RECOVERABLE), grant_id=grant.id).values())
    if left:
        text = N_("%(left)s are neither accounted for nor paid back.")
        raise IncompleteError(text, left=Money(left))
    grant.status, grant.completed_at = new_status, now
    db.session.flush()
    audit.record(actor, "grant.complete", grant, now)
    notifications.tell_association(grant, N_("The grant %(number)s is completed. Thank you!"), now)
    notifications.tell_holders(Role.FINANCE, grant, N_("The grant %(number)s is completed."), now)
