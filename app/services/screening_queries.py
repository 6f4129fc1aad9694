"""Which applications the screening list shows, and how many there are in each state: statements made once a kind.

Few that fit are picked out, counted and put in order here. Of more the database counts them, and the page is found by
walking the index `ix_applications_screening`, which has the list's order: it is left as soon as the page is full. What
is picked out and counted without words is read off the narrower `ix_applications_screening_rules`, call by call.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from app.services import screening_rules
from app.services.conflicts import Ties
from models import search_words
from models.applications import SCREENED, Application, ApplicationStatus
from models.associations import Association
from models.base import db
from models.duplicates import AlikePair, DuplicateFinding
from models.places import AyilOkmotu, Rayon

FEW = 1500
"""Up to so many applications with a word are picked out by the index of words; a word of more is looked for in rows."""
SPARSE, SPARSE_BY_ID = 400, 2000
"""Up to so many applications are picked out, of those that pairs or the index of words name; measured on 6,400."""


# A column that no index is looked up by: SQLite would take one that lacks the list's order and columns.
ASSOCIATION_ID = Application.association_id + db.literal_column("0")
_PLACE = (Application.submitted_at, Application.id)


class Kind(NamedTuple):
    """What is asked for, without the values: all that a statement depends on.

    `place` is "", "centre" or "oblast"; `words` says of each word looked for in the row whether it is a short one.
    """

    dialect: str
    is_of_call: bool
    place: str
    rule: str
    is_alike: bool
    is_picked_by_words: bool
    words: tuple[bool, ...]
    has_tied_associations: bool
    has_tied_applications: bool

    @property
    def has_common_words(self) -> bool:
        """Whether the index of words was asked, and has too many of them to pick out."""
        return self.dialect == "sqlite" and bool(self.words) and not any(self.words) and not self.is_picked_by_words

    @property
    def sparse(self) -> int:
        return SPARSE_BY_ID if self.is_alike or self.is_picked_by_words else SPARSE


class Stretch(NamedTuple):
    """Which rows of it: those in `statuses` (empty for all of the list), from a place on, in which order."""

    statuses: tuple[ApplicationStatus, ...]
    is_from_a_place: bool
    is_rising: bool


def kind_of(
    *,
    call_id: int | None,
    centre_id: int | None,
    oblast_id: int | None,
    rule: str,
    is_alike: bool,
    words: Sequence[str],
    ties: Ties,
) -> tuple[Kind, dict[str, Any]]:
    """The kind, and the values its statements are run with. `words` are folded."""
    phrase = search_words.phrase_of(words)
    is_picked = phrase is not None and search_words.count(phrase, FEW + 1) <= FEW
    in_rows = search_words.not_indexed(words) if is_picked else tuple(sorted(words, key=len))
    kind = Kind(
        db.session.get_bind().dialect.name,
        call_id is not None,
        "centre" if centre_id is not None else "oblast" if oblast_id is not None else "",
        rule,
        is_alike,
        is_picked,
        tuple(map(search_words.is_short, in_rows)),
        bool(ties.association_ids),
        bool(ties.application_ids),
    )
    values: dict[str, Any] = {f"word_{number}": search_words.value_of(word) for number, word in enumerate(in_rows)}
    if is_picked:
        values["phrase"] = phrase
    if call_id is not None:
        values["call_id"] = call_id
    if kind.place:
        values["place_id"] = oblast_id if centre_id is None else centre_id
    if ties.association_ids:
        values["tied_associations"] = sorted(ties.association_ids)
    if ties.application_ids:
        values["tied_applications"] = sorted(ties.application_ids)
    return kind, values


@lru_cache(maxsize=512)
def picking(kind: Kind, stretch: Stretch) -> Any:
    """All that fit, in no order, in whatever states of the list; it stops after `limit`.

    Instant, id and state as the database keeps them (the instants are only compared with each other), and whether it
    comes after the place.
    """
    at, status = (db.type_coerce(one, db.String) for one in (Application.submitted_at, Application.status))
    is_after = _after_here(stretch) if stretch.is_from_a_place else db.true()
    limit = db.bindparam("limit", type_=db.Integer)
    return _narrowed(db.select(at, Application.id, status, is_after), kind).limit(limit)


@lru_cache(maxsize=512)
def counting(kind: Kind, statuses: tuple[ApplicationStatus, ...]) -> Any:
    """How many there are in each of `statuses`, a column each."""
    counts = (
        db.func.count().filter(Application.status == db.literal_column(f"'{one.value}'")).label(one.value)
        for one in statuses
    )
    return _narrowed(db.select(*counts).select_from(Application), kind)


@lru_cache(maxsize=512)
def listing(kind: Kind, stretch: Stretch) -> Any:
    """The ids of the first `limit` rows of a stretch."""
    query = _narrowed(db.select(Application.id), kind)
    if stretch.statuses:
        codes = ", ".join(f"'{one.value}'" for one in stretch.statuses)
        query = query.where(db.text(f"applications.status || '' IN ({codes})"))
    if stretch.is_from_a_place:
        query = query.where(_after_here(stretch))
    order = _PLACE if stretch.is_rising else tuple(one.desc() for one in _PLACE)
    return query.order_by(*order).limit(db.bindparam("limit", type_=db.Integer))


def _after_here(stretch: Stretch) -> Any:
    """The condition of what comes after the place that is bound as `here_at` and `here_id`."""
    here = db.tuple_(db.bindparam("here_at", type_=Application.submitted_at.type), db.bindparam("here_id"))
    return here < db.tuple_(*_PLACE) if stretch.is_rising else here > db.tuple_(*_PLACE)


def _narrowed(query: Any, kind: Kind) -> Any:
    """Narrow a query of applications."""
    query = query.where(db.text(f"applications.{SCREENED}"), ~Application.is_test)
    if kind.rule:
        query = query.where(screening_rules.narrowing(kind.rule))
    if kind.is_of_call:
        query = query.where(Application.call_id == db.bindparam("call_id"))
    if kind.place:
        query = query.where(ASSOCIATION_ID.in_(_of_place(kind.place)))
    if kind.is_alike:
        query = query.where(Application.id.in_(_with_pair(kind)))
    if kind.is_picked_by_words:
        picked = db.select(search_words.table.c.rowid).where(search_words.has(db.bindparam("phrase", type_=db.Text)))
        query = query.where(Application.id.in_(picked))
    for number, is_short in enumerate(kind.words):
        query = query.where(search_words.in_row_as(f"word_{number}", is_short=is_short))
    return query.where(*_free(kind, ASSOCIATION_ID))


def _of_place(place: str) -> Any:
    own = db.select(Association.id)
    if place == "centre":
        return own.where(Association.centre_id == db.bindparam("place_id"))
    own = own.join(Association.ayil_okmotu).join(AyilOkmotu.rayon)
    return own.where(Rayon.oblast_id == db.bindparam("place_id"))


def _free(kind: Kind, association_id: Any) -> list[Any]:
    """The conditions that the reader has no part in it."""
    conditions = []
    if kind.has_tied_associations:
        conditions.append(association_id.not_in(db.bindparam("tied_associations", expanding=True)))
    if kind.has_tied_applications:
        conditions.append(Application.id.not_in(db.bindparam("tied_applications", expanding=True)))
    return conditions


def _with_pair(kind: Kind) -> Any:
    """The ids of those with a pair that nothing was said of, and whose other one the reader may know of."""
    sides = []
    for own, other in (
        (AlikePair.application_id, AlikePair.other_id),
        (AlikePair.other_id, AlikePair.application_id),
    ):
        query = db.select(own).where(~said().exists())
        free = _free(kind, Application.association_id)
        if free:
            query = query.where(other.in_(db.select(Application.id).where(*free).correlate(None)))
        sides.append(query)
    return db.union(*sides)


def said() -> Any:
    """What was said of a pair."""
    return db.select(DuplicateFinding.id).where(
        DuplicateFinding.application_id == AlikePair.application_id, DuplicateFinding.other_id == AlikePair.other_id
    )


def ran(statement: Any, values: Mapping[str, Any]) -> Sequence[Any]:
    """Its rows, as they come from the connection: there are no objects in them."""
    return db.session.connection().execute(statement, values).all()
