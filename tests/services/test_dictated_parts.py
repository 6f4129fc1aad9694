"""Which part of the form an act writes: every act that changes what an application says names one."""

import ast
from pathlib import Path

import pytest

from app.services import audit, dictated_parts, questions
from app.services.dictated_parts import PARTS, PLAN_TABLES
from models.base import Base

pytestmark = pytest.mark.either_database

ROOT = Path(__file__).parents[2]
STEPS = {"create", "decline", "reopen", "sign_off", "submit", "withdraw"}
"""Acts of the life cycle: they write no part."""
NAMED_BY_DETAILS = {"application.save_section", "application.save_plan_row", "application.remove_plan_row"}
OF_THE_OFFICE = {"document.refuse", "document.take_again"}


def acts():
    """What the services record while an application is written."""
    folder = ROOT / "app" / "services"
    for path in (*sorted((folder / "applications").glob("*.py")), folder / "documents.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                yield ast.literal_eval(node.args[1])


def test_every_act_on_an_application_names_its_part():
    found = set(acts()) - {f"application.{step}" for step in STEPS} - OF_THE_OFFICE
    assert len(found) > 15
    assert found == PARTS.keys() | NAMED_BY_DETAILS
    keys = questions.read(questions.default_form()).by_key
    assert {*PARTS.values(), *PLAN_TABLES.values()} <= keys.keys()
    assert PLAN_TABLES.keys() <= Base.metadata.tables.keys()


def test_parts_are_those_in_which_something_was_written(programme):
    application = programme.make_application("signed_off")
    written = audit.latest(limit=1000, subject=f"applications:{application.id}")
    (found,) = dictated_parts.of(written)
    form = questions.form_of(application.call)
    assert found.application is application and found.parts == form.by_key.keys()
    assert dictated_parts.of([act for act in written if act.action == "application.sign_off"]) == []
