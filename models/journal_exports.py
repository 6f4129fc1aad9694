"""Files of the journal: asked for on a page, written by a job, kept for thirty days."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Versioned
from models.funds import Fund


class FileForm(StrEnum):
    """What kind of file it is."""

    XLSX = "xlsx"
    CSV = "csv"
    BEANCOUNT = "beancount"


class ExportStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class JournalExport(Versioned, Base):
    """One file: what of the journal, in which form and language, how far it is; its hash once it is written.

    `kind` is that of an event (`models.ledger.EventKind`); what is None narrows nothing.
    """

    __tablename__ = "journal_exports"
    __table_args__ = (
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress_range"),
        sa.CheckConstraint("(status IN ('done', 'expired')) = (sha256 IS NOT NULL)", name="written_with_hash"),
        sa.Index("ix_journal_exports_reader", "requested_by_id", "id"),
        STRICT,
    )

    id: Mapped[Id]
    form: Mapped[FileForm]
    fund_id: Mapped[int | None] = mapped_column(sa.ForeignKey("funds.id"))
    grant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("grants.id"))
    kind: Mapped[str | None] = mapped_column(sa.String(40))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    locale: Mapped[str] = mapped_column(sa.String(2))
    status: Mapped[ExportStatus] = mapped_column(default=ExportStatus.WAITING)
    progress: Mapped[int] = mapped_column(default=0)
    row_count: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    requested_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    fund: Mapped[Fund | None] = relationship()

    @property
    def is_under_way(self) -> bool:
        return self.status in (ExportStatus.WAITING, ExportStatus.RUNNING)

    @property
    def file_name(self) -> str:
        """As the reader keeps it."""
        return f"ashar-journal-{self.id}.{self.form.value}"
