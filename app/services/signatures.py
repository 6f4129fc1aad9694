"""Signatures: the chair's answer to what the association has written, kept with the stamp of what was answered to."""

import re
from datetime import datetime

from app.localisation import N_
from app.services.actors import Actor
from app.services.dictations import Confirmation
from app.services.errors import IncompleteError
from models.applications import Application, Snapshot
from models.base import db
from models.dictations import ON_PAPER, ConfirmationWay
from models.people import Person
from models.signatures import Signature, SignatureOutcome


def receipt_number(application: Application, stamp: str) -> str:
    """What stands on a receipt of the whole application: its number, and six digits made of the stamp it bears.

    Whatever is changed after the receipt was printed makes it another number; what the office does changes nothing.
    """
    return f"{application.number}/{int(stamp[:12], 16) % 10**6:06d}"


def must_be_of_the_receipt(application: Application, confirmation: Confirmation, stamp: str) -> None:
    """Refuse a paper without its scan, or whose number is not that of the application as it stands now.

    Only the figures count: the letter before them is typed in either alphabet.
    """
    if confirmation.way not in ON_PAPER:
        return
    if confirmation.file is None:
        raise IncompleteError(N_("Attach the scan of the signed paper."), field="upload")
    if re.findall(r"\d+", confirmation.receipt or "") != re.findall(r"\d+", receipt_number(application, stamp)):
        text = N_(
            "This is not the number of the receipt that shows the application as it stands now. Print it again, "
            "read it aloud and let it be signed."
        )
        raise IncompleteError(text, field="receipt")


def sign(
    application: Application, confirmation: Confirmation | None, stamp: str, *, actor: Actor, now: datetime
) -> Signature:
    """Keep that the chair stands by what bears `stamp`; in a dry run (no `confirmation`) nobody is named."""
    is_paper = confirmation is not None and confirmation.way in ON_PAPER
    signature = Signature(
        application_id=application.id,
        outcome=SignatureOutcome.SIGNED,
        person=confirmation.person if confirmation else None,
        way=_way(confirmation),
        receipt=receipt_number(application, stamp) if is_paper else "",
        file=confirmation.file if confirmation and is_paper else None,
        typed_by_id=actor.user_id,
        signed_at=now,
        sha256=stamp,
    )
    db.session.add(signature)
    db.session.flush()
    return signature


def _way(confirmation: Confirmation | None) -> ConfirmationWay | None:
    if confirmation is None or confirmation.way is not ConfirmationWay.SIGN_OFF:
        return confirmation.way if confirmation else None
    return ConfirmationWay.OWN_ACCOUNT


def decline(
    application: Application, person: Person | None, reason: str, stamp: str, *, actor: Actor, now: datetime
) -> Signature:
    """Keep that the chair does not stand by what bears `stamp`, and why; an operator passes the chair's word on."""
    signature = Signature(
        application_id=application.id,
        outcome=SignatureOutcome.DECLINED,
        person=person,
        way=None if actor.on_behalf_of else ConfirmationWay.OWN_ACCOUNT,
        typed_by_id=actor.user_id,
        signed_at=now,
        sha256=stamp,
        reason=reason,
    )
    db.session.add(signature)
    db.session.flush()
    return signature


def must_fit(application: Application, stamp: str) -> None:
    """Refuse to hand in anything but what was signed last. Raises `IncompleteError`.

    Whatever the applicant writes ends the sign-off; this is for what stands elsewhere, as the name of the association.
    """
    last = db.session.scalar(
        db.select(Signature.sha256)
        .where(Signature.application_id == application.id, Signature.outcome == SignatureOutcome.SIGNED)
        .order_by(Signature.id.desc())
        .limit(1)
    )
    if last is None or last not in ("", stamp):
        raise IncompleteError(
            N_(
                "Something that is handed in has changed since the chair signed off, for example the name of the "
                "association. Take the sign-off back or save a part once more; then the chair signs off anew."
            )
        )


_OF_APPLICATION = (  # made once: every page of an application asks it
    db.select(Signature)
    .where(Signature.application_id == db.bindparam("application_id"))
    .order_by(Signature.id)
    .options(db.joinedload(Signature.person), db.joinedload(Signature.typed_by))
)


def of(application: Application) -> list[Signature]:
    """Every answer of the chair, the first one first."""
    return list(db.session.scalars(_OF_APPLICATION, {"application_id": application.id}))


def behind(snapshot: Snapshot) -> Signature | None:
    """What the chair signed of what was handed in as `snapshot`; None when nothing was (which `verify` finds)."""
    fitting = db.select(Signature).where(
        Signature.application_id == snapshot.application_id,
        Signature.outcome == SignatureOutcome.SIGNED,
        Signature.signed_at <= snapshot.taken_at,
        Signature.sha256.in_(("", snapshot.sha256)),
    )
    found: Signature | None = db.session.scalar(fitting.order_by(Signature.id.desc()).limit(1))
    return found


def find(application: Application, signature_id: int) -> Signature | None:
    """One of the application's own."""
    return next((one for one in of(application) if one.id == signature_id), None)
