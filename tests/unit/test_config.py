"""The environment as configuration: defaults for the embedded case, and a production that refuses to guess."""

import stat
from pathlib import Path

import pytest

from app.config import ConfigurationMissing, from_environment

KEY = "k" * 32
FACTOR_KEYS = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=", "bGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGw="
POSTGRESQL = "postgresql://ashar@db/ashar"


def production(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"ASHAR_ENV": "production", "ASHAR_HOME": str(tmp_path / "home")} | more


def test_the_defaults_serve_the_embedded_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = from_environment({})
    assert (config.mode, config.home) == ("embedded", tmp_path / "instance")
    assert config.is_sqlite
    assert config.database_file == tmp_path / "instance" / "ashar.sqlite3"
    assert config.redis_url == f"unix://{tmp_path}/instance/run/broker.sock"
    assert config.broker_embedded
    assert (config.bind, config.port, config.https, config.trusted_proxies) == ("127.0.0.1", 8000, False, 0)


def test_the_embedded_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = from_environment({"ASHAR_HOME": str(tmp_path)})
    assert len(first.secret_key) >= 32
    assert from_environment({"ASHAR_HOME": str(tmp_path)}).secret_key == first.secret_key
    (sealing,) = first.factor_keys
    assert from_environment({"ASHAR_HOME": str(tmp_path)}).factor_keys == (sealing,)
    for name in ("secret.key", "factors.key"):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600


def test_two_copies_stand_beside_each_other(tmp_path: Path) -> None:
    one, other = (from_environment({"ASHAR_HOME": str(tmp_path / name), "PORT": "8001"}) for name in ("a", "b"))
    assert one.database_url != other.database_url
    assert one.redis_url != other.redis_url
    assert one.secret_key != other.secret_key


def test_outside_servers_need_no_change_of_code(tmp_path: Path) -> None:
    env = {"ASHAR_HOME": str(tmp_path), "DATABASE_URL": POSTGRESQL, "REDIS_URL": "redis://cache:6379/0"}
    config = from_environment(env)
    assert not config.is_sqlite
    assert (config.redis_url, config.broker_embedded) == ("redis://cache:6379/0", False)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"DATABASE_URL": POSTGRESQL}, "SECRET_KEY"),
        ({"DATABASE_URL": POSTGRESQL, "SECRET_KEY": "short"}, "at least 32"),
        ({"SECRET_KEY": KEY}, "DATABASE_URL"),
        ({"SECRET_KEY": KEY, "DATABASE_URL": POSTGRESQL}, "openssl rand"),
        ({"SECRET_KEY": KEY, "DATABASE_URL": POSTGRESQL, "FACTOR_KEYS": "abc"}, "44 characters"),
        ({"SECRET_KEY": KEY, "DATABASE_URL": POSTGRESQL, "FACTOR_KEYS": KEY}, "44 characters"),
        ({}, "DATABASE_URL"),
    ],
)
def test_production_refuses_to_start_without_its_secrets(tmp_path: Path, given: dict[str, str], wanted: str) -> None:
    with pytest.raises(ConfigurationMissing, match=wanted):
        from_environment(production(tmp_path, **given))


def test_production_with_its_secrets(tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(KEY + "\n", encoding="utf-8")
    factors = tmp_path / "factors"
    factors.write_text("\n".join(FACTOR_KEYS) + "\n", encoding="utf-8")
    files = {"SECRET_KEY_FILE": str(key_file), "FACTOR_KEYS_FILE": str(factors)}
    config = from_environment(production(tmp_path, DATABASE_URL=POSTGRESQL, **files))
    assert (config.secret_key, config.factor_keys) == (KEY, FACTOR_KEYS)
    assert config.https
    on_sqlite = from_environment(
        production(tmp_path, ASHAR_EMBEDDED_DATABASE="yes", SECRET_KEY=KEY, FACTOR_KEYS=FACTOR_KEYS[0])
    )
    assert on_sqlite.is_sqlite
    assert not (tmp_path / "home" / "keys").exists()


def test_a_key_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    damaged = tmp_path / "key"
    damaged.write_bytes(b"\xff" * 40)
    for file, why in (
        (tmp_path / "nowhere", "No such file"),
        (tmp_path, "Is a directory"),
        (damaged, "no text in UTF-8"),
    ):
        with pytest.raises(ConfigurationMissing, match=f"SECRET_KEY_FILE={file} .*{why}"):
            from_environment({"ASHAR_HOME": str(tmp_path), "SECRET_KEY_FILE": str(file)})


@pytest.mark.parametrize("wrong", [{"ASHAR_ENV": "staging"}, {"PORT": "http"}, {"ASHAR_TRUSTED_PROXIES": "all"}])
def test_a_value_that_cannot_be_used_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationMissing):
        from_environment({"ASHAR_HOME": str(tmp_path)} | wrong)


def test_a_home_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationMissing, match="shorter"):
        from_environment({"ASHAR_HOME": str(tmp_path / ("x" * 110))})


def test_the_folders_are_private(tmp_path: Path) -> None:
    config = from_environment({"ASHAR_HOME": str(tmp_path / "home")})
    config.prepare_folders()
    for folder in (config.home, config.uploads, config.home / "run", config.home / "keys"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_rates_are_fetched_only_where_somebody_wants_it(tmp_path: Path) -> None:
    env = {"ASHAR_HOME": str(tmp_path)}
    assert from_environment(env | {"ASHAR_RATES_DAILY": "https://example.org/daily.xml"}).rate_addresses == ()
    found = dict(from_environment(env | {"ASHAR_FETCH_RATES": "yes"}).rate_addresses)
    assert set(found) == {"nbkr_daily", "nbkr_weekly"}
    assert all(address.startswith("https://www.nbkr.kg/") for address in found.values())
    here = env | {"ASHAR_FETCH_RATES": "yes", "ASHAR_RATES_DAILY": "http://127.0.0.1:8080/daily.xml"}
    assert dict(from_environment(here).rate_addresses)["nbkr_daily"] == "http://127.0.0.1:8080/daily.xml"


@pytest.mark.parametrize(
    "address",
    [
        "http://www.nbkr.kg/daily.xml",
        "http://127.0.0.1.example.org/",
        "https://me:secret@www.nbkr.kg/",
        "http://me@127.0.0.1/",
        "https:///daily.xml",
        "https://www.nbkr.kg:port/",
        "https://www.nbkr.kg/daily.xml\r\nHost: x",
        "https://[::1/",
        "https://улуттук.kg/",
        "file:///etc/passwd",
        "ftp://www.nbkr.kg/",
    ],
)
def test_an_address_anybody_on_the_way_can_change_is_refused(tmp_path: Path, address: str) -> None:
    env = {"ASHAR_HOME": str(tmp_path), "ASHAR_FETCH_RATES": "yes", "ASHAR_RATES_WEEKLY": address}
    with pytest.raises(ConfigurationMissing, match="ASHAR_RATES_WEEKLY"):
        from_environment(env)
