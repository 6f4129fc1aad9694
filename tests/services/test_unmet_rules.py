"""The rules an application does not meet, kept beside it: whatever changes them, they are told anew at once."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app import doctor
from app.services import places, screening_rules, screenings, verification
from app.services.screening_rules import NAMES
from models import unmet_rules
from models.applications import Application
from models.base import db
from models.calls import Call, usual_eligibility
from tests.factories import Programme
from tests.support.databases import Copy
from tests.support.queries import unprotect

pytestmark = pytest.mark.database


def kept(application_id: int, *, is_as_screened: bool = True) -> set[str]:
    """The rules kept as not met; they are those that the view and the screening tell."""
    db.session.flush()
    mask = db.session.scalar(db.select(Application.unmet).where(Application.id == application_id))
    told = db.session.scalar(
        db.select(unmet_rules.table.c.unmet).where(unmet_rules.table.c.application_id == application_id)
    )
    assert mask == told
    db.session.expire_all()
    application = db.session.get_one(Application, application_id)
    found = {one.rule for one in screenings.findings(application) if not one.met}
    told_by_mask = set(screening_rules.names_in(mask))
    assert not is_as_screened or found == told_by_mask
    return told_by_mask


def run(statement: str, **values: object) -> None:
    db.session.execute(sa.text(statement), values)


@pytest.fixture
def held(database: Copy, programme: Programme) -> Iterator[Application]:
    """An application that meets every rule of a call that asks for much; what is frozen can be changed."""
    home = programme.association.ayil_okmotu.rayon.oblast_id
    settings = {"running_grants": 0, "co_investment_percent": 10, "founded_months": 42, "oblasts": [home]}
    call = programme.make_call(eligibility=usual_eligibility() | settings)
    name = "calls_no_update" if database.kind == "sqlite" else "calls_no_change ON calls"
    run(f"DROP TRIGGER {name}")
    yield programme.make_application("submitted", call=call, association=programme.association)


def test_every_rule_has_its_bit() -> None:
    assert tuple(unmet_rules.BIT) == NAMES
    assert sum(unmet_rules.BIT.values()) == 2 ** len(NAMES) - 1


CHANGES = (
    # what changes, its value then, and the rules that are not met then
    ("applications.grant_requested", "grant_requested * 1000", "id = :application", {"ceiling"}),
    ("applications.pledges_due", "remittance_pledged + 1", "id = :application", {"match"}),
    ("applications.remittance_pledged", "0", "id = :application", {"match", "co_investment"}),
    ("applications.total_cost", "total_cost * 1000", "id = :application", {"co_investment"}),
    ("associations.founded_on", "NULL", "id = :association", {"age"}),
    ("ayil_okmotus.rayon_id", ":rayon", "id = :ayil_okmotu", {"place"}),
    ("rayons.oblast_id", ":oblast", "id = :home", {"place"}),
    ("calls.grant_ceiling", "grant_floor + 1", "id = :call", {"ceiling"}),
    ("calls.grant_floor", "grant_ceiling - 1", "id = :call", {"ceiling"}),
    ("calls.closes_at", ":earlier", "id = :call", {"age"}),
    ("calls.eligibility", ":elsewhere", "id = :call", {"place"}),
    ("documents.removed_at", "uploaded_at", "application_id = :application", {"meeting"}),
    ("documents.kind", "'other'", "application_id = :application AND kind = 'meeting_minutes'", {"meeting"}),
    ("payout_accounts.closed_at", "confirmed_at", "association_id = :association", {"account"}),
)


def test_what_changes_is_told_anew_and_back(programme: Programme, held: Application) -> None:
    assert kept(held.id) == set()
    there = held.association.ayil_okmotu.rayon
    elsewhere = next(one.id for one in places.oblasts() if one.id != there.oblast_id)
    rayon = db.session.scalar(sa.text("SELECT id FROM rayons WHERE oblast_id = :o"), {"o": elsewhere})
    typed = {"elsewhere": Call.eligibility.type, "earlier": Call.closes_at.type, "was": Call.eligibility.type}
    values = {
        "application": held.id,
        "association": held.association_id,
        "ayil_okmotu": held.association.ayil_okmotu_id,
        "home": there.id,
        "rayon": rayon,
        "oblast": elsewhere,
        "call": held.call_id,
        "elsewhere": held.call.eligibility | {"oblasts": [elsewhere]},
        "earlier": held.call.closes_at - timedelta(days=12),
    }
    for what, value, which, wanted in CHANGES:
        table, _, column = what.partition(".")
        before = db.session.execute(sa.text(f"SELECT id, {column} FROM {table} WHERE {which}"), values).all()
        change = sa.text(f"UPDATE {table} SET {column} = {value} WHERE {which}")
        if value[1:] in typed:
            change = change.bindparams(sa.bindparam(value[1:], type_=typed[value[1:]]))
        db.session.execute(change, values)
        has_sums = table != "applications"  # the screening adds up what these columns repeat
        assert kept(held.id, is_as_screened=has_sums) == wanted, what
        back = sa.text(f"UPDATE {table} SET {column} = :was WHERE id = :id")
        if column == "eligibility":
            back = back.bindparams(sa.bindparam("was", type_=typed["was"]))
            before = [(held.call_id, values["elsewhere"] | {"oblasts": [there.oblast_id]})]
        for row_id, was in before:
            db.session.execute(back, {"was": was, "id": row_id})
        assert kept(held.id) == set(), what


def test_a_grant_that_runs_counts_until_it_ends(programme: Programme, held: Application) -> None:
    grant = programme.make_grant("active", association=held.association)
    assert kept(held.id) == {"no_open_grant"}
    assert kept(grant.application_id) == set(), "its own grant does not count"
    run("UPDATE grants SET status = 'completed' WHERE id = :id", id=grant.id)
    assert kept(held.id) == set()
    run("UPDATE grants SET status = 'suspended' WHERE id = :id", id=grant.id)
    assert kept(held.id) == {"no_open_grant"}
    other = programme.make_association()
    run("UPDATE grants SET association_id = :other WHERE id = :id", other=other.id, id=grant.id)
    assert kept(held.id) == set()


def test_rows_that_go(programme: Programme, held: Application) -> None:
    run("DELETE FROM documents WHERE application_id = :id", id=held.id)
    unprotect("payout_accounts")
    run("DELETE FROM payout_accounts WHERE association_id = :id", id=held.association_id)
    assert kept(held.id) == {"meeting", "account"}


def test_verify_and_doctor_name_what_is_not_kept(app: Flask, database: Copy, held: Application) -> None:
    run("UPDATE applications SET unmet = 5 WHERE id = :id", id=held.id)
    (check,) = (one for one in verification.run(app.config["ASHAR"].uploads) if one.name == "rules not met")
    assert [f"application {held.number}: 5 is kept" in said for said in check.findings] == [True]
    assert doctor._rules().problem == ""
    run("DROP TRIGGER grants_unmet_delete" + ("" if database.kind == "sqlite" else " ON grants"))
    assert "grants_unmet_delete on grants" in doctor._rules().problem


def test_who_comes_second_reads_what_the_first_has_left(database: Copy, held: Application) -> None:
    """Two people change what bears on one application at the same moment."""
    if database.kind == "sqlite":
        pytest.skip("one writes at a time")
    ids = {"application": held.id, "association": held.association_id}
    db.session.commit()
    first, second = db.engine.connect(), db.engine.connect()
    first.execute(sa.text("UPDATE documents SET removed_at = uploaded_at WHERE application_id = :application"), ids)
    close = sa.text("UPDATE payout_accounts SET closed_at = confirmed_at WHERE association_id = :association")
    thread = threading.Thread(target=lambda: (second.execute(close, ids), second.commit()))
    thread.start()
    waits = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%payout%'")
    while thread.is_alive() and not db.session.scalar(waits):
        db.session.rollback()
    first.commit()
    thread.join()
    first.close()
    second.close()
    assert kept(held.id) == {"meeting", "account"}
