"""Drafting: sections, budget lines, pledges, targets and documents of an application that is still open to change."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from app.localisation import N_, fold
from app.services import applicants, audit, documents, match, numbering, papers, questions
from app.services.actors import Actor
from app.services.applications import rows
from app.services.cash_flow import MONTHS
from app.services.documents import Upload
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    LimitExceededError,
)
from models.applications import (
    Application,
    ApplicationSection,
    ApplicationStatus,
    ApplicationTarget,
    BudgetLine,
    Payer,
)
from models.associations import Association
from models.base import db, lock, lock_all
from models.business_plans import Financing, RunningCost, SaleLine, WorkStep
from models.calls import Call, CallStatus
from models.documents import Document, DocumentKind
from models.indicators import Indicator
from models.pledges import Pledge

Part = TypeVar("Part", BudgetLine, Pledge, ApplicationTarget, SaleLine, RunningCost, Financing, WorkStep)


def create(call: Call, association: Association, *, language: str, actor: Actor, now: datetime) -> Application:
    """Start a draft. One application an association in a call, withdrawn ones apart.

    That of the test association is a dry run: of a draft call, with a number of another series.
    Raises `DomainError` when the call is not open (for a dry run: is no draft), `AlreadyUsedError`
    when there is one already.
    """
    if association.is_test:
        if call.status is not CallStatus.DRAFT:
            raise DomainError(N_("A dry run is made before the call opens."))
    elif not call.is_open_at(now):
        raise DomainError(N_("This call is not open."))
    existing = db.select(Application.id).where(
        Application.call_id == call.id,
        Application.association_id == association.id,
        Application.status != ApplicationStatus.WITHDRAWN,
    )
    if db.session.scalar(existing) is not None:
        raise AlreadyUsedError(N_("This association has an application in this call already."))
    application = Application(
        number=numbering.next_number("T" if association.is_test else "A", now.year),
        is_test=association.is_test,
        call=call,
        association=association,
        status=ApplicationStatus.DRAFT,
        language=language,
        created_by_id=actor.user_id,
        created_at=now,
    )
    db.session.add(application)
    db.session.flush()
    for section in questions.form_of(call).sections:
        application.sections.append(
            ApplicationSection(key=section.key, answers={}, saved_at=now, saved_by_id=actor.user_id)
        )
    renew(application)
    audit.record(actor, "application.create", application, now, call=call.id)
    return application


def section_of(application: Application, key: str) -> ApplicationSection | None:
    """The answers of a page; None while nobody has written any."""
    rows.read(application, "sections")
    return next((section for section in application.sections if section.key == key), None)


def section_for_writing(application: Application, key: str) -> ApplicationSection | None:
    """The section, read anew and locked until the end of the request: two writers come one after the other."""
    lock(application)
    section = section_of(application, key)
    if section is not None:
        lock(section)
    return section


def save_section(
    application: Application, key: str, answers: Mapping[str, str], *, actor: Actor, now: datetime
) -> ApplicationSection:
    """Save the answers of one page; unfinished ones are welcome. The caller has checked the section's version."""
    must_be_editable(application, key)
    definition = questions.form_of(application.call).section(key)
    if definition is None:
        raise DomainError(N_("The form of this call has no such part."))
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
        if question.words and (count := questions.words_in(text)) > question.words:
            raise LimitExceededError(
                N_("At most %(limit)s words; this has %(count)s."),
                field=question.key,
                limit=question.words,
                count=count,
            )
        kept[question.key] = text
    section = section_of(application, key)
    is_new = section is None
    section = section or ApplicationSection(key=key)
    section.answers, section.saved_at, section.saved_by_id = kept, now, actor.user_id
    if is_new:
        application.sections.append(section)
        db.session.flush()
    if questions.NAME_OF_PROJECT in kept:
        renew_name(application)
    audit.record(actor, "application.save_section", application, now, section={"key": key, "title": definition.title})
    return section


def must_be_a_month(month: int, field: str = "month") -> None:
    """Refuse what is no month of the plan."""
    if not 1 <= month <= MONTHS:
        raise DomainError(N_("Months are counted from 1 to %(last)s."), field=field, last=MONTHS)


def part(application: Application, kind: type[Part], row_id: int, *, for_writing: bool) -> Part | None:
    """One budget line, pledge, target or row of the plan of this application, None when it has none such.

    `for_writing` locks the application first and reads the row anew: two writers come one after the other.
    """
    if for_writing:
        lock(application)
    query = db.select(kind).where(kind.id == row_id, kind.application_id == application.id)
    row: Part | None = db.session.scalar(query.execution_options(populate_existing=True))
    return row


