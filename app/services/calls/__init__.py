"""Calls: set up as drafts, opened once everything adds up; see `app.services.amendments` for what comes after."""

from app.services.calls.lists import (
    funds_to_choose,
    open_calls,
    published_call,
    published_calls,
    seen_calls,
    titles_seen,
)
from app.services.calls.opening import (
    TRANSITIONS,
    Item,
    cancel,
    checklist,
    is_described,
    obstacles,
    open_,
)
from app.services.calls.set_up import (
    CallInput,
    CriterionInput,
    change,
    clone,
    create,
    must_be_draft,
    set_rubric,
    set_weights,
)
from app.services.calls.terms import Trial, trial_of

__all__ = [
    "TRANSITIONS",
    "CallInput",
    "CriterionInput",
    "Item",
    "Trial",
    "cancel",
    "change",
    "checklist",
    "clone",
    "create",
    "funds_to_choose",
    "is_described",
    "must_be_draft",
    "obstacles",
    "open_",
    "open_calls",
    "published_call",
    "published_calls",
    "seen_calls",
    "set_rubric",
    "set_weights",
    "titles_seen",
    "trial_of",
]
