"""Fetching rates from a real server on this machine that answers well, badly, slowly, too much, or not at all."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import clock, jobs
from app.localisation import render, use_locale
from app.services import rate_fetches, rate_lists
from app.services.errors import DomainError
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification
from models.rates import ExchangeRate, RateFetch, RateSource
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import text_of
from tests.unit.test_rate_files import BILLION_LAUGHS, file_of, row

TODAY = "12.10.2026"
GOOD = file_of(row("USD", value="87,4500") + row("JPY") + row("EUR", value="x"), day=TODAY, coding="windows-1251")
WEEKLY = file_of(row("KRW", "100", "6,3"), name="Weekly Exchange Rates", day="10.10.2026", coding="windows-1251")


class Server(ThreadingHTTPServer):
    """Answers with `body` in the `way` it is told, and counts what it was asked."""

    body, way, asked = GOOD, "whole", 0
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked += 1
        way, body = self.server.way, self.server.body
        if way == "elsewhere":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/other.xml")
            self.end_headers()
            return
        self.send_response(500 if way == "broken" else 200)
        if way == "pieces":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for place in range(0, len(body), 50):
                part = body[place : place + 50]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            return
        if way != "endless":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            if way == "drips":
                for place in range(len(body)):
                    self.wfile.write(body[place : place + 1])
                    time.sleep(0.05)
            elif way == "endless":
                while True:
                    self.wfile.write(b" " * 65536)
            else:
                self.wfile.write(body)
        except OSError:
            pass  # whoever asked has heard enough

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def server(running: Server) -> Server:
    running.body, running.way, running.asked = GOOD, "whole", 0
    return running


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/XML/daily.xml"


@contextmanager
def fetching(app: Flask, **addresses: str) -> Iterator[None]:
    """The configuration of the application says to fetch from these addresses."""
    app.config["ASHAR"] = replace(app.config["ASHAR"], rate_addresses=tuple(addresses.items()))
    yield


def said(within: str = "en") -> str:
    """What is kept of the last attempt."""
    (kept,) = rate_fetches.latest()
    with use_locale(within):
        return render(kept.problem, kept.parameters) if kept.problem else ""


def problem_of(server: Server, within: float = 5.0) -> str:
    with use_locale("en"):
        with pytest.raises(DomainError) as refusal:
            rate_fetches.receive(address(server), within=within)
        return str(refusal.value)


def entered() -> list[ExchangeRate]:
    return list(db.session.scalars(db.select(ExchangeRate).order_by(ExchangeRate.id)))


def test_without_a_setting_nothing_is_asked(app: Flask, server: Server) -> None:
    jobs.fetch_rates()
    assert server.asked == 0
    assert rate_fetches.latest() == []


def test_what_is_fetched_waits_for_a_person(app: Flask, programme: Programme, server: Server) -> None:
    finance, other = programme.finance.id, programme.other_finance.id
    db.session.commit()
    with fetching(app, nbkr_daily=address(server)):
        jobs.fetch_rates()
        (rate,) = entered()
        assert (rate.currency, rate.entered_by_id, rate.is_approved) == ("USD", None, False)
        assert rate.source_note == f"127.0.0.1:{server.server_port}"
        assert said() == ""
        for _ in range(3):  # again at once, and an hour later: today's rates are there
            jobs.fetch_rates()
        with clock.at(clock.now() + timedelta(hours=2)):
            jobs.fetch_rates()
        assert (server.asked, len(entered())) == (1, 1)
        with clock.at(clock.now() + timedelta(days=1)):  # the same file still stands there the next day
            jobs.fetch_rates()
            jobs.fetch_rates()
        assert (server.asked, len(entered())) == (2, 1)
    (kept,) = rate_fetches.latest()
    assert (kept.count, kept.problem) == (0, "")
    (event,) = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "rate.fetch"))
    assert event.actor_id is None
    assert set(db.session.scalars(db.select(Notification.user_id))) >= {finance, other}
    assert [len(one.open_to(finance)) for one in rate_lists.waiting()] == [1]


@pytest.mark.either_database
def test_an_hour_after_a_failure_it_is_tried_again(app: Flask, programme: Programme, server: Server) -> None:
    server.way = "broken"
    with fetching(app, nbkr_daily=address(server)):
        jobs.fetch_rates()
        jobs.fetch_rates()
        assert server.asked == 1
        assert said() == "The server answered with status 500 instead of the rates."
        assert said("ky") == "Сервер курстардын ордуна 500 кодун жооп кылды."
        server.way = "whole"
        with clock.at(clock.now() + timedelta(hours=1)):
            jobs.fetch_rates()
    assert said() == ""
    assert [one.currency for one in entered()] == ["USD"]


@pytest.mark.either_database
def test_each_source_is_fetched_in_its_own_time(app: Flask, programme: Programme, server: Server) -> None:
    """The weekly rates of two days ago are still this week's."""
    now = clock.now()
    server.body = WEEKLY
    with fetching(app, nbkr_weekly=address(server)):
        jobs.fetch_rates()
    assert [one.source for one in entered()] == [RateSource.NBKR_WEEKLY]
    assert not rate_fetches.is_due(RateSource.NBKR_WEEKLY, now + timedelta(days=4))
    assert rate_fetches.is_due(RateSource.NBKR_WEEKLY, now + timedelta(days=5))
    assert rate_fetches.is_due(RateSource.NBKR_DAILY, now)


