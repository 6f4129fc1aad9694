"""Reviewers: their profile with languages and themes, their part in a call, and the themes they rather judge.

The reviewers there are have said nothing yet: each is available in every call, with the load the call reckons with.

Revision ID: 0025
Revises: 0022
"""

from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "json": "TEXT", "bool": "INTEGER", "code": "TEXT", "end": " STRICT"},
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "json": "JSONB",
        "bool": "BOOLEAN",
        "code": "VARCHAR(40)",
        "end": "",
    },
}
TABLES = {
    "reviewer_profiles": """
    id {id} NOT NULL,
    user_id {int} NOT NULL,
    languages {json} NOT NULL,
    birth_village_id {int},
    CONSTRAINT pk_reviewer_profiles PRIMARY KEY (id),
    CONSTRAINT uq_reviewer_profiles_user_id UNIQUE (user_id),
    CONSTRAINT fk_reviewer_profiles_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_reviewer_profiles_birth_village_id FOREIGN KEY(birth_village_id) REFERENCES villages (id)
""",
    "reviewer_themes": """
    id {id} NOT NULL,
    profile_id {int} NOT NULL,
    theme_id {int} NOT NULL,
    CONSTRAINT pk_reviewer_themes PRIMARY KEY (id),
    CONSTRAINT uq_reviewer_themes_profile_id_theme_id UNIQUE (profile_id, theme_id),
    CONSTRAINT fk_reviewer_themes_profile_id FOREIGN KEY(profile_id) REFERENCES reviewer_profiles (id),
    CONSTRAINT fk_reviewer_themes_theme_id FOREIGN KEY(theme_id) REFERENCES themes (id)
""",
    "availabilities": """
    id {id} NOT NULL,
    call_id {int} NOT NULL,
    user_id {int} NOT NULL,
    is_available {bool} NOT NULL,
    most {int} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_availabilities PRIMARY KEY (id),
    CONSTRAINT uq_availabilities_call_id_user_id UNIQUE (call_id, user_id),
    CONSTRAINT ck_availabilities_most_positive CHECK (most > 0),
    CONSTRAINT fk_availabilities_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT fk_availabilities_user_id FOREIGN KEY(user_id) REFERENCES users (id)
""",
    "theme_preferences": """
    id {id} NOT NULL,
    call_id {int} NOT NULL,
    user_id {int} NOT NULL,
    theme_id {int} NOT NULL,
    leaning {code} NOT NULL,
    CONSTRAINT pk_theme_preferences PRIMARY KEY (id),
    CONSTRAINT uq_theme_preferences_call_id_user_id_theme_id UNIQUE (call_id, user_id, theme_id),
    CONSTRAINT fk_theme_preferences_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT fk_theme_preferences_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_theme_preferences_theme_id FOREIGN KEY(theme_id) REFERENCES themes (id),
    CONSTRAINT ck_theme_preferences_leaning CHECK (leaning IN ('wish', 'rather_not'))
""",
}
INDEXES = (
    "CREATE INDEX ix_reviewer_profiles_birth_village_id ON reviewer_profiles (birth_village_id)",
    "CREATE INDEX ix_reviewer_themes_theme_id ON reviewer_themes (theme_id)",
    "CREATE INDEX ix_availabilities_user_id ON availabilities (user_id)",
    "CREATE INDEX ix_theme_preferences_theme_id ON theme_preferences (theme_id)",
    "CREATE INDEX ix_theme_preferences_user_id ON theme_preferences (user_id)",
)


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    types = TYPES[op.get_bind().dialect.name]
    for name, columns in TABLES.items():
        execute(f"CREATE TABLE {name} ({columns.format(**types)}){types['end']}")
    for statement in INDEXES:
        execute(statement)


def downgrade():
    for name in reversed(TABLES):
        op.drop_table(name)
