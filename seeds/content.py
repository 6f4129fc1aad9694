"""The content files under `seeds/data`, read as they are written there (see its README for shapes and sources)."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, TypeVar

DRAWN = 2
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
    common: Mapping[tuple[str, str], dict[str, str]]
    """(language, question) -> the sentences that several kinds of projects say, by what they are without figures."""

    def told(self, kind: Any, language: str, chance: Random) -> dict[str, str]:
        """The texts of a kind of project as one association tells them.

        What is the kind's own stays; of what all say in one way or another two sentences are drawn.
        """
        variant = next(one for one in kind["variants"] if one["language"] == language)
        texts = {key: text for key, text in variant.items() if key != "language"}
        for key, text in texts.items():
            own = {_skeleton(one): one for one in _sentences(text)}
            common = self.common[language, key]
            if len(common) > DRAWN < len(own):
                kept = [one for skeleton, one in own.items() if skeleton not in common]
                texts[key] = " ".join(
                    [*kept, *(own.get(one, common[one]) for one in chance.sample(sorted(common), DRAWN))]
                )
        return texts


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text)


def _skeleton(sentence: str) -> str:
    return re.sub(r"[\d\s]+", " ", sentence)


def _common(kinds: Iterable[Any]) -> dict[tuple[str, str], dict[str, str]]:
    said: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for kind in kinds:
        for variant in kind["variants"]:
            for key, text in variant.items():
                for one in _sentences(text):
                    said[variant["language"], key][_skeleton(one)].append(one)
    return {
        place: {skeleton: texts[0] for skeleton, texts in skeletons.items() if len(texts) > 1}
        for place, skeletons in said.items()
    }


def read(name: str) -> Any:
    """The JSON of one file of `seeds/data`."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def load() -> Content:
    """Every file the demonstration programme needs."""
    kinds = read("project_kinds.json")
    return Content(
        people=read("people.json"),
        kinds=kinds,
        calls={call["key"]: call for call in read("calls.json")},
        funds=read("funds.json"),
        review_texts=read("review_texts.json"),
        misc=read("misc.json"),
        common=_common(kinds),
    )


def by_key(rows: Iterable[Any], key: str) -> Any:
    """The row whose "key" is `key`."""
    return next(row for row in rows if row["key"] == key)


def pick(chance: Random, choices: Iterable[T]) -> T:
    """One of `choices`."""
    return chance.choice(list(choices))
