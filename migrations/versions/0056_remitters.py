"""Who sends money is registered once in each association; pledges and contributions say who it is.

Each name of a pledge with its country becomes one remitter of the association; money that came without a pledge is
that of the sender on its receipt. Who did not choose a name is registered as a person, as members are.

Revision ID: 0056
Revises: 0055
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "bool": "INTEGER", "at": "TEXT", "day": "TEXT", "end": " STRICT"}
    | {f"text{size}": "TEXT" for size in (2, 20, 200)},
    "postgresql": {"id": "BIGSERIAL", "int": "BIGINT", "bool": "BOOLEAN", "at": "TIMESTAMP WITH TIME ZONE",
                   "day": "DATE", "end": ""} | {f"text{size}": f"VARCHAR({size})" for size in (2, 20, 200)},
}  # fmt: skip
REMITTERS = """
CREATE TABLE remitters (
    id {id} NOT NULL,
    association_id {int} NOT NULL,
    person_id {int},
    name {text200} NOT NULL,
    name_key {text200} NOT NULL,
    is_pseudonym {bool} NOT NULL,
    country {text2} NOT NULL,
    phone {text20} NOT NULL,
    consent_version {int},
    consent_locale {text2},
    consent_on {day},
    joined_to_id {int},
    registered_by_id {int} NOT NULL,
    registered_at {at} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_remitters PRIMARY KEY (id),
    CONSTRAINT uq_remitters_association_id_name_key_country UNIQUE (association_id, name_key, country),
    CONSTRAINT ck_remitters_person_or_pseudonym CHECK (is_pseudonym = (person_id IS NULL)),
    CONSTRAINT ck_remitters_joined_to_another CHECK (joined_to_id <> id),
    CONSTRAINT fk_remitters_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
    CONSTRAINT fk_remitters_person_id FOREIGN KEY(person_id) REFERENCES people (id),
    CONSTRAINT fk_remitters_joined_to_id FOREIGN KEY(joined_to_id) REFERENCES remitters (id),
    CONSTRAINT fk_remitters_registered_by_id FOREIGN KEY(registered_by_id) REFERENCES users (id)
){end}
"""
INDEXES = (
    "CREATE INDEX ix_remitters_joined_to_id ON remitters (joined_to_id)",
    "CREATE INDEX ix_remitters_person_id ON remitters (person_id)",
)
HAS_REMITTER = (
    "CONSTRAINT ck_contributions_remittance_has_remitter CHECK (kind <> 'remittance' OR remitter_id IS NOT NULL)"
)
PLEDGES = """
SELECT pledges.id, applications.association_id, associations.village_id, remitter_name AS name, is_pseudonym, country,
    consent_version, consent_locale, consent_on, pledges.recorded_by_id, pledges.recorded_at
FROM pledges JOIN applications ON applications.id = pledges.application_id
JOIN associations ON associations.id = applications.association_id ORDER BY pledges.id
"""
RECEIPTS = """
SELECT contributions.id, grants.association_id, associations.village_id, sender_name AS name, sender_country AS country,
    contributions.recorded_by_id, contributions.recorded_at
