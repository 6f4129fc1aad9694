"""Registers of interests, and conflicts found in the registers.

Who judges keeps a register of interests and confirms it for every call. What the registers have in common is found by
marks, kept with its evidence, and frozen once the secretary has said what it is.

Revision ID: 0024
Revises: 0022
"""

from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

TEXTS = ("day", "s40", "s100", "s200", "s400")
TYPES = {
    "sqlite": dict.fromkeys(TEXTS, "TEXT") | {"id": "INTEGER", "int": "INTEGER"},
    "postgresql": {name: f"VARCHAR({name[1:]})" for name in TEXTS}
    | {"id": "BIGSERIAL", "int": "BIGINT", "day": "TIMESTAMP WITH TIME ZONE"},
}
TABLES = {
    "interests": """
CREATE TABLE interests (
    id {id} NOT NULL,
    user_id {int} NOT NULL,
    kind {s40} NOT NULL,
    name {s200} NOT NULL,
    relation {s200} NOT NULL,
    register_number {s40} NOT NULL,
    declared_at {day} NOT NULL,
    ended_at {day},
    CONSTRAINT pk_interests PRIMARY KEY (id),
    CONSTRAINT fk_interests_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_interests_interestkind CHECK (kind IN ('kin', 'membership', 'business', 'contribution'))
)
""",
    "interest_confirmations": """
CREATE TABLE interest_confirmations (
    id {id} NOT NULL,
    user_id {int} NOT NULL,
    call_id {int} NOT NULL,
    confirmed_at {day} NOT NULL,
    CONSTRAINT pk_interest_confirmations PRIMARY KEY (id),
    CONSTRAINT uq_interest_confirmations_user_id_call_id UNIQUE (user_id, call_id),
    CONSTRAINT fk_interest_confirmations_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_interest_confirmations_call_id FOREIGN KEY(call_id) REFERENCES calls (id)
)
""",
    "conflict_marks": """
CREATE TABLE conflict_marks (
    id {id} NOT NULL,
    mark {int} NOT NULL,
    clue {s40} NOT NULL,
    part {s40} NOT NULL,
    user_id {int},
    application_id {int},
    person_id {int},
    name {s200} NOT NULL,
    birth_year {int},
    pin {int},
    CONSTRAINT pk_conflict_marks PRIMARY KEY (id),
    CONSTRAINT ck_conflict_marks_one_side CHECK ((user_id IS NULL) <> (application_id IS NULL)),
    CONSTRAINT ck_conflict_marks_conflictclue CHECK
        (clue IN ('pin', 'account', 'number', 'phone', 'place', 'name', 'firm')),
    CONSTRAINT ck_conflict_marks_conflictpart CHECK
        (part IN ('self', 'kin', 'own_membership', 'own_business', 'own_contribution',
        'member', 'remitter', 'supplier', 'holder', 'association')),
    CONSTRAINT fk_conflict_marks_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_conflict_marks_application_id FOREIGN KEY(application_id) REFERENCES applications (id)
)
""",
    "detected_conflicts": """
CREATE TABLE detected_conflicts (
    id {id} NOT NULL,
    application_id {int} NOT NULL,
    user_id {int} NOT NULL,
    kind {s40} NOT NULL,
    strength {s40} NOT NULL,
    clues {s100} NOT NULL,
    own_part {s40} NOT NULL,
    own {s200} NOT NULL,
    their_part {s40} NOT NULL,
    theirs {s200} NOT NULL,
    evidence {int} NOT NULL,
    found_at {day} NOT NULL,
    verdict {s40},
    reason TEXT NOT NULL,
    judged_by_id {int},
    judged_at {day},
    CONSTRAINT pk_detected_conflicts PRIMARY KEY (id),
    CONSTRAINT uq_detected_conflicts_application_id_user_id_evidence UNIQUE (application_id, user_id, evidence),
    CONSTRAINT ck_detected_conflicts_judged_with_day CHECK ((verdict IS NULL) = (judged_at IS NULL)),
    CONSTRAINT fk_detected_conflicts_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_detected_conflicts_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_detected_conflicts_conflictkind CHECK
        (kind IN ('kinship', 'place', 'membership', 'business', 'contributor', 'other')),
    CONSTRAINT ck_detected_conflicts_conflictstrength CHECK (strength IN ('strong', 'fair', 'weak')),
    CONSTRAINT ck_detected_conflicts_conflictpart CHECK (own_part IN ('self', 'kin', 'own_membership', 'own_business', 'own_contribution',
        'member', 'remitter', 'supplier', 'holder', 'association')),
    CONSTRAINT ck_detected_conflicts_conflicttheirpart CHECK (their_part IN ('self', 'kin', 'own_membership', 'own_business', 'own_contribution',
        'member', 'remitter', 'supplier', 'holder', 'association')),
    CONSTRAINT ck_detected_conflicts_conflictverdict CHECK (verdict IN ('confirmed', 'false_alarm')),
    CONSTRAINT fk_detected_conflicts_judged_by_id FOREIGN KEY(judged_by_id) REFERENCES users (id)
)
""",
}
INDEXES = (
    "CREATE INDEX ix_interests_user_id ON interests (user_id)",
    "CREATE INDEX ix_interest_confirmations_call_id ON interest_confirmations (call_id)",
    "CREATE INDEX ix_conflict_marks_application_id ON conflict_marks (application_id)",
    "CREATE INDEX ix_conflict_marks_mark ON conflict_marks (mark, user_id)",
    "CREATE INDEX ix_conflict_marks_user_id ON conflict_marks (user_id)",
    "CREATE INDEX ix_detected_conflicts_user_id ON detected_conflicts (user_id)",
)
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER interest_confirmations_no_update BEFORE UPDATE ON interest_confirmations BEGIN "
        "SELECT RAISE(ABORT, 'interest_confirmations is append-only'); END",
        "CREATE TRIGGER interest_confirmations_no_delete BEFORE DELETE ON interest_confirmations BEGIN "
        "SELECT RAISE(ABORT, 'interest_confirmations is append-only'); END",
        "CREATE TRIGGER interest_confirmations_no_replace BEFORE INSERT ON interest_confirmations WHEN "
        "EXISTS (SELECT 1 FROM interest_confirmations WHERE (id = NEW.id) OR (user_id = NEW.user_id AND "
        "call_id = NEW.call_id)) BEGIN SELECT RAISE(ABORT, 'interest_confirmations is append-only'); END",
        "CREATE TRIGGER interests_no_update BEFORE UPDATE ON interests WHEN (OLD.id IS NOT NULL AND (NEW.id "
        "IS NOT OLD.id OR NEW.user_id IS NOT OLD.user_id OR NEW.kind IS NOT OLD.kind OR NEW.name IS NOT "
        "OLD.name OR NEW.relation IS NOT OLD.relation OR NEW.register_number IS NOT OLD.register_number OR "
        "NEW.declared_at IS NOT OLD.declared_at)) OR EXISTS (SELECT 1 FROM interests AS there WHERE there.id "
        "IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'interests is "
        "append-only'); END",
        "CREATE TRIGGER interests_no_delete BEFORE DELETE ON interests WHEN OLD.id IS NOT NULL BEGIN SELECT "
        "RAISE(ABORT, 'interests is append-only'); END",
        "CREATE TRIGGER interests_no_replace BEFORE INSERT ON interests WHEN EXISTS (SELECT 1 FROM interests "
        "AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'interests "
        "is append-only'); END",
        "CREATE TRIGGER detected_conflicts_no_update BEFORE UPDATE ON detected_conflicts WHEN (OLD.verdict "
        "IS NOT NULL) OR EXISTS (SELECT 1 FROM detected_conflicts AS there WHERE there.verdict IS NOT NULL "
        "AND there.id <> OLD.id AND (there.id = NEW.id OR (there.application_id = NEW.application_id AND "
        "there.user_id = NEW.user_id AND there.evidence = NEW.evidence))) BEGIN SELECT RAISE(ABORT, "
        "'detected_conflicts is append-only'); END",
        "CREATE TRIGGER detected_conflicts_no_delete BEFORE DELETE ON detected_conflicts WHEN OLD.verdict IS "
        "NOT NULL BEGIN SELECT RAISE(ABORT, 'detected_conflicts is append-only'); END",
        "CREATE TRIGGER detected_conflicts_no_replace BEFORE INSERT ON detected_conflicts WHEN EXISTS "
        "(SELECT 1 FROM detected_conflicts AS there WHERE there.verdict IS NOT NULL AND (there.id = NEW.id "
        "OR (there.application_id = NEW.application_id AND there.user_id = NEW.user_id AND there.evidence = "
        "NEW.evidence))) BEGIN SELECT RAISE(ABORT, 'detected_conflicts is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER interest_confirmations_no_change BEFORE UPDATE OR DELETE ON interest_confirmations "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER interest_confirmations_no_truncate BEFORE TRUNCATE ON interest_confirmations FOR "
        "EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER interests_no_change BEFORE UPDATE ON interests FOR EACH ROW WHEN (OLD.id IS NOT NULL "
        "AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.user_id IS DISTINCT FROM OLD.user_id OR NEW.kind IS "
        "DISTINCT FROM OLD.kind OR NEW.name IS DISTINCT FROM OLD.name OR NEW.relation IS DISTINCT FROM "
        "OLD.relation OR NEW.register_number IS DISTINCT FROM OLD.register_number OR NEW.declared_at IS "
        "DISTINCT FROM OLD.declared_at)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER interests_no_delete BEFORE DELETE ON interests FOR EACH ROW WHEN (OLD.id IS NOT "
        "NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER interests_no_truncate BEFORE TRUNCATE ON interests FOR EACH STATEMENT EXECUTE "
        "FUNCTION refuse_change()",
        "CREATE TRIGGER detected_conflicts_no_change BEFORE UPDATE ON detected_conflicts FOR EACH ROW WHEN "
        "(OLD.verdict IS NOT NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER detected_conflicts_no_delete BEFORE DELETE ON detected_conflicts FOR EACH ROW WHEN "
        "(OLD.verdict IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER detected_conflicts_no_truncate BEFORE TRUNCATE ON detected_conflicts FOR EACH "
        "STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    for table in TABLES.values():
        execute(table.format(**TYPES[dialect]) + (" STRICT" if dialect == "sqlite" else ""))
    for statement in (*INDEXES, *TRIGGERS[dialect]):
        execute(statement)


def downgrade():
    for table in reversed(TABLES):
        op.drop_table(table)
