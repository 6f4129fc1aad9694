"""What a corrected protocol puts right, in words: each place, what stood there and what is to stand there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.labels import VOTE_CHOICES
from app.localisation import N_, date_text, datetime_text
from app.localisation import gettext as _
from app.services.protocol_places import Change, Content, Named, Place
from app.services.protocol_places import read as changes_of
from models.council_sessions import VoteChoice
from reports.pages import gap
from reports.side_by_side import Block, facts, heading, small, strong, text

PLACES = {
    Place.HELD_ON: N_("Day of the session"),
    Place.PLACE: N_("Place"),
    Place.NAME: N_("Spelling of a name"),
    Place.ATTENDANCE: N_("Attendance"),
    Place.REASON: N_("Reason"),
    Place.NOTE: N_("Note of the discussion"),
    Place.DISSENT: N_("Dissent"),
    Place.VOTES: N_("Votes"),
    Place.BALLOT: N_("Vote of a member"),
}


@dataclass(frozen=True)
class Corrected:
    """A protocol that is corrected: number, day and hash, as the correcting one names it."""

    number: str
    signed_at: datetime
    sha256: str


@dataclass(frozen=True)
class Correction:
    """What a corrected protocol says of itself: which ones it corrects (the first one first), why, and where."""

    corrects: tuple[Corrected, ...]
    reason: str
    changes: tuple[Change, ...]
    content: Content


@dataclass(frozen=True)
class Line:
    """One place as a person reads it."""

    place: str
    before: str
    after: str


def read(content: Content) -> Correction | None:
    """What a frozen content says of its correction; None for a first protocol."""
    if "correction" not in content:
        return None
    named = [
        Corrected(one["number"], datetime.fromisoformat(one["signed_at"]), one["sha256"]) for one in content["corrects"]
    ]
    said = content["correction"]
    return Correction(tuple(named), said["reason"], tuple(changes_of(said["changes"])), content)


def lines(changes: Sequence[Change], content: Content) -> list[Line]:
    """The changes in words; `content` is of either protocol and only says whose vote or dissent it is."""
    return [Line(_place(one, content), _value(one, one.before), _value(one, one.after)) for one in changes]


def called(one: Named) -> str:
    """What a person is called where one of several of that name has to be meant."""
    if one.at is None:
        return one.name
    return _(
        "%(name)s (%(place)s, signs in as %(account)s)", name=one.name, place=_on_list(one.row), account=one.account
    )


def called_in(people: Sequence[Named], row: Content, key: str) -> list[str]:
    """What those are called who stand in a list ("ballots", "dissents") of the record of a decision."""
    found = []
    for place, entry in enumerate(row.get(key, ())):
        path = [row["number"], key, place]
        found.append(next((called(one) for one in people if one.at and path in one.at), entry["name"]))
    return found


def _on_list(row: int) -> str:
    return _("no. %(number)s on the list of attendance", number=row + 1)


def _place(one: Change, content: Content) -> str:
    words = _(PLACES[one.what])
    if one.decision is None:
        return words if one.index is None else f"{words}, {_on_list(one.index)}"
    rows = {row["number"]: row for row in content["decisions"]}
    named = {Place.DISSENT: "dissents", Place.BALLOT: "ballots"}.get(one.what)
    people = rows[one.decision].get(named, ()) if named else ()
    whose = f": {people[one.index]['name']}" if one.index is not None and one.index < len(people) else ""
    return f"{one.decision} · {words}{whose}"


def _value(one: Change, value: object) -> str:
    if value is None:
        return _("not on the list")
    if one.what is Place.HELD_ON:
        return date_text(date.fromisoformat(str(value)))
    if one.what is Place.BALLOT:
        return _(VOTE_CHOICES[VoteChoice(str(value))])
    if one.what is Place.VOTES and isinstance(value, list):
        ayes, noes, abstained = value
        return _("%(ayes)s for, %(noes)s against, %(abstained)s abstained", ayes=ayes, noes=noes, abstained=abstained)
    if one.what is Place.ATTENDANCE:
        return _("%(name)s on the list of attendance", name=value)
    return str(value)


def blocks(correction: Correction | None, *, is_draft: bool) -> list[Block]:
    """The part of the paper that names what is corrected; nothing in a first protocol, and no hash in a draft."""
    if correction is None:
        return []
    story: list[Block] = [heading(_("What this protocol corrects"))]
    for one in correction.corrects:
        rows = [
            (_("Protocol"), one.number),
            (_("Signed"), datetime_text(one.signed_at)),
            *([] if is_draft else [(_("SHA-256"), one.sha256)]),
        ]
        story.append(facts(rows))
    story.append(strong(_("Why")))
    story.append(text(correction.reason))
    for line in lines(correction.changes, correction.content):
        story.append(strong(line.place))
        story.append(text(_("Before: %(text)s", text=line.before)))
        story.append(text(_("Now: %(text)s", text=line.after)))
    story.append(
        small(
            _(
                "Everything else stands as in protocol %(number)s. What was decided, the amounts and the ranking are "
                "the same in both; letters that were sent are not sent again.",
                number=correction.corrects[-1].number,
            )
        )
    )
    story.append(gap(4))
    return story
