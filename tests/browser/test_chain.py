"""The main steps of the chain in a real browser, in each language, on the demonstration.

Apply, screen, score, enter a rate, verify co-investment, pay a tranche, account for it, visit, report; at the end the
Council sits. A call of 63 from its assignments to signed protocol and letters: tests/reliability/test_whole_call.py.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_tour import LANGUAGES, choose, sign_in
from tests.support import council_walk, money_walk, servers
from tests.support.servers import Site

TEXT = "Айылда сүт чогултуучу жер жок, ошондуктан сүт арзан кетет. Муздаткыч койсок, баасы көтөрүлөт."
REPORT_TAKES = 60_000  # milliseconds, with a busy machine
TODAY, YESTERDAY = "16.11.2026", "15.11.2026"
PAID = {"ky": "karool.chair", "ru": "aral.chair", "en": "tayan.chair"}
"""Whose association is paid a tranche: two have asked for it, the third lacks co-investment."""


def ask(site: Site, query: str, *values: object) -> list[Any]:
    """Rows of the site's database."""
    with closing(sqlite3.connect(f"file:{site.home / 'ashar.sqlite3'}?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchall()


def draft_of(site: Site, username: str) -> str:
    """The address of the draft in an open call that somebody of an association writes."""
    ((application,),) = ask(
        site,
        "SELECT p.id FROM applications p JOIN role_assignments r ON r.association_id = p.association_id"
        " JOIN users u ON u.id = r.user_id JOIN calls c ON c.id = p.call_id"
        " WHERE u.username = ? AND p.status = 'draft' AND c.status = 'open'",
        username,
    )
    return f"/applications/{application}"


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    """The cookies of those who have signed in once."""
    return {}


@pytest.fixture
def enter(open_page: Callable[..., Page], kept: dict[str, Any]) -> Callable[[str, str], Page]:
    """A page of somebody signed in, in a language."""

    def make(username: str, language: str) -> Page:
        page = open_page(state=kept.get(username))
        if username in kept:
            page.goto("/")
            choose(page, language)
        else:
            sign_in(page, username, language)
            kept[username] = page.context.storage_state()
        return page

    return make


def newest(site: Site, table: str) -> int:
    return int(ask(site, f"SELECT max(id) FROM {table}")[0][0])


@pytest.fixture
def past_the_deadline(site: Site) -> Iterator[None]:
    """It is the day after the open call closes: everybody has to sign in anew."""
    standing_at = site.home / servers.LATER
    standing_at.write_text("2026-12-08T04:00:00+00:00")
    yield
    standing_at.unlink()


@pytest.fixture(scope="module")
def worker(site: Site) -> Iterator[None]:
    with servers.worker(site):
        yield


def is_done(page: Page, language: str) -> None:
    """The page says that it is done, in the language."""
    expect(page.locator(".ash-notice--success")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_operator_starts_an_application_and_writes_a_part_of_it(
    enter: Callable[[str, str], Page], site: Site, language: str
) -> None:
    """The banner says for whom; what is typed is kept; the check says what is missing."""
    (association,) = ask(
        site,
        "SELECT a.id FROM associations a JOIN role_assignments r ON r.centre_id = a.centre_id"
        " JOIN users u ON u.id = r.user_id WHERE u.username = 'kyshtut.operator'"
        " AND a.id NOT IN (SELECT association_id FROM applications p JOIN calls c ON c.id = p.call_id"
        " WHERE c.status = 'open' AND p.status <> 'withdrawn') ORDER BY a.id",
    )[0]
    page = enter("kyshtut.operator", language)
    page.goto("/applications/new")
    page.locator("select[name=association]").select_option(str(association))
    page.locator("input[name=call]").first.check()
    page.locator(f"input[name=language][value={'ru' if language == 'ru' else 'ky'}]").check()
    page.locator("main form.ash-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/dictations/new"))
    page.locator("select[name=member]").select_option(index=1)
    page.locator("main form.ash-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/applications/new"))
    page.locator("main form.ash-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/applications/\d+$"))
    is_done(page, language)
    base = page.url
    expect(page.locator(".ash-band--acting")).to_be_visible()
    page.goto(f"{base}/sections/idea")
    boxes = page.locator("main .ash-form textarea, main .ash-form input[type=text]")
    for number in range(boxes.count()):
        boxes.nth(number).fill(TEXT)
    page.locator("button[name=then][value=list]").click()
    page.wait_for_url(base)
    is_done(page, language)
    page.goto(f"{base}/sections/idea")
    assert {boxes.nth(number).input_value() for number in range(boxes.count())} == {TEXT}
    page.goto(f"{base}/check")
    assert page.locator("main a[href*='/sections/']").count() >= 3, "the check leads to what is missing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_amount_is_told_at_the_field_and_nothing_typed_is_lost(
    enter: Callable[[str, str], Page], language: str
) -> None:
    page = enter("tayan.chair", language)
    page.goto("/applications")
    drafts = page.eval_on_selector_all("main a[href*='/applications/']", "all => all.map(a => a.pathname)")
    page.goto(next(address for address in drafts if re.fullmatch(r"/applications/\d+", address)) + "/budget")
    page.fill("input[name=item]", "Муздаткыч 500 л")
    page.fill("input[name=unit]", "даана")
    page.fill("input[name=quantity]", "үч")
    page.fill("input[name=unit_cost]", "көп")
    page.locator("main form[method=post]:has(input[name=item]) button[type=submit]").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert page.locator(".govuk-error-message").count() >= 2
    assert page.input_value("input[name=item]") == "Муздаткыч 500 л"
    assert page.input_value("input[name=unit_cost]") == "көп"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_secretary_screens(enter: Callable[[str, str], Page], site: Site, language: str) -> None:
    (number,) = ask(site, "SELECT id FROM applications WHERE status = 'submitted' AND NOT is_test ORDER BY id")[0]
    page = enter("secretary", language)
    page.goto(f"/applications/{number}")
    page.locator(f"main a[href='/applications/{number}/screenings/new']").first.click()
    page.locator("input[name=outcome][value=eligible]").check()
    page.fill("textarea[name=reason]", TEXT)
    page.locator("main form.ash-form button[type=submit]").click()
    is_done(page, language)
    assert ask(site, "SELECT status FROM applications WHERE id = ?", number) == [("eligible",)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reviewer_keeps_a_draft(enter: Callable[[str, str], Page], site: Site, language: str) -> None:
    assignment, username = ask(
        site,
        "SELECT a.id, u.username FROM assignments a JOIN users u ON u.id = a.reviewer_id"
        " WHERE a.status = 'accepted' ORDER BY a.id",
    )[0]
    page = enter(username, language)
    page.goto("/reviews")
    page.goto(f"/reviews/{assignment}/edit")
    why = f"{TEXT} {language}"
    page.locator("main input[type=radio][value='4']").first.check()
    page.locator("main textarea[name^=justification_]").first.fill(why)
    page.locator("main button[name=save]").click()
    is_done(page, language)
    page.reload()
    assert page.locator("main input[type=radio][value='4']").first.is_checked()
    assert page.locator("main textarea[name^=justification_]").first.input_value() == why
    assert ask(site, "SELECT status FROM assignments WHERE id = ?", assignment) == [("accepted",)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_finance_enters_a_rate_once_with_a_double_click(
    enter: Callable[[str, str], Page], site: Site, language: str
) -> None:
    count = "SELECT count(*) FROM exchange_rates"
    ((before,),) = ask(site, count)
    page = enter("finance1", language)
    page.goto("/rates/new")
    page.locator("select[name=currency]").select_option("USD")
    page.locator("select[name=source]").select_option(index=-1 + page.locator("select[name=source] option").count())
    page.fill("input[name=nominal]", "1")
    page.fill("input[name=value]", "87,4321")
    page.fill("input[name=valid_on]", f"{8 + LANGUAGES.index(language)}.11.2026")
    page.fill("input[name=source_note]", "nbkr.kg")
    page.locator("main form.ash-form button[type=submit]").dblclick()
    is_done(page, language)
    assert ask(site, count) == [(before + 1,)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gate_says_what_is_missing(enter: Callable[[str, str], Page], language: str) -> None:
    page = enter("finance1", language)
    page.goto("/grants?status=active")
    page.locator("main a[href*='/grants/']").first.click()
    page.wait_for_url(re.compile(r"/grants/\d+"))
    assert page.locator(".ash-condition").count() >= 4
    assert page.locator(".ash-next").count() >= 1


@pytest.mark.parametrize("language", LANGUAGES[:2])  # in the third one is recorded and verified by the walk below
def test_a_contribution_is_verified(enter: Callable[[str, str], Page], site: Site, language: str) -> None:
    (number,) = ask(site, "SELECT id FROM contributions WHERE status = 'recorded' ORDER BY id")[0]
    page = enter("monitor1", language)
    money_walk.verify_contribution(page, number)
    is_done(page, language)
    assert ask(site, "SELECT status FROM contributions WHERE id = ?", number) == [("verified",)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tranche_is_paid_accounted_for_and_what_came_of_it_is_seen(
    enter: Callable[[str, str], Page], site: Site, language: str
) -> None:
    """Each person at the own screen, and none of them does what another has to."""
    ((grant, tranche, status),) = ask(
        site,
        "SELECT g.id, t.id, t.status FROM tranches t JOIN grants g ON g.id = t.grant_id"
        " JOIN role_assignments r ON r.association_id = g.association_id JOIN users u ON u.id = r.user_id"
        " WHERE u.username = ? AND g.status = 'active' AND t.status IN ('planned', 'requested')"
        " ORDER BY t.sequence LIMIT 1",
        PAID[language],
    )
    people = [enter(name, language) for name in (PAID[language], "finance1", "finance2", "monitor1")]
    association, finance, other, monitor = people
    if status == "planned":
        association.goto(f"/tranches/{tranche}")
        assert not association.locator("form[action$='/request']").count(), "the gate is shut"
        money_walk.contribute(association, grant, TODAY, money_walk.Remittance("250000"))
        money_walk.verify_contribution(monitor, newest(site, "contributions"))
        money_walk.act(association, tranche, "request")
    money_walk.act(finance, tranche, "prepare")
    finance.goto(f"/tranches/{tranche}")
    assert not finance.locator("form[action$='/approve']").count(), "who prepared sees no button to approve"
    money_walk.act(other, tranche, "approve")
    money_walk.release(finance, tranche, TODAY)
    money_walk.receive(association, tranche)
    money_walk.spend(association, grant, TODAY, money_walk.Bill("1500"))
    money_walk.accept_spending(finance, newest(site, "expenditures"))
    money_walk.plan_visit(monitor, grant, TODAY)
    money_walk.record_visit(monitor, newest(site, "visits"), TODAY, TEXT)
    ((target,),) = ask(site, "SELECT min(id) FROM targets WHERE grant_id = ?", grant)
    money_walk.report_result(association, target, YESTERDAY, "2", TEXT)
    money_walk.verify_result(monitor, grant, newest(site, "results"))
    for page in people:
        expect(page.locator("html")).to_have_attribute("lang", language)
    assert ask(site, "SELECT status FROM tranches WHERE id = ?", tranche) == [("confirmed",)]
    last = "SELECT status FROM {} ORDER BY id DESC LIMIT 1"
    ends = [ask(site, last.format(table))[0][0] for table in ("expenditures", "visits", "results")]
    assert ends == ["accepted", "done", "verified"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_donor_asks_for_a_report_and_sees_it_get_ready(
    enter: Callable[[str, str], Page], worker: None, language: str
) -> None:
    """The page looks again by itself until the figures are there."""
    page = enter("donor.eu", language)
    page.goto("/funding-reports/new")
    page.locator(f"input[name=locale][value={language}]").check()
    page.locator("main form.ash-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/funding-reports/\d+$"))
    expect(page.locator("main a[href$='/pdf']")).to_be_visible(timeout=REPORT_TAKES)
    assert page.locator("main .ash-numbers").count() == 1
    with page.expect_download() as download:
        page.locator("main a[href$='/csv']").click()
    assert download.value.path().stat().st_size > 1000


def test_the_council_sits_and_decides_in_each_language(
    open_page: Callable[..., Page], site: Site, past_the_deadline: None
) -> None:
    """The call closes on 7 December; the secretary has the votes of a session by name, and says why."""
    page = open_page()
    sign_in(page, "secretary", "ky")
    ((call,),) = ask(site, "SELECT id FROM calls WHERE status = 'open'")
    assert council_walk.convene(page, call, "08.12.2026", "Ош шаары, Ленин көчөсү, 221", absent=1) >= 10
    session = newest(site, "council_sessions")
    links = "all => all.map(one => Number(one.pathname.split('/').pop()))"
    waiting = page.eval_on_selector_all("main table a[href*='/decide/']", links)
    decided = list(zip(waiting, ("selected", "reserve", "rejected"), strict=True))
    for language, (application, outcome) in zip(LANGUAGES, decided, strict=True):
        choose(page, language)
        amount = 300_000 if outcome == "selected" else None
        council_walk.decide(page, session, application, outcome, TEXT, amount)
        is_done(page, language)
    kept = "SELECT application_id, outcome, amount FROM decisions WHERE session_id = ? ORDER BY id"
    amounts = (30_000_000, None, None)
    assert ask(site, kept, session) == [(*pair, amount) for pair, amount in zip(decided, amounts, strict=True)]


def test_after_all_this_the_data_keep_their_promises(site: Site) -> None:
    assert "audit chain" in site.flask("verify")


def test_a_revoked_session_is_sent_to_the_door(open_page: Callable[..., Page]) -> None:
    page = open_page()
    sign_in(page, "donor.eu", "en")
    page.context.clear_cookies()
    page.goto("/funding-reports")
    assert "/sign-in" in page.url
