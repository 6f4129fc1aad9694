"""An operator applies for three associations in one day, in Kyrgyz on a PC: each confirms in another way."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_chain import ask
from tests.browser.test_tour import PASSWORD, sign_in
from tests.support import applying
from tests.support.applying import PAPER, photo, press
from tests.support.servers import Site

Confirm = Callable[[Page], None]
SIGNED = "Арызга кол коюлду. Ал азырынча жөнөтүлө элек."


def by_own_code(page: Page) -> None:
    page.fill("[name=password]", PASSWORD)


def on_paper(way: str) -> Confirm:
    def confirm(page: Page) -> None:
        page.check(f"[name=way][value={way}]")
        page.set_input_files("[name=upload]", photo(way))

    return confirm


@pytest.fixture
def associations(site: Site) -> list[tuple[int, str]]:
    """(id, name) of three of the centre: the first has a draft and a chair with an account, the others have nothing."""
    ((own,),) = ask(
        site,
        "SELECT r.association_id FROM role_assignments r JOIN users u ON u.id = r.user_id"
        " WHERE u.username = 'tayan.chair'",
    )
    free = ask(
        site,
        "SELECT a.id FROM associations a JOIN role_assignments r ON r.centre_id = a.centre_id"
        " JOIN users u ON u.id = r.user_id WHERE u.username = 'kyshtut.operator' AND NOT a.is_test"
        " AND a.id NOT IN (SELECT association_id FROM applications) ORDER BY a.id LIMIT 2",
    )
    names = dict(ask(site, "SELECT id, name_ky FROM associations"))
    return [(one, names[one]) for one in (own, *(row[0] for row in free))]


def choose_voice(page: Page) -> None:
    """The chair sits beside the operator."""
    chair = page.locator("[name=member] option").filter(has_text="Төрага").get_attribute("value")
    page.select_option("[name=member]", chair)
    press(page, "Жазып баштоо")
    expect(page.locator(".ash-notice--success")).to_contain_text("Эми жаза берсеңиз болот.")


def open_association(page: Page, association: tuple[int, str]) -> None:
    page.goto("/associations")
    press(page, association[1])
    expect(page.locator("h1")).to_have_text(association[1])


def start(page: Page, association: tuple[int, str]) -> None:
    open_association(page, association)
    press(page, "Арыз баштоо")
    press(page, "Караламаны баштоо")
    choose_voice(page)
    press(page, "Караламаны баштоо")
    page.wait_for_url(re.compile(r"/applications/\d+$"))


def end_and_confirm(page: Page, how: str, confirm: Confirm) -> None:
    """Print what was written, end it, have it confirmed, and go back to the application."""
    with page.expect_navigation():
        page.locator(".ash-band--acting a").click()
    with page.expect_download() as printed:
        page.get_by_text("Кол коюлуучу квитанция (PDF)").click()
    number = re.search(r"\d+/\d+", applying.words_on(printed.value.path().read_bytes()).partition("номери")[2])
    assert number, "the receipt has a number"
    press(page, "Жазууну бүтүрүү")
    press(page, how)
    confirm(page)
    if page.locator("[name=receipt]").count():  # on paper
        page.fill("[name=receipt]", number[0])
    page.locator("main form.ash-form button[type=submit]").click()
    expect(page.locator(".ash-notice--success")).to_contain_text("Ырасталды.")
    page.locator("main a[href^='/applications/']").click()
    page.wait_for_url(re.compile(r"/applications/\d+$"))


def sign_off_and_submit(page: Page, way: str, confirm: Confirm) -> None:
    press(page, "Жоопторду текшерүү")
    expect(page.locator("main")).not_to_contain_text("Дагы эмне жетишпейт")
    press(page, "Төраганын кол коюусу")
    choose_voice(page)
    page.check(f"[name=way][value={way}]")
    confirm(page)
    if way != "own_code":
        with page.expect_download() as printed:
            page.get_by_text("Кол коюлуучу квитанция (PDF)").click()
        number = re.search(r"[A-Z]-\d+-\d+/\d+", applying.words_on(printed.value.path().read_bytes()))
        assert number, "the receipt has a number"
        page.fill("[name=receipt]", number[0])
    press(page, "Кол коюу")
    expect(page.locator(".ash-notice--success")).to_contain_text(SIGNED)
    press(page, "Текшерип, жөнөтүү")
    page.get_by_role("button", name="Жөнөтүү", exact=True).dblclick()
    expect(page.locator(".ash-notice--success")).to_contain_text("Арыз жөнөтүлдү.")


def test_three_associations_in_one_day(page: Page, site: Site, associations: list[tuple[int, str]]) -> None:
    first, second, third = associations
    sign_in(page, "kyshtut.operator", "ky")

    # the chair has an account: what was begun at home is mended at the centre, and confirmed with the own code
    open_association(page, first)
    press(page, "Бул ассоциация үчүн жазуу")
    choose_voice(page)
    expect(page.locator(".ash-band--acting")).to_contain_text(first[1])
    press(page, "Арызыңызды улантыңыз")
    applying.open_first_part(page)
    applying.type_row(page, {"1.2": "Күн менен суу көтөрүп, адырдагы кырк гектар жерди сугарабыз: жүз үй-бүлөгө."})
    press(page, "Сактап, тизмеге кайтуу")
    end_and_confirm(page, "Өздүк код менен ырастоо", by_own_code)
    sign_off_and_submit(page, "own_code", by_own_code)

    # dictated, and signed on the printed receipt
    start(page, second)
    applying.type_everything(page)
    end_and_confirm(page, "Кол коюлган квитанцияны тиркөө", on_paper("signature"))
    sign_off_and_submit(page, "signature", on_paper("signature"))

    # written with a pen at home, typed from the paper, and a thumbprint
    open_association(page, third)
    press(page, "Арыз баштоо")
    with page.expect_download() as empty:
        page.get_by_role("link", name="Калем менен толтуруу үчүн бош форма (PDF)").click()
    printed = applying.numbers_on(empty.value.path().read_bytes())
    assert list(printed) == [str(part) for part in range(1, len(PAPER) + 1)]

    def as_on_paper(page: Page, part: int) -> None:
        assert [number for number, _id, _type in applying.fields(page)] == printed[str(part)]

    start(page, third)
    applying.type_everything(page, before=as_on_paper)
    end_and_confirm(page, "Кол коюлган квитанцияны тиркөө", on_paper("thumbprint"))
    sign_off_and_submit(page, "thumbprint", on_paper("thumbprint"))

    query = "SELECT association_id, id FROM applications WHERE status = 'submitted'"
    submitted = dict(ask(site, query))
    assert {one for one, _name in associations} <= set(submitted)
    filled = applying.words_on(page.request.get(f"/applications/{submitted[third[0]]}/form.pdf").body())
    for number, written in ((number, written) for rows in PAPER[:6] for number, written in rows[0].items()):
        assert "".join(written.split()) in filled, number
    confirmed = ask(site, "SELECT association_id, way FROM dictations ORDER BY id DESC LIMIT 6")
    assert confirmed == [
        *[(third[0], "thumbprint")] * 2, *[(second[0], "signature")] * 2, *[(first[0], "own_code")] * 2,
    ]  # fmt: skip
    page.goto("/dictations")
    assert not any(page.locator("main").get_by_text(name).count() for _id, name in associations), "nothing waits"
