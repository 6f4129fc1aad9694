"""How SQLite keeps a search text: each Cyrillic letter as one character of ASCII, so that a scan reads half as much.

The letters and the characters are swapped, so every text has one packed form, a piece of a text is the same piece of
its packed form, and packing twice gives the text again. PostgreSQL keeps the text as it is: it makes trigrams of
letters only. A migration never imports this: it writes the letters out.
"""

import re
from typing import Any

import sqlalchemy as sa

LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
CHARACTERS = "ABVGDEJZIYKLMNOPRSTUFHCQXW`~^{}|"
"""Folded texts have no capital letters; what is left is rare in them."""
_SWAPPED = str.maketrans(LETTERS + CHARACTERS, CHARACTERS + LETTERS)


def packed(text: str) -> str:
    """The packed form of a text, or the text of a packed form."""
    return text.translate(_SWAPPED)


def pattern(word: str) -> str:
    """What GLOB, which tells capital letters from small ones, finds where the packed form has `word` in it."""
    return "*" + re.sub(r"([*?\[])", r"[\1]", packed(word)) + "*"


class SearchText(sa.types.TypeDecorator[str]):
    """A folded text, packed where the database is SQLite."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return packed(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> str | None:
        return packed(value) if value is not None and dialect.name == "sqlite" else value
