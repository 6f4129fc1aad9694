"""Overrides: one condition of one tranche set aside for one payment, proposed by one and approved by another person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.localisation import N_
from app.services import associations, audit, gates, notifications, override_rules, user_accounts
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from app.services.gates import Condition
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.base import db, lock, written_out
from models.grants import Grant, Tranche
from models.overrides import OverridableCondition, Override, OverrideStatus
from models.users import Role, User

S = OverrideStatus
_BY_RULE = N_("Who the rules of overrides let")
TRANSITIONS: Mapping[tuple[OverrideStatus, str], Transition] = {
    (S.PROPOSED, "approve"): Transition(S.APPROVED, _BY_RULE, N_("not who proposed it; condition not met")),
    (S.PROPOSED, "refuse"): Transition(S.REFUSED, _BY_RULE, N_("not who proposed it; reason given")),
    (S.PROPOSED, "withdraw"): Transition(S.WITHDRAWN, _BY_RULE, N_("reason given")),
    (S.APPROVED, "withdraw"): Transition(S.WITHDRAWN, _BY_RULE, N_("tranche not paid; reason given")),
    (S.APPROVED, "use"): Transition(S.USED, N_("Finance officer releases the payment"), N_("condition not met")),
    (S.APPROVED, "lapse"): Transition(
        S.LAPSED, N_("Finance officer releases the payment"), N_("condition met meanwhile, or nothing is paid")
    ),
    (S.PROPOSED, "lapse"): Transition(S.LAPSED, N_("Finance officer releases the payment"), N_("not approved")),
}
PAGE = 60


def overridable(tranche: Tranche, conditions: Sequence[Condition], user: User) -> list[OverridableCondition]:
    """What `user` may propose to override now, among the conditions of the tranche's gate."""
    if tranche.is_paid or tranche.is_settled or not tranche.grant.is_running:
        return []
    asked = {one.condition for one in of_tranche(tranche) if one.is_open}
    rules = override_rules.rules()
    unmet = {one.key for one in conditions if not one.met}
    return [one for one in OverridableCondition if one.value in unmet - asked and user.has_role(*rules[one].proposers)]


