"""The money of one grant in the browser: accepted at the desk of a centre, paid in three tranches, completed.

Co-investment comes in five currencies at rates of that day; one receipt is refused and one verified contribution
reversed; one payment comes back from the bank and one is not made; the agreement is amended. Everybody acts at the own
screen. At the end the pages say the same as a hand with a pencil, to the tyiyn. `make reliability` alone runs it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.test_tour import scrolls_sideways
from tests.support import council_walk as walk
from tests.support import databases, money_walk, servers
from tests.support.council_walk import Hall
from tests.support.money_walk import SEND, Bill, Remittance

pytestmark = pytest.mark.skipif(not databases.FULL, reason="takes a minute: make reliability")
WIDTHS = (360, 1280)
TODAY = f"{databases.DEMONSTRATION_DAY:%d.%m.%Y}"
GRANT_ID, FUND, ASSOCIATION = 24, 1, 2
"""The one grant of the demonstration that is offered: 422 000 som to the village of Ala-Buka."""
GRANT = f"/grants/{GRANT_ID}"
TRANCHES = (70, 71, 72)
SPEAKS = {
    "ala-buka.operator": "ky",
    "ala-buka.chair": "ky",
    "finance1": "ru",
    "finance2": "ky",
    "monitor1": "en",
    "secretary": "ky",
    "chair": "ru",
    "karool.operator": "ky",
    "donor.eu": "en",
}
DAILY = {"USD": ("1", "87,0101"), "KZT": ("1", "0,1859"), "RUB": ("1", "1,1123")}
WEEKLY = {"TRY": ("1", "2,2651"), "KRW": ("100", "6,2917")}
"""Units and som for them, as the National Bank writes them."""
ROUBLES = Remittance("90 000,50", reference="ZK-70-001", sender="Шарипова Чынара")
DOLLARS = Remittance("790,25", "USD", "US", "bank", "FED-778899", "Бакыт кызы Чынара")
TENGE = Remittance("900 000,75", "KZT", "KZ", "card", "KZ-44-1201", "Жусупов Ысак")
LIRAS = Remittance("20 000,10", "TRY", "TR", "bank", "TR-33-0915", "Асанова Айгүл")
WONS = Remittance("1 250 001", "KRW", "KR", "mobile_wallet", "KR-2026-551", "Эсенов Данияр")


@pytest.fixture(scope="module")
def hall(site: servers.Site, browser: Browser) -> Iterator[Hall]:
    """The demonstration, and a browser for each person."""
    made = Hall(site, browser)
    yield made
    for context in made.contexts.values():
        context.close()


def rate_file(kind: str, quotes: Mapping[str, tuple[str, str]]) -> FilePayload:
    """Rates of today as the National Bank publishes them: `kind` is "Daily" or "Weekly"."""
    rows = "".join(
        f'<Currency ISOCode="{code}"><Nominal>{units}</Nominal><Value>{value}</Value></Currency>'
        for code, (units, value) in quotes.items()
    )
    text = f'<CurrencyRates Name="{kind} Exchange Rates" Date="{TODAY}">{rows}</CurrencyRates>'
    content = f'<?xml version="1.0" encoding="windows-1251" ?>{text}'.encode("windows-1251")
    return {"name": f"{kind.lower()}.xml", "mimeType": "text/xml", "buffer": content}


def look(page: Page, _station: str) -> None:
    """Nothing on the page makes it scroll sideways, on a phone or a PC."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not scrolls_sideways(page), f"{page.url} at {width}"


