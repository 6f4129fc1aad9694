"""The quorum of a village meeting: whole numbers, no database."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quorum:
    """`counted` came of `entitled`; the call asks for `percent` of them."""

    counted: int
    entitled: int
    percent: int

    @property
    def needed(self) -> int:
        """`percent` of `entitled`, rounded up: half of 81 households are 41."""
        return -(-self.entitled * self.percent // 100)

    @property
    def is_reached(self) -> bool:
        return self.counted >= self.needed
