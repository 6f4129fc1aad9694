"""A form that cannot be saved half filled: what was typed outlives the tab, for who typed it, until it is saved."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_chain import draft_of
from tests.browser.test_tour import sign_in
from tests.support.servers import Site

KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('unsaved '))"
OFFER = "[data-unsaved]"


@pytest.fixture
def draft(page: Page, site: Site) -> str:
    """The address of a draft; the chair of its association is signed in."""
    address = draft_of(site, "tayan.chair")
    sign_in(page, "tayan.chair", "ky")
    return address


def closed_and_opened(page: Page, address: str) -> Page:
    """The tab is closed without a word; the page is opened in another one."""
    other = page.context.new_page()
    page.close()
    other.goto(address)
    return other


def test_half_a_meeting_is_there_for_who_typed_it_when_the_page_is_opened_again(page: Page, draft: str) -> None:
    meeting = f"{draft}/meeting"
    page.goto(meeting)
    expect(page.locator(OFFER)).to_be_hidden()
    stood = page.input_value("[name=place]")
    page.fill("[name=place]", "Клубдун залы")
    page.fill("[name=women]", "37")
    page = closed_and_opened(page, meeting)
    assert page.input_value("[name=place]") == stood
    expect(page.locator(OFFER)).to_contain_text(
        re.compile(r"\d\d\.\d\d\.\d{4}, \d\d:\d\d убагында жазганыңыз сакталган эмес")
    )
    page.click("[data-take]")
    assert (page.input_value("[name=place]"), page.input_value("[name=women]")) == ("Клубдун залы", "37")
    page.fill("[name=women]", "нечеле")
    page.locator("main form.ash-form button[type=submit]").click()  # refused: what was typed stands on the page
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    expect(page.locator(OFFER)).to_be_hidden()
    page = closed_and_opened(page, meeting)
    page.click("[data-take]")
    assert page.input_value("[name=women]") == "нечеле"
    (key,) = page.evaluate(KEPT)
    other = key.replace(key.split()[1], "0" * 16)
    page.evaluate(
        "(key) => localStorage.setItem(key, JSON.stringify({at: Date.now(), version: '', values: {}}))", other
    )
    page.goto(draft)  # what another person left here goes as soon as this one opens a page
    assert page.evaluate(KEPT) == [key]
    page.locator("form.ash-header__sign-out button").click()
    page.wait_for_url(re.compile("sign-in"))
    assert page.evaluate(KEPT) == []


def test_what_is_saved_is_offered_no_more_and_what_did_not_arrive_is(page: Page, draft: str) -> None:
    budget = f"{draft}/budget"
    page.goto(budget)
    page.fill("[name=item]", "Муздаткыч")
    payers = page.locator("[name=payer]")
    if payers.first.evaluate("field => field.type") == "radio":
        payers.nth(1).check()
    else:
        payers.select_option(index=1)
    page = closed_and_opened(page, budget)
    page.click("[data-take]")
    typed = page.evaluate(
        "[...new FormData(document.querySelector('[data-keeps]'))].filter(([n]) => n === 'payer')[0][1]"
    )
    assert typed and page.input_value("[name=item]") == "Муздаткыч"
    for name, value in {"unit": "даана", "quantity": "1", "unit_cost": "1000"}.items():
        page.fill(f"[name={name}]", value)
    page.locator("main form.ash-form button[type=submit]").click()
    expect(page.locator(".ash-notice--success")).to_be_visible()
    assert page.evaluate(KEPT) == []
    page.goto(budget)
    expect(page.locator(OFFER)).to_be_hidden()
    beneficiaries = f"{draft}/beneficiaries"
    page.goto(beneficiaries)
    field = page.locator("main form.ash-form input[type=text]").first
    field.fill("41")
    page.context.set_offline(True)
    page.locator("main form.ash-form button[type=submit]").click(no_wait_after=True)
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.goto(draft)  # a page that was opened is no proof that the form arrived
    page.goto(beneficiaries)
    page.click("[data-take]")
    assert field.input_value() == "41"
    field.fill("42")
    page.reload()
    page.click("[data-discard]")
    assert page.evaluate(KEPT) == []
