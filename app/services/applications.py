"""Applications from the first draft to submission and withdrawal."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, Money, fold
from app.services import audit, documents, notifications, numbering, questions, rates
from app.services.actors import Actor
from app.services.associations import is_chair
from app.services.documents import Upload
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from app.services.workflow import Transition, target
from models.applications import (
    Application,
    ApplicationSection,
    ApplicationStatus,
    ApplicationTarget,
    BudgetHeading,
    BudgetLine,
    Payer,
    Snapshot,
)
from models.associations import Association
from models.base import canonical_json, db, lock
from models.calls import Call
from models.documents import Document, DocumentKind
from models.indicators import Indicator
from models.pledges import Pledge
from models.users import Role

S = ApplicationStatus
_ASSIGN_GUARD = N_("reviewer of another ayil okmotu, no conflict")
TRANSITIONS: Mapping[tuple[ApplicationStatus, str], Transition] = {
    (S.DRAFT, "sign_off"): Transition(
        S.SIGNED_OFF, N_("Association's chair"), N_("every part filled in; minutes of the village meeting attached")
    ),
    (S.SIGNED_OFF, "reopen"): Transition(S.DRAFT, N_("Association or operator")),
    (S.SIGNED_OFF, "submit"): Transition(S.SUBMITTED, N_("Association or operator"), N_("call open at this second")),
    (S.SUBMITTED, "return"): Transition(S.RETURNED, N_("Council secretary"), N_("reason given")),
    (S.RESUBMITTED, "return"): Transition(S.RETURNED, N_("Council secretary"), N_("reason given")),
    (S.RETURNED, "resubmit"): Transition(S.RESUBMITTED, N_("Association or operator"), N_("every part filled in")),
    (S.SUBMITTED, "find_eligible"): Transition(S.ELIGIBLE, N_("Council secretary"), N_("every rule met")),
    (S.RESUBMITTED, "find_eligible"): Transition(S.ELIGIBLE, N_("Council secretary"), N_("every rule met")),
    (S.SUBMITTED, "find_ineligible"): Transition(S.INELIGIBLE, N_("Council secretary"), N_("reason given")),
    (S.RESUBMITTED, "find_ineligible"): Transition(S.INELIGIBLE, N_("Council secretary"), N_("reason given")),
    (S.ELIGIBLE, "assign"): Transition(S.IN_REVIEW, N_("Council secretary"), _ASSIGN_GUARD),
    (S.IN_REVIEW, "assign"): Transition(S.IN_REVIEW, N_("Council secretary"), _ASSIGN_GUARD),
    (S.IN_REVIEW, "complete_review"): Transition(
        S.REVIEWED, N_("Reviewer"), N_("the call's number of reviews submitted")
    ),
    (S.REVIEWED, "select"): Transition(
        S.SELECTED, N_("Council session"), N_("quorum; amount within ceiling, budget and fund")
    ),
    (S.REVIEWED, "reserve"): Transition(S.RESERVE, N_("Council session"), N_("quorum; reason given")),
    (S.REVIEWED, "reject"): Transition(S.REJECTED, N_("Council session"), N_("quorum; reason given")),
    (S.SELECTED, "offer_grant"): Transition(
        S.GRANT_OFFERED, N_("Finance officer"), N_("protocol signed; fund covers the amount")
    ),
} | {
    (status, "withdraw"): Transition(S.WITHDRAWN, N_("Association or operator"), N_("before the decision"))
    for status in (S.DRAFT, S.SIGNED_OFF, S.SUBMITTED, S.RETURNED, S.RESUBMITTED, S.ELIGIBLE, S.IN_REVIEW, S.REVIEWED)
}

HIGHEST_AMOUNT = 100_000_000_00  # tyiyn: a hundred million som is no village project
HIGHEST_QUANTITY = Decimal(1_000_000)
LATEST_PLEDGE = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Gap:
    """Something that is missing before sign-off: the part of the form it belongs to and what to do."""

    part: str  # a section key, "budget", "pledges", "targets" or "documents"
    problem: DomainError


def create(call: Call, association: Association, *, language: str, actor: Actor, now: datetime) -> Application:
    """Start a draft. One application an association in a call, withdrawn ones apart.

    Raises `DomainError` when the call is not open, `AlreadyUsedError` when there is one already.
    """
    if not call.is_open_at(now):
        raise DomainError(N_("This call is not open."))
    existing = db.select(Application.id).where(
        Application.call_id == call.id,
        Application.association_id == association.id,
        Application.status != S.WITHDRAWN,
    )
    if db.session.scalar(existing) is not None:
        raise AlreadyUsedError(N_("Your association has an application in this call already."))
    application = Application(
        number=numbering.next_number("A", now.year),
        call=call,
        association=association,
        status=S.DRAFT,
        language=language,
        created_by_id=actor.user_id,
        created_at=now,
    )
    db.session.add(application)
    db.session.flush()
    for section in questions.SECTIONS:
        application.sections.append(
            ApplicationSection(key=section.key, answers={}, saved_at=now, saved_by_id=actor.user_id)
        )
    renew(application)
    audit.record(actor, "application.create", application, now, call=call.id)
    return application


def section_of(application: Application, key: str) -> ApplicationSection:
    return next(section for section in application.sections if section.key == key)


def section_for_writing(application: Application, key: str) -> ApplicationSection:
    """The section, read anew and locked until the end of the request: two writers come one after the other."""
    lock(application)
    section = section_of(application, key)
    lock(section)
    return section


def save_section(
    application: Application, key: str, answers: Mapping[str, str], *, actor: Actor, now: datetime
) -> ApplicationSection:
    """Save the answers of one page; unfinished ones are welcome. The caller has checked the section's version."""
    _must_be_editable(application)
    section, definition = section_of(application, key), questions.BY_KEY[key]
    kept = {}
    for question in definition.questions:
        text = answers.get(question.key, "").replace("\r\n", "\n").strip()
        if len(text) > question.limit:
            raise LimitExceededError(
                N_("At most %(limit)s characters; this has %(count)s."),
                field=question.key,
                limit=question.limit,
                count=len(text),
            )
        kept[question.key] = text
    section.answers, section.saved_at, section.saved_by_id = kept, now, actor.user_id
    renew(application)
    audit.record(actor, "application.save_section", application, now, section=key)
    return section


