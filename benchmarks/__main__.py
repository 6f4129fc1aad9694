"""`python -m benchmarks [NAME]`: load 20,000 applications once, measure, print, write ASHAR_HOME/bench.json.

ASHAR_HOME defaults to instance/bench, so that the data are made once; DATABASE_URL measures PostgreSQL. Each measure
has a process of its own: what one leaves in memory would slow the next.
"""

import gc
import json
import os
import platform
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import func, inspect, select, text

from app.clock import now
from app.config import UNUSABLE, Config, ConfigurationMissing, from_environment
from app.factory import create_app
from app.services.sealing import Seal
from benchmarks import (
    applying,
    assignment,
    detection,
    judging,
    money,
    requests,
    screening,
    selection,
    sittings,
    statements,
)
from benchmarks.measure import DATABASE, Cpu, Figure, Measure
from models.applications import Application
from models.base import db
from seeds import demonstration, people, reference, scale

APPLICATIONS = 20_000
RESULT = "bench.json"


class OtherDataError(Exception):
    """The database was not made for the benchmarks; the text says what to do."""


def main(only: str | None) -> int:
    """Measure everything, or the measure called `only`; 1 when a goal is missed, 2 when it cannot be measured."""
    os.environ.setdefault("ASHAR_HOME", "instance/bench")
    known, of_money = measures(), money_measures()
    if only and only not in (*known, *of_money, "scale"):
        print(f"No such measure: {only}. There are: {', '.join([*known, *of_money])}, scale.")
        return 2
    try:
        config = from_environment()
    except ConfigurationMissing as problem:
        print(problem)
        return UNUSABLE
    if config.mode == "production":
        print("The bench loads the demonstration, whose passwords are published: never in production.")
        return UNUSABLE
    app = create_app(config)
    gc.freeze()  # as wsgi.py does: a server does not look through itself again and again
    with app.app_context():
        try:
            figures = _prepare(config.home, config.uploads)
        except OtherDataError as problem:
            print(problem)
            return 2
        DATABASE[0] = Cpu.watch_backend()
    print(f"{platform.machine()}, {os.cpu_count()} cores, {DATABASE[0]}", flush=True)
    for figure in figures:
        _show(figure)
    if only in known:
        figures += _measured(app, known[only])
    elif only in of_money:
        figures += _measured_with_money(config, of_money[only])
    elif not only:
        figures += [figure for name in (*known, *of_money) for figure in _measured_apart(name, config.home)]
    (config.home / RESULT).write_text(json.dumps([figure.as_json() for figure in figures], indent=1), encoding="utf-8")
    print(f"written to {config.home / RESULT}")
    return 0 if all(figure.is_met for figure in figures) else 1


def _measured(app: Flask, measure: Measure) -> list[Figure]:
    """The figures of one measure, printed; outside any application context: each request gets a session of its own."""
    floor = requests.empty_page()
    figures = list(measure(app, floor))
    print(f"Flask's empty page: {floor:.2f} ms CPU (the floor)")
    for figure in figures:
        _show(figure)
    return figures


def _measured_with_money(config: Config, measure: Measure) -> list[Figure]:
    """The figures of one measure over a copy of the data with 20,000 grants and a million transfers."""
    if not config.is_sqlite:
        print("Measured on SQLite alone: the data are a copy of the file.")
        return []
    home = config.home / "money"
    home.mkdir(exist_ok=True)
    file = home / config.database_file.name
    if file.exists() and money.is_used_up(file):
        file.unlink()
    if not file.exists():
        with closing(sqlite3.connect(config.database_file)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
        (home / "demonstration").write_text("benchmark\n", encoding="utf-8")
    app = create_app(replace(config, home=home, database_url=f"sqlite+pysqlite:///{file}"))
    figures = list(money.load(app, requests.empty_page()))
    for figure in figures:
        _show(figure)
    return figures + _measured(app, measure)


def _measured_apart(name: str, home: Path) -> list[Figure]:
    """The figures of one measure, taken in a process of its own."""
    (home / RESULT).unlink(missing_ok=True)
    subprocess.run([sys.executable, "-m", "benchmarks", name], check=False)  # 1 only says that a goal is missed
    return [Figure(**one) for one in json.loads((home / RESULT).read_text(encoding="utf-8"))]


def measures() -> dict[str, Measure]:
    """Every measure by the name `ONLY=` takes."""
    return {
        "list": requests.list_page,
        "screening": screening.screening_list,
        "application": requests.application_page,
        "desk": requests.desk_page,
        "duplicates": requests.duplicate_search,
        "conflicts": detection.conflicts,
        "review": requests.review_post,
        "assignment": assignment.sharing_out,
        "writing": applying.writing,
        "submit": applying.handing_in,
        "severity": judging.severity_fit,
        "selection": selection.selecting,
        "session-board": sittings.session_board,
        "first-load": requests.first_load,
    }


def money_measures() -> dict[str, Measure]:
    """Those that need a large ledger: they are taken over a copy of the data that has one."""
    return {
        "ledger": money.account_pages,
        "release": money.release_post,
        "verify-money": money.verify,
        "journal-file": money.journal_file,
        "statement": statements.entering,
    }


def _prepare(home: Path, uploads: Path) -> list[Figure]:
    """Make the data on the first run; says how long the 20,000 applications took."""
    is_made = _is_made(home)  # before anything is written
    upgrade()
    reference.load(now())
    db.session.commit()
    if is_made:
        people.enrol_missing(_seal(), now())
        db.session.execute(text("ANALYZE"))  # as `flask init` does after a migration
        db.session.commit()
        return []
    demonstration.load(storage=uploads, seal=_seal(), today=None)
    db.session.commit()
    (home / "demonstration").write_text("benchmark\n", encoding="utf-8")
    start = time.monotonic()
    scale.load(APPLICATIONS, now=now())
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    took = time.monotonic() - start
    return [Figure("demo-scale", round(took, 1), "s", 120, None, APPLICATIONS, db.engine.dialect.name)]


def _seal() -> Seal:
    return Seal(current_app.config["ASHAR"].factor_keys)


def _is_made(home: Path) -> bool:
    """Whether the 20,000 are there. Raises `OtherDataError` over a database with anything less: figures would lie."""
    if not inspect(db.engine).has_table(Application.__tablename__):
        return False
    count = int(db.session.scalar(select(func.count()).select_from(Application)) or 0)
    db.session.rollback()  # the migrations have a connection of their own
    if 0 < count < APPLICATIONS:
        raise OtherDataError(
            f"The database of {home} holds {count:,} applications, and the figures are for {APPLICATIONS:,}: "
            "unset ASHAR_HOME and DATABASE_URL, or name an empty folder and an empty database."
        )
    return count >= APPLICATIONS


def _show(figure: Figure) -> None:
    goal = f"goal {figure.goal:g}" if figure.goal is not None else ""
    ratio = f"{figure.value / figure.floor:.1f} × floor" if figure.floor else ""
    mark = "" if figure.is_met else "  MISSED"
    print(f"{figure.name:<28} {figure.value:>9g} {figure.unit:<11} {goal:<10} {ratio:<14} N={figure.n}{mark}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
