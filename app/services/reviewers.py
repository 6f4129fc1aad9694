"""Reviewers as such: their profile, and what each says of one call before anybody is assigned."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.localisation import N_, sort_key
from app.services import audit, notifications, standing_decisions
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError
from models.base import LOCALES, db, lock
from models.calls import Call
from models.people import Person
from models.places import Village
from models.reviewers import Availability, Leaning, ReviewerProfile, ReviewerTheme, ThemePreference
from models.users import Role, RoleAssignment, User

MOST = 1000
"""No limit of a reviewer is higher."""


@dataclass(frozen=True)
class Part:
    """What a reviewer said of a call, or what holds as long as nothing was said (then `is_said` is False)."""

    is_available: bool
    most: int
    is_said: bool = False
    leanings: Mapping[int, Leaning] = field(default_factory=dict)

    def themes(self, leaning: Leaning) -> list[int]:
        """The ids of the themes wished for, or of those rather not judged."""
        return sorted(theme_id for theme_id, said in self.leanings.items() if said is leaning)


@dataclass(frozen=True)
class Panelist:
    """A reviewer of a call: account, profile (None: nothing said yet) and part."""

    user: User
    profile: ReviewerProfile | None
    part: Part

    @property
    def villages(self) -> list[Village]:
        """Where they live and where they were born, as far as it is known."""
        birth = self.profile.birth_village if self.profile else None
        return [one for one in (self.user.person.village, birth) if one is not None]


def profile_of(user: User) -> ReviewerProfile | None:
    query = db.select(ReviewerProfile).where(ReviewerProfile.user_id == user.id)
    profile: ReviewerProfile | None = db.session.scalar(query)
    return profile


def villages() -> list[Village]:
    """Every village there is today, in Kyrgyz order, with its ayil okmotu."""
    query = db.select(Village).where(Village.valid_to.is_(None)).options(db.joinedload(Village.ayil_okmotu))
    return sorted(db.session.scalars(query), key=lambda one: (sort_key(one.name_ky), one.id))


def save_profile(
    user: User,
    *,
    languages: Collection[str],
    theme_ids: Collection[int],
    birth_village_id: int | None,
    actor: Actor,
    now: datetime,
) -> ReviewerProfile:
    """Keep what a reviewer says of themselves. Raises `IncompleteError` when they read no language."""
    lock(user)
    if not languages:
        raise IncompleteError(N_("Tick at least one language."), field="languages")
    profile = profile_of(user)
    if profile is None:
        profile = ReviewerProfile(user=user)
        db.session.add(profile)
    profile.languages = [code for code in LOCALES if code in languages]
    profile.birth_village_id = birth_village_id
    kept = {one.theme_id: one for one in profile.fields}
    profile.fields = [kept.get(theme_id) or ReviewerTheme(theme_id=theme_id) for theme_id in sorted(set(theme_ids))]
    db.session.flush()
    audit.record(actor, "reviewer.save_profile", user, now, languages=profile.languages)
    return profile


def calls_to_judge() -> list[Call]:
    """The calls reviewers may say something of, as long as applications are judged: the latest deadline first."""
    query = db.select(Call).where(standing_decisions.being_judged()).order_by(Call.closes_at.desc(), Call.id.desc())
    return list(db.session.scalars(query))


def call_to_judge(call_id: int) -> Call | None:
    return next((one for one in calls_to_judge() if one.id == call_id), None)


def part_of(call: Call, user: User) -> Part:
    """What `user` said of `call`."""
    return _parts(call, user.id)[user.id]


def save_part(
    call: Call,
    user: User,
    *,
    is_available: bool,
    most: int,
    wishes: Collection[int],
    rather_not: Collection[int],
    actor: Actor,
    now: datetime,
) -> None:
    """A reviewer says whether and how much they judge in a call, and which themes (ids) they rather would or not."""
    if set(wishes) & set(rather_not):
        raise DomainError(N_("A theme cannot be wished for and not wished for at once."), field="rather_not")
    _set_availability(call, user, is_available=is_available, most=most)
    db.session.execute(
        db.delete(ThemePreference).where(ThemePreference.call_id == call.id, ThemePreference.user_id == user.id)
    )
    for leaning, theme_ids in ((Leaning.WISH, wishes), (Leaning.RATHER_NOT, rather_not)):
        for theme_id in sorted(set(theme_ids)):
            preference = ThemePreference(call_id=call.id, user_id=user.id, theme_id=theme_id, leaning=leaning)
            db.session.add(preference)
    db.session.flush()
    audit.record(actor, "reviewer.save_part", user, now, call=call.id, available=is_available, most=most)


def set_limit(call: Call, user: User, *, is_available: bool, most: int, actor: Actor, now: datetime) -> None:
    """The secretary says how many applications a reviewer judges in a call; the reviewer is told."""
    _set_availability(call, user, is_available=is_available, most=most)
    db.session.flush()
    audit.record(actor, "reviewer.set_limit", user, now, call=call.id, available=is_available, most=most)
    message = (
        N_("The secretary changed how many applications you judge in “%(call)s”: at most %(most)s.")
        if is_available
        else N_("The secretary noted that you do not judge in “%(call)s”.")
    )
    # A message keeps one text: the title in the language the reader chose.
    notifications.tell([user.id], message, "reviewers:all", now, call=call.title_in(user.locale or "ky"), most=most)


def _set_availability(call: Call, user: User, *, is_available: bool, most: int) -> None:
    lock(user)
    if not standing_decisions.is_judging(call):
        raise DomainError(N_("This can be said only while the call is open and not decided."))
    if not user.has_role(Role.REVIEWER):
        raise DomainError(N_("This person is not a reviewer."))
    if not 1 <= most <= MOST:
        raise DomainError(N_("Enter a number from 1 to %(most)s."), field="most", most=MOST)
    query = db.select(Availability).where(Availability.call_id == call.id, Availability.user_id == user.id)
    row = db.session.scalar(query)
    if row is None:
        row = Availability(call_id=call.id, user_id=user.id)
        db.session.add(row)
    row.is_available, row.most = is_available, most


_HOLDERS = db.select(RoleAssignment.user_id).where(
    RoleAssignment.role == Role.REVIEWER, RoleAssignment.ended_at.is_(None)
)


def panel(call: Call) -> list[Panelist]:
    """Every enabled reviewer with what they said of themselves and of `call`, by name; a few queries for all."""
    query = db.select(User).where(User.id.in_(_HOLDERS), User.disabled_at.is_(None))
    home = db.joinedload(User.person).joinedload(Person.village).joinedload(Village.ayil_okmotu)
    users = list(db.session.scalars(query.options(db.selectinload(User.assigned_roles), home)).unique())
    birth = db.joinedload(ReviewerProfile.birth_village).joinedload(Village.ayil_okmotu)
    fields = db.selectinload(ReviewerProfile.fields).joinedload(ReviewerTheme.theme)
    profiles = {one.user_id: one for one in db.session.scalars(db.select(ReviewerProfile).options(birth, fields))}
    parts = _parts(call)
    found = [Panelist(one, profiles.get(one.id), parts[one.id]) for one in users]
    return sorted(found, key=lambda one: (sort_key(one.user.display_name), one.user.id))


def rayon_ids(one: Panelist) -> set[int]:
    """The rayons a reviewer lives in and was born in."""
    return {village.ayil_okmotu.rayon_id for village in one.villages}


def _parts(call: Call, user_id: int | None = None) -> defaultdict[int, Part]:
    """{user id: part} of everybody, or of one; who said nothing has what holds then."""
    said, leanings = db.select(Availability), db.select(ThemePreference)
    said, leanings = said.where(Availability.call_id == call.id), leanings.where(ThemePreference.call_id == call.id)
    if user_id is not None:
        said, leanings = said.where(Availability.user_id == user_id), leanings.where(ThemePreference.user_id == user_id)
    by_user: defaultdict[int, dict[int, Leaning]] = defaultdict(dict)
    for one in db.session.scalars(leanings):
        by_user[one.user_id][one.theme_id] = one.leaning
    parts: defaultdict[int, Part] = defaultdict(lambda: Part(True, call.review_load))
    for row in db.session.scalars(said):
        parts[row.user_id] = Part(row.is_available, row.most, True, by_user[row.user_id])
    return parts
