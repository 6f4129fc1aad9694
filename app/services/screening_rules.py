"""The rules of a call as conditions over many applications at once, for lists.

One application is told by `screenings.findings`, with the sums and what would mend them; a test holds the two together.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from app.localisation import N_
from models.applications import Application
from models.associations import Association, PayoutAccount
from models.base import db
from models.calls import Call
from models.documents import MINUTES_IN_FORCE, Document
from models.grants import RUNNING, Grant
from models.places import AyilOkmotu, Rayon

TEXTS: Mapping[str, str] = {
    "ceiling": N_("Grant outside the limits"),
    "match": N_("Too little pledged for the grant"),
    "meeting": N_("No minutes of the meeting"),
    "account": N_("No confirmed payout account"),
    "no_open_grant": N_("Too many grants running"),
    "co_investment": N_("Remittances too small a part"),
    "age": N_("Association too young"),
    "place": N_("Village outside the call"),
}
"""{rule: what is wrong when it is not met, in a few words}; the keys are those of `screenings.findings`."""
NAMES = tuple(TEXTS)
ANY, NONE = "any", "none"
"""What a list can be narrowed to beside one rule: any rule not met, and every rule met."""

# Columns that no index is looked up by: SQLite would take one that lacks the list's order and columns.
CALL_ID = Application.call_id + db.literal_column("0")
ASSOCIATION_ID = Application.association_id + db.literal_column("0")


def _setting(name: str, dialect: str) -> Any:
    """A whole number of `Call.eligibility`."""
    if dialect == "sqlite":
        return db.func.json_extract(Call.eligibility, f"$.{name}", type_=db.Integer)
    return db.cast(db.func.jsonb_extract_path_text(Call.eligibility, name), db.Integer)


def _founded_by(dialect: str) -> Any:
    """The last day on which an association can have been founded: whole months before the call closes.

    That is on a day of Bishkek; Kyrgyzstan has stood at UTC+6 all year since 2005. A day the month does not have is its
    last one.
    """
    months = _setting("founded_months", dialect)
    if dialect == "sqlite":
        back = db.literal_column("'-'") + db.cast(months, db.Text) + db.literal_column("' months'")
        return db.func.date(Call.closes_at, "+6 hours", back, "floor", type_=db.Date)
    last = db.cast(db.func.timezone("Asia/Bishkek", Call.closes_at), db.Date)
    return db.cast(last - db.func.make_interval(0, months), db.Date)


def _settings(dialect: str) -> dict[str, Any]:
    """What the rules ask of a call."""
    return {
        "floor": Call.grant_floor,
        "ceiling": Call.grant_ceiling,
        "match_percent": Call.match_percent,
        "running_grants": _setting("running_grants", dialect),
        "co_investment_percent": _setting("co_investment_percent", dialect),
        "founded_months": _setting("founded_months", dialect),
        "founded_by": _founded_by(dialect),
        "oblasts": db.func.json_extract(Call.eligibility, "$.oblasts", type_=db.Text)
        if dialect == "sqlite"
        else db.func.jsonb_extract_path(Call.eligibility, "oblasts"),
    }


def _ceiling(call: Mapping[str, Any], _dialect: str) -> Any:
    grant = Application.grant_requested
    return ~grant.between(call["floor"], call["ceiling"]) | (grant <= 0)


def _match(call: Mapping[str, Any], _dialect: str) -> Any:
    return Application.remittance_pledged * call["match_percent"] < Application.grant_requested * 100


def _meeting(_call: Mapping[str, Any], _dialect: str) -> Any:
    attached = db.select(Document.application_id).where(
        Document.application_id == Application.id, db.text(MINUTES_IN_FORCE)
    )
    return ~attached.correlate(Application).exists()


def _account(_call: Mapping[str, Any], _dialect: str) -> Any:
    current = PayoutAccount.confirmed_at.is_not(None) & PayoutAccount.closed_at.is_(None)
    return ASSOCIATION_ID.not_in(db.select(PayoutAccount.association_id).where(current))


def _no_open_grant(call: Mapping[str, Any], _dialect: str) -> Any:
    running = db.select(db.func.count()).where(
        Grant.association_id == Application.association_id,
        Grant.status.in_(RUNNING),
        Grant.application_id != Application.id,
    )
    some = ASSOCIATION_ID.in_(db.select(Grant.association_id).where(Grant.status.in_(RUNNING)))
    return some & (running.correlate(Application).scalar_subquery() > call["running_grants"])


def _co_investment(call: Mapping[str, Any], _dialect: str) -> Any:
    return Application.remittance_pledged * 100 < Application.total_cost * call["co_investment_percent"]


def _age(call: Mapping[str, Any], _dialect: str) -> Any:
    founded = Association.founded_on
    young = db.select(Association.id).where(
        Association.id == Application.association_id, founded.is_(None) | (founded > call["founded_by"])
    )
    return (call["founded_months"] > 0) & young.correlate_except(Association).exists()


def _place(call: Mapping[str, Any], dialect: str) -> Any:
    oblast = (
        db.select(Rayon.oblast_id)
        .join(AyilOkmotu, AyilOkmotu.rayon_id == Rayon.id)
        .join(Association, Association.ayil_okmotu_id == AyilOkmotu.id)
        .where(Association.id == Application.association_id)
        .correlate(Application)
        .scalar_subquery()
    )
    if dialect == "sqlite":
        named = db.func.json_each(call["oblasts"]).table_valued("value", name="named")
        return (call["oblasts"] != "[]") & oblast.not_in(db.select(named.c.value).correlate_except(named))
    named = call["oblasts"].op("@>", is_comparison=True)(db.func.to_jsonb(oblast))
    return (db.func.jsonb_array_length(call["oblasts"]) > 0) & ~named


_NOT_MET: Mapping[str, Callable[[Mapping[str, Any], str], Any]] = {
    "ceiling": _ceiling,
    "match": _match,
    "co_investment": _co_investment,
    "account": _account,
    "no_open_grant": _no_open_grant,
    "age": _age,
    "place": _place,
    "meeting": _meeting,
}
"""What is looked up in other tables comes last: it is not asked for when an earlier rule has decided."""


@cache
def columns(dialect: str) -> tuple[Any, ...]:
    """For each of `NAMES` whether the rule is not met, in a query that joins `Call` to `Application`."""
    settings = _settings(dialect)
    return tuple(_NOT_MET[name](settings, dialect).label(name) for name in NAMES)


@cache
def of_calls(dialect: str) -> Any:
    """What the rules ask of every call, by its `id`: looked up once, not for every application."""
    calls = db.select(Call.id, *(one.label(name) for name, one in _settings(dialect).items()))
    return calls.cte("call_settings").prefix_with("MATERIALIZED")


@cache
def narrowing(choice: str, dialect: str) -> Any:
    """The condition of what `choice` (of `NAMES`, `ANY` or `NONE`) leaves, in a query that joins `of_calls`."""
    settings = of_calls(dialect).c
    if choice in NAMES:
        return _NOT_MET[choice](settings, dialect)
    unmet = [rule(settings, dialect) for rule in _NOT_MET.values()]
    return db.or_(*unmet) if choice == ANY else db.and_(*(~one for one in unmet))
