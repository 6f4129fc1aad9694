"""Synthetic load for benchmarks: many applications at once, and money on them.

The one exception to "rows are made by services alone": 20,000 applications through the services would take half
an hour, so these are written in bulk, in the shape the services give them. They lie in calls of their own
("scale-1" …, never public), have numbers of their own series ("S-2026-…") and keep every promise that
`flask verify` checks; of what it holds against the history they have the acts. They have no decisions of a session.
It needs the demonstration programme to build on. `ledger.load` gives some of them grants with a whole ledger, each of
which the Council has not decided on: that is for the bench alone.
"""

from seeds.scale.applications import load, load_reviewed
from seeds.scale.stage import DemonstrationMissingError

__all__ = ["DemonstrationMissingError", "load", "load_reviewed"]
