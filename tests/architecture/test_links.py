"""Every page can be reached by clicking: from the desk, or for a visitor from the door."""

import ast
from collections.abc import Iterable, Mapping
from functools import lru_cache

from flask import Flask

from tests.support import templates
from tests.support.sources import ROOT, tree_of

DOOR, DESK = "accounts.sign_in", "desks.index"
MACHINES = frozenset({"health.healthz", "health.readyz", "static"})
"""Nobody clicks there."""
EVERYWHERE = (*sorted((ROOT / "app" / "services").rglob("*.py")), *sorted((ROOT / "app" / "web").glob("*.py")))
"""Tasks, notices, navigation, parts of the form: what they name stands on a desk or on any page."""

NOUNS = frozenset(path.stem for path in (ROOT / "blueprints").glob("*.py"))


@lru_cache
def constants(node: ast.AST) -> frozenset[str]:
    """Every text that stands in the code of `node`."""
    return frozenset(
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    )


@lru_cache
def texts_of_template(name: str) -> frozenset[str]:
    """Every text in the code of a template, and of those it extends, includes or takes macros from."""
    tree = templates.tree_of(name)
    own = {node.value for node in tree.find_all(templates.nodes.Const) if isinstance(node.value, str)}
    return frozenset(own.union(*(texts_of_template(one) for one in own if one in templates.names() and one != name)))


def texts_of_view(endpoint: str) -> set[str]:
    """What a view names: its own code, the functions of its module that it calls, and the templates they render.

    ".edit" is the view of the same module, and of each noun that is named beside it (a table whose rows link to it).
    """
    noun, _dot, verb = endpoint.partition(".")
    functions = {
        node.name: node
        for node in ast.walk(tree_of(ROOT / "blueprints" / f"{noun}.py"))
        if isinstance(node, ast.FunctionDef)
    }
    found: set[str] = set()
    waiting, seen = [verb], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        body = functions[name]
        waiting += [one.id for one in ast.walk(body) if isinstance(one, ast.Name)]
        found |= constants(body).union(*(texts_of_template(one) for one in constants(body) & set(templates.names())))
    verbs = {one for one in found if one.startswith(".")}
    return found | {one + verb for one in {noun, *found} & NOUNS for verb in verbs}


def reached(graph: Mapping[str, Iterable[str]], roots: Iterable[str]) -> set[str]:
    found, waiting = set(), list(roots)
    while waiting:
        one = waiting.pop()
        if one not in found and one in graph:
            found.add(one)
            waiting += graph[one]
    return found


def test_every_page_is_reached_from_the_desk(app: Flask) -> None:
    """A page that only names itself, or that only pages name which nothing leads to, is a page nobody finds."""
    graph = {name: texts_of_view(name) for name in app.view_functions if name not in MACHINES}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - MACHINES
    anywhere = set().union(*(constants(tree_of(path)) for path in EVERYWHERE))
    found = reached(graph, {DOOR, DESK} | anywhere)
    assert sorted(pages - found) == []
    assert len(pages) > 100
