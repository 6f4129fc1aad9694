"""Channels: a list the programme keeps; one that is retired takes no more money and keeps what it has."""

import dataclasses

import pytest

from app import clock
from app.services import channels
from app.services.actors import Actor
from app.services.channels import ChannelInput
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError
from models.audit import AuditEvent
from models.base import db
from models.channels import Channel, EvidenceKind
from models.notifications import Notification
from tests.factories import three
from tests.support.queries import count

pytestmark = pytest.mark.either_database
NAMES = {"ky": "Тиркеме", "ru": "Приложение", "en": "Phone app"}
PHONE = ChannelInput(NAMES, three("number in the app"), EvidenceKind.STATEMENT, True, True, 7)


@pytest.fixture
def by(programme):
    return {"actor": Actor(programme.secretary), "now": clock.now()}


def test_a_new_channel_takes_money_until_it_is_retired_and_keeps_it(programme, by):
    monitor = programme.monitor.id
    channel = channels.add(PHONE, **by)
    assert (channel.code, channel.is_active) == ("phone_app", True)
    assert db.session.scalars(db.select(Notification.user_id)).all() == [monitor], "who verifies hears of it"
    grant = programme.make_grant()
    row = programme.make_contribution(grant, channel="phone_app", reference="APP-0001")
    channels.retire(channel, **by)
    assert channel not in channels.offered() and channels.listed()[-1] is channel
    with pytest.raises(DomainError) as refusal:
        programme.make_contribution(grant, channel="phone_app", reference="APP-0002")
    assert refusal.value.field == "channel" and row.channel is channel
    channels.offer(channel, **by)
    programme.make_contribution(grant, channel="phone_app", reference="APP-0002")
    acts = db.session.scalars(db.select(AuditEvent.action).where(AuditEvent.subject == f"channels:{channel.id}")).all()
    assert sorted(acts) == ["channel.add", "channel.offer", "channel.retire"]


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"names": {"ky": "Башка", "ru": "Иное", "en": "BANK  transfer"}}, AlreadyUsedError, "name_en"),
        ({"names": {"ky": "Банк аркылуу которуу", "ru": "Иное", "en": "Other"}}, AlreadyUsedError, "name_ky"),
        ({"names": three("App") | {"ru": " "}}, IncompleteError, "name_ru"),
        ({"reference_label": dict.fromkeys(("ky", "ru", "en"), " ")}, IncompleteError, "reference_ky"),
        ({"position": 0}, DomainError, "position"),
    ],
)
def test_what_cannot_stand_on_the_list_is_refused_at_its_field(by, changes, error, field):
    before = count(Channel)
    with pytest.raises(error) as refusal:
        channels.add(dataclasses.replace(PHONE, **changes), **by)
    assert refusal.value.field == field and count(Channel) == before


def test_one_channel_is_always_offered_and_a_change_keeps_the_code(by):
    bank, *others = channels.offered()
    channels.change(bank, PHONE, **by)
    assert (bank.code, bank.name_en, bank.evidence) == ("money_transfer", "Phone app", EvidenceKind.STATEMENT)
    for one in others:
        channels.retire(one, **by)
    with pytest.raises(DomainError):
        channels.retire(bank, **by)
    with pytest.raises(DomainError):
        channels.retire(others[0], **by)
    with pytest.raises(DomainError):
        channels.offer(bank, **by)
