"""Every text people see is there in Kyrgyz and Russian, complete and with its placeholders."""

import re
from pathlib import Path

import pytest

from app.translations import update

SAME_IN_ALL = frozenset({"Ashar", "PDF", "XLSX", "CSV", "Excel", "SHA-256", "QR", "English"})
"""Texts that are written in Latin letters in every language."""
DRIFTED = {
    "ky": {
        r"финансы": "каржы кызматкери",
        r"каржы (адис|бөлүм)": "каржы кызматкери",
        r"мониторинг (боюнча )?кызматкер": "мониторинг боюнча адис",
        r"тең каржыл": "кошумча салым",
        r"банктын шилтеме": "банктагы төлөм номери",
    },
    "ru": {
        r"договор(?!ен|ён|ил)": "соглашение",
        r"книг\w* счетов": "книга учёта",
        r"сотрудник": "специалист",
        r"финансист|финансов\w+ (отдел|офицер)": "финансовый специалист",
        r"ссылк\w+ банка": "номер платежа в банке",
    },
}
"""{language: {pattern of a word that was used beside that of the glossary: the glossary's word}}."""
GUIDES = Path(__file__).parents[2] / "docs/guide"


@pytest.fixture(scope="module")
def found() -> dict[str, update.Texts]:
    return update.extract()


def test_there_are_texts(found: dict[str, update.Texts]) -> None:
    assert len(found) > 500


@pytest.mark.parametrize("locale", ["ky", "ru"])
def test_no_text_is_missing_or_wrong(found: dict[str, update.Texts], locale: str) -> None:
    """`python -m app.translations.update` says the same."""
    assert not list(update.problems(locale, found, update.read(locale)))


@pytest.mark.parametrize("locale", ["ky", "ru"])
def test_no_translation_is_left_in_latin_letters(locale: str) -> None:
    latin = []
    for key, message in update.read(locale).items():
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            words = re.sub(r"%\(\w+\)[sd]|%%|<[^>]+>", " ", text)
            if (
                re.search(r"[A-Za-z]{3,}", words)
                and not re.search(r"[А-Яа-яЁёӨөҮүҢң]", words)
                and key not in SAME_IN_ALL
            ):
                latin.append(key)
    assert not latin


@pytest.mark.parametrize("locale", ["ky", "ru"])
def test_no_text_is_kept_that_nobody_shows(found: dict[str, update.Texts], locale: str) -> None:
    assert not update.read(locale).keys() - found.keys()


@pytest.mark.parametrize("locale", ["ky", "ru"])
def test_one_thing_has_one_name_on_the_screen_and_in_the_guides(locale: str) -> None:
    """docs/glossary.md has the words."""
    said = {path.name: path.read_text(encoding="utf-8") for path in sorted(GUIDES.glob(f"*.{locale}.md"))}
    assert said
    said |= {key: str(message.string) for key, message in update.read(locale).items()}
    found = [
        f"{where}: write {right!r} for {wrong[0]!r}"
        for where, text in said.items()
        for pattern, right in DRIFTED[locale].items()
        for wrong in re.finditer(pattern, text, re.IGNORECASE)
    ]
    assert not found
