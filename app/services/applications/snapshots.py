"""What an application says as a whole: the content that is fingerprinted, signed off and frozen at submission."""

from datetime import date, datetime
from typing import Any

from app.services import call_forms, documents, prices, questions
from app.services.actors import Actor
from app.services.applications import beneficiaries, business_plans, meetings, themes
from app.services.applications.drafts import pledges_of
from app.services.calls import terms
from models.applications import Application, Snapshot
from models.base import canonical_json, db, fingerprint


def stamp_of(application: Application) -> str:
    """The fingerprint of everything the applicant says now: two equal ones mean the same content."""
    return fingerprint(canonical_json(content_of(application)))


def take_snapshot(application: Application, *, actor: Actor, now: datetime) -> Snapshot:
    """Freeze the present content as the next snapshot."""
    call_forms.keep(application.call, now=now)
    content = canonical_json(content_of(application))
    snapshot = Snapshot(
        sequence=len(application.snapshots) + 1,
        content=content,
        sha256=fingerprint(content),
        taken_at=now,
        taken_by_id=actor.user_id,
    )
    application.snapshots.append(snapshot)
    db.session.flush()
    return snapshot


def content_of(application: Application) -> dict[str, Any]:
    """Everything the applicant says, as plain JSON values; amounts in minor units, decimals as text.

    "form" is the SHA-256 of the form that is answered: `call_forms.answered_in` reads the content by it. Who signed is
    no content: a signature keeps the stamp of it, which receipt, signature and snapshot have in common. A dry run
    also keeps by which terms of the call it was walked.
    """
    form = questions.form_of(application.call)
    answers = application.answers
    rates = prices.names_of(line.price_id for line in application.budget_lines if line.price_id)
    tried = {"terms": terms.stamp_of(application.call)} if application.is_test else {}
    return tried | {
        "number": application.number,
        "call": application.call.code,
        "form": form.sha256,
        "association": {"id": application.association_id, "name": application.association.name_ky},
        "language": application.language,
        "theme": themes.content_of(application),
        "answers": {one.key: answers[one.key] for one in form.questions if one.key in answers},
        "budget": [
            {
                "price": rates.get(line.price_id or 0),
                "heading": line.heading.value,
                "item": line.item,
                "unit": line.unit,
                "quantity": format(line.quantity, "f"),
                "unit_cost": line.unit_cost,
                "amount": line.amount,
                "payer": line.payer.value,
                "month": line.month,
            }
            for line in application.budget_lines
        ],
        "plan": business_plans.content_of(application),
        "pledges": [
            {
                "remitter": pledge.remitter_name,
                "country": pledge.country,
                "currency": pledge.currency,
                "amount": pledge.amount,
                "amount_kgs": pledge.amount_kgs,
                "due_on": pledge.due_on.isoformat(),
                "is_pseudonym": pledge.is_pseudonym,
                "monthly_capacity": pledge.monthly_capacity,
                "has_consent": pledge.has_consent,
                "consent": [pledge.consent_version, pledge.consent_locale, _day(pledge.consent_on)],
            }
            for pledge in pledges_of(application)
        ],
        "targets": [
            {"indicator": one.indicator.key, "baseline": format(one.baseline, "f"), "target": format(one.target, "f")}
            for one in application.targets
        ],
        "meeting": meetings.content_of(application),
        "beneficiaries": beneficiaries.content_of(application),
        "documents": [
            {
                "kind": one.kind.value,
                "filename": one.filename,
                "sha256": one.file.sha256,
                "dated_on": _day(one.dated_on),
                "expires_on": _day(one.expires_on),
                "page": one.position,
                "is_replaced": one.replaced_by_id is not None,
            }
            for one in documents.of(application)
        ],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
