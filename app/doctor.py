"""`flask doctor`: what is wrong with this copy, and how to mend it."""

import shutil
from dataclasses import dataclass

import sqlalchemy as sa
from redis import Redis

from app import database
from app.config import Config
from app.web import health
from models.base import db
from models.protection import APPEND_ONLY, trigger_names

LEAST_FREE = 200 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `problem` is empty when it is well."""

    what: str
    problem: str


def examine(config: Config, broker: Redis) -> list[Finding]:
    """Look at folders, database set-up, migrations, protection and broker."""
    findings = [_folder(config), _disk(config)]
    problems = database.check(db.engine)
    findings.append(Finding("database set-up", " ".join(problems)))
    state = health.readiness(broker)
    findings.append(Finding("migrations", "" if state["migrations"] == "ok" else "Run: flask init"))
    findings.append(
        Finding(
            "broker",
            ""
            if state["broker"] == "ok"
            else "It does not answer: start the programme with make run, or set REDIS_URL. Jobs wait meanwhile.",
        )
    )
    if state["migrations"] == "ok":
        findings.append(_protection())
    return findings


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
    """Whether every append-only table still has its triggers."""
    if db.engine.dialect.name == "sqlite":
        found = set(db.session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
        missing = [table for table in APPEND_ONLY if not trigger_names(table) <= found]
    else:
        query = sa.text(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%_no_change' AND tgenabled <> 'D'"
        )
        found = set(db.session.scalars(query))
        missing = [table for table in APPEND_ONLY if table not in found]
    problem = f"{', '.join(missing)} can be changed: restore the database from a backup." if missing else ""
    return Finding("append-only tables", problem)
