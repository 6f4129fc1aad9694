"""Staff, reviewers, centres, associations, members and payout accounts of the demonstration."""

from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from app.services import associations, centres, payout_accounts, reviewers, second_factors, users
from app.services.actors import Actor
from app.services.sealing import Seal
from models.associations import Association, AssociationKind, MembershipRole
from models.base import db
from models.centres import Centre
from models.people import MigrantStatus, Person, Sex
from models.places import AyilOkmotu, Village
from models.users import Role, User
from seeds import payout_accounts as changed_accounts
from seeds.agenda import Story, at, later, working_day
from seeds.content import pick
from seeds.programme import Programme

DEMO_PASSWORD = "ашар-көрсөтмө-2026"  # noqa: S105 - printed at every start of the demonstration

STAFF: tuple[tuple[str, str, Role], ...] = (
    ("secretary", "secretary", Role.SECRETARY),
    ("council_chair", "chair", Role.COUNCIL_CHAIR),
    ("finance1", "finance1", Role.FINANCE),
    ("finance2", "finance2", Role.FINANCE),
    ("monitoring1", "monitor1", Role.MONITOR),
    ("monitoring2", "monitor2", Role.MONITOR),
)
"""Key in people.json, user name, role."""
ADMINISTRATOR = ("admin", "admin")
DEMO_VILLAGE = "41705214835010"  # Tayan, Kyshtut ayil aymak
CHAIRS_AT = (0, 3, 11, 14, 20)
"""Places in the list of ayil okmotus whose first village's chair has an account, beside the one of Tayan."""
CHANGED_AT = 1
"""Place of the ayil okmotu whose last village's association changes its account."""
REVIEWERS_IN_AYIL_OKMOTUS = 15
COMMITTEE = (
    MembershipRole.CHAIR,
    MembershipRole.TREASURER,
    MembershipRole.SECRETARY,
    MembershipRole.MEMBER,
    MembershipRole.MEMBER,
)
BANK = "Көрсөтмө Банк"
READ = (("ky", "ru"), ("ky", "ru", "en"), ("ky", "ru"), ("ky",))
"""The languages the reviewers read, in turn."""
TIES = (MigrantStatus.FAMILY_MEMBER, MigrantStatus.FAMILY_MEMBER, MigrantStatus.RETURNEE, MigrantStatus.NONE)


def staff(programme: Programme) -> Story:
    """The accounts of the programme's own people, opened on its first day."""
    chance = programme.chance("staff")
    now = yield at(programme.calendar.on(2025, 1, 6), 8, 30)
    names = programme.content.people["staff"]
    administrator = _account(None, _person(names["admin"], None, None, now, chance), ADMINISTRATOR[1], now)
    users.grant_role(administrator, Role.ADMINISTRATOR, actor=None, now=now)
    programme.staff[ADMINISTRATOR[0]] = administrator
    _enrol(administrator, programme.seal, now)
    actor = Actor(administrator)
    for key, username, role in STAFF:
        user = _account(actor, _person(names[key], actor, None, now, chance), username, now)
        users.grant_role(user, role, actor=actor, now=now)
        programme.staff[key] = user
        _enrol(user, programme.seal, now)
    for number, name in enumerate(names["reviewers"], start=1):
        home = None
        if number <= REVIEWERS_IN_AYIL_OKMOTUS:
            home = pick(chance, programme.villages[programme.ayil_okmotus[number - 1].id])
        user = _account(actor, _person(name, actor, home, now, chance), f"reviewer{number}", now)
        users.grant_role(user, Role.REVIEWER, actor=actor, now=now)
        programme.reviewers.append(user)
    programme.agenda.start(_profiles(programme, at(programme.calendar.on(2025, 1, 8), 10)))


def _profiles(programme: Programme, begin: datetime) -> Story:
    """Each reviewer says what they read and which fields they know; every field is known to somebody."""
    chance, known = programme.chance("profiles"), list(programme.themes.values())
    now = yield begin
    for number, user in enumerate(programme.reviewers):
        fields = {known[number % len(known)].id, *(one.id for one in chance.sample(known, 2))}
        reviewers.save_profile(
            user,
            languages=READ[number % len(READ)],
            theme_ids=fields,
            birth_village_id=None,
            actor=Actor(user),
            now=now,
        )
        now = yield later(now, 0, chance)


