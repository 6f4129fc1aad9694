"""The asset register on the screen: entered with a photo, confirmed, labelled, moved, looked at, lost, found."""

import io

import pytest
from pypdf import PdfReader

from models.assets import Asset, AssetStatus
from models.base import db
from models.expenditures import Expenditure
from models.funds import Emblem
from models.grants import TrancheStatus
from tests.factories import SOM, Programme
from tests.support.clients import Client
from tests.support.pages import sent, text_of
from tests.support.queries import count

pytestmark = pytest.mark.either_database


@pytest.fixture
def bill(programme: Programme) -> Expenditure:
    grant = programme.make_grant("active", is_matched=True)
    grant.fund.donor.emblem = Emblem.EU
    programme.advance(grant.tranches[0], TrancheStatus.CONFIRMED)
    return programme.make_expenditure(grant, "accepted", amount=20_000 * SOM)


def fields(bill: Expenditure, **changes: str) -> dict[str, str]:
    written = {"expenditure": str(bill.id), "name": "Сүт муздаткыч", "quantity": "1", "value": "20 000"}
    return written | {"kept_at": "Кампа", "keeper_name": "Асанова Айгүл", "bears_emblem": "y"} | changes


def test_a_thing_goes_from_its_document_into_the_register_and_out_of_it(
    english: Client, programme: Programme, bill: Expenditure
) -> None:
    grant = bill.grant
    english.sign_in(programme.chair_of(grant.association))
    here = f"/grants/{grant.id}/assets"
    assert "Nothing is entered yet" in english.get(here).text and f"{here}/new" in english.get(here).text
    bare = fields(bill)
    del bare["bears_emblem"]
    refused = english.submit(f"{here}/new", **bare, upload=sent(programme.make_photo()))
    assert refused.status_code == 422 and "say why it cannot bear one" in text_of(refused.text)
    assert 'value="Сүт муздаткыч"' in refused.text and count(Asset) == 0
    dear = english.submit(f"{here}/new", **fields(bill, value="20 001"), upload=sent(programme.make_photo()))
    assert dear.status_code == 422 and count(Asset) == 0
    assert english.submit(f"{here}/new", **fields(bill), upload=sent(programme.make_photo())).status_code == 303
    row = db.session.scalars(db.select(Asset)).one()
    page = f"/assets/{row.id}"
    assert row.number in text_of(english.get(f"/spending/{bill.id}").text)
    assert f"{page}/confirm" not in english.get(page).text
    english.sign_in(programme.finance)
    assert english.submit(page, action=f"{page}/confirm").status_code == 303 and row.status is AssetStatus.CONFIRMED
    english.sign_in(programme.chair_of(grant.association))
    assert english.submit(f"{page}/move", kept_at="Мектеп", keeper_name="Осмонов").status_code == 303
    assert "Мектеп" in text_of(english.get(page).text)
    english.sign_in(programme.monitor)
    assert english.submit(f"{page}/check", condition="broken", checked_on="", note="").status_code == 422
    seen = {"checked_on": f"{row.recorded_at:%d.%m.%Y}", "note": "Компрессор иштебейт"}
    assert english.submit(f"{page}/check", condition="broken", **seen).status_code == 303
    shown = text_of(english.get(page).text)
    assert "Компрессор иштебейт" in shown and "Emblem missing" in shown
    english.sign_in(programme.chair_of(grant.association))
    lost = {"kind": "lost", "ended_on": seen["checked_on"], "reason": "Кампадан уурдалды"}
    assert english.submit(f"{page}/end", **lost).status_code == 303
    assert "Кампадан уурдалды" in text_of(english.get(page).text)
    english.sign_in(programme.monitor)
    assert english.submit(f"{page}/find", reason="Коңшу айылда табылды").status_code == 303
    assert row.status is AssetStatus.CONFIRMED


def test_a_refusal_says_why_and_frees_the_document(english: Client, programme: Programme, bill: Expenditure) -> None:
    row = programme.make_asset(bill)
    english.sign_in(programme.finance)
    assert english.submit(f"/assets/{row.id}/refuse", reason="").status_code == 422
    reason = "Сүрөттө башка буюм көрүнүп турат."
    assert english.submit(f"/assets/{row.id}/refuse", reason=reason).status_code == 303
    english.sign_in(programme.chair_of(bill.grant.association))
    assert reason in text_of(english.get(f"/assets/{row.id}").text)
    assert f"/grants/{bill.grant_id}/assets/new" in english.get(f"/grants/{bill.grant_id}/assets").text


def test_labels_name_each_piece_and_lead_to_its_page(english: Client, programme: Programme, bill: Expenditure) -> None:
    programme.make_asset(bill, name="Отургуч", quantity=3, value=SOM)
    gone = programme.make_asset(bill, name="Жок буюм", value=SOM)
    english.sign_in(programme.finance)
    assert english.submit(f"/assets/{gone.id}/refuse", reason="Мындай буюм сатып алынган эмес.").status_code == 303
    made = english.get(f"/grants/{bill.grant_id}/assets/labels")
    assert made.mimetype == "application/pdf"
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made.data)).pages)
    assert all(f"{place} / 3" in words for place in (1, 2, 3)) and "Жок буюм" not in words
    assert words.count("Отургуч") == 3


def test_another_association_sees_nothing_of_it(english: Client, programme: Programme, bill: Expenditure) -> None:
    row, stranger = programme.make_asset(bill), programme.make_grant("active")
    english.sign_in(programme.chair_of(stranger.association))
    for address in (f"/assets/{row.id}", f"/grants/{bill.grant_id}/assets", f"/grants/{bill.grant_id}/assets/labels"):
        assert english.get(address).status_code == 404


def test_the_register_of_the_programme_is_a_page_and_a_workbook(
    english: Client, programme: Programme, bill: Expenditure
) -> None:
    row = programme.make_asset(bill, status="confirmed")
    english.sign_in(programme.finance)
    shown = english.get("/statements/assets").text
    assert row.number in text_of(shown) and f"/assets/{row.id}" in shown
    assert row.number in english.get("/statements/assets/csv").text
    assert english.get("/statements/assets/xlsx").data[:2] == b"PK"
