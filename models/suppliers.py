"""Suppliers: who was paid, registered once for the whole programme."""

from datetime import datetime
from enum import StrEnum
from typing import Optional

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Versioned


class SupplierFlag(StrEnum):
    """What asks finance to look before spending with a supplier is accepted. None of them refuses by itself."""

    MEMBER = "member"
    CONTRIBUTOR = "contributor"
    STAFF = "staff"
    COUNCIL = "council"
    ACCOUNT = "account"
    SHARE = "share"
    PRICE = "price"
    SPLIT = "split"
    SPLIT_SUPPLIERS = "split_suppliers"


class Supplier(Versioned, Base):
    """A firm, shop or person that was paid. `name_key` is the folded name: a name is registered once.

    A supplier entered twice is merged: the row stays, leads to the one that is kept, and its name finds that one.
    """

    __tablename__ = "suppliers"
    __table_args__ = (
        sa.CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        sa.CheckConstraint("(merged_into_id IS NULL) = (merge_reason = '')", name="merged_for_a_reason"),
        STRICT,
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(200))
    name_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    tax_number: Mapped[str] = mapped_column(sa.String(20), default="")
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    account_number: Mapped[str] = mapped_column(sa.String(40), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("suppliers.id"), index=True)
    merge_reason: Mapped[str] = mapped_column(sa.String(400), default="")
    registered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    registered_at: Mapped[datetime]
    merged_into: Mapped[Optional["Supplier"]] = relationship(remote_side="Supplier.id")

    @property
    def has_odd_tax_number(self) -> bool:
        """Whether the tax number is not the 14 digits it has in Kyrgyzstan: said, never refused."""
        return bool(self.tax_number) and not (self.tax_number.isdigit() and len(self.tax_number) == 14)
