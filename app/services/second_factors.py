"""Second factors: codes of six digits from the phone (TOTP, RFC 6238) and recovery codes on paper.

A code is of a half minute; one half minute before and after is taken too, so that phone and server may differ a
little. Each code is taken once.
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyotp
from pyotp.utils import strings_equal

from app.localisation import N_
from app.services import audit, notifications, paper_codes, user_sessions
from app.services.actors import Actor
from app.services.errors import DomainError
from app.services.sealing import Seal, WrongKeyError
from models.base import db, fingerprint, lock
from models.second_factors import RecoveryCode, SecondFactor
from models.users import Role, User, UserSession

REQUIRED_OF = (Role.FINANCE, Role.SECRETARY, Role.ADMINISTRATOR)
"""Roles that do nothing without a second factor (reliability.md, design rule 7)."""
DIGITS = 6
STEP = 30  # seconds
WINDOW = 1  # steps
RECOVERY_CODES = 10
RECOVERY_GROUPS = 4
"""Groups of four letters: 80 bits, which nobody finds from its hash."""
ISSUER = "Ashar"


class WrongCodeError(DomainError):
    """The code does not fit, or was used before."""


def is_required(user: User) -> bool:
    return user.has_role(*REQUIRED_OF)


def of_user(user: User) -> SecondFactor | None:
    found: SecondFactor | None = db.session.scalar(db.select(SecondFactor).where(SecondFactor.user_id == user.id))
    return found


def owners(ids: Iterable[int]) -> frozenset[int]:
    """Those of the accounts with these ids that have a second factor."""
    query = db.select(SecondFactor.user_id).where(SecondFactor.user_id.in_(list(ids)))
    return frozenset(db.session.scalars(query))


def codes_left(factor: SecondFactor) -> int:
    """Recovery codes that were not used yet."""
    query = db.select(db.func.count()).where(RecoveryCode.factor_id == factor.id, RecoveryCode.used_at.is_(None))
    return int(db.session.scalar(query) or 0)


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 asks."""
    return pyotp.random_base32()


def address_of(secret: str, user: User) -> str:
    """The otpauth address that a phone reads from the QR code."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(name=user.username, issuer_name=ISSUER)


def in_groups(secret: str) -> str:
    """The secret in groups of four, for typing."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def code_of(secret: str, step: int) -> str:
    """The six digits of a half minute, counted from 1970."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP).generate_otp(step)


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def set_up(
    user: User, secret: str, code: str, *, seal: Seal, now: datetime, keep: UserSession | None = None
) -> list[str]:
    """Take `secret` as the second factor of `user`, once a code proves that the phone has it. A former one is gone.

    Returns ten recovery codes, which nobody can look up later. Every other session ends; in `keep` the second step is
    done by it. Raises `WrongCodeError` at the field `code`.
    """
    step = _step_of(secret, _plain(code), after=0, now=now)
    _drop(user)
    factor = SecondFactor(user_id=user.id, secret=seal.close(secret), last_step=step, set_up_at=now)
    db.session.add(factor)
    db.session.flush()
    if keep is not None:
        keep.second_step_at = keep.confirmed_at = now
    ended = user_sessions.end_all(user, now=now, keep=keep)
    audit.record(Actor(user), "user.set_up_factor", user, now, sessions=ended)
    return _make_codes(factor)


def renew_codes(user: User, *, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones are void and the owner is told. Raises `DomainError` without a factor."""
    factor = _must_have(user)
    _forget_codes(factor)
    audit.record(Actor(user), "user.renew_recovery_codes", user, now)
    message = N_("New recovery codes were made for your account. If it was not you, tell the administrator at once.")
    notifications.tell([user.id], message, user, now)
    return _make_codes(factor)


def remove(user: User, *, now: datetime) -> None:
    """Go without a second factor again. Raises `DomainError` for whose role needs one."""
    _must_have(user)
    if is_required(user):
        raise DomainError(N_("Your role needs a second factor. With another phone, set it up anew."))
    _drop(user)
    audit.record(Actor(user), "user.remove_factor", user, now)


def take_away(user: User, *, actor: Actor | None, now: datetime, **details: Any) -> None:
    """Remove somebody's factor (`actor` None: whoever owns the machine); every session ends and the owner is told.

    Two people do this (see `lost_devices`), or a command on the server. Raises `DomainError` without a factor.
    """
    _must_have(user)
    _drop(user)
    ended = user_sessions.end_all(user, now=now)
    audit.record(actor, "user.take_factor_away", user, now, sessions=ended, **details)
    message = N_(
        "The second factor of your account was taken away, because its phone was reported lost. If you did not ask "
        "for it, tell the administrator at once."
    )
    notifications.tell([user.id], message, user, now)


