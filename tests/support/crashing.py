"""A site over a test's own database that is killed, traced and begun again, and who may write on it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from models.base import db
from tests.conftest import NOW
from tests.factories import SOM, Programme
from tests.support import databases, servers
from tests.support.clients import Client, agent_of


class CrashingSite:
    """gunicorn on a port of its own, which is killed with everything it started and begun again."""

    def __init__(self, home: Path, templates: Path, database_url: str, threads: int = 8) -> None:
        port = servers.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.home, self.threads = home, threads
        self.environment = servers.environment_for(
            home, port, DATABASE_URL=database_url, SECRET_KEY=databases.SECRET, FACTOR_KEYS=databases.FACTOR_KEY,
            REDIS_URL=f"unix://{home}/run/nobody.sock", **{servers.TEMPLATES: str(templates)},
        )  # fmt: skip
        (home / servers.LATER).write_text(NOW.isoformat())
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *before: str) -> None:
        """Start it, with the words of `before` before its command, and wait until it answers."""
        command = [*before, sys.executable, "-m", "gunicorn", "--bind", self.url.removeprefix("http://")]
        with (self.home / "site.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--worker-class", "gthread", "--workers", "1", "--threads", str(self.threads),
                 "tests.support.standing:app"],
                cwd=servers.ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: servers.status_of(f"{self.url}/healthz") == 200, 60)

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def wait_for(is_there: Callable[[], bool], seconds: float, why: Callable[[], object] = str) -> None:
    ends = time.monotonic() + seconds
    while not is_there():
        assert time.monotonic() < ends, f"it does not come back: {why()}"
        time.sleep(0.02)


def opened(app: Flask, client: Client, programme: Programme, count: int) -> tuple[dict[str, str], list[int]]:
    """What a finance officer's browser sends with each request, and so many funds, all kept."""
    funds = [programme.make_fund() for _number in range(count)]
    for fund in funds:
        fund.amount += 10**6 * SOM
    ids = [fund.id for fund in funds]
    client.sign_in(programme.finance).get(f"/funds/{ids[0]}/instalments/new")  # from here on the cookie stays
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    db.session.commit()
    db.session.remove()
    db.engine.dispose()
    return {"Cookie": f"{name}={cookie.value}", "User-Agent": agent_of(client)}, ids
