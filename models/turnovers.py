"""Turnovers: what was debited to an account and credited to it in a month, kept beside the transfers.

A trigger adds each transfer to the turnovers of its two accounts and of their control accounts, in the transaction that
writes it; a balance is a sum of months, however many transfers there are. `flask verify` holds turnovers and transfers
together. A migration never imports this: it writes its statements out. A test compares the two.
"""

import re
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Minor


class Turnover(Base):
    """Of one account in the month that begins on `month`, by value day; amounts in minor units of its currency."""

    __tablename__ = "turnovers"
    __table_args__ = (
        sa.CheckConstraint("debited >= 0 AND credited >= 0 AND debited + credited > 0", name="amounts"),
        STRICT,
    )

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_accounts.id"), primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(primary_key=True)
    debited: Mapped[Minor]
    credited: Mapped[Minor]


def month_of(day: Any, dialect: str) -> Any:
    """The first day of the month of a day, as a query of `dialect` says it."""
    return (
        sa.func.substr(day, 1, 7) + "-01" if dialect == "sqlite" else sa.cast(sa.func.date_trunc("month", day), sa.Date)
    )


_MOVED = (  # the accounts a transfer moves, each with its control account
    "SELECT NEW.debit_account_id AS id, NEW.amount AS debited, 0 AS credited "
    "UNION ALL SELECT NEW.credit_account_id, 0, NEW.amount "
    "UNION ALL SELECT control_id, NEW.amount, 0 FROM ledger_accounts "
    "WHERE id = NEW.debit_account_id AND control_id IS NOT NULL "
    "UNION ALL SELECT control_id, 0, NEW.amount FROM ledger_accounts "
    "WHERE id = NEW.credit_account_id AND control_id IS NOT NULL"
)
_MONTH = {
    "sqlite": "substr(NEW.value_on, 1, 7) || '-01'",
    "postgresql": "CAST(date_trunc('month', NEW.value_on) AS DATE)",
}
_CONTROLS = "EXISTS (SELECT 1 FROM ledger_accounts WHERE control_id IN (NEW.debit_account_id, NEW.credit_account_id))"


def _added(dialect: str) -> str:
    return (
        "INSERT INTO turnovers (account_id, month, debited, credited) "  # noqa: S608 - our own names
        f"SELECT id, {_MONTH[dialect]}, CAST(sum(debited) AS BIGINT), CAST(sum(credited) AS BIGINT) "
        f"FROM ({_MOVED}) AS moved GROUP BY id ORDER BY id "
        "ON CONFLICT (account_id, month) DO UPDATE "
        "SET debited = turnovers.debited + excluded.debited, credited = turnovers.credited + excluded.credited"
    )


def statements(dialect: str) -> tuple[str, ...]:
    """The DDL of the triggers on `dialect` ("sqlite" or "postgresql")."""
    if dialect == "sqlite":
        return (
            "CREATE TRIGGER transfers_no_control BEFORE INSERT ON transfers "
            f"WHEN {_CONTROLS} BEGIN SELECT RAISE(ABORT, 'a control account takes no transfer'); END",
            f"CREATE TRIGGER transfers_turnover AFTER INSERT ON transfers BEGIN {_added(dialect)}; END",
        )
    return (
        f"CREATE FUNCTION add_to_turnovers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {_CONTROLS} THEN "
        "RAISE EXCEPTION 'a control account takes no transfer' USING ERRCODE = 'integrity_constraint_violation'; "
        f"END IF; {_added(dialect)}; RETURN NULL; END $$",
        "CREATE TRIGGER transfers_turnover AFTER INSERT ON transfers FOR EACH ROW EXECUTE FUNCTION add_to_turnovers()",
    )


def trigger_names(dialect: str) -> set[tuple[str, str]]:
    """(trigger, table) of what keeps them."""
    return set(re.findall(r"CREATE TRIGGER (\w+) (?:BEFORE|AFTER) INSERT ON (\w+)", "\n".join(statements(dialect))))
