"""The price register with the list of in-kind rates; the rate at which a budget line in kind is counted.

Revision ID: 0007
Revises: 0003
"""

from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLE = {
    "sqlite": """
CREATE TABLE prices (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    low INTEGER NOT NULL,
    usual INTEGER NOT NULL,
    high INTEGER NOT NULL,
    oblast_id INTEGER,
    source TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT,
    replaces_id INTEGER,
    entered_by_id INTEGER,
    entered_at TEXT NOT NULL,
    name_ky TEXT NOT NULL,
    name_ru TEXT NOT NULL,
    name_en TEXT NOT NULL,
    CONSTRAINT pk_prices PRIMARY KEY (id),
    CONSTRAINT ck_prices_prices_in_order CHECK (0 < low AND low <= usual AND usual <= high),
    CONSTRAINT ck_prices_in_kind_has_one_rate CHECK (kind <> 'in_kind' OR (low = usual AND usual = high)),
    CONSTRAINT ck_prices_pricekind CHECK (kind IN ('market', 'in_kind')),
    CONSTRAINT fk_prices_oblast_id FOREIGN KEY(oblast_id) REFERENCES oblasts (id),
    CONSTRAINT uq_prices_replaces_id UNIQUE (replaces_id),
    CONSTRAINT fk_prices_replaces_id FOREIGN KEY(replaces_id) REFERENCES prices (id),
    CONSTRAINT fk_prices_entered_by_id FOREIGN KEY(entered_by_id) REFERENCES users (id)
)
 STRICT
""",
    "postgresql": """
CREATE TABLE prices (
    id BIGSERIAL NOT NULL,
    kind VARCHAR(40) NOT NULL,
    unit JSONB NOT NULL,
    low BIGINT NOT NULL,
    usual BIGINT NOT NULL,
    high BIGINT NOT NULL,
    oblast_id BIGINT,
    source VARCHAR(200) NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    replaces_id BIGINT,
    entered_by_id BIGINT,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    name_ky VARCHAR(200) NOT NULL,
    name_ru VARCHAR(200) NOT NULL,
    name_en VARCHAR(200) NOT NULL,
    CONSTRAINT pk_prices PRIMARY KEY (id),
    CONSTRAINT ck_prices_prices_in_order CHECK (0 < low AND low <= usual AND usual <= high),
    CONSTRAINT ck_prices_in_kind_has_one_rate CHECK (kind <> 'in_kind' OR (low = usual AND usual = high)),
    CONSTRAINT ck_prices_pricekind CHECK (kind IN ('market', 'in_kind')),
    CONSTRAINT fk_prices_oblast_id FOREIGN KEY(oblast_id) REFERENCES oblasts (id),
    CONSTRAINT uq_prices_replaces_id UNIQUE (replaces_id),
    CONSTRAINT fk_prices_replaces_id FOREIGN KEY(replaces_id) REFERENCES prices (id),
    CONSTRAINT fk_prices_entered_by_id FOREIGN KEY(entered_by_id) REFERENCES users (id)
)
""",
}
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER prices_no_update BEFORE UPDATE ON prices WHEN (OLD.id IS NOT NULL AND (NEW.id IS NOT "
        "OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.name_ky IS NOT OLD.name_ky OR NEW.name_ru IS NOT "
        "OLD.name_ru OR NEW.name_en IS NOT OLD.name_en OR NEW.unit IS NOT OLD.unit OR NEW.low IS NOT OLD.low "
        "OR NEW.usual IS NOT OLD.usual OR NEW.high IS NOT OLD.high OR NEW.oblast_id IS NOT OLD.oblast_id OR "
        "NEW.source IS NOT OLD.source OR NEW.valid_from IS NOT OLD.valid_from OR NEW.replaces_id IS NOT "
        "OLD.replaces_id OR NEW.entered_by_id IS NOT OLD.entered_by_id OR NEW.entered_at IS NOT "
        "OLD.entered_at)) OR EXISTS (SELECT 1 FROM prices AS there WHERE there.id IS NOT NULL AND there.id <> "
        "OLD.id AND (there.id = NEW.id OR (there.replaces_id = NEW.replaces_id))) BEGIN SELECT RAISE(ABORT, "
        "'prices is append-only'); END",
        "CREATE TRIGGER prices_no_delete BEFORE DELETE ON prices WHEN OLD.id IS NOT NULL BEGIN SELECT "
        "RAISE(ABORT, 'prices is append-only'); END",
        "CREATE TRIGGER prices_no_replace BEFORE INSERT ON prices WHEN EXISTS (SELECT 1 FROM prices AS there "
        "WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.replaces_id = NEW.replaces_id))) BEGIN "
        "SELECT RAISE(ABORT, 'prices is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER prices_no_change BEFORE UPDATE ON prices FOR EACH ROW WHEN (OLD.id IS NOT NULL AND "
        "(NEW.id IS DISTINCT FROM OLD.id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.name_ky IS DISTINCT "
        "FROM OLD.name_ky OR NEW.name_ru IS DISTINCT FROM OLD.name_ru OR NEW.name_en IS DISTINCT FROM "
        "OLD.name_en OR NEW.unit IS DISTINCT FROM OLD.unit OR NEW.low IS DISTINCT FROM OLD.low OR NEW.usual "
        "IS DISTINCT FROM OLD.usual OR NEW.high IS DISTINCT FROM OLD.high OR NEW.oblast_id IS DISTINCT FROM "
        "OLD.oblast_id OR NEW.source IS DISTINCT FROM OLD.source OR NEW.valid_from IS DISTINCT FROM "
        "OLD.valid_from OR NEW.replaces_id IS DISTINCT FROM OLD.replaces_id OR NEW.entered_by_id IS DISTINCT "
        "FROM OLD.entered_by_id OR NEW.entered_at IS DISTINCT FROM OLD.entered_at)) EXECUTE FUNCTION "
        "refuse_change()",
        "CREATE TRIGGER prices_no_delete BEFORE DELETE ON prices FOR EACH ROW WHEN (OLD.id IS NOT NULL) "
        "EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER prices_no_truncate BEFORE TRUNCATE ON prices FOR EACH STATEMENT EXECUTE FUNCTION "
        "refuse_change()",
    ),
}
KIND = {"sqlite": "INTEGER", "postgresql": "BIGINT"}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in (TABLE[dialect], *TRIGGERS[dialect]):
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)
    op.execute("CREATE INDEX ix_prices_oblast_id ON prices (oblast_id)")
    op.execute(
        f"ALTER TABLE budget_lines ADD COLUMN price_id {KIND[dialect]} "
        "CONSTRAINT fk_budget_lines_price_id REFERENCES prices (id)"
    )
    op.execute("CREATE INDEX ix_budget_lines_price_id ON budget_lines (price_id)")


def downgrade() -> None:
    """The lines keep their price, and no longer say where it came from."""
    op.execute("DROP INDEX ix_budget_lines_price_id")
    op.execute("ALTER TABLE budget_lines DROP COLUMN price_id")
    op.execute("DROP TABLE prices")
