"""The own code of a member, entered on the operator's screen: checked and throttled like a sign-in, kept nowhere."""

from datetime import datetime

from app.localisation import N_
from app.services import sign_in_attempts, user_accounts
from app.services.errors import SeparationOfDutyError
from app.services.users import PasswordCheck, SignInRefusedError
from models.base import db, fingerprint, lock_name
from models.people import Person
from models.users import User

FIELD = "password"


def account_of(person: Person) -> User | None:
    """The enabled account of a person."""
    query = db.select(User).where(User.person_id == person.id, User.disabled_at.is_(None))
    user: User | None = db.session.scalar(query)
    return user


def hash_to_check(user: User, *, address: str, now: datetime) -> str:
    """What the code is held against. Raises `TooManyAttemptsError` when the throttle of sign-in holds."""
    sign_in_attempts.throttle(_key(user), fingerprint(address), now)
    return user.password_hash


def prove(user: User, check: PasswordCheck, *, address: str, now: datetime) -> None:
    """Accept that `user` sits at the operator's screen.

    Raises `SignInRefusedError` for a wrong code: the attempt is flushed and the caller commits it;
    `SeparationOfDutyError` as `must_be_ones_own` does.
    """
    account_key, address_key = _key(user), fingerprint(address)
    lock_name(f"sign-in {account_key}")
    sign_in_attempts.throttle(account_key, address_key, now)
    if not check.fits or user.password_hash != check.against or user.disabled_at is not None:
        sign_in_attempts.note(account_key, address_key, now)
        raise SignInRefusedError(N_("This is not the code of this person."), field=FIELD)
    must_be_ones_own(user, now, field=FIELD)


def must_be_ones_own(user: User, now: datetime, *, field: str | None = None) -> None:
    """Refuse an account that says nothing yet: who opened it or issued its code in the last day may be using it.

    A centre opens the accounts of its members, so it could confirm its own writing through one of them. Raises
    `SeparationOfDutyError`, which names the way that is left: the paper.
    """
    if user_accounts.known_to_another(user, now):
        text = N_(
            "Somebody else gave out the code of this account. A code one has chosen confirms a day after that; "
            "until then only signature or thumbprint on the printed receipt does."
        )
        raise SeparationOfDutyError(text, field=field)


def _key(user: User) -> str:
    return fingerprint(f"user:{user.id}")
