"""The secretary's list: what waits for screening, what was found, and what is not in order, by how long it has waited.

Which rows they are, and how many, is found in the index `ix_applications_screening` alone; all that is said of the
sixty is read in two queries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from app.localisation import words as folded_words
from app.services import screening_rules
from app.services.conflicts import Ties
from app.services.screening_rules import ASSOCIATION_ID, CALL_ID
from models import search_words
from models.applications import SCREENED, WAITING, Application, ApplicationStatus, ScreeningOutcome
from models.associations import Association
from models.base import db
from models.calls import Call
from models.duplicates import AlikePair, DuplicateFinding
from models.places import AyilOkmotu, Rayon
from models.screening_batches import HeldScreening, HeldStatus, ScreeningBatch

S = ApplicationStatus
LISTED = (*WAITING, S.RETURNED, S.ELIGIBLE, S.INELIGIBLE)
"""What the list is of: later states are the reviewers' and the Council's."""
SCREENABLE = (*WAITING, S.RETURNED)
"""What a finding can still be made on."""
PAGE = 60
FEW = 4000
"""Up to so many applications with a word are picked out by the index of words; a word of more is looked for in rows."""
NO_TIES = Ties(frozenset(), frozenset())
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


_IN_INDEX = (db.text(f"applications.{SCREENED}"), ~Application.is_test)
_FOUND = db.select(Application.id, Application.submitted_at, Application.status).where(*_IN_INDEX)


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
    rising = newest_first == backwards
    found, counts = _look_up(narrowed, cursor, rising=rising, limit=size + 1)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    before = more if backwards else cursor is not None
    after = cursor is not None if backwards else more
    return Page(
        rows([one.id for one in found], narrowed.ties),
        found[0] if found and before else None,
        found[-1] if found and after else None,
        counts,
    )


def _look_up(
    narrowed: Filter, cursor: Cursor | None, *, rising: bool, limit: int
) -> tuple[list[Cursor], Mapping[ApplicationStatus, int]]:
    """Which rows come, and how many there are in each state.

    Calls, places and words are read off the index as it is walked: the page stops early, and the counts cost one walk.
    What few rows meet (one rule, every rule, pairs) is found out once for both.
    """
    settings, conditions = _conditions(narrowed)
    query = _FOUND.where(*conditions)
    if settings is not None:
        query = query.join(settings, settings.c.id == CALL_ID)
    once = narrowed.is_alike or narrowed.rule not in ("", screening_rules.ANY)
    source = query.cte("found").prefix_with("MATERIALIZED") if once else query.subquery("found")
    ids, counts = _ids(source.c, narrowed, cursor, rising=rising).limit(limit), _counts(source.c)
    if not once:
        counted = db.session.execute(counts).one()
        return [Cursor(at, int(id_)) for id_, at in db.session.execute(ids)], _by_status(counted)
    page, sums = ids.subquery("page"), counts.subquery("sums")
    both = db.select(page.c.id, page.c.submitted_at, *sums.c).select_from(sums.outerjoin(page, db.true()))
    order = (page.c.submitted_at, page.c.id)
    found = db.session.execute(both.order_by(*(order if rising else (one.desc() for one in order)))).all()
    return [Cursor(row[1], int(row[0])) for row in found if row[0] is not None], _by_status(found[0][2:])


def _ids(found: Any, narrowed: Filter, cursor: Cursor | None, *, rising: bool) -> Any:
    order = (found.submitted_at, found.id)
    query = db.select(found.id, found.submitted_at).order_by(*(order if rising else (one.desc() for one in order)))
    if narrowed.statuses != LISTED:
        states = found.status.op("||")(db.literal_column("''"))
        query = query.where(states.in_([one.value for one in narrowed.statuses]))
    if cursor is not None:
        here = db.tuple_(db.literal(cursor.submitted_at, Application.submitted_at.type), db.literal(cursor.id))
        query = query.where(here < db.tuple_(*order) if rising else here > db.tuple_(*order))
    return query


def _counts(found: Any) -> Any:
    return db.select(*(db.func.count(found.id).filter(found.status == one).label(one.value) for one in LISTED))


def _by_status(counted: Sequence[int]) -> Mapping[ApplicationStatus, int]:
    return dict(zip(LISTED, map(int, counted), strict=True))


def _conditions(narrowed: Filter) -> tuple[Any, list[Any]]:
    """The settings of the calls, when a rule is asked for, and what a row has to meet, the states apart."""
    settings, conditions = None, narrowed.ties.free(ASSOCIATION_ID, Application.id)
    if narrowed.call_id is not None:
        conditions.append(CALL_ID.in_([narrowed.call_id]))
    if narrowed.centre_id is not None:
        own = db.select(Association.id).where(Association.centre_id == narrowed.centre_id)
        conditions.append(ASSOCIATION_ID.in_(own))
    if narrowed.oblast_id is not None:
        own = db.select(Association.id).join(Association.ayil_okmotu).join(AyilOkmotu.rayon)
        conditions.append(ASSOCIATION_ID.in_(own.where(Rayon.oblast_id == narrowed.oblast_id)))
    if narrowed.is_alike:
        conditions.append(Application.id.in_(_with_pair(narrowed.ties)))
    if narrowed.rule:
        settings, condition = screening_rules.narrowing(narrowed.rule, _dialect())
        conditions.append(condition)
    return settings, conditions + _word_conditions(folded_words(narrowed.words))


def _word_conditions(words: Sequence[str]) -> list[Any]:
    index = search_words.query_of(words)
    if index is None or search_words.count(index, FEW + 1) > FEW:
        return [search_words.in_row(word) for word in words]
    picked = Application.id.in_(db.select(search_words.table.c.rowid).where(index))
    return [picked, *map(search_words.in_row, search_words.not_indexed(words))]


def _said() -> Any:
    return db.select(DuplicateFinding.id).where(
        DuplicateFinding.application_id == AlikePair.application_id, DuplicateFinding.other_id == AlikePair.other_id
    )


def _with_pair(ties: Ties) -> Any:
    """The ids of those with a pair that nothing was said of, and whose other one the reader may know of."""
    sides = []
    for own, other in (
        (AlikePair.application_id, AlikePair.other_id),
        (AlikePair.other_id, AlikePair.application_id),
    ):
        query = db.select(own).where(~_said().exists())
        if ties:
            free = db.select(Application.id).where(*ties.free(Application.association_id, Application.id))
            query = query.where(other.in_(free))
        sides.append(query)
    return db.union(*sides)


@cache
def _facts(dialect: str) -> Any:
    """Made once: to build it takes longer than to run it."""
    return (
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
            *screening_rules.columns(dialect),
        )
        .select_from(Application)
        .join(Call, Call.id == Application.call_id)
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
        .where(own.in_(db.bindparam("ids", expanding=True)), ~_said().exists())
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
    for own, other, number, association_id in sorted(db.session.execute(_PAIRS, asked).all()):
        if association_id not in ties.association_ids and other not in ties.application_ids:
            pairs.setdefault(own, []).append(Pair(int(other), number))
    found = {}
    for id_, number, title, status, at, ky, ru, en, held, batch_id, *unmet in db.session.execute(
        _facts(_dialect()), asked
    ):
        broken = tuple(name for name, is_unmet in zip(screening_rules.NAMES, unmet, strict=True) if is_unmet)
        alike = tuple(pairs.get(id_, ()))
        found[id_] = Row(id_, number, title, status, at, {"ky": ky, "ru": ru, "en": en}, broken, alike, held, batch_id)
    return [found[id_] for id_ in application_ids]


def _dialect() -> str:
    return db.session.get_bind().dialect.name
