"""WCAG 2.2 A and AA by axe-core on the pages for everybody, of applying and of setting up a call, on a phone.

The other pages of each role are looked at on its tour: test_tour.py.
"""

import re

from playwright.sync_api import Page, expect

from tests.browser.test_chain import ask
from tests.browser.test_tour import PHONE, sign_in
from tests.support.accessibility import is_new, violations
from tests.support.servers import Site

PAPERS = re.compile(r"\.pdf$|/receipt$|/documents/\d")


def kind_of(address: str) -> str:
    """Addresses of one kind differ in numbers, or in what is edited or removed."""
    return re.sub(r"/[\w-]+(?=/(edit|delete)$)", "/N", re.sub(r"\d+", "N", address))


def look(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    """{address: violations} of those whose kind was not looked at yet."""
    problems = {}
    for address in addresses:
        if is_new(kind_of(address)):
            page.goto(address)
            if found := violations(page):
                problems[address] = found
    return problems


def links(page: Page, address: str | None = None) -> list[str]:
    """The pages that `address` (None: where one is) leads to, one of each kind, papers apart."""
    if address:
        page.goto(address)
    found = page.eval_on_selector_all("main a[href^='/']", "all => all.map(a => a.pathname)")
    return list({kind_of(one): one for one in found if not PAPERS.search(one)}.values())


def walk(page: Page, address: str) -> tuple[list[str], dict[str, list[str]]]:
    """Look at pages `address` leads to, and at those of its own that these lead to: one of each kind; violations."""
    first = {kind_of(one): one for one in links(page, address)}
    pages, problems = dict(first), {}
    for middle in first.values():
        if middle.startswith(address):
            for one in links(page, middle):
                if one.startswith(address):
                    pages.setdefault(kind_of(one), one)
            if is_new(kind_of(middle)) and (found := violations(page)):
                problems[middle] = found
    return list(pages.values()), problems | look(page, list(pages.values()))


def draft_of(page: Page, username: str) -> str:
    """The address of a draft of somebody who signs in."""
    page.set_viewport_size(PHONE)
    sign_in(page, username, "ky")
    drafts = [one for one in links(page, "/applications?status=draft") if re.fullmatch(r"/applications/\d+", one)]
    return drafts[0]


def send(page: Page, form: str = "form.ash-form") -> None:
    with page.expect_navigation():
        page.locator(f"main {form} button[type=submit]").last.click()


def test_a_broken_page_is_noticed(page: Page) -> None:
    page.goto("/sign-in")
    page.evaluate("document.querySelector('main label').remove(); document.documentElement.removeAttribute('lang')")
    assert {one.partition(":")[0] for one in violations(page)} == {"label", "html-has-lang"}


def test_the_pages_for_everybody(page: Page) -> None:
    page.set_viewport_size(PHONE)
    open_to_all = links(page, "/open-calls")
    assert open_to_all
    assert not look(page, ["/sign-in", "/open-calls", *open_to_all])


def test_every_page_of_applying(page: Page) -> None:
    """The list of tasks of a draft, whatever it leads to two deep, and a form that is refused."""
    draft = draft_of(page, "tayan.chair")
    pages, problems = walk(page, draft)
    rows = [one for one in pages if re.search(r"/(edit|delete)$", one)]
    assert len(pages) >= 25 and len(rows) >= 8, pages
    assert not problems
    page.goto(draft)  # as a list of tasks it is another page than the application on the tour
    assert violations(page) == []
    page.goto(f"{draft}/meeting")
    page.fill("[name=women]", "нечеле")
    send(page)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert violations(page) == []


def test_the_pages_of_who_writes_for_others(page: Page) -> None:
    """With a voice, then with what was written waiting for its confirmation."""
    draft = draft_of(page, "kyshtut.operator")
    page.goto(f"{draft}/sections/idea")
    if "/dictations/new" in page.url:
        page.locator("select[name=member]").select_option(index=1)
        send(page)
    expect(page.locator(".ash-band--acting a")).to_be_visible()
    send(page)
    assert not look(page, [*links(page, draft), f"{draft}/sign-off-for-the-chair"])
    page.locator(".ash-band--acting a").click()
    assert violations(page) == []
    with page.expect_navigation():
        page.locator("main form[action$='/end'] button").click()
    ended = links(page)
    assert any(one.endswith("/confirm") for one in ended)
    assert not look(page, ended)


def test_setting_up_a_call(page: Page, site: Site) -> None:
    """The sections of a draft, and the pages of their parts."""
    ((call,),) = ask(site, "SELECT id FROM calls WHERE status = 'draft' ORDER BY id LIMIT 1")
    page.set_viewport_size(PHONE)
    sign_in(page, "secretary", "ky")
    pages, problems = walk(page, f"/calls/{call}")
    assert len([one for one in pages if "/sections/" in one]) >= 8 and len(pages) >= 20, pages
    assert not problems
