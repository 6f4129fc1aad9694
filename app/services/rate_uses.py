"""What an exchange rate was used by: instalments of donors, contributions and pledges that are pinned to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.services.conflicts import Ties
from models.applications import Application
from models.base import db
from models.contributions import Contribution
from models.funds import FundInstalment
from models.grants import Grant
from models.pledges import Pledge
from models.rates import ExchangeRate

MOST = 60
"""So many of each are listed; the rest is counted."""


@dataclass(frozen=True)
class Reader:
    """What somebody sees: conditions on funds, grants and applications, and the ties whose rows they are kept from."""

    funds: Any
    grants: Any
    applications: Any
    ties: Ties


@dataclass(frozen=True)
class Uses:
    """What is pinned to a rate: the newest of what the reader sees, and how many there are in all."""

    instalments: Sequence[FundInstalment]
    contributions: Sequence[Contribution]
    pledges: Sequence[tuple[Pledge, Application]]
    total: int

    @property
    def left(self) -> int:
        """So many are not listed."""
        return self.total - len(self.instalments) - len(self.contributions) - len(self.pledges)


def of(rate: ExchangeRate, reader: Reader) -> Uses:
    """What `reader` sees of what is pinned to `rate`."""
    instalments = (
        db.select(FundInstalment)
        .join(FundInstalment.fund)
        .where(FundInstalment.rate_id == rate.id, reader.funds)
        .options(db.contains_eager(FundInstalment.fund))
    )
    contributions = (
        db.select(Contribution)
        .join(Contribution.grant)
        .where(Contribution.rate_id == rate.id, reader.grants)
        .where(*reader.ties.free(Grant.association_id, Grant.application_id))
        .options(db.contains_eager(Contribution.grant).joinedload(Grant.association))
    )
    pledges = (
        db.select(Pledge, Application)
        .join(Application, Application.id == Pledge.application_id)
        .where(Pledge.rate_id == rate.id, reader.applications)
        .where(*reader.ties.free(Application.association_id, Application.id))
        .options(db.joinedload(Application.association))
    )
    return Uses(
        list(db.session.scalars(instalments.order_by(FundInstalment.id.desc()).limit(MOST))),
        list(db.session.scalars(contributions.order_by(Contribution.id.desc()).limit(MOST))),
        [(row[0], row[1]) for row in db.session.execute(pledges.order_by(Pledge.id.desc()).limit(MOST))],
        count(rate),
    )


def count(rate: ExchangeRate) -> int:
    """How many rows are pinned to `rate`."""
    tables = (FundInstalment, Contribution, Pledge)
    numbers = (
        db.session.scalar(db.select(db.func.count()).select_from(table).where(table.rate_id == rate.id))
        for table in tables
    )
    return sum(int(one or 0) for one in numbers)
