"""A printed protocol recomputed by hand: nothing but the text of its English PDF is read."""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

NUMBER = re.compile(r"A-\d{4}-\d{4}")


@dataclass
class Printed:
    """One application of the table of levels: what is printed, and what comes out by hand."""

    rank: int
    reviews: list[list[str]] = field(default_factory=list)
    mean: Fraction = Fraction(0)
    sections: list[Fraction] = field(default_factory=list)
    passes: bool = False


def part(text: str, start: str, end: str) -> str:
    return text[text.index(start) : text.index(end, text.index(start))]


def by_hand(text: str) -> dict[str, Printed]:
    """Every application with totals, mean, thresholds and rank made from levels, weights and rules.

    Raises `AssertionError` where what is printed is something else.
    """
    method = part(text, "Weight, points", "Each reviewer gives")
    weights = [int(one) for one in re.findall(r"^\d\n.+\n(\d+)$", method, re.M)]
    pass_total, share = map(
        int, re.search(r"at least (\d+) points is needed, and no criterion below\s+(\d+)", text).groups()
    )
    assert sum(weights) == 100 and (pass_total, share) == (60, 50)
    found = _rows(text)
    for number, row in found.items():
        row.sections = [Fraction(0)] * len(weights)
        for printed in row.reviews:
            points = [Fraction(weight * int(mark), 5) for weight, mark in zip(weights, printed[:6], strict=True)]
            assert sum(points) == Fraction(printed[6]), number
            row.sections = [have + more / len(row.reviews) for have, more in zip(row.sections, points, strict=True)]
        row.mean = sum(row.sections, Fraction(0))
        assert abs(row.mean - Fraction(row.reviews[0][7])) <= Fraction(1, 200), number
        row.passes = row.mean >= pass_total and all(
            points * 100 >= weight * share for points, weight in zip(row.sections, weights, strict=True)
        )
        assert row.passes is ("not reached" not in " ".join(row.reviews[0][8:])), number
    for number, row in found.items():
        ahead = sum((one.mean, one.sections) > (row.mean, row.sections) for one in found.values())
        assert row.rank == 1 + ahead, number
    return found


def _rows(text: str) -> dict[str, Printed]:
    """The table of levels: each review is its six levels, its total, and in the first line of all the mean."""
    table = part(text, "The levels the reviewers gave", "The columns 1 to 6").split()
    tokens = table[table.index("Thresholds") + 1 :]
    found: dict[str, Printed] = {}
    row: Printed | None = None
    for before, token in pairwise(["", *tokens]):
        if NUMBER.fullmatch(token):
            row = found[token] = Printed(int(before))
        elif row is not None and len(token) == 1 and token in "ABCD":
            row.reviews.append([])
        elif row is not None and row.reviews:
            row.reviews[-1].append(token)
    return found


def sums(text: str) -> tuple[int, int, list[int]]:
    """What was asked for and awarded in all (som) as the last line of the decisions prints it, and every amount above.

    The amounts add up to both.
    """
    rows = part(text, "Decisions in the order of the scores", "Amounts in som.")
    amounts = [int("".join(one.split())) for one in re.findall(r"^\d{1,3}(?:[ \u00a0]\d{3})+$", rows, re.M)]
    *each, asked, awarded = amounts
    assert sum(each) == asked + awarded
    return asked, awarded, each


def votes(text: str) -> dict[str, tuple[int, int, int]]:
    """{number: for, against, abstained} of the table, each the same as the ballots listed by name."""
    rows, reasons = part(text, "Decisions in the order of the scores", "Amounts in som."), text[text.index("Reasons") :]
    found = {}
    pattern = r"(A-\d{4}-\d{4})\n[^\n]+(?:\n[^\n\d][^\n]*)*\n[\d.]+\n(\d+)–(\d+)–(\d+)"
    for number, *counted in re.findall(pattern, rows):
        ballots = re.split(r"A-\d{4}-\d{4} ·", reasons[reasons.index(f"{number} ·") :])[1].replace("\n", " ")
        ayes, noes, abstained = map(int, counted)
        assert f"For ({ayes}):" in ballots and (not noes or f"Against ({noes}):" in ballots), number
        found[number] = (ayes, noes, abstained)
    return found
