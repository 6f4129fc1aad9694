"""Equipment of the centres, with the check that the donor's emblem can be seen."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit
from app.services.actors import Actor
from app.services.errors import DomainError
from models.base import db
from models.centres import Centre, Condition, Equipment

MOST = 10_000


@dataclass(frozen=True)
class EquipmentInput:
    """What is written of a thing, see `models.centres.Equipment`."""

    name: str
    quantity: int
    condition: Condition
    donor_id: int | None
    bears_emblem: bool
    checked_on: date


def save(centre: Centre, item: Equipment | None, content: EquipmentInput, *, actor: Actor, now: datetime) -> Equipment:
    """Add a thing, or change `item`. Raises `DomainError` at the field that cannot be."""
    if not 1 <= content.quantity <= MOST:
        raise DomainError(N_("The quantity must be more than zero and believable."), field="quantity")
    if content.checked_on > bishkek_day(now):
        raise DomainError(N_("The day lies in the future."), field="checked_on")
    if item is None:
        item = Equipment(centre_id=centre.id)
        db.session.add(item)
    for name, value in asdict(content).items():
        setattr(item, name, value)
    db.session.flush()
    db.session.expire(item, ["donor"])
    db.session.expire(centre, ["equipment"])
    audit.record(actor, "centre.save_equipment", centre, now, equipment=item.id, count=content.quantity)
    return item


def remove(item: Equipment, centre: Centre, *, actor: Actor, now: datetime) -> None:
    """Take a thing that was entered by mistake off the list; what is lost is "not there any more"."""
    item_id = item.id
    db.session.delete(item)
    db.session.flush()
    db.session.expire(centre, ["equipment"])
    audit.record(actor, "centre.remove_equipment", centre, now, equipment=item_id)