def add_budget_line(
    application: Application,
    *,
    heading: BudgetHeading,
    item: str,
    unit: str,
    quantity: Decimal,
    unit_cost: int,
    payer: Payer,
    actor: Actor,
    now: datetime,
) -> BudgetLine:
    """Add a planned cost; `unit_cost` in tyiyn."""
    _must_be_editable(application)
    if not 0 < quantity <= HIGHEST_QUANTITY:
        raise DomainError(N_("The quantity must be more than zero and believable."), field="quantity")
    if not 0 < unit_cost <= HIGHEST_AMOUNT or quantity * unit_cost > HIGHEST_AMOUNT:
        raise DomainError(N_("The price must be more than zero and believable."), field="unit_cost")
    line = BudgetLine(
        heading=heading, item=item.strip(), unit=unit.strip(), quantity=quantity, unit_cost=unit_cost, payer=payer
    )
    application.budget_lines.append(line)
    db.session.flush()
    renew(application)
    audit.record(
        actor, "application.add_budget_line", application, now, line=line.id, amount=line.amount, payer=payer.value
    )
    return line


def remove_budget_line(line: BudgetLine, application: Application, *, actor: Actor, now: datetime) -> None:
    _must_be_editable(application)
    audit.record(actor, "application.remove_budget_line", application, now, line=line.id, amount=line.amount)
    application.budget_lines.remove(line)
    db.session.delete(line)
    db.session.flush()
    renew(application)


