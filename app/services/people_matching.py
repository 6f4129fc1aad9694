"""Whether two entries of our registers are one person or one firm: by number, by phone, by name in any spelling.

Plain arithmetic, no database. Whoever looks among many compares marks first (`pin_mark`, `phone_mark`, `name_keys`,
`firm_key`) and then the few that share one exactly (`same_person`).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from app.localisation import fold
from app.services.likeness import mark

PHONE_DIGITS = 9
YEARS_APART = 1
"""Two years of birth that differ by more are two people: papers and clerks are off by one."""
SHORTEST_NUMBER = 8

_WORD = re.compile(r"[^\W\d_]+")
_PATRONYMIC = re.compile(r"(ович|евич|овна|евна|ична|улы|кизи)$")
_SOUNDS = ((r"нг", "н"), (r"[ъь]", ""), (r"ы", "и"), (r"э", "е"), (r"ю", "у"), (r"я", "а"), (r"й(?=[аеоу])", ""))
_AFTER_FATHER = {"уулу", "кизи", "кызы", "оглу"}
_SURNAME = re.compile(r"(?<=...)(ов|ев|ова|ева)$")
_FATHERS = re.compile(r"(?<=...)(ович|евич|овна|евна|(?<!с)улу|(?<!с)ули|кизи)$")
"""The ends of a word that names the father. Not -сулуу: Айсулуу and Нурсулуу are given names."""
_FIRM_WORDS = frozenset(
    {
        "осоо",
        "ооо",
        "зао",
        "ао",
        "оао",
        "чп",
        "ип",
        "жк",
        "кх",
        "сх",
        "коом",
        "жеке",
        "ишкер",
        "кооператив",
        "llc",
        "ltd",
    }
)
"""Legal forms, as they are folded."""


def pin_mark(pin: str | None) -> int | None:
    """What a PIN is looked up by; nothing of none."""
    return mark("pin", pin) if pin else None


def phone_mark(phone: str | None) -> int | None:
    """What a phone number is looked up by, however it is written; nothing of a number that is not whole."""
    digits = re.sub(r"\D", "", phone or "")[-PHONE_DIGITS:]
    return mark("phone", digits) if len(digits) == PHONE_DIGITS else None


@lru_cache(maxsize=20_000)
def name_key(full_name: str) -> str:
    """A name as a Kyrgyz and a Russian clerk both write it: folded, without patronymic, in the alphabet's order.

    ң = нг, ы = и, э = е, ю = ү, я = а, long vowels = short ones, no soft or hard signs.
    """
    words = _WORD.findall(fold(full_name))
    for place in [place for place, word in enumerate(words) if word in _AFTER_FATHER]:
        words[max(0, place - 1) : place + 1] = [""] * len(words[max(0, place - 1) : place + 1])
    kept = [_sounded(word) for word in words if word]
    first = [word for word in kept if not _PATRONYMIC.search(word)]
    return " ".join(sorted(first if len(first) > 1 else kept))


def _sounded(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = re.sub(pattern, sound, word)
    return re.sub(r"([аеиоу])\1+", r"\1", word)


class Name(NamedTuple):
    """A name taken apart: given names, and what stands for the family: surname, patronymic, the father before -uulu.

    Each by its root, so that Асанов, Асанович and Асан уулу have the same. A name without any of them is kept both as
    given names and as surnames: which is which cannot be told.
    """

    given: frozenset[str]
    surnames: frozenset[str]
    patronymics: frozenset[str]
    fathers: frozenset[str]


@lru_cache(maxsize=50_000)
def taken_apart(full_name: str) -> Name:
    """The parts of a name as it is written in either language and in any order."""
    words = _WORD.findall(fold(full_name))
    fathers: set[str] = set()
    for place in [place for place, word in enumerate(words) if word in _AFTER_FATHER and place]:
        fathers.add(_root(_sounded(words[place - 1])))
        words[place - 1 : place + 1] = ["", ""]
    given: set[str] = set()
    surnames: set[str] = set()
    patronymics: set[str] = set()
    for word in (_sounded(one) for one in words if one and one not in _AFTER_FATHER):
        for pattern, found in ((_FATHERS, patronymics), (_SURNAME, surnames)):
            if pattern.search(word):
                found.add(_root(pattern.sub("", word)))
                break
        else:
            given.add(word)
    if not surnames and not fathers:
        fathers, patronymics = patronymics, set()
        if len(given) > 1:
            surnames = set(given)
    if not given:
        given = surnames | fathers
    return Name(frozenset(given), frozenset(surnames), frozenset(patronymics), frozenset(fathers))


def _root(word: str) -> str:
    return word.removesuffix("й")


def name_keys(full_name: str) -> frozenset[str]:
    """What a name is looked up by: a given name with each part that stands for the family. Of one word nothing."""
    name = taken_apart(full_name)
    families = name.surnames | name.patronymics | name.fathers
    return frozenset(f"{one}|{family}" for one in name.given for family in families if one != family)


class Known(NamedTuple):
    """What is known of somebody: the name, and where there is one the year of birth and the mark of the PIN."""

    full_name: str
    birth_year: int | None = None
    pin: int | None = None


def same_person(one: Known, other: Known) -> bool:
    """Whether two names may be one person's: nothing that is known of both contradicts it."""
    if one.pin and other.pin and one.pin != other.pin:
        return False
    if one.birth_year and other.birth_year and abs(one.birth_year - other.birth_year) > YEARS_APART:
        return False
    return _same_name(taken_apart(one.full_name), taken_apart(other.full_name))


def _same_name(one: Name, other: Name) -> bool:
    given = one.given & other.given
    if one.patronymics and other.patronymics and not one.patronymics & other.patronymics:
        return False
    if one.surnames and other.surnames:
        families = one.surnames & other.surnames
    else:  # at least one is called by the father alone
        families = (one.fathers & (other.fathers | other.surnames | other.patronymics)) | (other.fathers & _family(one))
    return any(name != family for name in given for family in families)


def _family(name: Name) -> frozenset[str]:
    return name.fathers | name.surnames | name.patronymics


def firm_key(name: str) -> str:
    """The name of a firm, shop or association without its legal form, spelling and order of words."""
    words = (_sounded(word) for word in _WORD.findall(fold(name)) if word not in _FIRM_WORDS)
    return " ".join(sorted(word for word in words if len(word) > 1))


def numbers_in(texts: Iterable[str]) -> frozenset[str]:
    """The register and tax numbers in what people typed: runs of at least eight digits."""
    found = (re.findall(r"\d+", re.sub(r"(?<=\d)[\s-](?=\d)", "", text)) for text in texts)
    return frozenset(number for numbers in found for number in numbers if len(number) >= SHORTEST_NUMBER)
