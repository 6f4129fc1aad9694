"""Lists of applications: filters, folded search and keyset paging, the same cost on the first and the last page.

Words are looked up in the index of `models.search_words`. A word of one or two letters is not in it and is looked for
in every row; so is a word that thousands have: that is cheaper than picking them out one by one. Of words that few
applications have these are picked out once, for the page and for the counts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from app.localisation import words as folded_words
from app.services.conflicts import NO_TIES, Ties
from models import search_words
from models.applications import Application, ApplicationStatus
from models.associations import Association
from models.base import db
from models.calls import Call

PAGE = 60
FEW = 3000
"""Up to so many applications with a word are looked up in the index; measured on 20,000."""
SPARSE = 400
"""Up to so many applications with the words are picked out, and the page is cut out of them; measured on 20,000."""


_EVERY_ROW = db.select(Application).where(db.true()).whereclause
"""What `policy.visible` states for who may see all."""


class ListedApplication(NamedTuple):
    """What lists and rankings show of an application. Plain columns: whole rows would cost more than the query."""

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
        return self.name_ky if locale == "ky" else self.name_ru if locale == "ru" else self.name_en


_NAMES = (Association.name_ky, Association.name_ru, Association.name_en)
LISTED = db.select(*(getattr(Application, name) for name in ListedApplication._fields[: -len(_NAMES)]), *_NAMES).join(
    Association, Association.id == Application.association_id
)
"""The columns of `ListedApplication`."""


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
    ties: Ties = NO_TIES
    """What the reader is kept from (`conflicts.kept_from`): it is neither listed nor counted."""


class Search(NamedTuple):
    """How words are looked for: a phrase in the index, and the others in the rows.

    `is_common` says that the index has thousands with all of them.
    """

    phrase: str | None
    in_rows: Sequence[str]
    is_common: bool = False


@dataclass(frozen=True)
class Page:
    """One page: its rows and the cursors of its neighbours (None at an end).

    `counts` are those per status under the filter, where they were found with the page; `search` is how.
    """

    rows: list[ListedApplication]
    newer: int | None
    older: int | None
    counts: Mapping[ApplicationStatus, int] | None = None
    search: Search | None = None


def page(narrowed: Filter, *, before_id: int | None = None, after_id: int | None = None, size: int = PAGE) -> Page:
    """The applications below `before_id` (older) or above `after_id` (newer), newest first."""
    if after_id is not None:
        rows, has_more, page = _page(narrowed, size, above=after_id)
        return replace(page, rows=rows, newer=rows[0].id if has_more else None, older=rows[-1].id if rows else None)
    rows, has_more, page = _page(narrowed, size, below=before_id)
    newer = rows[0].id if before_id is not None and rows else None
    return replace(page, rows=rows, newer=newer, older=rows[-1].id if has_more else None)


def oldest_page(narrowed: Filter, size: int = PAGE) -> Page:
    """The last page, found from the other end."""
    rows, has_more, page = _page(narrowed, size, above=0)
    return replace(page, rows=rows, newer=rows[0].id if has_more else None)


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


def counts(narrowed: Filter, shown: Page | None = None) -> Mapping[ApplicationStatus, int]:
    """Applications per status under the filter (its own status apart). `shown` is a page of it, if it is known."""
    if shown is not None and shown.counts is not None:
        return shown.counts
    if shown is not None and narrowed.status is None and shown.newer is shown.older is None:
        return Counter(row.status for row in shown.rows)  # they are all on it
    search = shown.search if shown is not None and shown.search is not None else _search(narrowed)
    query = db.select(Application.status, db.func.count()).group_by(Application.status)
    return {status: int(count) for status, count in _run(_narrow(query, replace(narrowed, status=None), search))}


def _page(
    narrowed: Filter, size: int, *, above: int | None = None, below: int | None = None
) -> tuple[list[ListedApplication], bool, Page]:
    """The rows next above an id or below it, newest first, whether there are more, and a page with what was found."""
    search = _search(narrowed)
    picked = _pick(narrowed, search)
    query = LISTED
    if picked is None:
        counted, query = None, _narrow(query, narrowed, search)
        if above is not None:
            query = query.where(Application.id > above)
        if below is not None:
            query = query.where(Application.id < below)
    else:
        counted = Counter(status for _id, status in picked)
        ids = sorted(id_ for id_, status in picked if narrowed.status in (None, status))
        if above is None:
            ids = [id_ for id_ in reversed(ids) if below is None or id_ < below]
        else:
            ids = [id_ for id_ in ids if id_ > above]
        query = query.where(Application.id.in_(ids[: size + 1]))
    order = Application.id.desc() if above is None else Application.id
    found = [ListedApplication._make(row) for row in _run(query.order_by(order).limit(size + 1))]
    rows = found[:size]
    return rows if above is None else rows[::-1], len(found) > size, Page([], None, None, counted, search)


def _pick(narrowed: Filter, search: Search) -> Sequence[tuple[int, ApplicationStatus]] | None:
    """Id and status of all that have the words, whatever the filter's status; None when they are more than `SPARSE`."""
    if not narrowed.words or (search.is_common and _is_broad(narrowed)):
        return None
    query = _narrow(db.select(Application.id, Application.status), replace(narrowed, status=None), search)
    picked = _run(query.limit(SPARSE + 1))
    return picked if len(picked) <= SPARSE else None


def _search(narrowed: Filter) -> Search:
    words = folded_words(narrowed.words)
    phrase = search_words.phrase_of(words)
    is_common = phrase is not None and search_words.count(phrase, FEW + 1) > FEW
    if phrase is None or is_common:  # a short word is cheaper to look for, and mostly rules out more
        return Search(None, sorted(words, key=len), is_common and not search_words.not_indexed(words))
    return Search(phrase, search_words.not_indexed(words))


def _is_broad(narrowed: Filter) -> bool:
    """Whether nothing but words and a state narrows it: with common words that is not few."""
    broad = Filter(status=narrowed.status, words=narrowed.words, with_tests=narrowed.with_tests)
    sees_all = narrowed.seen is None or narrowed.seen.compare(_EVERY_ROW)
    return sees_all and replace(narrowed, seen=None, ties=NO_TIES) == broad


def _run(query: Any) -> Sequence[Any]:
    return db.session.connection().execute(query).all()


def _narrow(query: Any, narrowed: Filter, search: Search) -> Any:
    """Narrow a query of applications to the filter."""
    if search.phrase is not None:
        picked = db.select(search_words.table.c.rowid).where(search_words.has(search.phrase))
        query = query.where(Application.id.in_(picked))
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
    query = query.where(*narrowed.ties.free(Application.association_id, Application.id))
    return query.where(*map(search_words.in_row, search.in_rows))
