"""Setting a second factor up, signing in with it and proving it once more, as a person does it in a real browser."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import pytest
import segno
from playwright.sync_api import Browser, Page, expect

from app.services import second_factors
from tests.browser.test_tour import LANGUAGES, PASSWORD, PHONE, choose, scrolls_sideways, sign_in
from tests.support import accessibility, servers
from tests.support.databases import DEMONSTRATION_NOW
from tests.support.servers import LATER, Site

TITLE = {"ky": "Телефонуңуздагы код", "ru": "Код с вашего телефона", "en": "The code from your phone"}


@pytest.fixture
def at(site: Site) -> Callable[[timedelta], int]:
    """Let it be so much later for the site; the half minute it is then. Each code given at the door adds one."""
    mark = site.home / LATER

    def later(span: timedelta) -> int:
        instant: datetime = DEMONSTRATION_NOW + span
        mark.write_text(instant.isoformat())
        return second_factors.step_at(instant)

    return later


def knock(page: Page, username: str) -> None:
    page.fill("[name=name]", username)
    page.fill("[name=password]", PASSWORD)
    press(page)
    assert "/sign-in/code" in page.url


def press(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form.ash-form button[type=submit]").last.click()


def test_a_phone_is_set_up_and_its_codes_and_those_on_paper_open_the_door(
    page: Page, at: Callable[[timedelta], int]
) -> None:
    step = at(timedelta())
    sign_in(page, "monitor2", "ky")
    page.goto("/account/second-factor")
    groups = re.search(r"\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b", page.locator("main").inner_text())
    assert groups is not None
    key = groups[0].replace(" ", "")
    address = pyotp.TOTP(key).provisioning_uri(name="monitor2", issuer_name="Ashar")
    drawn = segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    picture = page.locator("img.ash-qr")
    assert picture.get_attribute("src") == drawn, "what the camera reads is the key"
    assert picture.evaluate("one => one.complete && one.naturalWidth > 100")
    page.fill("[name=code]", "000000")
    press(page)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    page.fill("[name=code]", second_factors.code_of(key, step))
    press(page)
    codes = page.locator(".ash-codes li").all_inner_texts()
    assert len(set(codes)) == 10
    assert not accessibility.violations(page)
    page.locator("form[action$='/sign-out'] button").first.click()
    page.wait_for_url(re.compile("/sign-in$"))
    knock(page, "monitor2")
    assert not page.locator(".ash-number__value").count(), "this is no published secret"
    page.fill("[name=code]", second_factors.code_of(key, step + 1))
    press(page)
    page.wait_for_url(re.compile(r"/$"))
    page.locator("form[action$='/sign-out'] button").first.click()
    page.wait_for_url(re.compile("/sign-in$"))
    knock(page, "monitor2")
    with page.expect_navigation():
        page.locator("main a[href*='with=paper']").click()
    page.fill("[name=code]", codes[0].lower())
    press(page)
    page.wait_for_url(re.compile(r"/$"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_step_on_a_phone_without_javascript(browser: Browser, site: Site, language: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.url, viewport=PHONE)
    page = context.new_page()
    page.goto("/sign-in?next=/grants")
    page.locator(f"form[action$='/language'] button[value={language}]").first.click()
    page.wait_for_load_state()
    knock(page, "finance1")
    assert page.locator("h1").inner_text() == TITLE[language]
    field = page.locator("[name=code]")
    assert (field.get_attribute("autocomplete"), field.get_attribute("inputmode")) == ("one-time-code", "numeric")
    servers.give_code(page)
    page.wait_for_url(re.compile(r"/grants$"))
    assert page.locator("html").get_attribute("lang") == language
    context.close()


def test_a_late_form_is_asked_who_sends_it_and_nothing_typed_is_lost(
    page: Page, at: Callable[[timedelta], int]
) -> None:
    at(timedelta(hours=1))
    sign_in(page, "finance2", "ru")
    page.set_viewport_size(PHONE)
    page.goto("/funds/new")
    page.fill("[name=code]", "EU-77")
    page.fill("[name=purpose_ky]", "Биринчи сап\nэкинчи «сап» & үчүнчү")
    step = at(timedelta(hours=2))
    press(page)
    assert page.locator("h1").inner_text() == "Подтвердите, что это вы"
    assert not scrolls_sideways(page) and not accessibility.violations(page)
    secret = second_factors.demonstration_secret("finance2")
    page.fill("[name=proof_code]", second_factors.code_of(secret, step + 6))  # five codes were given, the sixth here
    press(page)
    assert page.url.endswith("/funds/new")
    assert page.input_value("[name=code]") == "EU-77"
    assert page.input_value("[name=purpose_ky]") == "Биринчи сап\nэкинчи «сап» & үчүнчү"
    choose(page, "ky")
    at(timedelta(hours=3))
    page.goto("/funds/new")
    assert page.locator("h1").inner_text() == "Бул сиз экениңизди ырастаңыз"
    assert not accessibility.violations(page)
