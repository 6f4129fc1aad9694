"""Fetching the National Bank's rates from their published address: bounded, and never an error anybody trips over.

Off unless the configuration turns it on. What is fetched waits for a person's approval like any other rate.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from app.clock import bishkek_day
from app.localisation import N_, as_json
from app.services import rate_files, rate_imports
from app.services.errors import DomainError
from app.services.rate_files import RateFile
from app.services.rate_imports import LineState
from models.base import db, lock_name
from models.rates import ExchangeRate, RateFetch, RateSource

LONGEST_WAIT = 20.0
"""Seconds for the whole answer, however slowly it drips."""
LARGEST_ANSWER = rate_files.LARGEST + 16 * 1024
"""Bytes, head included."""
PAUSE = timedelta(minutes=50)
"""One attempt an hour: a job that runs once more too soon does nothing."""
FRESH = {RateSource.NBKR_DAILY: timedelta(0), RateSource.NBKR_WEEKLY: timedelta(days=6)}
"""So old the newest rates of a source may be until new ones are asked for."""


class FetchRefusedError(DomainError):
    """The other side did not give what was asked for; the text says what came instead."""


def is_due(source: RateSource, now: datetime) -> bool:
    """Whether to ask for the rates of `source`: today's (this week's) are not there, and the last attempt is past."""
    last = of_source(source)
    if last is not None and now - last.attempted_at < PAUSE:
        return False
    newest = db.session.scalar(
        db.select(db.func.max(ExchangeRate.valid_on)).where(
            ExchangeRate.source == source, ExchangeRate.ended_at.is_(None)
        )
    )
    return newest is None or newest < bishkek_day(now) - FRESH[source]


def receive(address: str, *, within: float = LONGEST_WAIT) -> RateFile:
    """Ask `address` once and read the answer: no redirect is followed, nothing is sent along.

    Asks no database. Raises `FetchRefusedError` when no rates come within `within` seconds or `LARGEST_ANSWER` bytes,
    and the `DomainError` of a file that cannot be read.
    """
    parts, until = urlsplit(address), time.monotonic() + within
    try:
        response = _answer(_exchange(parts, until))
        status, body = response.status, response.read(LARGEST_ANSWER)
    except TimeoutError as error:
        raise FetchRefusedError(
            N_("The server did not answer within %(seconds)s seconds."), seconds=round(within)
        ) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise FetchRefusedError(N_("The server could not be reached, or what it said was no answer.")) from error
    if status != http.HTTPStatus.OK:
        raise FetchRefusedError(N_("The server answered with status %(status)s instead of the rates."), status=status)
    return rate_files.read(body)


def _exchange(parts: Any, until: float) -> bytes:
    """Send the request and take what comes until the other side is done, in one bound of time and size."""
    host, is_safe = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_safe else 80)
    with socket.create_connection((host, port), timeout=_left(until)) as plain:
        line = plain
        if is_safe:
            line = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        with line:
            path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            head = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: application/xml, text/xml\r\n"
            line.sendall(f"{head}User-Agent: Ashar\r\nConnection: close\r\n\r\n".encode("ascii"))
            received = bytearray()
            while True:
                line.settimeout(_left(until))
                part = line.recv(16 * 1024)
                if not part:
                    return bytes(received)
                received += part
                if len(received) > LARGEST_ANSWER:
                    message = N_("The answer is larger than %(most)s KB: these are no rates.")
                    raise FetchRefusedError(message, most=LARGEST_ANSWER // 1024)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Received:
    """Bytes that came, as `http.client` wants to read them."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.content)


def _answer(content: bytes) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(cast(socket.socket, _Received(content)))
    response.begin()
    return response


def keep(source: RateSource, found: RateFile | DomainError, note: str, *, now: datetime) -> int:
    """Enter what came and keep how the attempt ended; so many rates were new. The same answer twice enters nothing.

    `note` says where they came from. Nothing is raised for an answer that cannot be taken.
    """
    lock_name(f"rate fetch {source.value}")
    row = of_source(source) or RateFetch(source=source)
    row.attempted_at, row.problem, row.parameters, row.count = now, "", {}, 0
    db.session.add(row)
    try:
        file = _expected(found, source)
        lines = rate_imports.look(file, now=now)
        if any(one.state is LineState.NEW for one in lines):
            row.count = len(rate_imports.take(file, note, actor=None, now=now))
        row.succeeded_at, row.day = now, file.day
    except DomainError as refusal:
        row.problem, row.parameters = refusal.message, _as_json(refusal.parameters)
    db.session.flush()
    return row.count


def _expected(found: RateFile | DomainError, source: RateSource) -> RateFile:
    if isinstance(found, DomainError):
        raise found
    if found.source is not source:
        raise FetchRefusedError(N_("The address gave other rates than the ones asked for."))
    return found


def _as_json(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: as_json(value) for name, value in parameters.items()}


def of_source(source: RateSource) -> RateFetch | None:
    """How the last attempt to fetch the rates of `source` ended."""
    found: RateFetch | None = db.session.scalar(db.select(RateFetch).where(RateFetch.source == source))
    return found


def latest() -> list[RateFetch]:
    """The last attempt of each source."""
    return list(db.session.scalars(db.select(RateFetch).order_by(RateFetch.id)))
