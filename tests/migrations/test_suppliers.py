"""Migration 0045 with spending: names typed are registered once, documents stay where they were, down and up again."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app import clock
from app.services import expenditures
from app.services.actors import Actor
from models.base import db
from models.grants import TrancheStatus
from tests.factories import SOM, Programme

pytestmark = pytest.mark.database
DOCUMENTS = (
    "SELECT one.id, one.amount, one.accepted_amount, one.document_key, one.status, who.name, who.name_key "
    "FROM expenditures AS one JOIN suppliers AS who ON who.id = one.supplier_id ORDER BY one.id"
)
BEFORE = "0044"


def documents() -> list[tuple[object, ...]]:
    rows = [tuple(row) for row in db.session.execute(sa.text(DOCUMENTS))]
    db.session.rollback()
    return rows


def test_down_and_up_each_name_is_one_supplier(app: Flask, programme: Programme) -> None:
    grant = programme.make_grant("active", is_matched=True)
    programme.advance(grant.tranches[0], TrancheStatus.CONFIRMED)
    for status in ("accepted", "refused", "recorded"):
        programme.make_expenditure(grant, status)
    db.session.commit()
    before = documents()
    downgrade(revision=BEFORE)
    db.session.execute(  # the same shop, typed otherwise
        sa.text("UPDATE expenditures SET supplier = 'осоо дукон', supplier_key = 'x' WHERE status <> 'accepted'")
    )
    db.session.commit()
    upgrade()
    assert [row[:5] for row in documents()] == [row[:5] for row in before]
    assert [row[5] for row in documents()] == [before[0][5], "осоо дукон", "осоо дукон"]


def test_what_the_older_schema_cannot_say_stands_in_the_way(app: Flask, programme: Programme) -> None:
    grant = programme.make_grant("active", is_matched=True)
    programme.advance(grant.tranches[0], TrancheStatus.CONFIRMED)
    row = programme.make_expenditure(grant)
    by = {"actor": Actor(programme.finance), "now": clock.now()}
    expenditures.accept_part(row, 1_000 * SOM, reason="Ашыкча", **by)
    db.session.commit()
    with pytest.raises(SystemExit):
        downgrade(revision=BEFORE)
