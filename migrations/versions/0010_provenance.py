"""Who dictated, who typed and who confirmed; the hours, address and equipment of a centre.

Revision ID: 0010
Revises: 0006
"""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = {"sqlite": "INTEGER", "postgresql": "BIGINT"}
TEXT = {"sqlite": "TEXT", "postgresql": "VARCHAR(200)"}
JSON = {"sqlite": "TEXT", "postgresql": "JSONB"}
REFUSE = "BEGIN SELECT RAISE(ABORT, 'dictations is append-only'); END"
THERE = "EXISTS (SELECT 1 FROM dictations AS there WHERE there.confirmed_at IS NOT NULL AND"
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER dictations_no_update BEFORE UPDATE ON dictations WHEN (OLD.confirmed_at IS NOT NULL) "
        f"OR {THERE} there.id <> OLD.id AND (there.id = NEW.id)) {REFUSE}",
        "CREATE TRIGGER dictations_no_delete BEFORE DELETE ON dictations WHEN OLD.confirmed_at IS NOT NULL "
        f"{REFUSE}",
        f"CREATE TRIGGER dictations_no_replace BEFORE INSERT ON dictations WHEN {THERE} (there.id = NEW.id)) {REFUSE}",
    ),
    "postgresql": (
        "CREATE TRIGGER dictations_no_change BEFORE UPDATE ON dictations FOR EACH ROW "
        "WHEN (OLD.confirmed_at IS NOT NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER dictations_no_delete BEFORE DELETE ON dictations FOR EACH ROW "
        "WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER dictations_no_truncate BEFORE TRUNCATE ON dictations "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}
DAILY = re.compile(r"(\d\d?:\d\d)\s*[–—-]\s*(\d\d?:\d\d)")


def upgrade():
    dialect = op.get_bind().dialect.name
    _dictations()
    for statement in TRIGGERS[dialect]:
        op.execute(statement)
    op.execute(
        f"ALTER TABLE audit_events ADD COLUMN dictation_id {NUMBER[dialect]} "
        "CONSTRAINT fk_audit_events_dictation_id REFERENCES dictations (id)"
    )
    op.create_index("ix_audit_events_dictation_id", "audit_events", ["dictation_id"])
    op.execute("ALTER TABLE centres RENAME COLUMN opening_hours TO hours_note")
    op.execute(f"ALTER TABLE centres ADD COLUMN hours {JSON[dialect]} DEFAULT '{{}}' NOT NULL")
    op.execute(f"ALTER TABLE centres ADD COLUMN address {TEXT[dialect]} DEFAULT '' NOT NULL")
    _read_hours()
    _equipment()


def _dictations():
    way = sa.Enum(
        *("own_code", "signature", "thumbprint", "own_account", "sign_off"),
        name="confirmationway",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    links = {
        "association_id": ("associations", False),
        "typed_by_id": ("users", False),
        "dictated_by_id": ("people", True),
        "confirmed_by_id": ("people", True),
        "file_id": ("stored_files", True),
    }
    op.create_table(
        "dictations",
        sa.Column("id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=is_free) for name, (_table, is_free) in links.items()),
        sa.Column("dictated_by_name", sa.String(200), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=name != "began_at")
            for name in ("began_at", "ended_at", "confirmed_at")
        ),
        sa.Column("way", way, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dictations")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_dictations_{name}"))
            for name, (table, _is_free) in links.items()
        ),
        sa.CheckConstraint(
            "(dictated_by_id IS NULL) = (dictated_by_name <> '')", name=op.f("ck_dictations_somebody_dictated")
        ),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name=op.f("ck_dictations_somebody_confirmed")
        ),
        sa.CheckConstraint("(confirmed_at IS NULL) = (way IS NULL)", name=op.f("ck_dictations_confirmed_some_way")),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_dictations_ended_when_confirmed")
        ),
        sa.CheckConstraint(
            "(way IS NOT NULL AND way IN ('signature', 'thumbprint')) = (file_id IS NOT NULL)",
            name=op.f("ck_dictations_paper_has_scan"),
        ),
        sqlite_strict=True,
    )
    for name in ("association_id", "typed_by_id"):
        op.create_index(f"ix_dictations_{name}", "dictations", [name])
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_dictations_open",
        "dictations",
        ["association_id", "typed_by_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _read_hours():
    """ "09:00–17:00" becomes the hours from Monday to Friday; any other text stays as a note."""
    bind = op.get_bind()
    for centre, text in bind.execute(sa.text("SELECT id, hours_note FROM centres")).all():
        found = DAILY.fullmatch(text.strip())
        if found:
            window = [part.zfill(5) for part in found.groups()]
            hours = json.dumps({str(day): window for day in range(1, 6)}, sort_keys=True)
            kind = "CAST(:hours AS JSONB)" if bind.dialect.name == "postgresql" else ":hours"
            bind.execute(
                sa.text(f"UPDATE centres SET hours = {kind}, hours_note = '' WHERE id = :id"),
                {"hours": hours, "id": centre},
            )


def _equipment():
    condition = sa.Enum(
        *("works", "broken", "gone"), name="condition", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "equipment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("centre_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("condition", condition, nullable=False),
        sa.Column("donor_id", sa.BigInteger(), nullable=True),
        sa.Column("bears_emblem", sa.Boolean(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_equipment_centre_id")),
        sa.ForeignKeyConstraint(["donor_id"], ["donors.id"], name=op.f("fk_equipment_donor_id")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_equipment_quantity_positive")),
        sqlite_strict=True,
    )
    op.create_index("ix_equipment_centre_id", "equipment", ["centre_id"])


def downgrade():
    """The hours become a text again; what was confirmed and by whom goes, as the tables that held it."""
    bind = op.get_bind()
    rows = bind.execute(sa.text("SELECT id, hours, hours_note FROM centres")).all()
    for centre, hours, note in rows:
        kept = json.loads(hours) if isinstance(hours, str) else hours
        windows = sorted({"–".join(window) for window in kept.values()})
        text = ", ".join([*windows, *([note] if note else [])])[:200]
        bind.execute(sa.text("UPDATE centres SET hours_note = :text WHERE id = :id"), {"text": text, "id": centre})
    op.drop_table("equipment")
    op.execute("ALTER TABLE centres DROP COLUMN address")
    op.execute("ALTER TABLE centres DROP COLUMN hours")
    op.execute("ALTER TABLE centres RENAME COLUMN hours_note TO opening_hours")
    op.drop_index("ix_audit_events_dictation_id", "audit_events")
    op.execute("ALTER TABLE audit_events DROP COLUMN dictation_id")
    op.drop_table("dictations")
