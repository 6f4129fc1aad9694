"""The village meetings of synthetic applications: the same for all, held when the draft was begun."""

from collections.abc import Sequence
from typing import Any

from app.clock import bishkek_day
from models.applications import ApplicationStatus
from models.calls import QuorumOf
from models.meetings import Meeting
from seeds.scale import stage as stages
from seeds.scale.stage import Draft

MINUTES: dict[str, Any] = {
    "women": 34,
    "men": 29,
    "households": 58,
    "entitled": 97,
    "votes_for": 60,
    "votes_against": 1,
    "abstentions": 2,
}


def _of(draft: Draft) -> dict[str, Any]:
    is_kyrgyz = draft.row["language"] == "ky"
    return MINUTES | {
        "held_on": bishkek_day(draft.row["created_at"]),
        "place": "Мектептин залы" if is_kyrgyz else "Зал школы",
        "led_by": "Төрага" if is_kyrgyz else "Председатель",
        "written_by": "Катчы" if is_kyrgyz else "Секретарь",
        "decision": draft.texts["title"],
    }


def content_of(draft: Draft) -> dict[str, Any]:
    """The meeting as it stands in a snapshot."""
    meeting = _of(draft)
    rule = {"quorum_of": QuorumOf.HOUSEHOLDS.value, "quorum_percent": 50, "quorum": 49}
    return meeting | rule | {"held_on": meeting["held_on"].isoformat()}


def write(written: Sequence[tuple[int, Draft]]) -> None:
    """Write the meetings of what is more than a draft."""
    stages.write(
        Meeting,
        [
            _of(draft)
            | {
                "application_id": id_,
                "recorded_by_id": draft.row["created_by_id"],
                "recorded_at": draft.row["created_at"],
                "version": 1,
            }
            for id_, draft in written
            if draft.row["status"] is not ApplicationStatus.DRAFT
        ],
    )
