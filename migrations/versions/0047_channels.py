"""The ways money travels are a list of the programme: rows of a table instead of words in the code.

A database that has contributions gets the channels they came by; the rest of the first six comes with the reference
data. On the way down a channel of the programme's own becomes the old one with the same kind of evidence; its
references get its code in front, so that they stay unique.

Revision ID: 0047
Revises: 0046
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {
        **{"id": "INTEGER", "int": "INTEGER", "code": "TEXT", "name": "TEXT", "json": "TEXT", "bool": "INTEGER"},
        **{"end": " STRICT"},
    },
    "postgresql": {
        **{"id": "BIGSERIAL", "int": "BIGINT", "code": "VARCHAR(40)", "name": "VARCHAR(200)", "json": "JSONB"},
        **{"bool": "BOOLEAN", "end": ""},
    },
}
CHANNELS = """
CREATE TABLE channels (
    id {id} NOT NULL,
    code {code} NOT NULL,
    name_ky {name} NOT NULL,
    name_ru {name} NOT NULL,
    name_en {name} NOT NULL,
    reference_label {json} NOT NULL,
    evidence {code} NOT NULL,
    names_sender {bool} NOT NULL,
    names_receiver {bool} NOT NULL,
    position {int} NOT NULL,
    is_active {bool} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_channels PRIMARY KEY (id),
    CONSTRAINT uq_channels_code UNIQUE (code),
    CONSTRAINT ck_channels_position_positive CHECK (position > 0),
    CONSTRAINT ck_channels_evidencekind CHECK (evidence IN ('transfer_receipt', 'statement', 'customs_declaration'))
){end}
"""
FIRST = (
    # code, name and what its paper calls the number (ky, ru, en), evidence, names the sender, names the receiver
    (
        "money_transfer",
        ("Акча которуу системасы", "Система денежных переводов", "Money transfer system"),
        ("которуунун көзөмөл номери (MTCN)", "контрольный номер перевода (MTCN)", "transfer number (MTCN)"),
        "transfer_receipt", True, True,
    ),
    (
        "bank",
        ("Банк аркылуу которуу", "Банковский перевод", "Bank transfer"),
        ("төлөм тапшырмасынын же SWIFT билдирүүсүнүн номери", "номер платёжного поручения или сообщения SWIFT", "number of the payment order or SWIFT reference"),
        "statement", True, True,
    ),
    (
        "mobile_wallet",
        ("Мобилдик капчык", "Мобильный кошелёк", "Mobile wallet"),
        ("тиркемедеги операциянын номери", "номер операции в приложении", "transaction number in the app"),
        "statement", False, True,
    ),
    (
        "card",
        ("Картадан картага", "С карты на карту", "Card to card"),
        ("операциянын коду (RRN же чектин номери)", "код операции (RRN или номер чека)", "code of the transaction (RRN or number of the slip)"),
        "statement", False, False,
    ),
    (
        "customs_cash",
        ("Бажы декларациясы менен накталай акча", "Наличные с таможенной декларацией", "Cash with customs declaration"),
        ("бажы декларациясынын номери", "номер таможенной декларации", "number of the customs declaration"),
        "customs_declaration", True, False,
    ),
    (
        "hand_to_hand",
        ("Колдон колго накталай акча", "Наличные из рук в руки", "Cash from hand to hand"),
        ("тил каттын номери", "номер расписки", "number of the handwritten receipt"),
        "transfer_receipt", True, True,
    ),
)
OLD = tuple(row[0] for row in FIRST)
STANDS_FOR = {"transfer_receipt": "money_transfer", "statement": "bank", "customs_declaration": "customs_cash"}
CONTRIBUTIONS = """
CREATE TABLE contributions_anew (
    id INTEGER NOT NULL,
    grant_id INTEGER NOT NULL,
    pledge_id INTEGER,
    kind TEXT NOT NULL,
    {column},
    reference TEXT NOT NULL,
    reference_key TEXT,
    sender_name TEXT NOT NULL,
    sender_country TEXT NOT NULL,
    sent_on TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    rate_id INTEGER,
    amount_kgs INTEGER NOT NULL,
    status TEXT NOT NULL,
    recorded_by_id INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    verified_by_id INTEGER,
    verified_at TEXT,
    checks TEXT NOT NULL,
    reason TEXT NOT NULL,
    event_id INTEGER,
    reversal_event_id INTEGER,
    version INTEGER NOT NULL,
    CONSTRAINT pk_contributions PRIMARY KEY (id),
    CONSTRAINT ck_contributions_booked_when_verified CHECK
        ((status IN ('verified', 'reversed')) = (event_id IS NOT NULL)),
    CONSTRAINT ck_contributions_reversed_with_event CHECK ((status = 'reversed') = (reversal_event_id IS NOT NULL)),
    CONSTRAINT ck_contributions_remittance_has_reference CHECK ((kind = 'remittance') = (reference_key IS NOT NULL)),
    CONSTRAINT ck_contributions_amounts_positive CHECK (amount > 0 AND amount_kgs > 0),
    CONSTRAINT ck_contributions_two_people CHECK (verified_by_id IS NULL OR verified_by_id <> recorded_by_id),
    CONSTRAINT fk_contributions_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
    CONSTRAINT fk_contributions_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT fk_contributions_pledge_id FOREIGN KEY(pledge_id) REFERENCES pledges (id),
    CONSTRAINT fk_contributions_rate_id FOREIGN KEY(rate_id) REFERENCES exchange_rates (id),
    CONSTRAINT fk_contributions_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
    CONSTRAINT fk_contributions_reversal_event_id FOREIGN KEY(reversal_event_id) REFERENCES ledger_events (id),
    CONSTRAINT fk_contributions_verified_by_id FOREIGN KEY(verified_by_id) REFERENCES users (id),
    CONSTRAINT ck_contributions_contributionkind CHECK (kind IN ('remittance', 'community_cash', 'in_kind')),
    {rules},
    CONSTRAINT ck_contributions_contributionstatus CHECK (status IN ('recorded', 'verified', 'refused', 'reversed'))
) STRICT
"""
HAS_CHANNEL = "CONSTRAINT ck_contributions_remittance_has_channel CHECK ((kind = 'remittance') = (channel_id IS NOT NULL))"
OF_CHANNELS = "CONSTRAINT fk_contributions_channel_id FOREIGN KEY(channel_id) REFERENCES channels (id)"
ONE_OF_OLD = f"CONSTRAINT ck_contributions_channel CHECK (channel IN ({', '.join(repr(one) for one in OLD)}))"
KEPT = (
    "id, grant_id, pledge_id, kind, reference, sender_name, sender_country, sent_on, currency, amount, rate_id, "
    "amount_kgs, status, recorded_by_id, recorded_at, verified_by_id, verified_at, checks, reason, event_id, "
    "reversal_event_id, version"
)
INDEXES = (
    "CREATE INDEX ix_contributions_grant ON contributions (grant_id, id)",
    "CREATE INDEX ix_contributions_pledge_id ON contributions (pledge_id)",
    "CREATE INDEX ix_contributions_status ON contributions (status, id)",
)
COUNTS_ONCE = (
    "CREATE UNIQUE INDEX uq_contributions_reference ON contributions ({column}, reference_key) "
    "WHERE status IN ('recorded', 'verified')"
)


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def first_channels():
    """Those of the first six that contributions came by."""
    used = {row[0] for row in execute("SELECT DISTINCT channel FROM contributions WHERE channel IS NOT NULL")}
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    table = sa.table(
        "channels",
        *(sa.column(name) for name in ("code", "name_ky", "name_ru", "name_en", "evidence", "position", "version")),
        sa.column("reference_label", sa.Text() if is_sqlite else sa.JSON()),
        *(sa.column(name, sa.Boolean()) for name in ("names_sender", "names_receiver", "is_active")),
    )
    for position, (code, name, number, evidence, sender, receiver) in enumerate(FIRST, start=1):
        if code not in used:
            continue
        label = dict(zip(("ky", "ru", "en"), number, strict=True))
        row = {
            **{"code": code, "name_ky": name[0], "name_ru": name[1], "name_en": name[2], "evidence": evidence},
            "reference_label": json.dumps(label, ensure_ascii=False) if is_sqlite else label,
            **{"names_sender": sender, "names_receiver": receiver, "is_active": True},
            **{"position": position, "version": 1},
        }
        op.get_bind().execute(table.insert().values(row))


def make_anew(column, rules, select):
    """SQLite: the table with its rows, under other rules."""
    execute(CONTRIBUTIONS.format(column=f"{column} {'INTEGER' if column == 'channel_id' else 'TEXT'}", rules=rules))
    execute(
        f"INSERT INTO contributions_anew ({KEPT}, {column}, reference_key) SELECT {KEPT}, {select} FROM contributions "
        "ORDER BY id"
    )
    execute("DROP TABLE contributions")
    execute("ALTER TABLE contributions_anew RENAME TO contributions")
    for index in INDEXES:
        execute(index)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(CHANNELS.format(**TYPES[dialect]))
    first_channels()
    row_of = "(SELECT channels.id FROM channels WHERE channels.code = contributions.channel)"
    execute("DROP INDEX uq_contributions_reference")
    if dialect == "sqlite":
        make_anew("channel_id", f"{OF_CHANNELS},\n    {HAS_CHANNEL}", f"{row_of}, reference_key")
    else:
        execute(f"ALTER TABLE contributions ADD COLUMN channel_id BIGINT, ADD {OF_CHANNELS}")
        execute(f"UPDATE contributions SET channel_id = {row_of}")
        execute("ALTER TABLE contributions DROP COLUMN channel")
        execute(f"ALTER TABLE contributions ADD {HAS_CHANNEL}")
    execute(COUNTS_ONCE.format(column="channel_id"))


def downgrade():
    dialect = op.get_bind().dialect.name
    cases = " ".join(f"WHEN channels.evidence = '{kind}' THEN '{code}'" for kind, code in STANDS_FOR.items())
    old = ", ".join(f"'{code}'" for code in OLD)
    where = "FROM channels WHERE channels.id = contributions.channel_id"
    code_of = f"(SELECT CASE WHEN channels.code IN ({old}) THEN channels.code {cases} END {where})"
    in_front = "upper(replace(channels.code, '_', ''))"
    key_of = (
        f"(CASE WHEN channel_id IS NULL THEN reference_key ELSE (SELECT CASE WHEN channels.code IN ({old}) "
        f"THEN reference_key ELSE substr({in_front} || reference_key, 1, 60) END {where}) END)"
    )
    execute("DROP INDEX uq_contributions_reference")
    if dialect == "sqlite":
        make_anew("channel", ONE_OF_OLD, f"{code_of}, {key_of}")
    else:
        execute(f"ALTER TABLE contributions ADD COLUMN channel VARCHAR(40), ADD {ONE_OF_OLD}")
        execute(f"UPDATE contributions SET channel = {code_of}, reference_key = {key_of}")
        execute("ALTER TABLE contributions DROP COLUMN channel_id")
    execute(COUNTS_ONCE.format(column="channel"))
    op.drop_table("channels")
