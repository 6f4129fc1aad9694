"""Revision of the remitters: everybody in a pledge or on a receipt is entered once, down and up."""

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from app import clock
from app.services import applications, remitters
from app.web.health import MIGRATIONS
from models.base import db
from tests.factories import Programme

BEFORE = str(
    next(one.down_revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions() if "_remitters" in one.path)
)
ENTERED = sa.text(
    "SELECT remitters.name, name_key, country, is_pseudonym, full_name, association_id, consent_version, consent_on "
    "FROM remitters LEFT JOIN people ON people.id = person_id ORDER BY association_id, name_key, country"
)
OWNERS = sa.text(
    "SELECT contributions.id, contributions.kind, remitters.name FROM contributions "
    "LEFT JOIN remitters ON remitters.id = contributions.remitter_id ORDER BY contributions.id"
)
PEOPLE = sa.text("SELECT count(*) FROM people")


def rows(query: sa.TextClause) -> list[tuple[object, ...]]:
    found = [tuple(row) for row in db.session.execute(query)]
    db.session.rollback()
    return found


def test_everybody_is_entered_once_down_and_up(app: Flask, programme: Programme) -> None:
    grant = programme.make_grant("active", is_matched=True)
    pledge = applications.pledges_of(grant.application)[0]
    programme.make_contribution(grant, pledge=pledge, sender_name="Иниси Асанов")
    for name in ("Өмүрбек Асанов", "омурбек асанов"):
        programme.make_contribution(grant, sender_name=name, reference=f"R-{len(name)}-{name[0]}22")
    programme.make_contribution(grant, kind="community_cash", channel=None, reference="")
    db.session.commit()
    before = rows(ENTERED), rows(OWNERS), rows(PEOPLE)
    downgrade(revision=BEFORE)
    assert "remitters" not in sa.inspect(db.engine).get_table_names()
    upgrade()
    assert (rows(ENTERED), rows(OWNERS), rows(PEOPLE)) == before
    assert [one[2] for one in before[1]][-4:] == [pledge.remitter_name, "Өмүрбек Асанов", "Өмүрбек Асанов", None]


def test_that_two_entries_are_one_person_is_not_forgotten(app: Flask, programme: Programme) -> None:
    grant = programme.make_grant("active")
    by = {"actor": programme.chair_actor(grant), "now": clock.now()}
    two = [remitters.named(grant.association, name, "RU", **by) for name in ("Айбек", "Айбек Токтогулов")]
    remitters.join(*two, reason="Бир киши", **by)
    db.session.commit()
    with pytest.raises(Exception, match="remitters"):
        downgrade(revision=BEFORE)
