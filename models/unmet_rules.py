"""Which rules of its call an application does not meet, kept beside it as `applications.unmet`: a bit for each rule.

The view `unmet_rules` tells it. Triggers keep it in the transaction that changes what it is told from, so that no list
of thousands asks other tables; `flask verify` holds the two together. On PostgreSQL the rows are locked first, in the
order of their ids: who comes second reads what the first has left. A migration never imports this: it writes its
statements out. A test compares the two.
"""

import re
from typing import NamedTuple

import sqlalchemy as sa

from models.documents import MINUTES_IN_FORCE

_EITHER = {  # what the two databases say each in its own way
    "sqlite": {
        "running": "json_extract(calls.eligibility, '$.running_grants')",
        "co_investment": "json_extract(calls.eligibility, '$.co_investment_percent')",
        "months": "json_extract(calls.eligibility, '$.founded_months')",
        # Of a day of Bishkek; Kyrgyzstan has stood at UTC+6 all year since 2005.
        "founded_by": "date(calls.closes_at, '+6 hours', "
        "'-' || json_extract(calls.eligibility, '$.founded_months') || ' months', 'floor')",
        "elsewhere": "json_array_length(calls.eligibility, '$.oblasts') > 0 AND rayons.oblast_id NOT IN "
        "(SELECT value FROM json_each(calls.eligibility, '$.oblasts'))",
    },
    "postgresql": {
        "running": "CAST(calls.eligibility ->> 'running_grants' AS INTEGER)",
        "co_investment": "CAST(calls.eligibility ->> 'co_investment_percent' AS INTEGER)",
        "months": "CAST(calls.eligibility ->> 'founded_months' AS INTEGER)",
        "founded_by": "CAST(CAST(timezone('Asia/Bishkek', calls.closes_at) AS DATE) "
        "- make_interval(0, CAST(calls.eligibility ->> 'founded_months' AS INTEGER)) AS DATE)",
        "elsewhere": "jsonb_array_length(calls.eligibility -> 'oblasts') > 0 "
        "AND NOT (calls.eligibility -> 'oblasts') @> to_jsonb(rayons.oblast_id)",
    },
}
_NOT_MET = {
    "ceiling": "applications.grant_requested < calls.grant_floor OR applications.grant_requested > calls.grant_ceiling "
    "OR applications.grant_requested <= 0",
    "match": "applications.remittance_pledged < applications.pledges_due",
    "meeting": "NOT EXISTS (SELECT 1 FROM documents "  # noqa: S608 - our own names
    f"WHERE documents.application_id = applications.id AND {MINUTES_IN_FORCE})",
    "account": "NOT EXISTS (SELECT 1 FROM payout_accounts "
    "WHERE payout_accounts.association_id = applications.association_id "
    "AND payout_accounts.closed_at IS NULL AND payout_accounts.confirmed_at IS NOT NULL)",
    "no_open_grant": "(SELECT count(*) FROM grants WHERE grants.association_id = applications.association_id "
    "AND (grants.status = 'active' OR grants.status = 'suspended') AND grants.application_id <> applications.id) "
    "> {running}",
    "co_investment": "applications.remittance_pledged * 100 < applications.total_cost * {co_investment}",
    "age": "{months} > 0 AND (associations.founded_on IS NULL OR associations.founded_on > {founded_by})",
    "place": "{elsewhere}",
}
BIT = {name: 1 << number for number, name in enumerate(_NOT_MET)}
"""{rule: its bit}. A new rule is added at the end; the bit of one that is no more stays free."""

_FROM = (
    "FROM applications JOIN calls ON calls.id = applications.call_id "
    "JOIN associations ON associations.id = applications.association_id "
    "JOIN ayil_okmotus ON ayil_okmotus.id = associations.ayil_okmotu_id "
    "JOIN rayons ON rayons.id = ayil_okmotus.rayon_id"
)
_RENEWED = "(SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id)"


class _Source(NamedTuple):
    """A table the rules read: in which `columns`, and on which applications ({row} is the changed one) it bears.

    Where rows come and go, only those bear on any for which `fact` holds.
    """

    columns: tuple[str, ...]
    bears_on: str
    fact: str = ""


