"""The rubric a new call starts with: six criteria of the domain with their anchors, in three languages."""

import json
from functools import lru_cache
from pathlib import Path

from app.services.calls import CriterionInput

SOURCE = Path(__file__).parent / "default_rubric.json"


@lru_cache
def default_rubric() -> list[CriterionInput]:
    """The default criteria (domain.md section 5), their weights adding up to 100."""
    return [
        CriterionInput(
            key=line["key"],
            weight=line["weight"],
            title=line["name"],
            description=line["description"],
            anchors=line["anchors"],
        )
        for line in json.loads(SOURCE.read_text(encoding="utf-8"))
    ]
