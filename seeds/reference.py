"""Reference data every installation starts with: places, indicators, themes, channels. Safe to load at every start."""

import csv
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.services import audit, places
from models.base import db
from models.channels import Channel, EvidenceKind
from models.indicators import Frequency, Indicator
from models.places import AyilOkmotu, Oblast, Rayon, Village
from models.themes import Theme
from seeds.content import DATA, read

PLACES = DATA / "places.csv"
INDICATORS = "indicators.json"
THEMES = "themes.json"
CHANNELS = "channels.json"


class ReferenceDataRefusedError(Exception):
    """A row of the project's own place list cannot be taken: the file is damaged."""


def load(now: datetime) -> None:
    """Add what is missing; nothing that is there is changed. The caller commits."""
    load_places(bishkek_day(now))
    load_indicators(now)
    load_themes()
    load_channels()


def load_places(today: date) -> None:
    """Import what the project's place list has and the database has not: a place that was merged stays as it is."""
    head, *lines = PLACES.read_text(encoding="utf-8").splitlines()
    known = {
        soate for table in (Oblast, Rayon, AyilOkmotu, Village) for soate in db.session.scalars(db.select(table.soate))
    }
    missing = [
        line for line, row in zip(lines, csv.DictReader([head, *lines]), strict=True) if row["soate"] not in known
    ]
    if not missing:
        return
    result = places.import_csv([head, *missing], today=today)
    if result.refused:
        number, reason = result.refused[0]
        raise ReferenceDataRefusedError(f"{PLACES.name}, {missing[number - 2]!r}: {reason}")


def load_indicators(now: datetime) -> None:
    """Add the indicators of the dictionary whose key is not there yet."""
    known = set(db.session.scalars(db.select(Indicator.key)))
    for entry in read(INDICATORS):
        if entry["key"] not in known:
            indicator = _indicator(entry)
            db.session.add(indicator)
            db.session.flush()
            audit.record(None, "indicator.create", indicator, now, key=indicator.key)


def _indicator(entry: Any) -> Indicator:
    return Indicator(
        key=entry["key"],
        title=entry["name"],
        unit=entry["unit"],
        definition=entry["definition"],
        method=entry["method"],
        tool=entry["tool"],
        frequency=Frequency(entry["frequency"]),
        responsible=entry["responsible"],
        is_cumulative=entry["is_cumulative"],
    )


def load_themes() -> None:
    """Add the themes whose code is not there yet."""
    known = set(db.session.scalars(db.select(Theme.code)))
    for entry in read(THEMES):
        if entry["code"] not in known:
            names = {f"name_{locale}": text for locale, text in entry["name"].items()}
            db.session.add(
                Theme(code=entry["code"], position=entry["position"], purpose_code=entry["purpose_code"], **names)
            )
    db.session.flush()


def load_channels() -> None:
    """Add the channels whose code is not there yet."""
    known = set(db.session.scalars(db.select(Channel.code)))
    for entry in read(CHANNELS):
        if entry["code"] not in known:
            names = {f"name_{locale}": text for locale, text in entry["name"].items()}
            shown = {key: entry[key] for key in ("reference_label", "names_sender", "names_receiver", "position")}
            db.session.add(Channel(code=entry["code"], evidence=EvidenceKind(entry["evidence"]), **names, **shown))
    db.session.flush()
