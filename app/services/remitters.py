"""Remitters: who sends, registered once in each association, told apart from those alike, joined when entered twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.localisation import N_, fold, sort_key
from app.services import associations, audit, notifications
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.errors import AlreadyUsedError, ChangedMeanwhileError, DomainError, IncompleteError
from app.services.people_matching import Known, same_person
from app.services.price_checks import likeness
from app.services.workflow import reason_given
from models.associations import Association
from models.base import db, lock, lock_name
from models.contributions import Contribution, ContributionKind, ContributionStatus
from models.grants import Grant
from models.people import MigrantStatus, Person
from models.pledges import Pledge
from models.remitter_links import RemitterLink
from models.remitters import Remitter

ALIKE = 0.6
"""The share of trigrams in common from which on two names are offered as one remitter, as with suppliers."""
OFFERED = 3


@dataclass(frozen=True)
class Consent:
    """Which text the person agreed to, in which language, on which day."""

    version: int
    locale: str
    given_on: date


def named(
    association: Association,
    name: str,
    country: str,
    *,
    is_pseudonym: bool = False,
    consent: Consent | None = None,
    is_another: bool = True,
    actor: Actor,
    now: datetime,
) -> Remitter:
    """The remitter of this name and country in the association, registered when there is none.

    Raises `AlreadyUsedError` when a name not registered is much like others and nobody has said that it is another
    person (`is_another`).
    """
    lock_name(f"remitters {association.id}")  # two who enter the same name come one after the other
    name = " ".join(name.split())
    found = find(association, name, country)
    if found is None:
        others = [] if is_another else alike(association, name)
        if others:
            raise AlreadyUsedError(
                N_("%(names)s may be the same person. Choose from the list, or say that it is another person."),
                field="remitter",
                names="; ".join(one.name for one in others),
            )  # fmt: skip
        found = _register(association, name, country, is_pseudonym, consent, actor, now)
    if consent is not None:
        _agree(found, consent)
    db.session.flush()
    return found


def _register(
    association: Association,
    name: str,
    country: str,
    is_pseudonym: bool,
    consent: Consent | None,
    actor: Actor,
    now: datetime,
) -> Remitter:
    if len(fold(name)) < 2:
        raise IncompleteError(N_("Write the name of the person who sends."), field="name")
    made = Remitter(
        association_id=association.id,
        person_id=None if is_pseudonym else _person(association, name, consent is not None, actor, now).id,
        name=name,
        name_key=fold(name)[:200],
        is_pseudonym=is_pseudonym,
        country=country,
        registered_by_id=actor.user_id,
        registered_at=now,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "remitter.register", made, now)
    return made


def _person(association: Association, name: str, consented: bool, actor: Actor, now: datetime) -> Person:
    return associations.register_person(
        name,
        migrant_status=MigrantStatus.CURRENT_MIGRANT,
        village=association.village,
        consented=consented,
        actor=actor,
        now=now,
    )


def _agree(remitter: Remitter, consent: Consent) -> None:
    """The latest consent is kept; the pledges keep theirs."""
    if remitter.consent_on is None or consent.given_on >= remitter.consent_on:
        remitter.consent_version, remitter.consent_on = consent.version, consent.given_on
        remitter.consent_locale = consent.locale


def find(association: Association, name: str, country: str) -> Remitter | None:
    """The remitter of this name, however it is spelled; of one that was joined, the one that was kept."""
    query = db.select(Remitter).where(
        Remitter.association_id == association.id, Remitter.name_key == fold(name)[:200], Remitter.country == country
    )
    found: Remitter | None = db.session.scalar(query)
    while found is not None and found.joined_to is not None:
        found = found.joined_to
    return found


def alike(association: Association, name: str, *, besides: int | None = None) -> list[Remitter]:
    """The remitters of the association who may be the one of `name`, in whatever country, the likest first."""
    found = []
    for one in of_association(association):
        share = 1.0 if same_person(Known(name), Known(one.name)) or fold(name) == one.name_key else 0.0
        if one.id != besides and (share := share or likeness(name, one.name)) >= ALIKE:
            found.append((share, one))
    return [one for _share, one in sorted(found, key=lambda pair: (-pair[0], pair[1].id))][:OFFERED]


def whose(
    grant: Grant,
    kind: ContributionKind,
    pledge: Pledge | None,
    remitter: Remitter | None,
    *,
    sender: tuple[str, str],
    is_another: bool,
    actor: Actor,
    now: datetime,
) -> Remitter | None:
    """Whose money or goods came: that of the pledge, of the remitter chosen, or of the `sender` (name, country).

    What the village itself gave is nobody's. Raises `DomainError` where the two chosen are not one person, or the
    remitter is another association's.
    """
    if remitter is not None and (remitter.association_id != grant.association_id or remitter.joined_to_id is not None):
        raise DomainError(N_("Choose somebody from the list of this association."), field="remitter")
    if pledge is not None:
        promised = pledge.remitter or named(
            grant.association, pledge.remitter_name, pledge.country,
            is_pseudonym=pledge.is_pseudonym, actor=actor, now=now,
        )  # fmt: skip
        if remitter is not None and remitter.id != promised.id:
            raise DomainError(N_("The pledge is another person's: choose one or the other."), field="remitter")
        return promised
    if remitter is not None or kind is not ContributionKind.REMITTANCE:
        return remitter
    return named(grant.association, *sender, is_another=is_another, actor=actor, now=now)


def forget_unused(remitter: Remitter | None, *, actor: Actor, now: datetime) -> None:
    """A draft's pledge was taken out or given another name: who has nothing else here is not kept."""
    if remitter is None or _is_in_use(remitter):
        return
    audit.record(actor, "remitter.forget", remitter, now)
    person = remitter.person
    db.session.delete(remitter)
    db.session.flush()
    if person is not None:
        db.session.delete(person)  # was registered for this alone
        db.session.flush()


