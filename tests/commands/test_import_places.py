"""`flask import-places`: tried first, written whole or not at all, each refused row named; a merger is a row too."""

import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from app import clock
from app.services import audit_subjects, places
from app.services.places import COLUMNS, OPTIONAL
from models.audit import AuditEvent
from models.base import db
from models.detected_conflicts import ConflictClue, DetectedConflict
from models.places import AyilOkmotu, Oblast, Rayon, Village
from models.users import Role
from seeds import reference
from tests.factories import Programme
from tests.support.commands import run, well

OBLAST = "oblast,41790000000000,,Сыноо облусу,Пробная область,Trial oblast,41.2,72.8,KG-T,"
RAYON = "rayon,41790200000000,41790000000000,Сыноо району,Пробный район,Trial rayon,41.3,72.9,,2021-04-01"

ALA_BUKA = "41703204808000"
"""An ayil okmotu that is in every database."""


@pytest.fixture
def places_file(tmp_path: Path):
    def write(*rows: str, more: tuple[str, ...] = ()) -> Path:
        file = tmp_path / "places.csv"
        file.write_text("\n".join([",".join((*COLUMNS, *more)), *rows]) + "\n", encoding="utf-8")
        return file

    return write


def place_names() -> set[str]:
    return {name for table in (Oblast, Rayon, Village) for name in db.session.scalars(db.select(table.name_en))}


def imports() -> list[AuditEvent]:
    return list(db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "places.import")))


@pytest.mark.database
def test_places_are_tried_first_then_written_once(app: Flask, places_file) -> None:
    file, before = places_file(OBLAST, RAYON), place_names()
    tried = well(app, "import-places", file)
    assert "added 2, changed 0, unchanged 0" in tried
    assert "Dry run" in tried
    assert place_names() == before
    assert imports() == []

    assert "Written." in well(app, "import-places", file, "--apply")
    assert place_names() - before == {"Trial oblast", "Trial rayon"}
    (event,) = imports()
    assert event.details == '{"added":2,"changed":0}'
    assert audit_subjects.names_of([event], "en")[event.subject]

    assert "added 0, changed 0, unchanged 2" in well(app, "import-places", file, "--apply")
    assert len(imports()) == 1

    assert "changed 1" in well(app, "import-places", places_file(OBLAST.replace("Trial", "Model")), "--apply")
    assert "Model oblast" in place_names()
    assert len(imports()) == 2


@pytest.mark.database
def test_each_refused_place_is_named_with_its_line_and_nothing_is_written(app: Flask, places_file) -> None:
    before = place_names()
    file = places_file(
        OBLAST,
        RAYON.replace("41790200000000", "4179"),
        "castle" + RAYON.removeprefix("rayon"),
        OBLAST,
        RAYON.replace(",41790000000000,", ",41000000000001,").replace("41790200000000", "41790300000000"),
        RAYON.replace("Trial rayon", "").replace("41790200000000", "41790400000000"),
        RAYON.replace("41.3", "141.3").replace("41790200000000", "41790500000000"),
        "village,41790600000000,41790000000000,Сыноо",
        RAYON.replace("41790200000000", "41790700000000") + ",one cell too many",
        f"village,{ALA_BUKA},{ALA_BUKA},Сыноо,Пробное,Trial village,41.2,72.8,,",
    )
    done = run(app, "import-places", file, "--apply")
    assert done.exit_code == 1
    assert re.findall(r"^line (\d+): (.*)$", done.output, re.M) == [
        ("3", "SOATE code '4179' does not have 14 digits"),
        ("4", "kind 'castle' is none of oblast, rayon, ayil_okmotu, village"),
        ("5", "SOATE code 41790000000000 stands twice in the file"),
        ("6", "parent '41000000000001' is no oblast of this file or of the database"),
        ("7", "name_en is empty"),
        ("8", "latitude 141.3 is out of range"),
        ("9", "the row does not have as many cells as the head"),
        ("10", "the row does not have as many cells as the head"),
        ("11", f"SOATE code {ALA_BUKA} is the ayil_okmotu Ala-Buka ayil aymak"),
    ]
    assert "Refused: 9 rows. Nothing was written." in done.output
    assert place_names() == before
    assert imports() == []


def place_row(place: Oblast | Rayon | AyilOkmotu | Village, parent: str, *end: str) -> str:
    kind = type(place).__name__.replace("AyilOkmotu", "ayil_okmotu").lower()
    names = (place.name_ky, place.name_ru, place.name_en)
    return ",".join((kind, place.soate, parent, *names, "41.4", "71.5", "", "2021-04-01", *end))


