"""The printed protocol is recomputed by hand: from levels and weights to totals, means, ranks, thresholds and sums."""

import io
import json
import re
from fractions import Fraction
from itertools import pairwise

import pytest
from pypdf import PdfReader

from app import clock
from app.services import agendas, assignments, council_sessions, decisions, reviews
from app.services.actors import Actor
from app.services.ballots import Ballot, DissentInput
from app.services.decisions import Motion
from app.services.reviews import Judgement
from models.base import canonical_json
from models.calls import VoteRule
from models.council_sessions import DecisionOutcome, VoteChoice
from models.reviews import ConflictKind
from models.users import Role
from reports import protocol, protocol_content
from tests.factories import SOM, TEXT

LEVELS = (
    ((5, 4, 5, 4, 3, 5), (4, 4, 4, 3, 5, 4)),
    ((3, 5, 4, 4, 4, 4), (5, 5, 5, 4, 4, 5)),
    ((2, 2, 3, 1, 2, 3), (3, 3, 3, 3, 3, 3)),
)
"""Per application, per reviewer, per criterion."""


@pytest.fixture
def signed(programme):
    """Three applications: the better of the two that pass is passed over, the third does not pass; votes by name."""
    call = programme.make_past_call(vote_rule=VoteRule.OPEN)
    applications = [programme.make_application("in_review", call=call) for _ in LEVELS]
    for application, given in zip(applications, LEVELS, strict=True):
        for assignment, marks in zip(assignments.of_application(application), given, strict=True):
            by = {"actor": Actor(assignment.reviewer), "now": clock.now()}
            assignments.declare(assignment, None, **by)
            judgements = {one.key: Judgement(mark, TEXT) for one, mark in zip(call.criteria, marks, strict=True)}
            reviews.submit(assignment, judgements, TEXT, **by)
    session, by = programme.make_session(call), {"actor": Actor(programme.secretary), "now": clock.now()}
    kin = programme.make_user(Role.REVIEWER)
    session.seats = 4
    council_sessions.record_attendance(session, [*session.present, kin], **by)
    outcomes = (DecisionOutcome.SELECTED, DecisionOutcome.RESERVE, DecisionOutcome.REJECTED)
    for application, outcome in zip(applications, outcomes, strict=True):
        agendas.discuss(session, application, **by)
        if outcome is DecisionOutcome.SELECTED:
            agendas.recuse(session, application, kin, ConflictKind.KINSHIP, **by)
            agendas.note(session, application, "Суу түтүгү эски.", in_protocol=True, **by)
        voters = decisions.voters_on(session, application)
        cast = [Ballot(one.id, VoteChoice.FOR) for one in voters[:-1]] + [Ballot(voters[-1].id, VoteChoice.AGAINST)]
        is_selected = outcome is DecisionOutcome.SELECTED
        amount = 180_000 * SOM if is_selected else None
        dissent = [DissentInput(voters[-1].id, "Рыногу алыс.")] if is_selected else []
        decisions.decide(session, application, Motion(outcome, amount, TEXT, ballots=cast, dissents=dissent), **by)
    return council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())


def text_of(signed, *locales):
    content = protocol.to_pdf(protocol_content.gather(signed), *locales)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def part(text, start, end):
    return text[text.index(start) : text.index(end, text.index(start))]


