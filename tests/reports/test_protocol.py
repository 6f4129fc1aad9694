"""The printed protocol is recomputed by hand: from levels and weights to totals, means, ranks, thresholds and sums."""

import io
import json
import re
from dataclasses import fields, replace
from fractions import Fraction
from itertools import combinations

import pytest
from pypdf import PdfReader

from app import clock
from app.services import (
    agendas,
    assignments,
    corrected_protocols,
    council_sessions,
    decisions,
    protocols,
    rankings,
    reviews,
    selections,
)
from app.services.actors import Actor
from app.services.ballots import Ballot, DissentInput
from app.services.decisions import Motion
from app.services.protocol_places import Change, Place
from app.services.reviews import Judgement
from models.applications import Application, ApplicationStatus
from models.base import canonical_json, db
from models.calls import RanksBy, VoteRule
from models.council_sessions import DecisionOutcome, VoteChoice
from models.people import Sex
from models.reviews import ConflictKind
from models.users import Role
from reports import protocol, protocol_content
from tests.factories import SOM, TEXT
from tests.support import recomputing
from tests.support.recomputing import part
from tests.support.shelf import kept

LEVELS = (
    ((5, 4, 5, 4, 3, 5), (4, 4, 4, 3, 5, 4)),
    ((3, 5, 4, 4, 4, 4), (5, 5, 5, 4, 4, 5)),
    ((2, 2, 3, 1, 2, 3), (3, 3, 3, 3, 3, 3)),
)
"""Per application, per reviewer, per criterion."""


@pytest.fixture
@kept
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


def test_every_figure_is_recomputed_from_the_printed_pages(programme, signed):
    """Nothing but the text of the PDF is read here: the levels, the weights, the rules, the votes and the amounts."""
    text = text_of(signed, "en")
    found = recomputing.by_hand(text)
    assert [row.passes for row in sorted(found.values(), key=lambda row: row.rank)] == [True, True, False]
    best, second, worst = sorted(found, key=lambda number: found[number].rank)
    assert recomputing.down_the_list(text, found) == {best: 200_000, second: 200_000, worst: None}
    asked, awarded, amounts = recomputing.sums(text)
    assert sorted(amounts) == [180_000, 200_000, 200_000, 200_000]
    assert (asked, awarded) == (600_000, 180_000)
    reasons = text[text.index("Reasons") :].replace("\n", " ")
    first, then = part(reasons, f"{best} ·", f"{second} ·"), part(reasons, f"{second} ·", f"{worst} ·")
    assert "Down the ranked list it would be selected, with 200 000 som." in first.replace("\xa0", " ")
    assert "Down the ranked list it would get 200 000 som." in then.replace("\xa0", " ")
    assert f"It goes before {best}, which is ahead of it" in then
    assert "departs" not in reasons[reasons.index(f"{worst} ·") :]
    assert recomputing.votes(text).keys() == found.keys()
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


LATER = (
    *("ranking", "movements", "vote_rule", "agenda_order", "ceiling", "least", "ranks_by", "severity", "funds"),
    *protocols.RULES,
)
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


def test_a_protocol_from_before_the_rules_of_a_call_counted_is_still_printed(signed):
    """Those kept no severity and no shares, and of a departure the numbers it changed places with by rank."""
    content = json.loads(signed.content)
    for name in ("least", "ranks_by", "severity", "funds", *protocols.RULES[2:]):
        del content[name]
    new = {"mean", "adjusted", *(one.name for one in fields(protocol_content.Listed))}
    content["ranking"] = [{name: row[name] for name in row.keys() - new} for row in content["ranking"]]
    for review in (one for row in content["ranking"] for one in row["reviews"]):
        del review["by"]
    content["decisions"][0]["departs"] = [content["decisions"][1]["number"]]
    content["most_per_oblast"] = 7
    data = protocol_content.read(signed, canonical_json(content))
    pages = PdfReader(io.BytesIO(protocol.to_pdf(data, "en"))).pages
    text = " ".join("\n".join(page.extract_text() for page in pages).split())
    assert f"It changed places with {content['decisions'][1]['number']} in the ranking." in text
    assert "At most 7 applications are selected in one oblast." in text and "ranked by the mean" in text
    assert "The levels the reviewers gave" in text and "Straight down the ranked list" not in text


