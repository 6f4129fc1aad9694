"""Every member of every enum of the models has a label, and every status a tone."""

import importlib
import json
import pkgutil
from enum import StrEnum
from pathlib import Path

import pytest

import models
from app.labels import COUNTRIES, LABELS, UNITS, VISIT_CHECKLIST, country_text, label, label_text, tone, unit_text
from app.localisation import use_locale


def enums() -> list[type[StrEnum]]:
    found = {
        value
        for module in pkgutil.iter_modules(models.__path__, "models.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
    }
    return sorted(found, key=lambda one: one.__name__)


@pytest.mark.parametrize("kind", enums(), ids=lambda kind: kind.__name__)
def test_every_member_has_a_label_and_a_tone(kind: type[StrEnum]) -> None:
    assert set(LABELS[kind]) == set(kind)
    for member in kind:
        assert label(member)
        assert "_" not in label(member)
        assert tone(member) in {"neutral", "waiting", "met", "problem", "info"}


def test_no_table_without_an_enum() -> None:
    assert set(LABELS) == set(enums())
    assert len(LABELS) >= 30


def test_every_unit_of_the_indicators_has_a_label() -> None:
    path = Path(__file__).parents[2] / "seeds" / "data" / "indicators.json"
    assert {one["unit"] for one in json.loads(path.read_text(encoding="utf-8"))} <= set(UNITS)


def test_texts_in_the_language_in_force() -> None:
    with use_locale("en"):
        assert label_text(next(iter(LABELS[enums()[0]])))
        assert country_text("KR") == "Republic of Korea"
        assert country_text("XX") == "XX"
        assert unit_text("fte") == "full-time jobs"
    assert len(VISIT_CHECKLIST) == 6
    assert all(len(code) == 2 for code in COUNTRIES)
