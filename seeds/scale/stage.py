"""What synthetic applications are built on, what one is before it is written, and the bulk inserts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, insert

from app.services import themes
from app.services.actors import Actor
from models.associations import Association
from models.base import Base, db
from models.calls import Call
from models.indicators import Indicator
from models.rates import ExchangeRate
from models.themes import Theme
from models.users import Role, RoleAssignment, User
from seeds import content
from seeds.content import Content

ROLES = (Role.OPERATOR, Role.REVIEWER, Role.SECRETARY)


class DemonstrationMissingError(Exception):
    """There are no associations, reviewers or rates to build on: load the demonstration programme first."""


@dataclass(frozen=True)
class Stage:
    """What the synthetic applications are built on."""

    content: Content
    associations: Sequence[Association]
    operators: dict[int, int]
    reviewers: Sequence[tuple[int, int | None]]
    """User id and the ayil okmotu the reviewer lives in."""
    secretary: int
    actors: dict[int, Actor]
    """By user id: those in whose names the acts are recorded."""
    indicators: dict[str, int]
    themes: dict[str, Theme]
    rate: ExchangeRate


@dataclass(frozen=True)
class PlanRows:
    """The rows of one business plan but for the application they belong to, in the shape of their tables."""

    frame: dict[str, Any]
    sales: list[dict[str, Any]]
    costs: list[dict[str, Any]]
    financing: list[dict[str, Any]]
    steps: list[dict[str, Any]]


@dataclass(frozen=True)
class Draft:
    """One application before it is written: its row, and what its other rows are made from."""

    row: dict[str, Any]
    kind: Any
    association: Association
    call: Call
    texts: dict[str, str]
    pledges: list[dict[str, Any]]
    plan: PlanRows
    theme: Theme


def find() -> Stage:
    """Look up what there is. Raises `DemonstrationMissingError`."""
    associations = list(db.session.scalars(db.select(Association).order_by(Association.id)))
    held = db.session.execute(
        db.select(RoleAssignment.role, RoleAssignment.centre_id, User)
        .join(User, User.id == RoleAssignment.user_id)
        .where(RoleAssignment.ended_at.is_(None), RoleAssignment.role.in_(ROLES))
        .order_by(RoleAssignment.id)
    ).all()
    reviewers = [
        (user.id, user.person.village.ayil_okmotu_id if user.person.village else None)
        for role, _centre, user in held
        if role is Role.REVIEWER
    ]
    secretaries = [user.id for role, _centre, user in held if role is Role.SECRETARY]
    rate = db.session.scalar(
        db.select(ExchangeRate)
        .where(ExchangeRate.currency == "RUB", ExchangeRate.approved_at.is_not(None))
        .order_by(ExchangeRate.valid_on.desc())
        .limit(1)
    )
    if not associations or len(reviewers) < 2 or not secretaries or rate is None:
        raise DemonstrationMissingError("Load the demonstration programme first: flask demo.")
    return Stage(
        content=content.load(),
        associations=associations,
        operators={centre: user.id for role, centre, user in held if role is Role.OPERATOR},
        reviewers=reviewers,
        secretary=secretaries[0],
        actors={user.id: Actor(user) for _role, _centre, user in held},
        indicators={one.key: one.id for one in db.session.scalars(db.select(Indicator))},
        themes={one.code: one for one in themes.listed()},
        rate=rate,
    )


def write(table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Write the rows at once."""
    if rows:
        db.session.connection().execute(insert(_table(table)), rows)


def write_returning(table: type[Base], rows: list[dict[str, Any]]) -> list[int]:
    """Write the rows; their new ids in the same order."""
    if not rows:
        return []
    columns = _table(table)
    statement = insert(columns).returning(columns.c.id, sort_by_parameter_order=True)
    return list(db.session.connection().execute(statement, rows).scalars())


def _table(table: type[Base]) -> Table:
    return table.metadata.tables[table.__tablename__]
