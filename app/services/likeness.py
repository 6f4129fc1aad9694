"""How alike two texts are: plain arithmetic, no database.

Texts are compared by their trigrams of words: every run of three words, folded and cut to the stem, is one. Trigrams of
letters do not tell texts of this length apart: two honest applications in one language share 44 to 73 % of them.
MinHash (Broder 1997) finds the pairs worth comparing: two texts have a band in common with the probability
1 - (1 - likeness^3)^24, which is 0.997 at a likeness of 0.6.
"""

import re
from array import array
from hashlib import blake2b

from app.localisation import fold

THRESHOLD = 0.6
"""From here on two texts are shown to the secretary as alike."""
BANDS, ROWS = 24, 3
_BINS = BANDS * ROWS
_STEM = 5
_SENTENCE_END = re.compile(r"[.!?](?: |$)")
_WORD = re.compile(r"[^\W\d_]+")

Shingles = frozenset[int]
"""The hashes (32 bits) of the word trigrams of a text."""


def shingles(text: str) -> Shingles:
    """The word trigrams of the sentences of `text`.

    Spelling, numbers, endings, punctuation and the order of the sentences do not matter.
    """
    sentences = ([word[:_STEM] for word in _WORD.findall(one)] for one in _SENTENCE_END.split(fold(text)))
    return frozenset(
        _hash(" ".join(words[place : place + 3])) for words in sentences for place in range(len(words) - 2)
    )


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")


def likeness(one: Shingles, other: Shingles) -> float:
    """What two texts have in common, 0 to 1: common trigrams by all of both (Jaccard). Nothing is like nothing."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def bands(text: Shingles) -> list[int]:
    """The bands of a text: `BANDS` marks, some of which two texts as alike as `THRESHOLD` almost surely share.

    One permutation (Li, Owen, Zhang 2012): each bin keeps its least hash, an empty one that of the next. Of an empty
    text none.
    """
    least: dict[int, int] = {}
    for one in text:
        place = one % _BINS
        if one < least.get(place, 2**32):
            least[place] = one
    if not least:
        return []
    filled = []
    value = least[min(least)]  # what stands after the last bin is the first
    for place in range(_BINS - 1, -1, -1):
        value = least.get(place, value)
        filled.append(value)
    return [mark("text", band, *filled[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]


def mark(*parts: object) -> int:
    """A number below 2^63 that stands for `parts`: equal for equal ones, the same for ever."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "big") >> 1


def packed(text: Shingles) -> bytes:
    """The shingles as they are stored: sorted, four bytes each, the lowest byte first."""
    return b"".join(one.to_bytes(4, "little") for one in sorted(text))


def unpacked(stored: bytes) -> Shingles:
    """What `packed` made."""
    numbers = array("I")
    numbers.frombytes(stored)
    return frozenset(numbers)
