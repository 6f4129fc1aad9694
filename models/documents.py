"""Stored files and the documents that point at them."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Versioned


class DocumentKind(StrEnum):
    MEETING_MINUTES = "meeting_minutes"
    REGISTRATION = "registration"
    QUOTATION = "quotation"
    RECEIPT = "receipt"
    INVOICE = "invoice"
    PHOTO = "photo"
    SIGNED_AGREEMENT = "signed_agreement"
    OTHER = "other"


class StoredFile(Base):
    """Bytes under ASHAR_HOME/uploads, named by the SHA-256 of what is stored. Append-only.

    `source_sha256` is the hash of the bytes as they were sent: images are re-encoded, so the two differ,
    and a receipt used twice is recognised by what was sent.
    """

    __tablename__ = "stored_files"
    __table_args__ = (sa.CheckConstraint("byte_size > 0", name="not_empty"), STRICT)

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    source_sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    byte_size: Mapped[int]
    media_type: Mapped[str] = mapped_column(sa.String(60))
    stored_at: Mapped[datetime]


MINUTES_IN_FORCE = (
    "kind = 'meeting_minutes' AND removed_at IS NULL AND refused_at IS NULL AND replaced_by_id IS NULL "
    "AND page_of_id IS NULL"
)
"""Minutes that count, as the index of them and its queries say it, letter by letter."""

OWNERS = ("application_id", "grant_id", "contribution_id", "expenditure_id", "visit_id")


class Document(Versioned, Base):
    """One scan of exactly one owner. `content_sha256` repeats that of the file.

    A paper of several pages is several scans: its first one, and those whose `page_of_id` names the first; `position`
    counts them from 1. `dated_on` is the day that stands on the paper, `expires_on` the last one on which it is valid;
    the office may refuse it with a reason; `replaced_by_id` names the paper that took its place. All of these stand
    with the first scan.

    The same content proves one contribution and one expenditure in the whole programme. `released_at` frees it when
    the contribution or expenditure was refused or reversed; the document stays where it was.
    """

    __tablename__ = "documents"
    __table_args__ = (
        sa.CheckConstraint(
            " + ".join(f"(CASE WHEN {owner} IS NULL THEN 0 ELSE 1 END)" for owner in OWNERS) + " = 1",
            name="one_owner",
        ),
        sa.CheckConstraint("position >= 1", name="position_positive"),
        sa.CheckConstraint("(refused_at IS NULL) = (refusal_reason IS NULL)", name="refusal_has_reason"),
        sa.Index(
            "uq_documents_contribution_proof",
            "content_sha256",
            unique=True,
            sqlite_where=sa.text("contribution_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"),
            postgresql_where=sa.text("contribution_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"),
        ),
        sa.Index(
            "uq_documents_expenditure_proof",
            "content_sha256",
            unique=True,
            sqlite_where=sa.text("expenditure_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"),
            postgresql_where=sa.text("expenditure_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"),
        ),
        sa.Index(
            "ix_documents_minutes",
            "application_id",
            sqlite_where=sa.text(MINUTES_IN_FORCE),
            postgresql_where=sa.text(MINUTES_IN_FORCE),
        ),
        STRICT,
    )

    id: Mapped[Id]
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_files.id"), index=True)
    content_sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    kind: Mapped[DocumentKind]
    filename: Mapped[str] = mapped_column(sa.String(200))
    application_id: Mapped[int | None] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    grant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("grants.id"), index=True)
    contribution_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contributions.id"), index=True)
    expenditure_id: Mapped[int | None] = mapped_column(sa.ForeignKey("expenditures.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    page_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("documents.id"), index=True)
    position: Mapped[int] = mapped_column(default=1)
    dated_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    refused_at: Mapped[datetime | None]
    refused_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    refusal_reason: Mapped[str | None]
    replaced_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("documents.id"), index=True)
    file: Mapped[StoredFile] = relationship()

    @property
    def is_in_force(self) -> bool:
        """Whether it was neither refused nor replaced; whether it has expired depends on the day."""
        return self.refused_at is None and self.replaced_by_id is None
