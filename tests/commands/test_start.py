"""`gunicorn wsgi:app` and the flask commands: refused without a configuration or over an unsafe database, in words."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pysqlite3.dbapi2 as sqlite_driver
import pytest

from tests.support import databases, servers
from tests.support.databases import SqliteTemplates

SECRETS = {"SECRET_KEY": databases.SECRET, "FACTOR_KEYS": databases.FACTOR_KEY}
GUNICORN = ("-m", "gunicorn", "--bind", "127.0.0.1:{port}", "wsgi:app")
WORKER = ("-m", "flask", "--app", "wsgi", "worker", "--burst")


def start(home: Path, command: tuple[str, ...], **more: str) -> subprocess.CompletedProcess[str]:
    port = servers.free_port()
    arguments = [one.format(port=port) for one in command]
    return subprocess.run(
        [sys.executable, *arguments], cwd=servers.ROOT, env=servers.environment_for(home, port, **more),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def prepared(home: Path, sqlite_templates: SqliteTemplates) -> Path:
    shutil.copyfile(sqlite_templates.template(databases.PLAIN) / "ashar.sqlite3", home / "ashar.sqlite3")
    return home


@pytest.mark.parametrize("command", [GUNICORN, WORKER], ids=["gunicorn", "worker"])
@pytest.mark.parametrize("mode", ["embedded", "production"])
def test_a_database_that_lost_a_trigger_is_refused(prepared: Path, command: tuple[str, ...], mode: str) -> None:
    with sqlite_driver.connect(str(prepared / "ashar.sqlite3")) as connection:
        connection.execute("DROP TRIGGER transfers_no_delete")
    settings = {"ASHAR_ENV": mode, "ASHAR_EMBEDDED_DATABASE": "yes", **SECRETS}
    done = start(prepared, command, **settings)
    assert done.returncode != 0
    assert "The database is not safe." in done.stderr and "transfers_no_delete on transfers" in done.stderr


@pytest.mark.parametrize("command", [GUNICORN, WORKER], ids=["gunicorn", "worker"])
def test_a_database_without_tables_is_refused(home: Path, command: tuple[str, ...]) -> None:
    done = start(home, command)
    assert done.returncode != 0
    assert "Run: flask init" in done.stderr


@pytest.mark.parametrize("command", [GUNICORN, WORKER], ids=["gunicorn", "worker"])
@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ASHAR_ENV": "production", "ASHAR_EMBEDDED_DATABASE": "yes"}, "Production needs SECRET_KEY"),
        (
            {"SECRET_KEY_FILE": "/nowhere/key"},
            "SECRET_KEY_FILE=/nowhere/key cannot be read: No such file or directory.",
        ),
        (
            {"ASHAR_ENV": "production", "ASHAR_EMBEDDED_DATABASE": "yes", "SECRET_KEY": databases.SECRET},
            "Production needs FACTOR_KEYS",
        ),
    ],
)
def test_without_its_secret_nothing_starts(
    home: Path, command: tuple[str, ...], settings: dict[str, str], sentence: str
) -> None:
    done = start(home, command, **settings)
    assert done.returncode == 2
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert list(home.iterdir()) == []


def test_the_demonstration_is_never_loaded_in_production(prepared: Path) -> None:
    settings = {"ASHAR_ENV": "production", "ASHAR_EMBEDDED_DATABASE": "yes", **SECRETS}
    done = start(prepared, ("-m", "flask", "--app", "wsgi", "demo"), **settings)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("The passwords of the demonstration are published")
    with sqlite_driver.connect(str(prepared / "ashar.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (0,)
    assert not (prepared / "demonstration").exists()


def test_a_flask_command_makes_a_private_home_and_can_mend(tmp_path: Path) -> None:
    home = databases.scratch_folder("p") / "home"
    done = start(home, ("-m", "flask", "--app", "wsgi", "init"))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    shutil.rmtree(home.parent)
