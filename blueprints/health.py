"""For those who run the house: is it alive, is it ready."""

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from app.web.access import public
from app.web.health import readiness

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Liveness: this process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Readiness: database, broker and migrations."""
    parts = readiness(current_app.extensions["broker"])
    return parts, 200 if all(state == "ok" for state in parts.values()) else 503
