"""Amendments: the one way in which an open call changes, published with reason and day, never taken back.

Which columns may change at all is a rule of the database too: `models.protection` keeps the others frozen.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from app.labels import label_text
from app.localisation import N_, Money, current_locale, date_text, deadline_text, gettext, money, number_text
from app.services import applications, audit, match, notifications
from app.services.actors import Actor
from app.services.calls import allocations
from app.services.calls.allocations import AllocationInput
from app.services.calls.set_up import HIGHEST_BUDGET, QUORUM, check_timetable
from app.services.errors import DomainError, IncompleteError, LimitExceededError
from models.allocations import Allocation
from models.amendments import Amendment
from models.applications import Application, ApplicationStatus
from models.associations import Association
from models.base import LOCALES, Texts, db, lock, text_in
from models.calls import AMENDABLE, TIMETABLE, UNTIL_SUBMITTED, Call, CallStatus, QuorumOf
from models.documents import DocumentKind
from models.users import Role, RoleAssignment

LABELS: Mapping[str, str] = {
    "title": N_("Title"),
    "summary": N_("Summary"),
    "closes_at": N_("Deadline"),
    "budget": N_("Budget of the call"),
    "allocations": N_("Budget by fund"),
    "grant_floor": N_("Smallest grant"),
    "grant_ceiling": N_("Largest grant"),
    "match_percent": N_("Grant for each 100 som of co-investment"),
    "in_kind_counts": N_("Goods and labour count toward the co-investment"),
    "match_terms": N_("Further rules of the co-investment"),
    "quorum_percent": N_("Quorum of the village meeting"),
    "quorum_of": N_("The quorum is counted in"),
    "required_documents": N_("Papers every application must have"),
    "screening_ends_on": N_("Screening until"),
    "reviews_end_on": N_("Reviews until"),
    "council_sits_on": N_("Session of the Council"),
    "first_payment_on": N_("First payment"),
}
"""{column: message id} of what can be amended, in the order of the page."""
MATCH = frozenset({"match_percent", "in_kind_counts", "match_terms"})
"""What the match rule of a call is kept in."""
ADDED = "added_"
"""Before the names of the fields of an allocation more."""
BY_THIS_ALREADY = N_("Applications are submitted by this condition already: it can be changed for the next call only.")
WRITTEN = (ApplicationStatus.DRAFT, ApplicationStatus.SIGNED_OFF, ApplicationStatus.RETURNED)
"""Applications somebody still writes, or has not handed in."""


def publish(call: Call, changes: Mapping[str, Any], reason: Texts, *, actor: Actor, now: datetime) -> Amendment:
    """Publish new values of columns of an open call, with the reason in three languages.

    Money is changed by its `allocations`: {id: amount in tyiyn}, and by an `added` one (`AllocationInput`); the budget
    follows. What is as before is left out.
    Raises `IncompleteError` without a reason or a change, `LimitExceededError` for money
    the fund does not have, `DomainError` at what may not be changed (any more). Who writes is told what is new.
    """
    lock(call)
    added: AllocationInput | None = changes.get("added")
    allocations.lock_funds(call, *([added.fund] if added else []))
    _must_be_amendable(call)
    columns = {name: value for name, value in changes.items() if name not in ("allocations", "added")}
    values = {name: value for name, value in columns.items() if value != getattr(call, name)}
    _must_be_changeable(call, values)
    given = allocations.of(call)
    amounts = {one.id: one.amount for one in given} | dict(changes.get("allocations", {}))
    if amounts.keys() - {one.id for one in given}:
        raise DomainError(N_("This allocation belongs to another call."))
    moved = {one.id for one in given if amounts[one.id] != one.amount}
    budget = sum(amounts.values()) + (added.amount if added else 0)
    if budget != call.budget:
        values["budget"] = budget
    if not values and not moved and not added:
        raise IncompleteError(N_("Nothing is different from what is published."))
    if not all(reason.get(code, "").strip() for code in LOCALES):
        raise IncompleteError(N_("Give the reason in all three languages: everybody reads it."), field="reason_ky")
    _check(call, values, now)
    _check_money(call, values, amounts, moved)
    if added:
        floor = values.get("grant_floor", call.grant_floor)
        allocations.must_fit(call, added, given, floor=floor, prefix=ADDED)
    _must_be_covered(call, amounts, moved, added)
    kept = {name: [_kept(getattr(call, name)), _kept(value)] for name, value in values.items()}
    if moved or added:
        now_given = allocations.in_words(given, amounts) + ([added.in_words()] if added else [])
        kept["allocations"] = [allocations.in_words(given), now_given]
    amendment = Amendment(
        call_id=call.id,
        sequence=call.amendment_count + 1,
        reason={code: reason[code].strip() for code in LOCALES},
        changes=kept,
        published_at=now,
        published_by_id=actor.user_id,
    )
    db.session.add(amendment)
    db.session.flush()  # the database lets the call change once the amendment is there, its allocations before it
    for one in given:
        one.amount = amounts[one.id]
    if added:
        kinds = {"fund": added.fund, "oblast": added.oblast, "theme": added.theme}
        db.session.add(Allocation(call_id=call.id, amount=added.amount, **kinds))
    db.session.flush()
    db.session.expire(call, ["allocations"])
    for name, value in values.items():
        setattr(call, name, value)
    call.amendment_count = amendment.sequence
    db.session.flush()
    if MATCH & values.keys():
        applications.renew_due(call)
    audit.record(actor, "call.amend", call, now, amendment=amendment.sequence, columns=list(kept))
    _tell(call, amendment, now)
    return amendment


def with_required(call: Call, kinds: Collection[DocumentKind]) -> list[dict[str, Any]]:
    """The call's `required_documents` with those of `kinds` needed and the others welcome; the minutes always are."""
    always = {DocumentKind.MEETING_MINUTES, *kinds}
    return [{**one, "is_required": DocumentKind(one["kind"]) in always} for one in call.required_documents]