_OF_ASSOCIATION = "association_id = {row}.association_id"
_SOURCES = {
    "applications": _Source(
        # The state too: a draft begun in the moment in which its call is amended is told anew when it is handed in.
        (
            *("call_id", "association_id", "status", "grant_requested", "remittance_pledged", "total_cost"),
            "pledges_due",
        ),
        "id = {row}.id",
    ),
    "ayil_okmotus": _Source(
        ("rayon_id",), "association_id IN (SELECT id FROM associations WHERE ayil_okmotu_id = {row}.id)"
    ),
    "associations": _Source(("founded_on", "ayil_okmotu_id"), "association_id = {row}.id"),
    "calls": _Source(("grant_floor", "grant_ceiling", "closes_at", "eligibility"), "call_id = {row}.id"),
    "documents": _Source(
        ("application_id", "kind", "removed_at", "refused_at", "replaced_by_id", "page_of_id"),
        "id = {row}.application_id",
        re.sub(r"(\w+)(?= IS | = )", r"{row}.\1", MINUTES_IN_FORCE),
    ),
    "grants": _Source(
        ("association_id", "application_id", "status"),
        _OF_ASSOCIATION,
        "({row}.status = 'active' OR {row}.status = 'suspended')",
    ),
    "payout_accounts": _Source(
        ("association_id", "confirmed_at", "closed_at"),
        _OF_ASSOCIATION,
        "{row}.confirmed_at IS NOT NULL AND {row}.closed_at IS NULL",
    ),
    "rayons": _Source(
        ("oblast_id",),
        "association_id IN (SELECT associations.id FROM associations JOIN ayil_okmotus "
        "ON ayil_okmotus.id = associations.ayil_okmotu_id WHERE ayil_okmotus.rayon_id = {row}.id)",
    ),
}

table = sa.table("unmet_rules", sa.column("application_id", sa.BigInteger), sa.column("unmet", sa.BigInteger))
"""The view as a query names it."""


def view(dialect: str) -> str:
    """The DDL of the view on `dialect` ("sqlite" or "postgresql")."""
    bits = (f"CASE WHEN {rule} THEN {BIT[name]} ELSE 0 END" for name, rule in _NOT_MET.items())
    told = " + ".join(bits).format(**_EITHER[dialect])
    return f"CREATE VIEW unmet_rules AS SELECT applications.id AS application_id, {told} AS unmet {_FROM}"


def statements(dialect: str) -> tuple[str, ...]:
    """The DDL of the view and of the triggers on `dialect` ("sqlite" or "postgresql")."""
    made = _sqlite if dialect == "sqlite" else _postgresql
    return (view(dialect), *(statement for table in _SOURCES for statement in made(table)))


def trigger_names(dialect: str) -> set[tuple[str, str]]:
    """(trigger, table) of what keeps it."""
    return set(re.findall(r"CREATE TRIGGER (\w+) AFTER [\w ,]+ ON (\w+)", "\n".join(statements(dialect))))


class _Act(NamedTuple):
    """A trigger: its name and act, when it acts, and for which applications."""

    name: str
    act: str
    when: str
    which: str


def _acts(table: str, differs: str) -> list[_Act]:
    """The triggers of a table; `differs` is the operator for two values that may be NULL."""
    columns, bears_on, fact = _SOURCES[table]
    changed = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)
    if fact:
        changed = f"({fact.format(row='OLD')} OR {fact.format(row='NEW')}) AND ({changed})"
    update = f"UPDATE OF {', '.join(columns)}"
    new, old = bears_on.format(row="NEW"), bears_on.format(row="OLD")
    acts = [_Act("update", update, f" WHEN ({changed})", f"{old} OR {new}" if fact else new)]
    if table == "applications":
        acts.append(_Act("insert", "INSERT", "", new))
    if fact:
        acts.append(_Act("insert", "INSERT", f" WHEN ({fact.format(row='NEW')})", new))
        acts.append(_Act("delete", "DELETE", f" WHEN ({fact.format(row='OLD')})", old))
    return acts


def _sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_unmet_{name} AFTER {act} ON {table}{when} BEGIN "  # noqa: S608 - our own names
        f"UPDATE applications SET unmet = {_RENEWED} WHERE {which}; END"
        for name, act, when, which in _acts(table, "IS NOT")
    ]


def _postgresql(table: str) -> list[str]:
    found = []
    for name, act, when, which in _acts(table, "IS DISTINCT FROM"):
        function = f"renew_unmet_after_{table}_{name}"
        found += [
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608 - our own names
            f"PERFORM 1 FROM applications WHERE {which} ORDER BY id FOR NO KEY UPDATE; "
            f"UPDATE applications SET unmet = {_RENEWED} WHERE ({which}) AND unmet <> {_RENEWED}; RETURN NULL; END $$",
            f"CREATE TRIGGER {table}_unmet_{name} AFTER {act} ON {table} "
            f"FOR EACH ROW{when} EXECUTE FUNCTION {function}()",
        ]
    return found