@pytest.mark.either_database
def test_a_refused_one_does_not_keep_others_from_being_fetched(
    app: Flask, programme: Programme, server: Server, client: Client
) -> None:
    server.body = file_of(row("USD", value="78"), name="Weekly Exchange Rates", day=TODAY)
    with fetching(app, nbkr_daily=address(server)):
        jobs.fetch_rates()
    assert said() == "The address gave other rates than the ones asked for."
    assert entered() == []
    server.body = file_of(row("USD"), day="12.10.1992")
    with fetching(app, nbkr_daily=address(server)), clock.at(clock.now() + timedelta(hours=1)):
        jobs.fetch_rates()
    assert said() == "The day must be believable: not before the som, at most a month ahead."
    page = text_of(client.speak("en").sign_in(programme.finance).get("/rates").text)
    assert "National Bank, daily rate: fetching failed on 12 Oct 2026, 11:00. The day must be believable" in page


@pytest.mark.either_database
@pytest.mark.parametrize(
    ("way", "body", "message"),
    [
        ("broken", GOOD, "The server answered with status 500 instead of the rates."),
        ("elsewhere", GOOD, "The server answered with status 302 instead of the rates."),
        ("endless", b"", "The answer is larger than 116 KB: these are no rates."),
        ("whole", GOOD + b" " * 200_000, "The answer is larger than 116 KB: these are no rates."),
        ("whole", b"\x00\xff" * 400, "The file is no XML in the encoding it names."),
        ("whole", GOOD.replace(b"windows-1251", b"utf-16"), "The file is no XML in the encoding it names."),
        ("whole", BILLION_LAUGHS, "The file brings definitions of its own (a DTD), so it is not read."),
        ("whole", b"<html><body>Sign in</body></html>", "This is no rate file of the National Bank."),
        ("whole", b"", "The file is no XML in the encoding it names."),
    ],
)
def test_a_bad_answer_is_told_in_words(server: Server, way: str, body: bytes, message: str) -> None:
    server.way, server.body = way, body
    assert problem_of(server) == message
    assert server.asked == 1, "no redirect is followed, nothing is tried twice"


@pytest.mark.either_database
def test_a_slow_answer_is_not_waited_for(server: Server) -> None:
    """However many single letters come in time."""
    server.way = "drips"
    began = time.monotonic()
    assert problem_of(server, within=1.0) == "The server did not answer within 1 seconds."
    assert time.monotonic() - began < 3


@pytest.mark.either_database
def test_who_says_nothing_or_something_else_is_no_server(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, use_locale("en"):
        with pytest.raises(DomainError, match="did not answer within 1 seconds"):
            rate_fetches.receive(f"http://127.0.0.1:{silent.getsockname()[1]}/", within=0.6)
        port = silent.getsockname()[1]
    for strange in (f"http://127.0.0.1:{port}/", f"https://127.0.0.1:{server.server_port}/daily.xml"):
        with use_locale("en"), pytest.raises(DomainError, match="could not be reached"):
            rate_fetches.receive(strange, within=5.0)


@pytest.mark.either_database
def test_an_answer_in_pieces_is_put_together(server: Server) -> None:
    server.way = "pieces"
    found = rate_fetches.receive(address(server), within=5.0)
    assert [one.currency for one in found.rows] == ["USD", "JPY", "EUR"]


@pytest.mark.either_database
def test_no_transaction_is_open_while_the_other_side_is_asked(
    app: Flask, programme: Programme, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite nobody could write meanwhile."""
    states: list[bool] = []
    receive = rate_fetches.receive

    def watched(*arguments: Any, **named: Any) -> Any:
        states.append(db.session().in_transaction())
        return receive(*arguments, **named)

    monkeypatch.setattr(rate_fetches, "receive", watched)
    db.session.commit()
    with fetching(app, nbkr_daily=address(server)):
        jobs.fetch_rates()
    assert states == [False]
    assert len(entered()) == 1


def test_one_row_a_source_is_kept(app: Flask, programme: Programme, server: Server, tmp_path: Path) -> None:
    server.way = "broken"
    with fetching(app, nbkr_daily=address(server)):
        for hours in range(4):
            with clock.at(clock.now() + timedelta(hours=hours)):
                jobs.fetch_rates()
    assert server.asked == 4
    assert db.session.scalar(db.select(db.func.count()).select_from(RateFetch)) == 1
