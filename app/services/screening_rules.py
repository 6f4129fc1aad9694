"""The rules of a call as lists of applications tell them: what is wrong, and the condition of a list.

What is read is what the database keeps beside an application (`models.unmet_rules`). One application is told by
`screenings.findings`, with the sums and what would mend them; a test holds the two together.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from app.localisation import N_
from models.applications import Application
from models.base import db
from models.unmet_rules import BIT

TEXTS: Mapping[str, str] = {
    "ceiling": N_("Grant outside the limits"),
    "match": N_("Too little pledged for the grant"),
    "meeting": N_("No minutes of the meeting"),
    "account": N_("No confirmed payout account"),
    "no_open_grant": N_("Too many grants running"),
    "co_investment": N_("Remittances too small a part"),
    "age": N_("Association too young"),
    "place": N_("Village outside the call"),
}
"""{rule: what is wrong when it is not met, in a few words}; the keys are those of `screenings.findings`."""
NAMES = tuple(TEXTS)
ANY, NONE = "any", "none"
"""What a list can be narrowed to beside one rule: any rule not met, and every rule met."""


@lru_cache(maxsize=256)
def names_in(unmet: int) -> tuple[str, ...]:
    """The rules not met, of `Application.unmet`."""
    return tuple(name for name in NAMES if unmet & BIT[name])


@cache
def narrowing(choice: str) -> Any:
    """The condition of what `choice` (of `NAMES`, `ANY` or `NONE`) leaves."""
    if choice in NAMES:
        return Application.unmet.bitwise_and(db.literal_column(str(BIT[choice]))) != db.literal_column("0")
    none = Application.unmet == db.literal_column("0")
    return ~none if choice == ANY else none