@pytest.mark.database
def test_an_ayil_okmotu_is_merged_into_another_one(app: Flask, programme: Programme, places_file) -> None:
    """Its villages move, it is offered nowhere any more, and who lives in the other one has become a neighbour."""
    application = programme.make_application("submitted")
    old = application.association.ayil_okmotu
    new = next(one for one in places.ayil_okmotus() if one.id != old.id)
    moving, judge = places.villages(old), programme.make_user(Role.REVIEWER)
    judge.person.village = places.villages(new)[0]
    above = old.rayon.soate
    found = db.select(DetectedConflict.application_id).where(DetectedConflict.user_id == judge.id)
    found = found.where(DetectedConflict.clues == ConflictClue.PLACE)
    rows = [
        place_row(old, above, "2026-09-30", new.soate),
        *(place_row(one, new.soate, "", "") for one in moving),
    ]
    db.session.commit()
    assert db.session.scalars(found).all() == []

    well(app, "import-places", places_file(*rows, more=OPTIONAL))
    assert old.valid_to is None and old in places.ayil_okmotus()
    said = well(app, "import-places", places_file(*rows, more=OPTIONAL), "--apply")
    assert f"added 0, changed {len(rows)}, unchanged 0" in said
    assert (old.valid_to, old.successor) == (date(2026, 9, 30), new)
    assert old not in places.ayil_okmotus() and set(moving) <= set(places.villages(new))
    assert db.session.scalars(found).all() == [application.id]

    again = f"added 0, changed 0, unchanged {len(rows)}"
    assert again in well(app, "import-places", places_file(*rows, more=OPTIONAL), "--apply")
    without = [row.rsplit(",", 2)[0] for row in rows]
    assert again in well(app, "import-places", places_file(*without), "--apply")
    reference.load(clock.now())
    assert not db.session.dirty and old.successor is new


def test_an_end_that_cannot_be_is_named_with_its_line(app: Flask, programme: Programme, places_file) -> None:
    one, other = places.ayil_okmotus()[:2]
    lonely, beside = places.villages(one)[:2]
    above, count = one.rayon.soate, len(places.villages(one))

    def refused(*rows: str) -> list[str]:
        done = run(app, "import-places", places_file(*rows, more=OPTIONAL), "--apply")
        assert done.exit_code == 1, done.output
        return [f"{line}: {reason}" for line, reason in re.findall(r"^line (\d+): (.*)$", done.output, re.M)]

    assert refused(
        place_row(one, above, "2020-01-01", ""),
        place_row(other, other.rayon.soate, "2026-10-12", ""),
        place_row(one.rayon, one.rayon.oblast.soate, "2026-01-01", other.rayon.soate),
        place_row(lonely, one.soate, "", beside.soate),
        place_row(beside, one.soate, "2026-01-01", other.soate),
    ) == [
        "2: valid_to 2020-01-01 is before valid_from 2021-04-01",
        "3: valid_to 2026-10-12 is not over yet: import it the day after",
        "4: rayon has no successor: leave successor_soate empty",
        "5: successor_soate needs valid_to: the last day of the place itself",
        f"6: successor '{other.soate}' is no village of this file or of the database",
    ]
    assert refused(place_row(one, above, "2026-01-01", other.soate), place_row(lonely, one.soate, "", "")) == [
        f"2: villages still in it: {count}; give each another parent_soate or its valid_to",
        f"3: parent {one.soate} has ended",
    ]
    round_about = (place_row(lonely, one.soate, "2026-01-01", beside.soate),)
    round_about += (place_row(beside, one.soate, "2026-01-01", lonely.soate),)
    assert refused(*round_about) == [
        f"2: successor {beside.soate} leads back to it",
        f"3: successor {lonely.soate} leads back to it",
    ]
    assert lonely.valid_to is None and one.valid_to is None
    assert imports() == []


def test_a_file_of_places_that_is_not_utf_8_or_lacks_columns(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_bytes("kind,soate\noblast,Ош\n".encode("cp1251"))
    assert "UTF-8" in run(app, "import-places", file).output
    file.write_text("kind,soate\n", encoding="utf-8")
    done = run(app, "import-places", file)
    assert done.exit_code == 1
    assert "line 1: columns missing: parent_soate" in done.output


def test_a_row_without_an_end_is_refused_by_its_number(app: Flask, places_file) -> None:
    before = place_names()
    answer = run(app, "import-places", places_file(OBLAST, '"' + RAYON, *[RAYON] * 3000), "--apply")
    assert answer.exit_code == 1 and "line 3: Row 3 has more than 100000 characters." in answer.output
    assert place_names() == before and imports() == []
