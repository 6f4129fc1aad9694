"""Results: values reported against targets, verified by a second person. What is missing is missing, never zero."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from app.clock import bishkek_day
from app.localisation import N_
from app.services import associations, audit, notifications
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given
from app.services.workflow import target as target_status
from models.base import Texts, db, written_out
from models.grants import Grant
from models.indicators import Indicator, Result, ResultStatus, Target
from models.users import Role

R = ResultStatus
TRANSITIONS: Mapping[tuple[ResultStatus, str], Transition] = {
    (R.REPORTED, "verify"): Transition(R.VERIFIED, N_("Monitoring officer"), N_("not who reported it")),
    (R.REPORTED, "refuse"): Transition(R.REFUSED, N_("Monitoring officer"), N_("reason given")),
}
HIGHEST = Decimal(10_000_000)


def active_indicators() -> list[Indicator]:
    return list(db.session.scalars(db.select(Indicator).where(Indicator.is_active).order_by(Indicator.id)))


def indicator_titles() -> dict[str, Texts]:
    """{key: title} of every indicator, in use or not."""
    rows = db.session.execute(db.select(Indicator.key, Indicator.title))
    return {row[0]: row[1] for row in rows}


def targets_of(grant: Grant) -> list[Target]:
    query = (
        db.select(Target)
        .where(Target.grant_id == grant.id)
        .options(db.joinedload(Target.indicator), db.selectinload(Target.results))
        .order_by(Target.id)
    )
    return list(db.session.scalars(query))


def report(
    target: Target,
    grant: Grant,
    *,
    period_ends_on: date,
    value: Decimal,
    female: Decimal | None,
    male: Decimal | None,
    evidence: str,
    actor: Actor,
    now: datetime,
) -> Result:
    """Report the value reached at the end of a period, with its parts by sex when they were counted.

    Raises `DomainError` when the parts do not add up, `AlreadyUsedError` for a period reported before.
    """
    if not grant.is_running:
        raise DomainError(N_("Results are reported while the grant runs."))
    if not 0 <= value <= HIGHEST:
        raise DomainError(N_("The value must be zero or more and believable."), field="value")
    if not grant.starts_on <= period_ends_on <= bishkek_day(now):
        raise DomainError(
            N_("The day must lie within the grant's period and not in the future."), field="period_ends_on"
        )
    if (female is None) != (male is None):
        raise IncompleteError(N_("Enter both women and men, or neither."), field="female")
    if female is not None and male is not None and (min(female, male) < 0 or female + male != value):
        raise DomainError(N_("Women and men do not add up to the value."), field="female")
    same = db.select(Result.id).where(
        Result.target_id == target.id, Result.period_ends_on == period_ends_on, Result.status != R.REFUSED
    )
    if db.session.scalar(same) is not None:
        raise AlreadyUsedError(N_("A value for this day has been reported already."), field="period_ends_on")
    result = Result(
        target=target,
        period_ends_on=period_ends_on,
        value=value,
        female=female,
        male=male,
        evidence=evidence.strip(),
        reported_by_id=actor.user_id,
        reported_at=now,
    )
    db.session.add(result)
    db.session.flush()
    audit.record(actor, "result.report", result, now, grant=grant.id, indicator=target.indicator.key)
    notifications.tell_holders(Role.MONITOR, grant, N_("A result of %(number)s waits to be verified."), now)
    return result


def verify(result: Result, *, actor: Actor, now: datetime) -> None:
    """A monitoring officer stands by the value.

    Raises `SeparationOfDutyError` for who reported it, or has a tie to the association.
    """
    new_status = target_status(TRANSITIONS, result.status, "verify")
    associations.must_be_free(_grant_of(result), actor)
    if result.reported_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You reported this value: another person has to verify it."))
    result.status, result.verified_by_id, result.verified_at = new_status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "result.verify", result, now)
    _tell(result, N_("A result of %(number)s is verified."), now)


def refuse(result: Result, *, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse a value with a reason; the period can be reported anew."""
    new_status = target_status(TRANSITIONS, result.status, "refuse")
    associations.must_be_free(_grant_of(result), actor)
    reason = reason_given(reason, ASSOCIATION_READS_REASON)
    result.status, result.refusal_reason = new_status, reason
    db.session.flush()
    audit.record(actor, "result.refuse", result, now)
    _tell(result, N_("A result of %(number)s was refused: %(reason)s"), now, reason=reason)


def waiting(ties: Ties, limit: int = 60) -> list[tuple[Result, Grant]]:
    """Reported values that wait for verification by who has these ties, the oldest first."""
    query = (
        db.select(Result, Grant)
        .join(Target, Target.id == Result.target_id)
        .join(Grant, Grant.id == Target.grant_id)
        .where(written_out(Result.status, R.REPORTED), *ties.free(Grant.association_id, Grant.application_id))
        .options(db.joinedload(Result.target).joinedload(Target.indicator), db.joinedload(Grant.association))
        .order_by(Result.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def _grant_of(result: Result) -> Grant:
    grant: Grant = db.session.get_one(Grant, result.target.grant_id)
    return grant


def _tell(result: Result, message: str, now: datetime, **parameters: object) -> None:
    notifications.tell_association(_grant_of(result), message, now, **parameters)
