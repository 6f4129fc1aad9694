"""The guides name buttons and pages as the screen does, and show pictures that are there.

A guide puts nothing else between quotation marks, so a text that is renamed makes its guide stale and this test red.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from app.translations import update

FOLDER = Path(__file__).parents[2] / "docs/guide"
LANGUAGES = ("ky", "ru", "en")
NAMES = ("associations", "finance", "operators", "reviewers", "second-factor", "secretary")
GUIDES = [f"{name}.{language}.md" for name in NAMES for language in LANGUAGES]
QUOTED = re.compile("[«“]([^«»“”]+)[»”]")
LINKED = re.compile(r"\]\(([^)]+)\)")
FEWEST_NAMES = 20
LARGEST_PICTURE, ALL_PICTURES = 150 * 1024, 2_500_000  # bytes


@cache
def shown(language: str) -> set[str]:
    """Every text the screen can show in a language, each form of a plural on its own."""
    read = update.read("ky" if language == "en" else language)  # test_translations: no text more or less than the code
    texts = (message.id if language == "en" else message.string for message in read.values())
    return {one for text in texts for one in ((text,) if isinstance(text, str) else text)}


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_names_what_is_on_the_screen(guide: str) -> None:
    names = QUOTED.findall((FOLDER / guide).read_text(encoding="utf-8"))
    assert len(set(names)) >= FEWEST_NAMES
    assert [name for name in names if name not in shown(guide.split(".")[1])] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_guide_says_the_same_in_every_language(name: str) -> None:
    """The same steps: as many headings, list entries, pictures and names of buttons."""
    shapes = set()
    for language in LANGUAGES:
        text = (FOLDER / f"{name}.{language}.md").read_text(encoding="utf-8")
        starts = [re.match(r"(#+|\d+\.|-|!)? ?", line)[0] for line in text.splitlines() if line]  # type: ignore[index]
        shapes.add((tuple(starts), len(QUOTED.findall(text))))
    assert len(shapes) == 1


@pytest.mark.parametrize("guide", [*GUIDES, "first-steps.md"])
def test_what_a_guide_leads_to_is_there(guide: str) -> None:
    text = (FOLDER / guide).read_text(encoding="utf-8")
    assert [target for target in LINKED.findall(text) if not (FOLDER / target).exists()] == []


def test_pictures_are_light_enough_for_a_slow_line() -> None:
    sizes = {one.name: one.stat().st_size for one in (FOLDER.parent / "pictures").glob("guide-*.png")}
    assert len(sizes) >= 2 * len(GUIDES)
    assert {name: size for name, size in sizes.items() if size > LARGEST_PICTURE} == {}
    assert sum(sizes.values()) < ALL_PICTURES