def add_pledge(
    application: Application,
    *,
    remitter_name: str,
    is_pseudonym: bool,
    country: str,
    currency: str,
    amount: int,
    due_on: date,
    has_consent: bool,
    actor: Actor,
    now: datetime,
) -> Pledge:
    """Record a promise of co-investment in minor units of `currency`, valued in som at today's rate.

    Raises `IncompleteError` without consent or without a rate, `DomainError` for an unknown currency.
    """
    _must_be_editable(application)
    if not has_consent:
        raise IncompleteError(N_("Without the remitter's consent the pledge cannot be recorded."), field="has_consent")
    if amount <= 0:
        raise DomainError(N_("The amount must be more than zero."), field="amount")
    if not bishkek_day(now) <= due_on <= bishkek_day(now) + LATEST_PLEDGE:
        raise DomainError(N_("The day must lie ahead, within five years."), field="due_on")
    rate = rates.rate_for(currency, bishkek_day(now))
    amount_kgs = rates.in_som(amount, currency, rate)
    if not 0 < amount_kgs <= HIGHEST_AMOUNT:
        raise LimitExceededError(N_("This amount is not believable for a village project."), field="amount")
    pledge = Pledge(
        application_id=application.id,
        remitter_name=remitter_name.strip(),
        is_pseudonym=is_pseudonym,
        country=country,
        currency=currency,
        amount=amount,
        rate_id=rate.id if rate else None,
        amount_kgs=amount_kgs,
        due_on=due_on,
        has_consent=has_consent,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    db.session.add(pledge)
    db.session.flush()
    renew(application)
    audit.record(actor, "application.add_pledge", application, now, pledge=pledge.id, amount=amount, currency=currency)
    return pledge


def remove_pledge(pledge: Pledge, application: Application, *, actor: Actor, now: datetime) -> None:
    _must_be_editable(application)
    audit.record(actor, "application.remove_pledge", application, now, pledge=pledge.id, amount_kgs=pledge.amount_kgs)
    db.session.delete(pledge)
    db.session.flush()
    renew(application)


def pledges_of(application: Application) -> list[Pledge]:
    return list(
        db.session.scalars(db.select(Pledge).where(Pledge.application_id == application.id).order_by(Pledge.id))
    )


def documents_of(application: Application) -> list[Document]:
    query = db.select(Document).where(Document.application_id == application.id, Document.removed_at.is_(None))
    return list(db.session.scalars(query.options(db.joinedload(Document.file)).order_by(Document.id)))


def attach_document(
    application: Application, kind: DocumentKind, upload: Upload, *, storage: Path, actor: Actor, now: datetime
) -> Document:
    """Attach a paper while the application is being written."""
    _must_be_editable(application)
    return documents.attach(application, kind, upload, storage=storage, actor=actor, now=now)


def remove_document(document: Document, application: Application, *, actor: Actor, now: datetime) -> None:
    _must_be_editable(application)
    documents.remove(document, application, actor=actor, now=now)


def set_target(
    application: Application, indicator: Indicator, baseline: Decimal, goal: Decimal, *, actor: Actor, now: datetime
) -> None:
    """Promise a value on an indicator; a second promise replaces the first."""
    _must_be_editable(application)
    if not indicator.is_active:
        raise DomainError(N_("This indicator is not in use."), field="indicator")
    if baseline < 0 or goal < 0 or goal > 10_000_000 or baseline > 10_000_000:
        raise DomainError(N_("The value must be zero or more and believable."), field="target")
    for promise in application.targets:
        if promise.indicator_id == indicator.id:
            promise.baseline, promise.target = baseline, goal
            break
    else:
        application.targets.append(ApplicationTarget(indicator=indicator, baseline=baseline, target=goal))
    db.session.flush()
    audit.record(actor, "application.set_target", application, now, indicator=indicator.key)


def remove_target(promise: ApplicationTarget, application: Application, *, actor: Actor, now: datetime) -> None:
    _must_be_editable(application)
    application.targets.remove(promise)
    db.session.delete(promise)
    db.session.flush()
    audit.record(actor, "application.remove_target", application, now, indicator=promise.indicator_id)


def gaps(application: Application) -> list[Gap]:
    """What is missing before sign-off, part by part; empty when the application is complete."""
    found: list[Gap] = []
    answers = application.answers
    for section in questions.SECTIONS:
        for question in questions.missing_in(section, answers):
            found.append(
                Gap(
                    section.key,
                    IncompleteError(N_("Not answered yet: %(question)s"), question={"text": question.label}),
                )
            )
    call, grant = application.call, application.amount_paid_by(Payer.GRANT)
    if not application.budget_lines:
        found.append(Gap("budget", IncompleteError(N_("The budget has no lines yet."))))
    elif not call.grant_floor <= grant <= call.grant_ceiling or grant == 0:
        found.append(
            Gap(
                "budget",
                LimitExceededError(
                    N_("The grant asked for is %(grant)s; the call gives %(floor)s to %(ceiling)s."),
                    grant=Money(grant),
                    floor=Money(call.grant_floor),
                    ceiling=Money(call.grant_ceiling),
                ),
            )
        )
    pledged, planned = application.remittance_pledged, application.amount_paid_by(Payer.REMITTANCE)
    if pledged < planned or pledged == 0:
        found.append(
            Gap(
                "pledges",
                IncompleteError(
                    N_("Pledged are %(pledged)s; the budget counts on %(planned)s from remittances."),
                    pledged=Money(pledged),
                    planned=Money(planned),
                ),
            )
        )
    if not application.targets:
        found.append(Gap("targets", IncompleteError(N_("Promise at least one result."))))
    if not any(one.kind is DocumentKind.MEETING_MINUTES for one in documents_of(application)):
        found.append(Gap("documents", IncompleteError(N_("The minutes of the village meeting are missing."))))
    return found


def sign_off(application: Application, *, actor: Actor, now: datetime) -> None:
    """The association's chair stands by the application.

    Raises `IncompleteError` with the first gap, `SeparationOfDutyError` for anybody but the chair. An operator
    records the chair's own signature on paper: then the act says on whose behalf it was.
    """
    new_status = target(TRANSITIONS, application.status, "sign_off")
    for gap in gaps(application):
        raise gap.problem
    if actor.on_behalf_of is None and not is_chair(application.association, actor.user.person):
        raise SeparationOfDutyError(N_("Only the chair of the association can sign off."))
    application.status = new_status
    application.signed_off_by_id, application.signed_off_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "application.sign_off", application, now)
    notifications.tell(
        notifications.people_of(application.association),
        N_("The application %(number)s is signed off."),
        application,
        now,
        number=application.number,
    )


