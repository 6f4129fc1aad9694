"""What of a signed protocol a corrected one may put right: places, what stood there, what is to stand there.

The record may be wrong: day, place, a name, who came, what was said, how the votes were counted. What was decided is
not of the record: outcome, amount, allocation, rank, scores and reviews have no place here, and no correction may take
the ground from under a decision (quorum, majority): that goes by an appeal or to a new session. No database.
"""

import copy
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from app.localisation import N_
from app.services.ballots import Counts
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from models.council_sessions import VoteChoice, quorum_of

Content = dict[str, Any]
"""What `protocols.content_of` answers, read from the frozen JSON."""
OWN_KEYS = ("corrects", "correction")
"""What a corrected protocol says of itself beside the content."""
LONGEST_NAME = 200


class Place(StrEnum):
    """In the order in which changes are made: attendance takes votes away, names come when all else is in place."""

    HELD_ON = "held_on"
    PLACE = "place"
    REASON = "reason"
    NOTE = "note"
    DISSENT = "dissent"
    VOTES = "votes"
    BALLOT = "ballot"
    ATTENDANCE = "attendance"
    NAME = "name"


SESSION_PLACES = (Place.HELD_ON, Place.PLACE, Place.ATTENDANCE, Place.NAME)
_IN_ORDER = tuple(Place)


@dataclass(frozen=True)
class Change:
    """One place with its words before and after; None on one side of an attendance: nobody.

    `decision` is the number of its application, `index` the place among the notes, dissents or ballots, from 0.
    Votes are [for, against, abstained], a day is ISO text. A name and an attendance are of everybody of the name
    `before`; where more than one of that name came, `index` is the place on the list of attendance, and `at` are the
    paths (see `standing`) of every place in which this very person stands.
    """

    what: Place
    before: Any
    after: Any
    decision: str | None = None
    index: int | None = None
    at: Sequence[Sequence[str | int]] | None = None


@dataclass(frozen=True)
class Named:
    """Somebody on the list of attendance: the place there, from 0, and the name.

    Where others of that name came too, `at` are the paths of the places that are this person's, and `account` is the
    name this person signs in with.
    """

    row: int
    name: str
    at: Sequence[Sequence[str | int]] | None = None
    account: str = ""

    def renamed(self, name: str) -> Change:
        return Change(Place.NAME, self.name, name, index=self._index, at=self.at)

    def taken_off(self) -> Change:
        return Change(Place.ATTENDANCE, self.name, None, index=self._index, at=self.at)

    def is_of(self, change: Change) -> bool:
        """Whether a change of a name or an attendance is this person's."""
        return change.before == self.name and change.index == self._index

    @property
    def _index(self) -> int | None:
        return None if self.at is None else self.row


