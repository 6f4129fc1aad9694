"""Environment -> typed `Config`. Defaults serve the embedded case; production refuses to start without its secrets."""

import binascii
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

MINIMUM_SECRET_LENGTH = 32
SEALING_KEY_BYTES = 32
UNIX_SOCKET_LIMIT = 107  # bytes: the kernel's sun_path


RATE_ADDRESSES = {
    "nbkr_daily": "https://www.nbkr.kg/XML/daily.xml",
    "nbkr_weekly": "https://www.nbkr.kg/XML/weekly.xml",
}
"""Where the National Bank publishes its rates as XML, by `models.rates.RateSource`."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

UNUSABLE = 2
"""What a command or server exits with that has no configuration to run with."""


class ConfigurationMissing(Exception):
    """A setting that this mode cannot do without is absent or unusable; the text says how to mend it."""


@dataclass(frozen=True)
class Config:
    """Every setting of one running copy."""

    mode: str  # "embedded", "production" or "test"
    home: Path
    database_url: str
    redis_url: str
    bind: str
    port: int
    secret_key: str
    factor_keys: tuple[str, ...]
    """What the secrets of the second factors are sealed with: the first seals, each opens."""
    broker_embedded: bool
    https: bool
    trusted_proxies: int
    rate_addresses: tuple[tuple[str, str], ...] = ()
    """(source, address) of the exchange rates to be fetched; empty: none is."""

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def uploads(self) -> Path:
        return self.home / "uploads"

    @property
    def exports(self) -> Path:
        """Files people have asked for, each kept for some weeks: they can be made anew."""
        return self.home / "exports"

    @property
    def database_file(self) -> Path:
        """Path of the SQLite file (meaningful only when `is_sqlite`)."""
        return Path(self.database_url.removeprefix("sqlite+pysqlite:///").removeprefix("sqlite:///"))

    def prepare_folders(self) -> None:
        for folder in (self.home, self.uploads, self.exports, self.home / "keys", self.home / "run"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def from_environment(environ: Mapping[str, str] | None = None) -> Config:
    """Read the environment.

    Raises `ConfigurationMissing` when production lacks SECRET_KEY, FACTOR_KEYS (or the file of either) or
    DATABASE_URL, or when a value cannot be used.
    """
    env = os.environ if environ is None else environ
    mode = env.get("ASHAR_ENV", "embedded")
    if mode not in ("embedded", "production", "test"):
        raise ConfigurationMissing(f"ASHAR_ENV={mode!r}: use embedded, production or test.")
    home = Path(env.get("ASHAR_HOME", "instance")).resolve()
    database_url = env.get("DATABASE_URL", "")
    if not database_url:
        if mode == "production" and env.get("ASHAR_EMBEDDED_DATABASE") != "yes":
            raise ConfigurationMissing(
                "Production needs DATABASE_URL (postgresql://…), or ASHAR_EMBEDDED_DATABASE=yes to keep SQLite."
            )
        database_url = f"sqlite+pysqlite:///{home / 'ashar.sqlite3'}"
    redis_url = env.get("REDIS_URL", "")
    socket = home / "run" / "broker.sock"
    if not redis_url:
        if len(os.fsencode(socket)) > UNIX_SOCKET_LIMIT:
            raise ConfigurationMissing(f"ASHAR_HOME is too long for a socket path: {socket}. Choose a shorter one.")
        redis_url = f"unix://{socket}"
    try:
        port = int(env.get("PORT", "8000"))
        proxies = int(env.get("ASHAR_TRUSTED_PROXIES", "0"))
    except ValueError as error:
        raise ConfigurationMissing("PORT and ASHAR_TRUSTED_PROXIES must be whole numbers.") from error
    return Config(
        mode=mode,
        home=home,
        database_url=database_url,
        redis_url=redis_url,
        broker_embedded="REDIS_URL" not in env or not env["REDIS_URL"],
        bind=env.get("BIND", "127.0.0.1"),
        port=port,
        secret_key=_secret_key(env, mode, home),
        factor_keys=_factor_keys(env, mode, home),
        https=env.get("ASHAR_HTTPS", "yes" if mode == "production" else "no") == "yes",
        trusted_proxies=proxies,
        rate_addresses=_rate_addresses(env),
    )


def _rate_addresses(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The addresses when ASHAR_FETCH_RATES=yes, else none: nothing leaves this machine unless somebody wants it."""
    if env.get("ASHAR_FETCH_RATES", "no") != "yes":
        return ()
    names = {"nbkr_daily": "ASHAR_RATES_DAILY", "nbkr_weekly": "ASHAR_RATES_WEEKLY"}
    found = {source: env.get(name) or RATE_ADDRESSES[source] for source, name in names.items()}
    for source, address in found.items():
        try:
            parts = urlsplit(address)
            is_fine = address.isascii() and address.isprintable() and " " not in address and _is_safe(parts)
        except ValueError:
            is_fine = False
        if not is_fine:
            raise ConfigurationMissing(f"{names[source]}={address} cannot be used: give an address with https://.")
    return tuple(found.items())


