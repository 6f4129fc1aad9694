"""Alembic's environment: the application's own engine and metadata."""

from logging.config import fileConfig
from typing import Any

from alembic import context
from flask import current_app

import models
from models.base import Base, ExactDecimal, JsonDocument, UTCDateTime, db

config = context.config
assert models
if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)


PLAIN_TYPES = {
    UTCDateTime: "sa.DateTime(timezone=True)",
    JsonDocument: 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")',
    ExactDecimal: 'sa.Numeric(24, 8).with_variant(sa.String(40), "sqlite")',
}


def plain_type(kind: str, item: Any, context: Any) -> str | bool:
    """How a new migration writes our own types out: it must not import what changes later."""
    text = PLAIN_TYPES.get(type(item)) if kind == "type" else None
    if text and "postgresql." in text:
        context.imports.add("from sqlalchemy.dialects import postgresql")
    return text or False


def run() -> None:
    """Run the migrations, each in its own transaction."""
    engine = db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            render_as_batch=engine.dialect.name == "sqlite",
            transaction_per_migration=True,
            render_item=plain_type,
        )
        with context.begin_transaction():
            context.run_migrations()


assert current_app
run()
