"""Channels: the programme's list of the ways money travels; added to, changed, retired, never deleted."""

import re
from dataclasses import dataclass
from datetime import datetime

from app.localisation import N_, fold
from app.services import audit, notifications
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError
from models.base import LOCALES, Texts, db, lock, lock_name
from models.channels import Channel, EvidenceKind
from models.users import Role

TOLD = (Role.OPERATOR, Role.MONITOR)
"""Who records money by a channel for the villages, and who verifies it."""
LONGEST_CODE = 40


@dataclass(frozen=True)
class ChannelInput:
    """A channel as it is entered: names and what its paper calls the number, in the three languages."""

    names: Texts
    reference_label: Texts
    evidence: EvidenceKind
    names_sender: bool
    names_receiver: bool
    position: int


def add(entered: ChannelInput, *, actor: Actor, now: datetime) -> Channel:
    """Put a channel on the list. Raises `AlreadyUsedError` when one of that name is on it, retired or not."""
    lock_name("channels")
    _must_hold(entered, None)
    channel = Channel(code=_free_code(entered.names["en"]))
    _fill(channel, entered)
    db.session.add(channel)
    db.session.flush()
    audit.record(actor, "channel.add", channel, now, channel=channel.names)
    _tell(N_("Money can be recorded by a new channel: %(channel)s."), channel, actor, now)
    return channel


def change(channel: Channel, entered: ChannelInput, *, actor: Actor, now: datetime) -> None:
    """Say otherwise what the channel is called and what its papers show; contributions keep it."""
    lock_name("channels")
    _must_hold(entered, channel)
    _fill(channel, entered)
    db.session.flush()
    audit.record(actor, "channel.change", channel, now, channel=channel.names)


def retire(channel: Channel, *, actor: Actor, now: datetime) -> None:
    """Offer the channel no more. Raises `DomainError` when it is the last one offered."""
    lock_name("channels")
    lock(channel)
    if not channel.is_active:
        raise DomainError(N_("This channel is retired already."))
    if len(offered()) == 1:
        raise DomainError(N_("This is the last channel offered: add another one first."))
    channel.is_active = False
    db.session.flush()
    audit.record(actor, "channel.retire", channel, now)
    _tell(N_("No money is recorded by this channel any more: %(channel)s."), channel, actor, now)


def offer(channel: Channel, *, actor: Actor, now: datetime) -> None:
    """Offer a retired channel again."""
    lock(channel)
    if channel.is_active:
        raise DomainError(N_("This channel is offered already."))
    channel.is_active = True
    db.session.flush()
    audit.record(actor, "channel.offer", channel, now)
    _tell(N_("Money can be recorded by this channel again: %(channel)s."), channel, actor, now)


def listed() -> list[Channel]:
    """Every channel in the order of the list, retired ones last."""
    order = (Channel.is_active.desc(), Channel.position, Channel.id)
    return list(db.session.scalars(db.select(Channel).order_by(*order)))


def offered() -> list[Channel]:
    """Those that money can be recorded by, in the order of the list."""
    query = db.select(Channel).where(Channel.is_active).order_by(Channel.position, Channel.id)
    return list(db.session.scalars(query))


def of_code(code: str) -> Channel | None:
    """The channel with this code, retired or not."""
    found: Channel | None = db.session.scalar(db.select(Channel).where(Channel.code == code))
    return found


def _must_hold(entered: ChannelInput, own: Channel | None) -> None:
    for field, texts in (("name", entered.names), ("reference", entered.reference_label)):
        for locale in LOCALES:
            if not texts.get(locale, "").strip():
                raise IncompleteError(N_("Fill this in."), field=f"{field}_{locale}")
    if entered.position < 1:
        raise DomainError(N_("The place in the list is a whole number from 1."), field="position")
    for other in listed():
        for locale in LOCALES:
            if other is not own and fold(other.name(locale)) == fold(entered.names[locale]):
                raise AlreadyUsedError(N_("The list has a channel of this name already."), field=f"name_{locale}")


def _fill(channel: Channel, entered: ChannelInput) -> None:
    names = {locale: entered.names[locale].strip() for locale in LOCALES}
    channel.name_ky, channel.name_ru, channel.name_en = names["ky"], names["ru"], names["en"]
    channel.reference_label = {locale: entered.reference_label[locale].strip() for locale in LOCALES}
    channel.evidence, channel.position = entered.evidence, entered.position
    channel.names_sender, channel.names_receiver = entered.names_sender, entered.names_receiver


def _free_code(name: str) -> str:
    """A short name for files, made once from the English name."""
    stem = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[: LONGEST_CODE - 4] or "channel"
    taken = set(db.session.scalars(db.select(Channel.code)))
    return next(code for code in (stem, *(f"{stem}_{number}" for number in range(2, 999))) if code not in taken)


def _tell(message: str, channel: Channel, actor: Actor, now: datetime) -> None:
    people = {one for role in TOLD for one in notifications.holders(role)} - {actor.user_id}
    notifications.tell(people, message, channel, now, channel={"name": channel.names})
