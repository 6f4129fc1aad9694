"""Measuring CPU per request: this process, and on PostgreSQL the backend that served it."""

import gzip
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, text

from models.base import db

DATABASE = ["sqlite"]
"""The database of this run; the command sets it."""


@dataclass(frozen=True)
class Figure:
    """One line of the result. `floor` is what Flask itself costs for an empty page in the same run (CPU figures)."""

    name: str
    value: float
    unit: str
    goal: float | None
    floor: float | None
    n: int
    database: str

    @property
    def is_met(self) -> bool:
        return self.goal is None or self.value <= self.goal

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


Measure = Callable[[Flask, float], Iterator[Figure]]
"""A measure gets the application and the floor in milliseconds of CPU."""


def cpu_figure(name: str, value: float, goal: float | None, floor: float, count: int) -> Figure:
    return Figure(name, round(value, 2), "ms CPU", goal, round(floor, 2), count, DATABASE[0])


class Cpu:
    """CPU clock in milliseconds: this process and, when given, the PostgreSQL backend that serves it."""

    backend: int | None = None

    @classmethod
    def watch_backend(cls) -> str:
        """Find the backend of the engine's one connection (inside an application context); names the database."""
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as connection:
                cls.backend = int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        return db.engine.dialect.name

    @classmethod
    def now(cls) -> float:
        own = time.process_time() * 1000
        if cls.backend is None:
            return own
        fields = Path(f"/proc/{cls.backend}/stat").read_text().rpartition(")")[2].split()
        return own + (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def median_cpu(act: Callable[[int], Any], count: int, warm_up: int = 5) -> float:
    """Median CPU milliseconds of `act(i)`. On PostgreSQL the backend's clock ticks too coarsely for single
    requests, so there it is the mean over all of them."""
    for number in range(warm_up):
        act(number)
    if Cpu.backend is not None:
        start = Cpu.now()
        for number in range(warm_up, warm_up + count):
            act(number)
        return (Cpu.now() - start) / count
    samples = []
    for number in range(warm_up, warm_up + count):
        start = Cpu.now()
        act(number)
        samples.append(Cpu.now() - start)
    return statistics.median(samples)


@contextmanager
def counted_queries(app: Flask) -> Iterator[list[str]]:
    """The SELECTs and writes inside the block (BEGIN and COMMIT apart)."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def gzipped(content: bytes) -> float:
    """Kilobytes after gzip -6, as the server sends it."""
    return len(gzip.compress(content, 6)) / 1024
