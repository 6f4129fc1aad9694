"""The application form and the papers asked for are data of the call, frozen with it; forms submitted under are kept.

Every call gets the form that was the only one until now (0005_default_form.json), so nothing changes for its drafts.
What was submitted before names no form: it answered this one.

Revision ID: 0005
Revises: 0003
"""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DEFAULT = Path(__file__).with_name("0005_default_form.json")
COLUMNS = {
    "sqlite": (
        "ALTER TABLE calls ADD COLUMN form TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE calls ADD COLUMN required_documents TEXT DEFAULT '[]' NOT NULL",
    ),
    "postgresql": (
        "ALTER TABLE calls ADD COLUMN form TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE calls ADD COLUMN required_documents JSONB DEFAULT '[]' NOT NULL",
    ),
}
FILL = {
    "sqlite": "UPDATE calls SET form = :form, required_documents = :documents",
    "postgresql": "UPDATE calls SET form = :form, required_documents = CAST(:documents AS JSONB)",
}
TABLE = {
    "sqlite": """
CREATE TABLE call_forms (
    id INTEGER NOT NULL,
    call_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    content TEXT NOT NULL,
    kept_at TEXT NOT NULL,
    CONSTRAINT pk_call_forms PRIMARY KEY (id),
    CONSTRAINT fk_call_forms_call_id_calls FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT uq_call_forms_call_id_sha256 UNIQUE (call_id, sha256)
)
 STRICT
""",
    "postgresql": """
CREATE TABLE call_forms (
    id BIGSERIAL NOT NULL,
    call_id BIGINT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    content TEXT NOT NULL,
    kept_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_call_forms PRIMARY KEY (id),
    CONSTRAINT fk_call_forms_call_id_calls FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT uq_call_forms_call_id_sha256 UNIQUE (call_id, sha256)
)
""",
}
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER call_forms_no_update BEFORE UPDATE ON call_forms "
        "BEGIN SELECT RAISE(ABORT, 'call_forms is append-only'); END",
        "CREATE TRIGGER call_forms_no_delete BEFORE DELETE ON call_forms "
        "BEGIN SELECT RAISE(ABORT, 'call_forms is append-only'); END",
        "CREATE TRIGGER call_forms_no_replace BEFORE INSERT ON call_forms WHEN EXISTS "
        "(SELECT 1 FROM call_forms WHERE (id = NEW.id) OR (call_id = NEW.call_id AND sha256 = NEW.sha256)) "
        "BEGIN SELECT RAISE(ABORT, 'call_forms is append-only'); END",
        "CREATE TRIGGER calls_no_update BEFORE UPDATE ON calls WHEN (OLD.status <> 'draft' AND "
        "(NEW.form IS NOT OLD.form OR NEW.required_documents IS NOT OLD.required_documents)) OR EXISTS "
        "(SELECT 1 FROM calls AS there WHERE there.status <> 'draft' AND there.id <> OLD.id AND "
        "(there.id = NEW.id OR (there.code = NEW.code))) "
        "BEGIN SELECT RAISE(ABORT, 'calls is append-only'); END",
        "CREATE TRIGGER calls_no_delete BEFORE DELETE ON calls WHEN OLD.status <> 'draft' "
        "BEGIN SELECT RAISE(ABORT, 'calls is append-only'); END",
        "CREATE TRIGGER calls_no_replace BEFORE INSERT ON calls WHEN EXISTS "
        "(SELECT 1 FROM calls AS there WHERE there.status <> 'draft' AND "
        "(there.id = NEW.id OR (there.code = NEW.code))) "
        "BEGIN SELECT RAISE(ABORT, 'calls is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER call_forms_no_change BEFORE UPDATE OR DELETE ON call_forms "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER call_forms_no_truncate BEFORE TRUNCATE ON call_forms "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER calls_no_change BEFORE UPDATE ON calls FOR EACH ROW WHEN (OLD.status <> 'draft' AND "
        "(NEW.form IS DISTINCT FROM OLD.form OR NEW.required_documents IS DISTINCT FROM OLD.required_documents)) "
        "EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER calls_no_delete BEFORE DELETE ON calls FOR EACH ROW WHEN (OLD.status <> 'draft') "
        "EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER calls_no_truncate BEFORE TRUNCATE ON calls FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}
ON_CALLS = {
    "sqlite": ("calls_no_update", "calls_no_delete", "calls_no_replace"),
    "postgresql": ("calls_no_change ON calls", "calls_no_delete ON calls", "calls_no_truncate ON calls"),
}


def upgrade() -> None:
    bind = op.get_bind()
    dialect = bind.dialect.name
    for statement in COLUMNS[dialect]:
        op.execute(statement)
    default = json.loads(DEFAULT.read_text(encoding="utf-8"))
    bind.execute(
        sa.text(FILL[dialect]), {"form": canonical(default["form"]), "documents": canonical(default["documents"])}
    )
    for statement in (TABLE[dialect], *TRIGGERS[dialect]):
        op.execute(statement)


def canonical(content) -> str:
    """Sorted keys, no spaces: equal content is equal text."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def downgrade() -> None:
    for trigger in ON_CALLS[op.get_bind().dialect.name]:
        op.execute(f"DROP TRIGGER {trigger}")
    op.execute("DROP TABLE call_forms")
    for column in ("form", "required_documents"):
        op.execute(f"ALTER TABLE calls DROP COLUMN {column}")
