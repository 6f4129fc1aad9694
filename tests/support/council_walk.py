"""What a secretary, reviewers and the chair do on the pages of a call that is judged, in a real browser."""

import io
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from seeds import demonstration
from tests.support import pages, servers

PASSWORD = demonstration.sign_ins()[0].password
SUCCESS = ".ash-notice--success"
WHY = {
    "ky": "Арызда айтылган сандар менен кагаздар дал келет, айылда бул ишке муктаждык чоң экени көрүнүп турат.",
    "ru": "Цифры в заявке сходятся с приложенными бумагами, видно, что селу это дело действительно нужно.",
    "en": "The figures agree with the papers that are attached, and it is plain that the village needs this.",
}
"""A justification of a level, longer than the shortest that is taken."""


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
    expect(page.locator("html")).to_have_attribute("lang", language)


def press(page: Page, selector: str) -> None:
    """Press a button and see that the page says it is done."""
    page.locator(selector).first.click()
    expect(page.locator(SUCCESS)).to_be_visible()


@dataclass
class Hall:
    """The site, and the browsers of those who have signed in."""

    site: servers.Site
    browser: Browser
    problems: list[str] = field(default_factory=list)
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    readers: list[str] = field(default_factory=list)
    """Applicants who have read their letter."""

    def enter(self, username: str, language: str, width: int = 1280) -> Page:
        """A page of somebody, who stays signed in."""
        if username not in self.contexts:
            context = self.browser.new_context(
                base_url=self.site.url, viewport={"width": width, "height": 900}, accept_downloads=True
            )
            context.set_default_timeout(10_000)
            self.contexts[username] = context
            page = context.new_page()
            servers.watch(page, self.site.url, self.problems)
            sign_in(page, username, language)
            return page
        return self.contexts[username].pages[0]

    def ask(self, query: str, *values: object) -> list[Any]:
        """Rows of the site's database."""
        with closing(sqlite3.connect(f"file:{self.site.home / 'ashar.sqlite3'}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def send(self, page: Page, address: str, changes: Mapping[str, Any], action: str | None = None) -> str:
        """Read a page and send its form as a browser without a screen does, in the name of who is at `page`.

        Returns the path it led to. Raises `AssertionError` for a form that is refused.
        """
        request = page.context.request
        answer = request.get(address)
        assert answer.status == 200, f"{address}: {answer.status}"
        form = pages.choose_form(answer.text(), address, action)
        sent = request.post(form.action or address, form=_flat(pages.filled(form, changes)), max_redirects=0)
        assert sent.status == 303, f"{address}: {sent.status} {pages.text_of(sent.text())[-600:]}"
        return str(urlsplit(sent.headers["location"]).path)


def _flat(data: Mapping[str, Any]) -> dict[str, Any]:
    assert not any(isinstance(value, list) for value in data.values()), "one value a field"
    return dict(data)


# The secretary ---------------------------------------------------------------------------------------------------


def plan(page: Page, mode: str, due_on: str) -> int:
    """Make a plan of assignments, look at it and apply it; so many reviewers were asked."""
    page.goto("/assignment-plans")
    page.locator("main a[href*='/assignment-plans/new/']").first.click()
    page.check(f"input[name=mode][value={mode}]")
    page.fill("input[name=due_on]", due_on)
    press(page, "main form.ash-form button[type=submit]")
    pairs = page.locator("main table").last.locator("tbody tr").count()
    following = page.locator("main a[href*='?after=']")
    if following.count():
        address = page.url
        following.click()
        pairs += page.locator("main table").last.locator("tbody tr").count()
        page.goto(address)
    press(page, "form[action$='/apply'] button[type=submit]")
    return pairs


# A reviewer ------------------------------------------------------------------------------------------------------


def confirm_register(page: Page) -> None:
    page.goto("/interests")
    press(page, "form[action*='/interests/confirm/'] button, form[action*='/confirm'] button")


def waits(page: Page) -> bool:
    """Whether a review waits for an answer."""
    page.goto("/reviews")
    return page.locator("main a[href$='/answer']").count() > 0


def accept(page: Page) -> str:
    """Take the first review of the list that waits for an answer: no interest. The address of its form."""
    page.locator("main a[href$='/answer']").first.click()
    page.check("input[name=interest][value=none]")
    page.locator("main form.ash-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/reviews/\d+/edit"))
    return page.url


def fill_in(page: Page, levels: Sequence[int], language: str) -> None:
    for place, level in enumerate(levels):
        page.locator("main fieldset:has(input[name^=level_])").nth(place).locator(f"input[value='{level}']").check()
        page.locator("main textarea[name^=justification_]").nth(place).fill(WHY[language])


def fill_in_by_keyboard(page: Page, levels: Sequence[int], language: str) -> None:
    """Choose every level and write every justification with Tab, arrows and letters alone."""
    page.locator("main input[name^=level_]").first.focus()
    for level in levels:
        page.keyboard.press("Space")
        for _step in range(level - 1):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.insert_text(WHY[language])
        page.keyboard.press("Tab")


def submit(page: Page) -> None:
    press(page, "main button[name=submit]")
    assert re.fullmatch(r"/reviews/of/\d+", urlsplit(page.url).path)


def judge_by_forms(hall: Hall, page: Page, username: str, levels_of: Any, language: str = "ky") -> int:
    """Answer and submit everything that waits for a reviewer through the same forms; so many reviews."""
    waiting = hall.ask(
        "SELECT a.id, a.application_id, a.status FROM assignments a JOIN users u ON u.id = a.reviewer_id"
        " WHERE u.username = ? AND a.status IN ('proposed', 'accepted') ORDER BY a.id",
        username,
    )
    keys = [key for (key,) in hall.ask("SELECT key FROM criteria WHERE call_id = 1 ORDER BY position")]
    for assignment, application, status in waiting:
        if status == "proposed":
            hall.send(page, f"/assignments/{assignment}/answer", {"interest": "none"})
        given = dict(zip(keys, levels_of(application, username), strict=True))
        levels = {f"level_{key}": str(level) for key, level in given.items()}
        texts = {f"justification_{key}": WHY[language] for key in keys}
        hall.send(page, f"/reviews/{assignment}/edit", levels | texts | {"submit": "1"})
    return len(waiting)


# The session -----------------------------------------------------------------------------------------------------


def straight_awards(page: Page, call: int) -> dict[int, int]:
    """What the page of the selection awards straight down the list: {application: som}."""
    page.goto(f"/selections/{call}")
    rows = page.locator("main table tbody tr").evaluate_all(
        "all => all.filter(row => row.cells.length === 6 && !row.querySelector('a[href*=\"application=\"]'))"
        ".map(row => [row.querySelector('a').pathname.split('/').pop(), row.cells[3].innerText])"
    )
    return {int(number): int(re.sub(r"\D", "", text)) for number, text in rows if re.search(r"\d", text)}


def convene(page: Page, call: int, held_on: str, place: str, absent: int) -> int:
    """Open the session and tick who came, all but `absent` reviewers; so many are there."""
    page.goto(f"/council/calls/{call}/new")
    page.fill("input[name=held_on]", held_on)
    page.fill("input[name=place]", place)
    press(page, "main form.ash-form button[type=submit]")
    boxes = page.locator("input[name=members]")
    for number in range(absent, boxes.count()):
        boxes.nth(number).check()
    press(page, "main form.ash-form button[type=submit]")
    return boxes_ticked(page)


def boxes_ticked(page: Page) -> int:
    """So many members stand on the attendance."""
    address = page.url
    page.goto(f"{address}/attendance")
    count = page.locator("input[name=members]:checked").count()
    page.goto(address)
    return int(count)


def decide(
    page: Page, session: int, application: int, outcome: str, reason: str, amount: int | None = None, against: int = 0
) -> str:
    """Record a decision with the votes of everybody in the room; the page of the check, as it is read."""
    address = f"/council/{session}/decide/{application}"
    if urlsplit(page.url).path != address:
        page.goto(address)
    page.check(f"input[name=outcome][value={outcome}]")
    if amount is not None:
        page.fill("input[name=amount]", str(amount))
    page.locator("button[data-choose=for]").click()
    for place in range(against):
        page.locator(".ash-ballot input[value=against]").nth(place).check()
    page.fill("textarea[name=reason]", reason)
    page.locator("main button[name=check]").click()
    expect(page.locator("main button[name=record]")).to_be_visible()
    text = page.locator("main").inner_text()
    press(page, "main button[name=record]")
    return text


# Readers ---------------------------------------------------------------------------------------------------------


def readable_pages(page: Page, most: int = 60) -> Iterator[tuple[str, str]]:
    """Every page of a reader's menu and what those lead to, one of every kind: address, and the text of page or PDF."""
    page.goto("/")
    addresses = page.eval_on_selector_all("nav a[href^='/'], main a[href^='/']", LINKS)
    kinds = {re.sub(r"\d+", "N", one) for one in addresses}
    for place, address in enumerate(addresses):  # it grows meanwhile
        if place == most:
            return
        answer = page.context.request.get(address)
        if answer.status != 200:
            continue
        if answer.headers["content-type"].startswith("application/pdf"):
            yield address, "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.body())).pages)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        yield address, pages.text_of(answer.text())
        found = re.findall(r'href="(/[^"#?]*)', answer.text())
        for one in found:
            kind = re.sub(r"\d+", "N", one)
            if kind not in kinds and not one.startswith("/static"):
                kinds.add(kind)
                addresses.append(one)


LINKS = "all => [...new Set(all.map(one => one.pathname))]"
