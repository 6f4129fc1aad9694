"""Revision of the channels: contributions keep the way they came, down and up; a channel of one's own gets a kin."""

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from app import clock
from app.services import channels
from app.services.actors import Actor
from app.services.channels import ChannelInput
from app.web.health import MIGRATIONS
from models.base import db
from models.channels import EvidenceKind
from tests.factories import Programme, three

BEFORE = str(
    next(one.down_revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions() if "_channels" in one.path)
)
WAYS = sa.text(
    "SELECT contributions.id, channels.code, reference_key, reference, contributions.version FROM contributions "
    "LEFT JOIN channels ON channels.id = channel_id ORDER BY contributions.id"
)
OLD_WAYS = sa.text("SELECT id, channel, reference_key, reference, version FROM contributions ORDER BY id")

NAMES = {"ky": "Тиркеме", "ru": "Приложение", "en": "Phone app"}


def rows(query: sa.TextClause) -> list[tuple[object, ...]]:
    found = [tuple(row) for row in db.session.execute(query)]
    db.session.rollback()
    return found


def test_contributions_keep_their_channel_down_and_up(app: Flask, programme: Programme) -> None:
    grant = programme.make_grant("active", is_matched=True)
    programme.make_contribution(grant, channel="customs_cash", reference="CD-123")
    programme.make_contribution(grant, kind="community_cash", channel=None, reference="")
    db.session.commit()
    before = rows(WAYS)
    downgrade(revision=BEFORE)
    assert rows(OLD_WAYS) == before and [one[1] for one in before] == ["bank", "customs_cash", None]
    upgrade()
    assert rows(WAYS) == before
    kept = db.session.execute(sa.text("SELECT code, name_en, is_active FROM channels ORDER BY position")).all()
    assert [tuple(one) for one in kept] == [
        ("bank", "Bank transfer", True),
        ("customs_cash", "Cash with customs declaration", True),
    ]


def test_a_channel_of_ones_own_becomes_one_with_the_same_evidence(app: Flask, programme: Programme) -> None:
    entered = ChannelInput(NAMES, three("number"), EvidenceKind.STATEMENT, True, True, 7)
    channels.add(entered, actor=Actor(programme.secretary), now=clock.now())
    grant = programme.make_grant("active")
    for channel in ("bank", "phone_app"):
        programme.make_contribution(grant, channel=channel, reference="A-12345")
    db.session.commit()
    downgrade(revision=BEFORE)
    assert [one[1:4] for one in rows(OLD_WAYS)] == [
        ("bank", "A12345", "A-12345"),
        ("bank", "PHONEAPPA12345", "A-12345"),
    ]
    upgrade()
    assert [one[1] for one in rows(WAYS)] == ["bank", "bank"]