def hold(call: Call) -> None:
    """Take the call's lock and read it anew, before a form is held against it: two amendments come one by one."""
    lock(call)


def _must_be_amendable(call: Call) -> None:
    if call.status is not CallStatus.OPEN:
        raise DomainError(N_("Only an open call is amended: a draft is simply changed, a decided one stays."))


def _must_be_changeable(call: Call, values: Mapping[str, Any]) -> None:
    for name in values:
        if name == "budget" or name not in (*AMENDABLE, *UNTIL_SUBMITTED):
            raise DomainError(
                N_("Rubric, questions and decision rules stay as they were published: applications are judged by them.")
            )
        if name in UNTIL_SUBMITTED and is_submitted_to(call):
            raise DomainError(BY_THIS_ALREADY, field=name)


def is_submitted_to(call: Call) -> bool:
    """Whether somebody has ever submitted an application in this call."""
    query = db.select(Application.id).where(
        Application.call_id == call.id, Application.submitted_at.is_not(None), ~Application.is_test
    )
    return db.session.scalar(query.limit(1)) is not None


def _check(call: Call, values: Mapping[str, Any], now: datetime) -> None:
    new: Callable[[str], Any] = lambda name: values.get(name, getattr(call, name))  # noqa: E731
    for name in {"title", "summary"} & set(values):
        for code in LOCALES:
            if not values[name].get(code, "").strip():
                raise IncompleteError(N_("Every text stands in all three languages."), field=f"{name}_{code}")
    if "closes_at" in values:
        if call.is_past_deadline(now):
            raise DomainError(N_("The deadline is past: it cannot be moved any more."), field="closes_on")
        if values["closes_at"] < call.closes_at:
            raise DomainError(N_("A deadline can only be moved to a later day."), field="closes_on")
    for name in ("grant_floor", "grant_ceiling"):
        if not 0 <= new(name) <= HIGHEST_BUDGET:
            raise DomainError(N_("The amount must be zero or more and believable."), field=name)
    if new("grant_ceiling") <= new("grant_floor"):
        raise DomainError(N_("The ceiling must be higher than the floor."), field="grant_ceiling")
    if "grant_ceiling" in values and new("budget") < new("grant_ceiling"):
        raise DomainError(N_("The budget must be at least one grant at the ceiling."), field="grant_ceiling")
    match.check(new("match_percent"), new("in_kind_counts"), new("match_terms"))
    if new("quorum_percent") not in QUORUM:
        raise DomainError(N_("Enter a whole number from 1 to 100."), field="quorum_percent")
    check_timetable(new("closes_at"), [new(name) for name in TIMETABLE])


def _check_money(call: Call, values: Mapping[str, Any], amounts: Mapping[int, int], moved: Collection[int]) -> None:
    """`amounts` of all its allocations by id; those in `moved` are new."""
    is_relied_on = is_submitted_to(call)
    floor = values.get("grant_floor", call.grant_floor)
    for one in allocations.standings(call):
        amount, field = amounts[one.allocation.id], f"allocation_{one.allocation.id}"
        if not 0 < amount <= HIGHEST_BUDGET:
            raise DomainError(N_("The amount must be more than zero and believable."), field=field)
        if amount < floor:
            message = N_("One grant is at least %(floor)s: an allocation cannot be less.")
            raise LimitExceededError(
                message, field=field if one.allocation.id in moved else "grant_floor", floor=Money(floor)
            )
        if amount < one.allocation.amount and is_relied_on:
            raise DomainError(BY_THIS_ALREADY, field=field)
        if amount < one.awarded:
            message = N_("%(awarded)s are awarded from it already: it cannot be less.")
            raise LimitExceededError(message, field=field, awarded=Money(one.awarded))
    budget = values.get("budget", call.budget)
    if budget > HIGHEST_BUDGET:
        field = f"allocation_{next(iter(moved))}" if moved else f"{ADDED}amount"
        raise DomainError(N_("The amount must be zero or more and believable."), field=field)
    if budget < call.budget:
        lower = next(one.id for one in call.allocations if amounts[one.id] < one.amount)
        raise DomainError(N_("The budget of an open call can only be raised."), field=f"allocation_{lower}")


