"""The page of prices: searched, printed, kept by the secretary and the administrator."""

from datetime import date, timedelta

import pytest

from app import clock
from app.services import places, prices
from app.services.actors import Actor
from app.services.prices import Item, Quote
from models.base import db
from models.prices import Price, PriceKind
from models.users import Role
from tests.support.pages import form_fields, text_of

SOM = 100
TYPED = {
    "kind": "market",
    "name_ky": "Сүт муздаткыч",
    "name_ru": "Охладитель молока",
    "name_en": "Milk cooler",
    "unit_ky": "даана",
    "unit_ru": "шт.",
    "unit_en": "piece",
    "low": "300 000",
    "usual": "350 000",
    "high": "420 000,50",
    "source": "Ош, үч дүкөн",
    "valid_from": "12.10.2026",
}


@pytest.fixture
def secretary(client, programme):
    return client.sign_in(programme.secretary).speak("en")


def one():
    return db.session.scalars(db.select(Price)).one()


def enter(programme, name, usual=1000, kind=PriceKind.IN_KIND, oblast=None):
    item = Item(kind, {"ky": name, "ru": name, "en": name}, {"ky": "күн", "ru": "день", "en": "day"}, oblast)
    today = clock.bishkek_day(clock.now())
    ends = () if kind is PriceKind.IN_KIND else (usual * SOM, usual * SOM)
    quote = Quote(usual * SOM, "Базар", today, *ends)
    price = prices.add(item, quote, actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    return price


def test_a_price_is_entered_and_read_by_an_association(client, programme, secretary):
    assert "No prices yet" in text_of(secretary.get("/prices").text)
    answer = secretary.submit("/prices/new", **TYPED)
    assert answer.location == f"/prices/{one().id}"
    page = text_of(client.sign_in(programme.chair).speak("en").get("/prices").text)
    assert "Milk cooler piece 350 000 som 300 000 som to 420 000.50 som Everywhere from 12 Oct 2026" in page
    assert "Ош, үч дүкөн" in page and "Enter a price" not in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"usual": "250 000"}, "stand in order: lowest, usual, highest."),
        ({"high": ""}, "Enter the lowest and the highest price too."),
        ({"kind": "in_kind"}, "An in-kind rate is one price"),
        ({"usual": "0"}, "The prices must be more than zero"),
        ({"usual": "much"}, "Enter a number, for example 1 250,50."),
        ({"valid_from": "12.10.2028"}, "The day must be believable"),
        ({"unit_en": ""}, "Fill this in."),
        ({"kind": "fair"}, "Not a valid choice."),
        ({"source": ""}, "Fill this in."),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_typed_is_lost(secretary, changes, message):
    answer = secretary.submit("/prices/new", **(TYPED | changes))
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert form_fields(answer.text)["name_ru"] == TYPED["name_ru"]
    assert db.session.scalars(db.select(Price)).all() == []


def test_the_same_item_twice_is_refused_with_the_price_there_is(secretary):
    secretary.submit("/prices/new", **TYPED)
    answer = secretary.submit("/prices/new", **(TYPED | {"name_ky": "СУТ муздаткыч"}))
    assert answer.status_code == 422 and "already, at 350 000 som" in text_of(answer.text)


def test_a_price_is_replaced_from_a_day_and_the_old_one_stays_to_be_read(client, programme, secretary):
    old = enter(programme, "Ат араба")
    answer = client.sign_in(programme.administrator).submit(
        f"/prices/{old.id}/replace", usual="1200", source="Кеңештин чечими", valid_from="01.11.2026"
    )
    db.session.expire_all()
    new = db.session.scalars(db.select(Price).where(Price.replaces_id == old.id)).one()
    assert answer.location == f"/prices/{new.id}"
    assert (old.valid_until, new.usual) == (date(2026, 10, 31), 1200 * SOM)
    page = text_of(client.speak("en").get(answer.location).text)
    assert "from 1 Nov 2026 1 200 som" in page and "12 Oct 2026 to 31 Oct 2026 counts now 1 000 som" in page
    late = secretary.submit(f"/prices/{old.id}/replace", usual="1300", source="Базар", valid_from="02.11.2026")
    assert late.status_code == 422 and "another one took its place" in text_of(late.text)


def test_a_price_is_ended_after_showing_what_goes(secretary, programme):
    price = enter(programme, "Ат араба")
    shown = text_of(secretary.get(f"/prices/{price.id}/end").text)
    assert "Ат араба" in shown and "1 000 som" in shown
    assert secretary.submit(f"/prices/{price.id}/end", last_day="09.10.2026").status_code == 422
    assert secretary.submit(f"/prices/{price.id}/end").location == f"/prices/{price.id}"
    db.session.expire_all()
    assert price.valid_until == clock.bishkek_day(clock.now()) - timedelta(days=1)
    assert "taken back on 12 Oct 2026" in text_of(secretary.get(f"/prices/{price.id}").text)
    assert "No prices yet" in text_of(secretary.get("/prices").text)


def test_the_list_is_searched_by_words_kind_and_place_and_printed_whole(secretary, programme):
    oblast, other = places.oblasts()[:2]
    for number in range(65):
        enter(programme, f"Жумуш {number:02}", kind=PriceKind.MARKET)
    enter(programme, "Ат араба", oblast=oblast)
    first = secretary.get("/prices").text
    assert "Ат араба" in first and "Жумуш 58" in first and "Жумуш 59" not in first
    assert "Жумуш 64" in secretary.get("/prices?page=2").text
    whole = secretary.get("/prices?all=1").text
    assert whole.count("Жумуш ") == 65 and "page=2" not in whole
    assert "Жумуш 07" in secretary.get("/prices?q=жумуш+07").text
    found = secretary.get(f"/prices?kind=in_kind&oblast_id={oblast.id}").text
    assert "Ат араба" in found and "Жумуш" not in found
    assert "Nothing fits" in text_of(secretary.get(f"/prices?kind=in_kind&oblast_id={other.id}").text)
    for odd in ("page=0", "page=-3", "page=x", "page=99999999999999999999", "kind=fair", "oblast_id=x"):
        assert secretary.get(f"/prices?{odd}").status_code == 200, odd


def test_a_donor_has_no_part_in_prices(client, programme):
    price = enter(programme, "Ат араба")
    client.sign_in(programme.user_of(Role.DONOR))
    assert client.get("/prices").status_code == client.get(f"/prices/{price.id}").status_code == 403
    client.sign_in(programme.finance)
    assert client.get(f"/prices/{price.id}").status_code == 200
    assert client.get(f"/prices/{price.id}/replace").status_code == 403
