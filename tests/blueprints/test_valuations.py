"""Valuations: goods and labour recorded from the page, read and checked with photo and price."""

from decimal import Decimal
from typing import Any

import pytest

from app import clock
from app.services import documents, prices, valuations
from app.services.actors import Actor
from app.services.prices import Item, Quote
from models.base import db
from models.contributions import Contribution, ContributionKind
from models.documents import DocumentKind
from models.grants import Grant
from models.prices import PriceKind
from models.valuations import Valuation
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import sent, text_of
from tests.support.queries import count

pytestmark = pytest.mark.either_database
GIVEN: dict[str, Any] = {
    "given": "materials",
    "rate": "",
    "what": "Кум жана шагыл",
    "quantity": "2,5",
    "unit": "куб метр",
    "unit_price": "700,50",
    "reason": "Кошуна айылдын дүкөнү",
    "sender_name": "Асанов Бакыт",
    "sender_country": "KG",
    "sent_on": "10.10.2026",
    "valuer_name": "Осмонов Таалай",
    "valuer_office": "Куруучу",
}


@pytest.fixture
def grant(programme: Programme) -> Grant:
    return programme.make_grant("active")


def test_goods_are_recorded_with_their_photo_and_read_with_their_price(
    english: Client, programme: Programme, grant: Grant
) -> None:
    here = f"/grants/{grant.id}/valuations/new"
    english.sign_in(programme.chair_of(grant.association))
    assert here in english.get(f"/grants/{grant.id}").text
    for wrong in ({"upload": sent(programme.make_pdf())}, {"upload": sent(programme.make_photo()), "reason": ""}):
        page = english.submit(here, **(GIVEN | wrong))
        assert page.status_code == 422 and count(Contribution) == count(Valuation) == 0
        assert 'value="Кум жана шагыл"' in page.text, "nothing typed is lost"
    page = english.submit(here, **GIVEN, upload=sent(programme.make_photo()))
    assert page.status_code == 303
    row = db.session.scalars(db.select(Contribution)).one()
    text = text_of(english.get(page.location).text)
    for words in ("Кум жана шагыл", "2.5 куб метр", "700.50 som", "1 751.25 som", "Осмонов Таалай, Куруучу"):
        assert words in text, words
    assert "Number on the receipt" not in text, "it is no receipt"
    more = f"/contributions/{row.id}/photos/new"
    assert more in english.get(page.location).text
    assert english.submit(more, upload=sent(programme.make_photo())).status_code == 303
    assert [one.kind for one in documents.of(row)] == [DocumentKind.PHOTO] * 2
    english.sign_in(programme.monitor)
    for checking in (f"/contributions/{row.id}/verify", f"/receipt-checks/{row.id}"):
        text = text_of(english.get(checking).text)
        assert "Кошуна айылдын дүкөнү" in text and "The photo shows these goods or this work" in text
    ticks = dict.fromkeys(("legible", "amount", "day", "sender", "unused", "arrived"), "y")
    assert english.submit(f"/contributions/{row.id}/verify", **ticks).status_code == 303
    assert "Quantity and price of one are right" in text_of(english.get(f"/contributions/{row.id}").text)


def test_a_rate_of_the_list_is_offered_and_fills_in_the_rest(
    english: Client, programme: Programme, grant: Grant
) -> None:
    names = {"ky": "Ашар күнү", "ru": "День ашара", "en": "Day of ashar"}
    item = Item(PriceKind.IN_KIND, names, dict.fromkeys(names, "күн"), None)
    quote = Quote(1_000_00, "Кеңеш", clock.now().date())
    rate = prices.add(item, quote, actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    here = f"/grants/{grant.id}/valuations/new"
    english.sign_in(programme.chair_of(grant.association))
    assert "Day of ashar: 1 000 som (күн)" in text_of(english.get(here).text)
    short = GIVEN | {"rate": str(rate.id), "what": "", "unit": "", "unit_price": "", "reason": "", "quantity": "12"}
    assert english.submit(here, **short, upload=sent(programme.make_photo())).status_code == 303
    row = db.session.scalars(db.select(Valuation)).one()
    assert (row.what, row.quantity, row.amount) == ("Ашар күнү", Decimal(12), 12_000_00)
    assert valuations.of(row.contribution) is row
    assert "the price list: Кеңеш" in text_of(english.get(f"/contributions/{row.contribution_id}").text)


def test_money_is_not_recorded_as_goods_and_strangers_record_nothing(
    english: Client, programme: Programme, grant: Grant
) -> None:
    english.sign_in(programme.chair_of(grant.association))
    money = english.get(f"/grants/{grant.id}/contributions/new").text
    assert 'value="in_kind"' not in money and f"/grants/{grant.id}/valuations/new" in money
    other = programme.make_grant("active")
    english.sign_in(programme.chair_of(other.association))
    assert english.get(f"/grants/{grant.id}/valuations/new").status_code == 404
    given = programme.make_contribution(grant, kind=ContributionKind.IN_KIND)
    assert english.get(f"/contributions/{given.id}/photos/new").status_code == 404
    english.sign_in(programme.finance)
    assert english.get(f"/grants/{grant.id}/valuations/new").status_code == 403
