"""How much co-investment the grant asked for needs by the match rule, beside what is planned and pledged."""

from typing import NamedTuple

from app.localisation import N_
from app.services import applicants, match
from app.services.errors import DomainError
from app.services.match import Verified
from models.applications import Application, Payer


class Need(NamedTuple):
    """One line, in tyiyn: what is needed and what of it is there."""

    text: DomainError
    needed: int
    there: int

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.there)


def needs_of(application: Application) -> list[Need]:
    """The lines of an application; those by a share only where the call asks for one."""
    rule, grant = applicants.rule_for(application), application.amount_paid_by(Payer.GRANT)
    planned = match.counted(
        rule,
        Verified(
            application.amount_paid_by(Payer.REMITTANCE),
            application.amount_paid_by(Payer.COMMUNITY),
            application.amount_paid_by(Payer.IN_KIND),
        ),
    )
    wanted = match.due(rule, grant)
    found = [Need(DomainError(N_("Co-investment in all, by the budget")), wanted.total, sum(planned))]
    if wanted.remittance:
        found.append(
            Need(DomainError(N_("Of it from remittances, by the budget")), wanted.remittance, planned.remittance)
        )
    if wanted.community:
        there = match.community_counted(planned)
        found.append(Need(DomainError(N_("Of it from the village itself, by the budget")), wanted.community, there))
    pledges = Need(DomainError(N_("Pledges")), application.pledges_due, application.remittance_pledged)
    return [*found, pledges]
