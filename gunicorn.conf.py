"""What gunicorn reads when it starts in this folder: one hook, before any worker is there."""

import sys
from typing import Any

from app.config import UNUSABLE, ConfigurationMissing, from_environment


def on_starting(_server: Any) -> None:
    """Say in a sentence what the configuration lacks: in a worker it would be a traceback for each attempt."""
    try:
        from_environment()
    except ConfigurationMissing as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(UNUSABLE)
