"""A person at the browser who fills in an application from paper: part by part, field by field, by their numbers."""

import io
import random
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Page, expect
from pypdf import PdfReader

from tests.support.databases import DEMONSTRATION_DAY

Row = Mapping[str, str]
"""{number of the field: what is written there}; for twelve months what January has."""
HELD_ON = DEMONSTRATION_DAY - timedelta(days=3)

PAPER: Sequence[Sequence[Row]] = (
    (
        {
            "1.1": "Сүт чогултуучу жай",
            "1.2": "Айылдын алтымыш үй-бүлөсүнүн сүтүн чогултуп, муздатып, шаардагы заводго өз баасына сатабыз.",
        },
    ),
    ({"2.1": "Мал чарба, сүт, аары жана балык"},),
    (
        {
            "3.1": "Сүт эртең менен эле саткан адамга арзан кетет, жайында ачып калат: муздаткыч жок, завод келбейт.",
            "3.2": "Уй кармаган алтымыш үй-бүлө, алардын көбүндө бир адам Россияда иштейт, үйдө аялдар калган.",
            "3.3": "Сүттү аялдар саайт, акчаны да алар алат. Эсепти эки жаш кыз жүргүзөт, лаборантты окутабыз.",
        },
    ),
    (
        {
            "4.1": "Бир жылда күнүнө беш жүз литр сүт чогултуп, баасын литрине он беш сомго көтөрөбүз.",
            "4.2": "Имаратты оңдойбуз, муздаткыч менен лаборатория сатып алабыз, эки адамды окутабыз, келишим түзөбүз.",
        },
    ),
    ({"5.1": "Сүттү шаардагы завод алат: литрине кырк сом. Кышында аз, жайында көп. Бизге отуз сомго түшөт."},),
    (
        {
            "6.1": "Муздаткычты ассоциация карайт, оңдоого ай сайын беш миң сом калтырабыз, киреше айылда калат.",
            "6.2": "Ток өчсө — генератор бар. Завод баасын түшүрсө, экинчи завод менен да келишим түзөбүз.",
            "6.3": "Жуунду сууну чуңкурга куябыз, арыкка кетирбейбиз. Эски имаратты колдонобуз, жер бузулбайт.",
        },
    ),
    (
        {
            "7.1": "Сүт муздаткыч, 500 литр",
            "7.2": "Жабдуу",
            "7.4": "1",
            "7.5": "даана",
            "7.6": "300 000",
            "7.7": "Грант",
            "7.8": "1",
        },
        {
            "7.1": "Лабораториянын жабдуулары",
            "7.2": "Жабдуу",
            "7.4": "2",
            "7.5": "комплект",
            "7.6": "160 000",
            "7.7": "Которулган акчадан кошумча салым",
            "7.8": "2",
        },
        {
            "7.2": "Курулуш жумуштары",
            "7.3": "Бир күн эмгек, ашар",
            "7.4": "40",
            "7.7": "Буюм жана эмгек (натуралай)",
            "7.8": "1",
        },
    ),
    ({"8.1": "Март", "8.2": "2027", "8.3": "3", "8.4": "20 000"},),
    (
        {
            "9.1": "Муздатылган сүт",
            "9.2": "Шаардагы сүт заводу",
            "9.3": "литр",
            "9.4": "40",
            "9.5": "30",
            "9.6": "9 000",
        },
    ),
    ({"10.1": "Айлык акы", "10.2": "30 000"}, {"10.1": "Электр", "10.2": "12 000"}),
    (
        {"11.1": "Грант", "11.2": "1", "11.3": "300 000"},
        {"11.1": "Которулган акчадан кошумча салым", "11.2": "1", "11.3": "320 000", "11.4": "Убада боюнча"},
    ),
    ({"12.1": "Имаратты оңдоо", "12.2": "1", "12.3": "2", "12.4": "Төрага"},),
    (
        {
            "13.1": "Осмонов Бакыт",
            "13.3": "Россия",
            "13.4": "350 000",
            "13.5": "KGS",
            "13.6": f"{HELD_ON + timedelta(days=90):%d.%m.%Y}",
            "13.7": "120 000",
            "13.8": "×",
        },
    ),
    ({"14.1": "120", "14.2": "110", "14.3": "60", "14.4": "90", "14.5": "12", "14.6": "4", "14.7": "60"},),
    ({"15.1": "Түзүлгөн жумуш орундары", "15.2": "0", "15.3": "4"},),
    ({"16.1": "Айыл жыйынынын протоколу", "16.2": f"{HELD_ON:%d.%m.%Y}", "16.4": "протокол"},),
    (
        {
            "17.1": f"{HELD_ON:%d.%m.%Y}",
            "17.2": "Айылдын мектеби",
            "17.3": "Мамбетов Алмаз",
            "17.4": "Сыдыкова Гүлнара",
            "17.5": "30",
            "17.6": "25",
            "17.7": "50",
            "17.8": "80",
            "17.9": "Сүт чогултуучу жай ачууга жана имаратты ашар менен оңдоого макул болдук.",
            "17.10": "50",
            "17.11": "3",
            "17.12": "2",
        },
    ),
)
"""A form as a village wrote it: for each part its rows, in the order of the paper."""

