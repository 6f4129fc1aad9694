"""The reserve list: a declined grant frees its money, the next by rule moves up once the chair confirms."""

from datetime import timedelta

import pytest

from app import clock
from app.services import (
    appeals,
    assignments,
    council_tasks,
    decisions,
    grants,
    ledger,
    letters,
    rankings,
    reserves,
    verification,
)
from app.services.actors import Actor
from app.services.calls import allocations
from app.services.decisions import Motion
from app.services.errors import (
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from app.services.selection import Hindrance
from models.applications import Application, ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.council_sessions import DecisionOutcome
from models.grants import GrantStatus
from models.ledger import AccountKind
from models.notifications import Notification
from models.reserves import Promotion
from models.users import Role
from tests.factories import SOM, TEXT
from tests.support.pages import text_of
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

A, D = ApplicationStatus, DecisionOutcome


@pytest.fixture
@kept
def decided(programme):
    """Four applications judged 5, 4, 4 and 3: the best is selected and offered its grant, the others are in reserve."""
    call = programme.make_past_call(budget=500_000 * SOM)
    found = [programme.judged(call, level) for level in (5, 4, 4, 3)]
    session = programme.make_session(call)
    for application in found:
        is_best = application is found[0]
        outcome, amount = (D.SELECTED, 200_000 * SOM) if is_best else (D.RESERVE, None)
        motion = Motion(outcome, amount, TEXT, 3, 0, 0)
        decisions.decide(session, application, motion, actor=Actor(programme.secretary), now=clock.now())
    programme.sign(session)
    return found


@pytest.fixture
@kept
def grant(programme, decided):
    return programme.offer(decided[0])


def decline(programme, grant, reason=TEXT, user=None):
    actor = Actor(user or programme.chair_of(grant.association))
    grants.decline(grant, reason=reason, actor=actor, now=clock.now())


def next_of(call):
    """The application that is next by rule with what the first declined grant set free."""
    return db.session.get_one(Application, reserves.next_for(call, reserves.freed(call)[0]).row.application_id)


def promote(programme, application, grant, user=None):
    return reserves.promote(application, grant, actor=Actor(user or programme.council_chair), now=clock.now())


@pytest.mark.database
def test_a_declined_grant_gives_its_money_back_and_the_next_is_named(programme, decided, grant):
    call = grant.application.call
    before = allocations.left(allocations.standings(call))
    decline(programme, grant)
    assert (grant.status, grant.application.status) == (GrantStatus.TERMINATED, A.WITHDRAWN)
    assert allocations.left(allocations.standings(call)) == before + grant.amount
    committed = ledger.account(AccountKind.COMMITTED, fund_id=grant.fund_id, grant_id=grant.id)
    assert ledger.balance(committed) == 0 and not ledger.overdrawn()
    told = db.session.scalars(db.select(Notification).where(Notification.message.contains("can move up with"))).all()
    assert {one.user_id for one in told} == {programme.secretary.id, programme.council_chair.id}
    assert told[0].parameters["next"] == reserves.listed(call)[0].application.number
    events = db.session.scalars(db.select(AuditEvent.action).where(AuditEvent.action == "grant.decline")).all()
    assert len(events) == 1


def test_the_chair_of_the_council_is_asked_to_confirm_who_moves_up(programme, decided, grant):
    chair, call = programme.council_chair, grant.application.call

    def waits():
        return [one for one in council_tasks.chair(chair, clock.now()) if one.endpoint == "reserves.show"]

    assert waits() == []
    decline(programme, grant)
    (task,) = waits()
    next_one = next_of(call)
    assert task.subject.startswith(next_one.title) and task.arguments == {"call_id": call.id}
    assert task.due_on == clock.bishkek_day(clock.now() + timedelta(days=7))
    promote(programme, next_one, grant)
    assert waits() == []


def test_only_the_chair_declines_with_a_reason_and_only_before_accepting(programme, decided, grant):
    with pytest.raises(IncompleteError):
        decline(programme, grant, reason="  ")
    member = programme.make_user(Role.MEMBER, association=grant.association)
    with pytest.raises(SeparationOfDutyError):
        decline(programme, grant, user=member)
    grants.accept(grant, actor=Actor(programme.chair_of(grant.association)), now=clock.now())
    with pytest.raises(WrongTransitionError):
        decline(programme, grant)


def test_the_next_by_rule_moves_up_and_is_offered_its_grant(programme, decided, grant):
    call = grant.application.call
    decline(programme, grant)
    (free,) = reserves.freed(call)
    found = reserves.next_for(call, free)
    next_one, other = next_of(call), next(one for one in decided[1:3] if one is not next_of(call))
    assert next_one in (decided[1], decided[2]) and found.passed_over == []
    with pytest.raises(DomainError):
        promote(programme, other, grant)
    promotion = promote(programme, next_one, grant)
    application = promotion.application
    assert application.status is A.SELECTED and promotion.amount == 200_000 * SOM
    assert promotion.protocol.session.call_id == call.id and reserves.freed(call) == []
    assert allocations.pending_awards([call.fund_id])[call.fund_id] == promotion.amount
    with pytest.raises(WrongTransitionError):
        promote(programme, application, grant)
    with pytest.raises(LimitExceededError):
        promote(programme, other, grant)
    chair = programme.chair_of(application.association).id
    message = db.select(Notification).where(Notification.user_id == chair, Notification.message.contains("moved up"))
    assert db.session.scalars(message).one()
    offered = programme.offer(application)
    assert (offered.amount, offered.fund_id) == (promotion.amount, promotion.allocation.fund_id)
    assert allocations.pending_awards([call.fund_id])[call.fund_id] == 0
    db.session.commit()
    assert not [found for check in verification.run(programme.storage) for found in check.findings]


def test_the_reserve_list_stays_in_the_order_that_was_signed(programme, decided, grant):
    """The reviews of who declined still tell how severe their reviewers are."""
    call = grant.application.call
    before = [(row.rank, row.application.id) for row in rankings.rank(call)]
    decline(programme, grant)
    assert [(row.rank, row.application.id) for row in rankings.rank(call)] == before
    assert [row.rank for row in reserves.listed(call)] == [2, 2, 4]


@pytest.mark.database
def test_free_money_stays_in_its_budget_line(programme):
    """What was for one oblast is not given to another, though the line for all has as much left."""
    own = programme.oblast("KG-B")
    call = programme.make_past_call(budget=500_000 * SOM, also=[(programme.fund, own, 200_000 * SOM)])
    there, elsewhere = (programme.make_association(oblast=iso) for iso in ("KG-B", "KG-O"))
    chosen, reserve = (programme.make_application(A.REVIEWED, call=call, association=one) for one in (there, elsewhere))
    session = programme.make_session(call)
    for application, outcome, amount in ((chosen, D.SELECTED, 200_000 * SOM), (reserve, D.RESERVE, None)):
        motion = Motion(outcome, amount, TEXT, 3, 0, 0)
        decisions.decide(session, application, motion, actor=Actor(programme.secretary), now=clock.now())
    programme.sign(session)
    decline(programme, programme.offer(chosen))
    found = reserves.next_for(call, reserves.freed(call)[0])
    assert found.row is None and {why for _row, why in found.passed_over} == {Hindrance.NO_LINE}


def test_an_operator_declines_for_nobody(programme, decided, grant):
    actor = Actor(programme.operator_of(grant.association.centre), grant.association)
    with pytest.raises(SeparationOfDutyError):
        grants.decline(grant, reason=TEXT, actor=actor, now=clock.now())


def test_who_asks_for_more_than_is_free_is_passed_over_or_gets_the_rest(programme, decided, grant):
    call = grant.application.call
    decline(programme, grant)
    (free,) = reserves.freed(call)
    assert reserves.next_for(call, free).award.amount == 200_000 * SOM
    little = reserves.Freed(grant, 150_000 * SOM)
    assert reserves.next_for(call, little).award.amount == 150_000 * SOM  # the call may award less
    too_little = reserves.next_for(call, reserves.Freed(grant, 50_000 * SOM))
    assert too_little.row is None and {why for _row, why in too_little.passed_over} == {Hindrance.MONEY}
    assert len(too_little.passed_over) == 3


def test_a_chair_with_a_tie_does_not_confirm(client, programme, decided, grant):
    call = grant.application.call
    decline(programme, grant)
    application = next_of(call)
    programme.tie(application, programme.council_chair)
    with pytest.raises(SeparationOfDutyError):
        promote(programme, application, grant)
    page = text_of(client.sign_in(programme.council_chair).speak("en").get(f"/reserves/{call.id}").text)
    assert "an application you have a tie to" in page and "Confirm: it moves up" not in page


def test_it_is_declined_and_confirmed_on_pages(client, programme, decided, grant):
    call = grant.application.call
    client.sign_in(programme.chair_of(grant.association)).speak("en")
    assert "Decline the grant" in client.get(f"/grants/{grant.id}").text
    assert client.submit(f"/grants/{grant.id}/decline", reason="").status_code == 422
    assert client.submit(f"/grants/{grant.id}/decline", reason=TEXT).status_code == 303
    client.sign_in(programme.secretary).speak("en")
    page = client.get(f"/reserves/{call.id}").text
    assert "Next by rule" in text_of(page) and "Confirm: it moves up" not in page
    client.sign_in(programme.council_chair).speak("en")
    assert "Confirm: it moves up" in client.get(f"/reserves/{call.id}").text
    free = reserves.freed(call)[0]
    application = reserves.next_for(call, free).row.application
    here = f"/reserves/{call.id}/promote/{application.id}/{grant.id}"
    assert client.submit(f"/reserves/{call.id}", action=here).status_code == 303
    assert db.session.scalars(db.select(Promotion)).one().application_id == application.id
    page = text_of(client.get(f"/reserves/{call.id}").text)
    assert "Moved up" in page and grant.number in page


def appeal_upheld(programme, application):
    letter = letters.readable(application, is_office=True)
    appeal = appeals.lodge(letter, TEXT, actor=Actor(programme.chair_of(application.association)), now=letter.sent_at)
    appeals.acknowledge(appeal, actor=Actor(programme.secretary), now=clock.now())
    chair = Actor(programme.council_chair)
    appeals.close(appeal, is_upheld=True, reason=TEXT, actor=chair, now=clock.now())


def test_while_the_council_decides_anew_the_list_tells_a_tied_reader_nothing(client, programme, decided, grant):
    """Neither the ranks of the others nor who is next say where it stands, or what it was awarded."""
    call = grant.application.call
    decline(programme, grant)
    next_one = next_of(call)
    closed = next(one for one in decided[1:3] if one is not next_one)  # both are second
    appeal_upheld(programme, closed)
    tied = programme.make_user(Role.SECRETARY)
    programme.tie(closed, tied)
    client.sign_in(tied).speak("en")
    page = text_of(client.get(f"/reserves/{call.id}").text)
    assert "Next by rule: rank 2" in page
    session = programme.make_session(call, now=clock.now())
    assert [row.rank for row in reserves.listed(call)] == [2, 4], "as they were signed"
    assert [row.rank for row in reserves.listed(call, {closed.id})] == [2, 3]
    page = text_of(client.get(f"/reserves/{call.id}").text)
    assert "until it has signed the reserve list is not whole" in page and "Next by rule" not in page
    motion = Motion(D.SELECTED, 200_000 * SOM, TEXT, 3, 0, 0)
    decisions.decide(session, closed, motion, actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    assert text_of(client.get(f"/reserves/{call.id}").text) == page
    programme.sign(session)
    assert [row.rank for row in reserves.listed(call, {closed.id})] == [2, 4], "as the protocol has them"


def test_who_was_passed_over_is_not_named_to_who_has_a_tie(client, programme):
    """Also once it is on the reserve list no more."""
    call = programme.make_past_call(budget=500_000 * SOM, partial_awards=False)
    chosen, closed, next_one = (
        programme.make_application(A.IN_REVIEW, call=call, grant=asked * SOM) for asked in (200_000, 500_000, 200_000)
    )
    for application, level in ((chosen, 5), (closed, 4), (next_one, 3)):
        for one in assignments.of_application(application):
            programme.review(one, level=level)
    session = programme.make_session(call)
    for application in (chosen, closed, next_one):
        outcome, amount = (D.SELECTED, 200_000 * SOM) if application is chosen else (D.RESERVE, None)
        motion = Motion(outcome, amount, TEXT, 3, 0, 0)
        decisions.decide(session, application, motion, actor=Actor(programme.secretary), now=clock.now())
    programme.sign(session)
    grant = programme.offer(chosen)
    decline(programme, grant)
    promotion = promote(programme, next_one, grant)
    assert [one["number"] for one in promotion.passed_over] == [closed.number]
    tied = programme.make_user(Role.SECRETARY)
    programme.tie(closed, tied)
    appeal_upheld(programme, closed)
    programme.make_session(call, now=clock.now())
    db.session.commit()
    for user, is_named in ((programme.secretary, True), (tied, False)):
        page = text_of(client.sign_in(user).speak("en").get(f"/reserves/{call.id}").text)
        assert ("passed over:" in page) is is_named and grant.number in page
