"""WCAG 2.2 A and AA by axe-core on the pages for everybody and on every page of applying, on a phone.

The other pages of each role are looked at on its tour: test_tour.py.
"""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.test_tour import PHONE, sign_in
from tests.support.accessibility import is_new, kind_of, violations

APPLYING = ("tayan.chair", "kyshtut.operator")


def look(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    """{address: violations} of those whose kind was not looked at yet."""
    problems = {}
    for address in addresses:
        if is_new(address):
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


@pytest.mark.parametrize("username", APPLYING)
def test_every_page_of_applying(page: Page, username: str) -> None:
    """The list of tasks of a draft, and whatever it leads to."""
    page.set_viewport_size(PHONE)
    sign_in(page, username, "ky")
    drafts = [one for one in links(page, "/applications?status=draft") if re.fullmatch(r"/applications/\d+", one)]
    assert drafts
    below = links(page, drafts[0])
    assert len(below) >= 15
    page.goto(drafts[0])  # as a list of tasks it is another page than the application on the tour
    assert violations(page) == []
    assert not look(page, below)
