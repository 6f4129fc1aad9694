"""Assets: what lasts is entered with number, place and photo, confirmed by another, looked at on visits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.clock import bishkek_day
from app.labels import ASSET_ENDS
from app.localisation import N_, Money
from app.services import associations, audit, documents, notifications
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.documents import Upload
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
    refuse_all,
)
from app.services.numbering import next_number
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.applications import BudgetHeading, BudgetLine, Payer
from models.assets import Asset, AssetCheck, AssetEnd, AssetStatus
from models.base import db, lock, written_out
from models.centres import Condition
from models.documents import Document, DocumentKind
from models.expenditures import Expenditure, ExpenditureStatus
from models.funds import Emblem
from models.grants import RUNNING, Grant
from models.users import Role
from models.visits import Visit, VisitStatus

S = AssetStatus
TRANSITIONS: Mapping[tuple[AssetStatus, str], Transition] = {
    (S.RECORDED, "confirm"): Transition(S.CONFIRMED, N_("Finance officer"), N_("not who entered it")),
    (S.RECORDED, "refuse"): Transition(S.REFUSED, N_("Finance officer"), N_("reason given")),
    (S.CONFIRMED, "end"): Transition(S.ENDED, N_("Association member"), N_("what became of it, day and reason")),
    (S.ENDED, "find"): Transition(S.CONFIRMED, N_("Monitoring officer"), N_("seen again; reason given")),
}
PREFIX = "I"
MOST_ALIKE = 500
REGISTERED = (BudgetHeading.EQUIPMENT,)
"""Kinds of cost whose things the association is reminded to enter."""


@dataclass(frozen=True)
class AssetInput:
    """What is written of a thing, see `models.assets.Asset`; `value` in tyiyn for all `quantity` of it."""

    name: str
    quantity: int
    value: int
    serial_number: str
    kept_at: str
    keeper_name: str
    bears_emblem: bool
    why_bare: str = ""


def record(
    expenditure: Expenditure, content: AssetInput, upload: Upload, *, storage: Path, actor: Actor, now: datetime
) -> Asset:
    """Enter a thing that was bought, with its photo; it gets the next number of the year.

    Raises `LimitExceededError` when the things of one document are worth more than was accepted of it,
    `IncompleteError` without the donor's emblem or a reason, `AlreadyUsedError` for the photo of another thing.
    """
    lock(expenditure)
    grant = expenditure.grant
    if expenditure.status is not ExpenditureStatus.ACCEPTED or not grant.is_running:
        raise DomainError(N_("What was bought is entered once its spending is accepted, while the grant runs."))
    refuse_all(_wrong(expenditure, content))
    documents.must_be_picture(upload)
    number = next_number(PREFIX, bishkek_day(now).year)
    photo = documents.attach(grant, DocumentKind.PHOTO, upload, storage=storage, actor=actor, now=now)
    _must_be_another_photo(photo)
    asset = Asset(
        number=number, grant=grant, expenditure=expenditure, photo=photo,
        recorded_by_id=actor.user_id, recorded_at=now, **asdict(content),
    )  # fmt: skip
    db.session.add(asset)
    db.session.flush()
    audit.record(actor, "asset.record", asset, now, grant=grant.id, amount=asset.value)
    notifications.tell_holders(Role.FINANCE, grant, N_("A thing bought for %(number)s waits to be confirmed."), now)
    return asset


def _wrong(expenditure: Expenditure, content: AssetInput) -> Iterator[DomainError]:
    for field in ("name", "kept_at", "keeper_name"):
        if not getattr(content, field).strip():
            yield IncompleteError(N_("Fill this in."), field=field)
    if not 1 <= content.quantity <= MOST_ALIKE:
        yield DomainError(N_("The quantity must be more than zero and believable."), field="quantity")
    left = expenditure.counted - entered_of(expenditure)
    if content.value <= 0:
        yield DomainError(N_("The amount must be more than zero."), field="value")
    elif content.value > left:
        yield LimitExceededError(
            N_("Of this document only %(left)s are not in the register yet."), field="value", left=Money(left)
        )
    asks = expenditure.grant.fund.donor.emblem is not Emblem.NONE
    if asks and not content.bears_emblem and not content.why_bare:
        yield IncompleteError(
            N_("Put the donor's emblem on it and take the photo then, or say why it cannot bear one."), field="why_bare"
        )


def _must_be_another_photo(photo: Document) -> None:
    """One photo is no second thing."""
    used = db.select(Asset.id).join(Asset.photo).where(Asset.status != S.REFUSED)
    if db.session.scalar(used.where(Document.content_sha256 == photo.content_sha256)) is not None:
        raise AlreadyUsedError(N_("This very photo shows another thing in the register already."), field="upload")


def confirm(asset: Asset, *, actor: Actor, now: datetime) -> None:
    """The photo and the document agree with what was entered. Raises `SeparationOfDutyError` for who entered it."""
    lock(asset)
    status = target(TRANSITIONS, asset.status, "confirm")
    _must_be_another(asset, actor)
    asset.status, asset.confirmed_by_id, asset.confirmed_at = status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "asset.confirm", asset, now)
    message = N_("A thing bought for %(number)s stands in the register: put the label on it.")
    notifications.tell_association(asset.grant, message, now)


def refuse(asset: Asset, *, reason: str, actor: Actor, now: datetime) -> None:
    """It is not what was bought, or the photo does not show it: the association enters it anew."""
    lock(asset)
    status = target(TRANSITIONS, asset.status, "refuse")
    _must_be_another(asset, actor)
    asset.status, asset.reason = status, reason_given(reason, ASSOCIATION_READS_REASON)
    db.session.flush()
    audit.record(actor, "asset.refuse", asset, now, reason=asset.reason)
    message = N_("A thing bought for %(number)s was not taken into the register: %(reason)s")
    notifications.tell_association(asset.grant, message, now, reason=asset.reason)


def move(asset: Asset, *, kept_at: str, keeper_name: str, actor: Actor, now: datetime) -> None:
    """It is kept somewhere else, or somebody else answers for it."""
    lock(asset)
    if not asset.is_live:
        raise DomainError(N_("This thing does not stand in the register."))
    places, before = {"kept_at": kept_at.strip(), "keeper_name": keeper_name.strip()}, asset.kept_at
    for field, value in places.items():
        if not value:
            raise IncompleteError(N_("Fill this in."), field=field)
        setattr(asset, field, value)
    db.session.flush()
    audit.record(actor, "asset.move", asset, now, kept_before=before, kept_at=asset.kept_at)


def end(asset: Asset, kind: AssetEnd, ended_on: date, *, reason: str, actor: Actor, now: datetime) -> None:
    """The association has it no more and says why; finance and monitoring are told."""
    lock(asset)
    status = target(TRANSITIONS, asset.status, "end")
    if not bishkek_day(asset.recorded_at) <= ended_on <= bishkek_day(now):
        raise DomainError(N_("The day must lie after it was entered and not in the future."), field="ended_on")
    asset.reason = reason_given(reason)
    asset.status, asset.end_kind, asset.ended_on = status, kind, ended_on
    db.session.flush()
    audit.record(actor, "asset.end", asset, now, became=kind.value, amount=asset.value, reason=asset.reason)
    message = N_("The association of %(number)s has a thing no more: %(what)s (%(became)s). %(reason)s")
    told = {"what": asset.name, "became": {"texts": [ASSET_ENDS[kind]]}, "reason": asset.reason}
    for role in (Role.FINANCE, Role.MONITOR):
        notifications.tell_holders(role, asset.grant, message, now, **told)


def find(asset: Asset, *, reason: str, actor: Actor, now: datetime) -> None:
    """It was seen again: it stands in the register as before."""
    lock(asset)
    status = target(TRANSITIONS, asset.status, "find")
    _must_have_no_part(asset, actor)
    text = reason_given(reason)
    asset.status, asset.end_kind, asset.ended_on, asset.reason = status, None, None, ""
    db.session.flush()
    audit.record(actor, "asset.find", asset, now, reason=text)
    message = N_("A thing bought for %(number)s stands in the register again: %(reason)s")
    notifications.tell_association(asset.grant, message, now, reason=text)


def look_at(
    asset: Asset,
    condition: Condition,
    *,
    checked_on: date,
    bears_emblem: bool,
    note: str,
    visit: Visit | None = None,
    actor: Actor,
    now: datetime,
) -> AssetCheck:
    """Keep what a monitoring officer saw of it. What does not work, is gone or lost its emblem is told.

    Raises `IncompleteError` without a note for what is not in working order.
    """
    lock(asset)
    _must_have_no_part(asset, actor)
    if asset.status is not S.CONFIRMED:
        raise DomainError(N_("Only what stands confirmed in the register is looked at."))
    if not bishkek_day(asset.recorded_at) <= checked_on <= bishkek_day(now):
        raise DomainError(N_("The day must lie after it was entered and not in the future."), field="checked_on")
    if visit is not None and (visit.grant_id != asset.grant_id or visit.status is not VisitStatus.DONE):
        raise DomainError(N_("Choose a visit to this grant that was made."), field="visit")
    note = note.strip()
    if condition is not Condition.WORKS and not note:
        raise IncompleteError(N_("Write what you saw, in a sentence."), field="note")
    seen = AssetCheck(
        asset=asset, visit=visit, checked_on=checked_on, condition=condition, bears_emblem=bears_emblem, note=note,
        checked_by_id=actor.user_id, recorded_at=now,
    )  # fmt: skip
    db.session.add(seen)
    db.session.flush()
    audit.record(actor, "asset.look_at", asset, now, seen=condition.value)
    if condition is not Condition.WORKS:
        message = N_("%(what)s of %(number)s was not in order when it was looked at: %(note)s")
        notifications.tell_association(asset.grant, message, now, what=asset.name, note=note)
        notifications.tell_holders(Role.FINANCE, asset.grant, message, now, what=asset.name, note=note)
    elif asset.lacks_emblem:
        message = N_("%(what)s of %(number)s does not bear the donor's emblem: put it on.")
        notifications.tell_association(asset.grant, message, now, what=asset.name)
    return seen


def _must_be_another(asset: Asset, actor: Actor) -> None:
    _must_have_no_part(asset, actor)
    if asset.recorded_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You entered this thing: another person confirms it."))


def _must_have_no_part(asset: Asset, actor: Actor) -> None:
    associations.must_be_free(asset.grant, actor)


def entered_of(expenditure: Expenditure) -> int:
    """What things in the register are worth of a document, in tyiyn; those it has no more among them."""
    query = db.select(db.func.coalesce(db.func.sum(Asset.value), 0)).where(
        Asset.expenditure_id == expenditure.id, Asset.status != S.REFUSED
    )
    return int(db.session.scalar(query))


def of_grant(grant: Grant) -> list[Asset]:
    """Everything that was entered, in the order of the numbers."""
    return _listed(Asset.grant_id == grant.id)


def of_expenditure(expenditure: Expenditure) -> list[Asset]:
    return _listed(Asset.expenditure_id == expenditure.id)


def _listed(condition: Any) -> list[Asset]:
    query = db.select(Asset).where(condition).order_by(Asset.id)
    return list(db.session.scalars(query.options(db.selectinload(Asset.checks))))


def sources(grant: Grant) -> list[tuple[Expenditure, int]]:
    """Accepted documents of which not everything is in the register, with what is left of each in tyiyn."""
    entered = (
        db.select(Asset.expenditure_id, db.func.sum(Asset.value).label("value"))
        .where(Asset.grant_id == grant.id, Asset.status != S.REFUSED)
        .group_by(Asset.expenditure_id)
        .subquery()
    )
    query = (
        db.select(Expenditure, db.func.coalesce(entered.c.value, 0))
        .outerjoin(entered, entered.c.expenditure_id == Expenditure.id)
        .where(Expenditure.grant_id == grant.id, Expenditure.status == ExpenditureStatus.ACCEPTED)
        .order_by(Expenditure.id)
    )
    rows = [(row, row.counted - int(value)) for row, value in db.session.execute(query)]
    return [(row, left) for row, left in rows if left > 0]


def waiting(ties: Ties, limit: int = 60) -> list[Asset]:
    """What somebody with these ties may confirm, the oldest first."""
    free = ties.free(Grant.association_id, Grant.application_id)
    query = db.select(Asset).join(Asset.grant).where(written_out(Asset.status, S.RECORDED), *free)
    query = query.options(db.contains_eager(Asset.grant).joinedload(Grant.association))
    return list(db.session.scalars(query.order_by(Asset.id).limit(limit)))


def to_enter(association_ids: Any, limit: int = 60) -> Sequence[Grant]:
    """Grants of these associations (a SELECT of ids) that paid for equipment which is not in the register."""
    paid = db.aliased(Expenditure)  # a thing may be paid in parts: one of its documents is enough
    entered = (
        db.select(Asset.id)
        .join(paid, paid.id == Asset.expenditure_id)
        .where(paid.budget_line_id == Expenditure.budget_line_id, Asset.status != S.REFUSED)
        .exists()
    )
    bought = (
        db.select(Expenditure.id)
        .join(BudgetLine, BudgetLine.id == Expenditure.budget_line_id)
        .where(
            Expenditure.grant_id == Grant.id,
            Expenditure.status == ExpenditureStatus.ACCEPTED,
            Expenditure.payer != Payer.IN_KIND,
            BudgetLine.heading.in_(REGISTERED),
            ~entered,
        )
        .exists()
    )
    query = db.select(Grant).where(Grant.association_id.in_(association_ids), Grant.status.in_(RUNNING), bought)
    return db.session.scalars(query.options(db.joinedload(Grant.association)).order_by(Grant.id).limit(limit)).all()


def keepers(grant: Grant) -> list[str]:
    """Names offered for who answers for a thing: those written before, and the members of the association."""
    before = db.select(Asset.keeper_name).where(Asset.grant_id == grant.id).distinct()
    members = [one.person.full_name for one in grant.association.memberships if one.is_current]
    return list(dict.fromkeys([*db.session.scalars(before.order_by(Asset.keeper_name)), *members]))
