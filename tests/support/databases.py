"""Real databases for tests: a template made once by the migrations, and a copy of it for each test."""

import contextlib
import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from app import clock, launcher
from app.config import Config
from app.factory import create_app
from app.services.sealing import Seal
from models.base import Base, db
from seeds import demonstration, reference

SECRET = "a secret of the tests, 32 letters or more"
FACTOR_KEY = "dGVzdHMgYWxvbmUsIHRoaXJ0eS10d28gYnl0ZXMgISE="
"""What the tests seal the secrets of second factors with."""
DEMONSTRATION_DAY = date(2026, 11, 16)
"""The demonstration's today in tests: a Monday."""
DEMONSTRATION_NOW = datetime(2026, 11, 16, 4, 0, tzinfo=clock.UTC)
PLAIN, DEMONSTRATION = "plain", "demonstration"
OURS = "ours"
"""The name of each test's own PostgreSQL database."""
FAST_DISK = Path("/dev/shm")


def scratch_folder(prefix: str) -> Path:
    """A fresh short folder, in memory when there is room: fsync costs nothing there."""
    roomy = FAST_DISK.is_dir() and shutil.disk_usage(FAST_DISK).free > 2**30
    return Path(tempfile.mkdtemp(prefix=f"ashar-{prefix}-", dir=FAST_DISK if roomy else None))


def config_for(home: Path, database_url: str, redis_url: str = "") -> Config:
    """The configuration of a test's copy. Without `redis_url` the broker is away."""
    return Config(
        mode="test",
        home=home,
        database_url=database_url,
        redis_url=redis_url or f"unix://{home}/run/nobody.sock",
        bind="127.0.0.1",
        port=0,
        secret_key=SECRET,
        factor_keys=(FACTOR_KEY,),
        broker_embedded=False,
        https=False,
        trusted_proxies=0,
    )


def sqlite_url(file: Path) -> str:
    return f"sqlite+pysqlite:///{file}"


def close(app: Flask) -> None:
    """Give back every connection of `app`."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


FULL = os.environ.get("ASHAR_FULL") == "yes"
"""Whether the demonstration is loaded into PostgreSQL act by act, which takes a minute; else its rows are copied."""


def fill(kind: str, database_url: str, home: Path) -> None:
    """Migrate an empty database and load the reference data, for DEMONSTRATION the demonstration too."""
    app = create_app(config_for(home, database_url))
    with app.app_context(), clock.at(DEMONSTRATION_NOW):
        upgrade()
        reference.load(clock.now())
        db.session.commit()
        if kind == DEMONSTRATION:
            demonstration.load(storage=home / "uploads", seal=Seal((FACTOR_KEY,)), today=DEMONSTRATION_DAY)
            db.session.commit()
    close(app)


def copy_rows(source_url: str, target_url: str, home: Path) -> None:
    """Migrate the empty PostgreSQL database `target_url` and give it every row of `source_url`."""
    source, target = (create_app(config_for(home, url)) for url in (source_url, target_url))
    with source.app_context():
        read = db.engine
    with target.app_context():
        upgrade()
        written = db.engine
    with read.connect() as here, written.begin() as there:  # no session: nobody has to hear of these acts again
        there.exec_driver_sql("SET session_replication_role = replica")  # no triggers, no order of foreign keys
        for table in Base.metadata.sorted_tables:
            there.exec_driver_sql(f"DELETE FROM {table.name}")
            rows = [dict(row) for row in here.execute(table.select()).mappings()]
            if rows:
                there.execute(table.insert(), rows)
            if "id" in table.columns and isinstance(table.c.id.type, sa.Integer):
                last = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
                there.exec_driver_sql(last)
    close(target)
    close(source)


def _not_kept(_file: Path, name: str) -> None:
    raise NotImplementedError(f"{name}: only a test's own database is kept")


@dataclass
class Copy:
    """A test's own database. `uploads` is the folder its stored files are in, to be copied into the test's home."""

    kind: str  # "sqlite" or "postgresql"
    url: str
    uploads: Path | None
    drop: Callable[[], None]
    keep: Callable[[Path, str], None] = _not_kept
    """Copy what it has now, to a file or to another database of the name given. Nobody may have a connection to it."""
    put_back: Callable[[Path, str], None] = _not_kept
    """Have again what was kept so."""
    let_go: Callable[[Path, str], None] = _not_kept
    """Keep it no longer."""


class SqliteTemplates:
    """Template files shared by all xdist workers of a run: the first that needs one makes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def copy(self, kind: str, into: Path) -> Copy:
        home = self.template(kind)
        file = into / "ashar.sqlite3"
        shutil.copyfile(home / "ashar.sqlite3", file)

        def keep(kept: Path, _name: str) -> None:
            _copy_sqlite(file, kept.with_suffix(".sqlite3"))

        def put_back(kept: Path, _name: str) -> None:
            _copy_sqlite(kept.with_suffix(".sqlite3"), file)

        def let_go(kept: Path, _name: str) -> None:
            kept.with_suffix(".sqlite3").unlink()

        return Copy("sqlite", sqlite_url(file), home / "uploads", lambda: None, keep, put_back, let_go)

    def template(self, kind: str) -> Path:
        """The home folder of a template."""
        home, ready = self.folder / kind, self.folder / f"{kind}.ready"
        self.folder.mkdir(parents=True, exist_ok=True)
        with only_one(self.folder / f"{kind}.lock"):
            if not ready.exists():
                shutil.rmtree(home, ignore_errors=True)
                home.mkdir()
                fill(kind, sqlite_url(home / "ashar.sqlite3"), home)
                ready.touch()
        return home


