"""The content files under `seeds/data`, read as they are written there (see its README for shapes and sources)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, TypeVar

DATA = Path(__file__).parent / "data"

T = TypeVar("T")


@dataclass(frozen=True)
class Content:
    """What the demonstration programme is told with: plain JSON values."""

    people: Any
    kinds: list[Any]
    calls: dict[str, Any]
    funds: Any
    review_texts: Any
    misc: Any


def read(name: str) -> Any:
    """The JSON of one file of `seeds/data`."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def load() -> Content:
    """Every file the demonstration programme needs."""
    return Content(
        people=read("people.json"),
        kinds=read("project_kinds.json"),
        calls={call["key"]: call for call in read("calls.json")},
        funds=read("funds.json"),
        review_texts=read("review_texts.json"),
        misc=read("misc.json"),
    )


def by_key(rows: Iterable[Any], key: str) -> Any:
    """The row whose "key" is `key`."""
    return next(row for row in rows if row["key"] == key)


def pick(chance: Random, choices: Iterable[T]) -> T:
    """One of `choices`."""
    return chance.choice(list(choices))
