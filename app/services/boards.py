"""What the pages of a session show of its agenda: each application with its place, scores and state."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf
from operator import itemgetter
from typing import NamedTuple

from app.services import agendas, decision_lists, decisions, departures, new_decisions, protocols, rankings, selections
from app.services.application_lists import ListedApplication
from app.services.calls import allocations
from app.services.calls.allocations import Standing
from app.services.decision_lists import MadeDecision
from app.services.rankings import RankedApplication, Ranking
from models.applications import Application, ApplicationStatus
from models.council_sessions import CouncilSession, Decision


class BoardRow(NamedTuple):
    """An application of the agenda. `place` counts from 1 among those that wait; `row` is its standing."""

    application: ListedApplication
    is_discussed: bool
    place: int
    row: RankedApplication
    is_far_apart: bool


class ClosedRow(NamedTuple):
    """An application that is closed to the reader: only that it is there, and whether it is discussed just now."""

    application: Application
    is_discussed: bool


@dataclass(frozen=True)
class Board:
    """The agenda as one reader sees it: what is under discussion, what waits, what is decided and awarded in all
    (tyiyn), what each budget line has left, and the ranking; figures and places are without what is closed to this
    reader."""

    current: BoardRow | None
    waiting: list[BoardRow]
    closed: list[ClosedRow]
    decided: list[MadeDecision]
    awarded: int
    standings: list[Standing]
    ranking: Ranking

    @property
    def open_rows(self) -> list[BoardRow]:
        """What is under discussion, then what waits."""
        return [*([self.current] if self.current else []), *self.waiting]

    @property
    def undecided(self) -> int:
        """How many wait for a decision; those closed to the reader too, on their way or reviewed."""
        return len(self.waiting) + len(self.closed) + (self.current is not None)


def board(session: CouncilSession, closed: Collection[int]) -> Board:
    """The agenda of an open session, none once it has ended; of the applications `closed` to the reader only that they
    are there.

    Those stand apart, in the order of their numbers, from their submission to their decision: when they come to be
    reviewed does not show. The others have the ranks they have without them: their places would tell how they are
    ranked.
    """
    call, open_items = session.call, agendas.open_items_of(session)
    made = decision_lists.made(session)
    decided = {one.application_id for one in made}
    ranking = rankings.of_call(call, closed)
    not_yet = (inf, False)  # reviewed since the agenda was made: behind all that is on it
    open_rows = [
        (*open_items.get(row.application_id, not_yet), row)
        for row in (ranking.rows if session.is_open else ())
        if row.application.status is ApplicationStatus.REVIEWED and row.application_id not in decided
    ]
    open_rows.sort(key=itemgetter(0))  # stable: those not on it stay as they are ranked
    current, waiting = None, list[BoardRow]()
    for _position, is_discussed, row in open_rows:
        apart = rankings.is_far_apart(row.spread, row.reviews, call)
        one = BoardRow(row.application, is_discussed, 0 if is_discussed else len(waiting) + 1, row, apart)
        if is_discussed:
            current = one
        else:
            waiting.append(one)
    out = [
        ClosedRow(one, open_items.get(one.id, not_yet)[1])
        for one in (decisions.undecided_of(session, closed) if session.is_open else ())
    ]
    hidden = closed if session.is_open else ()
    awarded = sum(one.amount or 0 for one in made if one.application_id not in hidden)
    standings = allocations.seen(new_decisions.money_left(call), closed)
    return Board(current, waiting, out, made, awarded, standings, ranking)


def departed(session: CouncilSession, board: Board, closed: Collection[int]) -> Collection[int]:
    """The applications whose decisions depart from the ranked list; once it is signed, as the protocol has it.

    Until then the list is the reader's: whether there is one more on it, and where, would tell of it.
    """
    if session.protocol is not None:
        return protocols.departed(session) - set(closed)
    if not board.decided:
        return ()
    proposal = selections.proposed(session.call, board.ranking, board.standings)
    return departures.of_decisions(proposal, board.decided, closed, new_decisions.passed_over(session))


def ranks(session: CouncilSession, board: Board, closed: Collection[int]) -> Mapping[int, int | None]:
    """{application: the rank its decision is shown with}: as recorded, but not while a gap would tell a reader where
    something closed to them stands."""
    if closed and session.is_open:
        return {one.application_id: one.rank for one in board.ranking.rows}
    return {one.application_id: one.rank for one in board.decided}


def last_decision(session: CouncilSession, closed: Collection[int]) -> Decision | None:
    """The latest decision of a session for its wall: None if it is `closed` to the reader, or somebody who was out of
    the room for it is back."""
    last = max(session.decisions, key=lambda one: one.id, default=None)
    item = agendas.items_of(session).get(last.application_id) if last else None
    away = {one.user_id for one in item.recusals} if item else set()
    return None if last is None or last.application_id in closed or away & {one.id for one in session.present} else last
