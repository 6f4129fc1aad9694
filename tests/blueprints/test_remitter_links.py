"""Personal links on the screen: made once, opened by a press, showing the own money and nobody else's."""

import io
import re

import pytest
from pypdf import PdfReader

from app.localisation import LOCALE_CODES, use_locale
from app.services import remitter_links, results
from models.base import db
from models.contributions import Contribution
from models.grants import Grant
from models.remitter_links import RemitterLink
from reports import certificates
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database
OTHER = "Асанова Гүлзат"


@pytest.fixture
def grant(programme: Programme) -> Grant:
    return programme.make_grant("active")


@pytest.fixture
def row(programme: Programme, grant: Grant) -> Contribution:
    programme.make_contribution(grant, "verified", sender_name=OTHER, amount=70_000_00)
    programme.make_visit(grant, "done", shows_photos=True)
    return programme.make_contribution(grant, "verified", amount=40_000_00)


def made(english: Client, programme: Programme, row: Contribution) -> str:
    """The address of a link made by the chair."""
    english.sign_in(programme.chair_of(row.grant.association))
    here = f"/remitters/{row.remitter_id}/links/new"
    assert here in english.get(f"/remitters/{row.remitter_id}").text
    assert english.submit(here).status_code == 422, "who makes it looks at what it shows"
    page = english.submit(here, is_one="y")
    assert page.status_code == 200 and "data:image/svg" in page.text
    found = re.search(r"http://[^/]+(/links/[\w-]+)", page.text)
    assert found
    assert found[1].rsplit("/", 1)[1] not in english.get(f"/remitters/{row.remitter_id}").text, "shown once"
    return found[1]


def test_who_has_the_link_sees_the_own_money_without_an_account(
    english: Client, client: Client, programme: Programme, row: Contribution
) -> None:
    address = made(english, programme, row)
    english.sign_out()
    page = english.get(address)
    assert "40 000" not in page.text and row.sender_name not in page.text, (
        "a look by a messenger shows and does nothing"
    )
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert page.headers["X-Robots-Tag"] == "noindex"
    link = db.session.scalars(db.select(RemitterLink)).one()
    assert link.first_used_at is None and english.get("/links").status_code == 404
    assert english.submit(address).location == "/links"
    db.session.refresh(link)
    assert link.first_used_at is not None
    shown = english.get("/links")
    text = text_of(shown.text)
    for words in (row.grant.application.title, "Your money, verified 40 000 som", "verified 110 000 som", "Verified"):
        assert words in text, words
    assert OTHER not in text and "0555" not in text
    assert shown.headers["Cache-Control"] == "no-store"
    (photo,) = re.findall(r"/links/photos/\d+", shown.text)
    with english.get(photo) as picture:
        assert picture.mimetype == "image/jpeg"
    assert english.get("/links/photos/9999").status_code == 404
    paper = english.get(f"/links/certificates/{row.grant_id}")
    assert paper.mimetype == "application/pdf"
    printed = "".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.data)).pages)
    assert row.remitter is not None and row.remitter.name in printed
    assert english.get(f"/links/certificates/{row.grant_id + 1}").status_code == 404


def test_results_stand_there_with_their_unit(english: Client, programme: Programme, row: Contribution) -> None:
    address = made(english, programme, row)
    target = results.targets_of(row.grant)[0]
    here = f"/grants/{row.grant_id}/results"
    english.sign_in(programme.chair_of(row.grant.association))
    told = {"period_ends_on": "11.10.2026", "value": "4,5", "evidence": "Эмгек келишимдери боюнча"}
    assert english.submit(f"/targets/{target.id}/results/new", **told).status_code == 303
    english.sign_in(programme.monitor)
    assert english.submit(here, action=f"/results/{target.results[0].id}/verify").status_code == 303
    english.sign_out()
    assert english.submit(address).location == "/links"
    text = text_of(english.get("/links").text)
    assert f"{target.indicator.title_in('en')} 10 full-time jobs 4.5 full-time jobs" in text


def test_an_ended_link_and_a_wrong_one_say_the_same(english: Client, programme: Programme, row: Contribution) -> None:
    address = made(english, programme, row)
    english.sign_out()
    assert english.submit(address).status_code == 303 and english.get("/links").status_code == 200
    english.sign_in(programme.chair_of(row.grant.association))
    here = f"/remitters/{row.remitter_id}"
    assert english.submit(here, action=f"{here}/links/revoke").status_code == 303
    english.sign_out()
    assert english.get("/links").status_code == 404, "a page that is open already ends too"
    answers = [english.submit(one) for one in (address, "/links/wrong")]
    assert [one.status_code for one in answers] == [404, 404]
    said = {text_of(one.text).split("What your money did")[-1] for one in answers}
    assert len(said) == 1 and "Ask the association for a new one" in said.pop()
    for _guess in range(10):
        answer = english.submit("/links/wrong")
    assert answer.status_code == 429


def test_strangers_make_no_link(english: Client, programme: Programme, row: Contribution) -> None:
    here = f"/remitters/{row.remitter_id}"
    other = programme.make_grant("active")
    english.sign_in(programme.chair_of(other.association))
    for address in (f"{here}/links/new", f"{here}/certificates/{row.grant_id}"):
        assert english.get(address).status_code == 404
    english.sign_in(programme.finance)
    assert english.get(f"{here}/links/new").status_code == 403
    assert english.get(f"{here}/certificates/{row.grant_id}").mimetype == "application/pdf"


def test_a_certificate_is_one_page_in_each_language(programme: Programme, row: Contribution) -> None:
    assert row.remitter is not None
    row.remitter.name = "Токтогулова-Абдыкадырова Бурулкан Мамбеталиевна"
    row.grant.application.title = "Жайлоодогу сүт кабыл алуучу жана муздатуучу бекет, " * 4
    project = remitter_links.project_of(row.remitter, row.grant_id)
    assert project is not None
    for locale in LOCALE_CODES:
        with use_locale(locale):
            data = certificates.gather(project, programme.call.opens_at)
        pages = PdfReader(io.BytesIO(certificates.to_pdf(data, locale))).pages
        assert len(pages) == 1 and "40 000" in pages[0].extract_text().replace("\u00a0", " ").replace("\u202f", " ")
