"""`flask doctor`: what is wrong with this copy, and how to mend it."""

import logging
import shutil
from dataclasses import dataclass

import sqlalchemy as sa
from redis import Redis
from sqlalchemy.exc import OperationalError

from app import database
from app.config import Config
from app.services import second_factors
from app.services.sealing import Seal
from app.web import health
from models import search_words, turnovers, unmet_rules
from models.base import db, reading
from models.protection import trigger_names

TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}
"""The triggers that are in force: (name, table)."""
LEAST_FREE = 200 * 1024 * 1024
RESTORE = "restore the database from a backup."


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `problem` is empty when it is well."""

    what: str
    problem: str


def examine(config: Config, broker: Redis) -> list[Finding]:
    """Look at folders, database set-up, migrations, protection and broker."""
    findings = [_folder(config), _disk(config)]
    findings.append(_set_up())
    migrations = _migrations()
    findings.append(migrations)
    state = health.readiness(broker)
    findings.append(
        Finding(
            "broker",
            ""
            if state["broker"] == "ok"
            else "It does not answer: start the programme with make run, or set REDIS_URL. Jobs wait meanwhile.",
        )
    )
    if not migrations.problem:
        findings += [_protection(), _search(), _rules(), _turnovers(), _factors(config)]
    return findings


def _set_up() -> Finding:
    return Finding("database set-up", " ".join(database.check(db.engine)))


def _migrations() -> Finding:
    """Whether the tables are those the code needs."""
    if not sa.inspect(db.session.connection()).has_table("alembic_version"):
        return Finding("migrations", "There are no tables yet. Run: flask init")
    is_newest = health.present_migration() == health.newest_migration()
    return Finding("migrations", "" if is_newest else "Run: flask init")


def _folder(config: Config) -> Finding:
    try:
        config.prepare_folders()
        probe = config.home / ".doctor"
        probe.write_text("ok", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        return Finding(f"folder {config.home}", f"{error}. Give this user write access, or set ASHAR_HOME.")
    return Finding(f"folder {config.home}", "")


def _disk(config: Config) -> Finding:
    free = shutil.disk_usage(config.home).free
    problem = (
        "" if free >= LEAST_FREE else f"Only {free // 2**20} MiB free: make room, or set ASHAR_HOME to another disk."
    )
    return Finding("disk", problem)


def _protection() -> Finding:
    """Whether every append-only table and every frozen row still has its triggers."""
    missing = _lacking(trigger_names(db.engine.dialect.name))
    tables = sorted({one.rpartition(" ")[2] for one in missing})
    problem = f"{', '.join(tables)} can be changed (missing: {', '.join(missing)}): {RESTORE}" if missing else ""
    return Finding("append-only tables", problem)


def _search() -> Finding:
    """Whether the index of the applications' words is there. Without it a search reads every row."""
    if search_words.is_there():
        problem = ""
    elif db.engine.dialect.name == "postgresql":
        problem = (
            "Searching for applications reads every row. As a superuser or the owner of this database: "
            f"{search_words.EXTENSION}; (package postgresql-contrib). Then run: flask init"
        )
    else:
        problem = "The index of the applications' words is not kept any more: " + RESTORE
    return Finding("search", problem)


def _rules() -> Finding:
    """Whether the rules an application does not meet are still kept beside it, for the lists."""
    missing = _lacking(unmet_rules.trigger_names(db.engine.dialect.name))
    problem = f"The screening list may name the wrong rules (missing: {', '.join(missing)}): {RESTORE}"
    return Finding("rules of applications", problem if missing else "")


def _turnovers() -> Finding:
    """Whether what is booked is still added to the turnovers that balances are read from."""
    missing = _lacking(turnovers.trigger_names(db.engine.dialect.name))
    problem = f"Balances of the ledger are not kept any more (missing: {', '.join(missing)}): {RESTORE}"
    return Finding("balances of the ledger", problem if missing else "")


def _lacking(names: set[tuple[str, str]]) -> list[str]:
    """Those of these triggers that are not in the database."""
    found = {(row[0], row[1]) for row in db.session.execute(sa.text(TRIGGERS[db.engine.dialect.name]))}
    return sorted(f"{trigger} on {table}" for trigger, table in names - found)


def _factors(config: Config) -> Finding:
    """Whether the keys given open every second factor."""
    closed = second_factors.unreadable(Seal(config.factor_keys))
    problem = (
        f"The codes of {closed} people cannot be checked: their key is missing. Put the former key back behind the "
        "new one in FACTOR_KEYS (or FACTOR_KEYS_FILE, or ASHAR_HOME/keys/factors.key)."
        if closed
        else ""
    )
    return Finding("keys of the second factors", problem)


def refuse_unsafe() -> None:
    """Before a server or a worker starts: refuse a database that can lose or change what it has acknowledged.

    Raises `UnsafeDatabaseError` in the doctor's words. A database that does not answer is no reason: it may come back.
    """
    try:
        with reading():
            findings = [_set_up(), _migrations()]
            if not any(finding.problem for finding in findings):
                findings.append(_protection())
    except OperationalError as error:
        logging.getLogger("ashar").error("the database does not answer, so it is not checked: %s", error.orig)
        return
    finally:
        db.engine.dispose()  # servers and workers fork: no connection may be shared
    problems = [f"{finding.what}: {finding.problem}" for finding in findings if finding.problem]
    if problems:
        raise database.UnsafeDatabaseError("The database is not safe. " + " ".join(problems))
