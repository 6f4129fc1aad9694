"""Users: first codes, passwords, signing in and out, roles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import phonenumbers
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.localisation import LOCALE_CODES, N_, fold, sort_key
from app.services import audit, paper_codes, roles, second_factors, second_steps, sign_in_attempts, user_sessions
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from models.associations import Association
from models.base import db, fingerprint, lock_name
from models.centres import Centre
from models.funds import Donor
from models.people import Person
from models.second_factors import PendingSignIn
from models.users import Role, RoleAssignment, User, UserSession

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
CODE_LENGTH = timedelta(days=14)
CODE_GROUPS = 3
"""Groups of four letters of a first code, about 59 bits."""

_hasher = PasswordHasher()
_COMMON = frozenset((Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split())
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$Eg3ZbvFlALimLo6nX7fICQ$Yj4hNYa3G1lYLo3kyRrJr7kZdMS5xGdgzrQX2CafPik"
"""The hash of a text nobody knows: an unknown name costs as much time as a known one."""


class SignInRefusedError(DomainError):
    """Name and password do not fit, or the account is disabled: which of them is not said."""


@dataclass(frozen=True)
class PasswordCheck:
    """Whether a password fits the hash `against`; `renewed` is its hash at today's cost where that has changed."""

    against: str
    fits: bool
    renewed: str | None


def normal_phone(text: str) -> str | None:
    """The number in E.164 form (Kyrgyz unless it starts with +), None when it is no possible number."""
    try:
        number = phonenumbers.parse(text, "KG")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def checked_phone(text: str | None) -> str | None:
    """As `normal_phone`, None for none given. Raises `DomainError` at the field `phone` for what is no number."""
    number = normal_phone(text) if text else None
    if text and number is None:
        raise DomainError(N_("This is not a phone number."), field="phone")
    return number