FROM contributions JOIN grants ON grants.id = contributions.grant_id
JOIN associations ON associations.id = grants.association_id
WHERE contributions.kind = 'remittance' AND pledge_id IS NULL ORDER BY contributions.id
"""
FROM_PLEDGE = """
UPDATE contributions SET remitter_id = (SELECT pledges.remitter_id FROM pledges WHERE pledges.id = pledge_id)
WHERE kind = 'remittance' AND pledge_id IS NOT NULL
"""
FOLDED = str.maketrans({"ө": "о", "ү": "у", "ң": "н", "ё": "е", "є": "о", "ї": "у"})


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def folded(name):
    """The name as it is compared in this version."""
    return " ".join(name.casefold().translate(FOLDED).replace("дж", "ж").split())[:200]


def table(name, *columns):
    """A table as far as it is written here; days and instants go from row to row as the database keeps them."""
    return sa.table(name, sa.column("id"), *(sa.column(one) for one in columns), sa.column("is_pseudonym", sa.Boolean))


PEOPLE = table("people", "full_name", "folded_name", "migrant_status", "village_id", "consented_at", "version")
ROWS = table(
    "remitters",
    *("association_id", "person_id", "name", "name_key", "country", "phone", "consent_version", "consent_locale"),
    *("consent_on", "registered_by_id", "registered_at", "version"),
)


def register(known, row, *, is_pseudonym, consent):
    """The number of the remitter of this row, who is written down when there is none."""
    key = (row.association_id, folded(row.name), row.country)
    if key not in known:
        values = {"name": row.name, "name_key": key[1], "country": row.country, "phone": "", "version": 1}
        values |= {"association_id": row.association_id, "is_pseudonym": is_pseudonym, "person_id": None} | consent
        values |= {"registered_by_id": row.recorded_by_id, "registered_at": row.recorded_at}
        if not is_pseudonym:
            person = {"full_name": row.name, "folded_name": key[1], "migrant_status": "current_migrant", "version": 1}
            person |= {"village_id": row.village_id, "consented_at": row.recorded_at if consent else None}
            values["person_id"] = op.get_bind().execute(PEOPLE.insert().returning(PEOPLE.c.id).values(person)).scalar()
        known[key] = op.get_bind().execute(ROWS.insert().returning(ROWS.c.id).values(values)).scalar()
    return known[key]


def fill_in():
    """Everybody who stands in a pledge or, without one, on a receipt."""
    known = {}
    for row in execute(PLEDGES).all():
        consent = {name: getattr(row, name) for name in ("consent_version", "consent_locale", "consent_on")}
        number = register(known, row, is_pseudonym=bool(row.is_pseudonym), consent=consent)
        execute(f"UPDATE pledges SET remitter_id = {number} WHERE id = {row.id}")
    for row in execute(RECEIPTS).all():
        number = register(known, row, is_pseudonym=False, consent={})
        execute(f"UPDATE contributions SET remitter_id = {number} WHERE id = {row.id}")
    execute(FROM_PLEDGE)


def with_other_rules(change):
    """SQLite changes no rule of a table: contributions are made anew by their own text, `change`d, with their rows."""
    text = execute("SELECT sql FROM sqlite_master WHERE name = 'contributions'").scalar()
    indexes = execute(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'contributions' AND sql IS NOT NULL "
        "ORDER BY name"
    ).scalars().all()  # fmt: skip
    execute(change(re.sub(r'CREATE TABLE "?contributions"?', "CREATE TABLE contributions_anew", text, count=1)))
    columns = ", ".join(row[1] for row in execute("PRAGMA table_info(contributions_anew)"))
    execute(f"INSERT INTO contributions_anew ({columns}) SELECT {columns} FROM contributions ORDER BY id")
    execute("DROP TABLE contributions")
    execute("ALTER TABLE contributions_anew RENAME TO contributions")
    for statement in indexes:
        execute(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    kinds = TYPES[dialect]
    execute(REMITTERS.format(**kinds))
    for name in ("pledges", "contributions"):
        key = f"CONSTRAINT fk_{name}_remitter_id REFERENCES remitters (id)"
        execute(f"ALTER TABLE {name} ADD COLUMN remitter_id {kinds['int']} {key}")
        execute(f"CREATE INDEX ix_{name}_remitter_id ON {name} (remitter_id)")
    for statement in INDEXES:
        execute(statement)
    fill_in()
    if dialect == "sqlite":
        with_other_rules(lambda text: re.sub(r"(,\s*CONSTRAINT pk_contributions)", rf", {HAS_REMITTER}\1", text))
    else:
        execute(f"ALTER TABLE contributions ADD {HAS_REMITTER}")


class WouldBeLostError(Exception):
    """That two entries are one person is not forgotten: the way down ends here."""


def downgrade():
    if execute("SELECT count(*) FROM remitters WHERE joined_to_id IS NOT NULL").scalar():
        raise WouldBeLostError("remitters: the version before cannot keep who was joined")
    dialect = op.get_bind().dialect.name
    people = execute("SELECT person_id FROM remitters WHERE person_id IS NOT NULL").scalars().all()
    if dialect == "sqlite":
        with_other_rules(lambda text: text.replace(f", {HAS_REMITTER}", ""))
    else:
        execute("ALTER TABLE contributions DROP CONSTRAINT ck_contributions_remittance_has_remitter")
    for name in ("contributions", "pledges"):
        execute(f"DROP INDEX ix_{name}_remitter_id")
        execute(f"ALTER TABLE {name} DROP COLUMN remitter_id")
    op.drop_table("remitters")
    for one in people:
        execute(f"DELETE FROM people WHERE id = {one}")
