"""Alembic's environment: the application's own engine and metadata."""

from logging.config import fileConfig

from alembic import context
from flask import current_app

import models
from models.base import Base, db

config = context.config
assert models
if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)


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
            user_module_prefix="models.base.",
        )
        with context.begin_transaction():
            context.run_migrations()


assert current_app
run()
