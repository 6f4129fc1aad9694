"""Receipts verified and refused one after another by keyboard alone, in a real browser."""

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.test_sharing_out import look, sign_in

HERE = re.compile(r"/receipt-checks/\d+$")


def waiting(page: Page) -> int:
    """How many wait, as the page says it; 0 on the page that says that none does."""
    found = re.search(r"(\d+)\s+receipts? waits? for you", page.locator("main").inner_text())
    return int(found[1]) if found else 0


def test_receipts_are_decided_by_keyboard_alone(page: Page) -> None:
    sign_in(page, "monitor1", "en")
    page.goto("/receipt-checks")
    expect(page.locator("[data-receipt]")).to_be_focused()
    begun = waiting(page)
    assert begun >= 2, "the demonstration has some that wait"
    look(page)
    page.locator("[data-receipt]").focus()
    first = page.url
    if begun > 1:
        with page.expect_navigation():
            page.keyboard.press("n")
        assert page.url != first
        with page.expect_navigation():
            page.keyboard.press("b")
        assert page.url == first
    page.keyboard.press("+")
    page.keyboard.press("t")
    assert page.locator("[data-paper] img").first.evaluate("one => one.style.width + one.style.transform") == (
        "125%rotate(90deg)"
    )
    since = time.perf_counter()
    for key in "123456":
        page.keyboard.press(key)
    page.keyboard.press("6")
    assert page.locator("[data-receipt] input[type=checkbox]:checked").count() == 5, "a second time takes it away"
    page.keyboard.press("6")
    with page.expect_navigation(url=HERE):
        page.keyboard.press("a")
    expect(page.locator("main")).to_contain_text("Verified.")
    expect(page.locator("[data-receipt]")).to_be_focused()
    spent = time.perf_counter() - since
    print(f"a receipt from the first key to the next picture: {spent:.2f} s (N = 1 of {begun})")
    assert waiting(page) == begun - 1
    page.keyboard.press("r")
    page.keyboard.press("3")
    assert not page.locator("[data-receipt] input[type=checkbox]:checked").count()
    page.focus("[name=words]")
    page.keyboard.type("Arn 12")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Refused.")
    assert waiting(page) == begun - 2
