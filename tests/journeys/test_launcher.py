"""`make run` without make: everything starts, answers, and goes away again without a trace."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import databases, servers

PATIENCE = 60.0


class Copy:
    """A running `python -m app.launcher`."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home, self.port = home, servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = home.parent / f"{home.name}.out"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.launcher"],
                cwd=servers.ROOT,
                env=servers.environment_for(home, self.port, ASHAR_DEMO="no") | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_until_ready(self) -> "Copy":
        ends = time.monotonic() + PATIENCE
        while "Ashar is ready" not in self.said:
            assert time.monotonic() < ends and self.process.poll() is None, self.said
            time.sleep(0.1)
        return self

    def children(self) -> set[int]:
        """Every process that has this copy's home in its environment or its title, but for the parent."""
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment, title = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if f"ASHAR_HOME={self.home}".encode() in environment.split(b"\0") or bytes(self.home) in title:
                found.add(int(folder.name))
        return found - {self.process.pid}

    def end(self, number: signal.Signals) -> float:
        """Send a signal; how many seconds it took until the parent was gone."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began

    def wait_until_alone(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while self.children() and time.monotonic() < ends:
            time.sleep(0.1)
        assert self.children() == set()


@pytest.fixture
def start() -> Iterator[Callable[..., Copy]]:
    copies: list[Copy] = []

    def make(home: Path | None = None, **environment: str) -> Copy:
        copies.append(Copy(home or databases.scratch_folder("l"), **environment))
        return copies[-1]

    yield make
    for copy in copies:
        for process in {*copy.children(), copy.process.pid}:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        copy.process.wait(10)
        shutil.rmtree(copy.home, ignore_errors=True)
        copy.output.unlink(missing_ok=True)


def test_starts_answers_and_ctrl_c_leaves_nothing(start: Callable[..., Copy]) -> None:
    copy = start().wait_until_ready()
    status, body = servers.answer_of(f"{copy.url}/readyz")
    assert (status, json.loads(body)) == (200, {"database": "ok", "migrations": "ok", "broker": "ok"})
    assert servers.status_of(f"{copy.url}/sign-in") == 200
    assert copy.url in copy.said
    _wait_for_job(copy)
    assert len(copy.children()) >= 5  # broker, gunicorn and its worker, worker, cron
    seconds = copy.end(signal.SIGINT)
    assert copy.process.returncode == 0, copy.said
    assert copy.children() == set()
    print(f"stopped in {seconds:.1f} s")
    assert seconds < 8  # 5 on a quiet machine


def _wait_for_job(copy: Copy) -> None:
    """Cron's first job goes to the broker and is done by the worker."""
    log, ends = copy.home / "run" / "worker.log", time.monotonic() + PATIENCE
    while "Successfully completed app.jobs.relay_outbox" not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < ends, log.read_text(encoding="utf-8")
        time.sleep(0.1)


def test_a_second_copy_beside_the_first_and_a_second_start(start: Callable[..., Copy]) -> None:
    first, second = start(), start()
    first.wait_until_ready()
    second.wait_until_ready()
    key = (first.home / "keys" / "secret.key").read_text(encoding="utf-8")
    assert key != (second.home / "keys" / "secret.key").read_text(encoding="utf-8")
    first.end(signal.SIGTERM)
    assert servers.status_of(f"{second.url}/readyz") == 200
    again = start(first.home).wait_until_ready()
    assert servers.status_of(f"{again.url}/readyz") == 200
    assert (first.home / "keys" / "secret.key").read_text(encoding="utf-8") == key


def test_nothing_is_left_when_the_parent_is_killed(start: Callable[..., Copy]) -> None:
    copy = start().wait_until_ready()
    _wait_for_job(copy)
    copy.end(signal.SIGKILL)
    copy.wait_until_alone(15)


def test_a_dead_child_stops_everything_with_a_message(start: Callable[..., Copy]) -> None:
    copy = start().wait_until_ready()
    broker = copy.home / "run" / "broker.sock"
    victim = next(pid for pid in copy.children() if broker.name in _command_of(pid))
    os.kill(victim, signal.SIGKILL)
    assert copy.process.wait(20) == 1
    assert "broker has ended" in copy.said
    assert copy.children() == set()


def _command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def test_what_keeps_it_from_starting_is_said(start: Callable[..., Copy]) -> None:
    first = start().wait_until_ready()
    same_home = start(first.home)
    assert same_home.process.wait(30) == 2
    assert "running already" in same_home.said
    same_port = start(PORT=str(first.port))
    assert same_port.process.wait(30) == 2
    assert "cannot be used" in same_port.said
    production = start(ASHAR_ENV="production")
    assert production.process.wait(30) == 2
    assert "Production needs" in production.said
