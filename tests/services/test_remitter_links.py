"""Personal links: kept as a hash, one live for each remitter, ended by time and by hand, and showing the own money."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import remitter_links, remitters
from app.services.actors import Actor
from app.services.errors import DomainError
from app.services.remitter_links import LinkEndedError
from app.services.sign_in_attempts import TooManyAttemptsError
from models.audit import AuditEvent
from models.base import db
from models.remitter_links import RemitterLink
from models.users import SignInAttempt

ADDRESS = "192.0.2.7"


@pytest.fixture
def grant(programme: Any) -> Any:
    return programme.make_grant("active")


def issued(programme: Any, remitter: Any) -> tuple[RemitterLink, str]:
    actor = Actor(programme.chair_of(remitter.association))
    return remitter_links.issue(remitter, actor=actor, now=clock.now())


def test_a_link_opens_until_it_is_renewed_ended_or_a_year_old(programme: Any, grant: Any) -> None:
    remitter, now = programme.make_contribution(grant).remitter, clock.now()
    first, token = issued(programme, remitter)
    assert token not in repr(vars(first)) and len(token) >= 43, "256 bits, kept as a hash alone"
    opened = remitter_links.open_by(token, address=ADDRESS, now=now)
    assert opened is first and first.first_used_at == now
    with clock.at(now + timedelta(hours=1)):
        assert remitter_links.open_by(token, address=ADDRESS, now=clock.now()).first_used_at == now
    acts = db.session.scalars(db.select(AuditEvent.action).where(AuditEvent.subject == f"remitter_links:{first.id}"))
    assert list(acts) == ["remitter_link.issue", "remitter_link.use"]
    second, other = issued(programme, remitter)
    assert remitter_links.still_open(first.id, now) is None and remitter_links.live_of(remitter) is second
    with pytest.raises(LinkEndedError):
        remitter_links.open_by(token, address=ADDRESS, now=now)
    last = now + timedelta(days=365)
    assert remitter_links.still_open(second.id, last - timedelta(seconds=1)) is second
    with pytest.raises(LinkEndedError):
        remitter_links.open_by(other, address=ADDRESS, now=last)
    remitter_links.revoke(remitter, actor=programme.chair_actor(grant), now=now)
    assert remitter_links.still_open(second.id, now) is None
    with pytest.raises(DomainError):
        remitter_links.revoke(remitter, actor=programme.chair_actor(grant), now=now)


def test_guesses_are_counted_and_no_link_is_made_for_nothing_or_for_a_joined_entry(programme: Any, grant: Any) -> None:
    now, actor = clock.now(), programme.chair_actor(grant)
    for _guess in range(10):
        with pytest.raises(LinkEndedError):
            remitter_links.open_by("guess", address=ADDRESS, now=now)
    assert db.session.scalar(db.select(db.func.count()).select_from(SignInAttempt)) == 10
    row, other = programme.make_contribution(grant), programme.make_contribution(grant, sender_name="Асанова Гүлзат")
    _link, token = issued(programme, row.remitter)
    with pytest.raises(TooManyAttemptsError):
        remitter_links.open_by(token, address=ADDRESS, now=now)
    assert remitter_links.open_by(token, address="192.0.2.8", now=now)
    nobody = remitters.named(grant.association, "Эч Ким", "RU", actor=actor, now=now)
    joined = row.remitter
    remitters.join(joined, other.remitter, reason="Бир адам", actor=actor, now=now)
    assert remitter_links.still_open(_link.id, now) is None, "its money is another entry's now"
    for bare in (nobody, joined):
        with pytest.raises(DomainError):
            issued(programme, bare)


def test_the_database_keeps_one_live_link_for_each(programme: Any, grant: Any) -> None:
    link, _token = issued(programme, programme.make_contribution(grant).remitter)
    db.session.commit()
    twin = {"remitter_id": link.remitter_id, "issued_by_id": link.issued_by_id, "issued_at": link.issued_at}
    db.session.add(RemitterLink(token_hash="0" * 64, expires_at=link.expires_at, **twin))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.either_database
def test_the_own_money_is_told_by_name_and_all_other_in_sums(programme: Any, grant: Any) -> None:
    mine = programme.make_contribution(grant, "verified", amount=40_000_00)
    programme.make_contribution(grant, "reversed", amount=9_000_00)
    programme.make_contribution(grant, "refused", amount=3_000_00)
    programme.make_contribution(grant, "verified", amount=50_000_00, sender_name="Асанова Гүлзат")
    programme.make_visit(grant, "done")
    visit = programme.make_visit(grant, "done", shows_photos=True)
    (found,) = remitter_links.projects_of(mine.remitter)
    assert [(one.amount, one.currency) for one in found.verified] == [(40_000_00, "KGS")]
    assert (found.own_kgs, found.together, len(found.own)) == (40_000_00, 90_000_00, 3)
    assert [one.visit_id for one in found.photos] == [visit.id], "only where the officer let them be seen"
    assert remitter_links.thanked_grants(mine.remitter) == [grant]
    assert remitter_links.project_of(mine.remitter, programme.make_grant().id) is None
