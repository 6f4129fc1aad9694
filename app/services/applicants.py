"""Of what sort an applicant is, and the match rule that holds for it: a call may give a sort a ratio of its own."""

from collections.abc import Set
from typing import NamedTuple

from app.clock import bishkek_day
from app.services import match
from app.services.match import MatchRule
from models.applications import Application
from models.associations import Association, AssociationKind, Membership, MembershipRole
from models.base import db
from models.calls import ApplicantType, Call
from models.grants import Grant
from models.people import Person, Sex

YOUTH = 28
"""Young is who is at most so old (domain.md section 7)."""


class OwnRatio(NamedTuple):
    """The ratio of an applicant in percent, and the sort that gave it; None: the usual one of the call."""

    percent: int
    given_by: ApplicantType | None


def types_of(association: Association, call: Call) -> Set[ApplicantType]:
    """What it is by the rules of a call: led by the chair of its last day, a grant completed until its deadline.

    Young is who turns at most `YOUTH` in the year of the last day.
    """
    found = {ApplicantType.AYIL_OKMOTU} if association.kind is AssociationKind.AYIL_OKMOTU else set()
    completed = db.select(Grant.id).where(Grant.association_id == association.id, Grant.completed_at <= call.closes_at)
    if db.session.scalar(completed.limit(1)) is not None:
        found.add(ApplicantType.GRADUATE)
    day = bishkek_day(call.closes_at)
    chairs = (
        db.select(Person.sex, Person.birth_year)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.association_id == association.id,
            Membership.role == MembershipRole.CHAIR,
            Membership.since_on <= day,
            Membership.until_on.is_(None) | (Membership.until_on > day),
        )
        .order_by(Membership.since_on.desc(), Membership.id.desc())
    )
    chair = db.session.execute(chairs).first()
    if chair is not None and chair.sex is Sex.FEMALE:
        found.add(ApplicantType.WOMEN_LED)
    if chair is not None and chair.birth_year is not None and day.year - chair.birth_year <= YOUTH:
        found.add(ApplicantType.YOUTH_LED)
    return found


def own_ratio(association: Association, call: Call) -> OwnRatio:
    """The highest ratio of the sorts it is of; without one the usual ratio of the call."""
    percents = call.match_terms["percents"]
    if not percents:  # nothing is looked up for it
        return OwnRatio(call.match_percent, None)
    types = types_of(association, call)
    own = [OwnRatio(percents[one.value], one) for one in ApplicantType if one in types and one.value in percents]
    return max(own, key=lambda one: one.percent, default=OwnRatio(call.match_percent, None))


def rule_for(application: Application) -> MatchRule:
    """The match rule of the call as it holds for the applicant."""
    call = application.call
    return match.rule_of(call, percent=own_ratio(application.association, call).percent, most=call.grant_ceiling)