def use(user: User, code: str, *, seal: Seal, now: datetime) -> None:
    """Take a code of the phone or a recovery code, once. Raises `WrongCodeError` at the field `code`."""
    factor = _must_have(user)
    lock(factor)  # of two browsers with the same code the second one finds it used
    typed = _plain(code)
    if not (typed.isdecimal() and len(typed) <= DIGITS):
        _use_recovery_code(factor, typed, now)
        return
    factor.last_step = _step_of(_secret_of(factor, seal), typed, after=factor.last_step, now=now)
    db.session.flush()


def renew_seals(*, seal: Seal, now: datetime) -> int:
    """Seal every secret with the newest key; how many. Raises `WrongKeyError`: then the key of one is missing."""
    factors = list(db.session.scalars(db.select(SecondFactor).order_by(SecondFactor.id).with_for_update()))
    for factor in factors:
        factor.secret = seal.renew(factor.secret)
    audit.record(None, "second_factor.renew_seals", "second_factors:all", now, count=len(factors))
    db.session.flush()
    return len(factors)


def unreadable(seal: Seal) -> int:
    """How many secrets none of the keys opens."""
    return sum(not _opens(seal, sealed) for sealed in db.session.scalars(db.select(SecondFactor.secret)))


def demonstration_secret(username: str) -> str:
    """The published secret of an account of the demonstration."""
    return base64.b32encode(hashlib.sha256(f"Ashar demonstration {username}".encode()).digest()[:20]).decode()


def demonstration_code(user: User, *, seal: Seal, now: datetime) -> str | None:
    """The code that opens a demonstration account now; None for an account whose secret is not the published one."""
    factor = of_user(user)
    published = demonstration_secret(user.username)
    if factor is None or not _opens(seal, factor.secret) or seal.open(factor.secret) != published:
        return None
    step = max(step_at(now), factor.last_step + 1)  # the next one where the present one is used
    return code_of(published, min(step, step_at(now) + WINDOW))


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()


def _step_of(secret: str, typed: str, *, after: int, now: datetime) -> int:
    """The half minute a code is of, later than `after`."""
    present = step_at(now)
    fits = [
        step for step in range(present - WINDOW, present + WINDOW + 1) if strings_equal(code_of(secret, step), typed)
    ]
    unused = [step for step in fits if step > after]
    if fits and not unused:
        raise WrongCodeError(N_("This code was used already. Wait for the next one: half a minute."), field="code")
    if not unused:
        text = N_(
            "This code does not fit. Take the newest one, and see that the time of the phone is right: it should set "
            "its time by itself."
        )
        raise WrongCodeError(text, field="code")
    return unused[0]


def _use_recovery_code(factor: SecondFactor, typed: str, now: datetime) -> None:
    query = db.select(RecoveryCode).where(
        RecoveryCode.code_hash == _hash_of(factor, typed), RecoveryCode.factor_id == factor.id
    )
    found = db.session.scalar(query)
    if found is None:
        raise WrongCodeError(N_("This is no recovery code of your account. Look at the letters again."), field="code")
    if found.used_at is not None:
        raise WrongCodeError(N_("This recovery code was used already. Take the next one."), field="code")
    found.used_at = now
    left = codes_left(factor)
    user = factor.user
    audit.record(Actor(user), "user.use_recovery_code", user, now, left=left)
    message = (
        N_("A recovery code of your account was used; %(left)s are left. If it was not you, change your password.")
        if left
        else N_("The last recovery code of your account was used. Print new ones on the page of your account.")
    )
    notifications.tell([user.id], message, user, now, left=left)
    db.session.flush()


def _make_codes(factor: SecondFactor) -> list[str]:
    codes = [paper_codes.make(RECOVERY_GROUPS) for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(factor_id=factor.id, code_hash=_hash_of(factor, _plain(one))) for one in codes)
    db.session.flush()
    return codes


def _hash_of(factor: SecondFactor, code: str) -> str:
    return fingerprint(f"{factor.id} {code}")


def _secret_of(factor: SecondFactor, seal: Seal) -> str:
    try:
        return seal.open(factor.secret)
    except WrongKeyError as error:
        text = N_("The codes of the phone cannot be checked now: the server's key is missing. Use a recovery code.")
        raise DomainError(text, field="code") from error


def _opens(seal: Seal, sealed: str) -> bool:
    try:
        seal.open(sealed)
    except WrongKeyError:
        return False
    return True


def _must_have(user: User) -> SecondFactor:
    factor = of_user(user)
    if factor is None:
        raise DomainError(N_("This account has no second factor."))
    return factor


def _drop(user: User) -> None:
    factor = of_user(user)
    if factor is not None:
        _forget_codes(factor)
        db.session.delete(factor)
        db.session.flush()


def _forget_codes(factor: SecondFactor) -> None:
    db.session.execute(db.delete(RecoveryCode).where(RecoveryCode.factor_id == factor.id))
