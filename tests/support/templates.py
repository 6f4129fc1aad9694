"""The templates as the architecture tests read them: parsed by Jinja, never rendered."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from jinja2 import Environment, nodes

from app.web import presentation
from tests.support.sources import ROOT

FOLDER = ROOT / "app" / "templates"
READ_ALOUD = ("alt", "title", "aria-label", "placeholder", "label")
WORD = re.compile(r"[A-Za-zА-Яа-яӨөҮүҢңЁё]{3,}")
NAMES_FOR_CODE = re.compile(r"#[a-z-]+|[a-z-]+=\"[^\"]*\"|\b[a-z]+(?:-+[a-z]+)+\b")
"""Anchors, attributes and names of classes, which a block, a branch or a macro may hand on as text."""


@lru_cache
def environment() -> Environment:
    """The application's own template environment, without an application behind it."""
    app = Flask("ashar", root_path=str(ROOT / "app"), template_folder=str(FOLDER))
    presentation.install(app)
    return app.jinja_env


@lru_cache
def names() -> tuple[str, ...]:
    return tuple(sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()))


def source_of(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@lru_cache
def tree_of(name: str) -> nodes.Template:
    return environment().parse(source_of(name), name)


def imports_of(name: str) -> Iterator[tuple[str, str]]:
    """(name in this template, where it comes from) of every `import` and `from … import`."""
    for node in tree_of(name).find_all((nodes.FromImport, nodes.Import)):
        source = node.template.value if isinstance(node.template, nodes.Const) else "?"
        if isinstance(node, nodes.Import):
            yield node.target, source
        else:
            for one in node.names:
                yield (one[1] if isinstance(one, tuple) else one), source


def used_names(name: str) -> set[str]:
    """Every variable a template reads, macros it calls included."""
    return {node.name for node in tree_of(name).find_all(nodes.Name) if node.ctx == "load"}


def macros_of(name: str) -> set[str]:
    return {node.name for node in tree_of(name).find_all(nodes.Macro)}


class _Plain(HTMLParser):
    """Collects words a reader would see that stand in the template itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.found += [value for name, value in attrs if name in READ_ALOUD and value and WORD.search(value)]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent and WORD.search(data):
            self.found.append(" ".join(data.split()))


def bare_words(source: str) -> list[str]:
    """Words for readers that are not translated: text and attributes outside Jinja's braces."""
    text = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
    text = re.sub(r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}", "", text, flags=re.S)
    text = re.sub(r"\{%-?\s*macro _kind\b.*?endmacro\s*-?%\}", "", text, flags=re.S)  # its text is a name for code
    text = re.sub(r"\{%.*?%\}", "", text, flags=re.S)
    text = re.sub(r"(</?)\{\{.*?\}\}", r"\1i", text, flags=re.S)
    text = re.sub(r"\{\{.*?\}\}", "0", text, flags=re.S)
    reader = _Plain()
    reader.feed(text)
    reader.close()
    return [words for words in reader.found if WORD.search(NAMES_FOR_CODE.sub("", words))]


def addresses(path: Path) -> list[str]:
    """http(s) addresses in a file; names of XML namespaces are not fetched."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"https?://[^\s\"'<>)]+", text)
    return [one for one in found if not re.match(r"https?://(www\.)?w3\.org/", one)]
