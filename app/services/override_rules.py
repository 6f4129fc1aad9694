"""Who may propose and who may approve an override of each condition: a setting of the programme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.localisation import N_
from app.services import audit, notifications
from app.services.actors import Actor
from app.services.errors import ChangedMeanwhileError, DomainError
from models.base import db, lock_name
from models.overrides import OverridableCondition, OverrideRule
from models.users import Role

OFFICES = (Role.FINANCE, Role.COUNCIL_CHAIR, Role.SECRETARY, Role.MONITOR)
"""The offices that can be let, in the order they are shown."""
TOLD = (Role.FINANCE, Role.COUNCIL_CHAIR, Role.SECRETARY)


@dataclass(frozen=True)
class Rule:
    """The offices of those who may propose and of those who may approve; always two people. None of either: nobody."""

    proposers: tuple[Role, ...]
    approvers: tuple[Role, ...]


USUAL = Rule((Role.FINANCE,), (Role.COUNCIL_CHAIR,))
"""What holds until the programme sets something else: finance proposes, the chair of the Council approves."""


def rules() -> Mapping[OverridableCondition, Rule]:
    """What holds today for each condition that can be overridden at all."""
    kept = {one.condition: one for one in db.session.scalars(db.select(OverrideRule))}
    return {one: _rule(kept[one]) if one in kept else USUAL for one in OverridableCondition}


def _rule(row: OverrideRule) -> Rule:
    return Rule(tuple(Role(one) for one in row.proposers), tuple(Role(one) for one in row.approvers))


def row_of(condition: OverridableCondition) -> OverrideRule | None:
    """What was set for a condition; None while the usual rule holds."""
    found: OverrideRule | None = db.session.scalar(db.select(OverrideRule).where(OverrideRule.condition == condition))
    return found


def stamp() -> str:
    """What tells two states of the rules apart: whoever changes them has seen this one."""
    rows = db.session.execute(db.select(OverrideRule.condition, OverrideRule.version).order_by(OverrideRule.condition))
    return " ".join(f"{condition.value}:{version}" for condition, version in rows)


def change_all(
    wanted: Mapping[OverridableCondition, Rule], *, seen: str, actor: Actor, now: datetime
) -> list[OverridableCondition]:
    """Set who may override each condition from now on; returns what changed. One under way is held to the new rule.

    `seen` is the `stamp` of what the person was shown. Raises `ChangedMeanwhileError` when somebody else was faster,
    `DomainError` at its field for an office that is never let, or when only one of the two steps would have somebody.
    """
    lock_name("override rules")
    if stamp() != seen:
        raise ChangedMeanwhileError(N_("Somebody has changed the rules meanwhile. Open the page anew."))
    held = rules()
    changed = [one for one, rule in wanted.items() if _ordered(rule) != held[one]]
    for condition in changed:
        _change(condition, _ordered(wanted[condition]), actor, now)
    if changed:
        message = N_("It was changed who may override a condition of a tranche. Look at the rules of overrides.")
        told = {one for role in TOLD for one in notifications.holders(role)}
        notifications.tell(told - {actor.user_id}, message, "override_rules:all", now)
    return changed


def _change(condition: OverridableCondition, rule: Rule, actor: Actor, now: datetime) -> None:
    for step, offices in (("proposers", rule.proposers), ("approvers", rule.approvers)):
        if not set(offices) <= set(OFFICES):
            raise DomainError(N_("This office cannot be let override a condition."), field=f"{condition.value}_{step}")
    if bool(rule.proposers) != bool(rule.approvers):
        empty = "approvers" if rule.proposers else "proposers"
        text = N_("Choose who proposes and who approves, or nobody for both.")
        raise DomainError(text, field=f"{condition.value}_{empty}")
    row = row_of(condition)
    if row is None:
        row = OverrideRule(condition=condition)
        db.session.add(row)
    row.proposers, row.approvers = [one.value for one in rule.proposers], [one.value for one in rule.approvers]
    row.changed_by_id, row.changed_at = actor.user_id, now
    db.session.flush()
    audit.record(
        actor,
        "override_rule.change",
        row,
        now,
        condition=condition.value,
        proposers=row.proposers,
        approvers=row.approvers,
    )


def _ordered(rule: Rule) -> Rule:
    return Rule(_in_order(rule.proposers), _in_order(rule.approvers))


def _in_order(roles: Sequence[Role]) -> tuple[Role, ...]:
    """As the page shows them; what is never let stays at the end, to be refused by name."""
    return (*(one for one in OFFICES if one in roles), *(one for one in roles if one not in OFFICES))
