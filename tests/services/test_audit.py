"""The audit trail: one chain under one lock, whole after several acts, a rollback and a second transaction."""

from app import clock
from app.services import audit
from app.services.actors import Actor
from models.audit import AuditEvent
from models.base import db
from tests.factories import Programme
from tests.support.queries import counted_queries


def _actions() -> list[str]:
    query = db.select(AuditEvent.action).order_by(AuditEvent.id)
    return [action for action in db.session.scalars(query) if action.startswith("test.")]


def test_several_acts_of_one_transaction_lock_the_head_once(programme: Programme) -> None:
    actor, now = Actor(programme.secretary), clock.now()
    db.session.commit()
    with counted_queries() as statements:
        for number in range(3):
            audit.record(actor, "test.act", programme.secretary, now, number=number)
            db.session.flush()
    assert sum("FROM audit_head" in statement for statement in statements) == 1
    db.session.commit()
    assert list(audit.broken_links()) == []


def test_the_next_transaction_locks_the_head_again(programme: Programme) -> None:
    actor, now = Actor(programme.secretary), clock.now()
    audit.record(actor, "test.first", programme.secretary, now)
    db.session.commit()
    with counted_queries() as statements:
        audit.record(actor, "test.second", programme.secretary, now)
    read = [statement for statement in statements if "FROM audit_head" in statement]
    assert len(read) == 1
    assert db.engine.dialect.name == "sqlite" or "FOR UPDATE" in read[0]


def test_the_chain_goes_on_after_a_rollback_in_the_same_session(programme: Programme) -> None:
    actor, now = Actor(programme.secretary), clock.now()
    audit.record(actor, "test.kept", programme.secretary, now)
    db.session.commit()
    audit.record(actor, "test.dropped", programme.secretary, now)
    db.session.flush()
    db.session.rollback()
    audit.record(actor, "test.kept_too", programme.secretary, now)
    db.session.commit()
    assert _actions() == ["test.kept", "test.kept_too"]
    assert list(audit.broken_links()) == []


def test_a_savepoint_that_is_rolled_back_takes_its_acts_along(programme: Programme) -> None:
    actor, now = Actor(programme.secretary), clock.now()
    audit.record(actor, "test.before", programme.secretary, now)
    savepoint = db.session.begin_nested()
    audit.record(actor, "test.inside", programme.secretary, now)
    db.session.flush()
    savepoint.rollback()
    audit.record(actor, "test.after", programme.secretary, now)
    db.session.commit()
    assert _actions() == ["test.before", "test.after"]
    assert list(audit.broken_links()) == []


def test_an_act_is_kept_though_everything_was_forgotten_before_the_commit(programme: Programme) -> None:
    actor, now = Actor(programme.secretary), clock.now()
    audit.record(actor, "test.kept", programme.secretary, now)
    db.session.expire_all()
    audit.record(actor, "test.next", programme.secretary, now)
    db.session.expire_all()
    db.session.commit()
    audit.record(actor, "test.kept_too", programme.secretary, now)
    db.session.commit()
    assert _actions() == ["test.kept", "test.next", "test.kept_too"]
    assert list(audit.broken_links()) == []


def test_a_savepoint_that_is_rolled_back_leaves_the_acts_before_it(programme: Programme) -> None:
    """Also those that still wait: a session that has forgotten everything flushes nothing when a savepoint begins."""
    actor, now = Actor(programme.secretary), clock.now()
    audit.record(actor, "test.before", programme.secretary, now)
    db.session.expire_all()
    savepoint = db.session.begin_nested()
    audit.record(actor, "test.inside", programme.secretary, now)
    savepoint.rollback()
    audit.record(actor, "test.after", programme.secretary, now)
    db.session.commit()
    assert _actions() == ["test.before", "test.after"]
    assert list(audit.broken_links()) == []
