"""In Kyrgyz: a chair applies alone on a phone and mends what comes back; the secretary finds the same for many."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_chain import ask
from tests.browser.test_tour import scrolls_sideways, sign_in
from tests.support import applying
from tests.support.applying import press
from tests.support.servers import Site

DONE = ".ash-notice--success"
OPEN_PARTS = {"1. ", "7. ", "11. ", "13. "}
"""With the budget, financing and pledges are opened too."""


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(width=360, height=740)


def is_narrow(page: Page, _part: int = 0) -> None:
    assert not scrolls_sideways(page), page.url


def start_anew(phone: Page) -> str:
    """The chair withdraws the draft there is and starts another one; returns its address."""
    phone.goto("/")
    press(phone, "Арызды текшерип, кол коюу")
    press(phone, "Арызга кайтуу")
    press(phone, "Арызды кайтарып алуу")
    phone.fill("[name=reason]", "Башка долбоор менен катышабыз: сүт чогултуучу жай ачабыз.")
    phone.get_by_role("button", name="Арызды кайтарып алуу").click()
    expect(phone.locator(DONE)).to_contain_text("Арыз кайтарып алынды.")
    phone.locator("header summary").first.click()
    with phone.expect_navigation():
        phone.locator(".ash-nav--narrow a[href='/applications']").click()
    press(phone, "Арыз баштоо")
    press(phone, "Караламаны баштоо")
    phone.wait_for_url(re.compile(r"/applications/\d+$"))
    return phone.url


def sign_off_and_submit(phone: Page, submit: str) -> None:
    """From the list of tasks to the receipt; both buttons are pressed twice, as people do."""
    press(phone, "Жоопторду текшерүү")
    is_narrow(phone)
    phone.get_by_role("button", name="Кол коюу", exact=True).dblclick()
    expect(phone.locator(DONE)).to_contain_text("Арызга кол коюлду. Ал азырынча жөнөтүлө элек.")
    press(phone, "Текшерип, жөнөтүү")
    phone.get_by_role("button", name=submit, exact=True).dblclick()
    expect(phone.locator(DONE)).to_contain_text("Арыз жөнөтүлдү.")
    with phone.expect_download() as receipt:
        phone.get_by_text("Тапшыруу квитанциясы (PDF)").click()
    assert receipt.value.path().read_bytes().startswith(b"%PDF")


def test_a_chair_alone_on_a_phone_applies_mends_and_reads_what_changed(
    phone: Page, open_page: Callable[..., Page], site: Site
) -> None:
    sign_in(phone, "tayan.chair", "ky")
    base = start_anew(phone)
    number = int(base.rpartition("/")[2])
    applying.type_everything(phone, before=is_narrow)
    sign_off_and_submit(phone, "Жөнөтүү")
    assert ask(site, "SELECT count(*) FROM snapshots WHERE application_id = ?", number) == [(1,)]

    office = open_page()
    sign_in(office, "secretary", "ky")
    office.goto("/screenings")
    with office.expect_navigation():
        office.locator(f"main a[href='/applications/{number}/screenings/new']").click()
    office.check("[name=outcome][value=returned]")
    for part in ("idea", "budget"):
        office.check(f"[name=parts][value={part}]")
    office.fill("[name=reason]", "Кыскача баянга үй-бүлөнүн санын жазыңыз; муздаткычтын баасы базардан кымбат.")
    press(office, "Корутундуну жазуу")
    expect(office.locator(DONE)).to_be_visible()

    phone.goto("/")
    press(phone, "Кайтарылган арызды оңдоо")
    expect(phone.locator("main")).to_contain_text("муздаткычтын баасы базардан кымбат")
    opened = phone.locator(".ash-tasks a").all_inner_texts()
    assert {re.sub(r"\D+$", ". ", one.strip()) for one in opened} == OPEN_PARTS
    applying.open_first_part(phone)
    applying.type_row(phone, {"1.2": "Айылдын сексен үй-бүлөсүнүн сүтүн чогултуп, муздатып, заводго сатабыз."})
    press(phone, "Сактап, тизмеге кайтуу")
    for part, row in (("budget", {"7.6": "290 000"}), ("plan/financing", {"11.3": "290 000"})):
        phone.goto(f"{base}/{part}")
        with phone.expect_navigation():
            phone.locator("main a", has_text="Өзгөртүү").first.click()
        applying.type_row(phone, row)
        is_narrow(phone)
        press(phone, "Өзгөртүүнү сактоо")
        expect(phone.locator(DONE)).to_be_visible()
    phone.goto(base)
    sign_off_and_submit(phone, "Кайра жөнөтүү")

    for page in (phone, office):
        page.goto(base)
        press(page, "Мурунку тапшыруудан кийин эмне өзгөрдү")
        expect(page.locator("del").first).to_contain_text("алтымыш")
        expect(page.locator("ins").first).to_contain_text("сексен")
        text = page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")
        assert "300 000" in text and "290 000" in text
        headings = page.locator("main h2").all_inner_texts()
        assert [one.partition(".")[0] for one in headings if one[0].isdigit()] == ["1", "7", "11"]
        is_narrow(page)


def test_the_secretary_finds_the_same_for_several_takes_one_back_and_sends(page: Page, site: Site) -> None:
    state = "SELECT id, status FROM applications WHERE id IN (?, ?, ?) ORDER BY id"
    waiting = ask(site, "SELECT id FROM applications WHERE status = 'submitted' AND NOT is_test ORDER BY id LIMIT 3")
    ids = [row[0] for row in waiting]
    sign_in(page, "secretary", "ky")
    page.goto("/screenings")
    press(page, "Белгиленгендерге бир корутунду")
    expect(page.locator("main")).to_contain_text("Жок дегенде бир арызды белгилеңиз.")
    for one in ids:
        page.check(f"[name=applications][value='{one}']")
    press(page, "Белгиленгендерге бир корутунду")
    page.check("[name=outcome][value=returned]")
    page.check("[name=parts][value=documents]")
    page.fill("[name=reason]", "Каттоо күбөлүгүнүн көчүрмөсүн тиркеңиз.")
    press(page, "Ар бирине эмне болорун көрүү")
    expect(page.locator("main")).to_contain_text("Жөнөтүлгөн → Оңдоого кайтарылган")
    page.get_by_role("button", name="Бул корутундуларды кармап туруу").dblclick()
    expect(page.locator(DONE)).to_contain_text("Азырынча эч кимге кабар берилген жок.")
    assert ask(site, state, *ids) == [(one, "submitted") for one in ids]
    page.get_by_role("button", name=re.compile("^Кайтарып алуу")).first.click()
    expect(page.get_by_role("button", name=re.compile("^Кайтарып алуу"))).to_have_count(2)
    page.get_by_role("button", name="Жөнөтүү", exact=True).dblclick()
    expect(page.locator(DONE)).to_contain_text("Корутундулар жөнөтүлдү.")
    assert sorted(status for _id, status in ask(site, state, *ids)) == ["returned", "returned", "submitted"]
    ((batches,),) = ask(site, "SELECT count(*) FROM screening_batches")
    assert batches == 1, "pressed twice, held once"
    page.goto("/screenings?state=returned")
    assert page.locator("main tbody tr").count() >= 2
