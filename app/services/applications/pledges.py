"""The pledges behind a draft: who promises what by when, with which consent."""

from datetime import date, datetime, timedelta

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, consents, rates, remitters
from app.services.actors import Actor
from app.services.applications.drafts import must_be_editable, renew
from app.services.errors import ChangedMeanwhileError, DomainError, IncompleteError
from app.services.match import HIGHEST_AMOUNT
from app.services.remitters import Consent
from models.applications import Application
from models.base import db
from models.pledges import Pledge

LATEST_PLEDGE = timedelta(days=5 * 366)


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
    consent_version: int = consents.CURRENT,
    consent_locale: str | None = None,
    monthly_capacity: int | None = None,
    actor: Actor,
    now: datetime,
) -> Pledge:
    """Record a promise of co-investment in minor units of `currency`, valued in som at today's rate.

    `consent_version` and `consent_locale` say which text the person agreed to; `monthly_capacity` is what the person
    says can be sent in a month, in minor units of `currency`. Raises `IncompleteError` without consent or without a
    rate, `DomainError` for an unknown currency, `ChangedMeanwhileError` when another text was shown.
    """
    must_be_editable(application, "pledges")
    _must_be_promised(amount, due_on, monthly_capacity, has_consent=has_consent, now=now)
    _must_be_current(consent_version)
    rate, amount_kgs = rates.value_for_village(amount, currency, bishkek_day(now))
    consent = Consent(consent_version, consent_locale or application.language, bishkek_day(now))
    pledge = Pledge(
        application_id=application.id,
        remitter=remitters.named(
            application.association,
            remitter_name,
            country,
            is_pseudonym=is_pseudonym,
            consent=consent,
            actor=actor,
            now=now,
        ),
        remitter_name=remitter_name.strip(),
        is_pseudonym=is_pseudonym,
        country=country,
        currency=currency,
        amount=amount,
        rate_id=rate.id if rate else None,
        amount_kgs=amount_kgs,
        due_on=due_on,
        has_consent=has_consent,
        consent_version=consent_version,
        consent_locale=consent_locale or application.language,
        consent_on=bishkek_day(now),
        monthly_capacity=monthly_capacity,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    db.session.add(pledge)
    db.session.flush()
    renew(application)
    audit.record(actor, "application.add_pledge", application, now, pledge=pledge.id, amount=amount, currency=currency)
    return pledge


def _must_be_current(consent_version: int) -> None:
    if consent_version != consents.CURRENT:
        raise ChangedMeanwhileError(
            N_("The text the person agrees to has changed: read it to the person again."), field="has_consent"
        )


def _must_be_promised(
    amount: int, due_on: date, monthly_capacity: int | None, *, has_consent: bool, now: datetime
) -> None:
    if not has_consent:
        raise IncompleteError(N_("Without the remitter's consent the pledge cannot be recorded."), field="has_consent")
    if amount <= 0:
        raise DomainError(N_("The amount must be more than zero."), field="amount")
    if monthly_capacity is not None and not 0 < monthly_capacity <= HIGHEST_AMOUNT:
        raise DomainError(N_("The amount must be more than zero and believable."), field="monthly_capacity")
    if not bishkek_day(now) <= due_on <= bishkek_day(now) + LATEST_PLEDGE:
        raise DomainError(N_("The day must lie ahead, within five years."), field="due_on")


def change_pledge(
    pledge: Pledge,
    application: Application,
    *,
    remitter_name: str,
    is_pseudonym: bool,
    country: str,
    currency: str,
    amount: int,
    due_on: date,
    has_consent: bool,
    consent_version: int = consents.CURRENT,
    consent_locale: str | None = None,
    monthly_capacity: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a promise; the rate stays pinned while amount and currency stay. The caller has checked the version.

    Another person, or a newer text than the one agreed to, is another consent, of today.
    """
    must_be_editable(application, "pledges")
    _must_be_promised(amount, due_on, monthly_capacity, has_consent=has_consent, now=now)
    was_by, agreed = pledge.remitter, Consent(consent_version, consent_locale or application.language, bishkek_day(now))
    if is_anew := (remitter_name.strip(), consent_version) != (pledge.remitter_name, pledge.consent_version):
        _must_be_current(consent_version)
    remitter = was_by
    if is_anew or country != pledge.country or was_by is None:
        remitter = remitters.named(
            application.association,
            remitter_name,
            country,
            is_pseudonym=is_pseudonym,
            consent=agreed if is_anew else None,
            actor=actor,
            now=now,
        )
    if is_anew:
        pledge.consent_version, pledge.consent_on, pledge.consent_locale = (
            agreed.version,
            agreed.given_on,
            agreed.locale,
        )
    pledge.remitter = remitter
    before = pledge.amount_kgs
    if (amount, currency) != (pledge.amount, pledge.currency):
        rate, pledge.amount_kgs = rates.value_for_village(amount, currency, bishkek_day(now))
        pledge.rate_id = rate.id if rate else None
        pledge.amount, pledge.currency = amount, currency
    pledge.remitter_name, pledge.is_pseudonym = remitter_name.strip(), is_pseudonym
    pledge.country, pledge.due_on, pledge.monthly_capacity = country, due_on, monthly_capacity
    db.session.flush()
    remitters.forget_unused(was_by, actor=actor, now=now)
    renew(application)
    audit.record(
        actor,
        "application.change_pledge",
        application,
        now,
        pledge=pledge.id,
        before=before,
        amount=amount,
        currency=currency,
        amount_kgs=pledge.amount_kgs,
    )


def remove_pledge(pledge: Pledge, application: Application, *, actor: Actor, now: datetime) -> None:
    must_be_editable(application, "pledges")
    pledge_id, amount_kgs, remitter = pledge.id, pledge.amount_kgs, pledge.remitter
    db.session.delete(pledge)
    db.session.flush()
    remitters.forget_unused(remitter, actor=actor, now=now)
    renew(application)
    audit.record(actor, "application.remove_pledge", application, now, pledge=pledge_id, amount_kgs=amount_kgs)