def _is_in_use(remitter: Remitter) -> bool:
    uses = (
        db.select(Pledge.id).where(Pledge.remitter_id == remitter.id),
        db.select(Contribution.id).where(Contribution.remitter_id == remitter.id),
        db.select(Remitter.id).where(Remitter.joined_to_id == remitter.id),
        db.select(RemitterLink.id).where(RemitterLink.remitter_id == remitter.id),
    )
    return remitter.joined_to_id is not None or any(db.session.scalar(query.limit(1)) is not None for query in uses)


def save(
    remitter: Remitter, *, name: str, country: str, is_pseudonym: bool, phone: str, actor: Actor, now: datetime
) -> None:
    """Correct what is known. Whoever asks to be kept under a chosen name is no person of the register any more.

    Raises `AlreadyUsedError` for a name and country that another one has.
    """
    lock_name(f"remitters {remitter.association_id}")
    lock(remitter)
    _must_stand(remitter)
    name = " ".join(name.split())
    if len(fold(name)) < 2:
        raise IncompleteError(N_("Write the name of the person who sends."), field="name")
    taken = db.select(Remitter.id).where(
        Remitter.association_id == remitter.association_id,
        Remitter.name_key == fold(name)[:200],
        Remitter.country == country,
        Remitter.id != remitter.id,
    )
    if db.session.scalar(taken) is not None:
        raise AlreadyUsedError(N_("Another entry has this name and country: join the two."), field="name")
    person, had_consent = remitter.person, remitter.consent_on is not None
    who = None if is_pseudonym else person or _person(remitter.association, name, had_consent, actor, now)
    if who is not None:
        who.full_name, who.folded_name = name, fold(name)
    remitter.name, remitter.name_key, remitter.country = name, fold(name)[:200], country
    remitter.person, remitter.phone, remitter.is_pseudonym = who, phone.strip(), is_pseudonym
    db.session.flush()
    if is_pseudonym and person is not None:
        db.session.delete(person)
        db.session.flush()
    audit.record(actor, "remitter.save", remitter, now)


def _must_stand(remitter: Remitter) -> None:
    if remitter.joined_to_id is not None:
        raise ChangedMeanwhileError(N_("This entry was joined to another one: look again."))


def join(remitter: Remitter, into: Remitter, *, reason: str, actor: Actor, now: datetime) -> None:
    """One person was entered twice: pledges and money of `remitter` become those of `into`, for good.

    The other members of the association are told: from now on one link shows the money of both entries.
    """
    lock_name(f"remitters {remitter.association_id}")
    for one in sorted((remitter, into), key=lambda row: row.id):
        lock(one)
        _must_stand(one)
    if remitter.id == into.id or remitter.association_id != into.association_id:
        raise DomainError(N_("Choose somebody else of this association."), field="into")
    text = reason_given(reason)
    for table in (Pledge, Contribution):
        for row in db.session.scalars(db.select(table).where(table.remitter_id == remitter.id)):
            row.remitter_id = into.id
    into.phone = into.phone or remitter.phone
    if remitter.consent_on is not None:
        _agree(into, Consent(remitter.consent_version or 0, remitter.consent_locale or "", remitter.consent_on))
    remitter.joined_to = into
    db.session.flush()
    audit.record(actor, "remitter.join", remitter, now, into=into.id, reason=text)
    people = [one for one in notifications.people_of(remitter.association) if one != actor.user_id]
    message = N_("Two entries of who sends money are one person now: %(remitter)s and %(kept)s. %(reason)s")
    notifications.tell(people, message, into, now, remitter=remitter.name, kept=into.name, reason=text)


