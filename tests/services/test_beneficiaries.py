"""Who benefits, counted: what is kept, what is refused, what the database itself refuses."""

import json
from dataclasses import asdict, replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import applications, differences
from app.services.actors import Actor
from app.services.applications import beneficiaries
from app.services.applications.beneficiaries import FIELDS
from app.services.errors import DomainError, IncompleteError
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.beneficiaries import Beneficiaries
from tests.factories import BENEFICIARIES

pytestmark = pytest.mark.either_database


@pytest.fixture
def draft(programme):
    return programme.make_application(ApplicationStatus.DRAFT)


@pytest.fixture
def by(programme, draft):
    return {"actor": Actor(programme.chair_of(draft.association)), "now": clock.now()}


@pytest.mark.database
def test_the_numbers_are_kept_changed_and_audited(draft, by):
    assert asdict(BENEFICIARIES) == beneficiaries.content_of(draft)
    changed = beneficiaries.record(draft, replace(BENEFICIARIES, women=41), **by)
    assert (changed.people, changed.version) == (76, 2)
    assert db.session.scalar(db.select(db.func.count()).select_from(Beneficiaries)) == 1
    event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.action, json.loads(event.details)) == ("application.count_beneficiaries", {"people": 76})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"women": -1}, "women"),
        ({"men": 100_001}, "men"),
        ({"women": 0, "men": 0}, "women"),
        ({"households": 0}, "households"),
        ({"households": 76}, "households"),
        ({"young": 76}, "young"),
        ({"migrant_families": 76}, "migrant_families"),
        ({"returnees": 76}, "returnees"),
        ({"disabled": -3}, "disabled"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_changes_nothing(draft, by, changes, field):
    before = applications.stamp_of(draft)
    with pytest.raises(DomainError) as refused:
        beneficiaries.record(draft, replace(BENEFICIARIES, **changes), **by)
    assert refused.value.field == field and applications.stamp_of(draft) == before


def test_it_is_missing_until_somebody_counts(programme, draft, by):
    db.session.delete(draft.beneficiaries)
    db.session.flush()
    db.session.expire(draft)
    assert [gap.part for gap in applications.gaps(draft, by["now"])] == ["beneficiaries"]
    with pytest.raises(IncompleteError):
        applications.sign_off(draft, **by)
    beneficiaries.record(draft, BENEFICIARIES, **by)
    applications.sign_off(draft, **by)


def test_a_snapshot_has_them_and_a_change_shows(programme):
    application = programme.make_application(ApplicationStatus.RETURNED)
    by = {"actor": Actor(programme.chair_of(application.association)), "now": clock.now()}
    kept = json.loads(application.snapshots[-1].content)
    assert kept["beneficiaries"] == asdict(BENEFICIARIES)
    assert differences.since_submitted(application) == set()
    beneficiaries.record(application, replace(BENEFICIARIES, young=21), **by)
    assert differences.since_submitted(application) == {"beneficiaries"}


@pytest.mark.database
@pytest.mark.parametrize("column", [*FIELDS])
def test_the_database_refuses_what_cannot_be(draft, column):
    statement = sa.text(f"UPDATE beneficiaries SET {column} = 1000 WHERE application_id = {draft.id}")
    if column in ("women", "men"):
        statement = sa.text(f"UPDATE beneficiaries SET {column} = -1 WHERE application_id = {draft.id}")
    with pytest.raises(IntegrityError):
        db.session.execute(statement)
    db.session.rollback()
