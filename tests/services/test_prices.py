"""The price register: one price an item and place, replaced from a day, never changed; imported all or nothing."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from app import clock
from app.services import places, price_imports, prices
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, ChangedMeanwhileError, DomainError, IncompleteError
from app.services.price_imports import COLUMNS
from app.services.prices import Item, Quote
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification
from models.places import AyilOkmotu, Rayon
from models.prices import Price, PriceKind
from tests.factories import three

SOM = 100
LABOUR = Item(PriceKind.IN_KIND, three("Бир күн эмгек"), three("күн"), None)
NAMELESS = Item(PriceKind.IN_KIND, dict.fromkeys(("ky", "ru", "en"), " "), three("күн"), None)
WITHOUT_UNIT = Item(PriceKind.IN_KIND, three("Эмгек"), {"ky": "күн", "ru": "день", "en": ""}, None)
COOLER = Item(PriceKind.MARKET, three("Сүт муздаткыч"), three("даана"), None)


@pytest.fixture
def now(programme, database):
    return clock.now()


@pytest.fixture
def today(now):
    return clock.bishkek_day(now)


@pytest.fixture
def by(programme, now):
    return {"actor": Actor(programme.secretary), "now": now}


def quote(today, usual, low=None, high=None):
    return Quote(usual * SOM, "Базар", today, low and low * SOM, high and high * SOM)


def count():
    return db.session.scalar(db.select(db.func.count()).select_from(Price))


def test_a_price_is_entered_once_for_a_place(by, today):
    price = prices.add(COOLER, quote(today, 100, 90, 120), **by)
    assert (price.low, price.usual, price.high, price.valid_until) == (9000, 10000, 12000, None)
    again = Item(COOLER.kind, three("сут  МУЗДАТКЫЧ"), COOLER.unit, None)
    with pytest.raises(AlreadyUsedError):
        prices.add(again, quote(today, 110, 90, 120), **by)
    oblast = places.oblasts()[0]
    prices.add(Item(COOLER.kind, COOLER.names, COOLER.unit, oblast), quote(today, 130, 110, 150), **by)
    assert count() == 2


@pytest.mark.parametrize(
    ("item", "prices_of", "error"),
    [
        (COOLER, (100, None, 120), IncompleteError),
        (COOLER, (100, 110, 120), DomainError),
        (COOLER, (130, 90, 120), DomainError),
        (COOLER, (0, 0, 0), DomainError),
        (COOLER, (10**10, 1, 10**10), DomainError),
        (LABOUR, (1000, 900, 1000), DomainError),
        (Item(PriceKind.IN_KIND, dict.fromkeys(("ky", "ru", "en"), " "), three("күн"), None), (1000,), IncompleteError),
        (
            Item(PriceKind.IN_KIND, three("Эмгек"), {"ky": "күн", "ru": "день", "en": ""}, None),
            (1000,),
            IncompleteError,
        ),
    ],
)
def test_absurd_prices_are_refused(by, today, item, prices_of, error):
    with pytest.raises(error):
        prices.add(item, quote(today, *prices_of), **by)
    assert count() == 0


def test_another_price_takes_its_place_from_a_day(by, programme, today):
    price = prices.add(LABOUR, quote(today - timedelta(days=30), 1000), **by)
    later = today + timedelta(days=10)
    successor = prices.replace(price, quote(later, 1200), **by)
    assert (price.valid_until, successor.replaces_id) == (later - timedelta(days=1), price.id)
    place = programme.association.ayil_okmotu
    on = {day: [one.usual for one in prices.rates_for(place, day, "ky")] for day in (today, later)}
    assert on == {today: [1000 * SOM], later: [1200 * SOM]}
    assert prices.history(price) == prices.history(successor) == [successor, price]
    with pytest.raises(ChangedMeanwhileError):
        prices.replace(price, quote(later, 1300), **by)
    with pytest.raises(DomainError):
        prices.replace(successor, quote(today, 1300), **by)
    with pytest.raises(DomainError):
        prices.end(successor, today - timedelta(days=2), **by)


def test_a_price_replaced_on_its_first_day_never_counted(by, today):
    wrong = prices.add(LABOUR, quote(today, 10_000), **by)
    right = prices.replace(wrong, quote(today, 1000), **by)
    assert not wrong.is_valid_on(today) and right.is_valid_on(today)
    assert prices.listed(today, "ky") == [right]


def test_the_rate_of_the_oblast_goes_before_the_one_for_everywhere(by, programme, today):
    place = programme.association.ayil_okmotu
    oblast = place.rayon.oblast
    elsewhere = db.session.scalars(
        db.select(AyilOkmotu).join(Rayon).where(Rayon.oblast_id != oblast.id).order_by(AyilOkmotu.id)
    ).first()
    prices.add(LABOUR, quote(today, 1000), **by)
    prices.add(Item(LABOUR.kind, LABOUR.names, LABOUR.unit, oblast), quote(today, 1100), **by)
    assert [one.usual for one in prices.rates_for(place, today, "ky")] == [1100 * SOM]
    assert [one.usual for one in prices.rates_for(elsewhere, today, "ky")] == [1000 * SOM]


def test_the_register_of_days_with_the_same_prices_is_made_once(by, programme, today):
    place = db.session.scalars(db.select(AyilOkmotu).order_by(AyilOkmotu.id)).first()
    prices.add(COOLER, quote(today, 100, 90, 120), **by)
    first = prices.register_for(place, today)
    assert prices.register_for(place, today + timedelta(days=1)) is first
    assert prices.register_for(place, today - timedelta(days=1)) is not first
    assert first.nearest("сүт муздаткыч", "даана") is not None
    prices.add(Item(COOLER.kind, three("Трактор"), COOLER.unit, None), quote(today, 100, 90, 120), **by)
    assert prices.register_for(place, today).nearest("трактор", "даана") is not None


def test_an_ended_price_counts_no_longer_and_can_be_entered_anew(by, today):
    price = prices.add(COOLER, quote(today, 100, 90, 120), **by)
    prices.end(price, today - timedelta(days=1), **by)
    assert prices.listed(today, "ky") == []
    assert prices.add(COOLER, quote(today, 101, 90, 120), **by).is_valid_on(today)


def test_a_price_is_found_by_its_words_in_any_language(by, today):
    names = {"ky": "Сүт муздаткыч", "ru": "Охладитель молока", "en": "Milk cooler"}
    price = prices.add(Item(PriceKind.MARKET, names, COOLER.unit, None), quote(today, 100, 90, 120), **by)
    for words in ("сут", "ОХЛАД", "cooler", ""):
        assert prices.listed(today, "ky", words=words) == [price]
    assert prices.listed(today, "ky", words="трактор") == []
    assert prices.listed(today, "ky", kind=PriceKind.IN_KIND) == []


def test_the_operators_hear_of_rates_and_the_trail_of_every_price(by, programme, today):
    operator = programme.operator
    price = prices.add(LABOUR, quote(today, 1000), **by)
    prices.replace(price, quote(today, 1200), **by)
    prices.add(COOLER, quote(today, 100, 90, 120), **by)
    told = db.session.scalars(db.select(Notification).where(Notification.user_id == operator.id)).all()
    assert [one.subject.partition(":")[0] for one in told] == ["prices", "prices"]
    acts = db.session.scalars(db.select(AuditEvent.action).where(AuditEvent.action.like("price.%"))).all()
    assert sorted(acts) == ["price.add", "price.add", "price.add", "price.replace"]


@pytest.mark.parametrize("change", [{"usual": 1}, {"name_ky": "Башка"}, {"valid_from": None}])
def test_the_database_lets_no_price_be_changed(by, today, change):
    price = prices.add(LABOUR, quote(today, 1000), **by)
    if "valid_from" in change:
        change = {"valid_from": today - timedelta(days=1)}
    db.session.commit()
    for statement in (db.update(Price).where(Price.id == price.id).values(**change), db.delete(Price)):
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(statement)
        db.session.rollback()
    price.valid_until = today
    db.session.commit()


# Import --------------------------------------------------------------------------------------------------------------

ROW = 'market,Муздаткыч,Охладитель,Cooler,даана,шт.,piece,"1 000",1200,1500,,Базар,2026-01-05'
RATE = "in_kind,Эмгек,Труд,Labour,күн,день,day,,1000,,KG-B,Чечим,2026-01-05"


def load(now, *rows):
    return price_imports.import_csv([",".join(COLUMNS), *rows], actor=None, now=now)


def test_a_list_is_imported_again_and_again(now, today):
    assert (load(now, ROW, RATE).added, count()) == (2, 2)
    assert load(now, ROW, RATE).unchanged == 2
    dearer = ROW.replace("1200", "1300").replace("2026-01-05", today.isoformat())
    result = load(now, dearer, RATE)
    assert (result.added, result.changed, result.unchanged) == (0, 1, 1)
    assert {(one.name_en, one.usual, one.valid_until) for one in db.session.scalars(db.select(Price))} == {
        ("Cooler", 1200 * SOM, today - timedelta(days=1)),
        ("Cooler", 1300 * SOM, None),
        ("Labour", 1000 * SOM, None),
    }


def test_each_refused_row_is_named(now):
    result = load(
        now,
        ROW,
        ROW,
        ROW.replace("market", "fair").replace("Муздаткыч", "А"),
        ROW.replace("1500", "1100").replace("Муздаткыч", "Б"),
        ROW.replace("1200", "cheap").replace("Муздаткыч", "В"),
        ROW.replace("Cooler", "").replace("Муздаткыч", "Г"),
        RATE.replace("KG-B", "KG-X"),
        RATE.replace("2026-01-05", "5.1.2026"),
        RATE + ",more",
        RATE.replace(",day", "," + "d" * 41),
        RATE.replace("1000", "1000.005"),
        RATE.replace("1000", "NaN"),
    )
    assert result.refused == [
        (3, "this item stands twice in the file"),
        (4, "kind 'fair' is none of market, in_kind"),
        (5, "The prices must be more than zero and stand in order: lowest, usual, highest."),
        (6, "usual 'cheap' is no amount of money"),
        (7, "name_en is empty"),
        (8, "oblast_iso 'KG-X' is none of KG-B, KG-J, KG-O"),
        (9, "valid_from '5.1.2026' is no day as 2026-01-31"),
        (10, "the row does not have as many cells as the head"),
        (11, "unit_en is longer than 40 characters"),
        (12, "usual '1000.005' is no amount of money"),
        (13, "usual 'NaN' is no amount of money"),
    ]
    assert price_imports.import_csv(["kind,usual"], actor=None, now=now).refused[0][0] == 1


def test_a_row_without_an_end_is_refused_by_its_number(now):
    (refused,) = load(now, ROW, RATE, '"' + RATE, *[RATE] * 3000).refused
    assert refused[0] == 4 and "Is a quotation mark missing?" in refused[1] and count() == 0


def test_a_changed_price_of_a_past_day_is_refused(now):
    load(now, RATE)
    (refused,) = load(now, RATE.replace("1000", "900").replace("2026-01-05", "2026-02-01")).refused
    assert refused[0] == 2 and "A new price counts from" in refused[1]
