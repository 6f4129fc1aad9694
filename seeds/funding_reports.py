"""The funding report that a donor's representative asked for in the demonstration."""

from app.localisation import use_locale
from app.services import funding_reports, users
from app.services.actors import Actor
from reports import funding
from seeds.agenda import Story, at
from seeds.funds import FUND
from seeds.programme import Programme

LOCALE = "en"


def finished(programme: Programme) -> Story:
    """In July, on the fund's first eighteen months: asked for, made as the worker makes it, frozen."""
    now = yield at(programme.calendar.on(2026, 7, 6), 10)
    fund = programme.funds[FUND]
    representative = users.find(f"donor.{fund.donor.code.lower()}")
    if representative is None:
        raise LookupError(f"nobody has an account for {fund.donor.code}")
    report = funding_reports.request(
        fund,
        starts_on=fund.starts_on,
        ends_on=programme.calendar.on(2026, 6, 30),
        locale=LOCALE,
        actor=Actor(representative),
        now=now,
    )
    funding_reports.start(report, now=now)
    with use_locale(LOCALE):
        data = funding.gather(fund, report.starts_on, report.ends_on, generated_at=now, progress=None)
    funding_reports.freeze(report, funding.to_json(data), now=now)
