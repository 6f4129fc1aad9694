"""The secretary's list: what waits for screening, what was found, and what is not in order, by how long it has waited.

Which rows they are, and how many, is found by `screening_queries`; what is said of the sixty is read in two queries.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from app.localisation import words as folded_words
from app.services import screening_queries as queries
from app.services import screening_rules
from app.services.conflicts import NO_TIES, Ties
from models.applications import WAITING, Application, ApplicationStatus, ScreeningOutcome
from models.associations import Association
from models.base import db
from models.duplicates import AlikePair
from models.screening_batches import HeldScreening, HeldStatus, ScreeningBatch

S = ApplicationStatus
LISTED = (*WAITING, S.RETURNED, S.ELIGIBLE, S.INELIGIBLE)
"""What the list is of: later states are the reviewers' and the Council's."""
SCREENABLE = (*WAITING, S.RETURNED)
"""What a finding can still be made on."""
PAGE = 60
_EPOCH, _INSTANT = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; None, an empty text or False narrows nothing.

    `rule` is one of `screening_rules.NAMES`, `ANY` or `NONE`; `is_alike` leaves those with a pair that nothing was said
    of yet; `ties` are the applicants the reader has a part in: they are neither listed nor counted.
    """

    statuses: tuple[ApplicationStatus, ...] = LISTED
    call_id: int | None = None
    centre_id: int | None = None
    oblast_id: int | None = None
    rule: str = ""
    is_alike: bool = False
    words: str = ""
    ties: Ties = NO_TIES


class Cursor(NamedTuple):
    """A place in the list: when it was handed in, and which it is."""

    submitted_at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.submitted_at - _EPOCH) // _INSTANT}-{self.id}"


def cursor_from(text: str) -> Cursor:
    """The cursor that `str` made. Raises `ValueError` for anything else."""
    instant, _, row = text.partition("-")
    if not (instant.isascii() and instant.isdecimal() and len(instant) < 18 and row.isdecimal() and len(row) < 19):
        raise ValueError(text)
    return Cursor(_EPOCH + int(instant) * _INSTANT, int(row))


class Pair(NamedTuple):
    """Another application that is alike, without a finding."""

    other_id: int
    number: str


@dataclass(frozen=True)
class Row:
    """What the list says of an application; `unmet` are rules by their keys, `held` the finding that waits."""

    id: int
    number: str
    title: str
    status: ApplicationStatus
    submitted_at: datetime
    names: Mapping[str, str]
    unmet: tuple[str, ...]
    alike: tuple[Pair, ...]
    held: ScreeningOutcome | None
    batch_id: int | None

    @property
    def is_screenable(self) -> bool:
        """Whether a finding can be made on it and none is held."""
        return self.status in SCREENABLE and self.held is None

    def days_waiting(self, now: datetime) -> int | None:
        """Whole days since it was handed in, None for what does not wait for the office."""
        return (now - self.submitted_at).days if self.status in WAITING else None


@dataclass(frozen=True)
class Page:
    """One page, the cursors of its neighbours (None at an end), and how many there are in each state of `LISTED`."""

    rows: list[Row]
    before: Cursor | None
    after: Cursor | None
    counts: Mapping[ApplicationStatus, int]


def page(
    narrowed: Filter,
    cursor: Cursor | None = None,
    *,
    backwards: bool = False,
    newest_first: bool = False,
    size: int = PAGE,
) -> Page:
    """The rows after `cursor`, or before it (`backwards`); without a cursor the first page or the last.

    Who has waited longest comes first, unless `newest_first`. The counts are those under the filter, whatever states
    it is narrowed to.
    """
    ids, counts = _look_up(narrowed, cursor, rising=newest_first == backwards, limit=size + 1)
    more, ids = len(ids) > size, ids[:size]
    if backwards:
        ids.reverse()
    before = more if backwards else cursor is not None
    after = cursor is not None if backwards else more
    found = rows(ids, narrowed.ties)
    return Page(
        found,
        Cursor(found[0].submitted_at, found[0].id) if found and before else None,
        Cursor(found[-1].submitted_at, found[-1].id) if found and after else None,
        counts,
    )


