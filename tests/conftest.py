"""Fixtures of the whole suite: real databases, a real broker, a real browser; no mocks.

`app`, `client`, `programme` for an empty programme with the reference data at `NOW`, `by` for its secretary's acts;
`demo` beside `client` puts the demonstration programme under it. Tests marked `database`, and those of tests/services
and tests/migrations, run on SQLite and on PostgreSQL; of these the ones marked `either_database`, whose outcome no
database decides, on SQLite alone, and on both in `make reliability`.
"""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from app import clock
from app.config import Config
from app.services import call_scores, prices, users
from app.services.actors import Actor
from models.base import db
from models.users import User
from tests.factories import Programme
from tests.support import databases, locks, pages, servers
from tests.support.apps import Apps
from tests.support.clients import Client
from tests.support.databases import Copy, PostgresqlServer, SqliteTemplates
from tests.support.shelf import Shelf, written

NOW = datetime(2026, 10, 12, 4, 0, tzinfo=UTC)
"""The present of tests: Monday 12 October 2026, 10:00 in Bishkek. `with clock.at(...)` sets another one."""
ON_BOTH = ("services", "migrations")
HERE = Path(__file__).parent
FIRST = ("journeys/test_launcher.py", "browser/test_tour.py", "services/test_seeds.py", "browser/", "commands/")
"""The files that take longest, in the order they begin: whichever begins last leaves the other workers idle."""

gc.set_threshold(20_000, 20, 100)
"""Seldom: a worker holds half a million objects of the system, and looking through them takes a thirtieth of a run."""

form_fields = pages.form_fields


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what the database decides on both databases."""
    if "database" in metafunc.fixturenames and _runs_on_both(metafunc.definition):
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; the order within a file stays."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    name = item.path.relative_to(HERE).as_posix() if item.path.is_relative_to(HERE) else ""
    return next((turn for turn, first in enumerate(FIRST) if name.startswith(first)), len(FIRST))


def _runs_on_both(item: pytest.Item) -> bool:
    """By the nearest mark, which is the test's own before its file's; without one by its folder."""
    marks = [one.name for one in item.iter_markers() if one.name in {"database", "either_database"}]
    if marks:
        return marks[0] == "database" or databases.FULL
    return item.path.is_relative_to(HERE) and item.path.relative_to(HERE).parts[0] in ON_BOTH


class SameSalt(PasswordHasher):
    """Hashes a password to the same each time, so that a world made twice is the same to the bit."""

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        return super().hash(password, salt=salt or b"the tests' salt!")


@pytest.fixture(scope="session", autouse=True)
def cheap_hashing() -> None:
    """The same argon2id with the least cost: making an account takes 0.2 s otherwise."""
    users._hasher = SameSalt(time_cost=1, memory_cost=8, parallelism=1)
    users._NOBODY = users._hasher.hash("nobody signs in with this")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def sqlite_templates(run_folder: Path, cheap_hashing: None) -> SqliteTemplates:
    return SqliteTemplates(run_folder / "templates")


@pytest.fixture(scope="session")
def postgresql_server(run_folder: Path, sqlite_templates: SqliteTemplates) -> Iterator[PostgresqlServer]:
    """A private PostgreSQL; the tests that need it are skipped with the reason when there is none."""
    server = PostgresqlServer(run_folder / "templates", sqlite_templates)
    try:
        server.start()
    except (databases.NoPostgresqlError, OSError, LookupError) as error:
        server.stop()
        pytest.skip(f"no PostgreSQL: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def home_of_all() -> Iterator[Path]:
    """Where each test of this worker has its home: at one path, so that one application serves them all."""
    folder = databases.scratch_folder("t")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(home_of_all: Path) -> Iterator[Path]:
    """ASHAR_HOME of the test, empty, short enough for a socket."""
    folder = home_of_all / "home"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, home: Path, sqlite_templates: SqliteTemplates) -> Iterator[Copy]:
    """The test's own copy of the template: `.kind` is "sqlite" or "postgresql"."""
    wanted = databases.DEMONSTRATION if "demo" in request.fixturenames else databases.PLAIN
    if getattr(request, "param", "sqlite") == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        copy = server.copy(wanted)
    else:
        copy = sqlite_templates.copy(wanted, home)
    if copy.uploads is not None and copy.uploads.exists():
        shutil.copytree(copy.uploads, home / "uploads", copy_function=_link)
    written.begin(f"{copy.kind} {wanted}")
    yield copy
    copy.drop()


def _link(source: str, target: str) -> None:
    """Stored files never change, so a copy can share their bytes."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    """A real broker on a unix socket."""
    folder = databases.scratch_folder("b")
    with servers.broker(folder) as url:
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def broker(broker_url: str) -> str:
    """Ask for it, and the test's application has an empty broker."""
    servers.empty(broker_url)
    return broker_url


