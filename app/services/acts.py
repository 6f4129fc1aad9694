"""The acts of the history as they are read to hold rows against them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.applications import Application
from models.audit import AuditEvent
from models.base import db

WHO, MOMENT = "who", "moment"
UNRECORDED = "no act of the history records it"
NOT_THERE = "what it records is not there"


@dataclass(frozen=True)
class Act:
    """One event of the history. `told` is what it says: its details, its subject under a name, who and when."""

    id: int
    action: str
    subject: str
    told: Mapping[str, Any]

    @property
    def row_id(self) -> int:
        """The id of the row it is about."""
        return int(self.subject.partition(":")[2])

    @property
    def name(self) -> str:
        return f"act {self.id} of the history ({self.action} of {self.subject})"


def acts(*actions: str, subject: str = "row") -> Iterator[Act]:
    """The acts of these kinds, in their order; what they are about is told under `subject`."""
    columns = AuditEvent.id, AuditEvent.action, AuditEvent.subject, AuditEvent.details
    query = db.select(*columns, AuditEvent.actor_id, AuditEvent.happened_at).order_by(AuditEvent.id)
    query = query.where(AuditEvent.action.in_(actions)).execution_options(yield_per=2000)
    for id_, action, about, details, who, moment in db.session.execute(query):
        told = {**json.loads(details), WHO: who, MOMENT: moment, subject: int(about.partition(":")[2])}
        yield Act(id_, action, about, told)


def of_number(*columns: Any) -> Any:
    """A SELECT of these columns and of the number of their application, which the caller joins."""
    return db.select(*columns, Application.number.label("number"))
