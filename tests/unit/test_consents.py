"""A text somebody agreed to is never changed: every version and language is held to its fingerprint."""

from app.localisation import LOCALE_CODES, gettext, use_locale
from app.services.consents import CURRENT, TEXTS
from models.base import fingerprint

KEPT: dict[tuple[int, str], str] = {
    (1, "ky"): "4194de8a3b5f748d",
    (1, "ru"): "d25e1b768618e050",
    (1, "en"): "0a3b60ed20c70947",
}
"""{(version, language): the first 16 digits of the text's SHA-256}. Add a version, change none."""


def test_every_text_is_the_one_people_agreed_to() -> None:
    found = {}
    for version, message in TEXTS.items():
        for locale in LOCALE_CODES:
            with use_locale(locale):
                found[version, locale] = fingerprint(gettext(message))[:16]
    assert found == KEPT
    assert len(TEXTS) == CURRENT


def test_the_texts_differ_between_languages() -> None:
    assert len(set(KEPT.values())) == len(KEPT) == len(TEXTS) * len(LOCALE_CODES)
