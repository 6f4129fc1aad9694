"""The WSGI entry of the tests' site: it is always the demonstration's day, so its open call never closes.

Until somebody writes another instant into the file `LATER` of its home. Its compiled templates are those of the run.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from jinja2 import FileSystemBytecodeCache

from app import clock
from tests.support.databases import DEMONSTRATION_NOW
from tests.support.servers import LATER, TEMPLATES
from wsgi import app

_answer = app.wsgi_app
_later = app.config["ASHAR"].home / LATER


def now() -> datetime:
    return datetime.fromisoformat(_later.read_text()) if _later.exists() else DEMONSTRATION_NOW


def standing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer as at `now`."""
    with clock.at(now()):
        return _answer(environ, start_response)


app.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ[TEMPLATES])
app.wsgi_app = standing  # type: ignore[method-assign]
