"""Pledges outstanding: what remitters promised to running grants and has not come yet, by country and month."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.labels import country_text
from app.localisation import Money, month_text
from app.localisation import gettext as _
from models.base import db
from models.contributions import Contribution, ContributionStatus
from models.grants import Grant
from models.pledges import Pledge, PledgeStatus
from reports.statements.data import Cell, Column, Reader, Statement, Table
from reports.statements.payments_ahead import GOING_ON

SOON = 3
"""So many months, the present one with them, count as soon."""


@dataclass(frozen=True)
class Open:
    """One pledge: what was promised and what of it has not come, in tyiyn by the rate of its day."""

    country: str
    due_on: date
    promised: int
    open: int


def month_after(first: date, months: int) -> date:
    """The first day of the month so many months after the one that begins on `first`."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def gather(reader: Reader) -> Statement:
    """By country what is overdue, due soon and later; then month by month."""
    found = [one for one in _pledges(reader) if one.open]
    total = Money(sum(one.open for one in found))
    return Statement(
        title=_("Pledges outstanding"),
        about=_("Running grants of every fund"),
        name="pledges-outstanding",
        reader=reader,
        facts=[(_("Pledges of which something is to come"), len(found)), (_("Together"), total)],
        tables=[_by_month(found, reader.day), _by_country(found, reader.day)],
        notes=[_("In som by the rate of the day of the pledge. What came counts once it is verified.")],
    )


def _by_country(found: list[Open], today: date) -> Table:
    of_country = defaultdict(list)
    for one in found:
        of_country[one.country].append(one)
    rows = [
        (country_text(country), *_spread(of_country[country], today))
        for country in sorted(of_country, key=country_text)
    ]
    return Table(
        title=_("By country"),
        columns=[
            Column(_("Country"), 2),
            Column(_("Overdue"), 1.5, True),
            Column(_("Due within three months"), 1.5, True),
            Column(_("Later"), 1.5, True),
            Column(_("Together"), 1.5, True),
        ],
        rows=rows,
        total=(_("Together"), *_spread(found, today)),
        empty=_("Everything that was promised has come."),
    )


def _spread(found: Iterable[Open], today: date) -> list[Cell]:
    """What is overdue, due soon, due later, and all of it."""
    sums, until = [0, 0, 0], month_after(today.replace(day=1), SOON)
    for one in found:
        sums[0 if one.due_on < today else 1 if one.due_on < until else 2] += one.open
    return [*(Money(amount) for amount in sums), Money(sum(sums))]


def _by_month(found: list[Open], today: date) -> Table:
    groups: dict[tuple[date, str], list[Open]] = defaultdict(list)
    for one in found:  # what is overdue stands before the present month
        groups[(date.min if one.due_on < today else one.due_on.replace(day=1), country_text(one.country))].append(one)
    rows: list[tuple[Cell, ...]] = [
        (_("Overdue") if month == date.min else month_text(month), country, len(own), Money(sum(x.open for x in own)))
        for (month, country), own in sorted(groups.items(), key=lambda group: group[0])
    ]
    return Table(
        title=_("Promised and not come yet, by month and country"),
        columns=[
            Column(_("Due in"), 1.6),
            Column(_("Country"), 2.4),
            Column(_("Pledges"), 1, True),
            Column(_("Som"), 1.6, True),
        ],
        rows=rows,
        total=(_("Together"), None, len(found), Money(sum(one.open for one in found))),
        empty=_("Everything that was promised has come."),
    )


def _pledges(reader: Reader) -> Iterable[Open]:
    came = (
        db.select(Contribution.pledge_id, db.func.sum(Contribution.amount_kgs).label("amount"))
        .where(Contribution.status == ContributionStatus.VERIFIED, Contribution.pledge_id.is_not(None))
        .group_by(Contribution.pledge_id)
        .subquery()
    )
    query = (
        db.select(Pledge.country, Pledge.due_on, Pledge.amount_kgs, db.func.coalesce(came.c.amount, 0))
        .join(Grant, Grant.application_id == Pledge.application_id)
        .outerjoin(came, came.c.pledge_id == Pledge.id)
        .where(Pledge.status.in_([PledgeStatus.PLEDGED, PledgeStatus.PARTLY_RECEIVED]))
        .where(Grant.status.in_(GOING_ON), Grant.id.not_in(reader.without))
    )
    for country, due_on, promised, received in db.session.execute(query):
        yield Open(country, due_on, int(promised), max(0, int(promised) - int(received)))