def open_centres(programme: Programme) -> Story:
    """One centre with its operator in each ayil okmotu; the associations follow in the days after."""
    chance = programme.chance("centres")
    now = yield at(programme.calendar.on(2025, 1, 7), 9)
    actor = programme.as_staff("admin")
    for number, ayil_okmotu in enumerate(programme.ayil_okmotus):
        centre = centres.open_(ayil_okmotu, centre_names(ayil_okmotu), actor=actor, now=now)
        home = programme.villages[ayil_okmotu.id][0]
        person = _villager(programme, home, chance, actor, now)
        user = _account(actor, person, f"{slug(ayil_okmotu.name_en)}.operator", now)
        users.grant_role(user, Role.OPERATOR, actor=actor, now=now, centre=centre)
        programme.operators[centre.id] = user
        programme.agenda.start(_associations_of(programme, centre, number))
        now = later(now, 0, chance)


def _associations_of(programme: Programme, centre: Centre, number: int) -> Story:
    """The associations of one ayil okmotu are registered, and their payout accounts proposed and confirmed."""
    chance = programme.chance("associations", number)
    start = programme.calendar.on(2025, 1, 13)
    now = yield at(working_day(start + timedelta(days=number % 12)), 9 + number % 7, chance.randint(0, 59))
    ayil_okmotu, actor = centre.ayil_okmotu, programme.as_staff("admin")
    villages = programme.villages[ayil_okmotu.id]
    founded = [_found(programme, centre, None, chance, actor, now)]
    founded += [_found(programme, centre, village, chance, actor, now) for village in villages]
    for association in founded:
        _elect(programme, association, chance, now)
    if number in CHAIRS_AT:
        _give_account_to_chair(programme, programme.associations[villages[0].id], now)
    for village in villages:
        if village.soate == DEMO_VILLAGE:
            _give_account_to_chair(programme, programme.associations[village.id], now)
    now = yield later(now, 1, chance)
    proposed = [
        payout_accounts.propose(
            association,
            bank=BANK,
            number=f"1290{chance.randrange(10**12):012d}",
            holder=association.name_ky,
            actor=Actor(programme.operators[centre.id], on_behalf_of=association),
            now=now,
        )
        for association in founded
    ]
    now = yield later(now, 4, chance)
    for account in proposed:
        payout_accounts.confirm(account, actor=programme.as_staff("finance1"), now=now)
    if number == CHANGED_AT:
        programme.agenda.start(changed_accounts.changed(programme, founded[-1]))


def _found(
    programme: Programme, centre: Centre, village: Village | None, chance: Random, actor: Actor, now: datetime
) -> Association:
    ayil_okmotu = centre.ayil_okmotu
    association = associations.found(
        AssociationKind.VILLAGE if village else AssociationKind.AYIL_OKMOTU,
        village_names(village) if village else ayil_okmotu_names(ayil_okmotu),
        ayil_okmotu=ayil_okmotu,
        centre=centre,
        village=village,
        founded_on=date(2023, 3, 1) + timedelta(days=chance.randrange(600)),
        actor=actor,
        now=now,
    )
    if village is not None:
        programme.associations[village.id] = association
    return association


def _elect(programme: Programme, association: Association, chance: Random, now: datetime) -> None:
    """Enter chair, treasurer, secretary and two members, about half of them women."""
    actor = programme.as_staff("admin")  # what an operator enters is dictated, and nobody could confirm it yet
    home = association.village or pick(chance, programme.villages[association.ayil_okmotu_id])
    for role in COMMITTEE:
        person = _villager(programme, home, chance, actor, now)
        since_on = association.founded_on or now.date()
        associations.add_member(association, person, role, since_on=since_on, actor=actor, now=now)


def _give_account_to_chair(programme: Programme, association: Association, now: datetime) -> None:
    programme.chairs[association.id] = account_of_chair(programme, association, now)


def account_of_chair(programme: Programme, association: Association, now: datetime) -> User:
    """An account for the chair of an association."""
    actor = programme.as_staff("admin")
    chair = next(held.person for held in association.memberships if held.role is MembershipRole.CHAIR)
    name = association.village.name_en if association.village else association.name_en
    user = _account(actor, chair, f"{slug(name)}.chair", now)
    users.grant_role(user, Role.MEMBER, actor=actor, now=now, association=association)
    return user


def donor_account(programme: Programme, donor_code: str, key: str, now: datetime) -> None:
    """The account of a donor's representative, who reads the donor's own funds."""
    actor, name = programme.as_staff("admin"), programme.content.people["staff"][key]
    person = _person(name, actor, None, now, programme.chance("donor", donor_code))
    user = _account(actor, person, f"donor.{donor_code.lower()}", now)
    users.grant_role(user, Role.DONOR, actor=actor, now=now, donor=programme.donors[donor_code])
    programme.staff[key] = user


