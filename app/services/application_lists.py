"""Lists of applications: filters, folded search and keyset paging, the same cost on the first and the last page.

Words are looked up in the index of `models.search_words`. A word of one or two letters is not in it and is looked for
in every row; so is, for the counts, a word that thousands have: that is cheaper than picking them out one by one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from app.localisation import words as folded_words
from models import search_words
from models.applications import Application, ApplicationStatus
from models.associations import Association
from models.base import db
from models.calls import Call

PAGE = 60
FEW = 4000
"""Up to so many applications with a word are counted through the index; measured on 20,000."""


class Listed(NamedTuple):
    """What a list shows of an application. Plain columns: sixty whole rows would cost more than the query."""

    id: int
    association_id: int
    number: str
    title: str
    status: ApplicationStatus
    grant_requested: int
    remittance_pledged: int
    submitted_at: datetime | None
    name_ky: str
    name_ru: str
    name_en: str

    def association_name(self, locale: str) -> str:
        return {"ky": self.name_ky, "ru": self.name_ru}.get(locale, self.name_en)


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; None or an empty text narrows nothing."""

    call_id: int | None = None
    status: ApplicationStatus | None = None
    words: str = ""
    association_ids: frozenset[int] | None = None
    centre_ids: frozenset[int] | None = None
    with_tests: bool = False
    """Whether dry runs are among them: nowhere but with the test association itself."""
    seen: Any = None
    """The condition of the rows a user may see, as `policy.visible` states it."""


@dataclass(frozen=True)
class Page:
    """One page: its rows and the cursors of its neighbours (None at an end)."""

    rows: list[Listed]
    newer: int | None
    older: int | None


def page(narrowed: Filter, *, before_id: int | None = None, after_id: int | None = None, size: int = PAGE) -> Page:
    """The applications below `before_id` (older) or above `after_id` (newer), newest first."""
    query, key = _listed(narrowed)
    if after_id is not None:
        query = query.where(key > after_id).order_by(key).limit(size + 1)
        found = _fetch(query)
        more_newer, rows = len(found) > size, list(reversed(found[:size]))
        return Page(rows, rows[0].id if more_newer else None, rows[-1].id if rows else None)
    if before_id is not None:
        query = query.where(key < before_id)
    found = _fetch(query.order_by(key.desc()).limit(size + 1))
    rows = found[:size]
    older = rows[-1].id if len(found) > size else None
    return Page(rows, rows[0].id if before_id is not None and rows else None, older)


class Bid(NamedTuple):
    """The application of an association in a call."""

    id: int
    association_id: int
    call_id: int
    number: str
    title: str
    status: ApplicationStatus


def applied(calls: Sequence[Call], associations: Sequence[Association]) -> list[Bid]:
    """What `associations` have in any of `calls`, withdrawn ones apart; in the order it was begun."""
    query = db.select(*(getattr(Application, name) for name in Bid._fields)).where(
        Application.call_id.in_([call.id for call in calls]),
        Application.association_id.in_([one.id for one in associations]),
        Application.status != ApplicationStatus.WITHDRAWN,
    )
    return [Bid(*row) for row in db.session.execute(query.order_by(Application.id))]


def oldest_page(narrowed: Filter, size: int = PAGE) -> Page:
    """The last page, found from the other end."""
    query, key = _listed(narrowed)
    found = _fetch(query.order_by(key).limit(size + 1))
    rows = list(reversed(found[:size]))
    return Page(rows, rows[0].id if len(found) > size else None, None)


def _listed(narrowed: Filter) -> tuple[Any, Any]:
    """The SELECT of `Listed`'s columns, and the column its pages go by."""
    names = (Association.name_ky, Association.name_ru, Association.name_en)
    columns = (getattr(Application, name) for name in Listed._fields[: -len(names)])
    query = db.select(*columns, *names).join(Association, Association.id == Application.association_id)
    words = folded_words(narrowed.words)
    index = search_words.query_of(words)
    if index is None:
        return _narrow(query, narrowed, words), Application.id
    rows = search_words.table.c
    query = query.join(search_words.table, rows.rowid == Application.id).where(index)
    return _narrow(query, narrowed, search_words.not_indexed(words)), rows.rowid


def _fetch(query: Any) -> list[Listed]:
    return [Listed(*row) for row in db.session.execute(query)]


def counts(narrowed: Filter, shown: Page | None = None) -> Mapping[ApplicationStatus, int]:
    """Applications per status under the filter (its own status apart). `shown` is its first page, if it is known."""
    if shown is not None and narrowed.status is None and shown.newer is shown.older is None:
        return Counter(row.status for row in shown.rows)  # they are all on it
    query = db.select(Application.status, db.func.count()).group_by(Application.status)
    words = folded_words(narrowed.words)
    index = search_words.query_of(words)
    if index is not None and search_words.count(index, FEW + 1) <= FEW:
        query = query.join(search_words.table, search_words.table.c.rowid == Application.id).where(index)
        words = search_words.not_indexed(words)
    without_status = replace(narrowed, status=None)
    return {status: int(count) for status, count in db.session.execute(_narrow(query, without_status, words))}


def _narrow(query: Any, narrowed: Filter, words: Iterable[str]) -> Any:
    """Narrow a query of applications to the filter; of its words, to `words`, each looked for in the row."""
    if not narrowed.with_tests:
        query = query.where(~Application.is_test)
    if narrowed.call_id is not None:
        query = query.where(Application.call_id == narrowed.call_id)
    if narrowed.status is not None:
        query = query.where(Application.status == narrowed.status)
    if narrowed.association_ids is not None:
        query = query.where(Application.association_id.in_(narrowed.association_ids))
    if narrowed.centre_ids is not None:
        query = query.where(
            Application.association_id.in_(
                db.select(Association.id).where(Association.centre_id.in_(narrowed.centre_ids))
            )
        )
    if narrowed.seen is not None:
        query = query.where(narrowed.seen)
    return query.where(*map(search_words.in_row, words))
