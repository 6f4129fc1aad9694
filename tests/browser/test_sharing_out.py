"""The secretary shares applications out in a real browser: plan, look, ask; a reviewer says what they know."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from seeds import demonstration
from tests.support import accessibility, databases, servers

PASSWORD = demonstration.sign_ins()[0].password


def sign_in(page: Page, username: str, language: str) -> None:
    page.goto("/sign-in")
    page.locator(f"form[action$='/language'] button[value={language}]").first.click()
    page.wait_for_load_state()
    page.fill("input[name=name]", username)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    servers.give_code(page)
    page.wait_for_url(re.compile(r"/$"))


def look(page: Page) -> None:
    """Open to everybody, and whole on a phone."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert accessibility.violations(page) == []


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_a_reviewer_fills_in_profile_and_part(page: Page, language: str) -> None:
    sign_in(page, "reviewer1", language)
    page.goto("/reviews")
    page.locator("main a[href='/reviewers/profile']").click()
    page.check(f"input[name=languages][value={language}]")
    page.locator("input[name=themes]").first.check()
    look(page)
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".ash-notice--success")).to_be_visible()
    page.locator("main a[href^='/reviewers/calls/']").first.click()
    page.fill("input[name=most]", "12")
    look(page)
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".ash-notice--success")).to_be_visible()


def test_the_secretary_plans_looks_and_asks(page: Page) -> None:
    sign_in(page, "secretary", "ky")
    page.goto("/assignments")
    page.locator("main a[href='/reviewers']").click()
    look(page)
    page.goto("/assignment-plans")
    look(page)
    calls = page.eval_on_selector_all("main a[href*='/assignment-plans/new/']", "all => all.map(a => a.pathname)")
    assert calls
    for address in calls:  # the one in which somebody is lacking
        page.goto(address.replace("/new/", "/import/"))
        look(page)
        page.goto(address)
        page.check("input[name=mode][value=top_up]")
        page.fill("input[name=each]", "3")
        page.fill("input[name=due_on]", f"{databases.DEMONSTRATION_DAY + timedelta(days=30):%d.%m.%Y}")
        look(page)
        page.locator("main form button[type=submit]").click()
        page.wait_for_load_state()
        if re.search(r"/assignment-plans/\d+$", page.url):
            break
    assert re.search(r"/assignment-plans/\d+$", page.url), "a call of the demonstration lacks a third reviewer"
    look(page)
    page.locator("form[action$='/apply'] button[type=submit]").click()
    expect(page.locator(".ash-notice--success")).to_be_visible()
    look(page)
