"""An acknowledged write is never lost (R1): the server, and PostgreSQL itself, are killed while people write.

Eight finance officers record instalments over HTTP. Whoever gets no answer sends the same form again once the server
is back. In the end everything that was acknowledged is there once, nothing twice, and `flask verify` finds nothing.
`make reliability` kills as often as reliability.md says and prints its N; `make test` twice, on SQLite.
"""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from models.base import db
from tests.factories import Programme
from tests.support import servers
from tests.support.cashiers import Cashier
from tests.support.clients import Client
from tests.support.crashing import CrashingSite, opened, wait_for
from tests.support.databases import FULL, Copy, PostgresqlServer

pytestmark = pytest.mark.database
WRITERS = 8
KILLS = 200 if FULL else 2
POSTMASTER_KILLS = 50
EACH = 20
"""Writes acknowledged between two kills, at least."""


@contextlib.contextmanager
def writing(cashiers: list[Cashier]) -> Iterator[None]:
    """All of them write until the block ends."""
    stop = threading.Event()

    def run(one: Cashier) -> None:
        while not stop.is_set():
            if not one.record():
                time.sleep(0.05)

    threads = [threading.Thread(target=run, args=(one,)) for one in cashiers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def count(cashiers: list[Cashier]) -> int:
    return sum(len(one.acknowledged) for one in cashiers)


def wait_for_more(cashiers: list[Cashier], more: int) -> None:
    """Until so many more are acknowledged."""
    wanted = count(cashiers) + more
    wait_for(lambda: count(cashiers) >= wanted, 60, lambda: [one.answers[-3:] for one in cashiers])


def kill_again_and_again(
    times: int, cashiers: list[Cashier], kill: Callable[[], None], start: Callable[[], None]
) -> None:
    """Let them write, kill in the midst of it, begin anew; at the end whoever waits for an answer gets one."""
    with writing(cashiers):
        for _turn in range(times):
            wait_for_more(cashiers, EACH)
            kill()
            start()
        wait_for_more(cashiers, WRITERS)
    for one in cashiers:  # what had no answer yet is sent once more
        if one.sent > len(one.acknowledged):
            assert one.record()


def must_be_kept_once(app: Flask, cashiers: list[Cashier], site: CrashingSite, kind: str, killed: str) -> None:
    wrong = Counter(status for one in cashiers for status in one.answers) - Counter({0: 10**9, 500: 10**9, 503: 10**9})
    assert not wrong, wrong
    acknowledged = [reference for one in cashiers for reference in one.acknowledged]
    query = sa.text("SELECT bank_reference, count(*) AS number FROM fund_instalments GROUP BY bank_reference")
    with db.engine.connect() as connection:
        kept = {one.bank_reference: one.number for one in connection.execute(query)}
        if kind == "sqlite":
            assert connection.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
    lost = [one for one in acknowledged if one not in kept]
    twice = [one for one, number in kept.items() if number > 1]
    assert (lost, twice) == ([], [])
    assert len(acknowledged) == len(set(acknowledged)) == sum(one.sent for one in cashiers)
    said = servers.flask(site.environment, "verify")
    unanswered = sum(len(one.answers) for one in cashiers)
    print(
        f"\nR1 {kind}: {killed}, {WRITERS} writers, {len(acknowledged)} acknowledged, {unanswered} without an answer, "
        f"lost 0, twice 0; verify: {said.strip().splitlines()[-1]}"
    )


def test_the_server_is_killed(
    app: Flask, client: Client, programme: Programme, database: Copy, home: Path, templates: Path
) -> None:
    if not FULL and database.kind == "postgresql":
        pytest.skip("sampled on SQLite; `make reliability` kills on both")
    headers, funds = opened(app, client, programme, WRITERS)
    site = CrashingSite(home, templates, database.url)
    site.start()
    try:
        cashiers = [Cashier(site.url, headers, fund_id, f"W{number}") for number, fund_id in enumerate(funds)]
        kill_again_and_again(KILLS, cashiers, site.kill, site.start)
    finally:
        site.kill()
    must_be_kept_once(app, cashiers, site, database.kind, f"server killed {KILLS} times")


@pytest.mark.skipif(not FULL, reason="`make reliability` kills the postmaster")
def test_the_postmaster_is_killed(
    request: pytest.FixtureRequest,
    app: Flask,
    client: Client,
    programme: Programme,
    database: Copy,
    home: Path,
    templates: Path,
) -> None:
    if database.kind != "postgresql":
        pytest.skip("SQLite has no server of its own")
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    headers, funds = opened(app, client, programme, WRITERS)
    site = CrashingSite(home, templates, database.url)
    site.start()
    try:
        cashiers = [Cashier(site.url, headers, fund_id, f"P{number}") for number, fund_id in enumerate(funds)]
        kill_again_and_again(POSTMASTER_KILLS, cashiers, server.kill, server.begin)
    finally:
        site.kill()
    must_be_kept_once(app, cashiers, site, "postgresql", f"postmaster killed {POSTMASTER_KILLS} times")
