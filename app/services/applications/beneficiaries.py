"""Who benefits, counted: women and men, and how many of them belong to each group."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from app.localisation import N_
from app.services import audit
from app.services.actors import Actor
from app.services.applications.drafts import must_be_editable
from app.services.errors import DomainError, IncompleteError
from models.applications import Application
from models.base import db
from models.beneficiaries import GROUPS, Beneficiaries

MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class BeneficiariesInput:
    """What is counted, see `models.beneficiaries.Beneficiaries`."""

    women: int
    men: int
    young: int
    migrant_families: int
    returnees: int
    disabled: int
    households: int


FIELDS = tuple(BeneficiariesInput.__dataclass_fields__)


def record(application: Application, content: BeneficiariesInput, *, actor: Actor, now: datetime) -> Beneficiaries:
    """Keep the numbers, or change them. The caller has checked the record's version.

    Raises `DomainError` at the field that is below zero or absurd, or larger than all the people together.
    """
    must_be_editable(application, "beneficiaries")
    for problem in problems(content):
        raise problem
    kept = application.beneficiaries
    if kept is None:
        kept = application.beneficiaries = Beneficiaries(application_id=application.id)
    for name, number in asdict(content).items():
        setattr(kept, name, number)
    kept.counted_by_id, kept.counted_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "application.count_beneficiaries", application, now, people=kept.people)
    return kept


def problems(content: BeneficiariesInput) -> Iterator[DomainError]:
    """What keeps these numbers from being right."""
    for name in FIELDS:
        if not 0 <= getattr(content, name) <= MOST_PEOPLE:
            yield DomainError(N_("The number must be zero or more and believable."), field=name)
            return
    people = content.women + content.men
    if people == 0:
        yield IncompleteError(N_("Somebody has to benefit: count the women and the men."), field="women")
        return
    if content.households == 0:
        yield IncompleteError(N_("Say from how many households they come."), field="households")
    for name in (*GROUPS, "households"):
        if getattr(content, name) > people:
            yield DomainError(
                N_("Women and men together are %(people)s: this cannot be more."), field=name, people=people
            )


def gaps(application: Application) -> Iterator[DomainError]:
    """What is missing before sign-off."""
    if application.beneficiaries is None:
        yield IncompleteError(N_("The people who benefit are not counted yet."))


def content_of(application: Application) -> dict[str, int] | None:
    """The numbers as the snapshot keeps them; None while nobody has counted."""
    kept = application.beneficiaries
    return None if kept is None else {name: getattr(kept, name) for name in FIELDS}
