"""Remitter links: issued, opened without an account, revoked; and what the money of one remitter did."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.localisation import N_, Money
from app.services import (
    audit,
    documents,
    expenditures,
    notifications,
    remitters,
    results,
    sign_in_attempts,
    verified_co_investments,
    visits,
)
from app.services.actors import Actor
from app.services.errors import DomainError
from models.applications import BudgetHeading, Payer
from models.base import db, fingerprint, lock
from models.contributions import Contribution, ContributionStatus
from models.documents import Document, DocumentKind
from models.grants import Grant, Tranche
from models.indicators import Result, ResultStatus, Target
from models.remitter_links import RemitterLink
from models.remitters import Remitter
from models.visits import VisitStatus

LIVES = timedelta(days=365)


class LinkEndedError(DomainError):
    """No live link has this secret: never issued, revoked or expired are told alike."""


def issue(remitter: Remitter, *, actor: Actor, now: datetime) -> tuple[RemitterLink, str]:
    """A link for `remitter` and its secret part, which is kept nowhere. The one before it opens nothing any more.

    Raises `DomainError` for an entry that was joined to another one, or of whom nothing is recorded.
    """
    lock(remitter)
    if remitter.joined_to_id is not None:
        raise DomainError(N_("This entry was joined to another one: look again."))
    if not remitters.contributions_of(remitter) and not remitters.pledges_of(remitter):
        raise DomainError(N_("Nothing is recorded of this person yet."))
    before = live_of(remitter)
    if before is not None:
        _end(before, actor, now)
    token = secrets.token_urlsafe(32)
    link = RemitterLink(
        remitter=remitter,
        token_hash=fingerprint(token),
        issued_by_id=actor.user_id,
        issued_at=now,
        expires_at=now + LIVES,
    )
    db.session.add(link)
    db.session.flush()
    audit.record(actor, "remitter_link.issue", link, now, remitter=remitter.id)
    _tell(remitter, N_("A personal link was made for %(remitter)s."), actor, now)
    return link, token


def revoke(remitter: Remitter, *, actor: Actor, now: datetime) -> RemitterLink:
    """End the live link at once; returns it. Raises `DomainError` when there is none."""
    lock(remitter)
    link = live_of(remitter)
    if link is None:
        raise DomainError(N_("There is no link that still opens."))
    _end(link, actor, now)
    _tell(remitter, N_("The personal link of %(remitter)s opens nothing any more."), actor, now)
    return link


def _end(link: RemitterLink, actor: Actor, now: datetime) -> None:
    link.revoked_by_id, link.revoked_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "remitter_link.revoke", link, now, remitter=link.remitter_id)


def _tell(remitter: Remitter, message: str, actor: Actor, now: datetime) -> None:
    people = [one for one in notifications.people_of(remitter.association) if one != actor.user_id]
    notifications.tell(people, message, remitter, now, remitter=remitter.name)


def live_of(remitter: Remitter) -> RemitterLink | None:
    """The link of `remitter` that was not revoked; it may have expired."""
    query = db.select(RemitterLink).where(RemitterLink.remitter_id == remitter.id, RemitterLink.revoked_at.is_(None))
    found: RemitterLink | None = db.session.scalar(query)
    return found


def open_by(token: str, *, address: str, now: datetime) -> RemitterLink:
    """The live link with this secret, its first use noted.

    Raises `LinkEndedError` for any other, which the caller commits: guesses are counted as failed sign-ins are; and
    `TooManyAttemptsError` beyond ten wrong ones from an `address` in five minutes.
    """
    guesses, whole = f"link {address}", f"links {address}"
    sign_in_attempts.throttle(guesses, whole, now)
    found = db.session.scalar(db.select(RemitterLink).where(RemitterLink.token_hash == fingerprint(token)))
    if found is None or not _is_live(found, now):
        sign_in_attempts.note(guesses, whole, now)
        raise LinkEndedError(N_("This link opens nothing (any more). Ask the association for a new one."))
    if found.first_used_at is None:
        found.first_used_at = now
        db.session.flush()
        audit.record(None, "remitter_link.use", found, now, remitter=found.remitter_id)
    return found


def still_open(link_id: int, now: datetime) -> RemitterLink | None:
    """The link a browser has opened before, while it lives."""
    found = db.session.get(RemitterLink, link_id)
    return found if found is not None and _is_live(found, now) else None


def _is_live(link: RemitterLink, now: datetime) -> bool:
    return link.revoked_at is None and now < link.expires_at and link.remitter.joined_to_id is None


# What the money did --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Project:
    """One grant `remitter` gave to, as the remitter may see it: own money by name, everything else in sums.

    `own` holds what came, the newest first; `verified` its verified sums by currency; `own_kgs` their value in tyiyn.
    `together` is all verified co-investment of the grant, `spent` the accepted spending of every payer by heading.
    """

    remitter: Remitter
    grant: Grant
    own: Sequence[Contribution]
    verified: Sequence[Money]
    own_kgs: int
    together: int
    paid: Sequence[Tranche]
    spent: Mapping[BudgetHeading, int]
    targets: Sequence[Target]
    photos: Sequence[Document]


def projects_of(remitter: Remitter) -> list[Project]:
    """What the money of `remitter` did, project by project, the latest grant first."""
    given: dict[int, list[Contribution]] = {}
    for row in remitters.contributions_of(remitter):
        given.setdefault(row.grant_id, []).append(row)
    return [_project(remitter, rows) for _grant_id, rows in sorted(given.items(), reverse=True)]


def project_of(remitter: Remitter, grant_id: int) -> Project | None:
    """One of `projects_of`; None where the remitter gave nothing."""
    own = [one for one in remitters.contributions_of(remitter) if one.grant_id == grant_id]
    return _project(remitter, own) if own else None


def thanked_grants(remitter: Remitter) -> list[Grant]:
    """The grants of which a certificate can be printed: something of the remitter's is verified."""
    verified = (one for one in remitters.contributions_of(remitter) if one.status is ContributionStatus.VERIFIED)
    return list({one.grant_id: one.grant for one in verified}.values())


