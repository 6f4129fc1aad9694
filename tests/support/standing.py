"""The WSGI entry of the tests' site: it is always the demonstration's day, so its open call never closes.

Until somebody writes another instant into the file `LATER` of its home.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app import clock
from tests.support.databases import DEMONSTRATION_NOW
from tests.support.servers import LATER
from wsgi import app

_answer = app.wsgi_app
_later = app.config["ASHAR"].home / LATER


def now() -> datetime:
    return datetime.fromisoformat(_later.read_text()) if _later.exists() else DEMONSTRATION_NOW


def standing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer as at `now`."""
    with clock.at(now()):
        return _answer(environ, start_response)


app.wsgi_app = standing  # type: ignore[method-assign]
