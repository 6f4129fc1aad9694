"""Codes that are read from paper or told on the phone."""

import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without 0 O 1 I, which are misread on paper
GROUP = 4


def make(groups: int) -> str:
    """A code of so many groups of four letters, 20 bits each."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(groups))
