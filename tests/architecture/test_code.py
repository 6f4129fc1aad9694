"""What the code may look like: imports, commits, lengths, names. What a review would have to say twice."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import blueprints
from app.web import presentation
from app.workflow import TABLES
from tests.support.sources import PACKAGES, ROOT, functions_of, imported_names, modules, name_of, tree_of

LONGEST_MODULE = 400
LONGEST_VIEW = 20
MAY_COMMIT = frozenset({"app/web/submissions.py", "app/jobs.py", "app/cli.py", "app/launcher.py"})
VAGUE = frozenset({"helper", "helpers", "util", "utils", "manager", "managers", "common", "misc", "tools"})
LEDGER_TABLES = frozenset({"LedgerAccount", "LedgerEvent", "Transfer"})
MAY_TOUCH_LEDGER = ("app/services/ledger/", "app/services/verification.py", "models/", "reports/", "seeds/scale/")
IMPORTS_LATE = {"app/services/matching.py": "the solver is heavy, and most processes never make a plan"}
"""Modules that import in a function what is not ours, and why: neither the contracts nor mypy see it."""
DATA_MODULES = frozenset({"reports/outlines.py"})
"""Modules that are nothing but data made by a program."""


def test_no_test_takes_a_refused_form_for_an_answer_of_the_code() -> None:
    """400 is the form's key alone: beside another status in one test it hides which of the two was proved."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Attribute)
        and node.left.attr == "status_code"
        and isinstance(node.ops[0], ast.In)
        and any(isinstance(one, ast.Constant) and one.value == 400 for one in ast.walk(node.comparators[0]))
    ]
    assert not found


def test_there_is_something_to_look_at() -> None:
    assert len(modules()) > 100


def test_import_contracts() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_migration_imports_nothing_that_changes_later() -> None:
    """What a revision did is done: it may not depend on what the models have become since."""
    revisions = sorted((ROOT / "migrations" / "versions").glob("*.py"))
    ours = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} | {"wsgi"}
    found = {
        f"{name_of(path)}: {name}"
        for path in revisions
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        if name and name.split(".")[0] in ours
    }
    assert revisions and {"app", "models"} <= ours
    assert not found
    assert "models" not in (ROOT / "migrations" / "script.py.mako").read_text(encoding="utf-8")


def test_no_import_inside_a_function() -> None:
    inside = {
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert not inside


def test_what_is_imported_late_is_named_with_its_reason() -> None:
    late: dict[str, set[str]] = {}
    for path in modules():
        for node in (one for function in functions_of(path) for one in ast.walk(function)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"import_module", "__import__"}:
                late.setdefault(name_of(path), set()).add(ast.literal_eval(node.args[0]))
    assert late.keys() == IMPORTS_LATE.keys()
    ours = tuple(f"{package}." for package in PACKAGES)
    assert not [name for names in late.values() for name in names if name.startswith(ours)]


def test_no_import_for_the_type_checker_alone() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
        or (isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING")
    ]
    assert not found


def test_commits_stand_at_the_edges_only() -> None:
    found = {
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        if name_of(path) not in MAY_COMMIT
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    }
    assert not found


def test_a_status_with_a_table_is_set_through_the_table() -> None:
    """`row.status = target(TRANSITIONS, …)`, never a member of the enumeration itself."""
    in_tables = {type(status).__name__ for table in TABLES.values() for status, _action in table}
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        if name_of(path).startswith("app/services/")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Attribute)
        and ast.unparse(node.value.value) in in_tables
        and any(isinstance(one, ast.Attribute) and one.attr == "status" for one in node.targets)
    ]
    assert len(in_tables) > 5
    assert not found


def test_the_clock_is_asked_at_the_edges_only() -> None:
    """Services, models and reports are told what time it is."""
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        if name_of(path).startswith(("app/services/", "models/", "reports/"))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
    ]
    assert not found


def test_the_ledger_s_tables_are_touched_by_few() -> None:
    found = {
        name_of(path): names
        for path in modules()
        if not name_of(path).startswith(MAY_TOUCH_LEDGER)
        and (names := LEDGER_TABLES & imported_names(path, "models.ledger"))
    }
    assert not found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_has_at_most_400_lines(path: Path) -> None:
    if name_of(path) not in DATA_MODULES:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_no_module_has_a_vague_name() -> None:
    parts = {part.removesuffix(".py"): name_of(path) for path in modules() for part in path.relative_to(ROOT).parts}
    assert not {parts[name] for name in VAGUE & parts.keys()}


def test_views_are_short() -> None:
    """A view is a function of a blueprint with a route; its decorators and docstring do not count."""
    long = {}
    for path in (ROOT / "blueprints").glob("*.py"):
        for function in functions_of(path):
            if not any("bp." in ast.unparse(one) for one in function.decorator_list):
                continue
            body = function.body[1:] if ast.get_docstring(function) else function.body
            length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            if length > LONGEST_VIEW:
                long[f"{name_of(path)}:{function.lineno} {function.name}"] = length
    assert not long


def test_every_module_says_what_it_is() -> None:
    silent = [name_of(path) for path in modules() if path.stat().st_size and not ast.get_docstring(tree_of(path))]
    assert set(silent) <= {"wsgi.py"}


def test_every_table_and_every_class_of_the_services_says_what_it_is() -> None:
    """Enumerations speak for themselves."""
    classes = [
        (name_of(path), node)
        for path in modules()
        if name_of(path).startswith(("models/", "app/services/"))
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef) and not any("Enum" in ast.unparse(base) for base in node.bases)
    ]
    assert len(classes) > 80
    assert not [f"{path}: {node.name}" for path, node in classes if not ast.get_docstring(node)]


def test_every_noun_with_pages_belongs_to_an_entry_of_the_navigation() -> None:
    entries = {endpoint.partition(".")[0] for _label, endpoint, _permission in presentation.NAVIGATION}
    outside = {"accounts", "health", "notifications", "second_factors"}
    assert set(blueprints.NOUNS) - entries - outside == set(presentation.SECTION_OF)
    assert set(presentation.SECTION_OF.values()) <= entries
