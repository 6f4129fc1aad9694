"""Purchases of the demonstration: something dear, its price asked of three suppliers, one taken."""

from datetime import datetime
from random import Random

from app.clock import bishkek_day
from app.services import purchases, suppliers
from app.services.suppliers import Details
from models.applications import Payer
from models.grants import Grant
from seeds import papers
from seeds.agenda import Chapter, later
from seeds.programme import Programme

FIRMS = ("ОсОО Ош Техника", "Жеке ишкер Абдиев К.", "ОсОО Ала-Тоо Агро")
DEARER = (0, 6, 11)
"""By how many percent each asks more than the first."""


def prepared(programme: Programme, grant: Grant, chance: Random, begin: datetime) -> Chapter:
    """The dearest line the grant pays for: three quotations, the cheapest is taken."""
    now = yield later(begin, 0, chance)
    actor = programme.actor_for(grant.association)
    paid = [one for one in grant.application.budget_lines if one.payer is Payer.GRANT]
    line = max(paid, key=lambda one: one.amount)
    row = purchases.begin(grant, line.heading, line.item, actor=actor, now=now)
    for name, percent in zip(FIRMS, DEARER, strict=True):
        amount, day = line.amount * (100 + percent) // 100, bishkek_day(now)
        lines = [f"{day:%d.%m.%Y}", f"{amount / 100:.2f} KGS", name, line.item[:34], grant.number]
        purchases.quote(
            row,
            suppliers.named(name, Details(), is_another=True, actor=actor, now=now),
            amount=amount,
            quoted_on=day,
            upload=papers.slip(f"baa-{row.id}-{percent}.jpg", lines, chance),
            storage=programme.storage,
            actor=actor,
            now=now,
        )
    purchases.choose(row, row.quotations[0], reason="", actor=actor, now=now)
    return now