def reopen(application: Application, *, actor: Actor, now: datetime) -> None:
    """Take back a sign-off to change something; the chair then signs off anew."""
    application.status = target(TRANSITIONS, application.status, "reopen")
    application.signed_off_by_id = application.signed_off_at = None
    audit.record(actor, "application.reopen", application, now)


def submit(application: Application, *, actor: Actor, now: datetime) -> Snapshot:
    """Hand in. What was handed in is kept as an immutable snapshot with its hash.

    Raises `LimitExceededError` one second after the deadline, `IncompleteError` when something is missing.
    """
    again = application.status is S.RETURNED
    new_status = target(TRANSITIONS, application.status, "resubmit" if again else "submit")
    if not again and not application.call.is_open_at(now):
        raise LimitExceededError(
            N_("The deadline was %(deadline)s. The application is kept, but it cannot be submitted."),
            deadline=application.call.closes_at,
        )
    for gap in gaps(application):
        raise gap.problem
    renew(application)
    application.status, application.submitted_at = new_status, now
    snapshot = take_snapshot(application, actor=actor, now=now)
    audit.record(actor, "application.submit", application, now, snapshot=snapshot.sequence, sha256=snapshot.sha256)
    message = N_("The application %(number)s has been submitted.")
    notifications.tell(
        notifications.people_of(application.association), message, application, now, number=application.number
    )
    notifications.tell(notifications.holders(Role.SECRETARY), message, application, now, number=application.number)
    return snapshot


def take_snapshot(application: Application, *, actor: Actor, now: datetime) -> Snapshot:
    """Freeze the present content as the next snapshot."""
    content = canonical_json(content_of(application))
    snapshot = Snapshot(
        sequence=len(application.snapshots) + 1,
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        taken_at=now,
        taken_by_id=actor.user_id,
    )
    application.snapshots.append(snapshot)
    db.session.flush()
    return snapshot


def content_of(application: Application) -> dict[str, Any]:
    """Everything the applicant says, as plain JSON values; amounts in minor units, decimals as text."""
    return {
        "number": application.number,
        "call": application.call.code,
        "association": {"id": application.association_id, "name": application.association.name_ky},
        "language": application.language,
        "answers": application.answers,
        "budget": [
            {
                "heading": line.heading.value,
                "item": line.item,
                "unit": line.unit,
                "quantity": format(line.quantity, "f"),
                "unit_cost": line.unit_cost,
                "amount": line.amount,
                "payer": line.payer.value,
            }
            for line in application.budget_lines
        ],
        "pledges": [
            {
                "remitter": pledge.remitter_name,
                "country": pledge.country,
                "currency": pledge.currency,
                "amount": pledge.amount,
                "amount_kgs": pledge.amount_kgs,
                "due_on": pledge.due_on.isoformat(),
            }
            for pledge in pledges_of(application)
        ],
        "targets": [
            {"indicator": one.indicator.key, "baseline": format(one.baseline, "f"), "target": format(one.target, "f")}
            for one in application.targets
        ],
        "documents": [
            {"kind": one.kind.value, "filename": one.filename, "sha256": one.file.sha256}
            for one in documents_of(application)
        ],
        "signed_off_by": application.signed_off_by_id,
    }


def withdraw(application: Application, *, reason: str, actor: Actor, now: datetime) -> None:
    """Withdraw before the decision. The association may apply anew while the call is open."""
    new_status = target(TRANSITIONS, application.status, "withdraw")
    if not reason.strip():
        raise IncompleteError(N_("Give the reason."), field="reason")
    application.status = new_status
    db.session.flush()
    audit.record(actor, "application.withdraw", application, now)
    notifications.tell(
        notifications.holders(Role.SECRETARY),
        N_("The application %(number)s was withdrawn."),
        application,
        now,
        number=application.number,
    )


def renew(application: Application) -> None:
    """Renew what the application repeats for lists: title, search text and amounts."""
    answers = application.answers
    application.title = answers.get("title", "")[:200]
    association = application.association
    words = (application.number, application.title, association.name_ky, association.name_ru, association.name_en)
    application.search_text = fold(" ".join(words))
    application.grant_requested = application.amount_paid_by(Payer.GRANT)
    application.total_cost = sum(line.amount for line in application.budget_lines)
    application.remittance_pledged = sum(pledge.amount_kgs for pledge in pledges_of(application))
    db.session.flush()


def _must_be_editable(application: Application) -> None:
    if not application.is_editable:
        raise DomainError(N_("The application has been signed off or submitted: it can only be read now."))
