"""Every template compiles, uses what it imports, asks nothing of the network and speaks three languages."""

import ast
import re
from pathlib import Path

import pytest

from tests.support import templates
from tests.support.sources import ROOT, tree_of

STATIC = ROOT / "app" / "static"
NAMES_OF_LANGUAGES_AND_MARKS = frozenset({"Ashar", "Ашар"})
TEXT_FILES = (".css", ".js", ".svg", ".html", ".json", ".webmanifest")
LICENCES = ("LICENSE", "LICENCE", "NOTICE", "CHECKSUMS", ".md", ".txt")


@pytest.mark.parametrize("name", templates.names())
def test_compiles(name: str) -> None:
    templates.environment().compile(templates.source_of(name), name)


@pytest.mark.parametrize("name", templates.names())
def test_uses_what_it_imports_and_imports_what_is_there(name: str) -> None:
    used = templates.used_names(name)
    assert not [own for own, _source in templates.imports_of(name) if own not in used]
    for own, source in templates.imports_of(name):
        assert source in templates.names(), f"{own} from {source}"


@pytest.mark.parametrize("name", templates.names())
def test_every_word_is_translated(name: str) -> None:
    assert not set(templates.bare_words(templates.source_of(name))) - NAMES_OF_LANGUAGES_AND_MARKS


def test_bare_words_are_found() -> None:
    source = """{# note #}<p>Bare {{ _('fine') }}</p><img alt="Seen"> {% if a %}<b title="{{ t }}">ok</b>{% endif %}
    <script>var fine = 1;</script>"""
    assert templates.bare_words(source) == ["Bare 0", "Seen"]


@pytest.mark.parametrize("name", templates.names())
def test_no_day_is_written_out(name: str) -> None:
    """An example of last year looks wrong: `example_day()` gives one of these days."""
    assert not re.findall(r"\d\d\.\d\d\.20\d\d|\b20\d\d-", templates.source_of(name))


@pytest.mark.parametrize("name", templates.names())
def test_no_inline_script_or_style(name: str) -> None:
    """The Content-Security-Policy forbids them."""
    source = templates.source_of(name)
    for forbidden in ("<style", " style=", " onclick=", " onsubmit=", " onchange=", "javascript:", "|safe", "| safe"):
        assert forbidden not in source, forbidden
    assert "<script>" not in source


def test_nothing_is_asked_of_the_network() -> None:
    files = [
        path
        for folder in (STATIC, templates.FOLDER)
        for path in folder.rglob("*")
        if path.suffix in TEXT_FILES and not path.name.endswith(LICENCES) and not path.name.startswith(LICENCES)
    ]
    assert len(files) > 20
    assert not {str(path.relative_to(ROOT)): found for path in files if (found := templates.addresses(path))}


def test_every_template_a_view_names_is_there() -> None:
    missing, named = [], set()
    for path in [*(ROOT / "blueprints").glob("*.py"), *(ROOT / "app" / "web").glob("*.py")]:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".html"):
                named.add(node.value)
                if node.value not in templates.names():
                    missing.append(f"{path.name}:{node.lineno} {node.value}")
    assert not missing
    assert len(named) > 10


def test_no_template_is_forgotten() -> None:
    """Each is named by a view, an error handler or another template."""
    used = {source for name in templates.names() for _own, source in templates.imports_of(name)}
    texts = [templates.source_of(name) for name in templates.names()]
    code = [
        path.read_text(encoding="utf-8")
        for folder in ("blueprints", "app/web", "app")
        for path in (ROOT / folder).glob("*.py")
    ]
    for name in templates.names():
        if any(f"'{name}'" in text or f'"{name}"' in text for text in [*texts, *code]):
            used.add(name)
    used |= {name for name in templates.names() if name.startswith("errors/")}
    assert not set(templates.names()) - used


def test_a_view_s_template_lies_in_its_noun_s_folder() -> None:
    """The templates of a noun lie in its folder: `reviews.show` renders reviews/show.html."""
    strange = []
    for path in (ROOT / "blueprints").glob("*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".html"):
                folder = Path(node.value).parts[0]
                if folder != path.stem:
                    strange.append(f"{path.name}:{node.lineno} {node.value}")
    assert not strange
