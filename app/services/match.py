"""The match: how much grant the verified co-investment carries. Pure integer arithmetic in tyiyn.

Rule (domain.md section 5): grant <= ratio × verified co-investment. The ratio is a percentage: 100 means 1:1,
200 means two som of grant for each som of co-investment.
"""

from collections.abc import Sequence

HIGHEST_AMOUNT = 100_000_000_00  # tyiyn: a hundred million som is no village project


def grant_carried(verified: int, match_percent: int) -> int:
    """The largest grant (tyiyn, rounded down) that `verified` tyiyn of co-investment carry."""
    return verified * match_percent // 100


def co_investment_due(grant: int, match_percent: int) -> int:
    """The smallest co-investment (tyiyn, rounded up) that carries `grant` tyiyn. Inverse of `grant_carried`."""
    return -(-grant * 100 // match_percent)


def split_tranches(award: int, percents: Sequence[int]) -> list[int]:
    """Split `award` tyiyn by `percents`; the last takes the rounding remainder, so the parts total the award.

    Raises `ValueError` when the percentages do not total 100, or when a part would be empty.
    """
    if sum(percents) != 100 or not percents or min(percents) <= 0:
        raise ValueError("tranche percentages must be positive and total 100")
    parts = [award * percent // 100 for percent in percents[:-1]]
    parts.append(award - sum(parts))
    if min(parts) <= 0:
        raise ValueError("the award is too small to be split")
    return parts
