"""The WSGI entry of the tests' site: it is always the demonstration's day, so its open call never closes."""

from collections.abc import Iterable
from typing import Any

from app import clock
from app.factory import create_app
from tests.support.databases import DEMONSTRATION_NOW

app = create_app()
_answer = app.wsgi_app


def standing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer as on the demonstration's day."""
    with clock.at(DEMONSTRATION_NOW):
        return _answer(environ, start_response)


app.wsgi_app = standing  # type: ignore[method-assign]
