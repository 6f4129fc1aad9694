"""Power loss (R2): what is acknowledged is on the disk before the answer goes out; what a disk refuses is not.

The server runs under strace, on PostgreSQL the database's processes too: before every success reply to a POST of money
a sync of the log has ended. Then syncs and writes are made to fail: no success reply follows, and nothing is broken.
"""

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from models.base import db
from tests.factories import Programme
from tests.support import servers
from tests.support.cashiers import Cashier
from tests.support.clients import Client
from tests.support.crashing import CrashingSite, opened
from tests.support.databases import FULL, Copy, PostgresqlServer

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(not FULL, reason="`make reliability` traces the server"),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]
WRITES = 200
FAILURES = (("sync", "EIO"), ("sync", "ENOSPC"), ("write", "ENOSPC"), ("write", "EIO"))
"""(what, error): what the disk is made to answer."""
NAMES = {"sync": "fsync,fdatasync", "write": "pwrite64"}
FIRST = {"sync": 40, "write": 1200}
"""The first call of a thread that fails, when some POSTs have gone well."""
CALLS = "fdatasync,fsync,sendto,sendmsg,recvfrom"
LINE = re.compile(r"(\d+) (\d+\.\d+) (.*)")


@dataclass(frozen=True)
class Called:
    """One line of a trace: which thread, when, and what it called or came back from."""

    thread: int
    at: float
    text: str

    @property
    def is_sync(self) -> bool:
        """Whether a sync of the log has ended well."""
        named = re.match(r"f(data)?sync\(\d+<([^>]*)>\) += 0", self.text)
        if named:
            return "-wal" in named[2] or "pg_wal" in named[2]
        return bool(re.match(r"<... f(data)?sync resumed>\) += 0", self.text))

    @property
    def is_question(self) -> bool:
        return "recvfrom" in self.text and '"POST /funds/' in self.text

    @property
    def is_success(self) -> bool:
        return self.text.startswith(("sendto", "sendmsg")) and "HTTP/1.1 303" in self.text


def called(trace: Path) -> Iterator[Called]:
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        found = LINE.match(line)
        if found:
            yield Called(int(found[1]), float(found[2]), found[3])


def traced(file: Path, *more: str) -> list[str]:
    return ["strace", "-f", "-qq", "-y", "-ttt", "-s", "48", "-e", f"trace={CALLS}", *more, "-o", str(file)]


def processes_of(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(one) for one in children)]


def test_the_log_is_synced_before_each_success_reply(
    request: pytest.FixtureRequest,
    app: Flask,
    client: Client,
    programme: Programme,
    database: Copy,
    home: Path,
    templates: Path,
) -> None:
    headers, funds = opened(app, client, programme, 1)
    site = CrashingSite(home, templates, database.url)
    watched: subprocess.Popen[bytes] | None = None
    if database.kind == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        assert server.process is not None
        pids = [part for pid in processes_of(server.process.pid) for part in ("-p", str(pid))]
        watched = subprocess.Popen([*traced(home / "postgresql.trace"), *pids])
        time.sleep(1)  # it attaches
    site.start(*traced(home / "site.trace"))
    try:
        cashier = Cashier(site.url, headers, funds[0], "S")
        for _turn in range(WRITES):
            assert cashier.record(), cashier.answers
    finally:
        site.kill()
        if watched is not None:
            watched.send_signal(signal.SIGINT)
            watched.wait(10)
    lines = list(called(home / "site.trace"))
    syncs = [one for one in lines if one.is_sync]
    if database.kind == "postgresql":
        syncs = [one for one in called(home / "postgresql.trace") if one.is_sync]
    asked: dict[int, float] = {}
    replies = unsynced = 0
    for one in lines:
        if one.is_question:
            asked[one.thread] = one.at
        elif one.is_success:
            replies += 1
            own = database.kind == "postgresql"  # there the database's processes sync, not the thread that answers
            began = asked[one.thread]
            if not any(began < sync.at <= one.at and (own or sync.thread == one.thread) for sync in syncs):
                unsynced += 1
    assert replies == WRITES == len(cashier.acknowledged)
    assert unsynced == 0
    print(f"\nR2 {database.kind}: {replies} success replies, each after a sync of the log")


@pytest.mark.parametrize("failure", FAILURES, ids="-".join)
def test_a_disk_that_fails_is_not_acknowledged(
    app: Flask,
    client: Client,
    programme: Programme,
    database: Copy,
    home: Path,
    templates: Path,
    failure: tuple[str, str],
) -> None:
    if database.kind == "postgresql":
        pytest.skip("PostgreSQL stops and recovers by itself; the order of its syncs is held above")
    headers, funds = opened(app, client, programme, 1)
    call, error = failure
    site = CrashingSite(home, templates, database.url, threads=1)  # calls are counted by thread
    log = ("-P", f"{home}/ashar.sqlite3-wal")
    inject = ("-e", f"inject={NAMES[call]}:error={error}:when={FIRST[call]}+")
    site.start(
        "strace", "-f", "-qq", "-y", "-ttt", "-e", f"trace={NAMES[call]}", *log, *inject, "-o", str(home / "site.trace")
    )
    cashier = Cashier(site.url, headers, funds[0], "F")
    try:
        while cashier.record():
            assert len(cashier.acknowledged) < WRITES, "nothing failed"
        before = len(cashier.acknowledged)
        assert before > 5
        again = [cashier.record() for _turn in range(10)]
        assert not any(again)
        assert set(cashier.answers) <= {500, 503}, cashier.answers
    finally:
        site.kill()
    assert "INJECTED" in (home / "site.trace").read_text()
    site.start()
    try:
        assert cashier.record(), "the same form, once the disk is well"
    finally:
        site.kill()
    query = sa.text("SELECT bank_reference FROM fund_instalments WHERE bank_reference LIKE 'F-%'")
    with db.engine.connect() as connection:
        assert sorted(connection.execute(query).scalars()) == cashier.acknowledged
        assert connection.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
    servers.flask(site.environment, "verify")
    print(
        f"\nR2 sqlite: {error} on {call} after {before} acknowledged: none of 11 more; kept {before + 1}, integrity ok"
    )