def follow(page: Page, selector: str) -> None:
    """Click what leads to another page."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def done(page: Page, selector: str) -> str:
    """Press a button; what the page says then."""
    follow(page, selector)
    expect(page.locator(walk.SUCCESS)).to_be_visible()
    return page.locator(walk.SUCCESS).inner_text()


def words(page: Page) -> str:
    """The main part of a page with plain spaces."""
    return " ".join(page.locator("main").inner_text().split())


@dataclass
class Walk:
    """Everybody at the own browser."""

    hall: Hall

    def at(self, username: str, address: str) -> Page:
        """The page of somebody, at an address."""
        page = self.hall.enter(username, SPEAKS[username])
        page.goto(address)
        return page

    def newest(self, table: str) -> int:
        return int(self.hall.ask(f"SELECT max(id) FROM {table}")[0][0])

    def value(self, query: str, *values: object) -> object:
        """The one value a query finds."""
        ((found,),) = self.hall.ask(query, *values)
        return found

    def acts(self, act: str, tranche: int) -> int:
        """How often the audit trail has an act on a tranche."""
        query = "SELECT count(*) FROM audit_events WHERE action = ? AND subject = ?"
        return int(str(self.value(query, act, f"tranches:{tranche}")))


def test_a_grant_is_walked_from_acceptance_to_completion(hall: Hall) -> None:
    one = Walk(hall)
    before = books(one)
    take_over_rates(one)
    accept_and_sign(one)
    co_invest(one)
    first, second, third = TRANCHES
    request_and_approve(one, first)
    release(one, first, "EB 70/1")
    come_back(one, first)
    request_and_approve(one, first)
    fail(one, begin_list(one, first))
    approve_anew(one, first)
    paid(one, begin_list(one, first), "EB 70/2")
    arrived(one, first)
    reverse(one, one.newest("contributions"))
    verify(one, record(one, TENGE, "Жусупов Ысак"))
    go_on(one)
    spend(one, Bill("140 000,37", 1, "Жүн жуугуч ванналар", "ОсОО Агротехника", "ЭФ-1"))
    session_ends(one)
    amend(one)
    verify(one, record(one, replace(DOLLARS, reference="FED-889900")))
    verify(one, record(one, LIRAS))
    request_and_approve(one, second)
    release(one, second, "EB 71/1")
    arrived(one, second)
    spend(one, Bill("150 000", 2, "Кургаткыч", "ОсОО Темир", "ЭФ-2"))
    visit_and_result(one)
    verify(one, record(one, WONS))
    request_and_approve(one, third)
    paid(one, begin_list(one, third), "EB 72/1")
    arrived(one, third)
    spend(one, Bill("127 999,63", 1, "Сыккыч жана түтүктөр", "ОсОО Агротехника", "ЭФ-3"))
    spend(one, Bill("4 000", 2, "Прессти жеткирүү", "ОсОО Темир", "ЭФ-4"))
    spend(one, Bill("150 000", 4, "Суу жылыткыч казан", "ОсОО Жылуулук", "ЭФ-5"))
    complete(one)
    figures(one, before)
    nobody_else(one)
    assert hall.problems == []
    assert "audit chain" in hall.site.flask("verify")


def take_over_rates(one: Walk) -> None:
    """One officer takes the files of the National Bank over, the other one approves each day."""
    for kind, quotes in (("Daily", DAILY), ("Weekly", WEEKLY)):
        page = one.at("finance1", "/rates")
        follow(page, "main a[href='/rates/upload']")
        page.set_input_files("input[name=upload]", rate_file(kind, quotes))
        follow(page, SEND)
        look(page, f"rates-preview-{kind}")
        done(page, "form[action='/rates/take'] button[type=submit]")
    look(page, "rates-entered")
    assert not page.locator("form[action$='/approve-day']").count(), "who entered them does not approve them"
    page = one.at("finance2", "/rates")
    look(page, "rates-waiting")
    while page.locator("form[action$='/approve-day']").count():
        done(page, "form[action$='/approve-day'] button[type=submit]")
    look(page, "rates-approved")


def accept_and_sign(one: Walk) -> None:
    """At the centre the operator accepts at the word of the chair; the chair signs, the secretary countersigns."""
    page = one.at("ala-buka.operator", "/")
    look(page, "operator-desk")
    follow(page, "nav a[href='/grants']")
    follow(page, f"main a[href='{GRANT}']")
    look(page, "operator-grant-offered")
    follow(page, f"main a[href='{GRANT}/accept']")
    assert "/dictations/new" in page.url, "first it is said who dictates"
    look(page, "operator-dictation")
    chair = page.locator("[name=member] option").filter(has_text="Төрага").get_attribute("value")
    page.select_option("[name=member]", chair)
    done(page, SEND)
    look(page, "operator-accept")
    done(page, f"form[action='{GRANT}/accept'] button[type=submit]")
    look(page, "operator-grant-accepted")
    assert not page.locator(f"main a[href='{GRANT}/sign']").count(), "the centre does not sign for a village"
    sign(one)
    assert one.value("SELECT status FROM grants WHERE id = ?", GRANT_ID) == "active"


def sign(one: Walk) -> None:
    """The newest version of the agreement, each from the own desk."""
    page = one.at("ala-buka.chair", "/")
    look(page, "chair-desk")
    follow(page, f"main a[href='{GRANT}']")
    follow(page, f"main a[href='{GRANT}/sign']")
    look(page, "chair-sign")
    done(page, SEND)
    look(page, "chair-signed")
    page = one.at("secretary", "/")
    follow(page, f"main a[href='{GRANT}']")
    follow(page, f"main a[href='{GRANT}/countersign']")
    look(page, "secretary-countersign")
    done(page, SEND)


def record(one: Walk, what: Remittance, pledge: str = "") -> int:
    """The operator records a receipt from the page of the grant; the id of the contribution."""
    page = one.at("ala-buka.operator", GRANT)
    follow(page, f"main a[href='{GRANT}/contributions/new']")
    money_walk.fill_contribution(page, GRANT_ID, TODAY, what)
    if pledge:
        option = page.locator("[name=pledge] option").filter(has_text=pledge)
        page.select_option("[name=pledge]", option.get_attribute("value"))
    done(page, SEND)
    return int(page.url.rsplit("/", 1)[1])


def verify(one: Walk, contribution: int) -> None:
    """The monitoring officer finds it on the desk, goes through the checks and verifies."""
    page = one.at("monitor1", "/")
    assert page.locator(f"main a[href*='{contribution}']").count(), "it stands on the desk"
    page.goto(f"/contributions/{contribution}")
    follow(page, f"main a[href='/contributions/{contribution}/verify']")
    for box in page.locator("main form.ash-form input[type=checkbox]").all():
        box.check()
    done(page, SEND)


def co_invest(one: Walk) -> None:
    """Roubles whose receipt is refused and comes anew, then dollars: enough for the first tranche."""
    wrong = record(one, replace(ROUBLES, amount="95 000,50"))
    page = one.at("monitor1", "/")
    look(page, "monitor-desk")
    page.goto(f"/contributions/{wrong}")
    look(page, "monitor-contribution")
    follow(page, f"main a[href='/contributions/{wrong}/refuse']")
    page.fill("[name=reason]", "Квитанцияда 90 000,50 рубль турат, мында 95 000,50 жазылган.")
    look(page, "monitor-refuse")
    done(page, SEND)
    page = one.at("ala-buka.operator", f"/contributions/{wrong}")
    look(page, "operator-refused")
    assert page.locator(f"main a[href='{GRANT}/contributions/new']").count(), "the way to record it anew"
    roubles = record(one, ROUBLES, "Шарипова Чынара")
    page = one.at("ala-buka.operator", f"/contributions/{roubles}")
    look(page, "operator-contribution")
    sent_twice(one)
    page = one.at("monitor1", f"/contributions/{roubles}/verify")
    look(page, "monitor-verify")
    verify(one, roubles)
    page = one.at("ala-buka.operator", f"/tranches/{TRANCHES[0]}")
    look(page, "operator-gate-shut")
    assert "100 107,56 сом; керектүүсү: 168 800 сом; жетпегени: 68 692,44 сом" in words(page)
    assert not page.locator("form[action$='/request']").count(), "the gate is shut"
    verify(one, record(one, DOLLARS, "Бакыт кызы Чынара"))


def sent_twice(one: Walk) -> None:
    """Who goes back and sends the same receipt once more is told so, and it counts once."""
    page = one.at("ala-buka.operator", f"{GRANT}/contributions/new")
    money_walk.fill_contribution(page, GRANT_ID, TODAY, ROUBLES)
    follow(page, SEND)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    look(page, "operator-twice")
    assert page.input_value("input[name=sender_name]") == ROUBLES.sender, "nothing typed is lost"


def request_and_approve(one: Walk, tranche: int) -> None:
    """The association asks, one officer prepares, the other approves: each finds it on the own desk or at the grant."""
    here = f"/tranches/{tranche}"
    page = one.at("ala-buka.operator", GRANT)
    follow(page, f"main a[href='{here}']")
    look(page, f"operator-request-{tranche}")
    done(page, f"form[action='{here}/request'] button[type=submit]")
    page = one.at("finance1", "/")
    look(page, f"finance1-desk-{tranche}")
    follow(page, f"main a[href='{here}']")
    look(page, f"finance1-prepare-{tranche}")
    done(page, f"form[action='{here}/prepare'] button[type=submit]")
    assert not page.locator(f"form[action='{here}/approve']").count(), "who prepared does not approve"
    page = one.at("finance2", "/")
    follow(page, f"main a[href='{here}']")
    other = page.context.new_page()
    other.goto(here)
    look(page, f"finance2-approve-{tranche}")
    done(page, f"form[action='{here}/approve'] button[type=submit]")
    follow(other, f"form[action='{here}/approve'] button[type=submit]")
    expect(other.locator(".govuk-error-summary, .ash-notice").first).to_be_visible()
    look(other, f"finance2-approve-again-{tranche}")
    other.close()
    assert one.acts("tranche.approve", tranche) == one.acts("tranche.prepare", tranche), "in two tabs it counts once"


def release(one: Walk, tranche: int, reference: str) -> None:
    """Paid without a list; who presses twice has paid once."""
    here = f"/tranches/{tranche}"
    before = one.acts("tranche.release", tranche)
    page = one.at("finance1", here)
    follow(page, f"main a[href='{here}/release']")
    page.fill("input[name=bank_reference]", reference)
    page.fill("input[name=value_on]", TODAY)
    look(page, f"finance1-release-{tranche}")
    page.locator(SEND).dblclick()
    expect(page.locator(walk.SUCCESS)).to_be_visible()
    look(page, f"finance1-released-{tranche}")
    page.go_back()
    page.fill("input[name=bank_reference]", f"{reference} B")
    follow(page, SEND)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    look(page, f"finance1-released-again-{tranche}")
    assert one.acts("tranche.release", tranche) == before + 1, "pressed twice and sent again, paid once"


def come_back(one: Walk, tranche: int) -> None:
    """The bank sends the money back."""
    page = one.at("finance1", f"/tranches/{tranche}")
    follow(page, f"main a[href='/tranches/{tranche}/return']")
    page.fill("[name=reason]", "Эсептин ээсинин аты туура келбейт")
    look(page, "finance1-return")
    done(page, SEND)
    page = one.at("ala-buka.operator", f"/tranches/{tranche}")
    assert "аты туура келбейт" in words(page), "why it came back"
    look(page, "operator-returned")


def begin_list(one: Walk, tranche: int) -> str:
    """A payment list with this tranche alone, with the bank; its address."""
    page = one.at("finance1", "/funds")
    follow(page, "main a[href='/payment-lists']")
    look(page, "finance1-lists")
    follow(page, f"main a[href='/payment-lists/new/{FUND}']")
    look(page, "finance1-list-new")
    for box in page.locator("input[name=tranches]").all():
        box.set_checked(box.get_attribute("value") == str(tranche))
    done(page, SEND)
    look(page, "finance1-list-open")
    done(page, "form[action$='/close'] button[type=submit]")
    look(page, "finance1-list-closed")
    with page.expect_download() as download:
        page.locator("form[action$='/files/xml'] button[type=submit]").click()
    assert b"pain.001" in download.value.path().read_bytes()
    done(page, "form[action$='/send'] button[type=submit]")
    look(page, "finance1-list-sent")
    return urlsplit(page.url).path


def fail(one: Walk, address: str) -> None:
    """The bank does not pay what stands on the list."""
    page = one.at("finance1", address)
    follow(page, "main a[href$='/fail']")
    page.fill("[name=reason]", "Банк төлөм тапшырмасын кабыл алган жок")
    look(page, "finance1-list-fail")
    done(page, SEND)
    look(page, "finance1-list-settled")


def approve_anew(one: Walk, tranche: int) -> None:
    """What the bank did not pay waits for the other officer again."""
    page = one.at("finance2", f"/tranches/{tranche}")
    done(page, f"form[action='/tranches/{tranche}/approve'] button[type=submit]")


def paid(one: Walk, address: str, reference: str) -> None:
    """The bank has paid what stands on the list."""
    page = one.at("finance1", address)
    follow(page, "main a[href$='/confirm']")
    page.fill("input[name=bank_reference]", reference)
    look(page, "finance1-list-confirm")
    done(page, SEND)


def arrived(one: Walk, tranche: int) -> None:
    """The association looks at its account and confirms, from an account of its own."""
    page = one.at("ala-buka.chair", f"/tranches/{tranche}")
    follow(page, f"main a[href='/tranches/{tranche}/receipt/new']")
    look(page, f"chair-confirm-{tranche}")
    done(page, SEND)


def reverse(one: Walk, contribution: int) -> None:
    """A verified contribution was wrong after a tranche was paid on it: the grant stands still until it is mended."""
    page = one.at("finance1", f"/contributions/{contribution}")
    follow(page, f"main a[href='/contributions/{contribution}/reverse']")
    page.fill("[name=reason]", "Которуу ассоциациянын мүчөсүнөн эмес экени билинди")
    look(page, "finance1-reverse")
    done(page, SEND)
    assert one.value("SELECT status FROM grants WHERE id = ?", GRANT_ID) == "suspended"
    page = one.at("ala-buka.operator", GRANT)
    look(page, "operator-suspended")


def go_on(one: Walk) -> None:
    """What is missing has come: finance lets the grant go on."""
    page = one.at("finance1", GRANT)
    look(page, "finance1-suspended")
    follow(page, f"main a[href='{GRANT}/resume']")
    page.fill("[name=reason]", "Ассоциация башка которууларды көрсөтүп жатат")
    look(page, "finance1-resume")
    done(page, SEND)


def spend(one: Walk, bill: Bill) -> None:
    """Recorded at the centre, looked at and accepted by finance."""
    page = one.at("ala-buka.operator", GRANT)
    follow(page, f"main a[href='{GRANT}/spending/new']")
    look(page, "operator-spend")
    money_walk.spend(page, GRANT_ID, TODAY, bill)
    here = urlsplit(page.url).path
    look(page, "operator-spending")
    page = one.at("finance1", here)
    if page.locator(f"main a[href='{here}/look-at']").count():
        look(page, "finance1-flagged")
        follow(page, f"main a[href='{here}/look-at']")
        page.fill("[name=reason]", "Аймакта мындай жабдууну ушул сатуучу гана сатат")
        look(page, "finance1-look-at")
        done(page, SEND)
    look(page, "finance1-spending")
    done(page, f"form[action='{here}/accept'] button[type=submit]")


def session_ends(one: Walk) -> None:
    """Who is signed out meanwhile gets back what was typed, signs in and is at the same form again."""
    page = one.at("ala-buka.chair", f"{GRANT}/spending/new")
    page.fill("input[name=title]", "Кургаткычтын түтүгү, үч метр")
    page.context.clear_cookies()
    follow(page, SEND)
    look(page, "chair-signed-out")
    assert page.locator("main textarea").input_value() == "Кургаткычтын түтүгү, үч метр"
    follow(page, "main a[href^='/sign-in']")
    page.fill("input[name=name]", "ala-buka.chair")
    page.fill("input[name=password]", walk.PASSWORD)
    follow(page, "main button[type=submit]")
    assert urlsplit(page.url).path == f"{GRANT}/spending/new", page.url


def amend(one: Walk) -> None:
    """More time, which finance gives; and more than a quarter of a heading moved, which the Council's chair allows."""
    page = one.at("ala-buka.operator", GRANT)
    follow(page, f"main a[href='{GRANT}/extension']")
    page.fill("input[name=ends_on]", "30.06.2027")
    page.fill("[name=reason]", "Жабдуу эки айга кечигип келди")
    look(page, "operator-extension")
    done(page, SEND)
    look(page, "operator-extension-proposed")
    here = urlsplit(page.url).path
    page = one.at("finance2", "/")
    follow(page, f"main a[href='{here}']")
    look(page, "finance2-extension")
    done(page, "form[action$='/approve'] button[type=submit]")
    page = one.at("ala-buka.operator", GRANT)
    follow(page, f"main a[href='{GRANT}/budget-shift']")
    look(page, "operator-shift")
    page.fill("input[name=line_258]", "182 000")
    page.fill("input[name=line_259]", "202 000")
    page.fill("[name=reason]", "Пол арзаныраак бүттү, казан кымбаттады")
    done(page, SEND)
    here = urlsplit(page.url).path
    look(page, "operator-shift-proposed")
    page = one.at("finance1", here)
    assert not page.locator("form[action$='/approve']").count(), "finance does not decide about so much"
    page = one.at("chair", "/")
    look(page, "council-chair-desk")
    follow(page, f"main a[href='{here}']")
    look(page, "council-chair-shift")
    done(page, "form[action$='/approve'] button[type=submit]")
    page = one.at("ala-buka.operator", GRANT)
    look(page, "operator-amended")
    assert "30.06.2027" in words(page) and "202 000 сом" in words(page)
    assert one.value("SELECT change_unsigned FROM grants WHERE id = ?", GRANT_ID) == 1
    sign(one)
    assert one.value("SELECT change_unsigned FROM grants WHERE id = ?", GRANT_ID) == 0


