"""WCAG 2.2 A and AA by axe-core on every kind of page each role reaches, and on every page of applying, on a phone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.test_tour import ROLES, language_of, sign_in, tour

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
PHONE = {"width": 360, "height": 800}
APPLYING = ("tayan.chair", "kyshtut.operator")

checked: set[str] = set()
"""The kinds of pages that were looked at already, by another role too."""


def kind_of(address: str) -> str:
    return re.sub(r"\d+", "N", address)


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each with the elements it means."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}" for one in found]


def look(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    """{address: violations} of those whose kind was not looked at yet."""
    problems = {}
    for address in addresses:
        if kind_of(address) not in checked:
            checked.add(kind_of(address))
            page.goto(address)
            if found := violations(page):
                problems[address] = found
    return problems


def links(page: Page, address: str) -> list[str]:
    """The pages that `address` leads to, one of each kind, papers apart."""
    page.goto(address)
    found = page.eval_on_selector_all("main a[href^='/']", "all => all.map(a => a.pathname)")
    pages = {kind_of(one): one for one in found if "/documents/" not in one and not re.search(r"\.pdf$|/receipt$", one)}
    return list(pages.values())


def test_a_broken_page_is_noticed(page: Page) -> None:
    page.goto("/sign-in")
    page.evaluate("document.querySelector('main label').remove(); document.documentElement.removeAttribute('lang')")
    assert {one.partition(":")[0] for one in violations(page)} == {"label", "html-has-lang"}


def test_the_pages_for_everybody(page: Page) -> None:
    page.set_viewport_size(PHONE)
    below = links(page, "/open-calls")
    assert below
    assert not look(page, ["/sign-in", "/open-calls", *below])


@pytest.mark.parametrize("username", ROLES)
def test_the_pages_of_a_role(page: Page, username: str) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page, username, language_of(username))
    assert not look(page, tour(page))


@pytest.mark.parametrize("username", APPLYING)
def test_every_page_of_applying(page: Page, username: str) -> None:
    """The list of tasks of a draft, and whatever it leads to."""
    page.set_viewport_size(PHONE)
    sign_in(page, username, "ky")
    drafts = [one for one in links(page, "/applications?status=draft") if re.fullmatch(r"/applications/\d+", one)]
    assert drafts
    below = links(page, drafts[0])
    assert len(below) >= 15
    checked.discard(kind_of(drafts[0]))  # as a list of tasks it is another page
    assert not look(page, [drafts[0], *below])
