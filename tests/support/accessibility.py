"""WCAG 2.2 A and AA of a page, as axe-core finds it."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}

_checked: set[str] = set()
"""The kinds of pages that were looked at already, by another role too."""


def kind_of(address: str) -> str:
    return re.sub(r"\d+", "N", address)


def is_new(address: str) -> bool:
    """Whether no page of this kind was looked at yet; from now on one was."""
    kind = kind_of(address)
    if kind in _checked:
        return False
    _checked.add(kind)
    return True


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each with the elements it means."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}" for one in found]
