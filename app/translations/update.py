"""Keep the catalogues in step with the code: extract every text, merge, say what is missing. Needs no network.

python -m app.translations.update              rewrite app/translations/*/LC_MESSAGES/messages.po
python -m app.translations.update --check      write nothing, exit 1 when something is missing or wrong
python -m app.translations.update --add FILE   take translations from JSON: {"English": ["кыргызча", "по-русски"]};
                                               a text with plurals has a list of forms in each place

A text is matched by its English wording only, never by likeness. Texts no longer in the code are dropped.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
FOLDERS = frozenset({"app", "blueprints", "forms", "models", "reports", "seeds"})
PLURAL_FORMS = {
    "ky": "nplurals=2; plural=(n != 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
}
FORMS = {"ky": 2, "ru": 3}
KEYWORDS: Mapping[str, Any] = {**DEFAULT_KEYWORDS, "lazy": None, "LazyText": None}
Texts = str | tuple[str, ...]

ELSEWHERE: tuple[Texts, ...] = (
    # WTForms: validators and fields
    "Field must be equal to %(other_name)s.",
    (
        "Field must be at least %(min)d character long.",
        "Field must be at least %(min)d characters long.",
    ),
    (
        "Field cannot be longer than %(max)d character.",
        "Field cannot be longer than %(max)d characters.",
    ),
    (
        "Field must be exactly %(max)d character long.",
        "Field must be exactly %(max)d characters long.",
    ),
    "Field must be between %(min)d and %(max)d characters long.",
    "Number must be at least %(min)s.",
    "Number must be at most %(max)s.",
    "Number must be between %(min)s and %(max)s.",
    "This field is required.",
    "Invalid input.",
    "Invalid Choice: could not coerce.",
    "Choices cannot be None.",
    "Not a valid choice.",
    (
        "'%(value)s' is not a valid choice for this field.",
        "'%(value)s' are not valid choices for this field.",
    ),
    "Not a valid integer value.",
    "Not a valid decimal value.",
    "Not a valid float value.",
    "Not a valid date value.",
    "Not a valid datetime value.",
    "Not a valid time value.",
    "This field cannot be edited.",
    "This field is disabled and cannot have a value.",
    # WTForms and Flask-WTF: forms sent from elsewhere or too late
    "Invalid CSRF Token.",
    "CSRF token missing.",
    "CSRF failed.",
    "CSRF token expired.",
    "The CSRF token is missing.",
    "The CSRF session token is missing.",
    "The CSRF token has expired.",
    "The CSRF token is invalid.",
    "The CSRF tokens do not match.",
)
"""Texts our forms may show that stand in the libraries' code, not in ours."""

HEADER = """\
# The texts of Ashar. Kept by app/translations/update.py: one line a text, sorted, no dates, no line numbers.
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])")


def catalogue_path(locale: str) -> Path:
    return Path(__file__).parent / locale / "LC_MESSAGES" / "messages.po"


def extract() -> dict[str, Texts]:
    """Every text in the code and the templates, by its English (singular) wording."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, Texts] = {}
    rows = extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=_is_ours)
    for texts in [row[2] for row in rows] + list(ELSEWHERE):
        key = _key(texts)
        if key and not isinstance(found.get(key), tuple):
            found[key] = texts
    return found


def _is_ours(folder: str) -> bool:
    parts = Path(folder).absolute().relative_to(ROOT).parts  # not resolved: a linked .venv lies elsewhere
    return not parts or (parts[0] in FOLDERS and parts[-1] not in {"__pycache__", "static", "translations"})


def _key(texts: Texts) -> str:
    return texts if isinstance(texts, str) else texts[0]


def read(locale: str) -> dict[str, Message]:
    """The catalogue's messages as they are now, by msgid."""
    path = catalogue_path(locale)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {_key(message.id): message for message in read_po(file, locale=locale) if message.id}


def merge(locale: str, found: Mapping[str, Texts], added: Mapping[str, Texts]) -> Catalog:
    """A fresh catalogue of what is found, with the translations there are."""
    known = read(locale)
    catalogue = Catalog(locale=locale, fuzzy=False)
    for key, texts in found.items():
        old = known.get(key)
        translation: Texts = added.get(key) or (old.string if old is not None else "")
        if isinstance(texts, tuple) != isinstance(translation, tuple):
            translation = "" if isinstance(texts, str) else ("",) * FORMS[locale]
        catalogue.add(texts, translation)
    return catalogue


def write(locale: str, catalogue: Catalog) -> None:
    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(locale=locale, plural_forms=PLURAL_FORMS[locale]).encode())
        write_po(file, catalogue, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)


def problems(locale: str, found: Mapping[str, Texts], messages: Mapping[str, Message]) -> Iterator[str]:
    """What is missing or wrong in one catalogue, a line each."""
    for key, texts in sorted(found.items()):
        message = messages.get(key)
        forms = () if message is None else message.string if isinstance(message.string, tuple) else (message.string,)
        if message is None or not all(forms):
            yield f"missing: {key!r}"
        elif message.fuzzy:
            yield f"fuzzy: {key!r}"
        elif isinstance(texts, tuple) and len(forms) != FORMS[locale]:
            yield f"{len(forms)} plural forms instead of {FORMS[locale]}: {key!r}"
        elif any(not _fits(texts, form) for form in forms):
            yield f"other placeholders: {key!r}"


def _fits(texts: Texts, translation: str) -> bool:
    """Whether a translation has the same placeholders and no single percent sign."""
    wanted = [sorted(_PLACEHOLDER.findall(text)) for text in ([texts] if isinstance(texts, str) else texts)]
    rest = _PLACEHOLDER.sub("", translation).replace("%%", "")
    return sorted(_PLACEHOLDER.findall(translation)) in wanted and "%" not in rest


def _additions(path: Path | None) -> dict[str, dict[str, Texts]]:
    rows = json.loads(path.read_text(encoding="utf-8")) if path else {}
    added: dict[str, dict[str, Texts]] = {"ky": {}, "ru": {}}
    for key, pair in rows.items():
        for locale, text in zip(("ky", "ru"), pair, strict=True):
            added[locale][key] = tuple(text) if isinstance(text, list) else text
    return added


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Keep the translations in step with the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something is missing or wrong")
    parser.add_argument("--add", type=Path, metavar="FILE", help="JSON with translations to take over")
    chosen = parser.parse_args(arguments)
    found = extract()
    added = _additions(chosen.add)
    count = 0
    for locale in PLURAL_FORMS:
        if not chosen.check:
            write(locale, merge(locale, found, added[locale]))
        lines = list(problems(locale, found, read(locale)))
        count += len(lines)
        sys.stdout.write(f"{locale}: {len(found)} texts, {len(lines)} to mend\n")
        sys.stdout.writelines(f"  {line}\n" for line in lines)
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main())
