"""The project's own sources as the architecture tests read them."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "blueprints", "forms", "models", "reports", "seeds")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@lru_cache
def modules() -> tuple[Path, ...]:
    """Every Python file of the product."""
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return (ROOT / "wsgi.py", *sorted(found))


@lru_cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions_of(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef))


def imported_names(path: Path, module: str) -> set[str]:
    """What a file takes from `module` by name."""
    return {
        alias.name
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def places(path: Path, nodes: "Iterator[ast.stmt] | Iterator[ast.expr] | list[ast.AST]") -> list[str]:
    return [f"{name_of(path)}:{node.lineno}" for node in nodes]  # type: ignore[union-attr]
