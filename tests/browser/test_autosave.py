"""A page of questions saves itself: on a good line, on one that drops, after a lost answer, beside a second writer."""

import json
import re
import time

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser.test_chain import ask, draft_of
from tests.browser.test_tour import sign_in
from tests.support.servers import Site

SUMMARY = "Биз айылда сүт чогултуучу жай ачып, муздаткыч коёбуз: {} үй-бүлө сүтүн өз баасына сатат."
SAVED, LINE_DOWN, SOMEBODY_ELSE = "Өзү сакталды", "Байланыш үзүлдү", "башка адам же башка терезеде өзүңүз"


@pytest.fixture
def section(page: Page, site: Site) -> str:
    """The address of the first page of a draft; the chair of its association is signed in."""
    address = draft_of(site, "tayan.chair")
    sign_in(page, "tayan.chair", "ky")
    page.goto(f"{address}/sections/idea")
    return page.url


def kept(site: Site, address: str) -> str:
    """The summary as the database has it."""
    application = re.findall(r"/applications/(\d+)/", address)[0]
    query = "SELECT answers FROM application_sections WHERE application_id = ? AND key = 'idea'"
    ((answers,),) = ask(site, query, application)
    return str(json.loads(answers).get("summary", ""))


def wait_until_kept(page: Page, site: Site, address: str, summary: str) -> None:
    ends = time.monotonic() + 10
    while kept(site, address) != summary:
        assert time.monotonic() < ends, "not saved"
        page.wait_for_timeout(50)


def saves(site: Site) -> int:
    """How many times a page of questions was saved."""
    ((count,),) = ask(site, "SELECT count(*) FROM audit_events WHERE action = 'application.save_section'")
    return int(count)


def test_what_is_typed_is_saved_without_a_click_and_the_form_goes_on(page: Page, site: Site, section: str) -> None:
    for families in (40, 41):
        page.fill("[name=summary]", SUMMARY.format(families))
        wait_until_kept(page, site, section, SUMMARY.format(families))
        expect(page.locator(".ash-autosave")).to_contain_text(SAVED)
    left = page.locator(".govuk-character-count:has([name=summary]) .govuk-character-count__status")
    expect(left).to_have_text(f"Дагы {100 - len(SUMMARY.split())} сөз жазса болот")
    page.fill("[name=summary]", "сүт " * 101)
    expect(left).to_have_text("1 сөз ашык")
    page.fill("[name=summary]", SUMMARY.format(42))
    page.locator("button[value=list]").click()
    page.wait_for_url(re.compile(r"/applications/\d+$"))
    assert kept(site, section) == SUMMARY.format(42)


def test_a_line_that_drops_is_waited_for(page: Page, site: Site, section: str) -> None:
    page.context.set_offline(True)
    page.fill("[name=summary]", SUMMARY.format(50))
    expect(page.locator(".ash-autosave")).to_contain_text(LINE_DOWN)
    assert kept(site, section) != SUMMARY.format(50)
    page.context.set_offline(False)
    expect(page.locator(".ash-autosave")).to_contain_text(SAVED)
    assert kept(site, section) == SUMMARY.format(50)


def test_an_answer_that_is_lost_writes_nothing_twice(page: Page, site: Site, section: str) -> None:
    lost: list[int] = []

    def lose_first(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/autosave", lose_first)
    before = saves(site)
    page.fill("[name=summary]", SUMMARY.format(60))
    expect(page.locator(".ash-autosave")).to_contain_text(LINE_DOWN)
    page.fill("[name=summary]", SUMMARY.format(61))
    expect(page.locator(".ash-autosave")).to_contain_text(SAVED, timeout=15_000)
    assert lost == [200] and kept(site, section) == SUMMARY.format(61)
    assert saves(site) == before + 2


def test_a_second_writer_is_told_and_both_texts_are_shown(page: Page, site: Site, section: str) -> None:
    other = page.context.new_page()
    other.goto(section)
    other.fill("[name=summary]", SUMMARY.format(70))
    expect(other.locator(".ash-autosave")).to_contain_text(SAVED)
    page.fill("[name=summary]", SUMMARY.format(71))
    expect(page.locator(".ash-autosave")).to_contain_text(SOMEBODY_ELSE)
    assert kept(site, section) == SUMMARY.format(70)
    page.locator("button[value=list]").click()
    expect(page.locator("main")).to_contain_text(SUMMARY.format(70))
    expect(page.locator("main")).to_contain_text(SUMMARY.format(71))


def test_a_click_while_it_saves_is_no_second_writer(page: Page, site: Site, section: str) -> None:
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/autosave", lambda route: held.append((route, route.fetch())))
    page.fill("[name=summary]", SUMMARY.format(80))
    with page.expect_request_finished(lambda request: request.url.endswith("/autosave")):
        wait_until_kept(page, site, section, SUMMARY.format(80))  # the answer is still on its way
        page.locator("button[value=list]").click(no_wait_after=True)
        ((route, answer),) = held
        route.fulfill(response=answer)
    page.wait_for_url(re.compile(r"/applications/\d+$"))
    assert kept(site, section) == SUMMARY.format(80)