@pytest.fixture
def config(request: pytest.FixtureRequest, home: Path, database: Copy) -> Config:
    redis_url = request.getfixturevalue("broker") if "broker" in request.fixturenames else ""
    return databases.config_for(home, database.url, redis_url)


@pytest.fixture(scope="session")
def templates(run_folder: Path) -> Path:
    """Where the templates of this run lie, each compiled once."""
    folder = run_folder / "jinja"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def apps(templates: Path) -> Apps:
    return Apps(templates)


@pytest.fixture
def app(request: pytest.FixtureRequest, config: Config, apps: Apps) -> Iterator[Flask]:
    """The application on the test's database, its context pushed; it is `NOW`.

    To make one takes longer than most tests, so a worker makes one for each configuration. Nothing of a test is
    left in it: database, home and broker are new, settings are put back, and it takes no more routes.
    """
    made = apps.another(config) if "own_app" in request.fixturenames else apps.of(config)
    settings = dict(made.config)
    prices._newest[0] = prices._Kept()  # told by the address of the database, which is the next test's too
    call_scores.forget()
    taken = locks.Locks()
    with made.app_context(), clock.at(NOW):
        with locks.watched(db.engine, taken):
            yield made
        db.session.remove()
        db.engine.dispose()
    made.config.clear()
    made.config.update(settings)
    assert not taken.wrong, f"locks out of order: {sorted(taken.wrong)}"


@pytest.fixture
def own_app(app: Flask) -> Flask:
    """The test's application is its alone, so that it may add to it."""
    return app


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without a screen. `app.test_client()` gives another one."""
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@pytest.fixture
def sign_in() -> Callable[[Client, User], Client]:
    return lambda client, user: client.sign_in(user)


@pytest.fixture(scope="session")
def shelf() -> Iterator[Shelf]:
    made = Shelf()
    yield made
    made.clear()


@pytest.fixture
def programme(request: pytest.FixtureRequest, app: Flask, database: Copy, shelf: Shelf) -> Programme:
    """An empty programme with what it needs made on demand: `programme.make_grant(status=...)`."""
    is_as_ever = "monkeypatch" not in request.fixturenames  # else it may be made in another way than for others
    return Programme(app.config["ASHAR"].uploads, shelf if is_as_ever else None, database)


@pytest.fixture
def by(programme: Programme) -> dict[str, Any]:
    """Who acts, the secretary, and when, now: `calls.open_(call, **by)`."""
    return {"actor": Actor(programme.secretary), "now": clock.now()}


class Demonstration:
    """The demonstration programme under `app`; it is `databases.DEMONSTRATION_NOW`."""

    today = databases.DEMONSTRATION_DAY
    now = databases.DEMONSTRATION_NOW

    def __init__(self, app: Flask) -> None:
        self.app = app

    def user(self, username: str) -> User:
        found = users.find(username)
        assert found is not None, f"no user {username}"
        return found


@pytest.fixture
def demo(app: Flask) -> Iterator[Demonstration]:
    with clock.at(databases.DEMONSTRATION_NOW):
        yield Demonstration(app)


@pytest.fixture
def demonstration_app(demo: Demonstration) -> Flask:
    return demo.app


# A real site and a real browser --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(sqlite_templates: SqliteTemplates, broker_url: str, templates: Path) -> Iterator[servers.Site]:
    """The demonstration under gunicorn, one for a module's tests; for it, it is always `DEMONSTRATION_NOW`."""
    folder = databases.scratch_folder("s")
    template = sqlite_templates.template(databases.DEMONSTRATION)
    shutil.copyfile(template / "ashar.sqlite3", folder / "ashar.sqlite3")
    shutil.copytree(template / "uploads", folder / "uploads", copy_function=_link)
    (folder / "demonstration").touch()
    servers.empty(broker_url)
    environment = {"REDIS_URL": broker_url, "FACTOR_KEYS": databases.FACTOR_KEY, servers.TEMPLATES: str(templates)}
    with servers.site(folder, "tests.support.standing:app", **environment) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Tests with it are skipped with the reason when it is missing."""
    executable = servers.chromium_binary()
    if executable is None:
        pytest.skip("no Chromium: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=executable, args=list(servers.CHROMIUM_ARGUMENTS))
        yield made
        made.close()


@pytest.fixture
def open_page(browser: Browser, site: servers.Site) -> Iterator[Callable[..., Page]]:
    """Open a page of a fresh browser: `open_page(width=360, locale="ru")`.

    At the end of the test no script may have failed, nothing may have been asked from elsewhere, no
    Content-Security-Policy broken.
    """
    contexts, problems = [], []

    def make(width: int = 1280, height: int = 900, locale: str = "ky", state: StorageState | None = None) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            locale=locale,
            accept_downloads=True,
            storage_state=state,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        servers.watch(page, site.url, problems)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not problems


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()