def create(
    person: Person,
    username: str,
    *,
    actor: Actor | None,
    now: datetime,
    password: str | None = None,
    password_hash: str | None = None,
    phone: str | None = None,
) -> tuple[User, str]:
    """Open an account for `person`. Returns it with the first code (or `password` when given).

    `password_hash` is a ready-made hash of `password`, for many accounts made at once. The first code must be
    changed at the first sign-in and expires after fourteen days.
    Raises `AlreadyUsedError`, naming the way on, when the user name, the phone or the person has an account.
    """
    name = username.strip()
    if not name or len(name) > 60 or any(letter.isspace() for letter in name):
        raise DomainError(N_("A user name has 1 to 60 characters and no space."), field="username")
    if db.session.scalar(db.select(User.id).where(User.folded_username == name.casefold())) is not None:
        raise AlreadyUsedError(
            N_("This user name is taken. For the same person, issue a new first code."), field="username"
        )
    number = checked_phone(phone)
    if number and db.session.scalar(db.select(User.id).where(User.phone == number)) is not None:
        raise AlreadyUsedError(N_("This phone number has an account: issue a new first code for it."), field="phone")
    _must_have_no_account(person)
    code = password or paper_codes.make(CODE_GROUPS)
    user = User(
        username=name,
        folded_username=name.casefold(),
        phone=number,
        password_hash=password_hash or _hasher.hash(code),
        must_change_password=password is None,
        code_expires_at=None if password else now + CODE_LENGTH,
        person=person,
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    audit.record(actor, "user.create", user, now)
    if password is None:
        audit.record(actor, "user.issue_code", user, now)
    return user, code


def _must_have_no_account(person: Person) -> None:
    """A second account for the same human is refused: the same row, or another one with the same PIN."""
    held = db.session.scalar(db.select(User).where(User.person_id == person.id)) if person.id else None
    if held is not None:
        text = N_("This person has the account %(username)s: issue a new first code for it.")
        raise AlreadyUsedError(text, field="member", username=held.username)
    same = db.select(User.id).join(Person, Person.id == User.person_id).where(Person.pin == person.pin)
    if person.pin and db.session.scalar(same.limit(1)) is not None:
        raise AlreadyUsedError(N_("A person with this PIN has an account: issue a new first code for it."), field="pin")


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def issue_code(user: User, *, actor: Actor, now: datetime) -> str:
    """Give `user` a new first code; the old password and every session end at once."""
    if user.id == actor.user_id:
        raise DomainError(N_("For yourself, change the password on the page of your account."))
    code = paper_codes.make(CODE_GROUPS)
    user.password_hash = _hasher.hash(code)
    user.must_change_password = True
    user.code_expires_at = now + CODE_LENGTH
    audit.record(actor, "user.issue_code", user, now, sessions=user_sessions.end_all(user, now=now))
    return code


def check_password_rules(password: str, user: User | None = None) -> None:
    """Length and the list of common passwords; nothing about digits and signs.

    Raises `DomainError` that says what to change.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise DomainError(
            N_("A password has at least %(least)s characters. A short sentence is easy to remember."),
            field="password",
            least=SHORTEST_PASSWORD,
        )
    if len(password) > LONGEST_PASSWORD:
        raise DomainError(N_("This password is too long."), field="password")
    simple = password.casefold()
    if simple in _COMMON or len(set(simple)) < 4 or (user is not None and user.folded_username in simple):
        raise DomainError(N_("This password is easy to guess. Choose another one."), field="password")


def change_password(user: User, old: str, new: str, *, now: datetime, keep: UserSession | None = None) -> None:
    """Change the password; every other session ends at once.

    Raises `SignInRefusedError` for a wrong old password: the attempt is flushed and the caller commits it.
    """
    account_key = user_sessions.account_key(user)
    lock_name(f"sign-in {account_key}")
    address_key = fingerprint(f"own password of {user.id}")
    sign_in_attempts.throttle(account_key, address_key, now)
    if not _verify(user.password_hash, old):
        sign_in_attempts.note(account_key, address_key, now)
        raise SignInRefusedError(N_("The old password is not right."), field="old_password")
    check_password_rules(new, user)
    if new == old:
        raise DomainError(N_("The new password must be another one."), field="password")
    user.password_hash = _hasher.hash(new)
    user.must_change_password = False
    user.code_expires_at = None
    audit.record(
        Actor(user), "user.change_password", user, now, sessions=user_sessions.end_all(user, now=now, keep=keep)
    )


def hash_to_check(name: str, *, address: str, now: datetime) -> str:
    """The hash that a password for this user name or phone is held against, for an unknown one nobody's.

    Raises `TooManyAttemptsError` when the throttle holds.
    """
    user = find(name)
    sign_in_attempts.throttle(_account_key(user, name), fingerprint(address), now)
    return user.password_hash if user else _NOBODY


def check_password(against: str, password: str) -> PasswordCheck:
    """Hold a password against a hash: slow on purpose, so call it while no transaction is open."""
    fits = _verify(against, password)
    return PasswordCheck(
        against, fits, _hasher.hash(password) if fits and _hasher.check_needs_rehash(against) else None
    )


def sign_in(
    name: str, check: PasswordCheck, *, address: str, browser: str, now: datetime
) -> tuple[UserSession | PendingSignIn, str]:
    """Open a session for user name or phone, or half a sign-in where the account has a second factor (`second_steps`).

    Returns it and its token (kept only as a hash).

    The throttle counts anew: guesses whose passwords were checked side by side are counted one after the other.
    Raises `TooManyAttemptsError` when it holds, `SignInRefusedError` otherwise (also when the password was changed
    since it was checked); the failed attempt is flushed and the caller commits it.
    """
    user = find(name)
    account_key, address_key = _account_key(user, name), fingerprint(address)
    lock_name(f"sign-in {account_key}")
    sign_in_attempts.throttle(account_key, address_key, now)
    fits = check.fits and user is not None and user.password_hash == check.against
    expired = user is not None and user.code_expires_at is not None and user.code_expires_at < now
    if user is None or not fits or user.disabled_at is not None or expired:
        sign_in_attempts.note(account_key, address_key, now)
        raise SignInRefusedError(N_("User name or password is not right."))
    user.password_hash = check.renewed or user.password_hash
    if second_factors.of_user(user) is not None:
        return second_steps.begin(user, now=now)
    return user_sessions.begin(user, browser=browser, now=now)


def _account_key(user: User | None, name: str) -> str:
    return user_sessions.account_key(user) if user else fingerprint(f"name:{name.strip().casefold()}")


def find(name: str) -> User | None:
    """The account with this user name or phone number."""
    user: User | None = db.session.scalar(db.select(User).where(User.folded_username == name.strip().casefold()))
    if user is None and (number := normal_phone(name)):
        user = db.session.scalar(db.select(User).where(User.phone == number))
    return user


def choose_locale(user: User, locale: str, *, now: datetime) -> None:
    """Remember the language `user` reads in: "ky", "ru" or "en". Nothing happens when it is that one already."""
    if locale not in LOCALE_CODES:
        raise DomainError(N_("This language is not known."), field="locale")
    if user.locale != locale:
        user.locale = locale
        audit.record(Actor(user), "user.choose_locale", user, now, locale=locale)


def disable(user: User, *, actor: Actor, now: datetime) -> None:
    """Refuse the account from the next request on."""
    if user.id == actor.user_id:
        raise DomainError(N_("You cannot disable your own account."))
    user.disabled_at = user.disabled_at or now
    audit.record(actor, "user.disable", user, now, sessions=user_sessions.end_all(user, now=now))


def enable(user: User, *, actor: Actor, now: datetime) -> None:
    user.disabled_at = None
    audit.record(actor, "user.enable", user, now)


def grant_role(
    user: User,
    role: Role,
    *,
    actor: Actor | None,
    now: datetime,
    association: Association | None = None,
    centre: Centre | None = None,
    donor: Donor | None = None,
) -> RoleAssignment:
    """Give a role with its scope: members an association, operators a centre, donors a donor.

    Raises `DomainError` when the scope does not fit the role, `AlreadyUsedError` when it is held already.
    """
    fits = (
        (role is Role.MEMBER) == (association is not None)
        and (role is Role.OPERATOR) == (centre is not None)
        and (role is Role.DONOR) == (donor is not None)
    )
    if not fits:
        raise DomainError(N_("This role needs another scope."), field="role")
    if actor is not None and actor.user_id == user.id:
        raise SeparationOfDutyError(N_("Nobody gives a role to oneself. Another administrator does it."), field="role")
    roles.must_go_together(user, role)
    scope = (association.id if association else None, centre.id if centre else None, donor.id if donor else None)
    for held in user.assigned_roles:
        if held.ended_at is None and (held.role, held.association_id, held.centre_id, held.donor_id) == (role, *scope):
            raise AlreadyUsedError(N_("The person has this role already."), field="role")
    assignment = RoleAssignment(
        user=user,
        role=role,
        association_id=scope[0],
        centre_id=scope[1],
        donor_id=scope[2],
        granted_by_id=actor.user_id if actor else None,
        granted_at=now,
    )
    db.session.add(assignment)
    db.session.flush()
    audit.record(actor, "user.grant_role", user, now, role=role.value)
    return assignment


def end_role(assignment: RoleAssignment, *, actor: Actor, now: datetime) -> None:
    """End a role; it stays in the history. Takes effect at the next request."""
    if assignment.user_id == actor.user_id:
        raise DomainError(N_("You cannot end your own role: another administrator does it."))
    if assignment.ended_at is None:
        assignment.ended_at = now
        audit.record(actor, "user.end_role", assignment.user, now, role=assignment.role.value)


def search(text: str, before_id: int | None = None, limit: int = 60, among: Any = None) -> list[User]:
    """Users by folded name or user name, newest first; `among` is the SELECT of those that may be seen."""
    query = db.select(User).join(Person, User.person_id == Person.id).order_by(User.id.desc()).limit(limit)
    if text.strip():
        word = fold(text)
        query = query.where(
            Person.folded_name.contains(word, autoescape=True)
            | User.folded_username.contains(text.strip().casefold(), autoescape=True)
        )
    if before_id is not None:
        query = query.where(User.id < before_id)
    if among is not None:
        query = query.where(User.id.in_(among.with_only_columns(User.id)))
    return list(db.session.scalars(query.options(db.selectinload(User.assigned_roles))).unique())


def names_of(ids: Iterable[int | None]) -> Mapping[int, str]:
    """The names people are shown by, for the accounts with these ids."""
    query = db.select(User).where(User.id.in_({one for one in ids if one is not None}))
    return {user.id: user.display_name for user in db.session.scalars(query)}


def holding(role: Role) -> list[User]:
    """The accounts that hold a role now and may sign in, by name."""
    held = db.select(RoleAssignment.user_id).where(RoleAssignment.role == role, RoleAssignment.ended_at.is_(None))
    query = db.select(User).where(User.id.in_(held), User.disabled_at.is_(None))
    return sorted(db.session.scalars(query), key=lambda user: sort_key(user.display_name))


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
