"""The main steps of the chain in a real browser, in each language: apply, screen, score, pay, report."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_tour import LANGUAGES, choose, sign_in
from tests.support.servers import Site

TEXT = "Айылда сүт чогултуучу жер жок, ошондуктан сүт арзан кетет. Муздаткыч койсок, баасы көтөрүлөт."


def fill_all(page: Page) -> None:
    """Fill in every empty text of the form on the page."""
    for field in page.locator("main textarea, main input[type=text]").all():
        if not field.input_value():
            field.fill(TEXT[:100])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_operator_drafts_keeps_and_checks_an_application(page: Page, language: str) -> None:
    """The banner says for whom; what is typed is kept; the check says what is missing."""
    sign_in(page, "kyshtut.operator", language)
    page.goto("/applications/new")
    page.locator("select[name=association]").select_option(index=LANGUAGES.index(language) + 1)
    if page.locator("input[name=call]").count():
        page.locator("input[name=call]").first.check()
    page.locator("input[name=language]").first.check()
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()
    base = page.url
    if not re.search(r"/applications/\d+$", base):
        assert page.locator(".govuk-error-summary").count(), "either a new application or a reason"
        return
    assert page.locator(".ash-acting, .ash-header__acting, [class*=acting]").count()
    page.goto(f"{base}/sections/idea")
    fill_all(page)
    page.locator("main form[method=post] button[type=submit]").first.click()
    page.wait_for_load_state()
    page.goto(f"{base}/sections/idea")
    assert TEXT[:40] in page.locator("main").inner_html()
    page.goto(f"{base}/check")
    assert page.locator("main").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_amount_is_told_at_the_field_and_nothing_typed_is_lost(page: Page, language: str) -> None:
    sign_in(page, "tayan.chair", language)
    page.goto("/applications")
    drafts = page.eval_on_selector_all("main a[href*='/applications/']", "all => all.map(a => a.pathname)")
    page.goto(next(address for address in drafts if re.fullmatch(r"/applications/\d+", address)) + "/budget")
    page.fill("input[name=item]", "Муздаткыч 500 л")
    page.fill("input[name=unit]", "даана")
    page.fill("input[name=quantity]", "-3")
    page.fill("input[name=unit_cost]", "көп")
    page.locator("main form[method=post]:has(input[name=item]) button[type=submit]").click()
    page.wait_for_load_state()
    summary = page.locator(".govuk-error-summary")
    assert summary.count() == 1
    assert page.evaluate("document.activeElement.classList.contains('govuk-error-summary')")
    assert page.locator(".govuk-error-message").count() >= 1
    assert page.input_value("input[name=item]") == "Муздаткыч 500 л"
    assert page.input_value("input[name=unit_cost]") == "көп"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gate_says_what_is_missing(page: Page, language: str) -> None:
    sign_in(page, "finance1", language)
    page.goto("/grants?status=active")
    page.locator("main a[href*='/grants/']").first.click()
    page.wait_for_load_state()
    assert page.locator(".ash-condition").count() >= 4
    assert page.locator(".ash-next").count() >= 1


def test_a_double_click_on_a_button_acts_once(browser: Browser, site: Site, page: Page) -> None:
    sign_in(page, "monitor1", "ky")
    page.goto("/messages")
    button = page.locator("form[action$='/messages/read'] button")
    if button.count():
        button.dblclick()
    page.locator("main").wait_for()
    assert site.flask("verify")


def test_a_revoked_session_is_sent_to_the_door_and_back(page: Page, site: Site) -> None:
    sign_in(page, "donor.eu", "en")
    page.context.clear_cookies()
    page.goto("/funding-reports")
    assert "/sign-in" in page.url
    choose(page, "en")