def separate(
    remitter: Remitter,
    rows: Sequence[Pledge | Contribution],
    *,
    name: str,
    country: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Remitter:
    """Two people stand in one entry: `rows` become those of another one, entered under `name` and `country`.

    Its name differs, since that is how an association tells them apart. A link of `remitter` shows `rows` no more.
    Raises `AlreadyUsedError` for a name and country that an entry has, `IncompleteError` without any of the rows.
    """
    lock_name(f"remitters {remitter.association_id}")
    lock(remitter)
    _must_stand(remitter)
    name = " ".join(name.split())
    if not rows:
        raise IncompleteError(N_("Tick what is the other person's."), field="rows")
    if any(one.remitter_id != remitter.id for one in rows):
        raise ChangedMeanwhileError(N_("Some of this is another entry's by now: look again."))
    if find(remitter.association, name, country) is not None:
        raise AlreadyUsedError(
            N_("There is an entry with this name and country. Add what tells the two apart, a village or a year."),
            field="name",
        )
    text = reason_given(reason)
    other = _register(remitter.association, name, country, remitter.is_pseudonym, None, actor, now)
    for one in rows:
        one.remitter = other
    db.session.flush()
    audit.record(actor, "remitter.separate", remitter, now, other=other.id, reason=text)
    people = [one for one in notifications.people_of(remitter.association) if one != actor.user_id]
    message = N_("One entry of who sends money was two people: %(remitter)s and %(other)s. %(reason)s")
    notifications.tell(people, message, other, now, remitter=remitter.name, other=other.name, reason=text)
    return other


# Reading -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """A remitter with what was promised and what is verified, in tyiyn, and how many sums came."""

    remitter: Remitter
    pledged: int
    verified: int
    sums: int


def of_association(association: Association) -> Sequence[Remitter]:
    """Every one that was not joined, in the order of the alphabet."""
    query = db.select(Remitter).where(Remitter.association_id == association.id, Remitter.joined_to_id.is_(None))
    return sorted(db.session.scalars(query), key=lambda one: (sort_key(one.name), one.id))


def listed(association: Association) -> list[Listed]:
    """Those of `of_association` with their sums: three queries, however many they are."""
    rows = of_association(association)
    ids = [one.id for one in rows]
    pledged = _sums(db.select(Pledge.remitter_id, db.func.sum(Pledge.amount_kgs)), Pledge.remitter_id, ids)
    counts = db.select(
        Contribution.remitter_id,
        db.func.sum(Contribution.amount_kgs),
        db.func.count(Contribution.id),
    ).where(Contribution.status == ContributionStatus.VERIFIED)
    verified = _sums(counts, Contribution.remitter_id, ids)
    return [
        Listed(one, pledged.get(one.id, (0,))[0], *verified.get(one.id, (0, 0)))
        for one in rows
    ]  # fmt: skip


def _sums(query: object, column: object, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    rows = db.session.execute(query.where(column.in_(ids)).group_by(column))  # type: ignore[attr-defined]
    return {row[0]: tuple(int(one or 0) for one in row[1:]) for row in rows}


def are_open(association: Association, ties: Ties) -> bool:
    """Whether who has these ties may see who sends to the association: nothing of it is theirs."""
    query = db.select(Association.id).where(Association.id == association.id, *ties.free_associations(Association.id))
    return db.session.scalar(query) is not None


def pledges_of(remitter: Remitter) -> list[Pledge]:
    """Their promises, the latest first."""
    return list(
        db.session.scalars(db.select(Pledge).where(Pledge.remitter_id == remitter.id).order_by(Pledge.id.desc()))
    )


def contributions_of(remitter: Remitter) -> list[Contribution]:
    """What came from them, the latest first, with the grants."""
    query = db.select(Contribution).where(Contribution.remitter_id == remitter.id)
    query = query.options(db.joinedload(Contribution.grant), db.joinedload(Contribution.channel))
    return list(db.session.scalars(query.order_by(Contribution.sent_on.desc(), Contribution.id.desc())))
