"""Screening: the call's rules looked up one by one, then the secretary's finding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.localisation import N_, Money, as_json
from app.services import associations, audit, conflicts, eligibility, notifications, questions, screening_readings
from app.services.actors import Actor
from app.services.applications import TRANSITIONS, lacking
from app.services.conflicts import Ties
from app.services.eligibility import Finding
from app.services.errors import DomainError, IncompleteError
from app.services.screening_readings import Readings
from app.services.workflow import target
from models.applications import Application, ApplicationStatus, Payer, Screening, ScreeningOutcome
from models.base import db, lock
from models.documents import DocumentKind

ACTIONS = {
    ScreeningOutcome.ELIGIBLE: "find_eligible",
    ScreeningOutcome.INELIGIBLE: "find_ineligible",
    ScreeningOutcome.RETURNED: "return",
}
MESSAGES = {
    ScreeningOutcome.ELIGIBLE: N_("The application %(number)s is eligible and goes to review."),
    ScreeningOutcome.INELIGIBLE: N_("The application %(number)s is not eligible: %(reason)s"),
    ScreeningOutcome.RETURNED: N_("The application %(number)s came back for changes: %(reason)s"),
}


@dataclass(frozen=True)
class KeptFinding(Finding):
    """A rule as it was found at a screening; `override` is why the secretary set it aside, if so."""

    override: str = ""


def findings(application: Application, read: Readings | None = None) -> list[Finding]:
    """Every eligibility rule, evaluated; `read` is what was read for many applications together."""
    read = read or screening_readings.of([application], with_form=False)
    call = application.call
    grant = application.amount_paid_by(Payer.GRANT)
    due = application.pledges_due
    attached = [one for one in read.documents[application.id] if one.is_in_force and one.page_of_id is None]
    association = application.association
    return [
        Finding(
            "ceiling",
            N_("The grant asked for lies between floor and ceiling."),
            call.grant_floor <= grant <= call.grant_ceiling and grant > 0,
            DomainError(
                N_("Asked for: %(grant)s; ceiling: %(ceiling)s."), grant=Money(grant), ceiling=Money(call.grant_ceiling)
            ),
            DomainError(
                N_("Change the budget so that the grant lies between %(floor)s and %(ceiling)s."),
                floor=Money(call.grant_floor),
                ceiling=Money(call.grant_ceiling),
            ),
        ),
        Finding(
            "match",
            N_("The pledges carry the grant."),
            application.remittance_pledged >= due,
            DomainError(
                N_("Pledged: %(pledged)s; due: %(due)s."), pledged=Money(application.remittance_pledged), due=Money(due)
            ),
            DomainError(
                N_("Find pledges for %(missing)s more, or ask for a smaller grant."),
                missing=Money(max(0, due - application.remittance_pledged)),
            ),
        ),
        Finding(
            "meeting",
            N_("The minutes of the village meeting are attached."),
            any(one.kind is DocumentKind.MEETING_MINUTES for one in attached),
            DomainError(N_("Documents attached: %(count)s."), count=len(attached)),
            DomainError(N_("Attach the signed minutes of the village meeting.")),
        ),
        Finding(
            "account",
            N_("The association has a confirmed payout account."),
            association.payout_account is not None,
            DomainError(N_("The account is confirmed.") if association.payout_account else N_("No confirmed account.")),
            DomainError(N_("Propose the payout account, and let a second person confirm it.")),
        ),
        *eligibility.findings(application, read.running_grants[application.id], read.oblasts),
    ]


def _kept(finding: Finding) -> dict[str, Any]:
    """The JSON form of a finding, read back by `kept_findings`."""
    return {
        "rule": finding.rule,
        "text": finding.text,
        "met": finding.met,
        "found": _kept_message(finding.found),
        "mend": _kept_message(finding.mend),
    }


def _kept_message(message: DomainError) -> dict[str, Any]:
    return {
        "message": message.message,
        "parameters": {name: as_json(value) for name, value in message.parameters.items()},
    }


def _read(kept: Mapping[str, Any]) -> DomainError:
    return DomainError(kept["message"], **kept["parameters"])


def kept_findings(screening: Screening) -> list[KeptFinding]:
    """The findings as they were when the secretary screened, whatever has changed since."""
    return [
        KeptFinding(
            one["rule"], one["text"], one["met"], _read(one["found"]), _read(one["mend"]), one.get("override", "")
        )
        for one in screening.findings
    ]


TIED = {"budget": ("financing", "pledges"), "meeting": ("documents",)}
"""A budget that changes must be met by the financing to the tyiyn, and carried by the pledges; the minutes of a meeting
are a document: they open with it."""


def _asked(
    application: Application, outcome: ScreeningOutcome, parts: Sequence[str], now: datetime, read: Readings
) -> list[str]:
    """The parts an application is returned for, in the order of the form.

    With them open those that are tied to them, those in which something is missing today (it could not be submitted
    again without them), and those that are open already.
    """
    if outcome is not ScreeningOutcome.RETURNED:
        return []
    form = questions.form_of(application.call)
    if not parts or not all(part in form.by_key for part in parts):
        raise IncompleteError(N_("Choose at least one part that has to be mended."), field="parts")
    wanted = {*parts, *(tied for part in parts for tied in TIED.get(part, ()))}
    missing = lacking(application, now, read.held(application, now))
    wanted |= {gap.part for gap in missing} | (application.asked_parts or frozenset())
    return [part.key for part in form.parts if part.key in wanted]


def _set_aside(rules: Sequence[Finding], overrides: Mapping[str, str]) -> dict[str, str]:
    """{rule that is not met: why it is set aside}. Raises `IncompleteError` naming the first that has no reason."""
    given = {rule.rule: overrides.get(rule.rule, "").strip() for rule in rules if not rule.met}
    for rule in rules:
        if not rule.met and not given[rule.rule]:
            raise IncompleteError(
                N_("A rule is not met: “%(rule)s” Say why it is set aside, or find otherwise."),
                field=f"override_{rule.rule}",
                rule={"text": rule.text},
            )
    return given


class Checked(NamedTuple):
    """What a finding that may be recorded leads to; `aside` is {rule: why it is set aside}, `parts` all that open."""

    status: ApplicationStatus
    rules: list[Finding]
    aside: dict[str, str]
    parts: list[str]
    reason: str


def check(
    application: Application,
    outcome: ScreeningOutcome,
    *,
    reason: str,
    overrides: Mapping[str, str] | None = None,
    parts: Sequence[str] = (),
    actor: Actor,
    now: datetime,
    read: Readings | None = None,
    ties: Ties | None = None,
) -> Checked:
    """The guard of `screen`: changes nothing, and raises what `screen` raises.

    `read` and the actor's `ties` are what was read for many applications together.
    """
    if application.is_test:
        raise DomainError(N_("A dry run ends with its submission: it is not screened."))
    new_status = target(TRANSITIONS, application.status, ACTIONS[outcome])
    associations.must_not_act_for(application.association, actor)
    conflicts.must_have_no_tie(application, actor, ties)
    read = read or screening_readings.of([application], with_form=outcome is ScreeningOutcome.RETURNED)
    rules = findings(application, read)
    text = reason.strip()
    if outcome is not ScreeningOutcome.ELIGIBLE and not text:
        raise IncompleteError(N_("Give the reason: the association will read it."), field="reason")
    aside = _set_aside(rules, overrides or {}) if outcome is ScreeningOutcome.ELIGIBLE else {}
    return Checked(new_status, rules, aside, _asked(application, outcome, parts, now, read), text)


def screen(
    application: Application,
    outcome: ScreeningOutcome,
    *,
    reason: str,
    overrides: Mapping[str, str] | None = None,
    parts: Sequence[str] = (),
    actor: Actor,
    now: datetime,
) -> Screening:
    """Record the secretary's finding; `parts` are those of the form that a returned application is returned for.

    `overrides` is {rule: why it is set aside}, for who is found eligible although the rule is not met.

    Raises `SeparationOfDutyError` for who belongs to the association or has a tie to it, `IncompleteError` when a
    refusal or a return has no reason, a rule that is not met is not set aside with a reason of its own, or a return
    names no part. Nothing is changed then.
    """
    lock(application)
    checked = check(application, outcome, reason=reason, overrides=overrides, parts=parts, actor=actor, now=now)
    screening = record(application, outcome, checked, notifications.people_of(application.association), actor, now)
    db.session.flush()
    return screening


def record(
    application: Application,
    outcome: ScreeningOutcome,
    checked: Checked,
    people: Iterable[int],
    actor: Actor,
    now: datetime,
) -> Screening:
    """Write a finding that `check` let pass on the locked application, and tell `people`; the caller flushes."""
    new_status, rules, aside, asked, text = checked
    screening = Screening(
        application_id=application.id,
        outcome=outcome,
        reason=text,
        findings=[_kept(rule) | ({"override": aside[rule.rule]} if rule.rule in aside else {}) for rule in rules],
        parts=asked,
        screened_by_id=actor.user_id,
        screened_at=now,
    )
    db.session.add(screening)
    application.status, application.screened_at = new_status, now
    if outcome is ScreeningOutcome.RETURNED:
        application.signed_off_by_id = application.signed_off_at = None
    db.session.expire(application, ["screenings"])
    overridden = [{"rule": rule.text, "reason": aside[rule.rule]} for rule in rules if rule.rule in aside]
    audit.record(
        actor,
        "application.screen",
        application,
        now,
        outcome=outcome.value,
        parts=asked or None,
        overrides=overridden or None,
    )
    notifications.tell(people, MESSAGES[outcome], application, now, number=application.number, reason=text)
    return screening
