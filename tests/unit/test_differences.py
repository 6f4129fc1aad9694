"""Two submissions side by side: what differs, word by word and row by row."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.localisation import use_locale
from app.services import differences, questions, snapshot_tables
from app.services.differences import Mark, Piece

FORM = questions.read(questions.default_form())
LINE = {
    "heading": "works",
    "item": "Чатыр",
    "unit": "м²",
    "quantity": "20",
    "unit_cost": 100_00,
    "amount": 2_000_00,
    "payer": "grant",
    "month": 1,
}
SALE = {"product": "Сүт", "buyers": "Завод", "unit": "л", "price": 1, "unit_cost": 1, "volumes": ["1"] * 12}
PLEDGE = {
    "remitter": "Нурбек",
    "country": "RU",
    "currency": "RUB",
    "amount": 1,
    "amount_kgs": 1,
    "due_on": "2027-01-01",
}
TEXTS = st.text(alphabet="аөү \n.б", max_size=60)


def content(**parts: Any) -> dict[str, Any]:
    return {"answers": {}, "budget": [], "plan": {}, "pledges": [], "targets": [], "documents": []} | parts


@given(TEXTS, TEXTS)
def test_the_pieces_of_each_side_make_its_text(before: str, after: str) -> None:
    left, right = differences.words(before, after)
    assert "".join(one.text for one in left) == before
    assert "".join(one.text for one in right) == after
    assert [one.text for one in left if one.mark is Mark.SAME] == [one.text for one in right if one.mark is Mark.SAME]
    assert {one.mark for one in left} <= {Mark.SAME, Mark.REMOVED} and {one.mark for one in right} <= {
        Mark.SAME,
        Mark.ADDED,
    }


def test_one_word_that_changed_is_marked_alone() -> None:
    left, right = differences.words("Суу сактагыч курабыз", "Суу түтүгүн курабыз")
    assert left == (Piece("Суу ", Mark.SAME), Piece("сактагыч", Mark.REMOVED), Piece(" курабыз", Mark.SAME))
    assert right[1] == Piece("түтүгүн", Mark.ADDED)


def test_only_the_parts_that_differ_are_shown() -> None:
    before = content(answers={"title": "Сүт", "risks": "жок"}, budget=[LINE, LINE | {"item": "Эшик"}])
    after = content(answers={"title": "Сүт", "risks": "кургак жыл"}, budget=[LINE | {"quantity": "25"}])
    with use_locale("en"):
        found = differences.between(FORM, before, after, {})
    assert [one.part.key for one in found] == ["future", "budget"]
    assert differences.changed_keys(FORM, before, after) == {"future", "budget"}
    assert [one.label for one in found[0].answers] == ["6.2 Risks"]
    changed, removed = found[1].rows
    assert (changed.name, changed.mark, [one.label for one in changed.changes]) == ("Чатыр", Mark.SAME, ["Quantity"])
    assert (removed.name, removed.mark) == ("Эшик", Mark.REMOVED) and len(removed.changes) == 8
    assert not differences.between(FORM, before, before, {})


def test_what_an_older_snapshot_did_not_keep_is_no_difference() -> None:
    newer = LINE | {"price": None, "note": "жаңы"}
    assert not differences.changed_keys(FORM, content(budget=[LINE]), content(budget=[newer]))
    assert differences.changed_keys(FORM, content(budget=[LINE]), content(budget=[newer, newer])) == {"budget"}
    assert differences.changed_keys(FORM, content(), content(beneficiaries={"women": 1})) == {"beneficiaries"}


def test_every_fixed_part_has_its_rows() -> None:
    assert snapshot_tables.TABLES.keys() == {part.key for part in FORM.parts} - {one.key for one in FORM.sections}


@pytest.mark.parametrize("locale", ["ky", "ru", "en"])
def test_rows_of_every_kind_are_shown_in_words(locale: str) -> None:
    after = content(
        plan={
            "starts_on": "2027-03-01",
            "sales_from": 3,
            "opening_cash": 0,
            "sales": [
                {"product": "Сүт", "buyers": "Завод", "unit": "л", "price": 1, "unit_cost": 1, "volumes": ["1"] * 12}
            ],
            "costs": [{"item": "Айлык", "amounts": [1] * 12}],
            "financing": [{"payer": "grant", "description": "", "month": 1, "amount": 1}],
            "steps": [{"activity": "Оңдоо", "responsible": "", "first_month": 1, "last_month": 2}],
        },
        pledges=[
            {
                "remitter": "Нурбек",
                "country": "RU",
                "currency": "RUB",
                "amount": 1,
                "amount_kgs": 1,
                "due_on": "2027-01-01",
            }
        ],
        targets=[{"indicator": "jobs", "baseline": "0", "target": "4"}],
        documents=[{"kind": "photo", "filename": "a.jpg", "sha256": "0" * 64}],
    )
    with use_locale(locale):
        found = differences.between(FORM, content(), after, {"jobs": {"ky": "Жумуш", "ru": "Работа", "en": "Jobs"}})
    assert len(found) == 8 and all(row.mark is Mark.ADDED for one in found for row in one.rows)
    names = {row.name for one in found for row in one.rows}
    assert {"ky": "Жумуш", "ru": "Работа", "en": "Jobs"}[locale] in names and "Нурбек" in names