NUMBER = re.compile(r"(?<![\d.,])(\d{1,2}\.\d{1,2})(?![\d.,:])")


def numbers_on(paper: bytes) -> dict[str, list[str]]:
    """{number of the part: the numbers of its fields, each once} as they are printed on a form (PDF)."""
    text = _text_of(paper)
    found = sorted({tuple(map(int, one.split("."))) for one in NUMBER.findall(text)})
    return {str(part): [f"{part}.{field}" for one, field in found if one == part] for part, _field in found}


def words_on(paper: bytes) -> str:
    """What is printed on it, without any space: lines break where they will."""
    return "".join(_text_of(paper).split())


def _text_of(paper: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def photo(words: str) -> FilePayload:
    """A photo of a paper, of which there is no second one."""
    picture = Image.effect_noise((600, 800), 40).convert("RGB")
    ImageDraw.Draw(picture).text((60, 80), f"{words} {random.random()}", fill="black")
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=60)
    return {"name": f"{words}.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


FIELDS = """all => all.map(one => {
  const field = one.htmlFor ? document.getElementById(one.htmlFor) : null
  return [one.innerText.trim().split(" ")[0], one.htmlFor || "", field ? field.type : ""]
})"""


def fields(page: Page) -> list[tuple[str, str, str]]:
    """(number, id, type) of every numbered field of the page's form, from top to bottom; no id: twelve months."""
    found = page.locator("main form.ash-form").locator("label, legend").evaluate_all(FIELDS)
    return [(number, name, sort) for number, name, sort in found if re.fullmatch(r"\d+\.\d+", number)]


def type_row(page: Page, row: Row) -> None:
    """Type one row in the order in which the screen has its fields; everything in it must be asked for."""
    left = dict(row)
    for number, name, sort in fields(page):
        if number not in left:
            continue
        value, field = left.pop(number), page.locator(f"main form.ash-form #{name}")
        if not name:  # the same every month
            page.fill("[name=value_1]", value)
            page.check("[name=every_month]")
        elif sort == "select-one":
            field.select_option(field.locator("option").filter(has_text=value).first.get_attribute("value"))
        elif sort == "checkbox":
            field.check()
        elif sort == "file":
            field.set_input_files(photo(value))
        else:
            field.fill(value)
    assert not left, f"not asked for on the screen: {sorted(left)}"


def type_part(page: Page, rows: Sequence[Row]) -> None:
    """Type the rows of the part that is open, and go on to the next part as its page offers it."""
    opened = page.url
    for row in rows:
        type_row(page, row)
        with page.expect_navigation():
            page.locator("main form.ash-form button[type=submit]").first.click()
        expect(page.locator(".ash-notice--success")).to_be_visible()
    if page.url == opened:  # a table: more rows could follow
        page.locator("a[rel=next]").click()
        page.wait_for_url(lambda url: url != opened)


def type_everything(page: Page, before: Callable[[Page, int], None] = lambda _page, _part: None) -> None:
    """From the list of tasks through all parts in one pass, and back to the list; `before` hears of each part."""
    open_first_part(page)
    for part, rows in enumerate(PAPER, start=1):
        expect(page.locator("h1")).to_contain_text(f"{part}. ")
        before(page, part)
        type_part(page, rows)


def open_first_part(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main .ash-tasks a").first.click()


def press(page: Page, name: str) -> None:
    """Follow the link or press the button with this text, in the page itself, and wait for the page it leads to."""
    with page.expect_navigation():
        page.locator("main").get_by_text(name, exact=True).first.click()
