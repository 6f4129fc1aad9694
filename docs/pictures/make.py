"""Take the pictures of README and guides of a demonstration that runs: python docs/pictures/make.py http://127.0.0.1:8000

`--guides` behind the address takes those of the guides alone, in each language. Nothing is written in the
demonstration; take them of a fresh one. Needs the tests' Chromium. Each picture is a PNG of few colours, at most
150 KB.
"""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from seeds.people import DEMO_PASSWORD  # noqa: E402 - the project is found from here on
from tests.support.servers import CHROMIUM_ARGUMENTS, chromium_binary, give_code  # noqa: E402

FOLDER = Path(__file__).parent
LARGEST = 150 * 1024  # bytes
PATIENCE = 60_000  # milliseconds, for a report made by a job
HALF_MINUTE = 30_000


def enter(browser: Browser, address: str, username: str, locale: str, width: int, height: int) -> Page:
    """A page of somebody signed in, in a language. A code is taken once: who was here just now waits for the next."""
    for _turn in range(3):
        page = at_the_door(browser, address, username, locale, width, height)
        give_code(page)
        page.wait_for_load_state()
        if "sign-in" not in page.url:
            return page
        page.wait_for_timeout(HALF_MINUTE)
    raise SystemExit(f"{username} is not let in")


def at_the_door(browser: Browser, address: str, username: str, locale: str, width: int, height: int) -> Page:
    """A page on which name and password were given, in a language."""
    page = browser.new_context(base_url=address, viewport={"width": width, "height": height}).new_page()
    page.goto("/sign-in")
    page.locator(f"button[name=locale][value={locale}]").click()
    page.locator("input[name=name]").fill(username)
    page.locator("input[name=password]").fill(DEMO_PASSWORD)
    page.locator("main form button[type=submit]").last.click()
    return page


def keep(page: Page, name: str, top: str = "") -> None:
    """Save what is in the window, from the element `top` on, with as many colours as fit."""
    if top:
        page.locator(top).first.evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top - 16)")
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as taken:
        whole = taken.convert("RGB")
    for colours in (128, 64, 32, 16):
        whole.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            return
    raise SystemExit(f"{path} is larger than {LARGEST} bytes")


def take(browser: Browser, address: str) -> None:
    page = enter(browser, address, "kyshtut.operator", "ky", 1280, 900)
    keep(page, "desk-ky")
    page = enter(browser, address, "kyshtut.operator", "ky", 360, 1000)
    page.goto("/applications?status=draft")
    page.locator("main table a[href*='/applications/']").first.click()
    keep(page, "application-ky", "h2:has(+ .ash-tasks)")
    page = enter(browser, address, "secretary", "ru", 1280, 900)
    page.goto("/rankings/2")
    keep(page, "ranking-ru")
    page = enter(browser, address, "finance1", "en", 1280, 1000)
    page.goto("/tranches/32")
    keep(page, "tranche-en")
    page = enter(browser, address, "donor.eu", "en", 1280, 1100)
    page.goto("/funding-reports/new")
    page.locator("main form.ash-form button[type=submit]").click()
    expect(page.locator("a[href$='/pdf']").first).to_be_visible(timeout=PATIENCE)
    keep(page, "report-en")


def take_for_guides(browser: Browser, address: str, locale: str) -> None:
    """Three pictures on a phone for associations, three on a PC for operators, two on a PC for the secretary."""
    page = enter(browser, address, "tayan.chair", locale, 360, 740)
    page.goto("/applications?status=draft")
    page.locator("main table a[href*='/applications/']").first.click()
    keep(page, f"guide-parts-{locale}", "h2:has(+ .ash-tasks)")
    parts = page.url
    page.goto(f"{parts}/sections/problem")
    keep(page, f"guide-words-{locale}", "h1")
    page.goto(f"{parts}/check")
    keep(page, f"guide-check-{locale}", "h1")
    page = enter(browser, address, "kyshtut.operator", locale, 1280, 760)
    page.goto("/associations")
    page.locator("main tr:has(a[href*='/applications/new']) a[href^='/associations/']").first.click()
    keep(page, f"guide-association-{locale}")
    page.locator("main a[href*='/dictations/new']").last.click()
    keep(page, f"guide-dictation-{locale}")
    page.goto("/dictations?all=1")
    page.locator("main table a[href^='/dictations/']").first.click()
    keep(page, f"guide-written-{locale}")
    page = enter(browser, address, "secretary", locale, 1280, 900)
    page.goto("/selections/2")
    keep(page, f"guide-selection-{locale}")
    page.goto("/assignments")
    keep(page, f"guide-assignments-{locale}")
    page = enter(browser, address, "reviewer1", locale, 1280, 1000)
    page.goto("/account/second-factor")
    keep(page, f"guide-factor-{locale}", "h1")
    page = at_the_door(browser, address, "finance1", locale, 1280, 760)
    page.wait_for_url("**/sign-in/code**")
    keep(page, f"guide-code-{locale}")


if __name__ == "__main__":
    where = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_binary(), args=list(CHROMIUM_ARGUMENTS))
        if "--guides" not in sys.argv:
            take(chromium, where)
        for language in ("ky", "ru", "en"):
            take_for_guides(chromium, where, language)
        chromium.close()