def in_words(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """As the database and the frozen content keep them."""
    return [
        {key: value for key, value in asdict(one).items() if key != "at" or value is not None}
        | {"what": one.what.value}
        for one in changes
    ]


def read(kept: Iterable[Mapping[str, Any]]) -> list[Change]:
    return [Change(**{**one, "what": Place(one["what"])}) for one in kept]


def applied(content: Content, changes: Iterable[Change]) -> Content:
    """The content after the changes; what it says of itself is left out.

    Raises `ValueError` when something else than their `before` stands in a place.
    """
    made: Content = copy.deepcopy({key: value for key, value in content.items() if key not in OWN_KEYS})
    told_apart = [_told_apart(made, one, number, content["present"]) for number, one in enumerate(changes)]
    for one in sorted(told_apart, key=lambda change: _IN_ORDER.index(change.what)):
        _ACTS[one.what](made, one)
    return made


def _told_apart(made: Content, one: Change, number: int, came: Sequence[str]) -> Change:
    """The same change, with a name of its own for one of several people of one name, written where this one stands.

    Raises `ValueError` when it is not said which of them is meant, or somebody else stands in one of the places.
    """
    if one.at is None:
        is_of_a_person = one.what in (Place.NAME, Place.ATTENDANCE) and one.before is not None
        if is_of_a_person and came.count(one.before) > 1:
            raise ValueError("more than one of this name came")
        return one
    own, there = f"{one.before}\0{number}", dict(standing(made))
    for path in map(tuple, one.at):
        if there.get(path) != one.before:
            raise ValueError("somebody else stands in a place of this person")
        _write_name(made, path, own)
    return replace(one, before=own)


def standing(content: Content) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every place in which a name stands, and the name: ("present", 3), ("movements", 0) or, in the record of a
    decision, its number, the list and the place there: ("A-2027-0042", "ballots", 3)."""
    for key in ("present", "movements"):
        for place, one in enumerate(content.get(key, ())):
            yield (key, place), _name_in(one)
    for row in content["decisions"]:
        for key in ("in_room", "recused", "recusals", "ballots", "dissents"):
            for place, one in enumerate(row.get(key, ())):
                yield (row["number"], key, place), _name_in(one)


def _name_in(entry: Any) -> str:
    return str(entry["name"] if isinstance(entry, dict) else entry)


def _write_name(content: Content, path: Sequence[str | int], name: str) -> None:
    *where, key, place = path
    entries: Any = (decision_of(content, str(where[0])) if where else content)[str(key)]
    if isinstance(entries[place], dict):
        entries[place]["name"] = name
    else:
        entries[place] = name


def attended(keys: Content, content: Content, changes: Iterable[Change]) -> Content:
    """What `content` names people in, with a key for each of them in the place of the name (`protocols.people_of`),
    after the changes of who came; whoever came too has a key of the own name."""
    made, before = copy.deepcopy(keys), list(keys["present"])
    for one in changes:
        if one.what is not Place.ATTENDANCE:
            continue
        row = None if one.before is None else content["present"].index(one.before) if one.index is None else one.index
        key = f"+{one.after}" if row is None else None
        _attend(made, Change(Place.ATTENDANCE, None if row is None else before[row], key))
    return made


def of_session(
    content: Content,
    people: Sequence[Named],
    *,
    held_on: date,
    place: str,
    names: Mapping[int, str],
    absent: Collection[int],
    came: Sequence[str],
) -> list[Change]:
    """The changes of day, place and people, by the place on the list: {place: the name as it should be}, the places of
    those who did not come; the names of who came too."""
    changes = [Change(Place.HELD_ON, content["held_on"], held_on.isoformat())]
    changes.append(Change(Place.PLACE, content["place"], place.strip()))
    changes += [one.renamed(names[one.row].strip()) for one in people if one.row not in absent]
    changes += [one.taken_off() for one in people if one.row in absent]
    changes += [Change(Place.ATTENDANCE, None, one.strip()) for one in came if one.strip()]
    return _different(changes)


def of_decision(
    content: Content,
    number: str,
    *,
    reason: str,
    notes: Sequence[str],
    dissents: Sequence[str],
    votes: Sequence[int] | None,
    choices: Sequence[str],
) -> list[Change]:
    """The changes of the record of one decision; `votes` where they were only counted, else the `choices` by name."""
    row = decision_of(content, number)
    changes = [Change(Place.REASON, row["reason"], reason.strip(), number)]
    for what, before, after in (
        (Place.NOTE, row.get("notes", ()), notes),
        (Place.DISSENT, [one["reason"] for one in row.get("dissents", ())], dissents),
    ):
        pairs = zip(before, after, strict=True)
        changes += [Change(what, old, new.strip(), number, place) for place, (old, new) in enumerate(pairs)]
    if votes is not None:
        changes.append(Change(Place.VOTES, row["votes"], list(votes), number))
    pairs = zip((one["choice"] for one in row.get("ballots", ())), choices, strict=True)
    changes += [Change(Place.BALLOT, old, new, number, place) for place, (old, new) in enumerate(pairs)]
    return _different(changes)


def _different(changes: Iterable[Change]) -> list[Change]:
    return [one for one in changes if one.before != one.after]


def decision_of(content: Content, number: str) -> Content:
    """The row of the decision on the application with this number. Raises `KeyError`."""
    found: dict[str, Content] = {one["number"]: one for one in content["decisions"]}
    return found[number]


def _must_be_the_day(held_on: date, closed_on: date, upheld_on: date | None, signed_on: date) -> None:
    if held_on > signed_on:
        raise DomainError(N_("The session was not held after its protocol was signed."), field="held_on")
    if held_on < closed_on:
        raise DomainError(N_("The session was not held before the call was closed."), field="held_on")
    if upheld_on and held_on < upheld_on:
        message = N_("The session decided anew: it was not held before %(day)s, when the appeal was upheld.")
        raise DomainError(message, field="held_on", day=upheld_on)


def must_stand(
    content: Content, changes: Sequence[Change], *, closed_on: date, signed_on: date, upheld_on: date | None = None
) -> None:
    """Refuse words that cannot stand in a protocol that was signed on this day, of a call that closed on that one, and
    what touches a decision itself; `upheld_on` is the first day of a session that decided anew.

    Raises `IncompleteError` for an empty place, `LimitExceededError` for more people than seats, `AlreadyUsedError`
    for a name that stands there already, `DomainError` when a decision would have no quorum or no majority.
    """
    for one in changes:
        if one.after == "":
            raise IncompleteError(N_("Fill this in."), field=one.what.value)
        if one.what in (Place.NAME, Place.ATTENDANCE) and len(one.after or "") > LONGEST_NAME:
            raise LimitExceededError(N_("At most %(limit)s characters."), field="came", limit=LONGEST_NAME)
    made = applied(content, changes)
    if any(one.what is Place.HELD_ON for one in changes):
        _must_be_the_day(date.fromisoformat(made["held_on"]), closed_on, upheld_on, signed_on)
    people: list[str] = made["present"]
    new = {one.after for one in changes if one.what in (Place.NAME, Place.ATTENDANCE)}
    twice = next((one for one in people if one in new and people.count(one) > 1), None)
    if twice is not None:
        raise AlreadyUsedError(N_("%(name)s stands on the list already."), field="came", name=twice)
    if len(people) > made["seats"]:
        raise LimitExceededError(N_("More people than seats."), field="came")
    for before, after in zip(content["decisions"], made["decisions"], strict=True):
        if before != after:
            _must_stand(before, after, made["seats"])
            _must_not_dissent(before, after)


def _must_stand(before: Content, row: Content, seats: int) -> None:
    """Refuse a record by which there was no quorum, more votes than people, or no majority where there was one.

    In the first protocols votes against an application stand beside a decision that does not select it.
    """
    votes = Counts(*row["votes"])
    room = row.get("in_room") or ()
    said = ""
    if room and len(room) < quorum_of(seats):
        said = N_(
            "Without this person there was no quorum for the decision on %(number)s. That is not a mistake of the "
            "record: it goes by an appeal or to a new session."
        )
    elif min(votes) < 0 or (room and sum(votes) > len(room)):
        said = N_("More votes than people in the room for %(number)s.")
    elif Counts(*before["votes"]).carries and not votes.carries:
        said = N_(
            "With these votes there was no majority for the decision on %(number)s. That is not a mistake of the "
            "record: it goes by an appeal or to a new session."
        )
    if said:
        raise DomainError(said, field="votes_for", number=row["number"])


def _must_not_dissent(before: Content, after: Content) -> None:
    """Refuse a vote for it of somebody whose dissent stands beside it, where the record did not say so before."""
    now, then = _dissenting_ayes(after), _dissenting_ayes(before)
    if now.total() > then.total():
        message = N_("%(name)s dissents from the decision on %(number)s with a reason: a vote for it is no correction.")
        raise DomainError(message, field="votes_for", name=next(iter(now - then), ""), number=after["number"])


def _dissenting_ayes(row: Content) -> Counter[str]:
    """{name: so many dissents more than votes that were not for it}, where the votes are by name."""
    ballots = row.get("ballots") or ()
    voted = {one["name"] for one in ballots}
    found = Counter(one["name"] for one in row.get("dissents", ()) if one["name"] in voted)
    return found - Counter(one["name"] for one in ballots if one["choice"] != VoteChoice.FOR.value)


def _replace(holder: Any, key: Any, one: Change) -> None:
    if holder[key] != one.before:
        raise ValueError(f"something else stands in {one.what.value}")
    holder[key] = one.after


def _of_decision(change: Callable[[Content, Change], None]) -> Callable[[Content, Change], None]:
    return lambda made, one: change(decision_of(made, str(one.decision)), one)


def _choose(row: Content, one: Change) -> None:
    _replace(row["ballots"][one.index], "choice", one)
    _recount(row)


def _recount(row: Content) -> None:
    """Where the votes are by name the numbers follow from them."""
    given = [one["choice"] for one in row["ballots"]]
    row["votes"] = [given.count(one.value) for one in VoteChoice]


def _attend(made: Content, one: Change) -> None:
    if one.before is None:
        made["present"].append(one.after)
        return
    made["present"].remove(one.before)  # a ValueError when it is not there
    if "movements" in made:
        made["movements"] = _without(made["movements"], one.before)
    for row in made["decisions"]:
        had_ballots = bool(row.get("ballots"))
        for key in ("in_room", "recused"):
            if key in row:
                row[key] = [name for name in row[key] if name != one.before]
        for key in ("recusals", "ballots", "dissents"):
            if key in row:
                row[key] = _without(row[key], one.before)
        if had_ballots:
            _recount(row)


def _without(rows: Sequence[Content], name: str) -> list[Content]:
    return [one for one in rows if one["name"] != name]


def _rename(made: Content, one: Change) -> None:
    if one.before not in made["present"]:
        raise ValueError("nobody of this name came")
    for path, name in list(standing(made)):
        if name == one.before:
            _write_name(made, path, one.after)


_ACTS: Mapping[Place, Callable[[Content, Change], None]] = {
    Place.HELD_ON: lambda made, one: _replace(made, "held_on", one),
    Place.PLACE: lambda made, one: _replace(made, "place", one),
    Place.REASON: _of_decision(lambda row, one: _replace(row, "reason", one)),
    Place.NOTE: _of_decision(lambda row, one: _replace(row["notes"], one.index, one)),
    Place.DISSENT: _of_decision(lambda row, one: _replace(row["dissents"][one.index or 0], "reason", one)),
    Place.VOTES: _of_decision(lambda row, one: _replace(row, "votes", one)),
    Place.BALLOT: _of_decision(_choose),
    Place.ATTENDANCE: _attend,
    Place.NAME: _rename,
}
