"""Who benefits from synthetic applications, counted."""

from collections.abc import Sequence
from dataclasses import asdict
from random import Random

from models.applications import ApplicationStatus
from models.beneficiaries import Beneficiaries
from seeds.beneficiaries import counted
from seeds.scale import stage as stages
from seeds.scale.stage import Draft


def content_of(draft: Draft) -> dict[str, int]:
    """The numbers as they stand in a snapshot."""
    return asdict(counted(draft.kind, Random(draft.row["number"])))


def write(written: Sequence[tuple[int, Draft]]) -> None:
    """Count for what is more than a draft."""
    stages.write(
        Beneficiaries,
        [
            content_of(draft)
            | {
                "application_id": id_,
                "counted_by_id": draft.row["created_by_id"],
                "counted_at": draft.row["created_at"],
                "version": 1,
            }
            for id_, draft in written
            if draft.row["status"] is not ApplicationStatus.DRAFT
        ],
    )
