"""Revision 0036: rates and what is pinned to them stay as they were; what ended or was fetched does not fit back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.exc import DBAPIError

from app import clock
from app.services import rates
from app.services.actors import Actor
from app.services.rates import Quote
from models.base import db
from models.rates import RateSource
from tests.factories import Programme

RATES = (
    "SELECT id, currency, valid_on, nominal, value, source, source_note, entered_by_id, entered_at, approved_by_id, "
    "approved_at FROM exchange_rates ORDER BY id"
)
PINNED = "SELECT id, rate_id FROM fund_instalments ORDER BY id"


def rows() -> list[Any]:
    found = [db.session.execute(sa.text(one)).all() for one in (RATES, PINNED)]
    db.session.rollback()
    return found


def refused(statement: str) -> bool:
    try:
        db.session.execute(sa.text(statement))
        return False
    except DBAPIError:
        return True
    finally:
        db.session.rollback()


def test_down_and_up_the_rates_are_those_they_were(app: Flask, programme: Programme) -> None:
    today, now = clock.bishkek_day(clock.now()), clock.now()
    programme.make_fund(currency="EUR")
    programme.make_rate("USD", value="87.4512")
    rates.enter("KZT", today, 10, Decimal("1.85"), RateSource.NBKR_WEEKLY, actor=Actor(programme.finance), now=now)
    db.session.commit()
    before = rows()
    downgrade(revision="0034")
    assert rows() == before
    assert refused("UPDATE exchange_rates SET value = '1' WHERE approved_at IS NOT NULL"), "the older protection"
    upgrade()
    assert rows() == before and [len(one) for one in before] == [3, 1]
    assert refused("UPDATE exchange_rates SET value = '1' WHERE approved_at IS NULL"), "the newer one"
    programme.make_rate("RUB")
    db.session.commit()


@pytest.mark.parametrize("is_fetched", [True, False])
def test_what_the_older_schema_cannot_say_stands_in_the_way(
    app: Flask, programme: Programme, is_fetched: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """A withdrawn rate would count again."""
    today, now = clock.bishkek_day(clock.now()), clock.now()
    if is_fetched:
        quotes = [Quote("USD", 1, Decimal(87))]
        rates.enter_all(quotes, today, RateSource.NBKR_DAILY, actor=None, now=now, source_note="")
    else:
        wrong = programme.make_rate("USD", on=today - timedelta(days=1))
        rates.withdraw(wrong, reason="Ката", actor=Actor(programme.finance), now=now)
    db.session.commit()
    before = rows()
    with pytest.raises(SystemExit):
        downgrade(revision="0034")
    assert "Rates that were refused, withdrawn or fetched" in capfd.readouterr().err
    db.session.rollback()
    assert rows() == before
