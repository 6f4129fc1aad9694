"""Signatures: who stood by each application or did not, how, and the stamp of what was signed. Append-only.

The sign-offs and refusals there are get a record from the trail: who, how and, where it was on paper, the scan that
confirmed the writing with it. The stamp is that of the submission that followed; what waits to be submitted has none.

Revision ID: 0022
Revises: 0021
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": dict.fromkeys(("int", "day", "code", "short", "hash"), "TEXT") | {"id": "INTEGER", "int": "INTEGER"},
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "day": "TIMESTAMP WITH TIME ZONE",
        "code": "VARCHAR(40)",
        "short": "VARCHAR(40)",
        "hash": "VARCHAR(64)",
    },
}
TABLE = """
CREATE TABLE signatures (
    id {id} NOT NULL,
    application_id {int} NOT NULL,
    outcome {code} NOT NULL,
    person_id {int},
    way {code},
    receipt {short} NOT NULL,
    file_id {int},
    typed_by_id {int} NOT NULL,
    signed_at {day} NOT NULL,
    sha256 {hash} NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_signatures PRIMARY KEY (id),
    CONSTRAINT ck_signatures_reason_if_declined CHECK ((outcome = 'declined') = (reason <> '')),
    CONSTRAINT ck_signatures_paper_only CHECK
        ((file_id IS NULL AND receipt = '') OR (way IS NOT NULL AND way IN ('signature', 'thumbprint'))),
    CONSTRAINT ck_signatures_signatureoutcome CHECK (outcome IN ('signed', 'declined')),
    CONSTRAINT ck_signatures_confirmationway CHECK
        (way IN ('own_code', 'signature', 'thumbprint', 'own_account', 'sign_off')),
    CONSTRAINT fk_signatures_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_signatures_person_id FOREIGN KEY(person_id) REFERENCES people (id),
    CONSTRAINT fk_signatures_file_id FOREIGN KEY(file_id) REFERENCES stored_files (id),
    CONSTRAINT fk_signatures_typed_by_id FOREIGN KEY(typed_by_id) REFERENCES users (id)
)
"""
INDEX = "CREATE INDEX ix_signatures_application_id ON signatures (application_id)"
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER signatures_no_update BEFORE UPDATE ON signatures BEGIN "
        "SELECT RAISE(ABORT, 'signatures is append-only'); END",
        "CREATE TRIGGER signatures_no_delete BEFORE DELETE ON signatures BEGIN "
        "SELECT RAISE(ABORT, 'signatures is append-only'); END",
        "CREATE TRIGGER signatures_no_replace BEFORE INSERT ON signatures WHEN EXISTS "
        "(SELECT 1 FROM signatures WHERE (id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'signatures is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER signatures_no_change BEFORE UPDATE OR DELETE ON signatures "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER signatures_no_truncate BEFORE TRUNCATE ON signatures "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}
ACTS = (
    "SELECT audit_events.id, happened_at, actor_id, on_behalf_of_id, dictation_id, action, subject, details, person_id "
    "FROM audit_events LEFT JOIN users ON users.id = actor_id WHERE action IN "
    "('application.sign_off', 'application.decline', 'application.submit') ORDER BY audit_events.id"
)
SCANS = "SELECT id, confirmed_at, confirmed_by_id, file_id FROM dictations WHERE file_id IS NOT NULL"
INSERT = (
    "INSERT INTO signatures "
    "(application_id, outcome, person_id, way, receipt, file_id, typed_by_id, signed_at, sha256, reason) "
    "VALUES (:application_id, :outcome, :person_id, :way, '', :file_id, :typed_by_id, :signed_at, :sha256, :reason)"
)
REST = (
    "INSERT INTO signatures (application_id, outcome, receipt, typed_by_id, signed_at, sha256, reason) "
    "SELECT id, 'signed', '', signed_off_by_id, signed_off_at, COALESCE((SELECT sha256 FROM snapshots "
    "WHERE snapshots.application_id = applications.id ORDER BY sequence DESC LIMIT 1), ''), '' FROM applications "
    "WHERE signed_off_by_id IS NOT NULL AND signed_off_at IS NOT NULL AND id NOT IN "
    "(SELECT application_id FROM signatures WHERE outcome = 'signed') ORDER BY id"
)
"""Sign-offs without an act of the trail: whose account it was and when is all there is."""


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(TABLE.format(**TYPES[dialect]) + (" STRICT" if dialect == "sqlite" else ""))
    execute(INDEX)
    there = set(execute("SELECT id FROM applications").scalars())
    found = [one for one in known() if one["application_id"] in there]
    if found:
        op.get_bind().execute(sa.text(INSERT), found)
    execute(REST)
    for statement in TRIGGERS[dialect]:
        execute(statement)


def known():
    """What the trail says of each sign-off and refusal, in its order."""
    scans = {(by_id, at): file_id for _id, at, by_id, file_id in execute(SCANS)}
    rows, open_ones = [], {}
    for act in execute(ACTS).mappings().all():
        application_id, details = int(act["subject"].partition(":")[2]), json.loads(act["details"])
        if act["action"] == "application.submit":
            signed = open_ones.pop(application_id, None)
            if signed is not None:
                signed["sha256"] = details["sha256"]
            continue
        is_own = act["on_behalf_of_id"] is None
        person_id, way = details.get("person") or (act["person_id"] if is_own else None), details.get("way")
        way = "own_account" if way == "sign_off" or (way is None and is_own) else way
        row = {
            "application_id": application_id,
            "outcome": "signed" if act["action"] == "application.sign_off" else "declined",
            "person_id": person_id,
            "way": way,
            "file_id": scans.get((person_id, act["happened_at"])) if way in ("signature", "thumbprint") else None,
            "typed_by_id": act["actor_id"],
            "signed_at": act["happened_at"],
            "sha256": "",
            "reason": details.get("reason", ""),
        }
        rows.append(row)
        if row["outcome"] == "signed":
            open_ones[application_id] = row
        else:
            open_ones.pop(application_id, None)
    return rows


def downgrade():
    op.drop_table("signatures")
