"""What the centres of the demonstration work with, where they are, and whose emblem their things bear."""

from app.services import centres, equipment
from app.services.equipment import EquipmentInput
from models.base import db
from models.centres import Centre, Condition
from seeds.agenda import Story, at, later
from seeds.programme import Programme

HOURS = {str(day): ("09:00", "17:00") for day in range(1, 5)} | {"5": ("09:00", "16:00")}
DONOR = "EU"
NOTE = "Түшкү тыныгуу 12:00–13:00. Телефон номери көрсөтмө үчүн, иштебейт."
NO_PHONE = "+996000000"
"""No number of the country begins with a zero behind +996: whoever calls one of these reaches nobody."""
THINGS = (
    ("Ноутбук", 2, DONOR),
    ("Принтер жана сканер", 1, DONOR),
    ("Проектор", 1, DONOR),
    ("Интернет модеми", 1, None),
    ("Окуу столу", 6, None),
)
UNMARKED = 5
"""Every so many centres have a thing without its emblem, and one that is broken."""


def equip(programme: Programme) -> Story:
    """Hours, address and equipment of every centre, entered by its operator in the first spring."""
    chance = programme.chance("equipment")
    now = yield at(programme.calendar.on(2025, 3, 4), 10)
    for number, centre in enumerate(db.session.scalars(db.select(Centre).order_by(Centre.id))):
        actor = programme.as_user(programme.operators[centre.id])
        village = programme.villages[centre.ayil_okmotu_id][0]
        address = f"{village.name_ky} айылы, Борбордук көчө {chance.randint(2, 64)}"
        phone = f"{NO_PHONE}{number + 1:03}"
        centres.keep(centre, HOURS, hours_note=NOTE, address=address, phone=phone, actor=actor, now=now)
        for name, quantity, code in THINGS:
            lacks = number % UNMARKED == UNMARKED - 1 and name == THINGS[2][0]
            content = EquipmentInput(
                name=name,
                quantity=quantity,
                condition=Condition.BROKEN if lacks else Condition.WORKS,
                donor_id=programme.donors[code].id if code else None,
                bears_emblem=code is not None and not lacks,
                checked_on=now.date(),
            )
            equipment.save(centre, None, content, actor=actor, now=now)
        now = yield later(now, 0, chance)