def _account(actor: Actor | None, person: Person, username: str, now: datetime) -> User:
    user, _password = users.create(
        person, username, actor=actor, now=now, password=DEMO_PASSWORD, password_hash=_demo_hash()
    )
    return user


def enrol_missing(seal: Seal, now: datetime) -> None:
    """A second factor for each of the staff that has none: a demonstration from before there were any."""
    for username in (ADMINISTRATOR[1], *(username for _key, username, _role in STAFF)):
        user = users.find(username)
        if user is not None and second_factors.of_user(user) is None:
            _enrol(user, seal, now)


def _enrol(user: User, seal: Seal, now: datetime) -> None:
    """A second factor for whose role needs one. Its secret is published: the sign-in shows its code."""
    if second_factors.is_required(user):
        secret = second_factors.demonstration_secret(user.username)
        code = second_factors.code_of(secret, second_factors.step_at(now))
        second_factors.set_up(user, secret, code, seal=seal, now=now)


@cache
def _demo_hash() -> str:
    """One hash for all demonstration accounts: fifty of them would cost half a minute on a slow machine."""
    return users.hash_password(DEMO_PASSWORD)


def _person(name: str, actor: Actor | None, home: Village | None, now: datetime, chance: Random) -> Person:
    """Register one of the named people of people.json."""
    words = name.split()
    female = words[0].endswith("а") or words[-1] == "Анна"
    return associations.register_person(
        name,
        now=now,
        actor=actor,
        sex=Sex.FEMALE if female else Sex.MALE,
        birth_year=chance.randint(1962, 1992),
        village=home,
    )


def _villager(programme: Programme, home: Village, chance: Random, actor: Actor, now: datetime) -> Person:
    """Register somebody of a village with a name of the stock."""
    female = chance.random() < 0.5
    return associations.register_person(
        villager_name(programme, female, chance),
        now=now,
        actor=actor,
        sex=Sex.FEMALE if female else Sex.MALE,
        birth_year=chance.randint(1958, 2003),
        migrant_status=pick(chance, TIES),
        village=home,
    )


def villager_name(programme: Programme, female: bool, chance: Random) -> str:
    """A full name as in the passport: with a surname, or the father's name with уулу or кызы."""
    stock = programme.content.people
    given = pick(chance, stock["female" if female else "male"])
    if chance.random() < 0.3:
        return f"{pick(chance, stock['uulu_kyzy'])} {'кызы' if female else 'уулу'} {given}"
    return f"{pick(chance, stock['surnames'])[1 if female else 0]} {given}"


def slug(name: str) -> str:
    """A user name's first part: the Latin name of a place in small letters."""
    return name.removesuffix(" ayil aymak").casefold().replace(" ", "-").replace("'", "")


def centre_names(ayil_okmotu: AyilOkmotu) -> dict[str, str]:
    return {
        "ky": f"{ayil_okmotu.name_ky}нын ресурстук борбору",
        "ru": f"Ресурсный центр {_of(ayil_okmotu.name_ru)}",
        "en": f"Resource centre of {ayil_okmotu.name_en}",
    }


def ayil_okmotu_names(ayil_okmotu: AyilOkmotu) -> dict[str, str]:
    return {
        "ky": f"{ayil_okmotu.name_ky}нын ассоциациясы",
        "ru": f"Ассоциация {_of(ayil_okmotu.name_ru)}",
        "en": f"Association of {ayil_okmotu.name_en}",
    }


def village_names(village: Village) -> dict[str, str]:
    return {
        "ky": f"{village.name_ky} айылынын ассоциациясы",
        "ru": f"Ассоциация села {village.name_ru}",
        "en": f"Association of {village.name_en} village",
    }


def _of(territory: str) -> str:
    """The Russian genitive of "… айылный аймак"."""
    return territory.replace("ский айылный аймак", "ского айылного аймака")


def places(programme: Programme) -> None:
    """Look up the ayil okmotus and their villages, in the order of the classifier."""
    programme.ayil_okmotus = list(db.session.scalars(db.select(AyilOkmotu).order_by(AyilOkmotu.soate)))
    for ayil_okmotu in programme.ayil_okmotus:
        query = db.select(Village).where(Village.ayil_okmotu_id == ayil_okmotu.id).order_by(Village.soate)
        programme.villages[ayil_okmotu.id] = list(db.session.scalars(query))