def _project(remitter: Remitter, own: Sequence[Contribution]) -> Project:
    grant = own[0].grant
    sums: dict[str, int] = {}
    counted = [one for one in own if one.status is ContributionStatus.VERIFIED]
    for one in counted:
        sums[one.currency] = sums.get(one.currency, 0) + one.amount
    spent: dict[BudgetHeading, int] = {}
    for use in expenditures.by_line(grant):
        if use.accepted and use.line.payer is not Payer.IN_KIND:
            spent[use.line.heading] = spent.get(use.line.heading, 0) + use.accepted
    verified = verified_co_investments.of(grant)
    return Project(
        remitter=remitter,
        grant=grant,
        own=own,
        verified=[Money(amount, currency) for currency, amount in sorted(sums.items())],
        own_kgs=sum(one.amount_kgs for one in counted),
        together=verified.remittance + verified.community_cash + verified.in_kind,
        paid=[one for one in grant.tranches if one.is_paid],
        spent=spent,
        targets=results.targets_of(grant),
        photos=photos_of(grant),
    )


def photos_of(grant: Grant) -> list[Document]:
    """Photos of visits the monitoring officer let remitters see, the newest visit first."""
    shown = [one for one in visits.of_grant(grant) if one.status is VisitStatus.DONE and one.shows_photos]
    return [paper for visit in reversed(shown) for paper in documents.of(visit) if paper.kind is DocumentKind.PHOTO]


def reached(target: Target) -> Result | None:
    """The latest verified value of a target."""
    found = [one for one in target.results if one.status is ResultStatus.VERIFIED]
    return max(found, key=lambda one: one.period_ends_on, default=None)
