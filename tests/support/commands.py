"""Running the flask commands as they are typed."""

from click.testing import Result
from flask import Flask

from models.base import db


def run(app: Flask, *arguments: object) -> Result:
    """Run a command on the test's own database, its transactions ended before and after."""
    db.session.rollback()
    done = app.test_cli_runner().invoke(args=[str(one) for one in arguments])
    db.session.rollback()
    return done


def well(app: Flask, *arguments: object) -> str:
    done = run(app, *arguments)
    assert done.exit_code == 0, f"{done.output}{done.exception!r}"
    return done.output