@pytest.fixture
@kept
def adjusted(programme):
    """A call that ranks by the adjusted score under caps and shares: twelve applications, each of three reviewers'
    pairs judges a third of them, one reviewer is severe. Decided straight down the list."""
    call = programme.make_past_call(
        ranks_by=RanksBy.ADJUSTED,
        budget=1_000_000 * SOM,
        most_per_applicant=1,
        women_led_percent=40,
        most_per_oblast=9,
    )
    people = [programme.make_user(Role.REVIEWER) for _ in range(3)]
    for place in range(12):
        application = programme.make_application(ApplicationStatus.ELIGIBLE, call=call)
        for index, one in enumerate(list(combinations(people, 2))[place % 3]):
            level = (3, 4, 5, 4)[place % 4] - (2 if one is people[0] else 0) - ((place * 7 + index * 2) % 5 == 0)
            programme.review(programme.assign(application, one), level=max(1, level))
        chair = programme.chair_of(application.association).person
        chair.sex = Sex.FEMALE if place % 2 else Sex.MALE
    session, by = programme.make_session(call), {"actor": Actor(programme.secretary), "now": clock.now()}
    session.seats = 4
    straight = selections.of_call(call).straight.awards
    for row in rankings.rank(call):
        award = straight.get(row.application.id)
        outcome = DecisionOutcome.SELECTED if award else DecisionOutcome.REJECTED
        application = db.session.get_one(Application, row.application_id)
        decisions.decide(session, application, Motion(outcome, award and award.amount, TEXT, 3), **by)
    return council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())


def test_the_votes_are_said_to_be_on_the_decision_where_they_were(signed):
    """In protocols from before that, votes beside a rejection could be against the application."""
    flat = " ".join(text_of(signed, "en").split())
    assert "for the decision of the row" in flat and "needs more votes for it than against it" in flat
    data = protocol_content.gather(signed)
    first = replace(data, decisions=[*data.decisions[:-1], replace(data.decisions[-1], votes=(0, 4, 0))])
    pages = PdfReader(io.BytesIO(protocol.to_pdf(first, "en"))).pages
    flat = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "A selection needs more votes for than against." in flat and "of the row" not in flat


def figure(text):
    return Fraction(text)


def test_adjusted_scores_are_made_by_hand_from_the_printed_pages(programme, adjusted):
    """Totals, mu, lambda and the severity of each code give each score to its last decimal, and the ranks."""
    text = text_of(adjusted, "en")
    flat = " ".join(text.split())
    mean, shrinkage = map(figure, re.search(r"with μ = ([\d.]+) and λ = ([\d.]+)\.", flat).groups())
    told = part(text, "Severity of the reviewers", "So many points")
    severity = dict(re.findall(r"^(R\d)\n(-?\d+\.\d{4})\n8$", told, re.M))
    assert len(severity) == 3 and [figure(one) for one in severity.values()] == sorted(map(figure, severity.values()))
    table = part(text, "The levels the reviewers gave", "The columns 1 to 6").split()
    tokens, found = table[table.index("Thresholds") + 1 :], {}
    for place, token in enumerate(tokens):
        if re.fullmatch(r"A-\d{4}-\d{4}", token):
            row = found[token] = {"rank": int(tokens[place - 1]), "reviews": []}
        elif token in severity:
            row["reviews"].append((token, figure(tokens[place + 7])))
            if len(row["reviews"]) == 1:
                row["mean"], row["adjusted"] = tokens[place + 8 : place + 10]
    assert len(found) == 12
    scores = {}
    for number, row in found.items():
        rest = [total - mean - figure(severity[code]) for code, total in row["reviews"]]
        scores[number] = mean + sum(rest) / (len(rest) + shrinkage)
        assert abs(scores[number] - figure(row["adjusted"])) <= Fraction(1, 20_000), number
        plain = sum(total for _code, total in row["reviews"]) / len(rest)
        assert abs(plain - figure(row["mean"])) <= Fraction(1, 200), number
    for number, row in found.items():
        ahead = [other for other, score in scores.items() if score > scores[number]]
        assert row["rank"] > len(ahead) and all(found[other]["rank"] < row["rank"] for other in ahead)
    means = sorted(found, key=lambda number: -figure(found[number]["mean"]))
    assert means != sorted(found, key=lambda number: found[number]["rank"]), "severity moves somebody"


