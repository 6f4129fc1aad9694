"""Bank statements: entered once, matched one to one, decided by a person; no money moves."""

import json
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from app import clock, jobs
from app.services import (
    bank_statement_lists,
    bank_statement_matches,
    bank_statements,
    channels,
    contributions,
    funds,
    ledger,
    repayments,
)
from app.services.actors import Actor
from app.services.bank_statement_lists import Group
from app.services.bank_statement_matches import proposals
from app.services.conflicts import NO_TIES, Ties
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from models.audit import AuditEvent
from models.bank_statements import BankStatementRow, BankStatementStatus, Likeness, MatchStatus
from models.base import db
from models.grants import TrancheStatus
from models.notifications import Notification
from models.outbox import OutboxJob
from tests.factories import TEXT


def by(user):
    return {"actor": Actor(user), "now": clock.now()}


def lines_of(statement, group, ties=NO_TIES):
    return bank_statement_lists.lines(statement, group, ties)


@pytest.fixture
def matched(programme):
    """Three contributions, a release and a file: one row fits exactly, one likely, one not at all, and the release."""
    grant = programme.make_grant("active", is_matched=True)
    tranche = programme.advance(grant.tranches[0], TrancheStatus.RELEASED)
    day = clock.bishkek_day(clock.now())
    programme.make_contribution(grant, reference="AB-10001", amount=50_000_00, sent_on=day - timedelta(days=2))
    programme.make_contribution(grant, reference="AB-20002", amount=60_000_00, sent_on=day)
    rows = [
        ("ab 10001", 50_000_00),
        ("AB-20002", 65_000_00),
        ("NEW-30003", 1_00),
        (tranche.bank_reference, -tranche.amount),
    ]
    return programme.make_bank_statement(*rows), tranche


