"""The WSGI entry of the tests' site: it is always the demonstration's day, so its open call never closes.

Until somebody writes another instant into the file `LATER` of its home. Its compiled templates are those of the run.
"""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from jinja2 import FileSystemBytecodeCache

from app import clock
from tests.support.databases import DEMONSTRATION_NOW
from tests.support.servers import LATER, TEMPLATES
from wsgi import app

HALF_MINUTE = timedelta(seconds=30)
_answer = app.wsgi_app
_later = app.config["ASHAR"].home / LATER


_codes_given = 0


def now() -> datetime:
    instant = datetime.fromisoformat(_later.read_text()) if _later.exists() else DEMONSTRATION_NOW
    return instant + HALF_MINUTE * _codes_given


def _note_code() -> None:
    """A code is taken once: after each it is the next half minute, so that many tests can sign the same person in."""
    global _codes_given
    _codes_given += 1


def standing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer as at `now`."""
    with clock.at(now()):
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", "/sign-in/code"):
            _note_code()
        return _answer(environ, start_response)


app.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ[TEMPLATES])
app.wsgi_app = standing  # type: ignore[method-assign]