def test_every_figure_is_recomputed_from_the_printed_pages(programme, signed):
    """Nothing but the text of the PDF is read here: the levels, the weights, the rules, the votes and the amounts."""
    text = text_of(signed, "en")
    method = part(text, "Weight, points", "Each reviewer gives")
    weights = [int(one) for one in re.findall(r"^\d\n.+\n(\d+)$", method, re.M)]
    pass_total, share = map(
        int, re.search(r"at least (\d+) points is needed, and no criterion below\s+(\d+)", text).groups()
    )
    assert sum(weights) == 100 and (pass_total, share) == (60, 50)
    table = part(text, "The levels the reviewers gave", "The columns 1 to 6").split()
    tokens = table[table.index("Thresholds") + 1 :]
    found, row = {}, []
    for before, token in pairwise(["", *tokens]):
        if re.fullmatch(r"A-\d{4}-\d{4}", token):
            row = found[token] = [int(before), []]
        elif token in "ABC":
            row[1].append([])
        elif row:
            row[1][-1].append(token)
    ranked = []
    for number, (rank, printed) in found.items():
        totals, sections = [], [Fraction(0)] * 6
        for one in printed:
            marks = [int(mark) for mark in one[:6]]
            points = [Fraction(weight * mark, 5) for weight, mark in zip(weights, marks, strict=True)]
            assert sum(points) == Fraction(one[6])
            totals.append(sum(points))
            sections = [have + more / len(printed) for have, more in zip(sections, points, strict=True)]
        mean = sum(totals) / len(totals)
        assert abs(mean - Fraction(printed[0][7])) <= Fraction(1, 200)
        passes = mean >= pass_total and all(
            points * 100 >= weight * share for points, weight in zip(sections, weights, strict=True)
        )
        assert passes is ("not reached" not in " ".join(printed[0][8:])), number
        ranked.append((mean, rank, number, passes))
    assert [rank for _mean, rank, *_rest in sorted(ranked, reverse=True)] == [1, 2, 3]
    assert [passes for *_rest, passes in ranked] == [True, True, False]
    best, second, worst = (number for _mean, _rank, number, _passes in sorted(ranked, reverse=True))
    rows = part(text, "Decisions in the order of the scores", "Amounts in som.")
    amounts = [int("".join(one.split())) for one in re.findall(r"^\d{1,3}(?:[ \u00a0]\d{3})+$", rows, re.M)]
    asked, awarded = amounts[-2:]
    assert sorted(amounts[:-2]) == [180_000, 200_000, 200_000, 200_000]
    assert (asked, awarded) == (600_000, 180_000)
    reasons = text[text.index("Reasons") :].replace("\n", " ")
    assert f"it changed places with {second}" in part(reasons, f"{best} ·", f"{second} ·")
    assert f"it changed places with {best}" in part(reasons, f"{second} ·", f"{worst} ·")
    assert "departs" not in reasons[reasons.index(f"{worst} ·") :]
    for number, votes in re.findall(r"(A-\d{4}-\d{4})\n[^\n]+\n[\d.]+\n(\d–\d–\d)", rows):
        ayes, noes, _abstained = votes.split("–")
        ballots = reasons[reasons.index(f"{number} ·") :]
        assert ballots.index(f"For ({ayes}):") < ballots.index(f"Against ({noes}):"), number
    assert "Dissent of" in text and "Рыногу алыс." in text and "Суу түтүгү эски." in text
    assert "said so in the session: Kinship" in text.replace("\n", " ")


def test_no_reviewer_is_named_with_a_level(programme, signed):
    """The table of levels and everything before it but the list of those present names nobody."""
    table = part(text_of(signed, "en"), "The levels the reviewers gave", "Decisions in the order of the scores")
    assert not any(one.display_name in table for one in programme.reviewers)


def test_kyrgyz_and_russian_side_by_side(signed):
    text = " ".join(text_of(signed, "ky", "ru").split())
    for words in ("Отурум / Заседание", "Тандалган / Отобрано", "Макул (2) / За (2)", "Кворум", signed.number):
        assert words in text, words
    assert text.count(signed.sha256[:8]) >= 1


LATER = ("ranking", "movements", "vote_rule", "agenda_order", "ceiling", "most_per_oblast", "most_per_ayil_okmotu")
OF_A_DISCUSSION = ("in_room", "recusals", "ballots", "dissents", "notes", "departs", "decided_at", "passes")


def test_a_protocol_of_before_is_still_printed(signed):
    """What the first protocols did not keep is left out, nothing breaks."""
    content = json.loads(signed.content)
    for row in content["decisions"]:
        for name in OF_A_DISCUSSION:
            del row[name]
    old = {name: value for name, value in content.items() if name not in LATER}
    data = protocol_content.read(signed, canonical_json(old))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(protocol.to_pdf(data, "en"))).pages)
    assert "Recused:" in text and "The levels the reviewers gave" not in text
