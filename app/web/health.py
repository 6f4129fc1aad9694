"""What `/readyz` looks at."""

from functools import lru_cache
from pathlib import Path

from alembic.script import ScriptDirectory
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from models.base import db

MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"


def readiness(broker: Redis) -> dict[str, str]:
    """ "ok" or "failing" for database, migrations and broker."""
    return {"database": _database(), "migrations": _migrations(), "broker": _broker(broker)}


@lru_cache
def newest_migration() -> str:
    """The revision the code needs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def present_migration() -> str:
    """The revision the database has."""
    return str(db.session.execute(db.text("SELECT version_num FROM alembic_version")).scalar() or "")


def _database() -> str:
    try:
        db.session.execute(db.text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return "failing"
    return "ok"


def _migrations() -> str:
    try:
        return "ok" if present_migration() == newest_migration() else "failing"
    except SQLAlchemyError:
        db.session.rollback()
        return "failing"


def _broker(broker: Redis) -> str:
    try:
        return "ok" if broker.ping() else "failing"
    except (RedisError, OSError):
        return "failing"
