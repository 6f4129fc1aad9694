"""Votes of the Council on one decision: who may vote, what is recorded by name, what is only counted, who dissents."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.localisation import N_
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    LimitExceededError,
)
from models.base import db
from models.calls import VoteRule
from models.council_sessions import CouncilSession, Decision, Dissent, VoteChoice
from models.users import User

LONGEST_DISSENT = 2000


class Ballot(NamedTuple):
    """One member's open vote."""

    user_id: int
    choice: VoteChoice


class DissentInput(NamedTuple):
    """Why one member does not share the decision; `is_named`: the member wants the own name to stand there."""

    user_id: int
    reason: str
    is_named: bool = False


class Counts(NamedTuple):
    """How many voted for a decision as it is put to the vote, whichever it is, against it, and abstained."""

    ayes: int
    noes: int
    abstained: int

    @property
    def carries(self) -> bool:
        """Whether these votes carry the decision: more are for it than against it."""
        return self.ayes > self.noes


def must_have_quorum(session: CouncilSession, voters: Sequence[User]) -> None:
    """More than half of the seats have to be in the room; who is recused is not, so each vote has its own quorum."""
    if len(voters) < session.quorum:
        raise DomainError(
            N_(
                "There is no quorum for this application: %(room)s members who may vote are in the room, "
                "%(needed)s are needed. Whoever is recused does not count."
            ),
            room=len(voters),
            needed=session.quorum,
        )


def must_be_in_the_room(shown: Sequence[int], voters: Sequence[User], names: Mapping[int, str]) -> None:
    """Refuse when those who may vote (`voters`) are not those the page had `shown`, by id: its votes are of others.

    `names` are of everybody who came. Raises `ChangedMeanwhileError` that names who left or was recused, and who came.
    """
    now = {one.id for one in voters}
    left = ", ".join(name for user_id, name in names.items() if user_id in shown and user_id not in now)
    came = ", ".join(name for user_id, name in names.items() if user_id in now and user_id not in shown)
    if left or came:
        raise ChangedMeanwhileError(
            N_(
                "Meanwhile others may vote on this application. Left or recused: %(left)s; came: %(came)s. Look at "
                "the votes once more: whatever else you entered is kept."
            ),
            left=left or "–",
            came=came or "–",
        )


def count(rule: VoteRule, ballots: Sequence[Ballot], counted: Counts, voters: Sequence[User]) -> Counts:
    """The votes by the call's rule: from the ballots of all `voters` where it is open, else as they were `counted`.

    Raises `DomainError` for a vote of somebody who is recused or absent, `AlreadyUsedError` for a second one of the
    same member, `IncompleteError` while one is missing.
    """
    if rule is VoteRule.SECRET:
        if ballots:
            raise DomainError(N_("The vote is secret in this call: only the numbers are recorded."))
        if min(counted) < 0 or sum(counted) > len(voters):
            raise DomainError(
                N_("At most %(voters)s may vote on this application."), field="votes_for", voters=len(voters)
            )
        return counted
    chosen = Counter(one.user_id for one in ballots)
    may = {one.id for one in voters}
    if chosen.keys() - may:
        raise DomainError(N_("A vote is of somebody who may not vote on this application: recused, absent or removed."))
    if any(times > 1 for times in chosen.values()):
        raise AlreadyUsedError(N_("A member votes once."))
    missing = next((one for one in voters if one.id not in chosen), None)
    if missing is not None:
        raise IncompleteError(
            N_("The vote of %(name)s is missing."), field=f"vote_{missing.id}", name=missing.display_name
        )
    given = Counter(one.choice for one in ballots)
    return Counts(given[VoteChoice.FOR], given[VoteChoice.AGAINST], given[VoteChoice.ABSTAINED])


def must_carry(votes: Counts) -> None:
    """Refuse a decision that has not more votes for it than against it: abstentions count on neither side."""
    if not votes.carries:
        raise DomainError(
            N_(
                "A decision needs more votes for it than against it: here %(ayes)s are for, %(noes)s against. “For” "
                "means for this decision, also where it does not select."
            ),
            field="votes_for",
            ayes=votes.ayes,
            noes=votes.noes,
        )


def check_dissents(
    rule: VoteRule, dissents: Sequence[DissentInput], ballots: Sequence[Ballot], voters: Sequence[User]
) -> None:
    """Refuse a dissent without reason, of somebody who did not vote or voted for the decision, twice of one member, or
    against a secret vote.

    A dissent names its author; where the vote is secret only who wants that is named.
    """
    may = {one.id: one.display_name for one in voters}
    ayes = {one.user_id for one in ballots if one.choice is VoteChoice.FOR}
    for place, one in enumerate(dissents):
        if one.user_id not in may:
            raise DomainError(N_("Only who votes on the application can dissent."), field="dissenter")
        if any(one.user_id == other.user_id for other in dissents[:place]):
            raise AlreadyUsedError(N_("A member dissents once."), field="dissenter")
        if one.user_id in ayes:
            message = N_("%(name)s votes for this decision: who is for it does not dissent from it. Look at both.")
            raise DomainError(message, field="dissenter", name=may[one.user_id])
        if not one.reason.strip():
            raise IncompleteError(N_("Write why the member dissents."), field="dissent")
        if len(one.reason) > LONGEST_DISSENT:
            raise LimitExceededError(N_("At most %(limit)s characters."), field="dissent", limit=LONGEST_DISSENT)
        if rule is VoteRule.SECRET and not one.is_named:
            raise DomainError(
                N_("The vote is secret: a dissent stands in the protocol only if the member wants to be named."),
                field="is_named",
            )


def dissents_in(session: CouncilSession) -> Mapping[int, int]:
    """{decision: how many dissent from it}, of those of a session from which somebody does."""
    return dict(db.session.execute(_DISSENTS, {"session_id": session.id}).all())


_DISSENTS = (
    db.select(Dissent.decision_id, db.func.count())
    .join(Dissent.decision)
    .where(Decision.session_id == db.bindparam("session_id"))
    .group_by(Dissent.decision_id)
)
