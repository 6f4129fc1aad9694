"""Lasting things that were bought stand in a register, with their number, place, photo and what was seen of them.

Spending goes on as it was: nothing of it is in the register.

Revision ID: 0062
Revises: 0061
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

ASSETS = """
CREATE TABLE assets (
    id {id} NOT NULL,
    number {text20} NOT NULL,
    grant_id {big} NOT NULL,
    expenditure_id {big} NOT NULL,
    name {text200} NOT NULL,
    quantity {big} NOT NULL,
    value {big} NOT NULL,
    serial_number {text60} NOT NULL,
    kept_at {text200} NOT NULL,
    keeper_name {text200} NOT NULL,
    bears_emblem {bool} NOT NULL,
    why_bare {text200} NOT NULL,
    photo_id {big} NOT NULL,
    status {text40} NOT NULL,
    recorded_by_id {big} NOT NULL,
    recorded_at {instant} NOT NULL,
    confirmed_by_id {big},
    confirmed_at {instant},
    end_kind {text40},
    ended_on {day},
    reason {text400} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_assets PRIMARY KEY (id),
    CONSTRAINT ck_assets_amounts_positive CHECK (quantity > 0 AND value > 0),
    CONSTRAINT ck_assets_whole CHECK (name <> '' AND kept_at <> '' AND keeper_name <> ''),
    CONSTRAINT ck_assets_confirmed_by CHECK ((status IN ('recorded', 'refused')) = (confirmed_by_id IS NULL)),
    CONSTRAINT ck_assets_two_people CHECK (confirmed_by_id <> recorded_by_id),
    CONSTRAINT ck_assets_ended CHECK ((status = 'ended') = (end_kind IS NOT NULL)),
    CONSTRAINT ck_assets_ended_with_day CHECK ((end_kind IS NULL) = (ended_on IS NULL)),
    CONSTRAINT ck_assets_has_reason CHECK (status NOT IN ('refused', 'ended') OR reason <> ''),
    CONSTRAINT uq_assets_number UNIQUE (number),
    CONSTRAINT uq_assets_photo_id UNIQUE (photo_id),
    CONSTRAINT fk_assets_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT fk_assets_expenditure_id FOREIGN KEY(expenditure_id) REFERENCES expenditures (id),
    CONSTRAINT fk_assets_photo_id FOREIGN KEY(photo_id) REFERENCES documents (id),
    CONSTRAINT ck_assets_assetstatus CHECK (status IN ('recorded', 'confirmed', 'refused', 'ended')),
    CONSTRAINT fk_assets_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
    CONSTRAINT fk_assets_confirmed_by_id FOREIGN KEY(confirmed_by_id) REFERENCES users (id),
    CONSTRAINT ck_assets_assetend CHECK (end_kind IN ('lost', 'beyond_repair', 'sold', 'given_away'))
){strict}
"""
CHECKS = """
CREATE TABLE asset_checks (
    id {id} NOT NULL,
    asset_id {big} NOT NULL,
    visit_id {big},
    checked_on {day} NOT NULL,
    condition {text40} NOT NULL,
    bears_emblem {bool} NOT NULL,
    note {text400} NOT NULL,
    checked_by_id {big} NOT NULL,
    recorded_at {instant} NOT NULL,
    CONSTRAINT pk_asset_checks PRIMARY KEY (id),
    CONSTRAINT ck_asset_checks_not_working_has_note CHECK (condition = 'works' OR note <> ''),
    CONSTRAINT fk_asset_checks_asset_id FOREIGN KEY(asset_id) REFERENCES assets (id),
    CONSTRAINT fk_asset_checks_visit_id FOREIGN KEY(visit_id) REFERENCES visits (id),
    CONSTRAINT ck_asset_checks_condition CHECK (condition IN ('works', 'broken', 'gone')),
    CONSTRAINT fk_asset_checks_checked_by_id FOREIGN KEY(checked_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("day", "instant", *(f"text{size}" for size in (20, 40, 60, 200, 400)))},
        **{"big": "INTEGER", "bool": "INTEGER", "id": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"big": "BIGINT", "bool": "BOOLEAN", "day": "DATE", "id": "BIGSERIAL", "instant": "TIMESTAMP WITH TIME ZONE", "strict": ""},
        **{f"text{size}": f"VARCHAR({size})" for size in (20, 40, 60, 200, 400)},
    },
}
INDEXES = (
    "CREATE INDEX ix_assets_grant_id ON assets (grant_id)",
    "CREATE INDEX ix_assets_expenditure_id ON assets (expenditure_id)",
    "CREATE INDEX ix_asset_checks_asset_id ON asset_checks (asset_id)",
    "CREATE INDEX ix_asset_checks_visit_id ON asset_checks (visit_id)",
)
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER asset_checks_no_update BEFORE UPDATE ON asset_checks BEGIN SELECT RAISE(ABORT,"
        " 'asset_checks is append-only'); END",
        "CREATE TRIGGER asset_checks_no_delete BEFORE DELETE ON asset_checks BEGIN SELECT RAISE(ABORT,"
        " 'asset_checks is append-only'); END",
        "CREATE TRIGGER asset_checks_no_replace BEFORE INSERT ON asset_checks WHEN EXISTS (SELECT 1 FROM"
        " asset_checks WHERE (id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'asset_checks is append-only'); END",
        "CREATE TRIGGER assets_no_update BEFORE UPDATE ON assets WHEN (OLD.id IS NOT NULL AND (NEW.id IS NOT"
        " OLD.id OR NEW.number IS NOT OLD.number OR NEW.grant_id IS NOT OLD.grant_id OR NEW.expenditure_id IS NOT"
        " OLD.expenditure_id OR NEW.name IS NOT OLD.name OR NEW.quantity IS NOT OLD.quantity OR NEW.value IS NOT"
        " OLD.value OR NEW.serial_number IS NOT OLD.serial_number OR NEW.bears_emblem IS NOT OLD.bears_emblem OR"
        " NEW.why_bare IS NOT OLD.why_bare OR NEW.photo_id IS NOT OLD.photo_id OR NEW.recorded_by_id IS NOT"
        " OLD.recorded_by_id OR NEW.recorded_at IS NOT OLD.recorded_at)) OR EXISTS (SELECT 1 FROM assets AS there"
        " WHERE there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.number = NEW.number)"
        " OR (there.photo_id = NEW.photo_id))) BEGIN SELECT RAISE(ABORT, 'assets is append-only'); END",
        "CREATE TRIGGER assets_no_delete BEFORE DELETE ON assets WHEN OLD.id IS NOT NULL BEGIN SELECT"
        " RAISE(ABORT, 'assets is append-only'); END",
        "CREATE TRIGGER assets_no_replace BEFORE INSERT ON assets WHEN EXISTS (SELECT 1 FROM assets AS there"
        " WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.number = NEW.number) OR (there.photo_id ="
        " NEW.photo_id))) BEGIN SELECT RAISE(ABORT, 'assets is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER asset_checks_no_change BEFORE UPDATE OR DELETE ON asset_checks FOR EACH ROW EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER asset_checks_no_truncate BEFORE TRUNCATE ON asset_checks FOR EACH STATEMENT EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER assets_no_change BEFORE UPDATE ON assets FOR EACH ROW WHEN (OLD.id IS NOT NULL AND"
        " (NEW.id IS DISTINCT FROM OLD.id OR NEW.number IS DISTINCT FROM OLD.number OR NEW.grant_id IS DISTINCT"
        " FROM OLD.grant_id OR NEW.expenditure_id IS DISTINCT FROM OLD.expenditure_id OR NEW.name IS DISTINCT"
        " FROM OLD.name OR NEW.quantity IS DISTINCT FROM OLD.quantity OR NEW.value IS DISTINCT FROM OLD.value OR"
        " NEW.serial_number IS DISTINCT FROM OLD.serial_number OR NEW.bears_emblem IS DISTINCT FROM"
        " OLD.bears_emblem OR NEW.why_bare IS DISTINCT FROM OLD.why_bare OR NEW.photo_id IS DISTINCT FROM"
        " OLD.photo_id OR NEW.recorded_by_id IS DISTINCT FROM OLD.recorded_by_id OR NEW.recorded_at IS DISTINCT"
        " FROM OLD.recorded_at)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER assets_no_delete BEFORE DELETE ON assets FOR EACH ROW WHEN (OLD.id IS NOT NULL) EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER assets_no_truncate BEFORE TRUNCATE ON assets FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    for table in (ASSETS, CHECKS):
        execute(table.format(**TYPES[dialect]))
    for statement in (*INDEXES, *PROTECTED[dialect]):
        execute(statement)


def downgrade():
    """Refused where something is in the register: the older schema has no place for it."""
    if execute("SELECT count(*) FROM assets").scalar():
        raise RuntimeError("The asset register does not fit into revision 0061.")
    op.drop_table("asset_checks")
    op.drop_table("assets")