def propose(tranche: Tranche, condition: OverridableCondition, *, reason: str, actor: Actor, now: datetime) -> Override:
    """Ask that a condition be set aside for the tranche's next payment; another person approves.

    Raises `SeparationOfDutyError` for an office the rules do not let, `AlreadyUsedError` while one is open,
    `DomainError` where there is nothing to override.
    """
    grant = tranche.grant
    lock(grant)
    lock(tranche)
    office = _office(override_rules.rules()[condition].proposers, actor)
    associations.must_be_free(grant, actor)
    if tranche.is_paid or tranche.is_settled or not grant.is_running:
        raise DomainError(N_("No payment of this tranche is to come: nothing is to be overridden."))
    _must_be_unmet(tranche, condition)
    if any(one.is_open and one.condition is condition for one in of_tranche(tranche)):
        raise AlreadyUsedError(N_("An override of this condition is there already."))
    override = Override(
        grant=grant,
        tranche=tranche,
        condition=condition,
        status=S.PROPOSED,
        reason=reason_given(reason, ASSOCIATION_READS_REASON),
        proposed_as=office,
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    db.session.add(override)
    db.session.flush()
    _note(override, "propose", actor, now, reason=override.reason)
    rules = override_rules.rules()[condition]
    message = N_("An override of a condition of tranche %(sequence)s of %(number)s waits for approval.")
    _tell_offices(override, rules.approvers, message, now, but=actor)
    return override


def approve(override: Override, *, actor: Actor, now: datetime) -> None:
    """The second person: the condition keeps the next payment back no more. The association and finance are told.

    Raises `SeparationOfDutyError` for who proposed it (the database refuses it too) or an office the rules do not let.
    """
    user_accounts.must_not_be_reset(actor, now)
    _lock(override)
    status = target(TRANSITIONS, override.status, "approve")
    office = _office(override_rules.rules()[override.condition].approvers, actor)
    _must_be_another(override, actor)
    associations.must_be_free(override.grant, actor)
    _must_be_unmet(override.tranche, override.condition)
    override.status, override.approved_as = status, office
    override.approved_by_id, override.approved_at = actor.user_id, now
    _note(override, "approve", actor, now)
    message = N_("A condition of tranche %(sequence)s of %(number)s is overridden: %(reason)s")
    _tell_everybody(override, message, now, reason=override.reason)


def refuse(override: Override, *, reason: str, actor: Actor, now: datetime) -> None:
    """The second person says no; the condition stays."""
    _lock(override)
    status = target(TRANSITIONS, override.status, "refuse")
    _office(override_rules.rules()[override.condition].approvers, actor)
    _must_be_another(override, actor)
    associations.must_be_free(override.grant, actor)
    _end(override, status, reason_given(reason), actor, now)
    _note(override, "refuse", actor, now, reason=override.ended_reason)
    message = N_("The override for tranche %(sequence)s of %(number)s is refused: %(reason)s")
    notifications.tell([override.proposed_by_id], message, override.grant, now, **_named(override, reason=reason))


def withdraw(override: Override, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take it back before the payment: from then on the condition counts again. Those who were told are told."""
    _lock(override)
    status = target(TRANSITIONS, override.status, "withdraw")
    rule = override_rules.rules()[override.condition]
    if override.proposed_by_id != actor.user_id:
        _office((*rule.proposers, *rule.approvers), actor)
    associations.must_be_free(override.grant, actor)
    was_in_force = override.status is S.APPROVED
    _end(override, status, reason_given(reason), actor, now)
    _note(override, "withdraw", actor, now, reason=override.ended_reason)
    if was_in_force:
        message = N_("The override for tranche %(sequence)s of %(number)s is withdrawn: %(reason)s")
        _tell_everybody(override, message, now, reason=override.ended_reason)


def end_with_payment(
    tranche: Tranche, conditions: Sequence[Condition], event_id: int, *, actor: Actor, now: datetime
) -> None:
    """The payment of `event_id` went out through these conditions: what it needed is used, all else has lapsed.

    The caller holds the locks of grant and tranche.
    """
    needed = {one.override.id for one in conditions if one.override is not None and not one.met}
    for one in of_tranche(tranche):
        if one.is_open:
            action = "use" if one.id in needed else "lapse"
            one.status, one.event_id = target(TRANSITIONS, one.status, action), event_id if action == "use" else None
            one.ended_by_id, one.ended_at = actor.user_id, now
            _note(one, action, actor, now)


def lapse(tranche: Tranche, *, actor: Actor, now: datetime) -> None:
    """No payment comes: nothing is left of the tranche. The caller holds the locks of grant and tranche."""
    for one in of_tranche(tranche):
        if one.is_open:
            one.status = target(TRANSITIONS, one.status, "lapse")
            one.ended_by_id, one.ended_at = actor.user_id, now
            _note(one, "lapse", actor, now)


_OF_TRANCHE = (  # made once: every payment asks it
    db.select(Override).where(Override.tranche_id == db.bindparam("tranche_id")).order_by(Override.id)
)


def of_tranche(tranche: Tranche) -> list[Override]:
    """Every one there was, the oldest first."""
    return list(db.session.scalars(_OF_TRANCHE, {"tranche_id": tranche.id}))


def page(
    among: Any,
    ties: Ties,
    *,
    fund_id: int | None = None,
    number: str = "",
    condition: OverridableCondition | None = None,
    before_id: int | None = None,
) -> list[Override]:
    """The newest first of `among` (a SELECT of what somebody sees), by fund, number of the grant and condition.

    Those of grants the reader is kept from (`conflicts.kept_from`) are left out.
    """
    query = among.join(Override.grant).where(*ties.free(Grant.association_id, Grant.application_id))
    if fund_id is not None:
        query = query.where(Grant.fund_id == fund_id)
    if number:
        query = query.where(Grant.number == number)
    if condition is not None:
        query = query.where(Override.condition == condition)
    if before_id is not None:
        query = query.where(Override.id < before_id)
    query = query.options(
        db.contains_eager(Override.grant).joinedload(Grant.association), db.joinedload(Override.tranche)
    )
    return list(db.session.scalars(query.order_by(Override.id.desc()).limit(PAGE)))


def waiting_for(user: User, ties: Ties) -> list[Override]:
    """What waits for this person's approval, the oldest first."""
    rules = override_rules.rules()
    theirs = [one for one in OverridableCondition if user.has_role(*rules[one].approvers)]
    query = (
        db.select(Override)
        .join(Override.grant)
        .where(
            written_out(Override.status, S.PROPOSED), Override.condition.in_(theirs), Override.proposed_by_id != user.id
        )
        .where(*ties.free(Grant.association_id, Grant.application_id))
        .options(db.contains_eager(Override.grant).joinedload(Grant.association), db.joinedload(Override.tranche))
        .order_by(Override.id)
    )
    return list(db.session.scalars(query.limit(PAGE)))


def steps_for(override: Override, user: User) -> list[str]:
    """The actions `user` may take now by the rules; what `user` proposed another person approves."""
    rule, own = override_rules.rules()[override.condition], override.proposed_by_id == user.id
    found = []
    if override.status is S.PROPOSED and not own and user.has_role(*rule.approvers):
        found += ["approve", "refuse"]
    if override.is_open and (own or user.has_role(*rule.proposers, *rule.approvers)):
        found.append("withdraw")
    return found


def _lock(override: Override) -> None:
    lock(override.grant)
    lock(override.tranche)
    lock(override)


def _office(let: Sequence[Role], actor: Actor) -> Role:
    """The office in which somebody acts. Raises `SeparationOfDutyError` when the rules let none of theirs."""
    held = [one for one in let if actor.user.has_role(one)]
    if not held:
        raise SeparationOfDutyError(N_("The rules of overrides do not let your office do this."))
    return held[0]


def _must_be_another(override: Override, actor: Actor) -> None:
    if override.proposed_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You proposed this override: another person decides about it."))


def _must_be_unmet(tranche: Tranche, condition: OverridableCondition) -> None:
    found = next((one for one in gates.gate(tranche) if one.key == condition.value), None)
    if found is None or found.met:
        raise DomainError(N_("This condition keeps the payment back no more: nothing is to be overridden."))


def _end(override: Override, status: OverrideStatus, reason: str, actor: Actor, now: datetime) -> None:
    override.status, override.ended_reason = status, reason
    override.ended_by_id, override.ended_at = actor.user_id, now


def _note(override: Override, action: str, actor: Actor, now: datetime, **details: object) -> None:
    db.session.flush()
    condition = override.condition.value
    audit.record(actor, f"override.{action}", override, now, grant=override.grant_id, condition=condition, **details)


def _named(override: Override, **parameters: Any) -> dict[str, Any]:
    return {"number": override.grant.number, "sequence": override.tranche.sequence} | parameters


def _tell_offices(override: Override, offices: Sequence[Role], message: str, now: datetime, but: Actor) -> None:
    told = notifications.free_holders(override.grant.application, *offices) - {but.user_id}
    notifications.tell(told, message, override.grant, now, **_named(override))


def _tell_everybody(override: Override, message: str, now: datetime, **parameters: Any) -> None:
    notifications.tell_association(override.grant, message, now, sequence=override.tranche.sequence, **parameters)
    notifications.tell_holders(
        Role.FINANCE, override.grant, message, now, sequence=override.tranche.sequence, **parameters
    )