def visit_and_result(one: Walk) -> None:
    """The officer visits; the association reports a result and the officer verifies it."""
    page = one.at("monitor1", GRANT)
    follow(page, f"main a[href='{GRANT}/visits/new']")
    money_walk.plan_visit(page, GRANT_ID, TODAY)
    look(page, "monitor-visit")
    money_walk.record_visit(page, one.newest("visits"), TODAY, "Ванналар орнотулган, иштеп турат.")
    look(page, "monitor-visited")
    target = int(str(one.value("SELECT min(id) FROM targets WHERE grant_id = ?", GRANT_ID)))
    money_walk.report_result(one.at("ala-buka.operator", GRANT), target, "15.11.2026", "4", "Тизме боюнча саналды")
    look(one.at("monitor1", f"{GRANT}/results"), "monitor-results")
    money_walk.verify_result(one.at("monitor1", GRANT), GRANT_ID, one.newest("results"))


def complete(one: Walk) -> None:
    page = one.at("monitor1", GRANT)
    look(page, "monitor-complete")
    done(page, f"form[action='{GRANT}/complete'] button[type=submit]")
    look(page, "monitor-completed")
    assert one.value("SELECT status FROM grants WHERE id = ?", GRANT_ID) == "completed"


CAME = {"RUB": 100_107_56, "USD": 68_759_73, "KZT": 167_310_14, "TRY": 45_302_23, "KRW": 78_646_31}
"""Tyiyn that each receipt is worth, reckoned by hand: the amount times the rate, rounded half up once."""
AWARD, FIRST, FROM_REMITTANCES = 422_000_00, 168_800_00, 150_000_00
"""The grant, its first tranche (which came back once), and what was spent of the co-investment."""
CURRENCIES = ("KGS", *CAME)
Books = Mapping[str, list[int]]


