"""Statements of money: gathered once, shown as a page, printed on A4, written as a workbook or a table of text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.localisation import N_
from reports.statements import (
    advances,
    assets,
    associations,
    funds,
    grants,
    leverage,
    overrides,
    payments_ahead,
    pledges,
)
from reports.statements.data import Reader, Statement, Subject, Table, shown
from reports.statements.paper import to_pdf
from reports.statements.workbook import to_csv, to_xlsx

__all__ = [
    "PROGRAMME",
    "Kind",
    "Reader",
    "Statement",
    "Subject",
    "Table",
    "of_association",
    "of_fund",
    "of_grant",
    "shown",
]
__all__ += ["to_csv", "to_pdf", "to_xlsx"]


@dataclass(frozen=True)
class Kind:
    """A statement over the whole programme: its title, what it is for (message ids), what gathers it."""

    title: str
    hint: str
    gather: Callable[[Reader], Statement]


PROGRAMME: Mapping[str, Kind] = {
    "calendar": Kind(
        N_("Tranche calendar and cash forecast"),
        N_("What is to be paid in which month, and whether each fund has the money."),
        payments_ahead.gather,
    ),
    "pledges": Kind(
        N_("Pledges outstanding"),
        N_("What remitters promised and has not come yet, by country and month."),
        pledges.gather,
    ),
    "leverage": Kind(
        N_("Leverage"),
        N_("Verified co-investment for each som of grant money, by fund and oblast."),
        leverage.gather,
    ),
    "advances": Kind(
        N_("Aged advances"),
        N_("What was paid and is not accounted for, by how long ago."),
        advances.gather,
    ),
    "overrides": Kind(
        N_("List of overrides"),
        N_("Conditions of a payment that two people set aside, with their reasons."),
        overrides.gather,
    ),
    "assets": Kind(
        N_("Asset register"),
        N_("Lasting things the grants paid for, where they are and what was last seen of them."),
        assets.gather,
    ),
}
"""Statements of the whole programme by the name in their address."""
of_association, of_grant, of_fund = associations.gather, grants.gather, funds.gather
