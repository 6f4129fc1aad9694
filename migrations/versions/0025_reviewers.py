"""Reviewers: their profile with languages and themes, their part in a call, the themes they rather judge; plans.

Of an assignment it is kept when its reviewer was reminded. The reviewers there are have said nothing yet: each is available in every call, with the load the call reckons with.

Revision ID: 0025
Revises: 0024
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "json": "TEXT", "bool": "INTEGER", "code": "TEXT", "day": "TEXT", "at": "TEXT", "end": " STRICT"},
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "json": "JSONB",
        "bool": "BOOLEAN",
        "code": "VARCHAR(40)",
        "day": "DATE",
        "at": "TIMESTAMP WITH TIME ZONE",
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
    "assignment_plans": """
    id {id} NOT NULL,
    call_id {int} NOT NULL,
    mode {code} NOT NULL,
    status {code} NOT NULL,
    per_application {int} NOT NULL,
    due_on {day} NOT NULL,
    shortage {json} NOT NULL,
    made_by_id {int} NOT NULL,
    made_at {at} NOT NULL,
    settled_by_id {int},
    settled_at {at},
    version INTEGER NOT NULL,
    CONSTRAINT pk_assignment_plans PRIMARY KEY (id),
    CONSTRAINT ck_assignment_plans_per_application_positive CHECK (per_application > 0),
    CONSTRAINT ck_assignment_plans_settled_or_proposed CHECK ((status = 'proposed') = (settled_at IS NULL)),
    CONSTRAINT fk_assignment_plans_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT ck_assignment_plans_planmode CHECK (mode IN ('fill', 'top_up', 'repair', 'list')),
    CONSTRAINT ck_assignment_plans_planstatus CHECK (status IN ('proposed', 'applied', 'discarded')),
    CONSTRAINT fk_assignment_plans_made_by_id FOREIGN KEY(made_by_id) REFERENCES users (id),
    CONSTRAINT fk_assignment_plans_settled_by_id FOREIGN KEY(settled_by_id) REFERENCES users (id)
""",
    "planned_assignments": """
    id {id} NOT NULL,
    plan_id {int} NOT NULL,
    application_id {int} NOT NULL,
    reviewer_id {int} NOT NULL,
    reasons {json} NOT NULL,
    CONSTRAINT pk_planned_assignments PRIMARY KEY (id),
    CONSTRAINT uq_planned_assignments_plan_id_application_id_reviewer_id
        UNIQUE (plan_id, application_id, reviewer_id),
    CONSTRAINT fk_planned_assignments_plan_id FOREIGN KEY(plan_id) REFERENCES assignment_plans (id),
    CONSTRAINT fk_planned_assignments_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_planned_assignments_reviewer_id FOREIGN KEY(reviewer_id) REFERENCES users (id)
""",
}
INDEXES = (
    "CREATE INDEX ix_reviewer_profiles_birth_village_id ON reviewer_profiles (birth_village_id)",
    "CREATE INDEX ix_reviewer_themes_theme_id ON reviewer_themes (theme_id)",
    "CREATE INDEX ix_availabilities_user_id ON availabilities (user_id)",
    "CREATE INDEX ix_theme_preferences_theme_id ON theme_preferences (theme_id)",
    "CREATE INDEX ix_theme_preferences_user_id ON theme_preferences (user_id)",
    "CREATE INDEX ix_assignment_plans_call_id ON assignment_plans (call_id)",
    "CREATE UNIQUE INDEX uq_assignment_plans_one_a_call ON assignment_plans (call_id) WHERE status = 'proposed'",
    "CREATE INDEX ix_planned_assignments_application_id ON planned_assignments (application_id)",
    "CREATE INDEX ix_planned_assignments_reviewer_id ON planned_assignments (reviewer_id)",
)


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    types = TYPES[op.get_bind().dialect.name]
    for name, columns in TABLES.items():
        execute(f"CREATE TABLE {name} ({columns.format(**types)}){types['end']}")
    for statement in INDEXES:
        execute(statement)
    execute(f"ALTER TABLE assignments ADD COLUMN reminded_on {types['day']}")


def downgrade():
    execute("ALTER TABLE assignments DROP COLUMN reminded_on")
    for name in reversed(TABLES):
        op.drop_table(name)
