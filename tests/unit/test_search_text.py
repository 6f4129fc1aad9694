"""What SQLite finds in a packed text is what is in the text, whatever stands there."""

from hypothesis import given
from hypothesis import strategies as st

from app.database import sqlite_driver
from models.search_text import CHARACTERS, LETTERS, packed, pattern

TEXTS = st.text(st.sampled_from("абщъыяж ABWZ`~^{}|[]*?%_/\"'-09aё—"), max_size=12)


def test_letters_and_characters_are_swapped_one_for_one() -> None:
    assert len({*LETTERS, *CHARACTERS}) == len(LETTERS) + len(CHARACTERS) == 64
    assert packed("суу менен") == "SUU MENEN"
    assert packed(LETTERS).isascii()


@given(TEXTS, TEXTS)
def test_a_piece_of_the_text_is_a_piece_of_the_packed_text(text: str, word: str) -> None:
    assert packed(packed(text)) == text
    with sqlite_driver.connect(":memory:") as connection:
        (found,) = connection.execute("SELECT ? GLOB ?", (packed(text), pattern(word))).fetchone()
        assert found == (word in text)
        piece = text[2:6]
        (found,) = connection.execute("SELECT ? GLOB ?", (packed(text), pattern(piece))).fetchone()
        assert found == 1
    connection.close()
