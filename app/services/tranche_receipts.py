"""Tranche receipts: the association says that the money came, on the screen or by a signed slip the centre scans."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import associations, audit, documents, notifications, own_codes, tranches
from app.services.actors import Actor
from app.services.documents import Upload
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError, refuse_all
from app.services.workflow import reason_given
from models.base import db, lock
from models.documents import Document, DocumentKind
from models.grants import Grant, Tranche, TrancheStatus
from models.tranche_receipts import USUAL_FEE_PERCENT, ReceiptWay, TrancheReceipt
from models.users import Role

CONFIRM_WITHIN = timedelta(days=14)
"""After which a payment nobody has confirmed stands on the desks of finance and of the centre."""
PAGE = 60


def confirm(
    tranche: Tranche, *, received: int, received_on: date, reason: str = "", actor: Actor, now: datetime
) -> TrancheReceipt:
    """A member of the association confirms on the screen, from the own account; `received` in tyiyn.

    The edge asks for the code of the account anew. Raises `SeparationOfDutyError` for anybody else and for an account
    whose code somebody else gave out in the last day; `DomainError` at the field that does not fit.
    """
    grant = tranche.grant
    if actor.on_behalf_of is not None or grant.association_id not in actor.user.association_ids:
        raise SeparationOfDutyError(
            N_("On the screen a member of the association confirms. The centre records the signed slip.")
        )
    own_codes.must_be_ones_own(actor.user, now)
    said_by = actor.user.display_name
    made = _receipt(tranche, ReceiptWay.SCREEN, said_by, received, received_on, reason, None, actor, now)
    return _keep(made, actor, now)


def record_slip(
    tranche: Tranche,
    *,
    signer: str,
    received: int,
    received_on: date,
    reason: str = "",
    upload: Upload,
    storage: Path,
    actor: Actor,
    now: datetime,
) -> TrancheReceipt:
    """The centre records the signed slip and its scan, which stands among the papers of the grant.

    Raises `IncompleteError` without the name that stands on it, `AlreadyUsedError` for a scan that proved a payment.
    """
    lock(tranche.grant)
    lock(tranche)
    if not signer.strip():
        raise IncompleteError(N_("Write who signed the slip."), field="signer")
    scan = documents.attach(tranche.grant, DocumentKind.RECEIPT, upload, storage=storage, actor=actor, now=now)
    used = db.select(TrancheReceipt.id).where(TrancheReceipt.sha256 == scan.content_sha256)
    if db.session.scalar(used) is not None:
        raise AlreadyUsedError(N_("This very slip has confirmed another payment already."), field="upload")
    made = _receipt(tranche, ReceiptWay.SLIP, signer.strip(), received, received_on, reason, scan, actor, now)
    return _keep(made, actor, now)


def look_at(receipt: TrancheReceipt, *, note: str, actor: Actor, now: datetime) -> None:
    """A finance officer notes what became of the money that did not come.

    Raises `DomainError` where nothing is to be looked at (any more), `SeparationOfDutyError` for who has a part in it.
    """
    tranche = receipt.tranche
    lock(receipt)
    if not receipt.waits_to_be_seen:
        raise DomainError(N_("There is nothing to be looked at: no more is missing than a fee, or it is noted."))
    associations.must_be_free(tranche.grant, actor)
    receipt.seen_by_id, receipt.seen_at, receipt.seen_note = actor.user_id, now, reason_given(note)
    db.session.flush()
    audit.record(actor, "tranche_receipt.look_at", receipt, now, tranche=tranche.id, reason=receipt.seen_note)


def of(tranche: Tranche) -> TrancheReceipt | None:
    """What was confirmed of the payment that stands; None while nobody has, and of payments before receipts."""
    return of_tranches([tranche]).get(tranche.id)


def of_tranches(rows: Iterable[Tranche]) -> Mapping[int, TrancheReceipt]:
    """{tranche id: as `of`}, in one query."""
    events = [one.event_id for one in rows if one.event_id is not None]
    query = db.select(TrancheReceipt).where(TrancheReceipt.event_id.in_(events))
    return {one.tranche_id: one for one in db.session.scalars(query)} if events else {}


def unseen() -> list[TrancheReceipt]:
    """Those of which more is missing than a fee and nobody has looked at, the oldest first."""
    query = (
        db.select(TrancheReceipt)
        .where(
            TrancheReceipt.seen_at.is_(None),
            TrancheReceipt.received < TrancheReceipt.sent,  # as the index of them says
            (TrancheReceipt.sent - TrancheReceipt.received) * 100 > TrancheReceipt.sent * USUAL_FEE_PERCENT,
        )
        .order_by(TrancheReceipt.id)
        .limit(PAGE)
    )
    return list(db.session.scalars(query.options(db.joinedload(TrancheReceipt.tranche).joinedload(Tranche.grant))))


def overdue(now: datetime) -> list[Tranche]:
    """Payments that were sent two weeks ago and are not confirmed, the oldest first."""
    query = (
        db.select(Tranche)
        .where(Tranche.status == TrancheStatus.RELEASED, Tranche.released_at <= now - CONFIRM_WITHIN)
        .options(db.joinedload(Tranche.grant).joinedload(Grant.association))
        .order_by(Tranche.released_at, Tranche.id)
    )
    return list(db.session.scalars(query.limit(PAGE)))


def _receipt(
    tranche: Tranche,
    way: ReceiptWay,
    said_by: str,
    received: int,
    received_on: date,
    reason: str,
    scan: Document | None,
    actor: Actor,
    now: datetime,
) -> TrancheReceipt:
    """What is to be kept. Raises a `DomainError` at the field that does not fit."""
    lock(tranche.grant)
    lock(tranche)
    if tranche.status is not TrancheStatus.RELEASED or tranche.event_id is None:
        raise DomainError(N_("The receipt of a payment is confirmed once, after it was sent."))
    refuse_all(_wrong_figures(tranche, received, received_on, reason, bishkek_day(now)))
    return TrancheReceipt(
        tranche=tranche,
        event_id=tranche.event_id,
        way=way,
        said_by=said_by,
        sent=tranche.amount,
        received=received,
        received_on=received_on,
        difference_reason=reason.strip() if received < tranche.amount else "",
        document_id=scan.id if scan else None,
        sha256=scan.content_sha256 if scan else None,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )


def _wrong_figures(
    tranche: Tranche, received: int, received_on: date, reason: str, today: date
) -> Iterator[DomainError]:
    if not tranche.grant.starts_on <= received_on <= today:
        yield DomainError(N_("The day must lie between the start of the grant and today."), field="received_on")
    if not 0 < received <= tranche.amount:
        text = N_("Enter what came, at most the %(amount)s that were sent.")
        yield DomainError(text, field="received", amount=Money(tranche.amount))
    elif received < tranche.amount and not reason.strip():
        yield IncompleteError(N_("Write why less came than was sent."), field="reason")


def _keep(receipt: TrancheReceipt, actor: Actor, now: datetime) -> TrancheReceipt:
    tranche = receipt.tranche
    db.session.add(receipt)
    db.session.flush()
    details = {"tranche": tranche.id, "received": receipt.received, "sha256": receipt.sha256}
    audit.record(actor, "tranche_receipt.record", receipt, now, **details)
    tranches.confirm(tranche, actor=actor, now=now)
    if receipt.is_short:
        message = N_("%(missing)s of a tranche of %(number)s did not come: look into it.")
        notifications.tell_holders(Role.FINANCE, tranche.grant, message, now, missing=Money(receipt.missing))
    return receipt