_PLEDGES = db.select(Pledge).where(Pledge.application_id == db.bindparam("application_id")).order_by(Pledge.id)


def pledges_of(application: Application) -> list[Pledge]:
    return list(db.session.scalars(_PLEDGES, {"application_id": application.id}))


def attach_document(
    application: Application,
    kind: DocumentKind,
    upload: Upload,
    *,
    storage: Path,
    actor: Actor,
    now: datetime,
    dated_on: date | None = None,
    expires_on: date | None = None,
    page_of: Document | None = None,
    replaces: Document | None = None,
) -> Document:
    """Attach a paper, a further page of one or one in the place of another, while the application is being written.

    Raises `DomainError` at "dated_on" for a paper that has none or is too old where the call says how old it may be.
    """
    must_be_editable(application, "documents")
    kind = (page_of or replaces).kind if page_of or replaces else kind  # type: ignore[union-attr]
    if page_of is None:
        papers.must_be_new_enough(application.call, kind, dated_on, now)
    return documents.attach(
        application,
        kind,
        upload,
        storage=storage,
        actor=actor,
        now=now,
        dated_on=dated_on,
        expires_on=expires_on,
        page_of=page_of,
        replaces=replaces,
    )


def remove_document(document: Document, application: Application, *, actor: Actor, now: datetime) -> None:
    must_be_editable(application, "documents")
    documents.remove(document, application, actor=actor, now=now)


def move_document(document: Document, application: Application, *, actor: Actor, now: datetime) -> None:
    must_be_editable(application, "documents")
    documents.move_up(document, application, actor=actor, now=now)


def set_target(
    application: Application, indicator: Indicator, baseline: Decimal, goal: Decimal, *, actor: Actor, now: datetime
) -> None:
    """Promise a value on an indicator; a second promise replaces the first."""
    must_be_editable(application, "targets")
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
    must_be_editable(application, "targets")
    application.targets.remove(promise)
    db.session.delete(promise)
    db.session.flush()
    audit.record(actor, "application.remove_target", application, now, indicator=promise.indicator_id)


def renew(application: Application) -> None:
    """Renew what the application repeats for lists: title, search text and amounts."""
    renew_name(application)
    application.grant_requested = application.amount_paid_by(Payer.GRANT)
    application.total_cost = sum(line.amount for line in application.budget_lines)
    application.remittance_pledged = sum(pledge.amount_kgs for pledge in pledges_of(application))
    application.pledges_due = pledges_due(application)
    db.session.flush()


def pledges_due(application: Application) -> int:
    """What the pledges must come to, in tyiyn: the co-investment due less what the village itself must bring of it."""
    wanted = match.due(applicants.rule_for(application), application.grant_requested)
    return wanted.total - wanted.community


def renew_due(call: Call) -> None:
    """Renew what the pledges of its applications must come to, after its match rule has changed.

    Those who write are not told that their draft has changed: they have not changed it.
    """
    for application_id in sorted(lock_all(Application, Application.call_id == call.id)):
        application = db.session.get_one(Application, application_id, populate_existing=True)
        wanted = pledges_due(application)
        db.session.execute(db.update(Application).where(Application.id == application_id).values(pledges_due=wanted))


def renew_name(application: Application) -> None:
    """Renew title and search text alone."""
    application.title = application.answers.get(questions.NAME_OF_PROJECT, "")[:200]
    association = application.association
    words = (application.number, application.title, association.name_ky, association.name_ru, association.name_en)
    application.search_text = fold(" ".join(words))


def closed(application: Application, part: str) -> DomainError | None:
    """Why a part (by its key in the form) cannot be written now; None when it can."""
    if not application.is_editable:
        return DomainError(N_("The application has been signed off or submitted: it can only be read now."))
    if not application.is_open(part):
        return DomainError(N_("The secretary has not asked for this part: it stays as it was submitted."))
    return None


def must_be_editable(application: Application, part: str) -> None:
    """Refuse to change a part (by its key in the form) that is not open.

    Takes the application's lock first: two writers, or a writer and who submits, come one after the other.
    """
    lock(application)
    problem = closed(application, part)
    if problem is not None:
        raise problem
    application.signed_off_by_id = application.signed_off_at = None  # the chair stands by what was read, not by more