def _is_safe(parts: SplitResult) -> bool:
    """Nobody on the way can change the rates; plain http only on this machine. Raises `ValueError` for a bad port."""
    host, _port = parts.hostname, parts.port
    is_plain = parts.scheme == "http" and host in LOOPBACK
    return bool(host) and "@" not in parts.netloc and (parts.scheme == "https" or is_plain)


def _secret_key(env: Mapping[str, str], mode: str, home: Path) -> str:
    """SECRET_KEY, the text of SECRET_KEY_FILE, or (not in production) a key kept under ASHAR_HOME/keys."""
    key = _given(env, "SECRET_KEY")
    if key:
        if len(key) < MINIMUM_SECRET_LENGTH:
            raise ConfigurationMissing(f"SECRET_KEY must have at least {MINIMUM_SECRET_LENGTH} characters.")
        return key
    if mode == "production":
        raise ConfigurationMissing("Production needs SECRET_KEY or SECRET_KEY_FILE: it never invents a secret.")
    return _kept(home, "secret.key", lambda: secrets.token_hex(32))


def _factor_keys(env: Mapping[str, str], mode: str, home: Path) -> tuple[str, ...]:
    """FACTOR_KEYS or the text of FACTOR_KEYS_FILE, the newest first, or (not in production) as `_secret_key`."""
    text = _given(env, "FACTOR_KEYS")
    if not text:
        if mode == "production":
            raise ConfigurationMissing(
                "Production needs FACTOR_KEYS or FACTOR_KEYS_FILE, which the secrets of second factors are sealed "
                "with. Make one, and keep a copy apart from the database: openssl rand -base64 32 | tr '+/' '-_'"
            )
        text = _kept(home, "factors.key", lambda: urlsafe_b64encode(secrets.token_bytes(SEALING_KEY_BYTES)).decode())
    keys = tuple(text.split())
    for key in keys:
        try:
            is_whole = len(urlsafe_b64decode(key)) == SEALING_KEY_BYTES
        except (binascii.Error, ValueError):
            is_whole = False
        if not is_whole:
            raise ConfigurationMissing(
                "FACTOR_KEYS holds something that is no key: each is 32 bytes in URL-safe base64 (44 characters)."
            )
    return keys


def _given(env: Mapping[str, str], name: str) -> str:
    """The variable `name`, else the text of the file that `name`_FILE names, else nothing."""
    kept_in = env.get(f"{name}_FILE", "")
    if env.get(name) or not kept_in:
        return env.get(name, "")
    try:
        return Path(kept_in).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationMissing(f"{name}_FILE={kept_in} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationMissing(f"{name}_FILE={kept_in} is no text in UTF-8.") from error


def _kept(home: Path, name: str, make: Callable[[], str]) -> str:
    """The secret kept under ASHAR_HOME/keys, made there the first time."""
    path = home / "keys" / name
    for folder in (home, path.parent):  # one after the other: parents made on the way are open to everybody
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # Two processes may start together: only one creates, the other reads.
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(make())
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8").strip()
