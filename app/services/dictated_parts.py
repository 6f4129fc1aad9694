"""Which parts of which applications were written in a session: a receipt shows the words of those."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.applications import Application
from models.audit import AuditEvent
from models.base import db

PARTS: Mapping[str, str] = {
    "application.add_budget_line": "budget",
    "application.add_pledge": "pledges",
    "application.change_budget_line": "budget",
    "application.change_pledge": "pledges",
    "application.choose_theme": "theme",
    "application.count_beneficiaries": "beneficiaries",
    "application.propose_financing": "financing",
    "application.record_meeting": "meeting",
    "application.remove_budget_line": "budget",
    "application.remove_pledge": "pledges",
    "application.remove_target": "targets",
    "application.set_plan": "business_plan",
    "application.set_target": "targets",
    "document.attach": "documents",
    "document.move": "documents",
    "document.remove": "documents",
}
"""{act: key of the fixed part it writes}."""
PLAN_TABLES: Mapping[str, str] = {
    "sale_lines": "sales",
    "running_costs": "costs",
    "financings": "financing",
    "work_steps": "steps",
}
"""{table an act on a row of the plan names: key of the fixed part}."""


@dataclass(frozen=True)
class Dictated:
    """An application and the keys of the parts of its form in which something was written."""

    application: Application
    parts: frozenset[str]


def of(acts: Iterable[AuditEvent]) -> list[Dictated]:
    """What `acts` wrote, application by application in the order they were begun; nothing for acts on anything else."""
    found: dict[int, set[str]] = defaultdict(set)
    for act in acts:
        table, _colon, row_id = act.subject.partition(":")
        part = part_of(act)
        if table == Application.__tablename__ and part is not None:
            found[int(row_id)].add(part)
    query = db.select(Application).where(Application.id.in_(found)).order_by(Application.id)
    return [Dictated(one, frozenset(found[one.id])) for one in db.session.scalars(query)]


def part_of(act: AuditEvent) -> str | None:
    """The key of the part an act writes; None for a step of the life cycle and for what is no application."""
    details = json.loads(act.details)
    if act.action == "application.save_section":
        section = details["section"]
        return str(section["key"] if isinstance(section, Mapping) else section)  # of earlier acts only the key is kept
    if act.action in ("application.save_plan_row", "application.remove_plan_row"):
        return PLAN_TABLES[details["part"]]
    return PARTS.get(act.action)
