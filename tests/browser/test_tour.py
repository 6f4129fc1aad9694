"""A tour of every role's pages in a real browser: no broken policy, no sideways scrolling, the right language, WCAG."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from seeds import demonstration
from tests.support import accessibility, servers
from tests.support.accessibility import kind_of
from tests.support.servers import Site

PASSWORD = demonstration.sign_ins()[0].password
LANGUAGES = ("ky", "ru", "en")
ROLES = [one.username for one in demonstration.sign_ins()]
PHONE: ViewportSize = {"width": 360, "height": 800}
PAPERS = (".pdf", "/receipt", "/protocol", "/agreement", "/pdf", "/xlsx", "/csv")
LATIN = re.compile(r"[A-Za-z]{4,}")
FINGERPRINT = re.compile(r"\b(?=\w*\d)[0-9a-f]{8,64}\b")
FILE_NAME = re.compile(r"\S+\.(pdf|jpg|png)\b")
LATIN_ALLOWED = {
    "Ashar", "InforEuro", "spring", "GeoNames", "Who", "First", "SOATE", "English",
    "DEMO", "XLSX", "QR", "SHA", "PDF", "CSV",
    "FreeOTP", "Aegis", "Google", "Authenticator",  # apps for codes
    "Chrome", "Linux",  # what one's own sessions are called by
    *(part for name in ROLES for part in re.split(r"[\W\d]", name)),
}  # fmt: skip


def sign_in(page: Page, username: str, language: str) -> None:
    page.goto("/sign-in")
    choose(page, language)
    page.fill("input[name=name]", username)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    servers.give_code(page)
    page.wait_for_url(re.compile(r"/$"))


def choose(page: Page, language: str) -> None:
    page.locator(f"form[action$='/language'] button[value={language}]").first.click()
    page.wait_for_load_state()
    assert language_shown(page) == language


def language_shown(page: Page) -> str:
    return str(page.evaluate("document.documentElement.lang"))


def scrolls_sideways(page: Page) -> bool:
    """Whether the page does, or something sticks out of its picture."""
    return bool(
        page.evaluate(
            "[document.documentElement, ...document.querySelectorAll('.ash-chart')]"
            ".some(one => one.scrollWidth > one.clientWidth)"
        )
    )


def resize(page: Page, width: int) -> None:
    if page.viewport_size != {"width": width, "height": PHONE["height"]}:
        page.set_viewport_size({"width": width, "height": PHONE["height"]})


def links_of(page: Page) -> list[str]:
    """The navigation's pages."""
    found = page.eval_on_selector_all("nav a[href^='/'], header a[href^='/']", "all => all.map(a => a.pathname)")
    return list(dict.fromkeys(found))


def tour(page: Page) -> Iterator[str]:
    """Open, on a phone, every page of the navigation and one page of every kind those link to; each address in turn."""
    kinds: set[str] = set()
    addresses: list[str] = []

    def add(found: list[str]) -> None:
        for one in found:
            if kind_of(one) not in kinds:
                kinds.add(kind_of(one))
                addresses.append(one)

    add(links_of(page))
    navigation = len(addresses)
    for number, address in enumerate(addresses):  # it grows meanwhile
        resize(page, PHONE["width"])
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        if number < navigation:
            links = page.eval_on_selector_all("main a[href^='/']", "all => all.map(a => a.pathname)")
            add([one for one in links if not one.endswith(PAPERS) and "/documents/" not in one])
        yield address


def language_of(username: str) -> str:
    """Each role is toured in one language; every language has three roles or more."""
    return LANGUAGES[ROLES.index(username) % 3]


@pytest.mark.parametrize("username", ROLES)
def test_every_page_of_a_role_is_whole_on_a_phone_a_tablet_and_a_pc(page: Page, username: str) -> None:
    """And on the phone open to everybody: axe-core looks at every kind of page once."""
    language = language_of(username)
    sign_in(page, username, language)
    wide, foreign, closed, count = [], [], {}, 0
    for address in tour(page):
        count += 1
        assert language_shown(page) == language
        if accessibility.is_new(address) and (found := accessibility.violations(page)):
            closed[address] = found
        for width in (360, 768, 1280):
            resize(page, width)
            if scrolls_sideways(page):
                wide.append((address, width))
        if language == "en" or address.startswith("/people"):
            continue  # user names are Latin, whatever the language
        text = FINGERPRINT.sub("", FILE_NAME.sub("", page.locator("main").inner_text()))
        words = set(LATIN.findall(text)) - LATIN_ALLOWED
        foreign += [(address, word) for word in words if not word.isupper()]
    assert count >= 4
    assert wide == []
    assert closed == {}
    assert foreign == [], "English words on a Kyrgyz or Russian page"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_remembered_before_and_after_sign_in(page: Page, language: str) -> None:
    sign_in(page, "secretary", language)
    for address in ("/applications", "/council", "/history"):
        page.goto(address)
        assert language_shown(page) == language


@pytest.mark.parametrize("username", ["kyshtut.operator", "secretary", "chair"])
def test_the_menu_is_one_row_on_a_pc_and_everything_is_in_it(page: Page, username: str) -> None:
    """They have the most sections; where a row has no room, the rest opens under "More"."""
    sign_in(page, username, "ky")
    for language in LANGUAGES:
        choose(page, language)
        row = page.locator(".ash-nav--wide a:visible, .ash-nav__more > summary:visible")
        tops = {round(one["y"]) for one in (entry.bounding_box() for entry in row.all()) if one}
        assert len(tops) == 1, language
        if page.locator(".ash-nav__more").count():
            page.locator(".ash-nav__more > summary").click()
        narrow = page.locator(".ash-nav--narrow a").all_text_contents()
        assert page.locator(".ash-nav--wide a:visible").all_text_contents() == narrow
        assert not scrolls_sideways(page)


def test_dark_and_print_are_readable(page: Page) -> None:
    sign_in(page, "finance1", "ky")
    page.emulate_media(color_scheme="dark")
    page.goto("/grants")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="light")
    assert dark != page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(media="print")
    assert not page.locator(".ash-header__tools").is_visible()


def test_without_javascript_one_can_sign_in_choose_a_language_and_open_the_menu(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.url, viewport={"width": 360, "height": 700})
    page = context.new_page()
    sign_in(page, "tayan.chair", "ru")
    page.locator("header summary").first.click()
    page.locator("nav a[href='/applications']:visible").first.click()
    page.wait_for_load_state()
    assert language_shown(page) == "ru"
    assert page.locator("main a[href*='/applications/']").count()
    context.close()
