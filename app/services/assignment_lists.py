"""Assignments as a list: a plan made from one, with each row that cannot be taken named; and a plan written as one."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from app.localisation import N_, gettext
from app.services import assignment_facts, assignment_plans, assignment_reasons, conflicts, csv_rows
from app.services.actors import Actor
from app.services.assignment_facts import Asked, Judge
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from models.applications import Application
from models.assignment_plans import AssignmentPlan, PlanMode
from models.base import db
from models.calls import Call
from models.users import User

COLUMNS: Mapping[str, tuple[str, str]] = {
    "ky": ("арыз", "баалоочу"),
    "ru": ("заявка", "рецензент"),
    "en": ("application", "reviewer"),
}
"""Number of the application and user name of the reviewer, in any language; without headings in this order."""
MOST_ROWS = 20_000
LONGEST = 60


def make(call: Call, text: str, *, due_on: date, actor: Actor, now: datetime) -> AssignmentPlan:
    """Plan what a list says (CSV; comma, semicolon or tab). Rows that cannot be taken stand in the plan as refused, and
    so does whom the secretary chooses for an application they have a tie to.

    Raises `IncompleteError` for an empty list, `LimitExceededError` for one that is too long or has too long a row: no
    more of it is read than may be taken.
    """
    assignment_plans.must_be_plannable(call, due_on, now)
    rows = list(islice(_rows(text), MOST_ROWS + 1))
    if not rows:
        raise IncompleteError(N_("The list holds no row."), field="rows")
    if len(rows) > MOST_ROWS:
        raise LimitExceededError(N_("At most %(most)s rows at once."), field="rows", most=MOST_ROWS)
    # A refusal for the limit goes by the load the secretary may see, as `assignment_candidates` does.
    applications, judges = assignment_facts.asked(call), assignment_facts.judges(call, conflicts.ties_of(actor.user))
    without = conflicts.closed_to(actor.user, call)
    reading = _Reading({one.number.casefold(): one for one in applications}, _by_name(judges), without)
    refused = []
    for line, number, name in rows:
        try:
            reading.take(number, name)
        except DomainError as problem:
            why = {"message": problem.message, "parameters": problem.parameters}
            refused.append({"row": line, "application": number[:LONGEST], "reviewer": name[:LONGEST], **why})
    shortage = {"refused": refused}
    return assignment_plans.keep(
        call,
        PlanMode.LIST,
        call.reviewers_per_application,
        due_on,
        reading.pairs,
        applications,
        judges,
        shortage,
        actor,
        now,
    )


def _rows(text: str) -> Iterator[tuple[int, str, str]]:
    """(line from 1, number, user name) of each row that is not empty."""
    text = text.removeprefix("\ufeff")
    first = next((line for line in csv_rows.lines_of(text) if line.strip()), "")
    delimiter = next((one for one in ("\t", ";") if one in first), ",")
    places, is_first = (0, 1), True
    for line, cells in enumerate(csv_rows.read(csv_rows.lines_of(text), delimiter), start=1):
        row = [cell.strip() for cell in cells]
        if not any(row):
            continue
        headings = [cell.casefold() for cell in row]
        named = next((one for one in COLUMNS.values() if set(one) <= set(headings)), None) if is_first else None
        is_first = False
        if named:
            places = headings.index(named[0]), headings.index(named[1])
            continue
        number, name = (row[place].removeprefix("'") if place < len(row) else "" for place in places)
        yield line, number, name


def _by_name(judges: list[Judge]) -> dict[str, Judge]:
    query = db.select(User.id, User.folded_username).where(User.id.in_([one.id for one in judges]))
    names = {int(row[0]): str(row[1]) for row in db.session.execute(query)}
    return {names[one.id]: one for one in judges}


class _Reading:
    """The pairs read so far, each held against what is so and against the rows before it."""

    def __init__(
        self, applications: Mapping[str, Asked], judges: Mapping[str, Judge], without: Collection[int]
    ) -> None:
        self.applications, self.judges, self.without = applications, judges, without
        self._taken: dict[tuple[int, int], None] = {}
        self._loads = Counter({one.id: one.load for one in judges.values()})

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """What was taken: application and user ids."""
        return list(self._taken)

    def take(self, number: str, name: str) -> None:
        """Add the pair of a row, or raise `DomainError` with the reason."""
        application, judge = self.applications.get(number.casefold()), self.judges.get(name.casefold())
        if application is None:
            raise DomainError(N_("This call has no such application that a reviewer can be asked for."))
        if application.id in self.without:
            raise SeparationOfDutyError(conflicts.TIE)
        if judge is None:
            raise DomainError(N_("There is no reviewer with this user name."))
        if (application.id, judge.id) in self._taken:
            raise AlreadyUsedError(N_("The same stands in a row before."))
        problem = assignment_plans.problem_of(application, judge, self._loads[judge.id] + 1, 0, None)
        if problem is not None:
            raise problem
        self._loads[judge.id] += 1
        self._taken[application.id, judge.id] = None


@dataclass(frozen=True)
class Refused:
    """A row of a list that was not taken, and why (a refusal whose text is in the language in force)."""

    row: int
    application: str
    reviewer: str
    problem: DomainError


def refused(plan: AssignmentPlan, without: Collection[int], reader: User | None = None) -> list[Refused]:
    """The rows of its list that a plan could not take, but those on applications the reader may not see.

    Of a list that somebody else took over, who has ties in the call is not told either who was at the limit: it went by
    more than they may see.
    """
    is_whole = not without or plan.made_by is reader
    numbers = db.session.scalars(db.select(Application.number).where(Application.id.in_(without)))
    hidden = {one.casefold() for one in numbers}
    return [
        Refused(one["row"], one["application"], one["reviewer"], DomainError(one["message"], **one["parameters"]))
        for one in plan.shortage.get("refused", ())
        if one["application"].casefold() not in hidden and (is_whole or one["message"] != assignment_plans.AT_THE_LIMIT)
    ]


def to_csv(plan: AssignmentPlan, locale: str, without: Collection[int]) -> str:
    """A plan as CSV in the language in force, `locale`, without applications the reader may not see; `make` reads it
    back."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([*COLUMNS[locale], gettext("Name"), gettext("Association"), gettext("Why")])
    for one in assignment_plans.planned(plan, without):
        association = one.application.association.name(locale)
        why = "; ".join(assignment_reasons.in_words(one.reasons))
        row: list[Any] = [one.application.number, one.reviewer.username, one.reviewer.display_name, association, why]
        writer.writerow([csv_rows.harmless(str(cell)) for cell in row])
    return file.getvalue()
