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


@dataclass
class Listed:
    """One row of the list that is walked: what it asks for and gets (som), from which line, and why not."""

    number: str
    oblast: str
    ayil_aymak: str
    counts_as: str
    asked: int
    given: int | None
    line: int | None
    why: str


def down_the_list(text: str, found: dict[str, Printed]) -> dict[str, int | None]:
    """{number: what it gets straight down the list, in som}, walked by the printed rules, lines and funds.

    Raises `AssertionError` where what is printed is something else. Knows caps, lines, partial awards, and awards from
    before a session that decides anew; not shares.
    """
    first = "This session decides anew"
    begins = first if first in text else "From the best to the worst each"
    section = _unbroken(part(text, "Straight down the ranked list", begins))
    rules = " ".join(part(text, "Each reviewer gives", "The levels the reviewers gave").split())
    walk = " ".join(part(text, "From the best to the worst each", "Decisions in the order of the scores").split())
    assert "Where a share is not reached" not in walk
    caps = {
        kind: int(most)
        for most, kind in re.findall(r"At most (\d+) applications are selected in one (oblast|ayil)", rules)
    }
    least = re.search(r"if that is at least ([\d\u00a0 ]+) som", walk)
    lines, funds = _lines(section)
    left = {place: amount for place, (_title, amount) in lines.items()}
    of_fund = {place: title[0] for place, (title, _amount) in lines.items()}
    held: dict[tuple[str, str], int] = {}
    listed = _listed(section)
    marks = " ".join(row.counts_as for row in listed)
    for_one = {  # a fund's own name may have commas too
        place: [each for each in title[1:] if each.endswith(" oblast") or each in marks]
        for place, (title, _amount) in lines.items()
    }

    def pay(row: Listed, line: int, amount: int) -> None:
        left[line] -= amount
        funds[of_fund[line]] -= amount
        for kind, place in {"oblast": row.oblast, "ayil": row.ayil_aymak}.items():
            held[kind, place] = held.get((kind, place), 0) + 1

    before = [row for row in listed if row.why == "Awarded before this session."]
    assert not before or begins == first
    for row in before:
        pay(row, row.line or 0, row.given or 0)
    for row in listed:
        if row in before:
            continue
        places = {"oblast": row.oblast, "ayil": row.ayil_aymak}
        full = next((kind for kind, most in caps.items() if held.get((kind, places[kind]), 0) >= most), None)
        fitting = [
            place
            for place, only in sorted(for_one.items(), key=lambda one: _narrowness(one[1]))
            if all(each == row.oblast or each in row.counts_as for each in only)
        ]
        can = {place: min(left[place], funds[of_fund[place]]) for place in fitting}
        pays = next((place for place, most in can.items() if most >= row.asked), None)
        given = row.asked if pays else None
        if pays is None and least and can:
            pays = max(can, key=lambda place: can[place])
            given = can[pays] if can[pays] >= min(_som(least.group(1)), row.asked) else None
        if not found[row.number].passes or full or "was declined" in row.why:
            given = None
        assert (row.given, row.line) == (given, pays if given else None), row
        assert bool(row.why) is (given is None), row
        if given and pays:
            pay(row, pays, given)
    return {row.number: row.given for row in listed}


def _som(text: str) -> int:
    """Whole som: what a fund gives in all may have tyiyn, out of another currency."""
    return int("".join(text.split()).partition(".")[0])


def _unbroken(section: str) -> str:
    """Without what a new page says at its foot and head, and the heads of a table that goes on."""
    section = re.sub(
        r"Ашар\n(?:[^\n]*\n){1,8}?Page \d+ of \d+\nProtocol of[^\n]*\n[^\n]*SHA-256[^\n]*\n\s*", "", section
    )
    return section.replace(
        "Rank\nApplication\nAyil aymak, oblast\nCounts as\nAsked for\nDown the list\nNo.\nWhy not\n", "\u0000"
    )


def _lines(section: str) -> tuple[dict[int, tuple[list[str], int]], dict[str, int]]:
    """{number of the line: (fund, then oblast and theme if it is for one; its amount)}, {fund: what it gives}."""
    head = part(section, "The fund gives in all", "\u0000")
    lines, funds = {}, {}
    for place, title, amount, fund in re.findall(
        r"^(\d+)\n(.+?)\n([\d\u00a0 .]+) som\n([\d\u00a0 .]+) som", head, re.M | re.S
    ):
        parts = " ".join(title.split()).split(", ")
        lines[int(place)] = (parts, _som(amount))
        funds[parts[0]] = _som(fund)
    return lines, funds


def _narrowness(only: list[str]) -> tuple[bool, bool]:
    has_oblast = any(one.endswith(" oblast") for one in only)
    return not has_oblast, len(only) == has_oblast


def _listed(section: str) -> list[Listed]:
    rows = section[section.index("\u0000") :].replace("\u0000", "\n")
    found = []
    for number, body in re.findall(r"^\d+\n(A-\d{4}-\d{4})\n(.*?)(?=^\d+\nA-\d{4}|\Z)", rows, re.M | re.S):
        words, asked, given, rest = re.fullmatch(
            r"(.*?)^(\d{1,3}(?:[\u00a0 ]\d{3})+)\n(–|\d{1,3}(?:[\u00a0 ]\d{3})+)(.*)", body, re.M | re.S
        ).groups()
        ayil_aymak, oblast, counts_as = re.match(r"(.+?), (.+? oblast)(.*)", " ".join(words.split())).groups()
        line, why = re.fullmatch(r"\s*(\d*)\s*(.*)", " ".join(rest.split())).groups()
        amount = None if given == "–" else _som(given)
        found.append(
            Listed(number, oblast, ayil_aymak, counts_as, _som(asked), amount, int(line) if line else None, why)
        )
    return found
