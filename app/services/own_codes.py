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

    Raises `SignInRefusedError` for a wrong code: the attempt is flushed and the caller commits it. A first code was
    handed out by the centre itself, and one that somebody else issued in the last day may be known to who issued it:
    both prove nothing (`SeparationOfDutyError`).
    """
    account_key, address_key = _key(user), fingerprint(address)
    lock_name(f"sign-in {account_key}")
    sign_in_attempts.throttle(account_key, address_key, now)
    if not check.fits or user.password_hash != check.against or user.disabled_at is not None:
        sign_in_attempts.note(account_key, address_key, now)
        raise SignInRefusedError(N_("This is not the code of this person."), field=FIELD)
    if user.must_change_password or user_accounts.reset_by_another(user, now) is not None:
        text = N_("Somebody else issued this code. A code one has chosen confirms a day after that.")
        raise SeparationOfDutyError(text, field=FIELD)


def _key(user: User) -> str:
    return fingerprint(f"user:{user.id}")