def _look_up(
    narrowed: Filter, cursor: Cursor | None, *, rising: bool, limit: int
) -> tuple[list[int], Mapping[ApplicationStatus, int]]:
    """Which rows come, by their ids, and how many there are in each state."""
    kind, values = queries.kind_of(
        call_id=narrowed.call_id,
        centre_id=narrowed.centre_id,
        oblast_id=narrowed.oblast_id,
        rule=narrowed.rule,
        is_alike=narrowed.is_alike,
        words=folded_words(narrowed.words),
        ties=narrowed.ties,
    )
    stretch = queries.Stretch(() if narrowed.statuses == LISTED else narrowed.statuses, cursor is not None, rising)
    here = {} if cursor is None else {"here_at": cursor.submitted_at, "here_id": cursor.id}
    if not _is_broad(narrowed, kind):
        picking = queries.picking(kind, stretch._replace(statuses=()))
        picked = queries.ran(picking, {**values, **here, "limit": kind.sparse + 1})
        if len(picked) <= kind.sparse:
            counted = Counter(status for _at, _id, status, _is_after in picked)
            after = [(at, id_) for at, id_, status, is_after in picked if is_after and status in narrowed.statuses]
            after.sort(reverse=not rising)
            return [int(id_) for _at, id_ in after[:limit]], {status: counted[status] for status in LISTED}
    (counts,) = queries.ran(queries.counting(kind, LISTED), values)
    found = queries.ran(queries.listing(kind, stretch), {**values, **here, "limit": limit})
    return [int(id_) for (id_,) in found], dict(zip(LISTED, map(int, counts), strict=True))


def _is_broad(narrowed: Filter, kind: queries.Kind) -> bool:
    """Whether nothing but states, ties, common words or any rule at all narrows it: that is hardly ever few."""
    rule = narrowed.rule if narrowed.rule == screening_rules.ANY else ""
    words = narrowed.words if kind.has_common_words else ""
    return narrowed == Filter(narrowed.statuses, rule=rule, words=words, ties=narrowed.ties)


_FACTS = (  # made once: to build it takes longer than to run it
    db.select(
        Application.id,
        Application.number,
        Application.title,
        Application.status,
        Application.submitted_at,
        Association.name_ky,
        Association.name_ru,
        Association.name_en,
        ScreeningBatch.outcome,
        ScreeningBatch.id,
        Application.unmet,
    )
    .select_from(Application)
    .join(Association, Association.id == Application.association_id)
    .outerjoin(
        HeldScreening, (HeldScreening.application_id == Application.id) & (HeldScreening.status == HeldStatus.HELD)
    )
    .outerjoin(ScreeningBatch, ScreeningBatch.id == HeldScreening.batch_id)
    .where(Application.id.in_(db.bindparam("ids", expanding=True)))
)


def _side(own: Any, other: Any) -> Any:
    return (
        db.select(own, other, Application.number, Application.association_id)
        .join(Application, Application.id == other)
        .where(own.in_(db.bindparam("ids", expanding=True)), ~queries.said().exists())
    )


_PAIRS = _side(AlikePair.application_id, AlikePair.other_id).union_all(
    _side(AlikePair.other_id, AlikePair.application_id)
)


def rows(application_ids: Sequence[int], ties: Ties = NO_TIES) -> list[Row]:
    """What the list says of each, in their order; pairs with what the reader has a part in are left out."""
    if not application_ids:
        return []
    asked = {"ids": list(application_ids)}
    pairs: dict[int, list[Pair]] = {}
    for own, other, number, association_id in sorted(queries.ran(_PAIRS, asked)):
        if association_id not in ties.association_ids and other not in ties.application_ids:
            pairs.setdefault(own, []).append(Pair(int(other), number))
    found = {}
    for id_, number, title, status, at, ky, ru, en, held, batch_id, unmet in queries.ran(_FACTS, asked):
        broken, alike = screening_rules.names_in(unmet), tuple(pairs.get(id_, ()))
        found[id_] = Row(id_, number, title, status, at, {"ky": ky, "ru": ru, "en": en}, broken, alike, held, batch_id)
    return [found[id_] for id_ in application_ids]
