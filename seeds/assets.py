"""Assets of the demonstration: equipment that was bought, with its photo, confirmed by finance, seen on a visit."""

from datetime import datetime

from app.clock import bishkek_day
from app.services import assets, visits
from app.services.assets import AssetInput
from models.base import text_in
from models.centres import Condition
from models.grants import Grant
from models.visits import VisitStatus
from seeds import papers
from seeds.programme import Programme

PLACES = {
    "ky": ("Ассоциациянын кампасы", "Айыл өкмөтүнүн короосу", "Айыл клубу, 1-бөлмө"),
    "ru": ("Склад ассоциации", "Двор айыл окмоту", "Сельский клуб, комната 1"),
}


def entered(programme: Programme, grant: Grant, now: datetime, *, is_waiting: bool = False) -> None:
    """Equipment whose spending is accepted stands in the register; `is_waiting`: finance has not seen the last yet."""
    chance, actor = programme.chance("assets", grant.number), programme.actor_for(grant.association)
    language, keeper = grant.application.language, assets.keepers(grant)[0]
    of_line = {
        one[0].budget_line_id: one for one in assets.sources(grant) if one[0].budget_line.heading in assets.REGISTERED
    }
    made = []
    for place, (row, left) in zip(PLACES[language], of_line.values(), strict=False):
        lines = [row.budget_line.item, text_in(grant.fund.statement, language), grant.number]
        content = AssetInput(
            name=row.budget_line.item,
            quantity=1,
            value=left,
            serial_number=f"{chance.randint(10_000, 99_999)}-{row.id:03d}",
            kept_at=place,
            keeper_name=keeper,
            bears_emblem=True,
        )
        photo = papers.thing(f"buyum-{row.id}.jpg", lines, chance)
        made.append(assets.record(row, content, photo, storage=programme.storage, actor=actor, now=now))
    for one in made[:-1] if is_waiting else made:
        assets.confirm(one, actor=programme.as_staff("finance2"), now=now)


def seen(programme: Programme, grant: Grant, now: datetime) -> None:
    """On the last visit the officer looked at what stands in the register."""
    made = [one for one in visits.of_grant(grant) if one.status is VisitStatus.DONE]
    actor = programme.as_staff("monitoring1" if grant.id % 2 else "monitoring2")
    for one in assets.of_grant(grant):
        if one.confirmed_at is not None:
            assets.look_at(
                one, Condition.WORKS, checked_on=bishkek_day(now), bears_emblem=True, note="",
                visit=made[-1], actor=actor, now=now,
            )  # fmt: skip