def _must_be_covered(
    call: Call, amounts: Mapping[int, int], moved: Collection[int], added: AllocationInput | None
) -> None:
    """Each fund of which more is wanted has it free, as when the call opened."""
    given = allocations.of(call)
    wanted = {one.fund: f"allocation_{one.id}" for one in reversed(given) if one.id in moved}
    if added:
        wanted.setdefault(added.fund, f"{ADDED}amount")
    for fund, field in sorted(wanted.items(), key=lambda one: one[0].id):
        more = added.amount if added and added.fund is fund else 0
        free, needed = allocations.free(fund, beside=call), allocations.promised(call, fund, amounts) + more
        if needed > free:
            raise LimitExceededError(
                N_("The fund “%(fund)s” has %(free)s free, the call needs %(budget)s of it."),
                field=field,
                fund={"name": fund.names},
                free=Money(free),
                budget=Money(needed),
            )


def _tell(call: Call, amendment: Amendment, now: datetime) -> None:
    """Tell every centre of the call, and the members who write in it of their own application."""
    what = {"texts": [LABELS[name] for name in _shown_of(amendment)]}
    parameters: dict[str, Any] = {"call": {"name": call.title}, "what": what, "reason": {"name": amendment.reason}}
    message = N_("The call “%(call)s” was changed: %(what)s. Reason: %(reason)s")
    notifications.tell(notifications.holders(Role.OPERATOR), message, call, now, **parameters)
    query = (
        db.select(Application.id, RoleAssignment.user_id)
        .join(Association, Association.id == Application.association_id)
        .join(RoleAssignment, RoleAssignment.association_id == Association.id)
        .where(
            Application.call_id == call.id,
            Application.status.in_(WRITTEN),
            ~Application.is_test,
            RoleAssignment.ended_at.is_(None),
        )
    )
    writers: dict[int, list[int]] = {}
    for application_id, user_id in db.session.execute(query):
        writers.setdefault(application_id, []).append(user_id)
    for application_id, users in sorted(writers.items()):
        notifications.tell(users, message, f"applications:{application_id}", now, **parameters)


def of(call: Call, *, since: datetime | None = None) -> list[Amendment]:
    """The amendments of a call (those published after `since`), the latest first."""
    if not call.amendment_count:
        return []
    query = db.select(Amendment).where(Amendment.call_id == call.id)
    if since is not None:
        query = query.where(Amendment.published_at > since)
    return list(db.session.scalars(query.order_by(Amendment.sequence.desc())))


class Difference(NamedTuple):
    """One change as people read it, in the language in force."""

    label: str
    before: str
    now: str


def differences(amendment: Amendment) -> list[Difference]:
    """What an amendment changed, in the order of the page."""
    return [
        Difference(gettext(LABELS[name]), *(_shown(name, value) for value in amendment.changes[name]))
        for name in _shown_of(amendment)
    ]


def _shown_of(amendment: Amendment) -> list[str]:
    """What an amendment changed; one allocation alone says no more than the budget."""
    is_alone = all(len(found) == 1 for found in amendment.changes.get("allocations", []))
    return [name for name in LABELS if name in amendment.changes and not (name == "allocations" and is_alone)]


def in_words(call: Call, *, since: datetime | None = None) -> list[tuple[Amendment, list[Difference]]]:
    """The amendments `of` a call, each with what it changed."""
    return [(one, differences(one)) for one in of(call, since=since)]


def _kept(value: Any) -> Any:
    """The JSON form of a column's value."""
    return value.isoformat() if isinstance(value, date) else dict(value) if isinstance(value, Mapping) else value


def _shown(name: str, value: Any) -> str:
    """A kept value in words."""
    if value is None:
        return gettext("not set")
    if name in ("title", "summary"):
        return text_in(value, current_locale())
    if name == "allocations":
        return "; ".join(allocations.in_text(one, current_locale()) for one in value)
    if name == "closes_at":
        return deadline_text(datetime.fromisoformat(value))
    if name in TIMETABLE:
        return date_text(date.fromisoformat(value))
    if name == "match_terms":
        return " ".join(str(one) for one in match.further_sentences(value)) or gettext("none")
    if name == "in_kind_counts":
        return gettext("Yes") if value else gettext("No")
    if name == "required_documents":
        return ", ".join(label_text(DocumentKind(one["kind"])) for one in value if one["is_required"])
    if name == "quorum_of":
        return label_text(QuorumOf(value))
    return number_text(value) if name.endswith("_percent") else money(value)
