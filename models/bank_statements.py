"""Bank statements: files of a bank or a channel that were brought in, their rows, and what each row was matched to."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from models.base import STRICT, Base, Currency, Id, Json, LongText, Minor, Versioned, waiting_index
from models.channels import Channel
from models.contributions import Contribution
from models.funds import FundInstalment
from models.grants import Tranche
from models.payment_batches import Payment
from models.repayments import Repayment
from models.users import User


class BankFileForm(StrEnum):
    """What kind of file it is; told by its content."""

    CAMT = "camt"
    MT940 = "mt940"
    CSV = "csv"
    XLSX = "xlsx"


class BankStatementStatus(StrEnum):
    COLUMNS = "columns"
    READING = "reading"
    READ = "read"
    ENTERING = "entering"
    ENTERED = "entered"
    FAILED = "failed"
    DROPPED = "dropped"


UNDER_WAY = frozenset({BankStatementStatus.READING, BankStatementStatus.ENTERING})


class BankStatementLayout(Versioned, Base):
    """What the columns of a table mean, remembered by the words of its head.

    `header_key` is the SHA-256 of those words, `columns` {meaning: number of the column from 0}, `settings` how days,
    amounts and letters are written (`app.services.bank_tables.Layout`).
    """

    __tablename__ = "bank_statement_layouts"
    __table_args__ = (sa.UniqueConstraint("header_key", "account_key"), STRICT)

    id: Mapped[Id]
    account_key: Mapped[str] = mapped_column(sa.String(60))
    header_key: Mapped[str] = mapped_column(sa.String(64))
    columns: Mapped[Json]
    settings: Mapped[Json]
    saved_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    saved_at: Mapped[datetime]


class BankStatement(Versioned, Base):
    """One file. `account` is whose statement it is, as the file or the officer names it.

    `channel_id` is set when it is that of a channel: its rows then stand for contributions by that channel alone.
    `layout` is what its columns mean ({"columns", "settings"} of `BankStatementLayout`), {} where the form says it.
    `content` is the file itself, packed (zlib); it goes when the file is dropped. `summary` is what was found when it
    was looked at (`app.services.bank_files.Summary`). `skipped` lists the rows that an earlier statement has already.
    """

    __tablename__ = "bank_statements"
    __table_args__ = (
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress_range"),
        sa.CheckConstraint("(content IS NULL) = (status = 'dropped')", name="content_until_dropped"),
        sa.CheckConstraint("entered_at IS NOT NULL OR status NOT IN ('entered')", name="entered_at_a_time"),
        sa.Index(
            "uq_bank_statements_file",
            "sha256",
            unique=True,
            sqlite_where=sa.text("status NOT IN ('dropped', 'failed')"),
            postgresql_where=sa.text("status NOT IN ('dropped', 'failed')"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    form: Mapped[BankFileForm]
    file_name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))
    account: Mapped[str] = mapped_column(sa.String(120), default="")
    channel_id: Mapped[int | None] = mapped_column(sa.ForeignKey("channels.id"))
    layout: Mapped[Json] = mapped_column(default=dict)
    status: Mapped[BankStatementStatus]
    progress: Mapped[int] = mapped_column(default=0)
    summary: Mapped[Json] = mapped_column(default=dict)
    problem: Mapped[Json] = mapped_column(default=dict)
    skipped: Mapped[Json] = mapped_column(default=list)
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    entered_at: Mapped[datetime | None]
    channel: Mapped[Channel | None] = relationship()
    uploaded_by: Mapped[User] = relationship(foreign_keys=[uploaded_by_id])

    @property
    def is_under_way(self) -> bool:
        return self.status in UNDER_WAY

    @property
    def masked_account(self) -> str:
        """As those read it who keep no accounts: of a number its last digits."""
        return f"…{self.account[-3:]}" if any(sign.isdigit() for sign in self.account) else self.account


class BankStatementRow(Base):
    """One movement on the account: `amount` in minor units, above 0 when money came, below when it went.

    `line` is its number in the file. `reference_keys` are all its references as they are compared, with blanks
    between. `fingerprint` is the same for the same movement in any file (`app.services.bank_files.fingerprints`).
    Append-only.
    """

    __tablename__ = "bank_statement_rows"
    __table_args__ = (
        sa.CheckConstraint("amount <> 0", name="amount_moves"),
        sa.UniqueConstraint("statement_id", "line"),
        sa.UniqueConstraint("fingerprint"),
        STRICT,
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("bank_statements.id"))
    line: Mapped[int]
    booked_on: Mapped[date]
    amount: Mapped[Minor]
    currency: Mapped[Currency]
    reference: Mapped[str] = mapped_column(sa.String(120))
    reference_keys: Mapped[LongText] = mapped_column(sa.Text)
    counterparty: Mapped[str] = mapped_column(sa.String(200))
    counterparty_account: Mapped[str] = mapped_column(sa.String(60))
    text: Mapped[LongText] = mapped_column(sa.Text)
    is_reversal: Mapped[bool]
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    statement: Mapped[BankStatement] = relationship()


class Likeness(StrEnum):
    """How well a row and a record of ours fit."""

    EXACT = "exact"
    LIKELY = "likely"


class MatchStatus(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class BankStatementMatch(Versioned, Base):
    """A row and the record it may stand for: proposed by the system, confirmed or rejected by a person.

    `record_key` names the record; while a match is not rejected, row and record stand in no other. `differs` lists what
    is not the same (values of `app.services.statement_matching.Difference`). `is_return` is set when the row brings a
    payment back instead of making it.
    """

    __tablename__ = "bank_statement_matches"
    __table_args__ = (
        sa.CheckConstraint(
            "(CASE WHEN contribution_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN tranche_id IS NULL THEN 0 ELSE 1 "
            "END) + (CASE WHEN payment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN instalment_id IS NULL THEN 0 ELSE 1 "
            "END) + (CASE WHEN repayment_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="of_one_record",
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (status = 'proposed')", name="decided_or_proposed"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        sa.UniqueConstraint("row_id", "record_key"),
        sa.Index(
            "uq_bank_statement_matches_row",
            "row_id",
            unique=True,
            sqlite_where=sa.text("status <> 'rejected'"),
            postgresql_where=sa.text("status <> 'rejected'"),
        ),
        sa.Index(
            "uq_bank_statement_matches_record",
            "record_key",
            unique=True,
            sqlite_where=sa.text("status <> 'rejected'"),
            postgresql_where=sa.text("status <> 'rejected'"),
        ),
        waiting_index("ix_bank_statement_matches_waiting", "row_id", where="status = 'proposed'"),
        STRICT,
    )

    id: Mapped[Id]
    row_id: Mapped[int] = mapped_column(sa.ForeignKey("bank_statement_rows.id"))
    record_key: Mapped[str] = mapped_column(sa.String(120))
    contribution_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contributions.id"), index=True)
    tranche_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tranches.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payments.id"), index=True)
    instalment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fund_instalments.id"), index=True)
    repayment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("repayments.id"), index=True)
    is_return: Mapped[bool]
    likeness: Mapped[Likeness]
    differs: Mapped[Json]
    status: Mapped[MatchStatus] = mapped_column(default=MatchStatus.PROPOSED)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    row: Mapped[BankStatementRow] = relationship()
    contribution: Mapped[Contribution | None] = relationship()
    tranche: Mapped[Tranche | None] = relationship()
    payment: Mapped[Payment | None] = relationship()
    instalment: Mapped[FundInstalment | None] = relationship()
    repayment: Mapped[Repayment | None] = relationship()