def _copy_sqlite(source: Path, target: Path) -> None:
    with contextlib.closing(sqlite3.connect(source)) as here, contextlib.closing(sqlite3.connect(target)) as there:
        here.backup(there)


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Let one process at a time through."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class NoPostgresqlError(Exception):
    """PostgreSQL cannot be started here; the text says why."""


def postgresql_binaries() -> Path:
    """The folder of the newest PostgreSQL. Raises `NoPostgresqlError`."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    if not found:
        raise NoPostgresqlError("PostgreSQL is not installed: apt-get install postgresql")
    return max(found, key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0)


@dataclass
class PostgresqlServer:
    """A private throw-away server on a unix socket, fsync on as in production (its data lie in memory)."""

    shared: Path
    """A folder all workers of the run share: what takes long to fill is filled once and handed on as a dump."""
    sqlite: SqliteTemplates
    """Where the demonstration is copied from."""
    folder: Path = field(default_factory=lambda: scratch_folder("pg"))
    made: int = 0
    templates: set[str] = field(default_factory=set)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        binaries = postgresql_binaries()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.folder.chmod(0o755)
        self._run(
            binaries / "initdb", "-D", self.folder / "data", "-U", "ashar", "-A", "trust", "-E", "UTF8",
            "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip
        self.begin()

    def begin(self) -> None:
        """Start it over its data, also after it was killed: what it started may still be ending then."""
        ends = time.monotonic() + 30
        while True:
            self._launch()
            try:
                return self._wait()
            except NoPostgresqlError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.1)

    def kill(self) -> None:
        """As if the machine had lost it: no shutdown of any kind."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def _launch(self) -> None:
        binaries = postgresql_binaries()
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [binaries / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses=",
                 "-c", "max_connections=120", "-c", "shared_buffers=64MB"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd="/",
                preexec_fn=launcher.die_with_parent, **user,
            )  # fmt: skip

    def _wait(self) -> None:
        ends = time.monotonic() + 30
        while True:
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > ends or self.process is None or self.process.poll() is not None:
                    log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                    raise NoPostgresqlError(f"it does not start: {log[-600:]}") from error
                time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # its fast shutdown
            self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, *command: object, text: Path | None = None) -> bytes:
        """Run as who may; returns what it wrote. `text` is a file it reads."""
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        source = text or Path(os.devnull)
        with tempfile.TemporaryFile() as output, source.open("rb") as given:  # no pipe: the server would keep it open
            done = subprocess.run(
                [*as_user, *map(str, command)],
                stdin=given, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False,
            )  # fmt: skip
            output.seek(0)
            said = output.read()
        if done.returncode:
            raise NoPostgresqlError(f"{command[0]} failed: {said[-600:].decode(errors='replace')}")
        return said

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://ashar@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=ashar dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def create(self, template: str = "template0", name: str = "") -> Copy:
        """A new database: empty, or a copy of `template`."""
        self.made += 1
        name = name or f"test{self.made}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")

        def drop() -> None:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

        return Copy("postgresql", self.url(name), None, drop, self._keep, self._put_back, self._let_go)

    def copy(self, kind: str) -> Copy:
        """The test's own database: each has the same address, so that one application serves them all."""
        home = self.shared / f"postgresql-{kind}"
        if kind not in self.templates:
            self._make_template(kind, home)
            self.templates.add(kind)
        self._drop_ours()
        made = self.create(kind, OURS)
        made.uploads, made.drop = home / "uploads", lambda: None
        return made

    def _keep(self, _file: Path, name: str) -> None:
        with self._when_left() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {OURS} STRATEGY FILE_COPY")  # type: ignore[call-overload]

    def _put_back(self, _file: Path, name: str) -> None:
        self._drop_ours()
        self.create(name, OURS)

    def _let_go(self, _file: Path, name: str) -> None:
        self.execute(f"DROP DATABASE {name}")

    def _drop_ours(self) -> None:
        """Drop what the test before left: not at its end, where its last connection is still closing."""
        with self._when_left() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {OURS} WITH (FORCE)")  # type: ignore[call-overload]

    @contextlib.contextmanager
    def _when_left(self) -> "Iterator[psycopg.Connection[Any]]":
        """A connection beside the test's database once the last one to it is closed: to see that in the midst of
        another statement costs PostgreSQL a tenth of a second."""
        with psycopg.connect(f"host={self.folder} user=ashar dbname=postgres", autocommit=True) as connection:
            for _turn in range(20):
                using = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
                if connection.execute(using, [OURS]).fetchone() == (0,):
                    break
                time.sleep(0.002)
            yield connection

    def _make_template(self, kind: str, home: Path) -> None:
        self.shared.mkdir(parents=True, exist_ok=True)
        dump = self.shared / f"postgresql-{kind}.sql"
        self.execute(f"CREATE DATABASE {kind} TEMPLATE template0")
        with only_one(self.shared / f"postgresql-{kind}.lock"):
            binaries, connection = postgresql_binaries(), ("-h", self.folder, "-U", "ashar")
            if dump.exists():
                self._run(binaries / "psql", *connection, "-q", "-v", "ON_ERROR_STOP=1", "-d", kind, text=dump)
                return
            home.mkdir(exist_ok=True)
            if kind == DEMONSTRATION and not FULL:
                template = self.sqlite.template(kind)
                copy_rows(sqlite_url(template / "ashar.sqlite3"), self.url(kind), home)
                shutil.copytree(template / "uploads", home / "uploads", dirs_exist_ok=True)
            else:
                fill(kind, self.url(kind), home)
            text = self._run(binaries / "pg_dump", *connection, kind)
            dump.write_bytes(text)
