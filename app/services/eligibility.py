"""Who may apply: the rules of a call beyond its money, each with its setting, its sentence and how it is looked up.

The settings stand in `Call.eligibility`; a rule that is not set (0, or no place) asks nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import places
from app.services.errors import DomainError
from models.applications import Application
from models.base import db
from models.calls import Call
from models.grants import RUNNING, Grant
from models.places import Oblast

LIMITS = {"running_grants": 20, "co_investment_percent": 100, "founded_months": 600}
"""{setting: its highest value}."""


@dataclass(frozen=True)
class Finding:
    """One rule: its text (message id), whether it is met, what was found and what would mend it (with parameters)."""

    rule: str
    text: str
    met: bool
    found: DomainError
    mend: DomainError


def check(settings: Mapping[str, Any]) -> None:
    """Raises `DomainError` at the setting that is out of its range."""
    for name, most in LIMITS.items():
        if not 0 <= settings[name] <= most:
            raise DomainError(N_("Enter a whole number from %(least)s to %(most)s."), field=name, least=0, most=most)


def statements(call: Call) -> list[DomainError]:
    """The rules in force, a sentence each, as they are published."""
    settings = call.eligibility
    said = [
        DomainError(N_("A village association of migrants’ families may apply, once in this call.")),
        DomainError(N_("The village meeting has agreed, and its signed minutes are attached.")),
        DomainError(N_("The association has a confirmed payout account.")),
    ]
    if settings["running_grants"]:
        said.append(
            DomainError(N_("At most %(count)s grants of the association still run."), count=settings["running_grants"])
        )
    else:
        said.append(DomainError(N_("The association has no grant still running.")))
    if settings["co_investment_percent"]:
        said.append(
            DomainError(
                N_("At least %(percent)s %% of the whole cost is pledged from remittances."),
                percent=settings["co_investment_percent"],
            )
        )
    if settings["founded_months"]:
        said.append(
            DomainError(
                N_("On the last day of the call the association is at least %(months)s months old."),
                months=settings["founded_months"],
            )
        )
    if settings["oblasts"]:
        said.append(DomainError(N_("The village lies in: %(places)s."), places=_places(call, places.oblasts())))
    if call.allocations and all(one.theme_id is not None for one in call.allocations):
        themes = {one.theme_id: one.theme.names for one in call.allocations if one.theme}
        said.append(DomainError(N_("The project is about: %(themes)s."), themes={"names": list(themes.values())}))
    return said


def _places(call: Call, everywhere: Sequence[Oblast]) -> dict[str, Any]:
    return {"names": [one.names for one in everywhere if one.id in call.eligibility["oblasts"]]}


def running_grants(application_ids: Sequence[int]) -> dict[int, int]:
    """{application id: how many other grants of its association run}."""
    query = (
        db.select(Application.id, db.func.count())
        .join(Grant, Grant.association_id == Application.association_id)
        .where(Application.id.in_(application_ids), Grant.status.in_(RUNNING), Grant.application_id != Application.id)
        .group_by(Application.id)
    )
    counted = {int(application_id): int(count) for application_id, count in db.session.execute(query)}
    return {application_id: counted.get(application_id, 0) for application_id in application_ids}


def findings(application: Application, running: int, everywhere: Sequence[Oblast]) -> list[Finding]:
    """The rules that are set, for an application beside which `running` grants run; `everywhere` is `oblasts`."""
    settings = application.call.eligibility
    found = [_running_grants(running, settings["running_grants"])]
    if settings["co_investment_percent"]:
        found.append(_co_investment(application, settings["co_investment_percent"]))
    if settings["founded_months"]:
        found.append(_age(application, settings["founded_months"]))
    if settings["oblasts"]:
        found.append(_place(application, everywhere))
    return found


def _running_grants(running: int, most: int) -> Finding:
    return Finding(
        "no_open_grant",
        N_("The association has no more grants running than the call allows."),
        running <= most,
        DomainError(N_("Grants running: %(count)s; allowed: %(most)s."), count=running, most=most),
        DomainError(N_("Complete the grant that is still running first.")),
    )


def _co_investment(application: Application, percent: int) -> Finding:
    pledged, cost = application.remittance_pledged, application.total_cost
    due = -(-cost * percent // 100)
    return Finding(
        "co_investment",
        N_("The pledged remittances are a large enough part of the whole cost."),
        pledged >= due,
        DomainError(
            N_("Pledged: %(pledged)s of %(cost)s; at least %(percent)s %% are asked for."),
            pledged=Money(pledged),
            cost=Money(cost),
            percent=percent,
        ),
        DomainError(N_("Find pledges for %(missing)s more."), missing=Money(max(0, due - pledged))),
    )


def _age(application: Application, months: int) -> Finding:
    founded_on, day = application.association.founded_on, bishkek_day(application.call.closes_at)
    return Finding(
        "age",
        N_("The association is old enough."),
        founded_on is not None and months_between(founded_on, day) >= months,
        DomainError(
            N_("Founded on %(day)s; asked for: %(months)s months before the deadline."), day=founded_on, months=months
        )
        if founded_on
        else DomainError(N_("The day of founding is not entered.")),
        DomainError(N_("Ask the administrator to enter the day of founding, or apply in a later call.")),
    )


def _place(application: Application, everywhere: Sequence[Oblast]) -> Finding:
    oblast = application.association.ayil_okmotu.rayon.oblast
    return Finding(
        "place",
        N_("The village lies where the call is held."),
        oblast.id in application.call.eligibility["oblasts"],
        DomainError(
            N_("The village lies in %(place)s; the call is for: %(places)s."),
            place={"name": oblast.names},
            places=_places(application.call, everywhere),
        ),
        DomainError(N_("Apply in a call for this place.")),
    )


def months_between(start: date, end: date) -> int:
    """Whole months from `start` to `end`."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