def test_the_rules_and_what_they_are_held_against_are_printed_and_codes_say_nothing_of_who(programme, adjusted):
    """A review is kept with no id or name, and its code goes by severity alone."""
    flat = " ".join(text_of(adjusted, "en").split())
    for words in (
        "ranked by the score adjusted for the severity",
        "At most 9 applications are selected in one oblast.",
        "At most 1 applications of one association are selected.",
        "At least 40 % of the selected applications come from associations led by a woman.",
        "The Council may award less than what is asked for.",
        "the last one selected that does not count for it makes room",
    ):
        assert words in flat.replace("\xa0", " "), words
    table = flat[flat.index("Straight down the ranked list") : flat.index("From the best to the worst each")]
    assert table.count("led by a woman") == 6
    assert "departs from the ranked list" not in flat
    content = json.loads(adjusted.content)
    assert {name for one in content["ranking"] for review in one["reviews"] for name in review} == {
        *("levels", "total", "by")
    }
    by_code = list(content["severity"]["reviewers"].items())
    assert sorted(by_code, key=lambda one: int(one[0][1:])) == sorted(by_code, key=lambda one: one[1])
    assert not any(one.display_name in json.dumps(content["ranking"]) for one in programme.reviewers)


def test_a_corrected_protocol_names_the_first_one_and_every_place(programme, signed):
    session, by = signed.session, {"actor": Actor(programme.secretary), "now": clock.now()}
    row = next(one for one in json.loads(signed.content)["decisions"] if one["notes"])
    number, before = row["number"], row["notes"][0]
    decided = next(one.application for one in session.decisions if one.application.number == number)
    made = corrected_protocols.draft(session, "Жазууда эки ката бар.", **by)
    corrected_protocols.correct_session(made, [Change(Place.PLACE, "Ош", "Ош, Ленин 205")], **by)
    changes = [
        Change(Place.NOTE, before, "Суу түтүгү жаңы.", number, 0),
        Change(Place.BALLOT, "against", "abstained", number, 2),
    ]
    corrected_protocols.correct_decision(made, decided, changes, **by)
    corrected_protocols.propose(made, **by)
    corrected_protocols.sign(made, actor=Actor(programme.council_chair), now=clock.now())
    assert protocol_content.gather(signed).correction is None
    first, text = text_of(signed, "en"), text_of(made, "en")
    assert "Corrected protocol" not in first and "Ош, Ленин 205" not in first
    said = part(text, "What this protocol corrects", "The session")
    assert signed.number in said and signed.sha256 in "".join(said.split())
    for words in ("Жазууда эки ката бар.", "Before: Ош", "Now: Ош, Ленин 205", f"Before: {before}", "Now: Abstains"):
        assert words in said, words
    assert made.number in text and made.sha256 in "".join(text.split())
    assert text.count("Суу түтүгү жаңы.") == 2  # where it is corrected, and in its place
    both = text_of(made, "ky", "ru")
    assert "Бул протокол эмнени оңдойт / Что исправляет этот протокол" in both and "Было: Ош" in both


def test_caps_lines_and_what_is_left_are_walked_again_from_the_printed_page(programme):
    """Osh has a line of its own and two at most: the third makes room, and the next gets what is left for all."""
    osh = programme.oblast("KG-O")
    call = programme.make_past_call(
        budget=300_000 * SOM,
        grant_ceiling=250_000 * SOM,
        also=[(programme.make_fund(), osh, 450_000 * SOM)],
        most_per_oblast=2,
    )
    made = []
    for oblast, level in (("KG-O", 5), ("KG-B", 5), ("KG-O", 4), ("KG-O", 4), ("KG-B", 2), ("KG-B", 4)):
        association = programme.make_association(oblast=oblast)
        made.append(programme.judged(call, level, association=association))
    session = programme.make_session(call)
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    for application in made:
        decisions.decide(session, application, Motion(DecisionOutcome.REJECTED, None, TEXT, 3), **by)
    signed = council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    text = text_of(signed, "en")
    walked = recomputing.down_the_list(text, recomputing.by_hand(text))
    assert [walked[one.number] for one in made] == [200_000, 200_000, 200_000, None, None, 100_000]
