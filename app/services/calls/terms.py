"""The terms an applicant meets in a call on the way to the submission: a dry run counts while they stay the same."""

import json
from dataclasses import dataclass
from datetime import datetime

from app.services import questions
from models.applications import Application, ApplicationStatus, Snapshot
from models.base import canonical_json, db, fingerprint
from models.calls import UNTIL_SUBMITTED, Call


@dataclass(frozen=True)
class Trial:
    """The dry run that was handed in, and whether the call's terms are still those it was walked by."""

    submitted_at: datetime
    still_holds: bool


def stamp_of(call: Call) -> str:
    """The fingerprint of everything that is asked of an applicant or held against what is written.

    That is the form with its questions, the papers, floor, ceiling, match, quorum and tranches, and for which places
    and projects there is money. Title, days, rubric and sums of allocations are not among it: nobody gets stuck on
    them between the first page and the submission.
    """
    terms = {
        "form": questions.form_of(call).sha256,
        "tranches": call.tranche_percents,
        "paid_for": _paid_for(call),
    }
    return fingerprint(canonical_json(terms | {name: getattr(call, name) for name in UNTIL_SUBMITTED}))


def _paid_for(call: Call) -> list[tuple[int, int]]:
    """For which oblasts and themes there is money (0: for every one); what a wider line pays for needs no own."""
    there = {(one.oblast_id or 0, one.theme_id or 0) for one in call.allocations}
    return sorted((oblast, theme) for oblast, theme in there if not there & _wider(oblast, theme))


def _wider(oblast: int, theme: int) -> set[tuple[int, int]]:
    return {(0, 0), (oblast, 0), (0, theme)} - {(oblast, theme)}


def trial_of(call: Call) -> Trial | None:
    """The dry run of a call that was handed in; None when there is none.

    One from before snapshots of dry runs kept the terms is taken for one of other terms: nobody knows.
    """
    query = (
        db.select(Application.submitted_at, Snapshot.content)
        .outerjoin(Snapshot, Snapshot.application_id == Application.id)
        .where(Application.call_id == call.id, Application.is_test, Application.status == ApplicationStatus.SUBMITTED)
        .order_by(Snapshot.sequence.desc())
    )
    found = db.session.execute(query).first()
    if found is None:
        return None
    submitted_at, content = found
    return Trial(submitted_at, json.loads(content or "{}").get("terms") == stamp_of(call))
