"""What the pages of a session show of its agenda: each application with its place, scores and state."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from app.services import agendas, departures, protocols, rankings, selections
from app.services.calls import allocations
from app.services.calls.allocations import Standing
from app.services.rankings import RankedApplication, Ranking
from models.agenda_items import AgendaItem, AgendaStatus
from models.applications import Application, ApplicationStatus
from models.council_sessions import CouncilSession, Decision


class BoardRow(NamedTuple):
    """An application of the agenda. `place` counts from 1 among those that wait; `row` is its standing, if ranked."""

    application: Application
    item: AgendaItem | None
    place: int
    row: RankedApplication | None
    is_closed: bool
    is_far_apart: bool

    @property
    def is_discussed(self) -> bool:
        return self.item is not None and self.item.status is AgendaStatus.DISCUSSED


@dataclass(frozen=True)
class Board:
    """The agenda as one reader sees it: what is under discussion, what waits, and what each budget line has left.

    `seen_standings` are for the page; `standings`, with what the reader is not to see, only to work with.
    """

    current: BoardRow | None
    waiting: list[BoardRow]
    closed: list[BoardRow]
    standings: list[Standing]
    seen_standings: list[Standing]
    ranking: Ranking

    @property
    def open_rows(self) -> list[BoardRow]:
        """What is under discussion, then what waits."""
        return [*([self.current] if self.current else []), *self.waiting]


def board(session: CouncilSession, closed: Collection[int]) -> Board:
    """The agenda of an open session; of the applications `closed` to the reader only that they are there.

    Those stand apart, in the order of their numbers, and the others have the ranks they have without them: their
    places would tell how they are ranked.
    """
    items = agendas.items_of(session)
    decided = {one.application_id for one in session.decisions}
    call = session.call
    ranking = rankings.in_order(call)
    seen_as = {one.application_id: one for one in rankings.in_order(call, closed).rows} if closed else {}
    rows = []
    for row in ranking.rows:
        application, application_id = row.application, row.application_id
        if application.status is ApplicationStatus.REVIEWED and application_id not in decided:
            apart = rankings.is_far_apart(row.spread, row.reviews, call)
            seen = seen_as.get(application_id, row)
            rows.append(BoardRow(application, items.get(application_id), 0, seen, application_id in closed, apart))
    last = len(items) + 1
    rows.sort(key=lambda one: (one.item.position if one.item else last, one.row.rank if one.row else 0))
    shown = [one for one in rows if not one.is_closed]
    waiting = [one for one in shown if not one.is_discussed]
    standings = allocations.standings(call)
    return Board(
        next((one for one in shown if one.is_discussed), None),
        [_at(one, place) for place, one in enumerate(waiting, start=1)],
        sorted((one for one in rows if one.is_closed), key=lambda one: one.application.number),
        standings,
        allocations.seen(standings, closed),
        ranking,
    )


def departed(session: CouncilSession, board: Board, closed: Collection[int]) -> Collection[int]:
    """The applications whose decisions depart from the ranked list; once it is signed, as the protocol has it."""
    if session.protocol is not None:
        return protocols.departed(session) - set(closed)
    if not session.decisions:
        return ()
    proposal = selections.proposed(session.call, board.ranking, board.standings)
    return departures.of_decisions(proposal, session.decisions, closed)


def _at(one: BoardRow, place: int) -> BoardRow:
    return one._replace(place=place)


def last_decision(session: CouncilSession, closed: Collection[int]) -> Decision | None:
    """The latest decision of a session for its wall: None if it is `closed` to the reader, or somebody who was out of
    the room for it is back."""
    last = max(session.decisions, key=lambda one: one.id, default=None)
    item = agendas.items_of(session).get(last.application_id) if last else None
    away = {one.user_id for one in item.recusals} if item else set()
    return None if last is None or last.application_id in closed or away & {one.id for one in session.present} else last
