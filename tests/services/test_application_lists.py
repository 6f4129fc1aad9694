"""Lists of applications: words in any order, short ones too; pages and counts agree with each other."""

from itertools import product

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import application_lists
from app.services.application_lists import FEW, SPARSE, Filter
from models import search_words
from models.applications import Application, ApplicationStatus
from models.base import db
from tests.factories import Programme
from tests.support.databases import Copy
from tests.support.shelf import kept

TEXTS = {
    "A1": "s-2026-00001 жылуулук откору жашылча кундой кайынды айылы",
    "A2": "s-2026-00002 теплица для овощей село кайынды",
    "A3": "s-2026-00003 тегирмен ун 100% кебек",
    "A4": "s-2026-00004 ашкана а_б \"тырмакча\" 'бирден' \\ - or (not)",
}


@pytest.fixture
@kept
def found(app: Flask, programme: Programme) -> dict[str, Application]:
    """Applications with the search texts of `TEXTS`."""
    made = {}
    for key, text in TEXTS.items():
        made[key] = programme.make_application("draft", association=programme.make_association())
        made[key].search_text = text
    db.session.flush()
    return made


def keys(found: dict[str, Application], words: str) -> set[str]:
    """Which of them are listed; the first page, the last page and the counts must agree."""
    narrowed = Filter(words=words)
    page = application_lists.page(narrowed)
    ids = [row.id for row in page.rows]
    assert [row.id for row in application_lists.oldest_page(narrowed).rows] == ids
    drafts = Filter(words=words, status=ApplicationStatus.DRAFT)
    assert sum(application_lists.counts(narrowed).values()) == len(ids)
    assert application_lists.counts(narrowed, page) == application_lists.counts(drafts, page)
    return {key for key, one in found.items() if one.id in ids}


WANTED = [
    ("", {"A1", "A2", "A3", "A4"}),
    ("кайынды", {"A1", "A2"}),
    ("Кайыңды ЖАШЫЛЧА", {"A1"}),
    ("жашылча кайынды", {"A1"}),
    ("овощей теплица", {"A2"}),
    ("пли", {"A2"}),
    ("ун", {"A1", "A3"}),
    ("ун тегирмен", {"A3"}),
    ("тегирмен ун ка", set()),
    ("00003", {"A3"}),
    ("s-2026-00002", {"A2"}),
    ("100%", {"A3"}),
    ("%", {"A3"}),
    ("а_б", {"A4"}),
    ('"тырмакча"', {"A4"}),
    ("'бирден'", {"A4"}),
    ("'", {"A4"}),
    ("\\", {"A4"}),
    ("(not) or", {"A4"}),
    ("NEAR(", set()),
    ("search_text:тегирмен", set()),
    ("тег*", set()),
    ("тегирмен\0", {"A3"}),
    ("жок-мындай-соз", set()),
]


def test_every_word_in_any_order(found: dict[str, Application]) -> None:
    for words, wanted in WANTED:
        assert keys(found, words) == wanted, words


def test_what_is_changed_or_removed_is_looked_up_anew(found: dict[str, Application]) -> None:
    found["A1"].search_text = "алма"
    db.session.flush()
    assert keys(found, "жашылча") == set()
    assert keys(found, "алма") == {"A1"}
    found["A1"].title = "Алмурут"  # the search text stays as it is
    db.session.flush()
    assert keys(found, "алма") == {"A1"}


def test_a_word_that_thousands_have_is_counted_row_by_row(
    found: dict[str, Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    for few, sparse in product((FEW, 1), (SPARSE, 0)):
        monkeypatch.setattr(application_lists, "FEW", few)
        monkeypatch.setattr(application_lists, "SPARSE", sparse)
        assert keys(found, "2026") == set(TEXTS)
        assert keys(found, "2026 кайынды ун") == {"A1"}


@pytest.mark.parametrize("sparse", [SPARSE, 0])
def test_pages_with_words_go_both_ways(
    found: dict[str, Application], monkeypatch: pytest.MonkeyPatch, sparse: int
) -> None:
    monkeypatch.setattr(application_lists, "SPARSE", sparse)
    ids = sorted((one.id for one in found.values()), reverse=True)
    narrowed = Filter(words="2026")
    first = application_lists.page(narrowed, size=3)
    assert [row.id for row in first.rows] == ids[:3]
    assert [row.id for row in application_lists.page(narrowed, before_id=first.older, size=3).rows] == ids[3:]
    last = application_lists.oldest_page(narrowed, size=3)
    assert [row.id for row in last.rows] == ids[1:]
    assert [row.id for row in application_lists.page(narrowed, after_id=last.newer, size=3).rows] == ids[:1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_index_finds_what_every_row_would(found: dict[str, Application], data: st.DataObject) -> None:
    """Any piece of any text, and pieces of nothing."""
    text = data.draw(st.sampled_from(sorted(TEXTS.values())))
    start = data.draw(st.integers(0, len(text) - 1))
    few, sparse = data.draw(st.sampled_from([(FEW, SPARSE), (FEW, 0), (0, 0), (0, SPARSE)]))
    piece = text[start : start + data.draw(st.integers(1, 6))] + data.draw(st.sampled_from(["", "", "ы", '"', "/"]))
    words = piece.split()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(application_lists, "FEW", few)
        patched.setattr(application_lists, "SPARSE", sparse)
        listed = keys(found, piece)
    assert listed == {key for key, one in TEXTS.items() if all(word in one for word in words)}


def test_the_index_agrees_with_the_texts(found: dict[str, Application], database: Copy) -> None:
    """SQLite compares the whole of its index with the texts."""
    if database.kind == "sqlite":
        db.session.execute(
            sa.text("INSERT INTO application_words(application_words, rank) VALUES('integrity-check', 1)")
        )
    assert search_words.is_there()