def tyiyn(text: str) -> int:
    """An amount as a page prints it, in hundredths of its unit, also where the unit has none."""
    whole, _comma, part = re.sub(r"[^0-9,−-]", "", text).replace("−", "-").partition(",")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 100 + sign * int((part + "00")[:2])


def books(one: Walk) -> Books:
    """What the pages say: of the fund (received, committed, disbursed, spent, available) and of each currency."""
    page = one.at("finance1", f"/funds/{FUND}")
    found = {"fund": [tyiyn(text) for text in page.locator(".ash-number__value").all_inner_texts()]}
    for code in CURRENCIES:
        page = one.at("finance1", f"/trial-balance?currency={code}")
        found[code] = [tyiyn(text) for text in page.locator("main table tfoot td").all_inner_texts()[-4:]]
    return found


def figures(one: Walk, before: Books) -> None:
    """What a hand reckons from the receipts, the rates and the bills stands on every page."""
    page = one.at("finance1", GRANT)
    look(page, "finance1-grant-completed")
    big = [tyiyn(text) for text in page.locator(".ash-number__value").all_inner_texts()]
    assert big == [AWARD, AWARD, AWARD, sum(CAME.values())], "award, paid, accounted for, verified"
    for address in (f"/statements{GRANT}", f"/statements/associations/{ASSOCIATION}"):
        look(one.at("ala-buka.operator", address), "operator-statement")
    page = one.at("ala-buka.operator", f"/statements{GRANT}")
    held = page.locator("main table").first.locator("tfoot td").all_inner_texts()[-4:]
    left = sum(CAME.values()) - FROM_REMITTANCES
    assert [tyiyn(text) for text in held] == [0, left, 0, left], "grant money, co-investment, goods, cash"
    after = books(one)
    look(one.at("finance1", f"/funds/{FUND}"), "finance1-fund")
    look(one.at("finance1", "/trial-balance?currency=KRW"), "finance1-trial-balance")
    moved = {name: [now - then for now, then in zip(after[name], before[name], strict=True)] for name in after}
    assert moved.pop("fund") == [0, -AWARD, AWARD, AWARD, 0], "received, committed, disbursed, spent, available"
    turnover = sum(CAME.values()) + 2 * CAME["USD"] + AWARD + 2 * FIRST + AWARD + FROM_REMITTANCES
    sums = {
        "KGS": turnover,
        "RUB": 90_000_50,
        "USD": 3 * 790_25,
        "KZT": 900_000_75,
        "TRY": 20_000_10,
        "KRW": 1_250_001_00,
    }
    assert moved == {code: [0, amount, amount, 0] for code, amount in sums.items()}, "both sides the same, nothing held"


def nobody_else(one: Walk) -> None:
    """Another centre finds nothing at these addresses; a donor reads the sums and no name."""
    page = one.hall.enter("karool.operator", SPEAKS["karool.operator"])
    contribution = one.newest("contributions")
    spending = one.newest("expenditures")
    for address in (
        GRANT,
        f"/tranches/{TRANCHES[0]}",
        f"/contributions/{contribution}",
        f"/spending/{spending}",
        f"/statements{GRANT}",
        f"{GRANT}/contributions/new",
    ):
        answer = page.goto(address)
        assert answer is not None and answer.status == 404, address
    look(page, "other-centre")
    page = one.at("donor.eu", GRANT)
    look(page, "donor-grant")
    assert "460" in words(page)
    assert not [name for name in (ROUBLES.sender, DOLLARS.sender) if name in words(page)]
