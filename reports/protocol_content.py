"""The frozen content of a signed protocol, read for printing. Older ones lack some of it: they print without."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from app.services import corrected_protocols, departures, protocols
from app.services.departures import Departure
from models.base import Texts, canonical_json
from models.calls import Call, RanksBy
from models.corrected_protocols import CorrectedProtocol
from models.council_sessions import CouncilSession, DecisionOutcome, Protocol, quorum_of
from reports import credits, protocol_corrections
from reports.allocations import AllocationLine
from reports.credits import Credit
from reports.protocol_corrections import Correction

LATER = ("vote_rule", "agenda_order", "ceiling", "least")
"""Values the first protocols do not have."""


@dataclass(frozen=True)
class CriterionLine:
    """A criterion with its weight in points."""

    title: Texts
    weight: int


@dataclass(frozen=True)
class ReviewLine:
    """One review without its reviewer: the level on each criterion, and the total in hundredths of a point.

    `by`: the code that stands for its reviewer throughout the protocol, where severities rank.
    """

    levels: tuple[int, ...]
    total: int
    by: str | None = None


@dataclass(frozen=True)
class Rules:
    """By which rules was selected; a call from before there were such rules had what their defaults say."""

    ranks_by: RanksBy
    most_per_oblast: int | None
    most_per_ayil_okmotu: int | None
    most_per_applicant: int | None
    first_time_percent: int | None
    women_led_percent: int | None
    youth_led_percent: int | None
    partial_awards: bool


@dataclass(frozen=True)
class SeverityLines:
    """The model by which scores are adjusted: mean, shrinkage and {code: severity}, in parts of `protocols.FINE`."""

    mean: int
    shrinkage: int
    reviewers: Mapping[str, int]


@dataclass(frozen=True)
class Listed:
    """What caps and shares are held against, and what straight down the list goes to one application (tyiyn).

    `straight_from` is the place of the allocation in the protocol's list, from 0; `hindrance`: why it gets nothing.
    """

    oblast: Texts
    ayil_okmotu: Texts
    theme: Texts | None
    association: Texts
    is_first_time: bool
    is_women_led: bool
    is_youth_led: bool
    straight: int | None
    straight_from: int | None
    hindrance: str | None


@dataclass(frozen=True)
class RankedLine:
    """One application of the ranking with all its reviews, the highest total first; scores in hundredths of a point.

    `score` ranks; `adjusted`, in parts of `protocols.FINE`, is the same where it is adjusted for severity.
    """

    number: str
    rank: int
    score: int
    spread: int
    passes: bool
    requested: int
    reviews: tuple[ReviewLine, ...]
    mean: int
    adjusted: int | None = None
    listed: Listed | None = None


@dataclass(frozen=True)
class RecusalLine:
    """Who was out of the room, and why: the ground, and the kind of interest that was said."""

    name: str
    ground: str
    kind: str | None


@dataclass(frozen=True)
class Movement:
    """Somebody came, left or came back."""

    name: str
    is_present: bool
    at: datetime


@dataclass(frozen=True)
class Discussion:
    """How one decision came about. `ballots` and `dissents` by name; `departs`: in what from the ranked list."""

    decided_at: datetime
    in_room: tuple[str, ...]
    recusals: tuple[RecusalLine, ...]
    ballots: tuple[tuple[str, str], ...]
    dissents: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    departs: tuple[Departure, ...]


@dataclass(frozen=True)
class FollowedLine:
    """The signed decision that one made anew takes the place of, and why the appeal against it was upheld."""

    protocol: str
    held_on: date
    outcome: str
    reason: str
    lodged_at: datetime
    upheld_at: datetime
    upheld_for: str


@dataclass(frozen=True)
class EarlierAwardLine:
    """An award of the call that stood before a session that decides anew, in tyiyn; `allocation` as below."""

    number: str
    association: Texts
    amount: int
    allocation: int


@dataclass(frozen=True)
class DecisionLine:
    """One decision. `score` in hundredths of a point, amounts in tyiyn; `votes` for, against, abstained.

    `allocation` is the place of the one that pays in the protocol's list, from 0.
    """

    number: str
    title: str
    association: Texts
    rank: int | None
    score: int | None
    requested: int
    outcome: str
    amount: int | None
    allocation: int | None
    reason: str
    votes: tuple[int, int, int]
    recused: tuple[str, ...]
    discussion: Discussion | None = None
    follows: FollowedLine | None = None


@dataclass(frozen=True)
class ProtocolData:
    """A signed protocol, or the draft of a corrected one.

    `pass_total` in points, `pass_section_percent` of a criterion's weight, amounts in tyiyn.
    `dated_at` is when it was signed. A draft has neither number nor hash nor signature: it bears the time of printing.
    What has a default was not kept by the first protocols: those are printed without it.
    """

    number: str
    sha256: str
    dated_at: datetime
    signed_by: str
    call_title: Texts
    held_on: date
    place: str
    seats: int
    present: tuple[str, ...]
    pass_total: int
    pass_section_percent: int
    criteria: tuple[CriterionLine, ...]
    budget: int
    allocations: tuple[AllocationLine, ...]
    decisions: tuple[DecisionLine, ...]
    credits: tuple[Credit, ...]
    ranking: tuple[RankedLine, ...] = ()
    movements: tuple[Movement, ...] = ()
    vote_rule: str | None = None
    agenda_order: str | None = None
    ceiling: int | None = None
    least: int | None = None
    rules: Rules | None = None
    severity: SeverityLines | None = None
    funds: tuple[int, ...] = ()
    """What the fund of each of `allocations` gives to them in all, in tyiyn."""
    earlier_awards: tuple[EarlierAwardLine, ...] = ()
    has_earlier_first: bool = False
    """Whether the list was walked with what earlier awards and the promises to open calls leave."""
    correction: Correction | None = None
    """What a corrected protocol puts right; None in a first one."""
    is_draft: bool = False

    @property
    def awarded(self) -> int:
        """What was awarded in this session, in tyiyn."""
        return sum(one.amount or 0 for one in self.decisions)

    @property
    def awarded_before(self) -> int:
        """What earlier awards of the call come to, in tyiyn."""
        return sum(one.amount for one in self.earlier_awards)

    @property
    def quorum(self) -> int:
        return quorum_of(self.seats)

    @property
    def awarded_by_allocation(self) -> list[int]:
        """What was awarded from each of `allocations`, earlier awards too, in tyiyn."""
        awards = [(one.allocation, one.amount or 0) for one in self.decisions]
        awards += [(one.allocation, one.amount) for one in self.earlier_awards]
        places = range(len(self.allocations))
        return [sum(amount for paid_from, amount in awards if paid_from == place) for place in places]

    @property
    def votes_are_on_decisions(self) -> bool:
        """Whether every decision has more votes for it than against. In the first protocols the votes beside what was
        not selected could be against the application: these say no more than they did."""
        return all(ayes > noes for ayes, noes, _abstained in (one.votes for one in self.decisions))

    def count(self, outcome: DecisionOutcome) -> int:
        return sum(1 for one in self.decisions if one.outcome == outcome.value)


def gather(protocol: Protocol | CorrectedProtocol) -> ProtocolData:
    """Read the frozen content; from the database come only number, hash, signature and who pays.

    Raises `ValueError` for a corrected protocol that is not signed.
    """
    return read(protocol, protocol.content or "")


def read(protocol: Protocol | CorrectedProtocol, frozen: str) -> ProtocolData:
    """A content (canonical JSON) with the number, hash and signature of `protocol`."""
    number, sha256, at, by = protocol.number, protocol.sha256, protocol.signed_at, protocol.signed_by
    if number is None or sha256 is None or at is None or by is None:
        raise ValueError("the corrected protocol is not signed")
    content: dict[str, Any] = json.loads(frozen)
    return _data(content, protocol.session.call, number=number, sha256=sha256, dated_at=at, signed_by=by.display_name)


def gather_draft(correction: CorrectedProtocol, now: datetime) -> ProtocolData:
    """What a corrected protocol would say if it were signed as it is now drafted.

    Raises `ValueError` for one that is signed or given up.
    """
    if correction.status not in corrected_protocols.OPEN:
        raise ValueError("the corrected protocol is no draft any more")
    content = json.loads(canonical_json(corrected_protocols.signed_content(correction)))
    return _unsigned(content, correction.session.call, now)


def gather_unsigned(session: CouncilSession, now: datetime) -> ProtocolData:
    """What the protocol of an open session would say if it were signed now.

    Raises `ValueError` for a session that has ended.
    """
    if not session.is_open:
        raise ValueError("the session has ended")
    return _unsigned(json.loads(canonical_json(protocols.content_of(session))), session.call, now)


def _unsigned(content: dict[str, Any], call: Call, now: datetime) -> ProtocolData:
    return _data(content, call, number="", sha256="", dated_at=now, signed_by="", is_draft=True)


def _data(content: dict[str, Any], call: Call, **signature: Any) -> ProtocolData:
    later: dict[str, Any] = {name: content.get(name) for name in LATER}
    return ProtocolData(
        **signature,
        call_title=content["title"],
        held_on=date.fromisoformat(content["held_on"]),
        place=content["place"],
        seats=content["seats"],
        present=tuple(content["present"]),
        pass_total=content["pass_total"],
        pass_section_percent=content["pass_section_percent"],
        criteria=tuple(CriterionLine(one["title"], one["weight"]) for one in content["criteria"]),
        budget=content["budget"],
        allocations=tuple(AllocationLine(**one) for one in content.get("allocations", ())),  # older ones had one fund
        decisions=tuple(_decision(one) for one in content["decisions"]),
        credits=credits.of_call(call),
        ranking=tuple(_ranked(one) for one in content.get("ranking", ())),
        movements=tuple(
            Movement(one["name"], one["is_present"], datetime.fromisoformat(one["at"]))
            for one in content.get("movements", ())
        ),
        rules=_rules(content) if "vote_rule" in content else None,
        severity=SeverityLines(**content["severity"]) if content.get("severity") else None,
        funds=tuple(content.get("funds", ())),
        earlier_awards=tuple(EarlierAwardLine(**one) for one in content.get("earlier_awards", ())),
        has_earlier_first="earlier_first" in content,
        correction=protocol_corrections.read(content),
        **later,
    )


def _rules(content: Mapping[str, Any]) -> Rules:
    found = {name: content.get(name) for name in protocols.RULES}
    return Rules(
        ranks_by=RanksBy(content.get("ranks_by", RanksBy.MEAN)),
        **{**found, "partial_awards": content.get("partial_awards", True)},
    )


def _ranked(row: dict[str, Any]) -> RankedLine:
    return RankedLine(
        number=row["number"],
        rank=row["rank"],
        score=row["score"],
        spread=row["spread"],
        passes=row["passes"],
        requested=row["requested"],
        reviews=tuple(ReviewLine(tuple(one["levels"]), one["total"], one.get("by")) for one in row["reviews"]),
        mean=row.get("mean", row["score"]),
        adjusted=row.get("adjusted"),
        listed=Listed(**{one.name: row[one.name] for one in fields(Listed)}) if "straight" in row else None,
    )


def _discussion(row: dict[str, Any]) -> Discussion:
    return Discussion(
        decided_at=datetime.fromisoformat(row["decided_at"]),
        in_room=tuple(row["in_room"]),
        recusals=tuple(RecusalLine(one["name"], one["ground"], one["kind"]) for one in row["recusals"]),
        ballots=tuple((one["name"], one["choice"]) for one in row["ballots"]),
        dissents=tuple((one["name"], one["reason"]) for one in row["dissents"]),
        notes=tuple(row["notes"]),
        departs=tuple(departures.read(one) for one in row["departs"]),
    )


def _followed(row: Mapping[str, Any]) -> FollowedLine:
    return FollowedLine(
        protocol=row["protocol"],
        held_on=date.fromisoformat(row["held_on"]),
        outcome=row["outcome"],
        reason=row["reason"],
        lodged_at=datetime.fromisoformat(row["lodged_at"]),
        upheld_at=datetime.fromisoformat(row["upheld_at"]),
        upheld_for=row["upheld_for"],
    )


def _decision(row: dict[str, Any]) -> DecisionLine:
    votes_for, votes_against, abstentions = row["votes"]
    return DecisionLine(
        number=row["number"],
        title=row["title"],
        association=row["association"],
        rank=row["rank"],
        score=row["score"],
        requested=row["requested"],
        outcome=row["outcome"],
        amount=row["amount"],
        allocation=row.get("allocation"),
        reason=row["reason"],
        votes=(votes_for, votes_against, abstentions),
        recused=tuple(row["recused"]),
        discussion=_discussion(row) if "in_room" in row else None,
        follows=_followed(row["follows"]) if row.get("follows") else None,
    )
