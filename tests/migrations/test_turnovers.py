"""Migration 0035 with money in the ledger: down and up again, what is kept is what the transfers say."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.services import ledger
from models.base import db
from tests.factories import Programme

pytestmark = pytest.mark.database
QUESTIONS = (
    "SELECT account_id, month, debited, credited FROM turnovers ORDER BY account_id, month",
    "SELECT id, event_id, debit_account_id, credit_account_id, currency, amount, value_on, actor_id FROM transfers "
    "ORDER BY id",
    "SELECT id, kind, currency, scope_key, fund_id, grant_id, association_id, heading, control_id "
    "FROM ledger_accounts WHERE grant_id IS NOT NULL ORDER BY id",
)


def answers() -> list[list[tuple[object, ...]]]:
    rows = [[tuple(row) for row in db.session.execute(sa.text(question))] for question in QUESTIONS]
    db.session.rollback()
    return rows


def test_down_and_up_turnovers_controls_and_days_are_those_they_were(app: Flask, programme: Programme) -> None:
    programme.make_grant("completed")
    programme.make_grant("active")
    db.session.commit()
    _turnovers, transfers, accounts = answers()
    downgrade(revision="0034")
    db.session.remove()
    upgrade()
    turnovers, transfers_after, accounts_after = answers()
    assert transfers_after == transfers
    # Control accounts are opened anew, with other numbers; all else is what it was.
    assert [row[:-1] for row in accounts_after] == [row[:-1] for row in accounts]
    assert all(row[-1] for row in accounts_after)
    assert len(turnovers) == len(_turnovers) > 10
    assert list(ledger.wrong_turnovers()) == []