def test_rows_are_matched_decided_and_stand_as_evidence_and_nothing_moves(programme, matched):
    statement, tranche = matched
    before = list(ledger.batches())
    exact, likely, release = programme.matches_of(statement)
    assert bank_statement_lists.counts(statement, NO_TIES) == {
        Group.EXACT: 2, Group.LIKELY: 1, Group.NONE: 1, Group.CONFIRMED: 0,
    }  # fmt: skip
    assert likely.differs == ["amount"] and release.tranche is tranche and not release.is_return
    assert (
        bank_statement_matches.confirm_exact(statement, [exact.id, likely.id, release.id], **by(programme.finance)) == 2
    )
    bank_statement_matches.reject(likely, **by(programme.finance))
    assert [one.status for one in (exact, likely, release)] == [
        MatchStatus.CONFIRMED,
        MatchStatus.REJECTED,
        MatchStatus.CONFIRMED,
    ]
    assert bank_statement_lists.evidence_of(exact.contribution) == [exact]
    assert bank_statement_lists.evidence_of(tranche) == [release]
    assert proposals(statement) == [], "what a person rejected is not proposed again"
    with pytest.raises(WrongTransitionError):
        bank_statement_matches.confirm(exact, **by(programme.finance))
    bank_statement_matches.undo(exact, **by(programme.finance))
    assert (exact.status, exact.decided_by_id) == (MatchStatus.PROPOSED, None)
    assert list(ledger.batches()) == before
    for statement_of in (
        "UPDATE bank_statement_rows SET amount = 1",
        "DELETE FROM bank_statement_rows",
        "UPDATE bank_statements SET sha256 = 'x'",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(db.text(statement_of))
    with pytest.raises(DBAPIError), db.session.begin_nested():  # a record stands for one row alone
        db.session.execute(
            db.text("UPDATE bank_statement_matches SET record_key = :key WHERE id = :id"),
            {"key": exact.record_key, "id": release.id},
        )


@pytest.mark.either_database
def test_a_payment_that_came_back_is_pointed_out(programme, matched):
    _statement, tranche = matched
    again = programme.make_bank_statement((tranche.bank_reference, tranche.amount))
    (back,) = programme.matches_of(again)
    assert back.is_return and back.tranche is tranche
    told = db.session.scalars(db.select(Notification).order_by(Notification.id.desc())).first()
    assert told.user_id == programme.finance.id and told.parameters["returned"] == 1
    with pytest.raises(DomainError):
        bank_statement_matches.confirm_exact(again, [back.id], **by(programme.finance))
    bank_statement_matches.confirm(back, **by(programme.finance))
    own = programme.make_bank_statement((tranche.bank_reference, tranche.amount), account=tranche.payout_account.number)
    (arrived,) = programme.matches_of(own)
    assert arrived.tranche is tranche and not arrived.is_return, "on the association's own statement it arrives"


@pytest.mark.either_database
def test_what_changed_meanwhile_what_belongs_to_others_and_what_is_tied(programme, matched):
    statement, _tranche = matched
    exact, likely, _release = programme.matches_of(statement)
    contribution = exact.contribution
    with pytest.raises(SeparationOfDutyError):
        bank_statement_matches.confirm(exact, actor=programme.chair_actor(contribution.grant), now=clock.now())
    programme.tie(contribution.grant.application, programme.other_finance)
    with pytest.raises(SeparationOfDutyError):
        bank_statement_matches.confirm(exact, **by(programme.other_finance))
    ties = Ties(frozenset({contribution.grant.association_id}), frozenset())
    assert bank_statement_lists.counts(statement, ties)[Group.NONE] == 1
    assert sum(bank_statement_lists.counts(statement, ties).values()) == 1
    assert lines_of(statement, Group.EXACT, ties) == []
    contributions.refuse(contribution, reason="Башка сумма", **by(programme.monitor))
    with pytest.raises(ChangedMeanwhileError):
        bank_statement_matches.confirm(exact, **by(programme.finance))
    bank_statement_matches.reject(exact, **by(programme.finance))
    assert [len(lines_of(statement, group)) for group in Group] == [1, 1, 2, 0]
    (_new, refused) = sorted(lines_of(statement, Group.NONE), key=lambda line: len(line.rejected))
    assert refused.rejected == [exact]
    bank_statement_matches.undo(exact, **by(programme.finance))
    bank_statement_matches.reject(exact, **by(programme.finance))
    programme.make_contribution(contribution.grant, reference="AB-10001", amount=50_000_00)
    bank_statements.search(statement, **by(programme.finance))
    with pytest.raises(DomainError):
        bank_statement_matches.confirm(likely, **by(programme.finance))
    programme.match_bank_statement(statement)
    with pytest.raises(AlreadyUsedError):
        bank_statement_matches.undo(exact, **by(programme.finance))


@pytest.mark.either_database
def test_a_file_comes_once_and_a_row_once(programme):
    first = programme.make_bank_statement(("R-1", 1_00), ("R-1", 1_00), ("R-2", 2_00))
    assert first.skipped == [] and first.summary["refused_count"] == 1
    with pytest.raises(AlreadyUsedError):
        file = bank_statements.look_at("again.csv", bank_statements.content_of(first))
        bank_statements.bring_in(file, account="1", channel=None, **by(programme.finance))
    second = programme.make_bank_statement(("R-1", 1_00), ("R-1", 1_00), ("R-1", 1_00), ("R-3", 3_00))
    assert second.skipped == [2, 3] == second.summary["there"]
    assert len(lines_of(second, Group.NONE)) == 2
    third = programme.make_bank_statement(("R-1", 1_00), until="read")
    with pytest.raises(DomainError):
        bank_statements.enter(third, **by(programme.finance))
    bank_statements.drop(third, **by(programme.finance))
    assert third.content is None and third not in bank_statements.page()
    other = programme.make_bank_statement(("R-1", 1_00), account="another account 4444")
    assert other.skipped == [], "the same row of another account is another row"


@pytest.mark.either_database
def test_of_a_channel_only_its_own_contributions_are_looked_at(programme):
    grant = programme.make_grant()
    programme.make_contribution(grant, reference="W-1000", amount=4_000_00)
    wallet = next(one for one in channels.offered() if one.code == "mobile_wallet")
    bank = next(one for one in channels.offered() if one.code == "bank")
    assert (
        programme.matches_of(programme.make_bank_statement(("W-1000", 4_000_00), account="wallet 1", channel=wallet))
        == []
    )
    (match,) = programme.matches_of(
        programme.make_bank_statement(("W-1000", 4_000_00), account="wallet 2", channel=bank)
    )
    assert match.differs == []


@pytest.mark.either_database
def test_an_instalment_of_a_fund_is_found(programme):
    fund = programme.make_fund("EU-77", amount=900_000_00)
    fund.amount += 30_000_00  # the donor gives more
    day = clock.bishkek_day(clock.now())
    instalment = funds.receive(fund, 30_000_00, received_on=day, bank_reference="EU-BANK-9", **by(programme.finance))
    (match,) = programme.matches_of(programme.make_bank_statement((instalment.bank_reference, instalment.amount)))
    assert match.instalment is instalment and bank_statement_matches.grant_of(match) is None
    bank_statement_matches.confirm(match, **by(programme.finance))


def test_money_an_association_paid_back_is_found_and_shown_to_who_confirms_it(programme):
    grant, now = programme.make_tranche("confirmed").grant, clock.now()
    made = repayments.record(
        grant, amount=500_00, paid_on=clock.bishkek_day(now), bank_reference="ВК-900", reason=TEXT,
        actor=Actor(programme.finance), now=now,
    )  # fmt: skip
    (match,) = programme.matches_of(programme.make_bank_statement(("BK 900", 500_00)))
    assert match.repayment is made and match.likeness is Likeness.EXACT
    assert bank_statement_matches.grant_of(match) == grant and bank_statement_lists.evidence_of(made) == []
    bank_statement_matches.confirm(match, **by(programme.finance))
    assert bank_statement_lists.evidence_of(made) == [match] and made.status.value == "recorded"
    tied = Ties(frozenset({grant.association_id}), frozenset())
    assert lines_of(match.row.statement, Group.CONFIRMED) and not lines_of(match.row.statement, Group.CONFIRMED, tied)
    repayments.refuse(made, reason=TEXT, **by(programme.finance))
    bank_statement_matches.undo(match, **by(programme.finance))
    with pytest.raises(ChangedMeanwhileError):  # what was refused stands for no row
        bank_statement_matches.confirm(match, **by(programme.finance))


def test_the_jobs_read_enter_and_match_and_may_run_twice(programme):
    programme.make_contribution(programme.make_grant(), reference="J-1000", amount=9_000_00)
    content = f"Дата;Сумма;Номер\n{clock.bishkek_day(clock.now()):%d.%m.%Y};9000,00;J-1000\n".encode()
    with pytest.raises(IncompleteError):
        bank_statements.bring_in(
            bank_statements.look_at("a.csv", content), account=" ", channel=None, **by(programme.finance)
        )
    file = bank_statements.look_at("folder\\a.csv", content)
    statement = bank_statements.bring_in(file, account="Эсеп 12345", channel=None, **by(programme.finance))
    assert (statement.status, statement.file_name) == (BankStatementStatus.COLUMNS, "a.csv")
    _rows, layout = bank_statements.begin_of(statement)
    bank_statements.name_columns(statement, layout, **by(programme.finance))
    db.session.commit()
    for _ in range(2):
        jobs.read_bank_statement(statement.id)
    assert statement.status is BankStatementStatus.READ and statement.summary["sums"] == {"KGS": [9_000_00, 0]}
    bank_statements.enter(statement, **by(programme.finance))
    db.session.commit()
    for _ in range(2):
        jobs.enter_bank_statement(statement.id)
    (match,) = programme.matches_of(statement)
    assert statement.status is BankStatementStatus.ENTERED and match.differs == []
    sent = [job.function for job in db.session.scalars(db.select(OutboxJob)) if "bank" in job.function]
    assert sent == ["app.jobs.read_bank_statement", "app.jobs.enter_bank_statement"]
    other = content.replace(b"9000", b"8000")
    known = bank_statements.bring_in(
        bank_statements.look_at("b.csv", other), account="54321", channel=None, **by(programme.finance)
    )
    assert known.status is BankStatementStatus.READING and known.layout == statement.layout, "the head is known"
    broken = bank_statements.bring_in(
        bank_statements.look_at("c.xml", b"<a/>"), account="", channel=None, **by(programme.finance)
    )
    db.session.commit()
    jobs.read_bank_statement(broken.id)
    assert broken.status is BankStatementStatus.FAILED and "camt.053" in broken.problem["message"]
    acts = [
        (row.action, json.loads(row.details))
        for row in db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id))
        if row.subject == f"bank_statements:{statement.id}"
    ]
    assert [act for act, _details in acts] == [
        f"bank_statement.{act}" for act in ("bring_in", "name_columns", "read", "enter", "store", "finish")
    ]
    assert db.session.scalars(db.select(BankStatementRow)).one().counterparty == ""
