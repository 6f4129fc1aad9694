"""Vendored front-end files are exactly the ones listed, and nothing unlisted slips in."""

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
CHECKSUMS = STATIC / "vendor" / "CHECKSUMS"


def listed() -> dict[str, str]:
    lines = CHECKSUMS.read_text(encoding="utf-8").splitlines()
    return {path: digest for digest, path in (line.split(maxsplit=1) for line in lines if line.strip())}


@pytest.mark.parametrize("path", sorted(listed()))
def test_vendored_file_is_unchanged(path):
    assert hashlib.sha256((STATIC / path).read_bytes()).hexdigest() == listed()[path]


def test_every_vendored_file_is_listed():
    present = {
        str(file.relative_to(STATIC).as_posix())
        for folder in ("vendor", "fonts")
        for file in (STATIC / folder).rglob("*")
        if file.is_file() and file != CHECKSUMS
    }
    assert present == set(listed())


@pytest.mark.parametrize("path", ["vendor/govuk-frontend/govuk-ashar.css", "ashar.css"])
def test_stylesheets_fetch_nothing_foreign_and_no_reserved_brand(path):
    css = (STATIC / path).read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", css)
    assert "GDS Transport" not in css
    assert "crown" not in css
