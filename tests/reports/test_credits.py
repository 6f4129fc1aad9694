"""Who pays stands on every page: emblem and statement of each fund, none over another or over the name."""

import io

import pytest
from pypdf import PdfReader
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from app import clock
from models.base import db
from models.funds import Emblem
from reports import call_guides, credits, paper_forms, paper_pages
from reports.binding import Paper, build
from reports.credits import Credit
from reports.pages import MARGIN, text
from reports.typesetting import BOLD
from tests.factories import SOM, Programme, three
from tests.reports.samples import STATEMENT

LONG = {"ky": "Швейцариянын Өнүктүрүү жана кызматташтык агенттиги менен Дүйнөлүк банк тарабынан биргелешип каржыланат"}


class Recorder:
    """A canvas that notes where each line of a statement begins and ends, and where emblems lie."""

    def __init__(self) -> None:
        self.lines: list[tuple[float, float, float, str]] = []
        self.emblems: list[tuple[float, float]] = []
        self.size = 0.0

    def setFont(self, _name: str, size: float) -> None:
        self.size = size

    def drawRightString(self, x: float, y: float, words: str) -> None:
        self.lines.append((x - stringWidth(words, BOLD, self.size), x, y, words))

    def rect(self, x: float, _y: float, width: float, _height: float, **_how: object) -> None:
        self.emblems.append((x, x + width))

    def __getattr__(self, _name: str) -> object:
        return lambda *_given, **_named: self

    def moveTo(self, *_point: float) -> None: ...


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("emblems", [["eu"], ["none"], ["eu", "none"]])
@pytest.mark.parametrize("other", [STATEMENT, LONG])
def test_none_lies_over_another(count: int, emblems: list[str], other: dict[str, str]) -> None:
    shown = [Credit(emblems[place % len(emblems)], other if place % 2 else STATEMENT) for place in range(count)]
    left, right, top = MARGIN + 36 * mm, A4[0] - MARGIN, 800.0
    canvas = Recorder()
    credits.draw(canvas, shown, left, right, top, "ky")
    boxes = sorted({(start, end) for start, end, _y, _words in canvas.lines} | set(canvas.emblems))
    assert boxes[0][0] >= left and max(end for _start, end in boxes) <= right + 0.1
    parts = min(count, credits.MOST)
    room = (right - left - credits.GAP * (parts - 1)) / parts
    for place in range(parts):
        start, end = left + place * (room + credits.GAP), left + place * (room + credits.GAP) + room
        own = [one for one in boxes if start - 0.1 <= one[0] < end]
        assert own and all(one[1] <= end + 0.1 for one in own), "each stays in its own part"
    rows = [y for _start, _end, y, _words in canvas.lines]
    assert top - credits.HIGH - 2 * mm < min(rows) and max(rows) < top
    if LONG not in [one.statement for one in shown] or count <= 2:
        assert not any(words.endswith("…") for *_box, words in canvas.lines), "told in full"


def test_every_fund_of_a_call_stands_on_its_papers(programme: Programme) -> None:
    """The leading one first, who says the same twice once."""
    other, same = programme.make_fund(), programme.make_fund()
    other.statement, same.statement = three("Дания каржылайт"), dict(programme.fund.statement)
    other.donor.emblem = Emblem.NONE
    db.session.flush()
    call = programme.make_call(
        also=[
            (same, None, 500_000 * SOM),
            (other, programme.oblast("KG-O"), 500_000 * SOM),
            (other, None, 400_000 * SOM),
        ]
    )
    found = credits.of_call(call)
    assert [one.statement["ky"] for one in found] == [programme.fund.statement["ky"], "Дания каржылайт ky"]
    now = clock.now()
    guide = call_guides.to_pdf(call_guides.gather(call, now), "ky")
    form = paper_pages.to_pdf(paper_forms.gather_empty(call, now), "ky")
    for pdf in (guide, form):
        pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
        assert pages and all("Дания каржылайт" in page and found[0].statement["ky"] in page for page in pages)


def test_a_paper_without_anybody_who_pays() -> None:
    paper = Paper(title="Т", number="1", locale="ky", dated_at=clock.now())
    assert build(paper, [text("Сөз")]).startswith(b"%PDF")
