"""Associations: one a village and one an ayil okmotu, by whomever and whenever they are registered."""

from datetime import date, timedelta

import pytest

from app import clock
from app.localisation import use_locale
from app.services import associations, places
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError
from models.associations import Association, AssociationKind, MembershipRole
from models.audit import AuditEvent
from models.base import db
from models.people import MigrantStatus
from tests.factories import Programme, three

VILLAGE, OVER_THEM = AssociationKind.VILLAGE, AssociationKind.AYIL_OKMOTU


def found(programme: Programme, kind: AssociationKind, village=None, **changes):
    centre = programme.association.centre
    given = {
        "ayil_okmotu": centre.ayil_okmotu,
        "centre": centre,
        "village": village,
        "founded_on": date(2024, 5, 1),
        "actor": Actor(programme.administrator),
        "now": clock.now(),
    }
    return associations.found(kind, three("Ассоциация"), **(given | changes))


def free_village(programme: Programme):
    return next(
        one for one in places.villages(programme.association.ayil_okmotu) if one.id != programme.association.village_id
    )


def test_a_village_has_one_association_and_the_refusal_names_it(programme: Programme) -> None:
    there = programme.association
    with pytest.raises(AlreadyUsedError) as refused:
        found(programme, VILLAGE, there.village)
    with use_locale("ky"):
        assert there.name_ky in str(refused.value)
    assert refused.value.field == "village"
    assert found(programme, VILLAGE, free_village(programme)).village_id != there.village_id


def test_an_ayil_okmotu_has_one_association_over_the_villages(programme: Programme) -> None:
    made = found(programme, OVER_THEM, programme.association.village)
    assert made.village is None
    with pytest.raises(AlreadyUsedError) as refused:
        found(programme, OVER_THEM)
    assert refused.value.field == "kind"
    assert associations.of_centre(made.centre) == [made, programme.association]


@pytest.mark.parametrize("what", ["no village", "foreign village", "future"])
def test_what_does_not_fit_registers_nothing(programme: Programme, what: str) -> None:
    assert programme.association
    foreign = programme.make_association(in_another_centre=True).village
    before = db.session.scalar(db.select(db.func.count()).select_from(Association))
    with pytest.raises(DomainError) as refused:
        if what == "future":
            tomorrow = clock.bishkek_day(clock.now()) + timedelta(days=1)
            found(programme, VILLAGE, free_village(programme), founded_on=tomorrow)
        else:
            found(programme, VILLAGE, foreign if what == "foreign village" else None)
    assert refused.value.field == ("founded_on" if what == "future" else "village")
    assert db.session.scalar(db.select(db.func.count()).select_from(Association)) == before


def test_a_changed_name_is_found_and_sorted(programme: Programme) -> None:
    association, other = programme.association, programme.make_association(in_another_centre=True)
    actor = Actor(programme.administrator)
    associations.change(
        association, three("Өзгөчө"), centre=other.centre, founded_on=None, actor=actor, now=clock.now()
    )
    assert associations.search("озгочо") == [association]
    assert (association.centre_id, association.founded_on) == (other.centre_id, None)
    last = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None and (last.action, last.actor_id) == ("association.change", programme.administrator.id)


@pytest.mark.parametrize(("typed", "kept"), [("0700 11 22 33", "+996700112233"), ("", None), ("no", "refused")])
def test_a_member_s_phone_is_kept_in_one_form(programme: Programme, typed: str, kept: str | None) -> None:
    def enrol():
        return associations.enrol(
            programme.association,
            "Осмон кызы Толгонай",
            MembershipRole.MEMBER,
            sex=None,
            birth_year=None,
            phone=typed,
            migrant_status=MigrantStatus.NONE,
            since_on=date(2025, 1, 1),
            actor=Actor(programme.administrator),
            now=clock.now(),
        )

    if kept == "refused":
        with pytest.raises(DomainError) as refused:
            enrol()
        assert refused.value.field == "phone"
    else:
        assert enrol().person.phone == kept
