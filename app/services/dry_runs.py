"""Dry runs: before a call opens, the test association applies in it the whole way to the submission."""

from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_, gettext
from app.services import applications, associations, audit, calls, notifications
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError
from models.applications import Application, ApplicationStatus
from models.associations import Association, AssociationKind
from models.base import db, lock, lock_name
from models.calls import Call, CallStatus
from models.centres import Centre

NAMES = {
    "ky": "Сыноо ассоциациясы",
    "ru": "Проверочная ассоциация",
    "en": "Test association",
}


def test_association() -> Association | None:
    """The one association of the programme that is for dry runs."""
    association: Association | None = db.session.scalar(db.select(Association).where(Association.is_test))
    return association


def found(centre: Centre, *, actor: Actor, now: datetime) -> Association:
    """Make the test association; the operators of `centre` act for it and hear of it.

    Raises `AlreadyUsedError` when there is one.
    """
    lock_name("test association")
    if test_association() is not None:
        raise AlreadyUsedError(N_("There is a test association already."))
    association = Association(
        kind=AssociationKind.AYIL_OKMOTU,
        ayil_okmotu=centre.ayil_okmotu,
        centre=centre,
        founded_on=bishkek_day(now),
        is_test=True,
    )
    associations.set_names(association, NAMES)
    db.session.add(association)
    db.session.flush()
    audit.record(actor, "association.found_test", association, now)
    message = N_("Your centre acts for the test association: it applies in calls before they open.")
    notifications.tell(notifications.people_of(association), message, association, now)
    return association


def start(call: Call, association: Association, *, language: str, actor: Actor, now: datetime) -> Application:
    """Begin the dry run of a draft call; one that was handed in before the call changed is withdrawn.

    Raises as `applications.create` does.
    """
    lock(call)
    if not association.is_test:
        raise DomainError(N_("Only the test association makes a dry run."))
    earlier, trial = of(call), calls.trial_of(call)
    if call.status is CallStatus.DRAFT and earlier is not None and trial is not None and not trial.still_holds:
        reason = gettext(N_("The call was changed after this dry run."))
        applications.withdraw(earlier, reason=reason, actor=actor, now=now)
    return applications.create(call, association, language=language, actor=actor, now=now)


def of(call: Call) -> Application | None:
    """The dry run of a call that was not withdrawn."""
    query = db.select(Application).where(
        Application.call_id == call.id, Application.is_test, Application.status != ApplicationStatus.WITHDRAWN
    )
    application: Application | None = db.session.scalar(query)
    return application
