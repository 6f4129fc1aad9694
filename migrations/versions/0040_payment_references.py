"""A payment's bank reference is compared in an index, not by reading every payment there is.

Revision ID: 0040
Revises: 0039
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

LOOK_ALIKES = str.maketrans("АВЕЗІЈКМНОРСТУҮХЅԌԚԜѴ", "ABE3IJKMHOPCTYYXSGQWV")


def key(reference):
    text = unicodedata.normalize("NFKC", reference.replace("№", "")).casefold().upper()
    digits = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
    return "".join(sign for sign in digits.translate(LOOK_ALIKES) if sign.isalnum())[:60]


def upgrade():
    op.add_column("tranches", sa.Column("bank_reference_key", sa.String(60), nullable=True))
    tranches = sa.table("tranches", sa.column("id"), sa.column("bank_reference"), sa.column("bank_reference_key"))
    connection = op.get_bind()
    paid = sa.select(tranches.c.id, tranches.c.bank_reference).where(tranches.c.bank_reference.is_not(None))
    rows = [{"row_id": row[0], "known": key(row[1])} for row in connection.execute(paid)]
    if rows:
        told = tranches.update().where(tranches.c.id == sa.bindparam("row_id"))
        connection.execute(told.values(bank_reference_key=sa.bindparam("known")), rows)
    op.create_index("uq_tranches_reference", "tranches", ["bank_reference_key"], unique=True)


def downgrade():
    op.drop_index("uq_tranches_reference", "tranches")
    op.drop_column("tranches", "bank_reference_key")
