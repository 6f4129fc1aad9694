"""The history: every act and detail has words, the secretary reads who did what for whom."""

import ast
import re
from pathlib import Path

import pytest

from app import audit_texts, clock
from app.services import (
    applications,
    assignments,
    audit,
    grants,
    interests,
    overrides,
    payments,
    recoveries,
    repayments,
    tranches,
)
from app.services.actors import Actor
from app.services.audit_subjects import TABLES
from models.applications import ApplicationStatus
from models.base import db
from models.interests import InterestKind
from models.users import Role
from tests.support.pages import text_of

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "app").rglob("*.py"), *(ROOT / "seeds").rglob("*.py")])
MADE = {
    "bank_statement_match": {"confirm", "reject", "undo"},
    "appeal": {"uphold", "dismiss"},
    "assignment": {"accept", "recuse"},
    "dictation": {"begin", "confirm", "end"},
    "expenditure": {"accept", "accept_part"},
    "grant": {"suspend", "resume"},
    "override": {"propose", *(action for _status, action in overrides.TRANSITIONS)},
    "recovery": {"propose", *(action for _status, action in recoveries.TRANSITIONS)},
    "repayment": {"record", *(action for _status, action in repayments.TRANSITIONS)},
    "payment": {"list", *(action for _status, action in payments.TRANSITIONS)},
    "visit": {"show_photos", "hide_photos"},
    "tranche": {action for _status, action in tranches.TRANSITIONS},
}
"""The actions that stand behind `audit.record(…, f"noun.{action}")`."""


def records():
    """(file, action node, keywords) of every call of `audit.record` and of the tranches' `_note`."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name == "audit.record" or (name == "_note" and path.name == "tranches.py"):
                yield path, name, node


def test_every_act_has_words():
    found = set()
    for path, name, node in records():
        if name == "_note":
            found.add(f"tranche.{ast.literal_eval(node.args[1])}")
        elif isinstance(node.args[1], ast.Constant):
            found.add(node.args[1].value)
        else:
            noun = re.match(r"f'(\w+)\.\{action\}'", ast.unparse(node.args[1]))
            assert noun and noun[1] in MADE, f"{path.name}: {ast.unparse(node.args[1])}"
            found |= {f"{noun[1]}.{action}" for action in MADE[noun[1]]}
    assert len(found) > 60
    assert found - audit_texts.ACTIONS.keys() == set()


def test_every_detail_has_words_or_is_for_the_computer():
    found = {keyword.arg for _path, _name, node in records() for keyword in node.keywords if keyword.arg}
    assert len(found) > 20
    assert found - {"actor", "now"} - audit_texts.DETAILS.keys() - audit_texts.HIDDEN == set()
    assert audit_texts.DETAILS.keys() & audit_texts.HIDDEN == set()


def test_every_noun_has_a_name():
    assert audit_texts.NOUNS.keys() - TABLES.keys() == set()


@pytest.fixture
def history(client, programme):
    client.sign_in(programme.secretary).speak("en")
    return lambda query="": client.get(f"/history{query}")


def test_the_history_says_who_did_what_for_whom_and_when(history, programme):
    association = programme.make_association()
    operator = programme.operator_of(association.centre)
    application = applications.create(
        programme.call, association, language="ky", actor=Actor(operator, association), now=clock.now()
    )
    page = history()
    text = text_of(page.text)
    assert f"{operator.display_name} on behalf of {association.name('en')} Began an application" in text
    assert "12 Oct 2026, 10:00" in text.replace("\xa0", " ")
    assert application.number in text
    assert "application.create" not in page.text


def test_details_are_words_and_amounts_not_codes(history, programme):
    grant = programme.make_grant()
    page = text_of(history(f"?subject=grants:{grant.id}").text)
    assert "Offered the grant Grant" in page and f"{grant.number} · {grant.association.name('en')}" in page
    assert "Amount: 200 000 som" in page.replace("\xa0", " ")
    for word in ("application:", "amount_kgs", "sha256", "grants:"):
        assert word not in page


def test_every_event_of_a_whole_programme_can_be_read(history, programme):
    """All pages of the trail, in pages of sixty, without a gap and without a bare action."""
    programme.make_grant()
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    first = assignments.of_application(application)[0]
    assignments.decline(first, reason="жок", actor=Actor(first.reviewer), now=clock.now())
    db.session.commit()
    events = audit.latest(limit=10_000)
    seen, address = 0, ""
    while address is not None:
        page = history(address)
        assert page.status_code == 200
        seen += page.text.count('class="govuk-table__row" role="row"') - 1
        older = re.search(r'rel="next" href="/history(\?before=\d+)"', page.text)
        address = older[1] if older else None
    assert seen == len(events) > 60
    assert {event.action for event in events} <= audit_texts.ACTIONS.keys()


def test_the_subject_filter_narrows_to_a_noun_or_one_thing(history, programme):
    one, other = programme.make_application(), programme.make_application()
    page = text_of(history(f"?subject=applications:{one.id}").text)
    assert one.number in page and other.number not in page
    page = text_of(history("?subject=associations").text)
    assert "Registered an association" in page and "Began an application" not in page
    assert "Nothing has happened yet" in history("?subject=nothing:1").text
    assert history("?subject=%25&before=abc").status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECRETARY])
def test_only_the_secretary_reads_the_history(client, programme, role):
    assert client.sign_in(programme.user_of(role)).get("/history").status_code == 403


def test_the_suspending_acts_are_the_ones_listed_above():
    """`MADE` names what `_with_reason` is called with."""
    source = (ROOT / "app/services/grants.py").read_text(encoding="utf-8")
    assert set(re.findall(r'_with_reason\(grant, "(\w+)"', source)) == MADE["grant"]
    assert grants.TRANSITIONS


@pytest.mark.parametrize("kind", list(InterestKind))
def test_an_interest_that_was_entered_is_read_in_words(client, programme, kind) -> None:
    """The acts of a recusal keep a kind too, of another list."""
    by = {"actor": Actor(programme.reviewers[0]), "now": clock.now()}
    interests.declare(kind, name="Асанов Бакыт", relation="ага", register_number="", **by)
    page = client.sign_in(programme.secretary).speak("ky").get("/history")
    assert page.status_code == 200
    assert "Кызыкчылык:" in text_of(page.text) and f"Кызыкчылык: {kind.value}" not in text_of(page.text)
