"""A spending report of the demonstration: what the first tranche paid for, accepted by finance."""

from datetime import datetime
from random import Random

from app.clock import bishkek_day
from app.services import expenditure_reports
from models.grants import Grant
from seeds.agenda import Chapter, later
from seeds.programme import Programme

REASONS = {
    "ky": "Тендер баасы төмөн чыкты, калганы кийинки мезгилде сарпталат.",
    "ru": "Цена оказалась ниже, остаток будет израсходован в следующем периоде.",
}


def accepted(programme: Programme, grant: Grant, chance: Random, now: datetime) -> Chapter:
    """The association reports on everything up to the day; finance accepts the report."""
    now = yield later(now, 1, chance)
    association = programme.actor_for(grant.association)
    report = expenditure_reports.draft(grant, bishkek_day(now), actor=association, now=now)
    reason = REASONS[grant.application.language]
    expenditure_reports.submit(report, explanation=reason, actor=association, now=now)
    now = yield later(now, 3, chance)
    expenditure_reports.accept(report, actor=programme.as_staff("finance1"), now=now)
    return now
